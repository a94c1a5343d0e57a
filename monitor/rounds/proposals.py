"""Items proposed to an officer as key: one policy is asked after once, on whichever portals it stands."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from checks.keys import KeyDecision
from checks.reposts import Document, same_policy
from checks.workdays import Counting, deadline
from monitor.reading.article import Article
from monitor.rounds.articles import document_of, parse_stated
from monitor.rounds.context import Context
from monitor.store import items
from monitor.store.items import BY_HAND, POLICY_MEMORY
from monitor.store.tables import Item
from monitor.targets import Targets

ELSEWHERE = "an officer decided on this policy on another portal: "


def is_waiting(item: Item) -> bool:
    """Whether an item was proposed and nobody has said yet whether it is key."""
    return item.is_key is None and item.decided_at is not None and not item.is_baseline


def said_of(fellows: Iterable[Item]) -> KeyDecision | None:
    """What an officer said of a policy on another portal; None while nobody has said anything."""
    for fellow in fellows:
        if (fellow.why or "").startswith(BY_HAND) and fellow.is_key is not None:
            return KeyDecision(fellow.is_key, f"{ELSEWHERE}{'key' if fellow.is_key else 'not key'}")
    return None


def fellows_of(session: Session, ctx: Context, item: Item, article: Article | None = None) -> list[Item]:
    """Items of other rows that are the same policy, and were proposed or decided by hand."""
    portals = [portal.id for portal in ctx.targets.portals]
    ours = document_of(article) if article is not None else _document_of(item, ctx)
    found = items.asked_after(session, portals, item.seen_by - POLICY_MEMORY)
    return [other for other in found if other.id != item.id and same_policy(_document_of(other, ctx), ours)]


def open_proposals(
    session: Session, targets: Targets, counting: Counting, now: datetime
) -> list[tuple[Item, datetime]]:
    """What waits for an officer, newest first, each with the moment until which it can be made key."""
    portals = [portal.id for portal in targets.portals]
    limit = targets.rules.repost.limit
    waiting = [
        (item, deadline(item.seen_by, limit, counting).at)
        for item in items.asked_after(session, portals, now - POLICY_MEMORY)
        if is_waiting(item)
    ]
    return [(item, until) for item, until in reversed(waiting) if until >= now]


def _document_of(item: Item, ctx: Context) -> Document:
    """An item by its row; where the list shows no day, it was published about when it was first seen."""
    seen = item.seen_by.astimezone(ctx.counting.zone).date()
    return Document(
        url=item.url,
        title=item.title,
        doc_number=item.doc_number,
        published_at=parse_stated(item.row_date) or seen,
    )
