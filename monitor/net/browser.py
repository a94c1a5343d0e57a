"""The browser: pages that plain HTTP cannot read, shown by Chromium and read as they look in the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

from yarl import URL

from monitor.net import addresses, headers
from monitor.net.browsing import verdict
from monitor.net.browsing.chromium import NoBrowserError
from monitor.net.browsing.launched import Launched, launch
from monitor.net.browsing.pool import Life, Pool
from monitor.net.browsing.rendered import Answer, Frame, Rendered, Seen
from monitor.net.browsing.seats import Seats
from monitor.net.browsing.showing import Gone, Showing, Take, Wish, show
from monitor.net.client import Client
from monitor.net.outcomes import Fault, Outcome
from monitor.net.tunnel import Limits, Tunnel

__all__ = ["Answer", "Browser", "BrowserSettings", "Frame", "NoBrowserError", "Rendered"]

CERTIFICATES_KEPT = 600.0
MOST_CERTIFICATES = 1000


@dataclass(frozen=True, slots=True)
class BrowserSettings:
    """How pages are shown.

    pages: at once. timeout: of one page, from its first request to its last word; waiting for a seat and
    starting Chromium are not counted. patience: how long a challenge is given to let us pass. executable:
    instead of the one that is found.
    """

    pages: int = 2
    timeout: timedelta = timedelta(seconds=30)
    patience: timedelta = timedelta(seconds=6)
    executable: str | None = None
    life: Life = field(default_factory=Life)
    limits: Limits = field(default_factory=Limits)


class Browser:
    """Shows pages: guarded, bounded, polite as the client it belongs to. An async context manager.

    Its requests leave by a tunnel with the client's guard, names and proxy; its renderings sit on the
    client's seats, ask its robots.txt, count towards its backoff and are told to its observers. Chromium is
    started by the first rendering.
    """

    def __init__(self, client: Client, settings: BrowserSettings | None = None) -> None:
        self.settings = settings or BrowserSettings()
        self.client = client
        self.seats = Seats(self.settings.pages)
        self._certificates: dict[str, tuple[float, str | None]] = {}

    async def __aenter__(self) -> Self:
        self._tunnel = await Tunnel(self.client.egress, self.settings.limits).__aenter__()
        self.pool = Pool(self._launch, self.settings.life)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.pool.close()
        await self._tunnel.close()

    async def render(
        self,
        url: str,
        *,
        fresh: bool = False,
        robots: str = "obey",
        timeout: timedelta | None = None,  # noqa: ASYNC109 - of the page, waiting for a seat not counted
        encoding: str | None = None,
        wait_for_rows: str | None = None,
        urgent: bool = False,
    ) -> Rendered:
        """Show a page and read it. Never raises for the web's faults; NoBrowserError where there is none.

        fresh, robots, encoding, timeout, urgent: as in `Client.get`; a browser's requests are always
        unconditional and past the caches, `fresh` says that this was wanted. wait_for_rows: CSS of what the
        page is read for; where none has come, it is waited for a while longer.
        """
        seen = Seen(url, self.client.clock(), url)
        try:
            target = addresses.parse(url)
            seen.final_url, seen.site = str(target), addresses.site_of(target)
            await self._permit(target, robots, seen, urgent=urgent)
            async with self._seat(target, urgent=urgent):
                await self._show(
                    self._wish(target, timeout, rows=wait_for_rows, encoding=encoding), seen, _read
                )
        except Fault as fault:
            seen.fault = fault
        await self._see_certificates(seen)
        page = self.client.copies.dated(seen.page(fresh=fresh))
        self._tell(page, seen.site)
        return page

    async def screenshot(
        self,
        url: str,
        *,
        robots: str = "obey",
        timeout: timedelta | None = None,  # noqa: ASYNC109 - as above
    ) -> bytes:
        """Take a picture (PNG) of a page, pictures and fonts loaded; of an error page too.

        Fault where there is nothing to take one of.
        """
        target = addresses.parse(url)
        seen = Seen(url, self.client.clock(), str(target), addresses.site_of(target))
        await self._permit(target, robots, seen, urgent=False)
        async with self._seat(target, urgent=False):
            await self._show(self._wish(target, timeout, pictures=True), seen, _take_picture)
        assert seen.picture is not None  # or there was a fault
        return seen.picture

    def _wish(self, target: URL, within: timedelta | None, **others: Any) -> Wish:
        ours = self.client.settings
        return Wish(
            url=str(target),
            user_agent=ours.user_agent,
            seconds=(within or self.settings.timeout).total_seconds(),
            patience=self.settings.patience.total_seconds(),
            max_redirects=ours.max_redirects,
            most=ours.max_body,
            **others,
        )

    async def _launch(self, now: float) -> Launched:
        return await launch(self._tunnel.server, now, self.settings.executable)

    async def _permit(self, target: URL, robots: str, seen: Seen, *, urgent: bool) -> None:
        if robots == "ignore":
            return
        permission = await self.client.robots.permission(target, urgent=urgent)
        if permission.note:
            seen.notes.append(permission.note)
        if not permission.allowed:
            raise Fault(Outcome.ROBOTS_REFUSED, f"robots.txt of {target.host} keeps robots off this page")

    @asynccontextmanager
    async def _seat(self, target: URL, *, urgent: bool) -> AsyncIterator[None]:
        # Our own few seats first: who waits for one must not hold one of the host's meanwhile.
        async with (
            self.seats.take(urgent=urgent),
            self.client.hosts.seat(addresses.site_of(target), urgent=urgent),
        ):
            yield

    async def _show(self, wish: Wish, seen: Seen, take: Take) -> None:
        """Show a page, a second time where the browser itself went away under the first."""
        for _ in range(2):
            async with self.pool.lend() as launched:
                with self._tunnel.visit() as visit:
                    seen.requested_at = self.client.clock()
                    try:
                        await show(launched, self._tunnel, visit, wish, seen, take)
                    except Gone:
                        launched.is_spent = True
                    else:
                        return
                    finally:
                        seen.notes += verdict.notes_of(visit, seen.site or "")
        raise Fault(Outcome.RENDER_FAILED, "the browser went away under this page, twice")

    async def _see_certificates(self, seen: Seen) -> None:
        """Say what is wrong with the certificates on the way; the browser read the page all the same."""
        if seen.status is None:
            return
        places = [URL(address) for address in (seen.url, *seen.hops, seen.final_url)]
        for url in {url.origin(): None for url in places if url.scheme == "https"}:
            seen.certificate_error = seen.certificate_error or await self._certificate_error(url)

    async def _certificate_error(self, url: URL) -> str | None:
        """Look at a certificate as the client does; what was seen holds for ten minutes."""
        now, site = asyncio.get_running_loop().time(), addresses.site_of(url)
        until, error = self._certificates.get(site, (now, None))
        if until <= now:
            fact = await self.client.certificate(url.raw_host or "", url.port or 443)
            error = fact.reason if fact.valid is False else None
            if len(self._certificates) >= MOST_CERTIFICATES:
                self._certificates.clear()
            self._certificates[site] = (now + CERTIFICATES_KEPT, error)
        return error

    def _tell(self, page: Rendered, site: str | None) -> None:
        """Count the page towards its host's backoff, and tell those who watch the client."""
        if site is not None:
            wait = headers.retry_after(page.headers, self.client.clock())
            self.client.hosts.note(site, page.outcome, page.status, wait)
        for observer in self.client.observers:
            observer(page)


async def _read(showing: Showing, seen: Seen) -> None:
    seen.text, seen.fault = await showing.show()
    await showing.read_besides(seen)


async def _take_picture(showing: Showing, seen: Seen) -> None:
    await showing.show()
    seen.picture = await showing.picture()
