"""Findings that stand: opened once, kept up to date, closed when a later look finds them in order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from checks.rules import Finding
from monitor.store.tables import Problem

VERDICTS = ("repost.target", "repost.limit")
"""The rules whose problem is the verdict on a duty; other problems of a duty stand beside it."""


def told_as(problem: Problem) -> str:
    """What messages on a problem are about: the duty where it is its verdict, else the problem itself."""
    if problem.rule in VERDICTS and problem.obligation_id is not None:
        return f"obligation:{problem.obligation_id}"
    return f"problem:{problem.id}"


def find_open(session: Session, site: str, rule: str, subject: str = "") -> Problem | None:
    """The open problem of a rule on a subject, if there is one."""
    query = select(Problem).where(
        Problem.site == site,
        Problem.rule == rule,
        Problem.subject == subject,
        col(Problem.closed_at).is_(None),
    )
    return session.exec(query).first()


def raise_or_update(
    session: Session, site: str, region: str, finding: Finding, due_at: datetime | None, now: datetime
) -> tuple[Problem, bool]:
    """Open a problem for a finding that is not in order, or bring the open one up to date.

    The second value says whether people should hear of it: it is new, graver than before, or what was
    only announced has come about.
    """
    problem = find_open(session, site, finding.rule, finding.subject)
    is_new = problem is None
    if problem is None:
        problem = Problem(
            rule=finding.rule,
            site=site,
            region=region,
            subject=finding.subject,
            severity=finding.severity,
            is_early=finding.early,
            opened_at=now,
            checked_at=now,
            due_at=due_at,
        )
    is_graver = _rank(finding.severity) > _rank(problem.severity)
    has_come = problem.is_early and not finding.early
    problem.severity, problem.is_early = finding.severity, finding.early
    problem.checked_at = now
    problem.expected, problem.found = finding.expected, finding.found
    problem.url, problem.evidence = finding.url, finding.evidence
    problem.detail = finding.found or finding.expected or ""
    session.add(problem)
    session.flush()
    return problem, is_new or is_graver or has_come


def close(session: Session, problem: Problem, now: datetime) -> None:
    """Close a problem: it was put right, or its ground fell away."""
    problem.closed_at = now
    session.add(problem)


def all_open(session: Session) -> Sequence[Problem]:
    """Every problem that stands, oldest first."""
    query = select(Problem).where(col(Problem.closed_at).is_(None)).order_by(col(Problem.id))
    return session.exec(query).all()


def _rank(severity: str) -> int:
    return ["notice", "warning", "violation", "urgent"].index(severity)
