"""One poll of a portal's column: new rows become items, key items become policies, policies start clocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from checks.keys import KeyDecision, KeyRules, decide
from checks.obligations import is_stale
from checks.reposts import same_policy
from checks.titles import normalise
from checks.workdays import deadline
from monitor.net.client import CookieRound
from monitor.reading.article import Article
from monitor.reading.listing import ListHints
from monitor.rounds.articles import (
    Opened,
    declared_by,
    document_of,
    document_of_policy,
    open_article,
    parse_stated,
)
from monitor.rounds.clocks import start_clocks
from monitor.rounds.context import Context
from monitor.rounds.proposals import fellows_of, is_waiting, said_of
from monitor.rounds.readings import Placed, Reading, Wish, read_place
from monitor.rounds.record import record_reading
from monitor.rounds.telling import tell_proposal
from monitor.store import duties, items, places, watches
from monitor.store.items import MAX_TRIES, POLICY_MEMORY
from monitor.store.tables import Item, Policy
from monitor.targets import Portal, PortalColumn, Targets

KEY_MODES = ("all", "auto", "ask", "none")


@dataclass(frozen=True, slots=True)
class Polled:
    """What a poll gave: the reading, the rows not carried before, the pages opened, by canonical address."""

    reading: Reading
    new: tuple[Placed, ...]
    is_first: bool
    opened: Mapping[str, Opened]


async def poll_column(ctx: Context, portal: Portal, column: PortalColumn) -> Polled | None:
    """Read a portal's column and open what is new. Stores nothing; None where the column is not watched."""
    place = await ctx.store.read(lambda session: places.find(session, portal.id, column.url))
    if place is None:
        return None
    cookies = CookieRound()
    reading = await read_place(ctx, place, _wish(ctx, column), cookies)
    is_first = place.first_ok_at is None or place.is_confirmed
    new = await _unknown(ctx, portal, reading) if reading.is_good else ()
    waiting = await ctx.store.read(lambda session: _waiting(session, ctx, portal, column, reading))
    wanted = {item.address: item.url for item in waiting}
    if not is_first and column.key != "none":
        wanted |= {found.address: found.row.url for found in new}
    opened = {
        address: await open_article(ctx, url, cookies, robots=ctx.targets.fetch.robots)
        for address, url in wanted.items()
    }
    return Polled(reading, new, is_first, opened)


def _wish(ctx: Context, column: PortalColumn) -> Wish:
    return Wish(
        fresh=False,
        hints=ListHints(
            format=column.format, items=column.items, title=column.title, link=column.link, date=column.date
        ),
        pages=column.pages,
        encoding=column.encoding,
        render=column.render,
        robots=ctx.targets.fetch.robots,
        is_portal=True,
    )


async def _unknown(ctx: Context, portal: Portal, reading: Reading) -> tuple[Placed, ...]:
    found = {placed.address: placed for placed in reading.rows}
    known = await ctx.store.read(lambda session: items.known_addresses(session, portal.id, found.keys()))
    return tuple(placed for address, placed in found.items() if address not in known)


def _waiting(
    session: Session, ctx: Context, portal: Portal, column: PortalColumn, reading: Reading
) -> list[Item]:
    """Items to be decided here: those without a decision, and those that are new in this column only.

    What another column said is not key may be key by this one's rule; its start stays its first observation.
    """
    waiting = list(items.undecided(session, portal.id, column.name))
    is_baseline = reading.place.first_ok_at is None or reading.place.is_confirmed
    if not reading.is_good or is_baseline or column.key == "none":
        return waiting
    here = {found.address for found in reading.rows if found.page == 0} - set(reading.place.known)
    for item in items.held(session, portal.id, here):
        if item.place != column.name and not item.is_key and is_open_to_decision(session, ctx, item):
            waiting.append(item)
    return waiting


def is_open_to_decision(session: Session, ctx: Context, item: Item) -> bool:
    """Whether an item may be decided anew: first seen within the last limit, and not decided by hand."""
    if item.is_baseline or item.decided_at is None:
        return False
    limit = deadline(item.seen_by, ctx.targets.rules.repost.limit, ctx.counting)
    return limit.at >= ctx.now() and not duties.decisions_on(session, f"item:{item.id}")


def record_poll(
    session: Session, ctx: Context, portal: Portal, column: PortalColumn, polled: Polled, now: datetime
) -> None:
    """Store a poll: rows, policies, clocks and what to tell, and when the column is due again."""
    seen_after = polled.reading.place.last_ok_at
    place = record_reading(session, ctx, portal.region, polled.reading, now)
    if place is not None and polled.reading.is_good:
        new = {found.address for found in polled.new}
        rows = {found.address for found in polled.reading.rows}
        items.touch(session, portal.id, rows - new, polled.reading.at)
        waiting = _waiting(session, ctx, portal, column, polled.reading)
        waiting += _add_items(session, portal, column, polled, seen_after)
        for item in waiting:
            _decide(session, ctx, portal, column, item, polled.opened.get(item.address), now)
    due = places.next_due(place) if place is not None else None
    watches.put_off(session, "column", key_of(portal, column), due or now + column.every, ran_at=now)


def key_of(portal: Portal, column: PortalColumn) -> str:
    """The key under which a column's polls are scheduled."""
    return f"{portal.id} {column.url}"


def find_column(targets: Targets, key: str) -> tuple[Portal, PortalColumn] | None:
    """The column scheduled under a key, None once it left the configuration.

    Of several with one address the one of which most is key.
    """
    found = [(p, column) for p in targets.portals for column in p.columns if key_of(p, column) == key]
    return min(found, key=lambda pair: KEY_MODES.index(pair[1].key), default=None)


def _add_items(
    session: Session, portal: Portal, column: PortalColumn, polled: Polled, seen_after: datetime | None
) -> Sequence[Item]:
    """Keep the new rows. What a column holds when it is first read starts no clock."""
    added = []
    # Another column's poll, which ran beside this one, may have brought a row meanwhile.
    known = items.known_addresses(session, portal.id, {found.address for found in polled.new})
    for found in reversed(polled.new):  # lists run from the newest down; ids run the other way
        if found.address in known:
            continue
        item = Item(
            owner=portal.id,
            address=found.address,
            url=found.row.url,
            title=found.row.title,
            title_key=normalise(found.row.title),
            place=column.name,
            row_date=found.row.date.isoformat() if found.row.date else None,
            seen_after=None if polled.is_first or seen_after is None else min(seen_after, polled.reading.at),
            seen_by=polled.reading.at,
            last_seen_at=polled.reading.at,
            is_baseline=polled.is_first,
        )
        session.add(item)
        added.append(item)
    session.flush()
    return [item for item in added if not item.is_baseline]


def _decide(
    session: Session,
    ctx: Context,
    portal: Portal,
    column: PortalColumn,
    item: Item,
    opened: Opened | None,
    now: datetime,
) -> None:
    """Decide whether a new item is key; if its page cannot be read now, the next poll tries again."""
    article = opened.article if opened else None
    session.add(item)
    was_waiting = is_waiting(item)
    if item.decided_at is not None:  # decided under another column's rule
        item.tries, item.decided_at = 0, None
    item.place, item.tries = column.name, item.tries + 1
    if article is None and opened is not None and opened.is_retryable and item.tries < MAX_TRIES:
        return
    decision = decide_item(ctx, column, item, article)
    if items.was_carried_before(session, item):
        decision = KeyDecision(False, "the portal carried this title before")
    item.is_key, item.why, item.decided_at = decision.key, decision.why, now
    item.doc_number = article.doc_number if article else None
    if decision.key and decision.is_proposal:
        _propose(session, ctx, portal, item, article, now, is_news=not was_waiting)
    elif decision.key:
        adopt(session, ctx, portal, item, article, now)


def _propose(
    session: Session,
    ctx: Context,
    portal: Portal,
    item: Item,
    article: Article | None,
    now: datetime,
    *,
    is_news: bool,
) -> None:
    """Ask an officer whether an item is key, once for a policy; what was said of it elsewhere holds."""
    fellows = fellows_of(session, ctx, item, article)
    said = said_of(fellows)
    if said is None:
        item.is_key = None
        if is_news and not any(is_waiting(fellow) for fellow in fellows):
            tell_proposal(session, ctx, portal, item, now)
        return
    item.is_key, item.why = said.key, said.why
    if said.key:
        adopt(session, ctx, portal, item, article, now)


def stated_of(item: Item, article: Article | None) -> datetime | date | None:
    """The publication time of an item: what its page states, else what the list shows."""
    return (article.published_at if article else None) or parse_stated(item.row_date)


def precision_of(stated: datetime | date | None) -> str:
    """How precise a time is that a list shows."""
    if stated is None:
        return "none"
    return "minute" if isinstance(stated, datetime) else "day"


def decide_item(ctx: Context, column: PortalColumn, item: Item, article: Article | None) -> KeyDecision:
    """Whether an item is key; old papers listed again never are."""
    declared = declared_by(stated_of(item, article), ctx)
    if is_stale(declared, item.seen_after, ctx.counting.zone):
        return KeyDecision(False, f"declared {declared.day}, long before it was first seen: an old paper")
    title = (article.title if article else None) or item.title
    return decide(column.key, title, article.doc_number if article else None, key_rules(ctx.targets))


def key_rules(targets: Targets) -> KeyRules:
    """What [key] says."""
    key = targets.key
    return KeyRules(include=key.include, exclude=key.exclude, doc_numbers=key.doc_numbers)


def adopt(
    session: Session, ctx: Context, portal: Portal, item: Item, article: Article | None, now: datetime
) -> Policy:
    """Make an item a policy, or a further carrier of one that is known, and start the clocks it starts."""
    policy = _policy_of(session, ctx, portal, item, article)
    carrier = {"portal": portal.id, "url": item.url, "seen_by": item.seen_by.isoformat()}
    if carrier not in policy.carriers:
        policy.carriers = [*policy.carriers, carrier]
    session.add(policy)
    session.flush()
    item.policy_id = policy.id
    start_clocks(session, ctx, portal, policy, item, declared_by(stated_of(item, article), ctx), now)
    return policy


def _policy_of(session: Session, ctx: Context, portal: Portal, item: Item, article: Article | None) -> Policy:
    stated = stated_of(item, article)
    fresh = Policy(
        title=(article.title if article else None) or item.title,
        doc_number=article.doc_number if article else None,
        url=item.url,
        portal=portal.id,
        level=portal.level,
        published_at=stated.isoformat() if stated else None,
        precision=article.precision if article and article.published_at else precision_of(stated),
        seen_after=item.seen_after,
        first_seen_at=item.seen_by,
        source=article.source if article else None,
        text=document_of(article).text or "" if article else "",
        files=[{"url": file.url, "name": file.name} for file in article.attachments] if article else [],
    )
    document = document_of_policy(fresh)
    for known in items.recent_policies(session, item.seen_by - POLICY_MEMORY):
        if same_policy(document_of_policy(known), document):
            return known
    return fresh
