#!/usr/bin/env python3
"""Which lines and branches of the drivers ran over the model of their chip, by family and file: of the preset `coverage`.

    cmake --preset coverage
    cmake --build build/coverage --target test_usart test_usart_l4 test_usart_l4_quartz
    for test in usart usart_l4 usart_l4_quartz; do build/coverage/tests/firmware/usart/test_$test; done
    tests/firmware/usart/coverage.py [build/coverage [FILE…]]

Without names: card, slot, clock, ticks, power and watchdog. What any board of a family ran has run. Fails where a line or a
branch of a family ran on none of its boards, and shows it; and where a board of it has run no test.
"""

import collections
import json
import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[3]
FILES = ("card", "slot", "clock", "ticks", "power", "watchdog")


def counted(note):
    """Of one object, for its own source file: {line: how often it ran}, {(line, branches there, which): how often taken}"""
    command = ["gcov", "--json-format", "--stdout", "--branch-probabilities", str(note)]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    lines, branches = collections.Counter(), collections.Counter()
    for unit in output.splitlines():
        for file in json.loads(unit)["files"]:
            if not file["file"].endswith(note.name.removesuffix(".gcno")):
                continue
            for line in file["lines"]:
                number = line["line_number"]
                lines[number] += line["count"]
                # A board's constants may leave out a part of a condition: it is another one then.
                for which, branch in enumerate(line["branches"]):
                    branches[number, len(line["branches"]), which] += branch["count"]
    return lines, branches


def share(counts):
    ran = sum(count > 0 for count in counts.values())
    return f"{100 * ran / len(counts):6.2f} % of {len(counts)}" if counts else "  none"


def main(build="build/coverage", *names):
    folders = sorted(pathlib.Path(build).resolve().glob("tests/firmware/usart/CMakeFiles/*_on_model.dir"))
    if not folders:
        raise SystemExit(f"{build}: no drivers are compiled here; first: cmake --preset coverage, and its build")
    missing = False
    families = collections.defaultdict(lambda: (collections.Counter(), collections.Counter()))
    for folder in folders:
        family = next(note.parent.name for note in folder.rglob("clock.cpp.gcno"))
        for name in names or FILES:
            note = next(folder.rglob(f"boards/*/{name}.cpp.gcno"), None)
            if note is None or not note.with_suffix(".gcda").exists():
                print(f"{folder.name.removesuffix('_on_model.dir')}, {name}.cpp: no test has run it; run its test")
                missing = True
                continue
            for all_of_them, more in zip(families[family, note.parent.name, name], counted(note)):
                for key, count in more.items():
                    all_of_them[key] += count
    for (family, folder, name), (lines, branches) in sorted(families.items()):
        print(f"{family:8} {name + '.cpp':14} lines {share(lines):18} branches {share(branches)}")
        source = (TOP / "firmware/boards" / folder / f"{name}.cpp").read_text(encoding="utf-8").splitlines()
        not_run = {line for line, count in lines.items() if count == 0}
        not_run |= {line for (line, _, _), count in branches.items() if count == 0}
        missing = missing or bool(not_run)
        for line in sorted(not_run):
            print(f"  {line}: {source[line - 1]}")
    return missing


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
