"""Broken answers: cut, endless, packed, misdeclared, going round in circles, leading away."""

from __future__ import annotations

import gzip
from datetime import timedelta

from tests.hostile.pages import Paper
from tests.hostile.plays import HALF_SEEN, NOW_AND_THEN, SEEN, UNSEEN, play
from tests.hostile.story import POLICY, Site, Story
from tests.hostile.wire import HANG, Asked, Said, bytes_only, dripping, endless, moved, page, zipped


@play("drip", "The lists come a byte a second.", UNSEEN.but(why="timeout"), is_slow=True)
def _(story: Story) -> None:
    story.every, story.timeout = "20h", 1.0
    story.twist(lambda asked, said: dripping(said.body), where="lists")


@play(
    "drip-home",
    "The home page comes a byte a second.",
    HALF_SEEN.but(why="timeout", blind=None),
    is_slow=True,
)
def _(story: Story) -> None:
    # Read so rarely, it may not have failed often enough to be called blind before the story ends.
    story.every, story.timeout = "20h", 1.0
    story.twist(lambda asked, said: dripping(said.body), where="home")


@play("endless", "The lists never end.", UNSEEN.but(why="too_large"))
def _(story: Story) -> None:
    story.every = "8h"
    story.twist(lambda asked, said: endless(b"<li><a href='/x.htm'>x</a></li>" * 2000), where="lists")


@play("bomb", "The lists are packed a thousandfold.", UNSEEN.but(why="too_large"))
def _(story: Story) -> None:
    packed = gzip.compress(b"<li>" * 16_000_000, 9)
    story.twist(lambda asked, said: said.but(packed, content_encoding="gzip"), where="lists")


@play("length-too-long", "Content-Length promises more than comes.", UNSEEN)
def _(story: Story) -> None:
    def cut(asked: Asked, said: Said) -> Said:
        return said.but(said.body[: len(said.body) // 3], content_length=str(len(said.body)))

    story.twist(cut, where="lists")


@play("gzip-cut", "The packed lists end in the middle, and Content-Length agrees.", UNSEEN)
def _(story: Story) -> None:
    def cut(asked: Asked, said: Said) -> Said:
        whole = zipped(said.body)
        return whole.but(whole.body[: len(whole.body) // 2])

    story.twist(cut, where="lists")


@play("chunks-cut", "The chunks stop before the last.", UNSEEN)
def _(story: Story) -> None:
    def cut(asked: Asked, said: Said) -> Said:
        part = said.body[: len(said.body) // 3]
        return bytes_only(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(part), part)
        )

    story.twist(cut, where="lists")


@play(
    "page-cut",
    "The lists end in the middle of a row, as a worn-out back end leaves them, and nothing in HTTP says so.",
    UNSEEN.but(blind=None, states=NOW_AND_THEN.states),
)
def _(story: Story) -> None:
    _bury(story)

    def cut(asked: Asked, said: Said) -> Said:
        return said.but(said.body[: said.body.index(b"</li>", len(said.body) // 3) - 9])

    story.twist(cut, where="lists")


def _bury(story: Story) -> None:
    """Let rows of other papers stand over the repost."""
    if story.reposted is not None:
        for n in range(15):
            since = story.reposted + timedelta(seconds=n + 1)
            story.site.hold(
                POLICY, Paper(f"县政府第{n + 1}次常务会议纪要摘登", f"/sjwj/7{n:04}.htm", since, since)
            )


@play("http-1.0", "HTTP/1.0 without a length: the body ends with the connection.", SEEN)
def _(story: Story) -> None:
    def plain(asked: Asked, said: Said) -> Said:
        return bytes_only(b"HTTP/1.0 %d OK\r\nContent-Type: text/html\r\n\r\n" % said.status + said.body)

    story.twist(plain, always=True)


@play("random-bytes", "The lists are random bytes.", UNSEEN)
def _(story: Story) -> None:
    story.twist(lambda asked, said: page("").but(story.noise(asked, 4000)), where="lists")


@play("random-wire", "What answers does not speak HTTP.", UNSEEN)
def _(story: Story) -> None:
    story.twist(lambda asked, said: bytes_only(story.noise(asked, 400)), where="lists")


@play("empty-body", "200, and nothing.", UNSEEN)
def _(story: Story) -> None:
    story.twist(lambda asked, said: page(""), where="lists")


@play("huge-headers", "A megabyte of headers.", UNSEEN)
def _(story: Story) -> None:
    story.twist(lambda asked, said: said.but(x_trace="a" * 1_000_000), where="lists")


@play("late-answer", "The lists hang before the first byte.", UNSEEN.but(why="timeout"), is_slow=True)
def _(story: Story) -> None:
    story.every, story.timeout = "20h", 1.0
    story.twist(lambda asked, said: HANG, where="lists")


@play("circle", "The lists redirect in a circle.", UNSEEN.but(why="redirect"))
def _(story: Story) -> None:
    def round_and_round(asked: Asked, said: Said) -> Said:
        return moved(asked.path.partition("?")[0] + ("" if "?" in asked.path else "?a=1"))

    story.twist(round_and_round, where="lists")


@play("cookie-redirect", "Each page first redirects to itself with a cookie.", SEEN)
def _(story: Story) -> None:
    def first(asked: Asked, said: Said) -> Said:
        return said if "sid=" in asked.cookies else moved(asked.path, set_cookie="sid=7; path=/")

    story.twist(first, always=True)


@play("trap", "The lists redirect to an address of another network.", UNSEEN.but(why="address_refused"))
def _(story: Story) -> None:
    story.hosts["trap"] = Site({})
    story.twist(lambda asked, said: moved(f"{story.bases['trap']}/admin"), where="lists")


@play(
    "trap-home",
    "The home page redirects to an address of another network.",
    HALF_SEEN.but(why="address_refused"),
)
def _(story: Story) -> None:
    story.hosts["trap"] = Site({})
    story.twist(lambda asked, said: moved(f"{story.bases['trap']}/admin"), where="home")


@play("trap-metadata", "The lists redirect to a cloud's metadata.", UNSEEN.but(why="address_refused"))
def _(story: Story) -> None:
    story.twist(lambda asked, said: moved("http://169.254.169.254/latest/meta-data/"), where="lists")


@play(
    "trap-frames",
    "The home page holds frames, pictures and scripts of another network, and refreshes to it.",
    SEEN,
    in_browser=SEEN,
)
def _(story: Story) -> None:
    story.every = "8h"
    story.hosts["trap"] = Site({})

    def lure(asked: Asked, said: Said) -> Said:
        there = story.bases["trap"]
        bait = f'<iframe src="{there}/f"></iframe><img src="{there}/i"><script src="{there}/s"></script>'
        return said.but(said.body.replace(b"</body>", bait.encode() + b"</body>"))

    story.twist(lure, where="pages", always=True)


@play(
    "trap-rows",
    "The rows lead to an address of another network; their titles are those of papers.",
    NOW_AND_THEN,
)
def _(story: Story) -> None:
    story.hosts["trap"] = Site({})

    def lead_away(asked: Asked, said: Said) -> Said:
        if not story.repost:
            return said
        return said.but(
            said.body.replace(story.repost.path.encode(), f"{story.bases['trap']}/p.htm".encode())
        )

    story.twist(lead_away, where="lists", always=True)
