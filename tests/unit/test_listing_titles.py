"""Titles of list rows: whole where the page has them whole, and without the marks and dates beside them."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.reading.home import read_home
from monitor.reading.listing import read_listing
from monitor.reading.rows import Row
from tests.made_lists import PAGE

TITLE = "示例县人民政府办公室转发《省人民政府办公厅关于做好防汛抗旱工作的意见》的通知"
CUT = TITLE[:18]
DAY = date(2026, 11, 20)

WHOLE_ELSEWHERE = {
    "two ellipses, as Chinese is dotted": f"<a href='{{0}}' title='{TITLE}'>{CUT}……</a>",
    "dots in the middle of the line": f"<a href='{{0}}' title='{TITLE}'>{CUT}⋯⋯</a>",
    "cut without a sign": f"<a href='{{0}}' title='{TITLE}'>{CUT}</a>",
    "a title of a span in the link": f"<a href='{{0}}'><span title='{TITLE}'>{CUT}…</span></a>",
    "a title of the second span": f"<a href='{{0}}'><i title='图'></i><b title='{TITLE}'>{CUT}</b></a>",
    "a title of the cell": f"<div title='{TITLE}'><a href='{{0}}'>{CUT}...</a></div>",
    "marked as on top, and cut": f"<a href='{{0}}' title='{TITLE}'><font>置顶</font>{CUT}……</a>",
    "and marked without an element": f"<a href='{{0}}' title='{TITLE}'>置顶{CUT}……</a>",
}
BESIDE_IT = {
    "a day in an element of its own": f"<a href='{{0}}'>{TITLE}<span>11-20</span></a>",
    "a day in brackets": f"<a href='{{0}}'>{TITLE}<span>[11-20]</span></a>",
    "a day before it": f"<a href='{{0}}'><i>11/20</i>{TITLE}</a>",
    "a Chinese day": f"<a href='{{0}}'>{TITLE}<i>11月20日</i></a>",
    "a day above its month": f"<a href='{{0}}'>{TITLE}<p class='day'><b>20</b><i>2026-11</i></p></a>",
    "a day above its month, in spans": f"<a href='{{0}}'><span><b>20</b><i>2026.11</i></span>{TITLE}</a>",
    "a mark of news": f"<a href='{{0}}'>{TITLE}<i class='new'>NEW</i><span>2026.11.20</span></a>",
}
NO_PART_OF_ANOTHER = {
    "a cell named otherwise": f"<div title='点击查看'><a href='{{0}}'>{TITLE}</a></div>",
    "a cell of another title": f"<div title='{TITLE}的解读'><a href='{{0}}'>{TITLE[5:]}</a></div>",
}


def _list(cell: str, count: int = 6) -> str:
    rows = (
        f"<li>{cell.format(f'./202611/t20261120_{number}.html')}<em>2026-11-20</em></li>"
        for number in range(count)
    )
    return f"<ul>{''.join(rows)}</ul>"


@pytest.mark.parametrize("cell", [*WHOLE_ELSEWHERE.values(), *BESIDE_IT.values()])
def test_a_title_is_read_whole_and_alone(cell: str) -> None:
    rows = read_listing(_list(cell), PAGE).rows
    assert {(row.title, row.date) for row in rows} == {(TITLE, DAY)}
    assert len(rows) == 6


@pytest.mark.parametrize("cell", WHOLE_ELSEWHERE.values())
def test_home_pages_have_the_same_titles(cell: str) -> None:
    assert {row.title for row in read_home(_list(cell), PAGE).rows} == {TITLE}


@pytest.mark.parametrize("cell", BESIDE_IT.values())
def test_a_day_within_the_link_is_read(cell: str) -> None:
    page = _list(cell).replace("<em>2026-11-20</em>", "")
    rows = read_listing(page, PAGE, today=date(2026, 12, 1)).rows
    assert {(row.title, row.date) for row in rows} == {(TITLE, DAY)}


@pytest.mark.parametrize("cell", NO_PART_OF_ANOTHER.values())
def test_what_an_element_around_names_otherwise_is_not_the_title(cell: str) -> None:
    titles = {row.title for row in read_listing(_list(cell), PAGE).rows}
    assert titles <= {TITLE, TITLE[5:]}


@pytest.mark.parametrize(
    ("link", "title"),
    [
        ("关于<b>2026</b>年<b>5-6</b>月份物价的公报", "关于2026年5-6月份物价的公报"),  # words of it
        ("2026年5月份统计月报<i>[11-20]</i>", "2026年5月份统计月报"),
        ("示例县统计公报<em>（<b>5</b>）</em>", "示例县统计公报（5）"),
        ("<i><b>5-6</b></i>月份物价公报", "5-6月份物价公报"),
        ("<b>12345</b>热线办理情况的通报", "12345热线办理情况的通报"),
        ("关于表彰最美政务<b>新</b>人的决定", "关于表彰最美政务新人的决定"),
        ("<b>关于</b>表彰最美政务新人的决定", "关于表彰最美政务新人的决定"),
    ],
)
def test_words_that_look_like_a_day_or_a_mark_stay(link: str, title: str) -> None:
    rows = read_listing(_list(f"<a href='{{0}}'>{link}</a>"), PAGE).rows
    assert {row.title for row in rows} == {title}


@pytest.mark.parametrize(
    "mark", ["<font color='red'>置顶</font>", "<i>[置顶]</i>", "<span>顶</span>", "[置顶]", "置顶"]
)
def test_a_mark_within_the_link_says_that_the_row_is_on_top(mark: str) -> None:
    top = f"<li><a href='/a/t20240102_9.html'>{mark}示例县政府信息公开指南</a><em>2024-01-02</em></li>"
    page = _list(f"<a href='{{0}}'>{TITLE}</a>").replace("<ul>", f"<ul>{top}")
    first, *others = read_listing(page, PAGE).rows
    address = "https://www.example.gov.cn/a/t20240102_9.html"
    assert first == Row("示例县政府信息公开指南", address, date(2024, 1, 2), pinned=True)
    assert not any(row.pinned for row in others)
