"""Lists that come as JSON: the array of objects with a title, an address and a date is sought out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from monitor.reading.dates import read_field
from monitor.reading.markup import plain
from monitor.reading.rows import Ground, Row

MOST_VALUES = 20_000  # looked through for the array

Keys = tuple[str | None, str | None, str | None]  # of title, link and date

_TITLE_NAMES = """title doctitle articletitle newstitle infotitle maintitle listtitle bt biaoti subject
headline name"""
_LINK_NAMES = """url link href docpuburl puburl pageurl linkurl docurl articleurl weburl viewurl curl
path"""
_DATE_NAMES = """displaypublishtime firstpublishtime firstpublishedtime publishtime publishdate pubdate
pubtime docreltime docrelpubtime releasetime releasedate publishedat pubtimestr ptime showtime displaydate
date time createdat createtime crtime"""
_TITLES, _LINKS, _DATES = (names.split() for names in (_TITLE_NAMES, _LINK_NAMES, _DATE_NAMES))


def read_records(
    text: str, ground: Ground, items: str | None = None, keys: Keys = (None, None, None)
) -> list[Row]:
    """Return the rows of a JSON answer, JSONP included.

    `items` is the dotted path of the array ("data.list") and `keys` those of title, link and date in an
    object; what is not given is found by the names content systems use.
    """
    value = _decode(text)
    arrays = [_at(value, items)] if items else list(_arrays(value))
    return max((_rows(array, keys, ground) for array in arrays), key=len, default=[])


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


def _arrays(value: Any) -> Iterator[list[Any]]:
    """Yield the arrays of objects within a value, however deep, the outer ones first."""
    waiting = [value]
    for _ in range(MOST_VALUES):
        if not waiting:
            return
        value = waiting.pop(0)
        if isinstance(value, Mapping):
            waiting += [inner for inner in value.values() if isinstance(inner, (Mapping, list))]
        elif isinstance(value, list):
            if _is_array(value):
                yield value
            waiting += [inner for inner in value if isinstance(inner, (Mapping, list))]


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
    moment = read_field(_field(record, keys[2], _DATES), ground.zone)
    return Row(title, url, moment.value if moment else None)


def _field(record: Mapping[str, Any], key: str | None, names: Sequence[str]) -> str:
    if key:
        return _text(_at(record, key))
    known = {_fold(name): value for name, value in record.items() if _text(value)}
    return next((_text(known[name]) for name in names if name in known), "")


def _fold(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _text(value: Any) -> str:
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
