"""What the daemon keeps evidence by: off the event loop, many readings at one go, and never in its way.

A disk that takes nothing more ends the keeping of evidence and nothing else: it is logged and measured, every
reading is still judged, and once there is room again the chain says what is missing, and since when.
"""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from stat import S_ISREG
from typing import Any, TypeVar

import structlog

from monitor.clock import Clock, system_clock
from monitor.evidence import segments
from monitor.evidence.ageing import Limits, remove_old
from monitor.evidence.chain import SEGMENT_BYTES, Chain, Draft, read_tail
from monitor.evidence.digests import digest_of, short
from monitor.evidence.held import Held
from monitor.evidence.records import Record, RecordError, Statement, read
from monitor.evidence.segments import Entry

log = structlog.get_logger("duban.evidence")

T = TypeVar("T")


ROOM = 64 * 2**20
"""Bytes that are free before it is tried again without need: on less, small records go and pages do not."""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: the last record's number, and the link that stands for all before it."""

    sequence: int
    link: str

    def __str__(self) -> str:
        return short(self.sequence, self.link)


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of drafts: their lines in the index; none where the disk did not take them."""

    entries: tuple[Entry, ...] = ()

    def digest(self, id_: str) -> str | None:
        """The digest of the payload that was kept of a draft."""
        return next((entry.digest for entry in self.entries if entry.id == id_), None)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why nothing is kept now, since when, and how many records are missing by now."""

    why: str
    since: datetime
    lost: int


@dataclass(slots=True)
class _Job:
    drafts: Sequence[Draft]
    kept: Kept = field(default_factory=Kept)


class Evidence:
    """A folder of chained records; see `Chain`.

    trouble: why nothing is kept now. mended: the last trouble, once it is over. works_since: since when this
    process has kept all it was given, None before it kept anything and while it does not.
    """

    def __init__(self, folder: Path, clock: Clock = system_clock, segment_bytes: int = SEGMENT_BYTES) -> None:
        self.folder = folder
        self.trouble: Trouble | None = None
        self.mended: Trouble | None = None
        self.works_since: datetime | None = None
        self._chain = Chain(folder, clock, segment_bytes)
        self._held = Held(folder, lambda: self._chain.mask)
        self._clock = clock
        self._head: Head | None = None
        self._lock = threading.Lock()
        self._waiting: deque[_Job] = deque()
        self._can_hold = True
        self._writer = ThreadPoolExecutor(1, "duban-evidence")
        self._holder = ThreadPoolExecutor(1, "duban-held")

    async def keep(self, drafts: Sequence[Draft]) -> Kept:
        """Keep records; returns once they are on the disk, or once it is clear that they will not be.

        What others wait to have kept meanwhile is written along with them.
        """
        if not drafts:
            return Kept()
        job = _Job(drafts)
        self._waiting.append(job)
        await asyncio.get_running_loop().run_in_executor(self._writer, self._write_waiting)
        return job.kept

    async def hold(self, key: str, at: datetime, drafts: Sequence[Draft]) -> None:
        """Hold a reading until a verdict rests on it, in place of the one before; see `Held`."""
        await self._beside(self._hold, key, at, drafts)

    async def take(self, key: str, at: datetime) -> tuple[Draft, ...]:
        """Give a held reading out, if it is the one of this moment; it is held no longer."""
        return await self._beside(self._held.take, key, at)

    async def let_go(self, key: str) -> None:
        """Hold nothing for a key any more."""
        if self._held.holds(key):
            await self._beside(self._held.drop, key)

    async def hold_only(self, keys: Collection[str]) -> None:
        """Hold nothing for any key but these."""
        await self._beside(self._held.keep_only, keys)

    async def go_on(self) -> None:
        """Try again where nothing could be kept and there is room, without waiting for the next reading."""
        if self.trouble is not None:
            await self._aside(self._try_again)

    def keep_now(self, drafts: Sequence[Draft]) -> Kept:
        """The same, in this thread: for commands, and inside a transaction."""
        job = _Job(drafts)
        with self._lock:
            self._write([job])
        return job.kept

    def head(self) -> Head | None:
        """The end of the chain as this process last saw it; None while nothing was kept. Waits for nobody."""
        if self._head is None:
            tail = read_tail(self.folder)
            self._head = Head(tail.sequence, tail.link) if tail.sequence else None
        return self._head

    def entries(self) -> Iterator[Entry]:
        """The lines of all records that are kept."""
        return segments.entries(self.folder)

    def raw(self, entry: Entry) -> bytes:
        """A record's bytes as they lie on the disk."""
        return segments.raw_of(self.folder, entry)

    def read(self, entry: Entry) -> Record:
        """A record; RecordError where its bytes were changed, FileNotFoundError where they are gone."""
        raw = self.raw(entry)
        if digest_of(raw) != f"sha256:{entry.sha256}":
            raise RecordError(f"record {entry.sequence} in {entry.file} was changed")
        return read(raw)

    def load(self, digest: str) -> bytes:
        """Give a payload back; FileNotFoundError where it is not kept, ValueError where it was changed."""
        for entry in self.entries():
            if entry.digest == digest and entry.refers_to is None:
                try:
                    payload = self.read(entry).payload
                except RecordError as error:
                    raise ValueError(str(error)) from error
                if digest_of(payload) == digest:
                    return payload
        raise FileNotFoundError(f"no record of {digest} is kept")

    async def forget(self, limits: Limits, needed: Collection[str]) -> int:
        """Remove segments beyond the limits; gives how many. What `needed` names stays, however old."""
        return await self._aside(self._forget, limits, needed)

    def size(self) -> int:
        """How many bytes are kept on the disk."""
        return sum(size for path in self.folder.rglob("*") if (size := _size_of(path)) is not None)

    def mark_of(self, kind: str, number: str) -> str:
        """What stands in the records in the place of a person's number; kind: "ID" or "TEL"."""
        return self._chain.mask.mark_of(kind, number)

    async def _aside(self, work: Callable[..., T], *arguments: Any) -> T:
        """Do work on the disk off the event loop, one after another."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, work, *arguments)

    def _try_again(self) -> None:
        has_room = self.folder.exists() and shutil.disk_usage(self.folder).free >= ROOM
        with self._lock:
            if self.trouble is not None and has_room:
                self._write([])

    async def _beside(self, work: Callable[..., T], *arguments: Any) -> T:
        """The same for what is held, which waits for no record to reach the disk."""
        return await asyncio.get_running_loop().run_in_executor(self._holder, work, *arguments)

    def _hold(self, key: str, at: datetime, drafts: Sequence[Draft]) -> None:
        try:
            self._held.put(key, at, drafts)
            self._can_hold = True
        except OSError as error:
            if self._can_hold:  # every look would say so again; the chain counts what it lacks itself
                log.warning(
                    "readings cannot be held: make room on the disk", action="evidence", error=str(error)
                )
            self._can_hold = False

    def _forget(self, limits: Limits, needed: Collection[str]) -> int:
        with self._lock:
            try:
                return remove_old(self._chain, limits, needed, self._clock())
            except OSError as error:
                self._note_trouble(error, 0)
                return 0

    def _write_waiting(self) -> None:
        with self._lock:
            jobs = []
            while self._waiting:
                jobs.append(self._waiting.popleft())
            if jobs:
                self._write(jobs)

    def _write(self, jobs: Sequence[_Job]) -> None:
        drafts = [draft for job in jobs for draft in job.drafts]
        try:
            entries = self._chain.append([*self._gap(), *drafts])
        except OSError as error:
            self._note_trouble(error, len(drafts))
            return
        if self.trouble is not None:
            log.warning("evidence is kept again", action="evidence", missing=self.trouble.lost)
            self.trouble, self.mended = None, self.trouble
        self.works_since = self.works_since or self._clock()
        self._head = Head(entries[-1].sequence, entries[-1].link)
        by_id = {entry.id: entry for entry in entries}
        for job in jobs:
            job.kept = Kept(tuple(by_id[draft.what.id] for draft in job.drafts))

    def _gap(self) -> list[Draft]:
        """What the chain has to say of itself once it goes on after a trouble."""
        if self.trouble is None:
            return []
        said = {"since": self.trouble.since.isoformat(), "lost": self.trouble.lost, "why": self.trouble.why}
        return [Draft(Statement("gap", self._clock(), said))]

    def _note_trouble(self, error: OSError, lost: int) -> None:
        if self.trouble is None:
            log.error(
                "evidence cannot be kept: make room on the disk; readings go on being judged without it",
                action="evidence",
                folder=str(self.folder),
                error=str(error),
            )
        self.works_since = None
        before = self.trouble or Trouble(str(error), self._clock(), 0)
        self.trouble = Trouble(str(error), before.since, before.lost + lost)


def _size_of(path: Path) -> int | None:
    """A file's bytes, None for what is none, or none any more: held readings come and go."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_size if S_ISREG(found.st_mode) else None
