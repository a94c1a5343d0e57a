"""How many exchanges are in flight, altogether and per host, and which hosts are left alone for a while."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.clock import Clock
from monitor.net.outcomes import Outcome
from monitor.net.settings import FetchSettings

MOST_REMEMBERED = 20_000

_NOTHING = timedelta(0)

# The host said or showed that it has too much to do: its delay doubles. Other failures add a step.
_DOUBLING = frozenset({429, 503})
_ADDING = frozenset(
    {
        Outcome.SERVER_ERROR,
        Outcome.BLOCKED,
        Outcome.TIMEOUT,
        Outcome.RESET,
        Outcome.CONNECTION_REFUSED,
        Outcome.UNREACHABLE,
        Outcome.NO_HOST,
        Outcome.DNS_FAILED,
        Outcome.TLS_FAILED,
    }
)
# Says nothing of the host: we never asked it, or our own proxy or browser failed.
_SILENT = frozenset(
    {
        Outcome.ADDRESS_REFUSED,
        Outcome.SCHEME_REFUSED,
        Outcome.ROBOTS_REFUSED,
        Outcome.PROXY_FAILED,
        Outcome.RENDER_FAILED,
    }
)


@dataclass(slots=True)
class _Host:
    """What is remembered of one host and port."""

    seats: asyncio.Semaphore
    behind: asyncio.Semaphore
    users: int = 0
    is_hanging: bool = False
    delay: timedelta = _NOTHING
    asked_for: timedelta = _NOTHING
    since: datetime | None = None


class Hosts:
    """Seats and backoff. `host` is always "host:port", as `monitor.net.addresses.site_of` gives it.

    The seats are counted three times, so that hosts that hang cannot keep the others waiting:

    1. per host: its requests queue before its own door and hold nothing meanwhile;
    2. a host's second and further seats come out of a quarter of all (or what one host may have), so that
       a hundred hosts with two pages each do not fill two hundred seats;
    3. hosts that hung the last time share half of all seats.

    Work that can wait stays behind the rest: all of it together takes one seat of a host less than there are.
    """

    def __init__(self, settings: FetchSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._all = asyncio.Semaphore(settings.concurrency)
        self._further = asyncio.Semaphore(max(1, settings.concurrency // 4, settings.per_host - 1))
        self._hanging = asyncio.Semaphore(max(1, settings.concurrency // 2))
        self._hosts: dict[str, _Host] = {}
        self.in_flight = 0

    @asynccontextmanager
    async def seat(self, host: str, *, urgent: bool = False) -> AsyncIterator[None]:
        """Hold a seat for one exchange with this host; an urgent one does not queue with those that hang."""
        known = self._host(host)
        known.users += 1
        try:
            async with AsyncExitStack() as stack:
                await stack.enter_async_context(known.seats)
                if known.users > 1:
                    await stack.enter_async_context(self._further)
                if known.is_hanging and not urgent:
                    await stack.enter_async_context(self._hanging)
                await stack.enter_async_context(self._all)
                self.in_flight += 1
                try:
                    yield
                finally:
                    self.in_flight -= 1
        finally:
            known.users -= 1

    @asynccontextmanager
    async def behind(self, host: str) -> AsyncIterator[None]:
        """Wait behind the rest before one asks for a seat, and all the while one has it."""
        async with self._host(host).behind:
            yield

    @property
    def remembered(self) -> int:
        """How many hosts are remembered at present."""
        return len(self._hosts)

    def note(
        self, host: str, outcome: Outcome, status: int | None = None, retry_after: timedelta | None = None
    ) -> None:
        """Remember how an exchange ended."""
        if outcome in _SILENT:
            return
        known = self._host(host)
        known.is_hanging = outcome is Outcome.TIMEOUT
        known.delay = self._next_delay(known.delay, outcome, status)
        known.asked_for = min(retry_after or _NOTHING, self._settings.retry_after_most)
        known.since = self._clock()

    def not_before(
        self, host: str, *, urgent: bool = False, longest: timedelta | None = None
    ) -> datetime | None:
        """Give the moment until which this host is to be left alone, None when it may be asked now.

        longest: the most that our own backoff may put a reading off (four times its column's `every`).
        What the host asked for by Retry-After holds beyond that, and for urgent readings too.
        """
        known = self._hosts.get(host)
        if known is None or known.since is None:
            return None
        delay = _NOTHING if urgent else known.delay
        if longest is not None:
            delay = min(delay, longest)
        delay = max(delay, known.asked_for)
        # A clock set back must not turn a minute's delay into a year's.
        now = self._clock()
        until = min(known.since, now) + delay
        return until if until > now else None

    def _next_delay(self, delay: timedelta, outcome: Outcome, status: int | None) -> timedelta:
        step = self._settings.backoff_step
        if status in _DOUBLING:
            delay = max(delay * 2, step * 2)
        elif outcome in _ADDING:
            delay += step
        else:
            return _NOTHING
        return min(delay, self._settings.backoff_most)

    def _host(self, host: str) -> _Host:
        if (known := self._hosts.get(host)) is None:
            if len(self._hosts) >= MOST_REMEMBERED:
                self._forget()
            most = self._settings.per_host
            known = self._hosts[host] = _Host(asyncio.Semaphore(most), asyncio.Semaphore(max(1, most - 1)))
        return known

    def _forget(self) -> None:
        """Drop hosts that nobody uses and that are not put off: links lead to ever new ones."""
        self._hosts = {
            host: known
            for host, known in self._hosts.items()
            if known.users or self.not_before(host) is not None
        }
