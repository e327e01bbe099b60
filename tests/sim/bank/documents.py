#!/usr/bin/env python3
"""documents.py README FOLDER: each test that the table of the documents' sentences names is there, and each sentence has one
or says why it is left out. A line for each that is not. Exit status: 0; 1 something is missing.
"""

import re
import sys
from pathlib import Path


def names_of_tests(folder):
    found = set()
    for path in sorted(folder.rglob("*")):
        if path.suffix not in (".cpp", ".mjs", ".js", ".py", ".sh"):
            continue
        text = re.sub(r'"\s*\n\s*"', "", path.read_text())
        found.update(re.findall(r'TEST_CASE\(\s*"([^"]+)"', text))
        for quote in "'\"`":
            found.update(re.findall(rf"(?:test|onPage)\(\s*{quote}((?:[^{quote}\\]|\\.)+){quote}", text))
    return {name.replace("\\'", "'") for name in found}


def rows_of(readme):
    text = readme.read_text().split("## The documents, sentence by sentence", 1)[1]
    for line in text.splitlines():
        if line.startswith("| ") and not line.startswith("| sentence"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def main():
    readme, folder = Path(sys.argv[1]), Path(sys.argv[2])
    tests = names_of_tests(folder)
    missing = rows = 0
    for sentence, page, test in rows_of(readme):
        rows += 1
        if (test and test not in tests) or (not test and not page.startswith("left out: ")):
            print(f"{sentence}: there is no test {test!r}" if test else f"{sentence}: no test, and no reason")
            missing += 1
    print(f"{rows} sentences, {missing} without their test")
    return 1 if missing or rows < 40 else 0


if __name__ == "__main__":
    sys.exit(main())
