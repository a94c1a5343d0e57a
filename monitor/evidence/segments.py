"""The files of the evidence: segments of records, and beside each its index, a line a record.

`000001.warc.gz` holds records one after another; `000001.index` says of each where it lies, which digest its
bytes have, and the link that chains it to the one before. Each line follows from its record, so that a change
of either shows in the other.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from monitor.evidence.digests import link_of
from monitor.evidence.records import Record, RecordError, read, split

RECORDS, INDEX = ".warc.gz", ".index"
_NAME = re.compile(r"(\d{6,})\.(?:warc\.gz|index)")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of an index: a record, where it lies, and its link in the chain.

    at: as the record has it. about: "obligation:7", "site:example". digest: of the payload. sha256: of the
    record's bytes as they lie in `file`. link: over the link before it and these bytes.
    """

    sequence: int
    kind: str
    type: str
    id: str
    at: str
    url: str
    about: tuple[str, ...]
    digest: str
    refers_to: str | None
    file: str
    offset: int
    length: int
    sha256: str
    link: str

    def line(self) -> bytes:
        """The line as it stands in the index, written in one way only."""
        return (json.dumps(asdict(self), sort_keys=True, separators=(",", ":")) + "\n").encode("ascii")

    @property
    def end(self) -> int:
        return self.offset + self.length


class EntryError(Exception):
    """A line that is none of ours."""


def entry_of(raw: bytes, record: Record, previous: str, file: str, offset: int) -> Entry:
    """The line that belongs to a record."""
    digest = hashlib.sha256(raw).hexdigest()
    return Entry(
        sequence=record.sequence,
        kind=record.kind,
        type=record.type,
        id=record.id,
        at=record.head["WARC-Date"],
        url=record.url,
        about=record.about,
        digest=record.digest,
        refers_to=record.refers_to,
        file=file,
        offset=offset,
        length=len(raw),
        sha256=digest,
        link=link_of(previous, digest),
    )


def parse(line: bytes, file: str | None = None) -> Entry:
    """Read a line back; EntryError where it is none, or leads to no place in `file`."""
    try:
        held = json.loads(line)
        entry = Entry(**{**held, "about": tuple(held["about"])})
    except (ValueError, TypeError, KeyError) as error:
        raise EntryError(str(error)) from error
    if not _leads(entry) or file not in (None, entry.file):
        raise EntryError("it leads to no place in this segment")
    return entry


def _leads(entry: Entry) -> bool:
    numbers = (entry.sequence, entry.offset, entry.length)
    if not all(isinstance(number, int) for number in numbers) or not isinstance(entry.file, str):
        return False
    return entry.offset >= 0 and entry.length > 0 and _NAME.fullmatch(entry.file) is not None


def numbers(folder: Path) -> list[int]:
    """The numbers of the segments in a folder, of which either file is there."""
    found = {int(name[1]) for path in folder.glob("*") if (name := _NAME.fullmatch(path.name))}
    return sorted(found)


def name_of(number: int) -> str:
    """What a segment is called: its records' file."""
    return f"{number:06}{RECORDS}"


def records_of(folder: Path, number: int) -> Path:
    return folder / name_of(number)


def index_of(folder: Path, number: int) -> Path:
    return folder / f"{number:06}{INDEX}"


def lines_of(path: Path) -> tuple[list[bytes], bytes]:
    """The whole lines of an index, and what follows the last of them: nothing, or a line cut short."""
    data = path.read_bytes() if path.exists() else b""
    *lines, rest = data.split(b"\n")
    return [line + b"\n" for line in lines], rest


def entries(folder: Path) -> Iterator[Entry]:
    """All lines of all indexes that can be read, oldest first."""
    for number in numbers(folder):
        for line in lines_of(index_of(folder, number))[0]:
            try:
                yield parse(line)
            except EntryError:
                continue


def following(data: bytes, sequence: int, previous: str, file: str, offset: int) -> list[tuple[bytes, Entry]]:
    """The whole records at the beginning of `data` that continue the chain there, with their lines."""
    found: list[tuple[bytes, Entry]] = []
    while data:
        try:
            raw, data = split(data)
            record = read(raw)
        except RecordError:
            return found
        if (record.sequence, record.previous) != (sequence, previous):
            return found
        entry = entry_of(raw, record, previous, file, offset)
        found.append((raw, entry))
        sequence, previous, offset = sequence + 1, entry.link, entry.end
    return found


def raw_of(folder: Path, entry: Entry) -> bytes:
    """A record's bytes."""
    with (folder / entry.file).open("rb") as file:
        file.seek(entry.offset)
        return file.read(entry.length)


def append(path: Path, pieces: Iterable[bytes], at: int) -> None:
    """Write at the end of a file, which lies at `at`, and see that it is on the disk.

    Raises OSError where it is not; the caller cuts the file back then.
    """
    is_new = not path.exists()
    with path.open("r+b" if not is_new else "wb") as file:
        file.seek(at)
        file.write(b"".join(pieces))
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """See that a folder's names are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
