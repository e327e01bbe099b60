"""Keywords for Robot Framework: a card reader in a test of a login page.

    *** Settings ***
    Library    sesame_sim.robot.SesameLibrary

    *** Test Cases ***
    A Code Lets Me In
        Create Reader    card=bank-card    profile=vasco-810
        ${code}=    Get Code    1234    M1    12345678
        Input Text    name:code    ${code}

Debian has no Robot Framework: the library follows its conventions, and is tested as plain Python.
"""

import re
from typing import Any

from . import Reader, SesameError, Simulator
from .types import Card, Json

_UNITS = {"ms": 1, "s": 1_000, "sec": 1_000, "seconds": 1_000, "second": 1_000, "min": 60_000, "minutes": 60_000,
          "minute": 60_000, "h": 3_600_000, "hours": 3_600_000, "hour": 3_600_000}


class SesameLibrary:
    """A reader for each test, made by `Create Reader`; it ends with the test. Keywords speak of the last one that was made.

    = Importing =
    Without arguments a simulator is started for the run (`sesame` on the PATH, or SESAME); `url` and `token` name one that
    runs already."""

    ROBOT_LIBRARY_SCOPE = "GLOBAL"
    ROBOT_LIBRARY_VERSION = "0.1.0"
    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self, url: str | None = None, token: str | None = None):
        self.ROBOT_LIBRARY_LISTENER = self
        self._url, self._token = url, token
        self._started: Simulator | None = None
        self._readers: list[Reader] = []

    def create_reader(self, card: str | None = "sesame-card", profile: str = "sesame") -> str:
        """Makes a reader with that card in it, ``${None}`` for an empty one, and returns its id."""
        if self._started is None:
            self._started = Simulator(self._url, self._token) if self._url else Simulator.launch()
        reader = self._started.create_reader(card=card, profile=profile)
        self._readers.append(reader)
        return reader.id

    def get_code(self, pin: str, function: str | None = None, *inputs: str) -> str:
        """A code in one call; fails, with the last screen, where there is none. ``inputs`` answer what the function asks."""
        return self._reader.code(str(pin), function, [str(one) for one in inputs] or None)

    def press_keys(self, *keys: str) -> str:
        """Presses keys as they are engraved, and returns the screen."""
        self._reader.press(*(str(key) for key in keys))
        return self.get_screen()

    def hold_key(self, key: str) -> str:
        """Holds a key down for long: C begins anew."""
        self._reader.hold(key)
        return self.get_screen()

    def type_digits(self, digits: str) -> str:
        """A key for each digit: a PIN, a challenge, an amount."""
        self._reader.type(str(digits))
        return self.get_screen()

    def get_screen(self) -> str:
        """The text of the display, a line for each row."""
        return self._reader.screen()["text"]

    def screen_should_show(self, text: str) -> None:
        """Fails, with the screen, where the text is not on it now."""
        screen = self.get_screen()
        if text not in screen:
            raise AssertionError(f"the reader does not show '{text}'; its screen:\n{screen or '(dark)'}")

    def wait_until_screen_shows(self, pattern: str, timeout: str = "5 s") -> str:
        """Waits for a screen whose text has a match of the regular expression."""
        return self._reader.wait_for_screen(pattern, timeout_ms=_milliseconds(timeout))["text"]

    def advance_time(self, time: str | None = None) -> str:
        """Moves the reader's clock: ``35 s``, ``2 min``; without a time, to what happens by itself next."""
        self._reader.advance("next-deadline" if time is None else _milliseconds(time))
        return self.get_screen()

    def insert_card(self, card: str) -> None:
        """A shipped card by its name, or the path of a card file (.toml) or a recorded card (.apdu)."""
        self._reader.insert(_card(card))

    def pull_card(self) -> None:
        """At any moment."""
        self._reader.pull()

    def set_tries_left(self, tries: int | str) -> None:
        """PIN tries of the card; 0: blocked."""
        self._reader.set_card_state(tries_left=int(tries))

    def set_next_atc(self, atc: str) -> None:
        """Transaction counter of the next code, four hexadecimal digits."""
        self._reader.set_card_state(next_atc=str(atc))

    def break_reader(self, kind: str, **fields: Any) -> None:
        """``Break Reader    removed    at=3``; ``Break Reader    status_word    ins=AE    sw=6985``. One fault more."""
        fault: Json = {"kind": kind}
        for name, value in fields.items():
            fault[name] = int(value) if name in ("at", "ms") else str(value)
        self._reader.faults(*self._reader.get()["faults"], fault)

    def repair_reader(self) -> None:
        """Nothing is broken any more."""
        self._reader.faults()

    def reset_reader(self) -> None:
        """Dark, empty, nothing broken."""
        self._reader.reset()

    def delete_reader(self) -> None:
        """As the end of the test does."""
        self._reader.delete()
        self._readers.pop()

    @property
    def _reader(self) -> Reader:
        if not self._readers:
            raise AssertionError("there is no reader yet: Create Reader makes one")
        return self._readers[-1]

    # ---- the listener

    def _end_test(self, data: object, result: object) -> None:
        for reader in self._readers:
            try:
                reader.delete()
            except SesameError as error:
                if error.code != "unknown_reader":
                    raise
        self._readers = []

    def _close(self) -> None:
        if self._started is not None:
            self._started.stop()
            self._started = None


def _milliseconds(time: str | int | float) -> int:
    """Of Robot's time strings, the simple ones: 35, 35 s, 1.5 min. A number alone is seconds."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", str(time))
    unit = _UNITS.get(match[2] or "s") if match else None
    if match is None or unit is None:
        raise ValueError(f"'{time}' is no time: 35 s, 500 ms, 2 min")
    return round(float(match[1]) * unit)


def _card(name: str) -> Card:
    for ending, kind in ((".toml", "toml"), (".apdu", "transcript")):
        if name.lower().endswith(ending):
            with open(name, encoding="utf-8") as file:
                return {kind: file.read()}
    return name
