"""What the client and its asyncio twin have in common: no input and no output."""

import json
import re
import time
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from .types import Json, SesameError

SECONDS = 90.0  # until an answer must have begun; a screen is waited for 60 at most
PATIENCE = 30.0  # as long as a server that says when to come again is obeyed
TIME_TO_LIVE = 3_600  # seconds without use after which a reader ends: a test that was killed deletes none
LARGEST = 16 * 1024 * 1024  # bytes of an answer: the peer may be no simulator
LONGEST_LINE = 1024 * 1024  # of an event

# The keys of shipped models.
FUNCTIONS = {
    "sesame": {"identify": "CODE"},
    "vasco-810": {"identify": "M1", "respond": "M1", "tds": "M2"},
}


class Kind(NamedTuple):
    name: str
    command: str


SIMULATOR = Kind("simulator", "sesame sim")
ISSUER = Kind("issuer", "sesame issuer serve")
BANK = Kind("bank", "sesame bank")


def euros(cents: str) -> str:
    padded = cents.rjust(3, "0")
    return f"{padded[:-2]}.{padded[-2:]}"


def given(**values: Any) -> Json:
    return {name: value for name, value in values.items() if value is not None}


def pattern(match: str | re.Pattern[str]) -> str:
    """As RE2 has it, with the flags in it."""
    if isinstance(match, str):
        return match
    flags = {re.IGNORECASE: "i", re.MULTILINE: "m", re.DOTALL: "s"}
    rest = match.flags & ~re.UNICODE
    letters = ""
    for flag, letter in flags.items():
        if rest & flag:
            letters, rest = letters + letter, rest & ~flag
    if rest:
        raise ValueError("the simulator knows the flags i, m and s of regular expressions")
    return f"(?{letters}){match.pattern}" if letters else match.pattern


def parsed(text: str | bytes, kind: Kind) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise no_server("the answer is no JSON, or too deep", kind) from None


def no_server(why: str, kind: Kind) -> SesameError:
    return SesameError(f"no_{kind.name}", f"what answers is no {kind.name}: {why}", f"give the URL of `{kind.command}`")


def unreachable(url: str, reason: object, kind: Kind) -> SesameError:
    return SesameError("unreachable", f"no {kind.name} answers at {url}: {reason}", f"start one with: {kind.command}")


def restarted(url: str, kind: Kind) -> SesameError:
    return SesameError("restarted", f"the {kind.name} at {url} was started anew: what was made in it is gone", "make it again")


def refused(status: int, text: bytes) -> SesameError:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = {}
    if not isinstance(body, dict):
        body = {}
    return SesameError(body.get("code", "unknown"), body.get("message", f"HTTP {status}"), body.get("hint", ""), status, body)


def retry_after(status: int, text: str | None) -> float | None:
    """Seconds until a server that has no room takes the same request again, RFC 9110, 10.2.3; None: it does not say."""
    if status not in (429, 503) or text is None:
        return None
    if text.isascii() and text.isdecimal():
        return float(text)
    try:
        return max(parsedate_to_datetime(text).timestamp() - time.time(), 0.0)
    except ValueError:
        return None
