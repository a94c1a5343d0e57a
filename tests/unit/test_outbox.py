"""The outbox without a store keeps the contract, and the backoff is what was promised."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.events import Event
from alerts.outbox import Backoff, Delivery, DeliveryResult, MemoryOutbox, Result
from tests.contract.outbox_suite import OutboxSuite
from tests.telling import at


class MemoryHarness:
    def __init__(self) -> None:
        self.outbox = MemoryOutbox()

    async def add(self, *events: Event) -> None:
        self.outbox.add(events)


class TestMemoryOutbox(OutboxSuite):
    @pytest.fixture
    def harness(self) -> MemoryHarness:
        return MemoryHarness()


NOW = at(24, 12)
STEADY = Backoff(jitter=0)
FAILED = DeliveryResult(Result.FAILED)


def delivery(attempts: int = 1, age: timedelta = timedelta()) -> Delivery:
    return Delivery(1, "DB-1", "office", "t", "b", attempts, NOW - age)


@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [(1, 2), (2, 4), (3, 8), (4, 16), (8, 256), (9, 512), (10, 600), (100_000, 600)],
)
def test_retries_come_after_2_4_8_seconds_and_at_most_10_minutes(attempts: int, seconds: int) -> None:
    assert STEADY.delay(attempts, Random(0)) == timedelta(seconds=seconds)


@given(attempts=st.integers(1, 10_000), seed=st.integers())
def test_jitter_is_small_and_never_exceeds_the_longest(attempts: int, seed: int) -> None:
    steady = STEADY.delay(attempts, Random(seed))
    delay = Backoff().delay(attempts, Random(seed))
    assert steady <= delay <= min(steady * 1.1, timedelta(minutes=10))


@pytest.mark.parametrize(
    ("result", "age", "again"),
    [
        (FAILED, timedelta(), True),
        (DeliveryResult(Result.TIMED_OUT), timedelta(), True),
        (DeliveryResult(Result.REFUSED, "code 45009"), timedelta(), True),  # too many a minute: later
        (DeliveryResult(Result.REFUSED, "code 40058", permanent=True), timedelta(), False),
        (DeliveryResult(Result.MISCONFIGURED), timedelta(), False),
        (DeliveryResult(Result.ACCEPTED), timedelta(), False),
        (FAILED, timedelta(hours=23, minutes=59), True),
        (FAILED, timedelta(hours=24), False),  # a day later it is old news, and ops must see
    ],
)
def test_what_is_tried_again(result: DeliveryResult, age: timedelta, again: bool) -> None:
    retry_at = STEADY.retry_at(delivery(age=age), result, NOW, Random(0))
    assert retry_at == (NOW + timedelta(seconds=2) if again else None)
