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

# Of the library, where elements stand where it expects none, or figures are larger than any.
_FAULTS = (LookupError, ValueError, TypeError, AttributeError, ArithmeticError)

_ENTRY = re.compile(r"<(?:item|entry)[\s>]")
_ROOT = re.compile(r"<(?:rss|feed|(?:\w+:)?RDF)\b", re.IGNORECASE)
_ANY_TAG = re.compile(r"<\w")
_REFERENCE = re.compile(r"&#(?:[xX]([\da-fA-F]+)|(\d+));?", re.ASCII)
_TAG = re.compile(r"</?(?:[\w.-]+:)?([\w.-]+)[^<>\]]*>")
_NAMES = """rss feed rdf channel item entry title link guid id pubdate published updated modified issued
created date source image textinput"""
_READ = frozenset(_NAMES.split())  # what an entry is known by, and what may hold another title

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

    source = _REFERENCE.sub(_sign, _TAG.sub(_read_tag, _body(_newest(text))))
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    stream = io.BytesIO(source.encode("utf-8", "replace"))  # never a str, which it would open as an address
    try:
        feed = feedparser.parse(stream, response_headers=headers, sanitize_html=False)
    except _FAULTS:
        return []
    rows = []
    for entry in feed.get("entries", ()):
        title = plain(unescape(entry.get("title") or ""))
        link = resolve(entry.get("link"), url)
        if title and link:
            moment = read_field(entry.get("published") or entry.get("updated") or "", zone)
            rows.append(Row(title, link, moment.value if moment else None))
    return once(rows)


def _body(text: str) -> str:
    """Return a feed from its root element on: what is declared before it, entities too, is not heard."""
    root = _ROOT.search(text) or _ANY_TAG.search(text)
    return text[root.start() :] if root else ""


def _read_tag(tag: re.Match[str]) -> str:
    """Leave out the tags of what is not read: the library takes its time over each."""
    return tag[0] if tag[1].lower() in _READ else ""


def _sign(reference: re.Match[str]) -> str:
    """Leave a reference to a character as it is, unless there is no such character."""
    figures = (reference[1] or reference[2]).lstrip("0") or "0"
    number = int(figures[:8], 16 if reference[1] else 10)
    return reference[0] if number < 0xD800 or 0xDFFF < number <= 0x10FFFF else "\ufffd"


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
