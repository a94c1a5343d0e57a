"""When a link counts as broken, and how a site's links went week by week."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from checks.breakages import ASTRAY, Breakage, Proof, Span, Week, by_week, days_broken, failed

ZONE = ZoneInfo("Asia/Shanghai")
USUAL = Proof(tries=3, over=timedelta(days=1))


def at(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("proof", "moments", "confirmed"),
    [
        (USUAL, [at(24)], None),  # a single look proves nothing
        (USUAL, [at(24), at(25)], None),  # too few
        (USUAL, [at(24, 9), at(24, 10), at(24, 11)], None),  # too close to each other
        (USUAL, [at(24), at(24, 21), at(25)], at(25)),
        (USUAL, [at(24), at(24, 21), at(25, 8), at(25, 9), at(26)], at(25, 9)),  # it stays at the first proof
        (USUAL, [at(25), at(24), at(24)], None),  # the clock was set back in between
        (ASTRAY, [at(24), at(24)], None),
        (ASTRAY, [at(24, 9), at(24, 10)], at(24, 10)),
        (Proof(1, timedelta(seconds=1)), [at(24), at(24, 10)], at(24, 10)),
    ],
)
def test_a_link_is_told_once_it_failed_often_and_long_enough(
    proof: Proof, moments: list[datetime], confirmed: datetime | None
) -> None:
    known: Breakage | None = None
    for moment in moments:
        known = failed(known, proof, moment)
    assert known is not None
    assert (known.confirmed_at, known.tries, known.first_at) == (confirmed, len(moments), min(moments))


@pytest.mark.parametrize(
    ("proof", "step"),
    [
        (USUAL, timedelta(hours=12)),
        (Proof(1, timedelta(days=1)), timedelta(days=1)),
        (ASTRAY, timedelta(hours=1)),
    ],
)
def test_looks_are_spread_over_the_time(proof: Proof, step: timedelta) -> None:
    assert proof.step == step


@pytest.mark.parametrize(("until", "days"), [(at(24, 9), 0), (at(25, 8), 0), (at(25, 9), 1), (at(23), 0)])
def test_days_are_whole(until: datetime, days: int) -> None:
    assert days_broken(at(24, 9), until) == days


def test_weeks_begin_on_monday_by_the_offices_clock() -> None:
    """Now is Tuesday the 24th; Monday the 23rd begins while it is Sunday in UTC."""
    spans = [
        Span(at(23, 0), None, is_home=True),
        Span(at(22, 23), at(23, 1)),
        Span(at(2), None),
        Span(at(2), at(16)),
    ]
    assert by_week(spans, at(24, 12), ZONE, weeks=3) == (
        Week(date(2026, 11, 9), broke=0, cured=0, standing=2, home=0),
        Week(date(2026, 11, 16), broke=1, cured=1, standing=2, home=0),
        Week(date(2026, 11, 23), broke=1, cured=1, standing=2, home=1),
    )
