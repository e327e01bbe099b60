"""The Python client against a real `sesame sim`: SESAME is the path of the program."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from sesame_sim import EventStream, Json, Reader, Screen, SesameError, Simulator
from sesame_sim.io import Response


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator.launch() as simulator:
        yield simulator


@pytest.fixture
def reader(sim: Simulator) -> Reader:
    return sim.create_reader(card="sesame-card")


def advance_to(reader: Reader, pattern: str) -> Screen:
    """The card takes no time, but the reader shows some screens for a moment."""
    for _ in range(10):
        screen = reader.screen()
        if re.search(pattern, screen["text"]):
            return screen
        reader.advance("next-deadline")
    raise AssertionError(f"{pattern} does not show: {reader.screen()['text']}")


def test_a_simulator_has_readers_profiles_and_cards(sim: Simulator, reader: Reader) -> None:
    assert "vasco-810" in [profile["name"] for profile in sim.profiles()]
    assert "bank-card" in [card["name"] for card in sim.cards()]
    assert {"default", reader.id} <= {listed["id"] for listed in sim.readers()}
    assert sim.reader("default").get()["clock"] == "real"


def test_a_code_in_one_call_is_the_published_one(reader: Reader) -> None:
    reader.set_card_state(next_atc="00B4")
    result = reader.otp("1234")
    assert (result["code"], result["display"], result["atc"]) == ("42511495", "4251 1495", "00B4")
    assert any("4251 1495" in "".join(rows) for rows in result["screens"])
    assert reader.card_state()["last_atc"] == "00B4"


def test_a_code_has_inputs_where_the_reader_asks_for_them(sim: Simulator) -> None:
    reader = sim.create_reader(card="bank-card", profile="vasco-810")
    assert reader.otp("1234", function="M1", inputs=["12345678"])["code"].isdecimal()


def test_keys_are_pressed_one_by_one_and_the_code_goes_dark_after_35_seconds(reader: Reader) -> None:
    assert reader.press("CODE")["lit"]
    reader.wait_for_screen("Code secret")
    reader.type("1234")
    assert "****" in reader.screen(re.compile(r"\*{4}"), timeout_ms=1_000)["text"]
    reader.press("OK")
    shown = advance_to(reader, r"Code Sésame\n\d{4} \d{4}")
    assert len(reader.get()["code"]) == 8
    reader.advance(34_999)
    assert reader.screen()["lit"]
    reader.advance(1)
    assert not reader.screen(after=shown["revision"], timeout_ms=1_000)["lit"]


def test_a_held_c_starts_anew(reader: Reader) -> None:
    reader.press("CODE")
    before = reader.screen()["text"]
    reader.hold("C")
    assert reader.screen()["text"] != before


def test_a_wrong_pin_is_a_screen_and_costs_a_try(reader: Reader) -> None:
    result = reader.otp("9999")
    assert result["code"] is None and result["screens"]
    assert reader.card_state()["tries_left"] == 2


def test_a_card_with_one_try_left_is_blocked_by_a_wrong_pin(reader: Reader) -> None:
    reader.set_card_state(tries_left=1)
    reader.otp("9999")
    assert reader.card_state()["tries_left"] == 0


def test_a_refusal_is_an_error_with_a_code(sim: Simulator, reader: Reader) -> None:
    revision = reader.get()["revision"]
    with pytest.raises(SesameError) as refused:
        reader.press("CODE", "WRONG")
    assert (refused.value.code, refused.value.status) == ("unknown_key", 400)
    assert refused.value.message
    assert reader.get()["revision"] == revision
    with pytest.raises(SesameError):
        sim.create_reader(card="no-such-card")


def test_a_screen_that_does_not_come_is_an_error_with_the_last_screen(reader: Reader) -> None:
    reader.press("CODE")
    with pytest.raises(SesameError) as late:
        reader.wait_for_screen("never", timeout_ms=50)
    assert (late.value.code, late.value.status) == ("screen_timeout", 408)
    assert "Code secret" in late.value.body["screen"]["text"]
    assert "it shows: Code secret" in str(late.value)


def test_where_there_is_no_code_the_error_has_the_last_screen(reader: Reader) -> None:
    assert reader.code("1234").isdecimal()
    with pytest.raises(SesameError, match=r"no_code: .*it shows: \S+") as none:
        reader.code("9999")
    assert " / ".join(none.value.body["screens"][-1]).strip() in str(none.value)


def test_a_pattern_has_its_flags_but_those_that_the_simulator_does_not_know(reader: Reader) -> None:
    reader.press("CODE")
    assert "Code secret" in reader.wait_for_screen(re.compile("^CODE secret", re.IGNORECASE | re.MULTILINE))["text"]
    with pytest.raises(ValueError, match="flags"):
        reader.wait_for_screen(re.compile("code", re.VERBOSE))


def test_an_event_is_expected_of_what_is_done_in_a_block(reader: Reader) -> None:
    with reader.expect_event("card") as expected:
        reader.pull()
    assert expected.value.data["card"] == "removed"
    with reader.expect_event(lambda event: event.data.get("name") == "bank-card") as expected:
        reader.insert("bank-card")
    assert expected.value.event == "card"
    with pytest.raises(SesameError, match="unknown_key"):  # and not what that keeps from coming
        with reader.expect_event("fault", timeout_ms=50):
            reader.press("M1")
    with pytest.raises(SesameError, match="event_timeout"):
        with reader.expect_event("fault", timeout_ms=50):
            pass


def test_a_reader_that_nobody_uses_ends_after_an_hour_or_as_is_said(sim: Simulator) -> None:
    left = sim.create_reader().get()["expires_ms"]
    assert left is not None and left > 3_500_000
    assert sim.create_reader(ttl_s=None).get()["expires_ms"] is None
    with sim.create_reader(ttl_s=60) as reader:
        assert (reader.get()["expires_ms"] or 0) <= 60_000
    with pytest.raises(SesameError, match="unknown_reader"):
        reader.get()


def test_a_card_is_pulled_out_and_another_one_put_in(reader: Reader) -> None:
    assert reader.pull()["card"] is None
    with pytest.raises(SesameError, match="no_card"):
        reader.otp("1234")
    assert reader.insert("bank-card")["card"]["name"] == "bank-card"


def test_the_faults_there_are_can_be_set_as_they_are_suggested(sim: Simulator, reader: Reader) -> None:
    slow = next(shape for shape in sim.faults() if shape["kind"] == "slow")
    fault = {"kind": "slow", **slow["suggested"]}
    assert reader.faults(fault)["faults"] == [fault]


def test_a_fault_stays_until_it_is_repaired(reader: Reader) -> None:
    assert len(reader.faults({"kind": "mute"})["faults"]) == 1
    assert reader.otp("1234")["code"] is None
    assert reader.faults()["faults"] == []
    reader.pull()
    reader.insert("sesame-card")
    assert reader.otp("1234")["code"]


def test_the_dialogue_is_a_transcript_without_a_pin_and_apdus_with_names(sim: Simulator, reader: Reader) -> None:
    reader.otp("1234")
    transcript = reader.trace()
    assert "\n> 00A40400" in transcript and "241234" not in transcript
    assert any("GENERATE AC" in apdu["name"] for apdu in reader.apdus())
    [path] = reader.codes()
    assert path["code"] == reader.get()["code"] and "".join(part["taken"] for part in path["parts"]) == path["bits"]
    recorded = sim.create_reader(card={"transcript": transcript})
    assert recorded.otp("1234")["code"] == reader.get()["code"]


def test_the_screen_is_a_picture_too(reader: Reader) -> None:
    assert reader.png().startswith(b"\x89PNG")


def test_events_tell_what_happens_after_the_stream_was_opened_and_are_resumed(reader: Reader) -> None:
    seen = []
    with reader.events() as events:
        reader.otp("1234")
        for event in events:
            assert event.data["reader"] == reader.id
            seen.append(event)
            if event.event == "screen" and re.search(r"\d{4} \d{4}", "".join(event.data["rows"])):
                break
    assert "•" in [event.data["key"] for event in seen if event.event == "key"]
    assert "apdu" in [event.event for event in seen]
    assert "241234" not in str(seen)
    with reader.events(last_event_id=seen[0].id) as resumed:
        assert next(iter(resumed)) == seen[1]


def test_the_events_of_all_readers_come_in_one_stream(sim: Simulator) -> None:
    with sim.events() as events:
        created = sim.create_reader()
        event = next(iter(events))
    assert (event.event, event.data["reader"]) == ("reader", created.id)


def test_a_reset_reader_is_dark_and_has_no_card(reader: Reader) -> None:
    reader.press("CODE")
    after = reader.reset()
    assert (after["lit"], after["card"]) == (False, None)


def test_a_deleted_reader_is_unknown(reader: Reader) -> None:
    reader.delete()
    with pytest.raises(SesameError) as gone:
        reader.get()
    assert (gone.value.code, gone.value.status) == ("unknown_reader", 404)


def test_a_simulator_that_is_not_there_is_an_error_that_says_so() -> None:
    simulator = Simulator.launch()
    simulator.stop()
    simulator.stop()
    with pytest.raises(SesameError, match="unreachable"):
        simulator.readers()


def test_a_simulator_that_does_not_start_is_an_error_with_its_own_words() -> None:
    with pytest.raises(SesameError, match="simulator_failed: /nowhere/sesame"):
        Simulator.launch("/nowhere/sesame")
    with pytest.raises(SesameError, match="simulator_failed: .*no-such-card"):
        Simulator.launch(args=["--card", "no-such-card"])


def served(port: int = 0) -> tuple[str, "subprocess.Popen[str]"]:
    child = subprocess.Popen([os.environ["SESAME"], "sim", "--port", str(port)], stdout=subprocess.PIPE, text=True)
    assert child.stdout
    return json.loads(child.stdout.readline())["url"], child


def end(child: "subprocess.Popen[str]") -> None:
    with child:
        child.terminate()


def test_a_simulator_that_was_started_anew_is_an_error_that_says_so_once() -> None:
    url, first = served()
    client = Simulator(url)
    client.create_reader(card="sesame-card")
    lost = client.reader("r77")
    with pytest.raises(SesameError, match="unknown_reader"):
        lost.get()
    end(first)
    with pytest.raises(SesameError, match="unreachable"):
        lost.get()
    _, second = served(int(url.rpartition(":")[2]))
    with pytest.raises(SesameError, match="restarted"):
        lost.code("1234")
    assert client.create_reader(card="sesame-card").code("1234").isdecimal()
    assert client.info()["service"] == "sim"
    end(second)


def test_a_simulator_of_our_own_that_ends_by_itself_is_an_error_that_says_how(tmp_path: Path) -> None:
    binary, pid = tmp_path / "sesame", tmp_path / "pid"
    binary.write_text(f"#!/bin/sh\necho $$ >'{pid}'\nexec '{os.environ['SESAME']}' \"$@\"\n")
    binary.chmod(0o755)
    own = Simulator.launch(str(binary))
    os.kill(int(pid.read_text()), signal.SIGKILL)
    with pytest.raises(SesameError, match=r"simulator_failed: .*-9"):
        own.readers()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_simulator_ends_with_the_program_that_launched_it(number: signal.Signals) -> None:
    program = "from sesame_sim import Simulator\nsim = Simulator.launch()\nprint(sim.url, flush=True)\ninput()"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        url = parent.stdout.readline().strip()
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=20) as connection:
            parent.send_signal(number)
            try:
                assert connection.recv(1) == b""  # closed by the server, at its end
            except ConnectionResetError:
                pass  # the same
    with pytest.raises(SesameError, match="unreachable"):
        Simulator(url).readers()


Answer = tuple[int, str | None, Json]


@contextmanager
def answering(*answers: Answer) -> Iterator[tuple[Simulator, list[Answer]]]:
    """One after the other, and the last one from then on."""
    given: list[Answer] = []

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, retry_after, body = answers[min(len(given), len(answers) - 1)]
            given.append((status, retry_after, body))
            self.send_response(status)
            if retry_after is not None:
                self.send_header("Retry-After", retry_after)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Server) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield Simulator(f"http://127.0.0.1:{server.server_port}"), given
        server.shutdown()


BUSY = {"code": "too_many_streams", "message": "full"}


def test_a_server_that_says_when_to_come_again_is_asked_again_then() -> None:
    began = time.monotonic()
    with answering((503, "1", BUSY), (503, formatdate(0), BUSY), (200, None, {})) as (client, given):
        assert client.cards() == {}
        assert len(given) == 3
        assert time.monotonic() - began >= 1
    for retry_after in (None, "3600", "soon"):
        with answering((503, retry_after, BUSY), (200, None, {})) as (client, given):
            with pytest.raises(SesameError, match="too_many_streams"):
                client.cards()
            assert len(given) == 1


@pytest.mark.parametrize("status, body", [
    (200, b"[" * 200_000),
    (200, b'{"a":' * 200_000),
    (200, b"<html>"),
    (200, b" " * (16 * 1024 * 1024 + 1)),
    (400, b"[" * 200_000),
    (400, b"[]"),
])
def test_whatever_answers_in_place_of_a_simulator_is_a_sesame_error(status: int, body: bytes) -> None:
    class Liar(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            try:
                self.wfile.write(body)
            except ConnectionError:
                pass  # it has heard enough

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Liar) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(SesameError) as error:
            Simulator(f"http://127.0.0.1:{server.server_port}").profiles()
        assert error.value.code == ("no_simulator" if status == 200 else "unknown")
        server.shutdown()


def test_a_line_without_an_end_is_no_event() -> None:
    class Endless:
        status = 200

        def readline(self, most: int) -> bytes:
            return b"x" * most

    with pytest.raises(SesameError, match="too long"):
        next(iter(EventStream(Response(Endless()))))
