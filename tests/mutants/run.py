#!/usr/bin/env python3
"""tests/mutants/run.py [--check | ID…]: makes each change of list.toml, one at a time, in a copy of the tree under build/, and says
which test notices it: a table on standard output, and the sum. All take more than an hour; with names, those alone, and with
what names begin with and a dash ("finding-"), all of those. With --check it changes and builds nothing, and says only whether the
list is in step.

Exit status: 0 at least 95 of 100 are noticed; 1 fewer; 2 the list is not in step with the code (a text is not there once,
what stands in its place does not compile), or the tests fail without any change.
"""

import os
import subprocess
import sys
import time
import tomllib
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
COPY = TOP / "build" / "mutants" / "tree"
BUILD = COPY / "build" / "dev"
ENOUGH = 0.95

# Which tests may notice a change there, as CTest calls them: of the longest beginning that fits.
RELEVANT = {
    "firmware/core/": ["core", "reader", "transcript", "card", "explorer", "explore_sesame", "sim_reader", "sim_scenario",
                       "scenarios", "e2e", "memory"],
    "firmware/core/pinpad/": ["reader", "core", "ifd", "explorer", "explore_sesame_with_program"],
    "firmware/core/iso7816/": ["iso7816", "contacts", "panel_device"],
    "firmware/boards/stm32/": ["usart", "usart_l4"],
    "firmware/boards/stm32/fatal.cpp": ["the_next_start_knows_where_the_last_run_ended"],
    "firmware/boards/stm32/startup.cpp": ["the_next_start_knows_where_the_last_run_ended"],
    "firmware/boards/stm32f4/": ["usart"],
    "firmware/boards/stm32l4/": ["usart_l4", "usart_l4_quartz"],
    "firmware/drivers/": ["drivers"],
    "host/card/": ["card", "vpcd", "sim_scenario", "e2e"],
    "host/card/iso7816/": ["contacts", "e2e_line"],
    "host/card/file/": ["card_file", "card", "e2e"],
    "host/state/": ["state", "card", "e2e"],
    "host/keys/": ["keys", "card", "profile"],
    "host/transcript/": ["transcript", "e2e"],
    "host/ifd/": ["ifd"],
    "host/io/": ["io", "ifd", "contacts", "vpcd"],
    "host/contacts/": ["contacts", "e2e_line"],
    "host/vpcd/": ["vpcd", "card_serve"],
    "sim/http/": ["sim_http", "sim_api", "sim_served", "memory"],
    "sim/server/": ["sim_api", "sim_http", "sim_served", "memory"],
}
IMAGES = {"memory"}  # these have a reader in QEMU
# What makes them, where it is not test_NAME.
TARGETS = {"scenarios": "sesame", "explore_sesame": "explore", "explore_sesame_with_program": "explore"}
# What is an image by itself, and is run as one.
ENDS = {"the_next_start_knows_where_the_last_run_ended": "ended"}


class ListError(Exception):
    """The list, or the tree without any change, is not as it must be."""


def relevant(file):
    fitting = [beginning for beginning in RELEVANT if file.startswith(beginning)]
    if not fitting:
        raise ListError(f"no test is known to be relevant to {file}")
    return RELEVANT[max(fitting, key=len)]


def call(*command, cwd=COPY):
    return subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")


def write_if_changed(path, content):
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def copy_tree():
    """The tree as it stands here, committed or not; what stays the same keeps its time, so that little is built anew."""
    listed = call("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=TOP).stdout.split("\0")
    files = {file for file in listed if file and (TOP / file).is_file()}
    for file in files:
        write_if_changed(COPY / file, (TOP / file).read_bytes())
        os.chmod(COPY / file, (TOP / file).stat().st_mode)
    for path in COPY.rglob("*"):
        inside = path.relative_to(COPY)
        if inside.parts[0] != "build" and path.is_file() and str(inside) not in files:
            path.unlink()


def build(test):
    """None, or what the compiler says."""
    if test in ENDS:
        built = call(".ci/build", "firmware", ENDS[test])
    else:
        built = call("cmake", "--build", "--preset", "dev", "--target", TARGETS.get(test, f"test_{test}"))
    return None if built.returncode == 0 else built.stdout


def passes(test, limit):
    build = COPY / "build" / ("firmware" if test in ENDS else "dev")
    ran = call("ctest", "--test-dir", str(build), "-R", f"^{test}$", "--timeout", str(limit), "--output-on-failure")
    if "No tests were found" in ran.stdout:
        raise ListError(f"there is no test {test}")
    return ran.returncode == 0, ran.stdout


def costs(tests):
    """Seconds, of each test without any change."""
    seconds = {}
    if IMAGES & tests and call(".ci/build", "firmware").returncode != 0:
        raise ListError("the images of boards cannot be built")
    for test in sorted(tests):
        if output := build(test):
            raise ListError(f"{test} does not compile without any change:\n{output[-4000:]}")
        begin = time.monotonic()
        passed, output = passes(test, 600)
        if not passed:
            raise ListError(f"{test} fails without any change:\n{output[-4000:]}")
        seconds[test] = time.monotonic() - begin
    return seconds


def changed(mutant, tree=COPY):
    text = (tree / mutant["file"]).read_text()
    count = text.count(mutant["before"])
    if count != 1:
        raise ListError(f"its text is there {count} times in {mutant['file']}")
    return text.replace(mutant["before"], mutant["after"])


def noticed_by(mutant, seconds):
    """The first test that fails, from the cheapest; None: it survives."""
    file = COPY / mutant["file"]
    original = file.read_text()
    file.write_text(changed(mutant))
    try:
        for test in sorted(relevant(mutant["file"]), key=seconds.get):
            if output := build(test):
                raise ListError(f"it does not compile:\n{output[-2000:]}")
            limit = max(60, int(10 * seconds[test]))
            if not passes(test, limit)[0] and not passes(test, limit)[0]:  # once may be a machine under load
                return test
        return None
    finally:
        file.write_text(original)


def check(mutants):
    """2 if the list is not in step with the tree as it stands here, with a line for each that is not."""
    status = 0
    for mutant in mutants:
        try:
            relevant(mutant["file"])
            changed(mutant, TOP)
        except (ListError, OSError) as error:
            print(f"list.toml: {mutant['id']}: {error}", file=sys.stderr)
            status = 2
    return status


def main():
    mutants = tomllib.loads((TOP / "tests/mutants/list.toml").read_text())["mutant"]
    if sys.argv[1:] == ["--check"]:
        return check(mutants)
    if wanted := sys.argv[1:]:
        def is_meant(mutant, name):
            return mutant["id"].startswith(name) if name.endswith("-") else mutant["id"] == name
        for name in wanted:
            if not any(is_meant(mutant, name) for mutant in mutants):
                raise ListError(f"{name} is not in the list")
        mutants = [mutant for mutant in mutants if any(is_meant(mutant, name) for name in wanted)]
    copy_tree()
    if not (BUILD / "build.ninja").exists() and call("cmake", "--preset", "dev").returncode != 0:
        raise ListError("the copy cannot be configured")
    seconds = costs({test for mutant in mutants for test in relevant(mutant["file"])})
    noticed = errors = 0
    for mutant in mutants:
        try:
            test = noticed_by(mutant, seconds)
            noticed += test is not None
            verdict = f"noticed by {test}" if test else "SURVIVED"
        except ListError as error:
            errors += 1
            verdict = f"ERROR: {error}"
        print(f"{mutant['id']:13} {mutant['file']:42} {verdict}", flush=True)
    print(f"{noticed} of {len(mutants)} are noticed")
    if errors:
        return 2
    return 0 if noticed >= ENOUGH * len(mutants) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ListError as error:
        print(f"run.py: {error}", file=sys.stderr)
        sys.exit(2)
