"""Getting a page that is to be read: by plain HTTP, and in the browser where that gives nothing to read.

What neither gives is our own trouble, never theirs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import structlog

from monitor.net.browser import Browser, NoBrowserError, Rendered
from monitor.net.client import Client, CookieRound, Page
from monitor.net.outcomes import Outcome, told
from monitor.reading.article import redirect_target
from monitor.reading.markup import read_document
from monitor.reading.quality import is_soft_404, is_stub, is_template

if TYPE_CHECKING:
    from monitor.rounds.context import Context

log = structlog.get_logger("duban.pages")

NO_BROWSER = "no browser is installed here"
CUT_OFF = "our own line is cut off: none of the portals above answers either"

ONLY_A_REDIRECT = "only a redirect"
MOST_REFRESHES = 3
_SENDS_ON = re.compile("refresh|location", re.IGNORECASE)

_ANSWERED = frozenset(
    {
        Outcome.OK,
        Outcome.BLOCKED,
        Outcome.NOT_FOUND,
        Outcome.GONE,
        Outcome.CLIENT_ERROR,
        Outcome.SERVER_ERROR,
        Outcome.RESET,
        Outcome.REDIRECT_LOOP,
        Outcome.TOO_MANY_REDIRECTS,
        Outcome.PROTOCOL_ERROR,
    }
)
"""Ends that a shield, or a page that scripts build, may be behind: a browser may see more."""


class Eyes(Protocol):
    """What pages are got with; a `Context` is one. browser: None where none is wanted."""

    @property
    def client(self) -> Client: ...

    @property
    def browser(self) -> Browser | None: ...


@dataclass(frozen=True, slots=True)
class Manner:
    """How pages are asked for. fresh: past every cache; urgent: behind nothing else, a deadline is near."""

    fresh: bool = False
    robots: str = "obey"
    encoding: str | None = None
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Got:
    """A page, and what is wrong with it; None where it can be read.

    is_shown_otherwise: plain HTTP got no page, and the browser one, though none that can be read.
    """

    page: Page
    trouble: str | None
    is_shown_otherwise: bool = False


async def get_page(ctx: Eyes, url: str, manner: Manner, cookies: CookieRound) -> Got:
    """Get a page by plain HTTP, or else in the browser. Never raises for what the web does."""
    page = await fetch(ctx, url, manner, cookies)
    trouble = trouble_with(page)
    if trouble is None or not may_be_shown(page):
        return Got(page, trouble)
    shown = await show(ctx, url, manner)
    if shown is not None and (why := trouble_with(shown)) is None:
        return Got(shown, None)
    is_shown = shown is not None and shown.ok and not page.ok
    return Got(page, trouble_and_shown(ctx, trouble, None if shown is None else why), is_shown)


async def fetch(ctx: Eyes, url: str, manner: Manner, cookies: CookieRound) -> Page:
    """Get a page by plain HTTP, going on from one that is nothing but a redirect."""
    return await beyond(ctx, await _get(ctx, url, manner, cookies), manner, cookies)


async def _get(ctx: Eyes, url: str, manner: Manner, cookies: CookieRound) -> Page:
    return await ctx.client.get(
        url,
        fresh=manner.fresh,
        cookies=cookies,
        robots=manner.robots,
        encoding=manner.encoding,
        urgent=manner.urgent,
    )


async def beyond(ctx: Eyes, page: Page, manner: Manner, cookies: CookieRound) -> Page:
    """Go on from a page that is nothing but a redirect, by `refresh` or a script, as any browser would.

    As of an HTTP redirect, the address asked for stays and where it led is kept. Three times at most.
    """
    for _ in range(MOST_REFRESHES):
        target = _sent_on_to(page)
        # Not by the page that is meant: from / to /index.html is a step, and steps are counted.
        if target is None or target.partition("#")[0] == page.final_url:
            break
        there = await _get(ctx, target, manner, cookies)
        page = replace(
            there,
            url=page.url,
            requested_at=page.requested_at,
            elapsed=page.elapsed + there.elapsed,
            age=max(page.age, there.age),
            fresh=page.fresh and there.fresh,
            hops=(*page.hops, target, *there.hops),
            certificate_error=page.certificate_error or there.certificate_error,
        )
    return page


def _sent_on_to(page: Page) -> str | None:
    if not page.ok or is_data(page.text) or _SENDS_ON.search(page.text) is None:
        return None
    if not (is_stub(page.text) or "").startswith(ONLY_A_REDIRECT):
        return None
    return redirect_target(read_document(page.text, page.final_url))


async def show(ctx: Eyes, url: str, manner: Manner) -> Rendered | None:
    """Show a page in the browser; None where there is none."""
    if ctx.browser is None:
        return None
    try:
        return await ctx.browser.render(
            url,
            fresh=manner.fresh,
            robots=manner.robots,
            encoding=manner.encoding,
            urgent=manner.urgent,
        )
    except NoBrowserError as error:
        log.warning("a page needs a browser", action="show", url=url, error=str(error))
        return None


async def is_cut_off(ctx: Context, page: Page) -> bool:
    """Whether it is our own line that no page comes through: the portals above do not answer either."""
    if page.status is not None or page.outcome.blame == "refused" or ctx.reference is None:
        return False
    return not await ctx.reference.answers()


def may_be_shown(page: Page) -> bool:
    """Whether a browser may see more than plain HTTP did; whoever asks to be left alone is."""
    return page.outcome in _ANSWERED and "retry-after" not in page.headers


def trouble_with(page: Page) -> str | None:
    """Why a page is none that can be read, or None."""
    if not page.ok:
        return told(page.outcome, page.reason)
    if is_data(page.text):
        return None  # whether it holds rows is for the reader to say
    if isinstance(page, Rendered) and any(frame.fault is None for frame in page.frames):
        return is_soft_404(page.text) or is_template(page.text)
    return is_stub(page.text) or is_soft_404(page.text) or is_template(page.text)


def is_data(text: str) -> bool:
    """Whether a page is a feed, a sitemap or JSON, and not one for people."""
    return text[:100].lstrip("\ufeff \r\n\t").startswith(("{", "[", "<?xml", "<rss", "<urlset"))


def trouble_and_shown(ctx: Eyes, plain: str, shown: str | None) -> str:
    """What is wrong by plain HTTP, and in the browser as well (None: there was none to show it)."""
    if ctx.browser is None:
        return plain
    if plain == shown:
        return f"{plain}, in a browser as well"
    return f"{plain}; in a browser: {shown or NO_BROWSER}"
