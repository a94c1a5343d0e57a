"""Dismissing a false alarm: what falls in its scope is not told again until it expires.

Of a repost, of links and of what a site shows of itself only the faults are dismissed that were found:
another one on the same page may be real, and is told. Who dismisses the rule on a site dismisses whatever it
finds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import Session

from alerts.events import Kind
from checks.rules import Finding, Severity
from monitor.rounds.context import Context
from monitor.rounds.decisions import DecisionError, Officer, keep
from monitor.rounds.readings import is_for_a_person
from monitor.rounds.telling import tell_problem
from monitor.store import alerts, problems
from monitor.store.dismissals import PAGE, covers, faults_of, value_of
from monitor.store.tables import Dismissal, Problem

LAST = date(9999, 1, 1)
"""The last day up to which anything can be said to hold."""


@dataclass(frozen=True, slots=True)
class FalseAlarm:
    """Which problem is one, how far that goes (page, rule, subject), and the last day on which it holds."""

    problem_id: int
    scope: str
    last_day: date


def dismiss(session: Session, ctx: Context, alarm: FalseAlarm, officer: Officer, now: datetime) -> Dismissal:
    """Dismiss a problem as a false alarm: all in its scope is closed, and corrected where it was told."""
    problem = session.get(Problem, alarm.problem_id)
    until = datetime.combine(min(alarm.last_day, LAST), time(), ctx.counting.zone) + timedelta(days=1)
    _check(problem, alarm, until, now)
    assert problem is not None  # or it would not have passed
    dismissal = Dismissal(
        at=now,
        problem_id=alarm.problem_id,
        rule=problem.rule,
        site=problem.site,
        scope=alarm.scope,
        value=value_of(alarm.scope, problem.subject, problem.url),
        is_early=problem.is_early,
        until=until,
        by=officer.by,
        reason=officer.reason,
    )
    session.add(dismissal)
    session.flush()
    dismissed = [problem for problem in problems.all_open(session) if _is_in_scope(problem, dismissal)]
    dismissal.found = sorted({fault for each in dismissed for fault in faults_of(session, each)})
    for standing in dismissed:
        _close(session, ctx, standing, dismissal, now)
    keep(session, "dismiss", f"problem:{alarm.problem_id}", officer, now)
    return dismissal


def _check(problem: Problem | None, alarm: FalseAlarm, until: datetime, now: datetime) -> None:
    if problem is None:
        raise DecisionError(f"no problem {alarm.problem_id}: `duban status --all` lists them")
    if problem.rule in problems.VERDICTS:  # they are objected to, upheld, overturned or waived
        raise DecisionError(
            f"problem {problem.id} is the verdict on obligation {problem.obligation_id}: "
            "see `duban object`, `duban overturn`, `duban waive`"
        )
    if problem.closed_at is not None:
        raise DecisionError(f"problem {problem.id} is closed already")
    if problem.rule == "watch.blind" and is_for_a_person((problem.found or "").partition("：")[2]):
        raise DecisionError(
            f"problem {problem.id} waits for somebody to say whether the list is right: "
            f"`duban acknowledge {problem.id}` says so"
        )
    if alarm.scope == PAGE and not problem.url:
        raise DecisionError(f"problem {problem.id} is about no page: use --scope rule or --scope subject")
    if until <= now:
        raise DecisionError(f"{alarm.last_day} has passed: a dismissal holds until a day to come")


def _close(session: Session, ctx: Context, problem: Problem, dismissal: Dismissal, now: datetime) -> None:
    """Close a problem; who was told of it hears that it was a false alarm."""
    problem.dismissal_id = dismissal.id
    problems.close(session, problem, now)
    subject = f"problem:{problem.id}"
    if alerts.accusations(session, [subject])[subject]:
        why = f"false alarm ({dismissal.by}: {dismissal.reason})"
        tell_problem(session, ctx, Kind.CORRECTION, problem, now, reason=why)


def _is_in_scope(problem: Problem, dismissal: Dismissal) -> bool:
    is_alike = (problem.site, problem.rule) == (dismissal.site, dismissal.rule)
    return is_alike and covers(dismissal, _finding_of(problem))


def _finding_of(problem: Problem) -> Finding:
    return Finding(
        rule=problem.rule,
        ok=False,
        severity=Severity(problem.severity),
        url=problem.url,
        subject=problem.subject,
        early=problem.is_early,
    )
