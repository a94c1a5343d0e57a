"""List pages: what stands on them, in which order, by which means it was found, and where they go on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborNode

from monitor.reading.dates import OFFICE_ZONE, read_row
from monitor.reading.feed import read_feed, read_sitemap
from monitor.reading.finder import CLEAR, MOST_ROWS, Found, find_list, remembered_list
from monitor.reading.markup import inner_text, plain, read_document, select
from monitor.reading.paging import next_page
from monitor.reading.records import read_records
from monitor.reading.rows import Ground, Row, mark_pinned, once, row_of, rows_of
from monitor.reading.scripts import COMMENTS, JSON, RECORDS, scripted_list
from monitor.reading.titles import link_title

Method = Literal["css", "found", "feed", "json", "sitemap", "script"]


@dataclass(frozen=True, slots=True)
class ListHints:
    """What targets.toml says of a list: its format, and CSS for its items and, within them, the rest.

    Of a JSON list the same keys are dotted paths: items of the array, the others within an object.
    """

    format: str | None = None
    items: str | None = None
    title: str | None = None
    link: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A list page as read. `structure` is to be kept and given to the next reading; None where the means
    of reading need none."""

    url: str
    rows: tuple[Row, ...]
    method: Method
    structure: str | None = None
    next_url: str | None = None


def read_listing(
    page_text: str,
    url: str,
    hints: ListHints = ListHints(),
    structure: str | None = None,
    zone: ZoneInfo = OFFICE_ZONE,
    today: date | None = None,
) -> Listing:
    """Read a list page; any text will do, and what holds no list gives no rows.

    Hints override; a format that is not given is told from the text. A remembered `structure` is tried
    first; a Listing with another one than was given says that the page has changed. Dates without a year
    get one only from the row's address, or where `today` is given as the last day they can be.
    """
    kind = hints.format or _format(page_text)
    if kind == "feed":
        return Listing(url, tuple(read_feed(page_text, url, zone)), "feed")
    if kind == "sitemap":
        sitemap = read_sitemap(page_text, url, zone)
        return Listing(url, sitemap.rows, "sitemap", None, sitemap.next_url)
    ground = Ground(read_document(page_text if kind != "json" else "", url), zone, today)
    if kind == "json":
        keys = hints.title, hints.link, hints.date
        rows = mark_pinned(once(read_records(page_text, ground, hints.items, keys)))
        return Listing(url, tuple(rows), "json")
    return _read_html(page_text, ground, hints, structure)


def as_json(listing: Listing, encoding: str | None = None, rendered: bool = False) -> dict[str, Any]:
    """Return what `duban read --json` prints; days are YYYY-MM-DD, times RFC 3339."""
    items = [
        {"title": row.title, "url": row.url, "date": row.date.isoformat() if row.date else None}
        for row in listing.rows
    ]
    seen = {"url": listing.url, "encoding": encoding, "rendered": rendered, "method": listing.method}
    return seen | {"items": items}


def _format(text: str) -> str:
    head = text[:2000].lstrip("\ufeff \t\r\n").lower()
    if head.startswith(("{", "[")):
        return "json"
    if head.startswith("<") and "<html" not in head:
        if "<urlset" in head or "<sitemapindex" in head:
            return "sitemap"
        if "<rss" in head or "<feed" in head or "<rdf:rdf" in head:
            return "feed"
    return "html"


def _read_html(text: str, ground: Ground, hints: ListHints, structure: str | None) -> Listing:
    document = ground.document
    following = next_page(text, document)
    if hints.items:
        rows = _hinted_rows(ground, hints)
        return Listing(document.url, tuple(rows), "css", hints.items, following)
    found = _remembered(text, ground, structure) or _best(text, ground)
    if found is None:
        return Listing(document.url, (), "found", None, following)
    scripted = (found.structure or "").startswith("script:")
    return Listing(document.url, found.rows, "script" if scripted else "found", found.structure, following)


def _remembered(text: str, ground: Ground, structure: str | None) -> Found | None:
    if not structure:
        return None
    if structure.startswith("script:"):
        return scripted_list(text, ground, (structure,))
    return remembered_list(structure, ground)


def _best(text: str, ground: Ground) -> Found | None:
    """Choose between what stands on the page and what its scripts would put there."""
    shown = find_list(ground)
    drawn = _is_drawn_by_script(text)
    if shown is not None and shown.score >= CLEAR and not drawn:
        return shown
    hidden = scripted_list(
        text, ground, (RECORDS, JSON) if shown and not drawn else (RECORDS, COMMENTS, JSON)
    )
    return max((found for found in (hidden, shown) if found), key=lambda found: found.score, default=None)


def _is_drawn_by_script(text: str) -> bool:
    """Tell whether the page keeps its list for a script to draw, so that what stands open is not the list."""
    return "<record>" in text or any("createPageHTML" in line for line in _comment_tails(text))


def _comment_tails(text: str) -> list[str]:
    return [part.rpartition("<!--")[2][-400:] for part in text.split("-->")[:-1] if "<!--" in part]


def _hinted_rows(ground: Ground, hints: ListHints) -> list[Row]:
    items = select(ground.document.tree, hints.items or "")[:MOST_ROWS]
    if not (hints.title or hints.link or hints.date):
        return rows_of(items, ground)
    return mark_pinned(once(row for item in items if (row := _hinted_row(item, ground, hints))))


def _hinted_row(item: LexborNode, ground: Ground, hints: ListHints) -> Row | None:
    """Read an item where the hints say; what they leave open is read as if there were none."""
    guessed = row_of(item, ground) or Row("", "")
    link = _first(item, hints.link) if hints.link else _link_of(item, hints.title)
    url = ground.document.resolve(link.attributes.get("href")) if link is not None else guessed.url
    title = (
        _hinted_title(item, hints.title) or (link_title(link) if link is not None else "") or guessed.title
    )
    if not url or not title:
        return None
    shown = guessed.date
    if hints.date:
        texts = [inner_text(node) for node in select(item, hints.date)]
        moment = read_row(texts, ground.zone, address=url, today=ground.today)
        shown = moment.value if moment else None
    return Row(title, url, shown, guessed.pinned)


def _link_of(item: LexborNode, title: str | None) -> LexborNode | None:
    named = _first(item, title) if title else None
    if named is not None and named.tag == "a":
        return named
    return named.css_first("a[href]") if named is not None else None


def _hinted_title(item: LexborNode, css: str | None) -> str:
    named = _first(item, css) if css else None
    if named is None:
        return ""
    if named.tag == "a":
        return link_title(named)
    return inner_text(named) or plain(named.attributes.get("title"))


def _first(item: LexborNode, css: str) -> LexborNode | None:
    return next(iter(select(item, css)), None)
