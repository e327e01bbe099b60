"""A client of the Sésame simulator (`sesame sim`): one method for each thing a test does with a reader and its card; of the
issuer (`sesame issuer serve`), which tells whether a code is good; and of the bank (`sesame bank`), to log in to.
"""
# sesame_sim/client.py is this file without asyncio: `python3 unasync.py` writes it, and a test compares.

import json
import os
import re
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, TypeVar, cast
from urllib.parse import quote, urlencode

from ..process import Process
from ..shared import (
    BANK, FUNCTIONS, ISSUER, PATIENCE, SECONDS, SIMULATOR, TIME_TO_LIVE, Kind, euros, given, parsed, pattern, refused, restarted,
    retry_after,
)
from ..types import (
    Account, Apdu, BankEvent, Card, CardStateOfReader, ClockKind, CodePath, Decision, Event, FaultShape, Json, Key, Message,
    Named, Operation, Otp, ReaderState, ReaderSummary, Screen, ServerInfo, SesameError, TenantInfo, last_screen,
)
from .io import Http, Response, pause, work

_Self = TypeVar("_Self", bound="Server")


class EventStream:
    """What happens, as it happens. Open once it exists: nothing done afterwards is missed. TimeoutError after a
    minute and a half without a sign of life."""

    def __init__(self, response: Response):
        self._response = response

    async def __aiter__(self) -> AsyncIterator[Event]:
        async for event in self._signs():
            if event is not None:
                yield event

    async def _signs(self) -> AsyncIterator[Event | None]:
        """None: a sign of life."""
        fields: dict[str, str] = {}
        while line := await self._response.readline(SIMULATOR):
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if line != b"\n":
                fields[name] = value
                continue
            known = "data" in fields
            yield Event(fields.get("id", ""), fields.get("event", ""), parsed(fields["data"], SIMULATOR)) if known else None
            fields = {}

    async def close(self) -> None:
        await self._response.close()

    async def __aenter__(self) -> "EventStream":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class ExpectedEvent:
    """`value`, once the block that it was expected in is over: the first such event of those from its beginning on."""

    value: Event

    def __init__(self, reader: "Reader", match: str | Callable[[Event], bool], timeout_ms: int):
        self._reader, self._timeout_ms = reader, timeout_ms
        self._wanted: Callable[[Event], bool] = (lambda event: event.event == match) if isinstance(match, str) else match

    async def __aenter__(self) -> "ExpectedEvent":
        path = f"{self._reader.path}/events"
        self._events = await self._reader.simulator._events(path, None, self._timeout_ms / 1000)
        return self

    async def __aexit__(self, kind: object, *_: object) -> None:
        async with self._events as events:
            if kind is not None:
                return
            end = time.monotonic() + self._timeout_ms / 1000
            try:
                async for event in events._signs():
                    if event is not None and self._wanted(event):
                        self.value = event
                        return
                    if time.monotonic() > end:
                        break
            except TimeoutError:
                pass  # not even a sign of life in that time
        raise SesameError("event_timeout", f"no such event in {self._timeout_ms} ms", "see events()")


class Server:
    """What the servers have in common."""

    _kind: Kind

    def __init__(self, url: str, token: str | None = None, authority: str | None = None):
        """One that runs already; the default of `token` is the environment variable SESAME_TOKEN. Over HTTPS, `authority` is
        the file of its authority's certificate."""
        self.url, self.token = url.rstrip("/"), token or os.environ.get("SESAME_TOKEN")
        self._http = Http(self._kind, authority)
        self._process: Process | None = None
        self._instance: str | None = None  # of the server that what was made here was made in

    async def stop(self) -> None:
        """Stops what launch() started, and nothing else. A server that ends badly raises."""
        process, self._process = self._process, None
        if process is not None:
            await work(process.stop)

    async def __aenter__(self: _Self) -> _Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def info(self) -> ServerInfo:
        """Another `instance` than before: the server was started anew, and nothing is left."""
        return cast(ServerInfo, await self.json("GET", "/v1"))

    async def json(self, method: str, path: str, body: Any = None) -> Any:
        """Anything else the API has; None where the answer has no body."""
        response = await self.request(method, path, body)
        text = await response.read(self._kind)
        return parsed(text, self._kind) if text else None

    async def request(self, method: str, path: str, body: Any = None, accept: str = "application/json",
                      headers: dict[str, str] | None = None, timeout: float = SECONDS) -> Response:
        """A response whose status is 2xx, to be read or closed. `timeout`: seconds without a byte."""
        try:
            return await self._send(self.url + path, self.token, method, body, accept, headers, timeout)
        except SesameError as error:
            await self._explain(error)
            raise

    async def make(self, path: str, body: Any = None) -> Any:
        """POSTs what makes something that is gone when the server is."""
        if self._instance is None:
            self._instance = await self._current()
        return await self.json("POST", path, body)

    async def _send(self, url: str, token: str | None, method: str, body: Any = None, accept: str = "application/json",
                    headers: dict[str, str] | None = None, timeout: float = SECONDS) -> Response:
        headers = {"Accept": accept, **(headers or {})}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        end = time.monotonic() + PATIENCE
        while True:
            response = await self._http.send(url, method, headers, data, timeout)
            if 200 <= response.status < 300:
                return response
            wait = retry_after(response.status, response.header("Retry-After"))
            status = response.status
            try:
                text = await response.read(self._kind)
            except SesameError:
                text = b""
            if wait is None or time.monotonic() + wait > end:
                raise refused(status, text)
            await pause(wait)

    async def _explain(self, error: SesameError) -> None:
        """Why there is nothing any more, where the server itself is the reason."""
        if error.code == "unreachable" and self._process is not None:
            failure = await work(self._process.failure)
            if failure is not None:
                self._process = None
                raise failure from error
        if error.status != 404 or self._instance is None:
            return
        before, self._instance = self._instance, await self._current()
        if self._instance is not None and self._instance != before:
            raise restarted(self.url, self._kind) from error

    async def _current(self) -> str | None:
        try:
            response = await self._send(self.url + "/v1", self.token, "GET")
            info: ServerInfo = parsed(await response.read(self._kind), self._kind)
            return info["instance"]
        except (SesameError, KeyError, TypeError):
            return None


async def _launch(kind: Kind, binary: str | None, args: Sequence[str], timeout_ms: int) -> tuple[Process, Json]:
    process = Process(kind, binary, args)
    return process, await work(process.ready, timeout_ms / 1000)


class Simulator(Server):
    _kind = SIMULATOR

    @classmethod
    async def launch(cls, binary: str | None = None, args: Sequence[str] = (), timeout_ms: int = 30_000) -> "Simulator":
        """Starts one of our own, on a free port, with `args` after `sesame sim --port 0`; `binary` is the environment
        variable SESAME, or `sesame` on the PATH. To be stopped with stop(), or by leaving `with`; it ends with this process,
        whatever ends that."""
        process, ready = await _launch(SIMULATOR, binary, args, timeout_ms)
        simulator = cls(ready["url"], ready["token"])
        simulator._process = process
        return simulator

    async def create_reader(self, *, profile: str | dict[str, str] | None = None, card: Card | None = None,
                            clock: ClockKind | None = None, ttl_s: int | None = TIME_TO_LIVE,
                            label: str | None = None) -> "Reader":
        """With a `card`, that card is in it. Its clock is virtual: time stands still but for advance(). It ends when nobody
        uses it for an hour, or for `ttl_s`; None: never. `profile`: a model's name, or {"toml": …}; `label` is for people."""
        wanted = given(profile=profile, card=card, clock=clock, ttl_s=ttl_s, label=label)
        made = await self.make("/v1/readers", wanted)
        return self.reader(made["id"])

    def reader(self, id: str) -> "Reader":
        """One that exists already: "default" always does."""
        return Reader(self, id)

    async def readers(self) -> list[ReaderSummary]:
        """The first 20 000."""
        return cast(list[ReaderSummary], (await self.json("GET", "/v1/readers?limit=20000"))["readers"])

    async def profiles(self) -> list[Named]:
        return cast(list[Named], await self.json("GET", "/v1/profiles"))

    async def cards(self) -> list[Named]:
        return cast(list[Named], await self.json("GET", "/v1/cards"))

    async def faults(self) -> list[FaultShape]:
        """What can be broken, and what each fault needs."""
        return cast(list[FaultShape], await self.json("GET", "/v1/faults"))

    async def events(self, last_event_id: str | None = None) -> EventStream:
        """What happens in all readers from now on."""
        return await self._events("/v1/events", last_event_id)

    async def _events(self, path: str, last_event_id: str | None, timeout: float = SECONDS) -> EventStream:
        headers = given(**{"Last-Event-ID": last_event_id})
        return EventStream(await self.request("GET", path, accept="text/event-stream", headers=headers, timeout=timeout))


class Issuer(Server):
    """The issuer of cards: `sesame issuer serve`. A relying party's token verifies codes; for anything else it takes the
    desk's."""

    _kind = ISSUER

    @classmethod
    async def launch(cls, binary: str | None = None, args: Sequence[str] = (), timeout_ms: int = 30_000) -> "Issuer":
        """Starts one of our own with the store that `args` name, after `sesame issuer serve --port 0`; its token is the
        desk's. To be stopped with stop(), or by leaving `with`."""
        process, ready = await _launch(ISSUER, binary, args, timeout_ms)
        issuer = cls(ready["url"], ready["token"])
        issuer._process = process
        return issuer

    async def verify(self, code: str, mode: str = "identify", *, card: int | None = None, pan: str | None = None,
                     psn: str | None = None, customer: str | None = None, challenge: str | None = None,
                     amount: str | None = None, currency: str | None = None, tds: Sequence[str] | None = None) -> Decision:
        """Whether a code is good, once: `accepted`. Why one is refused is not told; with `last_try` the next failure
        blocks the card. The card is named by its number, by PAN and PSN, or by its customer."""
        return cast(Decision, await self.json("POST", "/v1/verifications", given(
            code=code, mode=mode, card=card, pan=pan, psn=psn, customer=customer, challenge=challenge, amount=amount,
            currency=currency, tds=tds)))

    async def add_card(self, toml: str, **more: Any) -> Json:
        """A card file, with its keys; and what else the API takes: add_card(text, customer="alice")."""
        return cast(Json, await self.json("POST", "/v1/cards", {"toml": toml, **more}))


class Reader:
    def __init__(self, simulator: Simulator, id: str):
        self.simulator, self.id = simulator, id
        self.path = f"/v1/readers/{quote(id, safe='')}"

    async def get(self) -> ReaderState:
        return await self._state("GET", "")

    async def reset(self) -> ReaderState:
        return await self._state("POST", "/reset")

    async def delete(self) -> None:
        """Of "default" it is refused: "reader_stays"."""
        await self._json("DELETE", "")

    async def __aenter__(self) -> "Reader":
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            await self.delete()
        except SesameError as error:
            if error.code != "unknown_reader":
                raise

    async def press(self, *keys: Key) -> ReaderState:
        """As engraved: press("CODE"), press("1", "2", "OK"), press({"hold": "C"})."""
        return await self._state("POST", "/keys", {"keys": keys})

    async def hold(self, key: str) -> ReaderState:
        return await self.press({"hold": key})

    async def type(self, text: str) -> ReaderState:
        """A key for each character: type("1234")."""
        return await self.press(*text)

    async def computer(self, command: str, text: str | None = None) -> ReaderState:
        """Of the computer at its cable: computer("pin"), computer("sign", "Pay 12.34"). What it is told: `computer`."""
        return await self._state("POST", "/computer", given(command=command, text=text))

    async def code(self, pin: str, function: str | None = None, inputs: Sequence[str] | None = None) -> str:
        """A code in one call; "no_code", with the last screen in the message, where there is none: after a wrong PIN, say."""
        made = await self.otp(pin, function, inputs)
        if made["code"] is not None:
            return made["code"]
        raise SesameError("no_code", f"the reader makes no code; it shows: {last_screen(made['screens'])}",
                          "all screens are in body['screens']", body=dict(made))

    async def otp(self, pin: str, function: str | None = None, inputs: Sequence[str] | None = None) -> Otp:
        """The same with all that is to be known of it. A wrong PIN is no error: `code` is None, and `screens` tell."""
        return cast(Otp, await self._json("POST", "/otp", given(pin=pin, function=function, inputs=inputs)))

    async def insert(self, card: Card) -> ReaderState:
        return await self._state("PUT", "/card", card)

    async def pull(self) -> ReaderState:
        return await self._state("DELETE", "/card")

    async def card_state(self) -> CardStateOfReader:
        return cast(CardStateOfReader, await self._json("GET", "/card/state"))

    async def set_card_state(self, next_atc: str | None = None, tries_left: int | None = None,
                             last_atc: str | None = None) -> CardStateOfReader:
        return cast(CardStateOfReader, await self._json("PATCH", "/card/state", given(
            next_atc=next_atc, last_atc=last_atc, tries_left=tries_left)))

    async def faults(self, *faults: Json) -> ReaderState:
        """All that is broken from now on: faults({"kind": "mute"}); faults() repairs."""
        return await self._state("PUT", "/faults", {"faults": faults})

    async def advance(self, time: int | str) -> ReaderState:
        """Moves the virtual clock: advance(35_000), advance("next-deadline")."""
        return await self._state("POST", "/clock", {"to": time} if isinstance(time, str) else {"advance_ms": time})

    async def screen(self, match: str | re.Pattern[str] | None = None, after: int | None = None,
                     timeout_ms: int | None = None) -> Screen:
        """The screen now, or once its text matches, or once the revision is above `after`; "screen_timeout" if it is
        not, with the one that is there in the message. `match` is of RE2's kind, with the flags i, m and s."""
        query = urlencode(given(match=None if match is None else pattern(match), after=after, timeout_ms=timeout_ms))
        try:
            return cast(Screen, await self._json("GET", f"/screen?{query}"))
        except SesameError as error:
            if error.code != "screen_timeout":
                raise
            shown = error.body["screen"]["text"].replace("\n", " / ")
            raise SesameError(error.code, f"{error.body['message']}; it shows: {shown}", error.hint, error.status,
                              error.body) from None

    async def wait_for_screen(self, match: str | re.Pattern[str], timeout_ms: int = 5_000) -> Screen:
        return await self.screen(match, timeout_ms=timeout_ms)

    async def png(self) -> bytes:
        return await self._get("/screen.png", "image/png")

    async def trace(self) -> str:
        """The dialogue with the card, PIN masked: a transcript that `sesame code --card` replays."""
        return (await self._get("/trace", "text/plain")).decode()

    async def apdus(self) -> list[Apdu]:
        return cast(list[Apdu], (await self._json("GET", "/trace"))["apdus"])

    async def codes(self) -> list[CodePath]:
        """How the card's answer became the digits, of the last eight codes; the oldest first."""
        return cast(list[CodePath], (await self._json("GET", "/codes"))["codes"])

    async def events(self, last_event_id: str | None = None) -> EventStream:
        """What happens in this reader from now on."""
        return await self.simulator._events(f"{self.path}/events", last_event_id)

    def expect_event(self, match: str | Callable[[Event], bool], timeout_ms: int = 5_000) -> ExpectedEvent:
        """`with reader.expect_event("card") as expected: reader.pull()`; then it is expected.value. `match` is an event's
        name, or says yes to one."""
        return ExpectedEvent(self, match, timeout_ms)

    async def _state(self, method: str, path: str, body: Any = None) -> ReaderState:
        return cast(ReaderState, await self._json(method, path, body))

    async def _json(self, method: str, path: str, body: Any = None) -> Any:
        return await self.simulator.json(method, self.path + path, body)

    async def _get(self, path: str, accept: str) -> bytes:
        response = await self.simulator.request("GET", self.path + path, accept=accept)
        return await response.read(SIMULATOR)


class Bank(Server):
    """The bank's server: `sesame bank`. Each test has a bank of its own in it: create_tenant()."""

    _kind = BANK

    @classmethod
    async def launch(cls, binary: str | None = None, args: Sequence[str] = (), timeout_ms: int = 30_000) -> "Bank":
        """Starts one of our own, on this machine's loopback without TLS, with `args` after `sesame bank --port 0 --http`.
        Where those name no --store, it has one in a temporary folder, until stop(), or until `with` is left."""
        folder = None if "--store" in args else tempfile.TemporaryDirectory(prefix="sesame-bank-")
        kept = ["--store", f"{folder.name}/issuer.db", "--folder", f"{folder.name}/bank"] if folder else []
        try:
            process, ready = await _launch(BANK, binary, ["--http", *kept, *args], timeout_ms)
        except SesameError:
            if folder:
                folder.cleanup()
            raise
        if folder:
            process.keep(folder)
        bank = cls(ready["url"], ready["token"])
        bank._process = process
        return bank

    async def create_tenant(self, seed: Json | None = None, rules: Json | None = None, clock: ClockKind | None = None,
                            now_ms: int | None = None, state: Json | None = None) -> "Tenant":
        """A bank of a test's own: customers, cards, clock and outbox. Without a `seed`, or the `state` of another, with the
        demonstration's customers. Its clock is virtual: time stands still but for advance()."""
        wanted = given(seed=seed, state=state, rules=rules, clock=clock, now_ms=now_ms)
        return Tenant(self, await self.make("/v1/tenants", wanted))

    async def tenant(self, id: str) -> "Tenant":
        """One that exists already."""
        return Tenant(self, await self.json("GET", f"/v1/tenants/{quote(id, safe='')}"))

    async def tenants(self) -> list[TenantInfo]:
        return cast(list[TenantInfo], (await self.json("GET", "/v1/tenants"))["tenants"])


class Tenant:
    """One bank of a Bank's server, as a test sees it. `url` is that of its pages."""

    def __init__(self, bank: Bank, fields: Json):
        self.bank = bank
        self.id: str = fields["id"]
        self.url: str = bank.url + fields["url"]
        self.customers = [Customer(self, one) for one in fields["customers"]]
        self._path = f"/v1/tenants/{quote(self.id, safe='')}"
        self._last = 0

    @property
    def customer(self) -> "Customer":
        """The first that has a card."""
        return next(one for one in self.customers if one.card)

    async def get(self) -> TenantInfo:
        return cast(TenantInfo, await self.bank.json("GET", self._path))

    async def delete(self) -> None:
        """Throws it away."""
        await self.bank.json("DELETE", self._path)

    async def __aenter__(self) -> "Tenant":
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            await self.delete()
        except SesameError as error:
            if error.code != "unknown":
                raise

    async def advance(self, ms: int) -> int:
        """Moves the clock forward; what it shows then."""
        return cast(int, (await self.bank.json("POST", f"{self._path}/clock", {"advance_ms": ms}))["now_ms"])

    async def outbox(self, after: int | None = None, kind: str | None = None, to: str | None = None,
                     wait_ms: int | None = None) -> list[Message]:
        """What was sent by post and SMS: all, or after that number, of that `kind`, `to` somebody."""
        query = urlencode(given(after=after, kind=kind, to=to, wait_ms=wait_ms))
        return cast(list[Message], (await self.bank.json("GET", f"{self._path}/outbox?{query}"))["messages"])

    async def next_message(self, kind: str | None = None, to: str | None = None, timeout_ms: int = 5_000) -> Message:
        """The next message that this was not given yet; "message_timeout" where none comes."""
        messages = await self.outbox(self._last, kind, to, timeout_ms)
        if not messages:
            raise SesameError("message_timeout", f"no message in {timeout_ms} ms", "see outbox()")
        self._last = messages[0]["number"]
        return messages[0]

    async def audit(self) -> list[BankEvent]:
        """All that was done, in its order."""
        rows: list[BankEvent] = []
        start: int | None = 1
        while start is not None:
            part = await self.bank.json("GET", f"{self._path}/audit?from={start}")
            rows += part["rows"]
            start = part["next"]
        return rows

    async def add_customers(self, seed: Json) -> list["Customer"]:
        """More of them, with their cards: those that are new."""
        answer = await self.bank.json("POST", f"{self._path}/customers", seed)
        added = [Customer(self, one) for one in answer["customers"]]
        self.customers += added
        return added

    async def export_state(self) -> Json:
        """All that it has, for the `state` of another."""
        return cast(Json, await self.bank.json("GET", f"{self._path}/state"))

    async def open(self) -> "Session":
        """A browser that has just come to the site: nobody is logged in."""
        session = Session(self)
        await session.get()
        return session


class Customer:
    """A customer of a Tenant; `fields` is all that the API says of them."""

    def __init__(self, tenant: Tenant, fields: Json):
        self.tenant, self.fields = tenant, fields
        self.name: str = fields["name"]
        self.client_id: str = fields["client_id"]
        self.user_number: str = fields["user_number"]
        self.user_code: str | None = fields["user_code"]
        self.email: str | None = fields["email"]
        self.card: Json | None = fields["card"]  # its `toml` and `pin`

    def identifier(self, site: str = "coopanet") -> dict[str, str]:
        """What that site calls them: coopanet, coopaccess, savings."""
        if site == "coopanet":
            names = ["user_code"]
        elif site == "coopaccess":
            names = ["client_id", "user_number"]
        else:
            names = ["email"] if self.email else ["company", "server_code"]
        return {name: self.fields[name] for name in names}

    async def reader(self, simulator: Simulator, profile: str = "vasco-810", functions: dict[str, str] | None = None,
                     clock: ClockKind | None = None, ttl_s: int | None = TIME_TO_LIVE) -> "CustomerReader":
        """A reader of that simulator with their card in it. `functions`: its keys for identify, respond, sign and tds; known
        of sesame and vasco-810."""
        assert self.card, f"{self.name} has no card"
        made = await simulator.create_reader(profile=profile, card={"toml": self.card["toml"]}, clock=clock, ttl_s=ttl_s)
        keys = FUNCTIONS.get(profile, {}) if functions is None else functions
        return CustomerReader(simulator, made.id, self, keys)

    async def log_in(self, reader: "CustomerReader", site: str = "coopanet") -> "Session":
        """A session that a code of their reader opens."""
        session = await self.tenant.open()
        await session.log_in_by_code(site=site, code=await reader.code(), **self.identifier(site))
        return session


class CustomerReader(Reader):
    """A reader with a customer's card, who knows its PIN."""

    def __init__(self, simulator: Simulator, id: str, customer: Customer, functions: dict[str, str]):
        super().__init__(simulator, id)
        self.customer, self._functions = customer, functions

    async def code(self, operation: Operation | None = None, *, pin: str | None = None,  # type: ignore[override]
                   function: str | None = None, inputs: Sequence[str] | None = None) -> str:
        """The code of a login, or of an operation that a session began: with what its `inputs` ask. With a `pin`, as of any
        reader."""
        if pin is not None:
            return await super().code(pin, function, inputs)
        method = operation["method"] if operation else "identify"
        if method not in self._functions:
            raise SesameError("unknown_function", f"this reader has no key for {method}",
                              "choose another model, or give `functions`")
        typed = [euros(one["value"]) if method == "sign" and one["field"] != "challenge" else one["value"]
                 for one in (operation["inputs"] if operation else [])]
        assert self.customer.card
        return await super().code(self.customer.card["pin"], self._functions[method], typed)


class Session:
    """A visit to the site, as a browser has it: the cookie and the CSRF token are in here. `view` is what the API last
    said."""

    def __init__(self, tenant: Tenant):
        self.tenant = tenant
        self.view: Json = {}
        self._cookie = ""

    async def get(self) -> Json:
        """Who is logged in, and what they may do."""
        return cast(Json, await self.json("GET", "session"))

    async def log_in_by_code(self, site: str, code: str, **identifier: str) -> Json:
        """With user_code, or client_id and user_number."""
        return cast(Json, await self.json("POST", "login/code", {"site": site, "code": code, **identifier}))

    async def log_in_by_confidential_code(self, client_id: str, user_number: str, confidential_code: str) -> Json:
        return cast(Json, await self.json("POST", "login/confidential", {
            "client_id": client_id, "user_number": user_number, "confidential_code": confidential_code}))

    async def log_in_by_password(self, password: str, **identifier: str) -> Json:
        """With email, or company and server_code."""
        return cast(Json, await self.json("POST", "login/password", {"password": password, **identifier}))

    async def log_out(self) -> Json:
        await self.json("POST", "logout")
        return await self.get()

    async def accounts(self) -> list[Account]:
        return cast(list[Account], (await self.json("GET", "accounts"))["accounts"])

    async def begin(self, kind: str, **fields: Any) -> Operation:
        """begin("instant_transfer", account=1, name=…, iban=…, amount="12.00"): how it is proved."""
        return cast(Operation, await self.json("POST", "operations", {"kind": kind, **fields}))

    async def finish(self, operation: Operation, code: str) -> Json:
        """Does it, once, if the code is good."""
        return cast(Json, await self.json("POST", f"operations/{quote(operation['id'], safe='')}", {"code": code}))

    async def json(self, method: str, path: str, body: Any = None) -> Any:
        """Anything else under api/; None where the answer has no body."""
        headers = {"Cookie": self._cookie} if self._cookie else {}
        if method != "GET":
            headers["X-CSRF-Token"] = self.view.get("csrf", "")
        response = await self.tenant.bank._send(f"{self.tenant.url}api/{path}", None, method, body, headers=headers)
        cookie = response.header("Set-Cookie")
        text = await response.read(BANK)
        if cookie:
            self._cookie = cookie.partition(";")[0]
        answer = parsed(text, BANK) if text else None
        view = answer.get("session", answer) if isinstance(answer, dict) else {}
        if "csrf" in view:
            self.view = view
        return answer
