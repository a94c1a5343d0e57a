"""The console on a real socket: every page for every state, hostile text as text, and headers that hold.

A browser without scripts walks it: what a person cannot reach by links or read in the page is not there.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from playwright.async_api import async_playwright
from selectolax.lexbor import LexborHTMLParser, LexborNode
from sqlmodel import Session, select

from alerts.messages.zh import ZH
from checks.obligations import State
from monitor.net.browsing.chromium import found as chromium
from monitor.store.session import Store
from monitor.store.tables import AlertMessage, Obligation, Policy, Problem
from monitor.targets import Targets, load
from monitor.web.words import SIGNS
from tests.integration import ledger
from tests.integration.ledger import HOSTILE, NOW, Console, Scene, at, configure, console_on, filled

PAGES = ("/", "/problems", "/sites", "/alerts", "/api/docs")


@pytest.fixture(scope="module")
def targets(tmp_path_factory: pytest.TempPathFactory) -> Targets:
    found = configure(tmp_path_factory.mktemp("ledger"))
    filled(found)
    return found


@pytest.fixture
async def console(targets: Targets) -> AsyncIterator[Console]:
    async with console_on(targets) as running:
        yield running


async def read(console: Console, path: str) -> LexborHTMLParser:
    answer = await console.get(path)
    assert answer.status == 200, f"{path}: {answer.status}"
    assert answer.headers["Content-Type"].startswith("text/html")
    return LexborHTMLParser(answer.text)


def text_of(page: LexborHTMLParser | LexborNode) -> str:
    """What is read: text on one line each, without what is only for machines."""
    node = page.css_first("body") if isinstance(page, LexborHTMLParser) else page
    assert node is not None
    return " ".join(node.text(separator=" ").split())


def links(page: LexborHTMLParser) -> Iterator[tuple[str, LexborNode]]:
    for node in page.css("a[href]"):
        yield node.attributes["href"] or "", node


async def walk(console: Console, start: str = "/", most: int = 400) -> dict[str, LexborHTMLParser]:
    """Follow the links within the console, not every choice with every other; the pages by their address."""
    reached: dict[str, LexborHTMLParser] = {}
    waiting = [start]
    while waiting and len(reached) < most:
        path = waiting.pop()
        if path in reached or "&" in path or path.startswith(("/api/v1", "/api/openapi", "/static")):
            continue
        reached[path] = await read(console, path)
        for href, _ in links(reached[path]):
            parts = urlsplit(urljoin(console.base + path, href))
            if f"{parts.scheme}://{parts.netloc}" == console.base:
                waiting.append(parts.path + (f"?{parts.query}" if parts.query else ""))
    return reached


# --- whom it answers to ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8080", 200),
        ("[::1]:8080", 200),
        ("10.1.2.3", 200),
        ("localhost:1234", 200),
        ("duban.example.test", 200),  # that of public_url
        ("DUBAN.example.test:443", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("duban.example.test.evil.example", 421),
        ("[::1", 421),
    ],
)
async def test_it_answers_to_its_own_names_alone(tmp_path: Path, host: str, status: int) -> None:
    """A page elsewhere that gives its own name our address must not read the console."""
    found = configure(tmp_path, sites=0)
    server = found.server.model_copy(update={"public_url": "https://duban.example.test/"})
    async with console_on(found.model_copy(update={"server": server})) as console:
        answer = await console.get("/api/docs", headers={"Host": host})
    assert answer.status == status
    assert ("public_url" in answer.text) == (status == 421)


# --- every page -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_every_page_can_be_reached_and_read(tmp_path: Path, language: str) -> None:
    """Every duty, problem, site, policy and message is linked from somewhere, and renders."""
    found = configure(tmp_path, language=language)
    filled(found)
    async with console_on(found) as console:
        reached = await walk(console)
    assert {f"/obligations/{n}" for n in range(1, 38)} <= set(reached)
    assert {f"/problems/{n}" for n in range(1, 8)} <= set(reached)
    assert {f"/policies/{n}" for n in range(1, 5)} <= set(reached)
    assert {f"/sites/{site}" for site in (*(f"county{n}" for n in range(10)), "bureau", "gov-cn")} <= set(
        reached
    )
    assert {"/alerts/DB-20261130-0007", *PAGES} <= set(reached)
    for path, page in reached.items():
        assert page.css_first("html").attributes["lang"] == language  # type: ignore[union-attr]
        assert page.css_first("h1") is not None, path
        assert not re.search(
            r"\bNone\b|Undefined|\{\{|datetime\.", text_of(page).replace(HOSTILE_SEEN, "")
        ), path


HOSTILE_SEEN = "{{ 7*7 }}"
"""The only braces that may be seen: those of the hostile title, as text."""


@pytest.mark.parametrize("sites", [0, 3])
async def test_an_empty_store_says_what_will_be_there(tmp_path: Path, sites: int) -> None:
    found = configure(tmp_path, sites=sites)
    filled(found, empty=True)
    async with console_on(found) as console:
        reached = await walk(console)
        front = text_of(reached["/"])
    assert set(PAGES) <= set(reached)
    assert "还没有转载任务" in front
    assert ("首轮读取：已完成 0 / 5" in front) == bool(sites)
    assert ("国务院文件" in front) == bool(sites)
    assert ("[[site]]" in front) == (not sites)
    assert "尚无已认定的事项" in front, "nothing judged is no share of 0 or 100 %"


@pytest.mark.parametrize("state", list(State))
async def test_a_duty_of_every_state_says_so_in_words_and_by_a_sign(console: Console, state: State) -> None:
    ids = await console.store.read(lambda session: ids_of(session, state))
    assert ids
    for id_ in ids:
        page = await read(console, f"/obligations/{id_}")
        verdict = text_of(page.css_first(".state-name") or page)
        assert verdict.startswith(SIGNS[state])
        assert ZH.states[state] in verdict
        assert page.css_first(f".verdict.s-{state}") is not None


def ids_of(session: Session, state: State) -> list[int]:
    return [d.id or 0 for d in session.exec(select(Obligation).where(Obligation.state == state))]


# --- the first page -------------------------------------------------------------------------------------


def figures(page: LexborHTMLParser) -> dict[str, str]:
    return {
        text_of(figure.css_first("h2") or figure): text_of(figure).partition(" ")[2]
        for figure in page.css(".figure")
    }


async def test_the_figures_follow_the_formulas(console: Console) -> None:
    """Of 24 settled duties 5 stand beside: 2 unproven, 1 waived, 1 void, 1 objected to."""
    found = figures(await read(console, "/"))
    assert found["网站"].startswith("12 ")
    assert found["进行中的任务"] == "13 4个已过力争时限"
    assert found["力争时限内"] == "78.9% 15 ÷ 19"
    assert found["规定时限内"] == "89.5% 17 ÷ 19"
    assert found["不计入比例"] == "无法核实 2 免于转载 1 不适用 1 异议核实中 1"
    assert found["未解决问题"] == "6 2项严重或违规"
    assert found["无法监测"] == "2 共26个页面"


async def test_the_shares_are_those_of_the_period_that_was_asked_for(console: Console) -> None:
    """Of the last 3 days only the last two policies are: four duties done, all in time."""
    found = figures(await read(console, "/?days=2"))
    assert found["力争时限内"] == "100.0% 4 ÷ 4"
    assert figures(await read(console, "/?days=0"))["力争时限内"] == "78.9% 15 ÷ 19"


def rows(page: LexborHTMLParser) -> list[list[str]]:
    """The matrix as text, without its head and groups."""
    return [[text_of(cell) for cell in row.css("th, td")] for row in page.css(".matrix tbody tr:not(.group)")]


async def test_the_matrix_shows_sites_in_trouble_first_and_newest_policies_left(console: Console) -> None:
    page = await read(console, "/")
    heads = [text_of(head) for head in page.css(".matrix thead th")]
    assert [ledger.TITLES.index(head.partition(" ")[0]) for head in heads[1:]] == [3, 2, 1, 0]
    table = rows(page)
    assert [row[0].partition(" ")[0] for row in table[:3]] == [
        "松陂县人民政府",
        "竹埠县人民政府",
        "砚坞县人民政府",
    ]
    assert table[-1][0] == "南漪县人民政府", "everything done, nothing wrong: last"
    assert table[-1][1:3] == ["", ""], "it owes nothing on these policies"


@pytest.mark.parametrize(
    ("site", "column", "says"),
    [
        ("青石县", 1, "○ 待转载 力争还剩30分"),  # published 09:50, looked at 10:20
        ("青石县", 2, "◔ 已过力争时限 规定还剩1天13小时"),
        ("青石县", 4, "✓ 力争时限内转载 用时31分"),
        ("临渡县", 4, "✓ 规定时限内转载 用时4小时20分"),
        ("松陂县", 4, "✗ 疑似超过规定时限 仍未见，已超4天10小时"),
        ("竹埠县", 4, "✗ 超过规定时限 至少迟2天9小时 · 复核维持"),  # reviewed: no suspicion any more
        ("砚坞县", 4, "✗ 疑似超过规定时限 仍未见，已超4天10小时 · 异议核实中"),
        ("芦湾县", 4, "? 无法核实 看不清"),
        ("汐汀县", 4, "? 无法核实 其后看到"),
        ("霜溪县", 4, "– 免于转载"),
        ("桃河县", 4, "∅ 不适用"),
        ("南漪县", 4, "✓ 力争时限内转载 用时1分 · 复核撤销"),
        ("芦湾县", 0, "芦湾县人民政府 打不开 看不清2处 问题2"),
    ],
)
async def test_a_cell_says_how_it_stands(console: Console, site: str, column: int, says: str) -> None:
    row = next(row for row in rows(await read(console, "/")) if row[0].startswith(site))
    assert row[column] == says


async def test_cells_lead_to_their_duties(console: Console) -> None:
    page = await read(console, "/")
    hrefs = {node.attributes["href"] for node in page.css(".matrix td a")}
    assert hrefs == {f"./obligations/{n}" for n in range(1, 38)}


async def test_only_those_in_trouble(console: Console) -> None:
    names = {row[0].partition(" ")[0] for row in rows(await read(console, "/?trouble=1"))}
    assert "松陂县人民政府" in names
    assert "南漪县人民政府" not in names


async def test_policies_are_paged(tmp_path: Path) -> None:
    found = configure(tmp_path, sites=1)
    filled(found, empty=True)
    async with console_on(found) as console:
        await on_store(found, lambda session: add_policies(session, 15))
        newest, older = await read(console, "/"), await read(console, "/?page=2")
        assert [len(page.css(".matrix thead th")) - 1 for page in (newest, older)] == [12, 3]
        assert "第13—15份，共15份文件" in text_of(older)
        assert [node.attributes["href"] for node in older.css("a[rel=prev]")] == ["?page=1"]
        assert [node.attributes["href"] for node in newest.css("a[rel=next]")] == ["?page=2"]
        assert (await console.get("/?page=9")).status == 200


def add_policies(session: Session, number: int) -> None:
    for index in range(number):
        policy = ledger.add_policy(session, f"第{index}号文件", at(3 + index, 9))
        ledger.add_duty(session, policy, "county0", "340850", Scene(State.MET, 1, 5), NOW)


async def on_store(found: Targets, work: Callable[[Session], None]) -> None:
    """Write to the store of a running console, as the daemon's writer does."""
    store = Store(found.store.url.reveal())
    await asyncio.to_thread(store.write_now, work)
    store.close()


@pytest.mark.parametrize(
    ("path", "rows"),
    [("/problems", "table.list tbody tr"), ("/alerts", "table.list tbody tr"), ("/sites", ".list tbody tr")],
)
async def test_long_lists_are_paged_without_losing_a_row(tmp_path: Path, path: str, rows: str) -> None:
    filled(configure(tmp_path, sites=0), empty=True)
    found = ledger.with_offices(tmp_path, 205)
    async with console_on(found) as console:
        await on_store(found, add_many)
        first = await read(console, path)
        ids = [text_of(row.css_first("a") or row) for row in first.css(rows)]
        forward = first.css_first("a[rel=next]")
        assert forward is not None
        assert re.search("第1—(50|200)项，共(55|205)项", text_of(first))
        second = await read(
            console, urlsplit(urljoin(console.base + path, forward.attributes["href"] or "")).path + "?page=2"
        )
        ids += [text_of(row.css_first("a") or row) for row in second.css(rows)]
        assert second.css_first("a[rel=prev]") is not None
        assert second.css_first("a[rel=next]") is None
    wanted = {"/problems": 55, "/alerts": 55, "/sites": 205 + 2}[path]  # the portals stand below both pages
    assert len(set(ids)) == wanted


def add_many(session: Session) -> None:
    for number in range(55):
        session.add(
            Problem(
                rule="availability.home",
                site=f"s{number}",
                region="340800",
                severity="violation",
                opened_at=NOW,
                checked_at=NOW,
            )
        )
        session.add(
            AlertMessage(number=f"DB-{number}", kind="digest", title=f"第{number}条", body="", created_at=NOW)
        )


async def test_a_filter_of_many_sites_is_a_field_and_not_a_list(tmp_path: Path) -> None:
    """Two thousand options on every page are nothing to choose from."""
    found = configure(tmp_path, sites=3)
    filled(found, empty=True)
    async with console_on(found) as console:
        assert (await read(console, "/problems")).css_first("select[name=site]") is not None
    async with console_on(ledger.with_offices(tmp_path, 205)) as console:
        page = await read(console, "/problems?site=s7")
    assert page.css_first("select[name=site]") is None
    field = page.css_first("input[name=site]")
    assert field is not None
    assert field.attributes["value"] == "第7局"


async def test_it_refreshes_only_when_asked(console: Console) -> None:
    assert (await read(console, "/")).css_first("meta[http-equiv=refresh]") is None
    assert (await read(console, "/?refresh=1")).css_first("meta[http-equiv=refresh]") is not None


LOOKS = ".l-lacked, .l-had, .l-blind, .l-stale"

# --- one duty -------------------------------------------------------------------------------------------


async def test_a_verdict_says_who_what_from_when_by_when_and_on_what(console: Console) -> None:
    said = text_of(await read(console, "/obligations/3"))
    for part in (
        "松陂县人民政府",
        ledger.TITLES[0],
        "国办发〔2026〕31号",
        "计时起点 11月24日（周二）9时12分 取原文页面标注的发布时间",
        "力争时限 11月24日（周二）10时12分前",
        "规定时限 11月25日（周三）24时前",
        "依据 《关于全面推进政务公开工作的实施意见》第十六条",
        "规定时限届满后的多次读取均未见转载，能够读取的其他各处也已逐一查找",
        "最后一次读清而未见：11-29 09:12:00",
    ):
        assert part in said


async def test_the_last_look_names_its_places_and_what_could_not_be_read(console: Console) -> None:
    said = text_of(await read(console, "/obligations/3"))
    assert "最后一次全面查找 11-26 00:06:00" in said
    assert "✓ 首页 ✓ 上级文件" in said
    assert "✗ 网站地图 在规定时间内未能打开" in said
    older = text_of(await read(console, "/obligations/4"))
    assert "✓ 首页 ✓ 上级文件" in older, "stores of the first days hold names alone"
    assert "✗ 站内搜索" in older


async def test_a_limit_is_counted_day_by_day_and_by_all_four_readings(console: Console) -> None:
    """Published on Friday the 27th at 16:40: the weekend is off, Monday is the day."""
    page = await read(console, "/obligations/11")
    assert [text_of(day) for day in page.css(".days li")] == [
        "11月27日（周五）发布，当天不计",
        "11月28日（周六）至11月29日（周日）休息",
        "11月30日（周一）：第1个工作日",
        "届满：11月30日（周一）24时前",
    ]
    readings = [[text_of(cell) for cell in row.css("td")] for row in page.css(".list.narrow tbody tr")]
    assert readings == [
        ["✓", "最后一个工作日的24时", "11月30日（周一）24时前", "✓ 力争时限内转载"],
        ["", "最后一个工作日下班时", "11月30日（周一）17时30分前", "✓ 力争时限内转载"],
        ["", "最后一个工作日的同一时刻", "11月30日（周一）16时40分前", "✓ 力争时限内转载"],
        ["", "工作时间累计满相应天数", "11月30日（周一）16时40分前", "✓ 力争时限内转载"],
    ]


async def test_a_limit_that_todays_rules_would_not_give_is_not_explained_wrongly(tmp_path: Path) -> None:
    found = configure(tmp_path)
    filled(found)
    path = tmp_path / "targets.toml"
    path.write_text(
        path.read_text(encoding="utf-8") + '[rules.repost]\nlimit = "2 working days"\n', encoding="utf-8"
    )
    async with console_on(load(path)) as console:
        page = await read(console, "/obligations/3")
    assert "计算规则或日历此后有过改动" in text_of(page)
    assert page.css(".days li") == []


async def test_what_proves_it(console: Console) -> None:
    said = text_of(await read(console, "/obligations/2"))
    for part in (
        "认定方式 文号相同 把握程度99.0%",
        "出现在 上级文件",
        "转载页面标注时间 2026-11-24 13:31 精确到分",
        "11-24 12:32:00 未见 → 11-24 13:32:00 看到",
        "sha256:abab",
    ):
        assert part in said
    assert "疑似倒签" in text_of(await read(console, "/obligations/4"))
    assert "此前没有可以作为依据的读取" in text_of(await read(console, "/obligations/10"))


async def test_equal_looks_are_one_line_with_their_number_and_span(console: Console) -> None:
    """24 looks in two hours, four of them blind in the middle: three lines."""
    page = await read(console, "/obligations/3")
    looks = [text_of(line) for line in page.css(LOOKS)]
    assert looks == [
        "11-24 09:14:00 — 11-24 09:49:00 读取8次 各处读清，未见转载 首页、上级文件",
        "11-24 09:54:00 — 11-24 10:09:00 读取4次 有处没有读清，不作为依据 首页、上级文件 "
        "上级文件：在规定时间内未能打开",
        "11-24 10:14:00 — 11-24 11:09:00 读取12次 各处读清，未见转载 首页、上级文件",
    ]


async def test_the_story_ends_with_the_look_that_found_it(console: Console) -> None:
    """Later looks at the same site were for other duties and say nothing of this one."""
    page = await read(console, "/obligations/1")
    looks = [text_of(line) for line in page.css(LOOKS)]
    assert looks[-1].startswith("11-24 09:39:00 读取1次 读到转载")


async def test_the_story_tells_decisions_and_messages(console: Console) -> None:
    waived = text_of(await read(console, "/obligations/7"))
    assert "人工决定 免于转载 · 王主任：与本县无关" in waived
    assert "人工查看：未见转载（不作为认定依据） · 李四：逐栏查看 附图 <script>" in waived
    assert "sha256:cdcd" in waived
    told = await read(console, "/obligations/3")
    assert "office 已送达" in text_of(told)
    assert any(href.endswith("alerts/DB-20261126-0001") for href, _ in links(told))


async def test_a_verdict_says_what_would_change_it_and_what_other_readings_give(console: Console) -> None:
    (id_, *_) = await of_state(console, State.VIOLATED)
    page = text_of(await read(console, f"/obligations/{id_}"))
    assert f"duban discharge {id_} " in page, "how the site is heard"
    assert f"duban overturn {id_}" in page, "and who decides"
    assert page.count("最后一个工作日") == 3, "all readings of the working day are there"
    assert "按此读法的结论" in page


async def of_state(console: Console, state: State) -> list[int]:
    return await console.store.read(lambda session: ids_of(session, state))


async def test_why_it_is_the_repost_is_said_in_the_offices_language(console: Console) -> None:
    (id_, *_) = await of_state(console, State.MET)
    page = text_of(await read(console, f"/obligations/{id_}"))
    proof = page.partition("证明")[2].partition("读到的页面均已存证")[0]
    assert not re.search(r"[a-z]{4,} [a-z]{3,} [a-z]", proof), proof


async def test_the_picture_shows_target_limit_and_interval_within_its_width(console: Console) -> None:
    for number in range(1, 38):
        page = await read(console, f"/obligations/{number}")
        places = [
            float((shape.attributes[name] or "").removesuffix("%"))
            for shape in page.css(".bar svg *")
            for name in ("x", "x1", "x2")
            if name in shape.attributes
        ]
        assert len(places) >= 8
        assert all(0 <= place <= 100 for place in places), number
        assert page.css_first(".bar svg").attributes["aria-label"]  # type: ignore[union-attr]


async def test_past_the_basis_nobody_is_accused(tmp_path: Path) -> None:
    found = configure(tmp_path, basis="valid_to = 2026-11-24")
    filled(found)
    async with console_on(found) as console:
        page = await read(console, "/obligations/3")
    assert text_of(page.css_first(".state-name") or page) == "✗ 观察：规定时限内未见转载"
    assert "只是观察记录" in text_of(page)


# --- problems, sites, policies, messages ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ("", {"1", "2", "3", "4", "5", "7"}),  # open ones
        ("?state=", {"1", "2", "3", "4", "5", "6", "7"}),
        ("?state=closed", {"6"}),
        ("?rule=watch.blind", {"4", "5"}),
        ("?rule=watch.blind&site=gov-cn", {"5"}),
        ("?severity=urgent", {"2"}),
        ("?site=nobody", set()),
    ],
)
async def test_problems_are_filtered(console: Console, asked: str, ids: set[str]) -> None:
    page = await read(console, f"/problems{asked}")
    assert {text_of(row.css_first("td") or row) for row in page.css("table.list tbody tr")} == ids


async def test_the_filter_keeps_what_was_chosen(console: Console) -> None:
    page = await read(console, "/problems?rule=watch.blind&state=open")
    chosen = {
        str(select.attributes["name"]): option.attributes["value"]
        for select in page.css("select")
        for option in select.css("option[selected]")
    }
    assert chosen == {"rule": "watch.blind", "state": "open"}


async def test_a_problem_says_what_was_expected_and_found_and_by_when(console: Console) -> None:
    said = text_of(await read(console, "/problems/1"))
    for part in (
        "应为 11月24日（周二）24时前转载",
        "整改期限 12-11 10:20 还剩11天",
        "依据 《关于全面推进政务公开工作的实施意见》第十六条：不得滞后1个工作日",
        "见转载任务3",
        "最后一次读清而未见 11月29日（周日）9时12分",
        "DB-20261126-0001",
    ):
        assert part in said
    assert "repost.limit" not in said, "a name of the program is nothing to read"
    urgent = text_of(await read(console, "/problems/2"))
    assert "已超期1天" in urgent
    assert "duban dismiss 2 --scope rule --until 截止日期 --by 姓名 --reason 理由" in urgent
    assert "国办秘函〔2019〕19号" in urgent
    handled = text_of(await read(console, "/problems/3"))
    assert "网址 https://county1.example.cn/" in handled, "where to look, though no page is named"
    assert "人工决定 11-30 10:20:00 已知悉 · 李四：已通知运维单位" in handled
    assert "不表示网站有问题" in text_of(await read(console, "/problems/4"))
    assert "无法建立加密连接" in text_of(await read(console, "/problems/6"))


async def test_a_due_date_says_how_it_was_counted(tmp_path: Path) -> None:
    """Found on Monday the 30th: the tenth working day after it is 14 December."""
    found = configure(tmp_path)
    filled(found)

    def date(session: Session) -> None:
        problem = session.get_one(Problem, 2)
        problem.opened_at, problem.due_at = at(30, 9), at(30, 0) + timedelta(days=15)
        session.add(problem)

    async with console_on(found) as console:
        await on_store(found, date)
        said = text_of(await read(console, "/problems/2"))
        other = text_of(await read(console, "/problems/1"))
    assert "整改期限 12-14 24:00 还剩14天13小时 发现之日起10个工作日，发现当天不计" in said
    assert "发现之日起" not in other, "a person set another date, or the rules have changed"


async def test_what_ends_with_a_verdict_is_not_called_resolved(tmp_path: Path) -> None:
    """Past its target and then let go, or taken back: nobody has put anything right."""
    found = configure(tmp_path)
    filled(found)

    def end(session: Session) -> None:
        problem = session.get_one(Problem, 1)
        problem.closed_at = NOW
        session.add(problem)

    async with console_on(found) as console:
        await on_store(found, end)
        for path in ("/problems/1", "/problems?state=closed&site=county2", "/obligations/3"):
            said = text_of((await read(console, path)).css_first("main"))  # type: ignore[arg-type]
            assert "已结束" in said, path
            assert "违规 已解决" not in said, path


async def test_what_is_found_of_a_repost_later_can_be_put_right(tmp_path: Path) -> None:
    """A repost that was taken down and is back: resolved, and no matter of the verdict's review."""
    found = configure(tmp_path)
    filled(found)

    def restore(session: Session) -> None:
        problem = session.get_one(Problem, 1)
        problem.rule, problem.closed_at = "repost.withdrawn", NOW
        duty = session.get_one(Obligation, problem.obligation_id)
        duty.review = "upheld"
        session.add_all([problem, duty])

    async with console_on(found) as console:
        await on_store(found, restore)
        said = text_of((await read(console, "/problems/1")).css_first("main"))  # type: ignore[arg-type]
    assert "违规 已解决 松陂县人民政府" in said
    assert f"转载什么 {ledger.TITLES[0]} 国办发〔2026〕31号" in said
    assert "最近检查" in said
    assert "经复核" not in said


async def test_an_objection_shows_wherever_the_accusation_does(tmp_path: Path) -> None:
    found = configure(tmp_path)
    filled(found)
    async with console_on(found) as console:

        def contest(session: Session) -> None:
            problem = session.exec(select(Problem).where(Problem.rule == "repost.limit")).one()
            duty = session.get_one(Obligation, problem.obligation_id)
            duty.review = "objected"
            session.add(duty)

        await on_store(found, contest)
        for path in ("/", "/problems", "/problems/1", "/sites/county2"):
            said = text_of(await read(console, path))
            assert re.search("疑似超过规定转载时限 异议核实中|已提出异议，正在核实", said), path


async def test_what_was_not_seen_is_no_delay_and_no_fault(console: Console) -> None:
    blind, doubt = await of_state(console, State.UNPROVEN)
    said = text_of(await read(console, f"/obligations/{blind}"))
    assert "是本系统没有读清" in said
    assert f"duban discharge {blind} 网址" in said, "what to do about it"
    assert "是本系统没有读清" not in text_of(await read(console, f"/obligations/{doubt}")), "it was seen"
    for state in (State.UNPROVEN, State.WAIVED, State.VOID):
        for id_ in await of_state(console, state):
            facts = await read(console, f"/obligations/{id_}")
            assert "滞后" not in [text_of(node) for node in facts.css("dt")], state


async def test_an_accusation_that_was_taken_back_is_not_put_down_to_blindness(tmp_path: Path) -> None:
    found = configure(tmp_path)
    filled(found)

    def overturn(session: Session) -> None:
        duty = session.get_one(Obligation, 3)
        duty.state, duty.review, duty.reason = (
            "unproven",
            "overturned",
            "the accusation was overturned on review",
        )
        session.add(duty)

    async with console_on(found) as console:
        await on_store(found, overturn)
        verdict = text_of((await read(console, "/obligations/3")).css_first(".verdict"))  # type: ignore[arg-type]
    assert "经办人员复核后撤销了原认定" in verdict
    assert "没有读清" not in verdict


async def test_what_the_last_look_found_was_not_on_the_pages_read_every_time(tmp_path: Path) -> None:
    found = configure(tmp_path)
    filled(found)

    def move(session: Session) -> None:
        duty = session.get_one(Obligation, 10)
        assert duty.sighting is not None
        duty.sighting = {**duty.sighting, "place": "last look"}
        session.add(duty)

    async with console_on(found) as console:
        await on_store(found, move)
        page = await read(console, "/obligations/10")
    assert "全面查找时看到；它不在每次读取的页面上" in text_of(page)
    assert "最后一次全面查找 查到转载，不在每次读取的页面上" in text_of(page)
    assert page.css_first(".l-had") is None


async def test_every_page_says_how_the_office_is_reached(tmp_path: Path) -> None:
    found = configure(tmp_path, sites=1)
    filled(found, empty=True)
    office = found.office.model_copy(update={"contact": "0000-0000000"})
    async with console_on(found.model_copy(update={"office": office})) as console:
        assert "联系本办：0000-0000000" in text_of(await read(console, "/problems"))


async def test_every_page_says_whose_time_it_is_and_a_count_of_the_accused_accuses_nobody(
    console: Console,
) -> None:
    sites = text_of(await read(console, "/sites"))
    assert "时间均为北京时间" in sites
    assert "✗ （疑似）超过规定时限 1" in sites
    assert "✗ 超过规定时限" not in sites


@pytest.mark.parametrize(
    ("review", "said"), [("none", "疑似超过规定转载时限"), ("upheld", "超过规定转载时限")]
)
async def test_a_violation_is_a_suspicion_in_every_list_until_it_is_reviewed(
    tmp_path: Path, review: str, said: str
) -> None:
    """An office prints these pages: what nobody has reviewed accuses nobody there either."""
    found = configure(tmp_path)
    filled(found)
    async with console_on(found) as console:
        accused = console.store.read_now(
            lambda s: s.exec(select(Problem).where(Problem.rule == "repost.limit")).one()
        )

        def decide(session: Session) -> None:
            duty = session.get(Obligation, accused.obligation_id)
            assert duty is not None
            duty.review = review
            session.add(duty)

        console.store.write_now(decide)
        for path in ("/", "/problems", f"/problems/{accused.id}", f"/sites/{accused.site}"):
            page = await read(console, path)
            named = [node.text(strip=True) for node in page.css("h1, td.name a")]
            assert any(name.endswith(said) for name in named), path
            assert any("疑似超过规定转载时限" in name for name in named) == (review == "none"), path


async def test_a_site_shows_its_places_duties_and_problems(console: Console) -> None:
    said = text_of(await read(console, "/sites/county4"))
    assert "连续7次未读清：服务器拒绝连接" in said
    assert "网站标识码 3408990001" in said
    assert ledger.TITLES[0] in said
    portal = text_of(await read(console, "/sites/gov-cn"))
    assert "近期重点政策" in portal
    assert ledger.TITLES[1] in portal


@pytest.mark.parametrize(
    ("q", "names"),
    [
        ("松陂", ["松陂县人民政府"]),
        ("county3", ["竹埠县人民政府"]),
        ("340800", ["市粮食局", "市储备局"]),  # by region
        (" BUREAU.example ", ["市粮食局"]),  # by address
        ("没有的", []),
    ],
)
async def test_sites_are_found_by_what_people_know_of_them(
    console: Console, q: str, names: list[str]
) -> None:
    page = await read(console, f"/sites?{urlencode({'q': q})}")
    assert [text_of(row.css_first("td") or row) for row in page.css("table.list tbody tr")] == names


async def test_problems_of_a_site_can_be_asked_for_by_its_name(console: Console) -> None:
    page = await read(console, f"/problems?{urlencode({'site': '松陂县人民政府'})}")
    assert len(page.css("table.list tbody tr")) == 1


async def test_a_site_that_left_the_configuration_keeps_its_page(tmp_path: Path) -> None:
    filled(configure(tmp_path))
    async with console_on(configure(tmp_path, sites=2)) as console:
        assert "已不在配置中" in text_of(await read(console, "/sites/county3"))
        assert (await console.get("/sites/never")).status == 404
        await read(console, "/obligations/4")
        await read(console, "/policies/1")
        await read(console, "/")


async def test_a_policy_shows_all_sites_the_worst_first(console: Console) -> None:
    page = await read(console, "/policies/1")
    states = [text_of(row.css("td")[1]) for row in page.css("table.list tbody tr")]
    assert len(states) == 10
    assert [state.split()[0] for state in states] == ["✗"] * 3 + ["?"] * 2 + ["✓", "∅", "–", "✓", "✓"]
    assert "为何是重点 文号以“国办发”开头" in text_of(page)


async def test_dead_letters_cannot_be_overlooked(console: Console) -> None:
    for path in ("/", "/alerts"):
        page = await read(console, path)
        assert "1条消息多次未能送达" in text_of(page.css_first(".note.bad") or page)
    dead = await read(console, "/alerts?state=dead")
    assert len(dead.css("table.list tbody tr")) == 1
    message = text_of(await read(console, "/alerts/DB-20261130-0007"))
    assert "refused: errcode 93000 <b>bad</b>" in message, "what a channel answered is text, too"


async def test_links_of_messages_lead_here(targets: Targets, console: Console) -> None:
    """Messages say public_url + /obligations/ID, /problems/ID, /policies/ID and /sites/ID."""
    assert targets.server.public_url == "http://127.0.0.1:8080"
    for path in ("/obligations/3", "/problems/2", "/policies/1", "/sites/county3"):
        await read(console, path)


async def test_a_message_leads_on_to_what_it_is_about(tmp_path: Path) -> None:
    found = configure(tmp_path)
    filled(found)
    async with console_on(found) as console:
        await on_store(found, add_addresses)
        page = await read(console, "/alerts/DB-20261126-0001")
    hrefs = {href for href, _ in links(page)}
    assert {"./../policies/1", "https://www.example.gov.cn/a.htm", "./../obligations/3"} <= hrefs
    assert "http://127.0.0.1:8080.evil.example/" in hrefs, "another's address is no page of ours"
    assert "✗ 疑似超过规定时限" in text_of(page), "how the duty stands now"


def add_addresses(session: Session) -> None:
    message = session.exec(select(AlertMessage).where(AlertMessage.number == "DB-20261126-0001")).one()
    message.body = (
        "原文：https://www.example.gov.cn/a.htm\n详情：http://127.0.0.1:8080/policies/1\n"
        "又：http://127.0.0.1:8080.evil.example/"
    )
    session.add(message)


async def test_links_hold_under_any_prefix(console: Console) -> None:
    """Behind a proxy at https://office/duban/ no link leads out of it."""
    for path, page in (await walk(console)).items():
        for href, _ in links(page):
            is_elsewhere = href.startswith(("http://", "https://"))
            assert is_elsewhere or href.startswith(("./", "?", "#")), (path, href)


@pytest.mark.needs_chromium
async def test_no_page_is_wider_than_a_telephone(tmp_path: Path) -> None:
    """Addresses and commands are long words, and stand in sentences, lists and tables."""
    found = configure(tmp_path)
    filled(found)
    async with console_on(found) as console, async_playwright() as playwright:
        await on_store(found, lengthen)
        browser = await playwright.chromium.launch(
            executable_path=chromium(playwright.chromium.executable_path), args=["--no-sandbox"]
        )
        page = await browser.new_page(viewport={"width": 390, "height": 800})
        wide = {}
        for path in ("/", "/obligations/3", "/problems/1", "/policies/1", "/sites/county2", *TOLD):
            await page.goto(console.base + path)
            width = await page.evaluate("document.documentElement.scrollWidth")
            if width > 390:
                wide[path] = width
        await browser.close()
    assert wide == {}


TOLD = ("/alerts", "/alerts/DB-20261126-0001")


def lengthen(session: Session) -> None:
    for policy in session.exec(select(Policy)):
        policy.url = f"https://www.example.gov.cn/{'zhengce' * 20}/content_1.htm"
        session.add(policy)
    for message in session.exec(select(AlertMessage)):
        message.body += f"\n原文：https://www.example.gov.cn/{'zhengce' * 20}/content_1.htm"
        session.add(message)


# --- what strangers write -------------------------------------------------------------------------------


@pytest.fixture
async def hostile(tmp_path: Path) -> AsyncIterator[Console]:
    """A console whose every text from outside is hostile."""
    found = configure(tmp_path)
    filled(found)
    async with console_on(found) as console:
        await on_store(found, add_hostile)
        yield console


def add_hostile(session: Session) -> None:
    links = ledger.BAD_LINKS
    policy = ledger.add_policy(
        session,
        HOSTILE,
        at(30, 8),
        url=links[0],
        doc_number=HOSTILE,
        source=HOSTILE,
        text=HOSTILE * 3,
        carriers=[{"portal": HOSTILE, "url": url, "seen_by": NOW.isoformat()} for url in links],
    )
    duty = ledger.add_duty(session, policy, "county0", "340850", Scene(State.VIOLATED, 1, 2), NOW)
    assert duty.sighting is not None
    duty.sighting = {**duty.sighting, "url": links[1], "title": HOSTILE, "place": HOSTILE, "why": HOSTILE}
    duty.looked = {"at": NOW.isoformat(), "places": [{"name": HOSTILE, "url": links[2]}], "unread": [HOSTILE]}
    duty.reason = duty.waived = HOSTILE
    ledger.add_links(session, NOW)


async def test_hostile_text_is_text_wherever_it_stands(hostile: Console) -> None:
    shown = 0
    for path, page in (await walk(hostile)).items():
        text = page.text()
        assert "\u202e" not in text, f"{path}: a mark that turns the direction"
        assert "\ufffd" not in text, f"{path}: what a parser makes of NUL"
        shown += text.count("<script>alert(1)")
        for node in page.css("*"):
            assert node.tag not in ("script", "iframe", "object", "embed", "img"), path
            names = {name.lower() for name in node.attributes}
            assert not any(name.startswith("on") or name == "style" for name in names), (path, names)
            assert not any("\u202e" in (value or "") for value in node.attributes.values()), path
    assert shown > 20, "the hostile text is on these pages, as text"


async def test_links_from_pages_are_http_and_tell_nobody_where_from(hostile: Console) -> None:
    outside = 0
    for path, page in (await walk(hostile)).items():
        for href, node in links(page):
            if href.startswith(("./", "?", "#")):
                continue
            assert href.startswith(("http://", "https://")), (path, href)
            assert node.attributes["rel"] == "noreferrer noopener", (path, href)
            assert node.attributes["target"] == "_blank"
            outside += 1
    assert outside > 20


async def test_a_site_shows_its_links_and_a_problem_those_it_is_about(hostile: Console) -> None:
    page = text_of(await read(hostile, "/sites/county2"))
    assert "失效或疑似链接3条，其中首页1条；一天内新增0条；待复核1条" in page
    assert "检查全站：7个页面（5个未变），300条链接。 时间已到，没有查完。" in page
    for words in ("循环跳转", "疑似 页面疑似博彩内容：百家乐", "指向已关停的网站"):
        assert words in page
    assert re.search(r"11月30日（周一） 0 0 3 1 ", page), "a week: none broke, none was mended, three stand"
    assert "11月23日（周一） " not in page, "nobody looked then"
    listed = await read(hostile, "/problems?rule=links.broken")
    (problem,) = {href for href, _ in links(listed) if re.search(r"problems/\d+$", href)}
    about = text_of(await read(hostile, problem.removeprefix(".")))
    assert "页面不存在（404）" in about
    assert "循环跳转" not in about


async def test_what_is_asked_for_is_no_markup_either(console: Console) -> None:
    for path in (
        "/problems?site=%3Cscript%3E",
        "/problems?rule=%22%3E%3Cscript%3E",
        "/?trouble=%3Cscript%3E",
    ):
        assert "<script" not in (await console.get(path)).text


# --- headers and apologies ------------------------------------------------------------------------------

EVERYWHERE = (
    *PAGES,
    "/nope",
    "/obligations/9999",
    "/static/console.css",
    "/static/nope",
    "/api/v1/sites",
    "/api/v1/x",
)


@pytest.mark.parametrize("path", EVERYWHERE)
async def test_every_answer_carries_the_strict_headers(console: Console, path: str) -> None:
    headers = (await console.get(path)).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "script-src" not in policy, "default-src stands for it: no script at all"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


async def test_pages_load_nothing_from_elsewhere(console: Console) -> None:
    for path in PAGES:
        page = await read(console, path)
        loaded = [
            n.attributes.get("href") or n.attributes.get("src") for n in page.css("link, img, script, source")
        ]
        assert loaded
        for address in loaded:
            assert (
                await console.get(urlsplit(urljoin(console.base + path, address or "")).path)
            ).status == 200
            assert not (address or "").startswith(("http", "//"))


async def test_the_stylesheet_loads_nothing_either() -> None:
    sheet = (Path(__file__).parents[2] / "monitor/web/static/console.css").read_text(encoding="utf-8")
    assert "url(" not in sheet
    assert "@import" not in sheet


@pytest.mark.parametrize(
    "path",
    [
        "/nope",
        "/obligations/9999",
        "/obligations/x",
        "/obligations/99999999999999999999",  # more than a store can hold
        "/obligations/3/4",
        "/problems/0",
        "/problems?severity=grave",
        "/problems?site=%00",  # what PostgreSQL takes in no text
        "/policies/9999",
        "/sites/nobody",
        "/alerts/DB-1",
        "/alerts/%3Cscript%3E",
        "/static/../pages.py",
        "/?page=x",
    ],
)
async def test_what_is_not_there_gets_a_page_that_leads_on(console: Console, path: str) -> None:
    answer = await console.get(path)
    assert answer.status == 404
    page = LexborHTMLParser(answer.text)
    assert "没有这一页" in text_of(page)
    onward = [urlsplit(urljoin(console.base + path, href)).path for href, _ in links(page) if href != "#main"]
    assert len(onward) >= 5
    assert {(await console.get(link)).status for link in onward} == {200}


async def test_a_mistake_of_ours_is_said_politely_and_goes_to_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # import-linter, run by another test, switches off every logger that it does not know.
    monkeypatch.setattr(logging.getLogger("uvicorn.error"), "disabled", False)
    found = configure(tmp_path)
    filled(found)
    async with console_on(found) as console:
        await on_store(found, spoil)
        answer = await console.get("/obligations/1")
        program = await console.get("/api/v1/nope")
    assert answer.status == 500
    assert "这一页没有做出来" in answer.text
    assert "spoiled" not in answer.text, "what went wrong is for the log"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert program.status == 404
    assert any("spoiled" in str(record.exc_info) for record in caplog.records)


def spoil(session: Session) -> None:
    duty = session.get_one(Obligation, 1)
    duty.state = "spoiled"
    session.add(duty)


async def test_a_store_that_does_not_answer_is_503(tmp_path: Path) -> None:
    found = configure(tmp_path)
    async with console_on(found) as console:  # nobody has made the store
        page, program = await console.get("/"), await console.get("/api/v1/obligations")
    assert (page.status, program.status) == (503, 503)
    assert "数据库没有应答" in page.text
