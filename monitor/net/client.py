"""The one client: every request of the daemon leaves through here, and nothing the web does raises."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import ExitStack, asynccontextmanager
from datetime import timedelta
from types import TracebackType
from typing import Self, TypeVar

import aiohttp
from yarl import URL

from monitor.clock import Clock, system_clock
from monitor.net import addresses, faults, headers, tls
from monitor.net.body import ACCEPTED, read_body
from monitor.net.cookies import CookieRound
from monitor.net.copies import Copies
from monitor.net.egress import Egress
from monitor.net.guard import Guard
from monitor.net.hosts import Hosts
from monitor.net.legacy import Legacy, Trust
from monitor.net.names import Lookup, Names
from monitor.net.offset import ClockOffset
from monitor.net.outcomes import Fault, Outcome
from monitor.net.page import Page
from monitor.net.robots import LARGEST, Robots
from monitor.net.settings import FetchSettings
from monitor.net.trail import Ask, Trail

__all__ = ["Client", "CookieRound", "FetchSettings", "Page"]

Talker = TypeVar("Talker", bound=asyncio.Protocol)

REDIRECTS = frozenset({301, 302, 303, 307, 308})

# The body of an error page is kept for those who want to see it; nobody needs megabytes of it.
ERROR_BODY = 256 * 1024
LONGEST_HEADER = 32 * 1024

_PREFERENCES = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5",
    "Accept-Encoding": ACCEPTED,
}
_FRESH = {"Cache-Control": "no-cache", "Pragma": "no-cache"}


class Client:
    """Fetches pages: guarded, bounded, polite. An async context manager.

    clock and lookup come from outside, so that tests own the time and the names. observers are called with
    every Page, robots.txt's included. trust replaces the system's certificate authorities.
    """

    def __init__(
        self,
        settings: FetchSettings,
        guard: Guard,
        *,
        clock: Clock = system_clock,
        lookup: Lookup | None = None,
        observers: Iterable[Callable[[Page], None]] = (),
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self.settings = settings
        self.guard = guard
        self.observers = list(observers)
        self.hosts = Hosts(settings, clock)
        self.offset = ClockOffset()
        self.copies = Copies()
        self.clock = clock
        self._lookup = lookup
        self.robots = Robots(self._fetch_robots, settings.robots_kept, clock)
        self._trust = trust

    async def __aenter__(self) -> Self:
        self.egress = Egress(self.guard, Names(self._lookup), self.settings.proxy)
        self._legacy = Legacy(self.egress, self._trust, self.clock)
        self._session = aiohttp.ClientSession(
            connector=self.egress.connector(keep_alive=self.settings.keep_alive),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            headers=self.spoken,
            auto_decompress=False,
            trust_env=False,
            max_line_size=LONGEST_HEADER,
            max_field_size=LONGEST_HEADER,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()
        await self.egress.names.close()

    async def get(  # noqa: PLR0913 - each is one header or one limit of the request
        self,
        url: str,
        *,
        fresh: bool = False,
        etag: str | None = None,
        last_modified: str | None = None,
        cookies: CookieRound | None = None,
        robots: str = "obey",
        encoding: str | None = None,
        timeout: timedelta | None = None,  # noqa: ASYNC109 - of the exchange, waiting for a seat not counted
        max_body: int | None = None,
        urgent: bool = False,
    ) -> Page:
        """Fetch a page, following redirects. Never raises for the web's faults: the page's outcome tells.

        fresh: unconditional, past every cache that listens; `etag` and `last_modified` are not sent then.
        cookies: of a round; without one, those set on the way are kept for this request alone.
        robots: "obey" or "ignore". encoding: what the configuration says the page is in. timeout, max_body:
        instead of the settings'. urgent: a reading at a deadline, put off by nothing but Retry-After.
        """
        ask = Ask(
            fresh=fresh,
            etag=None if fresh else etag,
            last_modified=None if fresh else last_modified,
            cookies=cookies if cookies is not None else CookieRound(),
            obeys_robots=robots != "ignore",
            encoding=encoding,
            timeout=(timeout or self.settings.timeout).total_seconds(),
            max_body=max_body or self.settings.max_body,
            urgent=urgent,
        )
        page = self.copies.dated(await self._fetch(url, ask))
        self.offset.note(page)
        for observer in self.observers:
            observer(page)
        return page

    @property
    def spoken(self) -> dict[str, str]:
        """What every request says of us and of what we would like."""
        return {"User-Agent": self.settings.user_agent, **_PREFERENCES}

    async def dial(self, url: URL, talker: Callable[[], Talker], seconds: float) -> Talker:
        """Open a connection past the guard for somebody who talks on it; raises what the network raises.

        TLS is modern and its certificate has to hold: the rest is for `get`, which says so beside the page.
        """
        is_secure = url.scheme == "https"
        async with asyncio.timeout(seconds):
            with ExitStack() as unless_done:
                sock = await self._way_to(url)
                unless_done.callback(sock.close)
                _, made = await asyncio.get_running_loop().create_connection(
                    talker,
                    sock=sock,
                    ssl=self._legacy.modern.verified if is_secure else None,
                    server_hostname=(url.raw_host or "").rstrip(".") if is_secure else None,
                )
                unless_done.pop_all()
        return made

    async def _way_to(self, url: URL) -> socket.socket:
        """Connect to a target, or to the proxy that asks it for us; that the proxy is down is our trouble."""
        try:
            if url.scheme == "https":
                return await self.egress.connect(url)
            return await self.egress.connect_in_clear(url)
        except OSError as error:
            if self.egress.proxy is None:
                raise
            raise Fault(Outcome.PROXY_FAILED, f"the outgoing proxy: {error}") from error

    async def certificate(self, host: str, port: int = 443) -> tls.CertificateFact:
        """Look at a server's certificate in a handshake of its own, past the same guard. Never raises."""
        try:
            url = addresses.parse(f"https://{host}:{port}/")
        except Fault as fault:
            return tls.untold(fault)
        async with self.hosts.seat(addresses.site_of(url)):
            try:
                async with asyncio.timeout(self.settings.timeout.total_seconds()):
                    return await self._legacy.certificate(url)
            except faults.ERRORS as error:
                return tls.untold(faults.explain(error))

    async def _fetch_robots(self, url: str) -> Page:
        within = min(self.settings.timeout, self.settings.robots_timeout)
        return await self.get(url, robots="ignore", timeout=within, max_body=LARGEST)

    async def _fetch(self, url: str, ask: Ask) -> Page:
        trail = Trail(url, self.clock(), final_url=url)
        try:
            target = addresses.parse(url)
            trail.final_url = str(target)
            await self._be_patient(addresses.site_of(target), urgent=ask.urgent)
            while (following := await self._step(target, ask, trail)) is not None:
                target = following
        except Fault as fault:
            return trail.page(ask, fault)
        page = trail.page(ask)
        wait = headers.retry_after(page.headers, self.clock())
        self.hosts.note(addresses.site_of(target), page.outcome, page.status, wait)
        return page

    async def _step(self, target: URL, ask: Ask, trail: Trail) -> URL | None:
        """Make one request; give the address it redirects to, None where it answered."""
        if ask.obeys_robots:
            permission = await self.robots.permission(target, urgent=ask.urgent)
            trail.note(permission.note)
            if not permission.allowed:
                raise Fault(Outcome.ROBOTS_REFUSED, f"robots.txt of {target.host} keeps robots off this page")
        await self._exchange(target, ask, trail)
        if trail.status not in REDIRECTS:
            return None
        self.hosts.note(addresses.site_of(target), Outcome.OK)
        return trail.redirect(target, ask.cookies, self.settings.max_redirects)

    async def _exchange(self, target: URL, ask: Ask, trail: Trail) -> None:
        """Hold a seat and make the request; Fault where no whole answer comes."""
        host = addresses.site_of(target)
        async with self.hosts.seat(host, urgent=ask.urgent):
            trail.start(self.clock())
            try:
                async with _spending(trail, ask.timeout):
                    await self.egress.admit(target)
                    await self._receive(target, ask, trail)
            except faults.ERRORS as error:
                fault = self._explain(error, ask, trail)
                self.hosts.note(host, fault.outcome)
                raise fault from error

    async def _be_patient(self, host: str, *, urgent: bool) -> None:
        """Wait a moment for a host in backoff; longer waits are for the scheduler, by `hosts.not_before`."""
        until = self.hosts.not_before(host, urgent=urgent)
        if until is not None:
            await asyncio.sleep(min(until - self.clock(), self.settings.patience).total_seconds())

    async def _receive(self, target: URL, ask: Ask, trail: Trail) -> None:
        async def talk(trust: Trust) -> None:
            try:
                await self._request(target, ask, trail, trust.verified)
            except aiohttp.ClientConnectorCertificateError as error:
                # Citizens who click the warning away see the page, and so do we; the fault is told beside it.
                why = tls.why_unverified(error.certificate_error)
                trail.certificate_error = trail.certificate_error or why
                await self._request(target, ask, trail, trust.unverified)

        trail.note(await self._legacy.talk(target, talk))

    async def _request(self, target: URL, ask: Ask, trail: Trail, trust: ssl.SSLContext) -> None:
        cookie = ask.cookies.header(target)
        trail.send(target, cookie)
        async with self._session.get(
            target,
            headers=_request_headers(ask, cookie, is_first=not trail.hops) | self.egress.headers(target),
            allow_redirects=False,
            ssl=trust,
            proxy=self.egress.proxy,
            proxy_headers=self.egress.tunnel_headers(target),
        ) as response:
            trail.asking = headers.merged(response.request_info.headers.items())
            trail.status = response.status
            trail.headers = headers.merged(response.headers.items())
            trail.location = response.headers.get("Location", "")
            ask.cookies.keep(response.cookies, target)
            if response.status not in REDIRECTS:
                trail.body = await _body(response, trail.headers, ask.max_body)

    def _explain(self, error: Exception, ask: Ask, trail: Trail) -> Fault:
        if self.egress.proxy is not None and isinstance(error, aiohttp.ClientConnectorDNSError):
            # The target's name was resolved before, so that this is the proxy's own.
            return Fault(Outcome.PROXY_FAILED, f"the outgoing proxy: {error}")
        fault = faults.explain(error)
        if fault.outcome is Outcome.TIMEOUT and trail.spent >= ask.timeout:
            began = "" if trail.status is None else f" (it began with status {trail.status})"
            return Fault(Outcome.TIMEOUT, f"no complete answer within {ask.timeout:g} s{began}")
        return fault


@asynccontextmanager
async def _spending(trail: Trail, most: float) -> AsyncIterator[None]:
    """Count the time of one exchange towards the whole; TimeoutError once that is used up."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    try:
        async with asyncio.timeout(max(0.0, most - trail.spent)):
            yield
    finally:
        trail.spent += loop.time() - started


def _request_headers(ask: Ask, cookie: str, *, is_first: bool) -> dict[str, str]:
    """Give the headers of one request. Conditions belong to the address asked for, to no later one."""
    wanted = dict(_FRESH) if ask.fresh else {}
    if cookie:
        wanted["Cookie"] = cookie
    if is_first and ask.etag:
        wanted["If-None-Match"] = ask.etag
    if is_first and ask.last_modified:
        wanted["If-Modified-Since"] = ask.last_modified
    return wanted


async def _body(response: aiohttp.ClientResponse, received: Mapping[str, str], most: int) -> bytes:
    chunks = response.content.iter_any()
    coding = received.get("content-encoding", "")
    if response.status < 400:
        return await read_body(chunks, coding, most)
    try:
        return await read_body(chunks, coding, min(most, ERROR_BODY))
    except Fault:
        return b""  # the status says enough
