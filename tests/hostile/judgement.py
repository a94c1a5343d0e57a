"""Duties in all their turns: reposts that do not stay, officers who decide, sites that come and go."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.hostile import pages
from tests.hostile.pages import Paper
from tests.hostile.plays import SEEN, Ends, play, states
from tests.hostile.portals import COLUMN, PROVINCE
from tests.hostile.story import POLICY, Case, Doorkeeper, Site, Story

if TYPE_CHECKING:
    from tests.integration.county import World

BOUND_BY_NOBODY = Ends(states("none", "none", "none"))
REVISITED = timedelta(days=9)
"""Until after a repost that was found has been looked at again, twice."""


def turn(story: Story, after: timedelta, act: Callable[[World], Awaitable[object]]) -> None:
    """Something that an officer does, so long after the publication."""

    async def done(cast: Doorkeeper) -> None:
        await act(cast.world)

    story.turns.append((story.published + after, done))


# --- what becomes of a repost --------------------------------------------------------------------------


@play(
    "taken-down",
    "The repost is taken down six hours after it was put up.",
    SEEN.but(raises=states("repost.withdrawn", "repost.withdrawn", "", "")),
)
def _(story: Story) -> None:
    story.lasts = REVISITED
    if story.repost is not None and story.case is not Case.AFTER:
        story.show_repost(until=story.repost.since + timedelta(hours=6))
        story.deserved.add("repost.withdrawn")


@play(
    "altered",
    "The repost changes a month and leaves a paragraph out.",
    SEEN.but(raises=states("repost.altered", "repost.altered", "", "")),
)
def _(story: Story) -> None:
    story.lasts = REVISITED
    changed = [part.replace("按月", "按季度") for part in pages.BODY[:-1]]
    story.show_repost(body=tuple(changed))
    story.deserved.add("repost.altered")


@play(
    "backdated-after",
    "What was put up after the limit says that it is of before it.",
    SEEN.but(raises=states("", "", "", "repost.backdated")),
)
def _(story: Story) -> None:
    story.lasts = REVISITED
    if story.case is Case.AFTER:
        story.show_repost(declared=story.limit - timedelta(hours=7))
        story.deserved.add("repost.backdated")


@play(
    "timed-release",
    "The site's pages bear the hour at which they were written, some forty minutes before they appear.",
    SEEN,
)
def _(story: Story) -> None:
    if story.repost is not None:
        story.show_repost(declared=story.repost.since - timedelta(minutes=40))


@play(
    "skew-behind",
    "The site's clock is ten minutes slow.",
    Ends(states("met", "met met_late", "violated"), blind=False),
)
def _(story: Story) -> None:
    if story.repost is not None:
        story.show_repost(declared=story.repost.since - timedelta(minutes=10))


@play("skew-ahead", "The site's clock is ten minutes fast.", SEEN)
def _(story: Story) -> None:
    if story.repost is not None:
        story.show_repost(declared=story.repost.since + timedelta(minutes=10))


@play(
    "second-host",
    "Reposts stand on a further host of the site alone.",
    Ends(states("met", "met met_late", "violated"), blind=False),
)
def _(story: Story) -> None:
    second = story.hosts["second"] = Site({"/zc/": "政策文件"})
    for n, paper in enumerate(story.site.papers[POLICY]):
        if paper is not story.repost:
            second.hold("/zc/", replace(paper, path=f"/zc/{n}.htm"))
    if story.repost is not None:
        story.site.papers[POLICY].remove(story.repost)
        second.hold("/zc/", replace(story.repost, path="/zc/999.htm"))
    story.site_config = 'hosts = ["{second_host}"]'
    story.deserved.add("repost.target")  # nobody watches that host: what is lacking by the target is told


@play(
    "before-the-city",
    "The city lists what the county reposted from the nation three days before.",
    Ends(states("met", "met", "met"), blind=False),
)
def _(story: Story) -> None:
    when = story.begin - timedelta(days=3)
    story.site.papers[POLICY] = [paper for paper in story.site.papers[POLICY] if paper is not story.repost]
    story.repost = story.site.hold(
        POLICY, Paper(story.policy.title, "/sjwj/1.htm", when, when, number=story.policy.number)
    )
    story.reposted = when


# --- officers ------------------------------------------------------------------------------------------


@play("objected-upheld", "The site contests what is true, and an officer upholds the accusation.", SEEN)
def _(story: Story) -> None:
    if story.case in (Case.NEVER, Case.AFTER):
        after = story.limit - story.published + timedelta(hours=1)
        turn(story, after, lambda world: world.review("object"))
        turn(story, after + timedelta(minutes=30), lambda world: world.review("uphold"))


@play(
    "objected-overturned",
    "The repost stood in time where nothing leads; the site shows it once it is accused.",
    Ends(states("met", "met", "met"), blind=False),
)
def _(story: Story) -> None:
    story.is_hidden = True
    story.site.papers[POLICY] = [paper for paper in story.site.papers[POLICY] if paper is not story.repost]
    when = story.published + timedelta(minutes=20)
    story.repost = Paper(
        story.policy.title,
        "/unlinked/7.htm",
        when,
        when,
        number=story.policy.number,
        source=story.policy.source,
    )
    story.site.aside.append(story.repost)
    story.reposted = when
    after = story.limit - story.published + timedelta(hours=1)
    turn(story, after, lambda world: world.discharge(f"{story.bases['site']}/unlinked/7.htm"))


@play(
    "waived",
    "An officer lets the duty go after half an hour.",
    Ends(states("met waived", "waived", "waived"), blind=False),
)
def _(story: Story) -> None:
    turn(story, timedelta(minutes=30), lambda world: world.waive())


@play(
    "key-late",
    "An officer calls the policy key three hours after it was published.",
    Ends(states("met unproven", "met met_late unproven", "violated"), blind=False),
)
def _(story: Story) -> None:
    story.key = "ask"
    address = story.policy.path
    turn(story, timedelta(hours=3), lambda world: world.key("add", f"{story.bases['portal']}{address}"))


# --- who is bound --------------------------------------------------------------------------------------


@play(
    "three-portals",
    "Nation, province and city carry the policy at three addresses, within an hour: one duty.",
    SEEN,
)
def _(story: Story) -> None:
    for name, minutes in (("prov", 20), ("city", 50)):
        other = story.hosts[name] = Site({COLUMN: "政策文件"})
        for n in range(15):
            since = story.begin - timedelta(days=n + 1)
            other.hold(COLUMN, Paper(f"关于第{n + 1}批重点项目的通知", f"/zc/{n}.htm", since, since))
        later = story.policy.since + timedelta(minutes=minutes)
        other.hold(COLUMN, replace(story.policy, path="/zc/99.htm", since=later, declared=later))
    story.further = PROVINCE + CITY


@play("joins-later", "The site opens two hours after the publication.", BOUND_BY_NOBODY)
def _(story: Story) -> None:
    story.site_config = 'status = "building"'
    turn(story, timedelta(hours=2), lambda world: world.amend('status = "building"', 'status = "open"'))


@play(
    "suspended",
    "The site is suspended half an hour after the publication.",
    Ends(states("met void", "void", "void")),
)
def _(story: Story) -> None:
    story.site_config = 'status = "open"'
    turn(story, timedelta(minutes=30), lambda world: world.amend('status = "open"', 'status = "suspended"'))


@play("department", "It is a department's site, which nobody binds.", BOUND_BY_NOBODY)
def _(story: Story) -> None:
    story.site_config = 'type = "department"'


CITY = """
[[portal]]
id = "city"
name = "市门户"
level = "municipal"
region = "340800"
url = "{city}/"

  [[portal.column]]
  name = "政策文件"
  url = "{city}/zcwj/"
  every = "30m"
  key = "all"
"""
