"""Which addresses may be connected to."""

from __future__ import annotations

import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.net.guard import CLOSED, MARK, METADATA, Guard, faces

GUARD = Guard()


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "114.114.114.114",
        "202.106.0.20",
        "223.255.255.1",
        "2400:3200::1",
        "2606:4700:4700::1111",
        "240e::1",  # China Telecom's IPv6
        "::ffff:1.1.1.1",
        "64:ff9b::101:101",  # 1.1.1.1 as a network with NAT64 reaches it
        "2002:101:101::1",  # 1.1.1.1 by 6to4
    ],
)
def test_public_addresses_are_open(address: str) -> None:
    assert GUARD.refusal(address) is None


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("127.0.0.1", "this machine"),
        ("127.255.255.254", "this machine"),
        ("0.0.0.0", "this network"),
        ("10.0.0.1", "private"),
        ("172.16.0.1", "private"),
        ("172.31.255.255", "private"),
        ("192.168.1.1", "private"),
        ("169.254.1.1", "link-local"),
        ("100.64.0.1", "carrier"),  # GHSA-gwph-fp79-379w
        ("100.127.255.255", "carrier"),
        ("192.0.0.9", "protocol"),  # `is_global` lets it pass
        ("192.88.99.1", "relays"),  # and this
        ("192.0.2.1", "documentation"),
        ("198.18.0.1", "benchmarking"),
        ("224.0.0.1", "multicast"),  # and this
        ("239.255.255.250", "multicast"),
        ("240.0.0.1", "reserved"),
        ("255.255.255.255", "reserved"),
        ("::", "this machine"),
        ("::1", "this machine"),
        ("fe80::1", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("fec0::1", "site-local"),  # and this
        ("fc00::1", "private"),
        ("fd12::1", "private"),
        ("ff02::1", "multicast"),
        ("ff0e::1", "multicast"),
        ("2001:db8::1", "documentation"),
        ("3fff::1", "documentation"),  # and this
        ("5f00::1", "segment routing"),
        ("100::1", "discard"),
        ("100:0:0:1::1", "not a public address"),
        ("64:ff9b:1::1", "translation"),
        ("4000::1", "not a public address"),  # not given out to anybody
        # The same in disguise.
        ("::ffff:127.0.0.1", "this machine"),
        ("::ffff:10.0.0.1", "private"),
        ("::127.0.0.1", "this machine"),
        ("::10.0.0.1", "private"),
        ("64:ff9b::7f00:1", "this machine"),
        ("64:ff9b::a00:1", "private"),
        ("2002:7f00:1::", "this machine"),
        ("2002:c0a8:101::1", "private"),
        ("2001:0:101:101::", "Teredo"),
        ("2001:0:a00:1::", "Teredo"),
        # No address at all.
        ("", "not an address"),
        ("localhost", "not an address"),
        ("0x7f.1", "not an address"),
    ],
)
def test_other_addresses_are_closed_and_say_why(address: str, why: str) -> None:
    refusal = GUARD.refusal(address)
    assert refusal is not None
    assert why in refusal
    assert refusal.startswith(MARK)


@pytest.mark.parametrize("address", sorted(map(str, METADATA)))
@pytest.mark.parametrize("disguise", ["{}", "::ffff:{}", "2002:{}::"])
def test_metadata_is_closed_whatever_is_allowed(address: str, disguise: str) -> None:
    ip = ipaddress.ip_address(address)
    if disguise != "{}" and ip.version == 6:
        disguise = "{}"
    if disguise == "2002:{}::":
        address = f"{int(ip) >> 16:x}:{int(ip) & 0xFFFF:x}"
    everything = Guard.allowing(["0.0.0.0/0", "::/0"])
    assert "metadata" in (everything.refusal(disguise.format(address)) or "")


def test_allowed_networks_are_open_and_nothing_besides() -> None:
    guard = Guard.allowing(["127.0.0.0/8", "fd12::/16"])
    assert guard.refusal("127.8.8.8") is None
    assert guard.refusal("::ffff:127.0.0.1") is None, "a mapped address is its IPv4 address"
    assert guard.refusal("fd12::1") is None
    assert guard.refusal("fd13::1") is not None
    assert guard.refusal("10.0.0.1") is not None
    assert guard.refusal("::1") is not None
    assert guard.refusal("1.1.1.1") is None


def test_a_tunnel_needs_both_ends_in_order() -> None:
    assert Guard.allowing(["2001::/32"]).refusal("2001:0:a00:1::") is not None
    assert Guard.allowing(["2001::/32", "0.0.0.0/0"]).refusal("2001:0:a00:1::") is None


def test_a_network_that_is_none_is_said_at_once() -> None:
    with pytest.raises(ValueError, match=r"10\.0\.0\.1/8"):
        Guard.allowing(["10.0.0.1/8"])


@given(st.ip_addresses())
def test_nothing_that_is_not_global_is_open(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if GUARD.refusal(str(address)) is None:
        for face in faces(address):
            assert face.is_global
            assert not face.is_multicast
            assert not any(face in network for network, _ in CLOSED)


@given(st.ip_addresses(v=4), st.sampled_from(["::ffff:{}", "::{}"]))
def test_a_mapped_address_is_judged_as_what_it_maps(address: ipaddress.IPv4Address, form: str) -> None:
    mapped = form.format(address)
    if mapped not in ("::0.0.0.0", "::0.0.0.1"):
        assert (GUARD.refusal(mapped) is None) == (GUARD.refusal(str(address)) is None)


@given(st.ip_addresses(v=4))
def test_no_transition_opens_what_is_closed(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    for carrier in (
        ipaddress.IPv6Address(0x64FF9B << 96 | number),
        ipaddress.IPv6Address(0x2002 << 112 | number << 80 | 1),
        ipaddress.IPv6Address(0x20010000 << 96 | number << 64),
        ipaddress.IPv6Address(0x20010000 << 96 | 0x01010101 << 64 | (number ^ 0xFFFFFFFF)),
    ):
        if GUARD.refusal(str(address)) is not None:
            assert GUARD.refusal(str(carrier)) is not None


def test_the_refusal_keeps_its_reason_where_the_connector_looks_for_it() -> None:
    with pytest.raises(PermissionError) as caught:
        GUARD.socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 80)))
    assert caught.value.errno is not None, "without a number aiohttp loses the text"
    assert "10.0.0.1" in (caught.value.strerror or "")


def test_a_socket_for_an_open_address() -> None:
    with Guard.allowing(["127.0.0.0/8"]).socket(
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))
    ) as made:
        assert made.family == socket.AF_INET
