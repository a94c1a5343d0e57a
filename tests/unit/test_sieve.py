"""The sieve before recognition: it loses no row that could be the repost, and lets little else through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.documents import Document
from checks.reposts import could_repost
from checks.sieve import Sieve
from checks.titles import normalise

TITLE = "国务院办公厅关于印发县域便民服务重点任务分工方案的通知"
SOURCE = Document(title=TITLE, doc_number="国办发〔2026〕31号")
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
    ],
)
def test_what_could_be_the_repost_passes(row: str) -> None:
    assert could_repost(SOURCE, row)
    titles = "\n".join(map(normalise, (*OTHERS[:2], row, *OTHERS[2:])))
    assert normalise(row) in Sieve.of(SOURCE).sift(titles)


def test_what_shares_nothing_does_not() -> None:
    passed = Sieve.of(SOURCE).sift("\n".join(map(normalise, OTHERS)))
    assert passed <= {normalise(OTHERS[0])}, "an issuer and a kind in common are nothing"


@pytest.mark.parametrize("title", ["", "通知", "公告", None])
def test_a_title_that_tells_nothing_lets_all_through(title: str | None) -> None:
    assert Sieve.of(Document(title=title)).sift("甲\n乙") == {"甲", "乙"}


@given(st.lists(st.text("县域便民服务重点任务\n", max_size=30), max_size=20))
def test_it_ends_and_gives_only_lines_that_are_there(lines: list[str]) -> None:
    titles = "\n".join(lines)
    assert Sieve.of(SOURCE).sift(titles) <= set(titles.split("\n"))


@pytest.mark.parametrize("title", ["令", "公告", "《办法》通知"])
def test_a_title_too_short_to_tell_lets_every_row_pass(title: str) -> None:
    rows = [*OTHERS, title]
    keys = {normalise(row) for row in rows}
    assert Sieve.of(Document(title=title)).sift("\n".join(sorted(keys))) == keys
