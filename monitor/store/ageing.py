"""What may be forgotten: looks on which no verdict rests, rows long gone, events that nobody was told of.

Obligations, their changes of state, decisions, messages and the proof itself are never erased.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from sqlmodel import Session, SQLModel, col, delete, func, or_, select

from alerts.events import Kind
from monitor.store.tables import (
    AlertContent,
    AlertEvent,
    BadLink,
    Crawled,
    Item,
    Look,
    Obligation,
    Policy,
    Problem,
    SiteState,
)

CHUNK = 400
MOST = 50_000
"""Rows of a kind that are forgotten in one go; more are left for the next."""


def spare_looks(session: Session, site: str, since: datetime, until: datetime) -> list[int]:
    """The ids of a site's looks in [since, until), all but each day's first and those that verdicts cite."""
    query = select(Look.id, Look.at).where(Look.site == site, col(Look.at) >= since, col(Look.at) < until)
    looks = [(at, id_) for id_, at in session.exec(query.order_by(col(Look.at))) if id_ is not None]
    times = [at for at, _ in looks]
    # A repost's own moment is that of its page, a little after its look began.
    kept = {bisect_right(times, moment) - 1 for moment in _cited(session, site, since) if moment < until}
    kept |= {index for index, at in enumerate(times) if index == 0 or at.date() != times[index - 1].date()}
    return [id_ for index, (_, id_) in enumerate(looks) if index not in kept]


def _cited(session: Session, site: str, since: datetime) -> Iterator[datetime]:
    """The moments of readings on which what a site owes rests, and on which it will: the last whole look."""
    state = session.get(SiteState, site)
    if state is not None and state.last_complete_at is not None:
        yield state.last_complete_at
    settled = col(Obligation.settled_at)
    recent = or_(settled.is_(None), settled >= since, col(Obligation.is_watched))
    for obligation in session.exec(select(Obligation).where(Obligation.site == site, recent)):
        stored = [*obligation.absent, (obligation.looked or {}).get("at")]
        stored += [(obligation.sighting or {}).get(name) for name in ("seen_after", "seen_by")]
        yield from (datetime.fromisoformat(text) for text in stored if text)


def rows_long_gone(session: Session, portals: Collection[str], before: datetime) -> Sequence[int | None]:
    """The ids of rows of sites that stand on no list since then.

    A portal's stay: what it carried before starts no clock when it is listed again.
    """
    query = select(Item.id).where(col(Item.last_seen_at) < before, col(Item.owner).not_in(portals))
    return session.exec(query.where(col(Item.policy_id).is_(None)).limit(MOST)).all()


def owners_of(session: Session, ids: Sequence[int | None]) -> set[str]:
    """Whose rows these are."""
    found: set[str] = set()
    for start in range(0, len(ids), CHUNK):
        part = col(Item.id).in_(ids[start : start + CHUNK])
        found.update(session.exec(select(Item.owner).where(part).distinct()))
    return found


def events_told_to_nobody(session: Session, before: datetime) -> Sequence[int | None]:
    """The ids of events that no route wanted; accusations stay: what is told again refers to them."""
    accusing = [kind.value for kind in Kind if kind.accuses]
    query = select(AlertEvent.id).where(
        col(AlertEvent.told_at) < before,
        col(AlertEvent.kind).not_in(accusing),
        col(AlertEvent.id).not_in(select(AlertContent.event_id)),
    )
    return session.exec(query.limit(MOST)).all()


def subjects_needed(session: Session) -> set[str]:
    """What the evidence of open verdicts is about: their obligations, and their policies' addresses.

    Open is one whose clock runs or whose repost is looked for, an accusation that stands undone, one that is
    contested, and one whose repost a person has to look at.
    """
    state = col(Obligation.state)
    is_open = state.in_(["pending", "overdue"]) | col(Obligation.is_watched)
    stands = (state == "violated") & col(Obligation.discharged_at).is_(None)
    query = select(Obligation.id, Policy.url).join(Policy, col(Policy.id) == col(Obligation.policy_id))
    suspected = select(Problem.obligation_id).where(col(Problem.closed_at).is_(None))
    is_contested = (col(Obligation.review) == "objected") | col(Obligation.id).in_(suspected)
    found = session.exec(query.where(is_open | stands | is_contested)).all()
    return {f"obligation:{id_}" for id_, _ in found} | {url for _, url in found}


def links_long_mended(session: Session, before: datetime) -> Sequence[int | None]:
    """The ids of links that failed once, and are in order or gone since then."""
    query = select(BadLink.id).where(col(BadLink.ended_at) < before)
    return session.exec(query.limit(MOST)).all()


def rounds_long_ago(session: Session, before: datetime) -> Sequence[int | None]:
    """The ids of rounds through links before then; the newest of each kind and site stay."""
    newest = select(func.max(Crawled.id)).group_by(Crawled.site, Crawled.scope)
    query = select(Crawled.id).where(col(Crawled.at) < before, col(Crawled.id).not_in(newest))
    return session.exec(query.limit(MOST)).all()


def forget(session: Session, table: type[SQLModel], ids: Sequence[int | None]) -> None:
    """Delete rows by their ids."""
    key = table.__table__.c.id  # type: ignore[attr-defined]
    for start in range(0, len(ids), CHUNK):
        session.exec(delete(table).where(key.in_(ids[start : start + CHUNK])))
