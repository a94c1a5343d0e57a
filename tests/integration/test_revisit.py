"""After the repost: it is looked at again, and what is wrong with it is a suspicion, told once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from alerts.events import Kind, ProblemFacts
from monitor.rounds import kinds
from monitor.store import ageing
from monitor.store.tables import Watch
from tests.integration.county import (
    BLOCKED,
    DOWN,
    EMPTY,
    POLICY,
    SOFT_404,
    TEXT,
    Paper,
    Reply,
    World,
    at,
)
from tests.shell import duban

GONE = Reply("not here", 404)
WITHDRAWN, ALTERED, BACKDATED = "repost.withdrawn", "repost.altered", "repost.backdated"


async def reposted(world: World, paper: Paper = POLICY) -> str:
    """A site that reposted in time; gives its page's path."""
    await world.publish()
    address = world.county.put("/sjwj/", replace(paper, published=at(24, 10, 20)))
    world.clock.now = at(24, 10, 30)
    await world.look()
    assert await world.state() == "met"
    return address.removeprefix(world.county.base)


async def revisit(world: World, *moments: datetime) -> None:
    for moment in moments:
        world.clock.now = moment
        await kinds.ROUNDS["repost"](world.context, "1")


async def suspicions(world: World) -> list[str]:
    return [row.rule for row in await world.problems() if row.closed_at is None and row.obligation_id == 1]


async def is_revisited(world: World) -> bool:
    return any(row.kind == "repost" for row in await world.all(Watch))


async def test_a_repost_is_looked_at_a_day_later_then_weekly_until_it_is_old(world: World) -> None:
    await world.amend("[key]", '[rules.repost]\nrevisit = "20d"\n[key]')
    await reposted(world)
    seen = []
    while await is_revisited(world):
        due = await world.due("repost", "1")
        seen.append(due - at(24, 10, 30))
        await revisit(world, due)
    assert seen == [timedelta(days=days) for days in (1, 8, 15)]
    assert await suspicions(world) == []


@pytest.mark.parametrize(
    ("replies", "expected", "why"),
    [
        ([GONE, GONE], [WITHDRAWN], "gone twice, an hour apart"),
        ([Reply("", 410), SOFT_404], [WITHDRAWN], "however it says so"),
        ([GONE, None], [], "back again"),
        ([DOWN, DOWN], [], "down is not gone"),
        ([BLOCKED, EMPTY], [], "nor is what cannot be read"),
        ([GONE, DOWN], [], "nor half of each"),
    ],
)
async def test_what_is_gone_twice_was_taken_down(
    world: World, replies: list[Reply | None], expected: list[str], why: str
) -> None:
    path = await reposted(world)
    world.county.remove("/sjwj/", world.county.url(path))
    for reply, moment in zip(replies, (at(25, 10, 30), at(25, 11, 30)), strict=True):
        world.county.replies.pop(path, None)
        if reply is not None:
            world.county.replies[path] = reply
        await revisit(world, moment)
    assert await suspicions(world) == expected, why
    assert await world.state() == "met", "the verdict stays"


async def take_down(world: World) -> str:
    path = await reposted(world)
    world.county.replies[path] = GONE
    world.county.remove("/sjwj/", world.county.url(path))
    return path


FRAME = """<html><head><title>{title}_示例县人民政府</title></head><body>
<div class="nav"><a href="/">首页</a><a href="/yw/">要闻</a><a href="/sjwj/">上级文件</a><a href="/bmxx/">部门信息</a></div>
<h1>{title}</h1><div class="content">{text}</div>
<div class="foot">主办：示例县人民政府办公室 承办：示例县政务信息中心 网站标识码：3408990001 皖ICP备00000000号-1</div></body></html>"""


def framed(text: str, title: str = POLICY.title) -> Reply:
    return Reply(FRAME.format(title=title, text=text))


FILE = '<p><a href="/tz.pdf">通知.pdf</a></p>'
WHOLE = "".join(f"<p>{line}</p>" for line in (POLICY.number or "", *TEXT))


@pytest.mark.parametrize(
    ("replies", "expected", "why"),
    [
        ([GONE, GONE], [WITHDRAWN], "the list leads to nothing"),
        ([framed("<p>该文章已下架</p>")] * 2, [WITHDRAWN], "title and frame stand, the text is gone"),
        (
            [framed("<p>抱歉，该文章已下架，请返回首页。</p>", "提示信息")] * 2,
            [WITHDRAWN],
            "a notice in its place",
        ),
        ([framed("<p>内容已被删除</p>"), None], [], "put back within the hour"),
        ([framed("<p>该文章已下架</p>"), DOWN], [], "one reading is none"),
        ([framed(f"{WHOLE}<p>旧版网页已下架。</p>")] * 2, [], "a text that speaks of another page"),
        ([framed(f"{FILE}<p>如附件无法显示文件内容，请更换浏览器。</p>")] * 2, [], "the text is in a file"),
        ([framed(f"{FILE}<p>旧版文件已删除</p>")] * 2, [], "an older file, and the new one is there"),
        ([framed(f"{FILE}<p>未找到阅读文件的程序时请先安装</p>")] * 2, [], "words of an error, and a file"),
        ([framed("<p>您的浏览器无法显示内容，请下载后查看。</p>")] * 2, [], "and no link that we see"),
    ],
)
async def test_a_list_that_still_names_it_does_not_bring_a_text_back(
    world: World, replies: list[Reply | None], expected: list[str], why: str
) -> None:
    path = await reposted(world)
    for reply, moment in zip(replies, (at(25, 10, 30), at(25, 11, 30)), strict=True):
        world.county.replies.pop(path, None)
        if reply is not None:
            world.county.replies[path] = reply
        await revisit(world, moment)
        assert moment == at(25, 11, 30) or WITHDRAWN not in await suspicions(world), "not by one reading"
    assert [rule for rule in await suspicions(world) if rule == WITHDRAWN] == expected, why
    found = [row.found or "" for row in await world.problems(WITHDRAWN)]
    assert all("列表中仍列出" in each for each in found), "it may be a slip: who reads it should know"
    assert await world.state() == "met", "the verdict stays"


async def test_two_readings_within_the_hour_are_one(world: World) -> None:
    await take_down(world)
    await revisit(world, at(25, 10, 30), at(25, 10, 50))
    assert await suspicions(world) == []


async def test_what_shows_that_it_is_gone_is_kept_while_a_person_has_to_look(
    world: World, tmp_path: Path
) -> None:
    await take_down(world)
    await revisit(world, at(25, 10, 30), at(25, 11, 30))
    evidence = world.context.evidence
    first, second = (evidence.read(entry).content for entry in evidence.entries() if entry.kind == "revisit")
    pages = {entry.id: entry for entry in evidence.entries()}
    assert [evidence.read(pages[id_]).status for id_ in first["pages"]] == [404]
    read = {pages[id_].url.removeprefix(world.county.base) for id_ in second["pages"]}
    assert {"/", "/sjwj/", "/yw/"} < read, "every place where it could stand"
    assert any(pages[id_].url.startswith(world.gov.base) for id_ in second["pages"]), "its source has it"
    assert "obligation:1" in await world.context.store.read(ageing.subjects_needed)
    await kinds.seal(world.context, "")
    file = tmp_path / "out.html"
    config = ("-c", world.folder / "targets.toml")
    assert (await duban("evidence", "export", "1", "-o", file, *config)).status == 0
    assert file.read_text(encoding="utf-8").count("页面已不存在") >= 2


async def test_it_is_told_once_and_settled_when_it_is_back(world: World) -> None:
    path = await take_down(world)
    await revisit(world, at(25, 10, 30), at(25, 11, 30), at(26, 12))
    events = [event for event in await world.events() if event.rule == WITHDRAWN]
    assert [event.kind for event in events] == [Kind.WARNING]
    assert isinstance(events[0].facts, ProblemFacts)
    assert "自2026-11-25 10:30起页面已不存在" in (events[0].facts.found or "")
    assert (events[0].facts.policy, events[0].facts.doc_number) == (POLICY.title, POLICY.number)
    del world.county.replies[path]
    await revisit(world, at(27, 12))
    assert await suspicions(world) == []
    assert (await world.told("county"))[-1] == (Kind.RESOLVED, WITHDRAWN)


async def test_a_repost_that_moved_was_not_taken_down(world: World) -> None:
    """A site that was made anew has new addresses for everything."""
    await take_down(world)
    moved = world.county.put("/yw/", replace(POLICY, published=at(24, 10, 20)))
    await revisit(world, at(25, 10, 30), at(25, 11, 30))
    assert await suspicions(world) == []
    sighting = (await world.the_obligation()).sighting or {}
    assert sighting["url"] == moved
    assert len(sighting["moved_from"]) == 1, "the first address is kept"


async def test_what_its_source_withdrew_may_be_taken_down(world: World) -> None:
    await take_down(world)
    policy = (await world.policies())[0].url
    world.gov.replies[policy.removeprefix(world.gov.base)] = GONE
    await revisit(world, at(25, 10, 30), at(25, 11, 30))
    assert await suspicions(world) == []


async def test_nobody_is_suspected_while_a_place_cannot_be_read(world: World) -> None:
    await take_down(world)
    world.county.replies["/yw/"] = DOWN
    await revisit(world, at(25, 10, 30), at(25, 11, 30))
    assert await suspicions(world) == []
    del world.county.replies["/yw/"]
    await revisit(world, at(26, 11, 30))
    assert await suspicions(world) == [WITHDRAWN]


ANOTHER_NUMBER = (*TEXT[:2], TEXT[2].replace("一处", "三处"), *TEXT[3:])


@pytest.mark.parametrize(
    ("text", "found", "why"),
    [
        (TEXT, None, "as it is"),
        (("来源：国家门户", *TEXT, "责任编辑：王某"), None, "with lines of the site's"),
        (ANOTHER_NUMBER, "数字不同", "a number"),
        (TEXT[:5], "缺少“群众的意见按月汇总", "a paragraph is missing"),
    ],
)
async def test_what_differs_from_the_source_is_told_to_a_person(
    world: World, text: tuple[str, ...], found: str | None, why: str
) -> None:
    path = await reposted(world)
    world.county.papers[path] = replace(POLICY, published=at(24, 10, 20), text=text)
    await revisit(world, at(25, 10, 30))
    assert await suspicions(world) == ([ALTERED] if found else []), why
    if found:
        (problem,) = await world.problems(ALTERED)
        assert found in (problem.found or "")
        assert problem.severity == "warning", "a suspicion, never a violation"
        evidence = world.context.evidence
        (said,) = [evidence.read(entry).content for entry in evidence.entries() if entry.kind == "revisit"]
        kept = [entry.url for entry in evidence.entries() if entry.id in said["pages"]]
        assert kept == [world.county.url(path), (await world.policies())[0].url], "the two that differ"
        world.county.papers[path] = replace(POLICY, published=at(24, 10, 20))
        await revisit(world, at(26, 10, 30))
        assert await suspicions(world) == []


async def test_a_source_that_was_corrected_since_accuses_nobody(world: World) -> None:
    path = await reposted(world)
    policy = (await world.policies())[0].url.removeprefix(world.gov.base)
    for host, where in ((world.county, path), (world.gov, policy)):
        host.papers[where] = replace(POLICY, published=at(24, 10, 20), text=ANOTHER_NUMBER)
    await revisit(world, at(25, 10, 30))
    assert await suspicions(world) == []


async def test_a_link_that_no_longer_leads_to_the_source(world: World) -> None:
    await world.publish()
    source = (await world.policies())[0].url
    text = (f'原文链接：<a href="{source}">查看原文</a>',)
    address = world.county.put("/sjwj/", Paper(POLICY.title, at(24, 10, 20), text=text))
    world.clock.now = at(24, 10, 30)
    await world.look()
    assert (await world.shown())["evidence"]["how"] == "link"
    await revisit(world, at(25, 10, 30))
    assert await suspicions(world) == []
    elsewhere = text[0].replace(source, "http://gov.example/moved.html")
    path = address.removeprefix(world.county.base)
    world.county.papers[path] = Paper(POLICY.title, at(24, 10, 20), text=(elsewhere,))
    await revisit(world, at(26, 10, 30))
    (problem,) = await world.problems(ALTERED)
    assert problem.found == "页面的链接不再指向原文"


async def test_a_date_that_lies_before_what_was_observed_is_a_suspicion(world: World) -> None:
    await world.publish()
    world.clock.now = at(24, 15)
    await world.look()
    world.county.put("/sjwj/", replace(POLICY, published=at(24, 10, 20)))
    world.clock.now = at(24, 15, 30)
    await world.look()
    assert await suspicions(world) == [BACKDATED]
    (problem,) = await world.problems(BACKDATED)
    assert problem.found == "页面标注2026-11-24 10:20，而2026-11-24 15:00读取时还没有"
    assert await world.state() == "met_late", "what was observed decides"


async def test_what_is_void_is_looked_at_no_more(world: World) -> None:
    await take_down(world)
    await revisit(world, at(25, 10, 30), at(25, 11, 30))
    assert await suspicions(world) == [WITHDRAWN]
    await world.key("drop", (await world.policies())[0].url)
    await revisit(world, at(26, 11, 30))
    assert (await suspicions(world), await is_revisited(world)) == ([], False)
