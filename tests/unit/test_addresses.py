"""Addresses: which spellings are one page, and which are not."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from checks.addresses import canonical, host, names_page

PAGE = "https://portal.example.gov.cn/zcwj/2024/content_1024.htm"


@pytest.mark.parametrize(
    ("spelling", "reason"),
    [
        ("http://portal.example.gov.cn/zcwj/2024/content_1024.htm", "links of 2015 say http"),
        ("HTTPS://Portal.Example.GOV.cn/zcwj/2024/content_1024.htm", "hosts know no case"),
        ("https://portal.example.gov.cn:443/zcwj/2024/content_1024.htm", "the port is the scheme's own"),
        ("http://portal.example.gov.cn:80/zcwj/2024/content_1024.htm", "so is 80"),
        ("https://portal.example.gov.cn./zcwj/2024/content_1024.htm", "the root's dot"),
        ("https://www.portal.example.gov.cn/zcwj/2024/content_1024.htm", "the desktop's host"),
        ("https://m.portal.example.gov.cn/zcwj/2024/content_1024.htm", "the telephone's"),
        ("https://wap.www.portal.example.gov.cn/zcwj/2024/content_1024.htm", "both, one before the other"),
        ("//portal.example.gov.cn/zcwj/2024/content_1024.htm", "a link without scheme"),
        (
            "https://portal.example.gov.cn//zcwj//2024/content_1024.htm",
            "doubled slashes of a faulty template",
        ),
        ("https://portal.example.gov.cn/zcwj/2023/../2024/./content_1024.htm", "relative steps"),
        ("https://portal.example.gov.cn/zcwj/2024/content%5F1024.htm", "a sign spelled in percent"),
        ("https://portal.example.gov.cn/zcwj/2024/content_1024.htm;jsessionid=0AF3", "a session in the path"),
        ("https://portal.example.gov.cn/zcwj/2024/content_1024.htm#top", "an anchor"),
        ("https://portal.example.gov.cn/zcwj/2024/content_1024.htm#:~:text=a%2Fb", "a text fragment"),
        (f"{PAGE}?from=timeline&isappinstalled=0", "what a chat program appends"),
        (f"{PAGE}?utm_source=app&UTM_campaign=x&spm=1.2.3", "what counters append"),
        (f"  {PAGE}\n", "space around it"),
        (
            "/common/redirect.jsp?url=https%3A%2F%2Fportal.example.gov.cn%2Fzcwj%2F2024%2Fcontent_1024.htm",
            "a wrapper",
        ),
        (
            "https://county.example.gov.cn/go?id=7&target=//portal.example.gov.cn/zcwj/2024/content_1024.htm",
            "a wrapper whose target has no scheme",
        ),
        (
            "https://a.example.cn/go?u=https%3A%2F%2Fb.example.cn%2Fgo%3Furl%3D"
            "https%253A%252F%252Fportal.example.gov.cn%252Fzcwj%252F2024%252Fcontent_1024.htm",
            "a wrapper within a wrapper",
        ),
        (
            "http://big5.portal.example.gov.cn/gate/big5/portal.example.gov.cn/zcwj/2024/content_1024.htm",
            "the gateway for traditional characters",
        ),
        (
            "http://portal.example.gov.cn.ipv6.gateway.example.com/zcwj/2024/content_1024.htm",
            "a gateway to IPv6",
        ),
        (
            "http://portal-example-gov-cn.ipv6.gateway.example.com/zcwj/2024/content_1024.htm",
            "a gateway that writes hyphens for dots",
        ),
        (
            "https://county.example.gov.cnhttps://portal.example.gov.cn/zcwj/2024/content_1024.htm",
            "two addresses glued by a faulty page",
        ),
    ],
)
def test_spellings_of_one_page(spelling: str, reason: str) -> None:
    assert canonical(spelling) == canonical(PAGE), reason


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("https://a.gov.cn/1.html", "https://a.gov.cn/2.html", "another page"),
        ("https://a.gov.cn/1.html", "https://b.gov.cn/1.html", "another host"),
        ("https://a.gov.cn/show?id=1", "https://a.gov.cn/show?id=2", "the query chooses the page"),
        (
            "https://a.gov.cn/#/show/1",
            "https://a.gov.cn/#/show/2",
            "the page's script chooses by the fragment",
        ),
        ("https://a.gov.cn/show#id=1", "https://a.gov.cn/show#id=2", "or by a query in it"),
        ("https://a.gov.cn:8080/1.html", "https://a.gov.cn/1.html", "another port is another server"),
        ("https://a.gov.cn/A.html", "https://a.gov.cn/a.html", "paths know case"),
        ("https://a.gov.cn/s?q=%B9%FA", "https://a.gov.cn/s?q=%B9%FB", "bytes of gbk stay apart"),
        ("https://m.cn/1", "https://cn/1", "a host is never stripped to its last label"),
    ],
)
def test_pages_that_are_not_one(one: str, other: str, reason: str) -> None:
    assert canonical(one) != canonical(other), reason


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.gov.cn/list/index.html", "https://a.gov.cn/list/"),
        ("https://a.gov.cn/list/index.html", "https://a.gov.cn/list"),
        ("https://a.gov.cn/show?b=2&a=1", "https://a.gov.cn/show?a=1&b=2"),
        ("https://a.gov.cn/?", "https://a.gov.cn"),
        ("http://a.gov.cn/gate/big5/b.gov.cn", "https://b.gov.cn/"),
        ("http://a.gov.cn/gate/big5/b.gov.cn/x?id=1", "https://b.gov.cn/x?id=1"),
        ("//[2001:db8::1]:80/x", "https://[2001:db8::1]/x"),
    ],
)
def test_other_spellings_of_one_page(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    "text",
    ["mailto:office@example.gov.cn", "javascript:void(0)", "http://[broken/x", "http://a.cn:port/", ""],
)
def test_what_is_no_web_address_stays(text: str) -> None:
    assert canonical(f" {text} ") == text


def test_what_would_only_look_like_an_address_once_folded_stays() -> None:
    assert canonical("../http:///z/ww%2Fwww.gov") == "../http:///z/ww%2Fwww.gov"


def test_a_link_within_a_site_has_no_host() -> None:
    assert canonical("../a//b/index.html") == "a/b"
    assert canonical("/a/b.html?x=1") == "/a/b.html?x=1"


@pytest.mark.parametrize(
    ("address", "is_page"),
    [
        ("https://a.gov.cn/x.html", True),
        ("https://a.gov.cn/?id=3", True),
        ("https://a.gov.cn/#/show/3", True),
        ("https://www.a.gov.cn/index.html", False),  # a front door is no document
        ("/x.html", False),  # nobody can tell whose page that is
        ("", False),
    ],
)
def test_what_names_a_page(address: str, is_page: bool) -> None:
    assert names_page(canonical(address)) is is_page


def test_host_of_a_canonical_address() -> None:
    assert host(canonical("http://www.a.gov.cn:8080/x")) == "a.gov.cn:8080"
    assert host(canonical("http://www.a.gov.cn/?id=1")) == "a.gov.cn"
    assert host(canonical("/x.html")) == ""


ADDRESSES = st.one_of(
    st.text(),
    st.text(alphabet="htps:/.w?=&#%ab;[]@-_index.ml\\ url0123国"),
    st.text(alphabet="./?&=:#urlhtp%2F;").map("http://".__add__),
    st.text(alphabet="./?&=:#urlhtp%2F;").map("https://a.gov.cn/go?url=http://".__add__),
)


@given(ADDRESSES)
@example("http://a/index.html/index.html")
@example("http://a.ipv6.ipv6.b/x")
def test_canonical_is_idempotent_and_never_raises(text: str) -> None:
    once = canonical(text)
    assert canonical(once) == once
    assert isinstance(names_page(once), bool)
    assert isinstance(host(once), str)
