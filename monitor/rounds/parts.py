"""What a page consists of beside itself: its frames, and the data that it fetched; and whose these are.

A frame of another site shows that site's own, which proves nothing of the one that shows it: neither that it
has reposted, nor, where the site's own list is not to be read, that it has not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.net.browser import Rendered
from monitor.net.browsing.rendered import MOST_FRAMES
from monitor.net.client import CookieRound, Page
from monitor.reading.frames import frames_of
from monitor.rounds.context import Context
from monitor.rounds.hosts import hosts_of, is_under
from monitor.rounds.pages import Manner, fetch, trouble_with
from monitor.store.tables import Place

TOO_MANY = f"not read: only {MOST_FRAMES} are"


@dataclass(frozen=True, slots=True)
class Part:
    """A frame of a page, or data that it fetched; page: its own answer, None: it came with the page.

    at: the moment it shows. is_own: whether it lies on the hosts of the site whose page it is a part of.
    trouble: why it could not be read this time; a frame that leads nowhere for good is no part of the page.
    """

    url: str
    text: str
    at: datetime
    page: Page | None = None
    is_own: bool = True
    trouble: str | None = None


def own_hosts(ctx: Context, place: Place, page: Page) -> frozenset[str] | None:
    """The hosts of the site whose place this is, the one to which the page led among them; None: a portal."""
    site = ctx.site(place.owner)
    return hosts_of(site, [place.url, page.final_url]) if site is not None else None


async def parts_of(
    ctx: Context, page: Page, manner: Manner, cookies: CookieRound, own: frozenset[str] | None
) -> tuple[Part, ...]:
    """What else a page consists of: its frames, and the data that it fetched for itself."""
    if isinstance(page, Rendered):
        framed = [
            Part(f.url, f.text, min(page.seen_at, page.requested_at - f.age), trouble=f.trouble)
            for f in page.frames
            if f.fault is None or f.may_come
        ]
        data = [Part(a.url, a.body.decode("utf-8", "replace"), page.seen_at) for a in page.answers]
        parts = [*framed, *data]
    else:
        urls = frames_of(page.text, page.final_url)
        frames = [await fetch(ctx, url, manner, cookies) for url in urls[:MOST_FRAMES]]
        parts = [
            Part(f.final_url, f.text, f.seen_at, f, trouble=trouble)
            for f in frames
            if (trouble := trouble_with(f)) is None or f.outcome.retryable
        ]
        parts += [Part(url, "", page.seen_at, trouble=TOO_MANY) for url in urls[MOST_FRAMES:]]
    return tuple(replace(part, is_own=own is None or is_under(own, part.url)) for part in parts)


def missing_of(parts: Sequence[Part], own: frozenset[str] | None) -> str | None:
    """Why a page cannot be read whole: a frame of the site's own did not come. A portal's frames are not ours
    to judge."""
    missing = [part.trouble for part in parts if part.trouble is not None and part.is_own]
    return f"a frame of it: {missing[0]}" if missing and own is not None else None


def pages_of(parts: Sequence[Part]) -> tuple[Page, ...]:
    return tuple(part.page for part in parts if part.page is not None)


def oldest(page: Page, parts: Sequence[Part]) -> datetime:
    return min([page.seen_at, *(part.at for part in parts)])
