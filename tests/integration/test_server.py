"""What strangers can take from the daemon by connecting to what it serves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from monitor.web.server import Bounds, serve
from tests.e2e.daemon import free_port

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def hello(scope: object, receive: object, send: object) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})  # type: ignore[operator]
    await send({"type": "http.response.body", "body": b"hi"})  # type: ignore[operator]


@dataclass(frozen=True)
class Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, request: bytes = REQUEST) -> bytes:
        """The first line of the answer, empty where the connection was dropped."""
        try:
            self.writer.write(request)
            await self.writer.drain()
            async with asyncio.timeout(10):
                head = await self.reader.readuntil(b"\r\n\r\n")
                if head.startswith(b"HTTP/1.1 200"):
                    await self.reader.readexactly(2)
                return head.partition(b"\r\n")[0]
        except (ConnectionError, asyncio.IncompleteReadError):
            return b""

    async def is_dropped(self) -> bool:
        return await self.ask(b"X") == b""


@asynccontextmanager
async def served(bounds: Bounds) -> AsyncIterator[int]:
    port, stop = free_port(), asyncio.Event()
    serving = asyncio.create_task(serve(hello, f"127.0.0.1:{port}", stop, "[server] listen", bounds))
    try:
        yield port
    finally:
        stop.set()
        await serving


async def connect(port: int) -> Connection:
    async with asyncio.timeout(10):
        while True:
            try:
                return Connection(*await asyncio.open_connection("127.0.0.1", port))
            except ConnectionRefusedError:
                await asyncio.sleep(0.02)


async def test_connections_beyond_the_bound_are_dropped_and_their_places_are_free_again() -> None:
    async with served(Bounds(most=3)) as port:
        held = [await connect(port) for _ in range(3)]
        assert [await one.ask() for one in held] == [b"HTTP/1.1 200 OK"] * 3
        more = await connect(port)
        assert await more.is_dropped()
        for connection in (held[0], more):
            connection.writer.close()
            await connection.writer.wait_closed()
        async with asyncio.timeout(10):
            while await (again := await connect(port)).ask() != b"HTTP/1.1 200 OK":
                again.writer.close()
        for connection in (*held, again):
            connection.writer.close()


async def test_whoever_asks_byte_by_byte_loses_the_place() -> None:
    async with served(Bounds(patience=0.2)) as port:
        slow = await connect(port)
        slow.writer.write(b"GET / HTTP/1.1\r\nX: ")
        async with asyncio.timeout(10):
            assert await slow.reader.read() == b"", "dropped without an answer"
        slow.writer.close()


async def test_whoever_goes_on_asking_keeps_the_connection() -> None:
    patience, loop = 1.0, asyncio.get_running_loop()
    async with served(Bounds(patience=patience)) as port:
        busy = await connect(port)
        end = loop.time() + 2.5 * patience
        while loop.time() < end:
            assert await busy.ask() == b"HTTP/1.1 200 OK"
        busy.writer.close()
