"""National cryptography: whether a server that shares no cipher with us speaks the one of GB/T 38636 (TLCP).

Some government servers do, and nothing else: browsers made for it open them, and no library here does. What
can be told is why. A greeting is sent and the answer's first record looked at; no handshake is finished, and
nothing is asked of the server.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable

from monitor.net import faults

Connect = Callable[[], Awaitable[socket.socket]]
"""Opens a connection to the server; raises what the network raises."""

WITHIN = 2.0
_UNANSWERED: tuple[type[Exception], ...] = (*faults.ERRORS, EOFError)

# ECC, ECDHE, IBC, IBSDH and RSA with SM4 and SM3, of GB/T 38636; for TLS 1.3 those of RFC 8998.
_SUITES = (0xE053, 0xE013, 0xE051, 0xE011, 0xE055, 0xE015, 0xE057, 0xE017, 0xE059, 0xE019, 0xE05A, 0xE01C)
_SUITES_13 = (0x00C6, 0x00C7)

_HANDSHAKE, _SERVER_HELLO = 22, 2
_TLCP, _TLS12, _TLS13 = 0x0101, 0x0303, 0x0304
_CURVE_SM2, _SM2SIG_SM3 = 41, 0x0708

# The base point of curveSM2: a key share as good as any, where nobody means to share a key.
_BASE_POINT = bytes.fromhex(
    "04"
    "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7"
    "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0"
)


async def spoken(connect: Connect, host: str) -> str | None:
    """Say which national cryptography the server answers to, None for none.

    Never raises for the web's faults.
    """
    for greeting, name in ((hello(), "TLCP"), (hello_of_tls(host), "the SM suites of TLS")):
        try:
            async with asyncio.timeout(WITHIN):
                answer = await _answer_to(greeting, connect)
        except _UNANSWERED:
            continue
        if (suite := chosen(answer)) is not None and suite in (*_SUITES, *_SUITES_13):
            return name
    return None


async def _answer_to(greeting: bytes, connect: Connect) -> bytes:
    """Send a greeting; give the record that comes back."""
    reader, writer = await asyncio.open_connection(sock=await connect())
    try:
        writer.write(greeting)
        await writer.drain()
        head = await reader.readexactly(5)
        return head + await reader.readexactly(min(int.from_bytes(head[3:5]), 512))
    finally:
        writer.transport.abort()


def chosen(record: bytes) -> int | None:
    """Read which cipher suite a ServerHello chose; None where the record is none."""
    body = record[5:]
    if record[:1] != bytes([_HANDSHAKE]) or body[:1] != bytes([_SERVER_HELLO]):
        return None
    # Behind the message's head (4 bytes) stand the version (2), the random (32) and a session's number.
    after = 39 + body[38] if len(body) > 38 else len(body)
    suite = body[after : after + 2]
    return int.from_bytes(suite) if len(suite) == 2 else None


def hello() -> bytes:
    """Write the greeting of TLCP: version 1.1, and no extensions, which early servers do not know."""
    return _record(_TLCP, _TLCP, _SUITES, b"")


def hello_of_tls(host: str) -> bytes:
    """Write a greeting of TLS 1.2 and 1.3 that offers national suites alone."""
    name = host.encode("ascii", "ignore")
    share = _short(_CURVE_SM2) + _vector(2, _BASE_POINT)
    extensions = (
        _extension(0, _vector(2, b"\0" + _vector(2, name)))  # server_name
        + _extension(10, _vector(2, _short(_CURVE_SM2)))  # supported_groups
        + _extension(11, _vector(1, b"\0"))  # ec_point_formats
        + _extension(13, _vector(2, _short(_SM2SIG_SM3)))  # signature_algorithms
        + _extension(43, _vector(1, _short(_TLS13) + _short(_TLS12)))  # supported_versions
        + _extension(51, _vector(2, share))  # key_share
    )
    return _record(0x0301, _TLS12, (*_SUITES_13, *_SUITES), _vector(2, extensions))


def _record(outer: int, version: int, suites: tuple[int, ...], extensions: bytes) -> bytes:
    offered = b"".join(map(_short, suites))
    body = _short(version) + os.urandom(32) + b"\0" + _vector(2, offered) + b"\1\0" + extensions
    return bytes([_HANDSHAKE]) + _short(outer) + _vector(2, b"\1" + _vector(3, body))


def _extension(number: int, data: bytes) -> bytes:
    return _short(number) + _vector(2, data)


def _vector(width: int, data: bytes) -> bytes:
    return len(data).to_bytes(width) + data


def _short(number: int) -> bytes:
    return number.to_bytes(2)
