"""The portals above misbehave: whom a clock starts for, and when, and whom it must not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

from tests.hostile.caches import Copies
from tests.hostile.pages import Paper
from tests.hostile.plays import SEEN, Ends, play, states
from tests.hostile.shields import SLIDER
from tests.hostile.story import Site, Story, Twist
from tests.hostile.wire import Asked, Said, page

COLUMN = "/zcwj/"
NONE = Ends(states("none", "none", "none"), on="gov")


def portal(story: Story, change: Twist, *, path: str = COLUMN) -> None:
    def twisted(asked: Asked, said: Said) -> Said:
        return change(asked, said) if asked.path == path and asked.now >= story.since else said

    story.portal.twists.append(twisted)


@play(
    "portal-down",
    "The portal is off the line from before the publication until five hours after it.",
    Ends(states("met", "met met_late", "violated")),
)
def _(story: Story) -> None:
    story.portal_every = "1h"
    story.turns.append((story.published - timedelta(minutes=3), lambda cast: cast.shut("portal")))
    story.turns.append((story.published + timedelta(hours=5), lambda cast: cast.open("portal")))


@play(
    "portal-down-past-limit",
    "The portal is off the line until after the limit.",
    Ends(states("met", "met met_late unproven", "violated unproven")),
)
def _(story: Story) -> None:
    story.portal_every = "5m"
    story.turns.append((story.published - timedelta(minutes=3), lambda cast: cast.shut("portal")))
    story.turns.append((story.limit + timedelta(minutes=15), lambda cast: cast.open("portal")))


@play(
    "portal-relists",
    "Besides the policy, the portal lists ten old papers again, at new addresses and with today's day.",
    SEEN,
)
def _(story: Story) -> None:
    story.portal_every = "1h"
    old = sorted(story.portal.papers[COLUMN], key=lambda paper: paper.since)[:-1][-8:]
    for n, paper in enumerate(old):
        since = story.published + timedelta(seconds=n)
        story.portal.hold(COLUMN, replace(paper, path=f"/again/{n}.htm", since=since, declared=since))


@play(
    "portal-old-papers", "Besides the policy, the portal adds papers of weeks ago that it never listed.", SEEN
)
def _(story: Story) -> None:
    story.portal_every = "1h"
    for n in range(4):
        day = story.published - timedelta(days=9 + n)
        title = f"国务院关于第{n + 1}批历史文化名城保护范围的函"
        story.portal.hold(
            COLUMN,
            Paper(title, f"/late/{n}.htm", story.published + timedelta(seconds=n), day, source="国务院"),
        )


@play(
    "portal-relaunch",
    "The portal is another at once: 300 rows nobody saw before, and the policy among them.",
    NONE.but(blind=True),
)
def _(story: Story) -> None:
    story.portal_every = "1h"
    when = story.published
    for paper in list(story.portal.papers[COLUMN]):
        if paper is not story.policy:
            story.portal.papers[COLUMN].remove(paper)
            story.portal.hold(COLUMN, replace(paper, until=when))
    for n in range(300):
        title = f"国家有关部门第{n + 1}号部门规章汇编目录"
        story.portal.hold(
            COLUMN, Paper(title, f"/new/{n}.htm", when - timedelta(seconds=n), when - timedelta(days=n / 9))
        )
    for paper in list(story.portal.papers[COLUMN]):
        if paper.path.startswith("/new/"):
            story.portal.papers[COLUMN].remove(paper)
            story.portal.hold(COLUMN, replace(paper, since=when))


@play(
    "portal-cached",
    "An edge keeps the portal's list for an hour and says so by Age.",
    Ends(states("met", "met met_late", "violated")),
)
def _(story: Story) -> None:
    story.portal_every = "1h"
    copies = Copies(story.portal)

    def edge(asked: Asked, said: Said) -> Said:
        copy, made = copies.of(asked)
        return copy.but(age=str(int((asked.now - made).total_seconds())), date=format_datetime(made))

    portal(story, edge)


@play("portal-flaps", "Every other reading of the portal's list lacks the policy.", SEEN)
def _(story: Story) -> None:
    story.portal_every = "1h"

    def flapping(asked: Asked, said: Said) -> Said:
        if asked.of_path % 2:
            return said
        lacking = Site(story.portal.columns)
        lacking.papers = {COLUMN: [p for p in story.portal.papers[COLUMN] if p is not story.policy]}
        return lacking.honest(asked.path, asked.now)

    portal(story, flapping)


@play("portal-page-404-once", "The policy's own page is 404 for half an hour.", SEEN.but(blind=None))
def _(story: Story) -> None:
    story.portal_every = "1h"
    start = story.published + timedelta(hours=2)

    def away(asked: Asked, said: Said) -> Said:
        return page("gone", 404) if start <= asked.now < start + timedelta(minutes=30) else said

    portal(story, away, path=story.policy.path)


@play(
    "portal-withdraws",
    "The portal withdraws the policy two hours after it was published.",
    Ends(states("void met", "void", "void")),
)
def _(story: Story) -> None:
    story.portal_every = "1h"
    gone = story.published + timedelta(hours=2)
    story.portal.papers[COLUMN].remove(story.policy)
    story.portal.hold(COLUMN, replace(story.policy, until=gone))
    story.deserved.add("repost.target")


@play("portal-blocked", "The portal shows a puzzle before and after.", NONE.but(blind=True))
def _(story: Story) -> None:
    story.portal_every = "1h"
    portal(story, lambda asked, said: page(SLIDER))


@play("portal-garbage", "The portal's list is random bytes.", NONE.but(blind=True))
def _(story: Story) -> None:
    story.portal_every = "1h"
    portal(story, lambda asked, said: page("").but(story.noise(asked, 3000)))


@play(
    "portal-no-time", "The portal's page bears a day only.", Ends(states("met", "met met_late", "violated"))
)
def _(story: Story) -> None:
    story.portal_every = "1h"
    midnight = story.published.replace(hour=0, minute=0)
    story.portal.papers[COLUMN].remove(story.policy)
    story.policy = story.portal.hold(COLUMN, replace(story.policy, declared=midnight))


@play("portal-bulk", "Two portals carry the policy at two addresses: one duty.", SEEN)
def _(story: Story) -> None:
    story.portal_every = "1h"
    other = story.hosts["prov"] = Site({COLUMN: "政策文件"})
    for n in range(15):
        since = story.begin - timedelta(days=n + 1)
        other.hold(COLUMN, Paper(f"省政府关于第{n + 1}批重点项目的通知", f"/zc/{n}.htm", since, since))
    later = story.policy.since + timedelta(minutes=20)
    other.hold(COLUMN, replace(story.policy, path="/zc/99.htm", since=later, declared=later))
    story.further = PROVINCE


PROVINCE = """
[[portal]]
id = "prov"
name = "省门户"
level = "provincial"
region = "340000"
url = "{prov}/"

  [[portal.column]]
  name = "政策文件"
  url = "{prov}/zcwj/"
  every = "30m"
  key = "all"
"""
