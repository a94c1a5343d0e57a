"""Places that plain HTTP cannot read: frames, and what only the browser sees, remembered; nobody blamed for it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import pytest_asyncio

from monitor.net.browser import BrowserSettings
from monitor.net.browsing.rendered import MOST_FRAMES
from monitor.store.tables import Place, SiteState
from tests.integration.county import (
    BLOCKED,
    CONFIG,
    DOWN,
    DROPPED,
    FOOTER,
    POLICY,
    Paper,
    Reply,
    World,
    at,
    made,
)

QUICK = BrowserSettings(timeout=timedelta(seconds=20), patience=timedelta(seconds=3))
IN_TIME = Paper(POLICY.title, at(24, 10, 20), POLICY.number)
pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A county's world with a browser beside."""
    async with made(tmp_path, browser=QUICK) as opened:
        yield opened


@pytest_asyncio.fixture
async def plain(tmp_path: Path) -> AsyncIterator[World]:
    """The same without a browser."""
    async with made(tmp_path) as opened:
        yield opened


def whole(body: str) -> str:
    head = '<head><meta charset="utf-8"><title>示例县人民政府</title></head>'
    return f"<html>{head}<body>{body}<div class=footer>{FOOTER}</div></body></html>"


def by_script(world: World, path: str = "/sjwj/") -> Reply:
    """A list that stands nowhere in its page's source: a script fetches it."""
    rows = [{"t": row.title, "u": row.href, "d": row.day} for row in world.county.lists[path]]
    world.county.replies["/rows"] = Reply(
        json.dumps(rows, ensure_ascii=False), headers={"Content-Type": "application/json"}
    )
    build = "d.forEach(x => l.innerHTML += `<li><a href=${x.u}>${x.t}</a><span>${x.d}</span></li>`)"
    return Reply(
        whole(f"<ul id=l></ul><script>fetch('/rows').then(r => r.json()).then(d => {build})</script>")
    )


async def column(world: World, name: str = "上级文件") -> Place:
    return next(place for place in await world.all(Place) if (place.owner, place.name) == ("county", name))


# --- frames, without a browser ---------------------------------------------------------------------------


async def test_a_list_in_a_frame_is_read(plain: World) -> None:
    await plain.publish()
    plain.county.put("/sjwj/", IN_TIME)
    plain.county.lists["/inner/"] = plain.county.lists["/sjwj/"]
    plain.county.replies["/sjwj/"] = Reply(whole('<iframe src="/inner/"></iframe>'))
    await plain.look()
    assert await plain.state() == "met"


async def test_a_list_that_only_another_site_s_frame_shows_is_blind_and_says_so(plain: World) -> None:
    """It was read well, it overlaps, it never holds what the county reposts: an accusation out of nothing."""
    await plain.publish()
    frame = f'<iframe src="{plain.gov.url("/zcwj/")}"></iframe>'
    plain.county.replies["/sjwj/"] = Reply(whole(frame))
    for minutes in (0, 6, 12):
        plain.clock.now = at(26) + timedelta(minutes=minutes)
        await plain.look("county")
    assert await plain.state() != "violated"
    assert "name it in `hosts`" in ((await column(plain)).last_error or "")


async def test_what_another_site_s_frame_shows_on_the_home_page_is_no_repost(plain: World) -> None:
    await plain.publish()
    plain.county.footer = f'{FOOTER}<iframe src="{plain.gov.url("/zcwj/")}"></iframe>'
    plain.pass_by(minutes=5)
    await plain.look("county")
    assert await plain.state() == "pending"


async def test_a_list_on_another_host_that_leads_back_is_the_site_s(plain: World) -> None:
    """Some platforms write the lists of all their counties on a host of their own."""
    await plain.publish()
    plain.county.put("/sjwj/", IN_TIME)
    rows = [replace(row, href=plain.county.url(row.href)) for row in plain.county.lists["/sjwj/"]]
    plain.city.lists["/county/"] = rows
    plain.county.replies["/sjwj/"] = Reply(whole(f'<iframe src="{plain.city.url("/county/")}"></iframe>'))
    await plain.look("county")
    assert await plain.state() == "met"


async def test_what_stands_beside_the_longer_list_counts_too(plain: World) -> None:
    """Of a page and its frame one is the list; a repost in the other is one all the same."""
    await plain.publish()
    address = plain.county.put("/short/", IN_TIME)
    plain.county.lists["/inner/"] = plain.county.lists["/sjwj/"]
    row = f'<ul><li><a href="{address}">{POLICY.title}</a><span>2026-11-24</span></li></ul>'
    plain.county.replies["/sjwj/"] = Reply(whole(f'{row}<iframe src="/inner/"></iframe>'))
    await plain.look("county")
    assert await plain.state() == "met"
    assert (await column(plain)).failures == 0


@pytest.mark.parametrize(
    ("reply", "is_whole"), [(DOWN, False), (DROPPED, False), (Reply("not here", 404), True)]
)
async def test_a_frame_that_does_not_come_leaves_a_hole_in_the_reading(
    plain: World, reply: Reply, is_whole: bool
) -> None:
    """The repost may stand there alone. One that leads nowhere for good is no part of the page."""
    plain.county.footer = f'{FOOTER}<iframe src="/box/"></iframe>'
    plain.county.lists["/box/"] = plain.county.lists["/yw/"]
    await plain.publish()
    plain.county.replies["/box/"] = reply
    for minutes in (0, 5):
        plain.clock.now = at(26) + timedelta(minutes=minutes, seconds=1)
        await plain.look()
    assert (await plain.state() == "violated") is is_whole


@pytest.mark.parametrize(("frames", "is_whole"), [(MOST_FRAMES, True), (MOST_FRAMES + 1, False)])
async def test_a_page_of_more_frames_than_are_read_is_not_whole(
    plain: World, frames: int, is_whole: bool
) -> None:
    boxes = [f"/box/{n}/" for n in range(frames)]
    plain.county.replies |= dict.fromkeys(boxes, Reply(whole("<p>办事指南")))
    plain.county.footer = FOOTER + "".join(f'<iframe src="{box}"></iframe>' for box in boxes)
    await plain.publish()
    for minutes in (0, 5):
        plain.clock.now = at(26) + timedelta(minutes=minutes, seconds=1)
        await plain.look()
    assert (await plain.state() == "violated") is is_whole


async def test_a_home_page_that_is_but_a_frame_is_read(plain: World) -> None:
    plain.county.replies["/front"] = plain.county._page("/")
    plain.county.replies["/"] = Reply('<html><frameset><frame src="/front"></frameset></html>')
    await plain.begin()
    assert await plain.standing() == []


@pytest.mark.parametrize(
    ("there", "stub"),
    [
        ("/front", '<html><head><meta http-equiv="refresh" content="0;url=/front"></head></html>'),
        ("/index.html", '<html><head><meta http-equiv="refresh" content="0;url=index.html"></head></html>'),
        ("/front", "<html><script>window.location.href = '/front'</script></html>"),
    ],
)
async def test_a_home_page_that_only_sends_on_is_read_where_it_leads(
    plain: World, there: str, stub: str
) -> None:
    plain.county.replies[there] = plain.county._page("/")
    plain.county.replies["/"] = Reply(stub)
    await plain.begin()
    assert await plain.standing() == []


async def test_pages_that_send_each_other_on_end(plain: World) -> None:
    for path, there in (("/", "/front"), ("/front", "/")):
        refresh = f'<html><head><meta http-equiv="refresh" content="0;url={there}"></head></html>'
        plain.county.replies[path] = Reply(refresh)
    await plain.begin()
    assert len(plain.county.asked("/")) == 2


async def test_without_a_browser_a_list_built_by_a_script_is_blind(plain: World) -> None:
    await plain.begin()
    plain.county.replies["/sjwj/"] = by_script(plain)
    for _ in range(2):
        plain.pass_by(minutes=30)
        await plain.look("county")
    assert await plain.standing() == [("county", "watch.blind")]


# --- the browser ---------------------------------------------------------------------------------------


@pytest.mark.needs_chromium
async def test_what_plain_http_cannot_read_the_browser_does_and_it_is_remembered(world: World) -> None:
    await world.publish()
    world.county.put("/sjwj/", IN_TIME)
    world.county.replies["/sjwj/"] = by_script(world)
    await world.look()
    assert await world.state() == "met"
    assert (await column(world)).browser_since is not None
    asked = len(world.county.asked("/sjwj/"))
    world.pass_by(hours=1)
    await world.look("county")
    assert len(world.county.asked("/sjwj/")) == asked + 1, "the browser's question, and none before it"
    assert await world.standing() == []


@pytest.mark.needs_chromium
async def test_plain_http_gets_another_chance_after_a_week(world: World) -> None:
    written = world.county._page("/sjwj/")
    world.county.replies["/sjwj/"] = by_script(world)
    await world.begin()
    world.county.replies["/sjwj/"] = written
    world.pass_by(days=8)
    await world.look("county")
    assert (await column(world)).browser_since is None


@pytest.mark.needs_chromium
async def test_a_shield_that_lets_browsers_pass_hides_nothing(world: World) -> None:
    """A challenge as the shields set it: a script sets a cookie and loads the page again."""
    await world.begin()
    script = "document.cookie='pass=1'; location.reload()"
    challenge = Reply(f"<html><script>{script}</script></html>", 412)
    world.county.guarded["/sjwj/"] = ("pass=1", challenge)
    world.pass_by(minutes=30)
    await world.look("county")
    assert (await column(world)).failures == 0
    assert (await column(world)).browser_since == world.now()


@pytest.mark.needs_chromium
async def test_what_neither_can_read_is_blind_and_named(world: World) -> None:
    await world.begin()
    world.county.replies["/sjwj/"] = BLOCKED
    for _ in range(3):
        world.pass_by(minutes=30)
        await world.look("county")
    assert await world.standing() == [("county", "watch.blind")]
    assert "blocked: status 403, in a browser as well" in ((await column(world)).last_error or "")


@pytest.mark.needs_chromium
async def test_a_site_that_lets_browsers_in_is_not_called_down(world: World) -> None:
    """A fence that answers programs with 404: what it hides may have changed, but the site is up."""
    await world.begin()
    script = "document.cookie = 'pass=1'; window['loc' + 'ation'].reload()"
    world.county.replies["/"] = Reply(whole("<ul><li><a href=/new/1.html>全县工作会议在城关镇召开</a></ul>"))
    world.county.guarded["/"] = ("pass=1", Reply(whole(f"<script>{script}</script>"), 404))
    for _ in range(4):
        world.pass_by(minutes=30)
        await world.look("county")
    (state,) = await world.all(SiteState)
    assert state.up is True
    assert await world.standing() == [("county", "watch.blind")]


@pytest.mark.needs_chromium
async def test_a_copy_that_hides_its_age_is_known_in_the_browser_too(world: World) -> None:
    """What an old copy lacks proves nothing of now, whoever was shown it."""
    world.county.headers["/sjwj/"] = {"Date": format_datetime(world.clock())}
    world.county.replies["/sjwj/"] = by_script(world)
    await world.publish()
    world.pass_by(minutes=30)
    await world.look("county")
    assert (await world.looks())[-1].at == at(24, 9)


@pytest.mark.needs_chromium
async def test_the_last_look_sees_a_box_that_a_script_builds(world: World) -> None:
    """The commonest false accusation: the repost stands where the source of no page shows it."""
    await world.publish()
    address = world.county.url("/art/9.html")
    world.county.papers["/art/9.html"] = IN_TIME
    build = f"document.querySelector('.main').innerHTML += '<a href=\"{address}\">{POLICY.title}</a>'"
    world.county.footer = f"{FOOTER}<script>{build}</script>"
    for minutes in (0, 5):
        world.clock.now = at(26) + timedelta(minutes=minutes, seconds=1)
        await world.look()
    duty = await world.the_obligation()
    assert duty.state == "met"
    assert duty.looked is not None
    assert "浏览器渲染后的首页" in [place["name"] for place in duty.looked["places"]]


@pytest.mark.needs_chromium
async def test_what_only_the_browser_shows_may_have_stood_there_while_plain_http_looked(world: World) -> None:
    await world.publish()
    world.county.papers["/art/9.html"] = Paper(POLICY.title, None, POLICY.number)
    box = f'<a href="{world.county.url("/art/9.html")}">{POLICY.title}</a>'
    world.county.footer = (
        f"{FOOTER}<script>document.querySelector('.main').innerHTML += {json.dumps(box)}</script>"
    )
    world.pass_by(minutes=90)
    await world.look("county")
    assert await world.state() == "overdue"
    challenge = Reply("<html><script>document.cookie='pass=1'; location.reload()</script></html>", 412)
    world.county.guarded["/"] = ("pass=1", challenge)
    world.pass_by(minutes=10)
    await world.look("county")
    assert await world.state() == "met", "no reading that could have shown it lacked it"


@pytest.mark.needs_chromium
async def test_a_frame_that_does_not_come_in_the_browser_leaves_a_hole_too(world: World) -> None:
    """The repost may stand there alone; and what a page shows, it shows with all its frames."""
    frame = json.dumps('<iframe src="/box/"></iframe>')
    script = f"<script>document.querySelector('.main').innerHTML += {frame}</script>"
    world.county.footer = f"{FOOTER.replace('皖ICP备12345678号-1', '')}{script}"
    world.county.replies["/box/"] = DOWN
    await world.audit("county")
    assert await world.problems("lifecycle.icp") == []


@pytest.mark.needs_chromium
async def test_what_a_script_writes_into_the_footer_is_not_missed(world: World) -> None:
    world.county.footer = f"<script>document.querySelector('.footer').innerHTML = '{FOOTER}'</script>"
    await world.audit("county")
    assert [rule for _, rule in await world.standing() if rule.startswith("lifecycle.")] == []


@pytest.mark.needs_chromium
async def test_what_a_frame_of_another_site_says_in_its_footer_is_said_of_that_one(world: World) -> None:
    """A box with the weather bears its maker's numbers; the county's own stand in a script-built footer."""
    world.city.footer = FOOTER.replace("皖ICP备12345678号", "京ICP备99999999号").replace("3408990001", "")
    frame = f'<iframe src="{world.city.url("/")}"></iframe>'
    world.county.footer = f"{FOOTER.replace('皖ICP备12345678号-1', '')}{frame}"
    await world.audit("county")
    (problem,) = await world.problems("lifecycle.icp")
    assert "99999999" not in (problem.found or "")


@pytest.mark.needs_chromium
async def test_a_page_behind_a_row_is_shown_where_its_source_says_nothing(world: World) -> None:
    """An equal title whose number differs: only the page that the script writes tells it."""
    await world.publish()
    other = Paper(POLICY.title, at(24, 10, 20), "国办发〔2025〕9号")
    world.county.put("/sjwj/", other)
    path = world.county.lists["/sjwj/"][0].href
    body = json.dumps(world.county._page(path).body)
    world.county.replies[path] = Reply(f"<html><script>document.write({body})</script></html>")
    await world.look()
    assert await world.state() == "pending"


# --- how a list is built -----------------------------------------------------------------------------------


async def test_a_list_that_is_built_otherwise_is_noticed_and_told(
    plain: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is read all the same; ops are told, since what it is read by may be wrong from now on."""
    await plain.begin()
    assert (await column(plain)).changed_at is None
    rows = "".join(
        f'<tr><td><a href="{entry.href}">{entry.title}</a></td><td>{entry.day}</td></tr>'
        for entry in plain.county.lists["/sjwj/"]
    )
    plain.county.replies["/sjwj/"] = Reply(f"<html><body><table class=new>{rows}</table></body></html>")
    plain.pass_by(minutes=30)
    await plain.look("county")
    assert (await column(plain)).changed_at == plain.now()
    assert "a list is built otherwise than before" in capsys.readouterr().out
    assert await plain.standing() == []


# --- our own line --------------------------------------------------------------------------------------

NOBODY = "http://127.0.0.1:9/"


@pytest.mark.parametrize(
    ("portals_answer", "up", "standing"),
    [
        (True, False, [("county", "availability.home"), ("county", "watch.blind")]),
        (False, None, [("county", "watch.blind")]),
    ],
)
async def test_nobody_is_called_down_while_the_portals_above_do_not_answer_either(
    tmp_path: Path, portals_answer: bool, up: bool | None, standing: list[tuple[str, str]]
) -> None:
    config = CONFIG.replace('url = "$county/"', f'url = "{NOBODY}"')
    if not portals_answer:
        config = config.replace('url = "$gov/"', f'url = "{NOBODY}"').replace(
            'url = "$prov/"', f'url = "{NOBODY}"'
        )
    async with made(tmp_path, config) as world:
        for _ in range(5):
            world.pass_by(minutes=30)
            await world.look("county")
        (state,) = await world.all(SiteState)
        assert state.up is up
        assert await world.standing() == standing
