"""Lists that come as JSON: as objects with a title, an address and a date, or as markup in a string."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from monitor.reading.dates import read_field
from monitor.reading.finder import find_list, score
from monitor.reading.markup import plain, read_document
from monitor.reading.rows import Ground, Row

_HALF = re.compile("[\ud800-\udfff]")  # JSON can write half a character, which nothing can store
MOST_VALUES = 20_000  # looked through for the array
MOST_MARKUP = 2_000_000  # characters of it

Keys = tuple[str | None, str | None, str | None]  # of title, link and date
Path = tuple[str | int, ...]

_TITLE_NAMES = """title doctitle articletitle newstitle infotitle maintitle listtitle bt biaoti subject
headline name"""
_LINK_NAMES = """url link href docpuburl puburl pageurl linkurl docurl articleurl weburl viewurl curl
path"""
_DATE_NAMES = """displaypublishtime firstpublishtime firstpublishedtime publishtime publishedtime publishdate
publisheddate pubdate pubtime docreltime docrelpubtime releasetime releasedate publishedat pubtimestr ptime
showtime displaydate fbsj fbrq date time createdat createtime crtime"""
_TITLES, _LINKS, _DATES = (names.split() for names in (_TITLE_NAMES, _LINK_NAMES, _DATE_NAMES))
_DATED = re.compile(r"date|time|day|sj$|rq$|shijian|riqi")
_PUBLISHED = re.compile(r"pub|release|issue|display|show|post|fabu|^fb")
_OTHER_DATE = re.compile(
    r"upd|modif|edit|end|expir|effect|valid|start|begin|sign|writ|deadline|crawl|login|birth"
)
_LINK = re.compile(r"<a\s[^<>]{0,500}href", re.IGNORECASE)
_ON_TOP = frozenset(("istop", "top", "ontop", "settop", "topflag", "sticky", "zhiding", "iszd"))
_ASIDE = re.compile(r"hot|rank|recommend|relat|banner|menu|nav|friend|crumb|attach|annex|appendix")


def read_records(
    text: str, ground: Ground, items: str | None = None, keys: Keys = (None, None, None)
) -> list[Row]:
    """Return the rows of a JSON answer, JSONP included.

    `items` is the dotted path of the array ("data.list"), or of a string that holds markup, and `keys` those
    of title, link and date in an object; what is not given is found by the names content systems use.
    """
    value = _decode(text)
    if items:
        value = _at(value, items)
        return _rows(value, keys, ground) if isinstance(value, list) else _marked_up(value, ground)
    found = [*_listed(value, keys, ground), _marked_up(value, ground)]
    return max(found, key=lambda rows: (score(rows), len(rows)))


def read_array(text: str, start: int, ground: Ground) -> tuple[list[Row], int]:
    """Read an array of objects that begins there in a script; return its rows and where it ends."""
    try:
        value, end = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return [], start + 1
    return _rows(value, (None, None, None), ground), end


def _rows(array: Any, keys: Keys, ground: Ground) -> list[Row]:
    return [row for record in array if (row := _row(record, keys, ground))] if _is_array(array) else []


def _decode(text: str) -> Any:
    starts = [at for at in (text.find("{"), text.find("[")) if at >= 0]
    try:
        return json.JSONDecoder().raw_decode(text, min(starts))[0] if starts else None
    except (ValueError, RecursionError):
        return None


def _is_array(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(record, Mapping) for record in value)


def _arrays(value: Any) -> Iterator[tuple[Path, list[Any]]]:
    """Yield the arrays of objects within a value with their paths, however deep, the outer ones first."""
    waiting: deque[tuple[Path, Any]] = deque([((), value)])
    for _ in range(MOST_VALUES):
        if not waiting:
            return
        path, value = waiting.popleft()
        inner = value.items() if isinstance(value, Mapping) else enumerate(value)
        if _is_array(value):
            yield path, value
        waiting += [((*path[-8:], step), one) for step, one in inner if isinstance(one, (Mapping, list))]


def _listed(value: Any, keys: Keys, ground: Ground) -> list[list[Row]]:
    """Return the lists a value holds as arrays of objects; those of hot items where it has no others.

    Arrays side by side, whose paths differ in one step, are one list in parts (by category, by month) if
    their objects are made alike.
    """
    families: dict[tuple[Path, Any], list[Row]] = {}
    aside: list[list[Row]] = []
    for path, array in _arrays(value) if isinstance(value, (Mapping, list)) else ():
        rows = _rows(array, keys, ground)
        if any(_ASIDE.search(str(step).lower()) for step in path):
            aside.append(rows)
        elif rows:
            make = next(_make(record) for record in array if isinstance(record, Mapping))
            for at in range(max(len(path), 1)):
                families.setdefault(((*path[:at], "*", *path[at + 1 :]), make), []).extend(rows)
    return list(families.values()) or aside


def _make(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Return by which names a record tells title, address and date."""
    return tuple(next(iter(_named(record, names)), "") for names in (_TITLES, _LINKS, _DATES))


def _marked_up(value: Any, ground: Ground) -> list[Row]:
    """Return the rows of the list that a value's strings hold as markup."""
    markup = "\n".join(islice(_markup(value), MOST_VALUES))[:MOST_MARKUP]
    if not markup:
        return []
    page = read_document(markup, ground.document.base)
    found = find_list(Ground(page, ground.zone, ground.today))
    return list(found.rows) if found else []


def _markup(value: Any) -> Iterator[str]:
    """Yield the strings with links within a value, in order."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            if _LINK.search(value):
                yield _HALF.sub("\ufffd", value)
        elif isinstance(value, Mapping):
            waiting += reversed(list(value.values()))
        elif isinstance(value, list):
            waiting += reversed(value)


def _at(value: Any, path: str) -> Any:
    for step in path.split("."):
        if isinstance(value, list) and step.isdecimal():
            value = value[int(step)] if int(step) < len(value) else None
        else:
            value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _row(record: Any, keys: Keys, ground: Ground) -> Row | None:
    if not isinstance(record, Mapping):
        return None
    title = plain(_field(record, keys[0], _TITLES))
    url = ground.document.resolve(_field(record, keys[1], _LINKS))
    if not title or url is None:
        return None
    moments = (read_field(text, ground.zone) for text in _dates(record, keys[2]))
    moment = next((moment for moment in moments if moment), None)
    return Row(title, url, moment.value if moment else None, _is_on_top(record))


def _field(record: Mapping[str, Any], key: str | None, names: Sequence[str]) -> str:
    if key:
        return _text(_at(record, key))
    return next(iter(_named(record, names).values()), "")


def _named(record: Mapping[str, Any], names: Sequence[str]) -> dict[str, str]:
    """Return what of a record goes by these names, in their order."""
    known = {_fold(name): text for name, value in record.items() if (text := _text(value))}
    return {name: known[name] for name in names if name in known}


def _dates(record: Mapping[str, Any], key: str | None) -> Iterator[str]:
    """Yield what may be a date of a record: by its key or the usual names, then by any that tells of one."""
    if key:
        yield _text(_at(record, key))
        return
    yield from _named(record, _DATES).values()
    told = [name for name in map(_fold, record) if _DATED.search(name) and not _OTHER_DATE.search(name)]
    yield from _named(record, sorted(told, key=lambda name: _PUBLISHED.search(name) is None)).values()


def _is_on_top(record: Mapping[str, Any]) -> bool:
    return any(_fold(name) in _ON_TOP and value in (1, "1", "true", "Y") for name, value in record.items())


def _fold(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _text(value: Any) -> str:
    if not isinstance(value, (str, int)) or isinstance(value, bool):
        return ""
    return _HALF.sub("\ufffd", str(value))
