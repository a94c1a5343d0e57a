"""A disk that takes no evidence: the office hears of it once, and once that it works again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alerts.events import Kind, NoteFacts
from monitor.evidence import Draft, Evidence, Statement
from monitor.rounds import kinds
from tests.integration.county import World


def keep(world: World) -> bool:
    said = Statement("absence", world.now(), {})
    return bool(world.context.evidence.keep_now([Draft(said)]).entries)


async def notes(world: World) -> list[tuple[Kind, NoteFacts]]:
    found = [event for event in await world.events() if event.group == "evidence"]
    return [(event.kind, event.facts) for event in found if isinstance(event.facts, NoteFacts)]


async def pass_by(world: World, minutes: int) -> list[Kind]:
    world.pass_by(minutes=minutes)
    await kinds.ROUNDS["follow"](world.context, "problems")
    return [kind for kind, _ in await notes(world)]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_the_office_hears_of_it_once_and_once_that_it_works_again(world: World, language: str) -> None:
    await world.amend("[office]", f'[office]\nlanguage = "{language}"')
    folder = world.context.evidence.folder
    assert keep(world)
    (folder / "lock").unlink()
    (folder / "lock").mkdir()  # nothing can be written any more
    assert not keep(world)
    assert await pass_by(world, 0) == [], "it may pass"
    assert await pass_by(world, 1) == [Kind.BLIND]
    assert await pass_by(world, 60) == [Kind.BLIND]
    world.context = replace(world.context, evidence=Evidence(folder, world.clock))
    assert not keep(world)
    assert await pass_by(world, 5) == [Kind.BLIND], "nor again after a restart"
    (folder / "lock").rmdir()
    assert await pass_by(world, 1) == [Kind.BLIND], "it has to last"
    assert world.context.evidence.trouble is None, "tried again without waiting for a reading"
    assert await pass_by(world, 10) == [Kind.BLIND, Kind.RESOLVED]
    assert await pass_by(world, 60) == [Kind.BLIND, Kind.RESOLVED]
    (_, stopped), (_, goes_on) = await notes(world)
    assert str(folder) in " ".join(stopped.lines), "where to make room"
    lost = {"zh-CN": "共缺1条记录", "en": ": 1. The chain"}[language]
    assert lost in " ".join(goes_on.lines)
