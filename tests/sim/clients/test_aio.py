"""The client for asyncio, which is written as the other is: what it does of its own is HTTP, and many things at once."""

import asyncio
import inspect
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

import sesame_sim
from sesame_sim import SesameError, aio

PYTHON = Path(sesame_sim.__file__).parent.parent


def run(main: Callable[[aio.Simulator], Awaitable[None]]) -> None:
    async def launched() -> None:
        async with await aio.Simulator.launch() as sim:
            await main(sim)
    asyncio.run(launched())


def test_the_two_are_one_text() -> None:
    subprocess.run([sys.executable, PYTHON / "unasync.py", "--check"], check=True)


def test_the_two_have_the_same_names() -> None:
    for name in aio.__all__:
        one, other = getattr(sesame_sim, name), getattr(aio, name)
        public = {member for member in dir(one) if not member.startswith("_")}
        assert public == {member for member in dir(other) if not member.startswith("_")}, name
    assert inspect.iscoroutinefunction(aio.Reader.code)


def test_a_hundred_readers_are_worked_and_waited_for_at_once() -> None:
    async def main(sim: aio.Simulator) -> None:
        readers = await asyncio.gather(*(sim.create_reader(card="sesame-card") for _ in range(100)))
        waits = [asyncio.create_task(reader.wait_for_screen("Code secret", timeout_ms=30_000)) for reader in readers]
        await asyncio.gather(*(reader.press("CODE") for reader in readers))
        assert all("Code secret" in screen["text"] for screen in await asyncio.gather(*waits))
        codes = await asyncio.gather(*(reader.code("1234") for reader in readers))
        assert all(len(code) == 8 for code in codes)
    run(main)


def test_events_come_as_they_happen() -> None:
    async def main(sim: aio.Simulator) -> None:
        reader = await sim.create_reader(card="sesame-card")
        async with await reader.events() as events:
            await reader.otp("1234")
            names = []
            async for event in events:
                names.append(event.event)
                if event.event == "apdu":
                    break
        assert "key" in names
        async with reader.expect_event("card") as expected:
            await reader.pull()
        assert expected.value.data["card"] == "removed"
        with pytest.raises(SesameError, match="event_timeout"):
            async with reader.expect_event("fault", timeout_ms=50):
                pass
    run(main)


def test_bodies_of_all_kinds_and_refusals() -> None:
    async def main(sim: aio.Simulator) -> None:
        reader = await sim.create_reader(card="sesame-card")
        assert (await reader.png()).startswith(b"\x89PNG")
        await reader.code("1234")
        assert "\n> 00A40400" in await reader.trace()
        with pytest.raises(SesameError, match="no_code"):
            await reader.code("9999")
        with pytest.raises(SesameError, match="screen_timeout"):
            await reader.screen("never", timeout_ms=10)
        await reader.delete()
        with pytest.raises(SesameError, match="unknown_reader"):
            await reader.get()
    run(main)


def test_a_customer_logs_in_at_a_bank() -> None:
    async def main(sim: aio.Simulator) -> None:
        async with await aio.Bank.launch() as server, await server.create_tenant() as bank:
            reader = await bank.customer.reader(sim)
            session = await bank.customer.log_in(reader)
            assert session.view["level"] == "strong"
            assert [row["event"] for row in await bank.audit()] == ["login"]
    run(main)


@pytest.mark.parametrize("answer", [
    b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200,
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[",
    b"HTTP/1.1 200 OK\r\n\r\n" + b" " * (16 * 1024 * 1024 + 1), b"x" * (2 * 1024 * 1024),
])
def test_whatever_answers_in_place_of_a_simulator_is_a_sesame_error(answer: bytes) -> None:
    async def liar(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(answer)
            await writer.drain()
        except ConnectionError:
            pass  # it has heard enough
        writer.close()

    async def main() -> None:
        async with await asyncio.start_server(liar, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            with pytest.raises(SesameError) as error:
                await aio.Simulator(f"http://127.0.0.1:{port}").cards()
            assert error.value.code in ("no_simulator", "unreachable")
    asyncio.run(main())


def test_a_simulator_that_is_not_there_says_so() -> None:
    with pytest.raises(SesameError, match="unreachable"):
        asyncio.run(aio.Simulator("http://127.0.0.1:1").cards())
