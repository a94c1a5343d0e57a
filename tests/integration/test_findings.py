"""What looks say of the places themselves: a home page that is down, a page that cannot be read."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from alerts.events import Kind
from monitor.net.settings import FetchSettings
from monitor.store.tables import SiteState
from tests.integration.county import (
    BLOCKED,
    CONFIG,
    DOWN,
    DROPPED,
    EMPTY,
    GARBAGE,
    HANGING,
    SOFT_404,
    Reply,
    World,
    at,
    made,
)

CHALLENGE = Reply(
    "<html><body><script>document.cookie='acw_sc__v2=1';location.reload()</script></body></html>"
)


async def fail(world: World, times: int) -> None:
    for _ in range(times):
        world.pass_by(minutes=25)
        await world.look("county")


async def up(world: World) -> bool | None:
    (state,) = await world.all(SiteState)
    return state.up


# --- the home page -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "is_down", "why"),
    [
        (DOWN, True, "its server fails"),
        (Reply("gone", 404), True, "the page is not there"),
        (Reply("gone", 410), True, "or gone"),
        (Reply("", 302, {"Location": "/"}), True, "it redirects in circles"),
        (Reply("no", 400), True, "it refuses the request"),
        (BLOCKED, False, "a shield against us, perhaps"),
        (Reply("slow down", 429), False, "it may be us"),
        (CHALLENGE, False, "a shield under status 200"),
        (DROPPED, False, "anything on the way"),
        (SOFT_404, False, "it opens, whatever it says"),
        (EMPTY, False, "it opens, though nothing is on it"),
        (GARBAGE, False, "it opens, though nobody can read it"),
    ],
)
async def test_a_home_page_is_called_down_after_three_failures_of_its_own(
    world: World, reply: Reply, is_down: bool, why: str
) -> None:
    await world.begin()
    assert await up(world) is True
    world.county.replies["/"] = reply
    await fail(world, 2)
    assert await world.problems("availability.home") == [], "two are not three"
    await fail(world, 1)
    assert bool(await world.problems("availability.home")) is is_down, why
    await fail(world, 2)
    told = [kind for kind, rule in await world.told("county") if rule == "availability.home"]
    assert told == ([Kind.VIOLATION] if is_down else [])


async def test_readings_that_follow_each_other_around_a_deadline_call_nobody_down(world: World) -> None:
    await world.publish()
    world.county.replies["/"] = DOWN
    for _ in range(5):
        world.pass_by(seconds=20)
        await world.look("county")
    assert await world.problems("availability.home") == []
    await fail(world, 2)
    assert len(await world.problems("availability.home")) == 1


@pytest.mark.parametrize("status", [400, 404, 410])
async def test_who_refuses_every_page_alike_may_be_a_fence_against_us(world: World, status: int) -> None:
    """Some answer 404 to everybody outside their province: whether the site is up cannot be told from here."""
    await world.begin()
    world.county.replies["*"] = Reply("not here", status)
    await fail(world, 5)
    assert await up(world) is None
    assert await world.standing() == [("county", "watch.blind")] * 3


async def test_a_server_that_is_not_there_is_down(tmp_path: Path) -> None:
    config = CONFIG.replace('url = "$county/"', 'url = "http://127.0.0.1:1/"')
    async with made(tmp_path, config) as world:
        await fail(world, 3)
        assert ("county", "availability.home") in await world.standing()
        assert await up(world) is False


async def test_a_host_without_a_name_is_down(tmp_path: Path) -> None:
    config = CONFIG.replace('url = "$county/"', 'url = "http://nowhere.invalid/"')
    async with made(tmp_path, config) as world:
        await fail(world, 3)
        assert ("county", "availability.home") in await world.standing()


async def test_time_outs_call_nobody_down(tmp_path: Path) -> None:
    settings = FetchSettings(patience=timedelta(0), timeout=timedelta(seconds=0.3))
    async with made(tmp_path, settings=settings) as world:
        world.county.replies["*"] = HANGING
        await fail(world, 4)
        assert await world.problems("availability.home") == []
        assert await up(world) is None


async def test_only_failures_in_a_row_count(world: World) -> None:
    await world.begin()
    for reply in (DOWN, DOWN, BLOCKED, DOWN, DOWN):
        world.county.replies["/"] = reply
        await fail(world, 1)
    assert await world.problems("availability.home") == []


async def test_a_home_page_that_opens_again_is_told_of(world: World) -> None:
    await world.begin()
    world.county.replies["/"] = DOWN
    await fail(world, 3)
    assert await up(world) is False
    del world.county.replies["/"]
    await fail(world, 1)
    assert await up(world) is True
    assert await world.standing() == []
    assert [kind for kind, rule in await world.told("county") if rule == "availability.home"] == [
        Kind.VIOLATION,
        Kind.RESOLVED,
    ]


async def test_a_shield_neither_opens_nor_closes_it(world: World) -> None:
    await world.begin()
    world.county.replies["/"] = DOWN
    await fail(world, 3)
    world.county.replies["/"] = BLOCKED
    await fail(world, 2)
    assert ("county", "availability.home") in await world.standing()


@pytest.mark.parametrize(
    "site", ['status = "building"', 'status = "suspended"', 'duties = ["repost", "lifecycle"]']
)
async def test_who_need_not_be_up_is_not_called_down(world: World, site: str) -> None:
    await world.amend('id = "county"', f'id = "county"\n{site}')
    world.county.replies["/"] = DOWN
    await fail(world, 4)
    assert await world.problems("availability.home") == []


# --- blindness -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/sjwj/"])
@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (DOWN, "server_error: status 502"),
        (BLOCKED, "blocked: status 403"),
        (EMPTY, "the page is empty"),
        (SOFT_404, "hardly any text"),
        (CHALLENGE, "blocked: status 200"),
    ],
)
async def test_a_place_is_blind_after_two_bad_readings_whatever_the_cause(
    world: World, path: str, reply: Reply, why: str
) -> None:
    await world.begin()
    world.county.replies[path] = reply
    await fail(world, 1)
    assert await world.problems("watch.blind") == []
    await fail(world, 3)
    (problem,) = await world.problems("watch.blind")
    assert (problem.url, problem.severity) == (world.county.url(path), "notice")
    assert why in (problem.found or "")


async def test_the_office_hears_once_of_what_stayed_blind_for_a_working_day(world: World) -> None:
    """Ops hear at once, by log and metrics; most blindness passes before the office has to care."""
    await world.begin()
    world.county.replies["/sjwj/"] = DOWN
    await fail(world, 2)
    (problem,) = await world.problems("watch.blind")
    for moment, heard in ((at(25, 9), []), (at(25, 10), ["blind"]), (at(25, 11), ["blind"])):
        world.clock.now = moment
        await world.look("county")
        assert [kind for kind, _ in await world.told("county")] == heard, moment
    assert problem.opened_at < at(24, 10)
    del world.county.replies["/sjwj/"]
    await fail(world, 1)
    assert await world.told("county") == [(Kind.BLIND, "watch.blind"), (Kind.RESOLVED, "watch.blind")]


async def test_blindness_ends_with_the_first_good_reading_and_nobody_hears_of_what_passed(
    world: World,
) -> None:
    await world.begin()
    world.county.replies["/sjwj/"] = DOWN
    await fail(world, 2)
    del world.county.replies["/sjwj/"]
    await fail(world, 1)
    assert await world.standing() == []
    assert await world.told("county") == []


async def test_each_place_is_a_problem_of_its_own(world: World) -> None:
    await world.begin()
    world.county.replies["*"] = BLOCKED
    await fail(world, 2)
    assert await world.standing() == [("county", "watch.blind")] * 3


async def test_what_is_watched_at_all_is_called_blind(world: World) -> None:
    await world.amend('id = "county"', 'id = "county"\nstatus = "building"')
    world.county.replies["/"] = DOWN
    await fail(world, 2)
    assert await world.standing() == [("county", "watch.blind")], "a site being built is watched too"


async def test_a_place_that_was_never_read_well_is_blind_as_well(world: World) -> None:
    world.county.replies["/yw/"] = SOFT_404
    await fail(world, 2)
    (problem,) = await world.problems("watch.blind")
    assert problem.subject == world.county.url("/yw/")
