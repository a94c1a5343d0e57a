"""The loop that does what is due.

Everything periodic is a row with a due time, which advances in the transaction that stores the result: a
crash loses nothing and repeats at most one fetch. There are no timers to restore.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from monitor.rounds.context import Context
from monitor.rounds.kinds import AT_ONCE, ROUNDS, Round
from monitor.store import duties, watches
from monitor.store.session import reason_of

log = structlog.get_logger("duban.engine")

LONGEST_SLEEP = timedelta(seconds=2)
"""Other processes (an officer's command) may make something due at any time."""

REST = timedelta(minutes=1)
"""How long a round that failed by our own fault is left alone."""

WAITING_AT_ONCE = 4
"""How many times as many rounds may wait for the browser as run at once besides."""

Identity = tuple[str, str]


class Engine:
    """Runs rounds side by side, each at most once at a time.

    context: gives the context in force; a reload changes what it gives. at_once: kinds that last, and how
    many of each may run; they have places of their own, and wait in a line of their own.
    """

    def __init__(
        self,
        context: Callable[[], Context],
        rounds: Mapping[str, Round] = ROUNDS,
        most_at_once: int = 100,
        setback: timedelta = LONGEST_SLEEP,
        at_once: Mapping[str, int] = AT_ONCE,
    ) -> None:
        self._context = context
        self._rounds = rounds
        self._most_at_once = most_at_once
        self.setback = setback
        self._at_once = at_once
        self._running: dict[Identity, asyncio.Task[None]] = {}
        self._resting: dict[Identity, datetime] = {}
        self._woken = asyncio.Event()
        self.last_turn_at: datetime | None = None

    def wake(self) -> None:
        """Look at once for what is due."""
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Do what is due until `stop` is set; what runs then is left to `drain`."""
        while not stop.is_set():
            self._woken.clear()
            ctx = self._context()
            now = ctx.now()
            before, self.last_turn_at = self.last_turn_at, now
            try:
                if before is not None and now < before:
                    await _forget_the_future(ctx, now)
                await self._start_due(ctx, now)
                await self._sleep(ctx, stop)
            except SQLAlchemyError as error:
                # A store that restarts or is locked comes back, and what was due then is due still.
                log.warning("the store does not answer", action="turn", error=reason_of(error))
                await _pause(stop, self.setback)

    async def drain(self, patience: timedelta) -> None:
        """Let running rounds finish, for a while; then cancel them. What they did not store is due again.

        Those that last would not finish: they are told at once, and store what they have.
        """
        for (kind, _), task in tuple(self._running.items()):
            if kind in self._at_once:
                task.cancel()
        if self._running:
            await asyncio.wait(self._running.values(), timeout=patience.total_seconds())
        for task in tuple(self._running.values()):
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _start_due(self, ctx: Context, now: datetime) -> None:
        self._resting = {identity: until for identity, until in self._resting.items() if until > now}
        # Rows that run or rest are due all the while, and longest: so many more are asked for.
        most = self._most_at_once + len(self._running) + len(self._resting)
        rooms = {
            kind: places + sum(kind == resting for resting, _ in self._resting)
            for kind, places in self._at_once.items()
            if self._count(kind) < places
        }
        for identity in await ctx.store.read(lambda session: self._due(session, now, most, rooms)):
            if identity in self._running or identity in self._resting or self._is_full(ctx, identity[0]):
                continue
            self._running[identity] = asyncio.create_task(self._run_one(ctx, identity))

    def _due(self, session: Session, now: datetime, most: int, rooms: Mapping[str, int]) -> list[Identity]:
        """What is due, in order; of the kinds that last only as many as there is room for."""
        due: list[Identity] = [("judge", str(id_)) for id_ in duties.due(session, now, most)]
        due += [(watch.kind, watch.key) for watch in watches.due(session, now, most, self._at_once)]
        for kind, few in rooms.items():
            due += [(watch.kind, watch.key) for watch in watches.due_of(session, kind, now, few)]
        return due

    def _is_full(self, ctx: Context, kind: str) -> bool:
        """Whether as many rounds run as may."""
        if kind in self._at_once:
            return self._count(kind) >= self._at_once[kind]
        lasting = sum(map(self._count, self._at_once))
        return len(self._running) - lasting - self._before_the_browser(ctx) >= self._most_at_once

    def _count(self, kind: str) -> int:
        return sum(kind == running for running, _ in self._running)

    def _before_the_browser(self, ctx: Context) -> int:
        """How many rounds only wait for the browser: its few seats hold up nobody who needs none.

        They are counted again from a few times as many on: each holds the pages that it has read.
        """
        waiting = ctx.browser.seats.waiting if ctx.browser is not None else 0
        return min(waiting, WAITING_AT_ONCE * self._most_at_once)

    async def _run_one(self, ctx: Context, identity: Identity) -> None:
        kind, key = identity
        try:
            await self._rounds[kind](ctx, key)
            self._resting.pop(identity, None)
        except Exception:  # a boundary: one poisoned row must not stop the loop
            self._resting[identity] = ctx.now() + REST
            log.exception("round failed", action="round", kind=kind, key=key)
        finally:
            self._running.pop(identity, None)
            self._woken.set()

    async def _sleep(self, ctx: Context, stop: asyncio.Event) -> None:
        now = ctx.now()
        soonest = [now + LONGEST_SLEEP]
        # What is due already runs, or rests, or waits for a place: only what is still to come ends the sleep.
        for moment in await ctx.store.read(lambda s: (watches.next_due(s, now), duties.next_due(s, now))):
            if moment is not None:
                soonest.append(moment)
        pause = (min(soonest) - now).total_seconds()
        waits = [asyncio.ensure_future(self._woken.wait()), asyncio.ensure_future(stop.wait())]
        await asyncio.wait(waits, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()


async def _pause(stop: asyncio.Event, longest: timedelta) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), longest.total_seconds())


async def _forget_the_future(ctx: Context, now: datetime) -> None:
    """What was put off by a clock that was wrong is due now."""
    await ctx.store.write(lambda session: watches.forget_the_future(session, now))
