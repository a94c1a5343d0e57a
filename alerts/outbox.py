"""The outbox: what waits to be told survives a crash, goes out at least once, and gives up visibly.

A store writes events in the transaction that changes a state. From there on an `Outbox` keeps them: events
wait for their group's window, become messages with one delivery per channel, and each delivery is leased,
tried, retried and at last accepted or dead.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Protocol

from alerts.events import Event
from alerts.grouping import Group, Queued, group_ready


class Result(StrEnum):
    """What became of one attempt to deliver; a closed set, also a metric's label."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # the service answered, and said no
    FAILED = "failed"  # no answer, or none that can be understood
    TIMED_OUT = "timed_out"  # nobody knows; it may have arrived
    MISCONFIGURED = "misconfigured"  # the channel's address is none that can be sent to


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """The result of an attempt; reason is for operators and holds no secret.

    permanent: the service refuses this very message, and another attempt would be refused likewise.
    """

    result: Result
    reason: str = ""
    permanent: bool = False


@dataclass(frozen=True, slots=True)
class Post:
    """A message to be stored: which events it tells, and to which channels, each not before its time."""

    number: str
    title: str
    body: str
    event_ids: tuple[int, ...]
    deliveries: tuple[tuple[str, datetime], ...]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message on its way to one channel, as leased.

    attempts counts this one; together with the id it is the lease. since: when it might first have been
    sent; from there its age counts.
    """

    id: int
    number: str
    channel: str
    title: str
    body: str
    attempts: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Backlog:
    """What the outbox still owes: deliveries not yet accepted, since when, and those given up."""

    pending: int
    oldest: datetime | None
    dead: int


class Outbox(Protocol):
    """What delivery needs of a store. Every method is one transaction and takes `now` from its caller."""

    async def ready_groups(self, now: datetime) -> Sequence[Group]:
        """Return the groups whose window is over, with all events of theirs that no message tells yet.

        The grouping is `alerts.grouping.group_ready` over the waiting events.
        """

    async def told(self, subjects: Collection[str]) -> Mapping[str, frozenset[str]]:
        """Return, by subject, the channels to which a message with an accusing event on it was posted."""

    async def accusing(self, subjects: Collection[str]) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """Return, by subject and rule, the numbers of the messages that accused, the oldest first."""

    async def post(self, group: Group, posts: Sequence[Post], now: datetime) -> bool:
        """Store the messages of a group with their deliveries and mark all its events as told, or nothing.

        No posts: nobody wants to know, and the events are told all the same. False, and nothing is
        written, where one of the events was told in the meantime.
        """

    async def lease(
        self, now: datetime, lease_for: timedelta, channel: str, limit: int
    ) -> Sequence[Delivery]:
        """Take up to `limit` deliveries of a channel that are due, oldest first; nobody else gets them.

        Due is what is neither accepted nor dead, may be sent by now, waits for no retry, and is not under
        a lease that still runs. A lease that ran out is free: the message goes out again.
        """

    async def record(
        self, delivery: Delivery, result: DeliveryResult, retry_at: datetime | None, now: datetime
    ) -> None:
        """Record how an attempt ended: accepted; else to be retried at `retry_at`; else, None, dead.

        Acceptance counts whenever it is reported. Any other end counts only for whoever holds the lease:
        it is ignored once the delivery was leased again, accepted or given up.
        """

    async def backlog(self) -> Backlog:
        """Count what is owed, for metrics."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """When an attempt that failed is made again: 2 s, 4 s, 8 s … at most 10 min later, for 24 hours."""

    first: timedelta = timedelta(seconds=2)
    longest: timedelta = timedelta(minutes=10)
    jitter: float = 0.1
    give_up_after: timedelta = timedelta(hours=24)

    def delay(self, attempts: int, random: Random) -> timedelta:
        """How long to wait after so many attempts; up to `jitter` longer, never above `longest`."""
        doublings: int = min(attempts - 1, 30)
        waited = self.first * float(1 << doublings) * (1 + self.jitter * random.random())
        return min(self.longest, waited)

    def retry_at(
        self, delivery: Delivery, result: DeliveryResult, now: datetime, random: Random
    ) -> datetime | None:
        """When to try again; None: never (accepted, refused for good, misconfigured, or too old)."""
        if result.result in (Result.ACCEPTED, Result.MISCONFIGURED) or result.permanent:
            return None
        retry = now + self.delay(delivery.attempts, random)
        return retry if retry - delivery.since <= self.give_up_after else None


class _Status(StrEnum):
    WAITING = "waiting"
    ACCEPTED = "accepted"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class _Row:
    delivery: Delivery
    due_at: datetime
    status: _Status = _Status.WAITING


@dataclass(slots=True)
class MemoryOutbox:
    """An outbox without a store, of the same contract: for tests and trials. It is lost with the process."""

    events: dict[int, Event] = field(default_factory=dict)
    posts: list[Post] = field(default_factory=list)
    _rows: dict[int, _Row] = field(default_factory=dict)
    _told: set[int] = field(default_factory=set)

    def add(self, events: Iterable[Event]) -> tuple[int, ...]:
        """Queue events, as a store does in the transaction that changes a state; returns their ids."""
        ids = []
        for event in events:
            ids.append(len(self.events) + 1)
            self.events[ids[-1]] = event
        return tuple(ids)

    async def ready_groups(self, now: datetime) -> Sequence[Group]:
        waiting = [Queued(id_, event) for id_, event in self.events.items() if id_ not in self._told]
        return group_ready(waiting, now)

    async def told(self, subjects: Collection[str]) -> Mapping[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {subject: frozenset() for subject in subjects}
        for post in self.posts:
            for event in (self.events[id_] for id_ in post.event_ids):
                if event.kind.accuses and event.subject in found:
                    found[event.subject] |= {channel for channel, _ in post.deliveries}
        return found

    async def accusing(self, subjects: Collection[str]) -> Mapping[tuple[str, str], tuple[str, ...]]:
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for post in self.posts:
            for event in (self.events[id_] for id_ in post.event_ids):
                if event.kind.accuses and event.subject in subjects:
                    key = event.subject, event.rule
                    found[key] = (*found.get(key, ()), post.number)
        return found

    async def post(self, group: Group, posts: Sequence[Post], now: datetime) -> bool:
        if self._told & set(group.ids):
            return False
        self._told |= set(group.ids)
        for post in posts:
            self.posts.append(post)
            for channel, since in post.deliveries:
                id_ = len(self._rows) + 1
                delivery = Delivery(id_, post.number, channel, post.title, post.body, 0, since)
                self._rows[id_] = _Row(delivery, since)
        return True

    async def lease(
        self, now: datetime, lease_for: timedelta, channel: str, limit: int
    ) -> Sequence[Delivery]:
        due = [
            row
            for row in self._rows.values()
            if row.delivery.channel == channel and row.status is _Status.WAITING and row.due_at <= now
        ]
        leased = [replace(row.delivery, attempts=row.delivery.attempts + 1) for row in due[:limit]]
        for delivery in leased:
            self._rows[delivery.id] = _Row(delivery, now + lease_for)
        return leased

    async def record(
        self,
        delivery: Delivery,
        result: DeliveryResult,
        retry_at: datetime | None,
        now: datetime,
    ) -> None:
        row = self._rows[delivery.id]
        if result.result is Result.ACCEPTED:
            self._rows[delivery.id] = replace(row, status=_Status.ACCEPTED)
        elif row.status is _Status.WAITING and row.delivery.attempts == delivery.attempts:
            self._rows[delivery.id] = (
                replace(row, status=_Status.DEAD) if retry_at is None else replace(row, due_at=retry_at)
            )

    async def backlog(self) -> Backlog:
        waiting = [row.delivery.since for row in self._rows.values() if row.status is _Status.WAITING]
        dead = sum(row.status is _Status.DEAD for row in self._rows.values())
        return Backlog(len(waiting), min(waiting, default=None), dead)
