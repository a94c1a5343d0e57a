"""A crawl: every address of a site and every one it links to, asked for once, and what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from time import perf_counter

from checks import traps
from checks.links import State, state_of
from monitor.net.client import Client
from monitor.net.outcomes import Fault, Outcome
from monitor.net.quick import Answer, Quick, split
from monitor.net.robots import Rules
from monitor.reading.hrefs import follow, normalise
from monitor.reading.links import Use, read_locations
from monitor.rounds.crawling.asking import is_enough, looks_like_page, way_to
from monitor.rounds.crawling.beside import Beside
from monitor.rounds.crawling.intake import MIXED, Intake, faces, host_of
from monitor.rounds.crawling.lanes import Lanes, Queue, put_off, rest
from monitor.rounds.crawling.ledger import Address, Ledger, Places, Trouble
from monitor.rounds.crawling.options import Options
from monitor.rounds.crawling.second import GIVEN_UP, answer_of, is_doubtful, revise
from monitor.rounds.crawling.seeing import See, Sight, see_elsewhere, see_own
from monitor.rounds.crawling.snares import Snares

MOST_HOPS = 20
"""Redirects after which browsers give up."""

SILENT = 3
"""Requests in a row without an answer, after which a server is not asked any more."""

MOST_QUEUES = 10_000
MOST_SITEMAPS = 50
LOOKS_AT_ONCE = 100


@dataclass(slots=True)
class Progress:
    """How far a crawl is: pages read, addresses answered, addresses that wait."""

    pages: int = 0
    answered: int = 0
    left: int = 0


class Crawl:
    """One run. `ledger` holds what came of it; where `run` is cancelled, what came so far.

    told: called after every answer. see: reads a page of the site itself; what it gives for a body is what
    `see_own` gives, or gave. beside: reads as many of them as it can, in a process of its own.
    """

    def __init__(
        self,
        client: Client,
        options: Options,
        ledger: Ledger,
        told: Callable[[Progress], None] | None = None,
        see: See = see_own,
        beside: Beside | None = None,
    ) -> None:
        self.progress = Progress()
        self._client = client
        self._options = options
        self._ledger = ledger
        self._told = told
        self._see = see
        self._beside = beside
        self._quick = Quick(client)
        lanes = max(1, client.settings.per_host - options.is_behind)
        self._lanes = Lanes(client.hosts, lanes, self, self._refill, is_behind=options.is_behind)
        self._intake = Intake(ledger, options, self._queue)
        self._queues: dict[str, Queue] = {}
        self._rules: dict[str, Rules] = {}
        self._silent: dict[str, int] = {}
        self._insecure: set[str] = set()
        self._snares = Snares()
        self._headers = options.header_lines
        self._sitemaps = 0

    async def run(self) -> None:
        """Ask for everything there is. ValueError where the start is no address."""
        try:
            self._begin()
            await self._go_through()
            while await self._look_again():
                await self._go_through()
            self._intake.tell_anchors()
        finally:
            await self._lanes.stop()
            self._quick.close()

    async def _go_through(self) -> None:
        """Ask for all that waits, and for what the pages among it lead to."""
        await self._lanes.run()
        while self._beside is not None and await self._beside.settled():
            await self._lanes.run()

    # What the lanes ask of us.

    async def prepare(self, queue: Queue) -> None:
        """Hear how a server wants to be asked, and of a site's own what its sitemaps list."""
        options = self._options
        queue.interval = 1 / options.rate if options.rate else 0.0
        if (until := self._client.hosts.not_before(queue.site)) is not None:
            put_off(queue, min(until - self._client.clock(), options.patience))
        is_own = self._intake.is_own(queue.start + options.folder)
        robots = options.own_robots if is_own and options.own_robots else options.robots
        rules = None
        if robots != "ignore":
            rules = self._rules[queue.start] = await self._client.robots.rules(queue.start)
            queue.interval = max(queue.interval, min(rules.delay, options.patience.total_seconds()))
        if options.reads_sitemap and is_own and options.folder == "/":
            await self._read_sitemaps(queue, rules.sitemaps if rules is not None else ())

    async def ask(self, queue: Queue, address: Address) -> bool:
        """Make the request, or the two that it takes; False where only the client can."""
        if not self._may_ask(queue, address):
            return True
        is_own = self._intake.is_own(address.url)
        way = way_to(
            address,
            queue.site.rpartition(":")[0],
            min(self._client.settings.max_body, self._options.largest),
            is_own=is_own,
            is_read=self._is_read(address),
        )
        extra = self._headers if is_own else b""
        answer = await self._quick.ask(address.url, way.room, is_head=way.is_head, extra=extra)
        if way.is_head and not is_enough(answer, address):
            await self._lanes.turn(queue)
            answer = await self._quick.ask(address.url, way.room, extra=extra)
        if answer.outcome is Outcome.TLS_FAILED:
            return False
        self._receive(queue, address, answer)
        return True

    async def ask_slowly(self, queue: Queue, address: Address) -> None:
        """Have the client make the request: it reads what quick ways cannot."""
        if not self._may_ask(queue, address):
            return
        async with self._lanes.behind(queue):
            page = await self._client.get(address.url, robots="ignore")
        insecure = page.certificate_error or next((note for note in page.notes if "TLS" in note), "")
        self._receive(queue, address, answer_of(page), insecure)

    def _may_ask(self, queue: Queue, address: Address) -> bool:
        """Whether an address may be asked for; where not, it is settled with the reason."""
        rules = self._rules.get(queue.start)
        if rules is not None and not rules.allows(address.url):
            self._intake.settle(address, State.SKIPPED, None, "robots.txt keeps robots off it")
            return False
        if self._silent.get(queue.start, 0) >= SILENT:
            why = f"its server did not answer {SILENT} times in a row, and {GIVEN_UP}"
            self._intake.settle(address, State.SUSPECT, None, why, Outcome.TIMEOUT)
            return False
        return True

    # What an answer says.

    def _receive(self, queue: Queue, address: Address, answer: Answer, insecure: str = "") -> None:
        self.progress.answered += 1
        began = perf_counter()
        if answer.outcome is Outcome.TIMEOUT:
            self._silent[queue.start] = self._silent.get(queue.start, 0) + 1
        elif self._silent:
            self._silent.pop(queue.start, None)
        if (wait := self._quick.retry_after(answer)) is not None and answer.outcome is not Outcome.OK:
            put_off(queue, min(wait, self._options.patience))
        if answer.location or (300 <= (answer.status or 0) < 400 and answer.outcome is Outcome.OK):
            self._redirected(address, answer)
        elif (state := self._state_of(address, answer)) is not None:
            self._intake.settle(address, state, answer.status, answer.reason, answer.outcome)
        elif insecure and queue.start not in self._insecure:
            self._insecure.add(queue.start)  # a server's certificate is one trouble, not one for each page
            self._look(address, answer, insecure)
        else:
            self._look(address, answer)
        self._refill()
        if self._options.share:
            rest(queue, (perf_counter() - began) / self._options.share)
        if self._told is not None:
            self.progress.left = len(self._ledger.open) + self._ledger.shelved
            self._told(self.progress)

    def _state_of(self, address: Address, answer: Answer) -> State | None:
        state = state_of(answer.outcome)
        if address.use is Use.FORM and state is State.SUSPECT and answer.status is not None:
            return None  # a form's address is made for what the form sends, and may say so
        return state

    def _redirected(self, address: Address, answer: Answer) -> None:
        """Settle an address by where it leads, and go there."""
        target = follow(address.url, answer.location)
        if target is None:
            why = "a redirect that does not say where to"
            self._intake.settle(address, State.SUSPECT, answer.status, why, Outcome.BAD_REDIRECT)
            return
        if not target.startswith(("http://", "https://")):
            why = f"a redirect to {target[:100]}: only http and https are fetched"
            self._intake.settle(address, State.REFUSED, answer.status, why, Outcome.SCHEME_REFUSED)
            return
        target = traps.without_session(target.partition("#")[0])
        if address.hops >= MOST_HOPS:
            why = f"more than {MOST_HOPS} redirects"
            self._intake.settle(address, State.BROKEN, answer.status, why, Outcome.TOO_MANY_REDIRECTS)
            return
        if address.hops == address.depth == 0 and address.url.startswith(self._intake.own):
            self._intake.own += faces(
                target, self._options.folder
            )  # the site lives where its front door leads
        ledger = self._ledger
        self._intake.settle(address, State.REDIRECTED, answer.status, f"to {target}", target=target)
        ledger.recall((target,))
        if ledger.standing(target) is None:
            nowhere = Places()
            self._intake.enter(
                Address(target, address.use, address.depth, address.run, address.hops + 1, nowhere)
            )

    def _look(self, address: Address, answer: Answer, insecure: str = "") -> None:
        """Settle an address that is there, by what stands at it."""
        settle, url = partial(self._conclude, address, answer.status, insecure), address.url
        if not answer.body and answer.length != 0:
            settle(Sight())
        elif not self._intake.is_own(url) or not (address.use is Use.STYLE or looks_like_page(address)):
            settle(see_elsewhere(url, host_of(url), answer))
        elif not answer.body or not self._is_read(address) or self._is_same_again(url, answer.body):
            settle(Sight())
        elif why := self._snares.catches(url, address.run, answer.body):
            settle(Sight(State.SKIPPED, why))
        else:
            self._read(address, answer, lambda sight: settle(self._taken(address, answer, sight)))

    def _is_same_again(self, url: str, body: bytes) -> bool:
        """Whether this page was read under another query, which only its fragments tell apart."""
        return self._snares.is_known(url, body) and not self._options.checks_fragments

    def _read(self, address: Address, answer: Answer, done: Callable[[Sight], None]) -> None:
        """Read a page of the site itself, here or beside."""
        self.progress.pages += address.use is not Use.STYLE
        with_anchors = self._options.checks_fragments
        if self._beside is not None and self._beside.has_room:
            self._beside.read(address.url, address.use, answer, done, with_anchors=with_anchors)
        else:
            done(self._see(address.url, address.use, answer, with_anchors=with_anchors))

    def _taken(self, address: Address, answer: Answer, sight: Sight) -> Sight:
        """Take in the links of a page that was read; gives what to say of the page itself."""
        if sight.harvest is not None:
            self._intake.take(address, sight.harvest)
            if sight.harvest.cut:
                return Sight(State.SKIPPED, f"{sight.harvest.cut} more links on it were not read")
        if answer.is_cut:
            return Sight(State.SKIPPED, f"the links beyond its first {len(answer.body)} bytes were not read")
        return sight

    def _conclude(self, address: Address, status: int | None, insecure: str, sight: Sight) -> None:
        state, why = sight.state, sight.reason
        if state is None and (insecure or address.is_mixed):
            state, why = State.INSECURE, insecure or MIXED
        if state is None:
            self._ledger.settle(address.url, None)
        else:
            self._intake.settle(address, state, status, why)

    def _queue(self, address: Address) -> None:
        start, _ = split(address.url)
        queue = self._queues.get(start)
        if queue is None:
            try:
                site = self._quick.site_of(start)
            except Fault as fault:
                state = state_of(fault.outcome) or State.SUSPECT
                self._intake.settle(address, state, None, fault.reason, fault.outcome)
                return
            if len(self._queues) >= MOST_QUEUES:
                self._forget()
            queue = self._queues[start] = Queue(start, site, 0.0)
        self._lanes.put(queue, address, is_first=not looks_like_page(address))

    def _forget(self) -> None:
        """Drop servers that nobody waits for: links lead to ever new ones."""
        self._queues = {start: queue for start, queue in self._queues.items() if queue.lanes}
        self._rules = {start: rules for start, rules in self._rules.items() if start in self._queues}
        self._silent = {start: times for start, times in self._silent.items() if times >= SILENT}

    def _refill(self) -> None:
        """Bring on what lies on the shelf, once most of what waited was asked for."""
        ledger = self._ledger
        if ledger.shelved and len(ledger.open) < ledger.bounds.waiting // 4:
            for address in ledger.unshelve():
                self._queue(address)

    # The beginning, and the second look.

    def _begin(self) -> None:
        """Enter where the crawl starts, and what was listed."""
        if self._options.start is not None:
            start = normalise(self._options.start)
            if start is None or not start.startswith(("http://", "https://")):
                raise ValueError(f"{self._options.start!r} is no address of a page")
            start = start.partition("#")[0]
            further = (face for url in self._options.own for face in faces(url))
            self._intake.own = (*faces(start, self._options.folder), *further)
            self._intake.enter(Address(start, Use.PAGE, 0, 0, 0, self._intake.placed(start, "the start")))
        for listed, where in self._options.listed:
            self._intake.enter_listed(listed, where, "", depth=1)

    async def _read_sitemaps(self, queue: Queue, named: Iterable[str]) -> None:
        """Enter what the sitemaps of the site list, those they name in turn as well."""
        waiting = list(named) or [f"{queue.start}/sitemap.xml"]
        while waiting and self._sitemaps < MOST_SITEMAPS:
            self._sitemaps += 1
            url = waiting.pop(0)
            await self._lanes.turn(queue)
            page = await self._client.get(url, robots="ignore")
            if not page.ok or "<loc>" not in page.text:
                continue
            listed = read_locations(page.text)
            if "<sitemapindex" in page.text[:2000]:
                waiting += listed
                continue
            for address in listed:
                self._intake.enter_listed(address, url, "sitemap", depth=1)

    async def _look_again(self) -> bool:
        """Have the client look at what it might fare better with, and at what may have passed by now."""
        self._ledger.mark_circles()
        doubtful = [trouble for trouble in self._ledger.troubles if self._is_doubtful(trouble)]
        for start in range(0, len(doubtful), LOOKS_AT_ONCE):
            await asyncio.gather(*map(self._look_at, doubtful[start : start + LOOKS_AT_ONCE]))
        return bool(doubtful)

    def _is_doubtful(self, trouble: Trouble) -> bool:
        if self._headers and self._intake.is_own(trouble.url):
            return False  # the client sends no headers of the caller's, and would hear of a page without them
        return is_doubtful(trouble, self._options.retries)

    async def _look_at(self, trouble: Trouble) -> None:
        trouble.looks += 1
        queue = self._queues.get(split(trouble.url)[0])
        if queue is not None:
            await self._lanes.turn(queue)
        async with self._lanes.behind(queue) if queue is not None else nullcontext():
            page = await self._client.get(trouble.url, robots="ignore")
        revise(trouble, page)
        if trouble.state is None and trouble.address is not None:
            self._look(trouble.address, answer_of(page))

    def _is_read(self, address: Address) -> bool:
        """Whether a page of the site is read for its links, or only looked for."""
        pages, depth = self._options.pages, self._options.depth
        if pages is not None and self.progress.pages >= pages and address.use is not Use.STYLE:
            return False
        return depth is None or address.depth <= depth
