"""What is done again and again, and when it is due: the rows from which the engine works."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select, update

from monitor.store.tables import Watch

CHUNK = 400

LASTING = ("links", "crawl")
"""Kinds whose rounds take minutes or hours, a few at once: nobody waits for their first ones."""


def sync(session: Session, wanted: Mapping[str, Collection[str]], now: datetime) -> None:
    """Hold exactly the `wanted` rows of these kinds; new ones are due at once, others keep their time."""
    query = select(Watch).where(col(Watch.kind).in_(list(wanted)))
    held = {(watch.kind, watch.key): watch for watch in session.exec(query)}
    keep = {(kind, key) for kind, keys in wanted.items() for key in keys}
    for identity in held.keys() - keep:
        session.delete(held[identity])
    for kind, key in sorted(keep - held.keys()):
        session.add(Watch(kind=kind, key=key, due_at=now))


def forget_the_future(session: Session, now: datetime) -> None:
    """Let rows that ran at a moment still to come be due now: the clock was set back since."""
    session.exec(update(Watch).where(col(Watch.last_run_at) > now).values(due_at=now, last_run_at=None))


def due(session: Session, now: datetime, limit: int, without: Collection[str] = ()) -> Sequence[Watch]:
    """The rows whose time has come, longest overdue first, those of some kinds left out."""
    query = select(Watch).where(col(Watch.due_at) <= now).order_by(col(Watch.due_at)).limit(limit)
    return session.exec(query.where(col(Watch.kind).not_in(without))).all()


def due_of(session: Session, kind: str, now: datetime, limit: int) -> Sequence[Watch]:
    """The same of one kind alone."""
    query = select(Watch).where(Watch.kind == kind, col(Watch.due_at) <= now)
    return session.exec(query.order_by(col(Watch.due_at)).limit(limit)).all()


def next_due(session: Session, after: datetime) -> datetime | None:
    """When the next row falls due that is not due yet."""
    query = select(Watch.due_at).where(col(Watch.due_at) > after)
    return session.exec(query.order_by(col(Watch.due_at)).limit(1)).first()


def put_off(session: Session, kind: str, key: str, until: datetime, ran_at: datetime | None = None) -> None:
    """Set when a row is due next; `ran_at` says that it has just run."""
    watch = session.exec(select(Watch).where(Watch.kind == kind, Watch.key == key)).first()
    if watch is None:  # it left the configuration while it ran
        return
    watch.due_at = until
    watch.last_run_at = ran_at or watch.last_run_at
    session.add(watch)


def hasten(session: Session, kind: str, keys: Collection[str], by: datetime) -> None:
    """See to it that rows are due at `by` at the latest."""
    wanted = sorted(keys)
    for start in range(0, len(wanted), CHUNK):
        late = update(Watch).where(col(Watch.kind) == kind, col(Watch.key).in_(wanted[start : start + CHUNK]))
        session.exec(late.where(col(Watch.due_at) > by).values(due_at=by))


def add(session: Session, kind: str, key: str, due_at: datetime, now: datetime) -> None:
    """Hold one more row, if it is not held already; it counts as having run, and is due again later."""
    if session.exec(select(Watch.id).where(Watch.kind == kind, Watch.key == key)).first() is None:
        session.add(Watch(kind=kind, key=key, due_at=due_at, last_run_at=now))


def drop(session: Session, kind: str, key: str) -> None:
    """Hold a row no longer."""
    for watch in session.exec(select(Watch).where(Watch.kind == kind, Watch.key == key)):
        session.delete(watch)


def have_all_run(session: Session) -> bool:
    """Whether every row has run once: the first round is done. Those that last are not waited for."""
    never = select(Watch.id).where(col(Watch.last_run_at).is_(None), col(Watch.kind).not_in(LASTING))
    return session.exec(never.limit(1)).first() is None
