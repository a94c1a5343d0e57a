"""The delivery loop with real sockets at its end: at least once, each channel for itself, no silent loss."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

import pytest
import structlog
from aiohttp import web

from alerts.channels.sending import send
from alerts.delivery import Channel, Deliverer, Pace, send_test
from alerts.events import Event, Kind
from alerts.messages import Message
from alerts.outbox import Backlog, Backoff, Delivery, DeliveryResult, MemoryOutbox, Result
from alerts.routing import Quiet, Route, Routing
from tests.integration.robots import KEY, dead_port, json_of, serving, silent_port
from tests.telling import HERE, OFFICE, THERE, ZONE, at, problem, repost

ALL_KINDS = frozenset(Kind)
LONG_ENOUGH = 10
"""Seconds after which a test that waits for an event has failed."""


@dataclass
class Clock:
    now: datetime = field(default_factory=lambda: at(26, 1))

    def __call__(self) -> datetime:
        return self.now

    def forward(self, by: timedelta) -> None:
        self.now += by


@dataclass
class Hook:
    """A real webhook: keeps what it accepted; every `refuse_every`-th request it answers with 500."""

    refuse_every: int = 0
    asked: int = 0
    accepted: list[dict[str, Any]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.asked += 1
        if self.refuse_every and self.asked % self.refuse_every == 0:
            return web.Response(status=500)
        self.accepted.append(json_of(await request.text()))
        return web.Response()

    @property
    def titles(self) -> list[str]:
        return [content["title"] for content in self.accepted]

    @property
    def numbers(self) -> list[str]:
        return [content["message"].rpartition("：")[2] for content in self.accepted]


@asynccontextmanager
async def hooked(hook: Callable[[web.Request], Any], id_: str = "office") -> AsyncIterator[Channel]:
    async with serving(hook) as port:
        yield Channel(id_, f"json://127.0.0.1:{port}/")


def deliverer(
    outbox: MemoryOutbox, *channels: Channel, clock: Clock | None = None, **settings: Any
) -> Deliverer:
    """A deliverer whose every channel gets everything."""
    everything = Route(to=tuple(channel.id for channel in channels), on=ALL_KINDS)
    settings.setdefault("routing", Routing((everything,), ZONE))
    return Deliverer(
        outbox=outbox,
        channels=channels,
        office=OFFICE,
        language="zh-CN",
        clock=clock or Clock(),
        **settings,
    )


def queue(*events: Event) -> MemoryOutbox:
    outbox = MemoryOutbox()
    outbox.add(events)
    return outbox


def policies(number: int) -> tuple[Event, ...]:
    """Events that are each a message of its own."""
    return tuple(
        repost(site=site, policy_id=i, obligation_id=i) for i in range(number) for site in (HERE, THERE)
    )


async def deliver_all(telling: Deliverer, channel: Channel) -> None:
    while await telling.deliver_one(channel):
        pass


# --- at least once -------------------------------------------------------------------------------------


async def test_every_message_arrives_though_every_third_request_fails() -> None:
    outbox, hook, clock = queue(*policies(20)), Hook(refuse_every=3), Clock()
    async with hooked(hook.take) as channel:
        telling = deliverer(outbox, channel, clock=clock)
        await telling.write_messages()
        while (await outbox.backlog()).pending:
            await deliver_all(telling, channel)
            clock.forward(timedelta(seconds=1))
    assert hook.asked > len(hook.accepted) == 20
    assert sorted(hook.numbers) == sorted(post.number for post in outbox.posts)
    assert clock.now - at(26, 1) < timedelta(minutes=1)
    assert (await outbox.backlog()) == Backlog(pending=0, oldest=None, dead=0)


async def test_after_a_crash_between_sending_and_recording_the_number_tells_the_repetition() -> None:
    outbox, hook, clock = queue(repost()), Hook(), Clock()
    async with hooked(hook.take) as channel:
        telling = deliverer(outbox, channel, clock=clock)
        await telling.write_messages()
        (lost,) = await outbox.lease(clock.now, timedelta(seconds=60), channel.id, 1)
        await send(channel.url, Message(lost.number, lost.title, lost.body), LONG_ENOUGH)
        assert not await telling.deliver_one(channel)  # the lease still runs
        clock.forward(timedelta(seconds=60))
        assert await telling.deliver_one(channel)
    assert hook.numbers == ["DB-20261126-0001"] * 2


async def test_retries_come_after_two_four_and_eight_seconds() -> None:
    outbox, clock = queue(repost()), Clock()
    async with dead_port() as port:
        channel = Channel("office", f"json://127.0.0.1:{port}/")
        telling = deliverer(outbox, channel, clock=clock, pace=Pace(backoff=Backoff(jitter=0)))
        await telling.write_messages()
        tried = []
        for _ in range(20):
            if await telling.deliver_one(channel):
                tried.append((clock.now - at(26, 1)).total_seconds())
            clock.forward(timedelta(seconds=1))
    assert tried == [0, 2, 6, 14]


async def test_after_a_day_it_is_given_up_loudly() -> None:
    outbox, clock = queue(repost()), Clock()
    async with dead_port() as port:
        channel = Channel("office", f"json://127.0.0.1:{port}/")
        telling = deliverer(outbox, channel, clock=clock)
        await telling.write_messages()
        with structlog.testing.capture_logs() as logs:
            while (await outbox.backlog()).pending:
                await telling.deliver_one(channel)
                clock.forward(timedelta(minutes=10))
    assert timedelta(hours=23) < clock.now - at(26, 1) < timedelta(hours=25)
    assert (await outbox.backlog()).dead == 1
    assert [entry["log_level"] for entry in logs].count("error") == 1
    assert logs[-1]["log_level"] == "error"
    assert logs[-1]["number"] == "DB-20261126-0001"


async def test_an_address_that_is_none_is_dead_at_once_and_says_what_to_mend() -> None:
    outbox = queue(repost())
    channel = Channel("office", f"nonsense://{KEY}/")
    telling = deliverer(outbox, channel)
    await telling.write_messages()
    with structlog.testing.capture_logs() as logs:
        await telling.deliver_one(channel)
    assert (await outbox.backlog()).dead == 1
    (entry,) = logs
    assert entry["log_level"] == "error"
    assert "[[channel]] url" in entry["event"]
    assert entry["result"] is Result.MISCONFIGURED
    assert KEY not in repr(logs)


# --- a dead channel delays no other --------------------------------------------------------------------


@pytest.mark.parametrize("dead", [dead_port, silent_port])
async def test_a_dead_channel_delays_no_other(dead: Callable[[], Any]) -> None:
    outbox, hook = queue(*policies(20)), Hook()
    arrived, results = asyncio.Event(), []

    def hear(channel: str, result: Result) -> None:
        results.append((channel, result))
        if results.count(("office", Result.ACCEPTED)) == 20:
            arrived.set()

    async with dead() as port, hooked(hook.take) as office:
        broken = Channel("broken", f"json://127.0.0.1:{port}/?rto=0.3&cto=0.3")
        telling = deliverer(outbox, broken, office, on_delivery=hear, pace=Pace(timeout=timedelta(seconds=5)))
        await running_until(telling, arrived)
    assert len(hook.accepted) == 20
    assert ("broken", Result.ACCEPTED) not in results
    assert (await outbox.backlog()).pending == 20  # the broken one's, kept for later


async def running_until(telling: Deliverer, event: asyncio.Event) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(telling.run(stop))
    try:
        async with asyncio.timeout(LONG_ENOUGH):
            await event.wait()
    finally:
        stop.set()
        async with asyncio.timeout(LONG_ENOUGH):
            await running


# --- stopping ------------------------------------------------------------------------------------------


async def test_a_stop_finishes_the_attempt_under_way_and_records_it() -> None:
    outbox, got, go_on = queue(*policies(3)), asyncio.Event(), asyncio.Event()
    asked = 0

    async def slow(_: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        got.set()
        await go_on.wait()
        return web.Response()

    async with hooked(slow) as channel:
        stop = asyncio.Event()
        running = asyncio.create_task(deliverer(outbox, channel).run(stop))
        async with asyncio.timeout(LONG_ENOUGH):
            await got.wait()
            stop.set()
            go_on.set()
            await running
    assert asked == 1
    assert (await outbox.backlog()).pending == 2


async def test_a_stop_does_not_wait_for_ever_and_the_next_start_sends_what_was_left() -> None:
    outbox, clock, hook = queue(repost()), Clock(), Hook()
    got = asyncio.Event()

    async def silent(_: web.Request) -> web.Response:
        got.set()
        await asyncio.Event().wait()
        return web.Response()

    async with hooked(silent) as channel:
        patient = Channel(channel.id, f"{channel.url}?rto=0.5")
        hasty = Pace(drain=timedelta(seconds=0.01))
        stop = asyncio.Event()
        running = asyncio.create_task(deliverer(outbox, patient, clock=clock, pace=hasty).run(stop))
        async with asyncio.timeout(LONG_ENOUGH):
            await got.wait()
            stop.set()
            await running
    assert (await outbox.backlog()).pending == 1
    async with hooked(hook.take) as channel:
        again = deliverer(outbox, channel, clock=clock)
        assert not await again.deliver_one(channel)
        clock.forward(timedelta(seconds=60))
        assert await again.deliver_one(channel)
    assert hook.numbers == ["DB-20261126-0001"]


# --- what goes wrong inside stops nothing --------------------------------------------------------------


async def test_a_message_that_cannot_be_written_stops_no_other() -> None:
    poison = repost(review="invented")  # there are no words for it
    outbox, clock = queue(poison, repost(site=THERE, policy_id=2)), Clock()
    telling = deliverer(outbox, Channel("office", "json://127.0.0.1/"), clock=clock)
    with structlog.testing.capture_logs() as logs:
        assert await telling.write_messages()
        assert not await telling.write_messages()  # set aside, and not logged each second
    assert [post.number for post in outbox.posts] == ["DB-20261126-0002"]
    assert [entry["event"] for entry in logs].count("delivery step failed") == 1
    clock.forward(telling.pace.setback)
    with structlog.testing.capture_logs() as logs:
        await telling.write_messages()
    assert [entry["event"] for entry in logs] == ["delivery step failed"]


class StumblingOutbox(MemoryOutbox):
    """An outbox whose store fails the first time each channel asks."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    async def lease(
        self, now: datetime, lease_for: timedelta, channel: str, limit: int
    ) -> Sequence[Delivery]:
        if channel not in self.asked:
            self.asked.add(channel)
            raise OSError("database is locked")
        return await super().lease(now, lease_for, channel, limit)


async def test_a_store_that_stumbles_stops_nothing() -> None:
    outbox, hook, arrived = StumblingOutbox(), Hook(), asyncio.Event()
    outbox.add([repost()])
    async with hooked(hook.take) as channel:
        telling = deliverer(
            outbox,
            channel,
            on_delivery=lambda *_: arrived.set(),
            pace=Pace(setback=timedelta(milliseconds=1)),
        )
        with structlog.testing.capture_logs() as logs:
            await running_until(telling, arrived)
    assert len(hook.accepted) == 1
    assert any(entry["event"] == "delivery step failed" and entry["exc_info"] for entry in logs)


# --- who, what and when, from the event to the socket --------------------------------------------------


async def test_each_channel_reads_of_its_own_sites_only() -> None:
    outbox, office, editor = queue(repost(site=HERE), repost(site=THERE)), Hook(), Hook()
    async with hooked(office.take, "office") as a, hooked(editor.take, "editor") as b:
        routes = (Route(to=("office",)), Route(to=("editor",), site=("here",)))
        telling = deliverer(outbox, a, b, routing=Routing(routes, ZONE))
        await telling.write_messages()
        await deliver_all(telling, a)
        await deliver_all(telling, b)
    assert HERE.name in office.accepted[0]["message"]
    assert THERE.name in office.accepted[0]["message"]
    assert HERE.name in editor.accepted[0]["message"]
    assert THERE.name not in repr(editor.accepted)
    assert (office.numbers, editor.numbers) == (["DB-20261126-0001"], ["DB-20261126-0001-2"])


async def test_a_correction_goes_to_all_who_were_told() -> None:
    outbox, office, editor, clock = queue(repost()), Hook(), Hook(), Clock()
    async with hooked(office.take, "office") as a, hooked(editor.take, "editor") as b:
        routes = (Route(to=("office",)), Route(to=("editor",), on=frozenset({Kind.VIOLATION})))
        telling = deliverer(outbox, a, b, clock=clock, routing=Routing(routes, ZONE))
        await telling.write_messages()
        outbox.add([repost(Kind.CORRECTION, review="overturned"), repost(Kind.RESOLVED)])
        await telling.write_messages()
        await deliver_all(telling, a)
        await deliver_all(telling, b)
    assert [title[:4] for title in office.titles] == ["【疑似超", "【更正】", "【已转载"]
    assert [title[:4] for title in editor.titles] == ["【疑似超", "【更正】"]
    assert "作废的通知：DB-20261126-0001" in editor.accepted[1]["message"]


async def test_the_night_is_quiet_but_for_what_is_urgent() -> None:
    outbox, hook, clock = queue(repost(), problem(Kind.URGENT, when=at(26, 0, 30))), Hook(), Clock()
    async with hooked(hook.take) as channel:
        night = Route(to=("office",), on=ALL_KINDS, quiet=Quiet(time(22), time(7, 30)))
        telling = deliverer(outbox, channel, clock=clock, routing=Routing((night,), ZONE))
        await telling.write_messages()
        await deliver_all(telling, channel)
        assert [title[:4] for title in hook.titles] == ["【紧急】"]
        clock.now = at(26, 7, 29)
        assert not await telling.deliver_one(channel)
        clock.now = at(26, 7, 30)
        await deliver_all(telling, channel)
    assert [title[:4] for title in hook.titles] == ["【紧急】", "【疑似超"]


async def test_what_nobody_wants_to_know_is_done_with() -> None:
    outbox = queue(repost(Kind.DUTY))
    telling = deliverer(outbox, Channel("office", "json://127.0.0.1/"), routing=Routing((), ZONE))
    assert await telling.write_messages()
    assert outbox.posts == []
    assert not await telling.write_messages()


async def test_a_nudge_need_not_wait_for_the_next_look() -> None:
    outbox, hook, arrived = MemoryOutbox(), Hook(), asyncio.Event()
    async with hooked(hook.take) as channel:
        telling = deliverer(
            outbox,
            channel,
            on_delivery=lambda *_: arrived.set(),
            pace=Pace(poll=timedelta(hours=1)),
        )
        stop = asyncio.Event()
        running = asyncio.create_task(telling.run(stop))
        async with asyncio.timeout(LONG_ENOUGH):
            await asyncio.sleep(0)
            outbox.add([repost()])
            telling.nudge()
            await arrived.wait()
            stop.set()
            await running
    assert len(hook.accepted) == 1


# --- trying a channel ----------------------------------------------------------------------------------


async def test_a_channel_can_be_tried() -> None:
    hook = Hook()
    async with hooked(hook.take) as channel:
        result = await send_test(channel, OFFICE, "zh-CN", at(26, 9))
    assert result == DeliveryResult(Result.ACCEPTED)
    assert hook.titles == ["【测试】示例县人民政府办公室：消息通道“office”试发"]


async def test_a_channel_that_does_not_work_says_so() -> None:
    async with dead_port() as port:
        result = await send_test(Channel("x", f"json://127.0.0.1:{port}/"), OFFICE, "en", at(26, 9))
    assert result.result is Result.FAILED


def test_an_address_is_not_shown() -> None:
    assert KEY not in repr(Channel("office", f"wecombot://{KEY}/"))


def test_a_lease_must_outlast_an_attempt() -> None:
    with pytest.raises(ValueError, match="lease"):
        Pace(timeout=timedelta(seconds=60), lease=timedelta(seconds=60))
