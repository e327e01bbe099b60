#!/usr/bin/env python3
"""Writes sesame_sim/client.py, which is sesame_sim/aio/client.py without asyncio; --check: says whether it is."""

import re
import sys
from pathlib import Path

PACKAGE = Path(__file__).parent / "sesame_sim"
WORDS = [
    (r"# sesame_sim/client\.py is this file without asyncio: .*\n",
     "# Written by unasync.py of sesame_sim/aio/client.py: change that one.\n"),
    (r"\basync def ", "def "), (r"\basync with ", "with "), (r"\basync for ", "for "), (r"\bawait ", ""),
    (r"\bAsyncIterator\b", "Iterator"), (r"__a(enter|exit|iter)__", r"__\1__"),
    (r"from \.\.(\w+) import", r"from .\1 import"),
]


def unasync(text: str) -> str:
    for pattern, other in WORDS:
        text = re.sub(pattern, other, text)
    return text


def main() -> None:
    wanted = unasync((PACKAGE / "aio/client.py").read_text())
    written = PACKAGE / "client.py"
    if "--check" not in sys.argv:
        written.write_text(wanted)
    elif not written.exists() or written.read_text() != wanted:
        sys.exit(f"{written} is not what unasync.py makes of aio/client.py")


main()
