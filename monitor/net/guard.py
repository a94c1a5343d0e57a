"""The address guard: no connection of ours goes anywhere but to the public internet, or where it is allowed.

It sits where sockets are made, because that is the one place every connection passes: redirects, names that
resolve anew, and addresses written as literals, which no resolver ever sees.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
AddrInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[Any, ...]]

MARK = "address guard"
"""Begins every refusal, so that it is told from a connection the system itself forbade."""

REMEDY = "[fetch] allow_networks can admit it, or --allow-network where a command has that"

# Credentials of the machine's cloud lie here; no list of allowed networks opens them.
METADATA = frozenset(
    map(
        ipaddress.ip_address,
        (
            "169.254.169.254",  # the usual one: Huawei Cloud, AWS, Azure, Google
            "169.254.170.2",  # container credentials
            "169.254.0.23",  # Tencent Cloud
            "100.100.100.200",  # Alibaba Cloud
            "100.96.0.96",  # Volcano Engine
            "168.63.129.16",  # Azure's own host, a public-looking address
            "192.0.0.192",  # Oracle
            "fd00:ec2::254",
            "fd20:ce::254",
        ),
    )
)

# Named one by one because `is_global` lets several of them pass, and because a refusal should say why.
CLOSED: tuple[tuple[Network, str], ...] = tuple(
    (ipaddress.ip_network(network), name)
    for network, name in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "a private network"),
        ("100.64.0.0/10", "a carrier's own network"),
        ("127.0.0.0/8", "this machine"),
        ("169.254.0.0/16", "a link-local network"),
        ("172.16.0.0/12", "a private network"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "the 6to4 relays"),
        ("192.168.0.0/16", "a private network"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("::/128", "this machine"),
        ("::1/128", "this machine"),
        ("64:ff9b:1::/48", "a network's own translation"),
        ("100::/64", "the discard prefix"),
        ("2001::/23", "protocol assignments (Teredo among them)"),
        ("2001:db8::/32", "documentation"),
        ("3fff::/20", "documentation"),
        ("5f00::/16", "segment routing"),
        ("fc00::/7", "a private network"),
        ("fe80::/10", "a link-local network"),
        ("fec0::/10", "a site-local network"),
        ("ff00::/8", "multicast"),
    )
)

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")
_UNICAST = ipaddress.IPv6Network("2000::/3")


@dataclass(frozen=True, slots=True)
class Guard:
    """Judges addresses: public ones and those of the networks allowed may be connected to, no others."""

    allowed: tuple[Network, ...] = ()

    @classmethod
    def allowing(cls, networks: Iterable[str]) -> Guard:
        """Allow these networks besides the public internet; ValueError for what is none."""
        return cls(tuple(ipaddress.ip_network(network) for network in networks))

    def refusal(self, address: str) -> str | None:
        """Say why no connection may go to this address, None when it may. What is no address is refused."""
        try:
            given = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return f"{MARK}: {address!r} is not an address"
        for face in faces(given):
            if why := self._objection(face):
                hidden = "" if face == given else f" (reached through {given})"
                return f"{MARK}: {face}{hidden} is {why}"
        return None

    def _objection(self, face: Address) -> str | None:
        if face in METADATA:
            return "a cloud's metadata service, refused always"
        if any(face in network for network in self.allowed):
            return None
        for network, name in CLOSED:
            if face in network:
                return f"not a public address but {name} ({network}); {REMEDY}"
        if not _is_public(face):
            return f"not a public address; {REMEDY}"
        return None

    def socket(self, addr_info: AddrInfo) -> socket.socket:
        """Make the socket for a connection, or refuse it; the connector calls this for every address.

        The refusal is a PermissionError with an errno: of a bare OSError the connector loses the text.
        """
        family, kind, protocol, _, sockaddr = addr_info
        if why := self.refusal(str(sockaddr[0])):
            raise PermissionError(errno.EACCES, why)
        return socket.socket(family, kind, protocol)


def faces(address: Address) -> Iterator[Address]:
    """Give every address that packets sent to this one may reach in the end.

    A mapped address is its IPv4 address, nothing else. Tunnels and translators (6to4, NAT64, Teredo) carry
    packets on to an IPv4 address inside theirs, so that both have to be in order.
    """
    if isinstance(address, ipaddress.IPv4Address):
        yield address
        return
    if (mapped := _mapped(address)) is not None:
        yield mapped
        return
    yield address
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    if address in _NAT64:
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)


def _mapped(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Unwrap ::ffff:a.b.c.d and the older ::a.b.c.d; :: and ::1 are IPv6 addresses of their own."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _COMPATIBLE and int(address) > 1:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _is_public(face: Address) -> bool:
    if isinstance(face, ipaddress.IPv4Address):
        return face.is_global
    return face in _NAT64 or (face in _UNICAST and (face.is_global or face.sixtofour is not None))
