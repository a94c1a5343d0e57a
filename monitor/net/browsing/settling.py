"""When a page is done: nobody says so, and reading it too early is reading it wrong."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.net.browsing import chromium
from monitor.net.browsing.watch import Watch

if TYPE_CHECKING:
    from playwright.async_api import Page

STEP = 0.1
QUIET = 0.5
"""Seconds without a request and without a new link after which a page counts as done."""

BARE_PATIENCE = 3.0
"""Seconds that a page with next to no links, or without the rows asked for, is given to build them."""

BUSY_PATIENCE = 4.0
"""Seconds without a new link after which a page counts as done although it goes on fetching."""

BARE = 5

_STATE = """rows => {
    const count = css => { try { return document.querySelectorAll(css).length } catch { return 0 } };
    return [document.readyState !== "loading", document.links.length, rows ? count(rows) : 0];
}"""


@dataclass(slots=True)
class Growth:
    """What a page consists of by now, and since when that has not changed."""

    is_parsed: bool = False
    links: int = -1
    rows: int = -1
    since: float = 0.0

    def take(self, is_parsed: bool, links: int, rows: int, now: float) -> None:
        if (is_parsed, links, rows) != (self.is_parsed, self.links, self.rows):
            self.is_parsed, self.links, self.rows, self.since = is_parsed, links, rows, now


async def settle(page: Page, watch: Watch, rows: str | None) -> None:
    """Wait until the page is done. It may never be: the caller keeps the time.

    rows: CSS of what the page is read for. Where none has come yet, more patience is had with it.
    """
    clock = asyncio.get_running_loop().time
    growth, documents = Growth(since=clock()), len(watch.documents)
    while not (watch.failed or _is_done(growth, watch, rows, clock())):
        await asyncio.sleep(STEP)
        if len(watch.documents) != documents:
            growth, documents = Growth(since=clock()), len(watch.documents)
        if (state := await _state(page, rows)) is not None:
            growth.take(*state, clock())


async def next_document(watch: Watch, within: float) -> bool:
    """Wait for the page to go somewhere by itself, as a challenge does once it is passed."""
    known = len(watch.documents)
    watch.moved.clear()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within):
            await watch.moved.wait()
    return len(watch.documents) > known


def _is_done(growth: Growth, watch: Watch, rows: str | None, now: float) -> bool:
    unchanged = now - growth.since
    if not (watch.documents and growth.is_parsed) or unchanged < QUIET:
        return False
    if watch.quiet_for() < QUIET:
        return unchanged >= BUSY_PATIENCE
    is_bare = growth.rows == 0 if rows else growth.links < BARE
    return unchanged >= BARE_PATIENCE or not (is_bare and watch.is_page)


async def _state(page: Page, rows: str | None) -> tuple[bool, int, int] | None:
    """Look into the page; None while it is between two documents."""
    try:
        is_parsed, links, found = await page.evaluate(_STATE, rows)
        return bool(is_parsed), int(links), int(found)
    except chromium.errors(TypeError, ValueError):
        return None  # also where the page's own scripts have bent what we ask
