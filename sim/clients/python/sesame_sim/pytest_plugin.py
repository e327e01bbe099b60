"""Fixtures for pytest: a simulator for the session, and a fresh reader with a card in it for each test.

    def test_login(sesame_reader): ...

    @pytest.mark.sesame_reader(profile="vasco-810", card="bank-card")
    def test_transfer(sesame_reader): ...

And a bank's server for the session, with a bank, a customer and a reader with that customer's card for each test, in virtual
time:

    def test_transfer(page, bank, customer, reader):
        page.goto(bank.url)

    @pytest.mark.sesame_bank(rules={"strong_days": 180})
    def test_half_a_year(bank, customer, reader): ...

The options --sesame-url and --sesame-token, or the environment variables SESAME_URL and SESAME_TOKEN, name a simulator that
runs already; --sesame-bank-url and --sesame-bank-token, SESAME_BANK_URL and SESAME_BANK_TOKEN, a bank's server. A test that fails has the screen, the dialogue with the card and the bank's audit in its report.
"""

import json
import os
from collections.abc import Generator, Iterator
from typing import Any, TypeVar

import pytest

from . import Bank, Customer, CustomerReader, Reader, SesameError, Simulator, Tenant

AnyReader = TypeVar("AnyReader", bound=Reader)

_READER = pytest.StashKey[Reader]()
_BANK = pytest.StashKey[Tenant]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("sesame")
    group.addoption("--sesame-url", help="a simulator that runs already, instead of one of our own")
    group.addoption("--sesame-token", help="its token")
    group.addoption("--sesame-bank-url", help="a bank's server that runs already, instead of one of our own")
    group.addoption("--sesame-bank-token", help="its token")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "sesame_reader(profile, card, clock, ttl_s): the reader of this test")
    config.addinivalue_line("markers", "sesame_bank(seed, rules, clock, now_ms): the bank of this test")


def _option(request: pytest.FixtureRequest, name: str) -> str | None:
    """Of the command line, else of the environment: --sesame-url, SESAME_URL."""
    given: str | None = request.config.getoption(name)
    return given or os.environ.get(name.strip("-").upper().replace("-", "_"))


@pytest.fixture(scope="session")
def sesame(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    url = _option(request, "--sesame-url")
    with Simulator(url, _option(request, "--sesame-token")) if url else Simulator.launch() as simulator:
        yield simulator


@pytest.fixture
def sesame_reader(request: pytest.FixtureRequest, sesame: Simulator) -> Iterator[Reader]:
    marker = request.node.get_closest_marker("sesame_reader")
    options: dict[str, Any] = {"card": "sesame-card", **(marker.kwargs if marker else {})}
    reader = sesame.create_reader(**options)
    yield from _lent(request, reader)


def _lent(request: pytest.FixtureRequest, reader: AnyReader) -> Iterator[AnyReader]:
    request.node.stash[_READER] = reader
    yield reader
    try:
        reader.delete()
    except SesameError as error:
        if error.code != "unknown_reader":  # the test may have deleted it itself
            raise


@pytest.fixture(scope="session")
def sesame_bank(request: pytest.FixtureRequest) -> Iterator[Bank]:
    url = _option(request, "--sesame-bank-url")
    with Bank(url, _option(request, "--sesame-bank-token")) if url else Bank.launch() as server:
        yield server


@pytest.fixture
def bank(request: pytest.FixtureRequest, sesame_bank: Bank) -> Iterator[Tenant]:
    marker = request.node.get_closest_marker("sesame_bank")
    tenant = sesame_bank.create_tenant(**(marker.kwargs if marker else {}))
    request.node.stash[_BANK] = tenant
    yield tenant
    try:
        tenant.delete()
    except SesameError as error:
        if error.code != "unknown":  # the test may have deleted it itself
            raise


@pytest.fixture
def customer(bank: Tenant) -> Customer:
    return bank.customer


@pytest.fixture
def reader(request: pytest.FixtureRequest, sesame: Simulator, customer: Customer) -> Iterator[CustomerReader]:
    marker = request.node.get_closest_marker("sesame_reader")
    yield from _lent(request, customer.reader(sesame, **(marker.kwargs if marker else {})))


@pytest.hookimpl(hookwrapper=True)  # type: ignore[misc]
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    outcome = yield
    report = outcome.get_result()
    if call.when != "call" or not report.failed:
        return
    reader, bank = item.stash.get(_READER, None), item.stash.get(_BANK, None)
    try:
        if reader is not None:
            report.sections.append(("reader screen", reader.screen()["text"]))
            report.sections.append(("card dialogue", reader.trace()))
        if bank is not None:
            report.sections.append(("bank audit", "\n".join(json.dumps(row) for row in bank.audit())))
    except SesameError as error:
        report.sections.append(("sesame", str(error)))
