"""The Python client against a real `sesame issuer serve`: SESAME is the path of the program."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sesame_sim import Issuer, SesameError


def sesame(*arguments: str) -> str:
    return subprocess.run([os.environ["SESAME"], *arguments], check=True, capture_output=True, text=True).stdout


def code(atc: str) -> str:
    return json.loads(sesame("code", "--pin", "1234", "--ephemeral", "--atc", atc, "--json"))["code"]


@pytest.fixture
def issuer(tmp_path: Path) -> Iterator[Issuer]:
    store = str(tmp_path / "issuer.db")
    sesame("issuer", "init", "--store", store)
    sesame("issuer", "card", "add", "sesame-card", "--customer", "alice", "--store", store)
    with Issuer.launch(args=["--store", store]) as served:
        yield served


def test_a_code_is_accepted_once(issuer: Issuer) -> None:
    first = code("0001")
    assert issuer.verify(first, card=1) == {"accepted": True, "last_try": False}
    assert issuer.verify(first, card=1) == {"accepted": False, "last_try": False}
    assert issuer.verify(first, customer="alice") == {"accepted": False, "last_try": True}
    assert issuer.json("GET", "/v1/cards/1")["tries_left"] == 1
    assert issuer.verify(code("0002"), customer="alice")["accepted"]


def test_a_card_is_added_as_its_file(issuer: Issuer) -> None:
    file = sesame("card", "new", "--template", "bank-card")
    card = issuer.add_card(file, customer="bob")
    assert (card["id"], card["customer"]) == (2, "bob")
    assert not issuer.verify("12345678", customer="bob")["accepted"]


def test_what_is_refused_by_the_api_is_an_error(issuer: Issuer) -> None:
    for status, error, call in [
        (400, "malformed_request", lambda: issuer.verify("1")),
        (400, "malformed_request", lambda: issuer.verify("1", "sign", card=1)),
        (401, "unauthorized", lambda: Issuer(issuer.url, "another").verify("1", card=1)),
        (404, "unknown_card", lambda: issuer.json("GET", "/v1/cards/9")),
        (None, "unreachable", lambda: Issuer("http://127.0.0.1:9", "t").verify("1", card=1)),
    ]:
        with pytest.raises(SesameError) as raised:
            call()
        assert (raised.value.status, raised.value.code) == (status, error)


def test_an_issuer_that_does_not_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(SesameError) as raised:
        Issuer.launch(args=["--store", str(tmp_path / "none.db")])
    assert raised.value.code == "issuer_failed"
