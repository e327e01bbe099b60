#!/usr/bin/env python3
"""pages.py ROOT: what the pages name is there: the targets of their links, and each path of ours in `backquotes`, with or
without a line; and where pages, clients and examples of sim/ name a version of ours, it is the project's. A line for each
that is not. Exit status: 0; 1 something is missing.
"""

import re
import sys
from pathlib import Path

FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
# firmware/core/reader.cpp:27, host/base/utf8.{hpp,cpp}, tests/fuzz
PATH = re.compile(r"`((?:firmware|host|sim|tests|hw-profiles|\.ci)(?:/[\w.{},-]+)+)/?(?::\d+(?:-\d+)?)?`")
FLOORS = ["firmware", "host", "sim", "tests", "hw-profiles"]
MADE_UP = re.compile(r"NAME|FAMILY|XX")
VERSION = re.compile(r"^project\(sesame VERSION ([\d.]+)", re.MULTILINE)
# sesame:1.2.3, sesame_sim-1.2.3-py3, "version": "1.2.3", version = "1.2.3", ROBOT_LIBRARY_VERSION = "1.2.3"
OURS = re.compile(r"\bsesame(?:[-_]sim)?[-:](\d+(?:\.\d+)+)"
                  r'|^\s*"?(?:\w+_)?version"?\s*[:=]\s*"(\d+(?:\.\d+)+)"', re.MULTILINE | re.IGNORECASE)
SPEAKING = {".md", ".json", ".toml", ".py", ".yaml", ".yml"}


def spelled_out(path):
    inside = re.search(r"\{([^}]*)\}", path)
    if not inside:
        return [path]
    return [path.replace(inside.group(0), each) for each in inside.group(1).split(",")]


def missing(root, page):
    text = FENCE.sub("", page.read_text())
    for target in LINK.findall(text):
        if not target.startswith(("http:", "https:", "mailto:")) and not (page.parent / target).exists():
            yield target
    for named in PATH.findall(text):
        for path in spelled_out(named):
            if not MADE_UP.search(path) and not (root / path).exists():
                yield path


def other_versions(root):
    project = VERSION.search((root / "CMakeLists.txt").read_text())
    for path in sorted((root / "sim").rglob("*")):
        if path.suffix not in SPEAKING or "node_modules" in path.parts:
            continue
        for match in OURS.finditer(path.read_text()):
            named = match.group(1) or match.group(2)
            if named != project.group(1):
                yield f"{path.relative_to(root)}: version {named} is not {project.group(1)}, the project's"


def main():
    root = Path(sys.argv[1]).resolve()
    pages = [*root.glob("*.md"), *(page for floor in FLOORS for page in (root / floor).rglob("*.md"))]
    found = 0
    for page in sorted(page for page in pages if "node_modules" not in page.parts):
        for what in missing(root, page):
            print(f"{page.relative_to(root)}: {what} is not there")
            found += 1
    for other in other_versions(root):
        print(other)
        found += 1
    print("the pages name what is there" if found == 0 else f"{found} names lead nowhere")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
