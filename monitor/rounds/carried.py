"""What sites carry now: their lists read back to a day, and which of some policies stand in them.

For estimates and questions, beside the daemon's own looks: nothing is stored, no clock is judged.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from checks.addresses import canonical
from checks.obligations import State
from checks.reposts import How
from monitor.net.client import CookieRound
from monitor.reading.article import Article
from monitor.reading.home import Home
from monitor.reading.listing import ListHints
from monitor.rounds.articles import document_of, parse_stated
from monitor.rounds.context import Context
from monitor.rounds.lastlook import Searched, look_everywhere
from monitor.rounds.poll import precision_of
from monitor.rounds.readings import BESIDES, Placed, Reading, Wish, day_of, read_place
from monitor.rounds.recognise import Candidate, Duty, Opener, Proof, recognise
from monitor.store.places import COLUMN, HOME
from monitor.store.tables import Obligation, Place, Policy
from monitor.targets import Column, Site

MOST_PAGES = 60
MOST_OPENED = 400
MOST_SEARCHED = 20
"""Policies that are looked for everywhere on one site; each asks its search once."""

WHOLE_LIST = 10
"""A list with fewer rows than this may be all there is though it does not go on."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where a policy stands on a site, how it was recognised, and since when by its own words."""

    url: str
    title: str
    how: How | None
    score: float
    why: str
    place: str
    stated: datetime | date | None
    precision: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a site carries a policy: what was found, and whether every place was read that had to be.

    Nothing found is "not there" only where `is_complete`; else it could not be told.
    """

    found: Found | None
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Holdings:
    """A site as it was read: its places, and those that could not be read well, with the reason."""

    site: Site
    readings: tuple[Reading, ...]
    unread: tuple[Searched, ...]

    @property
    def home(self) -> Home | None:
        return next((reading.home for reading in self.readings if reading.home is not None), None)


def place_of(owner: str, kind: str, name: str, url: str) -> Place:
    """A place as it is read the first time; it is not the store's."""
    return Place(owner=owner, kind=kind, name=name, url=url, every=0)


def wish_of(column: Column, since: datetime, robots: str, *, is_portal: bool = False) -> Wish:
    """How a column is read back to a moment."""
    hints = ListHints(
        format=column.format, items=column.items, title=column.title, link=column.link, date=column.date
    )
    return Wish(
        fresh=True,
        since=since,
        hints=hints,
        pages=column.pages,
        encoding=column.encoding,
        render=column.render,
        robots=robots,
        is_portal=is_portal,
        most_pages=MOST_PAGES,
    )


async def read_site(ctx: Context, site: Site, since: datetime, cookies: CookieRound) -> Holdings:
    """Read a site's home page, and its policy and news columns back to `since`. Stores nothing."""
    robots = site.robots or ctx.targets.fetch.robots
    home = read_place(
        ctx, place_of(site.id, HOME, site.name, site.url), Wish(fresh=True, robots=robots), cookies
    )
    columns = [
        read_place(
            ctx,
            place_of(site.id, COLUMN, column.name, column.url),
            wish_of(column, since, robots),
            cookies,
        )
        for column in site.repost_columns
    ]
    readings = tuple(await asyncio.gather(home, *columns))
    unread = tuple(
        Searched(reading.place.name, reading.place.url, trouble)
        for reading in readings
        if (trouble := trouble_of(ctx, reading, since))
    )
    return Holdings(site, readings, unread)


def trouble_of(ctx: Context, reading: Reading, since: datetime) -> str | None:
    """Why a reading does not say all that a place held since a moment, or None.

    Where pages were followed, the last one that led no further is the end; a long list that leads nowhere at
    all may go on by a script.
    """
    if reading.trouble or reading.place.kind == HOME:
        return reading.trouble
    zone = ctx.counting.zone
    listed = [placed.row.date for placed in reading.rows if placed.page != BESIDES]
    days = [day_of(stated, zone) for stated in listed if stated is not None]
    first = since.astimezone(zone).date()
    goes_on = reading.pages == 1 and len(listed) >= WHOLE_LIST
    if goes_on and days and min(days) > first:
        return f"the list could be followed back to {min(days)} only"
    return None


async def find_on(
    ctx: Context, holdings: Holdings, policies: Mapping[int, Policy], cookies: CookieRound
) -> dict[int, Answer]:
    """Which of the policies stand on a site that was read.

    What its columns do not hold is looked for everywhere else once: columns the home page names, the
    sitemap, the site's search.
    """
    robots = holdings.site.robots or ctx.targets.fetch.robots
    opener = Opener(ctx, cookies, robots, most=MOST_OPENED)
    held = _candidates(holdings)
    proofs = await recognise(ctx, [_duty(n, policy, held) for n, policy in policies.items()], opener)
    wanting = {n: policy for n, policy in policies.items() if n not in proofs}
    proofs |= await _find_elsewhere(ctx, holdings, wanting, opener, {c.address for c in held})
    dates = _dates(holdings)
    return {
        n: Answer(
            _found(proofs[n], dates) if n in proofs else None,
            n in proofs or not (holdings.unread or n in opener.left),
        )
        for n in policies
    }


def _candidates(holdings: Holdings) -> tuple[Candidate, ...]:
    """The rows of a site, one for an address, with all titles it bears; a column is its place before home."""
    shown: dict[str, list[tuple[Placed, Reading]]] = {}
    for reading in reversed(holdings.readings):
        for placed in reading.rows:
            shown.setdefault(placed.address, []).append((placed, reading))
    return tuple(_candidate(address, held) for address, held in shown.items())


def _candidate(address: str, shown: Sequence[tuple[Placed, Reading]]) -> Candidate:
    placed, reading = shown[0]
    titles = dict.fromkeys(each.row.title for each, _ in shown)
    return Candidate(
        title=placed.row.title,
        url=placed.row.url,
        address=address,
        place=reading.place.name,
        seen_after=None,
        seen_by=reading.at,
        also=tuple(titles)[1:],
    )


def _dates(holdings: Holdings) -> dict[str, datetime | date]:
    """What the lists show beside their rows, the columns' before the home page's."""
    return {
        placed.address: placed.row.date
        for reading in holdings.readings
        for placed in reading.rows
        if placed.row.date is not None
    }


def _duty(number: int, policy: Policy, candidates: tuple[Candidate, ...]) -> Duty:
    """A duty that nobody keeps: recognition asks for one, and for nothing of it but its number and start."""
    stated = parse_stated(policy.published_at)
    moment = stated if isinstance(stated, datetime) else policy.first_seen_at
    owed = Obligation(
        id=number,
        site="",
        region="",
        level=policy.level,
        portal=policy.portal,
        started_at=moment,
        limit_at=moment,
        state=State.PENDING,
    )
    return Duty(owed, policy, candidates)


async def _find_elsewhere(
    ctx: Context,
    holdings: Holdings,
    wanting: Mapping[int, Policy],
    opener: Opener,
    seen: Collection[str],
) -> dict[int, Proof]:
    home = holdings.home
    chosen = [_duty(n, policy, ()) for n, policy in list(wanting.items())[:MOST_SEARCHED]]
    if home is None or not chosen:
        return {}
    watched = {canonical(reading.place.url) for reading in holdings.readings}
    last = await look_everywhere(ctx, holdings.site, home, watched, chosen, opener.cookies)
    extra = tuple(found for found in last.candidates(ctx.now()) if found.address not in seen)
    return await recognise(ctx, [Duty(duty.obligation, duty.policy, extra) for duty in chosen], opener)


def _found(proof: Proof, dates: Mapping[str, datetime | date]) -> Found:
    stated, precision = parse_stated(proof.stated), proof.precision
    if stated is None and (listed := dates.get(proof.candidate.address)) is not None:
        # The page says no time, or there is none of the site's own: what the list shows beside it.
        stated, precision = listed, precision_of(listed)
    return Found(
        url=proof.url,
        title=proof.title,
        how=proof.match.how,
        score=round(proof.match.score, 3),
        why=proof.match.why,
        place=proof.candidate.place,
        stated=stated,
        precision=precision,
    )


def policy_from(
    number: int,
    url: str,
    title: str,
    article: Article | None,
    now: datetime,
    listed: datetime | date | None = None,
) -> Policy:
    """A policy that is asked after, from its page or only its row; it is not the store's."""
    stated = (article.published_at if article else None) or listed
    shown = article.precision if article and article.published_at else None
    return Policy(
        id=number,
        title=(article.title if article else None) or title,
        doc_number=article.doc_number if article else None,
        url=url,
        portal="",
        level="",
        published_at=stated.isoformat() if stated else None,
        precision=shown or precision_of(stated),
        first_seen_at=now,
        source=article.source if article else None,
        text=document_of(article).text or "" if article else "",
    )
