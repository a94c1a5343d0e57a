"""What the guard is for: a socket that must not be reached accepts nothing, whichever way it is named.

A classic of monitors (CVE-2026-27696 and its kin): the address is checked when it is entered, and reached
by a redirect, by a name that resolves anew, or by a spelling the check does not know.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from monitor.net.client import Client, FetchSettings
from monitor.net.guard import Guard
from monitor.net.outcomes import Outcome
from tests.integration.sites import Site, always, reply, serving

OPEN, CLOSED = "127.0.0.1", "127.0.0.2"
SETTINGS = FetchSettings(timeout=timedelta(seconds=5))
NAMES = {
    "open.test": [OPEN],
    "closed.test": [CLOSED],
    "metadata.test": ["169.254.169.254"],
    "both.test": [CLOSED, OPEN],
}


async def lookup(name: str) -> Sequence[str]:
    """Resolve as the system does: the names of a test, and whatever else spells this machine."""
    if (known := name.rstrip(".").lower()) in NAMES:
        return NAMES[known]
    return sorted({str(found[4][0]) for found in socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)})


@asynccontextmanager
async def client(*allowed: str) -> AsyncIterator[Client]:
    async with Client(SETTINGS, Guard.allowing(allowed), lookup=lookup) as made:
        yield made


@asynccontextmanager
async def secret(host: str = CLOSED) -> AsyncIterator[Site]:
    """Run what nobody may reach; the test asks it how many connections it accepted."""
    async with serving(always(reply("secret")), host) as site:
        yield site


# Every way to write 127.0.0.2; the port is added.
SPELLINGS = [
    "127.0.0.2",
    "127.2",
    "127.0.2",
    "0x7f.2",
    "0x7f.0x0.0x0.0x2",
    "0177.0.0.02",
    "2130706434",
    "0x7f000002",
    "017700000002",
    "127.0.0.2.",
    "１２７.０.０.２",
    "127。0。0。2",
    "[::ffff:127.0.0.2]",
    "[::ffff:7f00:2]",
    "[0:0:0:0:0:ffff:7f00:0002]",
    "[::127.0.0.2]",
    "[64:ff9b::7f00:2]",
    "[2002:7f00:2::]",
    "closed.test",
    "closed.test.",
    "CLOSED.test",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_no_spelling_reaches_a_closed_address(spelling: str) -> None:
    async with secret() as site, client(f"{OPEN}/32") as made:
        page = await made.get(f"http://{spelling}:{site.port}/")
        assert site.connections == 0
    assert page.outcome is Outcome.ADDRESS_REFUSED
    assert page.body == b""


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_no_redirect_reaches_a_closed_address(spelling: str) -> None:
    async with secret() as site, client(f"{OPEN}/32") as made:
        location = f"http://{spelling}:{site.port}/".encode().decode("latin-1")
        answer = reply("", 302).replace(b"\r\n\r\n", f"\r\nLocation: {location}\r\n\r\n".encode("latin-1"))
        async with serving(always(answer)) as start:
            page = await made.get(start.url(), robots="ignore")
            assert start.connections == 1
        assert site.connections == 0
    assert page.outcome is Outcome.ADDRESS_REFUSED


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]", "[::1]"]
)
async def test_this_machine_is_closed_by_itself(host: str) -> None:
    async with secret("127.0.0.1") as four, client() as made:
        page = await made.get(f"http://{host}:{four.port}/")
        assert four.connections == 0
    assert page.outcome is Outcome.ADDRESS_REFUSED
    assert "allow_networks" in page.reason, "the refusal says what would admit it"


async def test_the_ipv6_loopback_is_closed_by_itself() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    async with secret("::1") as site, client("127.0.0.0/8") as made:
        page = await made.get(site.url())
        assert site.connections == 0
    assert page.outcome is Outcome.ADDRESS_REFUSED


async def test_a_name_with_an_open_address_besides_is_reached_by_that_alone() -> None:
    async with serving(always(reply("open")), OPEN) as site, client(f"{OPEN}/32") as made:
        page = await made.get(site.url(host="both.test"), robots="ignore")
    assert page.text == "open"


async def test_a_name_that_resolves_anew_is_judged_anew() -> None:
    """DNS rebinding: nothing is remembered about a name, only addresses are judged, at every connection."""
    answers = iter([[OPEN], [CLOSED], [CLOSED]])

    async def rebinding(name: str) -> Sequence[str]:
        return next(answers)

    async with secret() as site, secret(OPEN) as good:
        for port, expected in ((good.port, Outcome.OK), (site.port, Outcome.ADDRESS_REFUSED)):
            async with Client(SETTINGS, Guard.allowing([f"{OPEN}/32"]), lookup=rebinding) as made:
                page = await made.get(f"http://a.test:{port}/", robots="ignore")
            assert page.outcome is expected
        assert site.connections == 0


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/latest/", "http://metadata.test/", "http://[fd00:ec2::254]/"]
)
async def test_metadata_stays_closed_even_where_its_network_is_allowed(url: str) -> None:
    async with client("169.254.0.0/16", "fd00::/8", "0.0.0.0/0", "::/0") as made:
        page = await made.get(url)
    assert page.outcome is Outcome.ADDRESS_REFUSED
    assert "metadata" in page.reason


async def test_robots_txt_is_no_way_around() -> None:
    """robots.txt leaves through the same client: one that redirects inwards is not followed."""
    async with secret() as site, client(f"{OPEN}/32") as made:
        async with serving(always(reply("", 302, location=site.url()))) as start:
            await made.get(start.url())
        assert site.connections == 0


async def test_a_look_at_a_certificate_is_no_way_around() -> None:
    async with secret() as site, client(f"{OPEN}/32") as made:
        fact = await made.certificate(CLOSED, site.port)
        assert site.connections == 0
    assert fact.valid is None
    assert (fact.reason or "").startswith("address_refused")
