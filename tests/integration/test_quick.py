"""Requests in quick succession: every end they can come to, and that they go where the client may go."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.net.client import Client, FetchSettings
from monitor.net.guard import Guard
from monitor.net.outcomes import Outcome
from monitor.net.quick import Quick
from monitor.net.wire import LONGEST_HEAD, SWALLOWED
from tests.integration.certificates import Authority
from tests.integration.sites import Answer, Heard, always, listening, never, reply, serving

OPEN, CLOSED = "127.0.0.1", "127.0.0.2"
SETTINGS = FetchSettings(timeout=timedelta(seconds=5))
ROOM = 1000


def everything(status: int, headers: Mapping[bytes, bytes]) -> int:
    return ROOM


async def lookup(name: str) -> Sequence[str]:
    return [CLOSED] if name == "closed.test" else [OPEN]


@asynccontextmanager
async def quick(settings: FetchSettings = SETTINGS) -> AsyncIterator[Quick]:
    async with Client(settings, Guard.allowing([f"{OPEN}/32"]), lookup=lookup) as client:
        made = Quick(client)
        yield made
        made.close()


def raw(*lines: str, body: bytes = b"") -> bytes:
    return "\r\n".join((*lines, "", "")).encode() + body


BOMB = gzip.compress(bytes(ROOM * 50))
ENDS: list[tuple[bytes, Outcome, int | None, bytes]] = [
    (reply("page"), Outcome.OK, 200, b"page"),
    (reply("gone", 404), Outcome.NOT_FOUND, 404, b"gone"),
    (reply("", 410), Outcome.GONE, 410, b""),
    (reply("", 500), Outcome.SERVER_ERROR, 500, b""),
    (reply("", 412), Outcome.BLOCKED, 412, b""),
    (reply("", 302, location="/there"), Outcome.OK, 302, b""),  # followed by nobody here
    (raw("HTTP/1.1 200 OK", body=b"to the end"), Outcome.OK, 200, b"to the end"),  # ends with the connection
    (raw("HTTP/1.0 200 OK", body=b"old"), Outcome.OK, 200, b"old"),
    (raw("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", body=b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), Outcome.OK, 200, b"abcde"),
    (raw("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", body=b"3\r\nabc\r\n"), Outcome.RESET, None, b""),  # breaks off
    (raw("HTTP/1.1 200 OK", "Content-Length: 9", body=b"short"), Outcome.RESET, None, b""),
    (raw("HTTP/1.1 103 Early Hints", "Link: x") + reply("then"), Outcome.OK, 200, b"then"),
    (raw("HTTP/1.1 101 Switching", "Upgrade: x"), Outcome.PROTOCOL_ERROR, None, b""),
    (raw("HTTP/1.1 304 Not Modified"), Outcome.PROTOCOL_ERROR, 304, b""),  # nobody set a condition
    (raw("HTTP/1.1 204 No Content"), Outcome.OK, 204, b""),
    (b"SSH-2.0-OpenSSH\r\n", Outcome.PROTOCOL_ERROR, None, b""),
    (b"", Outcome.RESET, None, b""),
    (raw("HTTP/1.1 200 OK", *(f"X-{n}: {'x' * 900}" for n in range(LONGEST_HEAD // 900))), Outcome.OK, 200, b""),
    (reply(gzip.compress(b"packed"), content_encoding="gzip"), Outcome.OK, 200, b"packed"),
    (reply(zlib.compress(b"packed"), content_encoding="deflate"), Outcome.OK, 200, b"packed"),
    (reply(BOMB, content_encoding="gzip"), Outcome.OK, 200, bytes(ROOM)),  # as much as there is room for
    (reply(b"no gzip", content_encoding="gzip"), Outcome.BAD_ENCODING, None, b""),
    (reply("", content_encoding="zstd"), Outcome.BAD_ENCODING, None, b""),
    (reply(b"x" * ROOM * 100), Outcome.OK, 200, b"x" * ROOM),
    (reply("名", x_name="名"), Outcome.OK, 200, "名".encode()),  # bytes beyond ASCII in a header
    (raw("HTTP/1.1 200 OK", "Content-Length: 2", "No Colon") + b"ok", Outcome.PROTOCOL_ERROR, None, b""),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "outcome", "status", "body"), ENDS)
async def test_every_end(answer: bytes, outcome: Outcome, status: int | None, body: bytes) -> None:
    async with serving(always(answer)) as site, quick() as made:
        got = await made.ask(site.url(), everything)
    assert (got.outcome, got.status, got.body) == (outcome, status, body)
    assert (outcome is Outcome.OK) == (got.reason == "")


async def test_headers_without_end_are_not_waited_for() -> None:
    async def endless(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nX: ")
        for _ in range(100):
            writer.write(b"x" * LONGEST_HEAD)
            await writer.drain()

    async with serving(endless) as site, quick() as made:
        got = await made.ask(site.url(), everything)
    assert (got.outcome, "headers of more" in got.reason) == (Outcome.PROTOCOL_ERROR, True)


@pytest.mark.parametrize("answer", [never, always(raw("HTTP/1.1 200 OK", "Content-Length: 5", body=b"dri"))])
async def test_what_does_not_end_is_timed_out(answer: Answer) -> None:
    async def drip(heard: Heard, writer: asyncio.StreamWriter) -> None:
        await answer(heard, writer)
        await never(heard, writer)

    async with serving(drip) as site, quick(FetchSettings(timeout=timedelta(milliseconds=200))) as made:
        assert (await made.ask(site.url(), everything)).outcome is Outcome.TIMEOUT


@asynccontextmanager
async def keeping(*answers: bytes, hangs_up: bool = False) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Run a server that keeps its connections; gives its address, and one entry for each connection."""
    left, opened = list(answers), []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.append(b"")
        while left:
            opened[-1] += (await reader.readuntil(b"\r\n\r\n")).partition(b" HTTP")[0] + b";"
            writer.write(left.pop(0))
            await writer.drain()
            if hangs_up:
                return

    async with listening(handle) as port:
        yield f"http://127.0.0.1:{port}", opened


async def test_one_connection_serves_many_requests() -> None:
    big = reply(b"x" * SWALLOWED)
    async with (
        keeping(reply("a"), raw("HTTP/1.1 200 OK", "Content-Length: 5"), big, reply("b")) as (
            start,
            opened,
        ),
        quick() as made,
    ):
        await made.ask(start + "/1", everything)
        head = await made.ask(start + "/2", everything, is_head=True)
        unwanted = await made.ask(start + "/3", lambda status, headers: 0)
        last = await made.ask(start + "/4?q#", everything)
    assert (head.length, unwanted.body, last.body) == (5, b"", b"b")
    assert opened == [b"GET /1;HEAD /2;GET /3;GET /4?q#;"]


async def test_a_connection_that_was_closed_meanwhile_is_opened_anew() -> None:
    async with keeping(reply("a"), reply("b"), hangs_up=True) as (start, opened), quick() as made:
        await made.ask(start + "/1", everything)
        assert (await made.ask(start + "/2", everything)).body == b"b"
    assert opened == [b"GET /1;", b"GET /2;"]


async def test_more_than_the_answer_spoils_the_connection() -> None:
    async with keeping(reply("a") + reply("of another"), reply("b")) as (start, _), quick() as made:
        await made.ask(start + "/1", everything)
        assert (await made.ask(start + "/2", everything)).body == b"b"


@pytest.mark.parametrize(
    "name", [CLOSED, "127.2", "0x7f.2", "2130706434", "closed.test", "[::ffff:127.0.0.2]"]
)
async def test_it_goes_nowhere_the_client_may_not_go(name: str) -> None:
    async with serving(always(reply("secret")), CLOSED) as site, quick() as made:
        got = await made.ask(f"http://{name}:{site.port}/", everything)
    assert (got.outcome, site.connections) == (Outcome.ADDRESS_REFUSED, 0)


@pytest.mark.parametrize(
    ("url", "outcome"),
    [
        ("http://169.254.169.254/latest/", Outcome.ADDRESS_REFUSED),
        ("http://nobody.invalid/", Outcome.NO_HOST),
        ("http://user:secret@a.test/", Outcome.ADDRESS_REFUSED),
        ("http://127.0.0.1:1/", Outcome.CONNECTION_REFUSED),
        ("ftp://a.test/", Outcome.SCHEME_REFUSED),
    ],
)
async def test_addresses_that_cannot_be_asked(url: str, outcome: Outcome) -> None:
    async with quick() as made:
        assert (await made.ask(url, everything)).outcome is outcome


async def test_a_certificate_that_does_not_hold_is_for_the_client(tmp_path: Path) -> None:
    stranger = Authority.make(tmp_path)
    async with serving(always(reply("page")), tls=stranger.server(OPEN)) as site, quick() as made:
        got = await made.ask(site.url(), everything)
    assert (got.outcome, got.is_odd) == (Outcome.TLS_FAILED, True)


async def test_a_server_that_hangs_up_at_the_greeting_is_for_the_client() -> None:
    """Old servers do, at a greeting they cannot read; the client knows older ones."""

    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.transport.abort()

    async with listening(cut) as port, quick() as made:
        got = await made.ask(f"https://127.0.0.1:{port}/", everything)
    assert (got.outcome, got.is_odd) == (Outcome.TLS_FAILED, True)


async def test_what_is_said_of_us_and_of_the_caller() -> None:
    async with serving(always(reply("page"))) as site, quick() as made:
        await made.ask(site.url("/%E5%90%8D"), everything, extra=b"X-Key: 1\r\n")
    (heard,) = site.heard
    assert heard.target == "/%E5%90%8D"
    assert heard.headers["host"] == f"127.0.0.1:{site.port}"
    assert heard.headers["user-agent"].startswith("Duban/")
    assert heard.headers["x-key"] == "1"


# --- the outgoing proxy --------------------------------------------------------------------------------


def by_way_of(proxy: str) -> FetchSettings:
    return FetchSettings(timeout=timedelta(seconds=5), proxy=proxy)


async def test_requests_go_by_way_of_the_proxy() -> None:
    async with (
        serving(always(reply("from the proxy"))) as proxy,
        quick(by_way_of(proxy.url("").replace("//", "//u:p@"))) as made,
    ):
        got = await made.ask("http://a.test/x?y", everything)
        refused = await made.ask("http://closed.test/", everything)
    (heard,) = proxy.heard  # what may not be reached is judged before the proxy hears of it
    assert (got.body, refused.outcome) == (b"from the proxy", Outcome.ADDRESS_REFUSED)
    assert (heard.target, heard.headers["host"]) == ("http://a.test/x?y", "a.test")
    assert heard.headers["proxy-authorization"].startswith("Basic ")


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_proxy_that_is_down_breaks_no_link(scheme: str) -> None:
    async with quick(by_way_of("http://127.0.0.1:1")) as made:
        got = await made.ask(f"{scheme}://a.test/", everything)
    assert (got.outcome, got.is_odd) == (Outcome.PROXY_FAILED, True)
