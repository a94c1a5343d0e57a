"""Which of a page's lists is its own: told by its place, its heading, its pager and its size."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from monitor.reading.listing import Listing, read_listing
from tests.made_lists import FRAMES, PAGE, STRUCTURES, MadeRow, Structure, made_rows

UNDATED, DATED = STRUCTURES["li, undated"], STRUCTURES["li, date after"]
PATH = "<div>您现在的位置：<a href='/'>首页</a> &gt; <a href='/zwgk/'>政务公开</a> &gt; {0}</div>"


def news(count: int, *, about: str = "近日") -> list[MadeRow]:
    """Rows that another list of the page holds."""
    return [
        MadeRow(f"{about}第{row.href[-7:-5]}次会议研究部署有关工作", f"/xw{row.href}", row.day)
        for row in made_rows(count)
    ]


def addresses(rows: Sequence[MadeRow]) -> list[str]:
    return [row.url for row in rows]


def read(listing: Listing) -> list[str]:
    return [row.url for row in listing.rows]


MAIN, ASIDE = made_rows(15), news(6)
PAGES = {
    "the page's title names it": "<title>政策文件_示例县人民政府</title><div><h3>政策文件</h3>{main}</div>"
    "<div><h3>工作动态</h3>{aside}</div>",
    "the path ends with its name": PATH.format("政策文件") + "<div><h3>政策文件</h3>{main}</div>"
    "<div><h3>最新信息</h3>{aside}</div>",
    "it stands right below the path": f"<div>{PATH.format('政策文件')}{{main}}</div><div><h3>动态</h3>{{aside}}</div>",
    "the other is a side list by its class": "<div class='left-side'>{aside}</div><div class='right'>{main}</div>",
    "the other stands in a narrow column": "<div style='float:left; width: 24%'>{aside}</div>"
    "<div style='width:74%'>{main}</div>",
    "the other stands in a narrow cell": "<table><tr><td width='220'>{aside}</td><td width=760>{main}</td></tr></table>",
    "the other is called hot": "<div>{main}</div><div><h4>热点排行<a href='/hot/'>更多&gt;&gt;</a></h4>{aside}</div>",
    "and the heading stands before its more": "<div>{main}</div><div><b>热点排行</b><a href='/h/'>更多</a>{aside}</div>",
    "the pager stands under it": "<div>{aside}</div><div>{main}<p><a href='?p=2'>下一页</a><a href='?p=9'>尾页</a></p></div>",
    "it is the longest by far": "<div>{aside}</div><div>{main}</div>",
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_an_undated_list_is_read_beside_a_dated_one(page: str) -> None:
    aside = news(3) if page == PAGES["it is the longest by far"] else ASIDE
    rows = made_rows(40) if page == PAGES["it is the longest by far"] else MAIN
    listing = read_listing(f"<body>{page.format(main=UNDATED(rows), aside=DATED(aside))}", PAGE)
    assert read(listing) == addresses(rows)


@pytest.mark.parametrize("listed", [DATED, UNDATED], ids=["dated", "undated"])
@pytest.mark.parametrize("name", ["专题专栏", "图片新闻", "热点关注", "推荐阅读"])
def test_a_list_named_like_an_aside_is_the_page_of_that_name(name: str, listed: Structure) -> None:
    page = (
        f"{PATH.format(name)}<div><h2>{name}</h2>{listed(MAIN)}</div><div><h3>动态</h3>{DATED(news(4))}</div>"
    )
    assert read(read_listing(page, PAGE)) == addresses(MAIN)


def test_an_undated_list_of_short_titles_is_read_where_it_stands_alone() -> None:
    rows = [
        MadeRow(f"2026年{at}月价格监测", f"/jg/202611/content_{at}.htm", row.day)
        for at, row in enumerate(made_rows(12), 1)
    ]
    assert read(read_listing(FRAMES["full"].replace("{list}", UNDATED(rows)), PAGE)) == addresses(rows)


def test_the_name_may_stand_above_a_general_heading() -> None:
    rows = [
        MadeRow(f"人事任免通知{at}", f"/rs/content_{at}.htm", row.day) for at, row in enumerate(made_rows(6))
    ]
    listed = f"<h2>人事信息</h2><div><h3>信息列表</h3>{UNDATED(rows)}</div>"
    page = f"{PATH.format('人事信息')}<div class='left_side'>{DATED(news(4))}</div><div>{listed}</div>"
    assert read(read_listing(page, PAGE)) == addresses(rows)


def test_a_box_that_holds_a_list_is_no_row_of_another() -> None:
    boxes = "".join(f"<div class='box'><ul>{DATED(news(count))}</ul></div>" for count in (3, 4, 5))
    page = f"<div>{boxes}<div class='main'>{UNDATED(made_rows(8))}</div></div>"
    assert set(read(read_listing(page, PAGE))) in (set(addresses(made_rows(8))), set(addresses(news(5))))


def test_rows_with_a_category_and_a_reading_stay_rows() -> None:
    rows = made_rows(8)
    items = "".join(
        f"<li><a class='lm' href='/lm/{at}/'>[应急管理]</a><a href='{row.href}'>{row.title}</a>"
        f"<p>为进一步做好有关工作。<a href='{row.href}'>[详细]</a></p><a href='/jd/{at}.html'>一图读懂</a></li>"
        for at, row in enumerate(rows)
    )
    assert [row.title for row in read_listing(f"<ul>{items}</ul>", PAGE).rows] == [row.title for row in rows]


def test_lists_under_headings_of_their_own_are_not_one() -> None:
    boxes = "".join(
        f"<div><h3>{name}</h3>{DATED(rows)}</div>" for name, rows in (("政策文件", MAIN), ("动态", ASIDE))
    )
    assert read(read_listing(f"<body>{boxes}", PAGE)) == addresses(MAIN)


@pytest.mark.parametrize("heading", ["2026年{0}月", "2026-{0}", ""])
def test_a_list_in_boxes_by_month_is_one(heading: str) -> None:
    rows = made_rows(12)
    boxes = "".join(
        f"<div class='month'><h3>{heading.format(11 - at // 4)}</h3>{DATED(rows[at : at + 4])}</div>"
        for at in range(0, 12, 4)
    )
    assert read(read_listing(f"<div>{boxes}</div>", PAGE)) == addresses(rows)


def test_rows_that_are_tables_of_their_own_are_one_list() -> None:
    rows = [MadeRow(f"人事任免通知{at}", f"/a/t20261120_{at}.html", row.day) for at, row in enumerate(MAIN)]
    tables = "".join(
        f"<table class='row'><tr><td>[{at}]</td><td><a href='{row.href}'>{row.title}</a></td></tr></table>"
        for at, row in enumerate(rows)
    )
    page = FRAMES["full"].replace("政策文件", "专题专栏").replace("{list}", tables)
    assert read(read_listing(page, PAGE)) == addresses(rows)


def test_one_dated_row_is_not_taken_for_the_list_it_stands_in() -> None:
    first, *others = made_rows(9)
    page = f"<h3>专题专栏</h3>{DATED([first])}{UNDATED(others)}".replace("</ul><ul>", "")
    assert read(read_listing(page, PAGE)) == addresses([first, *others])


def test_lists_in_columns_of_two_widths_are_not_one() -> None:
    side, wide = "<div style='width:24%'>", "<div style='width:74%'>"
    page = f"<body>{side}{DATED(ASIDE)}</div>{wide}{DATED(MAIN)}</div>"
    assert read(read_listing(page, PAGE)) == addresses(MAIN)


def test_the_head_of_a_table_is_not_the_heading_of_its_list() -> None:
    table = "<table><tr><th>序号</th><th>标题</th></tr>" + "".join(
        f"<tr><td>{at}</td><td><a href='{row.href}'>{row.title}</a></td></tr>" for at, row in enumerate(MAIN)
    )
    page = f"{PATH.format('图片新闻')}{table}</table><div><h3>最新公开</h3>{DATED(news(3))}</div>"
    assert read(read_listing(page, PAGE)) == addresses(MAIN)
