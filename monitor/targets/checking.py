"""What no table can say by itself: ids given twice, names of nothing, secrets written out.

The checks run on the tables as they were read, so that they find their faults beside all others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from monitor.targets.binding import is_region
from monitor.targets.problems import Fault, Loc, nearest_of
from monitor.targets.rules import KNOWN_RULES
from monitor.targets.secrets import find_literal_channel_secret, find_literal_password

RULES_AND_FAMILIES = (*KNOWN_RULES, *dict.fromkeys(f"{rule.partition('.')[0]}.*" for rule in KNOWN_RULES))

Raw = Mapping[str, Any]
Where = Callable[[Loc], str]


def check_names(tables: Raw, where: Where) -> Iterator[Fault]:
    """Find ids given twice, and names that stand for nothing. `where` names the file and line of a path."""
    yield from _find_twins(tables, ("portal", "site"), where)
    for table in ("account", "task", "channel"):
        yield from _find_twins(tables, (table,), where)
    yield from _check_routes(tables)
    yield from _check_binds(tables)
    sites, channels = _ids(tables, "site"), _ids(tables, "channel", "office")
    for loc, entry in _entries(tables, "site"):
        contact = entry.get("contact")
        if isinstance(contact, dict):
            yield from _unknown((*loc, "contact", "channel"), contact.get("channel"), channels, "channel")
    for loc, entry in _entries(tables, "account"):
        yield from _unknown((*loc, "owner"), entry.get("owner"), sites, "site")
    for loc, entry in _entries(tables, "task"):
        yield from _unknown((*loc, "site"), entry.get("site"), sites, "site")


def check_secrets(written: Raw) -> Iterator[Fault]:
    """Find secrets that are written out instead of being named by {env:…} or {file:…}."""
    remedy = 'name it by "{env:NAME}" or "{file:/run/secrets/x}"'
    for loc, entry in _entries(written, "channel"):
        if isinstance(url := entry.get("url"), str) and (why := find_literal_channel_secret(url)):
            yield Fault((*loc, "url"), f"must not be written out: {why}; {remedy}")
    for table, key in (("fetch", "proxy"), ("store", "url")):
        holder = written.get(table)
        url = holder.get(key) if isinstance(holder, dict) else None
        if isinstance(url, str) and (why := find_literal_password(url)):
            yield Fault((table, key), f"must not be written out: {why}; {remedy}")


def _check_routes(tables: Raw) -> Iterator[Fault]:
    channels = _ids(tables, "channel", "office")
    watched = {**_ids(tables, "site"), **_ids(tables, "portal")}
    for loc, entry in _entries(tables, "route"):
        if "to" not in entry and "office" not in channels:
            yield Fault(
                (*loc, "to"), 'is "office" unless given, and no channel has this id', shows_value=False
            )
        for key in ("to", "escalate_to"):
            for number, name in _texts(entry, key):
                yield from _unknown((*loc, key, number), name, channels, "channel")
        for number, name in _texts(entry, "site"):
            yield from _unknown((*loc, "site", number), name, watched, "site or portal")
        for number, pattern in _texts(entry, "rule"):
            if not any(fnmatchcase(rule, pattern) for rule in KNOWN_RULES):
                yield Fault((*loc, "rule", number), "names no rule", nearest_of(pattern, RULES_AND_FAMILIES))


def _check_binds(tables: Raw) -> Iterator[Fault]:
    sites = _ids(tables, "site")
    for loc, entry in _entries(tables, "portal"):
        for number, name in _texts(entry, "binds"):
            if name not in sites and not is_region(name):
                message = "is neither the id of a site nor a region code of six digits"
                yield Fault((*loc, "binds", number), message, nearest_of(name, sites))


def _unknown(loc: Loc, name: object, known: Mapping[str, Loc], what: str) -> Iterator[Fault]:
    if isinstance(name, str) and name not in known:
        yield Fault(loc, f"is the id of no {what}", nearest_of(name, known))


def _find_twins(tables: Raw, names: tuple[str, ...], where: Where) -> Iterator[Fault]:
    first: dict[str, Loc] = {}
    for table in names:
        for loc, entry in _entries(tables, table):
            name = entry.get("id", "office" if table == "channel" else None)
            if not isinstance(name, str):
                continue
            if name in first:
                message = f"is taken already, by [[{first[name][0]}]] in {where(first[name])}"
                yield Fault((*loc, "id"), message)
            first.setdefault(name, loc)


def _entries(tables: Raw, table: str) -> Iterator[tuple[Loc, dict[str, Any]]]:
    entries = tables.get(table)
    if isinstance(entries, list):
        for number, entry in enumerate(entries):
            if isinstance(entry, dict):
                yield (table, number), entry


def _ids(tables: Raw, table: str, default: str | None = None) -> dict[str, Loc]:
    found = ((entry.get("id", default), loc) for loc, entry in _entries(tables, table))
    return {name: loc for name, loc in found if isinstance(name, str)}


def _texts(entry: Raw, key: str) -> Iterator[tuple[int, str]]:
    values = entry.get(key)
    if isinstance(values, list):
        for number, value in enumerate(values):
            if isinstance(value, str):
                yield number, value
