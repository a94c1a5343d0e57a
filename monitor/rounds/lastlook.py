"""The last look: every other place where a repost could stand, before anyone is accused.

The commonest false accusation is the place that nobody watches: another column, a page only the site's own
search knows, an address only its sitemap lists. What could not be read is named in the verdict.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from yarl import URL

from checks.addresses import canonical
from monitor.net.client import CookieRound
from monitor.reading.article import read_article
from monitor.reading.home import Home, read_home
from monitor.reading.listing import ListHints, read_listing
from monitor.reading.quality import is_soft_404, is_stub
from monitor.reading.rows import Row
from monitor.rounds.context import Context
from monitor.rounds.readings import day_of, is_data
from monitor.rounds.recognise import Candidate, Duty
from monitor.targets import Site

MOST_COLUMNS = 15
MOST_ADDRESSES = 20


@dataclass(frozen=True, slots=True)
class Searched:
    """A place of the last look: its name and address, and why it could not be read (empty: it was)."""

    name: str
    url: str = ""
    why: str = ""


NOT_RENDERED = Searched("浏览器渲染后的首页", why="目前只读取网页源码，不渲染")


@dataclass(frozen=True, slots=True)
class LastLook:
    """Where it was looked, what could not be read (with reasons), and the rows found there, by obligation."""

    places: tuple[Searched, ...]
    unread: tuple[Searched, ...]
    rows: tuple[Row, ...]

    def candidates(self, at: datetime) -> tuple[Candidate, ...]:
        """The rows as candidates. No earlier reading covered these places, so nothing bounds them below."""
        return tuple(
            Candidate(row.title, row.url, canonical(row.url), "last look", None, at) for row in self.rows
        )


@dataclass(slots=True)
class _Search:
    """A last look under way."""

    ctx: Context
    site: Site
    cookies: CookieRound
    places: list[Searched]
    unread: list[Searched]
    rows: list[Row]

    @property
    def robots(self) -> str:
        return self.site.robots or self.ctx.targets.fetch.robots

    async def read(self, name: str, url: str) -> str | None:
        """Fetch a place's text and note whether it could be read."""
        page = await self.ctx.client.get(url, fresh=True, cookies=self.cookies, robots=self.robots)
        why = str(page.outcome) if not page.ok else is_stub(page.text) or is_soft_404(page.text)
        if why and not (page.ok and is_data(page.text)):
            self.unread.append(Searched(name, url, why))
            return None
        self.places.append(Searched(name, url))
        return page.text


async def look_everywhere(
    ctx: Context,
    site: Site,
    home: Home,
    watched: Collection[str],
    duties: Sequence[Duty],
    cookies: CookieRound,
) -> LastLook:
    """Look at the columns that the home page names, at the sitemap, and into the site's own search."""
    search = _Search(ctx, site, cookies, [], [], [])
    await _read_columns(search, home, watched)
    await _read_sitemap(search, min(duty.obligation.started_at for duty in duties))
    for duty in duties:
        await _ask_search(search, duty.policy.title)
    search.unread.append(NOT_RENDERED)
    return LastLook(tuple(search.places), tuple(search.unread), tuple(search.rows))


async def _read_columns(search: _Search, home: Home, watched: Collection[str]) -> None:
    hosts = {URL(search.site.url).authority, *search.site.hosts}
    seen = set(watched)
    columns = []
    for row in home.columns:
        address = canonical(row.url)
        if address not in seen and URL(row.url).authority in hosts:
            seen.add(address)
            columns.append(row)
    for row in columns[:MOST_COLUMNS]:
        text = await search.read(f"栏目“{row.title}”", row.url)
        if text is not None:
            search.rows += read_listing(text, row.url, zone=search.ctx.counting.zone).rows


async def _read_sitemap(search: _Search, since: datetime) -> None:
    url = str(URL(search.site.url).with_path("/sitemap.xml"))
    text = await search.read("网站地图", url)
    if text is None:
        return
    zone = search.ctx.counting.zone
    listing = read_listing(text, url, ListHints(format="sitemap"), zone=zone)
    day = since.astimezone(zone).date()
    newest = [row for row in listing.rows if row.date is not None and day_of(row.date, zone) >= day]
    for row in newest[:MOST_ADDRESSES]:
        # A sitemap gives no titles: the page itself says what it is.
        page = await search.ctx.client.get(
            row.url, cookies=search.cookies, robots=search.site.robots or "obey"
        )
        if page.ok:
            title = read_article(page.text, page.final_url, zone=zone).title
            search.rows.append(Row(title=title or row.url, url=row.url, date=row.date))


async def _ask_search(search: _Search, title: str) -> None:
    if search.site.search is None:
        search.unread.append(Searched("站内搜索", why="未配置"))
        return
    url = search.site.search.replace("{title}", quote(title))
    text = await search.read("站内搜索", url)
    if text is not None:
        search.rows += read_home(text, url).rows
