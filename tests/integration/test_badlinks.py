"""The daemon's rounds through links: what is told, when, to whom, and when it is over."""

from __future__ import annotations

import asyncio
import sqlite3
import zlib
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts.events import Kind
from monitor.net.browser import BrowserSettings
from monitor.net.outcomes import Outcome
from monitor.net.quick import Answer
from monitor.reading.links import Use
from monitor.rounds import kinds, whereabouts
from monitor.rounds import links as rounds
from monitor.rounds.badlinks import store_links
from monitor.rounds.crawling import memory
from monitor.rounds.crawling.memory import Memory, file_of
from monitor.rounds.decisions import Officer
from monitor.rounds.dismissals import FalseAlarm, dismiss
from monitor.rounds.links import check_whole
from monitor.rounds.whereabouts import LARGEST
from monitor.store import badlinks
from monitor.store.badlinks import LinksOfSite
from monitor.store.tables import BadLink, Crawled, Problem
from tests.integration.county import CONFIG, DOWN, DROPPED, HANGING, SHANGHAI, Entry, Reply, World, at, made

WHOLE = "[rules.links]\nwhole = true\nrate = 10000\n\n[key]"
CASINO = Reply("<html><title>澳门威尼斯人娱乐城 百家乐</title><body>真人荷官</body></html>")
GONE = Reply("gone", 410)
SHIELD = Reply("no", 412)


@pytest.fixture
async def county(world: World) -> World:
    """The county's site, whose home page links to what is there, and to two pages that are not."""
    await world.amend("[key]", "[rules.links]\nrate = 10000\n\n[key]")
    world.county.nav = [Entry("办事指南", "/gone/a.html"), Entry("公开指南", "/gone/b.html")]
    return world


async def links(world: World, *, hours: float = 0) -> None:
    world.pass_by(hours=hours)
    await kinds.links(world.context, "county")


async def figures(world: World) -> dict[str, int]:
    """What the metric says of links that failed."""
    counts = (await world.store.read(badlinks.states))["county"]
    return {state: counts[state] for state in ("broken", "unconfirmed", "foreign")}


async def thrice(world: World) -> None:
    """Look until what fails is proved to."""
    await links(world)
    await links(world, hours=12)
    await links(world, hours=12)


async def shown(world: World) -> LinksOfSite:
    return await world.store.read(lambda s: badlinks.of_site(s, "county", world.now(), SHANGHAI))


async def standing(world: World) -> list[Problem]:
    return [problem for problem in await world.all(Problem) if problem.closed_at is None]


async def test_links_are_broken_once_they_failed_for_a_day_and_one_page_is_one_message(county: World) -> None:
    await links(county)
    assert await county.due("links", "county") == county.now() + timedelta(hours=12)
    await links(county, hours=12)
    assert (await standing(county), (await shown(county)).waiting) == ([], 2)
    assert await figures(county) == {"broken": 0, "unconfirmed": 2, "foreign": 0}
    await links(county, hours=12)
    (problem,) = await standing(county)
    assert (problem.rule, problem.url) == ("links.broken", county.county.url("/"))
    assert problem.found is not None
    assert problem.found.startswith("首页2条失效链接：“办事指南”（页面不存在（404），已1天）、“公开指南”（")
    assert await county.told() == [(Kind.WARNING, "links.broken")]
    assert await county.due("links", "county") == county.now() + timedelta(days=1)
    assert await figures(county) == {"broken": 2, "unconfirmed": 0, "foreign": 0}
    now = await shown(county)
    assert (now.in_all, now.at_home, now.new, now.waiting) == (2, 2, 2, 0)
    assert now.home is not None
    assert now.home.states["broken"] == 2


async def test_what_is_mended_or_taken_off_is_over(county: World) -> None:
    await thrice(county)
    county.county.replies["/gone/a.html"] = Reply("<html><title>办事指南</title><p>在这里</p></html>")
    await links(county, hours=24)
    (problem,) = await standing(county)
    assert problem.found is not None
    assert "1条失效链接：“公开指南”" in problem.found
    county.county.nav.pop()
    await links(county, hours=24)
    assert await standing(county) == []
    assert await county.told() == [(Kind.WARNING, "links.broken"), (Kind.RESOLVED, "links.broken")]
    history = await county.all(BadLink)
    assert [(link.ended_at, link.is_home) for link in history] == [(at(26, 9), True), (at(27, 9), True)]
    week = (await shown(county)).weeks[-1]
    assert (week.broke, week.cured, week.standing) == (2, 2, 0)


@pytest.mark.parametrize("scope", ["page", "rule"])
async def test_a_link_that_was_dismissed_hides_no_other_on_its_page(county: World, scope: str) -> None:
    broken = county.county.nav.pop()
    await thrice(county)
    alarm, officer = FalseAlarm(1, scope, date(2026, 11, 30)), Officer("王某", "只对我们关闭")
    await county.write(lambda session: dismiss(session, county.context, alarm, officer, county.now()))
    await links(county, hours=24)
    assert await standing(county) == []
    county.county.nav.append(broken)
    await thrice(county)
    told = ["首页1条失效链接：“公开指南”（页面不存在（404），已1天）"] if scope != "rule" else []
    assert [problem.found for problem in await standing(county)] == told
    county.clock.now = at(30) + timedelta(days=1)
    await links(county)
    (problem,) = await standing(county)
    assert (problem.found or "").startswith("首页2条失效链接"), "it has expired"


async def test_a_front_door_that_only_leads_on_is_gone_through(county: World) -> None:
    host = county.county
    host.replies["/index.html"] = Reply('<p><a href="/gone/a.html">办事指南</a></p>')
    host.replies["/"] = Reply('<meta http-equiv="refresh" content="0; url=/index.html">')
    await thrice(county)
    (problem,) = await standing(county)
    assert (problem.url, problem.found) == (
        host.url("/index.html"),
        "首页1条失效链接：“办事指南”（页面不存在（404），已1天）",
    )


async def test_what_answers_again_is_over_though_the_round_could_not_tell_all(
    county: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await thrice(county)
    monkeypatch.setattr(rounds, "BOUNDS", replace(rounds.BOUNDS, troubles=1))
    county.county.replies["/gone/a.html"] = Reply("", 302, {"Location": "/there.html"})
    county.county.replies["/there.html"] = Reply("<p>在这里</p>")
    county.county.nav += [Entry(name, name) for name in ("/x.html", "/y.html")]
    await links(county, hours=24)
    (problem,) = await standing(county)
    assert (problem.found or "").startswith("首页1条失效链接：“公开指南”")
    assert [row.cut for row in await county.all(Crawled)] == ["", "", "", "room"]


DOUBTS: list[tuple[str, Callable[[World], None]]] = [
    ("it answers again", lambda world: world.county.replies.update({"/gone/a.html": Reply("<p>页面</p>")})),
    ("a shield that refuses us", lambda world: world.county.replies.update({"/gone/a.html": SHIELD})),
    ("it may pass", lambda world: world.county.replies.update({"/gone/a.html": DOWN})),
    ("the connection breaks", lambda world: world.county.replies.update({"/gone/a.html": DROPPED})),
    ("it stands there no more", lambda world: world.county.nav.clear()),
]


@pytest.mark.parametrize("doubt", [doubt for _, doubt in DOUBTS], ids=[why for why, _ in DOUBTS])
async def test_what_could_not_be_seen_to_fail_is_not_told(
    county: World, doubt: Callable[[World], None]
) -> None:
    county.county.nav.pop()
    await links(county)
    await links(county, hours=12)
    doubt(county)
    await links(county, hours=12)
    assert await standing(county) == []
    county.pass_by(days=8)
    await links(county)
    assert await county.all(BadLink) == [], "and what cannot be seen to fail is forgotten"


async def test_what_cannot_be_seen_any_more_is_told_no_longer_and_not_called_mended(county: World) -> None:
    county.county.nav.pop()
    await thrice(county)
    county.county.replies["/gone/a.html"] = SHIELD
    await links(county, hours=24 * 6)
    (problem,) = await standing(county)
    assert problem.found == "首页1条失效链接：“办事指南”（页面不存在（404），已1天）", "not seen for longer"
    await links(county, hours=24 * 2)
    assert (await standing(county), (await shown(county)).in_all) == ([], 0)
    assert await county.told() == [(Kind.WARNING, "links.broken")]


async def test_links_end_with_the_duty_and_do_not_come_back_with_it(county: World) -> None:
    county.county.nav.pop()
    await thrice(county)
    await county.amend('id = "county"', 'id = "county"\nduties = ["repost"]')
    assert (await shown(county)).in_all == 0
    county.county.replies["/gone/a.html"] = DOWN
    await county.amend('\nduties = ["repost"]', "")
    await links(county, hours=24)
    assert await standing(county) == []


async def test_what_leads_astray_is_a_suspicion_an_hour_later(county: World) -> None:
    county.far.replies["/"] = CASINO
    county.county.nav = [Entry("友情链接", county.far.url("/"))]
    await links(county)
    assert await county.due("links", "county") == county.now() + timedelta(hours=1)
    await links(county, hours=1)
    (problem,) = await standing(county)
    assert (problem.rule, problem.severity) == ("links.foreign", "warning")
    assert problem.found is not None
    assert problem.found.startswith("首页1条疑似链接：“友情链接”（页面疑似博彩内容：娱乐城")


async def test_failures_of_different_kinds_prove_nothing_together(county: World) -> None:
    county.county.nav = [Entry("友情链接", county.far.url("/"))]
    for reply in (GONE, CASINO, GONE, CASINO):
        county.far.replies["/"] = reply
        await links(county, hours=13)
        assert await standing(county) == []
    await links(county, hours=1)
    assert [problem.rule for problem in await standing(county)] == ["links.foreign"]
    county.far.replies["/"] = GONE
    await links(county, hours=1)
    assert await standing(county) == [], "it leads nowhere now"
    assert [(link.state, link.tries, link.ended_at) for link in await county.all(BadLink)] == [
        ("foreign", 2, county.now()),
        ("broken", 1, None),
    ]


async def test_a_link_to_a_closed_site_is_named_as_such(county: World) -> None:
    closed = f'[[site]]\nid = "old"\nname = "旧县"\nurl = "{county.far.url("/")}"\nstatus = "closed"\n\n[[site]]\nid = "county"'
    await county.amend('[[site]]\nid = "county"', closed)
    county.far.replies["*"] = DROPPED  # a site that was closed need not say so
    county.county.nav = [Entry("旧站", county.far.url("/x/"))]
    await thrice(county)
    (problem,) = await standing(county)
    assert problem.found == "首页1条失效链接：“旧站”（指向已关停的网站旧县，已1天）"


async def test_nothing_is_said_of_others_while_our_own_line_is_down(county: World) -> None:
    county.county.nav = [Entry("外站", "http://nobody.invalid/")]
    for portal in (county.gov, county.prov):
        portal.replies["*"] = DROPPED
    await thrice(county)
    assert await county.all(BadLink) == []
    assert await county.due("links", "county") == county.now() + timedelta(days=1)


async def whole(world: World, *, days: float = 0) -> None:
    world.pass_by(days=days)
    await kinds.crawl(world.context, "county")


async def test_a_whole_site_is_gone_through_and_told_by_page(world: World) -> None:
    await world.amend("[key]", WHOLE)
    county = world.county
    county.replies["/a.html"] = Reply(
        '<p>附件：<a href="/x.doc">申请表</a> <a href="/y.doc"><img src="/y.png"></a></p>'
    )
    county.replies["/b.html"] = Reply('<p>又见<a href="/x.doc">申请表</a></p>')
    county.nav = [Entry("甲", "/a.html"), Entry("乙", "/b.html")]
    await whole(world)
    assert await world.due("links", "county") == world.now(), "it was due already"
    await links(world)
    assert await world.due("links", "county") == world.now() + timedelta(hours=12)
    await links(world, hours=12)
    await links(world, hours=12)
    (problem,) = await standing(world)
    assert problem.url == county.url("/a.html")
    assert problem.found is not None
    assert problem.found.startswith("页面上3条失效链接：“申请表”（页面不存在（404），已1天）、“…")
    assert "/y.doc”（" in problem.found
    first, *_ = await world.all(BadLink)
    assert [place[0] for place in first.places] == [county.url("/a.html"), county.url("/b.html")]
    assert not first.is_home

    del county.replies["/a.html"]  # then they stand on the other page, or nowhere
    await links(world, hours=24)
    assert [(p.url, p.closed_at is None) for p in await world.all(Problem)] == [
        (county.url("/a.html"), False),
        (county.url("/b.html"), True),
    ]
    assert [link.ended_at is None for link in (await world.all(BadLink))[:3]] == [True, False, False]


async def test_what_was_taken_off_everywhere_is_over_and_what_cannot_be_read_accuses_nobody(
    world: World,
) -> None:
    await world.amend("[key]", WHOLE)
    county = world.county
    text = "<p>为方便群众就近办事，现就便民服务有关事项通知如下。</p>" * 20
    footer, bare = Reply(f'{text}<a href="/foot.doc">页脚</a>'), Reply(text)
    county.nav = [Entry(f"页{n}", f"/{n}.html") for n in range(4)]
    county.replies.update({entry.href: footer for entry in county.nav})
    await whole(world)
    await thrice(world)
    assert [problem.url for problem in await standing(world)] == [county.url("/0.html")]

    county.replies.update({"/0.html": bare, "/1.html": DOWN, "/2.html": bare})
    await links(world, hours=24)
    assert [problem.url for problem in await standing(world)] == [county.url("/3.html")], "read to hold it"
    county.replies["/3.html"] = bare
    for _ in range(4):
        await links(world, hours=12)
        assert await standing(world) == [], "where it may stand yet cannot be read"
    county.replies["/1.html"] = footer
    await thrice(world)
    assert [problem.url for problem in await standing(world)] == [county.url("/1.html")]
    county.replies["/1.html"] = bare
    county.replies["/foot.doc"] = SHIELD
    await whole(world, days=1)
    assert [link.ended_at is None for link in await world.all(BadLink)] == [False, False]


PLAIN = "<p>为方便群众就近办事，现就便民服务有关事项通知如下。</p>" * 20
CSS = {"Content-Type": "text/css"}
PAGES: list[tuple[str, str, Reply, bool]] = [
    ("it was taken off", "/a.html", Reply(PLAIN), True),
    ("its page is gone", "/a.html", GONE, True),
    ("the home page is not", "/", GONE, False),
    ("more than is read of a page", "/a.html", Reply(PLAIN + " " * LARGEST), False),
    (
        "more links than are read",
        "/a.html",
        Reply(PLAIN + "".join(f"<a href={n}>x</a>" for n in range(20_001))),
        False,
    ),
    ("it loads a picture yet", "/a.css", Reply("body{background:url(/x.png)}", headers=CSS), False),
    ("it loads it no more", "/a.css", Reply("body{background:none}", headers=CSS), True),
    ("that is no page", "/a.html", Reply(PLAIN, headers={"Content-Type": "text/plain"}), False),
]


@pytest.mark.parametrize(
    ("path", "reply", "has_left"), [row[1:] for row in PAGES], ids=[row[0] for row in PAGES]
)
async def test_a_link_has_left_a_page_that_was_read_whole(
    world: World, path: str, reply: Reply, *, has_left: bool
) -> None:
    county, site, now = world.county, world.context.targets.sites[0], world.now()
    county.replies[path] = reply
    link = BadLink(id=1, site="county", url=county.url("/x.png"), page=county.url(path), state="broken")
    link.placed_at = now
    left = await whereabouts.look(world.context, site, [link], {county.url("/")})
    assert (1 in left) is has_left


class Fleeting(dict[str, Reply]):
    """Replies of which each is given once."""

    def get(self, path: str, default: object = None) -> Any:
        return self.pop(path, default)


async def test_a_page_that_is_missing_for_a_moment_keeps_its_links(world: World) -> None:
    county, site = world.county, world.context.targets.sites[0]
    county.nav, county.replies = [Entry("图", "/x.png")], Fleeting({"/sjwj/": GONE})
    link = BadLink(id=1, site="county", url=county.url("/x.png"), page=county.url("/sjwj/"), state="broken")
    link.placed_at = world.now()
    assert await whereabouts.look(world.context, site, [link], ()) == {}
    assert county.replies == {}


async def test_a_site_that_is_a_folder_answers_for_that_alone(world: World) -> None:
    await world.amend("[key]", WHOLE)
    county = world.county
    folders = "".join(
        f'[[site]]\nid = "{name}"\nname = "{name}"\nregion = "340899"\nurl = "{county.url(f"/{name}/")}"\n'
        f'status = "{status}"\n\n'
        for name, status in (("jyj", "open"), ("fgj", "closed"))
    )
    await world.amend('[[site]]\nid = "county"', f'{folders}[[site]]\nid = "county"')
    county.replies["/jyj/"] = Reply(
        '<p><a href="/">县政府</a><a href="a.html">教育</a><a href="/fgj">发改</a></p>'
    )
    county.replies["/jyj/a.html"] = Reply('<p><a href="x.doc">表</a></p>')
    county.replies["/fgj"] = DROPPED
    county.nav = [Entry("政务", "/gone.html"), Entry("大厅", "/slow.html")]
    county.replies["/slow.html"] = DROPPED
    await kinds.crawl(world.context, "jyj")
    assert [(link.url, link.closed_site) for link in await world.all(BadLink)] == [
        (county.url("/jyj/x.doc"), None),
        (county.url("/fgj"), "fgj"),
    ]
    await links(world)
    assert county.url("/slow.html") not in {link.url for link in await world.all(BadLink)}


async def test_unchanged_pages_are_not_parsed_again(world: World) -> None:
    await world.amend("[key]", WHOLE)
    await whole(world)
    world.county.nav = [Entry("新", "/new.html")]  # on the home page and both lists
    await whole(world, days=7)
    world.county.replies["/new.html"] = Reply("<p>新</p>")
    file_of(Path(world.context.targets.store.pages), "county").write_bytes(b"not what was written")
    await whole(world, days=7)
    await whole(world, days=7)
    rounds = await world.all(Crawled)
    pages = rounds[0].pages
    assert [row.pages for row in rounds] == [pages, pages, pages + 1, pages + 1]
    assert [row.unchanged for row in rounds] == [0, pages - 3, 0, pages + 1]
    assert [row.links for row in rounds[2:]] == [rounds[2].links] * 2


@pytest.mark.parametrize("spoilt", ["a reader that was mended", "what is no page of ours"])
def test_pages_are_remembered_as_this_reader_read_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoilt: str
) -> None:
    answer = Answer(Outcome.OK, 200, "", {b"content-type": b"text/html"}, body=b"<a href=/x>x</a>")
    seen = []
    for _ in range(2):
        with Memory(tmp_path, "county") as held:
            sight = held.see("http://a/", Use.PAGE, answer, with_anchors=False)
            seen.append((held.unchanged, [link.url for link in sight.harvest.links] if sight.harvest else []))
        if spoilt.startswith("a reader"):
            monkeypatch.setattr(memory, "READER", memory.READER + 1)
        else:
            with closing(sqlite3.connect(file_of(tmp_path, "county"))) as database, database:
                database.execute("UPDATE page SET harvest = ?", (zlib.compress(b"5"),))
    assert seen == [(0, ["http://a/x"])] * 2


async def test_a_whole_site_waits_for_its_window_and_ends_with_it(world: World) -> None:
    await world.amend("[key]", WHOLE.replace("whole", 'window = "22:00-06:00"\nwhole'))
    await whole(world)
    assert (await world.due("crawl", "county"), world.county.heard) == (at(24, 22), [])
    world.clock.now = at(25, 5, 59)
    await whole(world)
    assert await world.due("crawl", "county") == at(30, 22) + timedelta(days=1)
    assert [row.cut for row in await world.all(Crawled)] == [""]


async def test_what_is_not_wanted_any_more_when_it_is_done_is_not_stored(world: World) -> None:
    await world.amend("[key]", WHOLE)
    world.county.nav = [Entry("无", "/gone.html")]
    site, ctx = world.context.targets.sites[0], world.context
    checked = await check_whole(ctx, site)
    await world.amend("whole = true", "whole = false")
    await store_links(ctx, site, checked)
    assert (await world.all(BadLink), await world.all(Crawled)) == ([], [])


async def test_bounds_are_said(world: World) -> None:
    await world.amend("[key]", WHOLE.replace("whole", "pages = 3\nwhole"))
    await whole(world)
    assert [(row.pages, row.cut) for row in await world.all(Crawled)] == [(3, "pages")]


class Bell(dict[str, Reply]):
    """Replies that ring when the first of them is asked for."""

    def __init__(self, replies: dict[str, Reply]) -> None:
        super().__init__(replies)
        self.rung = asyncio.Event()

    def get(self, path: str, default: object = None) -> Any:
        if path in self:
            self.rung.set()
        return super().get(path, default)


async def test_what_was_seen_before_the_daemon_stopped_is_kept_and_the_rest_is_due(world: World) -> None:
    await world.amend("[key]", WHOLE)
    county = world.county
    county.replies = bell = Bell({"/wait.html": HANGING})
    county.nav = [Entry("无", "/gone.html"), Entry("等", "/wait.html")]

    running = asyncio.create_task(kinds.crawl(world.context, "county"))
    await asyncio.wait_for(bell.rung.wait(), 20)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert running.cancelled()
    assert [link.url for link in await world.all(BadLink)] == [county.url("/gone.html")]
    assert (await world.all(Crawled), ("crawl", "county") in await world.due_now()) == ([], True)


async def test_refusals_are_shown_in_the_browser(tmp_path: Path) -> None:
    """A shield that lets browsers through hides a page that is there, and one that is not."""
    script = "<html><title>请稍候</title><script>document.cookie='pass=1';location.reload()</script></html>"
    async with made(tmp_path, CONFIG, browser=BrowserSettings()) as world:
        await world.amend("[key]", "[rules.links]\nrate = 10000\n\n[key]")
        county = world.county
        for path, reply in (
            ("/there.html", Reply("<p>办事指南办事指南</p>" * 30)),
            ("/not.html", Reply("", 404)),
        ):
            county.replies[path] = reply
            county.guarded[path] = ("pass=1", Reply(script, 412))
        county.replies["/closed.html"] = Reply("no", 403)
        world.far.replies["/"] = Reply("busy", 429, {"Retry-After": "1"})  # and is left alone
        county.nav = [Entry(path, path) for path in ("/there.html", "/not.html", "/closed.html")]
        county.nav.append(Entry("外站", world.far.url("/")))
        await links(world)
        assert [link.url for link in await world.all(BadLink)] == [county.url("/not.html")]
        (row,) = await world.all(Crawled)
        assert (row.states["suspect"], len(world.far.heard)) == (2, 2)
        county.replies["/not.html"] = county.replies["/there.html"]
        county.nav = [Entry("办事", "/not.html")]
        await links(world, hours=12)
        assert await world.all(BadLink) == [], "what the browser sees again is in order"


def remembered(pages: Path) -> set[Path]:
    return set(pages.iterdir())


async def test_a_year_later_it_is_forgotten(county: World) -> None:
    await thrice(county)
    county.county.nav.clear()
    await links(county, hours=24)
    pages = Path(county.context.targets.store.pages)
    for site in ("county", "one that left"):
        with Memory(pages, site):
            pass
    for days, kept in ((364, (2, 2)), (2, (0, 1))):
        county.pass_by(days=days)
        await kinds.tidy(county.context, "store")
        assert (len(await county.all(BadLink)), len(await county.all(Crawled))) == kept
    assert remembered(pages) == {file_of(pages, "county")}
