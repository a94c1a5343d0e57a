"""Whether links that fail stand yet where they stood: what was taken off its pages concerns nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from checks.traps import without_session
from monitor.net.client import CookieRound
from monitor.net.outcomes import Outcome
from monitor.net.page import Page
from monitor.reading.links import read_links, read_style
from monitor.rounds.context import Context
from monitor.rounds.pages import Manner, fetch, trouble_with
from monitor.store.tables import BadLink
from monitor.targets import Site

MOST_PAGES = 50
"""Pages that are read for it in a round; the next goes on."""

LARGEST = 1024 * 1024
"""Bytes of a page that are read for its links."""

_GONE = (Outcome.NOT_FOUND, Outcome.GONE)


@dataclass(frozen=True, slots=True)
class Left:
    """A link that was taken off the page with which it is told.

    off: pages that were read, and do not hold it. on: one that was read and does, "" where none was found.
    """

    off: frozenset[str]
    on: str = ""


async def look(
    ctx: Context, site: Site, links: Iterable[BadLink], fronts: Collection[str]
) -> dict[int, Left]:
    """Read the pages of links that were not met, and give those that left theirs, by their ids.

    A page that cannot be read keeps its links. fronts: addresses of the home page.
    """
    pages = _Pages(ctx, site, fronts)
    found = {
        link.id or 0: await _left(pages, link) for link in sorted(links, key=lambda link: link.placed_at)
    }
    return {id_: left for id_, left in found.items() if left is not None}


async def _left(pages: _Pages, link: BadLink) -> Left | None:
    off: set[str] = set()
    for page in dict.fromkeys(page for page in (link.page, *(page for page, _ in link.places)) if page):
        held = await pages.held(page)
        if held is not None and link.url in held:
            return None if page == link.page else Left(frozenset(off), page)
        if held is not None:
            off.add(page)
        elif page == link.page:
            return None
    return Left(frozenset(off))


class _Pages:
    """The pages of a site, each read once, and so many of them at most."""

    def __init__(self, ctx: Context, site: Site, fronts: Collection[str]) -> None:
        self._ctx = ctx
        self._site = site
        self._fronts = fronts
        self._held: dict[str, frozenset[str] | None] = {}

    async def held(self, page: str) -> frozenset[str] | None:
        """What a page links to; None where that could not be seen."""
        if page not in self._held and len(self._held) < MOST_PAGES:
            self._held[page] = await _held(self._ctx, self._site, page, is_front=page in self._fronts)
        return self._held.get(page)


async def _held(ctx: Context, site: Site, url: str, *, is_front: bool) -> frozenset[str] | None:
    """What a page links to; nothing where it is gone, None where that could not be seen.

    A home page is never gone: where it is not found, something else is the matter.
    """
    manner = Manner(robots=site.robots or ctx.targets.fetch.robots)
    page = await fetch(ctx, url, manner, CookieRound())
    if page.outcome in _GONE and not is_front:
        page = await fetch(ctx, url, replace(manner, fresh=True), CookieRound())
    if page.outcome in _GONE:
        return None if is_front else frozenset()
    if not page.ok or len(page.body) > LARGEST:
        return None
    return await asyncio.to_thread(_links_of, page)


def _links_of(page: Page) -> frozenset[str] | None:
    """The addresses on a page or in a stylesheet; None where not all of them can be read."""
    kind = page.headers.get("content-type", "")
    if "css" in kind:
        harvest = read_style(page.text, page.final_url)
    elif (kind and "html" not in kind) or trouble_with(page) is not None:
        return None
    else:
        harvest = read_links(page.text, page.final_url, page.encoding or "utf-8")
    return None if harvest.cut else frozenset(without_session(link.url) for link in harvest.links)
