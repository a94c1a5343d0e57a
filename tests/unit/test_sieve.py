"""The sieve before recognition: it loses no row that could be the repost, and lets little else through."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from checks.documents import Document
from checks.reposts import could_repost, match
from checks.sieve import Sieve
from checks.titles import doc_numbers, normalise

TITLE = "国务院办公厅关于印发县域便民服务重点任务分工方案的通知"
SOURCE = Document(title=TITLE, doc_number="国办发〔2026〕31号")
BEGINNINGS = {normalise(TITLE)[:end] for end in range(1, len(TITLE) + 1)}
OTHERS = (
    "国务院办公厅关于印发农村公路养护三年行动计划的通知",
    "省政府办公厅关于进一步做好冷链物流发展工作的通知",
    "示例县召开安全生产工作会议",
    "关于公布第四批非物质文化遗产名录的通知",
    "县域经济发展座谈会在我县召开",
)


@pytest.mark.parametrize(
    "row",
    [
        TITLE,
        "县域便民服务重点任务分工方案",
        "国务院办公厅印发《县域便民服务重点任务分工方案》",
        "国务院办公厅关于印发县域便民服…",
        "国务院办公厅关于印发县域便民服务重点任务...",
        "【转载】国务院办公厅关于印发县域便民服务重点任务分工方案的通知（全文）",
        "國務院辦公廳關於印發縣域便民服務重點任務分工方案的通知",
        "国务院办公厅关于印发县域便民服务的重点任务分工方案的通知",
        "县域便民服务重点任务分工方案_中国政府网",
        "国办发〔2026〕31号",
        "示例县民政局关于转发《国务院办公厅关于印发县域便民服务重点任务分工方案的通知》的通知",
        TITLE.encode().decode("gb18030", "replace"),
    ],
)
def test_what_could_be_the_repost_passes(row: str) -> None:
    assert could_repost(SOURCE, row)
    titles = "\n".join(map(normalise, (*OTHERS[:2], row, *OTHERS[2:])))
    assert normalise(row) in Sieve.of(SOURCE).sift(titles)


@pytest.mark.parametrize(
    ("title", "row"),
    [
        ("国务院办公厅转发国家发展改革委关于恢复和扩大消费措施的通知", "关于恢复和扩大消费的措施"),
        ("国务院办公厅转发国家发展改革委等部门关于恢复和扩大消费措施的通知", "恢复和扩大消费的措施"),
        ("国务院关于印发民政部关于社区养老规划的通知", "社区养老规划"),
        ("财政部关于印发《彩票公益金管理办法》的通知", "彩票公益金管理办法"),
        ("国务院关于殡葬管理的规定", "殡葬管理规定"),
    ],
)
def test_a_paper_is_known_by_the_name_of_what_it_carries_however_short(title: str, row: str) -> None:
    source, key = Document(title=title), normalise(row)
    assert could_repost(source, row)
    assert match(source, Document(title=row)).same
    assert key in Sieve.of(source).sift("\n".join(map(normalise, (*OTHERS, row))))


def test_what_shares_nothing_does_not() -> None:
    passed = Sieve.of(SOURCE).sift("\n".join(map(normalise, OTHERS))) - BEGINNINGS
    assert passed <= {normalise(OTHERS[0])}, "an issuer and a kind in common are nothing"


@pytest.mark.parametrize("title", ["", "通知", "公告", None])
def test_a_title_that_tells_nothing_lets_all_through(title: str | None) -> None:
    assert Sieve.of(Document(title=title)).sift("甲\n乙") == {"甲", "乙"}


@given(st.lists(st.text("县域便民服务重点任务\n", max_size=30), max_size=20))
def test_it_ends_and_gives_only_lines_that_are_there_and_beginnings(lines: list[str]) -> None:
    titles = "\n".join(lines)
    assert Sieve.of(SOURCE).sift(titles) <= {*titles.split("\n"), *BEGINNINGS}


WORDS = (
    "农村公路", "养护", "县域", "便民服务", "医疗保障", "基金", "食品安全", "重点任务", "一件事", "营商环境", "监督",
    "三年行动", "老旧小区", "改造", "安全生产", "治本攻坚", "提升", "加强", "推进", "城市",
)  # fmt: skip
ISSUERS = ("国务院办公厅", "国务院", "民政部 财政部", "省人民政府", "")
KINDS = ("的通知", "的意见", "工作方案", "暂行办法", "管理办法的通知", "")
NAMES = (
    st.lists(st.sampled_from(WORDS), min_size=2, max_size=7, unique=True)
    .map("".join)
    .filter(lambda name: len(name) >= 6)
)
SHOWN = 5
SLIPS = st.lists(
    st.tuples(st.integers(0, 40), st.sampled_from(("的", "和", "旧", "")), st.booleans()), max_size=2
)


def slipped(name: str, slips: list[tuple[int, str, bool]]) -> str:
    """The name as a clerk may write it: a sign more, less or another, here and there."""
    for place, sign, is_instead in slips:
        at = place % len(name)
        name = name[:at] + sign + name[at + is_instead :]
    return name


@st.composite
def titles_and_rows(draw: st.DrawFn) -> tuple[str, str]:
    """A policy's title, and what a list makes of it: with slips, or cut."""
    name, issuer, kind = draw(NAMES), draw(st.sampled_from(ISSUERS)), draw(st.sampled_from(KINDS))
    sent_on = draw(st.sampled_from(("", "", "转发教育部关于", "批转发展改革委、财政部等部门关于")))
    wrapper = sent_on or draw(st.sampled_from(("关于印发《", "关于", "关于印发")))
    close = "》" if "《" in wrapper else ""
    title = f"{issuer}{wrapper}{name}{close}{kind}"
    is_cut = draw(st.booleans())
    told = name if is_cut else slipped(name, draw(SLIPS)[: 2 if len(name) >= 15 else 1])
    forms = (
        (f"{issuer}{wrapper}", f"{close}{kind}"),
        (f"{issuer}印发《", "》"),
        (f"省民政厅关于转发《{issuer}关于", f"{kind}》的通知"),
        (f"示例县人民政府转发{issuer}关于", kind),
        ("", kind),
        ("一图读懂", ""),
    )
    head, tail = draw(st.sampled_from(forms))
    row = f"{head}{told}{tail}"
    if is_cut:
        least = 1 if title.startswith(head) and head else len(head) + SHOWN
        row = row[: draw(st.integers(least, len(row)))] + draw(st.sampled_from(("…", "...")))
    before, behind = draw(
        st.sampled_from((("", ""), ("【转载】", ""), ("", "_中国政府网"), ("国办发〔2026〕31号 ", "")))
    )
    return title, f"{before}{row}{behind}"


@given(titles_and_rows())
@example((TITLE, "国办发〔2026〕31号 县里要做的事"))
def test_no_row_that_the_comparison_takes_is_lost(pair: tuple[str, str]) -> None:
    """Of names with so many slips as the sieve promises to bear; a number beside a title is kept by itself."""
    title, row = pair
    source = Document(title=title, doc_number="国办发〔2026〕31号")
    sieve = Sieve.of(source)
    passed = normalise(row) in sieve.sift("\n".join(map(normalise, (*OTHERS, row))))
    if could_repost(source, row) or match(source, Document(title=row)).same:
        assert passed or {*doc_numbers(row)} & {*sieve.numbers}


@pytest.mark.parametrize("title", ["令", "公告", "《办法》通知"])
def test_a_title_too_short_to_tell_lets_every_row_pass(title: str) -> None:
    rows = [*OTHERS, title]
    keys = {normalise(row) for row in rows}
    assert Sieve.of(Document(title=title)).sift("\n".join(sorted(keys))) == keys
