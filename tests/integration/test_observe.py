"""`duban observe`: what an officer saw by hand is kept and told, and never counted as a reading."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from monitor.rounds.decisions import DecisionError, Officer, open_shown
from monitor.rounds.observations import Observation, Picture, Seen, note, show_repost
from monitor.store import views
from monitor.store.tables import Decision, Obligation
from tests.integration import county
from tests.integration.county import POLICY, SHANGHAI, Paper, World, at
from tests.shell import duban

OFFICER = Officer("李四", "值班时人工查看")
PICTURE = Picture("home.png", b"\x89PNG made up")


def observed(world: World, **more: Any) -> Observation:
    site = world.context.site("county")
    assert site is not None
    return Observation(site, OFFICER, world.clock(), **more)


async def keep(world: World, seen: Seen, **more: Any) -> str:
    made = observed(world, **more)
    return await world.write(lambda session: note(session, world.context, seen, made))


async def show(world: World, url: str, **more: Any) -> list[Obligation]:
    opened = await open_shown(world.context, url)
    made = observed(world, **more)
    return await world.write(lambda session: show_repost(session, world.context, url, opened, made))


async def story(world: World) -> list[dict[str, Any]]:
    """What the timeline of the one obligation tells of people."""
    id_ = (await world.the_obligation()).id or 0
    entries = await world.store.read(lambda session: views.timeline(session, SHANGHAI, id_))
    return [entry for entry in entries if entry["what"] == "decision"]


@pytest.mark.parametrize("seen", [Seen.NOT_THERE, Seen.UNREACHABLE])
@pytest.mark.parametrize("names_policy", [True, False])
async def test_it_is_told_and_changes_nothing(world: World, seen: Seen, names_policy: bool) -> None:
    await world.publish()
    world.pass_by(minutes=20)
    before = await world.the_obligation()
    policy = before.policy_id if names_policy else None
    await keep(world, seen, policy_id=policy, picture=PICTURE)
    after = await world.the_obligation()
    assert after.model_dump() == before.model_dump(), "no reading, no absence, no verdict"
    (told,) = await story(world)
    assert (told["action"], told["by"], told["why"]) == (seen, "李四", "值班时人工查看")
    digest = told["detail"]["picture"]
    assert world.context.evidence.load(digest) == PICTURE.body


async def test_nobody_is_accused_by_what_was_seen_by_hand(world: World) -> None:
    """Many notes that it was not there are still no reading: the limit passes, and nothing was proved."""
    await world.publish()
    world.county.replies["*"] = county.DOWN
    for _ in range(5):
        world.pass_by(hours=12)
        await keep(world, Seen.NOT_THERE)
    world.clock.now = at(26, 12)
    await world.look()
    await world.judge()
    assert await world.state() == "unproven"


async def test_a_repost_that_was_seen_discharges(world: World) -> None:
    await world.publish()
    url = world.county.put("/elsewhere/", Paper(POLICY.title, at(24, 10, 20), number=POLICY.number))
    world.clock.now = at(24, 12)
    (done,) = await show(world, url, picture=PICTURE)
    shown = await world.shown()
    assert (shown["state"], shown["evidence"]["how"], shown["evidence"]["url"]) == ("met", "hand", url)
    assert done.discharged_at == at(24, 10, 20), "its own time decides"
    assert [entry["action"] for entry in await story(world)] == ["discharge", "observed repost"]


async def test_an_accusation_is_overturned(world: World) -> None:
    await world.publish()
    world.clock.now = at(26, 0, 1)
    for _ in range(2):
        await world.look()
        world.pass_by(minutes=6)
    assert await world.state() == "violated"
    url = world.county.put("/elsewhere/", Paper(POLICY.title, at(24, 10, 20), number=POLICY.number))
    policy = (await world.the_obligation()).policy_id
    (done,) = await show(world, url, policy_id=policy)
    assert (done.state, done.review) == ("met", "overturned")


async def test_a_page_that_is_something_else_discharges_nothing(world: World) -> None:
    await world.publish()
    url = world.county.put("/elsewhere/", county.INTERPRETATION)
    with pytest.raises(DecisionError, match="is not a repost"):
        await show(world, url)
    assert await world.state() == "pending"
    assert await world.all(Decision) == []


async def test_one_page_discharges_what_it_matches_and_no_more(world: World) -> None:
    await world.publish()
    other = Paper("国务院关于加强乡村道路养护的意见", at(24, 10, 5), number="国发〔2026〕12号")
    world.gov.put("/zcwj/", other)
    world.pass_by(minutes=6)
    await world.poll()
    url = world.county.put("/elsewhere/", Paper(other.title, at(24, 10, 6), number=other.number))
    (done,) = await show(world, url)
    states = {(o.id == done.id): o.state for o in await world.obligations("county")}
    assert states == {True: "met", False: "pending"}


async def test_a_policy_that_the_site_does_not_owe(world: World) -> None:
    await world.publish()
    with pytest.raises(DecisionError, match="owes nothing for policy 99"):
        await keep(world, Seen.NOT_THERE, policy_id=99)


# --- the command ----------------------------------------------------------------------------------------


async def test_the_command_beside_a_running_daemon(world: World, tmp_path: Path) -> None:
    await world.publish()
    picture = tmp_path / "seen.png"
    picture.write_bytes(PICTURE.body)
    who = ("-c", tmp_path / "targets.toml", "--by", "李四", "--reason", "人工查看")
    ran = await duban("observe", "county", "--not-there", "--picture", picture, *who)
    assert ran.status == 0, ran.err
    assert "site:county: observed not there; it stands in the timeline" in ran.out
    url = world.county.put("/elsewhere/", Paper(POLICY.title, at(24, 10, 20), number=POLICY.number))
    shown = await duban("observe", "county", "--saw", url, *who)
    assert shown.status == 0, shown.err
    assert shown.out.startswith("obligation 1: met")
    wrong = await duban("observe", "county", "--saw", world.county.url("/nowhere.html"), *who)
    assert wrong.status == 2 and "cannot be read" in wrong.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["county"], "say one of --saw URL, --not-there and --unreachable"),
        (["county", "--not-there", "--unreachable"], "say one of"),
        (["nowhere", "--not-there"], "no site nowhere in the configuration"),
        (["county", "--not-there", "--picture", "nowhere.png"], "cannot read nowhere.png"),
    ],
)
async def test_wrong_usage(world: World, tmp_path: Path, arguments: list[str], said: str) -> None:
    who = ("-c", tmp_path / "targets.toml", "--by", "a", "--reason", "b")
    ran = await duban("observe", *arguments, *who)
    assert ran.status == 2 and said in ran.err
