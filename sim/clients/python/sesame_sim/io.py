"""HTTP, as the client needs it. asyncio's is aio/io.py."""

import ssl
import time
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

from .shared import LARGEST, LONGEST_LINE, SECONDS, Kind, no_server, unreachable


class Response:
    """One whose body is still to be read."""

    def __init__(self, response: Any):
        self._response = response
        self.status: int = response.status

    def header(self, name: str) -> str | None:
        value: str | None = self._response.headers[name]
        return value

    def read(self, kind: Kind) -> bytes:
        """All of it; the connection is free then."""
        try:
            with self._response:
                body: bytes = self._response.read(LARGEST + 1)
        except (OSError, HTTPException) as error:
            raise no_server(f"the answer ends too early, or is none: {error}", kind) from error
        if len(body) > LARGEST:
            raise no_server("the answer is too large", kind)
        return body

    def readline(self, kind: Kind) -> bytes:
        """Of a stream; empty at its end."""
        line: bytes = self._response.readline(LONGEST_LINE + 1)
        if len(line) > LONGEST_LINE:
            raise no_server("a line of the event stream is too long", kind)
        return line

    def close(self) -> None:
        self._response.close()


class Http:
    """`authority`: the file of a certificate that is believed beside the system's."""

    def __init__(self, kind: Kind, authority: str | None = None):
        self._kind = kind
        context = ssl.create_default_context(cafile=authority) if authority else None
        # No proxy stands between a test and its simulator.
        self._opener = build_opener(ProxyHandler({}), HTTPSHandler(context=context))

    def send(self, url: str, method: str, headers: dict[str, str], body: bytes | None, timeout: float = SECONDS) -> Response:
        """Whatever its status is."""
        request = Request(url, data=body, method=method, headers=headers)
        try:
            return Response(self._opener.open(request, timeout=timeout))
        except HTTPError as answer:
            return Response(answer)
        except URLError as error:
            raise unreachable(url, error.reason, self._kind) from error
        except OSError as error:
            raise unreachable(url, error, self._kind) from error
        except HTTPException as error:
            raise no_server("it speaks no HTTP", self._kind) from error


def pause(seconds: float) -> None:
    time.sleep(seconds)


def work(function: Any, *args: Any) -> Any:
    """Something that may take a while, and is not HTTP."""
    return function(*args)
