"""Documents as they are compared, and the answer of a comparison."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

_DAY = re.compile(r"(\d{4})\s?[-./年]\s?(\d{1,2})\s?[-./月]\s?(\d{1,2})(?!\d)")

How = Literal["link", "doc_number", "title", "near_title", "body", "hand"]


@dataclass(frozen=True, slots=True)
class Document:
    """What is known of one document or list row; all of it optional, as pages state it."""

    url: str | None = None
    title: str | None = None
    doc_number: str | None = None
    published_at: datetime | date | None = None
    text: str | None = None
    links: tuple[str, ...] = ()
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """Whether a candidate discharges the duty to repost a source, what proved it, and why, in a sentence.

    `score` is the strength of the proof where `same`, else how alike the titles are; 0 to 1.
    """

    same: bool
    how: How | None
    score: float
    why: str


def document_from_json(record: Mapping[str, object]) -> Document:
    """Read a document from a JSON object: {url, title, doc_number, published_at, text, links, source}.

    All are optional; `published`, `body_excerpt` and `outlinks` are taken as aliases, other keys ignored.
    A time is RFC 3339 or begins with a day ("2024-07-01", "2024年7月1日"); what cannot be read is not known.
    """
    links = record.get("links") or record.get("outlinks")
    return Document(
        url=_text(record.get("url")),
        title=_text(record.get("title")),
        doc_number=_text(record.get("doc_number")),
        published_at=_when(_text(record.get("published_at")) or _text(record.get("published"))),
        text=_text(record.get("text")) or _text(record.get("body_excerpt")),
        links=tuple(link for link in links if isinstance(link, str)) if isinstance(links, list) else (),
        source=_text(record.get("source")),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _when(stated: str | None) -> datetime | date | None:
    """A moment only where an offset says which; a time without one is known to the day."""
    try:
        moment = datetime.fromisoformat((stated or "").strip())
    except ValueError:
        moment = None
    if moment and moment.tzinfo:
        return moment
    found = _DAY.match((stated or "").strip())
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:  # 2024-02-30
        return None
