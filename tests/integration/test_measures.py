"""What rounds report to the metrics, and what they leave unwritten because nothing changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.integration.county import POLICY, Paper, World, at


async def test_the_lag_of_a_verdict_is_from_the_reading_that_decides_to_what_is_stored(world: World) -> None:
    lags: list[timedelta] = []
    observer = replace(world.context.observer, verdict_lag=lags.append)
    world.context = replace(world.context, observer=observer)
    await world.publish()
    await world.look()
    assert lags == [], "a reading that changes nothing is no verdict"
    world.county.put("/sjwj/", Paper(POLICY.title, None, POLICY.number))
    await world.look()
    assert await world.state() == "met"
    assert lags == [timedelta(0)], "this world's clock stands still during a round"


async def test_a_row_that_stands_there_again_is_noted_once_a_day(world: World) -> None:
    await world.begin()
    first = {item.last_seen_at for item in await world.items("county")}
    world.pass_by(hours=23)
    await world.look()
    assert {item.last_seen_at for item in await world.items("county")} == first
    world.clock.now = at(25, 9, 1)
    await world.look()
    assert {item.last_seen_at for item in await world.items("county")} == {at(25, 9, 1)}
