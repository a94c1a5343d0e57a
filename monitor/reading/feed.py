"""RSS and Atom feeds, and sitemaps: read without ever opening an address or expanding an entity."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from zoneinfo import ZoneInfo

from monitor.reading.dates import OFFICE_ZONE, Moment, read_field
from monitor.reading.markup import plain, resolve
from monitor.reading.rows import Row, once

MOST_ENTRIES = 1000

_ENTRY = re.compile(r"<(?:item|entry)[\s>]")
_DECLARATION = re.compile(r"<\?xml[^<>]{0,200}\?>")
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[<>]*(?:\[[^\]]*\]\s*)?>", re.IGNORECASE)
_SITEMAP_TAG = re.compile(
    r"<(/?)(?:[\w-]+:)?(url|sitemap|loc|lastmod|title|publication_date)\b[^<>]*>([^<]*)"
)


@dataclass(frozen=True, slots=True)
class Sitemap:
    """A sitemap's pages, the newest first, and of an index the sitemap that changed last."""

    rows: tuple[Row, ...]
    next_url: str | None


def read_feed(text: str, url: str, zone: ZoneInfo = OFFICE_ZONE) -> list[Row]:
    """Return the entries of an RSS or Atom feed. Times without an offset are the zone's."""
    import feedparser  # noqa: PLC0415 - heavy, and most lists are no feeds

    source = _DOCTYPE.sub("", _DECLARATION.sub("", _newest(text), count=1))
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    stream = io.BytesIO(source.encode("utf-8", "replace"))  # never a str, which it would open as an address
    try:
        feed = feedparser.parse(stream, response_headers=headers, sanitize_html=False)
    except (LookupError, ValueError, TypeError, AttributeError):  # elements where its handlers expect none
        return []
    rows = []
    for entry in feed.get("entries", ()):
        title = plain(unescape(entry.get("title") or ""))
        link = resolve(entry.get("link"), url)
        if title and link:
            moment = read_field(entry.get("published") or entry.get("updated") or "", zone)
            rows.append(Row(title, link, moment.value if moment else None))
    return once(rows)


def _newest(text: str) -> str:
    """Return a feed without the entries beyond so many, which it gives the newest first."""
    starts = [found.start() for found in _ENTRY.finditer(text)]
    if len(starts) <= MOST_ENTRIES:
        return text
    return text[: starts[MOST_ENTRIES]] + ("</feed>" if "<feed" in text[:2000] else "</channel></rss>")


def read_sitemap(text: str, url: str, zone: ZoneInfo = OFFICE_ZONE) -> Sitemap:
    """Return the pages of a sitemap; their title is empty unless the sitemap gives one."""
    pages: list[tuple[Row, Moment | None]] = []
    maps: list[tuple[Row, Moment | None]] = []
    for kind, fields in _entries(text):
        link = resolve(unescape(fields.get("loc", "")).strip(), url)
        if link is None:
            continue
        moment = read_field(fields.get("publication_date") or fields.get("lastmod") or "", zone)
        row = Row(plain(unescape(fields.get("title", ""))), link, moment.value if moment else None)
        (maps if kind == "sitemap" else pages).append((row, moment))
    pages.sort(key=_newness, reverse=True)
    newest = max(maps, key=_newness, default=None)
    return Sitemap(tuple(once(row for row, _ in pages)), newest[0].url if newest else None)


def _newness(entry: tuple[Row, Moment | None]) -> str:
    return entry[1].value.isoformat() if entry[1] else ""


def _entries(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    kind, fields = "", dict[str, str]()
    for tag in _SITEMAP_TAG.finditer(text.replace("<![CDATA[", "").replace("]]>", "")):
        if tag[2] in ("url", "sitemap"):
            if tag[1] and fields:
                yield kind, fields
            kind, fields = tag[2], {}
        elif not tag[1]:
            fields.setdefault(tag[2], tag[3].strip())
