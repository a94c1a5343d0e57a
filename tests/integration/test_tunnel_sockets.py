"""The browser's way out, spoken to by hand: who may use it, where it leads, and that it never runs full."""

from __future__ import annotations

import asyncio
import base64
import os
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

import pytest

from monitor.net.egress import Egress
from monitor.net.guard import Guard
from monitor.net.names import Names
from monitor.net.outcomes import Outcome
from monitor.net.tunnel import Limits, Tunnel, Visit
from tests.integration.sites import Answer, Heard, Site, always, listening, never, reply, serving

OPEN, CLOSED = "127.0.0.1", "127.0.0.2"
NAMES = {"open.test": [OPEN], "closed.test": [CLOSED], "both.test": [CLOSED, OPEN]}
PATIENT = Limits()
IMPATIENT = Limits(head_timeout=0.2, connect_timeout=0.2, idle=0.2)


async def lookup(name: str) -> Sequence[str]:
    if name not in NAMES:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")
    return NAMES[name]


@asynccontextmanager
async def tunnel(limits: Limits = PATIENT, proxy: str = "", *allowed: str) -> AsyncIterator[Tunnel]:
    guard = Guard.allowing(allowed or [f"{OPEN}/32"])
    async with Tunnel(Egress(guard, Names(lookup), proxy), limits) as opened:
        yield opened


@dataclass
class Line:
    """A connection to the tunnel."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, raw: bytes) -> None:
        self.writer.write(raw)
        await self.writer.drain()

    async def head(self) -> tuple[int, str]:
        text = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        return int(text.split()[1]), text

    async def rest(self) -> bytes:
        try:
            return await self.reader.read()
        except ConnectionResetError:
            return b""


@asynccontextmanager
async def line(through: Tunnel) -> AsyncIterator[Line]:
    host, port = through.server.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        yield Line(reader, writer)
    finally:
        writer.transport.abort()


def asking(what: str, visit: Visit | None, *fields: str, body: bytes = b"") -> bytes:
    shown = [f"Proxy-Authorization: {visit.authorization}"] if visit else []
    return "\r\n".join([f"{what} HTTP/1.1", *shown, *fields, "", ""]).encode("latin-1") + body


async def answered(through: Tunnel, raw: bytes) -> tuple[int, str, bytes]:
    async with line(through) as opened:
        await opened.say(raw)
        status, head = await opened.head()
        return status, head, await opened.rest()


# --- what gets through ---------------------------------------------------------------------------------


async def test_a_request_in_clear_and_its_answer() -> None:
    async with serving(always(reply("hello"))) as site, tunnel() as opened:
        with opened.visit() as visit:
            status, _, body = await answered(opened, asking(f"GET {site.url('/a?b', 'open.test')}", visit))
    assert (status, body) == (200, b"hello")
    heard = site.heard[0]
    assert (heard.target, heard.headers["host"]) == ("/a?b", f"open.test:{site.port}")
    assert "proxy-authorization" not in heard.headers, "the password stays here"
    assert not visit.turned


async def test_a_tunnel_passes_every_byte_both_ways() -> None:
    sent = os.urandom(300_000)

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()

    async with listening(echo) as port, tunnel() as opened:
        with opened.visit() as visit:
            async with line(opened) as through:
                await through.say(asking(f"CONNECT open.test:{port}", visit))
                assert (await through.head())[0] == 200
                saying = asyncio.create_task(through.say(sent))
                assert await through.reader.readexactly(len(sent)) == sent
                await saying


async def test_a_body_goes_to_the_server_and_a_second_request_does_not() -> None:
    """Two requests on one connection, for two servers: the second must not reach the first one's."""
    bodies: list[bytes] = []
    gone = asyncio.Event()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        bodies.append(await reader.read(3))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok")
        await writer.drain()
        bodies.append(await reader.read())
        gone.set()

    async with listening(take) as port, tunnel() as opened:
        with opened.visit() as visit:
            first = asking(f"POST http://open.test:{port}/", visit, "Content-Length: 3", body=b"a=1")
            async with line(opened) as through:
                await through.say(first + asking(f"GET http://closed.test:{port}/", visit))
                status, head = await through.head()
                assert (status, await through.reader.readexactly(2)) == (200, b"ok")
                assert "Connection: close" in head, "the browser is told to open another one"
        await asyncio.wait_for(gone.wait(), 5)
    assert bodies == [b"a=1", b""]


@pytest.mark.parametrize(
    ("answer", "heard"),
    [
        (b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + reply("late"), b"late"),
        (b"HTTP/1.0 200 OK\nContent-Type: text/html\n\nold", b"old"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
            b"2\r\nab\r\n0\r\n\r\n",
        ),
    ],
)
async def test_answers_of_all_ages(answer: bytes, heard: bytes) -> None:
    async with serving(always(answer)) as site, tunnel() as opened:
        with opened.visit() as visit:
            status, _, body = await answered(opened, asking(f"GET {site.url()}", visit))
    assert (status, body) == (200, heard)


# --- who may use it ------------------------------------------------------------------------------------


async def test_it_listens_on_loopback_alone() -> None:
    async with tunnel() as opened:
        assert opened.server.startswith("http://127.0.0.1:")
        port = int(opened.server.rpartition(":")[2])
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.3", port)


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "Proxy-Authorization: Basic",
        "Proxy-Authorization: Basic " + base64.b64encode(b"duban:duban").decode(),
        "Proxy-Authorization: Bearer x",
        "Authorization: {right}",
        "Proxy-Authorization: {right}x",
    ],
)
@pytest.mark.parametrize("what", ["GET http://open.test:{port}/", "CONNECT open.test:{port}"])
async def test_without_the_password_it_leads_nowhere(what: str, shown: str) -> None:
    """Other users of the machine can reach loopback, but not through it."""
    async with serving(always(reply("x"))) as site, tunnel() as opened:
        with opened.visit() as visit:
            fields = [shown.format(right=visit.authorization)] if shown else []
            status, head, _ = await answered(opened, asking(what.format(port=site.port), None, *fields))
            assert site.connections == 0
    assert status == 407
    assert "Proxy-Authenticate: Basic" in head


async def test_the_password_of_a_visit_ends_with_it() -> None:
    async with serving(always(reply("x"))) as site, tunnel() as opened:
        with opened.visit() as visit:
            request = asking(f"GET {site.url()}", visit)
            assert (await answered(opened, request))[0] == 200
        assert (await answered(opened, request))[0] == 407


async def test_the_connections_of_a_visit_end_with_it() -> None:
    left = asyncio.Event()

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        left.set()

    async with listening(hold) as port, tunnel() as opened:
        async with line(opened) as through:
            with opened.visit() as visit:
                await through.say(asking(f"CONNECT open.test:{port}", visit))
                assert (await through.head())[0] == 200
            assert await through.rest() == b""
        await asyncio.wait_for(left.wait(), 5)


# --- where it leads ------------------------------------------------------------------------------------


SPELLINGS = [
    "127.0.0.2",
    "127.2",
    "0x7f.2",
    "0177.0.0.02",
    "2130706434",
    "127.0.0.2.",
    "[::ffff:127.0.0.2]",
    "[::ffff:7f00:2]",
    "[::127.0.0.2]",
    "[64:ff9b::7f00:2]",
    "[2002:7f00:2::]",
    "closed.test",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("what", ["GET http://{host}:{port}/", "CONNECT {host}:{port}"])
async def test_no_spelling_leads_to_a_closed_address(what: str, spelling: str) -> None:
    async with serving(always(reply("secret")), CLOSED) as site, tunnel() as opened:
        with opened.visit() as visit:
            request = asking(what.format(host=spelling, port=site.port), visit)
            status, _, body = await answered(opened, request)
        assert site.connections == 0
    assert status == 403
    assert b"secret" not in body
    assert b"address guard" in body, "the answer says why"
    assert [turned.fault.outcome for turned in visit.turned] == [Outcome.ADDRESS_REFUSED]


async def test_a_name_that_resolves_anew_is_judged_anew() -> None:
    """DNS rebinding: each connection resolves once, and goes to the very address that was judged."""
    answers = iter([[OPEN], [CLOSED]])
    asked: list[str] = []

    async def rebinding(name: str) -> Sequence[str]:
        asked.append(name)
        return next(answers)

    async with serving(always(reply("open")), OPEN) as good, serving(always(reply("no")), CLOSED) as bad:
        egress = Egress(Guard.allowing([f"{OPEN}/32"]), Names(rebinding))
        async with Tunnel(egress) as opened:
            with opened.visit() as visit:
                first = await answered(opened, asking(f"GET {good.url(host='a.test')}", visit))
                second = await answered(opened, asking(f"GET {bad.url(host='a.test')}", visit))
        assert bad.connections == 0
    assert (first[0], second[0]) == (200, 403)
    assert len(asked) == 2, "once for each connection"


async def test_of_several_addresses_only_those_in_order_are_connected_to() -> None:
    async with serving(always(reply("open")), OPEN) as site, tunnel() as opened:
        with opened.visit() as visit:
            status, _, body = await answered(opened, asking(f"GET {site.url(host='both.test')}", visit))
    assert (status, body) == (200, b"open")


async def test_it_does_not_lead_to_itself() -> None:
    async with tunnel() as opened:
        with opened.visit() as visit:
            status, _, body = await answered(opened, asking(f"GET {opened.server}/", visit))
    assert status == 403
    assert b"itself" in body


@pytest.mark.parametrize(
    ("what", "outcome"),
    [
        ("GET http://nowhere.test/", Outcome.NO_HOST),
        ("CONNECT nowhere.test:443", Outcome.NO_HOST),
        ("CONNECT open.test:{unused}", Outcome.CONNECTION_REFUSED),
    ],
)
async def test_what_fails_is_told_apart_from_what_is_refused(what: str, outcome: Outcome) -> None:
    with socket.socket() as bound:  # bound but not listening: the port is ours, and refuses
        bound.bind((OPEN, 0))
        async with tunnel() as opened:
            with opened.visit() as visit:
                request = asking(what.format(unused=bound.getsockname()[1]), visit)
                status, head, _ = await answered(opened, request)
    assert status == 502
    mark = next(line.partition(": ")[2] for line in head.split("\r\n") if line.startswith("X-Duban"))
    fault = visit.marked(mark)
    assert fault is not None
    assert fault.outcome is outcome


# --- by way of an outgoing proxy -----------------------------------------------------------------------


@asynccontextmanager
async def outgoing() -> AsyncIterator[Site]:
    """Run an outgoing proxy that answers in place of every site."""

    async def give(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 Connected\r\n\r\nhi" if heard.method == "CONNECT" else reply("by proxy"))

    async with serving(give) as site:
        yield site


async def test_the_outgoing_proxy_is_asked_and_gets_its_own_password() -> None:
    async with outgoing() as proxy, tunnel(PATIENT, f"http://me:pw@{OPEN}:{proxy.port}") as opened:
        with opened.visit() as visit:
            clear = await answered(opened, asking("GET http://open.test/a", visit))
            through = await answered(opened, asking("CONNECT open.test:443", visit))
    assert (clear[0], clear[2]) == (200, b"by proxy")
    assert (through[0], through[2]) == (200, b"hi")
    assert [heard.target for heard in proxy.heard] == ["http://open.test/a", "open.test:443"]
    theirs = "Basic " + base64.b64encode(b"me:pw").decode()
    assert {heard.headers["proxy-authorization"] for heard in proxy.heard} == {theirs}


@pytest.mark.parametrize("what", ["GET http://{host}/", "CONNECT {host}:443"])
@pytest.mark.parametrize("host", ["closed.test", "both.test", "10.1.2.3", "169.254.169.254"])
async def test_the_outgoing_proxy_never_hears_of_a_closed_address(host: str, what: str) -> None:
    async with outgoing() as proxy, tunnel(PATIENT, f"http://{OPEN}:{proxy.port}") as opened:
        with opened.visit() as visit:
            status, _, _ = await answered(opened, asking(what.format(host=host), visit))
        assert proxy.connections == 0
    assert status == 403


# --- limits --------------------------------------------------------------------------------------------


async def test_a_head_has_a_longest() -> None:
    async with tunnel() as opened, line(opened) as through:
        await through.say(b"GET http://open.test/ HTTP/1.1\r\nX: " + b"x" * 40_000 + b"\r\n\r\n")
        assert (await through.head())[0] == 431


async def test_a_head_that_never_ends_is_not_waited_for() -> None:
    async with tunnel(IMPATIENT) as opened, line(opened) as through:
        await through.say(b"GET http://open.test/ HTTP/1.1\r\n")
        assert await asyncio.wait_for(through.rest(), 5) == b""


@pytest.mark.parametrize("what", ["GET http://open.test:{port}/", "CONNECT open.test:{port}"])
async def test_a_server_that_says_nothing_is_not_waited_for(what: str) -> None:
    async with serving(never) as site, tunnel(IMPATIENT) as opened:
        with opened.visit() as visit:
            async with line(opened) as through:
                await through.say(asking(what.format(port=site.port), visit))
                await asyncio.wait_for(through.rest(), 5)
            assert [turned.fault.outcome for turned in visit.turned] == [Outcome.TIMEOUT]


def endless(piece: bytes = b"x" * 65536) -> Answer:
    async def give(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(piece)
            await writer.drain()

    return give


@pytest.mark.parametrize("limits", [Limits(per_connection=500_000), Limits(per_visit_bytes=500_000)])
async def test_an_endless_answer_is_cut(limits: Limits) -> None:
    async with serving(endless()) as site, tunnel(limits) as opened:
        with opened.visit() as visit:
            async with line(opened) as through:
                await through.say(asking(f"GET {site.url()}", visit))
                assert len(await through.rest()) <= 600_000
            assert [turned.fault.outcome for turned in visit.turned] == [Outcome.TOO_LARGE]


async def test_a_page_has_only_so_many_connections() -> None:
    async with serving(never) as site, tunnel(replace(PATIENT, per_visit=2)) as opened:
        with opened.visit() as visit:
            request = asking(f"CONNECT open.test:{site.port}", visit)
            async with line(opened) as one, line(opened) as two:
                for held in (one, two):
                    await held.say(request)
                    assert (await held.head())[0] == 200
                assert (await answered(opened, request))[0] == 502
                assert "too many" in visit.turned[0].fault.reason
                with opened.visit() as other:
                    request = asking(f"CONNECT open.test:{site.port}", other)
                    async with line(opened) as three:
                        await three.say(request)
                        assert (await three.head())[0] == 200, "another page has its own"


async def test_all_pages_together_have_only_so_many_connections() -> None:
    async with serving(never) as site, tunnel(replace(PATIENT, connections=1)) as opened:
        with opened.visit() as visit:
            request = asking(f"CONNECT open.test:{site.port}", visit)
            async with line(opened) as one:
                await one.say(request)
                assert (await one.head())[0] == 200
                assert (await answered(opened, request))[0] == 503


async def test_nothing_is_left_when_it_closes() -> None:
    gone = asyncio.Event()

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        gone.set()

    async with listening(hold) as port, AsyncExitStack() as stack:
        opened = await stack.enter_async_context(tunnel())
        visit = stack.enter_context(opened.visit())
        through = await stack.enter_async_context(line(opened))
        await through.say(asking(f"CONNECT open.test:{port}", visit))
        assert (await through.head())[0] == 200
        await opened.close()
        assert await through.rest() == b""
        await asyncio.wait_for(gone.wait(), 5)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", int(opened.server.rpartition(":")[2]))
