"""The figures that the metrics show, counted in the store so that a restart forgets none."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import Any

import sqlalchemy
from sqlmodel import Session, case, col, func, select

from monitor.store import badlinks
from monitor.store.outbox import backlog
from monitor.store.tables import Obligation, Place, Problem, SiteState, Transition
from monitor.targets import Targets

OPEN = ("pending", "overdue")


@dataclass(frozen=True, slots=True)
class Figure:
    """One sample: the metric's name without prefix, its labels' values in order, and the value."""

    name: str
    labels: tuple[str, ...]
    value: float


@dataclass(frozen=True, slots=True)
class Delays:
    """The delays of what was reposted, by the portal's level and the site's region.

    within: how many lasted no longer than each bound asked for; seconds: all of them together.
    """

    level: str
    region: str
    within: tuple[int, ...]
    count: int
    seconds: float


def figures(session: Session, targets: Targets, zone: tzinfo) -> list[Figure]:
    """Count everything that is read from the store."""
    return [
        *_obligations(session),
        *_places(session, targets.server.series, {site.id: site.region for site in targets.sites}),
        *_problems(session),
        *_sites(session, targets, zone),
        *_links(session, {site.id for site in targets.linking}),
        *_alerts(session),
    ]


def delays(session: Session, bounds: Sequence[float]) -> list[Delays]:
    """Delays of discharged obligations: each counts once, however often its verdict is looked at."""
    delay = func.coalesce(col(Obligation.delay), 0.0)
    within = [func.sum(case((delay <= bound, 1), else_=0)) for bound in bounds]
    series = (col(Obligation.level), col(Obligation.region))
    query = sqlalchemy.select(*series, func.count(), func.sum(delay), *within)
    done = query.where(col(Obligation.discharged_at).is_not(None)).group_by(*series).order_by(*series)
    return [
        Delays(level, region, tuple(counts), count, seconds)
        for level, region, count, seconds, *counts in session.exec(done)  # type: ignore[call-overload]
    ]


def _obligations(session: Session) -> Iterator[Figure]:
    labels = (Obligation.duty, Obligation.state, Obligation.level, Obligation.region)
    running = count_by(*labels).where(col(Obligation.state).in_(OPEN))
    for *values, count in session.exec(running):
        yield Figure("obligations", tuple(values), count)
    # Counted by the changes of state, so that the counter never falls when a verdict is corrected.
    labels = (Obligation.duty, Transition.state, Obligation.level, Obligation.region)
    settled = (
        count_by(*labels)
        .join(Transition, col(Transition.obligation_id) == col(Obligation.id))
        .where(col(Transition.state).not_in(OPEN))
    )
    for *values, count in session.exec(settled):
        yield Figure("obligations_settled_total", tuple(values), count)


def count_by(*columns: Any) -> Any:
    """A query that counts rows by columns: (value, …, count)."""
    return sqlalchemy.select(*columns, func.count()).group_by(*columns)


def _places(session: Session, series: str, regions: dict[str, str]) -> Iterator[Figure]:
    blind: dict[str, int] = {}
    last: dict[tuple[str, str], float] = {}
    # Not the rows themselves: what each remembers of its list is long, and nothing of it is wanted here.
    query = select(Place.owner, Place.name, Place.failures, Place.last_ok_at)
    for owner_id, place, failures, last_ok_at in session.exec(query):
        owner = owner_id if series != "region" else regions.get(owner_id, owner_id)
        blind[owner] = blind.get(owner, 0) + (failures > 1)
        if last_ok_at is not None:
            key, at = (owner, place if series == "column" else ""), last_ok_at.timestamp()
            last[key] = min(at, last.get(key, at))
    for key, at in sorted(last.items()):
        yield Figure("column_last_read_timestamp_seconds", key, at)
    for owner, count in sorted(blind.items()):
        yield Figure("blind_columns", (owner,), count)


def _problems(session: Session) -> Iterator[Figure]:
    query = count_by(Problem.rule, Problem.severity, Problem.region).where(col(Problem.closed_at).is_(None))
    for *values, count in session.exec(query):
        yield Figure("problems", tuple(values), count)


def _sites(session: Session, targets: Targets, zone: tzinfo) -> Iterator[Figure]:
    for site in targets.sites:
        yield Figure("site_info", (site.id, site.name, site.region, site.type), 1)
    known = {site.id for site in targets.sites}
    states: Iterable[SiteState] = session.exec(select(SiteState))
    for state in states:
        if state.site_id not in known:
            continue
        if state.up is not None:
            yield Figure("site_up", (state.site_id,), float(state.up))
        if state.tls_not_after is not None:
            yield Figure("tls_not_after_timestamp_seconds", (state.site_id,), _at(state.tls_not_after))
        if state.assessment_due is not None:
            due = datetime.combine(date.fromisoformat(state.assessment_due), time(), zone)
            yield Figure("assessment_due_timestamp_seconds", (state.site_id,), _at(due))


def _links(session: Session, checked: Collection[str]) -> Iterator[Figure]:
    for site, counts in sorted(badlinks.states(session).items()):
        if site in checked:
            yield from (Figure("links", (site, state), count) for state, count in sorted(counts.items()))


def _alerts(session: Session) -> Iterator[Figure]:
    owed = backlog(session)
    yield Figure("alerts_pending", (), owed.pending)
    if owed.oldest is not None:
        yield Figure("alert_oldest_pending_timestamp_seconds", (), _at(owed.oldest))
    yield Figure("alerts_dead", (), owed.dead)


def _at(moment: datetime) -> float:
    return moment.timestamp()
