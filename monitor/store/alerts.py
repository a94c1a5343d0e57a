"""Queueing what is to be told, in the transaction of the state that it is about."""

from __future__ import annotations

from sqlmodel import Session

from alerts.events import Event
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
