"""Records as they lie on the disk: WARC 1.1, each one a gzip member of its own.

Beside what the standard asks for, each carries its number (`Duban-Sequence`), the link of the record before
it (`Duban-Previous`), what it is (`Duban-Kind`) and what it is about (`Duban-About`).
"""

from __future__ import annotations

import json
import uuid
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from monitor.evidence.digests import digest_of

VERSION = "WARC/1.1"
CRLF = b"\r\n\r\n"
LONGEST_HEADER = 8000


def new_id() -> str:
    """A name for a record that no other has."""
    return f"urn:uuid:{uuid.uuid4()}"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and what came of it, as evidence.

    asked: the address asked for; url: where the answer came from. at: when the request went out. age: how old
    the answer was by its own word. is_shown: it is the page as a browser shows it in the end. encoding: of
    the body, None where it is no text. status: None where nothing answered. reason: why it cannot be read.
    hidden: how many numbers are masked in it already.
    """

    asked: str
    url: str
    at: datetime
    status: int | None
    body: bytes
    encoding: str | None
    request: Mapping[str, str]  # names in lower case, here and in `headers`
    headers: Mapping[str, str]
    age: timedelta = timedelta()
    reason: str = ""
    is_shown: bool = False
    hidden: int = 0
    id: str = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class File:
    """Something that is no page: a picture."""

    url: str
    at: datetime
    body: bytes
    content_type: str
    id: str = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Statement:
    """What we say of other records: which place they are, what was seen, how it was judged.

    kind: absence | last look | sighting | source | withdrawn | revisit | verdict, and of the evidence itself
    removed | torn | gap. url: the address it is about, where there is one.
    """

    kind: str
    at: datetime
    content: Mapping[str, Any]
    url: str = ""
    id: str = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Http:
    """The head of a request (protocol empty) or of an answer."""

    protocol: str
    line: str
    headers: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Piece:
    """One record before it has its place. head: its own headers, number and predecessor excepted."""

    type: str
    kind: str
    head: Mapping[str, str]
    url: str
    payload: bytes
    http: Http | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A record read back. payload: what it holds; of a revisit empty, `refers_to` holds it.

    digest: that of the payload. http: its status and headers, where it is an answer.
    """

    type: str
    kind: str
    id: str
    at: datetime
    url: str
    about: tuple[str, ...]
    sequence: int
    previous: str
    payload: bytes
    digest: str
    refers_to: str | None
    head: Mapping[str, str]
    status: int | None
    http: Mapping[str, str]

    @property
    def content(self) -> Any:
        """What a statement says."""
        return json.loads(self.payload)


class RecordError(Exception):
    """Bytes that are no record of ours."""


def pieces_of(
    draft: Exchange | File | Statement,
    about: Sequence[str],
    mask: Callable[[bytes, str | None], tuple[bytes, int]],
) -> list[Piece]:
    """The records that a draft becomes, masked: of an exchange the request and the answer."""
    head = {"WARC-Record-ID": f"<{draft.id}>", "WARC-Date": stamp(draft.at)}
    if about:
        head["Duban-About"] = " ".join(about)
    if isinstance(draft, Statement):
        return [_statement(draft, head, mask)]
    if isinstance(draft, File):
        head["WARC-Payload-Digest"] = digest_of(draft.body)
        head["Content-Type"] = draft.content_type
        return [Piece("resource", "picture", head, draft.url, draft.body)]
    return _exchange(draft, head, mask)


def _statement(draft: Statement, head: dict[str, str], mask: Callable[..., tuple[bytes, int]]) -> Piece:
    text = json.dumps(draft.content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    payload, hidden = mask(text.encode(), "utf-8")
    head |= {"Content-Type": "application/json", "WARC-Payload-Digest": digest_of(payload)}
    return Piece("metadata", draft.kind, _counted(head, hidden), draft.url, payload)


def _exchange(draft: Exchange, head: dict[str, str], mask: Callable[..., tuple[bytes, int]]) -> list[Piece]:
    payload, hidden = mask(draft.body, draft.encoding)
    head = _counted(head, draft.hidden + hidden) | {"WARC-Payload-Digest": digest_of(payload)}
    head["Duban-Asked"] = draft.asked
    if draft.reason:
        head["Duban-Reason"] = one_line(draft.reason)
    if draft.age:
        head["Duban-Age"] = f"{draft.age.total_seconds():g}"
    if draft.encoding:
        head["Duban-Encoding"] = draft.encoding
    if draft.is_shown:
        head["Content-Type"] = "text/html; charset=utf-8"
        return [Piece("resource", "shown", head, draft.url, payload)]
    asking = {
        "WARC-Record-ID": f"<{new_id()}>",
        "WARC-Date": head["WARC-Date"],
        "WARC-Concurrent-To": head["WARC-Record-ID"],
    }
    if "Duban-About" in head:
        asking["Duban-About"] = head["Duban-About"]
    request = Piece("request", "request", asking, draft.url, b"", _request_head(draft))
    if draft.status is None:
        return [request, Piece("metadata", "no answer", head, draft.url, payload)]
    return [request, Piece("response", "page", head, draft.url, payload, _answer_head(draft))]


def _counted(head: dict[str, str], hidden: int) -> dict[str, str]:
    return head | {"Duban-Masked": str(hidden)} if hidden else head


def _request_head(draft: Exchange) -> Http:
    parts = urlsplit(draft.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"host": parts.netloc} | {k: v for k, v in draft.request.items() if not k.startswith("proxy-")}
    return Http(
        "", f"GET {one_line(path)} HTTP/1.1", [(name, one_line(value)) for name, value in headers.items()]
    )


_CODED = {"content-encoding", "transfer-encoding", "content-length"}


def _answer_head(draft: Exchange) -> Http:
    """The answer's head. The body is kept unpacked: what spoke of its packing is marked as the original's."""
    status = draft.status or 0
    phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""
    headers = [
        (f"X-Archive-Orig-{name}" if name.lower() in _CODED else name, one_line(value))
        for name, value in draft.headers.items()
    ]
    return Http("HTTP/1.1", f"{status} {phrase}".rstrip(), headers)


def one_line(text: str) -> str:
    """A header's value: one line of what Latin-1 can hold, or percent signs for it."""
    line = "".join(sign if sign.isprintable() else " " for sign in text)[:LONGEST_HEADER]
    return line.encode("ascii", "backslashreplace").decode("ascii")


def stamp(at: datetime) -> str:
    """A moment as WARC writes it: UTC, to the microsecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def write(piece: Piece, sequence: int, previous: str) -> bytes:
    """The bytes of a record at its place in the chain: one gzip member."""
    out = BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version=VERSION)
    head = {
        **piece.head,
        "Duban-Kind": piece.kind,
        "Duban-Sequence": str(sequence),
        "Duban-Previous": previous,
    }
    http = None
    if piece.http is not None:
        http = StatusAndHeaders(
            piece.http.line,
            list(piece.http.headers),
            piece.http.protocol,
            is_http_request=not piece.http.protocol,
        )
    record = writer.create_warc_record(
        one_line(piece.url),
        piece.type,
        payload=BytesIO(piece.payload),
        length=len(piece.payload),
        warc_content_type=piece.head.get("Content-Type", ""),
        warc_headers_dict=head,
        http_headers=http,
    )
    writer.write_record(record)
    return out.getvalue()


def split(data: bytes) -> tuple[bytes, bytes]:
    """The first gzip member of `data`, and what follows it; RecordError where there is no whole one."""
    member = zlib.decompressobj(zlib.MAX_WBITS + 16)
    try:
        member.decompress(data)
    except zlib.error as error:
        raise RecordError(f"no gzip member: {error}") from error
    if not member.eof:
        raise RecordError("a gzip member that does not end")
    end = len(data) - len(member.unused_data)
    return data[:end], data[end:]


def read(raw: bytes) -> Record:
    """Read a record's bytes; RecordError where they are none of ours."""
    try:
        found = next(iter(ArchiveIterator(BytesIO(raw), verify_http=False)))
        payload = found.content_stream().read()
        return _record(found, payload)
    except (ArchiveLoadFailed, StopIteration, ValueError, KeyError, TypeError, EOFError, zlib.error) as error:
        raise RecordError(f"no record of ours: {error}") from error


def _record(found: Any, payload: bytes) -> Record:
    head = {name: value for name, value in found.rec_headers.headers}
    refers_to = head.get("WARC-Refers-To")
    http = found.http_headers
    return Record(
        type=found.rec_type,
        kind=head["Duban-Kind"],
        id=head["WARC-Record-ID"].strip("<>"),
        at=datetime.strptime(head["WARC-Date"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC),
        url=head.get("WARC-Target-URI", ""),
        about=tuple(head.get("Duban-About", "").split()),
        sequence=int(head["Duban-Sequence"]),
        previous=head["Duban-Previous"],
        payload=payload,
        digest=head.get("WARC-Payload-Digest", ""),
        refers_to=refers_to.strip("<>") if refers_to else None,
        head=head,
        status=int(http.get_statuscode()) if http is not None and found.rec_type != "request" else None,
        http={name.lower(): value for name, value in http.headers} if http is not None else {},
    )
