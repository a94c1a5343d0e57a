"""The last look: every other place where a repost could stand, before anyone is accused.

The commonest false accusation is the place that nobody watches: another column, a page only the site's own
search knows, an address only its sitemap lists. What could not be read is named in the verdict.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, unquote

from yarl import URL

from checks.addresses import canonical
from monitor.net.client import CookieRound, Page
from monitor.reading.home import Home, read_home
from monitor.reading.listing import ListHints, Listing, read_listing
from monitor.reading.rows import Row
from monitor.rounds.context import Context
from monitor.rounds.hosts import hosts_of, is_own, is_under
from monitor.rounds.pages import NO_BROWSER, Manner, get_page, show, trouble_with
from monitor.rounds.readings import Placed, Wish, day_of, placed, read_place
from monitor.rounds.recognise import Candidate, Duty
from monitor.store.places import COLUMN, HOME
from monitor.store.tables import Place
from monitor.targets import Site

SEARCHED_TITLE, SEARCHED_NUMBER = "按标题站内搜索", "按文号站内搜索"
"""What the site's own search is called by what it was asked for."""

MOST_COLUMNS = 15
MOST_ADDRESSES = 20


@dataclass(frozen=True, slots=True)
class Searched:
    """A place of the last look: its name and address, and why it could not be read (empty: it was)."""

    name: str
    url: str = ""
    why: str = ""


RENDERED_HOME = "浏览器渲染后的首页"
NO_BROWSER_WANTED = "配置为不使用浏览器"


@dataclass(frozen=True, slots=True)
class LastLook:
    """Where it was looked, what could not be read (with reasons), the rows found there, and the pages."""

    places: tuple[Searched, ...]
    unread: tuple[Searched, ...]
    rows: tuple[Placed, ...]
    pages: tuple[Page, ...] = ()

    def candidates(self, at: datetime) -> tuple[Candidate, ...]:
        """The rows as candidates. No earlier reading covered these places, so nothing bounds them below."""
        return tuple(
            Candidate(found.row.title, found.row.url, found.address, "last look", None, at)
            for found in self.rows
        )


@dataclass(slots=True)
class _Search:
    """A last look under way, on the site's own hosts and no others."""

    ctx: Context
    site: Site
    hosts: frozenset[str]
    since: datetime
    cookies: CookieRound
    places: list[Searched]
    unread: list[Searched]
    rows: list[Placed]
    pages: list[Page] = field(default_factory=list)

    @property
    def robots(self) -> str:
        return self.site.robots or self.ctx.targets.fetch.robots

    def is_own(self, url: str) -> bool:
        """Whether an address is the site's. What a page links to may be anybody's, and no address at all."""
        return is_own(self.hosts, url)

    def note(self, name: str, url: str, why: str | None) -> None:
        """Keep a place: as one that was looked at, or with the reason why it could not be."""
        (self.unread if why else self.places).append(Searched(name, url, why or ""))

    async def read(self, name: str, url: str) -> str | None:
        """Fetch a place's text and note whether it could be read."""
        got = await get_page(self.ctx, url, Manner(fresh=True, robots=self.robots), self.cookies)
        self.note(name, url, got.trouble)
        self.pages.append(got.page)
        return None if got.trouble else got.page.text


async def look_everywhere(
    ctx: Context,
    site: Site,
    home: Home,
    watched: Collection[str],
    duties: Sequence[Duty],
    cookies: CookieRound,
) -> LastLook:
    """Look at the home page as it is shown, at the site's further hosts, at the columns that these name, at
    the sitemap, and into the site's own search.

    A host to which the home page redirects is the site's too: that is where it stands.
    """
    hosts = hosts_of(site, [home.url])
    since = min(duty.obligation.started_at for duty in duties)
    search = _Search(ctx, site, hosts, since, cookies, [], [], [])
    columns = [*home.columns, *await _show_home(search, home), *await _read_hosts(search, home)]
    await _read_columns(search, columns, watched)
    await _read_sitemap(search)
    asked = {duty.policy.title: SEARCHED_TITLE for duty in duties}
    asked |= {duty.policy.doc_number: SEARCHED_NUMBER for duty in duties if duty.policy.doc_number}
    for words, place in asked.items():
        await _ask_search(search, words, place)
    return LastLook(
        tuple(dict.fromkeys(search.places)),
        tuple(dict.fromkeys(search.unread)),
        tuple(search.rows),
        tuple(search.pages),
    )


async def _show_home(search: _Search, home: Home) -> list[Row]:
    """Look at the home page as a visitor does, boxes that scripts build and frames included; its columns."""
    if search.ctx.browser is None:
        search.note(RENDERED_HOME, home.url, NO_BROWSER_WANTED)
        return []
    page = await show(search.ctx, search.site.url, Manner(fresh=True, robots=search.robots))
    trouble = NO_BROWSER if page is None else trouble_with(page)
    search.note(RENDERED_HOME, home.url, trouble)
    search.pages += [page] if page is not None else []
    if page is None or trouble is not None:
        return []
    shown = read_home(page.text, page.final_url)
    rows, columns = [*shown.rows], [*shown.columns]
    for frame in page.frames:
        framed, is_theirs = read_home(frame.text, frame.url), is_under(search.hosts, frame.url)
        rows += [row for row in framed.rows if is_theirs or search.is_own(row.url)]
        columns += framed.columns
    search.rows += placed(rows)
    return columns


async def _read_hosts(search: _Search, home: Home) -> list[Row]:
    """Read the home pages of the site's further hosts; gives the columns they name."""
    columns: list[Row] = []
    wish = Wish(fresh=True, robots=search.robots)
    for name in search.site.hosts:
        url = f"{URL(search.site.url).scheme}://{name}/"
        if canonical(url) == canonical(home.url):
            continue
        shown = f"主机“{name}”的首页"
        place = Place(owner=search.site.id, kind=HOME, name=shown, url=url, every=0)
        reading = await read_place(search.ctx, place, wish, search.cookies)
        search.note(shown, place.url, reading.trouble)
        search.rows += reading.rows
        search.pages.append(reading.page)
        columns += reading.home.columns if reading.home is not None else ()
    return columns


async def _read_columns(search: _Search, named: Sequence[Row], watched: Collection[str]) -> None:
    """Read columns back to the start of the clock; what their rows link to is theirs, wherever it is."""
    columns: dict[str, Row] = {}
    for row in named:
        address = canonical(row.url)
        if address not in watched and search.is_own(row.url):
            columns.setdefault(address, row)
    wish = Wish(fresh=True, since=search.since, robots=search.robots)
    for row in list(columns.values())[:MOST_COLUMNS]:
        name = f"栏目“{row.title}”"
        place = Place(owner=search.site.id, kind=COLUMN, name=name, url=row.url, every=0)
        reading = await read_place(search.ctx, place, wish, search.cookies)
        search.note(name, row.url, reading.trouble)
        search.rows += reading.rows
        search.pages += [reading.page, *reading.more]
    if len(columns) > MOST_COLUMNS:
        rest = f"首页上的其余{len(columns) - MOST_COLUMNS}个栏目"
        search.note(rest, search.site.url, "数量过多，未逐一查看")


async def _read_sitemap(search: _Search) -> None:
    listing = await _sitemap(search, str(URL(search.site.url).with_path("/sitemap.xml")))
    if listing is not None and not listing.rows and search.is_own(listing.next_url or ""):
        listing = await _sitemap(search, listing.next_url or "")
    if listing is None:
        return
    zone = search.ctx.counting.zone
    own = [row for row in listing.rows if search.is_own(row.url)]
    day = search.since.astimezone(zone).date()
    newest = [row for row in own if row.date is not None and day_of(row.date, zone) >= day]
    if all(row.date is None for row in own):
        newest = own
    # A sitemap gives no titles: without one, the page itself is asked what it is.
    search.rows += placed([Row("", row.url, row.date) for row in newest[:MOST_ADDRESSES]])


async def _sitemap(search: _Search, url: str) -> Listing | None:
    text = await search.read("网站地图", url)
    if text is None:
        return None
    return read_listing(text, url, ListHints(format="sitemap"), zone=search.ctx.counting.zone)


async def _ask_search(search: _Search, words: str, place: str) -> None:
    """Ask the site's own search; what it finds on other sites is theirs, and itself it does not count."""
    if search.site.search is None:
        search.unread.append(Searched("站内搜索", why="未配置"))
        return
    url = search.site.search.replace("{title}", quote(words))
    text = await search.read(place, url)
    if text is not None:
        own = [row for row in read_home(text, url).rows if search.is_own(row.url)]
        search.rows += placed([row for row in own if words not in unquote(row.url)])
