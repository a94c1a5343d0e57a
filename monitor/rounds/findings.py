"""Turning a finding into a problem that stands, or closing the one that stood."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from alerts.events import Kind
from checks.rules import Finding
from checks.workdays import deadline
from monitor.rounds.context import Context
from monitor.rounds.telling import KIND_OF, tell_problem
from monitor.store import dismissals, problems


def apply_finding(
    session: Session,
    ctx: Context,
    owner: str,
    region: str,
    finding: Finding,
    now: datetime,
    kind: Kind | None = None,
) -> None:
    """Open, update or close the problem of a finding; `ok` None changes nothing: it could not be told.

    An early warning is in order still, and a problem all the same. What an officer dismissed is none.
    """
    if finding.ok is None:
        return
    if finding.ok and not finding.early:
        standing = problems.find_open(session, owner, finding.rule, finding.subject)
        if standing is not None:
            problems.close(session, standing, now)
            tell_problem(session, ctx, Kind.RESOLVED, standing, now)
        return
    if dismissals.covering(session, owner, finding, now) is not None:
        return
    due_at = deadline(now, ctx.targets.rules.rectification.limit, ctx.counting).at
    problem, is_news = problems.raise_or_update(session, owner, region, finding, due_at, now)
    if is_news:
        tell_problem(session, ctx, kind or KIND_OF[finding.severity], problem, now)
