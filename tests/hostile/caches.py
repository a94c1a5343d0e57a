"""Caches, copies and nodes: what answers is the site's page, of another hour."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import format_datetime

from tests.hostile.pages import Paper
from tests.hostile.plays import SEEN, UNSEEN, Ends, play, states
from tests.hostile.story import NEWS, POLICY, Site, Story
from tests.hostile.wire import Asked, Said

HOUR = timedelta(hours=1)

DELAYED = Ends(states("met", "met_late met", "violated", "violated unproven"), blind=False)
"""An hour behind: what is seen late favours the site."""


class Copies:
    """An edge that keeps each page for an hour, whatever it is asked for."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.made: dict[str, datetime] = {}

    def of(self, asked: Asked) -> tuple[Said, datetime]:
        kept = self.made.get(asked.path)
        if kept is None or asked.now - kept >= HOUR:
            kept = self.made[asked.path] = asked.now
        return self.site.honest(asked.path, kept), kept


@play("age-3600", "An edge keeps every page for an hour and says so by Age.", DELAYED)
def _(story: Story) -> None:
    copies = Copies(story.site)

    def edge(asked: Asked, said: Said) -> Said:
        copy, made = copies.of(asked)
        return copy.but(age=str(int((asked.now - made).total_seconds())))

    story.twist(edge, where="pages", always=True)


@play("age-always-3600", "Whatever is asked for was made exactly an hour before, and Age says so.", DELAYED)
def _(story: Story) -> None:
    def edge(asked: Asked, said: Said) -> Said:
        return story.site.honest(asked.path, asked.now - HOUR).but(age="3600")

    story.twist(edge, where="pages", always=True)


@play("old-date", "A cache keeps pages for an hour without a word, but for the Date of back then.", DELAYED)
def _(story: Story) -> None:
    copies = Copies(story.site)

    def cache(asked: Asked, said: Said) -> Said:
        copy, made = copies.of(asked)
        return copy.but(date=format_datetime(made))

    story.twist(cache, where="pages", always=True)


@play(
    "stale-last-look",
    "A cache goes stale an hour before the limit, says so by Age alone, and renews two hours after it.",
    Ends(states("met", "met_late met", "violated overdue unproven", "unproven violated overdue")),
)
def _(story: Story) -> None:
    made = story.limit - HOUR

    def edge(asked: Asked, said: Said) -> Said:
        if not made <= asked.now < story.limit + 2 * HOUR:
            return said
        return story.site.honest(asked.path, made).but(age=str(int((asked.now - made).total_seconds())))

    story.twist(edge, where="pages")


@play("304-stale", "A conditional request is told that nothing changed, whatever changed.", SEEN)
def _(story: Story) -> None:
    def lazy(asked: Asked, said: Said) -> Said:
        if "if-none-match" in asked.headers or "if-modified-since" in asked.headers:
            return Said(status=304).but(etag='"1"')
        return said.but(etag='"1"')

    story.twist(lazy, where="pages", always=True)


@play(
    "304-forever",
    "From some hour on everybody is told that nothing changed, asked conditionally or not.",
    UNSEEN,
)
def _(story: Story) -> None:
    story.twist(lambda asked, said: Said(status=304).but(etag='"1"'), where="lists")


@play(
    "two-nodes",
    "Every other answer comes from a node that learns of the repost an hour before the limit.",
    Ends(states("met met_late", "met_late", "violated"), blind=None),
)
def _(story: Story) -> None:
    def behind(asked: Asked, said: Said) -> Said:
        is_synchronised = asked.now >= story.limit - HOUR or story.repost is None
        if is_synchronised or asked.of_path % 2:
            return said
        return _without(story, asked)

    story.deserved.add("repost.target")  # who asks the other node at the target is told so
    story.twist(behind, where="pages")


@play(
    "two-nodes-forever",
    "A node that is asked by chance never learns of the repost.",
    Ends(states("met met_late", "met_late unproven", "violated"), blind=None),
)
def _(story: Story) -> None:
    def behind(asked: Asked, said: Said) -> Said:
        return _without(story, asked) if story.chance(asked) < 0.5 else said

    # Half of its visitors do not see what the page says has stood there for hours: somebody should look.
    story.deserved |= {"repost.target", "repost.backdated"}
    story.twist(behind, where="pages")


def _without(story: Story, asked: Asked) -> Said:
    """The page as it is without the repost."""
    papers = story.site.papers[POLICY]
    kept = [paper for paper in papers if story.repost is None or paper.path != story.repost.path]
    story.site.papers[POLICY] = kept
    try:
        return story.site.honest(asked.path, asked.now)
    finally:
        story.site.papers[POLICY] = papers


@play(
    "clock-ahead",
    "The server's clock, and its pages' times, run a day ahead.",
    Ends(states("met met_late", "met_late met unproven", "violated"), blind=False),
)
def _(story: Story) -> None:
    day = timedelta(days=1)
    if story.reposted is not None:
        story.show_repost(declared=story.reposted + day)

    def ahead(asked: Asked, said: Said) -> Said:
        return said.but(date=format_datetime(asked.now + day))

    story.deserved.add("repost.target")
    story.twist(ahead, always=True)


@play("news-flood", "Fifty news come in these two days, and the repost among the older papers.", SEEN)
def _(story: Story) -> None:
    for n in range(50):
        since = story.begin + (story.end - story.begin) * n / 50
        story.site.hold(NEWS, Paper(f"示例县第{n + 1}号便民信息发布", f"{NEWS}8{n:04}.htm", since, since))
