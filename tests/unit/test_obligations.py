from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.obligations import (
    Clock,
    Declared,
    Facts,
    Patience,
    Sighting,
    State,
    is_backdated,
    is_proven_absent,
    is_stale,
    judge,
    next_moments,
    start_of,
)

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TARGET = START + timedelta(minutes=60)
LIMIT = START + timedelta(minutes=600)
CLOCK = Clock(START, TARGET, LIMIT)
PATIENCE = Patience(absent_polls=2, absent_apart=timedelta(minutes=5), grace=timedelta(minutes=30))


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def seen(after: float | None, by: float, declared: float | None = None) -> Sighting:
    stated = Declared(moment=at(declared)) if declared is not None else Declared()
    return Sighting(None if after is None else at(after), at(by), stated)


def facts(*absent: float, sighting: Sighting | None = None, looked: bool = True) -> Facts:
    return Facts(tuple(at(m) for m in absent), sighting, looked_everywhere=looked)


# (facts, now, state, why the row is there)
TABLE = [
    (facts(), 0, State.PENDING, "the clock has just started"),
    (facts(59), 60, State.PENDING, "at the deadline is in time"),
    (facts(59), 61, State.OVERDUE, "past the target, and no reading since"),
    (facts(60), 61, State.OVERDUE, "past the target, and a reading says so"),
    (facts(590), 630, State.OVERDUE, "past the limit, but within the grace"),
    (facts(590), 631, State.UNPROVEN, "nobody could look after the limit"),
    (facts(600), 631, State.UNPROVEN, "one reading at the limit accuses nobody"),
    (facts(600, 604), 605, State.OVERDUE, "two readings, but too close together"),
    (facts(600, 605), 605, State.VIOLATED, "two readings at the limit, far enough apart"),
    (facts(600, 605, looked=False), 605, State.OVERDUE, "no accusation before the last look"),
    (facts(600, 605, looked=False), 700, State.UNPROVEN, "nor ever without it"),
    (facts(600, 602, 604, 606), 606, State.VIOLATED, "the first and the last lie far enough apart"),
    (facts(599, 610), 611, State.OVERDUE, "a reading before the limit does not count"),
    (facts(700, 705), 706, State.VIOLATED, "a reading long after the limit lacks it still"),
    (
        replace(facts(600, 605), overturned=True),
        606,
        State.UNPROVEN,
        "an officer overturned what the readings say",
    ),
    (replace(facts(), overturned=True), 0, State.PENDING, "there is nothing to overturn yet"),
    (facts(sighting=seen(None, -5)), 0, State.MET, "it stood there before the duty began"),
    (facts(10, sighting=seen(10, 15)), 15, State.MET, "seen before the target"),
    (facts(10, sighting=seen(10, 60)), 60, State.MET, "seen at the target"),
    (facts(59, sighting=seen(59, 61)), 61, State.MET, "between two readings: the doubt is theirs"),
    (facts(59, sighting=seen(59, 600)), 600, State.MET, "last lacked before the target, seen by the limit"),
    (facts(60, sighting=seen(60, 61)), 61, State.MET_LATE, "lacked at the target"),
    (facts(60, sighting=seen(60, 600)), 600, State.MET_LATE, "seen at the limit"),
    (
        facts(60, sighting=seen(60, 700, declared=599)),
        700,
        State.MET_LATE,
        "its own time says before the limit",
    ),
    (facts(30, sighting=seen(30, 700, declared=45)), 700, State.MET, "its own time says before the target"),
    (
        facts(30, sighting=seen(30, 700, declared=20)),
        700,
        State.UNPROVEN,
        "its time lies before a reading without it",
    ),
    (facts(30, sighting=seen(30, 700, declared=701)), 700, State.UNPROVEN, "its time lies after it was seen"),
    (facts(599, sighting=seen(599, 601)), 601, State.UNPROVEN, "around the limit: nobody can say"),
    (facts(600, sighting=seen(600, 603)), 603, State.UNPROVEN, "one reading at the limit, then done"),
    (facts(600, 605, sighting=seen(605, 610)), 610, State.VIOLATED, "proven, then done after all"),
    (facts(600, 605, sighting=seen(605, 610), looked=False), 610, State.UNPROVEN, "never looked everywhere"),
    (facts(600, 605, sighting=seen(None, 610, declared=30)), 610, State.MET, "where nobody looked, in time"),
    (facts(600, 605, sighting=seen(None, 610)), 610, State.UNPROVEN, "where nobody looked, without a time"),
    (facts(5, sighting=seen(5, 10)), 700, State.MET, "time alone changes nothing once it is done"),
]


@pytest.mark.parametrize(("known", "now", "state", "why"), TABLE, ids=[row[3] for row in TABLE])
def test_the_table_of_verdicts(known: Facts, now: float, state: State, why: str) -> None:
    assert judge(CLOCK, known, PATIENCE, at(now)).state is state, why


def test_the_ground_that_falls_away_beats_everything() -> None:
    accused = facts(600, 605)
    void = replace(accused, void="withdrawn at the source", waived=True)
    assert judge(CLOCK, void, PATIENCE, at(700)).state is State.VOID
    assert judge(CLOCK, void, PATIENCE, at(700)).why == "withdrawn at the source"
    assert judge(CLOCK, replace(accused, waived=True), PATIENCE, at(700)).state is State.WAIVED


def test_nobody_is_accused_where_the_calendar_is_not_known() -> None:
    uncertain = replace(CLOCK, limit_certain=False)
    assert judge(uncertain, facts(600, 605), PATIENCE, at(610)).state is State.OVERDUE
    assert judge(uncertain, facts(600, 605), PATIENCE, at(700)).state is State.UNPROVEN
    late = facts(600, 605, sighting=seen(605, 610))
    assert judge(uncertain, late, PATIENCE, at(700)).state is State.UNPROVEN


def test_once_the_year_is_announced_the_same_facts_are_judged() -> None:
    known = facts(600, 605)
    assert judge(replace(CLOCK, limit_certain=False), known, PATIENCE, at(700)).state is State.UNPROVEN
    assert judge(CLOCK, known, PATIENCE, at(700)).state is State.VIOLATED


def test_a_duty_without_a_target_is_judged_by_its_limit() -> None:
    clock = Clock(START, None, LIMIT)
    assert judge(clock, facts(59), PATIENCE, at(500)).state is State.PENDING
    assert judge(clock, facts(59), PATIENCE, at(601)).state is State.OVERDUE
    assert judge(clock, facts(500, sighting=seen(500, 550)), PATIENCE, at(550)).state is State.MET
    assert not judge(clock, facts(500), PATIENCE, at(501)).target_missed


def test_what_the_verdict_says_besides() -> None:
    verdict = judge(CLOCK, facts(60, sighting=seen(60, 90)), PATIENCE, at(100))
    assert verdict.seen_after == at(60)
    assert verdict.discharged_at == at(90)
    assert verdict.delay == timedelta(minutes=60)
    assert verdict.target_missed
    held = judge(CLOCK, facts(sighting=seen(None, -5)), PATIENCE, at(0))
    assert (held.seen_after, held.delay, held.target_missed) == (None, None, False)
    early = judge(CLOCK, facts(sighting=seen(-30, -5)), PATIENCE, at(0))
    assert early.delay == timedelta(), "a delay is never below zero"


def test_a_limit_does_not_lie_before_its_start() -> None:
    with pytest.raises(ValueError, match="before its start"):
        Clock(START, None, START - timedelta(seconds=1))


def test_open_and_accusing_states() -> None:
    assert {state for state in State if state.is_open} == {State.PENDING, State.OVERDUE}
    assert {state for state in State if state.accuses} == {State.VIOLATED}


def test_time_alone_has_something_to_say_at_these_moments() -> None:
    assert next_moments(CLOCK, PATIENCE) == (at(60), at(600), at(630))
    assert next_moments(Clock(START, None, LIMIT), PATIENCE) == (at(600), at(630))


GRID = (None, 0, 30, 60, 61, 300, 599, 600, 601, 605, 606, 640)


def test_every_state_is_reachable_and_every_combination_is_judged() -> None:
    """All small worlds: up to two absences, a sighting or none, its time, five moments of judgement."""
    reached = set()
    for first, second, by, declared in product(GRID, GRID, GRID, GRID):
        absent = [m for m in (first, second) if m is not None]
        sighting = None
        if by is not None:
            before = [m for m in absent if m < by]
            sighting = seen(max(before, default=None), by, declared)
        for now in (0, 60, 61, 600, 640):
            reached.add(judge(CLOCK, facts(*absent, sighting=sighting), PATIENCE, at(now)).state)
    assert reached == set(State) - {State.VOID, State.WAIVED}


minutes = st.floats(min_value=-100, max_value=1000, allow_nan=False)
absences = st.lists(minutes, max_size=6)
RANK = {State.MET: 0, State.MET_LATE: 1, State.UNPROVEN: 2, State.VIOLATED: 3}


@st.composite
def sightings(draw: st.DrawFn) -> Sighting:
    after = draw(st.none() | minutes)
    by = draw(minutes) if after is None else after + draw(st.floats(0.01, 500))
    return seen(after, by, draw(st.none() | minutes))


@given(absences, sightings() | st.none(), minutes)
def test_the_same_facts_always_give_the_same_verdict(
    absent: list[float], sighting: Sighting | None, now: float
) -> None:
    known = facts(*absent, sighting=sighting)
    shuffled = facts(*reversed(absent), *absent[:1], sighting=sighting)
    assert judge(CLOCK, known, PATIENCE, at(now)) == judge(CLOCK, shuffled, PATIENCE, at(now))


@given(absences, sightings(), st.floats(0, 400))
def test_an_earlier_repost_never_makes_it_worse(
    absent: list[float], sighting: Sighting, earlier: float
) -> None:
    by = sighting.seen_by - timedelta(minutes=earlier)
    if sighting.seen_after is not None and by <= sighting.seen_after:
        by = sighting.seen_after + timedelta(seconds=1)
    sooner = replace(sighting, seen_by=by, declared=Declared())
    plain = replace(sighting, declared=Declared())
    now = at(2000)
    worse = RANK[judge(CLOCK, facts(*absent, sighting=plain), PATIENCE, now).state]
    assert RANK[judge(CLOCK, facts(*absent, sighting=sooner), PATIENCE, now).state] <= worse


@given(absences, sightings())
def test_a_repost_is_never_judged_worse_than_none(absent: list[float], sighting: Sighting) -> None:
    """Whoever shows a repost does not become accused by showing it."""
    now = at(2000)
    without = judge(CLOCK, facts(*absent), PATIENCE, now).state
    with_it = judge(CLOCK, facts(*absent, sighting=sighting), PATIENCE, now).state
    assert not (with_it.accuses and not without.accuses)


@given(absences, sightings() | st.none(), minutes)
def test_fewer_absences_never_accuse(absent: list[float], sighting: Sighting | None, now: float) -> None:
    verdict = judge(CLOCK, facts(*absent, sighting=sighting), PATIENCE, at(now))
    fewer = judge(CLOCK, facts(*absent[:-1], sighting=sighting), PATIENCE, at(now))
    assert not (fewer.state.accuses and not verdict.state.accuses)


@given(absences, sightings() | st.none(), minutes)
def test_an_accusation_rests_on_readings_at_or_after_the_limit(
    absent: list[float], sighting: Sighting | None, now: float
) -> None:
    if judge(CLOCK, facts(*absent, sighting=sighting), PATIENCE, at(now)).state.accuses:
        after = [at(m) for m in absent if at(m) >= LIMIT]
        assert len(after) >= PATIENCE.absent_polls
        assert max(after) - min(after) >= PATIENCE.absent_apart


@given(absences)
def test_absences_are_counted_apart(absent: list[float]) -> None:
    moments = [at(m) for m in absent]
    assert is_proven_absent(CLOCK, moments, PATIENCE) == (
        len(late := sorted(m for m in moments if m >= LIMIT)) > 1
        and late[-1] - late[0] >= PATIENCE.absent_apart
    )


# (declared, seen_after, seen_by, start, reason)
STARTS = [
    (None, -2, 0, 0, "no time declared: when first seen"),
    (-1, -2, 0, -1, "precise, and within the interval"),
    (-12, -2, 0, -12, "ten minutes before the interval still agrees"),
    (-12.1, -2, 0, 0, "more than ten minutes before it does not: the later moment favours the accused"),
    (8, -2, 0, 0, "declared later than seen: never later than first seen"),
    (11, -2, 0, 0, "far later than seen: does not agree"),
    (-5, None, 0, -5, "no earlier reading: around the first one"),
    (-11, None, 0, 0, "no earlier reading, and far before"),
]


@pytest.mark.parametrize(("declared", "after", "by", "start", "why"), STARTS, ids=[row[4] for row in STARTS])
def test_when_the_clock_starts(
    declared: float | None, after: float | None, by: float, start: float, why: str
) -> None:
    stated = Declared(moment=at(declared)) if declared is not None else Declared()
    assert start_of(stated, None if after is None else at(after), at(by)) == at(start), why


@given(st.none() | minutes, minutes, st.floats(0, 100))
def test_a_clock_never_starts_after_the_item_was_seen(
    declared: float | None, after: float, gap: float
) -> None:
    stated = Declared(moment=at(declared)) if declared is not None else Declared()
    start = start_of(stated, at(after), at(after + gap))
    assert at(after) - timedelta(minutes=10) <= start <= at(after + gap)


def test_midnight_is_a_day_and_not_a_moment() -> None:
    midnight = datetime(2026, 11, 24, 0, 0, tzinfo=ZONE)
    assert Declared.read(midnight, ZONE) == Declared(day=date(2026, 11, 24))
    assert Declared.read(date(2026, 11, 24), ZONE) == Declared(day=date(2026, 11, 24))
    assert Declared.read(None, ZONE) == Declared()
    noon = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
    assert Declared.read(noon, ZONE) == Declared(moment=noon, day=date(2026, 11, 24))


# (day declared, moment of the last reading without it, stale?, reason)
STALENESS = [
    (date(2026, 11, 24), datetime(2026, 11, 24, 9, 0, tzinfo=ZONE), False, "today's"),
    (
        date(2026, 11, 21),
        datetime(2026, 11, 24, 9, 0, tzinfo=ZONE),
        False,
        "three days is not more than three",
    ),
    (
        date(2026, 11, 20),
        datetime(2026, 11, 24, 9, 0, tzinfo=ZONE),
        True,
        "four days: an old paper listed again",
    ),
    (date(2020, 1, 1), None, False, "nothing was read before: the first reading has its own rule"),
    (None, datetime(2026, 11, 24, 9, 0, tzinfo=ZONE), False, "no day declared"),
]


@pytest.mark.parametrize(("day", "after", "stale", "why"), STALENESS, ids=[row[3] for row in STALENESS])
def test_old_papers_listed_again(day: date | None, after: datetime | None, stale: bool, why: str) -> None:
    assert is_stale(Declared(day=day), after, ZONE) is stale, why


def test_backdating_is_a_suspicion_with_a_skew() -> None:
    assert not is_backdated(seen(100, 110, declared=-20), PATIENCE, ZONE), "exactly two hours before"
    assert is_backdated(seen(100, 110, declared=-21), PATIENCE, ZONE)
    assert not is_backdated(seen(None, 110, declared=-500), PATIENCE, ZONE), "no reading contradicts it"
    day_before = Sighting(at(100), at(110), Declared(day=date(2026, 11, 23)))
    assert is_backdated(day_before, PATIENCE, ZONE)
    assert not is_backdated(replace(day_before, declared=Declared(day=date(2026, 11, 24))), PATIENCE, ZONE)
    assert not is_backdated(replace(day_before, declared=Declared()), PATIENCE, ZONE)
