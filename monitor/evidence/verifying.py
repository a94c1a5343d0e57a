"""Whether the evidence is as it was written: every file and line, every record and its place in the chain."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from monitor.evidence import segments
from monitor.evidence.chain import Chain
from monitor.evidence.digests import BEGINNING, link_of
from monitor.evidence.keeper import Head
from monitor.evidence.records import Record, RecordError, read
from monitor.evidence.segments import Entry, EntryError

PIECE = 2**20


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Something that is not as it was written. offset: in bytes; of an index, the number of the line."""

    file: str
    offset: int
    sequence: int | None
    what: str


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What a crash, or a writer at work, left behind the last whole record: the next start puts it right."""

    file: str
    offset: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Removed:
    """Records that were removed for their age or for want of room, as the chain itself says.

    about: what they were about.
    """

    first: int
    last: int
    link: str
    about: Collection[str] = ()


@dataclass(slots=True)
class Verified:
    """What came of it. gaps: what the chain says of evidence that could not be kept."""

    records: int = 0
    first: int | None = None
    head: Head | None = None
    mismatches: list[Mismatch] = field(default_factory=list)
    unfinished: list[Unfinished] = field(default_factory=list)
    removed: list[Removed] = field(default_factory=list)
    gaps: list[Mapping[str, object]] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.mismatches


@dataclass(frozen=True, slots=True)
class _Sizes:
    """How far the files of a segment reached when nobody was writing."""

    number: int
    records: int | None
    index: int | None


def verify(folder: Path) -> Verified:
    """Read all that is kept and say what is not as it was written. Never raises for what it finds there.

    A daemon may go on writing meanwhile: what was there at the beginning is judged.
    """
    if not folder.is_dir():
        return Verified()
    try:
        with Chain(folder).locked():
            sizes = _all_sizes(folder)
    except OSError:  # a copy that nobody can write to
        sizes = _all_sizes(folder)
    return _Verifier(folder, sizes).run()


def _all_sizes(folder: Path) -> list[_Sizes]:
    return [_sizes(folder, number) for number in segments.numbers(folder)]


def _sizes(folder: Path, number: int) -> _Sizes:
    records, index = segments.records_of(folder, number), segments.index_of(folder, number)
    return _Sizes(
        number,
        records.stat().st_size if records.exists() else None,
        index.stat().st_size if index.exists() else None,
    )


class _Verifier:
    def __init__(self, folder: Path, sizes: list[_Sizes]) -> None:
        self.folder = folder
        self.sizes = sizes
        self.found = Verified()
        self.sequence = 0
        self.link = BEGINNING
        self.jumps: list[tuple[Entry, int, str]] = []

    def run(self) -> Verified:
        for place in self.sizes:
            self._segment(place, is_last=place is self.sizes[-1])
        self._judge_jumps()
        self.found.head = Head(self.sequence, self.link) if self.sequence else None
        return self.found

    def _segment(self, place: _Sizes, *, is_last: bool) -> None:
        records, index = segments.name_of(place.number), f"{place.number:06}{segments.INDEX}"
        if place.records is None or place.index is None:
            missing = records if place.records is None else index
            self._blame(missing, 0, None, "the file is missing")
        data = _read(self.folder / index, place.index or 0)
        *lines, rest = data.split(b"\n")
        end = 0
        with _opened(self.folder / records) as file:
            for number, line in enumerate(lines, start=1):
                end = self._line(index, number, line + b"\n", records, end, file, place.records or 0)
            tail = file.from_(end, place.records or 0)
        self._after(records, end, tail, index, len(lines), rest, is_last=is_last)

    def _line(
        self, index: str, number: int, line: bytes, records: str, end: int, file: _Open, size: int
    ) -> int:
        """Judge a line and its record; gives where the next record begins."""
        try:
            entry = segments.parse(line, records)
        except EntryError as error:
            self._blame(index, number, None, f"the line cannot be read: {error}")
            return end
        if entry.sequence != self.sequence + 1:
            self._place(index, number, entry)
        raw = file.piece(entry.offset, entry.length, size)
        digest = hashlib.sha256(raw).hexdigest()
        if entry.offset != end:
            lies = f"it lies at {entry.offset}, and the record before it ends at {end}"
            self._blame(records, end, entry.sequence, f"the records do not follow each other: {lies}")
        if len(raw) < entry.length:
            self._blame(records, entry.offset, entry.sequence, "the record is cut short, or gone")
        elif digest != entry.sha256:
            self._blame(records, entry.offset, entry.sequence, "the record's bytes were changed")
        else:
            self._record(index, number, line, entry, raw)
        self.found.records += 1
        self.found.first = self.found.first or entry.sequence
        self.sequence, self.link = entry.sequence, entry.link
        return entry.end

    def _place(self, index: str, number: int, entry: Entry) -> None:
        """A record does not follow the one before by its number."""
        if entry.sequence > self.sequence + 1 and (number == 1):
            self.jumps.append((entry, self.sequence, self.link))
        elif entry.sequence > self.sequence + 1:
            missing = f"{self.sequence + 1} to {entry.sequence - 1}"
            self._blame(index, number, entry.sequence, f"the records {missing} are missing before it")
        else:
            self._blame(index, number, entry.sequence, f"it stands out of order, after {self.sequence}")

    def _record(self, index: str, number: int, line: bytes, entry: Entry, raw: bytes) -> None:
        """The bytes have the digest that the line gives: line and record must say the same."""
        try:
            record = read(raw)
        except RecordError as error:
            self._blame(entry.file, entry.offset, entry.sequence, str(error))
            return
        is_jump = bool(self.jumps) and self.jumps[-1][0] is entry
        previous = record.previous if is_jump else self.link
        if record.previous != previous:
            self._blame(entry.file, entry.offset, entry.sequence, "it does not follow the record before it")
        if entry.link != link_of(record.previous, entry.sha256):
            self._blame(index, number, entry.sequence, "the link does not belong to the record")
        elif segments.entry_of(raw, record, record.previous, entry.file, entry.offset).line() != line:
            self._blame(index, number, entry.sequence, "the line does not say what its record says")
        self._note(record)

    def _note(self, record: Record) -> None:
        if record.type != "metadata":
            return
        if record.kind == "removed":
            self.found.removed += [Removed(**piece) for piece in record.content["ranges"]]
        elif record.kind == "gap":
            self.found.gaps.append(record.content)

    def _after(
        self, records: str, end: int, tail: bytes, index: str, lines: int, rest: bytes, *, is_last: bool
    ) -> None:
        """What follows the last line, and the last record that a line names."""
        whole = segments.following(tail, self.sequence + 1, self.link, records, end)
        if rest:
            expected = whole[0][1].line() if whole else b""
            if is_last and len(rest) < len(expected) and expected.startswith(rest):
                self.found.unfinished.append(Unfinished(index, lines + 1, len(rest)))
            else:
                self._blame(index, lines + 1, None, "the index goes on with what is no line")
        if not tail:
            return
        if is_last:
            self.found.unfinished.append(Unfinished(records, end, len(tail)))
        else:
            self._blame(records, end, None, "the file goes on after its last record")

    def _judge_jumps(self) -> None:
        """A segment that does not follow the one before: records are missing, or were removed as said."""
        said = {(piece.first, piece.last): piece.link for piece in self.found.removed}
        for entry, sequence, link in self.jumps:
            at, previous = sequence + 1, link
            while (found := next((s for s in said if s[0] == at), None)) is not None:
                at, previous = found[1] + 1, said[found]
            try:
                follows = (
                    at == entry.sequence and read(segments.raw_of(self.folder, entry)).previous == previous
                )
            except (RecordError, OSError):
                follows = at == entry.sequence
            if not follows:
                missing = f"the records {at} to {entry.sequence - 1} are missing before it"
                if at == entry.sequence:
                    missing = "it does not follow the records that were removed"
                self._blame(entry.file, entry.offset, entry.sequence, missing)

    def _blame(self, file: str, offset: int, sequence: int | None, what: str) -> None:
        self.found.mismatches.append(Mismatch(file, offset, sequence, what))


class _Open:
    """A file that may not be there."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb") if path.exists() else None

    def __enter__(self) -> _Open:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def piece(self, offset: int, length: int, size: int) -> bytes:
        """Bytes of the file as it was at the beginning."""
        if self._file is None:
            return b""
        self._file.seek(offset)
        return self._file.read(max(0, min(length, size - offset)))

    def from_(self, offset: int, size: int) -> bytes:
        return self.piece(offset, size, size)


def _opened(path: Path) -> _Open:
    return _Open(path)


def _read(path: Path, size: int) -> bytes:
    if not path.exists():
        return b""
    with path.open("rb") as file:
        return file.read(size)
