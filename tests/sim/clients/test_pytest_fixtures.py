"""The pytest fixtures, in this run of pytest and, for what they report, in one inside it."""

import pytest

from sesame_sim import Reader, SesameError, Simulator

used: list[Reader] = []


def test_a_test_has_a_reader_with_a_card_in_it(sesame_reader: Reader) -> None:
    used.append(sesame_reader)
    assert len(sesame_reader.otp("1234")["code"]) == 8


def test_a_reader_ends_with_its_test() -> None:
    with pytest.raises(SesameError, match="unknown_reader"):
        used[0].get()


@pytest.mark.sesame_reader(profile="vasco-810", card="bank-card")
def test_a_mark_chooses_the_reader(sesame_reader: Reader) -> None:
    assert sesame_reader.get()["profile"] == "vasco-810"


def test_a_test_may_delete_its_reader(sesame_reader: Reader) -> None:
    sesame_reader.delete()


def test_a_failed_test_reports_the_screen_and_the_dialogue(pytester: pytest.Pytester, sesame: Simulator) -> None:
    pytester.makepyfile("""
        def test_login(sesame_reader):
            sesame_reader.otp("1234")
            assert False
    """)
    report = pytester.runpytest("-p", "sesame_sim.pytest_plugin", "--sesame-url", sesame.url)
    report.assert_outcomes(failed=1)
    report.stdout.fnmatch_lines(["*reader screen*", "Code S?same", "*card dialogue*", "> 00A40400*"])
    assert sesame.readers()  # one that ran already goes on
