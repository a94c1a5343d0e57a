"""The delivery loop: waiting events become messages, messages go out, and every end is recorded.

One task writes messages and one task per channel sends them, so that a dead channel delays no other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from random import Random
from typing import Protocol

import structlog

from alerts.events import Event, Kind, NoteFacts
from alerts.grouping import Group, Share, number_of, share_out
from alerts.messages import Message, OfficeFacts, compose, compose_test
from alerts.outbox import Backoff, Delivery, DeliveryResult, Outbox, Post, Result
from alerts.routing import Routing, routes_for

log = structlog.get_logger(__name__)

Accused = Mapping[tuple[str, str], tuple[str, ...]]
"""The numbers of the messages that accused, by subject and rule."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to reach people: an id, and an address that is a secret and never shown."""

    id: str
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient delivery is.

    timeout: for one attempt. lease: how long an attempt may hold a delivery, and so how long after a crash
    it is sent again. drain: how long a stop waits for the attempts under way. poll: how often the outbox is
    looked into when nobody calls `nudge`. setback: how long a step that failed is left alone.
    """

    timeout: timedelta = timedelta(seconds=20)
    lease: timedelta = timedelta(seconds=60)
    drain: timedelta = timedelta(seconds=25)
    poll: timedelta = timedelta(seconds=1)
    setback: timedelta = timedelta(seconds=10)
    backoff: Backoff = field(default_factory=Backoff)

    def __post_init__(self) -> None:
        if self.lease <= self.timeout:
            raise ValueError("a lease outlasts an attempt, or messages go out twice without need")


class Send(Protocol):
    """Sends one message to one address within so many seconds; the net's faults are results, not raised."""

    def __call__(self, url: str, message: Message, within: float) -> Awaitable[DeliveryResult]: ...


class _Did(Enum):
    """What came of a step: something was done, there was nothing to do, or it failed."""

    WORK = auto()
    NOTHING = auto()
    FAILED = auto()


def _apprise() -> Send:
    from alerts.channels.sending import send  # noqa: PLC0415 - Apprise is heavy, and most commands never send

    return send


def _unheard(channel: str, result: Result) -> None:
    """Take the place of a metric where there is none."""


@dataclass(slots=True)
class Deliverer:
    """Runs the outbox of one office; `run` is its life, and a changed configuration is a new one.

    clock gives the present moment, aware; on_delivery hears each attempt's channel and result, for metrics.
    chain gives where the chain of evidence ends, in short, for the foot of each message.
    """

    outbox: Outbox
    channels: Sequence[Channel]
    routing: Routing
    office: OfficeFacts
    language: str
    clock: Callable[[], datetime]
    send: Send = field(default_factory=_apprise)
    pace: Pace = field(default_factory=Pace)
    random: Random = field(default_factory=Random)
    on_delivery: Callable[[str, Result], None] = _unheard
    chain: Callable[[], str] = str
    _news: dict[str, asyncio.Event] = field(default_factory=dict, init=False)
    _set_aside: dict[tuple[int, ...], datetime] = field(default_factory=dict, init=False)
    _records: set[asyncio.Task[None]] = field(default_factory=set, init=False)

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set, then finish the attempts under way, within `pace.drain`.

        What is not finished by then stays leased, and the next start sends it once the lease is over.
        """
        steps = {channel.id: self._sender_of(channel) for channel in self.channels}
        self._news = {name: asyncio.Event() for name in (*steps, "")}
        tasks = [asyncio.create_task(self._repeat("", self.write_messages, stop))]
        tasks += [asyncio.create_task(self._repeat(name, step, stop)) for name, step in steps.items()]
        try:
            await stop.wait()
            self.nudge()
            await asyncio.wait(tasks, timeout=self.pace.drain.total_seconds())
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, *self._records, return_exceptions=True)

    def nudge(self) -> None:
        """Say that there is something to do, so that nobody waits for the next poll."""
        for event in self._news.values():
            event.set()

    def _sender_of(self, channel: Channel) -> Callable[[], Awaitable[bool]]:
        return lambda: self.deliver_one(channel)

    async def _repeat(self, name: str, step: Callable[[], Awaitable[bool]], stop: asyncio.Event) -> None:
        """Repeat a step until the stop: at once while it finds work, after a pause when not."""
        while not stop.is_set():
            self._news[name].clear()
            did = await self._guarded(step(), channel=name or None)
            if did is _Did.NOTHING:
                await _wait(self._news[name], self.pace.poll)
            elif did is _Did.FAILED:
                await _wait(stop, self.pace.setback)

    async def _guarded(self, step: Awaitable[bool], **context: object) -> _Did:
        """Await a step; one that fails is logged with its traceback, and the loop goes on.

        This is the delivery loop's one broad `except`: a message that cannot be written, or a store that
        stumbles, stops neither the other messages nor the other channels.
        """
        try:
            return _Did.WORK if await step else _Did.NOTHING
        except Exception:
            log.exception("delivery step failed", action="deliver", **context)
            return _Did.FAILED

    async def write_messages(self) -> bool:
        """Turn the groups whose window is over into messages; whether there were any.

        A group that cannot be written is set aside for a while, so that it holds up no other.
        """
        now = self.clock()
        self._set_aside = {ids: until for ids, until in self._set_aside.items() if until > now}
        wrote = False
        for group in await self.outbox.ready_groups(now):
            if group.ids in self._set_aside:
                continue
            if await self._guarded(self._write(group, now), group=group.key) is _Did.FAILED:
                self._set_aside[group.ids] = now + self.pace.setback
            else:
                wrote = True
        if wrote:
            self.nudge()
        return wrote

    async def _write(self, group: Group, now: datetime) -> bool:
        subjects = {event.subject for event in group.events} if group.kind is Kind.CORRECTION else set()
        heard = await self.outbox.told(subjects) if subjects else {}
        told = {
            item.id: routes_for(item.event, self.routing, now, heard.get(item.event.subject, frozenset()))
            for item in group.queued
        }
        accused = await self.outbox.accusing(subjects) if subjects else {}
        posts = [
            self._post(group, index, share, accused, now)
            for index, share in enumerate(share_out(group, told))
        ]
        stored = await self.outbox.post(group, posts, now)
        numbers = [post.number for post in posts]
        log.info("messages written", action="write", kind=group.kind, group=group.key, numbers=numbers)
        return stored

    def _post(self, group: Group, index: int, share: Share, accused: Accused, now: datetime) -> Post:
        number = number_of(group, index, self.office.zone)
        office = replace(self.office, chain=self.chain())
        events = [_with_numbers(event, accused) for event in share.events]
        message = compose(events, self.language, office, now, number=number)
        return Post(number, message.title, message.body, share.ids, share.channels)

    async def deliver_one(self, channel: Channel) -> bool:
        """Make one attempt at the channel's oldest delivery that is due; whether there was one."""
        leased = await self.outbox.lease(self.clock(), self.pace.lease, channel.id, 1)
        for delivery in leased:
            message = Message(delivery.number, delivery.title, delivery.body)
            result = await self.send(channel.url, message, self.pace.timeout.total_seconds())
            # A stop may cancel this task now; that the message went out must be written down all the same.
            record = asyncio.create_task(self._record(delivery, result))
            self._records.add(record)
            record.add_done_callback(self._records.discard)
            await asyncio.shield(record)
        return bool(leased)

    async def _record(self, delivery: Delivery, result: DeliveryResult) -> None:
        now = self.clock()
        retry_at = self.pace.backoff.retry_at(delivery, result, now, self.random)
        await self.outbox.record(delivery, result, retry_at, now)
        _log_attempt(delivery, result, retry_at)
        self.on_delivery(delivery.channel, result.result)


def _with_numbers(event: Event, accused: Accused) -> Event:
    """Say of a correction which messages it takes back."""
    numbers = accused.get((event.subject, event.rule), ())
    if not numbers or isinstance(event.facts, NoteFacts):
        return event
    return replace(event, facts=replace(event.facts, corrects=numbers))


def _log_attempt(delivery: Delivery, result: DeliveryResult, retry_at: datetime | None) -> None:
    told = log.bind(
        action="deliver",
        channel=delivery.channel,
        number=delivery.number,
        attempt=delivery.attempts,
        result=result.result,
        reason=result.reason,
    )
    if result.result is Result.ACCEPTED:
        told.info("message accepted")
    elif retry_at is not None:
        told.warning("message not accepted, will be sent again", retry_at=retry_at.isoformat())
    elif result.result is Result.MISCONFIGURED:
        told.error("message given up: the channel's address cannot be sent to; mend [[channel]] url")
    else:
        told.error("message given up: it reached nobody on this channel")


async def _wait(event: asyncio.Event, longest: timedelta) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), longest.total_seconds())


async def send_test(
    channel: Channel,
    office: OfficeFacts,
    language: str,
    now: datetime,
    within: timedelta = timedelta(seconds=20),
) -> DeliveryResult:
    """Send one test message through a channel, once and without the outbox, and say what became of it."""
    message = compose_test(channel.id, language, office, now)
    return await _apprise()(channel.url, message, within.total_seconds())
