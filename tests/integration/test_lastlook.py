"""The last look before an accusation: every other place where a repost could stand, and what it may touch."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from urllib.parse import quote

import pytest

from monitor.store.tables import Obligation
from tests.integration.county import (
    BLOCKED,
    DOWN,
    OLD_NEWS,
    OLD_PAPERS,
    POLICY,
    SOFT_404,
    Entry,
    Paper,
    Reply,
    World,
    at,
)

IN_TIME = Paper(POLICY.title, at(24, 10, 20), POLICY.number)
LIMIT = at(26)


async def reach_the_limit(world: World) -> Obligation:
    """Look at the limit, and again five minutes later; gives the obligation."""
    world.clock.now = LIMIT + timedelta(seconds=1)
    await world.look()
    world.pass_by(minutes=5)
    await world.look()
    return await world.the_obligation()


def names(obligation: Obligation, key: str = "places") -> list[str]:
    assert obligation.looked is not None
    return [place["name"] for place in obligation.looked[key]]


def reasons(obligation: Obligation) -> dict[str, str]:
    assert obligation.looked is not None
    return {place["name"]: place["why"] for place in obligation.looked["unread"]}


def sitemap(world: World, *paths: str, day: str | None = "2026-11-24") -> Reply:
    stamp = f"<lastmod>{day}</lastmod>" if day else ""
    entries = "".join(f"<url><loc>{world.county.url(path)}</loc>{stamp}</url>" for path in paths)
    return Reply(f'<?xml version="1.0" encoding="UTF-8"?><urlset>{entries}</urlset>')


def results(href: str) -> Reply:
    """A page of a search with one result."""
    found = f'<div class="result"><a href="{href}">{POLICY.title}</a></div>'
    return Reply(f"<html><body>全省政府网站集约化平台共找到1条结果，用时3毫秒{found}</body></html>")


async def test_nobody_is_accused_before_it_and_its_places_are_kept(world: World) -> None:
    world.county.nav.append(Entry("政策文件", "/zcwj/"))
    world.county.hold("/zcwj/", OLD_PAPERS)
    await world.publish()
    obligation = await reach_the_limit(world)
    assert obligation.state == "violated"
    assert names(obligation) == ["首页", "上级文件", "要闻", "栏目“政策文件”"]
    assert set(names(obligation, "unread")) == {"网站地图", "站内搜索", "浏览器渲染后的首页"}
    assert reasons(obligation)["网站地图"] == "not_found: status 404"


async def test_it_is_taken_once(world: World) -> None:
    await world.publish()
    await reach_the_limit(world)
    world.pass_by(minutes=5)
    await world.look()
    assert len(world.county.asked("/sitemap.xml")) == 1


async def test_it_is_not_taken_while_a_configured_place_is_blind(world: World) -> None:
    await world.publish()
    world.county.replies["/yw/"] = DOWN
    obligation = await reach_the_limit(world)
    assert (obligation.state, obligation.looked) == ("overdue", None)
    assert not world.county.asked("/sitemap.xml")


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (DOWN, "server_error"),
        (BLOCKED, "blocked"),
        (SOFT_404, "hardly any text"),
        (Reply("<html><body>" + "栏目建设中。" * 50 + "</body></html>"), "no rows found"),
    ],
)
async def test_what_of_it_cannot_be_read_is_named_and_holds_nothing_up(
    world: World, reply: Reply, why: str
) -> None:
    world.county.nav.append(Entry("政策文件", "/zcwj/"))
    world.county.replies["/zcwj/"] = reply
    await world.publish()
    obligation = await reach_the_limit(world)
    assert obligation.state == "violated"
    assert reasons(obligation)["栏目“政策文件”"].startswith(why)


# --- columns that the home page names -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "state", "why"),
    [
        (at(24, 10, 20), "met", "its own time says before the target"),
        (at(24, 12), "met", "after the target, but nobody looked there then"),
        (at(26, 0, 0), "unproven", "00:00 is only a day, and it was seen after the limit"),
        (date(2026, 11, 24), "unproven", "a mere day proves nothing"),
        (None, "unproven", "no time at all"),
    ],
)
async def test_a_repost_in_a_column_that_nobody_watched_counts_by_its_own_time(
    world: World, declared: datetime | date | None, state: str, why: str
) -> None:
    world.county.nav.append(Entry("政策文件", "/zcwj/"))
    world.county.hold("/zcwj/", OLD_PAPERS)
    await world.publish()
    world.county.put("/zcwj/", Paper(POLICY.title, declared, POLICY.number), day="2026-11-24")
    obligation = await reach_the_limit(world)
    assert (obligation.state, obligation.seen_after) == (state, None), why
    assert await world.problems("repost.limit") == []
    assert "栏目“政策文件”" in names(obligation), "where it was looked is kept whatever was found"


async def test_such_a_column_is_followed_back_to_the_start_too(world: World) -> None:
    world.county.nav.append(Entry("政策文件", "/zcwj/"))
    world.county.hold("/zcwj/", OLD_PAPERS)
    await world.publish()
    world.county.put("/zcwj/", IN_TIME)
    for n in range(25):
        world.county.put("/zcwj/", Paper(f"示例县第{n}号便民公告已经发布"), day="2026-11-25")
    assert (await reach_the_limit(world)).state == "met"


async def test_a_column_on_a_further_host_of_the_site_is_read(world: World) -> None:
    host = world.city.base.removeprefix("http://")
    await world.amend('id = "county"', f'id = "county"\nhosts = ["{host}"]')
    world.county.nav.append(Entry("政策文件", world.city.url("/zcwj/")))
    await world.publish()
    world.city.put("/zcwj/", IN_TIME)
    assert (await reach_the_limit(world)).state == "met"


async def test_so_is_one_on_the_host_to_which_the_home_page_itself_redirects(world: World) -> None:
    world.city.front, world.city.lists = world.county.front, world.county.lists
    world.city.papers = world.county.papers
    world.city.nav.append(Entry("政策文件", "/zcwj/"))
    world.county.replies["/"] = Reply("", 302, {"Location": world.city.url("/")})
    world.city.hold("/zcwj/", OLD_PAPERS)
    await world.publish()
    world.city.put("/zcwj/", IN_TIME)
    assert (await reach_the_limit(world)).state == "met"


@pytest.mark.parametrize("kind", ["column", "sitemap", "search"])
async def test_foreign_hosts_are_neither_asked_nor_taken_for_the_site(world: World, kind: str) -> None:
    """A neighbour's page, whoever links to it, is no repost of this site."""
    world.far.put("/zcwj/", IN_TIME, href="/zcwj/1.html")
    world.far.papers["/zcwj/1.html"] = IN_TIME
    foreign = world.far.url("/zcwj/1.html")
    if kind == "column":
        world.county.nav.append(Entry("政策文件", world.far.url("/zcwj/")))
    elif kind == "sitemap":
        entry = f"<url><loc>{foreign}</loc><lastmod>2026-11-24</lastmod></url>"
        world.county.replies["/sitemap.xml"] = Reply(f'<?xml version="1.0"?><urlset>{entry}</urlset>')
    else:
        await world.amend('id = "county"', 'id = "county"\nsearch = "$county/so?q={title}"')
        world.county.replies[f"/so?q={POLICY.title}"] = results(foreign)
    await world.publish()
    asked = len(world.far.heard)
    assert (await reach_the_limit(world)).state == "violated"
    assert len(world.far.heard) == asked


async def test_hostile_column_links_end_nothing(world: World) -> None:
    for href in (
        "http://127.0.0.1:99999999/",
        "http://[::1/",
        "http://a..b/",
        "file:///etc/passwd",
        "http://u:p@x/",
    ):
        world.county.nav.append(Entry("政策文件", href))
    await world.publish()
    assert (await reach_the_limit(world)).state == "violated"


async def test_many_columns_are_read_up_to_a_bound_that_is_named(world: World) -> None:
    for n in range(40):
        world.county.nav.append(Entry(f"政策文件{n}", f"/zc{n}/"))
    await world.publish()
    obligation = await reach_the_limit(world)
    assert len([heard for heard in world.county.heard if heard.path.startswith("/zc")]) == 15
    assert any("25" in name for name in names(obligation, "unread"))


# --- the sitemap ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "state", "why"),
    [
        ("2026-11-24", "met", "among the newest addresses"),
        ("2026-11-24T10:21:00+08:00", "met", "with a time"),
        (None, "met", "a sitemap without days gives its first addresses"),
        ("2026-11-20", "violated", "older than the policy: the columns would have held it"),
    ],
)
async def test_the_newest_addresses_of_the_sitemap_are_opened(
    world: World, day: str | None, state: str, why: str
) -> None:
    await world.publish()
    world.county.papers["/hidden/1.html"] = IN_TIME
    world.county.replies["/sitemap.xml"] = sitemap(world, "/about.html", "/hidden/1.html", day=day)
    obligation = await reach_the_limit(world)
    assert obligation.state == state, why
    assert "网站地图" in names(obligation)


async def test_an_index_of_sitemaps_is_followed_to_the_one_that_changed_last(world: World) -> None:
    await world.publish()
    world.county.papers["/hidden/1.html"] = IN_TIME
    index = "".join(
        f"<sitemap><loc>{world.county.url(path)}</loc><lastmod>{day}</lastmod></sitemap>"
        for path, day in (("/old.xml", "2025-01-01"), ("/new.xml", "2026-11-24"))
    )
    world.county.replies["/sitemap.xml"] = Reply(f'<?xml version="1.0"?><sitemapindex>{index}</sitemapindex>')
    world.county.replies["/new.xml"] = sitemap(world, "/hidden/1.html")
    assert (await reach_the_limit(world)).state == "met"
    assert not world.county.asked("/old.xml")


async def test_a_sitemap_of_thousands_is_opened_up_to_a_bound(world: World) -> None:
    await world.publish()
    paths = [f"/page/{n}.html" for n in range(3000)]
    world.county.replies["/sitemap.xml"] = sitemap(world, *paths)
    assert (await reach_the_limit(world)).state == "violated"
    assert len([heard for heard in world.county.heard if heard.path.startswith("/page/")]) == 20


# --- the site's own search ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "place"), [(POLICY.title, "按标题站内搜索"), (POLICY.number, "按文号站内搜索")]
)
async def test_the_search_is_asked_for_title_and_number(world: World, words: str, place: str) -> None:
    await world.amend('id = "county"', 'id = "county"\nsearch = "$county/so?q={title}"')
    await world.publish()
    world.county.papers["/hidden/1.html"] = IN_TIME
    world.county.replies[f"/so?q={words}"] = results("/hidden/1.html")
    obligation = await reach_the_limit(world)
    assert obligation.state == "met"
    assert place in names(obligation)


async def test_a_search_page_that_repeats_the_question_is_no_repost(world: World) -> None:
    """“共找到0条” with the words as a link to the same search, and as the page's title."""
    await world.amend('id = "county"', 'id = "county"\nsearch = "$county/so?q={title}"')
    await world.publish()
    link = f'<a href="/so?q={quote(POLICY.title)}&amp;order=time">{POLICY.title}</a>'
    page = Reply(
        f"<html><head><title>{POLICY.title}</title></head><body><h1>{POLICY.title}</h1>共找到0条结果 {link}"
        "请更换检索词，或者缩短检索词以后再试一次。</body></html>"
    )
    world.county.replies[f"/so?q={POLICY.title}"] = page
    world.county.replies[f"/so?q={POLICY.title}&order=time"] = page
    assert (await reach_the_limit(world)).state == "violated"


async def test_the_sites_further_hosts_are_looked_at_too(world: World) -> None:
    """The commonest place that nobody watches: a second host, with a home page and columns of its own."""
    second = world.far.base.removeprefix("http://")
    await world.amend('id = "county"', f'id = "county"\nhosts = ["{second}"]')
    await world.publish()
    world.far.hold("/zcwj/", OLD_PAPERS)
    world.far.put("/zcwj/", IN_TIME)
    world.far.nav.append(Entry("政策文件", "/zcwj/"))
    obligation = await reach_the_limit(world)
    assert obligation.state == "met"
    assert f"主机“{second}”的首页" in names(obligation)


async def test_a_search_that_is_down_is_named(world: World) -> None:
    await world.amend('id = "county"', 'id = "county"\nsearch = "$county/so?q={title}"')
    for words in (POLICY.title, POLICY.number):
        world.county.replies[f"/so?q={words}"] = DOWN
    await world.publish()
    obligation = await reach_the_limit(world)
    assert obligation.state == "violated"
    for place in ("按标题站内搜索", "按文号站内搜索"):
        assert reasons(obligation)[place] == "server_error: status 502"


# --- what stood there all the time ----------------------------------------------------------------------


async def test_a_row_whose_title_was_put_right_in_its_place_is_found(world: World) -> None:
    await world.publish()
    address = world.county.put("/sjwj/", IN_TIME, row="县里的一条待完善的信息")
    world.clock.now = at(24, 10, 30)
    await world.look()
    assert await world.state() == "pending"
    rows = world.county.lists["/sjwj/"]
    rows[0] = Entry(POLICY.title, rows[0].href, rows[0].day)
    obligation = await reach_the_limit(world)
    assert (obligation.state, (await world.shown())["evidence"]["url"]) == ("met", address)


async def test_a_page_that_was_filled_in_later_is_found(world: World) -> None:
    await world.publish()
    other = Paper("国务院办公厅关于印发县域消防重点任务的通知", at(24, 10), "国办发〔2026〕30号")
    address = world.county.put("/sjwj/", other, row=POLICY.title)
    world.clock.now = at(24, 10, 30)
    await world.look()
    assert await world.state() == "pending"
    world.county.papers[address.removeprefix(world.county.base)] = IN_TIME
    assert (await reach_the_limit(world)).state == "met"


async def test_a_limit_that_moves_away_asks_for_another_last_look(world: World) -> None:
    """Friday becomes a holiday after the first look at the limit: the places are looked at again then."""
    await world.publish()
    world.clock.now = LIMIT
    await world.look()
    assert (await world.the_obligation()).looked is not None
    await world.amend("[key]", "[calendar]\nholidays = [2026-11-25]\n[key]")
    obligation = await world.the_obligation()
    assert (obligation.limit_at, obligation.looked) == (at(27), None)
    world.county.papers["/hidden/1.html"] = IN_TIME
    world.county.replies["/sitemap.xml"] = sitemap(world, "/hidden/1.html")
    world.clock.now = at(27)
    await world.look()
    assert await world.state() == "met"


async def test_news_about_the_policy_found_by_it_discharges_nothing(world: World) -> None:
    world.county.nav.append(Entry("要闻动态", "/dt/"))
    world.county.hold("/dt/", OLD_NEWS)
    world.county.put("/dt/", Paper(f"示例县召开会议贯彻落实《{POLICY.title}》", at(24, 11)))
    await world.publish()
    assert (await reach_the_limit(world)).state == "violated"
