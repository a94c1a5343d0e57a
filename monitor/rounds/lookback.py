"""The last days of the sites against their portals, by declared times: an estimate that accuses nobody.

Nobody watched then. A declared time is what a page says of itself, the calendar may have moved, and what was
taken down is not seen: every figure here is marked as an estimate, and nothing is stored.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from checks.keys import KeyDecision, decide
from checks.obligations import Declared
from checks.reposts import same_policy
from monitor.net.client import CookieRound
from monitor.rounds.articles import document_of_policy, open_article, parse_stated
from monitor.rounds.carried import find_on, place_of, policy_from, read_site, trouble_of, wish_of
from monitor.rounds.comparing import Comparison, Terms, compare
from monitor.rounds.context import Context
from monitor.rounds.lastlook import Searched
from monitor.rounds.poll import key_rules
from monitor.rounds.readings import Placed, day_of, read_place
from monitor.store.places import COLUMN
from monitor.store.tables import Policy
from monitor.targets import Portal, PortalColumn, Site, bound_sites

MOST_OPENED = 300
"""Items opened in one column; what is left over is told."""

SITES_AT_ONCE = 40
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Unread:
    """A place that could not be read well, and whose."""

    owner: str
    name: str
    url: str
    why: str


@dataclass(slots=True)
class KeyItem:
    """A key policy of the period: why it is key, and what each portal that carries it declares."""

    policy: Policy
    why: str
    is_proposal: bool
    declared: dict[str, Declared] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Estimate:
    """All of it, as of `at`."""

    at: datetime
    since: datetime
    items: tuple[KeyItem, ...]
    comparisons: tuple[Comparison, ...]
    unread: tuple[Unread, ...]
    left_over: tuple[Unread, ...]


async def look_back(ctx: Context, days: int, tell: Tell = lambda doing: None) -> Estimate:
    """Compare what the portals published in the last days with what the bound sites carry. Stores nothing."""
    now = ctx.now()
    since = _start_of_day(now - timedelta(days=days), ctx.counting.zone)
    columns = [(p, c) for p in ctx.targets.portals for c in p.columns if c.key != "none"]
    read = await asyncio.gather(*(_read_column(ctx, p, c, since, now, tell) for p, c in columns))
    items = _gather(item for column in read for item in column.items)
    seats = asyncio.Semaphore(SITES_AT_ONCE)

    async def one(site: Site) -> tuple[list[Comparison], list[Unread]]:
        async with seats:
            tell(site.name)
            return await _compare_site(ctx, site, items, since, now)

    compared = await asyncio.gather(*(one(site) for site in ctx.targets.sites if site.binds_repost))
    return Estimate(
        at=now,
        since=since,
        items=tuple(items),
        comparisons=tuple(found for comparisons, _ in compared for found in comparisons),
        unread=(
            *(u for column in read for u in column.unread),
            *(u for _, unread in compared for u in unread),
        ),
        left_over=tuple(u for column in read for u in column.left_over),
    )


def _start_of_day(moment: datetime, zone: tzinfo) -> datetime:
    return datetime.combine(moment.astimezone(zone).date(), time(), zone).astimezone(UTC)


# --- the portals ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Column:
    items: list[KeyItem]
    unread: list[Unread]
    left_over: list[Unread]


async def _read_column(
    ctx: Context, portal: Portal, column: PortalColumn, since: datetime, now: datetime, tell: Tell
) -> _Column:
    """The key items that a portal's column declares to have published since a moment."""
    tell(f"{portal.name} {column.name}")
    cookies, robots = CookieRound(), ctx.targets.fetch.robots
    place = place_of(portal.id, COLUMN, column.name, column.url)
    reading = await read_place(ctx, place, wish_of(column, since, robots, is_portal=True), cookies)
    trouble = trouble_of(ctx, reading, since)
    unread = [Unread(portal.id, column.name, column.url, trouble)] if trouble else []
    rows = _in_period(reading.rows, since, ctx.counting.zone)
    opened, over = rows[:MOST_OPENED], rows[MOST_OPENED:]
    left = f"{len(over)} of its {len(rows)} items were not opened"
    items = await asyncio.gather(*(_key_item(ctx, portal, column, p, now, cookies) for p in opened))
    return _Column(
        items=[item for item in items if item is not None and _is_in_period(item, since, ctx.counting.zone)],
        unread=unread,
        left_over=[Unread(portal.id, column.name, column.url, left)] if over else [],
    )


def _in_period(rows: Sequence[Placed], since: datetime, zone: tzinfo) -> list[Placed]:
    """The rows whose date does not lie before; one without a date may be of the period."""
    first = since.astimezone(zone).date()
    found = {p.address: p for p in rows if p.row.date is None or day_of(p.row.date, zone) >= first}
    return list(found.values())


async def _key_item(
    ctx: Context, portal: Portal, column: PortalColumn, placed: Placed, now: datetime, cookies: CookieRound
) -> KeyItem | None:
    """The item behind a row, opened for its number and time; None where it is not key."""
    opened = await open_article(ctx, placed.row.url, cookies, robots=ctx.targets.fetch.robots)
    policy = policy_from(0, placed.row.url, placed.row.title, opened.article, now, placed.row.date)
    decision = _decide(ctx, column, policy)
    if not decision.key:
        return None
    policy.portal, policy.level = portal.id, portal.level
    policy.carriers = [{"portal": portal.id, "url": policy.url}]
    declared = Declared.read(parse_stated(policy.published_at), ctx.counting.zone)
    return KeyItem(policy, decision.why, decision.is_proposal, {portal.id: declared})


def _decide(ctx: Context, column: PortalColumn, policy: Policy) -> KeyDecision:
    return decide(column.key, policy.title, policy.doc_number, key_rules(ctx.targets))


def _is_in_period(item: KeyItem, since: datetime, zone: tzinfo) -> bool:
    """Whether an item declares a day of the period; of one that declares none nothing can be estimated."""
    return any(d.day is not None and d.day >= since.astimezone(zone).date() for d in item.declared.values())


def _gather(found: Iterable[KeyItem]) -> list[KeyItem]:
    """Make one of what several portals, or columns, carry; the numbers count from 1 by time."""
    items: list[KeyItem] = []
    for item in sorted(found, key=lambda item: (min(map(_by_time, item.declared.values())), item.policy.url)):
        document = document_of_policy(item.policy)
        known = next((k for k in items if same_policy(document_of_policy(k.policy), document)), None)
        if known is None:
            item.policy.id = len(items) + 1
            items.append(item)
            continue
        known.policy.carriers = [*known.policy.carriers, *item.policy.carriers]
        known.is_proposal = known.is_proposal and item.is_proposal
        for portal, declared in item.declared.items():
            known.declared.setdefault(portal, declared)
    return items


def _by_time(declared: Declared) -> tuple[date, datetime]:
    """Sort by day, and within a day what says no time first."""
    moment = declared.moment or datetime.min.replace(tzinfo=UTC)
    return declared.day or date.min, moment


# --- the sites -----------------------------------------------------------------------------------------


async def _compare_site(
    ctx: Context, site: Site, items: Sequence[KeyItem], since: datetime, now: datetime
) -> tuple[list[Comparison], list[Unread]]:
    binding = {portal.id for portal in ctx.targets.portals if site in bound_sites(ctx.targets, portal)}
    owed = {item.policy.id or 0: item for item in items if binding & item.declared.keys()}
    if not owed:
        return [], []
    cookies = CookieRound()
    holdings = await read_site(ctx, site, since, cookies)
    answers = await find_on(ctx, holdings, {n: item.policy for n, item in owed.items()}, cookies)
    counting = ctx.counting_for(site.region)
    terms = Terms(ctx.targets.rules.repost.target, ctx.targets.rules.repost.limit)
    compared = [
        compare(n, site, _first(item, binding), answers[n], terms, counting, now) for n, item in owed.items()
    ]
    return compared, [_unread(site, place) for place in holdings.unread]


def _unread(site: Site, place: Searched) -> Unread:
    return Unread(site.id, place.name, place.url, place.why)


def _first(item: KeyItem, binding: set[str]) -> Declared:
    """The earliest time that a portal declares which binds the site."""
    return min((d for portal, d in item.declared.items() if portal in binding), key=_by_time)
