"""Queueing what is to be told, in the transaction of the state that it is about."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlmodel import Session, col, select

from alerts.events import NOTE, Event, Kind
from monitor.store.tables import AlertEvent, AlertMessage

CHUNK = 400


def queue(session: Session, event: Event) -> None:
    """Put an event into the outbox."""
    session.add(
        AlertEvent(
            kind=event.kind,
            rule=event.rule,
            group=event.group,
            site=event.site.id,
            ready_at=event.ready_at,
            occurred_at=event.occurred_at,
            payload=event.to_json(),
            subject=event.subject,
        )
    )


def drop_waiting(session: Session, subject: str, kind: Kind, now: datetime) -> None:
    """Leave untold what waits to be told of a subject, and is not true any more."""
    waiting = select(AlertEvent).where(
        AlertEvent.subject == subject, AlertEvent.kind == kind.value, col(AlertEvent.told_at).is_(None)
    )
    for event in session.exec(waiting):
        event.told_at = now
        session.add(event)


def last_kind(session: Session, group: str) -> Kind | None:
    """The kind of what was told last of a group of notes; None where nothing was."""
    query = select(AlertEvent.kind).where(AlertEvent.subject == NOTE, AlertEvent.group == group)
    found = session.exec(query.order_by(col(AlertEvent.id).desc()).limit(1)).first()
    return Kind(found) if found is not None else None


def accusations(session: Session, subjects: Collection[str]) -> dict[str, list[Event]]:
    """What was told of each subject that accuses somebody, oldest first."""
    accusing = [kind.value for kind in Kind if kind.accuses]
    found: dict[str, list[Event]] = {subject: [] for subject in subjects}
    wanted = sorted(found)
    for start in range(0, len(wanted), CHUNK):
        query = select(AlertEvent.subject, AlertEvent.payload).where(
            col(AlertEvent.subject).in_(wanted[start : start + CHUNK]), col(AlertEvent.kind).in_(accusing)
        )
        for subject, payload in session.exec(query.order_by(col(AlertEvent.id))):
            found[subject].append(Event.from_json(payload))
    return found


def feet(session: Session) -> Iterator[tuple[str, str]]:
    """Number and last line of every message: it says where the chain of evidence ended then."""
    query = select(AlertMessage.number, AlertMessage.body).order_by(col(AlertMessage.id))
    for number, body in session.exec(query.execution_options(yield_per=CHUNK)):
        yield number, body.rpartition("\n")[2]
