"""The daemon: everything is made here, handed down, and stopped in the reverse order."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from alerts.delivery import Channel, Deliverer, Pace
from alerts.messages import Basis, OfficeFacts
from monitor.clock import Clock, system_clock
from monitor.engine import Engine
from monitor.evidence import Evidence
from monitor.metrics import Metrics
from monitor.net.browser import Browser
from monitor.net.client import Client
from monitor.net.guard import Guard, Network
from monitor.net.page import Page
from monitor.net.settings import FetchSettings
from monitor.rounds.context import Context, Observer
from monitor.rounds.follow import routing_of
from monitor.rounds.reference import reference_of
from monitor.rounds.sync import apply_targets
from monitor.store import schema
from monitor.store.holding import held
from monitor.store.outbox import StoredOutbox
from monitor.store.session import Store, reason_of
from monitor.targets import Targets, TargetsError, counting, load, stamp
from monitor.web.console import console_app
from monitor.web.probes import probes_app
from monitor.web.server import serve

log = structlog.get_logger("duban.service")

DRAIN = timedelta(seconds=5)
"""How long running rounds and deliveries may take to end; a container gets ten seconds in all."""

LOOK_FOR_CHANGES = 2.0


@dataclass(frozen=True, slots=True)
class Pair:
    """A configuration in force, with the deliverer that serves it."""

    context: Context
    deliverer: Deliverer


class Service:
    """One daemon on one configuration file.

    observe: hears of clocks and verdicts as they happen (the demo prints them). Raises TargetsError,
    StoreError or ListenError from `run` where it cannot start.
    """

    def __init__(
        self,
        config: Path,
        clock: Clock = system_clock,
        observe: Callable[[str, str, str, datetime], None] | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.config = config
        self.clock = clock
        self.metrics = Metrics(version("duban"))
        self.ready = asyncio.Event()
        self._observe = observe
        self._pace = pace or Pace(drain=DRAIN)
        self._pair: Pair | None = None
        self._reload = asyncio.Event()
        self.engine = Engine(lambda: self.context)

    @property
    def context(self) -> Context:
        """What is in force now."""
        assert self._pair is not None  # nothing that asks runs before `run` has set it
        return self._pair.context

    def reload(self) -> None:
        """Take the configuration anew, as soon as possible."""
        self._reload.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop`; then let what is under way end, for a while, and close everything."""
        targets = load(self.config)
        store = Store(targets.store.url.reveal())
        with held(store):
            schema.upgrade(store)
            store.start()
            try:
                async with self._client(targets) as client, browser_of(targets, client) as browser:
                    await self._take(self._context_of(targets, store, client, browser))
                    await self._run_parts(stop)
            finally:
                store.close()

    async def _run_parts(self, stop: asyncio.Event) -> None:
        server = self.context.targets.server
        console = console_app(lambda: self.context)
        probes = probes_app(lambda: self.context, self.metrics, lambda: self.engine.last_turn_at)
        halt = asyncio.Event()
        parts = [
            asyncio.create_task(part, name=name)
            for name, part in (
                ("engine", self.engine.run(halt)),
                ("delivery", self._deliver(halt)),
                ("console", serve(console, server.listen, halt, "[server] listen")),
                ("probes", serve(probes, server.metrics, halt, "[server] metrics")),
                ("reload", self._follow_changes(halt)),
            )
        ]
        waiting = asyncio.create_task(stop.wait())
        self.ready.set()
        log.info("started", action="start", sites=len(self.context.targets.sites), console=server.listen)
        # A part that ends by itself has failed: the others are stopped, and its error is the daemon's.
        await asyncio.wait({waiting, *parts}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        halt.set()
        self.engine.wake()
        await self.engine.drain(DRAIN)
        await asyncio.gather(*parts)
        log.info("stopped", action="stop")

    def _client(self, targets: Targets) -> Client:
        def observe(page: Page) -> None:
            self.metrics.observe_fetch(page.outcome, page.elapsed)

        guard = Guard(tuple(targets.fetch.allow_networks))
        return Client(fetch_settings(targets), guard, clock=self.clock, observers=[observe])

    def _context_of(self, targets: Targets, store: Store, client: Client, browser: Browser | None) -> Context:
        return Context(
            targets=targets,
            counting=counting(targets),
            store=store,
            client=client,
            evidence=Evidence(Path(targets.store.evidence), self.clock),
            now=self.clock,
            observer=self._observer(),
            browser=browser,
            reference=reference_of(targets, client, self.clock),
        )

    def _observer(self) -> Observer:
        observer = Observer(self.metrics.observe_deadline, self.metrics.observe_verdict)
        return replace(observer, event=self._observe) if self._observe else observer

    async def _take(self, context: Context) -> None:
        """Take a configuration into force."""
        now = self.clock()
        await context.store.write(lambda session: apply_targets(session, context, now))
        self._pair = Pair(context, self._deliverer(context))
        known = context.counting.calendar.known_until
        ends = datetime.combine(known + timedelta(days=1), time(), context.counting.zone)
        self.metrics.calendar_known_until.set(ends.timestamp())
        self.metrics.reload_successful.set(1)
        self.metrics.reload_time.set(now.timestamp())

    def _deliverer(self, context: Context) -> Deliverer:
        targets = context.targets
        return Deliverer(
            outbox=StoredOutbox(context.store),
            channels=[Channel(channel.id, channel.url.reveal()) for channel in targets.channels],
            routing=routing_of(targets),
            office=office_of(targets),
            language=targets.office.language,
            clock=self.clock,
            pace=self._pace,
            random=random.Random(),  # noqa: S311 - it only spreads retries
            on_delivery=self.metrics.observe_delivery,
            chain=lambda: str(context.evidence.head() or ""),
        )

    async def _deliver(self, stop: asyncio.Event) -> None:
        """Run the deliverer of the configuration in force; a changed one is a new one."""
        while not stop.is_set():
            pair = self._pair
            assert pair is not None  # set before the parts start
            done = asyncio.Event()
            running = asyncio.create_task(pair.deliverer.run(done))
            while self._pair is pair and not stop.is_set() and not running.done():
                await _either(stop, 0.2)
            done.set()
            await running

    async def _follow_changes(self, stop: asyncio.Event) -> None:
        """Reload when asked to, or when a file of the configuration changed and stands still again."""
        seen = last = stamp(self.context.targets)
        while not stop.is_set():
            await _either(stop, LOOK_FOR_CHANGES, self._reload)
            now, is_asked = stamp(self.context.targets), self._reload.is_set()
            self._reload.clear()
            # Of a file that is being written half would be read: sites would leave, and their clocks end.
            if is_asked or (now != seen and now == last):
                seen = await self._try_reload(now)
            last = now

    async def _try_reload(self, found: str) -> str:
        """Load the configuration anew; one that has errors changes nothing but the metric.

        found: the files' mark before they were read. Gives the mark from which the next change is told: what
        was written meanwhile is a change, and what the store did not take is taken at the next look.
        """
        old = self.context
        try:
            targets = load(self.config)
            if _is_empty(targets) and not _is_empty(old.targets):
                return self._refuse(f"{self.config.name} names no portal and no site any more", found)
            if _fixed(targets) != _fixed(old.targets):
                log.warning(
                    "a change of [store], [server] or [fetch] waits for the next start", action="reload"
                )
            reference = reference_of(targets, old.client, self.clock)
            await self._take(replace(old, targets=targets, counting=counting(targets), reference=reference))
        except TargetsError as error:
            # No traceback: the error names every fault of the file, with its place and remedy.
            return self._refuse(str(error), found)
        except SQLAlchemyError as error:
            return self._refuse(f"the store does not answer: {reason_of(error)}", "")
        self.engine.wake()
        log.info("configuration taken", action="reload", sites=len(targets.sites))
        return stamp(targets) if stamp(old.targets) == found else ""

    def _refuse(self, why: str, mark: str) -> str:
        self.metrics.reload_successful.set(0)
        log.warning("configuration not taken, the old one holds", action="reload", error=why)
        return mark


def _is_empty(targets: Targets) -> bool:
    return not (targets.portals or targets.sites)


def _fixed(targets: Targets) -> tuple[Any, ...]:
    """What a running daemon cannot change."""
    return targets.store, targets.server, targets.fetch


async def _either(stop: asyncio.Event, longest: float, other: asyncio.Event | None = None) -> None:
    waits = [asyncio.create_task(event.wait()) for event in (stop, other) if event is not None]
    await asyncio.wait(waits, timeout=longest, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()


def office_of(targets: Targets) -> OfficeFacts:
    """Who speaks in messages."""
    basis = targets.basis
    return OfficeFacts(
        name=targets.office.name,
        zone=targets.office.zone,
        public_url=targets.server.public_url,
        region=targets.office.region,
        basis=Basis(basis.title, basis.number, basis.clause, basis.valid_to),
        needs_review=targets.office.review,
        contact=targets.office.contact,
    )


def fetch_settings(targets: Targets) -> FetchSettings:
    """The client's settings; the proxy's address may hold a password and is revealed only here."""
    return FetchSettings.of(targets.fetch, targets.fetch.proxy.reveal())


@asynccontextmanager
async def browser_of(targets: Targets, client: Client) -> AsyncIterator[Browser | None]:
    """The browser that shows what plain HTTP cannot read; None where the configuration wants none.

    Chromium is looked for, and started, by the first page that needs it.
    """
    if targets.fetch.browser == "never":
        yield None
        return
    async with Browser(client) as browser:
        yield browser


@asynccontextmanager
async def open_context(
    targets: Targets, clock: Clock = system_clock, networks: Sequence[Network] = ()
) -> AsyncIterator[Context]:
    """What one command needs, beside a daemon that may be running: a store, a client, nothing in motion.

    networks: may be read too, beside those of the configuration.
    The store's schema is not touched; StoreError where a command then uses one that is not current.
    """
    store = Store(targets.store.url.reveal())
    try:
        async with (
            Client(fetch_settings(targets), Guard((*targets.fetch.allow_networks, *networks))) as client,
            browser_of(targets, client) as browser,
        ):
            yield Context(
                targets=targets,
                counting=counting(targets),
                store=store,
                client=client,
                evidence=Evidence(Path(targets.store.evidence), clock),
                now=clock,
                observer=Observer(),
                browser=browser,
                reference=reference_of(targets, client, clock),
            )
    finally:
        store.close()
