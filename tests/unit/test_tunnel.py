"""Heads of messages that pass through the tunnel: what is let through, rewritten, refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.net.browsing import heads
from monitor.net.outcomes import Fault, Outcome
from monitor.net.tunnel import Visit


def request(line: str, *fields: str) -> bytes:
    return "\r\n".join([line, *fields, "", ""]).encode("latin-1")


def judged(line: str, *fields: str) -> heads.Asked:
    return heads.judge(heads.read(request(line, *fields)))


@pytest.mark.parametrize(
    ("line", "target", "path"),
    [
        ("CONNECT www.example.gov.cn:443 HTTP/1.1", "https://www.example.gov.cn", ""),
        ("CONNECT www.example.gov.cn:80 HTTP/1.1", "https://www.example.gov.cn:80", ""),  # ws://
        ("CONNECT [2400:3200::1]:8443 HTTP/1.1", "https://[2400:3200::1]:8443", ""),
        ("GET http://www.example.gov.cn/a?b=%7e|c HTTP/1.1", "http://www.example.gov.cn", "/a?b=%7e|c"),
        ("GET HTTP://www.example.gov.cn:81 HTTP/1.0", "http://www.example.gov.cn:81", "/"),
        ("POST http://www.example.gov.cn?q=1 HTTP/1.1", "http://www.example.gov.cn", "/?q=1"),
        ("GET http://www.example.gov.cn/a#b HTTP/1.1", "http://www.example.gov.cn", "/a"),
        ("GET http://0x7f.1/ HTTP/1.1", "http://127.0.0.1", "/"),  # for the guard to judge, in plain
    ],
)
def test_what_a_browser_asks(line: str, target: str, path: str) -> None:
    asked = judged(line)
    assert (str(asked.target), asked.path, asked.wants_tunnel) == (target, path, not path)


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("GET http://user:pw@www.example.gov.cn/ HTTP/1.1", Outcome.ADDRESS_REFUSED),
        ("GET http://www.example.gov.cn@127.0.0.1/ HTTP/1.1", Outcome.ADDRESS_REFUSED),
        ("GET http:/// HTTP/1.1", Outcome.ADDRESS_REFUSED),
        ("CONNECT 300.1.1.1:443 HTTP/1.1", Outcome.ADDRESS_REFUSED),
        ("CONNECT www.example.gov.cn:0 HTTP/1.1", Outcome.ADDRESS_REFUSED),
        ("CONNECT www.example.gov.cn:99999 HTTP/1.1", Outcome.ADDRESS_REFUSED),
        ("CONNECT mail.example.gov.cn:25 HTTP/1.1", Outcome.ADDRESS_REFUSED),
        ("GET http://www.example.gov.cn:6667/ HTTP/1.1", Outcome.ADDRESS_REFUSED),
    ],
)
def test_what_is_refused_by_its_address_alone(line: str, outcome: Outcome) -> None:
    with pytest.raises(Fault) as refused:
        judged(line)
    assert refused.value.outcome is outcome


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (request("GET / HTTP/1.1", "Host: www.example.gov.cn"), 400),  # a request for a server, not a proxy
        (request("GET https://www.example.gov.cn/ HTTP/1.1"), 400),  # in clear to a server that speaks TLS
        (request("GET ftp://www.example.gov.cn/ HTTP/1.1"), 400),
        (request("GET file:///etc/passwd HTTP/1.1"), 400),
        (request("GET http://127.0.0.1\\@www.example.gov.cn/ HTTP/1.1"), 400),  # GHSA-rph4-96w6-q594
        (request("CONNECT www.example.gov.cn HTTP/1.1"), 400),
        (request("CONNECT http://www.example.gov.cn:80 HTTP/1.1"), 400),
        (request("get http://www.example.gov.cn/ HTTP/1.1"), 400),
        (request("GET http://www.example.gov.cn/ HTTP/2"), 400),
        (request("GET http://www.example.gov.cn/ a HTTP/1.1"), 400),
        (request("GET http://www.example.gov.cn/", "X: 1"), 400),
        (request("GET http://www.example.gov.cn/ HTTP/1.1", " folded: 1"), 400),
        (request("GET http://www.example.gov.cn/ HTTP/1.1", "X : 1"), 400),
        (request("GET http://www.example.gov.cn/ HTTP/1.1", "X: 1\nY: 2"), 400),
        (request("GET http://www.example.gov.cn/ HTTP/1.1", "X: 1\0"), 400),
        (request("POST http://www.example.gov.cn/ HTTP/1.1", "Transfer-Encoding: chunked"), 411),
        (request("POST http://www.example.gov.cn/ HTTP/1.1", "Content-Length: 1", "Content-Length: 2"), 400),
        (request("POST http://www.example.gov.cn/ HTTP/1.1", "Content-Length: +1"), 400),
        (b"\x16\x03\x01\x02\x00\r\n\r\n", 400),  # TLS spoken to the proxy
    ],
)
def test_what_is_no_request_for_a_proxy(head: bytes, status: int) -> None:
    with pytest.raises(heads.Malformed) as malformed:
        heads.judge(heads.read(head))
    assert malformed.value.status == status


def test_a_request_goes_on_without_what_concerns_only_the_tunnel() -> None:
    asked = judged(
        "POST http://www.example.gov.cn:81/a HTTP/1.1",
        "Host: elsewhere.example",
        "Proxy-Authorization: Basic c2VjcmV0",
        "Proxy-Connection: keep-alive",
        "Connection: keep-alive",
        "Content-Length: 3",
        "Cookie: a=1",
    )
    assert heads.passed_on(asked, None) == (
        b"POST /a HTTP/1.1\r\nHost: www.example.gov.cn:81\r\n"
        b"content-length: 3\r\ncookie: a=1\r\nConnection: close\r\n\r\n"
    )
    assert (asked.length, asked.authorization) == (3, "Basic c2VjcmV0")


def test_a_request_for_the_outgoing_proxy_says_where_it_goes() -> None:
    asked = judged("GET http://www.example.gov.cn/a HTTP/1.1", "Proxy-Authorization: Basic b3Vycw==")
    assert heads.passed_on(asked, {"Proxy-Authorization": "Basic dGhlaXJz"}) == (
        b"GET http://www.example.gov.cn/a HTTP/1.1\r\nHost: www.example.gov.cn\r\n"
        b"Proxy-Authorization: Basic dGhlaXJz\r\nConnection: close\r\n\r\n"
    )


@pytest.mark.parametrize(
    ("head", "rewritten"),
    [
        (
            b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\nA: b\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nA: b\r\nConnection: close\r\n\r\n",
        ),
        # A site cannot ask for the password that opens the tunnel.
        (
            b"HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=x\r\n\r\n",
            b"HTTP/1.1 407 No\r\nConnection: close\r\n\r\n",
        ),
        (b"HTTP/1.0 200 OK\nA: b\n\n", b"HTTP/1.0 200 OK\r\nA: b\r\nConnection: close\r\n\r\n"),
        (b"<html>\n\n", b"<html>\n\n"),  # HTTP/0.9, or nothing at all
    ],
)
def test_an_answer_is_the_last_of_its_connection(head: bytes, rewritten: bytes) -> None:
    assert heads.closing(head) == rewritten


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading_of_a_head(raw: bytes) -> None:
    """Whatever comes, it is a request, or it is malformed, or it is refused."""
    try:
        asked = heads.judge(heads.read(raw + b"\r\n\r\n"))
    except (heads.Malformed, Fault):
        return
    assert asked.target.host


@given(
    st.lists(
        st.sampled_from(
            ["http://", "www.example.gov.cn", "127.0.0.1", ":80", "@", "\\", "/", "?", "#", "[", "]", "%"]
        )
    ).map("".join)
)
def test_the_host_that_is_judged_is_the_host_that_is_named(target: str) -> None:
    """Nothing after the judged host gets into the request line's authority or the Host field."""
    try:
        asked = judged(f"GET {target} HTTP/1.1")
    except (heads.Malformed, Fault):
        return
    first, host, *_ = heads.passed_on(asked, None).split(b"\r\n")
    assert first.startswith(b"GET /")
    assert host == b"Host: " + asked.target.raw_authority.encode("ascii")


def test_what_was_turned_away_is_found_by_mark_and_by_site() -> None:
    visit = Visit("name", "password")
    marks = [
        visit.turn(site, Fault(Outcome.ADDRESS_REFUSED, site))
        for site in ("a.example:80", "b.example:80", "a.example:80")
    ]
    assert len(set(marks)) == 3
    assert str(visit.marked(marks[1])) == "b.example:80"
    assert str(visit.last_of("a.example:80")) == "a.example:80"
    assert visit.marked("") is None
    assert visit.last_of("c.example:80") is None


def test_what_was_turned_away_does_not_pile_up() -> None:
    visit = Visit("name", "password")
    for _ in range(10_000):
        visit.turn("a.example:80", Fault(Outcome.ADDRESS_REFUSED, "no"))
    assert len(visit.turned) <= 200
