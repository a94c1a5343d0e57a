"""False alarms that an officer dismissed: which findings they cover, and until when. Never erased."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from checks.addresses import canonical
from checks.rules import RULES, Duty, Finding
from monitor.store.tables import BadLink, Dismissal, Problem

PAGE, RULE, SUBJECT = "page", "rule", "subject"
SCOPES = (PAGE, RULE, SUBJECT)

_COMPARED = (Duty.REPOST, Duty.LIFECYCLE)
"""Duties whose findings say what is wrong; what others find, as out of reach, is another every day."""

_RUNNING = re.compile(r"，?(?:还有|已逾期)\d+天")
"""What runs on from day to day while a fault stays the same."""


def in_force(session: Session, now: datetime) -> Sequence[Dismissal]:
    """The dismissals that have not expired, the newest first."""
    query = select(Dismissal).where(col(Dismissal.until) > now)
    return session.exec(query.order_by(col(Dismissal.id).desc())).all()


def covering(session: Session, site: str, finding: Finding, now: datetime) -> Dismissal | None:
    """The dismissal in whose scope a finding falls, None where nobody dismissed it.

    What was dismissed as an early warning does not cover that it comes about, nor what was dismissed of a
    page or subject a fault that was not there then. Of links, only those are told that nobody dismissed.
    """
    query = select(Dismissal).where(
        Dismissal.site == site, Dismissal.rule == finding.rule, col(Dismissal.until) > now
    )
    return next((row for row in session.exec(query) if _is_known(row, finding)), None)


def faults_of(session: Session, problem: Problem) -> frozenset[str]:
    """What is wrong by an open problem, each fault by itself: of links their addresses.

    Nothing where findings are not compared.
    """
    if RULES[problem.rule].duty is not Duty.LINKS:
        return _faults(problem.rule, problem.found)
    query = select(BadLink.url).where(
        BadLink.site == problem.site,
        BadLink.page == problem.subject,
        BadLink.state == problem.rule.partition(".")[2],
        col(BadLink.confirmed_at).is_not(None),
        col(BadLink.ended_at).is_(None),
    )
    return frozenset(session.exec(query))


def not_dismissed(session: Session, site: str, links: Iterable[BadLink], now: datetime) -> list[BadLink]:
    """Those of the links of a site that nobody dismissed with the page they are told with."""
    query = select(Dismissal).where(Dismissal.site == site, col(Dismissal.until) > now)
    held = [row for row in session.exec(query) if RULES[row.rule].duty is Duty.LINKS]
    return [link for link in links if not any(_is_of_link(row, link) for row in held)]


def _is_of_link(dismissal: Dismissal, link: BadLink) -> bool:
    is_known = dismissal.rule == f"links.{link.state}" and link.url in dismissal.found
    return is_known and dismissal.value == value_of(dismissal.scope, link.page, link.page)


def _faults(rule: str, found: str | None) -> frozenset[str]:
    if RULES[rule].duty not in _COMPARED:
        return frozenset()
    return frozenset(_RUNNING.sub("", found or "").split("；"))


def _is_known(dismissal: Dismissal, finding: Finding) -> bool:
    """Whether a finding is in the dismissal's scope, and no fault of it is new since."""
    if not covers(dismissal, finding):
        return False
    if dismissal.scope == RULE:
        return True
    is_of_links = RULES[finding.rule].duty is Duty.LINKS  # it names none that was dismissed
    return not is_of_links and _faults(finding.rule, finding.found) <= {*dismissal.found}


def covers(dismissal: Dismissal, finding: Finding) -> bool:
    """Whether a finding of the dismissal's rule on its site falls in its scope, whatever was found."""
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
