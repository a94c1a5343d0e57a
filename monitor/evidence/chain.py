"""Writing to the chain: whole records or none, whoever else writes, whenever the power goes.

A batch goes to the records' file, then to the index; each is on the disk before the next step. What a crash
leaves behind the last line of the index is either whole, and taken into the index, or torn, and set aside at
the next writing; the chain itself then says so. A segment that was damaged is never touched again.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from monitor.clock import Clock, system_clock
from monitor.evidence import segments
from monitor.evidence.digests import BEGINNING, digest_of
from monitor.evidence.masking import Mask, load_key
from monitor.evidence.records import (
    Exchange,
    File,
    Piece,
    Statement,
    new_id,
    pieces_of,
    read,
    stamp,
    write,
)
from monitor.evidence.segments import Entry, EntryError

log = structlog.get_logger("duban.evidence")

SEGMENT_BYTES = 32 * 2**20
SEGMENT_AGE = timedelta(days=7)
SHORT = 512
"""Payloads below this are written again rather than referred to."""

TORN = "torn"
LOCK = "lock"
KEY = "mask.key"
SOFTWARE = "duban https://github.com/duban/duban"
REVISIT = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be kept, and what it is about ("obligation:7", "site:example")."""

    what: Exchange | File | Statement
    about: tuple[str, ...] = ()


@dataclass(slots=True)
class Tail:
    """Where the chain ends: the last record, and how far its segment's files reach.

    since: when the segment began. held: its payloads by digest, to refer to. is_sound: whether more may be
    written to its files.
    """

    number: int
    sequence: int = 0
    link: str = BEGINNING
    end: int = 0
    index_end: int = 0
    since: datetime | None = None
    held: dict[str, Entry] = field(default_factory=dict)
    is_sound: bool = True

    def take(self, entry: Entry) -> None:
        """Go on to a record that was written."""
        self.sequence, self.link, self.end = entry.sequence, entry.link, entry.end
        self.index_end += len(entry.line())
        self.since = self.since or datetime.fromisoformat(entry.at)
        if entry.type != "revisit" and entry.refers_to is None:
            self.held.setdefault(entry.digest, entry)


class Chain:
    """The one writer of this process. Not safe for several threads at once: its owner sees to that.

    Several processes may write to one folder: each batch is written under a lock.
    """

    def __init__(self, folder: Path, clock: Clock = system_clock, segment_bytes: int = SEGMENT_BYTES) -> None:
        self.folder = folder
        self.clock = clock
        self._segment_bytes = segment_bytes
        self._tail: Tail | None = None
        self._mask: Mask | None = None

    @property
    def mask(self) -> Mask:
        if self._mask is None:
            self._mask = Mask(load_key(self.folder / KEY))
        return self._mask

    def append(self, drafts: Sequence[Draft]) -> list[Entry]:
        """Write records and give their lines; OSError where the disk takes them not: then none is kept."""
        with self.locked():
            tail = self._current()
            pieces = [piece for draft in drafts for piece in self._pieces(draft)]
            return self._append(tail, pieces) if pieces else []

    def append_built(self, build: Callable[[], Sequence[Draft]]) -> list[Entry]:
        """The same with drafts that hang on what the folder holds while nobody else writes."""
        with self.locked():
            tail = self._current()
            pieces = [piece for draft in build() for piece in self._pieces(draft)]
            return self._append(tail, pieces) if pieces else []

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other writer out."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / LOCK).open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _pieces(self, draft: Draft) -> list[Piece]:
        return pieces_of(draft.what, draft.about, self.mask.body)

    def _current(self) -> Tail:
        """Where to go on: after what others wrote, and with what a crash left behind put right."""
        if self._tail is None or not self._is_current(self._tail):
            self._tail = None
            tail = read_tail(self.folder)
            if tail.is_sound:
                self._mend(tail)
            else:
                log.error(
                    "a segment of the evidence was damaged: it is left as it is, a new one begins; "
                    "`duban evidence verify` names the place",
                    action="evidence",
                    file=segments.name_of(tail.number),
                )
            self._tail = tail
        return self._tail

    def _is_current(self, tail: Tail) -> bool:
        return (
            tail.is_sound
            and _size(segments.records_of(self.folder, tail.number)) == tail.end
            and _size(segments.index_of(self.folder, tail.number)) == tail.index_end
            and not segments.index_of(self.folder, tail.number + 1).exists()
        )

    def _append(self, tail: Tail, pieces: Sequence[Piece]) -> list[Entry]:
        if self._is_full(tail):
            tail = self._tail = Tail(tail.number + 1, tail.sequence, tail.link)
        if tail.end == 0:
            pieces = [_heading(self.clock(), tail.number), *pieces]
        written = self._build(tail, pieces)
        try:
            self._store(tail, written)
        except OSError:
            self._tail = None
            with suppress(OSError):  # what cannot be cut back now is mended before the next writing
                self._cut_back(tail)
            raise
        for _, entry in written:
            tail.take(entry)
        return [entry for _, entry in written]

    def _is_full(self, tail: Tail) -> bool:
        is_old = tail.since is not None and self.clock() - tail.since > SEGMENT_AGE
        return not tail.is_sound or tail.end >= self._segment_bytes or is_old

    def _build(self, tail: Tail, pieces: Sequence[Piece]) -> list[tuple[bytes, Entry]]:
        """The records' bytes and lines, one after another: each is chained to the one before."""
        file, sequence, link, offset = segments.name_of(tail.number), tail.sequence, tail.link, tail.end
        held, built = dict(tail.held), []
        for piece in pieces:
            sequence += 1
            raw = write(_referring(piece, held), sequence, link)
            entry = segments.entry_of(raw, read(raw), link, file, offset)
            built.append((raw, entry))
            link, offset = entry.link, entry.end
            if entry.refers_to is None:
                held.setdefault(entry.digest, entry)
        return built

    def _store(self, tail: Tail, written: Sequence[tuple[bytes, Entry]]) -> None:
        folder, number = self.folder, tail.number
        segments.append(segments.records_of(folder, number), (raw for raw, _ in written), tail.end)
        segments.append(
            segments.index_of(folder, number), (entry.line() for _, entry in written), tail.index_end
        )

    def _cut_back(self, tail: Tail) -> None:
        for path, end in (
            (segments.records_of(self.folder, tail.number), tail.end),
            (segments.index_of(self.folder, tail.number), tail.index_end),
        ):
            if path.exists():
                os.truncate(path, end)

    def _mend(self, tail: Tail) -> None:
        """Take whole records into the index that a crash kept from it, and set torn ones aside."""
        records = segments.records_of(self.folder, tail.number)
        index = segments.index_of(self.folder, tail.number)
        torn = []
        rest = _from(index, tail.index_end)
        if rest:
            torn.append(self._set_aside(index, tail.index_end, rest))
        data = _from(records, tail.end)
        whole = segments.following(data, tail.sequence + 1, tail.link, records.name, tail.end)
        if whole:
            segments.append(index, (entry.line() for _, entry in whole), tail.index_end)
            log.warning(
                "records that a crash kept from the index were taken into it",
                action="evidence",
                file=records.name,
                records=len(whole),
            )
            for _, entry in whole:
                tail.take(entry)
        rest = _from(records, tail.end)
        if rest:
            torn.append(self._set_aside(records, tail.end, rest))
        if torn:
            self._say_torn(tail, torn)

    def _set_aside(self, path: Path, offset: int, rest: bytes) -> dict[str, object]:
        """Move what was left unfinished out of a file; nothing is thrown away."""
        kept = self.folder / TORN / f"{path.name}.{offset}.{digest_of(rest)[7:19]}"
        kept.parent.mkdir(exist_ok=True)
        segments.append(kept, [rest], 0)
        os.truncate(path, offset)
        place = {"file": path.name, "offset": offset, "bytes": len(rest), "digest": digest_of(rest)}
        log.error(
            "an unfinished record was set aside: a crash cut it short",
            action="evidence",
            kept=str(kept),
            **place,
        )
        return {**place, "kept": f"{TORN}/{kept.name}"}

    def _say_torn(self, tail: Tail, torn: Sequence[dict[str, object]]) -> None:
        said = Statement("torn", self.clock(), {"pieces": list(torn)})
        self._append(tail, pieces_of(said, (), self.mask.body))


def read_tail(folder: Path) -> Tail:
    """Where the chain ends by its last index; the link before it comes from the segment before."""
    found = segments.numbers(folder)
    if not found:
        return Tail(1)
    tail = Tail(found[-1])
    lines, _ = segments.lines_of(segments.index_of(folder, found[-1]))
    if not lines:
        before = _last_entry(folder, found[:-1])
        if before is not None:
            tail.sequence, tail.link = before.sequence, before.link
    for line in lines:
        try:
            tail.take(segments.parse(line))
        except EntryError:
            tail.is_sound = False
    if _size(segments.records_of(folder, tail.number)) < tail.end:
        tail.is_sound = False
    return tail


def _last_entry(folder: Path, among: Sequence[int]) -> Entry | None:
    for number in reversed(among):
        for line in reversed(segments.lines_of(segments.index_of(folder, number))[0]):
            with suppress(EntryError):
                return segments.parse(line)
    return None


def _heading(now: datetime, number: int) -> Piece:
    """The record with which each segment begins."""
    payload = f"software: {SOFTWARE}\r\nformat: WARC File Format 1.1\r\n".encode()
    head = {
        "WARC-Record-ID": f"<{new_id()}>",
        "WARC-Date": stamp(now),
        "WARC-Filename": segments.name_of(number),
        "WARC-Payload-Digest": digest_of(payload),
        "Content-Type": "application/warc-fields",
    }
    return Piece("warcinfo", "segment", head, "", payload)


def _referring(piece: Piece, held: dict[str, Entry]) -> Piece:
    """A page whose body this segment holds already refers to it instead of bringing it again."""
    same = held.get(piece.head.get("WARC-Payload-Digest", ""))
    if same is None or piece.type not in ("response", "resource") or len(piece.payload) < SHORT:
        return piece
    head = {
        **piece.head,
        "WARC-Profile": REVISIT,
        "WARC-Refers-To": f"<{same.id}>",
        "WARC-Refers-To-Target-URI": same.url,
        "WARC-Refers-To-Date": same.at,
    }
    return replace(piece, type="revisit", head=head, payload=b"")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _from(path: Path, offset: int) -> bytes:
    if not path.exists():
        return b""
    with path.open("rb") as file:
        file.seek(offset)
        return file.read()
