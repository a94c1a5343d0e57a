"""What is proposed for one key: a value, and why. What a register says is no guess, what a page shows is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from monitor.net.browser import Browser
from monitor.net.client import Client, CookieRound
from monitor.net.outcomes import told
from monitor.net.page import Page
from monitor.reading.quality import is_soft_404, is_stub
from monitor.rounds.pages import Manner, fetch, is_data, may_be_shown, show, trouble_with


@dataclass(frozen=True, slots=True)
class Fact:
    """A value for a key, and why it is proposed."""

    value: str
    why: str
    is_guess: bool = True


@dataclass(frozen=True, slots=True)
class Given:
    """A site as it was named: its address, where that stands, and what else stands there, by key.

    The keys are those of [[site]], [site.registration] and [site.grading], without their table.
    """

    url: str
    origin: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)

    def fact(self, key: str) -> Fact | None:
        """What was given for a key."""
        value = self.facts.get(key)
        return Fact(value, self.origin or "given", is_guess=False) if value else None


@dataclass(frozen=True, slots=True)
class Opened:
    """A page that was opened: its text and where it really stands, or the trouble with it."""

    url: str
    text: str = ""
    trouble: str | None = None
    hops: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hands:
    """What the pages are opened with; `tell` hears what is being done."""

    client: Client
    zone: ZoneInfo
    today: date
    robots: str = "obey"
    browser: Browser | None = None
    tell: Callable[[str], None] = lambda doing: None

    async def open(self, url: str, cookies: CookieRound) -> Opened:
        """Open a page, following redirects that only the page itself makes. Never raises for the web."""
        page = await fetch(self, url, Manner(robots=self.robots), cookies)
        return await self._shown(_opened(page, (page.url, *page.hops)), page)

    async def _shown(self, opened: Opened, page: Page) -> Opened:
        """The page as the browser shows it, where plain HTTP gave nothing to read."""
        is_empty = opened.trouble is None and not is_data(page.text) and is_stub(page.text)
        if not may_be_shown(page) or not (opened.trouble or is_empty):
            return opened
        shown = await show(self, page.url, Manner(robots=self.robots))
        return opened if shown is None or trouble_with(shown) else _opened(shown, (*opened.hops, *shown.hops))


def _opened(page: Page, hops: tuple[str, ...]) -> Opened:
    if not page.ok:
        return Opened(page.final_url, "", told(page.outcome, page.reason), hops)
    trouble = None if is_data(page.text) else is_soft_404(page.text)
    return Opened(page.final_url, page.text, trouble, hops)
