"""Fixtures for pytest: a simulator for the session, and a fresh reader with a card in it for each test.

    def test_login(sesame_reader): ...

    @pytest.mark.sesame_reader(profile="vasco-810", card="bank-card")
    def test_transfer(sesame_reader): ...

The options --sesame-url and --sesame-token name a simulator that runs already. A test that fails has the screen and the
dialogue with the card in its report.
"""

from collections.abc import Iterator

import pytest

from sesame_sim import Reader, SesameError, Simulator

_READER = pytest.StashKey[Reader]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("sesame")
    group.addoption("--sesame-url", help="a simulator that runs already, instead of one of our own")
    group.addoption("--sesame-token", help="its token")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "sesame_reader(profile, card, clock, ttl_s): the reader of this test")


@pytest.fixture(scope="session")
def sesame(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    url = request.config.getoption("--sesame-url")
    token = request.config.getoption("--sesame-token")
    with Simulator(url, token) if url else Simulator.launch() as simulator:
        yield simulator


@pytest.fixture
def sesame_reader(request: pytest.FixtureRequest, sesame: Simulator) -> Iterator[Reader]:
    marker = request.node.get_closest_marker("sesame_reader")
    reader = sesame.create_reader(**{"card": "sesame-card", **(marker.kwargs if marker else {})})
    request.node.stash[_READER] = reader
    yield reader
    try:
        reader.delete()
    except SesameError as error:
        if error.code != "unknown_reader":  # the test may have deleted it itself
            raise


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    outcome = yield
    report = outcome.get_result()
    reader = item.stash.get(_READER, None)
    if call.when != "call" or not report.failed or reader is None:
        return
    try:
        report.sections.append(("reader screen", reader.screen()["text"]))
        report.sections.append(("card dialogue", reader.trace()))
    except SesameError as error:
        report.sections.append(("reader", str(error)))
