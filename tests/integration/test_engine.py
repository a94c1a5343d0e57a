"""The loop that does what is due: each row once at a time, and no poisoned one in the way of the others."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import structlog
from sqlmodel import Session, delete

from monitor.engine import Engine
from monitor.engine.loop import REST
from monitor.net.browser import Browser
from monitor.rounds.context import Context
from monitor.store import watches
from monitor.store.tables import Watch
from tests.integration.county import POLICY, World, at


class Hands:
    """Rounds of a test: they count, wait at a gate where there is one, and may fail."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.done: Counter[str] = Counter()
        self.running: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self.gates: dict[str, asyncio.Event] = {}
        self.before_the_browser: dict[str, Browser] = {}
        self.poisoned: set[str] = set()
        self.news = asyncio.Condition()
        self.wait = timedelta(minutes=5)

    async def round(self, ctx: Context, key: str) -> None:
        self.running[key] += 1
        self.most[key] = max(self.most[key], self.running[key])
        await self._tell()
        try:
            browser, gate = self.before_the_browser.get(key), self.gates.get(key)
            async with browser.seats.take(urgent=False) if browser else nullcontext():
                if gate is not None:
                    await gate.wait()
            if key in self.poisoned:
                self.failed[key] += 1
                raise ValueError("poisoned")
            until = ctx.now() + self.wait
            await ctx.store.write(lambda s: watches.put_off(s, "test", key, until, ran_at=ctx.now()))
            self.done[key] += 1
        finally:
            self.running[key] -= 1
            await self._tell()

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(20), self.news:
            await self.news.wait_for(is_so)

    async def did(self, key: str, times: int) -> None:
        """Wait until a row was done so often."""
        await self.until(lambda: self.done[key] >= times)

    async def _tell(self) -> None:
        async with self.news:
            self.news.notify_all()


@pytest.fixture
def hands(world: World) -> Hands:
    return Hands(world)


async def plan(world: World, *keys: str) -> None:
    """Let these rows, and no others, be due now."""

    def work(session: Session) -> None:
        session.exec(delete(Watch))
        session.add_all(Watch(kind="test", key=key, due_at=world.clock()) for key in keys)

    await world.write(work)


@asynccontextmanager
async def running(world: World, hands: Hands, most: int = 100) -> AsyncIterator[Engine]:
    rounds = dict.fromkeys(("test", "judge", "crawl"), hands.round)
    engine = Engine(lambda: world.context, rounds, most, timedelta(milliseconds=10), {"crawl": 2})
    stop = asyncio.Event()
    loop = asyncio.create_task(engine.run(stop))
    try:
        yield engine
    finally:
        stop.set()
        await loop
        await engine.drain(timedelta(seconds=5))


async def test_what_is_due_is_done_once_and_again_when_it_is_due_again(world: World, hands: Hands) -> None:
    await plan(world, "a", "b")
    async with running(world, hands) as engine:
        await hands.until(lambda: hands.done == {"a": 1, "b": 1})
        world.pass_by(minutes=4)
        engine.wake()
        await asyncio.sleep(0.05)
        assert hands.done == {"a": 1, "b": 1}, "not before its time"
        world.pass_by(minutes=1)
        engine.wake()
        await hands.until(lambda: hands.done == {"a": 2, "b": 2})


async def test_what_lasts_takes_no_place_from_the_others(world: World, hands: Hands) -> None:
    """Whole sites by the hundred are due, and longest: two at a time, and everything else goes on."""
    sites = [f"site {n}" for n in range(200)]
    await plan(world, "column")

    def add(session: Session) -> None:
        past = world.clock() - timedelta(days=1)
        session.add_all(Watch(kind="crawl", key=key, due_at=past) for key in sites)

    await world.write(add)
    hands.gates = {key: asyncio.Event() for key in sites}
    async with running(world, hands, most=1) as engine:
        await hands.until(lambda: hands.done["column"] == 1 and hands.running.total() == 2)
        for times in (2, 3):
            world.pass_by(minutes=5)
            engine.wake()
            await hands.did("column", times)
        assert (hands.running.total(), hands.most.total()) == (2, 3)
        started = [key for key in sites if hands.most[key]]
        stopping = asyncio.create_task(engine.drain(timedelta(seconds=20)))
        await hands.until(lambda: not any(hands.running[key] for key in started))
        await stopping
    assert not any(hands.done[key] for key in sites), "told to stop at once, and due again"


async def test_a_row_is_never_run_twice_at_once(world: World, hands: Hands) -> None:
    await plan(world, "slow", "quick")
    hands.gates["slow"] = asyncio.Event()
    async with running(world, hands) as engine:
        await hands.until(lambda: hands.done["quick"] == 1 and hands.running["slow"] == 1)
        for times in (2, 3, 4):
            world.pass_by(minutes=6)
            engine.wake()
            await hands.did("quick", times)
        hands.gates["slow"].set()
        await hands.until(lambda: hands.done["slow"] >= 1)
    assert hands.most["slow"] == 1


async def test_a_store_that_fails_for_a_while_ends_nothing(world: World, hands: Hands) -> None:
    """A restarted PostgreSQL, a locked file, no descriptors left: what was due then is due still."""
    await plan(world, "a")
    with structlog.testing.capture_logs() as logs:
        async with running(world, hands) as engine:
            await hands.did("a", 1)
            await asyncio.to_thread(rename_table, world, "watch", "gone")
            world.pass_by(minutes=5)
            engine.wake()
            await until_told(logs, "the store does not answer")
            await asyncio.to_thread(rename_table, world, "gone", "watch")
            await hands.did("a", 2)
    told = next(entry for entry in logs if entry["event"] == "the store does not answer")
    assert told["error"] == "no such table: watch", "one line, and no statement"


async def until_told(logs: list[Any], event: str) -> None:
    async with asyncio.timeout(20):
        while not any(entry["event"] == event for entry in logs):  # noqa: ASYNC110 - a log wakes nobody
            await asyncio.sleep(0.01)


def rename_table(world: World, name: str, other: str) -> None:
    with closing(sqlite3.connect(str(world.context.store.file))) as connection:
        connection.execute(f"ALTER TABLE {name} RENAME TO {other}")


async def test_a_round_that_raises_rests_and_the_others_go_on(world: World, hands: Hands) -> None:
    await plan(world, "bad", "good")
    hands.poisoned.add("bad")
    hands.wait = timedelta(seconds=1)
    with structlog.testing.capture_logs() as logs:
        async with running(world, hands) as engine:
            for times in (1, 2, 3):
                await hands.did("good", times)
                world.pass_by(seconds=2)
                engine.wake()
            assert hands.most["bad"] == 1
            failures = [entry for entry in logs if entry["event"] == "round failed"]
            assert len(failures) == 1, "it is left alone for a minute"
            assert (failures[0]["kind"], failures[0]["key"]) == ("test", "bad")
            hands.poisoned.clear()
            world.pass_by(seconds=REST.total_seconds())
            engine.wake()
            await hands.until(lambda: hands.done["bad"] == 1)


async def test_hundreds_of_poisoned_rows_do_not_stand_in_the_way(world: World, hands: Hands) -> None:
    """They are due longest, and always will be: what falls due after them is done all the same."""
    bad = [f"bad{n}" for n in range(60)]
    hands.poisoned.update(bad)
    await plan(world, *bad)
    with structlog.testing.capture_logs():
        async with running(world, hands, most=10) as engine:
            await hands.until(lambda: hands.failed.total() == 60)
            await world.write(lambda s: s.add(Watch(kind="test", key="good", due_at=world.clock())))
            engine.wake()
            await hands.until(lambda: hands.done["good"] == 1)


async def test_so_many_rounds_run_at_once_and_no_more(world: World, hands: Hands) -> None:
    keys = [f"k{n}" for n in range(12)]
    gate = asyncio.Event()
    hands.gates = dict.fromkeys(keys, gate)
    await plan(world, *keys)
    async with running(world, hands, most=5) as engine:
        await hands.until(lambda: hands.running.total() == 5)
        engine.wake()
        await asyncio.sleep(0.05)
        assert hands.running.total() == 5
        gate.set()
        await hands.until(lambda: hands.done.total() == 12)


async def test_a_row_made_due_meanwhile_is_done_when_the_loop_is_woken(world: World, hands: Hands) -> None:
    await plan(world, "a")
    async with running(world, hands) as engine:
        await hands.until(lambda: hands.done["a"] == 1)
        await world.write(lambda s: watches.hasten(s, "test", "a", world.clock()))
        engine.wake()
        await hands.until(lambda: hands.done["a"] == 2)


async def test_a_clock_that_is_set_back_keeps_nothing_waiting(world: World, hands: Hands) -> None:
    await plan(world, "a")
    async with running(world, hands) as engine:
        await hands.did("a", 1)
        world.pass_by(days=1)
        engine.wake()
        await hands.did("a", 2)
        world.pass_by(days=-1)
        engine.wake()
        await hands.did("a", 3)


async def test_a_deadline_is_met_though_another_round_is_still_under_way(world: World, hands: Hands) -> None:
    """What runs is due in the past; the loop sleeps until what comes next, and not until it looks again."""
    await plan(world, "slow")
    hands.gates["slow"] = asyncio.Event()
    async with running(world, hands) as engine:
        await hands.until(lambda: hands.running["slow"] == 1)
        soon = world.clock() + timedelta(milliseconds=20)
        await world.write(lambda s: s.add(Watch(kind="test", key="next", due_at=soon)))
        engine.wake()
        await asyncio.sleep(0)
        assert await world.store.read(lambda s: watches.next_due(s, world.clock())) == soon
        world.pass_by(milliseconds=20)
        await hands.until(lambda: hands.done["next"] == 1)
        hands.gates["slow"].set()


async def test_stopping_ends_the_loop_and_draining_lets_rounds_finish(world: World, hands: Hands) -> None:
    await plan(world, "slow")
    hands.gates["slow"] = asyncio.Event()
    engine, stop = Engine(lambda: world.context, {"test": hands.round}), asyncio.Event()
    loop = asyncio.create_task(engine.run(stop))
    await hands.until(lambda: hands.running["slow"] == 1)
    stop.set()
    await loop
    drained = asyncio.create_task(engine.drain(timedelta(seconds=20)))
    hands.gates["slow"].set()
    await drained
    assert hands.done == {"slow": 1}


async def test_what_does_not_finish_in_time_is_cancelled_and_due_again(world: World, hands: Hands) -> None:
    await plan(world, "stuck")
    hands.gates["stuck"] = asyncio.Event()
    engine, stop = Engine(lambda: world.context, {"test": hands.round}), asyncio.Event()
    loop = asyncio.create_task(engine.run(stop))
    await hands.until(lambda: hands.running["stuck"] == 1)
    stop.set()
    await loop
    await engine.drain(timedelta(seconds=0.01))
    assert (hands.done["stuck"], hands.running["stuck"]) == (0, 0)
    assert await world.due_now() == [("test", "stuck")]


async def test_draining_an_idle_engine_is_nothing(world: World) -> None:
    await Engine(lambda: world.context, {}).drain(timedelta(seconds=5))


async def test_the_loop_says_when_it_turned_last(world: World, hands: Hands) -> None:
    await plan(world, "a")
    async with running(world, hands) as engine:
        await hands.until(lambda: hands.done["a"] == 1)
        assert engine.last_turn_at == world.now()


async def test_obligations_are_judged_when_they_fall_due(world: World, hands: Hands) -> None:
    await world.publish()
    await plan(world)
    async with running(world, hands) as engine:
        await asyncio.sleep(0)
        assert hands.done == {}
        world.clock.now = at(24, 10, 29)
        engine.wake()
        await hands.until(lambda: hands.most["1"] == 1)


async def test_a_reload_gives_the_next_rounds_another_context(world: World, hands: Hands) -> None:
    seen: list[str] = []

    async def note(ctx: Context, key: str) -> None:
        seen.append(ctx.targets.office.name)
        await hands.round(ctx, key)

    await plan(world, "a")
    engine, stop = Engine(lambda: world.context, {"test": note}), asyncio.Event()
    loop = asyncio.create_task(engine.run(stop))
    await hands.until(lambda: hands.done["a"] == 1)
    await world.amend('name = "示例县人民政府办公室"', 'name = "新名称"')
    await plan(world, "b")
    engine.wake()
    await hands.did("b", 1)
    stop.set()
    await loop
    assert seen == ["示例县人民政府办公室", "新名称"]


async def test_the_real_rounds_run_the_whole_way(world: World) -> None:
    """First readings, a policy, its clock and the repost, by nothing but what falls due."""
    await world.begin()
    engine, stop = Engine(lambda: world.context), asyncio.Event()
    loop = asyncio.create_task(engine.run(stop))

    async def has(owner: str, number: int) -> None:
        """Let time pass, a minute after the other, until an owner's rows are so many."""
        async with asyncio.timeout(30):
            while len(await world.items(owner)) < number:
                world.pass_by(minutes=1)
                engine.wake()
                await asyncio.sleep(0.02)

    held = len(await world.items("county"))
    world.gov.put("/zcwj/", POLICY)
    await has("gov", 11)
    world.county.put("/sjwj/", POLICY)
    await has("county", held + 1)
    stop.set()
    await loop
    await engine.drain(timedelta(seconds=10))
    assert await world.state() == "met"


async def test_rounds_that_wait_for_the_browser_keep_no_others_from_running(
    world: World, hands: Hands
) -> None:
    """At midnight hundreds of sites may need a page shown, two at a time; all others are read meanwhile."""
    browser = Browser(world.client)
    world.context = replace(world.context, browser=browser)

    hands.before_the_browser = {key: browser for key in "abcd"}
    hands.gates = {key: asyncio.Event() for key in "abcd"}
    await plan(world, *"abcde")
    async with running(world, hands, most=4):
        await hands.did("e", 1)
        for gate in hands.gates.values():
            gate.set()
        await hands.did("d", 1)
