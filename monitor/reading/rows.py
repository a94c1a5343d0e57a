"""List rows: what one item of a list says, and where it leads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborNode

from monitor.reading.dates import OFFICE_ZONE, Moment, is_date, is_date_like, read_row
from monitor.reading.markup import (
    HEADINGS,
    Document,
    ancestors,
    inner_text,
    marks,
    pieces,
    plain,
    squeeze,
)
from monitor.reading.titles import CUT, LONGEST, MARK, PINNED_PREFIX, is_title, link_title, trim

MOST_LINKS = 6  # an item with more links than this is a box, not a row
MOST_ANCHORS = 40  # however often they repeat
MOST_PIECES = 20
SHORTEST = 8  # characters of a title that no category and no "more" has

_PINNED = re.compile(r"置\s?顶|\[顶\]|【顶】")
_PINNED_MARK = re.compile(r"\b(?:is-?|to-?)?(?:zhiding|istop|pinned|sticky|stick)\b")
_DATE_TAIL = re.compile(
    r"(?<![\s(（\[【])[\s(（\[【]+((?:19|20)\d{2}(?:[-/.]\d{1,2}[-/.]\d{1,2}|年\d{1,2}月\d{1,2}日)(?:\s\d{1,2}:\d{2}(?::\d{2})?)?"
    r"|\d{1,2}[-/]\d{1,2}(?=\s*[)）\]】]))[\s)）\]】]*$"
)
_DATE_HEAD = re.compile(
    r"^[\s(（\[【]*((?:19|20)\d{2}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}-\d{1,2}(?=\s*[)）\]】]))[\s)）\]】]+(?=\S)"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One item of a list or a home page; `date` is as shown there, None where none is shown."""

    title: str
    url: str
    date: datetime | date | None = None
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Ground:
    """What rows are read against: their page, the zone of its times, and today where it may be leant on."""

    document: Document
    zone: ZoneInfo = OFFICE_ZONE
    today: date | None = None


def rows_of(items: Sequence[LexborNode], ground: Ground) -> list[Row]:
    """Read the rows of a list's items; what is no row is left out, what stands twice is taken once.

    Where most items bear no date, it is looked for between the items: after each, or before.
    """
    told = [(item, said) for item in items if (said := _say(item, ground)) is not None]
    rows = [_dated(said, ground) for _, said in told]
    if _dates(rows) * 2 < len(rows):
        ids = {item.mem_id for item in items}
        for side in ("next", "prev"):
            beside = [_beside(item, ids, side) for item, _ in told]
            dated = [
                _dated(said, ground, texts) if texts else row
                for (_, said), row, texts in zip(told, rows, beside, strict=True)
            ]
            rows = max(rows, dated, key=_dates)
    return mark_pinned(once(rows))


def row_of(item: LexborNode, ground: Ground) -> Row | None:
    """Read one item with a single main link."""
    said = _say(item, ground)
    return _dated(said, ground) if said else None


@dataclass(frozen=True, slots=True)
class _Said:
    """What an item says before its date is read: its title, and the texts beside it."""

    title: str
    url: str
    texts: Sequence[str]
    pinned: bool


def _say(item: LexborNode, ground: Ground) -> _Said | None:
    found = _main_link(item, ground)
    if found is None:
        return None
    url, anchor, title = found
    texts = _texts_beside(item, anchor, title)
    if len(texts) > MOST_PIECES or sum(map(len, texts)) > LONGEST:
        return None
    return _Said(title, url, texts, _is_pinned(item, anchor, texts))


def _dated(said: _Said, ground: Ground, beside: Sequence[str] = ()) -> Row:
    """Return the row of what an item says; `beside` is text next to the item that may hold its date."""
    title = said.title
    moment = read_row([*said.texts, *beside], ground.zone, address=said.url, today=ground.today)
    if moment is None:
        title, moment = _dated_title(title, said.url, ground)
    return Row(PINNED_PREFIX.sub("", title), said.url, moment.value if moment else None, said.pinned)


def once(rows: Iterable[Row]) -> list[Row]:
    """Return the rows, one for an address, with the date and the full title where any of them bears one."""
    kept: dict[str, Row] = {}
    for row in rows:
        held = kept.get(row.url)
        if held is None:
            kept[row.url] = row
            continue
        title = row.title if CUT.search(held.title) and len(row.title) > len(held.title) else held.title
        kept[row.url] = replace(held, title=title, date=held.date or row.date)
    return list(kept.values())


def mark_pinned(rows: list[Row]) -> list[Row]:
    """Mark the rows kept on top: those before the newest row that are older than what follows it.

    Only where the list, from its newest row on, runs down in time; of an unsorted list nothing is said.
    """
    days = [_day(row) for row in rows]
    known = [day for day in days if day is not None]
    if len(known) < 4:
        return rows
    newest = days.index(max(known))
    after = [day for day in days[newest:] if day is not None]
    falling = sum(later <= earlier for earlier, later in pairwise(after))
    if len(after) < 3 or falling < 0.6 * (len(after) - 1):
        return rows
    floor = sorted(after)[len(after) // 2]
    return [
        replace(row, pinned=True) if at < newest and (day := days[at]) and day < floor else row
        for at, row in enumerate(rows)
    ]


def _day(row: Row) -> date | None:
    return row.date.date() if isinstance(row.date, datetime) else row.date


def _dates(rows: Sequence[Row]) -> int:
    return sum(row.date is not None for row in rows)


def _main_link(item: LexborNode, ground: Ground) -> tuple[str, LexborNode, str] | None:
    """Return the address, link and title of what the item is about: its longest title, headings first."""
    best: dict[str, tuple[int, LexborNode, str]] = {}
    anchors = item.css("a[href]")
    for anchor in anchors if len(anchors) <= MOST_ANCHORS else ():
        url = ground.document.resolve(anchor.attributes.get("href"))
        if url is None:
            continue
        title = link_title(anchor)
        weight = _weight(anchor, title)
        if url not in best or (weight and not best[url][0]):
            best[url] = weight, anchor, title
        if len(best) > MOST_LINKS:
            return None
    if not best:
        return None
    url = max(best, key=lambda address: best[address][0])
    weight, anchor, title = best[url]
    if not weight or (len(best) >= 3 and _is_one_of_many(best[url], best.values())):
        return None
    return url, anchor, title


def _is_one_of_many(main: tuple[int, LexborNode, str], links: Iterable[tuple[int, LexborNode, str]]) -> bool:
    """Tell whether an item is itself a list: beside its main link stand two more made alike, with titles."""
    make = _make(main[1])
    alike = (anchor for _, anchor, title in links if len(title) >= SHORTEST and _make(anchor) == make)
    return len(list(islice(alike, 3))) == 3


def _make(anchor: LexborNode) -> tuple[str | None, str, str]:
    box = anchor.parent
    return (box.tag, marks(box), marks(anchor)) if box is not None else (None, "", marks(anchor))


def _weight(anchor: LexborNode, title: str) -> int:
    if not is_title(title):
        return 0
    heading = anchor.parent is not None and anchor.parent.tag in HEADINGS
    return min(len(title), 40) + (20 if heading else 0)


def _texts_beside(item: LexborNode, anchor: LexborNode, title: str) -> list[str]:
    """Return the pieces of an item's text that are not its title."""
    inside = {node.mem_id for _, node in pieces(anchor, MOST_PIECES)}
    return [
        text
        for text, node in pieces(item, 2 * MOST_PIECES)
        if is_date_like(text)
        or is_date(text)
        or MARK.fullmatch(text)
        or (node.mem_id not in inside and text not in title)
    ]


def _dated_title(title: str, url: str, ground: Ground) -> tuple[str, Moment | None]:
    """Take a date off the end or the beginning of a title, where the page has it nowhere else."""
    for pattern in (_DATE_TAIL, _DATE_HEAD):
        if found := pattern.search(title):
            moment = read_row([found[1]], ground.zone, address=url, today=ground.today)
            rest = title[: found.start()] + title[found.end() :]
            if moment and is_title(rest):
                return trim(rest), moment
    return title, None


def _is_pinned(item: LexborNode, anchor: LexborNode, texts: Sequence[str]) -> bool:
    if PINNED_PREFIX.match(inner_text(anchor)) or any(
        len(text) < 8 and _PINNED.search(text) for text in texts
    ):
        return True
    named = (plain(img.attributes.get("alt")) for img in item.css("img[alt]"))
    return any(_PINNED.search(alt) for alt in named) or _PINNED_MARK.search(marks(item)) is not None


def _beside(item: LexborNode, ids: set[int], side: str) -> list[str]:
    """Return the texts between an item and the next one on that side."""
    texts: list[str] = []
    node = getattr(item, side)
    for _ in range(12):
        if node is None or node.mem_id in ids:
            break
        if text := squeeze(node.text_content if node.is_text_node else node.text(separator=" ")):
            texts.append(text[:80])
        node = getattr(node, side)
    return texts


def row_of_link(anchor: LexborNode, url: str, ground: Ground, alone: int) -> Row | None:
    """Read a link anywhere on a page, dated by the smallest box around it that links nowhere else.

    `alone` is how many of the link's ancestors hold no link but to the same address.
    """
    title = link_title(anchor)
    if not is_title(title):
        return None
    for box in (anchor, *ancestors(anchor, alone)):
        texts = _texts_beside(box, anchor, title)
        if len(texts) > MOST_PIECES:
            break
        if moment := read_row(texts, ground.zone, address=url, today=ground.today):
            return Row(PINNED_PREFIX.sub("", title), url, moment.value)
    title, moment = _dated_title(title, url, ground)
    return Row(PINNED_PREFIX.sub("", title), url, moment.value if moment else None)
