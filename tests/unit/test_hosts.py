"""Seats and backoff: who has to wait for whom."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest

from monitor.net.hosts import Hosts
from monitor.net.outcomes import Outcome
from monitor.net.settings import FetchSettings

NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
STEP = FetchSettings().backoff_step
MINUTE = timedelta(minutes=1)


class Time:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def time() -> Iterator[Time]:
    yield Time()


async def take(hosts: Hosts, names: list[str], stack: AsyncExitStack, *, urgent: bool = False) -> set[str]:
    """Ask for seats and hold what can be had without waiting; give the hosts that got one."""
    seated: list[str] = []

    async def sit(name: str) -> None:
        async with hosts.seat(name, urgent=urgent):
            seated.append(name)
            await asyncio.Event().wait()

    tasks = [asyncio.create_task(sit(name)) for name in names]
    for _ in range(10):
        await asyncio.sleep(0)

    async def leave() -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    stack.push_async_callback(leave)
    return set(seated)


def hosts_of(time: Time, concurrency: int = 20, per_host: int = 2) -> Hosts:
    return Hosts(FetchSettings(concurrency=concurrency, per_host=per_host), time)


# --- seats ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wanted", [1, 2, 5, 50])
async def test_half_as_many_hosts_as_seats_never_take_them_all(time: Time, wanted: int) -> None:
    """Whatever number of pages each wants, and with every one of them holding on for ever."""
    async with AsyncExitStack() as stack:
        hosts = hosts_of(time)
        await take(hosts, [f"hang{number}:80" for number in range(10) for _ in range(wanted)], stack)
        assert await take(hosts, ["good:80"], stack) == {"good:80"}
        assert hosts.in_flight <= 20


@pytest.mark.parametrize(("per_host", "is_seated"), [(1, False), (2, True), (8, True)])
async def test_work_that_can_wait_leaves_a_seat_of_each_host(
    time: Time, per_host: int, *, is_seated: bool
) -> None:
    """However much of it there is; where there is but one seat, it is shared."""
    hosts = hosts_of(time, per_host=per_host)

    async def crawl() -> None:
        async with hosts.behind("busy:80"), hosts.seat("busy:80"):
            await asyncio.Event().wait()

    async with AsyncExitStack() as stack:
        crawls = [asyncio.create_task(crawl()) for _ in range(20)]
        await asyncio.sleep(0)
        assert await take(hosts, ["busy:80"], stack) == ({"busy:80"} if is_seated else set())
        for task in crawls:
            task.cancel()
        await asyncio.gather(*crawls, return_exceptions=True)
        await asyncio.sleep(0)
        assert hosts.in_flight == 1


async def test_no_more_than_all_seats_are_taken(time: Time) -> None:
    async with AsyncExitStack() as stack:
        hosts = hosts_of(time)
        seated = await take(hosts, [f"host{number}:80" for number in range(30)], stack)
        assert len(seated) == hosts.in_flight == 20
    assert hosts.in_flight == 0


async def test_a_host_that_may_take_all_gets_all(time: Time) -> None:
    """One site crawled alone: `per_host` is what was asked for, and what it gets."""
    async with AsyncExitStack() as stack:
        hosts = hosts_of(time, concurrency=20, per_host=20)
        await take(hosts, ["one:80"] * 30, stack)
        assert hosts.in_flight == 20


async def test_hosts_that_hung_share_half_and_an_urgent_reading_does_not_queue_with_them(time: Time) -> None:
    async with AsyncExitStack() as stack:
        hosts = hosts_of(time)
        names = [f"hang{number}:80" for number in range(30)]
        for name in names:
            hosts.note(name, Outcome.TIMEOUT)
        assert len(await take(hosts, names, stack)) == 10
        assert await take(hosts, ["hang29:80"], stack, urgent=True) == {"hang29:80"}
        assert await take(hosts, ["good:80"], stack) == {"good:80"}


async def test_a_host_that_answers_again_no_longer_counts_as_hanging(time: Time) -> None:
    async with AsyncExitStack() as stack:
        hosts = hosts_of(time, concurrency=2)
        hosts.note("a:80", Outcome.TIMEOUT)
        hosts.note("b:80", Outcome.TIMEOUT)
        hosts.note("a:80", Outcome.OK, 200)
        assert await take(hosts, ["a:80", "b:80"], stack) == {"a:80", "b:80"}


async def test_who_stops_waiting_holds_nothing(time: Time) -> None:
    hosts = hosts_of(time, concurrency=1, per_host=1)
    async with AsyncExitStack() as stack:
        await take(hosts, ["a:80"], stack)
        async with AsyncExitStack() as waiting:
            assert await take(hosts, ["a:80", "b:80"], waiting) == set()
    async with AsyncExitStack() as stack:
        assert await take(hosts, ["b:80"], stack) == {"b:80"}


# --- backoff -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("history", "delay"),
    [
        ([], None),
        ([(Outcome.OK, 200)], None),
        ([(Outcome.NOT_FOUND, 404)], None),  # it answers
        ([(Outcome.SERVER_ERROR, 500)], STEP),
        ([(Outcome.SERVER_ERROR, 500)] * 3, 3 * STEP),  # adds
        ([(Outcome.TIMEOUT, None)] * 2, 2 * STEP),
        ([(Outcome.BLOCKED, 429)], 2 * STEP),
        ([(Outcome.BLOCKED, 429)] * 3, 8 * STEP),  # doubles
        ([(Outcome.SERVER_ERROR, 503)] * 2, 4 * STEP),
        ([(Outcome.SERVER_ERROR, 503)] * 30, timedelta(minutes=30)),  # and has an end
        ([(Outcome.SERVER_ERROR, 500), (Outcome.OK, 200)], None),  # an answer resets
        ([(Outcome.SERVER_ERROR, 500), (Outcome.ADDRESS_REFUSED, None)], STEP),  # we did not ask it
        ([(Outcome.PROXY_FAILED, None)], None),  # nor is it to blame for our proxy
    ],
)
def test_how_long_a_host_is_left_alone(
    history: list[tuple[Outcome, int | None]], delay: timedelta | None, time: Time
) -> None:
    hosts = hosts_of(time)
    for outcome, status in history:
        hosts.note("a:80", outcome, status)
    assert hosts.not_before("a:80") == (None if delay is None else NOW + delay)
    assert hosts.not_before("b:80") is None


def test_it_is_over_when_it_is_over(time: Time) -> None:
    hosts = hosts_of(time)
    hosts.note("a:80", Outcome.SERVER_ERROR, 500)
    time.now = NOW + STEP
    assert hosts.not_before("a:80") is None


def test_backoff_never_exceeds_what_the_column_allows(time: Time) -> None:
    hosts = hosts_of(time)
    for _ in range(10):
        hosts.note("a:80", Outcome.SERVER_ERROR, 503)
    assert hosts.not_before("a:80", longest=8 * MINUTE) == NOW + 8 * MINUTE


def test_but_retry_after_may(time: Time) -> None:
    hosts = hosts_of(time)
    hosts.note("a:80", Outcome.SERVER_ERROR, 503, 20 * MINUTE)
    assert hosts.not_before("a:80", longest=8 * MINUTE) == NOW + 20 * MINUTE


def test_a_deadline_waits_for_retry_after_alone(time: Time) -> None:
    hosts = hosts_of(time)
    hosts.note("a:80", Outcome.TIMEOUT)
    assert hosts.not_before("a:80", urgent=True) is None
    hosts.note("a:80", Outcome.BLOCKED, 429, 3 * MINUTE)
    assert hosts.not_before("a:80", urgent=True) == NOW + 3 * MINUTE


def test_retry_after_is_believed_up_to_an_hour(time: Time) -> None:
    hosts = hosts_of(time)
    hosts.note("a:80", Outcome.BLOCKED, 429, timedelta(days=300))
    assert hosts.not_before("a:80") == NOW + timedelta(hours=1)


def test_a_clock_set_back_puts_nobody_off_for_longer(time: Time) -> None:
    hosts = hosts_of(time)
    hosts.note("a:80", Outcome.SERVER_ERROR, 500)
    time.now = NOW - timedelta(days=365)
    assert hosts.not_before("a:80") == time.now + STEP


def test_hosts_seen_once_are_forgotten_but_not_those_put_off(
    time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.net.hosts.MOST_REMEMBERED", 10)
    hosts = hosts_of(time)
    hosts.note("off:80", Outcome.SERVER_ERROR, 503)
    for number in range(100):
        hosts.note(f"host{number}:80", Outcome.OK, 200)
    assert hosts.not_before("off:80") is not None
    assert hosts.remembered <= 11


def test_settings_that_cannot_be() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        FetchSettings(concurrency=0)
