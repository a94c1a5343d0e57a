"""Reading one place: its page, the pages that follow, and whether the reading is good.

A reading that is not good is our own trouble, never theirs: it proves neither presence nor absence.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Literal

from checks.addresses import canonical, host
from monitor.net.client import CookieRound, Page
from monitor.net.outcomes import Outcome
from monitor.reading.home import Home, read_home
from monitor.reading.listing import ListHints, Listing, read_listing
from monitor.reading.rows import Row
from monitor.rounds.context import Context
from monitor.rounds.hosts import is_own
from monitor.rounds.pages import (
    CUT_OFF,
    NO_BROWSER,
    Manner,
    beyond,
    get_page,
    is_cut_off,
    is_data,
    may_be_shown,
    show,
    trouble_and_shown,
    trouble_with,
)
from monitor.rounds.parts import Part, missing_of, oldest, own_hosts, pages_of, parts_of
from monitor.store.places import HOME, MAX_KNOWN
from monitor.store.tables import Place

MOST_PAGES = 10
UNDATED_PAGES = 2
MOVED_ON = 2
"""How many further pages are read to find again what a list held."""

NO_HINTS = ListHints()
ONLY_A_FRAME = "only a frame"

BESIDES = 1000
"""The page that rows are said to stand on which a place shows beside its list: nothing bounds them below."""

BROWSER_FIRST = timedelta(days=7)
"""How long a place that needed the browser is shown right away, before plain HTTP is tried again."""

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
    said that nothing changed, so that the rows are those held already. by_browser: it took the browser.
    more: the frames and the pages that follow, where it took them too.
    is_cut_off: nobody answered, and our own line is why.
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
    by_browser: bool = False
    is_cut_off: bool = False
    more: tuple[Page, ...] = ()

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
    render: Literal["auto", "always", "never"] = "auto"

    @property
    def manner(self) -> Manner:
        """How each of the place's pages is asked for."""
        return Manner(self.fresh, self.robots, self.encoding, self.urgent)


async def read_place(ctx: Context, place: Place, wish: Wish, cookies: CookieRound) -> Reading:
    """Read a place: by plain HTTP, in the browser where that gives no good reading, or the other way round.

    What a place needed is remembered. Never raises for what the web does.
    """
    shown = await _read_shown(ctx, place, wish, cookies) if _is_for_browser(ctx, place, wish) else None
    if shown is not None and (shown.is_good or wish.render == "always"):
        return shown
    plain = await _read_plain(ctx, place, wish, cookies)
    if wish.render == "always":
        return replace(plain, trouble=f"it has to be shown in a browser: {NO_BROWSER}")
    if plain.is_good or wish.render == "never" or not _may_be_shown(plain):
        return plain
    return await _show_too(ctx, wish, cookies, plain, shown)


async def _show_too(
    ctx: Context, wish: Wish, cookies: CookieRound, plain: Reading, shown: Reading | None
) -> Reading:
    """Read a place in the browser that plain HTTP could not read; where that fails as well, say both."""
    shown = shown or await _read_shown(ctx, plain.place, wish, cookies)
    if shown is not None and shown.is_good:
        return shown
    trouble = trouble_and_shown(ctx, plain.trouble or "", shown.trouble if shown is not None else None)
    if shown is not None and shown.page.ok and not plain.page.ok:
        return replace(shown, trouble=trouble)  # whatever plain HTTP was told, visitors are let in
    return replace(plain, trouble=trouble)


def _may_be_shown(plain: Reading) -> bool:
    return may_be_shown(plain.page) and not is_for_a_person(plain.trouble or "")


def _is_for_browser(ctx: Context, place: Place, wish: Wish) -> bool:
    """Whether the browser comes first; every few days plain HTTP is given another chance."""
    since = place.browser_since
    return wish.render == "always" or (
        wish.render == "auto" and since is not None and ctx.now() - since < BROWSER_FIRST
    )


async def _read_plain(ctx: Context, place: Place, wish: Wish, cookies: CookieRound) -> Reading:
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
    page = await beyond(ctx, page, wish.manner, cookies)
    if await is_cut_off(ctx, page):
        return Reading(place, page.seen_at, page, CUT_OFF, is_cut_off=True)
    return await _read(ctx, place, page, wish, cookies)


async def _read_shown(ctx: Context, place: Place, wish: Wish, cookies: CookieRound) -> Reading | None:
    page = await show(ctx, place.url, wish.manner)
    if page is None:
        return None
    return replace(await _read(ctx, place, page, wish, cookies), by_browser=True)


async def _read(ctx: Context, place: Place, page: Page, wish: Wish, cookies: CookieRound) -> Reading:
    trouble = trouble_with(page)
    found: tuple[Part, ...] = ()
    own = own_hosts(ctx, place, page)
    if trouble in (None, ONLY_A_FRAME):
        found = await parts_of(ctx, page, wish.manner, cookies, own)
    parts, missing = [part for part in found if part.trouble is None], missing_of(found, own)
    if trouble is not None and not parts:
        return Reading(place, page.seen_at, page, missing or trouble)
    if place.kind == HOME:
        reading = _judge_home(ctx, place, page, parts)
    else:
        reading = await _read_list(ctx, place, page, parts, wish, cookies)
    return replace(reading, trouble=reading.trouble or missing)


def _judge_home(ctx: Context, place: Place, page: Page, parts: Sequence[Part]) -> Reading:
    """Judge a home page. What a frame of another site shows is that site's, but for what leads back here."""
    zone = ctx.counting.zone
    today = ctx.now().astimezone(zone).date()
    own = own_hosts(ctx, place, page) or frozenset()
    home = read_home(page.text, page.final_url, zone, today)
    for part in parts:
        if is_data(part.text):
            continue
        framed = read_home(part.text, part.url, zone, today)
        home = replace(
            home,
            rows=(*home.rows, *(row for row in framed.rows if part.is_own or is_own(own, row.url))),
            columns=(*home.columns, *(row for row in framed.columns if part.is_own or is_own(own, row.url))),
        )
    rows = placed(home.rows)
    trouble = trouble_with_rows(rows, place.known, is_confirmed=place.is_confirmed)
    at = oldest(page, [part for part in parts if part.is_own])
    return Reading(place, at, page, trouble, rows, home=home, more=pages_of(parts))


async def _read_list(
    ctx: Context, place: Place, page: Page, parts: Sequence[Part], wish: Wish, cookies: CookieRound
) -> Reading:
    zone = ctx.counting.zone
    today = ctx.now().astimezone(zone).date()

    def read(text: str, url: str) -> Listing:
        return read_listing(text, url, wish.hints, place.structure, zone, today)

    first = read(page.text, page.final_url)
    own = own_hosts(ctx, place, page) or frozenset()
    framed = [(part, read(part.text, part.url)) for part in parts]
    theirs = [(part, listing) for part, listing in framed if part.is_own or _leads_back(listing, own)]
    shown = [first, *(listing for _, listing in theirs)]
    listings, trouble = [_likeliest(shown, place.known)], None
    at, more = oldest(page, [part for part, _ in theirs]), [*pages_of(parts)]
    while _wants_more(listings, wish, zone) or _may_have_moved_on(listings, place, wish):
        following = await get_page(ctx, listings[-1].next_url or "", wish.manner, cookies)
        if trouble := following.trouble:
            trouble = f"page {len(listings) + 1}: {trouble}"
            break
        listings.append(read(following.page.text, following.page.final_url))
        more.append(following.page)
        at = min(at, following.page.seen_at)
    rows = tuple(found for depth, listing in enumerate(listings) for found in placed(listing.rows, depth))
    trouble = (
        trouble_with_rows(
            [found for found in rows if found.page == 0],
            place.known,
            is_confirmed=place.is_confirmed,
            is_portal=wish.is_portal,
            further=[found for found in rows if found.page > 0],
        )
        or trouble
        or _trouble_with_depth(listings, wish, zone)
    )
    if trouble is not None and not listings[0].rows:
        trouble += _elsewhere(framed)
    rows += _besides(rows, shown) if not wish.is_portal else ()
    return Reading(place, at, page, trouble, rows, pages=len(listings), listing=listings[0], more=tuple(more))


def _leads_back(listing: Listing, own: frozenset[str]) -> bool:
    """Whether a list that another host brings is the site's all the same: most of it leads back there."""
    return sum(is_own(own, row.url) for row in listing.rows) * 2 > len(listing.rows)


def _elsewhere(framed: Sequence[tuple[Part, Listing]]) -> str:
    """What is said of a list that stands on the page, but on no host of the site."""
    for part, listing in framed:
        if listing.rows and not part.is_own:
            name = host(canonical(part.url))
            return f"; a list stands in a frame of {name}: name it in `hosts` if that is this site"
    return ""


def _besides(rows: Sequence[Placed], shown: Sequence[Listing]) -> tuple[Placed, ...]:
    """What a page shows beside its list: it is no measure of the list, and a repost there is one."""
    held = {found.address for found in rows}
    found = [other for listing in shown for other in placed(listing.rows, BESIDES)]
    return tuple({other.address: other for other in found if other.address not in held}.values())


def _likeliest(listings: Sequence[Listing], known: Collection[str]) -> Listing:
    """Of a page and its parts the one that is the list: it holds what was held, has dates, is longest."""
    if len(listings) == 1:
        return listings[0]

    def weigh(listing: Listing) -> tuple[int, int, int]:
        held = sum(found.address in known for found in placed(listing.rows))
        return held, sum(row.date is not None for row in listing.rows), len(listing.rows)

    return max(listings, key=weigh)


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


def _may_have_moved_on(listings: Sequence[Listing], place: Place, wish: Wish) -> bool:
    """Whether more rows may have come than a page holds since a site's list was read: to be looked for."""
    if wish.is_portal or not place.known or len(listings) > MOVED_ON:
        return False
    if listings[-1].next_url is None or not listings[-1].rows:
        return False
    return not any(found.address in place.known for listing in listings for found in placed(listing.rows))


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
    rows: Sequence[Placed],
    known: Collection[str],
    *,
    is_confirmed: bool,
    is_portal: bool = False,
    further: Sequence[Placed] = (),
) -> str | None:
    """Why a page's rows are no good reading beside what the place held before, or None.

    A list that is empty, much shorter, or without any row it held is moved, emptied or shielded; a portal's
    list that is new by more than half is relaunched, and old papers would look new. further: the rows of the
    pages that follow, where a busy list may hold by now what it held before.
    """
    if not rows:
        return f"no rows found where {len(known)} were held" if known else "no rows found"
    if not known or is_confirmed:
        return None
    rows = rows[:MAX_KNOWN]  # of longer lists only the beginning is remembered
    if len(rows) * 3 < len(known):
        return f"suddenly {len(rows)} rows where {len(known)} were held"
    held = sum(found.address in known for found in rows)
    if held == 0 and not any(found.address in known for found in further):
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
