"""Turning a finding into a problem that stands, or closing the one that stood."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import structlog
from sqlmodel import Session

from alerts.events import Kind
from checks.rules import Finding
from checks.terms import Term
from checks.workdays import DayEnd, deadline
from monitor.rounds.context import Context
from monitor.rounds.telling import KIND_OF, tell_problem
from monitor.store import dismissals, problems
from monitor.store.tables import Problem

log = structlog.get_logger("duban.findings")

ONE_WORKING_DAY = Term(working_days=1)


def apply_finding(
    session: Session,
    ctx: Context,
    owner: str,
    region: str,
    finding: Finding,
    now: datetime,
) -> Problem | None:
    """Open, update or close the problem of a finding; `ok` None changes nothing: it could not be told.

    An early warning is in order still, and a problem all the same. What an officer dismissed is none.
    Gives the problem that stands after it.
    """
    if finding.ok is None:
        return None
    is_in_order = finding.ok and not finding.early
    if is_in_order or dismissals.covering(session, owner, finding, now) is not None:
        _put_right(session, ctx, owner, finding, now)
        return None
    due_at = deadline(now, ctx.targets.rules.rectification.limit, ctx.counting).at
    problem, is_news = problems.raise_or_update(session, owner, region, finding, due_at, now)
    if is_news:
        _tell(session, ctx, KIND_OF[finding.severity], problem, now)
    return problem


def apply_blindness(
    session: Session,
    ctx: Context,
    owner: str,
    region: str,
    finding: Finding,
    now: datetime,
    *,
    is_for_a_person: bool,
) -> None:
    """Open, update or close `watch.blind`: ops hear of it at once, by log and metrics.

    It is our own trouble, and mostly passes: the office hears of what still stands after a working day, and
    at once only of what waits for a person. No dismissal covers that: it would wait for ever.
    """
    if finding.ok:
        _put_right(session, ctx, owner, finding, now)
        return
    if not is_for_a_person and dismissals.covering(session, owner, finding, now) is not None:
        return
    problem, is_news = problems.raise_or_update(session, owner, region, finding, None, now)
    if is_news:
        log.warning("a page cannot be read", action="read", owner=owner, url=finding.url, why=finding.found)
    if problem.told_at is None and (is_for_a_person or now >= _heard_at(ctx, problem)):
        _tell(session, ctx, Kind.BLIND, problem, now)


def _heard_at(ctx: Context, problem: Problem) -> datetime:
    """A working day later by the clock: at midnight, when the day itself ends, nobody is there to hear it."""
    counting = replace(ctx.counting, day_end=DayEnd.SAME_CLOCK)
    return deadline(problem.opened_at, ONE_WORKING_DAY, counting).at


def _put_right(session: Session, ctx: Context, owner: str, finding: Finding, now: datetime) -> None:
    standing = problems.find_open(session, owner, finding.rule, finding.subject)
    if standing is None:
        return
    problems.close(session, standing, now)
    if standing.told_at is not None:
        tell_problem(session, ctx, Kind.RESOLVED, standing, now)


def _tell(session: Session, ctx: Context, kind: Kind, problem: Problem, now: datetime) -> None:
    problem.told_at = now
    tell_problem(session, ctx, kind, problem, now)
