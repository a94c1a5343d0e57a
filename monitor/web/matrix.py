"""The matrix: sites against policies, in each cell how the duty stands. Those in trouble come first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from checks.obligations import State
from monitor.store.board import GRAVITY, Cell, Standing
from monitor.targets import Site

WORST_FIRST = (State.VIOLATED, State.OVERDUE, State.UNPROVEN, State.PENDING)
TROUBLE = WORST_FIRST[:3]
TYPES = ("portal", "department", "township", "other")


@dataclass(frozen=True, slots=True)
class Row:
    """A site with the states of its duties on the policies of the page, and beside them how it stands.

    cells: one for each policy, None where it owes nothing; empty until the row is to be shown.
    """

    site: Site
    standing: Standing
    states: Collection[State]
    cells: tuple[Cell | None, ...] = ()

    @property
    def gravity(self) -> int:
        """How grave what stands beside the duties is: the place of its severity, -1 for nothing."""
        gravest = GRAVITY.index(self.standing.gravest) if self.standing.gravest else -1
        return max(gravest, GRAVITY.index("violation") if self.standing.up is False else -1)

    @property
    def is_in_trouble(self) -> bool:
        return any(state in TROUBLE for state in self.states) or self.gravity >= GRAVITY.index("warning")

    @property
    def rank(self) -> tuple[bool, int, int, int]:
        """Where the row stands among its like: by the worst cell, by what else is wrong, by how often."""
        worst = next((place for place, s in enumerate(WORST_FIRST) if s in self.states), len(WORST_FIRST))
        often = sum(state in TROUBLE for state in self.states)
        return not self.is_in_trouble, worst, -self.gravity, -often


@dataclass(frozen=True, slots=True)
class Group:
    """Sites of one type, and of one city where there are several: `city` is the first four digits."""

    type: str
    city: str | None
    rows: tuple[Row, ...]


def arrange(
    sites: Iterable[Site], states: Mapping[str, Collection[State]], standings: Mapping[str, Standing]
) -> list[Row]:
    """Make the rows of the sites that have to repost, or had to on one of these policies; in order."""
    rows = [
        Row(site, standings.get(site.id, Standing()), states.get(site.id, ()))
        for site in sites
        if site.binds_repost or site.id in states
    ]
    return sorted(rows, key=lambda row: (TYPES.index(row.site.type), row.site.region[:4], row.rank))


def fill(rows: Iterable[Row], policy_ids: Sequence[int], cells: Iterable[Cell]) -> list[Row]:
    """Give rows their cells, in the order of the policies."""
    held = {(cell.site, cell.policy_id): cell for cell in cells}
    return [
        replace(row, cells=tuple(held.get((row.site.id, policy_id)) for policy_id in policy_ids))
        for row in rows
    ]


def group(rows: Iterable[Row]) -> tuple[Group, ...]:
    """Cut rows that are in order into groups."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row.site.type, row.site.region[:4]), []).append(row)
    types = [type_ for type_, _ in found]
    return tuple(
        Group(type_, city if types.count(type_) > 1 else None, tuple(members))
        for (type_, city), members in found.items()
    )


@dataclass(frozen=True, slots=True)
class Measure:
    """What a cell says beside its state: the key of a text, and the length of time that goes into it."""

    key: str
    since: datetime | None = None
    until: datetime | None = None


def measure(cell: Cell, now: datetime) -> Measure | None:
    """The time left, or the time it took, or how late it is; None where there is nothing to measure."""
    measure_one = _MEASURES.get(cell.state)
    return measure_one(cell, now) if measure_one else None


def _pending(cell: Cell, now: datetime) -> Measure:
    return Measure("cell.target-left", now, cell.target_at or cell.limit_at)


def _overdue(cell: Cell, now: datetime) -> Measure:
    return (
        Measure("cell.limit-left", now, cell.limit_at) if now < cell.limit_at else Measure("cell.verifying")
    )


def _done(cell: Cell, _now: datetime) -> Measure | None:
    if cell.discharged_at is None:
        return None
    if cell.discharged_at <= cell.started_at:
        return Measure("cell.before")
    return Measure("cell.took", cell.started_at, cell.discharged_at)


def _violated(cell: Cell, now: datetime) -> Measure:
    if cell.discharged_at is None:
        return Measure("cell.still-missing", cell.limit_at, now)
    return Measure("cell.late", cell.limit_at, cell.seen_after or cell.limit_at)


def _unproven(cell: Cell, _now: datetime) -> Measure:
    return Measure("cell.unseen" if cell.discharged_at is None else "cell.seen-later")


_MEASURES: Mapping[State, Callable[[Cell, datetime], Measure | None]] = {
    State.PENDING: _pending,
    State.OVERDUE: _overdue,
    State.MET: _done,
    State.MET_LATE: _done,
    State.VIOLATED: _violated,
    State.UNPROVEN: _unproven,
}
