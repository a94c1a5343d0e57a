"""Addresses of pages, read once: the parser that judges an address is the one that connects.

Two parsers that disagree about a backslash or an "@" are how guards are passed by. So an address becomes a
yarl.URL here, is judged as that, and goes to the connector as that.
"""

from __future__ import annotations

import ipaddress
import re

from yarl import URL

from monitor.net.outcomes import Fault, Outcome

SCHEMES = frozenset({"http", "https"})
LONGEST = 8192

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_EDGES = "".join(map(chr, range(0x21)))
_RAW_BYTE = re.compile("[\udc80-\udcff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LABEL = re.compile(r"[a-z0-9_-]{1,63}", re.IGNORECASE)
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*", re.IGNORECASE)


def parse(text: str) -> URL:
    """Read an absolute address; Fault (ADDRESS_REFUSED, SCHEME_REFUSED) says what is wrong with it."""
    return _judged(_read(text))


def follow(base: URL, location: str) -> URL:
    """Read where a redirect leads; Fault (BAD_REDIRECT or as in `parse`) says what is wrong with it."""
    if not location.strip():
        raise Fault(Outcome.BAD_REDIRECT, "a redirect that does not say where to")
    try:
        target = base.join(_read(location))
    except (Fault, ValueError) as error:
        raise Fault(Outcome.BAD_REDIRECT, f"a redirect to {location[:200]!r}: {error}") from error
    return _judged(target)


def site_of(url: URL) -> str:
    """Name the server as "host:port", the key of everything that is counted per host."""
    return f"{url.raw_host}:{url.port}"


def _read(text: str) -> URL:
    """Parse as browsers do: edges trimmed, a backslash before the query is a slash, raw bytes are escaped."""
    trimmed = text.strip(_EDGES)
    if len(trimmed) > LONGEST:
        raise Fault(Outcome.ADDRESS_REFUSED, f"an address of {len(trimmed)} characters")
    if _CONTROL.search(trimmed):
        raise Fault(Outcome.ADDRESS_REFUSED, "the address contains control characters")
    escaped = _RAW_BYTE.sub(lambda byte: f"%{ord(byte[0]) - 0xDC00:02X}", trimmed)
    if _SURROGATE.search(escaped):
        raise Fault(Outcome.ADDRESS_REFUSED, "the address contains half a character")
    place, mark, rest = _split_query(escaped)
    try:
        return URL(place.replace("\\", "/") + mark + rest)
    except ValueError as error:
        raise Fault(Outcome.ADDRESS_REFUSED, f"not an address: {error}") from error


def _split_query(text: str) -> tuple[str, str, str]:
    found = re.search(r"[?#]", text)
    return (text, "", "") if found is None else (text[: found.start()], found[0], text[found.end() :])


def _judged(url: URL) -> URL:
    if url.scheme not in SCHEMES:
        scheme = f"the scheme {url.scheme!r}" if url.scheme else "an address without a scheme"
        raise Fault(Outcome.SCHEME_REFUSED, f"{scheme}: only http and https are fetched")
    if "@" in url.raw_authority:
        raise Fault(Outcome.ADDRESS_REFUSED, "the address contains a user name or a password")
    try:
        # Written out and read back: what is compared as text and what is asked for are one.
        return URL(str(_with_plain_host(url).with_fragment(None)), encoded=True)
    except ValueError as error:
        raise Fault(Outcome.ADDRESS_REFUSED, f"not a host: {error}") from error


def _with_plain_host(url: URL) -> URL:
    """Check the host, and write an IPv4 address in one of its disguises (0x7f.1, 2130706433) plainly."""
    host = url.raw_host
    if not host or url.port in (None, 0):
        raise Fault(Outcome.ADDRESS_REFUSED, "the address names no host or no port")
    if ":" in host:
        ipaddress.IPv6Address(host)  # a zone ("fe80::1%eth0") is no part of an address on the web
        if "%" in host:
            raise Fault(Outcome.ADDRESS_REFUSED, "the address names a network interface")
        return url
    labels = host.removesuffix(".").split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return url.with_host(str(_ipv4(labels)))
    if len(host) > 254 or not all(map(_LABEL.fullmatch, labels)):
        raise Fault(Outcome.ADDRESS_REFUSED, f"{host[:80]!r} is not a host's name")
    return url


def _ipv4(labels: list[str]) -> ipaddress.IPv4Address:
    """Read an IPv4 address as the WHATWG's rule does: 1 to 4 numbers, hex or octal too, the last fills up."""
    if len(labels) > 4:
        raise ValueError("an IPv4 address of more than four numbers")
    *front, last = (_number(label) for label in labels)
    if any(number > 255 for number in front) or last >= 256 ** (4 - len(front)):
        raise ValueError("a number of the IPv4 address is too large")
    return ipaddress.IPv4Address(last + sum(number << 8 * (3 - place) for place, number in enumerate(front)))


def _number(label: str) -> int:
    if not label.isascii() or not _NUMBER.fullmatch(label):
        raise ValueError(f"{label!r} in an IPv4 address")
    if label[:2].lower() == "0x":
        return int(label[2:] or "0", 16)
    return int(label, 8 if label.startswith("0") else 10)
