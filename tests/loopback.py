"""Keeps the tests on this machine: a connection to anywhere else is an error of the test."""

from __future__ import annotations

import ipaddress
import sys
from typing import Any

EVENTS = frozenset({"socket.connect", "socket.sendto"})


def is_here(address: object) -> bool:
    """Tell whether a socket address lies on this machine; addresses that are no pair are local sockets."""
    if not (isinstance(address, tuple) and len(address) >= 2 and isinstance(address[0], str)):
        return True
    if address[0] in ("", "localhost"):
        return True
    try:
        ip = ipaddress.ip_address(address[0].partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None) or ip
    return mapped.is_loopback or mapped.is_unspecified


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in EVENTS and not is_here(arguments[1]):
        raise AssertionError(f"a test tried to reach {arguments[1]!r}: tests talk to this machine only")


def stay() -> None:
    """Refuse connections off this machine for the rest of the process (an audit hook stays for good)."""
    sys.addaudithook(_watch)
