"""Verdicts judged again from the evidence alone come out as they were given, whatever they are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from sqlmodel import Session, select

from monitor.evidence import Catalog, Draft, Evidence, Statement
from monitor.evidence.chain import LOCK
from monitor.evidence.segments import index_of, lines_of, parse, records_of
from monitor.evidence.verifying import verify
from monitor.rounds import kinds
from monitor.rounds.replay import Judged, judge_all_again, replay
from monitor.store.tables import Obligation
from tests.integration.county import DOWN, POLICY, SHANGHAI, Paper, Reply, World, at

TARGET, LIMIT = at(24, 10, 59), at(26)
MINUTE = timedelta(minutes=1)


def judged_again(world: World) -> Judged:
    evidence = world.context.evidence
    found = verify(evidence.folder)
    assert found.mismatches == []
    assert found.unfinished == []
    return judge_all_again(world.store, evidence, SHANGHAI, found.removed)


def copy(moment: object = None) -> Paper:
    return Paper(POLICY.title, moment, POLICY.number)  # type: ignore[arg-type]


async def look_at(world: World, *moments: datetime) -> None:
    for moment in moments:
        world.clock.now = moment
        await world.look()
        world.pass_by(seconds=1)
        await world.judge()


async def met(world: World) -> None:
    await look_at(world, at(24, 10, 20))
    world.county.put("/sjwj/", copy(at(24, 10, 25)))
    await look_at(world, at(24, 10, 30))


async def met_late(world: World) -> None:
    await look_at(world, TARGET, at(24, 12))
    world.county.put("/sjwj/", copy(at(24, 12, 3)))
    await look_at(world, at(24, 12, 5))


async def overdue(world: World) -> None:
    await look_at(world, at(24, 10, 50), TARGET, at(24, 12))


async def violated(world: World) -> None:
    await look_at(world, TARGET, LIMIT - MINUTE / 2, LIMIT, LIMIT + 5 * MINUTE)


async def violated_and_done(world: World) -> None:
    await violated(world)
    await look_at(world, LIMIT + 20 * MINUTE)
    world.county.put("/sjwj/", copy(at(26, 0, 25)))
    await look_at(world, LIMIT + 30 * MINUTE)


async def late_and_hardly_seen(world: World) -> None:
    """Seen after the limit; one reading there is too few."""
    await look_at(world, LIMIT + MINUTE)
    world.county.put("/sjwj/", copy(at(26, 0, 2)))
    await look_at(world, LIMIT + 4 * MINUTE)


async def blind(world: World) -> None:
    world.county.replies["*"] = DOWN
    await look_at(world, LIMIT, LIMIT + 31 * MINUTE)


async def withdrawn(world: World) -> None:
    policy = (await world.policies())[0]
    world.gov.replies[policy.url.removeprefix(world.gov.base)] = Reply("gone", 404)
    for _ in range(2):
        world.pass_by(hours=1)
        await world.together("source", "1")


async def waived(world: World) -> None:
    await world.waive()


async def overturned(world: World) -> None:
    await violated(world)
    await world.review("overturn")


async def shown_by_hand(world: World) -> None:
    await violated(world)
    world.county.papers["/elsewhere.html"] = copy(at(25, 9))
    await world.discharge(world.county.url("/elsewhere.html"))


async def shown_too_late(world: World) -> None:
    await violated(world)
    world.county.papers["/elsewhere.html"] = copy(at(26, 0, 18))
    world.clock.now = at(26, 0, 30)
    await world.discharge(world.county.url("/elsewhere.html"))


@pytest.mark.parametrize(
    ("happen", "state"),
    [
        (met, "met"),
        (met_late, "met_late"),
        (overdue, "overdue"),
        (violated, "violated"),
        (violated_and_done, "violated"),
        (late_and_hardly_seen, "unproven"),
        (blind, "unproven"),
        (withdrawn, "void"),
        (waived, "waived"),
        (overturned, "unproven"),
        (shown_by_hand, "met"),
        (shown_too_late, "violated"),
    ],
)
async def test_every_kind_of_verdict(
    world: World, happen: Callable[[World], Awaitable[None]], state: str
) -> None:
    await world.publish()
    await happen(world)
    await kinds.seal(world.context, "")
    assert await world.state() == state
    again = judged_again(world)
    assert again.differing == ()
    assert (again.checked, again.waiting) == (1, 0)
    found = replay(Catalog(world.context.evidence), 1, SHANGHAI)
    duty = await world.the_obligation()
    assert (found.verdict.state, found.verdict.discharged_at) == (state, duty.discharged_at)
    head = str(world.context.evidence.head())
    assert duty.sealed == head, "the verdict is the last word"


async def test_one_look_may_serve_several_duties(world: World) -> None:
    """It brings one repost, and is the first after the target that lacks the other."""
    await world.publish()
    other = Paper(
        "国务院办公厅关于印发基层政务公开标准指引的通知", at(24, 9, 59), number="国办发〔2026〕32号"
    )
    world.gov.put("/zcwj/", other)
    await world.poll()
    await look_at(world, at(24, 10, 30))
    world.county.put("/sjwj/", copy(at(24, 11, 2)))
    await look_at(world, at(24, 11, 5), LIMIT, LIMIT + 5 * MINUTE)
    assert [duty.state for duty in await world.obligations()] == ["met", "violated"]
    await kinds.seal(world.context, "")
    again = judged_again(world)
    assert (again.checked, again.waiting, again.differing) == (2, 0, ())


async def test_a_repost_that_its_site_moved_is_the_same_one(world: World) -> None:
    await world.publish()
    await met(world)

    def move(session: Session) -> None:
        duty = session.exec(select(Obligation)).one()
        assert duty.sighting is not None
        moved = {"url": world.county.url("/new.html"), "moved_from": [duty.sighting["url"]]}
        duty.sighting, duty.sealed = {**duty.sighting, **moved}, None

    await world.store.write(move)
    await kinds.seal(world.context, "")
    assert judged_again(world).differing == ()


@pytest.mark.parametrize(
    ("minutes", "doubt"),
    [(0, "the reading of 2026-11-24T04:05:00+00:00 holds"), (-1, "counts as of 2026-11-24T04:05:00+00:00")],
)
async def test_a_statement_that_its_pages_contradict_is_named(world: World, minutes: int, doubt: str) -> None:
    """Somebody adds that a reading lacked the repost, or when it was: its own pages say otherwise."""
    await world.publish()
    await met_late(world)
    await kinds.seal(world.context, "")
    evidence = world.context.evidence
    (sighting,) = [entry for entry in evidence.entries() if entry.kind == "sighting"]
    pages = evidence.read(sighting).content["row"]["pages"]
    moment = at(24, 12, 5).astimezone(UTC) + minutes * MINUTE
    place = {"name": "上级文件", "url": world.county.url("/sjwj/"), "rows": 11, "pages": pages}
    said = {"at": moment.isoformat(), "site": "county", "places": [place]}
    evidence.keep_now([Draft(Statement("absence", moment, said), ("obligation:1",))])
    (differing,) = judged_again(world).differing
    assert doubt in differing.why


async def test_what_no_record_shows_does_not_come_out_again(world: World) -> None:
    """A disk that takes nothing ends the keeping of evidence and nothing else: the chain and the check say so."""
    await world.publish()
    evidence = world.context.evidence
    lock = evidence.folder / LOCK
    lock.rename(evidence.folder / "aside")
    lock.mkdir()
    await violated(world)
    await kinds.seal(world.context, "")
    assert await world.state() == "violated"
    assert evidence.trouble is not None
    lock.rmdir()
    world.pass_by(minutes=2)
    await kinds.seal(world.context, "")
    assert evidence.trouble is None
    (gap,) = verify(evidence.folder).gaps
    assert cast(int, gap["lost"]) > 0
    (differing,) = judged_again(world).differing
    assert (differing.given, differing.replayed) == ("violated", "overdue")


async def test_records_that_are_not_there_any_more_are_missed(world: World) -> None:
    """Whoever cuts the chain's end off makes it whole again, but the store knows what stood there."""
    await world.publish()
    await world.waive()
    await kinds.seal(world.context, "")
    folder = world.context.evidence.folder
    *lines, last = lines_of(index_of(folder, 1))[0]
    index_of(folder, 1).write_bytes(b"".join(lines))
    records = records_of(folder, 1)
    records.write_bytes(records.read_bytes()[: parse(last).offset])
    (differing,) = judged_again(world).differing
    assert "the chain holds no record" in differing.why


async def test_a_poll_and_a_look_on_which_nothing_rests_write_nothing(world: World) -> None:
    await world.begin()
    assert world.context.evidence.head() is None
    await world.publish()
    head = world.context.evidence.head()
    await look_at(world, at(24, 10, 10), at(24, 10, 20), at(24, 10, 30))
    await world.poll()
    assert world.context.evidence.head() == head


async def test_the_last_reading_that_lacked_it_is_kept_with_the_repost(world: World) -> None:
    """Only then does anything rest on it; a daemon that was started anew in between has it still."""
    await world.publish()
    await look_at(world, at(24, 10, 20))
    evidence = Evidence(world.context.evidence.folder, world.clock)
    world.context = replace(world.context, evidence=evidence)
    world.county.put("/sjwj/", copy(at(24, 10, 25)))
    await look_at(world, at(24, 10, 30))
    kept = [
        world.context.evidence.read(entry) for entry in Catalog(world.context.evidence).about("obligation:1")
    ]
    (absence,) = [record for record in kept if record.kind == "absence"]
    (sighting,) = [record for record in kept if record.kind == "sighting"]
    assert absence.content["at"] == sighting.content["seen_after"]
    assert [len(place["pages"]) for place in absence.content["places"]] == [1, 1, 1]
    duty = await world.the_obligation()
    assert duty.sighting is not None
    page = world.context.evidence.load(duty.sighting["digest"]).decode()
    assert POLICY.title in page
