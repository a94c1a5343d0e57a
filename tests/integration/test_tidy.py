"""What is forgotten once a day, and what never is."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from alerts.events import Kind
from monitor.store import alerts, items, views
from monitor.store.tables import AlertContent, AlertEvent, AlertMessage, Item, Look
from tests.integration.county import DOWN, POLICY, SHANGHAI, Paper, World, at
from tests.telling import repost

FIVE = timedelta(minutes=5)


async def look_every_five_minutes(world: World, first: datetime, last: datetime) -> None:
    world.clock.now = first
    while world.clock.now <= last:
        await world.look()
        world.clock.now += FIVE


async def tidy(world: World, day: int) -> None:
    world.clock.now = at(day, 4)
    await world.together("tidy", "store")


async def looks(world: World) -> list[datetime]:
    return [look.at for look in await world.all(Look)]


async def test_looks_of_two_days_are_kept_whole(world: World) -> None:
    await world.publish()
    await look_every_five_minutes(world, at(24, 10, 5), at(24, 10, 20))
    before = await looks(world)
    await tidy(world, 26)
    assert await looks(world) == before


async def test_of_older_days_the_first_look_stays_and_those_that_a_verdict_cites(world: World) -> None:
    await world.publish()
    await look_every_five_minutes(world, at(24, 10, 5), at(24, 10, 30))
    world.county.put("/sjwj/", Paper(POLICY.title, None, POLICY.number))
    world.clock.now = at(24, 10, 35)
    await world.look()
    await tidy(world, 27)
    assert await looks(world) == [at(24, 10, 5), at(24, 10, 30), at(24, 10, 35)]
    shown = await world.shown()
    assert shown["evidence"]["seen_after"] == at(24, 10, 30).isoformat()
    assert shown["evidence"]["seen_by"] == at(24, 10, 35).isoformat()


async def test_an_accusation_keeps_every_reading_that_it_rests_on(world: World) -> None:
    await world.publish()
    await look_every_five_minutes(world, at(24, 10, 5), at(24, 10, 20))
    await look_every_five_minutes(world, at(25, 23, 55), at(26, 0, 20))
    assert await world.state() == "violated"
    cited = {datetime.fromisoformat(text) for text in (await world.the_obligation()).absent}
    await tidy(world, 29)
    assert cited <= set(await looks(world))
    assert len(cited) >= 3
    timeline = await world.store.read(lambda session: views.timeline(session, SHANGHAI, 1))
    assert sum(entry["what"] == "look" for entry in timeline) >= 3


async def test_a_site_keeps_the_look_that_bounds_what_it_will_do_next(world: World) -> None:
    await world.publish()
    await look_every_five_minutes(world, at(24, 10, 5), at(24, 10, 20))
    world.county.replies["*"] = DOWN
    await look_every_five_minutes(world, at(24, 10, 25), at(24, 10, 40))
    await tidy(world, 28)
    assert at(24, 10, 20) in await looks(world), "the last whole look"


@pytest.mark.parametrize(
    ("owner", "days", "stays", "reason"),
    [
        ("county", 364, True, "it may come back within the year"),
        ("county", 366, False, "it stands on no list for a year"),
        ("gone", 366, False, "its owner is watched no more"),
        ("gov", 3660, True, "a portal that lists it again starts no clock with it"),
    ],
)
async def test_a_row_is_forgotten_a_year_after_it_left_the_lists(
    world: World, owner: str, days: int, stays: bool, reason: str
) -> None:
    await world.begin()

    def add(session: Session) -> None:
        seen = at(28, 4) - timedelta(days=days)
        row = Item(owner=owner, address="old", url="old", title="旧闻", title_key="旧闻", place="要闻",
                   seen_by=seen, last_seen_at=seen)  # fmt: skip
        items.add(session, owner, [row])

    await world.write(add)
    others = len(await world.all(Item)) - 1
    await tidy(world, 28)
    assert [item.address for item in await world.all(Item)].count("old") == stays, reason
    assert len(await world.all(Item)) == others + stays, "and nothing else"
    titles = await world.context.store.read(lambda session: items.title_keys(session, owner))
    held = [item.title_key for item in await world.all(Item) if item.owner == owner and item.title_key]
    assert sorted(titles.split()) == sorted(held) or owner == "gov", "nor what it is compared with"


@pytest.mark.parametrize(
    ("kind", "is_in_a_message", "stays", "reason"),
    [
        (Kind.DUTY, False, False, "no route wanted it"),
        (Kind.DUTY, True, True, "it was told"),
        (Kind.VIOLATION, False, True, "what is told again refers to it"),
    ],
)
async def test_an_event_is_forgotten_a_month_after_nobody_wanted_it(
    world: World, kind: Kind, is_in_a_message: bool, stays: bool, reason: str
) -> None:
    def add(session: Session) -> None:
        alerts.queue(session, repost(kind))
        session.flush()
        event = session.exec(select(AlertEvent)).one()
        event.told_at = at(28, 4) - timedelta(days=31)
        if is_in_a_message:
            session.add(AlertMessage(id=1, number="DB-1", kind=kind, title="", created_at=event.told_at))
            session.flush()
            session.add(AlertContent(message_id=1, event_id=event.id or 0))

    await world.write(add)
    await tidy(world, 28)
    assert len(await world.all(AlertEvent)) == stays, reason


async def test_it_is_done_once_a_day(world: World) -> None:
    await tidy(world, 28)
    assert await world.due("tidy", "store") == at(29, 4)
