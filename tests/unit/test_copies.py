"""Copies that a cache hands out without an Age."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from monitor.net.copies import MOST_REMEMBERED, Copies
from monitor.net.outcomes import Outcome
from monitor.net.page import Page

NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
URL = "http://www.example.gov.cn/"


def page(minutes: float, date: str | None, age: int = 0, url: str = URL) -> Page:
    """An answer that came so many minutes after the first."""
    return Page(
        url=url,
        final_url=url,
        outcome=Outcome.OK,
        status=200,
        reason="",
        headers={} if date is None else {"date": date},
        body=b"",
        text="",
        encoding=None,
        requested_at=NOW + timedelta(minutes=minutes),
        elapsed=0.1,
        age=timedelta(minutes=age),
        fresh=True,
        hops=(),
        certificate_error=None,
    )


def http(minutes: float) -> str:
    return format_datetime(NOW + timedelta(minutes=minutes), usegmt=True)


@pytest.mark.parametrize(
    ("first", "then", "age", "why"),
    [
        (http(0), http(0), 30, "the same answer half an hour later"),
        (http(0), http(30), 0, "a new one"),
        (http(-90), http(-60), 0, "a clock that is wrong goes on all the same"),
        (http(-90), http(-90), 30, "how wrong a clock is cannot be told from how old a copy was"),
        (None, None, 0, "no Date"),
        ("soon", "soon", 0, "no time"),
        (http(-60 * 48), http(-60 * 48), 0, "a clock that stands still, and no cache's"),
    ],
)
def test_a_date_that_stands_still_is_a_copys(first: str | None, then: str | None, age: int, why: str) -> None:
    copies = Copies()
    assert copies.dated(page(0, first)).age == timedelta(0)
    assert copies.dated(page(30, then)).age == timedelta(minutes=age), why


def test_what_a_cache_says_itself_holds_where_it_is_more() -> None:
    copies = Copies()
    copies.dated(page(0, http(0)))
    assert copies.dated(page(30, http(0), age=50)).age == timedelta(minutes=50)
    assert copies.dated(page(30, http(0), age=5)).age == timedelta(minutes=30)


def test_answers_within_the_same_seconds_are_no_copies() -> None:
    copies = Copies()
    copies.dated(page(0, http(0)))
    assert copies.dated(page(0.1, http(0))).age == timedelta(0)


def test_addresses_are_kept_apart_and_errors_aside() -> None:
    copies = Copies()
    copies.dated(page(0, http(0)))
    assert copies.dated(page(30, http(0), url=f"{URL}other")).age == timedelta(0)
    assert copies.dated(replace(page(30, http(0)), outcome=Outcome.SERVER_ERROR)).age == timedelta(0)


def test_memory_is_bounded() -> None:
    copies = Copies()
    for number in range(MOST_REMEMBERED + 10):
        copies.dated(page(0, http(0), url=f"{URL}{number}"))
    assert len(copies._seen) == MOST_REMEMBERED
