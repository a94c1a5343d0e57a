"""The picture of one duty on a line of time: start, target, limit, and the interval in which it was done.

Places are percentages of the width, so that the picture needs no script and no style of its own. The target
is an hour and the limit a day or four away: each stretch has a width of its own, and its own scale within it.
What lies far outside is drawn at the edge.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

START, TARGET, LIMIT, EDGE = 4.0, 36.0, 76.0, 96.0
"""Where the start, the target, the limit and the last moment drawn stand, in percent of the width."""

LABEL = 42.0
"""Percent of the width that a label may need on a telephone."""

LEAST = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment on the line. row: 0 stands next to the line, 1 further off; anchor: which end of the label
    stands at the mark; is_beyond: it lies outside the picture, and is drawn at its edge."""

    name: str
    at: datetime
    x: float
    row: int = 0
    anchor: str = "start"
    is_beyond: bool = False

    @property
    def reach(self) -> tuple[float, float]:
        """What of the width its label may cover."""
        left = {"start": 0.0, "middle": LABEL / 2, "end": LABEL}[self.anchor]
        return self.x - left, self.x - left + LABEL


@dataclass(frozen=True, slots=True)
class Bar:
    """The line: its three stretches as (name, x, width), the interval, and marks above and below it."""

    stretches: tuple[tuple[str, float, float], ...]
    interval: tuple[float, float] | None
    above: tuple[Mark, ...]
    below: tuple[Mark, ...]

    @property
    def rows_above(self) -> int:
        return 1 + max(mark.row for mark in self.above)

    @property
    def rows_below(self) -> int:
        return 1 + max(mark.row for mark in self.below)


@dataclass(frozen=True, slots=True)
class Moments:
    """What is drawn. `now` is None once nothing is waited for."""

    started_at: datetime
    target_at: datetime | None
    limit_at: datetime
    seen_after: datetime | None = None
    seen_by: datetime | None = None
    discharged_at: datetime | None = None
    now: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Scale:
    """Moments in order, and where each stands; in between, time runs evenly."""

    points: tuple[tuple[datetime, float], ...]

    def place(self, moment: datetime) -> float:
        """Where a moment stands, 0 to 100."""
        for (begin, x), (end, following) in pairwise(self.points):
            if moment < end:
                return round(x + (following - x) * max(0.0, (moment - begin) / (end - begin)), 2)
        return self.points[-1][1]

    def mark(self, name: str, at: datetime) -> Mark:
        x = self.place(at)
        anchor = "start" if x < 33 else "end" if x > 67 else "middle"
        return Mark(name, at, x, anchor=anchor, is_beyond=not self.points[0][0] <= at <= self.points[-1][0])


def draw(moments: Moments) -> Bar:
    """Lay a duty out on its line of time."""
    scale = _scale(moments)
    above = [("limit", moments.limit_at)]
    if moments.target_at is not None and moments.target_at != moments.limit_at:
        above.insert(0, ("target", moments.target_at))
    below = [("started", moments.started_at)]
    named = (("seen_after", moments.seen_after), ("seen_by", moments.seen_by), ("now", moments.now))
    below += [(name, at) for name, at in named if at is not None]
    return Bar(
        stretches=_stretches(scale, moments),
        interval=_interval(scale, moments),
        above=_in_rows([scale.mark(*each) for each in above]),
        below=_in_rows([scale.mark(*each) for each in below]),
    )


def _scale(moments: Moments) -> _Scale:
    """What was seen before the start or after the limit is drawn as far as a whole term away."""
    start, limit = moments.started_at, max(moments.limit_at, moments.started_at + LEAST)
    target = moments.target_at
    seen = [m for m in (moments.seen_after, moments.seen_by, moments.now) if m is not None]
    first = min(start - LEAST, max(min([start, *seen]), start - (limit - start)))
    last = max(limit + LEAST, min(max([limit, *seen]), limit + (limit - start)))
    between = ((target, TARGET),) if target is not None and start < target < limit else ()
    return _Scale(((first, 0.0), (start, START), *between, (limit, LIMIT), (last, EDGE)))


def _stretches(scale: _Scale, moments: Moments) -> tuple[tuple[str, float, float], ...]:
    start, limit = scale.place(moments.started_at), scale.place(moments.limit_at)
    target = scale.place(moments.target_at or moments.limit_at)
    ends = (("to-target", start, target), ("to-limit", target, limit), ("past-limit", limit, 100.0))
    return tuple((name, x, round(end - x, 2)) for name, x, end in ends if end > x)


def _interval(scale: _Scale, moments: Moments) -> tuple[float, float] | None:
    """The stretch in which the repost appeared, as x and width; open at its left where none lacked it."""
    if moments.seen_by is None:
        return None
    x = scale.place(moments.seen_after) if moments.seen_after else 0.0
    return x, round(max(scale.place(moments.seen_by) - x, 0.4), 2)


def _in_rows(marks: list[Mark]) -> tuple[Mark, ...]:
    """Give each mark the first row in which its label runs into no other."""
    placed: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: mark.x):
        taken = {other.row for other in placed if _meet(mark.reach, other.reach)}
        row = next(row for row in range(len(marks)) if row not in taken)
        placed.append(replace(mark, row=row))
    return tuple(placed)


def _meet(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] < other[1] and other[0] < one[1]
