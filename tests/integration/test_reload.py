"""A configuration taken anew: what it changes for duties that are known already, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from checks.holidays import official_days, official_years
from checks.workdays import Calendar
from monitor.rounds.context import Context
from tests.integration.county import POLICY, Paper, World, at

LIMIT = at(26)


def before_the_notice(ctx: Context) -> Context:
    """The same, on a machine that was installed before the arrangement of 2026 was announced."""
    days = {day: worked for day, worked in official_days().items() if day < date(2025, 12, 1)}
    calendar = Calendar(days, frozenset(year for year in official_years() if year < 2026))
    return replace(ctx, counting=replace(ctx.counting, calendar=calendar))


async def look_after_the_limit(world: World) -> None:
    for moment in (LIMIT, LIMIT + timedelta(minutes=5)):
        world.clock.now = moment
        await world.look()
    world.clock.now = LIMIT + timedelta(minutes=31)
    await world.judge()


@pytest.mark.parametrize(
    ("is_done", "judged", "reason"),
    [
        (False, "violated", "two readings at and after the limit lacked it"),
        (True, "violated", "they did, and it was done after that"),
    ],
)
async def test_what_leaned_on_a_year_not_announced_is_judged_once_it_is_known(
    world: World, is_done: bool, judged: str, reason: str
) -> None:
    known = world.context
    world.context = before_the_notice(known)
    await world.publish()
    await look_after_the_limit(world)
    if is_done:
        world.county.put("/sjwj/", Paper(POLICY.title, None, POLICY.number))
        await world.look()
    assert await world.state() == "unproven", "nobody is accused on a limit that may lie elsewhere"
    world.context = known
    await world.apply()
    assert await world.state() == judged, reason


async def test_a_holiday_added_late_moves_the_limit_of_what_nobody_could_tell_yet(world: World) -> None:
    await world.publish()
    world.clock.now = LIMIT + timedelta(minutes=31)
    await world.judge()
    assert await world.state() == "unproven", "nothing was read since"
    await world.amend("[key]", "[calendar]\nholidays = [2026-11-25]\n[key]")
    assert (await world.the_obligation()).limit_at == at(27)
    assert await world.state() == "overdue"


async def test_a_site_that_leaves_keeps_what_was_settled(world: World) -> None:
    await world.publish()
    world.clock.now = LIMIT + timedelta(minutes=31)
    await world.judge()
    await world.amend('id = "county"', 'id = "county"\nstatus = "suspended"')
    assert await world.state() == "unproven", "only a running clock ends void"


async def test_a_reload_that_changes_nothing_for_a_duty_leaves_it_as_it_is(world: World) -> None:
    await world.publish()
    before = (await world.the_obligation()).model_dump()
    world.pass_by(minutes=1)
    await world.amend('name = "要闻"', 'name = "新闻"')
    assert (await world.the_obligation()).model_dump() == before
