"""robots.txt: what a host wants robots to leave alone, asked once in a while and remembered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from protego import Protego
from yarl import URL

from monitor.clock import Clock
from monitor.net.outcomes import Outcome
from monitor.net.page import Page
from monitor.net.settings import ROBOT

LARGEST = 512 * 1024
MOST_REMEMBERED = 5_000
UNREADABLE_KEPT = timedelta(minutes=10)

_ABSENT = frozenset({Outcome.NOT_FOUND, Outcome.GONE, Outcome.CLIENT_ERROR, Outcome.BLOCKED})


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether a page may be fetched, and what is to be noted about how we know."""

    allowed: bool
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """What one origin's robots.txt says. note: what is to be noted about how we know."""

    parsed: Protego | None
    note: str | None
    good_until: datetime
    forbids: bool = True

    def allows(self, address: str) -> bool:
        """Whether this page may be fetched."""
        return self.parsed is None or not self.forbids or self.parsed.can_fetch(address, ROBOT)

    @property
    def delay(self) -> float:
        """Seconds it wants between two requests; 0 where it does not say."""
        return float(self.parsed.crawl_delay(ROBOT) or 0) if self.parsed is not None else 0.0

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """The addresses of the sitemaps it names."""
        return tuple(self.parsed.sitemaps) if self.parsed is not None else ()


class Robots:
    """The rules of every origin asked so far.

    A robots.txt that the host refuses to give (4xx) allows everything. One that cannot be read (5xx, no
    answer) would forbid everything by RFC 9309 §2.3.1.4; here it is taken as permission, and noted: the
    office that runs this is charged with watching these sites, and the moment a site is failing is the last
    at which it may be left unwatched.
    """

    def __init__(self, fetch: Callable[[str], Awaitable[Page]], kept: timedelta, clock: Clock) -> None:
        self._fetch = fetch
        self._kept = kept
        self._clock = clock
        self._rules: dict[str, Rules] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    async def permission(self, url: URL, *, urgent: bool = False) -> Permission:
        """Say whether this page may be fetched; an urgent reading is content with rules that have expired."""
        rules = await self.rules(str(url.origin()), urgent=urgent)
        if rules.allows(str(url)):
            return Permission(allowed=True, note=rules.note)
        return Permission(allowed=False)

    async def rules(self, origin: str, *, urgent: bool = False) -> Rules:
        """Give what an origin's robots.txt says, asking for it where that is not known or expired."""
        rules = self._rules.get(origin)
        if rules is None or (rules.good_until <= self._clock() and not urgent):
            rules = await self._ask(origin)
        return rules

    async def _ask(self, origin: str) -> Rules:
        """Fetch the rules; whoever asks for the same origin meanwhile waits for this one answer."""
        try:
            async with self._asking.setdefault(origin, asyncio.Lock()):
                rules = self._rules.get(origin)
                if rules is None or rules.good_until <= self._clock():
                    rules = self._read(await self._fetch(f"{origin}/robots.txt"))
                    self._remember(origin, rules)
                return rules
        finally:
            self._asking.pop(origin, None)

    def _read(self, page: Page) -> Rules:
        now = self._clock()
        if page.ok:
            forbids = "disallow" in page.text.lower()
            return Rules(Protego.parse(page.text), None, now + self._kept, forbids)
        if page.outcome in _ABSENT:
            return Rules(None, None, now + self._kept)
        why = page.reason or str(page.outcome)
        return Rules(None, f"robots.txt cannot be read ({why}): taken as permission", now + UNREADABLE_KEPT)

    def _remember(self, origin: str, rules: Rules) -> None:
        self._rules.pop(origin, None)
        if len(self._rules) >= MOST_REMEMBERED:
            del self._rules[next(iter(self._rules))]  # the one asked longest ago
        self._rules[origin] = rules
