#!/usr/bin/env python3
"""clang-tidy over the whole product, as clang compiles it in the preset asan.

    tidy.py BUILD [--jobs N] [--checks CHECKS]     BUILD: the build tree of the preset asan, with its generated headers

Most of the time goes into what sources include: so the libraries are looked at in the few units below, each of which
includes the sources of several, and one that is clean is not looked at again before any of its text changes. A library
that no unit names is one by itself. The compiler's own warnings are the build's business. Exit status: 0 clean; 1 findings.
"""

import argparse
import concurrent.futures
import hashlib
import json
import pathlib
import shlex
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
FLOORS = ("firmware", "host", "sim")
# The largest first. Where a name of one library hides that of another, one of them says which it means.
UNITS = {
    "servers": ("sim/lcd", "sim/reader", "sim/fleet", "sim/http", "sim/server", "sim/tui", "sim/cli", "sim/app"),
    "commands": ("host/cli", "host/explain", "host/logs", "host/terminal", "host/pcsc", "host/vpcd", "host/ifd", "host/contacts",
                 "host/transcript", "sim/scenario"),
    "bank": ("sim/bank", "sim/issuer"),
    "cards": ("host/base", "host/io", "host/document", "host/keys", "host/sqlite", "host/state", "host/card", "host/issuer",
              "host/profile", "host/board", "host/reader"),
    "core": ("firmware/core", "firmware/drivers"),
}
# The analyzer takes many times as long as all others, and one of these as long as they; what includes sources is a unit's own
# doing.
CHECKS = "-clang-analyzer-*,-performance-unnecessary-value-param,-bugprone-suspicious-include"


def compiled(build):
    """[(source, its place in the tree, its flags as tuples)], without precompiled headers and embedded files"""
    found = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        source = pathlib.Path(entry["file"])
        place = source.relative_to(build if source.is_relative_to(build) else TOP)
        if place.parts[0] not in FLOORS or source.name in ("embedded.cpp", "cmake_pch.hxx.cxx"):
            continue
        words = iter(shlex.split(entry["command"])[1:])
        flags = []
        for word in words:
            if word in ("-o", "-c", "-Xclang"):
                next(words)
            elif word == "-isystem":
                flags.append((word, next(words)))
            elif word != "-Winvalid-pch":
                flags.append((word,))
        found.setdefault(source, (source, place, flags))
    return list(found.values())


def unit_of(source, place):
    """Its name. A source that is no library's whole text is kept out of the others in the build, too."""
    if source.suffix != ".cxx":
        return "-".join(place.with_suffix("").parts)
    named = (name for name, rooms in UNITS.items() if any(place.is_relative_to(room) for room in rooms))
    return next(named, "-".join(place.parts[:place.parts.index("CMakeFiles")]))


def units(build, folder):
    """[(name, entry of compile_commands.json)] of sources that include each library's"""
    members = {name: [] for name in UNITS}
    for source, place, flags in compiled(build):
        members.setdefault(unit_of(source, place), []).append((source, flags))
    made = []
    for name, sources in members.items():
        unit = folder / f"{name}.cpp"
        text = "".join(f'#include "{source}"\n' for source, _ in sources)
        if not unit.exists() or unit.read_text() != text:
            unit.write_text(text)
        flags = []
        for _, own in sources:
            for flag in own:
                everyones = all(flag in others for _, others in sources)
                if flag not in flags and (everyones or flag[0].startswith(("-I", "-isystem", "-D"))):
                    flags.append(flag)
        command = ["clang++", *(word for flag in flags for word in flag), "-w", "-c", str(unit)]
        made.append((name, {"file": str(unit), "directory": str(folder), "arguments": command}))
    return made


def digest(entry, checks):
    """Of all that is read: as the preprocessor leaves it, and the comments of our own, which may hold NOLINT"""
    read = subprocess.run([*entry["arguments"][:-2], "-E", "-C", "-P", entry["file"]], stdout=subprocess.PIPE, check=True).stdout
    made = hashlib.sha256(checks.encode() + (TOP / ".clang-tidy").read_bytes() + read)
    return made.hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--checks", default=CHECKS)
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    folder = build / "tests" / "tidy" / "units"
    folder.mkdir(parents=True, exist_ok=True)
    made = units(build, folder)
    (folder / "compile_commands.json").write_text(json.dumps([entry for _, entry in made], indent=1))

    def look_at(unit):
        name, entry = unit
        clean = folder / f"{name}.clean"
        read = digest(entry, arguments.checks)
        if clean.exists() and clean.read_text() == read:
            return name, "clean, as before", ""
        outcome = subprocess.run(
            ["clang-tidy", "-quiet", f"-checks={arguments.checks}", f"-config-file={TOP}/.clang-tidy", "-p", str(folder), entry["file"]],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        if outcome.returncode == 0:
            clean.write_text(read)
            return name, "clean", ""
        return name, "findings", outcome.stdout + outcome.stderr

    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        outcomes = list(pool.map(look_at, made))
    for name, verdict, said in outcomes:
        print(f"{said}{name}: {verdict}")
    sys.exit(any(said for _, _, said in outcomes))


main()
