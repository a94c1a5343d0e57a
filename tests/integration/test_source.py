from __future__ import annotations

from monitor.store.tables import Watch
from tests.integration.county import POLICY, Reply, World

GONE = Reply("not here", 404)


async def published(world: World) -> str:
    """A policy whose clock runs since ten; gives the path of its page."""
    address = await world.publish()
    assert await world.state() == "pending"
    return address.removeprefix(world.gov.base)


async def asked(world: World, hours: int = 1) -> None:
    """An hour later the source is asked again; nothing else is done meanwhile."""
    for _ in range(hours):
        world.pass_by(hours=1)
        await world.together("source", "1")


async def sources(world: World) -> list[str]:
    return [watch.key for watch in await world.all(Watch) if watch.kind == "source"]


async def test_a_policy_gone_twice_an_hour_apart_is_withdrawn(world: World) -> None:
    path = await published(world)
    world.gov.replies[path] = GONE
    await asked(world)
    obligation = await world.the_obligation()
    assert obligation.void is None, "gone once may be a stumble"
    await asked(world)
    obligation = await world.the_obligation()
    assert (obligation.state, obligation.void) == ("void", "the policy was withdrawn at its source")


async def test_a_page_that_came_back_was_never_withdrawn(world: World) -> None:
    path = await published(world)
    world.gov.replies[path] = GONE
    await asked(world)
    del world.gov.replies[path]
    await asked(world)
    world.gov.replies[path] = GONE
    await asked(world)
    obligation = await world.the_obligation()
    assert obligation.void is None, "the count begins anew"


async def test_a_portal_in_trouble_withdraws_nothing(world: World) -> None:
    await published(world)
    world.gov.replies["*"] = Reply("busy", 503)
    await asked(world, hours=4)
    obligation = await world.the_obligation()
    assert obligation.void is None


async def test_a_portal_that_answers_404_for_everything_withdraws_nothing(world: World) -> None:
    """A fence against us: while none of its columns can be read, a page that is gone says nothing."""
    await published(world)
    world.gov.replies["*"] = GONE
    for _ in range(4):
        await world.poll("gov")
        await asked(world)
    assert (await world.the_obligation()).void is None


async def test_once_nobody_waits_for_it_the_source_is_not_asked_any_more(world: World) -> None:
    await published(world)
    assert await sources(world) == ["1"]
    world.county.put("/sjwj/", POLICY)
    await world.look("county")
    assert await world.state() == "met"
    await asked(world)
    assert await sources(world) == []
