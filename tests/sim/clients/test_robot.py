"""The keyword library for Robot Framework, which Debian does not have: as plain Python, by Robot's conventions. Keywords are the
public methods, arguments are texts, a keyword that fails raises; the library is its own listener."""

import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from sesame_sim import SesameError
from sesame_sim.robot import SesameLibrary


@pytest.fixture(scope="module")
def library() -> Iterator[SesameLibrary]:
    made = SesameLibrary()
    yield made
    made._close()


@pytest.fixture(autouse=True)
def each_test(library: SesameLibrary) -> Iterator[None]:
    yield
    library._end_test(None, None)


def test_every_keyword_has_a_documentation_and_takes_texts() -> None:
    keywords = {name: method for name, method in inspect.getmembers(SesameLibrary, inspect.isfunction) if name[0] != "_"}
    assert {"create_reader", "get_code", "screen_should_show", "advance_time"} <= set(keywords)
    for name, method in keywords.items():
        assert inspect.getdoc(method), name
        kinds = [parameter.annotation for parameter in list(inspect.signature(method).parameters.values())[1:]]
        assert all(kind in (str, str | None, int | str) or "Any" in str(kind) for kind in kinds), name
    assert SesameLibrary.ROBOT_LIBRARY_SCOPE == "GLOBAL"
    assert SesameLibrary.ROBOT_LISTENER_API_VERSION == 3


def test_a_code_with_what_the_function_asks(library: SesameLibrary) -> None:
    library.create_reader(card="bank-card", profile="vasco-810")
    assert library.get_code("1234", "M1", "12345678").isdecimal()


def test_key_by_key_in_virtual_time(library: SesameLibrary) -> None:
    library.create_reader()
    library.set_next_atc("00B4")
    assert "Code secret" in library.press_keys("CODE")
    assert "****" in library.type_digits("1234")
    library.press_keys("OK")
    while "4251 1495" not in library.get_screen():
        library.advance_time()
    library.screen_should_show("Code Sésame")
    assert library.advance_time("35 s") == ""
    with pytest.raises(AssertionError, match="does not show 'Code'; its screen:\n\\(dark\\)"):
        library.screen_should_show("Code")


def test_waiting_holding_and_times(library: SesameLibrary) -> None:
    library.create_reader()
    library.press_keys("CODE")
    assert "Code secret" in library.wait_until_screen_shows("Code.secret", "500 ms")
    assert "Code secret" not in library.hold_key("C")
    with pytest.raises(SesameError, match="screen_timeout"):
        library.wait_until_screen_shows("never", "0.01 s")
    with pytest.raises(ValueError, match="no time"):
        library.advance_time("soon")


def test_the_card_is_moved_and_broken(library: SesameLibrary, tmp_path: Path) -> None:
    library.create_reader(card=None)
    with pytest.raises(SesameError, match="no_card"):
        library.get_code("1234")
    library.insert_card("sesame-card")
    library.set_tries_left("1")
    with pytest.raises(SesameError, match="no_code"):
        library.get_code("9999")
    library.pull_card()
    library.break_reader("slow", ms="10")
    library.break_reader("removed", at="3")
    library.insert_card("sesame-card")
    with pytest.raises(SesameError, match="no_code"):
        library.get_code("1234")
    library.repair_reader()
    card = tmp_path / "mine.toml"
    card.write_text((Path(__file__).parents[3] / "hw-profiles/cards/sesame-card.toml").read_text())
    library.insert_card(str(card))
    assert library.get_code("1234").isdecimal()
    library.reset_reader()
    library.delete_reader()


def test_a_reader_ends_with_its_test(library: SesameLibrary) -> None:
    id = library.create_reader()
    assert library._started
    library._end_test(None, None)
    with pytest.raises(SesameError, match="unknown_reader"):
        library._started.reader(id).get()
    with pytest.raises(AssertionError, match="Create Reader"):
        library.get_screen()
