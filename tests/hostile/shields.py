"""Shields, refusals and fences: the site is there, and we are not let in."""

from __future__ import annotations

from datetime import timedelta

from tests.hostile.plays import NOW_AND_THEN, SEEN, UNSEEN, Ends, play, states
from tests.hostile.story import Story, Twist
from tests.hostile.wire import RESET, Asked, Said, page

PASS = "__jsl_clearance=1725.9"
SETS_COOKIE = f'<html><head><script>document.cookie="{PASS};path=/";location.reload()</script></head><body></body></html>'
CHALLENGE = (
    "<!DOCTYPE html><html><head><meta charset=utf-8><title>安全验证</title></head><body>"
    "<noscript>请开启JavaScript并刷新该页</noscript>"
    f'<script>setTimeout(function(){{document.cookie="{PASS};path=/";location.reload()}},50)</script></body></html>'
)
SLIDER = (
    "<!DOCTYPE html><html><head><meta charset=utf-8><title>访问验证</title></head><body>"
    "<div id=captcha>请完成滑块验证以继续访问。您的访问过于频繁或存在异常，请拖动滑块完成拼图。</div>"
    "<script>window.ready=1</script></body></html>"
)
SHIELDED = UNSEEN.but(why="blocked|challenge")
PASSED = SEEN.but(blind=None)
"""In the browser: it may take a look to learn that one is needed."""


def behind(challenge: Said) -> Twist:
    def guard(asked: Asked, said: Said) -> Said:
        return said if PASS in asked.cookies else challenge

    return guard


@play(
    "521-cookie",
    "Every page is 521 with a script that sets a cookie and loads it again.",
    SHIELDED,
    in_browser=PASSED,
)
def _(story: Story) -> None:
    story.every = "8h"
    story.twist(behind(page(SETS_COOKIE, 521)))


@play("412-challenge", "Every page is 412 with a script that computes a cookie.", SHIELDED, in_browser=PASSED)
def _(story: Story) -> None:
    story.every = "8h"
    story.twist(behind(page(CHALLENGE, 412)))


@play("202-challenge", "Every page is 202 with a script that computes a cookie.", SHIELDED, in_browser=PASSED)
def _(story: Story) -> None:
    story.every = "8h"
    story.twist(behind(page(CHALLENGE, 202)))


@play("200-challenge", "Every page is 200, and what it holds is a challenge.", UNSEEN, in_browser=PASSED)
def _(story: Story) -> None:
    story.every = "8h"
    story.twist(behind(page(CHALLENGE)))


@play(
    "captcha",
    "Every page is 200 with a sliding puzzle that no browser solves by itself.",
    UNSEEN,
    in_browser=UNSEEN,
)
def _(story: Story) -> None:
    story.every = "8h"
    story.twist(behind(page(SLIDER)))


@play("403-us", "403 for whoever does not call itself a browser.", SHIELDED, in_browser=NOW_AND_THEN)
def _(story: Story) -> None:
    story.every = "8h"

    def picky(asked: Asked, said: Said) -> Said:
        is_browser = (
            "Mozilla/" in asked.headers.get("user-agent", "") and "Duban" not in asked.headers["user-agent"]
        )
        return said if is_browser else page("<html><body>403 Forbidden</body></html>", 403)

    story.twist(picky)


@play("403-all", "403 for everybody outside the province.", SHIELDED, in_browser=SHIELDED)
def _(story: Story) -> None:
    story.every = "8h"
    story.twist(lambda asked, said: page("<html><body>403 Forbidden</body></html>", 403))


@play("451-all", "451 for everybody.", SHIELDED)
def _(story: Story) -> None:
    story.twist(lambda asked, said: page("", 451))


@play("429", "Every other request is too many, with Retry-After of five minutes.", NOW_AND_THEN)
def _(story: Story) -> None:
    def tired(asked: Asked, said: Said) -> Said:
        return page("slow down", 429, retry_after="300") if asked.number % 2 else said

    story.twist(tired)


@play("429-always", "Every request is too many, with Retry-After of a day.", SHIELDED)
def _(story: Story) -> None:
    story.twist(lambda asked, said: page("slow down", 429, retry_after="86400"))


@play("503-half", "Half of the answers are 503.", NOW_AND_THEN.but(down=None))
def _(story: Story) -> None:
    story.deserved.add("availability.home")
    story.twist(lambda asked, said: page("busy", 503) if story.chance(asked) < 0.5 else said)


@play("503-lists", "The lists are 503 for good, the home page is well.", UNSEEN.but(why="server_error"))
def _(story: Story) -> None:
    story.twist(lambda asked, said: page("busy", 503), where="lists")


@play("reset-half", "Half of the connections are reset.", NOW_AND_THEN)
def _(story: Story) -> None:
    story.twist(lambda asked, said: RESET if story.chance(asked) < 0.5 else said)


@play("reset-lists", "The lists' connections are reset for good.", UNSEEN.but(why="reset"))
def _(story: Story) -> None:
    story.twist(lambda asked, said: RESET, where="lists")


@play("404-fence", "A fence answers 404 to everybody outside the province, the home page included.", UNSEEN)
def _(story: Story) -> None:
    story.twist(lambda asked, said: page("<html><body>404 Not Found</body></html>", 404))


@play("robots-500", "robots.txt is 500, which forbids nothing to those who come as seldom as we do.", SEEN)
def _(story: Story) -> None:
    story.robots = "obey"
    story.twist(lambda asked, said: page("", 500), where="/robots.txt", always=True)


@play("robots-all", "robots.txt forbids all, from before the first reading.", UNSEEN.but(why="robots"))
def _(story: Story) -> None:
    story.robots = "obey"
    rules = "User-agent: *\nDisallow: /\n"
    story.twist(lambda asked, said: page(rules, content_type="text/plain"), where="/robots.txt", always=True)


@play("down", "The site is off the line from the publication on; the portals are not.", UNSEEN.but(down=True))
def _(story: Story) -> None:
    story.deserved.add("availability.home")
    story.turns.append((story.published, lambda cast: cast.shut("site")))


@play(
    "outage",
    "Our own line is cut for an hour around the limit: no site and no portal answers.",
    Ends(states("met", "met_late met", "violated")),
)
def _(story: Story) -> None:
    cut = story.limit - timedelta(minutes=story.rng.randint(20, 40))
    story.turns.append((cut, lambda cast: cast.shut("site", "portal")))
    story.turns.append((cut + timedelta(hours=1), lambda cast: cast.open("site", "portal")))
