"""Bodies read to the end, with the limit counted on what comes out of the decompressor.

A limit on what comes in would let 500 kB of gzip become 500 MB; so decompression is done here, a piece at a
time, each piece told how much room there is left.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from monitor.net.outcomes import Fault, Outcome

try:
    import brotli
except ImportError:  # an optional library: without it "br" is not asked for
    brotli = None

ACCEPTED = "gzip, deflate, br" if brotli is not None else "gzip, deflate"
"""What Accept-Encoding says."""

MOST_MEMBERS = 64
_PLAIN = frozenset({"", "identity", "none", "utf-8"})  # the last is a common slip for Content-Type's charset
_GZIP_MAGIC = b"\x1f\x8b"


class Inflater(Protocol):
    """One decompressor. `feed` gives at most `room` + 1 bytes: one too many tells enough."""

    def feed(self, data: bytes, room: int) -> bytes: ...

    def is_complete(self) -> bool: ...


class Gzip:
    """gzip, also of several members one after the other."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(wbits=31)
        self._members = 1
        self._is_idle = True

    def feed(self, data: bytes, room: int) -> bytes:
        """Decompress a piece; zlib.error where it is no gzip."""
        out = b""
        while data and len(out) <= room:
            if self._member.eof:
                if not data.startswith(_GZIP_MAGIC[: len(data)]):
                    break  # padding after the end, which browsers overlook too
                self._open_next()
            self._is_idle = False
            out += self._member.decompress(data, room + 1 - len(out))
            data = self._member.unused_data
        return out

    def is_complete(self) -> bool:
        """Whether the stream ended where it says it ends; one without a single byte did."""
        return self._is_idle or self._member.eof

    def _open_next(self) -> None:
        self._members += 1
        if self._members > MOST_MEMBERS:
            raise zlib.error(f"more than {MOST_MEMBERS} gzip members")
        self._member = zlib.decompressobj(wbits=31)


class Deflate:
    """deflate, with the zlib wrapping the standard asks for or raw, as several servers send it."""

    def __init__(self) -> None:
        self._start = b""
        self._stream: zlib._Decompress | None = None

    def feed(self, data: bytes, room: int) -> bytes:
        """Decompress a piece; zlib.error where it is no deflate."""
        if self._stream is not None:
            return self._stream.decompress(data, room + 1)
        self._start += data
        if len(self._start) < 2:  # the wrapping is told by two bytes
            return b""
        self._stream, out = _open_deflate(self._start, room)
        return out

    def is_complete(self) -> bool:
        """Whether the stream ended where it says it ends."""
        return self._stream is not None and self._stream.eof


def _open_deflate(data: bytes, room: int) -> tuple[zlib._Decompress, bytes]:
    for wbits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        stream = zlib.decompressobj(wbits=wbits)
        try:
            return stream, stream.decompress(data, room + 1)
        except zlib.error:
            continue
    raise zlib.error("neither zlib nor raw deflate")


class Brotli:
    """br, where the library is installed."""

    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    def feed(self, data: bytes, room: int) -> bytes:
        """Decompress a piece; brotli.error where it is no brotli."""
        out: bytes = self._stream.process(data, output_buffer_limit=room + 1)
        while len(out) <= room and not self._stream.can_accept_more_data():
            more: bytes = self._stream.process(b"", output_buffer_limit=room + 1 - len(out))
            if not more:
                break
            out += more
        return out

    def is_complete(self) -> bool:
        """Whether the stream ended where it says it ends."""
        return bool(self._stream.is_finished())


_ERRORS: tuple[type[Exception], ...] = (zlib.error,) if brotli is None else (zlib.error, brotli.error)


def inflaters(content_encoding: str) -> tuple[Inflater, ...]:
    """Give the decompressors for a Content-Encoding header, in the order they are to be applied."""
    codings = [coding.strip().lower() for coding in content_encoding.split(",")]
    wanted = [coding for coding in reversed(codings) if coding not in _PLAIN]
    if len(wanted) > 2:
        raise Fault(Outcome.BAD_ENCODING, f"compressed {len(wanted)} times over")
    return tuple(_inflater(coding) for coding in wanted)


def _inflater(coding: str) -> Inflater:
    if coding in {"gzip", "x-gzip"}:
        return Gzip()
    if coding == "deflate":
        return Deflate()
    if coding == "br" and brotli is not None:
        return Brotli()
    raise Fault(Outcome.BAD_ENCODING, f"the body is encoded as {coding[:40]!r}, which cannot be read here")


async def read_body(chunks: AsyncIterator[bytes], content_encoding: str, limit: int) -> bytes:
    """Read a body to its end, decompressed; Fault (TOO_LARGE, BAD_ENCODING) where it cannot be.

    The bytes on the wire are limited as well: a stream of empty blocks decompresses to nothing for ever.
    """
    chain = inflaters(content_encoding)
    body = bytearray()
    received = 0
    async for chunk in chunks:
        received += len(chunk)
        room = limit - len(body)
        piece = inflate(chain, chunk, room)
        if received > limit or len(piece) > room:
            raise Fault(Outcome.TOO_LARGE, f"the body is larger than {limit} bytes")
        body += piece
    if received and not all(inflater.is_complete() for inflater in chain):
        raise Fault(Outcome.BAD_ENCODING, f"the {content_encoding} body breaks off in the middle")
    return bytes(body)


def inflate(chain: Sequence[Inflater], data: bytes, room: int) -> bytes:
    """Pass a piece through the decompressors; what is more than the room, by a byte or more, outgrew it."""
    for inflater in chain:
        try:
            data = inflater.feed(data, room)
        except _ERRORS as error:
            raise Fault(Outcome.BAD_ENCODING, f"the body cannot be decompressed: {error}") from error
    return data
