"""Lists that stand in a page's source but not in its tree: XML data islands, rows in comments, JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from selectolax.lexbor import LexborHTMLParser

from monitor.reading.finder import Found, find_list, score
from monitor.reading.markup import Document, comments, read_document
from monitor.reading.records import read_array
from monitor.reading.rows import Ground, once, rows_of
from monitor.reading.taming import tame

RECORDS, COMMENTS, JSON = "script:record", "script:comment", "script:json"
MOST_STORES, MOST_RECORDS, MOST_ARRAYS = 5, 400, 30

_ARRAY = re.compile(r"\[\s*\{\s*[\"']?\w")
_NEXT_GROUP = re.compile(r"href=[\"']?([^\"'\s>]+)")


def scripted_list(text: str, ground: Ground, kinds: Sequence[str]) -> Found | None:
    """Return the best list of these kinds that stands in a page's source for a script to show."""
    readers = {RECORDS: _recorded, COMMENTS: _commented, JSON: _arrays}
    found = (candidate for kind in kinds if kind in readers for candidate in readers[kind](text, ground))
    return max(found, key=lambda candidate: candidate.score, default=None)


def next_group(text: str, document: Document) -> str | None:
    """Return the address of the records that follow those in a data island."""
    for group in text.split("<nextgroup>")[1:4]:
        if link := _NEXT_GROUP.search(group.partition("</nextgroup>")[0][:2000]):
            return document.resolve(link[1].replace("&amp;", "&"))
    return None


def _recorded(text: str, ground: Ground) -> Iterator[Found]:
    """Yield the lists of <datastore><recordset><record><![CDATA[<li>…</li>]]></record>…"""
    for store in (text.split("<datastore")[1:] or [text])[:MOST_STORES]:
        parts = store.partition("</datastore>")[0].split("<record>")[1 : MOST_RECORDS + 1]
        bodies = [LexborHTMLParser(tame(_bare(part.partition("</record>")[0]))).body for part in parts]
        rows = rows_of([body for body in bodies if body is not None], ground)
        if rows:
            yield Found(tuple(rows), RECORDS, score(rows))


def _bare(record: str) -> str:
    return record.strip().removeprefix("<![CDATA[").removesuffix("]]>")


def _commented(text: str, ground: Ground) -> Iterator[Found]:
    """Yield the list some systems put into comments, for a script to show page by page."""
    hidden = "".join(comments(text))
    if not hidden:
        return
    page = read_document(hidden, ground.document.base)
    found = find_list(Ground(page, ground.zone, ground.today))
    if found is not None:
        yield Found(found.rows, COMMENTS, found.score)


def _arrays(_: str, ground: Ground) -> Iterator[Found]:
    """Yield the lists that stand as arrays of objects in scripts."""
    tried = 0
    for script in ground.document.scripts:
        at = _ARRAY.search(script)
        while at and tried < MOST_ARRAYS:
            tried += 1
            rows, end = read_array(script, at.start(), ground)
            if rows:
                rows = once(rows)
                yield Found(tuple(rows), JSON, score(rows))
            at = _ARRAY.search(script, max(end, at.start() + 1))
