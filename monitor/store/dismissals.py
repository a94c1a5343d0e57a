"""False alarms that an officer dismissed: which findings they cover, and until when. Never erased."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from checks.addresses import canonical
from checks.rules import Finding
from monitor.store.tables import Dismissal

PAGE, RULE, SUBJECT = "page", "rule", "subject"
SCOPES = (PAGE, RULE, SUBJECT)


def in_force(session: Session, now: datetime) -> Sequence[Dismissal]:
    """The dismissals that have not expired, the newest first."""
    query = select(Dismissal).where(col(Dismissal.until) > now)
    return session.exec(query.order_by(col(Dismissal.id).desc())).all()


def covering(session: Session, site: str, finding: Finding, now: datetime) -> Dismissal | None:
    """The dismissal in whose scope a finding falls, None where nobody dismissed it.

    What was dismissed as an early warning does not cover that it comes about.
    """
    query = select(Dismissal).where(
        Dismissal.site == site, Dismissal.rule == finding.rule, col(Dismissal.until) > now
    )
    return next((row for row in session.exec(query) if covers(row, finding)), None)


def covers(dismissal: Dismissal, finding: Finding) -> bool:
    """Whether a finding of the dismissal's rule on its site falls in its scope."""
    if dismissal.is_early and not finding.early:
        return False
    return dismissal.scope == RULE or dismissal.value == value_of(
        dismissal.scope, finding.subject, finding.url
    )


def value_of(scope: str, subject: str, url: str | None) -> str:
    """What a scope compares of a finding: its page's address, its subject, or nothing."""
    if scope == PAGE:
        return canonical(url or "")
    return subject if scope == SUBJECT else ""
