"""What the end of a request says of a link, and what gives foreign pages and endless addresses away."""

from __future__ import annotations

import pytest

from checks.links import ATTACHMENTS, State, ending_of, foreign, is_government, misnamed, state_of
from checks.traps import circles, shape, without_session
from monitor.net.outcomes import Outcome

STATES = {
    # what a citizen would run into as well, whatever the hour
    Outcome.NOT_FOUND: State.BROKEN,
    Outcome.GONE: State.BROKEN,
    Outcome.NO_HOST: State.BROKEN,
    Outcome.CONNECTION_REFUSED: State.BROKEN,
    Outcome.REDIRECT_LOOP: State.BROKEN,
    Outcome.TOO_MANY_REDIRECTS: State.BROKEN,
    # what may pass, or may be our own ways
    Outcome.CLIENT_ERROR: State.SUSPECT,
    Outcome.SERVER_ERROR: State.SUSPECT,
    Outcome.BLOCKED: State.SUSPECT,
    Outcome.TIMEOUT: State.SUSPECT,
    Outcome.DNS_FAILED: State.SUSPECT,
    Outcome.UNREACHABLE: State.SUSPECT,
    Outcome.RESET: State.SUSPECT,
    Outcome.TLS_FAILED: State.SUSPECT,
    Outcome.BAD_REDIRECT: State.SUSPECT,
    Outcome.BAD_ENCODING: State.SUSPECT,
    Outcome.PROTOCOL_ERROR: State.SUSPECT,
    Outcome.PROXY_FAILED: State.SUSPECT,
    Outcome.RENDER_FAILED: State.SUSPECT,
    Outcome.NOT_MODIFIED: State.SUSPECT,  # nobody set a condition
    # what we refuse ourselves
    Outcome.ADDRESS_REFUSED: State.REFUSED,
    Outcome.SCHEME_REFUSED: State.REFUSED,
    Outcome.ROBOTS_REFUSED: State.SKIPPED,
    # what is there
    Outcome.OK: None,
    Outcome.TOO_LARGE: None,
}


def test_every_outcome_has_its_state() -> None:
    assert {outcome: state_of(outcome) for outcome in Outcome} == STATES


@pytest.mark.parametrize(
    ("host", "is_so"),
    [
        ("www.example.gov.cn", True),
        ("GOV.CN", True),
        ("www.gov.cn.", True),
        ("示例.政务", True),
        ("www.notgov.cn", False),
        ("gov.cn.evil.com", False),
    ],
)
def test_whose_host_it_is(host: str, is_so: bool) -> None:
    assert is_government(host) is is_so


@pytest.mark.parametrize(
    ("title", "text", "kind"),
    [
        ("澳门新葡京娱乐城-首存返水", "", "gambling"),
        ("某某棋牌平台官网", "", "gambling"),
        ("Best Online Casino", "", "gambling"),
        ("欢迎", "百家乐 时时彩 老虎机", "gambling"),  # the title says nothing, the text enough
        ("欢迎", "威尼斯人是莎士比亚的戏剧", None),  # one word is no sign
        ("成人视频在线", "", "pornography"),
        ("域名出售", "", "for sale"),
        ("example.com", "This domain is for sale!", "for sale"),
        ("example.com", "<h1>Buy this domain</h1>", "for sale"),
        ("示例网", "本域名已到期，请续费", "for sale"),
        ("警方打击跨境赌博", "公安机关查处网络赌博、百家乐等案件", None),  # against it
        ("关于严禁党员干部参与赌博的通知", "赌博 博彩 打击", None),
        ("法院判决一起开设赌场案", "赌场 赌博 老虎机 案件 判决", None),
        ("示例县体育中心", "体育彩票 棋牌室", None),
        ("", "", None),
    ],
)
def test_foreign_pages(title: str, text: str, kind: str | None) -> None:
    said = foreign(title, text)
    assert (kind is None and said is None) or (kind is not None and said is not None and kind in said)


@pytest.mark.parametrize(
    ("ending", "start", "says"),
    [
        ("pdf", b"%PDF-1.7", None),
        ("pdf", b"", "the file is empty"),
        ("pdf", b"\n <!DOCTYPE html><html>", "it is named .pdf, and is a web page"),
        ("docx", b"PK\x03\x04", None),
        ("doc", b"<html xmlns:o=", "it is named .doc, and is a web page"),
        ("doc", b"{\\rtf1", None),
        ("pdf", b"\x00\x01", None),  # nobody can tell
        ("html", b"", None),
    ],
)
def test_attachments_are_what_they_are_named(ending: str, start: bytes, says: str | None) -> None:
    assert misnamed(ending, start) == says


@pytest.mark.parametrize(
    ("url", "ending"),
    [
        ("http://a.cn/x.PDF?y=1.z", "pdf"),
        ("http://a.cn/x.tar.gz", "gz"),
        ("http://a.cn/x", ""),
        ("http://a.gov.cn/", ""),
        ("http://a.gov.cn/v1.2/", ""),
    ],
)
def test_endings(url: str, ending: str) -> None:
    assert ending_of(url) == ending
    assert ending in ATTACHMENTS or ending != "pdf"


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("http://a.cn/x;jsessionid=0A1B?y=1", "http://a.cn/x?y=1"),
        ("http://a.cn/x?PHPSESSID=0123456789abcdef", "http://a.cn/x"),
        ("http://a.cn/x?a=1&sid=0123456789abcdef&b=2", "http://a.cn/x?a=1&b=2"),
        ("http://a.cn/x?sid=0123456789abcdef&b=2", "http://a.cn/x?b=2"),
        ("http://a.cn/x?sid=12", "http://a.cn/x?sid=12"),  # the number of a section
        ("http://a.cn/x?basid=0123456789abcdef", "http://a.cn/x?basid=0123456789abcdef"),
        ("http://a.cn/", "http://a.cn/"),
    ],
)
def test_numbers_of_a_visit_do_not_count(url: str, plain: str) -> None:
    assert without_session(url) == plain


def test_addresses_of_one_form() -> None:
    assert shape("http://a.cn/c?y=2026&m=11") == shape("http://a.cn/c?y=1999&m=1")
    assert shape("http://a.cn/t/0a1b2c3d4e5f6789aa") == shape("http://a.cn/t/ffffffffffffffff0")
    assert shape("http://a.cn/news/1.html") != shape("http://a.cn/notice/1.html")


@pytest.mark.parametrize(
    ("url", "goes_round"),
    [
        ("http://a.cn/a/b/a/b/a/b/a/b/", True),
        ("http://a.cn/" + "x/" * 4, True),
        ("http://a.cn/" + "/".join(str(n) + "z" for n in range(50)), True),
        ("http://a.cn/?p=1&p=1&p=1&p=1&p=1", True),
        ("http://a.cn/" + "x" * 2000, True),
        ("http://a.cn/2026/11/11/11/11/x.html", False),  # dates repeat themselves
        ("http://a.cn/////", False),
        ("http://a.cn/?a[]=1&a[]=2&a[]=3&a[]=4&a[]=5", False),
        ("http://a.cn/zwgk/fdzdgknr/zcwj/2026/x.html?a=1&b=2&c=3&d=4&e=5", False),
    ],
)
def test_addresses_that_go_in_circles(url: str, goes_round: bool) -> None:
    assert (circles(url) is not None) is goes_round
