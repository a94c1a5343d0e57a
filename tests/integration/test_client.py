"""The one client against real servers: how every request can end, and what none of them may do to us."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import time
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from monitor.net.client import Client, CookieRound, FetchSettings, Page
from monitor.net.guard import Guard
from monitor.net.outcomes import Outcome
from tests.integration.certificates import Authority
from tests.integration.sites import Answer, Heard, Site, always, listening, never, pages, reply, serving

NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
HERE = Guard.allowing(["127.0.0.1/32", "::1/128"])
QUICK = FetchSettings(timeout=timedelta(seconds=5), patience=timedelta(0))
IMPATIENT = replace(QUICK, timeout=timedelta(milliseconds=200))
PAGE = (
    "<html><head><title>示例县人民政府</title></head><body><ul><li><a href='/a'>公告</a></ul></body></html>"
)


async def everything_is_here(name: str) -> Sequence[str]:
    """Resolve every name of .test to this machine; there is nothing else."""
    if not name.endswith(".test"):
        raise socket.gaierror(socket.EAI_NONAME, "no such name")
    return ["127.0.0.1"]


@asynccontextmanager
async def client(settings: FetchSettings = QUICK, **others: object) -> AsyncIterator[Client]:
    arguments: dict[str, object] = {"clock": lambda: NOW, "lookup": everything_is_here, **others}
    async with Client(settings, HERE, **arguments) as made:  # type: ignore[arg-type]
        yield made


async def fetch(answer: Answer, target: str = "/", settings: FetchSettings = QUICK, **asked: object) -> Page:
    """Fetch one page from a server that answers so; robots.txt is another test's matter."""
    async with serving(answer) as site, client(settings) as made:
        return await made.get(site.url(target), robots="ignore", **asked)  # type: ignore[arg-type]


# --- how it can end ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (reply(PAGE), Outcome.OK),
        (reply("", 204), Outcome.OK),
        (reply("gone astray", 404), Outcome.NOT_FOUND),
        (reply("taken down", 410), Outcome.GONE),
        (reply("what?", 400), Outcome.CLIENT_ERROR),
        (reply("too much", 414), Outcome.CLIENT_ERROR),
        (reply("broken", 500), Outcome.SERVER_ERROR),
        (reply("gateway", 502), Outcome.SERVER_ERROR),
        (reply("busy", 503), Outcome.SERVER_ERROR),
        (reply("login", 401), Outcome.BLOCKED),
        (reply("no", 403), Outcome.BLOCKED),
        (reply("no", 405), Outcome.BLOCKED),  # the clouds' firewalls answer a GET with it
        (reply("proxy", 407), Outcome.BLOCKED),
        (reply("script", 412), Outcome.BLOCKED),  # 瑞数
        (reply("slowly", 429), Outcome.BLOCKED),
        (reply("no", 451), Outcome.BLOCKED),
        (reply("script", 521), Outcome.BLOCKED),  # 加速乐
        (reply("", 202), Outcome.BLOCKED),  # a 2xx that is not the page
        (reply("<script>document.cookie='a=1';location.reload()</script>"), Outcome.BLOCKED),
        (reply("<h1>您的访问请求已被拦截</h1><p>网站防火墙</p>", 500), Outcome.BLOCKED),
        (reply("", 304), Outcome.PROTOCOL_ERROR),  # nobody asked conditionally
        (reply("", 302), Outcome.BAD_REDIRECT),  # to nowhere
        (reply("", 302, location="http://[half"), Outcome.BAD_REDIRECT),
        (reply("", 302, location="ftp://example.test/"), Outcome.SCHEME_REFUSED),
        (reply("", 302, location="file:///etc/passwd"), Outcome.SCHEME_REFUSED),
        (reply("", 302, location="http://user:pw@example.test/"), Outcome.ADDRESS_REFUSED),
        (reply("", 302, location="http://nowhere.invalid/"), Outcome.NO_HOST),
        (b"SSH-2.0-OpenSSH_9.2\r\n", Outcome.PROTOCOL_ERROR),
        (b"HTTP/1.1 twohundred OK\r\n\r\n", Outcome.PROTOCOL_ERROR),
        (b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 70_000 + b"\r\n\r\n", Outcome.PROTOCOL_ERROR),
        (b"", Outcome.RESET),  # closed without a word
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it", Outcome.RESET),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", Outcome.RESET),
        (reply(b"not gzip at all", content_encoding="gzip"), Outcome.BAD_ENCODING),
        (reply(gzip.compress(PAGE.encode())[:-20], content_encoding="gzip"), Outcome.BAD_ENCODING),
        (reply(b"?", content_encoding="compress"), Outcome.BAD_ENCODING),
        (reply(b"x" * 2000), Outcome.TOO_LARGE),
    ],
)
async def test_an_answer_has_its_outcome(answer: bytes, outcome: Outcome) -> None:
    page = await fetch(always(answer), max_body=1500)
    assert page.outcome is outcome
    assert bool(page.reason) == (outcome is not Outcome.OK), "every failure says why"


async def test_a_large_header_is_no_fault() -> None:
    """Content-Security-Policy of some sites outgrows the 8 KB that aiohttp allows by itself."""
    page = await fetch(always(reply(PAGE, content_security_policy="x" * 20_000)))
    assert page.ok


async def test_nobody_listens() -> None:
    with socket.socket() as bound:  # bound but not listening: the port is ours, and refuses
        bound.bind(("127.0.0.1", 0))
        async with client() as made:
            page = await made.get(f"http://127.0.0.1:{bound.getsockname()[1]}/")
    assert page.outcome is Outcome.CONNECTION_REFUSED


async def test_a_reset_in_the_middle() -> None:
    async def cut(heard: Heard, writer: asyncio.StreamWriter) -> None:
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # close by RST
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
        await writer.drain()
        writer.transport.abort()

    assert (await fetch(cut)).outcome is Outcome.RESET


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (socket.gaierror(socket.EAI_NONAME, "no such name"), Outcome.NO_HOST),
        (socket.gaierror(socket.EAI_AGAIN, "no name server answers"), Outcome.DNS_FAILED),  # our trouble
    ],
)
async def test_a_name_without_an_address(error: OSError, outcome: Outcome) -> None:
    async def lookup(name: str) -> Sequence[str]:
        raise error

    async with client(lookup=lookup) as made:
        page = await made.get("http://www.county.gov.cn/")
    assert page.outcome is outcome
    assert "www.county.gov.cn" in page.reason


async def test_a_name_that_cannot_exist_is_no_trouble_of_ours() -> None:
    """Without any name server, a name reserved for never existing (RFC 2606) still does not exist."""

    async def lookup(name: str) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_AGAIN, "no name server answers")

    async with client(lookup=lookup) as made:
        assert (await made.get("http://a.example/")).outcome is Outcome.NO_HOST


async def test_the_systems_own_resolver_finds_this_machine() -> None:
    async with serving(always(reply(PAGE))) as site, Client(QUICK, HERE) as made:
        assert (await made.get(site.url(host="localhost"))).ok
        assert (await made.get("http://nowhere.invalid/")).outcome is Outcome.NO_HOST


@pytest.mark.parametrize(
    ("url", "outcome"),
    [
        ("file:///etc/passwd", Outcome.SCHEME_REFUSED),
        ("javascript:alert(1)", Outcome.SCHEME_REFUSED),
        ("www.example.test", Outcome.SCHEME_REFUSED),
        ("", Outcome.SCHEME_REFUSED),
        ("http://", Outcome.ADDRESS_REFUSED),
        ("http://a.test\r\nX: y/", Outcome.ADDRESS_REFUSED),
        ("http://a@b.test/", Outcome.ADDRESS_REFUSED),
        ("http://10.0.0.1/", Outcome.ADDRESS_REFUSED),
    ],
)
async def test_what_is_never_asked(url: str, outcome: Outcome) -> None:
    async with client() as made:
        page = await made.get(url)
    assert page.outcome is outcome
    assert page.status is None
    assert page.url == url


ADDRESSES = (
    st.text(max_size=60)
    | st.text(max_size=40).map("http://{}".format)
    | st.text().map("http://a.test/{}".format)
)


def test_no_address_makes_the_client_raise() -> None:
    async def lookup(name: str) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    with asyncio.Runner() as runner:
        fetching = client(lookup=lookup)
        made = runner.run(fetching.__aenter__())

        @effort(max_examples=150)
        @given(ADDRESSES)
        def try_it(url: str) -> None:
            assert not runner.run(made.get(url)).ok

        try_it()
        runner.run(fetching.__aexit__(None, None, None))


HEADS = st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 302 Found\r\nLocation: ", b"HTTP/1.0 500"])
TAILS = st.sampled_from([b"", b"\r\n\r\n", b"\r\nSet-Cookie: \xff;=;\r\n\r\n\xc4"])


def test_no_answer_makes_the_client_raise() -> None:
    answer = b""

    async def give(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)

    async def ask() -> Page:
        return await made.get(site.url(), robots="ignore")

    with asyncio.Runner() as runner:
        server, fetching = serving(give), client(replace(QUICK, timeout=timedelta(seconds=1)))
        site, made = runner.run(server.__aenter__()), runner.run(fetching.__aenter__())

        @effort(max_examples=150)
        @given(HEADS, st.binary(max_size=300), TAILS)
        def try_it(head: bytes, middle: bytes, tail: bytes) -> None:
            nonlocal answer
            answer = head + middle + tail
            assert runner.run(ask()).outcome in Outcome

        try_it()
        runner.run(fetching.__aexit__(None, None, None))
        runner.run(server.__aexit__(None, None, None))


# --- time ----------------------------------------------------------------------------------------------


async def test_a_server_that_never_answers() -> None:
    page = await fetch(never, settings=IMPATIENT)
    assert page.outcome is Outcome.TIMEOUT
    assert page.reason == "no complete answer within 0.2 s"
    assert 0.15 < page.elapsed < 2


async def test_a_body_that_drips_does_not_renew_the_time() -> None:
    async def drip(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while True:
            writer.write(b"<p>")
            await writer.drain()
            await asyncio.sleep(0.02)

    page = await fetch(drip, settings=IMPATIENT)
    assert page.outcome is Outcome.TIMEOUT
    assert page.status == 200
    assert "began with status 200" in page.reason
    assert page.body == b"", "half a list would look like a list without the rest"


async def test_redirects_share_one_time() -> None:
    async def slow(heard: Heard, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.05)
        writer.write(reply("", 302, location=f"{heard.target}x"))

    page = await fetch(slow, settings=replace(IMPATIENT, max_redirects=1000))
    assert page.outcome is Outcome.TIMEOUT
    assert len(page.hops) < 10


async def test_times_are_the_clocks_and_the_requests() -> None:
    page = await fetch(always(reply(PAGE, age="90")))
    assert page.requested_at == NOW
    assert page.age == timedelta(seconds=90)
    assert page.seen_at == NOW - timedelta(seconds=90)


# --- size ----------------------------------------------------------------------------------------------


def bomb() -> bytes:
    """500 MB of zeros in some 500 kB of gzip: one flushed block of 1 MB, 500 times."""
    press = zlib.compressobj(9, zlib.DEFLATED, 31)
    start = press.compress(b"") + press.flush(zlib.Z_FULL_FLUSH)
    block = press.compress(bytes(1_000_000)) + press.flush(zlib.Z_FULL_FLUSH)
    return start + block * 500


@pytest.mark.parametrize("coding", ["gzip", "gzip, gzip", "br"])
async def test_a_bomb_is_refused_in_bounded_memory(coding: str) -> None:
    body = {"gzip": bomb, "gzip, gzip": lambda: gzip.compress(bomb()), "br": brotli_bomb}[coding]()
    assert len(body) < 700_000
    async with serving(always(reply(body, content_encoding=coding))) as site, client() as made:
        tracemalloc.start()
        page = await made.get(site.url(), robots="ignore")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert page.outcome is Outcome.TOO_LARGE
    assert page.body == b""
    assert peak < 4 * QUICK.max_body


def brotli_bomb() -> bytes:
    import brotli  # noqa: PLC0415

    press = brotli.Compressor(quality=5)
    return b"".join([*(press.process(bytes(1_000_000)) for _ in range(200)), press.finish()])


async def test_a_body_without_end_is_cut_at_the_limit() -> None:
    written = 0

    async def pour(heard: Heard, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(bytes(65536))
            written += 65536
            await writer.drain()

    page = await fetch(pour, max_body=1_000_000)
    assert page.outcome is Outcome.TOO_LARGE
    assert page.status == 200
    assert written < 16_000_000, "what is in the buffers of both ends, not more"


async def test_a_gzip_stream_that_expands_to_nothing_has_an_end() -> None:
    async def idle(heard: Heard, writer: asyncio.StreamWriter) -> None:
        header = gzip.compress(b"")[:10]
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + header)
        while True:
            writer.write(b"\0\0\0\xff\xff" * 10_000)  # stored blocks of no bytes
            await writer.drain()

    page = await fetch(idle, max_body=200_000)
    assert page.outcome is Outcome.TOO_LARGE


async def test_the_body_of_an_error_page_never_hides_the_status() -> None:
    page = await fetch(always(reply(b"x" * 3_000_000, 404)))
    assert page.outcome is Outcome.NOT_FOUND


@pytest.mark.parametrize(
    ("coding", "press"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda data: zlib.compress(data, wbits=-15)),  # raw, as several servers send it
        ("gzip, gzip", lambda data: gzip.compress(gzip.compress(data))),
        ("identity", bytes),
        ("UTF-8", bytes),  # the slip for Content-Type's charset
        ("gzip", lambda data: gzip.compress(data[:30]) + gzip.compress(data[30:])),  # two members
        ("gzip", lambda data: gzip.compress(data) + b"\0\0\0"),  # padded
    ],
)
async def test_bodies_are_decompressed(coding: str, press: Callable[[bytes], bytes]) -> None:
    page = await fetch(always(reply(press(PAGE.encode()), content_encoding=coding)))
    assert page.text == PAGE


async def test_a_body_that_is_no_text_is_not_decoded() -> None:
    page = await fetch(always(reply(b"%PDF-1.7\n\xb5\xed", content_type="application/pdf")))
    assert page.ok
    assert (page.body, page.text, page.encoding) == (b"%PDF-1.7\n\xb5\xed", "", None)


# --- redirects -----------------------------------------------------------------------------------------


async def test_redirects_are_recorded_in_order() -> None:
    routes = {
        "/": reply("", 301, location="/a"),
        "/a": reply("", 302, location="//x.test:{port}/b?c=1#d"),
        "/b?c=1": reply("", 307, location="\\e\\f"),  # browsers read a backslash as a slash
        "/e/f": reply(PAGE),
    }

    async def give(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(routes[heard.target].replace(b"{port}", str(site.port).encode()))

    async with serving(give) as site, client() as made:
        page = await made.get(site.url(), robots="ignore")
    assert page.ok
    assert page.hops == (site.url("/a"), site.url("/b?c=1", "x.test"), site.url("/e/f", "x.test"))
    assert page.final_url == page.hops[-1]
    assert page.url == site.url()
    assert (page.etag, page.last_modified) == (None, None)


@pytest.mark.parametrize(
    ("routes", "outcome"),
    [
        ({"/": "/"}, Outcome.REDIRECT_LOOP),
        ({"/": "/a", "/a": "/"}, Outcome.REDIRECT_LOOP),
        ({"/": "/#top"}, Outcome.REDIRECT_LOOP),  # the same address
        ({f"/{'x' * n}": f"/{'x' * (n + 1)}" for n in range(9)}, Outcome.TOO_MANY_REDIRECTS),
    ],
)
async def test_redirects_come_to_an_end(routes: dict[str, str], outcome: Outcome) -> None:
    async with (
        serving(pages({path: reply("", 302, location=to) for path, to in routes.items()})) as site,
        client() as made,
    ):
        page = await made.get(site.url(), robots="ignore")
    assert page.outcome is outcome
    assert len(site.heard) <= 6


def wants_cookie(rounds: int) -> Answer:
    """Redirect to the same address with one cookie after the other, as CT6T and CT6TS do."""

    async def give(heard: Heard, writer: asyncio.StreamWriter) -> None:
        held = heard.headers.get("cookie", "").count("=")
        if held < rounds:
            writer.write(reply("", 302, location=heard.target, set_cookie=f"c{held}=1; Path=/"))
        else:
            writer.write(reply(PAGE))

    return give


async def test_a_redirect_to_itself_that_sets_a_cookie_is_no_loop() -> None:
    page = await fetch(wants_cookie(1))
    assert page.ok
    assert len(page.hops) == 1


async def test_but_only_once() -> None:
    assert (await fetch(wants_cookie(9))).outcome is Outcome.REDIRECT_LOOP


async def test_a_location_in_gbk_is_followed_byte_by_byte() -> None:
    """Servers put raw GBK into Location; escaped byte by byte it reaches the page that was meant."""
    raw = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /\xb9\xab\xb8\xe6\r\n\r\n"
    async with serving(pages({"/": raw, "/%B9%AB%B8%E6": reply(PAGE)})) as site, client() as made:
        page = await made.get(site.url(), robots="ignore")
    assert page.ok
    assert page.final_url == site.url("/%B9%AB%B8%E6")


# --- what is sent --------------------------------------------------------------------------------------


async def test_we_say_who_we_are_and_whom_to_ask() -> None:
    settings = replace(QUICK, user_agent="Duban/0 (+office@example.gov.cn)")
    async with serving(always(reply(PAGE))) as site, client(settings) as made:
        await made.get(site.url(), robots="ignore")
    sent = site.heard[0].headers
    assert sent["user-agent"] == "Duban/0 (+office@example.gov.cn)"
    assert sent["accept-encoding"] == "gzip, deflate, br"
    assert "cache-control" not in sent
    assert "cookie" not in sent


async def test_a_conditional_request_and_its_304() -> None:
    async with serving(always(reply("", 304, etag='"v1"'))) as site, client() as made:
        page = await made.get(
            site.url(), robots="ignore", etag='"v1"', last_modified="Mon, 02 Nov 2026 00:00:00 GMT"
        )
    assert page.outcome is Outcome.NOT_MODIFIED
    assert not page.fresh
    assert site.heard[0].headers["if-none-match"] == '"v1"'
    assert site.heard[0].headers["if-modified-since"] == "Mon, 02 Nov 2026 00:00:00 GMT"


async def test_a_fresh_request_is_unconditional_and_asks_past_caches() -> None:
    async with serving(always(reply(PAGE, etag='"v2"'))) as site, client() as made:
        page = await made.get(site.url(), robots="ignore", fresh=True, etag='"v1"', last_modified="x")
    sent = site.heard[0].headers
    assert (sent["cache-control"], sent["pragma"]) == ("no-cache", "no-cache")
    assert not {"if-none-match", "if-modified-since"} & sent.keys()
    assert page.fresh
    assert page.etag == '"v2"'


async def test_a_304_to_a_fresh_request_is_no_fresh_reading() -> None:
    page = await fetch(always(reply("", 304)), fresh=True, etag='"v1"')
    assert page.outcome is Outcome.PROTOCOL_ERROR
    assert not page.fresh


async def test_conditions_do_not_travel_to_where_a_page_redirects() -> None:
    async with (
        serving(pages({"/": reply("", 302, location="/b"), "/b": reply(PAGE)})) as site,
        client() as made,
    ):
        await made.get(site.url(), robots="ignore", etag='"v1"')
    assert [heard.headers.get("if-none-match") for heard in site.heard] == ['"v1"', None]


async def test_cookies_last_a_round_and_stay_with_their_host() -> None:
    async with serving(always(reply(PAGE, set_cookie="id=7; Path=/"))) as site, client() as made:
        one, other = CookieRound(), CookieRound()
        await made.get(site.url(), robots="ignore", cookies=one)
        await made.get(site.url(), robots="ignore", cookies=one)
        await made.get(site.url(host="x.test"), robots="ignore", cookies=one)
        await made.get(site.url(), robots="ignore", cookies=other)
        await made.get(site.url(), robots="ignore")
        await made.get(site.url(), robots="ignore")
    assert [heard.headers.get("cookie") for heard in site.heard] == [None, "id=7", None, None, None, None]


async def test_a_cookie_put_by_hand_is_sent_to_its_host() -> None:
    async with serving(always(reply(PAGE))) as site, client() as made:
        cookies = CookieRound()
        cookies.put(site.url(), "clearance", "a|b/c=")
        await made.get(site.url(), robots="ignore", cookies=cookies)
    assert site.heard[0].headers["cookie"] == "clearance=a|b/c="


async def test_the_environments_proxy_is_none_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    assert (await fetch(always(reply(PAGE)))).ok


async def test_observers_see_every_page_also_the_refused() -> None:
    seen: list[Page] = []
    async with serving(pages({"/": reply(PAGE)})) as site, client(observers=[seen.append]) as made:
        await made.get(site.url())
        await made.get("ftp://x.test/")
    assert [(page.url.rsplit("/", 1)[1], page.outcome) for page in seen] == [
        ("robots.txt", Outcome.NOT_FOUND),
        ("", Outcome.OK),
        ("", Outcome.SCHEME_REFUSED),
    ]


async def test_an_ipv6_literal() -> None:
    try:
        site_of_six = serving(always(reply(PAGE)), "::1")
        async with site_of_six as site, client() as made:
            assert (await made.get(site.url(), robots="ignore")).ok
    except OSError:
        pytest.skip("this machine has no IPv6")


# --- encodings -----------------------------------------------------------------------------------------


async def test_the_text_is_what_the_bytes_say_whatever_is_declared() -> None:
    answer = reply(PAGE.encode("gb18030"), content_type="text/html; charset=utf-8")
    page = await fetch(always(answer))
    assert page.text == PAGE
    assert page.encoding == "gb18030"


async def test_the_configuration_may_say_the_encoding() -> None:
    page = await fetch(always(reply("縣政府".encode("big5"))), encoding="big5")
    assert (page.text, page.encoding) == ("縣政府", "big5")


# --- robots.txt ----------------------------------------------------------------------------------------

FORBIDS = reply("User-agent: *\nDisallow: /secret\nAllow: /", content_type="text/plain")


async def test_robots_txt_is_obeyed_and_asked_once() -> None:
    routes = {"/robots.txt": FORBIDS, "/secret/a": reply(PAGE), "/open": reply(PAGE)}
    async with serving(pages(routes)) as site, client() as made:
        several = await asyncio.gather(*(made.get(site.url("/open")) for _ in range(5)))
        refused = await made.get(site.url("/secret/a"))
        ignored = await made.get(site.url("/secret/a"), robots="ignore")
    assert all(page.ok for page in several)
    assert refused.outcome is Outcome.ROBOTS_REFUSED
    assert ignored.ok
    assert site.targets().count("/robots.txt") == 1
    assert site.targets().count("/secret/a") == 1


async def test_a_redirect_into_what_robots_txt_forbids_is_not_followed() -> None:
    routes = {"/robots.txt": FORBIDS, "/": reply("", 302, location="/secret/a")}
    async with serving(pages(routes)) as site, client() as made:
        page = await made.get(site.url())
    assert page.outcome is Outcome.ROBOTS_REFUSED
    assert "/secret/a" not in site.targets()


@pytest.mark.parametrize(
    ("robots", "is_noted"),
    [
        (reply("", 404), False),
        (reply("", 403), False),  # not given: allowed, by RFC 9309
        (reply("", 503), True),
        (reply("", 500), True),
        (b"", True),
        (reply("x" * 600_000, content_type="text/plain"), True),
        (reply("<html>这不是规则</html>"), False),  # a soft 404
    ],
)
async def test_a_robots_txt_that_cannot_be_read_is_taken_as_permission(
    robots: bytes, *, is_noted: bool
) -> None:
    async with serving(pages({"/robots.txt": robots, "/": reply(PAGE)})) as site, client() as made:
        page = await made.get(site.url())
    assert page.ok
    assert any("robots.txt" in note for note in page.notes) == is_noted


async def test_rules_are_asked_again_when_they_expire_but_not_at_a_deadline() -> None:
    now = NOW
    async with (
        serving(pages({"/robots.txt": FORBIDS, "/": reply(PAGE)})) as site,
        client(clock=lambda: now) as made,
    ):
        await made.get(site.url())
        now += timedelta(hours=2)
        await made.get(site.url(), urgent=True)
        assert site.targets().count("/robots.txt") == 1
        await made.get(site.url())
        assert site.targets().count("/robots.txt") == 2


# --- many at once --------------------------------------------------------------------------------------


async def test_a_hundred_hanging_sites_do_not_delay_the_next() -> None:
    """Each with three pages wanted at once, on the default limits: the seats must not all be theirs."""
    async with (
        serving(never) as hanging,
        serving(always(reply(PAGE))) as good,
        client(FetchSettings(timeout=timedelta(seconds=30))) as made,
    ):
        stuck = [
            asyncio.create_task(made.get(hanging.url(f"/{page}", f"hang{number}.test"), robots="ignore"))
            for number in range(100)
            for page in range(3)
        ]
        await hanging.until(lambda: len({heard.headers["host"] for heard in hanging.heard}) == 100)
        async with asyncio.timeout(20):  # those that hang would do so for 30
            pages_got = await asyncio.gather(
                *(made.get(good.url("/", f"good{number}.test"), robots="ignore") for number in range(20))
            )
        assert all(page.ok for page in pages_got)
        assert made.hosts.in_flight <= 200
        assert not any(task.done() for task in stuck)
        for task in stuck:
            task.cancel()
        await asyncio.gather(*stuck, return_exceptions=True)
    assert made.hosts.in_flight == 0


async def test_one_host_sees_no_more_than_its_share() -> None:
    at_once = most = 0

    async def count(heard: Heard, writer: asyncio.StreamWriter) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.01)
        at_once -= 1
        writer.write(reply(PAGE))

    async with serving(count) as site, client() as made:
        await asyncio.gather(*(made.get(site.url(f"/{n}"), robots="ignore") for n in range(12)))
    assert most == QUICK.per_host


async def test_backoff_shows_to_the_scheduler_and_leaves_a_deadline_alone() -> None:
    answers = iter([reply("", 503, retry_after="600"), reply("broken", 500), reply(PAGE)])

    async def give(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(next(answers))

    async with serving(give) as site, client() as made:
        host = f"127.0.0.1:{site.port}"
        assert made.hosts.not_before(host) is None
        await made.get(site.url(), robots="ignore")
        assert made.hosts.not_before(host) == NOW + timedelta(minutes=10)
        assert made.hosts.not_before(host, urgent=True) == NOW + timedelta(minutes=10)
        await made.get(site.url(), robots="ignore", urgent=True)
        assert made.hosts.not_before(host) is not None
        assert made.hosts.not_before(host, urgent=True) is None
        await made.get(site.url(), robots="ignore")
        assert made.hosts.not_before(host) is None


async def test_a_host_in_backoff_is_waited_for_a_moment_only() -> None:
    """An hour's wait is the scheduler's; a caller that does not ask it is slowed down, not held up."""
    patient = replace(QUICK, patience=timedelta(milliseconds=50))
    async with serving(always(reply("", 503, retry_after="3600"))) as site, client(patient) as made:
        await made.get(site.url(), robots="ignore")
        began = time.monotonic()
        await made.get(site.url(), robots="ignore")
        assert 0.045 < time.monotonic() - began < 60, "not the hour that was asked for"


# --- certificates --------------------------------------------------------------------------------------


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.make(tmp_path)


async def test_a_sound_certificate(authority: Authority) -> None:
    tls = authority.server("a.test", days=90)
    async with serving(always(reply(PAGE)), tls=tls) as site, client(trust=authority.trusting()) as made:
        page = await made.get(site.url(host="a.test"), robots="ignore")
        fact = await made.certificate("a.test", site.port)
    assert (page.outcome, page.certificate_error) == (Outcome.OK, None)
    assert (fact.valid, fact.reason) == (True, None)
    assert (fact.subject, fact.issuer, fact.names) == ("a.test", "Test authority", ("a.test",))
    assert fact.not_after is not None
    assert timedelta(days=89) < fact.not_after - datetime.now(UTC) < timedelta(days=91)


@pytest.mark.parametrize(
    ("host", "days", "is_trusted", "why"),
    [
        ("a.test", -1, True, "expired"),
        ("other.test", 90, True, "another host"),
        ("a.test", 90, False, "issuer is not known"),
    ],
)
async def test_a_faulty_certificate_is_told_and_the_page_is_read_all_the_same(
    host: str, days: int, why: str, authority: Authority, tmp_path: Path, *, is_trusted: bool
) -> None:
    trusted = authority if is_trusted else Authority.make(tmp_path, "Another authority")
    tls = authority.server(host, days=days)
    async with serving(always(reply(PAGE)), tls=tls) as site, client(trust=trusted.trusting()) as made:
        page = await made.get(site.url(host="a.test"), robots="ignore")
        fact = await made.certificate("a.test", site.port)
    assert page.ok
    assert page.text == PAGE
    assert page.certificate_error is not None
    assert why in page.certificate_error
    assert fact.valid is False
    assert fact.reason == page.certificate_error
    assert fact.subject == host
    assert fact.not_after is not None
    assert (fact.not_after < datetime.now(UTC)) == (days < 0)


async def test_what_speaks_no_tls_is_no_certificates_fault() -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(5)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with listening(plain) as port, client() as made:
        page = await made.get(f"https://127.0.0.1:{port}/", robots="ignore")
        fact = await made.certificate("127.0.0.1", port)
    assert page.outcome in (Outcome.TLS_FAILED, Outcome.RESET)
    assert fact.valid is None
    assert fact.reason


async def test_a_handshake_that_hangs_comes_to_an_end() -> None:
    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async with listening(mute) as port, client(IMPATIENT) as made:
        fact = await made.certificate("127.0.0.1", port)
        page = await made.get(f"https://127.0.0.1:{port}/", robots="ignore")
    assert fact.valid is None
    assert fact.reason is not None
    assert fact.reason.startswith("timeout")
    assert page.outcome is Outcome.TIMEOUT


# --- the outgoing proxy --------------------------------------------------------------------------------


@asynccontextmanager
async def proxying() -> AsyncIterator[Site]:
    """Run a proxy that answers plain requests itself and says what it was asked for."""

    async def give(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(PAGE, x_proxied=heard.target))

    async with serving(give) as site:
        yield site


async def test_requests_go_by_way_of_the_proxy() -> None:
    async with proxying() as proxy:
        settings = replace(QUICK, proxy=proxy.url("").replace("//", "//u:p@"))
        async with client(settings) as made:
            page = await made.get("http://a.test/x", robots="ignore")
    assert page.ok
    assert page.headers["x-proxied"] == "http://a.test/x"
    assert proxy.heard[0].headers["proxy-authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    "url", ["http://10.1.2.3/", "http://0x7f.2/", "http://inner.test/", "https://inner.test/"]
)
async def test_a_target_is_judged_before_the_proxy_hears_of_it(url: str) -> None:
    async def lookup(name: str) -> Sequence[str]:
        return ["127.0.0.1", "127.0.0.2"]  # one address out of order is enough

    async with proxying() as proxy, client(replace(QUICK, proxy=proxy.url("")), lookup=lookup) as made:
        page = await made.get(url)
        fact = await made.certificate("inner.test")
    assert page.outcome is Outcome.ADDRESS_REFUSED
    assert (fact.reason or "").startswith("address_refused")
    assert proxy.connections == 0


async def test_a_proxy_that_fails_is_our_trouble(authority: Authority) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        settings = replace(QUICK, proxy=f"http://127.0.0.1:{bound.getsockname()[1]}")
        async with client(settings) as made:
            page = await made.get("http://a.test/", robots="ignore")
            host = "a.test:80"
            assert made.hosts.not_before(host) is None, "the host is not put off for it"
    assert page.outcome is Outcome.PROXY_FAILED
    assert page.outcome.blame == "unknown"


@dataclass(slots=True)
class Tunnel:
    """A proxy that connects every CONNECT to one server, whatever name is asked for."""

    port: int = 0
    asked: list[str] = field(default_factory=list)


@asynccontextmanager
async def tunnelling(
    to: Site, answer: bytes = b"HTTP/1.1 200 Connection established"
) -> AsyncIterator[Tunnel]:
    tunnel = Tunnel()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tunnel.asked.append((await reader.readuntil(b"\r\n\r\n")).decode().split(" ")[1])
        writer.write(answer + b"\r\n\r\n")
        await writer.drain()
        if b" 200 " in answer:
            onward, back = await asyncio.open_connection("127.0.0.1", to.port)
            try:
                await asyncio.gather(_pump(reader, back), _pump(onward, writer))
            finally:
                back.transport.abort()

    async with listening(handle) as tunnel.port:
        yield tunnel


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def test_https_goes_through_a_tunnel_certificates_included(authority: Authority) -> None:
    tls = authority.server("a.test")
    async with serving(always(reply(PAGE)), tls=tls) as site, tunnelling(site) as tunnel:
        settings = replace(QUICK, proxy=f"http://127.0.0.1:{tunnel.port}")
        async with client(settings, trust=authority.trusting()) as made:
            page = await made.get("https://a.test/x", robots="ignore")
            fact = await made.certificate("a.test")
    assert (page.outcome, page.text) == (Outcome.OK, PAGE)
    assert (fact.valid, fact.subject) == (True, "a.test")
    assert tunnel.asked == ["a.test:443", "a.test:443"]


async def test_a_proxy_that_opens_no_tunnel_is_our_trouble(authority: Authority) -> None:
    async with serving(always(reply(PAGE))) as site, tunnelling(site, b"HTTP/1.1 502 Bad Gateway") as tunnel:
        proxied = replace(QUICK, proxy=f"http://127.0.0.1:{tunnel.port}")
        async with client(proxied) as made:
            page = await made.get("https://a.test/x", robots="ignore")
            fact = await made.certificate("a.test")
    assert page.outcome is Outcome.PROXY_FAILED
    assert fact.valid is None
    assert "502" in (fact.reason or "")
