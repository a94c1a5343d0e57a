"""List pages: what is found by itself, what hints override, and where a list goes on."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.reading.listing import ListHints, Listing, as_json, read_listing
from tests.made_lists import FRAMES, PAGE, STRUCTURES, ZONE, MadeRow, made_rows

LI = STRUCTURES["li, date after"]


def page_of(rows: list[MadeRow], structure: str = "li, date after", frame: str = "full") -> str:
    return FRAMES[frame].replace("{list}", STRUCTURES[structure](rows))


def wanted(rows: list[MadeRow], structure: str) -> set[tuple[str, str, object]]:
    return {(row.title, row.url, None if structure == "li, undated" else row.day) for row in rows}


def seen(listing: Listing) -> set[tuple[str, str, object]]:
    return {(row.title, row.url, row.date) for row in listing.rows}


def f1(rows: list[MadeRow], listing: Listing, structure: str) -> float:
    want, got = wanted(rows, structure), seen(listing)
    return 2 * len(want & got) / (len(want) + len(got))


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("structure", STRUCTURES)
def test_a_list_is_found_without_configuration(structure: str, frame: str) -> None:
    rows = made_rows(15)
    listing = read_listing(page_of(rows, structure, frame), PAGE)
    assert f1(rows, listing, structure) == 1
    assert [row.url for row in listing.rows] == [row.url for row in rows]


@pytest.mark.parametrize("structure", STRUCTURES)
def test_a_new_column_with_few_rows_is_found(structure: str) -> None:
    rows = made_rows(3)
    assert f1(rows, read_listing(page_of(rows, structure), PAGE), structure) == 1


@pytest.mark.parametrize("structure", STRUCTURES)
def test_the_remembered_structure_reads_the_same_and_follows_new_rows(structure: str) -> None:
    rows = made_rows(12)
    first = read_listing(page_of(rows, structure), PAGE)
    assert first.structure is not None
    newer = [
        MadeRow(
            "示例县数据局关于公共数据开放的通知", "/zwgk/zcwj/202611/t20261124_1.html", date(2026, 11, 24)
        ),
        *rows,
    ]
    again = read_listing(page_of(newer, structure), PAGE, structure=first.structure)
    assert seen(again) == wanted(newer, structure)
    assert again.structure == first.structure


def test_a_change_of_structure_is_noticed_and_survived() -> None:
    rows = made_rows(10)
    before = read_listing(page_of(rows), PAGE)
    after = read_listing(page_of(rows, "table, two cells"), PAGE, structure=before.structure)
    assert seen(after) == wanted(rows, "table, two cells")
    assert after.structure != before.structure


@pytest.mark.parametrize(
    "structure", ["", "#nowhere > li", "body", "li:::", "script:record", "script:nothing"]
)
def test_a_structure_that_leads_nowhere_is_passed_over(structure: str) -> None:
    rows = made_rows(10)
    assert seen(read_listing(page_of(rows), PAGE, structure=structure)) == wanted(rows, "li, date after")


@pytest.mark.parametrize(
    ("structure", "method"),
    [
        ("li, date after", "found"),
        ("data island", "script"),
        ("rows in a comment", "script"),
        ("array in a script", "script"),
    ],
)
def test_the_method_says_how_rows_were_come_by(structure: str, method: str) -> None:
    assert read_listing(page_of(made_rows(9), structure), PAGE).method == method


def test_times_are_read_where_lists_give_them() -> None:
    rows = made_rows(8, clock=True)
    items = "".join(
        f"<li><a href='{row.href}'>{row.title}</a><span>{row.at:%Y-%m-%d %H:%M}</span></li>" for row in rows
    )
    listing = read_listing(f"<ul>{items}</ul>", PAGE)
    assert [row.date for row in listing.rows] == [row.at for row in rows]
    assert all(isinstance(row.date, datetime) and row.date.tzinfo is not None for row in listing.rows)


def test_a_day_without_a_year_needs_an_address_or_today() -> None:
    items = "".join(
        f"<li><a href='/art_{n}.html'>关于印发第{n}号办法的通知</a><i>{m:02}-28</i></li>"
        for n, m in enumerate((2, 1, 12))
    )
    page = f"<ul>{items}</ul>"
    assert [row.date for row in read_listing(page, PAGE).rows] == [None, None, None]
    days = [row.date for row in read_listing(page, PAGE, today=date(2026, 3, 1)).rows]
    assert days == [date(2026, 2, 28), date(2026, 1, 28), date(2025, 12, 28)]


class TestWhatIsNoList:
    """Navigation, hot lists, breadcrumbs, page numbers and banners are not taken for one."""

    @pytest.mark.parametrize("frame", FRAMES)
    def test_a_page_without_a_list(self, frame: str) -> None:
        text = "<p>本县各乡镇要认真贯彻落实，现将有关事项通知如下，请遵照执行。</p>" * 20
        rows = read_listing(FRAMES[frame].replace("{list}", text), PAGE).rows
        assert not [row for row in rows if "/hot/" not in row.url]

    def test_a_menu_of_long_names(self) -> None:
        names = "".join(f"<li><a href='/d{n}/'>示例县第{n}行政机关</a></li>" for n in range(40))
        rows = made_rows(5)
        page = f"<div class='menu'><ul>{names}</ul></div><div>{LI(rows)}</div>"
        assert seen(read_listing(page, PAGE)) == wanted(rows, "li, date after")

    def test_tables_of_one_class_all_down_the_page(self) -> None:
        rows = made_rows(12)
        menu = "".join(
            f"<td><a href='/c{n}/'>{name}</a></td>" for n, name in enumerate(("首页", "上级文件", "要闻"))
        )
        path = "<td>您现在的位置：<a href='/'>首页</a> &gt; <a href='/c/'>上级文件</a></td>"
        listed = STRUCTURES["table, two cells"](rows).replace("<table>", "<table class='main'>")
        around = "".join(f"<table class='main'><tr>{cells}</tr></table>" for cells in (menu, path))
        foot = "<table class='main'><tr><td>每页20条</td></tr></table>"
        assert seen(read_listing(f"<body>{around}{listed}{foot}", PAGE)) == wanted(rows, "li")

    def test_links_that_lead_to_no_page(self) -> None:
        rows = made_rows(6)
        dead = "".join(
            f"<li><a href='{href}'>关于这一条没有去处的说明</a><span>2026-11-01</span></li>"
            for href in (
                "javascript:void(0)",
                "mailto:a@example.gov.cn",
                "#",
                "#top",
                "",
                "tel:110",
                "data:text/html,x",
            )
        )
        assert seen(read_listing(f"<ul>{dead}{LI(rows)[4:]}", PAGE)) == wanted(rows, "li, date after")

    def test_templates_that_were_never_filled_in(self) -> None:
        row = "<li ng-repeat='x in r'><a href='/{{x.id}}.html'>{{x.title|trim}}</a><i>{{x.date}}</i></li>"
        assert read_listing(f"<ul>{row * 8}</ul>", PAGE).rows == ()

    def test_an_article_with_a_dated_attachment(self) -> None:
        text = "<p>现将《办法》印发给你们，请认真贯彻执行，并及时报告有关情况。</p>" * 30
        file = "<a href='/a.pdf'>附件：办法的全文.pdf</a>"
        page = f"<div><h1>关于印发办法的通知</h1><p>2026-11-01</p>{text}{file}</div>"
        assert read_listing(page, PAGE).rows == ()


class TestPinned:
    """Rows kept on top are told from the newest ones."""

    def test_older_rows_before_the_newest(self) -> None:
        rows = made_rows(12)
        old = [
            replace(row, href=f"/old/{n}.html", day=date(2024, 3, n + 1))
            for n, row in enumerate(made_rows(3))
        ]
        listing = read_listing(page_of([*old, *rows]), PAGE)
        assert [row.pinned for row in listing.rows] == [True] * 3 + [False] * 12

    def test_rows_that_say_so(self) -> None:
        rows = made_rows(6)
        top = (
            "<li><em>置顶</em><a href='/t/1.html'>关于开展政务公开工作的通知</a><span>2026-11-21</span></li>"
            "<li><a href='/t/2.html'>【置顶】示例县政府信息公开指南</a><span>2026-11-21</span></li>"
            "<li class='istop'><a href='/t/3.html'>示例县权责清单目录公布</a><span>2026-11-21</span></li>"
            "<li><a href='/t/4.html'>示例县政府规章汇编目录</a><img alt='置顶'><span>2026-11-21</span></li>"
        )
        listing = read_listing(f"<ul>{top}{LI(rows)[4:]}", PAGE)
        assert [row.pinned for row in listing.rows] == [True] * 4 + [False] * 6
        assert listing.rows[1].title == "示例县政府信息公开指南"

    @pytest.mark.parametrize(
        "days",
        [
            (1, 2, 3, 4, 5, 6, 7, 8),  # the oldest first: nothing is on top of anything
            (8, 8, 8, 8, 8, 8, 8, 8),  # one day
            (3, 7, 1, 8, 2, 6, 4, 5),  # in no order
        ],
    )
    def test_nothing_is_said_of_lists_in_another_order(self, days: tuple[int, ...]) -> None:
        rows = [replace(row, day=date(2026, 11, day)) for row, day in zip(made_rows(8), days, strict=True)]
        assert not any(row.pinned for row in read_listing(page_of(rows), PAGE).rows)


class TestHints:
    """CSS in targets.toml overrides what would be found."""

    FIRST = "".join(
        f"<li><a href='/a/{n}.html'>第一个清单里的文件{n}</a><b>2026-11-0{n}</b></li>" for n in range(1, 9)
    )
    SECOND = "".join(
        f"<div class='row'><a class='c' href='/c/'>这是一个很长很长很长的栏目名称</a>"
        f"<a class='t' href='/b/{n}.html'>文件{n}</a><s>2026-10-0{n}</s><u>2026-09-0{n}</u></div>"
        for n in range(1, 4)
    )
    PAGE_TEXT = f"<div class='a'><ul>{FIRST}</ul></div><div class='b'>{SECOND}</div>"

    def test_items_alone(self) -> None:
        listing = read_listing(self.PAGE_TEXT, PAGE, ListHints(items=".a li"))
        assert listing.method == "css"
        assert len(listing.rows) == 8

    def test_title_link_and_date(self) -> None:
        hints = ListHints(items=".b .row", title="a.t", link="a.t", date="u")
        rows = read_listing(self.PAGE_TEXT, PAGE, hints).rows
        assert [(row.title, row.url[-9:], row.date) for row in rows] == [
            (f"文件{n}", f"/b/{n}.html", date(2026, 9, n)) for n in range(1, 4)
        ]

    def test_the_item_may_be_the_link(self) -> None:
        rows = read_listing(self.PAGE_TEXT, PAGE, ListHints(items=".a li a")).rows
        assert [row.date for row in rows] == [date(2026, 11, n) for n in range(1, 9)]

    @pytest.mark.parametrize("items", [".redesigned li", "li[", "::", "ul >"])
    def test_what_matches_nothing_gives_no_rows_instead_of_others(self, items: str) -> None:
        listing = read_listing(self.PAGE_TEXT, PAGE, ListHints(items=items))
        assert (listing.method, listing.rows) == ("css", ())


class TestNextPage:
    """Where a list goes on, by what content systems write."""

    @pytest.mark.parametrize(
        ("pager", "following"),
        [
            ("<a href='index_1.html'>下一页</a>", "index_1.html"),
            ("<a href='?page=2'>[下一页]</a>", "index.html?page=2"),
            ("<a href='list_2.shtml'>下页&gt;&gt;</a>", "list_2.shtml"),
            ("<a href='p2.html' title='下一页'><img src='r.png'></a>", "p2.html"),
            ("<a class='next' href='index_1.html'>&gt;</a>", "index_1.html"),
            ("<link rel='next' href='index_1.html'>", "index_1.html"),
            ("<script>createPageHTML(25, 0, \"index\", \"html\");</script>", "index_1.html"),
            ("<script>createPageHTML(25,3,'index','html');</script>", "index_4.html"),
            ("<script>createPageHTML('page_div',10, 1,'list','shtml',200);</script>", "list_2.shtml"),
            ("<script>function createPageHTML(_n, _at){};createPageHTML(3,1,'l','htm')</script>", "l_2.htm"),
            ("<script>var countPage = 12//共多少页\nvar currentPage = 0;</script>", "index_1.html"),
            ("<span class='on'>1</span><a href='i_1.html'>2</a><a href='i_2.html'>3</a>", "i_1.html"),
            ("<a href='?p=1'>1</a><b>2</b><a href='?p=3'>3</a><a href='?p=4'>4</a>", "index.html?p=3"),
            ("<p><a href='i_1.html'>2</a><a href='i_2.html'>3</a><a href='i_1.html'>&gt;</a></p>", "i_1.html"),
            ("<p><a href='i_7.html'>8</a> … <a href='i_9.html'>9</a><a href='n.html'>›</a></p>", "n.html"),
            ("<p><b>21</b>日</p><p><b>1</b><a href='i_1.html'>2</a></p>", "i_1.html"),  # a day is no page
        ],
    )  # fmt: skip
    def test_is_found(self, pager: str, following: str) -> None:
        listing = read_listing(f"{LI(made_rows(8))}{pager}", PAGE)
        assert listing.next_url == f"https://www.example.gov.cn/zwgk/zcwj/{following}"

    @pytest.mark.parametrize(
        "pager",
        [
            "<a href='javascript:goPage(2)'>下一页</a>",  # only a script knows
            "<a href='index.html'>下一页</a>",  # the last page links to itself
            "<a href='#'>下一页</a>",
            "<script>createPageHTML(25, 24, 'index', 'html');</script>",  # the last of 25
            "<script>createPageHTML('page_div',10, 10,'list','shtml',200);</script>",
            "<script>createPageHTML(1, 0, 'index', 'html');</script>",
            "<script>var countPage = 1; var currentPage = 0;</script>",
            "<a href='https://www.elsewhere.cn/2.html'>下一页</a>",  # not this site's list
            "".join(f"<a href='/rl/?d={n}'>{n}</a>" for n in ())
            + "<a href='/rili/a'>1</a><a href='/rili/b'>2</a>",  # a calendar
            "<a href='/next.html'>下一篇</a>",
            "<p><a href='/big/2.html'>&gt;</a></p>",  # an arrow that no number stands beside
        ],
    )
    def test_is_none(self, pager: str) -> None:
        assert read_listing(f"{LI(made_rows(8))}{pager}", PAGE).next_url is None

    def test_records_say_where_the_next_group_is(self) -> None:
        listing = read_listing(page_of(made_rows(9), "data island", "bare"), PAGE)
        assert (
            listing.next_url == "https://www.example.gov.cn/module/web/jpage/dataproxy.jsp?page=1&columnid=7"
        )


def test_a_data_proxys_answer_is_read_as_the_page_that_holds_its_like() -> None:
    rows = made_rows(5)
    records = "".join(
        f"<record><![CDATA[<li><a href='{r.href}'>{r.title}</a><b>{r.day}</b></li>]]></record>" for r in rows
    )
    answer = (
        f"<?xml version='1.0' encoding='UTF-8'?>\n<datastore><recordset>{records}</recordset></datastore>"
    )
    listing = read_listing(answer, "https://www.example.gov.cn/module/web/jpage/dataproxy.jsp?col=1")
    assert (listing.method, seen(listing)) == ("script", wanted(rows, "data island"))


def test_records_need_no_recordset_around_them() -> None:
    rows = made_rows(5)
    page = page_of(rows, "data island", "bare")
    loose = page.replace("<recordset>", "").replace("</recordset>", "")
    assert seen(read_listing(loose, PAGE)) == wanted(rows, "data island")


def test_a_commented_out_sample_does_not_stand_for_the_list() -> None:
    rows = made_rows(4)
    old = STRUCTURES["li, date after"]([replace(row, href=f"/old{row.href}") for row in made_rows(20)])
    assert seen(read_listing(f"{LI(rows)}<!-- {old} -->", PAGE)) == wanted(rows, "li, date after")


class TestAddresses:
    """Relative links lead where a browser would follow them."""

    @pytest.mark.parametrize(
        ("href", "url"),
        [
            ("./a.html", "https://www.example.gov.cn/zwgk/zcwj/a.html"),
            ("../../a.html", "https://www.example.gov.cn/a.html"),
            ("/a.html#top", "https://www.example.gov.cn/a.html"),
            ("//m.example.gov.cn/a.html", "https://m.example.gov.cn/a.html"),
            (
                "?id=7&regionCode=3&copy=1",
                "https://www.example.gov.cn/zwgk/zcwj/index.html?id=7&regionCode=3&copy=1",
            ),
            ("/app/#/detail?id=7", "https://www.example.gov.cn/app/#/detail?id=7"),
            (" /a b.html\n", "https://www.example.gov.cn/a%20b.html"),
            ("\\a\\b.html", "https://www.example.gov.cn/a/b.html"),
            ("http://www.gov.cn/zhengce/content_1.htm", "http://www.gov.cn/zhengce/content_1.htm"),
        ],
    )
    def test_are_resolved(self, href: str, url: str) -> None:
        page = f'<ul><li><a href="{href}">关于印发办法的通知</a><i>2026-11-01</i></li></ul>'
        assert [row.url for row in read_listing(page, PAGE).rows] == [url]

    def test_base_counts(self) -> None:
        rows = [replace(row, href=f"{n}.html") for n, row in enumerate(made_rows(3))]
        page = f"<head><base href='/other/'></head>{LI(rows)}"
        assert read_listing(page, PAGE).rows[0].url == "https://www.example.gov.cn/other/0.html"


class TestRecords:
    """Lists that come as JSON."""

    GKMLPT = """{"classify": {"id": 1}, "articles": [
        {"id": 9, "title": "关于<em>公开</em>事项的通知", "url": "http://www.example.gov.cn/post_9.html",
         "display_publish_time": 1795507200, "created_at": "2020-01-01 00:00:00"},
        {"id": 8, "title": "", "url": "/x"},
        {"id": 7, "title": "第二件", "url": "/post_7.html", "display_publish_time": 1795420800}]}"""

    def test_the_array_is_sought_out(self) -> None:
        listing = read_listing(self.GKMLPT, PAGE, ListHints(format="json"))
        assert listing.method == "json"
        assert [row.title for row in listing.rows] == ["关于公开事项的通知", "第二件"]
        assert listing.rows[0].date == datetime(2026, 11, 24, 16, 0, tzinfo=ZONE)
        assert listing.rows[1].url == "https://www.example.gov.cn/post_7.html"

    def test_hints_are_dotted_paths(self) -> None:
        row = '{"n":{"t":"真的"},"u":"/r","d":"2026.11.03"}'
        text = f'{{"a":[{{"title":"别的","url":"/o"}}],"data":{{"rows":[{row}]}}}}'
        hints = ListHints(format="json", items="data.rows", title="n.t", link="u", date="d")
        assert [(row.title, row.date) for row in read_listing(text, PAGE, hints).rows] == [
            ("真的", date(2026, 11, 3))
        ]

    @pytest.mark.parametrize(
        "text",
        [
            'callback([{"TITLE":"甲","URL":"/1"},{"TITLE":"乙","URL":"/2"}]);',
            '[{"TITLE":"甲","URL":"/1"},{"TITLE":"乙","URL":"/2"}]',
        ],
    )
    def test_jsonp_is_json(self, text: str) -> None:
        assert [row.title for row in read_listing(text, PAGE, ListHints(format="json")).rows] == ["甲", "乙"]

    @pytest.mark.parametrize(
        "text", ["", "{", "[1,2]", '{"a":{"b":[]}}', "null", "[" * 100_000, '{"a":' * 50_000]
    )
    def test_what_holds_no_list_gives_none(self, text: str) -> None:
        assert read_listing(text, PAGE, ListHints(format="json")).rows == ()


def test_as_json_is_what_the_contract_promises() -> None:
    listing = read_listing(page_of(made_rows(3)), PAGE)
    shown = as_json(listing, "utf-8")
    assert list(shown) == ["url", "encoding", "rendered", "method", "items"]
    assert shown["items"][0] == {
        "title": listing.rows[0].title,
        "url": listing.rows[0].url,
        "date": "2026-11-20",
    }


PIECES = """<ul> </ul> <li> <a\thref='/1.html'> <a\thref=/2> </a> 关于印发办法的通知 2026-11-01 <table> <tr>
<td> </td> <!-- --> <script> </script> [{ createPageHTML( <record><![CDATA[ ]]> <base\thref=':'> &#xd800;
<a\ttitle=' <svg> <template> {{ 年 下一页 <recordset> <nextgroup> <rss> <item> <link> <urlset> <url> <loc>"""
MARKUP = st.lists(st.sampled_from([*re.split("[ \n]", PIECES), "\x00", "\ud800"]), max_size=60).map("".join)


@settings(max_examples=150, deadline=None)
@given(page=st.one_of(MARKUP, st.text(), st.binary(max_size=400).map(lambda raw: raw.decode("latin-1"))))
@pytest.mark.parametrize("form", [None, "html", "json", "feed", "sitemap"])
def test_no_page_whatever_breaks_the_reading(form: str | None, page: str) -> None:
    listing = read_listing(page, PAGE, ListHints(format=form), structure="ul > li")
    assert all(row.url.startswith("http") for row in listing.rows)


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(0, 6000), structure=st.sampled_from(sorted(STRUCTURES)))
def test_a_page_cut_off_anywhere_gives_only_rows_it_holds(cut: int, structure: str) -> None:
    rows = made_rows(15)
    page = page_of(rows, structure)[:cut]
    known = {row.url for row in rows}
    found = {
        row.url
        for row in read_listing(page, PAGE).rows
        if "/zcwj/2026" in row.url and row.url.endswith(".html")
    }
    assert found <= known


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 200_000,
        "<div><a href=x>关于印发办法的通知</a>" * 25_000,
        "<ul>"
        + "".join(
            f"<li><a href='/{n}.html'>关于印发办法的通知</a><i>2026-11-01</i></li>" for n in range(14_000)
        ),
        "<div>" + "".join(f"<font a={n}>" for n in range(20)) + "</div>" + "<p>x" * 260_000,
        "<!-- <a href=x>" * 60_000,
        "<recordset>" + "<record><![CDATA[<li><a href=x>关于印发办法</a></li>]]></record>" * 14_000,
        "<script>" + '[{"a":' * 150_000,
    ],
    ids=["depth", "open links", "rows", "open fonts", "open comments", "records", "open arrays"],
)
def test_a_hostile_page_of_a_mebibyte_is_read_to_its_end(page: str) -> None:
    read_listing(page, PAGE)
