"""What the servers' answers are made of; what each field means is in the server's own /openapi.json. Times are milliseconds."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, TypedDict

Json = dict[str, Any]
# "bank-card", {"toml": …}, {"transcript": …}, {"pcsc": …}; {"name": "bank-card", "pin": "98765"}
Card = str | dict[str, str]
ClockKind = Literal["real", "virtual"]


class Held(TypedDict):
    hold: str


Key = str | Held


class CardState(TypedDict):
    last_atc: str
    next_atc: str | None
    tries_left: int


class CardStateOfReader(CardState):
    revision: int


class InsertedCard(TypedDict):
    name: str
    kind: str
    state: CardState | None


class Display(TypedDict):
    rows: list[str]
    columns: int
    contrast: int


class Keys(TypedDict):
    functions: list[str]
    digits: list[str]
    ok: str
    clear: str


class Computer(TypedDict):
    answer: str | None
    number: int | None
    code: str | None


class ReaderState(TypedDict):
    id: str
    label: str
    profile: str
    title: str
    clock: ClockKind
    now_ms: int
    deadline_ms: int | None
    revision: int
    state: str
    notice: str | None
    lit: bool
    screen: Display
    keys: Keys
    look: dict[str, str]
    code: str | None  # digits alone
    display: str | None  # as they are grouped
    atc: str | None
    card: InsertedCard | None
    computer: Computer | None  # what the one at its cable was told; None: it has no cable
    faults: list[Json]
    battery: Literal["ok", "low", "dead"]
    expires_ms: int | None


class ReaderSummary(TypedDict):
    id: str
    label: str
    profile: str
    state: str
    revision: int
    card: str | None


class Named(TypedDict):
    name: str
    title: str


class FaultShape(TypedDict):
    kind: str
    description: str
    fields: dict[str, Json]  # a JSON Schema each
    required: list[str]
    suggested: Json


class Otp(TypedDict):
    code: str | None
    display: str | None
    atc: str | None
    screens: list[list[str]]
    state: str
    notice: str | None
    revision: int


class Screen(TypedDict):
    rows: list[str]
    lit: bool
    revision: int
    text: str  # its rows without the blanks at their ends


class Apdu(TypedDict):
    revision: int
    at_ms: int
    name: str
    command: str
    response: str


class Told(TypedDict):
    tag: str
    name: str
    value: str
    meaning: list[str]


Part = TypedDict("Part", {"name": str, "from": int, "data": str, "mask": str, "taken": str})


class CodePath(TypedDict):
    """From what the card answered to the digits of a code. Bytes are hex digits."""

    revision: int  # of the reader, as the code came to be shown
    at_ms: int
    code: str
    atc: str
    aid: str  # of the application that made it
    told: list[Told]  # what the card was told with GENERATE AC, as its CDOL1 asks for it
    rule: str  # "bitmap", "belgian"
    signs: bool  # numbers that were typed on the reader took the place of the AC (TDS)
    parts: list[Part]  # of what the bits are taken, in the order in which they are joined; a one of the mask takes the bit
    bits: str
    number: str


class ServerInfo(TypedDict):
    service: str
    version: str
    instance: str  # of this start of it, and of no other


class Decision(TypedDict):
    accepted: bool
    last_try: bool  # refused, and the next failure blocks the card


class Typed(TypedDict):
    field: str
    value: str


class Operation(TypedDict):
    id: str
    kind: str
    method: str
    summary: list[Json]
    inputs: list[Typed]  # what is typed on the reader, in this order
    expires_ms: int


class Account(TypedDict):
    id: int
    iban: str
    label: str
    balance: str
    currency: str


class Message(TypedDict):
    number: int
    at_ms: int
    kind: Literal["post", "sms"]
    to: str
    subject: str
    text: str
    values: dict[str, str | None]


class BankEvent(TypedDict):
    number: int
    at_ms: int
    user: int | None
    event: str
    method: str | None
    detail: Json


class TenantInfo(TypedDict):
    id: str
    url: str
    clock: ClockKind
    now_ms: int


class Event(NamedTuple):
    id: str
    event: str  # screen, key, card, apdu, clock, fault, reader; lost: some are forgotten
    data: Json


class SesameError(Exception):
    """`code` as the API says it, or "unreachable", "no_simulator", "simulator_failed" where there is no API; "restarted" where
    the server was; "no_code", "event_timeout", "message_timeout". `body` is the whole answer: with "screen_timeout" the last
    screen is in it, as `screen`, with "no_code" it is that of otp()."""

    def __init__(self, code: str, message: str, hint: str = "", status: int | None = None, body: Json | None = None):
        super().__init__(f"{code}: {message}" + (f" ({hint})" if hint else ""))
        self.code, self.message, self.hint, self.status, self.body = code, message, hint, status, body or {}


def last_screen(screens: Sequence[Sequence[str]]) -> str:
    return " / ".join(screens[-1]).strip() if screens else ""
