"""HTTP/1.1 on asyncio's streams, as much as a simulator speaks: a connection for each request, answers of a length, in chunks,
or until the end."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from http.client import parse_headers
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from ..shared import LARGEST, LONGEST_LINE, SECONDS, Kind, no_server, unreachable

_MOST_HEADERS = 100


class Response:
    """One whose body is still to be read."""

    def __init__(self, kind: Kind, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, status: int, headers: Any,
                 timeout: float):
        self._reader, self._writer, self._headers, self._timeout = reader, writer, headers, timeout
        self.status = status
        self._rest = b""
        self._parts = self._body(kind)

    def header(self, name: str) -> str | None:
        value: str | None = self._headers[name]
        return value

    async def read(self, kind: Kind) -> bytes:
        """All of it; the connection is closed then."""
        body = bytearray()
        try:
            async for part in self._parts:
                body += part
                if len(body) > LARGEST:
                    raise no_server("the answer is too large", kind)
        except (OSError, EOFError, ValueError) as error:
            raise no_server(f"the answer ends too early, or is none: {error}", kind) from error
        finally:
            await self.close()
        return bytes(body)

    async def readline(self, kind: Kind) -> bytes:
        """Of a stream; empty at its end."""
        while (end := self._rest.find(b"\n")) < 0:
            if len(self._rest) > LONGEST_LINE:
                raise no_server("a line of the event stream is too long", kind)
            part = await asyncio.wait_for(anext(self._parts, b""), self._timeout)
            if not part:
                return b""
            self._rest += part
        line, self._rest = self._rest[:end + 1], self._rest[end + 1:]
        return line

    async def close(self) -> None:
        self._writer.close()

    async def _body(self, kind: Kind) -> AsyncIterator[bytes]:
        if self.status == 204:
            return
        if "chunked" in (self._headers["Transfer-Encoding"] or "").lower():
            while size := _size(await self._reader.readline(), kind):
                yield await self._reader.readexactly(size)
                await self._reader.readexactly(2)
            return
        left = self._headers["Content-Length"]
        if left is None:
            while part := await self._reader.read(65_536):
                yield part
            return
        count = int(left)
        while count > 0 and (part := await self._reader.read(min(count, 65_536))):
            count -= len(part)
            yield part


def _size(line: bytes, kind: Kind) -> int:
    try:
        return int(line.split(b";")[0], 16)
    except ValueError:
        raise no_server("a chunk without a length", kind) from None


class Http:
    """`authority`: the file of a certificate that is believed beside the system's."""

    def __init__(self, kind: Kind, authority: str | None = None):
        self._kind = kind
        self._context = ssl.create_default_context(cafile=authority)

    async def send(self, url: str, method: str, headers: dict[str, str], body: bytes | None,
                   timeout: float = SECONDS) -> Response:
        """Whatever its status is."""
        try:
            return await asyncio.wait_for(self._send(url, method, headers, body, timeout), timeout)
        except (OSError, EOFError, asyncio.TimeoutError) as error:
            raise unreachable(url, error or "no answer", self._kind) from error
        except ValueError as error:
            raise no_server(str(error), self._kind) from error

    async def _send(self, url: str, method: str, headers: dict[str, str], body: bytes | None,
                    timeout: float) -> Response:
        parts = urlsplit(url)
        tls = self._context if parts.scheme == "https" else None
        reader, writer = await asyncio.open_connection(
            parts.hostname, parts.port or (443 if tls else 80), ssl=tls, limit=LONGEST_LINE)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        lines = [f"{method} {target} HTTP/1.1", f"Host: {parts.netloc}", "Connection: close",
                 *(f"{name}: {value}" for name, value in headers.items())]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        try:
            writer.write("\r\n".join([*lines, "", ""]).encode() + (body or b""))
            await writer.drain()
            version, status, *_ = (await reader.readline()).decode("latin-1").split(None, 2) or ["", "0"]
            if not version.startswith("HTTP/1.") or not status.isdecimal():
                raise no_server("it speaks no HTTP", self._kind)
            head = b""
            for _ in range(_MOST_HEADERS):
                line = await reader.readline()
                head += line
                if line in (b"\r\n", b"\n", b""):
                    return Response(self._kind, reader, writer, int(status), parse_headers(BytesIO(head)), timeout)
            raise no_server("too many headers", self._kind)
        except BaseException:
            writer.close()
            raise


async def pause(seconds: float) -> None:
    await asyncio.sleep(seconds)


async def work(function: Any, *args: Any) -> Any:
    """Something that may take a while, and is not HTTP."""
    return await asyncio.to_thread(function, *args)
