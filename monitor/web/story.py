"""What happened to one duty, told so that a person reads it: equal looks in a row are one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from monitor.store.tables import Obligation

BY_HAND = "by hand"
"""The place of a repost that a person showed."""

LAST_LOOK = "last look"
"""The place of a repost that stands beyond what is read every time."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the story.

    what: "state", "decision", "message", "found" (by the last look, beyond what is read every time), or what
    a look showed: "lacked" (read well, and it was not there),
    "had" (it was there), "blind" (a place could not be read), "stale" (read, but not past every cache).
    until and count: the last of `count` equal looks. entry: the first one as it is recorded.
    """

    what: str
    at: datetime
    until: datetime
    count: int
    entry: Mapping[str, Any]
    troubles: tuple[tuple[str, str], ...] = ()

    @property
    def places(self) -> tuple[str, ...]:
        """The places that a look read."""
        return tuple(place["name"] for place in self.entry.get("places", ()))


def tell(entries: Sequence[Mapping[str, Any]], obligation: Obligation) -> tuple[Line, ...]:
    """Tell the entries of a timeline, which come oldest first."""
    found_at = _found_at(entries, obligation)
    lines: list[Line] = []
    for entry in _with_found(entries, obligation):
        line = _line(entry, found_at)
        if lines and _is_more_of(lines[-1], line):
            lines[-1] = replace(lines[-1], until=line.at, count=lines[-1].count + 1)
        else:
            lines.append(line)
    return tuple(lines)


def _with_found(entries: Sequence[Mapping[str, Any]], obligation: Obligation) -> list[Mapping[str, Any]]:
    """Add that the last look found the repost: no look at what is read every time did."""
    sighting = obligation.sighting
    if not sighting or sighting.get("place") != LAST_LOOK:
        return list(entries)
    at = datetime.fromisoformat(sighting["seen_by"])
    before = [entry for entry in entries if entry["order"] <= at and entry["what"] == "look"]
    found = {"what": "found", "order": at}
    after = entries.index(before[-1]) + 1 if before else 0
    return [*entries[:after], found, *entries[after:]]


def _found_at(entries: Sequence[Mapping[str, Any]], obligation: Obligation) -> datetime | None:
    """When the look was that found the repost: the last one before it counts as seen. None: no look did."""
    sighting = obligation.sighting
    if not sighting or sighting.get("place") in (BY_HAND, LAST_LOOK):
        return None
    seen_by = datetime.fromisoformat(sighting["seen_by"])
    return max((e["order"] for e in entries if e["what"] == "look" and e["order"] <= seen_by), default=None)


def _line(entry: Mapping[str, Any], found_at: datetime | None) -> Line:
    at: datetime = entry["order"]
    if entry["what"] != "look":
        return Line(entry["what"], at, at, 1, entry)
    troubles = tuple((place["name"], place["trouble"]) for place in entry["places"] if place["trouble"])
    return Line(_shown(entry, found_at), at, at, 1, entry, troubles)


def _shown(look: Mapping[str, Any], found_at: datetime | None) -> str:
    if found_at is not None and look["order"] >= found_at:
        return "had"
    if not look["complete"]:
        return "blind"
    return "lacked" if look["fresh"] else "stale"


def _is_more_of(last: Line, line: Line) -> bool:
    if line.entry["what"] != "look" or last.what != line.what:
        return False
    return last.troubles == line.troubles and last.places == line.places


@dataclass(frozen=True, slots=True)
class SearchedPlace:
    """A place of the last look; why: why it could not be read, None where it was."""

    name: str
    url: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class LastLook:
    """The last look: when, where, and what could not be read."""

    at: datetime | None
    read: tuple[SearchedPlace, ...]
    unread: tuple[SearchedPlace, ...]


def last_look(obligation: Obligation) -> LastLook | None:
    """The last look of a duty, None where there was none; places are kept as maps, once as mere names."""
    looked = obligation.looked
    if not looked:
        return None
    at = looked.get("at")
    return LastLook(
        at=datetime.fromisoformat(at) if at else None,
        read=_places(looked.get("places", ())),
        unread=_places(looked.get("unread", ())),
    )


def _places(stored: Sequence[Any]) -> tuple[SearchedPlace, ...]:
    places = (
        SearchedPlace(place)
        if isinstance(place, str)
        else SearchedPlace(place.get("name", ""), place.get("url") or None, place.get("why") or None)
        for place in stored
    )
    return tuple(dict.fromkeys(places))
