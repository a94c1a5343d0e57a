"""Finds the list of a page by itself: repeated siblings with one main link and, mostly, a date each."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from monitor.reading.dates import is_date_like
from monitor.reading.markup import ancestors, link_text, marks, plain, select
from monitor.reading.rows import MOST_LINKS, Ground, Row, rows_of
from monitor.reading.setting import is_narrow, own_heading, setting_of
from monitor.reading.titles import is_title

MOST_ANCHORS = 5000
CLIMB = 8  # how far a row's link lies below the item at most
TRIED = 16  # groups whose first rows are read
SAMPLE, MOST_ROWS = 60, 2000
CLOSE = 0.85  # of lists that score alike and hold the best one's links, the outermost is taken
CLEAR = 3.0  # three dated rows score above it, undated lists and those set aside below
FLOOR = 0.5  # menus score below it, undated lists of a few long titles above

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_ARTICLE = re.compile(r"\d{4}|content|/art|post_|detail|show|view|info", re.IGNORECASE)


@dataclass(slots=True)
class _Group:
    """Siblings of one tag that may be the items of a list.

    `height` is how far above their links they stand; `tail`, of several lists merged, what leads from
    `parent` to the items.
    """

    parent: LexborNode
    tag: str
    height: int
    items: dict[int, LexborNode] = field(default_factory=dict)
    urls: dict[int, set[str]] = field(default_factory=dict)
    titles: dict[int, int] = field(default_factory=dict)
    tail: str = ""

    def add(self, item: LexborNode, url: str, length: int) -> None:
        self.items.setdefault(item.mem_id, item)
        self.urls.setdefault(item.mem_id, set()).add(url)
        self.titles[item.mem_id] = max(length, self.titles.get(item.mem_id, 0))

    @property
    def home(self) -> LexborNode:
        """The box the first item stands in."""
        first = next(iter(self.items.values()))
        return first.parent or self.parent

    @property
    def links(self) -> set[str]:
        """The addresses of all its items' links."""
        return set().union(*self.urls.values())

    def promise(self) -> float:
        """Return how likely a list this is, judged by its links alone; 0 for what is none."""
        likely = [n for key, n in self.titles.items() if n >= 6 and len(self.urls[key]) <= MOST_LINKS]
        if not likely or len(likely) * 2 < len(self.items):
            return 0
        return math.log2(1 + len(likely)) * min(fmean(likely), 30)


@dataclass(frozen=True, slots=True)
class _Rival:
    """A group with its first rows, how much of a list they are, and how likely its place is the page's."""

    group: _Group
    links: set[str]
    rows: tuple[Row, ...]
    bare: float
    place: float

    @property
    def text(self) -> int:
        return sum(len(row.title) for row in self.rows)

    @property
    def solid(self) -> float:
        """How much of a list this is, whatever else stands on the page."""
        return self.bare * min(self.place, 1)

    def holds(self, other: _Rival) -> bool:
        """Whether this is the same list or more of it: no row of the other is missing."""
        return len(self.rows) >= len(other.rows) and self.links >= other.links

    def points(self, most_text: int) -> float:
        """Weigh it against the others; a page's own list has most of its text, at least a good part."""
        return self.bare * self.place * (0.5 + 0.5 * self.text / most_text)


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of a list, the selector that leads to its items, and how much of a list they are."""

    rows: tuple[Row, ...]
    structure: str | None
    score: float


def find_list(ground: Ground) -> Found | None:
    """Return the page's list, or None where nothing on it looks like one."""
    groups = list(_groups(ground))
    groups += _merged(groups)
    tried = sorted((group for group in groups if group.promise()), key=_Group.promise, reverse=True)[:TRIED]
    rivals = [rival for rival in _whole(_rivals(tried, ground)) if rival.solid >= FLOOR]
    most_text = max((rival.text for rival in rivals), default=1)
    scored = [(rival.points(most_text), rival) for rival in rivals]
    most, best = max(scored, key=lambda one: one[0], default=(0, None))
    if best is None:
        return None
    alike = [(points, one) for points, one in scored if points >= most * CLOSE and one.holds(best)]
    _, chosen = max(alike, key=lambda one: (one[1].group.height, one[0]))
    rows = _rows(chosen.group, ground, MOST_ROWS)
    return Found(tuple(rows), _structure(chosen.group, ground), chosen.solid)


def _rivals(groups: Sequence[_Group], ground: Ground) -> list[_Rival]:
    """Read the first rows of each group; groups that read the same links stand in the same place."""
    setting = setting_of(ground.document)
    read = [(group, group.links, tuple(_rows(group, ground, SAMPLE))) for group in groups]
    places = [setting.likelihood(group.home) for group in groups]
    return [
        _Rival(group, links, rows, score(rows), max(_places_of_same(links, rows, read, places)))
        for group, links, rows in read
    ]


def _places_of_same(
    links: set[str],
    rows: Sequence[Row],
    read: Sequence[tuple[_Group, set[str], Sequence[Row]]],
    places: Sequence[float],
) -> Iterator[float]:
    for (_, others, other_rows), place in zip(read, places, strict=True):
        if len(other_rows) == len(rows) and others == links:
            yield place


def _whole(rivals: Sequence[_Rival]) -> list[_Rival]:
    """Leave out what is but a row or two of a list that is there as a whole."""
    lists = [rival for rival in rivals if len(rival.rows) >= 3 and rival.bare >= FLOOR]
    return [
        rival
        for rival in rivals
        if len(rival.rows) >= 3
        or not any(whole.holds(rival) and len(whole.rows) > len(rival.rows) for whole in lists)
    ]


def remembered_list(structure: str, ground: Ground) -> Found | None:
    """Read the list where it stood last time; None where nothing like a list stands there any more."""
    items = [
        item for item in select(ground.document.tree, structure) if item.css_first("a[href]") is not None
    ]
    rows = rows_of(items[:MOST_ROWS], ground)
    points = score(rows)
    if points < FLOOR or len(rows) * 3 < len(items):
        return None
    return Found(tuple(rows), structure, points)


def score(rows: Sequence[Row]) -> float:
    """Return how much of a list these rows are: by number, dates, title length and alike addresses."""
    if not rows:
        return 0.0
    if len(rows) < 3 and any(row.date is None for row in rows):
        return 0.0  # two links are no list yet
    dated = sum(row.date is not None for row in rows) / len(rows)
    length = min(median(len(row.title) for row in rows), 30) / 30
    article = sum(_ARTICLE.search(_path(row.url)) is not None for row in rows) / len(rows)
    return math.log2(1 + len(rows)) * (0.25 + dated) * (0.3 + length) * (0.5 + article) * (0.5 + _alike(rows))


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def _alike(rows: Sequence[Row]) -> float:
    """Return the share of addresses of the commonest shape, figures aside."""
    shapes = Counter(re.sub(r"[0-9a-f]{6,}|\d+", "0", _path(row.url).rpartition("/")[2]) for row in rows)
    return max(shapes.values()) / len(rows)


def _rows(group: _Group, ground: Ground, most: int) -> list[Row]:
    rows = rows_of(list(group.items.values())[:most], ground)
    return [] if group.tail and _is_mixed(group, rows) else _agreeing(group, rows)


def _is_mixed(group: _Group, rows: Sequence[Row]) -> bool:
    """Tell whether of several boxes some hold dated rows and others undated ones: these are several lists."""
    boxes: dict[int, list[bool]] = {}
    place = {url: item.parent for key, item in group.items.items() for url in group.urls[key]}
    for row in rows:
        box = place.get(row.url)
        boxes.setdefault(box.mem_id if box is not None else 0, []).append(row.date is not None)
    shares = [fmean(dated) for dated in boxes.values() if len(dated) >= 3]
    return bool(shares) and min(shares) < 0.1 and max(shares) > 0.9


def _agreeing(group: _Group, rows: list[Row]) -> list[Row]:
    """Leave out undated rows of a dated list that are not made like its other items ("more", a banner)."""
    dated = {row.url for row in rows if row.date is not None}
    if not len(rows) * 0.6 <= len(dated) < len(rows):
        return rows
    made = {url: marks(item) for key, item in group.items.items() for url in group.urls[key]}
    usual = {made.get(url) for url in dated}
    return [row for row in rows if row.url in dated or row.pinned or made.get(row.url) in usual]


def _groups(ground: Ground) -> Iterator[_Group]:
    groups: dict[tuple[int, str], _Group] = {}
    for anchor in ground.document.tree.css("a[href]")[:MOST_ANCHORS]:
        url = ground.document.resolve(anchor.attributes.get("href"))
        length = _title_length(anchor) if url else 0
        if url is None or not length:
            continue
        item = anchor
        for height, parent in enumerate(ancestors(anchor, CLIMB)):
            key = parent.mem_id, item.tag or ""
            group = groups.get(key) or groups.setdefault(key, _Group(parent, key[1], height))
            group.add(item, url, length)
            item = parent
    yield from groups.values()


def _title_length(anchor: LexborNode) -> int:
    shown = link_text(anchor)
    named = plain(anchor.attributes.get("title"))
    return max(len(text) if is_title(text) else 0 for text in (shown, named)) or (1 if shown else 0)


def _merged(groups: Iterable[_Group]) -> Iterator[_Group]:
    """Yield lists that stand in several like boxes side by side: a new <ul> after every fifth row.

    Boxes under headings of their own are lists of their own, unless these are but dates.
    """
    boxes: dict[tuple[int, str], list[_Group]] = {}
    for group in groups:
        above = list(ancestors(group.parent, 2))
        tail = group.tag
        for inner, outer in zip((group.parent, *above), above, strict=False):
            tail = f"{_step(inner)} > {tail}"
            boxes.setdefault((outer.mem_id, tail), []).append(group)
    for (_, tail), parts in boxes.items():
        if (
            len(parts) > 1
            and (whole := _joined(parts, tail)).promise()
            and not _is_several(parts, whole.parent)
        ):
            yield whole


def _joined(parts: Sequence[_Group], tail: str) -> _Group:
    top = parts[0].parent
    for _ in range(tail.count(" > ")):
        top = top.parent or top
    whole = _Group(top, parts[0].tag, parts[0].height, tail=tail)
    for part in parts:
        whole.items |= part.items
        whole.urls |= part.urls
        whole.titles |= part.titles
    return whole


def _is_several(parts: Sequence[_Group], top: LexborNode) -> bool:
    """Tell whether boxes after the first have headings of their own, or are narrow where others are not."""
    boxes = [part.parent for part in parts]
    if len({is_narrow(box, top) for box in boxes}) > 1:
        return True
    ours = {place.mem_id for box in boxes for place in (box, *ancestors(box, 2))}
    headings = (own_heading(box, top, ours) for box in boxes[1:])
    return any(heading and not is_date_like(heading) for heading in headings)


def _structure(group: _Group, ground: Ground) -> str | None:
    """Return a selector that leads to exactly these items, or None where there is none."""
    steps: list[str] = [group.tail or group.tag]
    for box in (group.parent, *ancestors(group.parent, 60)):
        named = box.attributes.get("id") or ""
        if _IDENTIFIER.fullmatch(named) and len(select(ground.document.tree, f"#{named}")) == 1:
            steps.append(f"#{named}")
            break
        steps.append(_step(box) + _place_among(box))
    selector = " > ".join(reversed(steps))
    matched = {node.mem_id for node in select(ground.document.tree, selector)}
    return selector if group.items.keys() <= matched else None


def _step(box: LexborNode) -> str:
    classes = (box.attributes.get("class") or "").split()
    return (box.tag or "*") + "".join(f".{name}" for name in classes[:3] if _IDENTIFIER.fullmatch(name))


def _place_among(box: LexborNode) -> str:
    """Return ":nth-of-type(n)" where siblings are called the same, else nothing."""
    step, at, alike = _step(box), 1, False
    for side in ("prev", "next"):
        sibling = getattr(box, side)
        while sibling is not None:
            if sibling.tag == box.tag:
                at += side == "prev"
                alike = alike or _step(sibling) == step
            sibling = getattr(sibling, side)
    return f":nth-of-type({at})" if alike else ""
