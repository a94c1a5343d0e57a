"""Servers that speak what modern TLS no longer does: read after it failed, told, and never the first resort."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from yarl import URL

from monitor.net.client import Client, FetchSettings
from monitor.net.guard import Guard
from monitor.net.legacy import MARK, Legacy, Trust
from monitor.net.outcomes import Outcome
from tests.integration.certificates import Authority
from tests.integration.sites import always, listening, reply, serving

HOST = "127.0.0.1"
SETTINGS = FetchSettings(timeout=timedelta(seconds=10), patience=timedelta(0))

# The second Oakley group (RFC 2409), of 1024 bits: what old servers were shipped with.
OAKLEY_2 = """-----BEGIN DH PARAMETERS-----
MIGHAoGBAP//////////yQ/aoiFowjTExmKLgNwc0SkCTgiKZ8x0Agu+pjsTmyJR
Sgh5jjQE3e+VGbPNOkMbMCsKbfJfFDdP4TVtbVHCReSFtXZiXn7G9ExC6aY37WsL
/1y29Aa37e44a/taiZ+lrp8kEXxLH+ZJKGZR7OZTgf//////////AgEC
-----END DH PARAMETERS-----
"""


@dataclass
class Now:
    at: datetime = field(default_factory=lambda: datetime(2026, 11, 24, 1, 30, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.make(tmp_path)


@asynccontextmanager
async def client(authority: Authority, now: Now | None = None, proxy: str = "") -> AsyncIterator[Client]:
    settings = FetchSettings(timeout=SETTINGS.timeout, patience=SETTINGS.patience, proxy=proxy)
    guard = Guard.allowing([f"{HOST}/32"])
    async with Client(settings, guard, clock=now or Now(), trust=authority.trusting()) as made:
        yield made


@pytest.fixture(autouse=True)
def _old_versions_may_be_named() -> Iterator[None]:
    """Python warns of old versions; the servers here have to speak them."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "ssl.TLSVersion", DeprecationWarning)
        yield


# --- old servers ---------------------------------------------------------------------------------------


def of_version(authority: Authority, version: ssl.TLSVersion, days: int = 90) -> ssl.SSLContext:
    context = authority.server(HOST, days=days)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    return context


def with_small_keys(authority: Authority, folder: Path, bits: int) -> ssl.SSLContext:
    """Make a server of TLS 1.2 with an RSA key of so many bits and key exchange in a group of 1024."""
    key, now = rsa.generate_private_key(65537, bits), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    shown = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(authority.shown.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=90))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), critical=False
        )
        .sign(authority.key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    both = folder / "rsa.pem"
    plain = serialization.NoEncryption()
    both.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + shown.public_bytes(pem)
    )
    group = folder / "dh.pem"
    group.write_text(OAKLEY_2)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DHE-RSA-AES256-SHA:@SECLEVEL=0")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(both)
    context.load_dh_params(str(group))
    return context


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
async def test_a_server_of_an_old_version_is_read_and_told(
    authority: Authority, version: ssl.TLSVersion
) -> None:
    context = of_version(authority, version)
    async with serving(always(reply("old")), tls=context) as site, client(authority) as made:
        page = await made.get(site.url(), robots="ignore")
        fact = await made.certificate(HOST, site.port)
    assert page.text == "old"
    assert page.certificate_error is None, "the certificate is in order; what is old is told beside it"
    (note,) = page.notes
    assert note.startswith(f"{MARK}: {'TLSv1.1' if version is ssl.TLSVersion.TLSv1_1 else 'TLSv1 '}")
    assert fact.valid is False, "it is a finding"
    assert (fact.reason or "").startswith(MARK)
    assert fact.not_after is not None


@pytest.mark.parametrize("bits", [1024, 2048])
async def test_a_server_with_small_keys_is_read_and_told(
    authority: Authority, tmp_path: Path, bits: int
) -> None:
    context = with_small_keys(authority, tmp_path, bits)
    async with serving(always(reply("weak")), tls=context) as site, client(authority) as made:
        page = await made.get(site.url(), robots="ignore")
    assert page.text == "weak"
    assert page.notes[0].startswith(f"{MARK}: TLSv1.2")


async def test_an_old_server_with_a_faulty_certificate_is_told_of_both(authority: Authority) -> None:
    context = of_version(authority, ssl.TLSVersion.TLSv1, days=-3)
    async with serving(always(reply("old")), tls=context) as site, client(authority) as made:
        page = await made.get(site.url(), robots="ignore")
        fact = await made.certificate(HOST, site.port)
    assert page.text == "old"
    assert "expired" in (page.certificate_error or "")
    assert page.notes[0].startswith(MARK)
    assert fact.valid is False
    assert "expired" in (fact.reason or "")
    assert MARK in (fact.reason or "")


async def test_by_way_of_an_outgoing_proxy_too(authority: Authority) -> None:
    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        target = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
        writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        there = await asyncio.open_connection(*target.split(":"))

        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            try:
                while piece := await source.read(65536):
                    sink.write(piece)
                    await sink.drain()
            finally:
                sink.close()

        await asyncio.gather(pump(reader, there[1]), pump(there[0], writer), return_exceptions=True)

    context = of_version(authority, ssl.TLSVersion.TLSv1)
    async with (
        serving(always(reply("old")), tls=context) as site,
        listening(relay) as port,
        client(authority, proxy=f"http://{HOST}:{port}") as made,
    ):
        page = await made.get(site.url(), robots="ignore")
    assert page.text == "old"
    assert page.notes[0].startswith(MARK)


# --- greetings, counted ----------------------------------------------------------------------------------


@dataclass
class Greeted:
    """A server that reads greetings and answers by what they are; `said` are theirs, in order."""

    port: int = 0
    said: list[str] = field(default_factory=list)


def kind_of(record: bytes) -> str:
    """Name a greeting: "tlcp", "sm" (national suites in TLS), "old" (it offers TLS 1.0), "modern"."""
    if record[1:3] == b"\1\1":
        return "tlcp"
    suites = record[44 + record[43] + 2 :][: int.from_bytes(record[44 + record[43] :][:2])]
    if b"\xe0\x13" in suites and b"\xc0\x2f" not in suites:
        return "sm"
    # supported_versions lists TLS 1.0 only where it is spoken.
    return "old" if b"\x03\x02\x03\x01" in record else "modern"


ALERT = bytes.fromhex("15030100020228")  # handshake_failure


def server_hello(outer: str, version: str, suite: int) -> bytes:
    body = bytes.fromhex(version) + b"\7" * 32 + b"\0" + suite.to_bytes(2) + b"\0"
    message = b"\2" + len(body).to_bytes(3) + body
    return b"\x16" + bytes.fromhex(outer) + len(message).to_bytes(2) + message


@asynccontextmanager
async def greeting(answers: dict[str, bytes]) -> AsyncIterator[Greeted]:
    """Answer greetings by their kind; others with an alert."""
    server = Greeted()

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readexactly(5)
        record = head + await reader.readexactly(int.from_bytes(head[3:5]))
        server.said.append(kind_of(record))
        writer.write(answers.get(kind_of(record), ALERT))
        await writer.drain()
        if (said := await reader.read(5)) and said[0] == 0x15:
            server.said.append("alert")

    async with listening(greet) as server.port:
        yield server


async def test_modern_servers_are_greeted_once_and_the_modern_way(authority: Authority) -> None:
    async with serving(always(reply("new")), tls=authority.server(HOST)) as site, client(authority) as made:
        for _ in range(2):
            page = await made.get(site.url(), robots="ignore")
            assert (page.text, page.notes) == ("new", ())
        assert site.connections == 2


async def test_a_faulty_certificate_is_no_reason_for_old_tls(authority: Authority) -> None:
    context = authority.server(HOST, days=-3)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    async with serving(always(reply("new")), tls=context) as site, client(authority) as made:
        page = await made.get(site.url(), robots="ignore")
    assert page.ok
    assert "expired" in (page.certificate_error or "")
    assert page.notes == ()


async def test_what_a_host_needs_is_remembered_for_a_day(authority: Authority) -> None:
    now = Now()
    context = of_version(authority, ssl.TLSVersion.TLSv1)
    async with serving(always(reply("old")), tls=context) as site, client(authority, now) as made:

        async def connections() -> int:
            before = site.connections
            assert (await made.get(site.url(), robots="ignore")).notes
            return site.connections - before

        # A failed handshake is no connection that this server counts; what it counts are old ones.
        assert await connections() == 2, "the page, and a look at what is spoken"
        assert await connections() == 1
        now.at += timedelta(days=1, seconds=1)
        assert await connections() == 2, "asked again whether it has learned anything"


async def test_a_host_that_nothing_helps_is_not_pestered(authority: Authority) -> None:
    now = Now()
    async with greeting({}) as server, client(authority, now) as made:
        url = f"https://{HOST}:{server.port}/"
        first = await made.get(url, robots="ignore")
        assert server.said == ["modern", "old", "tlcp", "sm"]
        again = await made.get(url, robots="ignore")
        assert server.said[4:] == ["modern"]
        now.at += timedelta(hours=1, seconds=1)
        await made.get(url, robots="ignore")
        assert server.said[5:] == ["modern", "old", "tlcp", "sm"]
    for page in (first, again):
        assert page.outcome is Outcome.TLS_FAILED
        assert "handshake" in page.reason.lower(), "what modern TLS met with says most"


@pytest.mark.parametrize("is_legacy", [False, True])
def test_unprotected_renegotiation_is_put_up_with_by_legacy_tls_alone(is_legacy: bool) -> None:
    """A server without RFC 5746 greets: modern TLS takes offence, legacy TLS waits for the certificate."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    shaking = Trust(is_legacy=is_legacy).unverified.wrap_bio(incoming, outgoing)
    with pytest.raises(ssl.SSLWantReadError):
        shaking.do_handshake()
    incoming.write(server_hello("0303", "0303", 0xC02F))
    with pytest.raises(
        ssl.SSLWantReadError if is_legacy else ssl.SSLError, match=None if is_legacy else "unsafe legacy"
    ):
        shaking.do_handshake()


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"tlcp": server_hello("0101", "0101", 0xE013)}, "national cryptography (TLCP) only"),
        ({"sm": server_hello("0303", "0303", 0xE011)}, "national cryptography (the SM suites of TLS) only"),
        ({"sm": server_hello("0303", "0303", 0x00C6)}, "national cryptography (the SM suites of TLS) only"),
        ({"tlcp": server_hello("0303", "0303", 0xC02F)}, "handshake"),  # that is no national suite
        ({"tlcp": b"HTTP/1.1 400 Bad Request\r\n\r\n"}, "handshake"),
        ({"tlcp": b"", "sm": b""}, "handshake"),
    ],
)
async def test_national_cryptography_is_named(
    authority: Authority, answers: dict[str, bytes], reason: str
) -> None:
    async with greeting(answers) as server, client(authority) as made:
        for _ in range(2):
            page = await made.get(f"https://{HOST}:{server.port}/", robots="ignore")
            assert page.outcome is Outcome.TLS_FAILED
            assert page.outcome.blame == "unknown", "a browser made for it opens the page"
            assert reason in page.reason.lower() or reason in page.reason
        fact = await made.certificate(HOST, server.port)
    assert fact.valid is None
    assert reason in (fact.reason or "").lower() or reason in (fact.reason or "")


async def test_a_server_that_answers_as_real_ones_do(authority: Authority) -> None:
    """GmSSL's alert to a greeting of TLS bears TLCP's version, which OpenSSL takes for no TLS at all."""
    answers = {kind: bytes.fromhex("15010100020246") for kind in ("modern", "old", "sm")}
    answers["tlcp"] = server_hello("0101", "0101", 0xE053)
    async with greeting(answers) as server, client(authority) as made:
        page = await made.get(f"https://{HOST}:{server.port}/", robots="ignore")
    assert page.reason == "national cryptography (TLCP) only"


async def test_a_line_that_is_cut_at_the_greeting_is_given_a_second_chance(authority: Authority) -> None:
    said: list[str] = []

    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readexactly(5)
        said.append(kind_of(head + await reader.readexactly(int.from_bytes(head[3:5]))))
        writer.transport.abort()

    async with listening(cut) as port, client(authority) as made:
        page = await made.get(f"https://{HOST}:{port}/", robots="ignore")
    assert said[:2] == ["modern", "old"]
    assert page.outcome in (Outcome.RESET, Outcome.TLS_FAILED)


async def test_a_host_that_changed_its_ways_is_asked_twice_at_once(authority: Authority) -> None:
    """Both requests find out that old TLS is not wanted any more, and both are answered."""
    async with client(authority) as made:
        legacy, url, accepts_old = Legacy(made.egress, None, Now()), URL(f"https://{HOST}:9/"), [True]

        async def talk(trust: Trust) -> None:
            await asyncio.sleep(0)
            if (trust is legacy.modern) == accepts_old[0]:
                raise ConnectionResetError("at the greeting")

        assert (await legacy.talk(url, talk) or "").startswith(MARK)
        accepts_old[0] = False
        assert await asyncio.gather(legacy.talk(url, talk), legacy.talk(url, talk)) == [None, None]
