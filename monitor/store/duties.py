"""Obligations as they are kept: which still need looking for, which fall due, what changed and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from monitor.store.tables import Decision, Obligation, Transition


def watched(session: Session, site_id: str) -> Sequence[Obligation]:
    """The site's obligations whose repost is still looked for."""
    query = select(Obligation).where(Obligation.site == site_id, Obligation.is_watched == True)  # noqa: E712
    return session.exec(query.order_by(col(Obligation.id))).all()


def due(session: Session, now: datetime, limit: int = 500) -> Sequence[int | None]:
    """The ids of obligations on which time alone now has something to say."""
    query = select(Obligation.id).where(col(Obligation.judge_at) <= now)
    return session.exec(query.order_by(col(Obligation.judge_at)).limit(limit)).all()


def next_due(session: Session, after: datetime) -> datetime | None:
    """When the next obligation has to be judged again that need not be yet."""
    query = select(Obligation.judge_at).where(col(Obligation.judge_at) > after)
    return session.exec(query.order_by(col(Obligation.judge_at)).limit(1)).first()


def of_policy(session: Session, policy_id: int, site_id: str) -> Obligation | None:
    """The one obligation of a site on a policy."""
    query = select(Obligation).where(Obligation.policy_id == policy_id, Obligation.site == site_id)
    return session.exec(query).first()


def all_of_policy(session: Session, policy_id: int) -> Sequence[Obligation]:
    """Every site's obligation on a policy."""
    query = select(Obligation).where(Obligation.policy_id == policy_id).order_by(col(Obligation.id))
    return session.exec(query).all()


def note_transition(
    session: Session, obligation: Obligation, was: str | None, why: str, now: datetime, by: str | None = None
) -> None:
    """Keep a change of state for good."""
    assert obligation.id is not None  # it was flushed when its clock started
    session.add(
        Transition(obligation_id=obligation.id, at=now, was=was, state=obligation.state, why=why, by=by)
    )


def history(session: Session, obligation_id: int) -> Sequence[Transition]:
    """All changes of state of an obligation, oldest first."""
    query = select(Transition).where(Transition.obligation_id == obligation_id).order_by(col(Transition.id))
    return session.exec(query).all()


def decisions_on(session: Session, subject: str) -> Sequence[Decision]:
    """What officers decided on a subject ("obligation:7"), oldest first."""
    return session.exec(select(Decision).where(Decision.subject == subject).order_by(col(Decision.id))).all()


def contested(session: Session) -> set[int | None]:
    """The ids of obligations whose accusation is objected to and not reviewed yet."""
    return set(session.exec(select(Obligation.id).where(Obligation.review == "objected")))


def unsettled(session: Session) -> Sequence[Obligation]:
    """Obligations that a change of calendar or of a site's status can still touch.

    Those whose clock runs, those of which nobody could tell yet, and those settled on a limit that leaned on
    a year not announced then: once the year is known, they are judged.
    """
    state = col(Obligation.state)
    runs = state.in_(["pending", "overdue"])
    untold = (state == "unproven") & col(Obligation.is_watched)
    leans = ~col(Obligation.is_limit_certain) & state.not_in(["void", "waived"])
    return session.exec(select(Obligation).where(runs | untold | leans).order_by(col(Obligation.id))).all()


def running_on(session: Session, policy_id: int) -> Sequence[Obligation]:
    """A policy's obligations whose clock runs, or of which nobody could tell yet whether they were met."""
    query = select(Obligation).where(
        Obligation.policy_id == policy_id,
        Obligation.is_watched == True,  # noqa: E712 - a column, not a value
        Obligation.state != "violated",
    )
    return session.exec(query.order_by(col(Obligation.id))).all()


def unsealed(session: Session, limit: int) -> Sequence[Obligation]:
    """Obligations whose verdict is not written down in the evidence yet."""
    query = select(Obligation).where(col(Obligation.sealed).is_(None)).order_by(col(Obligation.id))
    return session.exec(query.limit(limit)).all()


def judged(session: Session, after: int, limit: int) -> Sequence[Obligation]:
    """Obligations with a verdict, by id, the first beyond `after`."""
    query = select(Obligation).where(col(Obligation.id) > after, Obligation.state != "pending")
    return session.exec(query.order_by(col(Obligation.id)).limit(limit)).all()
