"""Home pages: every content link with its full title and date, the columns, and the footer."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.reading.home import Home, read_home
from tests.made_lists import FRAMES, STRUCTURES, made_rows

URL = "https://www.example.gov.cn/"

BOX = """
<div class="box"><div class="hd"><h3>上级文件</h3><a class="more" href="/sjwj/">更多&gt;&gt;</a></div>
<ul><li><h4><a href="/sjwj/1.html" title="国务院关于加强数字政府建设的指导意见">国务院关于加强…</a></h4>
<span>11-20</span></li>
<li><h4><a href="/sjwj/202611/2.html">国务院办公厅关于印发年度工作要点的通知</a></h4><span>11-19</span></li>
</ul></div>"""
SLIDER = """
<div class="swiper"><a href="/xw/3.html" title="全县经济工作会议召开"><img alt="全县经济工作会议召开"></a>
<a href="/xw/4.html"><img src="4.jpg" alt="县长调研防汛抗旱工作"></a></div>"""
NEWS = """
<div class="news"><ul class="tab"><li><a href="/zwyw/">政务要闻</a></li>
<li><a href="/tzgg/">通知公告</a></li></ul>
<div><h2><a href="/xw/3.html">全县经济工作会议召开</a></h2><em>2026-11-21</em></div>
<ul><li><a href="https://mp.weixin.qq.com/s/abc">示例县数据局：推出组团服务助力项目</a><i>2026-11-20</i></li></ul></div>"""
FOOT = """<div class="footer">主办单位：示例县人民政府办公室 网站标识码：3408990001
<a href="https://beian.miit.gov.cn/">皖ICP备12345678号-1</a><a href="/map.html">网站地图</a></div>"""
NAV = """<div class="nav"><a href="/">首页</a><a href="/zwgk/">政务公开</a><a href="/zfwj/">政府文件</a>
<a href="/hd/">互动</a><a href="javascript:void(0)">登录个人中心</a></div>"""
PAGE = f"<html><head><title>示例县人民政府</title></head><body>{NAV}{SLIDER}{NEWS}{BOX}{FOOT}</body></html>"


def titles(home: Home) -> dict[str, date | None]:
    return {row.title: row.date for row in home.rows}


def test_every_content_link_is_there_with_its_full_title() -> None:
    assert titles(read_home(PAGE, URL)) == {
        "全县经济工作会议召开": date(2026, 11, 21),
        "县长调研防汛抗旱工作": None,
        "示例县数据局：推出组团服务助力项目": date(2026, 11, 20),
        "国务院关于加强数字政府建设的指导意见": None,  # a day without a year, and nothing to take it from
        "国务院办公厅关于印发年度工作要点的通知": date(2026, 11, 19),  # its address bears the year
    }


def test_today_dates_what_has_no_year() -> None:
    rows = titles(read_home(PAGE, URL, today=date(2026, 11, 24)))
    assert rows["国务院关于加强数字政府建设的指导意见"] == date(2026, 11, 20)


def test_links_elsewhere_are_rows_too() -> None:
    assert "https://mp.weixin.qq.com/s/abc" in {row.url for row in read_home(PAGE, URL).rows}


def test_columns_are_named_as_the_page_names_them() -> None:
    columns = {row.title: row.url for row in read_home(PAGE, URL).columns}
    assert columns == {
        "政务公开": "https://www.example.gov.cn/zwgk/",
        "政府文件": "https://www.example.gov.cn/zfwj/",
        "政务要闻": "https://www.example.gov.cn/zwyw/",
        "通知公告": "https://www.example.gov.cn/tzgg/",
        "上级文件": "https://www.example.gov.cn/sjwj/",  # only "more" is linked; its heading names it
    }


def test_the_footer_is_read_with_it() -> None:
    footer = read_home(PAGE, URL).footer
    assert (footer.icp, footer.site_id, footer.sponsor) == (
        "皖ICP备12345678号-1",
        "3408990001",
        "示例县人民政府办公室",
    )


SHOWN = sorted(set(STRUCTURES) - {"data island", "rows in a comment", "array in a script"})


@pytest.mark.parametrize("structure", SHOWN)
def test_lists_of_any_structure_are_among_the_rows(structure: str) -> None:
    made = made_rows(10)
    home = read_home(FRAMES["full"].replace("{list}", STRUCTURES[structure](made)), URL)
    assert {(row.url, row.title) for row in made} <= {(row.url, row.title) for row in home.rows}


def test_a_title_cut_in_one_place_is_taken_from_another() -> None:
    page = "<a href='/1.html'>国务院关于加强…</a><p><a href='/1.html'>国务院关于加强数字政府的意见</a></p>"
    assert [row.title for row in read_home(page, URL).rows] == ["国务院关于加强数字政府的意见"]


@settings(max_examples=100, deadline=None)
@given(st.text() | st.integers(0, len(PAGE)).map(lambda cut: PAGE[:cut]))
def test_no_page_breaks_the_reading(text: str) -> None:
    home = read_home(text, URL, today=date(2026, 11, 24))
    assert all(len(row.title) >= 6 and row.url.startswith("http") for row in home.rows)


@pytest.mark.parametrize(
    "page",
    [
        "".join(f"<a href=x{n}>关于印发某办法</a>" for n in range(30_000)),
        "<ul>"
        + "".join(
            f"<li><a href='/{n}.html'>关于印发办法的通知</a><i>2026-11-01</i></li>" for n in range(14_000)
        ),
        "<div>" * 200_000,
    ],
    ids=["links", "rows", "depth"],
)
def test_a_hostile_page_of_a_mebibyte_is_read_to_its_end(page: str) -> None:
    read_home(page, URL)
