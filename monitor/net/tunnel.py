"""The way out of the browser: a proxy of our own on loopback, where the guard judges every connection.

Interception inside a browser never sees where redirects lead, and lets the browser resolve names again. So
Chromium knows no other way out than this; here each name is resolved once, each address judged, and that very
address connected to.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hmac
import secrets
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from monitor.net import addresses, faults
from monitor.net.browsing import heads
from monitor.net.egress import Egress
from monitor.net.outcomes import Fault, Outcome

MARK = "X-Duban-Turned-Away"
"""The header by which an answer of ours is told from a site's own: it names an entry of `Visit.turned`."""

_PIECE = 64 * 1024
_MOST_TURNED = 200

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much passes through.

    connections: at once, all visits together; per_visit: of one visit. head_timeout, connect_timeout, idle:
    seconds. per_connection, per_visit_bytes: bytes, both directions together.
    """

    connections: int = 256
    per_visit: int = 64
    head_timeout: float = 10.0
    connect_timeout: float = 10.0
    idle: float = 30.0
    per_connection: int = 64 * 1024 * 1024
    per_visit_bytes: int = 160 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Turned:
    """One request that did not get through: site is "host:port", mark what its answer was marked with."""

    site: str
    fault: Fault
    mark: str


@dataclass(slots=True)
class Visit:
    """The right to use the tunnel for a while, and what became of it.

    name, password: what the browser has to show. turned: what was refused or failed, in order, the first 200.
    """

    name: str
    password: str
    turned: list[Turned] = field(default_factory=list)
    passed: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def authorization(self) -> str:
        secret = base64.b64encode(f"{self.name}:{self.password}".encode("ascii")).decode("ascii")
        return f"Basic {secret}"

    def turn(self, site: str, fault: Fault) -> str:
        """Keep a fault, and give the mark for its answer."""
        mark = secrets.token_hex(8)
        if len(self.turned) < _MOST_TURNED:
            self.turned.append(Turned(site, fault, mark))
        return mark

    def marked(self, mark: str) -> Fault | None:
        """Give the fault that an answer with this mark stands for."""
        return next((turned.fault for turned in self.turned if turned.mark == mark), None)

    def last_of(self, site: str) -> Fault | None:
        """Give the last fault on the way to "host:port"."""
        return next((turned.fault for turned in reversed(self.turned) if turned.site == site), None)


class Tunnel:
    """The proxy. An async context manager; `visit` lends the right to use it.

    It listens on 127.0.0.1 alone, on a port the system chooses, and only those who show the password of a
    visit get anywhere: other users of this machine do not.
    """

    def __init__(self, egress: Egress, limits: Limits = Limits()) -> None:
        self._egress = egress
        self._limits = limits
        self._visits: dict[str, Visit] = {}
        self._open: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=heads.LONGEST)
        self._place: tuple[str, int] = self._server.sockets[0].getsockname()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop listening and cut every connection."""
        self._server.close()
        await _end(self._open)
        await self._server.wait_closed()

    @property
    def server(self) -> str:
        """The address to give the browser."""
        return f"http://127.0.0.1:{self._place[1]}"

    @contextmanager
    def visit(self) -> Iterator[Visit]:
        """Lend the use of the tunnel; at the end its password is worthless and its connections are cut."""
        visit = Visit(secrets.token_hex(8), secrets.token_hex(16))
        self._visits[visit.name] = visit
        try:
            yield visit
        finally:
            del self._visits[visit.name]
            for task in visit.tasks:
                task.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection from its first byte to its last."""
        task = asyncio.current_task()
        assert task is not None  # a coroutine runs in one
        self._open.add(task)
        try:
            # Whoever hangs up, on either side, has ended the connection; nothing else follows from it.
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._answer(reader, writer)
                await writer.drain()
                writer.close()
                await writer.wait_closed()
        finally:
            writer.transport.abort()
            self._open.discard(task)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._open) > self._limits.connections:
            writer.write(heads.answer(503, "too many connections"))
            return
        try:
            async with asyncio.timeout(self._limits.head_timeout):
                head = heads.read(await reader.readuntil(b"\r\n\r\n"))
        except asyncio.LimitOverrunError:
            writer.write(heads.answer(431, "the head is too long"))
            return
        except heads.Malformed as malformed:
            writer.write(heads.answer(malformed.status, str(malformed)))
            return
        visit = self._admitted(head.authorization)
        if visit is None:
            writer.write(heads.answer(407, "not for everyone", proxy_authenticate='Basic realm="duban"'))
            return
        await self._accompany(visit, head, (reader, writer))

    def _admitted(self, authorization: str) -> Visit | None:
        shown = authorization.encode("latin-1")
        known = [
            visit
            for visit in self._visits.values()
            if hmac.compare_digest(visit.authorization.encode("ascii"), shown)
        ]
        return known[0] if known else None

    async def _accompany(self, visit: Visit, head: heads.Head, browser: Ends) -> None:
        """Serve a request of a visit, and keep what goes wrong with it."""
        task = asyncio.current_task()
        assert task is not None  # as above
        if len(visit.tasks) >= self._limits.per_visit:
            fault = Fault(Outcome.PROXY_FAILED, "the page opens too many connections at once")
            _turn_away(visit, head.target[:200], fault, browser[1])
            return
        visit.tasks.add(task)
        try:
            await self._forward(visit, heads.judge(head), browser)
        except heads.Malformed as malformed:
            browser[1].write(heads.answer(malformed.status, str(malformed)))
        except Fault as fault:
            # Before the target was understood there is no better name for it than what was asked for.
            _turn_away(visit, head.target[:200], fault, browser[1])
        finally:
            visit.tasks.discard(task)

    async def _forward(self, visit: Visit, asked: heads.Asked, browser: Ends) -> None:
        site = addresses.site_of(asked.target)
        try:
            server = await self._connect(asked)
        except faults.ERRORS as error:
            _turn_away(visit, site, faults.explain(error), browser[1])
            return
        passage = Passage(visit, self._limits)
        try:
            if asked.wants_tunnel:
                browser[1].write(b"HTTP/1.1 200 Connected\r\n\r\n")
                await passage.tunnel(browser, server)
            else:
                through = self._egress.headers(asked.target) if self._egress.proxy is not None else None
                server[1].write(heads.passed_on(asked, through))
                await passage.exchange(browser, server, asked.length)
        except Fault as fault:
            visit.turn(site, fault)
        finally:
            server[1].transport.abort()

    async def _connect(self, asked: heads.Asked) -> Ends:
        """Connect to the target, whose every address the guard has judged; raises what the network raises."""
        async with asyncio.timeout(self._limits.connect_timeout):
            if asked.wants_tunnel:
                sock = await self._egress.connect(asked.target)
            else:
                sock = await self._egress.connect_in_clear(asked.target)
            if sock.getpeername()[:2] == self._place:
                sock.close()
                raise Fault(Outcome.ADDRESS_REFUSED, "the tunnel does not lead to itself")
            return await asyncio.open_connection(sock=sock, limit=heads.LONGEST)


class Passage:
    """Bytes on their way between browser and server, counted and timed."""

    def __init__(self, visit: Visit, limits: Limits) -> None:
        self._visit = visit
        self._limits = limits
        self._passed = 0
        self._patience: asyncio.Timeout | None = None

    async def tunnel(self, browser: Ends, server: Ends) -> None:
        """Pass bytes both ways until one side ends; Fault where it is too much or nothing comes for long."""
        both = (self._pump(browser[0], server[1]), self._pump(server[0], browser[1]))
        await self._patiently(_first_of(*both))

    async def exchange(self, browser: Ends, server: Ends, length: int) -> None:
        """Pass a body of so many bytes to the server, and its answer back; Fault as above."""
        await self._patiently(self._exchange(browser, server, length))

    async def _exchange(self, browser: Ends, server: Ends, length: int) -> None:
        while length > 0 and (piece := await browser[0].read(min(_PIECE, length))):
            length -= len(piece)
            await self._send(piece, server[1])
        await _first_of(self._answer(server[0], browser[1]), _gone(browser[0]))

    async def _answer(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        await self._pass_head(source, sink)
        await self._pump(source, sink)

    async def _pass_head(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """Pass the head of the answer, said to be the connection's last; interim ones go before it."""
        received = b""
        while piece := await source.read(_PIECE):
            received += piece
            while (end := heads.end_of(received)) and heads.is_interim(received[:end]):
                received = received[end:]
            if end:
                received = heads.closing(received[:end]) + received[end:]
            if end or len(received) > 2 * heads.LONGEST:
                break
        await self._send(received, sink)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while piece := await source.read(_PIECE):
            await self._send(piece, sink)

    async def _send(self, piece: bytes, sink: asyncio.StreamWriter) -> None:
        self._passed += len(piece)
        self._visit.passed += len(piece)
        if self._passed > self._limits.per_connection or self._visit.passed > self._limits.per_visit_bytes:
            raise Fault(Outcome.TOO_LARGE, "more came than one page may load")
        sink.write(piece)
        await sink.drain()
        assert self._patience is not None  # bytes are sent inside `_patiently` alone
        if not self._patience.expired():
            self._patience.reschedule(asyncio.get_running_loop().time() + self._limits.idle)

    async def _patiently(self, work: Awaitable[None]) -> None:
        try:
            async with asyncio.timeout(self._limits.idle) as self._patience:
                await work
        except TimeoutError as error:
            raise Fault(Outcome.TIMEOUT, f"nothing came for {self._limits.idle:g} s") from error


def _turn_away(visit: Visit, site: str, fault: Fault, writer: asyncio.StreamWriter) -> None:
    """Answer for what is refused (403) or fails (502), and keep why."""
    status = 403 if fault.outcome.blame == "refused" else 502
    mark = visit.turn(site, fault)
    writer.write(heads.answer(status, fault.reason, **{MARK.replace("-", "_"): mark}))


async def _gone(browser: asyncio.StreamReader) -> None:
    """Wait until the browser hangs up. What it still says is a second request, and goes nowhere."""
    while await browser.read(_PIECE):
        pass


async def _first_of(*works: Awaitable[None]) -> None:
    """Wait until the first of these ends, and end the others with it."""
    tasks = {asyncio.ensure_future(work) for work in works}
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await _end(tasks)
    for task in done:
        task.result()


async def _end(tasks: set[asyncio.Task[None]]) -> None:
    """Cancel tasks and wait until they are gone; what they end with is nobody's concern any more."""
    gone = list(tasks)
    for task in gone:
        task.cancel()
    await asyncio.gather(*gone, return_exceptions=True)
