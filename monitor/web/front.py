"""The first page: the figures, the matrix, and the problems that stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from checks.shares import Shares
from monitor.rounds.context import Context
from monitor.rounds.proposals import open_proposals
from monitor.store import board
from monitor.store.board import FirstRound, ProblemFilter, Slice, Standing
from monitor.store.tables import Item, Place, Policy, Problem
from monitor.targets import Targets
from monitor.web.matrix import Group, arrange, fill, group

COLUMNS = 12
ROWS = 100
PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Wish:
    """What of it is wanted: which columns, which rows, the shares of how many days (0: ever)."""

    page: int = 1
    rows: int = 1
    days: int = 30
    trouble: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """The headline."""

    shares: Shares
    sites: int
    bound: int
    down: int
    problems: int
    grave: int
    blind: int
    places: int
    dead: int


@dataclass(frozen=True, slots=True)
class Front:
    """All that the page shows; columns and rows are counted from 0, `last` is the first that is not shown."""

    figures: Figures
    policies: Sequence[Policy]
    policies_in_all: int
    columns: Slice
    groups: tuple[Group, ...]
    rows_in_all: int
    rows: Slice
    beside: int
    proposals: Sequence[tuple[Item, datetime]]
    problems: Sequence[Problem]
    problems_in_all: int
    first_round: FirstRound
    portal_places: Mapping[str, Sequence[Place]]


def load_front(session: Session, ctx: Context, wish: Wish, now: datetime) -> Front:
    """Gather the first page."""
    targets = ctx.targets
    columns = Slice(COLUMNS, (wish.page - 1) * COLUMNS)
    policies, policies_in_all = board.latest_policies(session, columns)
    ids = [policy.id or 0 for policy in policies]
    standings = board.standings(session)
    rows = arrange(targets.sites, board.states_on(session, ids), standings)
    wanted = [row for row in rows if row.is_in_trouble] if wish.trouble else rows
    span = Slice(ROWS, (wish.rows - 1) * ROWS)
    shown = wanted[span.offset : span.offset + span.limit]
    cells = board.cells_of_policies(session, ids, [row.site.id for row in shown])
    problems, problems_in_all = board.problems(session, ProblemFilter(is_open=True), Slice(PROBLEMS))
    since = now - timedelta(days=wish.days) if wish.days else None
    return Front(
        figures=figures_of(session, targets, standings, board.shares(session, since)),
        policies=policies,
        policies_in_all=policies_in_all,
        columns=columns,
        groups=group(fill(shown, ids, cells)),
        rows_in_all=len(wanted),
        rows=span,
        beside=len(targets.sites) - len(rows),
        proposals=open_proposals(session, targets, ctx.counting, now),
        problems=problems,
        problems_in_all=problems_in_all,
        first_round=board.first_round(session),
        portal_places={} if policies_in_all else _portal_places(session, targets),
    )


def figures_of(
    session: Session, targets: Targets, standings: Mapping[str, Standing], shares: Shares
) -> Figures:
    """Count the headline; problems and blind places of portals count as well."""
    stood = [standings.get(site.id, Standing()) for site in targets.sites]
    return Figures(
        shares=shares,
        sites=len(targets.sites),
        bound=sum(site.binds_repost for site in targets.sites),
        down=sum(standing.up is False for standing in stood),
        problems=sum(standing.problems for standing in standings.values()),
        grave=board.count_grave(session),
        blind=sum(standing.blind for standing in standings.values()),
        places=sum(standing.places for standing in standings.values()),
        dead=board.dead_letters(session),
    )


def _portal_places(session: Session, targets: Targets) -> dict[str, Sequence[Place]]:
    found = {portal.name: board.places_of(session, portal.id) for portal in targets.portals}
    return {name: places for name, places in found.items() if places}
