"""A higher office's own list: read from any usual file, matched with what was seen, and made key."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from monitor.rounds import keylist
from monitor.rounds.decisions import Officer
from monitor.rounds.keylist import Line, Outcome
from monitor.starting.keylist import read_list
from monitor.starting.spreadsheet import SpreadsheetError
from tests.integration.county import OLD_PAPERS, POLICY, Paper, World, at

TITLE, NUMBER, URL = "国务院关于某项工作的指导意见", "国发〔2026〕4号", "https://gov.example/a/1.html"


@pytest.mark.parametrize(
    ("name", "text", "lines", "why"),
    [
        ("a.txt", f"{TITLE}\n", [Line(1, TITLE)], "a title"),
        (
            "a.txt",
            f"# 清单\n\n{NUMBER}\n{URL}\n",
            [Line(3, None, NUMBER), Line(4, None, None, URL)],
            "each alone",
        ),
        (
            "a.txt",
            f"{TITLE}（国发[2026]4号）\n",
            [Line(1, f"{TITLE}（国发[2026]4号）", NUMBER)],
            "in brackets",
        ),
        ("a.txt", f"{TITLE}\t{URL}\n", [Line(1, TITLE, None, URL)], "columns by tabs"),
        ("a.txt", f"《{TITLE}》 {URL}\n", [Line(1, f"《{TITLE}》", None, URL)], "on one line"),
        (
            "a.csv",
            f"序号,文件标题,文号,网址\n1,{TITLE},{NUMBER},{URL}\n",
            [Line(2, TITLE, NUMBER, URL)],
            "a header",
        ),
        ("a.csv", f"{NUMBER};{TITLE}\n", [Line(1, TITLE, NUMBER)], "no header, another order, another sign"),
        ("a.csv", f"国务院办公厅秘书局,{TITLE}\n", [Line(1, TITLE)], "the issuer is no title"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_list_is_read_by_what_stands_in_it(
    tmp_path: Path, name: str, text: str, lines: list[Line], why: str, encoding: str
) -> None:
    (tmp_path / name).write_text(text, encoding=encoding)
    assert list(read_list(tmp_path / name)) == lines, why


def test_a_spreadsheet_is_read_likewise(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["标题", "文号", "链接"])
    book.active.append([TITLE, NUMBER, URL])
    book.save(tmp_path / "a.xlsx")
    assert read_list(tmp_path / "a.xlsx") == (Line(2, TITLE, NUMBER, URL),)


@pytest.mark.parametrize(
    ("name", "raw", "message"),
    [
        ("a.txt", b"\n\n", "names nothing"),
        ("a.csv", "标题,文号\n".encode(), "names nothing"),
        ("a.txt", b"\xff\xff\xff", "neither UTF-8 nor GB 18030"),
        ("a.xlsx", b"no spreadsheet", "cannot read"),
        ("none.txt", None, "cannot read"),
    ],
)
def test_what_is_no_list_is_said_in_a_sentence(
    tmp_path: Path, name: str, raw: bytes | None, message: str
) -> None:
    if raw is not None:
        (tmp_path / name).write_bytes(raw)
    with pytest.raises(SpreadsheetError, match=message):
        read_list(tmp_path / name)


async def take(world: World, *lines: Line) -> list[Outcome]:
    ctx, officer = world.context, Officer("王某", "省办清单第3期")
    found = await world.store.read(lambda s: keylist.match_lines(s, ctx, lines, world.clock()))
    articles = await keylist.read_items(ctx, found)
    taken = await world.write(lambda s: keylist.take(s, ctx, lines, articles, officer, world.clock()))
    return [matched.outcome for matched in taken]


async def test_a_list_makes_key_what_a_column_was_seen_to_carry(world: World) -> None:
    """By address, by number, by title; what it names twice is key once."""
    await world.amend('url = "$gov/zcwj/"', 'url = "$gov/zcwj/"\nkey = "auto"')
    others = [
        Paper(f"国务院关于{what}的指导意见", at(24, 9, 59), f"国令〔2026〕{n}号")
        for n, what in ((7, "甲类"), (8, "乙类"))
    ]
    address = await world.publish(others[0])
    for paper in others[1:], [POLICY]:
        world.gov.put("/zcwj/", paper[0])
    world.pass_by(minutes=2)
    await world.poll()
    outcomes = await take(
        world,
        Line(1, url=f"{address}?from=list"),
        Line(2, doc_number="国令[2026]8号"),
        Line(3, title=others[1].title),
        Line(4, title=POLICY.title),
        Line(5, title="国务院关于谁也没见过的文件的意见"),
        Line(6, title=POLICY.title, doc_number="国办发〔2025〕1号"),
    )
    assert outcomes == [
        Outcome.KEY,
        Outcome.KEY,
        Outcome.KEY,
        Outcome.WAS_KEY,
        Outcome.NOT_HELD,
        Outcome.NOT_HELD,
    ]
    assert len(await world.obligations()) == 3
    assert {policy.doc_number for policy in await world.policies()} == {
        "国令〔2026〕7号",
        "国令〔2026〕8号",
        POLICY.number,
    }
    assert await take(world, Line(1, url=address)) == [Outcome.WAS_KEY]


async def test_a_list_starts_no_clock_on_old_papers_nor_past_the_limit(world: World) -> None:
    await world.amend('url = "$gov/zcwj/"', 'url = "$gov/zcwj/"\nkey = "none"')
    await world.publish()
    old = Paper("国务院关于陈年旧事的意见", at(10, 9))
    world.gov.put("/zcwj/", old)
    world.pass_by(minutes=2)
    await world.poll()
    undated = Paper("国务院关于列表不写日期的旧文的意见", at(10, 9))
    world.gov.put("/zcwj/", undated, day="")
    world.pass_by(minutes=2)
    await world.poll()
    held = Line(1, title=f"gov{OLD_PAPERS[0]}")
    lines = (held, Line(2, title=old.title), Line(3, title=undated.title))
    assert await take(world, *lines) == [Outcome.OLD] * 3
    world.clock.now = at(26, 1)
    assert await take(world, Line(1, title=POLICY.title)) == [Outcome.TOO_LATE]
    assert await world.obligations() == []
