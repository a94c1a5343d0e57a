"""Services that answer without end: byte by byte, or more than memory holds."""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import requests

from alerts.channels.answers import MOST, BoundedAdapter
from alerts.channels.sending import send
from alerts.messages import Message
from alerts.outbox import Result

MESSAGE = Message("DB-1", "标题", "正文")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
Talk = Callable[[asyncio.StreamWriter], AsyncIterator[bytes]]


async def drip(writer: asyncio.StreamWriter) -> AsyncIterator[bytes]:
    yield HEAD + b"Content-Length: 1000000\r\n\r\n"
    while True:
        yield b"x"
        await asyncio.sleep(0.05)


async def flood(writer: asyncio.StreamWriter) -> AsyncIterator[bytes]:
    yield HEAD + b"Connection: close\r\n\r\n"
    while True:
        yield b"x" * 65536


async def bomb(writer: asyncio.StreamWriter) -> AsyncIterator[bytes]:
    body = gzip.compress(bytes(20_000_000))
    yield HEAD + f"Content-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@asynccontextmanager
async def talking(talk: Talk) -> AsyncIterator[int]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            async for piece in talk(writer):
                writer.write(piece)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def ask(port: int, longest: float) -> bytes:
    adapter = BoundedAdapter()
    adapter.longest = longest
    with requests.Session() as session:
        session.trust_env = False
        session.mount("http://", adapter)
        return session.post(f"http://127.0.0.1:{port}/", data=b"x", timeout=5).content


async def test_an_answer_that_drips_is_left_after_a_while() -> None:
    async with talking(drip) as port:
        began = time.monotonic()
        said = await asyncio.to_thread(ask, port, 0.5)
        assert time.monotonic() - began < 5
        assert set(said) == {ord("x")}, "what arrived meanwhile"


@pytest.mark.parametrize("talk", [flood, bomb])
async def test_of_an_answer_without_end_the_beginning_is_read(talk: Talk) -> None:
    async with talking(talk) as port:
        assert len(await asyncio.to_thread(ask, port, 10)) == MOST


async def test_apprise_reads_no_more_than_that() -> None:
    """Its services make their own requests; a 200 that never ends is a 200."""
    async with talking(flood) as port:
        assert (await send(f"json://127.0.0.1:{port}/", MESSAGE, 20)).result is Result.ACCEPTED
