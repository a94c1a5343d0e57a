"""The Chromium at hand: launched when needed, replaced before it grows old, gone when nobody needs it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from monitor.net.browsing.chromium import NoBrowserError
from monitor.net.browsing.launched import Launched

Launch = Callable[[float], Awaitable[Launched]]
"""Starts a Chromium, at this second of the event loop's clock; raises NoBrowserError."""

LOOK_EVERY = 0.25


@dataclass(frozen=True, slots=True)
class Life:
    """How long a Chromium is used.

    pages, seconds: until it is replaced. memory: bytes of all its processes, after a page, beyond which it is
    replaced. renderer_memory: bytes that one page may hold. idle: seconds unused until it is closed.
    """

    pages: int = 200
    seconds: float = 1800.0
    memory: int = 1024**3
    renderer_memory: int = 1024**3
    idle: float = 120.0


class Pool:
    """Lends a running Chromium. Where one is replaced, those who use the old one keep it to their end."""

    def __init__(self, launch: Launch, life: Life) -> None:
        self._launch = launch
        self._life = life
        self._launching: asyncio.Task[Launched] | None = None
        self._current: Launched | None = None
        self._all: set[Launched] = set()
        self._closing: set[asyncio.Task[None]] = set()
        self._minding: asyncio.Task[None] | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._is_closed = False
        self.launches = 0

    @property
    def running(self) -> tuple[Launched, ...]:
        """The browsers in use or at hand; those on their way out are not among them."""
        return tuple(self._all)

    @property
    def is_launching(self) -> bool:
        return self._launching is not None

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[Launched]:
        """Lend a Chromium that runs; NoBrowserError where there is none."""
        launched = await self._fit()
        launched.users += 1
        launched.pages += 1
        self._mind()
        try:
            yield launched
        finally:
            launched.users -= 1
            launched.is_spent = launched.is_spent or launched.memory() > self._life.memory
            if not launched.users:
                self._look_over(launched)

    async def close(self) -> None:
        """Close every Chromium; afterwards nothing of them is left, and none is started any more."""
        self._is_closed = True
        if self._minding is not None:
            self._minding.cancel()
        if self._idle is not None:
            self._idle.cancel()
        if self._launching is not None:
            await asyncio.wait([self._launching])
        for launched in list(self._all):
            self._retire(launched)
        while self._closing:
            await asyncio.wait(self._closing)

    async def _fit(self) -> Launched:
        """Give the Chromium at hand if it is still good for another page, else a new one."""
        if self._is_closed:
            raise NoBrowserError("the browser has been closed")
        if self._current is not None and self._is_worn(self._current):
            self._current.is_spent = True
            if not self._current.users:
                self._retire(self._current)
            self._current = None
        if self._current is None:
            # One launch for all who wait, and it goes on when one of them gives up.
            if self._launching is None:
                self._launching = asyncio.create_task(self._launched())
                self._launching.add_done_callback(_retrieve)
            return await asyncio.shield(self._launching)
        return self._current

    async def _launched(self) -> Launched:
        try:
            self._current = await self._launch(self._now())
        finally:
            self._launching = None
        self._all.add(self._current)
        self.launches += 1
        self._wait_for_use(self._current)
        return self._current

    def _is_worn(self, launched: Launched) -> bool:
        return (
            launched.is_spent
            or not launched.is_alive
            or launched.pages >= self._life.pages
            or self._now() - launched.started_at >= self._life.seconds
        )

    def _look_over(self, launched: Launched) -> None:
        """The last user has gone: close it now, or once nobody has needed it for a while."""
        if launched.is_spent or not launched.is_alive:
            self._retire(launched)
        else:
            self._wait_for_use(launched)

    def _wait_for_use(self, launched: Launched) -> None:
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(self._life.idle, self._retire_if_idle, launched)

    def _retire_if_idle(self, launched: Launched) -> None:
        if not launched.users:
            self._retire(launched)

    def _retire(self, launched: Launched) -> None:
        if launched not in self._all:
            return
        self._all.discard(launched)
        launched.is_spent = True
        if self._current is launched:
            self._current = None
        task = asyncio.create_task(launched.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _mind(self) -> None:
        if self._minding is None or self._minding.done():
            self._minding = asyncio.create_task(self._mind_memory())

    async def _mind_memory(self) -> None:
        """While pages are shown, end those that take more memory than one page may."""
        while used := [launched for launched in self._all if launched.users]:
            for launched in used:
                await asyncio.to_thread(launched.kill_renderers, self._life.renderer_memory)
            await asyncio.sleep(LOOK_EVERY)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


def _retrieve(launching: asyncio.Task[Launched]) -> None:
    """Take note of a failure also where nobody waits for it any more."""
    if not launching.cancelled():
        launching.exception()
