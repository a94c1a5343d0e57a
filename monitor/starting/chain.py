"""The portals above a region: nation, province, city, from the shipped list or one of the office's own."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from monitor.targets.binding import SHARED_DIGITS

SHIPPED = "portals.toml"
SURE = {
    "read": "a public reader of such pages reads it",
    "named": "a public directory names it",
    "unsure": "one source only, or sources that differ",
    "given": "a list of portals of your own names it",
    "found": "the portal's home page names it",
}
PROVINCES_WITHOUT_CITIES = ("11", "12", "31", "50")
"""Municipalities under the central government: what lies between them and their counties is no portal."""

DIRECT = "90"
"""The third and fourth digits of counties that stand directly under their province."""


class PortalListError(Exception):
    """A list of portals that cannot be used, with the reason."""


@dataclass(frozen=True, slots=True)
class UpperColumn:
    """A list of a portal as the list knows it; `sure` as in SURE."""

    name: str
    url: str
    key: str
    sure: str


@dataclass(frozen=True, slots=True)
class UpperPortal:
    """A portal from which duties come. `numbers` are what its document numbers begin with."""

    id: str
    name: str
    level: str
    region: str
    url: str
    sure: str
    columns: tuple[UpperColumn, ...] = ()
    numbers: tuple[str, ...] = ()


@cache
def shipped_portals() -> tuple[UpperPortal, ...]:
    """The list that comes with duban."""
    return _read(tomllib.loads(files("monitor.targets").joinpath(SHIPPED).read_text(encoding="utf-8")))


def read_portals(path: Path) -> tuple[UpperPortal, ...]:
    """Read a list written as the shipped one is; PortalListError where it cannot be."""
    try:
        return _read(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PortalListError(f"cannot read the portals in {path}: {error}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise PortalListError(
            f"{path}: a portal needs id, name, level, region and url, a column name and url ({error})"
        ) from error


def _read(tables: Mapping[str, Any]) -> tuple[UpperPortal, ...]:
    cities = [{"level": "municipal", **city} for city in tables.get("city", ())]
    return tuple(_portal(table) for table in (*tables.get("portal", ()), *cities))


def _portal(table: Mapping[str, Any]) -> UpperPortal:
    if table["level"] not in SHARED_DIGITS:
        raise KeyError(f"level {table['level']!r}")
    sure = table.get("sure", "given")
    return UpperPortal(
        id=table["id"],
        name=table["name"],
        level=table["level"],
        region=table["region"],
        url=table["url"],
        sure=sure,
        columns=tuple(
            UpperColumn(column["name"], column["url"], column.get("key", "auto"), column.get("sure", sure))
            for column in table.get("columns", ())
        ),
        numbers=tuple(table.get("numbers", ())),
    )


def chain_of(region: str, portals: Sequence[UpperPortal]) -> tuple[UpperPortal, ...]:
    """The portals that bind a region, from the nation down; a city is not bound by itself."""
    found = [
        portal
        for portal in portals
        if portal.region != region
        and portal.region[: SHARED_DIGITS[portal.level]] == region[: SHARED_DIGITS[portal.level]]
    ]
    return tuple(sorted(found, key=lambda portal: SHARED_DIGITS[portal.level]))


def missing_levels(region: str, chain: Iterable[UpperPortal]) -> tuple[str, ...]:
    """The levels that stand above a region and are not in its chain."""
    expected = ["national"]
    if region[2:] != "0000":
        expected.append("provincial")
    if region[4:] != "00" and region[2:4] != DIRECT and region[:2] not in PROVINCES_WITHOUT_CITIES:
        expected.append("municipal")
    there = {portal.level for portal in chain}
    return tuple(level for level in expected if level not in there)
