"""Reading one place: its page, the pages that follow, and whether the reading is good.

A reading that is not good is our own trouble, never theirs: it proves neither presence nor absence.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo

from checks.addresses import canonical
from monitor.net.client import CookieRound, Page
from monitor.net.outcomes import Outcome
from monitor.reading.home import Home, read_home
from monitor.reading.listing import ListHints, Listing, read_listing
from monitor.reading.quality import is_soft_404, is_stub, is_template
from monitor.reading.rows import Row
from monitor.rounds.context import Context
from monitor.store.places import HOME, MAX_KNOWN
from monitor.store.tables import Place

MOST_PAGES = 10
UNDATED_PAGES = 2
NO_HINTS = ListHints()

LONGEST_TITLE = 500
LONGEST_ADDRESS = 1000

_RELAUNCHED = re.compile(r"none of the rows held before|rows are new at once|^suddenly \d+ rows")
_HALF = re.compile("[\ud800-\udfff]")  # half characters, which JSON can hold


@dataclass(frozen=True, slots=True)
class Placed:
    """A row as it stood in a place: its canonical address, and on which page of the list."""

    row: Row
    address: str
    page: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reading of a place gave.

    at: the moment it counts as of. trouble: why it is not good, None when it is. is_unchanged: the server
    said that nothing changed, so that the rows are those held already.
    """

    place: Place
    at: datetime
    page: Page
    trouble: str | None
    rows: tuple[Placed, ...] = ()
    pages: int = 1
    is_unchanged: bool = False
    listing: Listing | None = None
    home: Home | None = None

    @property
    def is_good(self) -> bool:
        return self.trouble is None

    @property
    def is_fresh(self) -> bool:
        return self.page.fresh


@dataclass(frozen=True, slots=True)
class Wish:
    """How a place is to be read: fresh or not, back to which moment, with which hints."""

    fresh: bool
    since: datetime | None = None
    hints: ListHints = NO_HINTS
    pages: int = 1
    encoding: str | None = None
    robots: str = "obey"
    is_portal: bool = False
    urgent: bool = False
    most_pages: int = MOST_PAGES


async def read_place(ctx: Context, place: Place, wish: Wish, cookies: CookieRound) -> Reading:
    """Fetch and read a place. Never raises for what the web does."""
    page = await ctx.client.get(
        place.url,
        fresh=wish.fresh,
        etag=None if wish.fresh else place.etag,
        last_modified=None if wish.fresh else place.last_modified,
        cookies=cookies,
        robots=wish.robots,
        encoding=wish.encoding,
        urgent=wish.urgent,
    )
    if page.outcome is Outcome.NOT_MODIFIED:
        trouble = None if place.known else "the server says unchanged, but nothing is held"
        return Reading(place, page.seen_at, page, trouble, is_unchanged=True)
    if trouble := _trouble_with_page(page):
        return Reading(place, page.seen_at, page, trouble)
    if place.kind == HOME:
        return _judge_home(ctx, place, page)
    return await _read_list(ctx, place, page, wish, cookies)


def _trouble_with_page(page: Page) -> str | None:
    if not page.ok:
        return f"{page.outcome}: {page.reason}" if page.reason else str(page.outcome)
    if is_data(page.text):
        return None  # whether it holds rows is for the reader to say
    return is_stub(page.text) or is_soft_404(page.text) or is_template(page.text)


def is_data(text: str) -> bool:
    """Whether a page is a feed, a sitemap or JSON, and not one for people."""
    return text[:100].lstrip("\ufeff \r\n\t").startswith(("{", "[", "<?xml", "<rss", "<urlset"))


def _judge_home(ctx: Context, place: Place, page: Page) -> Reading:
    zone = ctx.counting.zone
    home = read_home(page.text, page.final_url, zone, ctx.now().astimezone(zone).date())
    rows = placed(home.rows)
    trouble = trouble_with_rows(rows, place.known, is_confirmed=place.is_confirmed)
    return Reading(place, page.seen_at, page, trouble, rows, home=home)


async def _read_list(ctx: Context, place: Place, page: Page, wish: Wish, cookies: CookieRound) -> Reading:
    zone = ctx.counting.zone
    today = ctx.now().astimezone(zone).date()

    def read(page: Page) -> Listing:
        return read_listing(page.text, page.final_url, wish.hints, place.structure, zone, today)

    listings, trouble, at = [read(page)], None, page.seen_at
    while _wants_more(listings, wish, zone):
        following = await ctx.client.get(
            listings[-1].next_url or "",
            fresh=wish.fresh,
            cookies=cookies,
            robots=wish.robots,
            encoding=wish.encoding,
            urgent=wish.urgent,
        )
        if trouble := _trouble_with_page(following):
            trouble = f"page {len(listings) + 1}: {trouble}"
            break
        listings.append(read(following))
        at = min(at, following.seen_at)
    rows = tuple(found for depth, listing in enumerate(listings) for found in placed(listing.rows, depth))
    trouble = (
        trouble_with_rows(
            [found for found in rows if found.page == 0],
            place.known,
            is_confirmed=place.is_confirmed,
            is_portal=wish.is_portal,
        )
        or trouble
        or _trouble_with_depth(listings, wish, zone)
    )
    return Reading(place, at, page, trouble, rows, pages=len(listings), listing=listings[0])


def placed(rows: Sequence[Row], page: int = 0) -> tuple[Placed, ...]:
    """Give each row its canonical address; what foreign pages may hold and no database takes is mended."""
    kept = (replace(row, title=tidy(row.title), url=_HALF.sub("\ufffd", row.url)) for row in rows)
    return tuple(Placed(row, _shorten(canonical(row.url)), page) for row in kept)


def tidy(title: str) -> str:
    """A title as it may be kept: one line of signs that can be shown, cut where it is none any more."""
    if not title.isprintable():
        title = "".join(sign if sign.isprintable() else " " * sign.isspace() for sign in title)
    return title[:LONGEST_TITLE]


def _shorten(address: str) -> str:
    """An address by which rows are told apart, short enough for an index."""
    if len(address) <= LONGEST_ADDRESS:
        return address
    return f"{address[:LONGEST_ADDRESS]}#{hashlib.sha256(address.encode()).hexdigest()}"


def _wants_more(listings: Sequence[Listing], wish: Wish, zone: tzinfo) -> bool:
    last = listings[-1]
    if last.next_url is None or len(listings) >= wish.most_pages or not last.rows:
        return False
    return len(listings) < wish.pages or not _reaches_back(listings, wish.since, zone)


def _reaches_back(listings: Sequence[Listing], since: datetime | None, zone: tzinfo) -> bool:
    """Whether the last page's last row that is not pinned is older than `since`."""
    if since is None:
        return True
    dated = [row.date for row in listings[-1].rows if row.date is not None and not row.pinned]
    if not dated:
        return len(listings) >= UNDATED_PAGES
    return day_of(dated[-1], zone) < since.astimezone(zone).date()


def _trouble_with_depth(listings: Sequence[Listing], wish: Wish, zone: tzinfo) -> str | None:
    if len(listings) < wish.most_pages or _reaches_back(listings, wish.since, zone):
        return None
    return f"the first {wish.most_pages} pages do not reach back to the start of the clock"


def trouble_with_rows(
    rows: Sequence[Placed], known: Collection[str], *, is_confirmed: bool, is_portal: bool = False
) -> str | None:
    """Why a page's rows are no good reading beside what the place held before, or None.

    A list that is empty, much shorter, or without any row it held is moved, emptied or shielded; a portal's
    list that is new by more than half is relaunched, and old papers would look new.
    """
    if not rows:
        return f"no rows found where {len(known)} were held" if known else "no rows found"
    if not known or is_confirmed:
        return None
    rows = rows[:MAX_KNOWN]  # of longer lists only the beginning is remembered
    if len(rows) * 3 < len(known):
        return f"suddenly {len(rows)} rows where {len(known)} were held"
    held = sum(found.address in known for found in rows)
    if held == 0:
        return "none of the rows held before is there any more"
    if is_portal and (len(rows) - held) * 2 > len(rows):
        return f"{len(rows) - held} of {len(rows)} rows are new at once: a relaunch, until a person confirms"
    return None


def is_for_a_person(trouble: str) -> bool:
    """Whether a person can say that a list is right as it stands now: it was read, and looked too new."""
    return _RELAUNCHED.search(trouble) is not None


def day_of(stated: datetime | date, zone: tzinfo) -> date:
    """The day of a stated time in the office's zone."""
    return stated.astimezone(zone).date() if isinstance(stated, datetime) else stated
