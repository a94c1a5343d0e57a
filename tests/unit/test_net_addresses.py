"""Addresses of pages: what is read as what, and what is never asked."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from monitor.net.addresses import follow, parse, site_of
from monitor.net.outcomes import Fault, Outcome


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("http://a.gov.cn", "http://a.gov.cn/"),
        ("  HTTP://A.GOV.CN/b\n", "http://a.gov.cn/b"),
        ("http://a.gov.cn:80/", "http://a.gov.cn/"),
        ("https://a.gov.cn:8443/b?c=1#d", "https://a.gov.cn:8443/b?c=1"),
        ("http://a.gov.cn/公告?题=1", "http://a.gov.cn/%E5%85%AC%E5%91%8A?%E9%A2%98=1"),
        ("http://a.gov.cn/a b", "http://a.gov.cn/a%20b"),
        ("http://a.gov.cn/%B9%AB", "http://a.gov.cn/%B9%AB"),  # GBK, escaped: as it is
        ("http://a.gov.cn/a%2Fb", "http://a.gov.cn/a%2Fb"),
        ("http://示例县.中国/", "http://xn--fsq55hny6b.xn--fiqs8s/"),
        ("http://@a.gov.cn/", "http://a.gov.cn/"),  # no name, no password
        ("http://a_b.gov.cn/", "http://a_b.gov.cn/"),  # such hosts exist
        # The WHATWG's rule: a backslash is a slash, but not in the query.
        ("http:\\\\a.gov.cn\\b\\c", "http://a.gov.cn/b/c"),
        ("http://a.gov.cn/b?c=\\d", "http://a.gov.cn/b?c=%5Cd"),
        # GHSA-rph4-96w6-q594: two parsers disagreed about this one's host. Browsers go to the first.
        ("http://a.gov.cn\\@b.cn/", "http://a.gov.cn/@b.cn/"),
        # IPv4 in disguise is written plainly, for the guard and the proxy to see.
        ("http://127.1/", "http://127.0.0.1/"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("http://0177.0.0.1/", "http://127.0.0.1/"),
        ("http://0x/", "http://0.0.0.0/"),
        ("http://1.2.3.4./", "http://1.2.3.4/"),
        ("http://１２７.０.０.１/", "http://127.0.0.1/"),
        ("http://[::FFFF:127.0.0.1]/", "http://[::ffff:7f00:1]/"),
    ],
)
def test_what_is_read(text: str, read: str) -> None:
    assert parse(text) == URL(read, encoded=True)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("", Outcome.SCHEME_REFUSED),
        ("a.gov.cn", Outcome.SCHEME_REFUSED),
        ("//a.gov.cn/", Outcome.SCHEME_REFUSED),
        ("ftp://a.gov.cn/", Outcome.SCHEME_REFUSED),
        ("file:///etc/passwd", Outcome.SCHEME_REFUSED),  # CVE-2024-51483 and after: three fixes for one class
        ("file:/etc/passwd", Outcome.SCHEME_REFUSED),
        ("source:file:///etc/passwd", Outcome.SCHEME_REFUSED),
        ("javascript:alert(1)", Outcome.SCHEME_REFUSED),
        ("data:text/html,x", Outcome.SCHEME_REFUSED),
        ("http:", Outcome.ADDRESS_REFUSED),
        ("http://", Outcome.ADDRESS_REFUSED),
        ("http:///path", Outcome.ADDRESS_REFUSED),
        ("http://:80/", Outcome.ADDRESS_REFUSED),
        ("http://a.gov.cn:0/", Outcome.ADDRESS_REFUSED),
        ("http://a.gov.cn:99999/", Outcome.ADDRESS_REFUSED),
        ("http://a.gov.cn:x/", Outcome.ADDRESS_REFUSED),
        ("http://user@a.gov.cn/", Outcome.ADDRESS_REFUSED),
        ("http://user:pw@a.gov.cn/", Outcome.ADDRESS_REFUSED),
        ("http://a.gov.cn\t/", Outcome.ADDRESS_REFUSED),
        ("http://a.gov.cn/b\r\nX-Header: 1", Outcome.ADDRESS_REFUSED),
        ("http://a.gov.cn/\0b", Outcome.ADDRESS_REFUSED),
        ("http://a.gov.cn/\ud800", Outcome.ADDRESS_REFUSED),
        ("http://a..gov.cn/", Outcome.ADDRESS_REFUSED),
        (f"http://{'a' * 64}.cn/", Outcome.ADDRESS_REFUSED),
        (f"http://{'a.' * 130}cn/", Outcome.ADDRESS_REFUSED),
        (f"http://a.gov.cn/{'x' * 9000}", Outcome.ADDRESS_REFUSED),
        ("http://%31%32%37.0.0.1/", Outcome.ADDRESS_REFUSED),
        ("http://a%00.gov.cn/", Outcome.ADDRESS_REFUSED),
        ("http://[fe80::1%25eth0]/", Outcome.ADDRESS_REFUSED),
        ("http://[::1/", Outcome.ADDRESS_REFUSED),
        ("http://1.2.3.4.5/", Outcome.ADDRESS_REFUSED),
        ("http://256.0.0.1/", Outcome.ADDRESS_REFUSED),
        ("http://4294967296/", Outcome.ADDRESS_REFUSED),
        ("http://09.1/", Outcome.ADDRESS_REFUSED),
        ("http://a.1/", Outcome.ADDRESS_REFUSED),
    ],
)
def test_what_is_refused(text: str, outcome: Outcome) -> None:
    with pytest.raises(Fault) as caught:
        parse(text)
    assert caught.value.outcome is outcome
    assert caught.value.reason


BASE = URL("http://a.gov.cn/b/c?d")


@pytest.mark.parametrize(
    ("location", "read"),
    [
        ("e", "http://a.gov.cn/b/e"),
        ("/e", "http://a.gov.cn/e"),
        ("?e", "http://a.gov.cn/b/c?e"),
        ("//b.cn/e", "http://b.cn/e"),
        ("\\\\b.cn\\e", "http://b.cn/e"),
        ("../../../e", "http://a.gov.cn/e"),
        ("https://b.cn/#f", "https://b.cn/"),
        ("/\udcb9\udcab", "http://a.gov.cn/%B9%AB"),  # raw GBK, as the header's bytes come in
        ("/公告", "http://a.gov.cn/%E5%85%AC%E5%91%8A"),
    ],
)
def test_where_redirects_lead(location: str, read: str) -> None:
    assert follow(BASE, location) == URL(read, encoded=True)


@pytest.mark.parametrize(
    ("location", "outcome"),
    [
        ("", Outcome.BAD_REDIRECT),
        (" ", Outcome.BAD_REDIRECT),
        ("http://[x", Outcome.BAD_REDIRECT),
        ("/a\r\nb", Outcome.BAD_REDIRECT),
        ("file:///etc/passwd", Outcome.SCHEME_REFUSED),
        ("http://u:p@b.cn/", Outcome.ADDRESS_REFUSED),
    ],
)
def test_where_redirects_may_not_lead(location: str, outcome: Outcome) -> None:
    with pytest.raises(Fault) as caught:
        follow(BASE, location)
    assert caught.value.outcome is outcome


@given(st.ip_addresses(v=4), st.integers(1, 4), st.sampled_from(["{:d}", "0x{:x}", "0X{:X}", "0{:o}"]))
def test_every_spelling_of_an_ipv4_address_is_that_address(
    address: ipaddress.IPv4Address, parts: int, form: str
) -> None:
    packed = address.packed
    numbers = [*packed[: parts - 1], int.from_bytes(packed[parts - 1 :], "big")]
    assert parse(f"http://{'.'.join(map(form.format, numbers))}/").host == str(address)


@given(st.text(max_size=50) | st.text(max_size=50).map("http://{}".format))
def test_nothing_is_read_that_is_no_plain_address(text: str) -> None:
    try:
        url = parse(text)
    except Fault:
        return
    assert url.scheme in {"http", "https"}
    assert url.host
    assert (url.user, url.password, url.raw_fragment) == (None, None, "")
    assert str(url).isascii()
    assert parse(str(url)) == url, "what is judged is what is asked for"


def test_a_site_is_a_host_and_a_port() -> None:
    assert site_of(parse("http://A.gov.cn/x")) == "a.gov.cn:80"
    assert site_of(parse("https://a.gov.cn/")) == "a.gov.cn:443"
    assert site_of(parse("http://[::1]:8080/")) == "::1:8080"
