"""A client of the Sésame simulator (`sesame sim`): one method for each thing a test does with a reader and its card; of the
issuer (`sesame issuer serve`), which tells whether a code is good; and of the bank (`sesame bank`), to log in to.

    with Simulator.launch() as sim:
        reader = sim.create_reader(card="bank-card", profile="vasco-810")
        code = reader.otp(pin="1234", function="M1", inputs=["12345678"])["code"]

What the fields of the answers mean is in each server's own /openapi.json. Times are milliseconds. What goes wrong
raises SesameError.
"""

import json
import os
import re
import selectors
import ssl
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import HTTPSHandler, OpenerDirector, ProxyHandler, Request, build_opener

Json = dict[str, Any]
Key = str | dict[str, str]
Card = str | dict[str, str]  # "bank-card", {"toml": …}, {"transcript": …}, {"pcsc": …}

_OPENER = build_opener(ProxyHandler({}))  # no proxy stands between a test and its simulator
_SECONDS = 90.0  # until an answer must have begun; a screen is waited for 60 at most
_LARGEST = 16 * 1024 * 1024  # bytes of an answer: the peer may be no simulator
_LONGEST_LINE = 1024 * 1024  # of an event


class SesameError(Exception):
    """`code` as the API says it, or "unreachable", "no_simulator", "simulator_failed" where there is no API. `body` is the whole
    answer: with "screen_timeout" the last screen is in it, as `screen`."""

    def __init__(self, code: str, message: str, hint: str = "", status: int | None = None, body: Json | None = None):
        super().__init__(f"{code}: {message}" + (f" ({hint})" if hint else ""))
        self.code, self.message, self.hint, self.status, self.body = code, message, hint, status, body or {}


class Event(NamedTuple):
    id: str
    event: str  # screen, key, card, apdu, clock, fault, reader; lost: some are forgotten
    data: Json


class EventStream:
    """What happens, as it happens. Open once it exists: nothing done afterwards is missed. TimeoutError after a
    minute and a half without a sign of life."""

    def __init__(self, response: Any):
        self._response = response

    def __iter__(self) -> Iterator[Event]:
        fields: dict[str, str] = {}
        while line := self._response.readline(_LONGEST_LINE + 1):
            if len(line) > _LONGEST_LINE:
                raise _no_server("a line of the event stream is too long", _SIMULATOR)
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if line != b"\n":
                fields[name] = value
                continue
            if "data" in fields:
                yield Event(fields.get("id", ""), fields.get("event", ""), _parsed(fields["data"]))
            fields = {}

    def close(self) -> None:
        self._response.close()

    def __enter__(self) -> "EventStream":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Simulator:
    def __init__(self, url: str, token: str | None = None):
        """A simulator that runs already."""
        self.url, self.token = url.rstrip("/"), token
        self._process: _Process | None = None

    @classmethod
    def launch(cls, binary: str | None = None, args: Sequence[str] = (), timeout_ms: int = 30_000) -> "Simulator":
        """Starts one of our own, on a free port, with `args` after `sesame sim --port 0`; `binary` is the environment
        variable SESAME, or `sesame` on the PATH. To be stopped with stop(), or by leaving `with`."""
        process = _Process("simulator", [binary or os.environ.get("SESAME", "sesame"), "sim", "--port", "0", *args])
        ready = process.ready(timeout_ms / 1000)
        simulator = cls(ready["url"], ready["token"])
        simulator._process = process
        return simulator

    def stop(self) -> None:
        """Stops what launch() started, and nothing else. A simulator that ends badly raises."""
        process, self._process = self._process, None
        if process is not None:
            process.stop()

    def __enter__(self) -> "Simulator":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def create_reader(self, *, profile: str | Json | None = None, card: Card | None = None, clock: str | None = None,
                      ttl_s: int | None = None, label: str | None = None) -> "Reader":
        """With a `card`, that card is in it. Its clock is virtual: time stands still but for advance()."""
        wanted = _given(profile=profile, card=card, clock=clock, ttl_s=ttl_s, label=label)
        return self.reader(self.json("POST", "/v1/readers", wanted)["id"])

    def reader(self, id: str) -> "Reader":
        """One that exists already: "default" always does."""
        return Reader(self, id)

    def readers(self) -> list[Json]:
        """The first 20 000."""
        return self.json("GET", "/v1/readers?limit=20000")["readers"]

    def profiles(self) -> list[Json]:
        return self.json("GET", "/v1/profiles")

    def cards(self) -> list[Json]:
        return self.json("GET", "/v1/cards")

    def faults(self) -> list[Json]:
        """What can be broken, and what each fault needs."""
        return self.json("GET", "/v1/faults")

    def events(self, last_event_id: str | None = None) -> EventStream:
        """What happens in all readers from now on."""
        return self._events("/v1/events", last_event_id)

    def json(self, method: str, path: str, body: Any = None) -> Any:
        """Anything else the API has."""
        with self.request(method, path, body) as response:
            return _parsed(_read(response))

    def request(self, method: str, path: str, body: Any = None, accept: str = "application/json",
                headers: dict[str, str] | None = None) -> Any:
        """An open http.client.HTTPResponse whose status is 2xx."""
        return _send(_SIMULATOR, self.url, self.token, method, path, body, accept, headers)

    def _events(self, path: str, last_event_id: str | None) -> EventStream:
        headers = _given(**{"Last-Event-ID": last_event_id})
        return EventStream(self.request("GET", path, accept="text/event-stream", headers=headers))


class Issuer:
    """The issuer of cards: `sesame issuer serve`."""

    def __init__(self, url: str, token: str):
        """One that runs already. A relying party's token verifies codes; for anything else it takes the desk's."""
        self.url, self.token = url.rstrip("/"), token
        self._process: _Process | None = None

    @classmethod
    def launch(cls, binary: str | None = None, args: Sequence[str] = (), timeout_ms: int = 30_000) -> "Issuer":
        """Starts one of our own with the store that `args` name, after `sesame issuer serve --port 0`; its token is the
        desk's. To be stopped with stop(), or by leaving `with`."""
        program = binary or os.environ.get("SESAME", "sesame")
        process = _Process("issuer", [program, "issuer", "serve", "--port", "0", *args])
        ready = process.ready(timeout_ms / 1000)
        issuer = cls(ready["url"], ready["token"])
        issuer._process = process
        return issuer

    def stop(self) -> None:
        """Stops what launch() started, and nothing else."""
        process, self._process = self._process, None
        if process is not None:
            process.stop()

    def __enter__(self) -> "Issuer":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def verify(self, code: str, mode: str = "identify", *, card: int | None = None, pan: str | None = None,
               psn: str | None = None, customer: str | None = None, challenge: str | None = None,
               amount: str | None = None, currency: str | None = None, tds: Sequence[str] | None = None) -> Json:
        """Whether a code is good, once: `accepted`. Why one is refused is not told; with `last_try` the next failure
        blocks the card. The card is named by its number, by PAN and PSN, or by its customer."""
        return self.json("POST", "/v1/verifications", _given(
            code=code, mode=mode, card=card, pan=pan, psn=psn, customer=customer, challenge=challenge, amount=amount,
            currency=currency, tds=tds))

    def add_card(self, toml: str, **more: Any) -> Json:
        """A card file, with its keys; and what else the API takes: add_card(text, customer="alice")."""
        return self.json("POST", "/v1/cards", {"toml": toml, **more})

    def json(self, method: str, path: str, body: Any = None) -> Any:
        """Anything else the API has."""
        with _send(_ISSUER, self.url, self.token, method, path, body) as response:
            return _parsed(_read(response, _ISSUER), _ISSUER)


class Reader:
    def __init__(self, simulator: Simulator, id: str):
        self.simulator, self.id = simulator, id
        self.path = f"/v1/readers/{quote(id, safe='')}"

    def get(self) -> Json:
        return self._json("GET", "")

    def reset(self) -> Json:
        return self._json("POST", "/reset")

    def delete(self) -> None:
        """Of "default" it is refused: "reader_stays"."""
        self.simulator.request("DELETE", self.path).close()

    def press(self, *keys: Key) -> Json:
        """As engraved: press("CODE"), press("1", "2", "OK"), press({"hold": "C"})."""
        return self._json("POST", "/keys", {"keys": keys})

    def hold(self, key: str) -> Json:
        return self.press({"hold": key})

    def type(self, text: str) -> Json:
        """A key for each character: type("1234")."""
        return self.press(*text)

    def computer(self, command: str, text: str | None = None) -> Json:
        """Of the computer at its cable: computer("pin"), computer("sign", "Pay 12.34"). What it is told: `computer`."""
        return self._json("POST", "/computer", _given(command=command, text=text))

    def otp(self, pin: str, function: str | None = None, inputs: Sequence[str] | None = None) -> Json:
        """The common case in one call. A wrong PIN is no error: `code` is None, and `screens` tell."""
        return self._json("POST", "/otp", _given(pin=pin, function=function, inputs=inputs))

    def insert(self, card: Card) -> Json:
        return self._json("PUT", "/card", card)

    def pull(self) -> Json:
        return self._json("DELETE", "/card")

    def card_state(self) -> Json:
        return self._json("GET", "/card/state")

    def set_card_state(
        self, *, next_atc: str | None = None, last_atc: str | None = None, tries_left: int | None = None
    ) -> Json:
        """next_atc is that of the next code; last_atc the one before it: one of the two."""
        state = _given(next_atc=next_atc, last_atc=last_atc, tries_left=tries_left)
        return self._json("PATCH", "/card/state", state)

    def faults(self, *faults: Json) -> Json:
        """All that is broken from now on: faults({"kind": "mute"}); faults() repairs."""
        return self._json("PUT", "/faults", {"faults": faults})

    def advance(self, time: int | str) -> Json:
        """Moves the virtual clock: advance(35_000), advance("next-deadline")."""
        return self._json("POST", "/clock", {"to": time} if isinstance(time, str) else {"advance_ms": time})

    def screen(self, match: str | re.Pattern[str] | None = None, after: int | None = None,
               timeout_ms: int | None = None) -> Json:
        """The screen now, or once its text matches, or once the revision is above `after`; "screen_timeout" if it is
        not. `match` is of RE2's kind, without flags."""
        if isinstance(match, re.Pattern) and match.flags & ~re.UNICODE:
            raise ValueError('the simulator knows no flags of regular expressions')
        regex = match.pattern if isinstance(match, re.Pattern) else match
        return self._json("GET", "/screen?" + urlencode(_given(match=regex, after=after, timeout_ms=timeout_ms)))

    def wait_for_screen(self, match: str | re.Pattern[str], timeout_ms: int = 5_000) -> Json:
        return self.screen(match, timeout_ms=timeout_ms)

    def png(self) -> bytes:
        return self._get("/screen.png", "image/png")

    def trace(self) -> str:
        """The dialogue with the card, PIN masked: a transcript that `sesame code --card` replays."""
        return self._get("/trace", "text/plain").decode()

    def apdus(self) -> list[Json]:
        return self._json("GET", "/trace")["apdus"]

    def events(self, last_event_id: str | None = None) -> EventStream:
        """What happens in this reader from now on."""
        return self.simulator._events(f"{self.path}/events", last_event_id)

    def _json(self, method: str, path: str, body: Any = None) -> Any:
        return self.simulator.json(method, self.path + path, body)

    def _get(self, path: str, accept: str) -> bytes:
        with self.simulator.request("GET", self.path + path, accept=accept) as response:
            return _read(response)


class Bank:
    """The bank's server: `sesame bank`. Each test has a bank of its own in it: create_tenant()."""

    def __init__(self, url: str, token: str | None = None, authority: str | None = None):
        """One that runs already; over HTTPS, `authority` is the file of its authority's certificate."""
        self.url, self.token = url.rstrip("/"), token
        self._process: _Process | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._opener = _OPENER
        if authority is not None:
            context = ssl.create_default_context(cafile=authority)
            self._opener = build_opener(ProxyHandler({}), HTTPSHandler(context=context))

    @classmethod
    def launch(cls, binary: str | None = None, args: Sequence[str] = (), timeout_ms: int = 30_000) -> "Bank":
        """Starts one of our own, on this machine's loopback without TLS, with `args` after `sesame bank --port 0 --http`.
        Where those name no --store, it has one in a temporary folder, until stop(), or until `with` is left."""
        folder = None if "--store" in args else tempfile.TemporaryDirectory(prefix="sesame-bank-")
        kept = ["--store", f"{folder.name}/issuer.db", "--folder", f"{folder.name}/bank"] if folder else []
        program = binary or os.environ.get("SESAME", "sesame")
        try:
            process = _Process("bank", [program, "bank", "--port", "0", "--http", *kept, *args])
            ready = process.ready(timeout_ms / 1000)
        except SesameError:
            if folder:
                folder.cleanup()
            raise
        bank = cls(ready["url"], ready["token"])
        bank._process, bank._folder = process, folder
        return bank

    def stop(self) -> None:
        """Stops what launch() started, and nothing else."""
        process, self._process = self._process, None
        folder, self._folder = self._folder, None
        try:
            if process is not None:
                process.stop()
        finally:
            if folder is not None:
                folder.cleanup()

    def __enter__(self) -> "Bank":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def create_tenant(self, seed: Json | None = None, rules: Json | None = None, clock: str | None = None,
                      now_ms: int | None = None, state: Json | None = None) -> "Tenant":
        """A bank of a test's own: customers, cards, clock and outbox. Without a `seed`, or the `state` of another, with the
        demonstration's customers. Its clock is virtual: time stands still but for advance()."""
        wanted = _given(seed=seed, state=state, rules=rules, clock=clock, now_ms=now_ms)
        return Tenant(self, self.json("POST", "/v1/tenants", wanted))

    def tenant(self, id: str) -> "Tenant":
        """One that exists already."""
        return Tenant(self, self.json("GET", f"/v1/tenants/{quote(id, safe='')}"))

    def tenants(self) -> list[Json]:
        return self.json("GET", "/v1/tenants")["tenants"]

    def json(self, method: str, path: str, body: Any = None) -> Any:
        """Anything else the API has; None where the answer has no body."""
        with _send(_BANK, self.url, self.token, method, path, body, opener=self._opener) as response:
            text = _read(response, _BANK)
        return _parsed(text, _BANK) if text else None


class Tenant:
    """One bank of a Bank's server, as a test sees it. `url` is that of its pages."""

    def __init__(self, bank: Bank, fields: Json):
        self.bank, self.id, self.url = bank, fields["id"], bank.url + fields["url"]
        self.customers = [Customer(self, one) for one in fields["customers"]]
        self._path = f"/v1/tenants/{quote(self.id, safe='')}"
        self._last = 0

    @property
    def customer(self) -> "Customer":
        """The first that has a card."""
        return next(one for one in self.customers if one.card)

    def get(self) -> Json:
        return self.bank.json("GET", self._path)

    def delete(self) -> None:
        """Throws it away."""
        self.bank.json("DELETE", self._path)

    def advance(self, ms: int) -> int:
        """Moves the clock forward; what it shows then."""
        return self.bank.json("POST", f"{self._path}/clock", {"advance_ms": ms})["now_ms"]

    def outbox(self, after: int | None = None, kind: str | None = None, to: str | None = None,
               wait_ms: int | None = None) -> list[Json]:
        """What was sent by post and SMS: all, or after that number, of that `kind`, `to` somebody."""
        query = urlencode(_given(after=after, kind=kind, to=to, wait_ms=wait_ms))
        return self.bank.json("GET", f"{self._path}/outbox?{query}")["messages"]

    def next_message(self, kind: str | None = None, to: str | None = None, timeout_ms: int = 5_000) -> Json:
        """The next message that this was not given yet; "message_timeout" where none comes."""
        messages = self.outbox(self._last, kind, to, timeout_ms)
        if not messages:
            raise SesameError("message_timeout", f"no message in {timeout_ms} ms", "see outbox()")
        self._last = messages[0]["number"]
        return messages[0]

    def audit(self) -> list[Json]:
        """All that was done, in its order."""
        rows: list[Json] = []
        start: int | None = 1
        while start is not None:
            part = self.bank.json("GET", f"{self._path}/audit?from={start}")
            rows += part["rows"]
            start = part["next"]
        return rows

    def add_customers(self, seed: Json) -> list["Customer"]:
        """More of them, with their cards: those that are new."""
        added = [Customer(self, one) for one in self.bank.json("POST", f"{self._path}/customers", seed)["customers"]]
        self.customers += added
        return added

    def export_state(self) -> Json:
        """All that it has, for the `state` of another."""
        return self.bank.json("GET", f"{self._path}/state")

    def open(self) -> "Session":
        """A browser that has just come to the site: nobody is logged in."""
        session = Session(self)
        session.get()
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

    def identifier(self, site: str = "coopanet") -> Json:
        """What that site calls them: coopanet, coopaccess, savings."""
        if site == "coopanet":
            names = ["user_code"]
        elif site == "coopaccess":
            names = ["client_id", "user_number"]
        else:
            names = ["email"] if self.email else ["company", "server_code"]
        return {name: self.fields[name] for name in names}

    def reader(self, simulator: Simulator, profile: str = "vasco-810", functions: dict[str, str] | None = None,
               clock: str | None = None, ttl_s: int | None = None) -> "CustomerReader":
        """A reader of that simulator with their card in it. `functions`: its keys for identify, respond, sign and tds; known
        of sesame and vasco-810."""
        assert self.card, f"{self.name} has no card"
        made = simulator.create_reader(profile=profile, card={"toml": self.card["toml"]}, clock=clock, ttl_s=ttl_s)
        return CustomerReader(simulator, made.id, self, functions or _FUNCTIONS.get(profile, {}))

    def log_in(self, reader: "CustomerReader", site: str = "coopanet") -> "Session":
        """A session that a code of their reader opens."""
        session = self.tenant.open()
        session.log_in_by_code(site=site, code=reader.code(), **self.identifier(site))
        return session


class CustomerReader(Reader):
    """A reader with a customer's card, who knows its PIN."""

    def __init__(self, simulator: Simulator, id: str, customer: Customer, functions: dict[str, str]):
        super().__init__(simulator, id)
        self.customer, self._functions = customer, functions

    def code(self, operation: Json | None = None) -> str:
        """The code of a login, or of an operation that a session began: with what its `inputs` ask."""
        method = operation["method"] if operation else "identify"
        if method not in self._functions:
            raise SesameError("unknown_function", f"this reader has no key for {method}",
                              "choose another model, or give `functions`")
        inputs = [_euros(one["value"]) if method == "sign" and one["field"] != "challenge" else one["value"]
                  for one in (operation["inputs"] if operation else [])]
        assert self.customer.card
        made = self.otp(self.customer.card["pin"], self._functions[method], inputs)
        if made["code"] is None:
            raise SesameError("no_code", f"the reader makes no code: {' / '.join(made['screens'][-1])}", "see its screen")
        return made["code"]


class Session:
    """A visit to the site, as a browser has it: the cookie and the CSRF token are in here. `view` is what the API last
    said."""

    def __init__(self, tenant: Tenant):
        self.tenant = tenant
        self.view: Json = {}
        self._cookie = ""

    def get(self) -> Json:
        """Who is logged in, and what they may do."""
        return self.json("GET", "session")

    def log_in_by_code(self, site: str, code: str, **identifier: str) -> Json:
        """With user_code, or client_id and user_number."""
        return self.json("POST", "login/code", {"site": site, "code": code, **identifier})

    def log_in_by_confidential_code(self, client_id: str, user_number: str, confidential_code: str) -> Json:
        return self.json("POST", "login/confidential", {
            "client_id": client_id, "user_number": user_number, "confidential_code": confidential_code})

    def log_in_by_password(self, password: str, **identifier: str) -> Json:
        """With email, or company and server_code."""
        return self.json("POST", "login/password", {"password": password, **identifier})

    def log_out(self) -> Json:
        self.json("POST", "logout")
        return self.get()

    def accounts(self) -> list[Json]:
        return self.json("GET", "accounts")["accounts"]

    def begin(self, kind: str, **fields: Any) -> Json:
        """begin("instant_transfer", account=1, name=…, iban=…, amount="12.00"): how it is proved."""
        return self.json("POST", "operations", {"kind": kind, **fields})

    def finish(self, operation: Json, code: str) -> Json:
        """Does it, once, if the code is good."""
        return self.json("POST", f"operations/{quote(operation['id'], safe='')}", {"code": code})

    def json(self, method: str, path: str, body: Any = None) -> Any:
        """Anything else under api/; None where the answer has no body."""
        headers = {"Cookie": self._cookie} if self._cookie else {}
        if method != "GET":
            headers["X-CSRF-Token"] = self.view.get("csrf", "")
        with _send(_BANK, self.tenant.url, None, method, f"api/{path}", body, headers=headers,
                   opener=self.tenant.bank._opener) as response:
            cookie = response.headers["Set-Cookie"]
            text = _read(response, _BANK)
        if cookie:
            self._cookie = cookie.partition(";")[0]
        answer = _parsed(text, _BANK) if text else None
        view = answer.get("session", answer) if isinstance(answer, dict) else {}
        if "csrf" in view:
            self.view = view
        return answer


# The keys of shipped models.
_FUNCTIONS = {
    "sesame": {"identify": "CODE"},
    "vasco-810": {"identify": "M1", "respond": "M1", "tds": "M2"},
}


def _euros(cents: str) -> str:
    padded = cents.rjust(3, "0")
    return f"{padded[:-2]}.{padded[-2:]}"


def _given(**values: Any) -> Json:
    return {name: value for name, value in values.items() if value is not None}


class _Server(NamedTuple):
    name: str
    command: str


_SIMULATOR = _Server("simulator", "sesame sim")
_ISSUER = _Server("issuer", "sesame issuer serve")
_BANK = _Server("bank", "sesame bank")


def _send(server: _Server, url: str, token: str | None, method: str, path: str, body: Any = None,
          accept: str = "application/json", headers: dict[str, str] | None = None,
          opener: OpenerDirector = _OPENER) -> Any:
    request = Request(url + path, method=method, headers={"Accept": accept, **(headers or {})})
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    if body is not None:
        request.add_header("Content-Type", "application/json")
        request.data = json.dumps(body).encode()
    try:
        return opener.open(request, timeout=_SECONDS)
    except HTTPError as answer:
        with answer:
            raise _refused(answer) from None
    except URLError as error:
        raise SesameError("unreachable", f"no {server.name} answers at {url}: {error.reason}",
                          f"start one with: {server.command}") from error


def _read(response: Any, server: _Server = _SIMULATOR) -> bytes:
    body = response.read(_LARGEST + 1)
    if len(body) > _LARGEST:
        raise _no_server("the answer is too large", server)
    return body


def _parsed(text: str | bytes, server: _Server = _SIMULATOR) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise _no_server("the answer is no JSON, or too deep", server) from None


def _no_server(why: str, server: _Server) -> SesameError:
    return SesameError(f"no_{server.name}", f"what answers is no {server.name}: {why}",
                       f"give the URL of `{server.command}`")


def _refused(answer: HTTPError) -> SesameError:
    try:
        body = _parsed(_read(answer))
    except SesameError:
        body = {}
    if not isinstance(body, dict):
        body = {}
    return SesameError(body.get("code", "unknown"), body.get("message", str(answer)), body.get("hint", ""),
                       answer.code, body)


class _Process:
    def __init__(self, name: str, command: list[str]):
        self._name = name
        self._said = tempfile.TemporaryFile("w+")
        try:
            self._child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._said, text=True)
        except OSError as error:
            self._said.close()
            raise SesameError(f"{name}_failed", f"{command[0]}: {error.strerror}",
                              "give `binary`, or SESAME: the path of the program") from error

    def ready(self, seconds: float) -> Json:
        output = self._child.stdout
        assert output
        with selectors.DefaultSelector() as selector:
            selector.register(output, selectors.EVENT_READ)
            line = output.readline() if selector.select(seconds) else ""
        if not line:
            self._child.kill()
            raise self._ended("does not start")
        return json.loads(line)

    def stop(self) -> None:
        self._child.terminate()
        failure = self._ended("did not end well")
        if self._child.returncode:
            raise failure

    def _ended(self, message: str) -> SesameError:
        with self._child, self._said:
            self._child.wait()
            self._said.seek(0)
            return SesameError(f"{self._name}_failed", f"the {self._name} {message} ({self._child.returncode}): "
                               + self._said.read().strip())
