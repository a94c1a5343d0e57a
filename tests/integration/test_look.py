"""What a look at a site sees: reposts wherever they stand, absence only where everything was read well."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from monitor.rounds.look import look_at_site
from monitor.rounds.record import record_look
from monitor.store.tables import Look
from tests.integration.county import (
    BLOCKED,
    DOWN,
    DROPPED,
    GARBAGE,
    INTERPRETATION,
    OLD_NEWS,
    OLD_PAPERS,
    POLICY,
    SOFT_404,
    TEXT,
    Entry,
    Paper,
    Reply,
    World,
    at,
)

COPY = Paper(POLICY.title, None, POLICY.number)
"""The repost without a time of its own, so that what was observed decides."""

OTHERS = POLICY.title.replace("国务院办公厅", "省政府办公厅")

NOTICE_COLUMN = """
  [[site.column]]
  name = "公告"
  url = "$county/gg/"
  about = "notice"
"""


def copy(published: datetime | date | None = None) -> Paper:
    return Paper(POLICY.title, published, POLICY.number)


async def look_at(world: World, moment: datetime) -> None:
    world.clock.now = moment
    await world.look()


async def the_night(world: World) -> None:
    """Let the time pass until shortly before the limit, with nobody looking meanwhile."""
    world.clock.now = at(25, 23, 56)


# --- what is found -------------------------------------------------------------------------------------


async def test_a_repost_the_site_already_holds_discharges_with_nothing_before_it(world: World) -> None:
    world.county.put("/sjwj/", copy(date(2026, 11, 23)))
    await world.publish()
    await look_at(world, at(24, 10, 5))
    shown = await world.shown()
    assert (shown["state"], shown["evidence"]["seen_after"]) == ("met", None)
    assert shown["discharged_at"] == "2026-11-24T09:00:00+08:00", "when it was first seen there"


async def test_so_does_one_whose_row_shares_only_the_number_with_the_policy(world: World) -> None:
    paper = Paper("县里转来的一份上级文件", at(24, 9, 0), POLICY.number, POLICY.text)
    world.county.put("/sjwj/", paper, row=f"{POLICY.number} {paper.title}")
    await world.publish()
    await look_at(world, at(24, 10, 5))
    assert (await world.shown())["state"] == "met"


async def test_so_does_one_that_earlier_looks_saw_appear(world: World) -> None:
    await world.publish(Paper("国务院关于印发节水型社会建设规划的通知", at(24, 9, 59)))
    await look_at(world, at(24, 10, 5))
    world.county.put("/sjwj/", copy(at(24, 10, 6)))
    await look_at(world, at(24, 10, 10))
    world.clock.now = at(24, 10, 20)
    await world.poll()
    world.clock.now = at(24, 10, 22)
    world.gov.put("/zcwj/", Paper(POLICY.title, at(24, 10, 21), POLICY.number))
    await world.poll()
    await world.look()
    (obligation,) = [row for row in await world.obligations() if row.started_at == at(24, 10, 21)]
    assert (obligation.state, obligation.seen_after) == ("met", None)
    assert obligation.discharged_at == at(24, 10, 6), "earlier than the policy's own start, and no matter"


@pytest.mark.parametrize(
    ("declared", "done", "why"),
    [
        (at(24, 10, 20), at(24, 10, 20), "precise, and between the two looks"),
        (at(24, 10, 4), at(24, 10, 30), "before a look that lacked it"),
        (at(24, 10, 31), at(24, 10, 30), "after it was seen"),
        (date(2026, 11, 24), at(24, 10, 30), "only a day"),
        (at(24, 0, 0), at(24, 10, 30), "00:00 is only a day"),
        (None, at(24, 10, 30), "no time"),
    ],
)
async def test_the_interval_and_the_moment_of_a_repost(
    world: World, declared: datetime | date | None, done: datetime, why: str
) -> None:
    await world.publish()
    await look_at(world, at(24, 10, 5))
    world.county.put("/sjwj/", copy(declared))
    await look_at(world, at(24, 10, 30))
    obligation = await world.the_obligation()
    assert (obligation.state, obligation.seen_after) == ("met", at(24, 10, 5))
    assert obligation.discharged_at == done, why


@pytest.mark.parametrize(
    ("lacking", "seen", "state", "why"),
    [
        (at(24, 10, 58), at(24, 10, 59), "met", "at the deadline is in time"),
        (at(24, 10, 58), at(24, 11, 20), "met", "nobody can say that it was missing at the target"),
        (at(24, 10, 59), at(24, 11, 20), "met_late", "it was missing at the target"),
        (at(24, 10, 59), at(26), "met_late", "and there by the limit"),
        (at(25, 23, 59), at(26, 0, 1), "unproven", "around the limit: nobody can say"),
    ],
)
async def test_what_two_looks_prove(
    world: World, lacking: datetime, seen: datetime, state: str, why: str
) -> None:
    await world.publish()
    await look_at(world, lacking)
    world.county.put("/sjwj/", COPY, day="2026-11-24")
    await look_at(world, seen)
    assert await world.state() == state, why


async def test_a_repost_on_the_home_page_alone_counts(world: World) -> None:
    await world.publish()
    world.county.lists["/box/"] = list(world.county.lists["/yw/"])
    world.county.front["/box/"] = "要闻"
    world.county.put("/box/", copy(at(24, 10, 20)))
    await look_at(world, at(24, 10, 30))
    assert await world.state() == "met"


async def test_a_repost_in_a_column_about_notices_counts_though_none_is_expected_there(world: World) -> None:
    world.county.hold("/gg/", OLD_NEWS)
    await world.reload(world.config + NOTICE_COLUMN)
    await world.publish()
    world.county.put("/gg/", copy(at(24, 10, 20)))
    await look_at(world, at(24, 10, 30))
    assert await world.state() == "met"


async def test_a_repost_on_a_second_host_of_the_site_counts(world: World) -> None:
    await world.amend(
        'id = "county"', f'id = "county"\nhosts = ["{world.city.base.removeprefix("http://")}"]'
    )
    await world.publish()
    world.city.papers["/zwgk/1.html"] = copy(at(24, 10, 20))
    world.county.put("/sjwj/", copy(), href=world.city.url("/zwgk/1.html"), day="2026-11-24")
    await look_at(world, at(24, 10, 30))
    shown = await world.shown()
    assert (shown["state"], shown["evidence"]["url"]) == ("met", world.city.url("/zwgk/1.html"))


@pytest.mark.parametrize("carrier", ["gov", "prov"])
async def test_a_row_that_leads_to_any_carrier_is_a_link_and_counts(world: World, carrier: str) -> None:
    addresses = {"gov": await world.publish()}
    addresses["prov"] = world.prov.put("/zcwj/", copy(at(24, 10, 1)))
    world.clock.now = at(24, 10, 2)
    await world.poll()
    asked = len(world.hosts[carrier].heard)
    world.county.put("/sjwj/", COPY, row="国办最新文件", href=addresses[carrier], day="2026-11-24")
    await look_at(world, at(24, 10, 30))
    shown = await world.shown()
    assert (shown["state"], shown["evidence"]["how"]) == ("met", "link")
    assert len(world.hosts[carrier].heard) == asked, "there is nothing to open"


@pytest.mark.parametrize(
    ("title", "number", "state"),
    [
        ("上级文件", "", "met"),
        ("系统升级维护公告", "", "met"),
        ("上级文件", "国办发〔2025〕9号", "pending"),
        ("《国务院办公厅关于印发县域便民服务重点任务的通知》解读", "", "pending"),
    ],
)
async def test_an_equal_title_counts_unless_the_page_behind_it_contradicts(
    world: World, title: str, number: str, state: str
) -> None:
    """A page may be titled as its column, and bring the paper as a file; that is no word against its row."""
    await world.publish()
    page = Paper(
        title, None, number or None, text=("请点击附件查看文件全文，如有疑问请与县政府办公室联系。",)
    )
    world.county.put("/sjwj/", page, row=POLICY.title, day="2026-11-24")
    await look_at(world, at(24, 10, 30))
    assert await world.state() == state
    world.clock.now = at(25, 10, 30)
    await world.together("repost", "1")
    world.clock.now = at(25, 11, 40)
    await world.together("repost", "1")
    assert await world.problems("repost.withdrawn") == []


async def test_a_site_in_gb18030_is_read_like_any_other(world: World) -> None:
    world.county.encoding = "gb18030"
    await world.publish()
    world.county.put("/sjwj/", copy(at(24, 10, 20)))
    await look_at(world, at(24, 10, 30))
    assert (await world.shown())["evidence"]["how"] == "doc_number"


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (Reply("gone", 404), "a dead link"),
        (DOWN, "its server has a moment"),
        (BLOCKED, "a shield before it"),
        (SOFT_404, "an apology"),
        (DROPPED, "nothing at all"),
        (Reply(b"%PDF-1.4 \x00\x01", headers={"Content-Type": "application/pdf"}), "a file"),
    ],
)
async def test_a_row_counts_where_the_page_behind_it_cannot_be_read(
    world: World, reply: Reply, why: str
) -> None:
    await world.publish()
    address = world.county.put("/sjwj/", copy(), day="2026-11-24")
    world.county.replies[address.removeprefix(world.county.base)] = reply
    await look_at(world, at(24, 10, 30))
    shown = await world.shown()
    assert (shown["state"], shown["evidence"]["how"]) == ("met", "title"), why
    assert shown["evidence"]["digest"] is None


@pytest.mark.parametrize(
    ("paper", "why"),
    [
        (INTERPRETATION, "it interprets the policy"),
        (Paper(f"示例县贯彻落实《{POLICY.title}》座谈会召开", at(24, 10, 20)), "news about it"),
        (Paper(POLICY.title, at(24, 10, 20), "国办发〔2025〕9号", ("另一份文件。" * 20,)), "another number"),
        (Paper(OTHERS, at(24, 10, 20), text=("实施方案。" * 20,)), "another issuer"),
        (Paper("国务院办公厅关于印发县域消防工作重点任务的通知", at(24, 10, 20)), "another policy"),
    ],
)  # fmt: skip
async def test_what_is_not_the_policy_does_not_discharge(world: World, paper: Paper, why: str) -> None:
    await world.publish()
    world.county.put("/sjwj/", paper)
    await look_at(world, at(24, 10, 30))
    assert await world.state() == "pending", why


async def test_an_equal_title_counts_whatever_the_text(world: World) -> None:
    await world.publish()
    world.county.put("/sjwj/", Paper(POLICY.title, at(24, 10, 20), text=("全文见附件。" * 8,)))
    await look_at(world, at(24, 10, 30))
    assert (await world.shown())["evidence"]["how"] == "title"


async def test_a_row_that_says_little_is_known_by_its_other_title(world: World) -> None:
    """In the column the row says “国办文件”, in the box of the home page the whole title."""
    await world.publish()
    address = world.county.put("/sjwj/", copy(at(24, 10, 20)), row="查看这份文件")
    world.county.front = {"/box/": "最新"}
    world.county.lists["/box/"] = [Entry(POLICY.title, address, "2026-11-24"), *world.county.lists["/yw/"]]
    await look_at(world, at(24, 10, 30))
    assert await world.state() == "met"


async def test_a_list_without_titles_is_opened_page_by_page(world: World) -> None:
    """A column that is a sitemap names addresses only."""

    def sitemap(*paths: str) -> Reply:
        entries = "".join(f"<url><loc>{world.county.url(path)}</loc></url>" for path in paths)
        return Reply(f'<?xml version="1.0"?><urlset>{entries}</urlset>')

    old = [entry.href for entry in world.county.lists["/sjwj/"]]
    world.county.front = {"/yw/": "要闻"}
    world.county.replies["/sjwj/"] = sitemap(*old)
    await world.amend('url = "$county/sjwj/"', 'url = "$county/sjwj/"\nformat = "sitemap"')
    await world.publish()
    await look_at(world, at(24, 10, 5))
    world.county.papers["/art/new.html"] = copy(at(24, 10, 20))
    world.county.replies["/sjwj/"] = sitemap("/art/new.html", *old)
    await look_at(world, at(24, 10, 30))
    assert await world.state() == "met"


# --- what is not there ---------------------------------------------------------------------------------


async def test_while_a_clock_runs_every_place_is_asked_for_freshly(world: World) -> None:
    for path in ("/", "/sjwj/", "/yw/"):
        world.county.headers[path] = {"ETag": f'"{path}"'}
    await world.begin()
    world.pass_by(minutes=5)
    await world.look()
    assert world.county.asked("/sjwj/")[-1].headers.get("if-none-match") == '"/sjwj/"'
    await world.publish()
    world.county.heard.clear()
    await look_at(world, at(24, 10, 5))
    assert {heard.path for heard in world.county.heard} == {"/", "/sjwj/", "/yw/"}
    for heard in world.county.heard:
        assert heard.headers["cache-control"] == "no-cache"
        assert "if-none-match" not in heard.headers


@pytest.mark.parametrize("place", ["/", "/sjwj/", "/yw/"])
@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (DOWN, "down"),
        (DROPPED, "no answer"),
        (BLOCKED, "a shield"),
        (GARBAGE, "garbage"),
        (SOFT_404, "an apology"),
        (Reply("gone", 404), "the list is gone"),
        (Reply("", 304), "a 304 to an unconditional request"),
    ],
)
async def test_a_look_in_which_one_place_is_blind_proves_no_absence(
    world: World, place: str, reply: Reply, why: str
) -> None:
    await world.publish()
    await look_at(world, at(24, 10, 5))
    world.county.replies[place] = reply
    await look_at(world, at(24, 11))
    obligation = await world.the_obligation()
    assert (obligation.seen_after, obligation.is_target_missed) == (at(24, 10, 5), False), why
    assert await world.problems("repost.target") == []


async def test_a_repost_found_in_a_look_with_a_blind_column_still_counts(world: World) -> None:
    await world.publish()
    await look_at(world, at(24, 10, 5))
    world.county.replies["/yw/"] = DOWN
    world.county.put("/sjwj/", copy(at(24, 10, 20)))
    await look_at(world, at(24, 10, 30))
    assert await world.state() == "met"


async def test_a_blind_column_about_notices_does_not_matter(world: World) -> None:
    world.county.hold("/gg/", OLD_NEWS)
    await world.reload(world.config + NOTICE_COLUMN)
    await world.publish()
    world.county.replies["/gg/"] = DOWN
    await look_at(world, at(24, 10, 5))
    assert (await world.the_obligation()).seen_after == at(24, 10, 5)


async def test_of_two_columns_with_one_address_the_stricter_counts(world: World) -> None:
    again = '\n[[site.column]]\nname = "同一列表"\nurl = "$county/sjwj/"\nabout = "notice"\n'
    first = '\n  [[site.column]]\n  name = "上级文件"'
    await world.amend(first, again + first)
    await world.publish()
    world.county.replies["/sjwj/"] = DOWN
    await look_at(world, at(24, 11))
    assert (await world.the_obligation()).seen_after is None, "it is a policy column, whatever else it is"


async def test_a_column_with_the_address_of_the_home_page_is_the_home_page(world: World) -> None:
    await world.amend('url = "$county/sjwj/"', 'url = "$county/"')
    await world.publish()
    world.county.put("/sjwj/", copy(at(24, 10, 20)))
    await look_at(world, at(24, 10, 30))
    assert await world.state() == "met"
    assert len(world.county.asked("/")) == 2


@pytest.mark.parametrize(
    ("age", "seen_after", "missed", "why"),
    [
        ("0", at(24, 11), True, "the page as it stood at eleven"),
        ("60", at(24, 10, 59), True, "as it stood at the target"),
        ("61", at(24, 10, 58, 59), False, "a second before it"),
        ("garbage", at(24, 11), True, "no age at all"),
        ("9999999999", at(24, 10, 5), False, "older than what is known"),
    ],
)
async def test_an_absence_counts_as_of_the_page_shown(
    world: World, age: str, seen_after: datetime, missed: bool, why: str
) -> None:
    await world.publish()
    await look_at(world, at(24, 10, 5))
    world.county.headers["/yw/"] = {"Age": age}
    await look_at(world, at(24, 11))
    obligation = await world.the_obligation()
    assert (obligation.seen_after, obligation.is_target_missed) == (seen_after, missed), why


async def test_a_copy_that_shows_the_repost_before_it_was_missing_favours_the_site(world: World) -> None:
    """Balanced nodes out of step: one lacks at eleven what another's copy held at ten to eleven."""
    await world.publish()
    await look_at(world, at(24, 11))
    world.county.put("/sjwj/", COPY, day="2026-11-24")
    world.county.headers["/sjwj/"] = {"Age": "900"}
    world.county.front = {"/yw/": "要闻"}
    await look_at(world, at(24, 11, 5))
    shown = await world.shown()
    assert (shown["state"], shown["discharged_at"]) == ("met", "2026-11-24T10:50:00+08:00")


async def test_a_list_that_was_relaunched_is_blind_and_accuses_nobody(world: World) -> None:
    await world.publish()
    world.county.lists["/sjwj/"] = []
    world.county.hold("/sjwj/", [f"市{title}" for title in OLD_PAPERS])
    await the_night(world)
    await world.until(at(26, 1))
    assert (await world.the_obligation()).absent == []
    assert await world.state() == "unproven"
    assert await world.standing() == [("county", "watch.blind")]


async def test_a_list_that_was_emptied_is_blind(world: World) -> None:
    await world.publish()
    world.county.replies["/sjwj/"] = Reply(
        "<html><body><h1>上级文件</h1><p>" + "栏目建设中，敬请期待。" * 30 + "</p></body></html>"
    )
    await the_night(world)
    await world.until(at(26, 1))
    assert await world.state() == "unproven"
    place = await world.place("county", world.county.url("/sjwj/"))
    assert place.last_error == "no rows found where 10 were held"


async def test_a_list_cut_to_a_third_is_blind(world: World) -> None:
    await world.publish()
    world.county.lists["/sjwj/"] = world.county.lists["/sjwj/"][:3]
    await look_at(world, at(24, 11))
    assert (await world.the_obligation()).seen_after is None


# --- following pages -----------------------------------------------------------------------------------


def fill(world: World, number: int, path: str = "/sjwj/", day: str = "2026-11-24") -> None:
    for n in range(number):
        world.county.put(path, Paper(f"示例县第{n}号便民公告已经发布", None), day=day)


async def test_pages_are_followed_back_to_the_start_of_the_clock(world: World) -> None:
    await world.publish()
    await look_at(world, at(24, 10, 5))
    address = world.county.put("/sjwj/", copy(at(24, 10, 20)))
    fill(world, 25)
    await look_at(world, at(24, 10, 58))
    shown = await world.shown()
    assert (shown["state"], shown["evidence"]["url"]) == ("met", address)
    assert world.county.asked("/sjwj/index_1.html")
    assert not world.county.asked("/sjwj/index_2.html"), "the second ends with older days"


async def test_what_sank_to_a_page_nobody_had_read_before_has_nothing_before_it(world: World) -> None:
    await world.publish()
    await look_at(world, at(24, 11, 5))
    world.county.put("/sjwj/", copy(at(24, 10, 20)))
    fill(world, 25)
    world.county.front = {"/yw/": "要闻"}
    await look_at(world, at(24, 11, 10))
    shown = await world.shown()
    assert (shown["state"], shown["evidence"]["seen_after"]) == ("met", None)


async def test_without_a_running_clock_one_page_is_enough(world: World) -> None:
    fill(world, 25)
    await world.begin()
    assert not world.county.asked("/sjwj/index_1.html")


async def test_pinned_rows_do_not_end_the_following(world: World) -> None:
    await world.publish()
    world.county.put("/sjwj/", copy(at(24, 10, 20)))
    fill(world, 19)
    old = Entry("关于防范电信网络诈骗的重要提示", "/art/pinned.html", "2024-01-01", pinned=True)
    world.county.lists["/sjwj/"].insert(19, old)
    world.county.front = {"/yw/": "要闻"}
    await look_at(world, at(24, 10, 58))
    assert await world.state() == "met", "the pinned row is old, and the page goes on"


async def test_an_undated_list_is_followed_for_two_pages(world: World) -> None:
    world.county.lists["/sjwj/"] = []
    for title in (*OLD_PAPERS, *OLD_NEWS) * 3:
        world.county.put("/sjwj/", Paper(title), day="")
    await world.publish()
    await look_at(world, at(24, 10, 5))
    assert world.county.asked("/sjwj/index_1.html")
    assert not world.county.asked("/sjwj/index_2.html")
    assert (await world.the_obligation()).seen_after == at(24, 10, 5)


async def test_a_further_page_that_cannot_be_read_makes_the_column_blind(world: World) -> None:
    await world.publish()
    fill(world, 15)
    await look_at(world, at(24, 10, 30))
    fill(world, 15)
    world.county.replies["/sjwj/index_1.html"] = DOWN
    await look_at(world, at(24, 11))
    obligation = await world.the_obligation()
    assert obligation.seen_after == at(24, 10, 30)


async def test_a_list_that_moved_on_by_more_than_a_page_is_known_by_the_next(world: World) -> None:
    await world.begin()
    fill(world, 35)
    world.pass_by(hours=1)
    await world.look()
    assert await world.standing() == []
    world.county.lists["/sjwj/"].clear()
    fill(world, 45)
    for _ in range(2):
        world.pass_by(hours=1)
        await world.look()
    assert await world.standing() == [("county", "watch.blind")], "nothing it held stands anywhere any more"


async def test_a_list_that_does_not_reach_back_within_ten_pages_proves_nothing(world: World) -> None:
    await world.publish()
    fill(world, 10)
    await look_at(world, at(24, 10, 30))
    for _ in range(18):
        fill(world, 10)
        world.pass_by(minutes=1)
        await world.look()
    assert (await world.the_obligation()).seen_after == at(24, 10, 48)
    fill(world, 10)
    await look_at(world, at(24, 11))
    assert (await world.the_obligation()).seen_after == at(24, 10, 48)
    assert not world.county.asked("/sjwj/index_10.html")
    place = await world.place("county", world.county.url("/sjwj/"))
    assert place.last_error == "the first 10 pages do not reach back to the start of the clock"


async def test_pages_that_lead_in_circles_end(world: World) -> None:
    await world.publish()
    await look_at(world, at(24, 10, 5))
    fill(world, 15)
    await look_at(world, at(24, 10, 30))
    fill(world, 15)
    rows = "".join(
        f'<li><a href="{row.href}">{row.title}</a><span>{row.day}</span></li>'
        for row in world.county.lists["/sjwj/"][:20]
    )
    circle = '<html><body><ul>{}</ul><a href="/sjwj/{}">下一页</a></body></html>'
    world.county.replies["/sjwj/"] = Reply(circle.format(rows, "index_1.html"))
    world.county.replies["/sjwj/index_1.html"] = Reply(circle.format(rows, ""))
    asked = len(world.county.heard)
    await look_at(world, at(24, 11))
    assert len(world.county.heard) - asked <= 12
    assert (await world.the_obligation()).seen_after == at(24, 10, 30)


# --- much and hostile ----------------------------------------------------------------------------------


async def test_candidates_beyond_the_bound_are_opened_in_the_next_looks_and_prove_no_absence(
    world: World,
) -> None:
    """A hundred and thirty rows whose titles could be the policy's, the repost last of all."""
    await world.publish()
    for n in range(130):
        likely = Paper(f"【转发】{POLICY.title[:-2]}…（{n}）", text=(f"空页{n}。" * 20,))
        world.county.put("/sjwj/", likely, day="2026-11-24")
    world.county.put("/sjwj/", copy(at(24, 10, 20)), where=130)
    world.county.front = {"/yw/": "要闻"}
    await look_at(world, at(24, 11))
    assert (await world.the_obligation()).seen_after is None, "most were not opened yet"
    await look_at(world, at(24, 11, 5))
    await look_at(world, at(24, 11, 10))
    assert await world.state() == "met"
    opened = [heard.path for heard in world.county.heard if heard.path.startswith("/art/")]
    assert len(opened) == len(set(opened)), "none is opened twice"


async def test_ten_thousand_rows_of_a_site_are_no_trouble(world: World) -> None:
    rows = ", ".join(f'{{"title": "示例县第{n}号便民公告", "url": "/old/{n}.html"}}' for n in range(10_000))
    json = {"Content-Type": "application/json"}
    world.county.replies["/sjwj/"] = Reply(f"[{rows}]", headers=json)
    await world.publish()
    await look_at(world, at(24, 10, 5))
    new = f'{{"title": "{POLICY.title}", "url": "/new.html"}}'
    world.county.papers["/new.html"] = copy(at(24, 10, 20))
    world.county.replies["/sjwj/"] = Reply(f"[{new}, {rows}]", headers=json)
    await look_at(world, at(24, 10, 30))
    assert await world.state() == "met"


@pytest.mark.parametrize(
    "href",
    [
        "http://[::1/x.html",
        "http://127.0.0.1:99999999/x.html",
        "http://a..b/x.html",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "http://user:pw@127.0.0.1/x.html",
        "http://10.0.0.1/x.html",
        "http://169.254.169.254/latest/meta-data/",
        "http://" + "a" * 300 + ".gov.cn/",
        "//",
        "/art/\x07\x1b.html",
        "/art/" + "%E4%BD" * 3000,
    ],
)
async def test_hostile_links_end_no_look(world: World, href: str) -> None:
    await world.publish()
    for path in ("/sjwj/", "/yw/"):
        world.county.lists[path].insert(0, Entry("县里的一条很普通的新闻", href, "2026-11-24"))
    world.county.nav.append(Entry("政策文件", href))
    await the_night(world)
    await world.until(at(26, 0, 10))
    assert await world.state() == "violated", "nothing of it is the repost, and everything was read"


async def test_a_row_that_leads_nowhere_counts_by_its_title(world: World) -> None:
    await world.publish()
    world.county.put("/sjwj/", COPY, href="http://10.0.0.1/x.html", day="2026-11-24")
    await look_at(world, at(24, 10, 30))
    assert await world.state() == "met", "what cannot be read is a doubt, and the doubt is theirs"


async def test_hostile_titles_end_no_look(world: World) -> None:
    await world.publish()
    markup, statement = "<b>县里</b>的&#xD800;新闻", "'; DROP TABLE item;--"
    for title in ("\x00\x07\x1b[2J\u202e县里的新闻", "新闻" * 5000, markup, statement):
        world.county.put("/sjwj/", Paper(title), day="2026-11-24")
    await look_at(world, at(24, 10, 30))
    assert (await world.the_obligation()).seen_after == at(24, 10, 30)


# --- when it is looked ---------------------------------------------------------------------------------


async def looks(world: World, since: datetime, until: datetime) -> list[datetime]:
    return [row.at for row in await world.all(Look) if since <= row.at <= until]


async def test_a_new_clock_is_looked_at_at_once_and_then_every_five_minutes(world: World) -> None:
    await world.publish()
    await world.until(at(24, 10, 21))
    times = await looks(world, at(24, 10), at(24, 10, 21))
    assert times == [at(24, 10, minute) for minute in (0, 5, 10, 15, 20)]


@pytest.mark.parametrize("deadline", [at(24, 10, 59), at(26)])
async def test_readings_come_just_before_and_at_every_deadline(world: World, deadline: datetime) -> None:
    await world.publish()
    world.clock.now = deadline - timedelta(minutes=4)
    await world.until(deadline + timedelta(minutes=1))
    times = await looks(world, deadline - timedelta(minutes=1), deadline + timedelta(minutes=1))
    assert times == [deadline - timedelta(seconds=20), deadline]


async def test_after_the_limit_the_next_look_comes_when_readings_lie_far_enough_apart(world: World) -> None:
    await world.amend("[key]", '[rules.repost]\nabsent_apart = "7m"\n[key]')
    await world.publish()
    await the_night(world)
    await world.until(at(26, 0, 20))
    times = await looks(world, at(26), at(26, 0, 7))
    assert times == [at(26), at(26, 0, 5), at(26, 0, 7)]
    assert await world.state() == "violated"


async def test_readings_that_fail_come_at_most_four_times_as_rarely(world: World) -> None:
    await world.begin()
    world.pass_by(minutes=5)
    world.county.replies["*"] = DOWN
    waits = []
    for _ in range(6):
        await world.look()
        waits.append((await world.due("look", "county") - world.clock()).total_seconds() / 60)
        world.clock.now = (await world.due("look", "county")).astimezone(world.now().tzinfo)
    assert waits == [10, 15, 20, 20, 20, 20]


async def test_a_clock_that_was_set_back_leaves_no_place_unread(world: World) -> None:
    world.pass_by(days=1)
    await world.begin()
    world.pass_by(days=-1)
    await world.apply()
    assert ("look", "county") in await world.due_now()
    asked = len(world.county.asked("/"))
    await world.until(world.now() + timedelta(minutes=5))
    assert len(world.county.asked("/")) >= asked + 2


async def test_one_dead_column_does_not_slow_down_the_rest_of_the_site(world: World) -> None:
    await world.begin()
    world.county.replies["/yw/"] = DOWN
    await world.until(at(24, 11))
    assert len(world.county.asked("/")) == 25 + 1, "every five minutes, and the audit"
    assert len(world.county.asked("/yw/")) == 8, "after 5, 15 and 30 minutes, and then every twenty"


async def test_a_deadline_is_read_however_often_readings_failed(world: World) -> None:
    await world.publish()
    world.county.replies["*"] = DOWN
    await world.until(at(24, 10, 58))
    del world.county.replies["*"]
    await world.until(at(24, 10, 59))
    assert at(24, 10, 59) in await looks(world, at(24, 10, 58), at(24, 10, 59))
    assert (await world.the_obligation()).is_target_missed


async def test_a_page_that_asks_for_patience_gets_it_even_at_a_deadline(world: World) -> None:
    await world.publish()
    await look_at(world, at(24, 10, 30))
    world.county.replies["/sjwj/"] = Reply("later", 503, {"Retry-After": "3000"})
    await look_at(world, at(24, 10, 35))
    del world.county.replies["/sjwj/"]
    asked = len(world.county.asked("/sjwj/"))
    await world.until(at(24, 11, 24))
    assert len(world.county.asked("/sjwj/")) == asked, "fifty minutes"
    assert (await world.the_obligation()).seen_after == at(24, 10, 30)
    await world.until(at(24, 11, 25))
    assert (await world.the_obligation()).seen_after == at(24, 11, 25)


async def test_a_clock_that_starts_during_a_look_is_looked_at_right_after_it(world: World) -> None:
    await world.begin()
    world.clock.now = at(24, 10)
    await world.poll()
    site = world.context.targets.sites[0]
    brief, looked = await look_at_site(world.context, site)
    world.gov.put("/zcwj/", Paper(POLICY.title, at(24, 10), POLICY.number))
    world.clock.now = at(24, 10, 1)
    await world.poll()
    await world.write(lambda s: record_look(s, world.context, site, brief, looked, world.clock()))
    assert ("look", "county") in await world.due_now()


async def test_a_column_that_joins_while_a_clock_runs_brings_what_it_holds(world: World) -> None:
    await world.publish()
    await look_at(world, at(24, 11, 5))
    world.county.hold("/zwgk/", OLD_PAPERS)
    world.county.put("/zwgk/", copy(at(24, 10, 20)))
    await world.reload(world.config + '\n[[site.column]]\nname = "政务公开"\nurl = "$county/zwgk/"\n')
    await look_at(world, at(24, 11, 10))
    shown = await world.shown()
    assert (shown["state"], shown["evidence"]["seen_after"]) == ("met", None)


async def test_the_proof_is_kept_under_its_digest(world: World) -> None:
    await world.publish()
    world.county.put("/sjwj/", copy(at(24, 10, 20)))
    await look_at(world, at(24, 10, 30))
    digest = (await world.shown())["evidence"]["digest"]
    assert TEXT[2] in world.context.evidence.load(digest).decode()
