"""Addresses made absolute: corner cases of the WHATWG's URL standard, and of what a page adds to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.reading.hrefs import Base, follow, is_unfilled, leads_nowhere, normalise

AT = "http://www.example.gov.cn/a/b/page.html?x=1#y"

CASES = [
    # what is relative
    ("other.html", "http://www.example.gov.cn/a/b/other.html"),
    ("./other.html", "http://www.example.gov.cn/a/b/other.html"),
    ("../c.html", "http://www.example.gov.cn/a/c.html"),
    ("../../../../c.html", "http://www.example.gov.cn/c.html"),  # above the root there is nothing
    ("/a/../b/./c", "http://www.example.gov.cn/b/c"),
    ("/a/%2e%2E/b", "http://www.example.gov.cn/b"),  # dots in any spelling
    ("/a/..", "http://www.example.gov.cn/"),
    ("/a/.", "http://www.example.gov.cn/a/"),
    ("/..a/...", "http://www.example.gov.cn/..a/..."),  # names, not dots
    ("", "http://www.example.gov.cn/a/b/page.html?x=1"),
    ("?y=2", "http://www.example.gov.cn/a/b/page.html?y=2"),
    ("#top", "http://www.example.gov.cn/a/b/page.html?x=1#top"),
    ("?", "http://www.example.gov.cn/a/b/page.html?"),
    ("//other.gov.cn/x", "http://other.gov.cn/x"),
    ("///other.gov.cn/x", "http://other.gov.cn/x"),  # browsers count no slashes
    ("http:other.html", "http://www.example.gov.cn/a/b/other.html"),  # the page's own scheme: relative
    ("https:other.gov.cn/x", "https://other.gov.cn/x"),  # another one: absolute
    ("http:/x", "http://www.example.gov.cn/x"),
    ("http:///other.gov.cn", "http://other.gov.cn/"),
    # what is written oddly
    ("  /x \t", "http://www.example.gov.cn/x"),
    ("/a\nb\tc\r/d", "http://www.example.gov.cn/abc/d"),  # breaks and tabs go, wherever they stand
    ("\x00/x\x1f", "http://www.example.gov.cn/x"),
    ("\\x\\y.html?a\\b", "http://www.example.gov.cn/x/y.html?a\\b"),  # a slash in the path, none in the query
    ("\\\\other.gov.cn\\x", "http://other.gov.cn/x"),
    ("HTTP://WWW.Example.GOV.cn/X", "http://www.example.gov.cn/X"),
    ("/x y", "http://www.example.gov.cn/x%20y"),
    ("/附件 1.pdf", "http://www.example.gov.cn/%E9%99%84%E4%BB%B6%201.pdf"),
    ("/%e9%99%84", "http://www.example.gov.cn/%e9%99%84"),  # the case of escapes is the page's matter
    ("/100%.html", "http://www.example.gov.cn/100%.html"),  # a percent sign alone stays
    ("/a%zz", "http://www.example.gov.cn/a%zz"),
    ('/a"<>`{}|^', "http://www.example.gov.cn/a%22%3C%3E%60%7B%7D|%5E"),
    ("/x?a=\"<>'b", "http://www.example.gov.cn/x?a=%22%3C%3E%27b"),
    ("/x?q=中文", "http://www.example.gov.cn/x?q=%E4%B8%AD%E6%96%87"),
    ("/x?a?b#c#d", "http://www.example.gov.cn/x?a?b#c#d"),
    ("/x#中文", "http://www.example.gov.cn/x#%E4%B8%AD%E6%96%87"),
    ("/a//b///c", "http://www.example.gov.cn/a//b///c"),  # doubled slashes are kept
    ("/a;b=c", "http://www.example.gov.cn/a;b=c"),
    ("/\ud800", "http://www.example.gov.cn/%EF%BF%BD"),  # half a character
    # hosts and ports
    ("http://example.com:80/", "http://example.com/"),
    ("https://example.com:443/", "https://example.com/"),
    ("http://example.com:443/", "http://example.com:443/"),
    ("http://example.com:0080/", "http://example.com/"),
    ("http://example.com:/", "http://example.com/"),
    ("http://example.com", "http://example.com/"),
    ("http://example.com?x", "http://example.com/?x"),
    ("http://测试.政务/", "http://xn--0zwm56d.xn--zfr164b/"),
    ("http://ＷＷＷ．example。com/", "http://www.example.com/"),  # full-width letters and stops
    ("http://ex%41mple.com/", "http://example.com/"),
    ("http://0x7f.1/", "http://127.0.0.1/"),
    ("http://2130706433/", "http://127.0.0.1/"),
    ("http://[::FFFF:127.0.0.1]/", "http://[::ffff:7f00:1]/"),
    ("http://user:secret@example.com/", "http://user:secret@example.com/"),
    ("http://example.com./", "http://example.com./"),
    # what is no address
    ("http://", None),
    ("http://:80/", None),
    ("http://exa mple.com/", None),
    ("http://example.com:99999/", None),
    ("http://example.com:port/", None),
    ("http://[::1/", None),
    ("http://256.256.256.256/", None),
    ("http://a%00b/", None),
    ("/" + "x" * 9000, None),
]


@pytest.mark.parametrize(("href", "absolute"), CASES)
def test_addresses_are_made_absolute_as_browsers_do(href: str, absolute: str | None) -> None:
    assert Base(AT).resolve(href) == absolute


QUERIES = [
    ("/s?q=中文&a=1", "gb18030", "/s?q=%D6%D0%CE%C4&a=1"),
    ("/中?q=中", "gb18030", "/%E4%B8%AD?q=%D6%D0"),  # a path is UTF-8 whatever the page is in
    ("/s?q=中#中", "gb18030", "/s?q=%D6%D0#%E4%B8%AD"),
    ("/s?q=%D6%D0", "gb18030", "/s?q=%D6%D0"),
    ("/s#?q=中", "gb18030", "/s#?q=%E4%B8%AD"),  # no query: it stands in the fragment
    ("/s?q=中", "big5", "/s?q=%A4%A4"),
    ("/s?q=中", "windows-1252", "/s?q=%26%2320013%3B"),  # what the encoding lacks
    ("/s?q=ö", "windows-1252", "/s?q=%F6"),
    ("/s?q=中", "utf-16-le", "/s?q=%E4%B8%AD"),  # queries of UTF-16 pages are UTF-8
    ("/s?q=中", "utf-8", "/s?q=%E4%B8%AD"),
]


@pytest.mark.parametrize(("href", "encoding", "expected"), QUERIES)
def test_queries_are_written_in_the_encoding_of_the_page(href: str, encoding: str, expected: str) -> None:
    assert Base("http://a.gov.cn/", encoding).resolve(href) == "http://a.gov.cn" + expected


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/x", "http://a.gov.cn/x"),
        ("//b.gov.cn", "http://b.gov.cn/"),
        ("\udce4\udcb8\udcad.html", "http://a.gov.cn/d/%E4%B8%AD.html"),  # raw bytes of a header: UTF-8
        ("\udcd6\udcd0.html", "http://a.gov.cn/d/%D6%D0.html"),  # or GBK: passed on as they are
        ("   ", None),
        ("http://[", None),
    ],
)
def test_redirects_lead_where_browsers_go(location: str, target: str | None) -> None:
    assert follow("http://a.gov.cn/d/", location) == target


@pytest.mark.parametrize(
    "href",
    ["javascript:void(0)", " JavaScript:x()", "mailto:a@b.cn", "tel:110", "data:,x", "about:blank", "blob:x"],
)
def test_what_leads_to_no_page(href: str) -> None:
    assert leads_nowhere(href)


def test_templates_are_told_from_addresses() -> None:
    assert is_unfilled("{{item.url}}") and is_unfilled("<%=url%>") and is_unfilled("/x?id=${id}")
    assert not is_unfilled("/x?a=%7B%7B") and not is_unfilled("/{x}")


@given(st.text(max_size=40))
def test_any_text_gives_an_escaped_address_or_none(href: str) -> None:
    found = Base(AT).resolve(href)
    if found is not None and found.startswith("http"):
        assert found.isascii() and found.isprintable() and " " not in found
        assert normalise(found) == found  # written once and for all
