"""Article pages: title, number, publication time, source, text, attachments and links."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborNode

from checks.numbers import doc_numbers, find_numbers
from monitor.reading.dates import OFFICE_ZONE, Moment, Precision
from monitor.reading.footer import site_code
from monitor.reading.headline import article_title, title_at
from monitor.reading.markup import (
    Document,
    ancestors,
    glimpse,
    inner_text,
    link_text,
    marks,
    plain,
    read_document,
)
from monitor.reading.outline import Outline, draw_outline, find_content
from monitor.reading.places import Span, labelled_value, published, source
from monitor.reading.tags import SITE_IDS, SOURCES, read_tags

MOST_ORIGINS = 20  # places that name where a text comes from; they may stand in one another

_FILE = re.compile(r"\.(?:pdf|docx?|wps|xlsx?|et|pptx?|ofd|ceb|zip|rar|7z|rtf|tif{1,2})$", re.IGNORECASE)
_FILE_BOX = re.compile(
    r"attach|appendi|fujian|annex|(?<![a-z])file(?![a-z])|(?<![a-z])fj(?![a-z])|download|xiazai"
)
_NUMBER_LABEL = re.compile(
    r"^(?:发\s*文\s*字\s*号|文\s*件\s*编\s*号|文\s*件\s*号|文\s*号|发\s*文\s*文\s*号|公\s*文\s*号)\s*[：:]"
)
_BRACKETED = re.compile(r"[（(〔\[]([^（()）]{4,40}号)[)）〕\]]$")
_ORIGIN = re.compile(r"原文|来源|转自|链接")
_REDIRECT = re.compile(
    r"(?:window\.|document\.|self\.|top\.|parent\.)?location(?:\.href|\.replace)?\s*(?:=|\()\s*[\"']([^\"']{4,500})"
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file a page offers."""

    url: str
    name: str


@dataclass(frozen=True, slots=True)
class Article:
    """An article page as read. Fields are None, "" or empty where the page does not say.

    `published_at` is what the page declares, an aware datetime or a day, as `precision` says. `links` are
    those of the text, of the line that names the source, and where a page that only redirects leads.
    """

    url: str
    title: str | None
    doc_number: str | None
    published_at: datetime | date | None
    precision: Precision
    source: str | None
    site_id: str | None
    text: str
    attachments: tuple[Attachment, ...]
    links: tuple[str, ...]


def read_article(page_text: str, url: str, zone: ZoneInfo = OFFICE_ZONE) -> Article:
    """Read an article page; any text will do."""
    document = read_document(page_text, url)
    tags, outline = read_tags(document), draw_outline(document)
    content = find_content(document, outline)
    start, end = outline.within(content) if content is not None else (0, 0)
    title = article_title(document, outline, tags, start)
    span = Span(start, end, title_at(outline, title, start) if title else None)
    moment = _publication(tags.moment(zone), published(outline, span, zone))
    return Article(
        url=url,
        title=title,
        doc_number=_doc_number(outline, span, title),
        published_at=moment.value if moment else None,
        precision=moment.precision if moment else "none",
        source=tags.first(SOURCES) or source(outline),
        site_id=site_code(tags.first(SITE_IDS) or "") or site_code("\n".join(b.text for b in outline.blocks)),
        text=outline.text((start, end)),
        attachments=tuple(_attachments(document, content)),
        links=tuple(_links(document, outline, content)),
    )


def as_json(article: Article) -> dict[str, Any]:
    """Return what `duban article --json` prints; days are YYYY-MM-DD, times RFC 3339."""
    shown = article.published_at.isoformat() if article.published_at else None
    files = [{"url": file.url, "name": file.name} for file in article.attachments]
    return {
        "url": article.url,
        "title": article.title,
        "doc_number": article.doc_number,
        "published_at": shown,
        "precision": article.precision,
        "source": article.source,
        "site_id": article.site_id,
        "text": article.text,
        "attachments": files,
        "links": list(article.links),
    }


def _publication(tagged: Moment | None, shown: Moment | None) -> Moment | None:
    """Return the tag's time, or the one shown where that is the same day with a time the tag lacks."""
    if tagged is None or shown is None or tagged.day != shown.day:
        return tagged or shown
    return shown if _is_bare(tagged) and not _is_bare(shown) else tagged


def _is_bare(moment: Moment) -> bool:
    value = moment.value
    return not isinstance(value, datetime) or (value.hour, value.minute) == (0, 0)


def _doc_number(outline: Outline, span: Span, title: str | None) -> str | None:
    """Return the document's number: labelled, on a line of its own atop the text, or in the title."""
    labelled = labelled_value(outline, _NUMBER_LABEL, 40, len(outline.blocks)) or ""
    atop = [block.text for block in outline.blocks[max(0, span.start - 2) : span.start + 8] if block.is_own]
    ends = _BRACKETED.search(title or "")
    found = (
        *doc_numbers(labelled),
        *filter(None, map(_opening_number, atop)),
        *doc_numbers(ends[1] if ends else ""),
    )
    return next(iter(found), None)


def _opening_number(text: str) -> str | None:
    """Return the number a line consists of, or with which a text without line breaks begins."""
    plain_text = unicodedata.normalize("NFKC", text[:60]).strip("() ")
    first = next(iter(find_numbers(plain_text)), None)
    if first is None or first.start or plain_text[first.end : first.end + 1] not in ("", " ", "各"):
        return None
    return first.text


def _anchors(place: LexborNode, document: Document) -> Iterator[tuple[LexborNode, str]]:
    for anchor in place.css("a[href]"):
        if url := document.resolve(anchor.attributes.get("href")):
            yield anchor, url


def _attachments(document: Document, content: LexborNode | None) -> Iterator[Attachment]:
    """Yield the files linked in the text, and those in boxes for files beside it."""
    inside = (
        {url: anchor for anchor, url in _anchors(content, document) if is_file(url)}
        if content is not None
        else {}
    )
    boxes: dict[int, bool] = {}
    beside = {
        url: anchor
        for anchor, url in (_anchors(document.tree.body, document) if document.tree.body else ())
        if url not in inside and is_file(url) and _in_file_box(anchor, boxes)
    }
    for url, anchor in (inside | beside).items():
        name = (
            link_text(anchor)
            or plain(anchor.attributes.get("title"))
            or unquote(urlsplit(url).path.rpartition("/")[2])
        )
        yield Attachment(url, name)


def is_file(url: str) -> bool:
    """Tell whether an address is that of a document or an archive."""
    parts = urlsplit(url)
    return _FILE.search(parts.path) is not None or _FILE.search(parts.query) is not None


def _in_file_box(anchor: LexborNode, known: dict[int, bool]) -> bool:
    """Tell whether a link stands in a box for files; `known` are the boxes already looked at."""
    for box in ancestors(anchor, 4):
        if box.mem_id not in known:
            named = _FILE_BOX.search(marks(box)) is not None
            known[box.mem_id] = named or glimpse(box, 40).lstrip("【[").startswith("附件")
        if known[box.mem_id]:
            return True
    return False


def _links(document: Document, outline: Outline, content: LexborNode | None) -> list[str]:
    found: dict[str, None] = {}
    for _, url in _anchors(content, document) if content is not None else ():
        found.setdefault(url)
    origins = {
        block.node.mem_id: block.node
        for block in outline.blocks
        if block.is_own and block.linked and len(block.text) <= 200 and _ORIGIN.search(block.text)
    }
    for node in list(origins.values())[:MOST_ORIGINS]:
        for _, url in _anchors(node, document):
            found.setdefault(url)
    if target := redirect_target(document):
        found.setdefault(target)
    return list(found)


def redirect_target(document: Document) -> str | None:
    """Return where a page that holds nothing itself sends its readers."""
    for tag in document.tree.css("meta[http-equiv][content]"):
        if (tag.attributes.get("http-equiv") or "").strip().lower() == "refresh":
            target = re.split(
                r"url\s*=\s*", tag.attributes.get("content") or "", maxsplit=1, flags=re.IGNORECASE
            )
            if len(target) == 2:
                return document.resolve(target[1].strip(" \"'"))
    body = document.tree.body
    if body is not None and len(inner_text(body)) < 60:
        for script in document.scripts:
            if found := _REDIRECT.search(script):
                return document.resolve(found[1])
    return None
