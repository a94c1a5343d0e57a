"""Who is asked next: a queue before each server, and as many lanes through it as it may have."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from monitor.net.hosts import Hosts
from monitor.rounds.crawling.ledger import Address

STRETCH = 50
"""Requests made on one seat before it is given up for a moment: fair to others, and cheaper than one each."""

LONGEST_PAUSE = 0.5
"""Seconds that a seat is held without a request being made."""

LONGEST_STRETCH = 1.0
"""Seconds after which a seat is given up for a moment, so that others wait no longer for it."""


@dataclass(slots=True)
class Queue:
    """The addresses of one server that wait, and how it wants to be asked.

    start: scheme, host and port. interval: seconds between two requests, at least. next_at: when the next may
    go out, by the loop's clock. until: the server wants to be left alone till then. is_odd: only the client
    can talk with it.
    """

    start: str
    site: str
    interval: float
    waiting: deque[Address] = field(default_factory=deque)
    lanes: int = 0
    next_at: float = 0.0
    until: float = 0.0
    is_ready: bool = False
    is_odd: bool = False


class Asker(Protocol):
    """What the lanes serve.

    `prepare` is called before a server's first request, without a seat. `ask` is called with a seat; False
    from it means that only `ask_slowly` will do, which is called without one. Both deal with the answer.
    """

    async def prepare(self, queue: Queue) -> None: ...
    async def ask(self, queue: Queue, address: Address) -> bool: ...
    async def ask_slowly(self, queue: Queue, address: Address) -> None: ...


class Lanes:
    """Runs the queues until they are empty, or until it is told to stop."""

    def __init__(
        self, hosts: Hosts, per_host: int, asker: Asker, idle: Callable[[], None], *, is_behind: bool = False
    ) -> None:
        self._hosts = hosts
        self._is_behind = is_behind
        self._per_host = per_host
        self._asker = asker
        self._idle = idle
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_over = asyncio.Event()
        self._is_stopped = False
        self._error: BaseException | None = None

    def put(self, queue: Queue, address: Address, *, is_first: bool = False) -> None:
        """Let an address wait before its server; those that bring no more of them are asked first."""
        if is_first:
            queue.waiting.appendleft(address)
        else:
            queue.waiting.append(address)
        if queue.lanes < (self._per_host if queue.is_ready else 1):
            self._start(queue)

    async def run(self) -> None:
        """Wait until nothing is left to ask. What a lane raises is raised here."""
        self._idle()
        while self._tasks:
            self._is_over.clear()
            await self._is_over.wait()
            if self._error is not None:
                raise self._error
            self._idle()

    async def stop(self) -> None:
        """End all lanes; what waits stays where it is."""
        self._is_stopped = True
        ending = list(self._tasks)
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        self._is_over.set()

    def behind(self, queue: Queue) -> AbstractAsyncContextManager[None]:
        """Let others go first, where that is wanted; to be held around whatever takes a seat."""
        return self._hosts.behind(queue.site) if self._is_behind else nullcontext()

    @staticmethod
    async def turn(queue: Queue) -> None:
        """Wait for one's turn: no two requests are closer than the interval, none before the host agrees."""
        loop = asyncio.get_running_loop()
        while (wait := max(queue.next_at, queue.until) - loop.time()) > 0:  # noqa: ASYNC110 - until it is over
            await asyncio.sleep(wait)
        if queue.interval:
            queue.next_at = loop.time() + queue.interval

    def _start(self, queue: Queue) -> None:
        if self._is_stopped:
            return
        queue.lanes += 1
        task = asyncio.get_running_loop().create_task(self._lane(queue))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._error = task.exception()
        if not self._tasks or self._error is not None:
            self._is_over.set()

    async def _lane(self, queue: Queue) -> None:
        try:
            if not queue.is_ready:
                await self._asker.prepare(queue)
                queue.is_ready = True
                while queue.lanes < min(self._per_host, len(queue.waiting)):
                    self._start(queue)
            while queue.waiting:
                if queue.is_odd:
                    address = queue.waiting.popleft()
                    await self.turn(queue)
                    await self._asker.ask_slowly(queue, address)
                else:
                    await self._stretch(queue)
        finally:
            queue.lanes -= 1

    async def _stretch(self, queue: Queue) -> None:
        """Ask for a while on one seat."""
        loop = asyncio.get_running_loop()
        async with self.behind(queue), self._hosts.seat(queue.site):
            until = loop.time() + LONGEST_STRETCH
            for _ in range(STRETCH):
                if not queue.waiting or queue.is_odd:
                    return
                if loop.time() > until:
                    break
                if max(queue.until, queue.next_at) - loop.time() > LONGEST_PAUSE:
                    break
                address = queue.waiting.popleft()
                await self.turn(queue)
                if not await self._asker.ask(queue, address):
                    queue.is_odd = True
                    queue.waiting.appendleft(address)
        if (pause := max(queue.until, queue.next_at) - loop.time()) > LONGEST_PAUSE:
            await asyncio.sleep(pause - LONGEST_PAUSE)


def rest(queue: Queue, seconds: float) -> None:
    """Make no more requests of a server for so long."""
    queue.next_at = max(queue.next_at, asyncio.get_running_loop().time() + seconds)


def put_off(queue: Queue, wait: timedelta) -> None:
    """Leave a server alone for a while."""
    now = asyncio.get_running_loop().time()
    queue.until = max(queue.until, now + wait.total_seconds())
