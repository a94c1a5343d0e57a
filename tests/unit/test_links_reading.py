"""What counts as a link of a page: corner cases of the HTML standard, as a table."""

from __future__ import annotations

import pytest

from monitor.net.decode import decode
from monitor.reading.links import LONGEST_TEXT, MOST_LINKS, Use, read_links, read_locations, read_style
from monitor.reading.taming import is_tame

AT = "http://a.gov.cn/d/p.html"


def found(page: str, url: str = AT) -> list[tuple[str, str]]:
    """Read the links of a page as (use, address); the site itself is left out of what is compared."""
    links = read_links(page, url).links
    return [(link.use.value, link.url.removeprefix("http://a.gov.cn")) for link in links if not link.fault]


CASES = [
    # each element that holds an address
    ('<a href="/x">', [("page", "/x")]),
    ('<map><area href="/x"></map>', [("page", "/x")]),
    ('<img src="/x.png">', [("file", "/x.png")]),
    ('<input type="image" src="/x.png">', [("file", "/x.png")]),
    ('<script src="/x.js"></script>', [("file", "/x.js")]),
    ('<iframe src="/x"></iframe>', [("frame", "/x")]),
    ('<frameset><frame src="/x"></frameset>', [("frame", "/x")]),
    ('<video src="/v.mp4" poster="/p.jpg"><source src="/w.mp4"><track src="/t.vtt"></video>',
     [("file", "/v.mp4"), ("file", "/p.jpg"), ("file", "/w.mp4"), ("file", "/t.vtt")]),
    ('<audio src="/a.mp3"></audio><embed src="/e.swf">', [("file", "/a.mp3"), ("file", "/e.swf")]),
    ('<object data="/o.swf"></object>', [("file", "/o.swf")]),
    ('<form action="/go"></form><button formaction="/other">', [("form", "/go"), ("form", "/other")]),
    ('<body background="/b.gif">', [("file", "/b.gif")]),
    ('<meta http-equiv="Refresh" content="0; URL=/x">', [("page", "/x")]),
    ("<meta http-equiv=refresh content=\"3;url='/x y'\">", [("page", "/x%20y")]),
    ('<meta http-equiv="refresh" content="30">', []),  # the page itself, again
    ('<link rel="stylesheet" href="/s.css">', [("style", "/s.css")]),
    ('<link rel="shortcut icon" href="/f.ico">', [("file", "/f.ico")]),
    ('<link rel="canonical" href="/c">', [("page", "/c")]),
    ('<link rel="dns-prefetch" href="//cdn.com"><link rel="preconnect" href="//cdn.com">', []),  # hints to a browser
    ('<link href="/x">', []),  # a link without a relation is none
    ('<img srcset="/a.png 1x, /b.png 2x,/c.png" src="/d.png">',
     [("file", "/d.png"), ("file", "/a.png"), ("file", "/b.png"), ("file", "/c.png")]),
    ('<img srcset="/a,b.png 100w , /c.png">', [("file", "/a,b.png"), ("file", "/c.png")]),  # a comma within
    ('<source srcset="/a.webp">', [("file", "/a.webp")]),
    ('<svg><a href="/x"></a><image href="/i.png"/></svg>', [("page", "/x"), ("file", "/i.png")]),
    ("<style>b{background:url( '/a.png' )} @import '/b.css';@import url(/c.css)</style>",
     [("file", "/a.png"), ("style", "/b.css"), ("style", "/c.css")]),
    ('<p style="background: URL(&quot;/a b.png&quot;)">', [("file", "/a%20b.png")]),
    ("<style>/* url(/x.png) */ a{b:url(data:image/png;base64,xx)} c{d:url()}</style>", []),
    ("<style>a{b:url(/x\\29.png)}</style>", [("file", "/x).png")]),
    # what is no link
    ('<!-- <a href="/x">old</a> --><script>var a = \'<a href="/x">\';</script>', []),
    ('<template><a href="/x"></a></template><textarea><a href="/x"></textarea>', []),
    ('<a href="javascript:go()"><a href="mailto:a@b"><a href="tel:1"><a href="">', []),
    ("<a name=x>", []),
    ('<a data-href="/x">', []),
    # how attributes are read
    ("<A HREF=/x>", [("page", "/x")]),
    ("<a href='/x?a=1&amp;b=2'>", [("page", "/x?a=1&b=2")]),
    ('<a href="/x?a=1&copy=2">', [("page", "/x?a=1&copy=2")]),  # no entity: a letter or "=" follows
    ('<a href="/x?a=1&copy;=2">', [("page", "/x?a=1%C2%A9=2")]),
    ('<a href="/x" href="/y">', [("page", "/x")]),  # the first counts
    ('<a href="&#47;x">', [("page", "/x")]),
    ('<a href="\n /x \t">', [("page", "/x")]),
    ("<a href=/x/>", [("page", "/x/")]),  # without quotes the slash belongs to it
    ('<a title=">" href="/x">', [("page", "/x")]),
    ('<a href="/x"><b><a href="/y">', [("page", "/x"), ("page", "/y")]),
    ('<a href="/x">1</a><a href="/x">2</a><img src="/x">', [("page", "/x"), ("file", "/x")]),  # once for each use
    # base
    ('<base href="/e/"><a href="x">', [("page", "/e/x")]),
    ('<a href="x"><base href="/e/">', [("page", "/e/x")]),  # wherever it stands
    ('<base target="_blank"><base href="/e/"><base href="/f/"><a href="x">', [("page", "/e/x")]),
    ('<base href="e/"><a href="x">', [("page", "/d/e/x")]),
    ('<base href="http://["><a href="x">', [("page", "/d/x")]),
    ('<base href="javascript:0"><a href="x">', [("page", "/d/x")]),
    ('<base href="http://b.cn"><a href="x">', [("page", "http://b.cn/x")]),
    ('<base href="//b.cn/">\n<a href="#y">', [("page", "http://b.cn/")]),  # a fragment is relative to it too
]  # fmt: skip


@pytest.mark.parametrize(("page", "links"), CASES)
def test_links_of_a_page(page: str, links: list[tuple[str, str]]) -> None:
    assert found(page) == links


@pytest.mark.parametrize(
    ("href", "fault"),
    [
        ("http://", "invalid"),
        ("http://a b/", "invalid"),
        ("file:///C:/Users/x.doc", "file"),
        ("C:\\Users\\x.doc", "c"),
        ("ftp://a.gov.cn/x", "ftp"),
        ("{{item.url}}", "unfilled"),
        ("/x?id=${id}", "unfilled"),
    ],
)
def test_what_is_no_address_of_the_web_is_told(href: str, fault: str) -> None:
    (link,) = read_links(f'<a href="{href}">words</a>', AT).links
    assert (link.fault, link.text) == (fault, "words")


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<a href=/x> 关于 <b>印发</b>\n通知 </a>", "关于 印发 通知"),
        ("<a href=/x><img src=/i alt=图标></a>", "图标"),
        ("<a href=/x title=标题></a>", "标题"),
        ("<a href=/x></a>", "<a>"),
        ("<img src=/x alt=照片>", "照片"),
        ("<script src=/x></script>", "<script>"),
        ("<a href=/x>" + "长" * 500, "长" * LONGEST_TEXT),
    ],
)
def test_what_stands_on_a_link(page: str, text: str) -> None:
    assert read_links(page, AT).links[0].text == text


def test_a_stylesheet_is_relative_to_itself() -> None:
    links = read_style(
        "@import 'b.css'; a{b:url(../i.png)} c{d:url(中.png?中)}", "http://a.gov.cn/css/a.css"
    ).links
    assert [(link.use, link.url) for link in links] == [
        (Use.STYLE, "http://a.gov.cn/css/b.css"),
        (Use.FILE, "http://a.gov.cn/i.png"),
        (Use.FILE, "http://a.gov.cn/css/%E4%B8%AD.png?%E4%B8%AD"),
    ]


def test_a_page_in_gb18030_asks_in_gb18030() -> None:
    body = '<meta charset="gb2312"><a href="/search?q=中国">查</a><a href="/附件.pdf">附件</a>'.encode(
        "gb18030"
    )
    page = decode(body)
    links = read_links(page.text, AT, page.encoding).links
    assert [link.url for link in links] == [
        "http://a.gov.cn/search?q=%D6%D0%B9%FA",
        "http://a.gov.cn/%E9%99%84%E4%BB%B6.pdf",
    ]


def test_more_links_than_any_page_has_are_counted_and_left() -> None:
    page = "".join(f"<a href=/{n}>x</a>" for n in range(MOST_LINKS + 7))
    harvest = read_links(page, AT)
    assert (len(harvest.links), harvest.cut) == (MOST_LINKS, 7)


def test_anchors_are_read_where_they_are_wanted() -> None:
    page = '<h2 id="s1">x</h2><a name="s2"></a><p name="no">'
    assert read_links(page, AT).anchors == frozenset()
    assert read_links(page, AT, with_anchors=True).anchors == {"s1", "s2"}


def test_a_page_that_apologises_says_so() -> None:
    assert read_links("<title>404 页面不存在</title>", AT).gone
    assert read_links("<title>示例县</title><h1>您访问的页面不存在</h1>", AT).gone
    menu = "".join(f"<a href=/{n}>栏目</a>" for n in range(100))
    assert (
        read_links(f"<title>通知</title>{menu}<p>该页面不存在", AT).gone is None
    )  # a page with a menu, on something


@pytest.mark.parametrize("page", ["<div>" * 9000, "<p " + "a " * 9000 + ">", "x" * 20_000, "<" * 9000])
def test_costly_pages_are_told_before_parsing(page: str) -> None:
    assert not is_tame(page)
    read_links(page, AT)


def test_locations_of_a_sitemap() -> None:
    text = "<urlset><url><loc> http://a.gov.cn/?a=1&amp;b=2 </loc></url><url><loc><![CDATA[http://a.gov.cn/x]]></loc></url>"
    assert read_locations(text) == ("http://a.gov.cn/?a=1&b=2", "http://a.gov.cn/x")
