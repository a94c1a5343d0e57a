"""Queueing what is to be told, in the transaction of the state that it is about."""

from __future__ import annotations

from sqlmodel import Session, col, select

from alerts.events import Event, Kind
from monitor.store.tables import AlertEvent


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


def accusations(session: Session, subject: str) -> list[Event]:
    """What was told of a subject that accuses somebody, oldest first."""
    accusing = [kind.value for kind in Kind if kind.accuses]
    query = select(AlertEvent.payload).where(
        AlertEvent.subject == subject, col(AlertEvent.kind).in_(accusing)
    )
    return [Event.from_json(payload) for payload in session.exec(query.order_by(col(AlertEvent.id)))]
