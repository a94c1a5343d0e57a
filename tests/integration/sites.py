"""Small servers on this machine that answer exactly the bytes a test wants, and remember what they heard."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Heard:
    """One request as it arrived; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]


Answer = Callable[[Heard, asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class Site:
    """A running server. `connections` counts those ever accepted."""

    host: str
    port: int
    scheme: str
    heard: list[Heard] = field(default_factory=list)
    connections: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def url(self, target: str = "/", host: str | None = None) -> str:
        name = host or (f"[{self.host}]" if ":" in self.host else self.host)
        return f"{self.scheme}://{name}:{self.port}{target}"

    def targets(self) -> list[str]:
        return [heard.target for heard in self.heard]

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for something that requests change."""
        async with self.changed:
            await self.changed.wait_for(is_so)


def reply(body: bytes | str = b"", status: int = 200, **headers: str) -> bytes:
    """Write a whole answer; `content_type=` becomes Content-Type, a Content-Length is added."""
    raw = body.encode("utf-8") if isinstance(body, str) else body
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    named = {"Content-Type": "text/html", "Content-Length": str(len(raw)), **named}
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in named.items()), "", ""]
    return "\r\n".join(lines).encode("utf-8") + raw


def always(answer: bytes) -> Answer:
    async def give(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)

    return give


def pages(routes: Mapping[str, bytes]) -> Answer:
    """Answer by target; 404 for every other one."""

    async def give(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(routes.get(heard.target, reply("not here", 404)))

    return give


async def never(heard: Heard, writer: asyncio.StreamWriter) -> None:
    """Hang until the test is over."""
    await asyncio.Event().wait()


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(
    handler: Handler, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """Run a handler per connection on a free port; at the end nothing of it is left."""
    tasks: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # a coroutine runs in one
        tasks.add(task)
        # Clients that leave are part of the tests; asyncio complains of handlers that end cancelled.
        with contextlib.suppress(asyncio.CancelledError, OSError, asyncio.IncompleteReadError):
            await handler(reader, writer)
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        writer.transport.abort()
        tasks.discard(task)

    server = await asyncio.start_server(handle, host, 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


@asynccontextmanager
async def serving(
    answer: Answer, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncIterator[Site]:
    """Run a server that closes every connection after one answer."""
    site = Site(host, 0, "https" if tls else "http")

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        site.connections += 1
        await _converse(site, reader, writer, answer)

    async with listening(handle, host, tls) as site.port:
        yield site


async def _converse(
    site: Site, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answer
) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    method, target, _ = first.split(" ", 2)
    named = (line.partition(":") for line in lines)
    heard = Heard(method, target, {name.lower(): value.strip() for name, _, value in named})
    site.heard.append(heard)
    async with site.changed:
        site.changed.notify_all()
    await answer(heard, writer)
