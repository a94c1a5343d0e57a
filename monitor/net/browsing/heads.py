"""Heads of messages that pass through the tunnel: read strictly from the browser, leniently from the web."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from yarl import URL

from monitor.net import addresses
from monitor.net.outcomes import Fault, Outcome

LONGEST = 32 * 1024

# The fetch standard's blocked ports: a browser never asks them by itself, and no web server answers there.
# fmt: off
BLOCKED_PORTS = frozenset(
    {
        1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101,
        102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389,
        427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636,
        989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665,
        6666, 6667, 6668, 6669, 6679, 6697, 10080,
    }
)
# fmt: on

_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_REQUEST_LINE = re.compile(rb"([A-Z]{1,20}) ([!-~]+) HTTP/1\.[01]")
_FIELD = re.compile(rb"(" + _TOKEN + rb"):[ \t]*([^\x00\r\n]*?)[ \t]*")
_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^][/?#@\\:\s]+):(\d{1,5})")
_IN_CLEAR = re.compile(r"(http://[^/?#\\]*)((?:[/?#].*)?)", re.IGNORECASE | re.DOTALL)

# Between the browser and us, or between us and the server; not for the other side's ears.
_HOP_BY_HOP = frozenset(
    b"connection keep-alive te trailer upgrade "
    b"proxy-connection proxy-authorization proxy-authenticate".split()
)
_STATUS_LINE = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})")


class Malformed(Exception):  # noqa: N818 - answered with a status, never shown as an error
    """A request that is no proper one: the status it is answered with, and why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class Asked:
    """What the browser asks of the tunnel.

    target: scheme, host and port, judged. path: as the browser wrote it, "" where a tunnel is asked for.
    authorization: what proves that the browser is ours. fields: those meant for the server.
    length: bytes of a body that follows.
    """

    method: str
    target: URL
    path: str
    authorization: str
    fields: tuple[tuple[bytes, bytes], ...]
    length: int

    @property
    def wants_tunnel(self) -> bool:
        return not self.path


@dataclass(frozen=True, slots=True)
class Head:
    """A request's head before its target is judged; names of fields in lower case."""

    method: str
    target: str
    fields: tuple[tuple[bytes, bytes], ...]

    @property
    def authorization(self) -> str:
        return b"".join(_values(self.fields, b"proxy-authorization")).decode("latin-1")


def read(head: bytes) -> Head:
    """Read a request's head up to its empty line; Malformed says what is wrong with it."""
    first, *lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    line = _REQUEST_LINE.fullmatch(first)
    if line is None:
        raise Malformed(400, "not a request")
    fields = []
    for text in lines:
        field = _FIELD.fullmatch(text)
        if field is None:
            raise Malformed(400, "not a header field")
        fields.append((field[1].lower(), field[2]))
    return Head(line[1].decode("ascii"), line[2].decode("ascii"), tuple(fields))


def judge(head: Head) -> Asked:
    """Judge what a request is for: Malformed where it is none for a proxy, Fault where it is refused."""
    address, path = _tunnel(head.target) if head.method == "CONNECT" else _in_clear(head.target)
    target = addresses.parse(address).origin()
    if target.port in BLOCKED_PORTS:
        raise Fault(Outcome.ADDRESS_REFUSED, f"port {target.port} belongs to another service than the web")
    fields = tuple((name, value) for name, value in head.fields if name not in _HOP_BY_HOP)
    return Asked(head.method, target, path, head.authorization, fields, _length(head.fields))


def _tunnel(target: str) -> tuple[str, str]:
    place = _AUTHORITY.fullmatch(target)
    if place is None:
        raise Malformed(400, "CONNECT wants host:port")
    return f"https://{place[1]}:{place[2]}/", ""


def _in_clear(target: str) -> tuple[str, str]:
    """Take the place apart from the path, which goes on untouched: its quoting is the site's own affair."""
    parts = _IN_CLEAR.fullmatch(target)
    if parts is None:
        raise Malformed(400, "a proxy is asked for http://… or by CONNECT")
    rest = parts[2].partition("#")[0]
    return f"{parts[1]}/", rest if rest.startswith("/") else f"/{rest}"


def _length(fields: tuple[tuple[bytes, bytes], ...]) -> int:
    if _values(fields, b"transfer-encoding"):
        raise Malformed(411, "a body of unknown length")
    lengths = _values(fields, b"content-length")
    if len(set(lengths)) > 1 or not all(re.fullmatch(rb"\d{1,12}", length) for length in lengths):
        raise Malformed(400, "a body of contradictory length")
    return int(lengths[0]) if lengths else 0


def _values(fields: tuple[tuple[bytes, bytes], ...], wanted: bytes) -> list[bytes]:
    return [value for name, value in fields if name == wanted]


def passed_on(asked: Asked, through: Mapping[str, str] | None) -> bytes:
    """Write the request for the server, or, with the headers for it, for the outgoing proxy.

    One request per connection, said so to both sides: a second one would go to the first one's server.
    """
    place = asked.target.raw_authority
    where = asked.path if through is None else f"http://{place}{asked.path}"
    lines = [f"{asked.method} {where} HTTP/1.1".encode("ascii"), b"Host: " + place.encode("ascii")]
    lines += [name + b": " + value for name, value in asked.fields if name != b"host"]
    lines += [f"{name}: {value}".encode("ascii") for name, value in (through or {}).items()]
    return b"\r\n".join([*lines, b"Connection: close", b"", b""])


def closing(head: bytes) -> bytes:
    """Rewrite the head of an answer so that the browser uses the connection for nothing else.

    What is no proper head (half of the web's old devices) goes on as it is: browsers make sense of it.
    """
    if _STATUS_LINE.match(head) is None:
        return head
    first, *lines = re.split(rb"\r?\n", head.rstrip(b"\r\n"))
    kept = [line for line in lines if line.partition(b":")[0].strip().lower() not in _HOP_BY_HOP]
    return b"\r\n".join([first, *kept, b"Connection: close", b"", b""])


def is_interim(head: bytes) -> bool:
    """Whether a head announces only that the answer is still to come (100, 103)."""
    line = _STATUS_LINE.match(head)
    return line is not None and line[1].startswith(b"1")


def end_of(received: bytes) -> int:
    """Find where the head in these bytes ends, 0 while it does not."""
    ends = [found + len(mark) for mark in (b"\r\n\r\n", b"\n\n") if (found := received.find(mark)) >= 0]
    return min(ends, default=0)


def answer(status: int, reason: str, **fields: str) -> bytes:
    """Write an answer of the tunnel's own."""
    named = {"Content-Type": "text/plain; charset=utf-8", "Content-Length": "0", "Connection": "close"}
    body = reason.encode("utf-8")
    named["Content-Length"] = str(len(body))
    named |= {name.replace("_", "-").title(): value for name, value in fields.items()}
    lines = [f"HTTP/1.1 {status} Tunnel", *(f"{name}: {value}" for name, value in named.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1") + body
