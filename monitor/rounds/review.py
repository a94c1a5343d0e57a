"""Reviewing an accusation: the site objects, and an officer upholds it or takes it back.

`review` goes none → objected → upheld or overturned. A page that shows the repost decides by itself
(`decisions.discharge`); here an officer decides who has looked into the matter. Nothing is ever erased.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from alerts.events import Kind
from checks.obligations import State
from monitor.rounds.context import Context
from monitor.rounds.decisions import DecisionError, Officer, find_obligation, keep
from monitor.rounds.judge import settle
from monitor.rounds.telling import tell_repost
from monitor.store.tables import Obligation


def object_to(session: Session, obligation_id: int, officer: Officer, now: datetime) -> Obligation:
    """Note that somebody contests an accusation: it counts in no share until it is reviewed."""
    obligation = _accused(session, obligation_id)
    if obligation.review == "objected":
        raise DecisionError(f"obligation {obligation_id} is objected to already: uphold it or overturn it")
    _review(session, obligation, "objected", "object", officer, now)
    return obligation


def uphold(session: Session, ctx: Context, obligation_id: int, officer: Officer, now: datetime) -> Obligation:
    """Confirm an accusation after review: from now on it is no suspicion, and those concerned hear so."""
    obligation = _accused(session, obligation_id)
    if obligation.review == "upheld":
        raise DecisionError(f"obligation {obligation_id} was upheld already")
    _review(session, obligation, "upheld", "uphold", officer, now)
    kind = Kind.VIOLATION if obligation.discharged_at is None else Kind.RESOLVED
    tell_repost(session, ctx, kind, "repost.limit", obligation, now)
    return obligation


def overturn(
    session: Session, ctx: Context, obligation_id: int, officer: Officer, now: datetime
) -> Obligation:
    """Take an accusation back after review: it ends unproven, and all who were told are corrected."""
    obligation = _accused(session, obligation_id)
    _review(session, obligation, "overturned", "overturn", officer, now)
    settle(session, ctx, obligation, now, by=officer.by)
    return obligation


def _accused(session: Session, obligation_id: int) -> Obligation:
    obligation = find_obligation(session, obligation_id)
    if not State(obligation.state).accuses:
        raise DecisionError(f"obligation {obligation_id} is {obligation.state}: only a violation is reviewed")
    return obligation


def _review(
    session: Session, obligation: Obligation, review: str, action: str, officer: Officer, now: datetime
) -> None:
    obligation.review = review
    session.add(obligation)
    keep(session, action, f"obligation:{obligation.id}", officer, now)
