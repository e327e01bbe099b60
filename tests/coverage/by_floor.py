#!/usr/bin/env python3
"""Prints which share of the product's lines the tests ran, by floor and by room: of the preset `coverage`, after its tests.

    cmake --preset coverage && cmake --build --preset coverage && ctest --preset coverage
    tests/coverage/by_floor.py [build/coverage]

A line that several programs contain counts once, as run where any of them ran it.
"""

import collections
import json
import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
FLOORS = ("firmware", "host", "sim")
AT_ONCE = 50  # files that one gcov reads


def counted(build):
    """{file from the top of the tree: {line: whether it ran}}"""
    if next(build.rglob("*.gcda"), None) is None:
        raise SystemExit(f"{build}: no test has run here; first: ctest --preset coverage")
    notes = sorted(str(path) for path in build.rglob("*.gcno"))  # also of what no test ran
    lines = collections.defaultdict(dict)
    for start in range(0, len(notes), AT_ONCE):
        command = ["gcov", "--json-format", "--stdout", *notes[start:start + AT_ONCE]]
        output = subprocess.run(command, cwd=build, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        for unit in output.splitlines():
            for file in json.loads(unit)["files"]:
                path = pathlib.Path(build, file["file"]).resolve()
                if not path.is_relative_to(TOP):
                    continue
                name = path.relative_to(TOP)
                if name.parts[0] not in FLOORS:
                    continue
                of_file = lines[str(name)]
                for line in file["lines"]:
                    number = line["line_number"]
                    of_file[number] = of_file.get(number, False) or line["count"] > 0
    return lines


def main():
    build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else TOP / "build" / "coverage").resolve()
    rooms = collections.Counter()
    ran = collections.Counter()
    for name, lines in counted(build).items():
        parts = name.split("/")
        for room in (parts[0], "/".join(parts[:2])):
            rooms[room] += len(lines)
            ran[room] += sum(lines.values())
    print(f"{'room':<24}{'lines':>8}{'run':>8}{'':>9}")
    for room in sorted(rooms):
        indent = "" if room in FLOORS else "  "
        print(f"{indent + room:<24}{rooms[room]:>8}{ran[room]:>8}{ran[room] / rooms[room]:>9.1%}")


main()
