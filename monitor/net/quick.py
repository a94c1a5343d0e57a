"""Asking for many addresses of which little is wanted: one request each, no redirect followed, nothing kept.

The guard, the names, the outgoing proxy and the outcomes are the client's own; so are its seats, which the
caller holds. What this cannot settle is marked `is_odd`, and is for the client to look at.
"""

from __future__ import annotations

import ssl
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from yarl import URL

from monitor.net import addresses, faults, headers, legacy, outcomes
from monitor.net.client import REDIRECTS, Client
from monitor.net.outcomes import Fault, Outcome
from monitor.net.wire import Reply, Room, Wire

MOST_IDLE = 64
"""Connections kept open that nobody is using at the moment."""

MOST_ORIGINS = 20_000

# The client knows more about these: old TLS, certificates that do not hold, cookies that lead out of circles.
_ODD = frozenset({Outcome.TLS_FAILED, Outcome.PROTOCOL_ERROR, Outcome.PROXY_FAILED, Outcome.BAD_ENCODING})


@dataclass(frozen=True, slots=True)
class Answer:
    """What one request brought.

    location: where a redirect says to go, as it stands there; "" for none. body: as much as there was room
    for, decompressed; is_cut: there is more. is_odd: the client's fuller ways may end otherwise.
    """

    outcome: Outcome
    status: int | None
    reason: str
    headers: Mapping[bytes, bytes] = field(default_factory=dict)
    location: str = ""
    body: bytes = b""
    is_cut: bool = False

    @property
    def is_odd(self) -> bool:
        return self.outcome in _ODD

    @property
    def content_type(self) -> str:
        """The header, as it stands."""
        return self.headers.get(b"content-type", b"").decode("latin-1")

    @property
    def length(self) -> int | None:
        """How long the body is said to be."""
        said = self.headers.get(b"content-length", b"")
        return int(said) if said.isdigit() and len(said) < 19 else None


@dataclass(slots=True)
class _Origin:
    """A server as it is connected to: what is judged here is what is dialled."""

    url: URL
    opening: bytes
    idle: deque[Wire] = field(default_factory=deque)


class Quick:
    """Requests in quick succession, over connections that are kept. Use it while the client is open."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._seconds = client.settings.timeout.total_seconds()
        self._origins: dict[str, _Origin] = {}
        self._idle = 0
        self._verified: ssl.SSLContext | None = None

    def close(self) -> None:
        """Hang up everywhere."""
        for origin in self._origins.values():
            while origin.idle:
                origin.idle.pop().close()
        self._origins.clear()

    def site_of(self, origin: str) -> str:
        """Name the server as "host:port", as the client's hosts do; Fault where the address is no good."""
        return addresses.site_of(self._origin(origin).url)

    async def ask(self, url: str, room: Room, *, is_head: bool = False, extra: bytes = b"") -> Answer:
        """Make one request; never raises for the web's faults.

        url: absolute and escaped, as the address rules write it. extra: header lines of the caller's own.
        """
        try:
            reply = await self._reply(url, room, extra, is_head=is_head)
        except faults.ERRORS as error:
            fault = faults.explain(error)
            return Answer(fault.outcome, None, fault.reason)
        return _answer(reply)

    def retry_after(self, answer: Answer) -> timedelta | None:
        """Read how long the host wants to be left alone."""
        said = answer.headers.get(b"retry-after")
        if said is None:
            return None
        return headers.retry_after({"retry-after": said.decode("latin-1")}, self._client.clock())

    async def _reply(self, url: str, room: Room, extra: bytes, *, is_head: bool) -> Reply:
        start, target = split(url)
        origin = self._origin(start)
        egress = self._client.egress
        if egress.proxy is not None and origin.url.scheme == "http":
            target = url  # a proxy that reads along wants the whole address
        request = b"".join(
            (b"HEAD " if is_head else b"GET ", target.encode("ascii"), origin.opening, extra, b"\r\n")
        )
        while True:
            wire, is_kept = await self._wire(origin)
            try:
                reply = await wire.ask(request, room, self._seconds, is_head=is_head)
            except Fault as fault:
                if is_kept and not wire.has_begun and fault.outcome is Outcome.RESET:
                    continue  # the server had hung up before it heard us
                raise
            self._keep(origin, wire)
            return reply

    def _origin(self, start: str) -> _Origin:
        if (known := self._origins.get(start)) is None:
            url = addresses.parse(start + "/")
            self._make_room()
            known = self._origins[start] = _Origin(url, self._opening(url))
        return known

    def _opening(self, url: URL) -> bytes:
        """Write what every request to a server begins with, from the end of its address on."""
        host = url.host_subcomponent if url.is_default_port() else f"{url.host_subcomponent}:{url.port}"
        lines = [f"Host: {host}"]
        said = self._client.spoken | self._client.egress.headers(url)
        lines += [f"{name}: {value}" for name, value in said.items()]
        return (" HTTP/1.1\r\n" + "\r\n".join(lines) + "\r\n").encode("utf-8")

    def _make_room(self) -> None:
        """Forget servers of which no connection is open: links lead to ever new ones."""
        if len(self._origins) >= MOST_ORIGINS:
            self._origins = {start: origin for start, origin in self._origins.items() if origin.idle}

    async def _wire(self, origin: _Origin) -> tuple[Wire, bool]:
        """Take a connection that is open, or open one past the guard; True where it was open before."""
        while origin.idle:
            self._idle -= 1
            wire = origin.idle.pop()
            if wire.is_usable:
                return wire, True
        try:
            return await self._client.dial(origin.url, Wire, self._seconds), False
        except OSError as error:
            if origin.url.scheme == "https" and legacy.may_help(error):
                raise Fault(Outcome.TLS_FAILED, f"the TLS handshake failed: {error}") from error
            raise

    def _keep(self, origin: _Origin, wire: Wire) -> None:
        if not wire.is_usable:
            return
        if self._idle < MOST_IDLE:
            self._idle += 1
            origin.idle.append(wire)
        else:
            wire.close()


def split(url: str) -> tuple[str, str]:
    """Split an address into its origin and what the server is asked for."""
    slash = url.find("/", url.index("://") + 3)
    return (url[:slash], url[slash:]) if slash >= 0 else (url, "/")


def _answer(reply: Reply) -> Answer:
    status = reply.status
    if status in REDIRECTS:
        # As raw as it came: browsers read the bytes as UTF-8, and so does whoever resolves it.
        location = reply.headers.get(b"location", b"").decode("utf-8", "surrogateescape")
        return Answer(Outcome.OK, status, "", reply.headers, location)
    outcome = Outcome.PROTOCOL_ERROR if status == 304 else outcomes.of_status(status)
    reason = "" if outcome is Outcome.OK else f"status {status}"
    return Answer(outcome, status, reason, reply.headers, "", reply.body, reply.is_cut)
