"""Servers whose every answer is bytes of our choosing, and which can be taken off the line and put back."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime
from types import TracebackType
from typing import Self
from urllib.parse import unquote

HERE = "127.0.0.1"

Raw = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request. number: the how manieth of this server; of_path: of this address."""

    path: str
    headers: Mapping[str, str]
    number: int
    of_path: int
    now: datetime

    @property
    def cookies(self) -> str:
        return self.headers.get("cookie", "")


@dataclass(frozen=True, slots=True)
class Said:
    """An answer. raw: writes the connection itself instead."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: Raw | None = None

    @property
    def is_page(self) -> bool:
        return self.status == 200 and self.raw is None

    def but(self, body: bytes | str | None = None, status: int | None = None, /, **headers: str) -> Said:
        """The same answer with another body, status or further headers (`content_type=` for Content-Type)."""
        named = {name.replace("_", "-").title(): value for name, value in headers.items()}
        raw = body.encode() if isinstance(body, str) else body
        return replace(
            self,
            body=self.body if raw is None else raw,
            status=self.status if status is None else status,
            headers={**self.headers, **named},
        )

    def written(self, now: datetime | None = None) -> bytes:
        """The whole answer as it goes over the line, of this time."""
        named = {
            "Date": format_datetime(now) if now else "",
            "Content-Type": "text/html; charset=utf-8",
            "Content-Length": str(len(self.body)),
            "Connection": "close",
            **self.headers,
        }
        lines = [f"HTTP/1.1 {self.status} X", *(f"{k}: {v}" for k, v in named.items() if v), "", ""]
        return "\r\n".join(lines).encode("latin-1") + self.body


def page(text: str, status: int = 200, **headers: str) -> Said:
    return Said().but(text, status, **headers)


def moved(where: str, status: int = 302, **headers: str) -> Said:
    return Said(status=status).but(location=where, **headers)


def raw(write: Raw) -> Said:
    return Said(raw=write)


def bytes_only(sent: bytes) -> Said:
    """These bytes and the end of the connection, whatever HTTP says of them."""

    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(sent)

    return raw(write)


async def _reset(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def _hang(writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


RESET = raw(_reset)
HANG = raw(_hang)


def dripping(body: bytes) -> Said:
    """Headers at once, then a byte a second."""

    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(Said(body).written()[: -len(body)])
        for byte in body:
            writer.write(bytes([byte]))
            await writer.drain()
            with contextlib.suppress(TimeoutError):  # until the other side has gone
                await asyncio.wait_for(writer.wait_closed(), 1)

    return raw(write)


def endless(chunk: bytes) -> Said:
    """Chunks without an end, as long as anybody listens."""

    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
            await writer.drain()

    return raw(write)


def zipped(body: bytes) -> Said:
    return Said(gzip.compress(body)).but(content_encoding="gzip")


class Door:
    """A server on a port of its own, that can be shut (connections are refused) and opened again."""

    def __init__(
        self,
        answer: Callable[[Asked], Said],
        now: Callable[[], datetime],
        tls: ssl.SSLContext | None = None,
        host: str = HERE,
    ) -> None:
        self.host = host
        self.is_deaf = False  # what is said to it, it answers that it does not understand
        self.connections = 0
        self._answer = answer
        self._now = now
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._times: dict[str, int] = {}
        self.heard: list[str] = []
        self.port = 0

    @property
    def base(self) -> str:
        return f"{'https' if self._tls else 'http'}://{self.host}:{self.port}"

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.shut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def open(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._meet, self.host, self.port, ssl=self._tls)
            self.port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # a coroutine runs in one
        self._tasks.add(task)
        self.connections += 1
        # Clients leave when they have enough, and asyncio complains of handlers that end cancelled.
        with contextlib.suppress(asyncio.CancelledError, OSError, asyncio.IncompleteReadError):
            await self._converse(reader, writer)
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        writer.transport.abort()
        self._tasks.discard(task)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_deaf:
            await reader.read(1)
            writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            return
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        path = unquote(first.split(" ")[1])
        named = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in named}
        self.heard.append(path)
        self._times[path] = self._times.get(path, 0) + 1
        asked = Asked(path, headers, len(self.heard), self._times[path], self._now())
        said = self._answer(asked)
        if said.raw is not None:
            await said.raw(writer)
        else:
            writer.write(said.written(asked.now))
