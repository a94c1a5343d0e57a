"""What of the evidence is removed for its age or for want of room: whole segments, and never what is needed.

The chain says first which records go, with the link of the last of them, so that what remains still follows;
then the files go. A crash in between removes nothing that the chain does not know of.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from monitor.evidence import segments
from monitor.evidence.chain import Chain, Draft
from monitor.evidence.records import Statement, one_line
from monitor.evidence.segments import Entry, EntryError

log = structlog.get_logger("duban.evidence")


@dataclass(frozen=True, slots=True)
class Limits:
    """How long records are kept, and how many bytes of them."""

    kept: timedelta
    most: int


@dataclass(frozen=True, slots=True)
class _Segment:
    number: int
    size: int
    entries: tuple[Entry, ...]

    @property
    def newest(self) -> datetime:
        return max(datetime.fromisoformat(entry.at) for entry in self.entries)

    def is_needed(self, needed: Collection[str]) -> bool:
        return any(entry.url in needed or not set(needed).isdisjoint(entry.about) for entry in self.entries)


def remove_old(chain: Chain, limits: Limits, needed: Collection[str], now: datetime) -> int:
    """Remove segments beyond the limits, the oldest first; gives how many. OSError as from writing.

    needed: the subjects and addresses whose records stay, however old: those of open verdicts.
    """
    going: list[_Segment] = []

    def say() -> list[Draft]:
        going.extend(_going(chain.folder, limits, needed, now))
        if not going:
            return []
        ranges = [_range(segment) for segment in going]
        return [Draft(Statement("removed", now, {"ranges": ranges}))]

    chain.append_built(say)
    for segment in going:
        for path in _files(chain.folder, segment.number):
            path.unlink(missing_ok=True)
    if going:
        segments.flush_folder(chain.folder)
        log.info("old evidence removed", action="evidence", segments=len(going))
    return len(going)


def _going(folder: Path, limits: Limits, needed: Collection[str], now: datetime) -> Iterator[_Segment]:
    """The segments to remove; the one that is written to stays, and one that cannot be read."""
    held = list(_segments(folder))
    total = sum(segment.size for segment in held)
    wanted = frozenset(one_line(name) for name in needed)
    for segment in held[:-1]:
        is_old = segment.entries != () and now - segment.newest > limits.kept
        if (not is_old and total <= limits.most) or not segment.entries or segment.is_needed(wanted):
            continue
        total -= segment.size
        yield segment
    if total > limits.most:
        log.warning(
            "evidence takes more room than it may: open verdicts need it, or it is not old enough",
            action="evidence",
            bytes=total,
            most=limits.most,
        )


def _segments(folder: Path) -> Iterator[_Segment]:
    for number in segments.numbers(folder):
        lines, _ = segments.lines_of(segments.index_of(folder, number))
        size = sum(path.stat().st_size for path in _files(folder, number) if path.exists())
        entries: tuple[Entry, ...] = ()
        with suppress(EntryError):
            entries = tuple(segments.parse(line) for line in lines)
        yield _Segment(number, size, entries)


def _range(segment: _Segment) -> dict[str, object]:
    """Which records go, and on which obligations they were: their verdicts are judged again no more."""
    about = sorted({name for entry in segment.entries for name in entry.about})
    first, last = segment.entries[0], segment.entries[-1]
    return {"first": first.sequence, "last": last.sequence, "link": last.link, "about": about}


def _files(folder: Path, number: int) -> tuple[Path, Path]:
    return segments.records_of(folder, number), segments.index_of(folder, number)
