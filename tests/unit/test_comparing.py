"""Declared times compared: what they tell, and what they leave open, which is held against nobody."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.obligations import Declared
from checks.terms import parse_term
from checks.workdays import Calendar, Counting, DayEnd, OfficeHours, RestDayStart
from monitor.rounds.carried import Answer, Found
from monitor.rounds.comparing import Comparison, Result, Share, Terms, compare, shares
from monitor.targets import Site

ZONE = ZoneInfo("Asia/Shanghai")
COUNTING = Counting(
    Calendar.official(),
    OfficeHours.parse(("08:30-12:00", "14:30-17:30")),
    ZONE,
    DayEnd.END_OF_DAY,
    RestDayStart.EXCLUDE,
)
TERMS = Terms(parse_term("1h"), parse_term("1 working day"))
SITE = Site(id="county", name="县", url="https://a.gov.cn/")
NOW = datetime(2026, 11, 27, 12, tzinfo=ZONE)


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """November 2026; the 24th is a Tuesday, the 20th a Friday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


def found(stated: datetime | date | None) -> Answer:
    return Answer(
        Found("https://a.gov.cn/1", "题", "title", 1.0, "", "栏", stated, "minute"), is_complete=True
    )


def compared(
    published: datetime | date | None, answer: Answer, now: datetime = NOW, counting: Counting = COUNTING
) -> Comparison:
    return compare(1, SITE, Declared.read(published, ZONE), answer, TERMS, counting, now)


def answers(comparison: Comparison) -> tuple[bool | None, bool | None, bool | None]:
    return comparison.within_target, comparison.within_limit, comparison.within_day


ABSENT = Answer(None, is_complete=True)
BLIND = Answer(None, is_complete=False)


@pytest.mark.parametrize(
    ("published", "answer", "expected", "reason"),
    [
        (at(24, 10), found(at(24, 10, 40)), (True, True, True), "within the hour"),
        (at(24, 10), found(at(24, 11)), (True, True, True), "at the target is in time"),
        (at(24, 10), found(at(24, 11, 1)), (False, True, True), "a minute later is not"),
        (at(24, 10), found(at(25, 9)), (False, True, True), "the next working day"),
        (at(24, 10), found(at(25, 23)), (False, True, False), "its end is the limit, 24 hours are over"),
        (at(24, 10), found(at(26, 0, 30)), (False, False, False), "after both"),
        (at(20, 10), found(at(23, 9)), (False, True, False), "over a weekend the limit is Monday's end"),
        (at(24, 10), found(at(24, 9)), (True, True, True), "earlier than the source: no delay at all"),
        (at(24, 10), found(date(2026, 11, 24)), (None, True, True), "the same day: the hour is left open"),
        (at(24, 10), found(date(2026, 11, 25)), (False, True, None), "the next day: so are the 24 hours"),
        (at(24, 10), found(date(2026, 11, 26)), (False, False, False), "two days later tells all"),
        (date(2026, 11, 24), found(at(24, 9)), (None, True, True), "a source that says only the day"),
        (date(2026, 11, 24), found(at(25, 9)), (False, True, None), "its hour is over by then"),
        (at(24, 10), found(None), (None, None, None), "found, but it says no time"),
        (None, found(at(24, 9)), (None, None, None), "nor does the source"),
        (at(24, 10), ABSENT, (False, False, False), "not there though all is over"),
        (at(27, 10), ABSENT, (False, None, None), "the hour is over, the others still run"),
        (at(27, 11, 30), ABSENT, (None, None, None), "published half an hour ago"),
        (at(24, 10), BLIND, (None, None, None), "a place could not be read: nothing is said"),
    ],
)
def test_what_declared_times_tell(
    published: datetime | date | None,
    answer: Answer,
    expected: tuple[bool | None, bool | None, bool | None],
    reason: str,
) -> None:
    assert answers(compared(published, answer)) == expected, reason


@pytest.mark.parametrize(
    ("answer", "result"),
    [(found(at(24, 9)), Result.FOUND), (ABSENT, Result.NOT_FOUND), (BLIND, Result.UNKNOWN)],
)
def test_not_found_is_said_only_where_all_was_read(answer: Answer, result: Result) -> None:
    assert compared(at(24, 10), answer).result is result


@pytest.mark.parametrize(
    ("published", "stated", "delay", "days"),
    [
        (at(24, 10), at(24, 12, 30), timedelta(hours=2, minutes=30), 0),
        (at(24, 10), at(24, 9), timedelta(), 0),
        (at(24, 10), at(24), None, 0),
        (at(24, 10), date(2026, 11, 26), None, 2),
        (date(2026, 11, 24), None, None, None),
    ],
)
def test_delays(
    published: datetime | date, stated: datetime | date | None, delay: timedelta | None, days: int | None
) -> None:
    comparison = compared(published, found(stated))
    assert (comparison.delay, comparison.delay_days) == (delay, days)


def test_a_limit_in_a_year_not_announced_is_held_against_nobody() -> None:
    start, now = datetime(2031, 1, 2, 10, tzinfo=ZONE), datetime(2031, 2, 1, tzinfo=ZONE)
    assert compared(start, ABSENT, now).within_limit is None
    assert compared(start, ABSENT, now).within_target is False


MOMENTS = st.datetimes(datetime(2026, 11, 1), datetime(2026, 11, 26), timezones=st.just(UTC))  # noqa: DTZ001


@given(MOMENTS, MOMENTS)
def test_the_day_alone_never_says_more_than_the_moment(published: datetime, reposted: datetime) -> None:
    exact = answers(compared(published, found(reposted)))
    for p, r in (
        (published, reposted.astimezone(ZONE).date()),
        (published.astimezone(ZONE).date(), reposted),
    ):
        for vague, precise in zip(answers(compared(p, found(r))), exact, strict=True):
            assert vague is None or vague == precise


@given(MOMENTS, MOMENTS)
def test_the_terms_contain_one_another(published: datetime, reposted: datetime) -> None:
    hour, limit, day = answers(compared(published, found(reposted)))
    assert not hour or (limit and day)


def test_shares_count_what_could_be_told_and_keep_the_rest_beside_it() -> None:
    made = [
        compared(at(24, 10), found(at(24, 10, 30))),
        compared(at(24, 10), found(at(24, 15))),
        compared(at(24, 10), ABSENT),
        compared(at(24, 10), BLIND),
    ]
    one, whole = shares(made)
    assert one.site == "county" and whole.site is None
    assert whole.results == {Result.FOUND: 2, Result.NOT_FOUND: 1, Result.UNKNOWN: 1}
    assert whole.within_target == Share(yes=1, no=2, unknown=1)
    assert whole.within_target.share == pytest.approx(1 / 3)
    assert whole.within_limit.share == pytest.approx(2 / 3)


def test_no_comparison_has_no_share() -> None:
    (whole,) = shares([])
    assert whole.within_target.share is None
