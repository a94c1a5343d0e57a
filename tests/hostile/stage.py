"""Plays a story against the real rounds, client, reader and store, and holds what came of it against the truth."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from monitor.net.browser import BrowserSettings
from monitor.net.settings import FetchSettings
from monitor.store.tables import Problem, Transition
from tests.hostile import pages
from tests.hostile.catalogue import PLAYS
from tests.hostile.plays import Ends, Play
from tests.hostile.story import NEWS, POLICY, Case, Story, Turn, told
from tests.hostile.wire import HERE, Door
from tests.integration.certificates import Authority
from tests.integration.county import World, made

BROWSER = BrowserSettings(timeout=timedelta(seconds=20), patience=timedelta(seconds=3))
MAX_BODY = 1024 * 1024
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Where a store waits for no disk, if there is such a place."""
ELSEWHERE = "127.0.0.2"
"""An address of this machine that no configuration here allows."""

CONFIG = """
[office]
name = "示例县人民政府办公室"
region = "340899"

[store]
url = "sqlite:///$folder/duban.db"
evidence = "$folder/evidence"

[fetch]
allow_networks = ["{here}/32"]
robots = "{robots}"

[rules.repost]
limit = "{term}"

[rules.availability]
every = "{every}"

[[portal]]
id = "gov"
name = "国家门户"
level = "national"
url = "{portal}/"

  [[portal.column]]
  name = "政策文件"
  url = "{portal}/zcwj/"
  every = "{portal_every}"
  key = "{key}"

{further}

[[site]]
id = "county"
name = "示例县"
region = "340899"
url = "{site}/"
{site_config}
{registered}
  [[site.column]]
  name = "上级文件"
  url = "{site}{policy}"
  every = "{every}"

  [[site.column]]
  name = "要闻"
  url = "{site}{news}"
  every = "{every}"
  about = "news"
"""


@dataclass(frozen=True, slots=True)
class Ending:
    """What came of a story. trapped: connections to addresses nobody may be sent to."""

    states: tuple[str, ...]
    history: tuple[str, ...]
    rules: frozenset[str]
    blind: tuple[tuple[str, str], ...]
    trapped: int
    seconds: float

    def __str__(self) -> str:
        raised = sorted(self.rules - {"watch.blind"})
        why = sorted({f"{owner}: {reason}" for owner, reason in self.blind})
        return f"{' '.join(self.states) or 'none'} {' '.join(raised)} {'blind ' + str(why) if why else ''}".strip()


class Cast:
    """The servers of a story, by name."""

    def __init__(self, doors: dict[str, Door], world: World) -> None:
        self.doors = doors
        self.world = world

    async def shut(self, *names: str) -> None:
        for name in names:
            await self.doors[name].shut()

    async def open(self, *names: str) -> None:
        for name in names:
            await self.doors[name].open()


@asynccontextmanager
async def staged(story: Story, folder: Path, *, browser: bool) -> AsyncIterator[tuple[World, Cast]]:
    """Put up the servers of a story and the daemon's parts before them; nothing was read yet."""
    world: World | None = None

    def now() -> datetime:
        return world.clock.now if world is not None else story.begin

    authority = Authority.make(folder)
    async with AsyncExitStack() as stack:
        doors: dict[str, Door] = {}
        for name, site in {"site": story.site, "portal": story.portal, **story.hosts}.items():
            tls = story.tls(authority) if name == "site" and story.tls else None
            door = Door(site.answer, now, tls, ELSEWHERE if name == "trap" else HERE)
            doors[name] = await stack.enter_async_context(door)
            story.bases[name] = door.base
        if story.speaks_no_tls:
            doors["site"].is_deaf = True
            story.bases["site"] = story.bases["site"].replace("http:", "https:")
        settings = FetchSettings(
            patience=timedelta(0), timeout=timedelta(seconds=story.timeout), max_body=MAX_BODY
        )
        shown = BROWSER if browser else None
        opened = made(folder, configured(story), settings, authority.trusting(), shown)
        world = await stack.enter_async_context(opened)
        world.clock.now = story.begin
        yield world, Cast(doors, world)


def configured(story: Story) -> str:
    """The story's targets.toml."""
    text = CONFIG
    values = {
        "here": HERE,
        "robots": story.robots,
        "term": story.term,
        "every": story.every,
        "portal_every": story.portal_every,
        "key": story.key,
        "further": story.further,
        "site_config": story.site_config,
        "registered": pages.REGISTERED,
        "policy": POLICY,
        "news": NEWS,
    }
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    for name, base in story.bases.items():
        text = text.replace(f"{{{name}_host}}", base.partition("://")[2])
        text = text.replace(f"{{{name}}}", base)
    return text


async def play_out(story: Story, folder: Path, *, browser: bool = False) -> Ending:
    """Play a story from its first readings to three hours after the limit."""
    began = time.perf_counter()
    async with staged(story, folder, browser=browser) as (world, cast):
        await world.begin()
        for moment, turn in turns_of(story, world):
            await world.until(moment)
            await turn(cast)
        await world.until(story.end)
        found = await world.all(Problem)
        trapped = sum(door.connections for door in cast.doors.values() if door.host == ELSEWHERE)
        return Ending(
            states=tuple(duty.state for duty in await world.obligations("county")),
            history=tuple(row.state for row in await world.all(Transition)),
            rules=frozenset(problem.rule for problem in found),
            blind=tuple((p.site, p.found or "") for p in found if p.rule == "watch.blind"),
            trapped=trapped,
            seconds=time.perf_counter() - began,
        )


def turns_of(story: Story, world: World) -> list[tuple[datetime, Turn]]:
    """What happens of itself, in order; the portals are also read around the publication."""

    async def poll(cast: object) -> None:
        await world.poll()

    around = (
        story.published - timedelta(minutes=1),
        story.published + timedelta(minutes=story.rng.randint(2, 25)),
    )
    return sorted([*story.turns, *((moment, poll) for moment in around)], key=lambda pair: pair[0])


async def perform(
    name: str, seed: int, case: Case, *, browser: bool = False, brief: bool = False
) -> tuple[Story, Ending]:
    """Play a behaviour once."""
    story = told(seed, case, name, brief=brief)
    PLAYS[name].set_up(story)
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        return story, await play_out(story, Path(folder), browser=browser)


def ends_of(play: Play, *, browser: bool) -> Ends:
    return play.in_browser if browser and play.in_browser is not None else play.ends


def differences(ends: Ends, story: Story, ending: Ending) -> list[str]:
    """Where an ending is not as stated."""
    wanted = ends.states[story.case]
    got = set(ending.states) or {"none"}
    raised = {
        "watch.blind": ends.blind,
        "availability.home": ends.down,
        "security.tls": ends.tls,
    }
    owners = {owner for owner, _ in ending.blind}
    seen = ending.rules - {"watch.blind"} | ({"watch.blind"} if ends.on in owners else set())
    said = [f"state {' '.join(sorted(got))}, not {' or '.join(sorted(wanted))}"] if not got <= wanted else []
    if len(ending.states) > 1:
        said.append(f"{len(ending.states)} obligations")
    for rule, must in raised.items():
        if must is not None and must != (rule in seen):
            said.append(f"{rule} {'missing' if must else 'raised'}")
    lacking = ends.raises[story.case] - ending.rules if ends.raises is not None else frozenset()
    said += [f"{rule} missing" for rule in sorted(lacking)]
    reasons = " | ".join(reason for owner, reason in ending.blind if owner == ends.on)
    if ends.why and reasons and not re.search(ends.why, reasons):
        said.append(f"the reason does not say {ends.why}: {reasons}")
    if ending.trapped:
        said.append(f"{ending.trapped} connections to where nobody may be sent")
    return said


def false_accusations(story: Story, ending: Ending) -> list[str]:
    """What was held against the site, at any time, that is not true."""
    in_time = story.reposted is not None and story.reposted <= story.limit and not story.is_hidden
    early = in_time and story.reposted is not None and story.reposted <= story.target
    true = set(story.deserved)
    true |= set() if in_time else {"repost.limit"}
    true |= set() if early else {"repost.target"}
    said = sorted(ending.rules - true - {"watch.blind"})
    if in_time and "violated" in ending.history:
        said.append("violated")
    return said


def false_praise(story: Story, ending: Ending) -> list[str]:
    """A duty called done in time that was not."""
    in_time = story.reposted is not None and story.reposted <= story.limit
    return [] if in_time else [state for state in ending.states if state in ("met", "met_late")]
