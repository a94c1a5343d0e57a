"""The outbox of `alerts.outbox`, kept in the store."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select, update

from alerts.events import Event, Kind
from alerts.grouping import Group, Queued, group_ready
from alerts.outbox import Backlog, Delivery, DeliveryResult, Post, Result
from monitor.store.session import Store
from monitor.store.tables import AlertContent, AlertDelivery, AlertEvent, AlertMessage

WAITING, ACCEPTED, DEAD = "waiting", "accepted", "dead"
ACCUSING = [kind.value for kind in Kind if kind.accuses]
MOST_WAITING = 5000


class StoredOutbox:
    """An `alerts.outbox.Outbox`: its contract is written there."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def ready_groups(self, now: datetime) -> Sequence[Group]:
        return group_ready(await self._store.read(lambda session: _waiting(session, now)), now)

    async def told(self, subjects: Collection[str]) -> Mapping[str, frozenset[str]]:
        return await self._store.read(lambda session: _told(session, subjects))

    async def accusing(self, subjects: Collection[str]) -> Mapping[tuple[str, str], tuple[str, ...]]:
        return await self._store.read(lambda session: _accusing(session, subjects))

    async def post(self, group: Group, posts: Sequence[Post], now: datetime) -> bool:
        return await self._store.write(lambda session: _post(session, group, posts, now))

    async def lease(
        self, now: datetime, lease_for: timedelta, channel: str, limit: int
    ) -> Sequence[Delivery]:
        if not await self._store.read(lambda session: _due_ids(session, now, channel, limit)):
            return ()
        return await self._store.write(lambda session: _lease(session, now, lease_for, channel, limit))

    async def record(
        self, delivery: Delivery, result: DeliveryResult, retry_at: datetime | None, now: datetime
    ) -> None:
        await self._store.write(lambda session: _record(session, delivery, result, retry_at, now))

    async def backlog(self) -> Backlog:
        return await self._store.read(backlog)


def _waiting(session: Session, now: datetime) -> list[Queued]:
    untold = col(AlertEvent.told_at).is_(None)
    if (
        session.exec(select(AlertEvent.id).where(untold, col(AlertEvent.ready_at) <= now).limit(1)).first()
        is None
    ):
        return []
    rows = session.exec(select(AlertEvent).where(untold).order_by(col(AlertEvent.id)).limit(MOST_WAITING))
    return [Queued(row.id or 0, Event.from_json(row.payload)) for row in rows]


def _told(session: Session, subjects: Collection[str]) -> dict[str, frozenset[str]]:
    query = (
        select(AlertEvent.subject, AlertDelivery.channel)
        .join(AlertContent, col(AlertContent.event_id) == col(AlertEvent.id))
        .join(AlertDelivery, col(AlertDelivery.message_id) == col(AlertContent.message_id))
        .where(col(AlertEvent.subject).in_(list(subjects)), col(AlertEvent.kind).in_(ACCUSING))
    )
    found: dict[str, frozenset[str]] = {subject: frozenset() for subject in subjects}
    for subject, channel in session.exec(query):
        found[subject] |= {channel}
    return found


def _accusing(session: Session, subjects: Collection[str]) -> dict[tuple[str, str], tuple[str, ...]]:
    query = (
        select(AlertEvent.subject, AlertEvent.rule, AlertMessage.number)
        .join(AlertContent, col(AlertContent.event_id) == col(AlertEvent.id))
        .join(AlertMessage, col(AlertMessage.id) == col(AlertContent.message_id))
        .where(col(AlertEvent.subject).in_(list(subjects)), col(AlertEvent.kind).in_(ACCUSING))
        .order_by(col(AlertMessage.id))
    )
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for subject, rule, number in session.exec(query):
        found[subject, rule] = (*found.get((subject, rule), ()), number)
    return found


def _post(session: Session, group: Group, posts: Sequence[Post], now: datetime) -> bool:
    mark = (
        update(AlertEvent)
        .where(col(AlertEvent.id).in_(group.ids), col(AlertEvent.told_at).is_(None))
        .values(told_at=now)
    )
    with session.begin_nested() as attempt:
        # Whoever marks all of them wins; a second process marks none and writes nothing.
        if session.exec(mark).rowcount != len(group.ids):
            attempt.rollback()
            return False
    for post in posts:
        _add_message(session, group, post, now)
    return True


def _add_message(session: Session, group: Group, post: Post, now: datetime) -> None:
    message = AlertMessage(
        number=post.number, kind=group.kind, title=post.title, body=post.body, created_at=now
    )
    session.add(message)
    session.flush()
    assert message.id is not None  # it was just flushed
    session.add_all(AlertContent(message_id=message.id, event_id=id_) for id_ in post.event_ids)
    session.add_all(
        AlertDelivery(message_id=message.id, channel=channel, since=since, due_at=since)
        for channel, since in post.deliveries
    )


def _due_ids(session: Session, now: datetime, channel: str, limit: int) -> Sequence[int | None]:
    query = (
        select(AlertDelivery.id)
        .where(AlertDelivery.state == WAITING, AlertDelivery.channel == channel)
        .where(col(AlertDelivery.due_at) <= now)
        .order_by(col(AlertDelivery.id))
        .limit(limit)
    )
    return session.exec(query).all()


def _lease(session: Session, now: datetime, lease_for: timedelta, channel: str, limit: int) -> list[Delivery]:
    leased = []
    for id_ in _due_ids(session, now, channel, limit):
        take = (
            update(AlertDelivery)
            .where(col(AlertDelivery.id) == id_, col(AlertDelivery.due_at) <= now)
            .where(col(AlertDelivery.state) == WAITING)
            .values(due_at=now + lease_for, attempts=AlertDelivery.attempts + 1)
        )
        if session.exec(take).rowcount == 1:
            leased.append(_delivery(session, id_ or 0))
    return leased


def _delivery(session: Session, id_: int) -> Delivery:
    row = session.get_one(AlertDelivery, id_, populate_existing=True)
    message = session.get_one(AlertMessage, row.message_id)
    return Delivery(id_, message.number, row.channel, message.title, message.body, row.attempts, row.since)


def _record(
    session: Session, delivery: Delivery, result: DeliveryResult, retry_at: datetime | None, now: datetime
) -> None:
    row = session.get_one(AlertDelivery, delivery.id)
    if result.result is Result.ACCEPTED:
        row.state, row.settled_at, row.error = ACCEPTED, now, None
    elif row.state == WAITING and row.attempts == delivery.attempts:
        row.error = f"{result.result}: {result.reason}"
        if retry_at is None:
            row.state, row.settled_at = DEAD, now
        else:
            row.due_at = retry_at
    session.add(row)


def backlog(session: Session) -> Backlog:
    """Count what the outbox owes."""
    waiting = select(func.count(), func.min(AlertDelivery.since)).where(AlertDelivery.state == WAITING)
    pending, oldest = session.exec(waiting).one()
    dead = session.exec(select(func.count()).where(AlertDelivery.state == DEAD)).one()
    return Backlog(pending, oldest, dead)
