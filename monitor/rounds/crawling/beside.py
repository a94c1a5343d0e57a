"""Reading pages in a process beside ours, on a core of its own."""

from __future__ import annotations

import asyncio
import fcntl
import os
import sys
from asyncio.subprocess import Process
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

import structlog

from monitor.net.quick import Answer
from monitor.reading.links import Link, Use
from monitor.rounds.crawling import reader
from monitor.rounds.crawling.seeing import Sight, see_own

log = structlog.get_logger("duban.links")

MOST_WAITING = 20
"""Pages handed over and not yet read; with so many, it is for the crawl to read the next."""


LARGE_PIPE = 1024 * 1024
"""What any user may ask for on Linux."""


@dataclass(frozen=True, slots=True)
class _Job:
    url: str
    use: Use
    answer: Answer
    with_anchors: bool
    done: Callable[[Sight], None]


class Beside:
    """A context manager around the process. Where it ends by itself, pages are read here; none is lost."""

    def __init__(self) -> None:
        self._process: Process | None = None
        self._out: asyncio.WriteTransport | None = None
        self._in: asyncio.ReadTransport | None = None
        self._waiting: deque[_Job] = deque()
        self._listening: asyncio.Task[None] | None = None
        self._moved = asyncio.Event()

    async def __aenter__(self) -> Beside:
        # A session of its own: Ctrl-C is not meant for it. -P: no module of the folder we were started in.
        loop, told = asyncio.get_running_loop(), asyncio.StreamReader()
        (theirs_in, ours_out), (ours_in, theirs_out) = _pipe(), _pipe()
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", reader.MODULE),
            stdin=theirs_in,
            stdout=theirs_out,
            start_new_session=True,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._out, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(ours_out, "wb"))
        protocol = asyncio.StreamReaderProtocol(told)
        self._in, _ = await loop.connect_read_pipe(lambda: protocol, os.fdopen(ours_in, "rb"))
        self._listening = asyncio.create_task(self._listen(told))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None  # entered
        assert self._listening is not None
        self._waiting.clear()
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)
        for end in (self._in, self._out):
            if end is not None:
                end.close()
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

    @property
    def has_room(self) -> bool:
        """Whether another page may be handed over."""
        return len(self._waiting) < MOST_WAITING and not self._is_over()

    def read(
        self, url: str, use: Use, answer: Answer, done: Callable[[Sight], None], *, with_anchors: bool
    ) -> None:
        """Have a page of the site itself read; `done` is called with what `see_own` gives, in order."""
        job = _Job(url, use, answer, with_anchors, done)
        if self._out is None or self._is_over():
            _read_here(job)
            return
        self._waiting.append(job)
        piece = reader.asked(url, use, answer, with_anchors=with_anchors)
        self._out.write(reader.framed(piece))

    async def settled(self) -> bool:
        """Wait until every page is read; False where none was. What `done` raises is raised here."""
        had_to_wait = bool(self._waiting)
        while self._waiting:
            self._moved.clear()
            await self._moved.wait()
        if self._listening is not None and self._listening.done():
            self._listening.result()
        return had_to_wait

    def _is_over(self) -> bool:
        return self._listening is None or self._listening.done()

    async def _listen(self, told_by: asyncio.StreamReader) -> None:
        """Take in what was read; where the process ends, read here what it was given."""
        links: list[Link] = []
        try:
            while True:
                length = int.from_bytes(await told_by.readexactly(reader.LENGTH))
                told = await told_by.readexactly(length)
                self._waiting.popleft().done(reader.unpack(told, links))
                self._moved.set()
        except asyncio.IncompleteReadError:
            log.warning("the process that reads pages ended; they are read here", action="links")
            while self._waiting:
                _read_here(self._waiting.popleft())
        finally:
            self._waiting.clear()
            self._moved.set()


def _pipe() -> tuple[int, int]:
    """Open a pipe that holds a score of pages: what does not fit waits until the crawl comes round again."""
    ends = os.pipe()
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        fcntl.fcntl(ends[1], fcntl.F_SETPIPE_SZ, LARGE_PIPE)
    return ends


def _read_here(job: _Job) -> None:
    job.done(see_own(job.url, job.use, job.answer, with_anchors=job.with_anchors))
