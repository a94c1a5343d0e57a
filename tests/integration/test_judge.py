"""Verdicts as they come about: reminders, warnings, accusations, what takes them back, and who is told."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from alerts.events import Event, Kind, RepostFacts
from monitor.store.tables import AlertEvent, Transition
from tests.integration.county import DOWN, FAR_SITE, POLICY, START, Paper, World, at

TARGET, LIMIT = at(24, 10, 59), at(26)
DUTY = (Kind.DUTY, "repost.limit")
WARNING = (Kind.WARNING, "repost.target")
VIOLATION = (Kind.VIOLATION, "repost.limit")
RESOLVED = (Kind.RESOLVED, "repost.limit")
CORRECTION = (Kind.CORRECTION, "repost.limit")
BLIND = (Kind.BLIND, "repost.limit")


def copy(published: datetime | None = None) -> Paper:
    return Paper(POLICY.title, published, POLICY.number)


async def look_at(world: World, *moments: datetime) -> None:
    for moment in moments:
        world.clock.now = moment
        await world.look()
        world.pass_by(seconds=1)
        await world.judge()


async def accuse(world: World) -> None:
    """Publish, warn after the target, accuse after the limit."""
    await world.publish()
    await look_at(world, TARGET, LIMIT, LIMIT + timedelta(minutes=5))
    assert await world.state() == "violated"


def reminders(events: list[Event]) -> list[tuple[str, datetime]]:
    return [(event.rule, event.occurred_at) for event in events if event.kind is Kind.REMINDER]


# --- reminders -----------------------------------------------------------------------------------------


async def test_reminders_come_at_their_times_and_once(world: World) -> None:
    await world.publish()
    for moment in (at(24, 10, 28), at(25, 15, 29), at(25, 20)):
        world.clock.now = moment
        await world.until(moment + timedelta(minutes=4))
    assert reminders(await world.events()) == [
        ("repost.target", at(24, 10, 29)),
        ("repost.limit", at(25, 15, 30)),
    ], "half an hour before the target, and two hours before offices close ahead of the limit"


async def test_what_is_done_is_not_reminded_of(world: World) -> None:
    await world.publish()
    world.county.put("/sjwj/", copy(at(24, 10, 5)))
    await look_at(world, at(24, 10, 10))
    world.clock.now = at(24, 10, 40)
    await world.judge()
    assert reminders(await world.events()) == []
    assert (await world.the_obligation()).judge_at is None


async def test_a_reminder_that_comes_too_late_is_left_out(world: World) -> None:
    await world.publish()
    world.clock.now = at(24, 11)
    await world.judge()
    assert reminders(await world.events()) == [], "the daemon slept, and the target is past"
    assert "target-30m" in (await world.the_obligation()).reminded


async def test_the_limits_reminder_counts_by_the_regions_own_calendar(world: World) -> None:
    """Wednesday is a holiday there, so that the last close of office lies on Thursday."""
    await world.amend("[key]", '[[calendar.region]]\nregion = "34"\nholidays = [2026-11-25]\n[key]')
    await world.publish()
    assert (await world.the_obligation()).limit_at == at(27)
    world.clock.now = at(25, 15, 31)
    await world.judge()
    assert reminders(await world.events()) == []
    world.clock.now = at(26, 15, 30)
    await world.judge()
    assert reminders(await world.events()) == [("repost.limit", at(26, 15, 30))]


async def test_the_usual_reminders_can_be_changed(world: World) -> None:
    rules = '[rules.repost]\nremind_target = ["10m", "45m"]\nremind_limit = ["1h"]\n[key]'
    await world.amend("[key]", rules)
    await world.publish()
    for moment in (at(24, 10, 14), at(24, 10, 49), at(25, 16, 30)):
        world.clock.now = moment
        await world.judge()
    assert [at_ for _, at_ in reminders(await world.events())] == [
        at(24, 10, 14),
        at(24, 10, 49),
        at(25, 16, 30),
    ]


# --- past the target -----------------------------------------------------------------------------------


async def test_time_alone_warns_nobody(world: World) -> None:
    await world.publish()
    await look_at(world, at(24, 10, 58))
    world.county.replies["*"] = DOWN
    world.clock.now = at(24, 14)
    await world.judge()
    await world.look()
    assert await world.state() == "overdue"
    assert WARNING not in await world.told()


async def test_a_reading_at_the_target_warns_once(world: World) -> None:
    await world.publish()
    await look_at(world, TARGET, at(24, 11, 5), at(24, 11, 10))
    assert (await world.told("county")).count(WARNING) == 1
    (problem,) = await world.problems("repost.target")
    assert (problem.obligation_id, problem.due_at, problem.closed_at) == (1, LIMIT, None)
    facts = await world.last_told(Kind.WARNING)
    assert (facts.seen_after, facts.state) == (TARGET, "overdue")


async def test_a_warning_ends_when_it_is_done(world: World) -> None:
    await world.publish()
    await look_at(world, TARGET)
    world.county.put("/sjwj/", copy(at(24, 11, 20)))
    await look_at(world, at(24, 11, 30))
    assert await world.told("county") == [DUTY, WARNING, RESOLVED]
    assert await world.standing() == []
    assert await world.history() == ["pending", "overdue", "met_late"]


async def test_what_is_done_in_time_is_told_to_nobody(world: World) -> None:
    await world.publish()
    world.county.put("/sjwj/", copy(at(24, 10, 20)))
    await look_at(world, at(24, 10, 30), TARGET, LIMIT)
    assert await world.told("county") == [DUTY]


# --- past the limit ------------------------------------------------------------------------------------


async def test_two_readings_at_the_limit_and_a_last_look_accuse_once(world: World) -> None:
    await accuse(world)
    await look_at(world, at(26, 0, 10), at(26, 0, 15))
    world.clock.now = at(26, 2)
    await world.judge()
    assert await world.told("county") == [DUTY, WARNING, VIOLATION]
    (problem,) = await world.problems("repost.limit")
    assert (problem.severity, problem.obligation_id) == ("violation", 1)
    assert problem.due_at == datetime(2026, 12, 11, tzinfo=START.tzinfo), "ten working days"
    assert await world.standing() == [("county", "repost.limit")], "the warning is taken up in it"
    facts = await world.last_told(Kind.VIOLATION)
    assert (facts.seen_after, facts.state, facts.review) == (at(26, 0, 5), "violated", "none")
    assert "首页" in facts.looked_at
    assert any("网站地图" in place for place in facts.unread)


@pytest.mark.parametrize(
    ("moments", "state", "why"),
    [
        ((LIMIT,), "overdue", "one reading accuses nobody"),
        ((LIMIT, LIMIT + timedelta(minutes=4)), "overdue", "too close together"),
        ((at(25, 23, 59, 58), LIMIT + timedelta(minutes=5)), "overdue", "one lies before the limit"),
        ((LIMIT, LIMIT + timedelta(minutes=5)), "violated", "two, five minutes apart"),
        (tuple(LIMIT + timedelta(minutes=m) for m in (0, 2, 4, 6)), "violated", "first and last are"),
    ],
)
async def test_how_many_readings_accuse(
    world: World, moments: tuple[datetime, ...], state: str, why: str
) -> None:
    await world.publish()
    await look_at(world, *moments)
    assert await world.state() == state, why


async def test_done_after_all_stays_a_violation_and_closes_the_problem(world: World) -> None:
    await accuse(world)
    world.county.put("/sjwj/", copy(at(26, 9)))
    await look_at(world, at(26, 9, 10))
    shown = await world.shown()
    assert (shown["state"], shown["discharged_at"]) == ("violated", "2026-11-26T09:00:00+08:00")
    assert await world.told("county") == [DUTY, WARNING, VIOLATION, RESOLVED]
    assert await world.standing() == []
    await look_at(world, at(26, 9, 15))
    assert len(await world.told("county")) == 4


async def test_a_date_set_back_excuses_nothing_and_is_noted(world: World) -> None:
    await accuse(world)
    world.county.put("/sjwj/", copy(at(24, 10, 5)))
    await look_at(world, at(26, 9, 10))
    shown = await world.shown()
    assert (shown["state"], shown["discharged_at"]) == ("violated", "2026-11-26T09:10:00+08:00")
    assert shown["evidence"]["backdated"] is True


@pytest.mark.parametrize(
    ("declared", "backdated", "why"),
    [
        (at(25, 21, 59), True, "more than two hours before the reading that lacked it"),
        (at(25, 22), False, "two hours are allowed for clocks that go wrong"),
    ],
)
async def test_how_far_a_declared_time_may_lie_back(
    world: World, declared: datetime, backdated: bool, why: str
) -> None:
    await world.publish()
    await look_at(world, LIMIT)
    world.county.put("/sjwj/", copy(declared))
    await look_at(world, LIMIT + timedelta(minutes=5))
    assert (await world.shown())["evidence"]["backdated"] is backdated, why


# --- what could not be observed ------------------------------------------------------------------------


async def test_after_the_grace_it_is_said_that_nobody_could_look(world: World) -> None:
    await world.publish()
    await look_at(world, TARGET)
    world.county.replies["*"] = DOWN
    world.clock.now = LIMIT + timedelta(minutes=30)
    await world.judge()
    assert await world.state() == "overdue"
    world.clock.now += timedelta(seconds=1)
    await world.judge()
    assert await world.state() == "unproven"
    assert await world.told("county") == [DUTY, WARNING, BLIND]


async def test_that_nobody_could_look_is_told_with_what_stood_in_the_way(world: World) -> None:
    await world.publish()
    world.county.replies["*"] = DOWN
    world.clock.now = LIMIT + timedelta(minutes=31)
    await world.look()
    await world.judge()
    facts = (await world.events())[-1].facts
    assert isinstance(facts, RepostFacts)
    assert any(place.startswith("首页（") for place in facts.unread), facts.unread


async def test_a_later_pair_of_readings_accuses_after_all(world: World) -> None:
    await world.publish()
    world.clock.now = LIMIT + timedelta(minutes=31)
    await world.judge()
    assert await world.state() == "unproven"
    await look_at(world, at(26, 9), at(26, 9, 5))
    assert await world.history() == ["pending", "unproven", "violated"]
    assert await world.told("county") == [DUTY, BLIND, VIOLATION]
    assert (await world.the_obligation()).settled_at == at(26, 9, 5), "it was settled anew"
    waiting = [row.kind for row in await world.all(AlertEvent) if row.told_at is None]
    assert "blind" not in waiting, "that nobody knows is not told beside what is known by now"


@pytest.mark.parametrize(
    ("declared", "state", "why"),
    [
        (at(24, 10, 30), "met", "its own time lies after the last reading that lacked it"),
        (at(24, 14), "met", "and so does this one"),
        (at(26, 8), "unproven", "after the limit by its own word, but nobody saw it missing there"),
        (None, "unproven", "nobody can say when"),
    ],
)
async def test_a_later_repost_settles_what_could_not_be_observed(
    world: World, declared: datetime | None, state: str, why: str
) -> None:
    await world.publish()
    await look_at(world, at(24, 10, 5))
    world.clock.now = LIMIT + timedelta(minutes=31)
    await world.judge()
    world.county.put("/sjwj/", copy(declared))
    await look_at(world, at(26, 9))
    shown = await world.shown()
    assert (shown["state"], shown["discharged_at"] is not None) == (state, True), why
    assert VIOLATION not in await world.told("county")


async def test_one_reading_at_the_limit_and_then_the_repost_is_unproven(world: World) -> None:
    await world.publish()
    await look_at(world, LIMIT)
    world.county.put("/sjwj/", copy())
    await look_at(world, LIMIT + timedelta(minutes=5))
    assert await world.state() == "unproven"


async def test_it_is_looked_for_thirty_days_and_then_left(world: World) -> None:
    await accuse(world)
    assert (await world.the_obligation()).is_watched
    world.clock.now = LIMIT + timedelta(days=30)
    await world.judge()
    obligation = await world.the_obligation()
    assert (obligation.is_watched, obligation.judge_at, obligation.state) == (False, None, "violated")


# --- a year whose arrangement is not announced ----------------------------------------------------------


async def open_at_new_year(world: World) -> None:
    """A clock that starts on the last day of 2026, so that its limit leans on a year not announced."""
    await world.begin()
    world.clock.now = datetime(2026, 12, 31, 9, 58, tzinfo=START.tzinfo)
    await world.poll()
    world.pass_by(minutes=2)
    world.gov.put("/zcwj/", Paper(POLICY.title, world.now(), POLICY.number))
    await world.poll()
    obligation = await world.the_obligation()
    assert not obligation.is_limit_certain
    for length in (timedelta(), timedelta(minutes=5), timedelta(minutes=31)):
        world.clock.now = obligation.limit_at + length
        await world.look()


async def test_nobody_is_accused_while_the_year_is_not_announced(world: World) -> None:
    await open_at_new_year(world)
    assert await world.state() == "unproven"
    assert (await world.the_obligation()).reason == (
        "the limit leans on a year whose working days are not announced"
    )
    assert await world.problems("repost.limit") == []


@pytest.mark.parametrize(
    ("off", "state", "why"),
    [
        ("2027-01-01", "violated", "the limit stays, and the readings there were good"),
        ("2027-01-04", "overdue", "the limit lies ahead again"),
    ],
)
async def test_once_the_year_is_announced_it_is_judged(world: World, off: str, state: str, why: str) -> None:
    await open_at_new_year(world)
    folder = world.folder / "calendar"
    folder.mkdir()
    days = f'[{{"name": "元旦", "date": "{off}", "isOffDay": true}}]'
    (folder / "2027.json").write_text(f'{{"year": 2027, "days": {days}}}', encoding="utf-8")
    await world.reload(world.config)
    obligation = await world.the_obligation()
    assert obligation.is_limit_certain
    assert obligation.state == state, why


# --- many at once --------------------------------------------------------------------------------------


async def test_a_message_names_the_site_it_concerns_and_no_other(world: World) -> None:
    await world.reload(world.config + FAR_SITE)
    await world.publish()
    world.far.put("/sjwj/", copy(at(24, 10, 10)))
    await look_at(world, at(24, 10, 20), TARGET)
    assert await world.told("far") == [DUTY]
    assert await world.told("county") == [DUTY, WARNING]
    groups = {event.group for event in await world.events() if isinstance(event.facts, RepostFacts)}
    assert groups == {"policy:1"}, "verdicts of one policy are one message"


async def test_every_change_of_state_is_kept_with_its_reason(world: World) -> None:
    await accuse(world)
    world.county.put("/sjwj/", copy(at(26, 9)))
    await look_at(world, at(26, 9, 10))
    changes = [(row.was, row.state, bool(row.why)) for row in await world.all(Transition)]
    assert changes == [
        (None, "pending", True),
        ("pending", "overdue", True),
        ("overdue", "violated", True),
    ]


async def test_judging_again_changes_nothing(world: World) -> None:
    await accuse(world)
    before = (await world.the_obligation()).model_dump()
    told = await world.told()
    for _ in range(3):
        await world.judge()
        await world.apply()
    assert (await world.the_obligation()).model_dump() == before
    assert await world.told() == told
