"""Relaunches, moves and other hands."""

from __future__ import annotations

from datetime import timedelta

from tests.hostile import pages
from tests.hostile.pages import Paper
from tests.hostile.plays import NOW_AND_THEN, Ends, play, states
from tests.hostile.story import NEWS, PER_PAGE, POLICY, Story
from tests.hostile.wire import Asked, Said, moved, page

RELAUNCHED = Ends(NOW_AND_THEN.states, blind=None)


@play(
    "relaunch",
    "At some hour the site is another: 300 rows nobody saw before, at new addresses, in other markup.",
    Ends(states("met unproven", "met met_late unproven", "unproven"), blind=True),
)
def _(story: Story) -> None:
    _remake(story)


@play("noon", "The list changes its markup at noon, its rows stay.", RELAUNCHED)
def _(story: Story) -> None:
    noon = story.published.replace(hour=12, minute=0)

    def other(asked: Asked, said: Said) -> Said:
        return (
            page(pages.table(story.site.held(POLICY, asked.now)[:PER_PAGE], "上级文件"))
            if asked.now >= noon
            else said
        )

    story.twist(other, where=POLICY)


@play(
    "moved-301",
    "The list moves to another address of the site, in other markup; 301 leads there.",
    RELAUNCHED,
)
def _(story: Story) -> None:
    def relocated(asked: Asked, said: Said) -> Said:
        if asked.path == POLICY and asked.now >= story.since:
            return moved("/zwgk/sjwj/", 301)
        if asked.path == "/zwgk/sjwj/":
            return page(pages.sections(story.site.held(POLICY, asked.now)[:PER_PAGE], "上级文件"))
        return said

    story.twist(relocated, always=True)


@play(
    "moved-404",
    "The list's address is 404 from some hour on; another that the home page names holds it.",
    Ends(states("met unproven", "met met_late unproven", "unproven"), blind=True, why="not_found"),
)
def _(story: Story) -> None:
    def relocated(asked: Asked, said: Said) -> Said:
        if asked.path == POLICY and asked.now >= story.since:
            return page("<html><body>404 Not Found</body></html>", 404)
        if asked.path == "/zwgk/sjwj/":
            return page(pages.listing(story.site.held(POLICY, asked.now)[:PER_PAGE], "上级文件"))
        if asked.path == "/":
            return said.but(
                said.body.replace(
                    b'<a href="/zjxx/">', '<a href="/zwgk/sjwj/">上级文件</a><a href="/zjxx/">'.encode(), 1
                )
            )
        return said

    story.twist(relocated, always=True)


def _remake(story: Story) -> None:
    """Take all that stood there off, and put 300 others there, the repost beside them."""
    when = story.published + timedelta(minutes=1)
    for column, papers in story.site.papers.items():
        kept = [paper for paper in papers if paper is story.repost]
        closed = [
            Paper(p.title, p.path, p.since, p.declared, when)
            for p in papers
            if p is not story.repost and p.since < when
        ]
        story.site.papers[column] = kept + closed
        if column in (POLICY, NEWS):
            for n in range(300):
                title = f"{pages.BODY[n % 3][2:8]}专项行动第{n + 1}期工作简报"
                story.site.hold(
                    column,
                    Paper(
                        title, f"/new{column}{n}.htm", when - timedelta(seconds=n), when - timedelta(days=n)
                    ),
                )
    story.site.hands[POLICY] = pages.listing

    def other(asked: Asked, said: Said) -> Said:
        if asked.now < when or asked.path != POLICY:
            return said
        return page(pages.table(story.site.held(POLICY, asked.now)[:PER_PAGE], "上级文件"))

    story.twist(other, always=True)
