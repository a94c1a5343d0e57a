"""One look at a site: its home page and every column, read in one round, compared with what it owes.

The site *lacks* a repost when all these were read well and none holds it; where one is blind, the look
proves no absence. A repost that is found counts in any case.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from checks.addresses import canonical
from checks.obligations import State
from checks.sieve import Sieve
from monitor.net.client import CookieRound
from monitor.reading.listing import ListHints
from monitor.rounds.articles import document_of_policy, sources_of
from monitor.rounds.context import Context
from monitor.rounds.lastlook import LastLook, look_everywhere
from monitor.rounds.readings import Placed, Reading, Wish, read_place
from monitor.rounds.recognise import Candidate, Duty, Opener, Proof, recognise
from monitor.store import duties, items, places
from monitor.store.places import HOME
from monitor.store.tables import Item, Obligation, Place, Policy
from monitor.targets import Site, SiteColumn

REPOSTS_STAND_IN = ("policy", "news")

NEAR = timedelta(minutes=1)
"""Around a deadline, readings queue behind nothing."""


@dataclass(frozen=True, slots=True)
class Brief:
    """What a look starts from: the places, the duties whose repost is looked for, the last whole look."""

    places: tuple[Place, ...]
    duties: tuple[Duty, ...]
    last_complete_at: datetime | None

    @property
    def since(self) -> datetime | None:
        """When the oldest clock started, None while none runs."""
        return min((duty.obligation.started_at for duty in self.duties), default=None)

    def is_at_deadline(self, now: datetime) -> bool:
        """Whether a target or limit is so near that this reading decides."""
        ends = (end for duty in self.duties for end in (duty.obligation.target_at, duty.obligation.limit_at))
        return any(end is not None and abs(now - end) <= NEAR for end in ends)


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look gave.

    left: by obligation, the first row whose page was not opened any more; the next look goes on there.
    sought: the obligations whose repost a last look was taken for, and taken to its end.
    """

    at: datetime
    readings: tuple[Reading, ...]
    is_complete: bool
    is_fresh: bool
    origins: Mapping[str, Candidate]
    proofs: Mapping[int, Proof]
    left: Mapping[int, str]
    last: LastLook | None = None
    sought: frozenset[int] = frozenset()

    @property
    def is_whole(self) -> bool:
        """Whether every place was read well and freshly."""
        return self.is_complete and self.is_fresh

    def proves_absence(self, obligation_id: int) -> bool:
        """Whether the site lacked this repost: all was read well, and every row that could be it opened."""
        is_open = obligation_id in self.proofs or obligation_id in self.left
        return self.is_whole and not is_open


async def look_at_site(ctx: Context, site: Site, *, urgent: bool = False) -> tuple[Brief, Looked]:
    """Read a site's places and find what it has reposted. Stores nothing."""
    brief = await ctx.store.read(lambda session: load_brief(session, site))
    cookies = CookieRound()
    readings = await _read_all(ctx, site, brief, cookies, urgent=urgent or brief.is_at_deadline(ctx.now()))
    origins = await _new_rows(ctx, site, brief, readings)
    opener = Opener(ctx, cookies, site.robots or ctx.targets.fetch.robots)
    pending = tuple(_with_candidates(duty, tuple(origins.values())) for duty in brief.duties)
    proofs = await recognise(ctx, pending, opener)
    looked = Looked(
        at=min((reading.at for reading in readings), default=ctx.now()),
        readings=readings,
        is_complete=_is_complete(site, brief, readings),
        is_fresh=all(reading.is_fresh for reading in readings if reading.is_good),
        origins=origins,
        proofs=proofs,
        left=opener.left,
    )
    return brief, await _look_last(ctx, site, brief, looked, opener)


def load_brief(session: Session, site: Site) -> Brief:
    """Gather what a look at a site starts from."""
    watched = duties.watched(session, site.id) if site.binds_repost else []
    policies = items.policies_by_id(session, [o.policy_id for o in watched if o.policy_id is not None])
    owed = [(o, policies[o.policy_id]) for o in watched if o.policy_id in policies]
    candidates = _candidates_of(session, site.id, owed)
    state = places.peek_state(session, site.id)
    return Brief(
        places=tuple(places.of_owner(session, site.id)),
        duties=tuple(Duty(o, policy, candidates[o.id or 0]) for o, policy in owed),
        last_complete_at=state.last_complete_at if state else None,
    )


def _candidates_of(
    session: Session, site_id: str, owed: Sequence[tuple[Obligation, Policy]]
) -> dict[int, tuple[Candidate, ...]]:
    """The rows not yet compared with each duty; for a new clock, those that its title lets through."""
    new = [(o, policy) for o, policy in owed if o.items_checked == 0]
    known = [o for o, _ in owed if o.items_checked > 0]
    rows = items.above(session, site_id, min(o.items_checked for o in known)) if known else []
    found = {o.id or 0: _candidates(rows, o) for o in known}
    keys = items.title_keys(session, site_id) if new else ""
    for obligation, policy in new:
        sources = {canonical(url) for url in sources_of(policy)}
        sieve = Sieve.of(document_of_policy(policy))
        rows = items.titled(session, site_id, sieve.sift(keys), sources, sieve.numbers)
        found[obligation.id or 0] = _candidates(rows, obligation)
    return found


def _candidates(rows: Sequence[Item], obligation: Obligation) -> tuple[Candidate, ...]:
    """Those of a site's rows that were not yet compared with a duty."""
    checked = obligation.items_checked
    return tuple(candidate_of(row, obligation.started_at) for row in rows if (row.id or 0) > checked)


def candidate_of(item: Item, started_at: datetime) -> Candidate:
    """A stored row as a candidate. Nothing bounds below what stood there before the clock started."""
    seen_after = item.seen_after if item.seen_by > started_at else None
    return Candidate(item.title, item.url, item.address, item.place, seen_after, item.seen_by)


async def _read_all(
    ctx: Context, site: Site, brief: Brief, cookies: CookieRound, *, urgent: bool
) -> tuple[Reading, ...]:
    """Read the places together: all of them while a clock runs, else those whose own time has come."""
    now = ctx.now()
    due = [place for place in brief.places if is_due(place, now, is_wanted=bool(brief.duties))]
    wishes = [wish_for(ctx, site, place, brief.since, urgent=urgent) for place in due]
    return tuple(
        await asyncio.gather(
            *(read_place(ctx, place, wish, cookies) for place, wish in zip(due, wishes, strict=True))
        )
    )


def is_due(place: Place, now: datetime, *, is_wanted: bool) -> bool:
    """Whether a place is to be read: where a clock runs always, but while its server asked to be left alone.

    Without one, when its own time has come, with a little slack: rounds do not start to the second.
    """
    if place.last_tried_at is not None and place.last_tried_at > now:
        return True  # the clock was set back
    if place.left_alone_until is not None and place.left_alone_until > now:
        return False
    due = places.next_due(place)
    return is_wanted or due is None or now >= due - timedelta(seconds=place.every * 0.1)


def wish_for(ctx: Context, site: Site, place: Place, since: datetime | None, *, urgent: bool) -> Wish:
    """How a site's place is to be read now."""
    column = column_of(site, place.url)
    return Wish(
        fresh=since is not None,
        since=since,
        hints=hints_of(column) if column else ListHints(),
        pages=column.pages if column else 1,
        encoding=column.encoding if column else None,
        render=column.render if column else "auto",
        robots=site.robots or ctx.targets.fetch.robots,
        urgent=urgent,
    )


def column_of(site: Site, url: str) -> SiteColumn | None:
    """The configured column behind a place, None for a home page; of several, one where reposts stand."""
    columns = [column for column in site.columns if column.url == url]
    columns.sort(key=lambda column: column.about not in REPOSTS_STAND_IN)
    return columns[0] if columns else None


def hints_of(column: SiteColumn) -> ListHints:
    """What the configuration says on how a column's list is written."""
    return ListHints(
        format=column.format, items=column.items, title=column.title, link=column.link, date=column.date
    )


async def _new_rows(
    ctx: Context, site: Site, brief: Brief, readings: Sequence[Reading]
) -> dict[str, Candidate]:
    """Rows that the site had not carried before, by address, each with the interval in which it appeared."""
    found: dict[str, list[tuple[Placed, Reading]]] = {}
    for reading in readings:
        for placed in reading.rows:
            found.setdefault(placed.address, []).append((placed, reading))
    known = await ctx.store.read(lambda session: items.known_addresses(session, site.id, found.keys()))
    return {
        address: _candidate(brief, address, shown) for address, shown in found.items() if address not in known
    }


def _candidate(brief: Brief, address: str, shown: Sequence[tuple[Placed, Reading]]) -> Candidate:
    """A new row, wherever it is shown; where one of these places was not watched, nothing bounds it below."""
    placed, reading = shown[0]
    titles = dict.fromkeys(other.row.title for other, _ in shown)
    bounds = [_seen_after(brief, other, where) for other, where in shown]
    return Candidate(
        title=placed.row.title,
        url=placed.row.url,
        address=address,
        place=reading.place.name,
        seen_after=None if None in bounds else bounds[0],
        seen_by=min(where.at for _, where in shown),
        also=tuple(titles)[1:],
    )


def _seen_after(brief: Brief, placed: Placed, reading: Reading) -> datetime | None:
    """The last whole look could have held the row, unless nobody looked there then.

    A copy older than that look shows that its lacking the row proves nothing; so does a row that the browser
    shows, where that look went without one.
    """
    place, last = reading.place, brief.last_complete_at
    if last is None or place.first_ok_at is None or placed.page >= max(place.pages_read, 1):
        return None
    if reading.by_browser and place.browser_since is None:
        return None
    return last if place.first_ok_at <= last < reading.at else None


def _with_candidates(duty: Duty, more: Sequence[Candidate]) -> Duty:
    return Duty(duty.obligation, duty.policy, (*duty.candidates, *more))


def _is_complete(site: Site, brief: Brief, readings: Sequence[Reading]) -> bool:
    good = {reading.place.url for reading in readings if reading.is_good}
    return all(place.url in good for place in brief.places if _holds_reposts(site, place))


def _holds_reposts(site: Site, place: Place) -> bool:
    column = column_of(site, place.url)
    return place.kind == HOME or (column is not None and column.about in REPOSTS_STAND_IN)


def _all_rows(looked: Looked) -> Iterator[Candidate]:
    """Every row of a look once more: titles are put right in their place, and pages filled in later."""
    for reading in looked.readings:
        for found in reading.rows:
            place = reading.place.name
            yield Candidate(found.row.title, found.row.url, found.address, place, None, reading.at)


async def _look_last(ctx: Context, site: Site, brief: Brief, looked: Looked, opener: Opener) -> Looked:
    """Look everywhere else for what the limit has passed on, once, when this look proves its absence."""
    wanting = tuple(
        duty
        for duty in brief.duties
        if duty.obligation.looked is None
        and looked.proves_absence(duty.id)
        and looked.at >= duty.obligation.limit_at
        and State(duty.obligation.state) is not State.VIOLATED
    )
    home = next((reading.home for reading in looked.readings if reading.home is not None), None)
    if not wanting or home is None:
        return looked
    watched = {canonical(place.url) for place in brief.places}
    last = await look_everywhere(ctx, site, home, watched, wanting, opener.cookies)
    extra = (*last.candidates(ctx.now()), *_all_rows(looked))
    proofs = await recognise(ctx, [Duty(duty.obligation, duty.policy, extra) for duty in wanting], opener)
    sought = frozenset(duty.id for duty in wanting if duty.id not in opener.left)
    return replace(looked, proofs={**looked.proofs, **proofs}, last=last, sought=sought)
