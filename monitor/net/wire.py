"""One connection kept open, speaking HTTP/1.1: a request, its answer, and the next.

The session of `client` gives a page all that one may need; checking links asks for thousands of addresses of
which little is wanted. Here an answer costs its parsing and nothing else. What is unusual about one (TLS that
does not hold, cookies, answers that are no proper HTTP) is left to the client's second look.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import httptools

from monitor.net.body import Inflater, inflate, inflaters
from monitor.net.outcomes import Fault, Outcome

LONGEST_HEAD = 64 * 1024
SWALLOWED = 64 * 1024
"""Bytes of an unwanted body that are read past, because a new connection would cost more."""

Room = Callable[[int, Mapping[bytes, bytes]], int]
"""How many bytes of a body are wanted, after decompression, by status and headers (names in lower case)."""


@dataclass(slots=True)
class Reply:
    """An answer as it came. is_cut: there is more of the body than there was room for."""

    status: int
    headers: Mapping[bytes, bytes]
    body: bytes
    is_cut: bool


class _Exchange:
    """One answer while it arrives; the parser calls what begins with on_, and nothing there raises."""

    def __init__(self, room: Room, *, is_head: bool) -> None:
        self.fault: Fault | None = None
        self.has_head = self.is_done = self.keeps = False
        self.ends_with_connection = False
        self.status = 0
        self._room, self._is_head = room, is_head
        self._headers: dict[bytes, bytes] = {}
        self._chain: Sequence[Inflater] = ()
        self._pieces: list[bytes] = []
        self._left = self._wanted = self._received = self._head_bytes = 0
        self._is_spent = self._is_cut = False
        self._parser = httptools.HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(
            lenient_headers=True, lenient_keep_alive=True, lenient_optional_cr_before_lf=True
        )

    def feed(self, data: bytes) -> None:
        """Parse a piece."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self.fault = Fault(Outcome.PROTOCOL_ERROR, f"no proper HTTP: {error}")
            return
        if not self.has_head:
            self._head_bytes += len(data)
            if self._head_bytes > LONGEST_HEAD:
                self.fault = Fault(Outcome.PROTOCOL_ERROR, f"headers of more than {LONGEST_HEAD} bytes")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header; those that repeat are joined, as their meaning is."""
        key = name.lower()
        self._headers[key] = self._headers[key] + b", " + value if key in self._headers else value

    def on_headers_complete(self) -> None:
        """Decide how much of the body is wanted."""
        self.status = self._parser.get_status_code()
        if 100 <= self.status < 200:
            return
        self.has_head = True
        if self._is_head:
            self.is_done, self.keeps = True, self._parser.should_keep_alive()
            return
        headers = self._headers
        self.ends_with_connection = b"content-length" not in headers and b"transfer-encoding" not in headers
        self._left = self._wanted = self._room(self.status, headers)
        if self._wanted > 0 and b"content-encoding" in headers:
            try:
                self._chain = inflaters(headers[b"content-encoding"].decode("latin-1"))
            except Fault as fault:
                self.fault = fault

    def on_body(self, data: bytes) -> None:
        """Take a piece of the body in, or read past it."""
        if self.is_done or self.fault is not None:
            self._is_spent = True  # a body where none belongs, or more than is wanted
            return
        self._received += len(data)
        if self._wanted == 0:
            self.is_done = self._is_spent = self._received > SWALLOWED
            return
        try:
            data = inflate(self._chain, data, self._left)
        except Fault as fault:
            self.fault = fault
            return
        self._pieces.append(data[: self._left])
        if len(data) > self._left or self._received > self._wanted:  # empty blocks decompress to nothing
            self.is_done = self._is_spent = self._is_cut = True
        self._left -= len(data)

    def on_message_complete(self) -> None:
        """End the answer, or go on where it was only a preliminary one."""
        if 100 <= self.status < 200:
            if self.status == 101:
                self.fault = Fault(Outcome.PROTOCOL_ERROR, "another protocol than the one asked for")
            self._headers = {}
            return
        self.is_done = True
        self.keeps = not self._is_spent and self._parser.should_keep_alive()

    def reply(self) -> Reply:
        """Give what has arrived, once; the parser, which knows us as we know it, is let go."""
        del self._parser
        body = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        return Reply(self.status, self._headers, body, self._is_cut)


class Wire(asyncio.Protocol):
    """A connection on which one request at a time is made; raises Fault where no answer comes.

    is_usable: whether another request may be made on it. has_begun: whether a byte of the last answer came.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[Reply] | None = None
        self._exchange: _Exchange | None = None
        self.is_usable = self.has_begun = False

    async def ask(self, request: bytes, room: Room, seconds: float, *, is_head: bool) -> Reply:
        """Send a request and wait for its answer, so many seconds at most."""
        assert self._transport is not None and self._waiter is None  # a wire is handed to one asker at a time
        self._waiter = self._loop.create_future()
        self._exchange = _Exchange(room, is_head=is_head)
        self.has_begun = False
        timer = self._loop.call_later(seconds, self._expire, seconds)
        self._transport.write(request)
        try:
            return await self._waiter
        except asyncio.CancelledError:
            self.close()
            raise
        finally:
            timer.cancel()
            self._waiter = None

    def close(self) -> None:
        """Hang up at once."""
        self.is_usable = False
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection over."""
        assert isinstance(transport, asyncio.Transport)  # what create_connection makes
        self._transport = transport
        self.is_usable = True

    def data_received(self, data: bytes) -> None:
        """Pass a piece on, and end the exchange where it is the last one."""
        exchange = self._exchange
        if exchange is None or self._waiter is None or self._waiter.done():
            self.close()  # nobody asked: what follows cannot be told from an answer
            return
        self.has_begun = True
        exchange.feed(data)
        if exchange.fault is not None:
            self._fail(exchange.fault)
        elif exchange.is_done:
            self._finish(exchange)

    def connection_lost(self, error: Exception | None) -> None:
        """End the exchange with the connection, which is how some answers end."""
        self.is_usable = False
        exchange = self._exchange
        if exchange is None or self._waiter is None or self._waiter.done():
            return
        if error is None and exchange.has_head and exchange.ends_with_connection:
            self._finish(exchange)
        elif self.has_begun:
            self._fail(Fault(Outcome.RESET, "the answer breaks off"))
        else:
            self._fail(Fault(Outcome.RESET, "the connection was closed without an answer"))

    def _finish(self, exchange: _Exchange) -> None:
        if not exchange.keeps:
            self.close()
        self._exchange = None
        if self._waiter is not None:
            self._waiter.set_result(exchange.reply())

    def _fail(self, fault: Fault) -> None:
        self.close()
        self._exchange = None
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(fault)

    def _expire(self, seconds: float) -> None:
        exchange = self._exchange
        began = exchange is not None and exchange.has_head
        status = f" (it began with status {exchange.status})" if exchange is not None and began else ""
        self._fail(Fault(Outcome.TIMEOUT, f"no complete answer within {seconds:g} s{status}"))
