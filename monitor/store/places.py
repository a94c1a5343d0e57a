"""The pages that are read for their rows, and what is remembered of their last good reading."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from monitor.store import items
from monitor.store.tables import Place, SiteState

MOST_BACKOFF = 4
"""Readings that fail come at most so many times as rarely as the configuration says."""

HOME = "home"
COLUMN = "column"
MAX_KNOWN = 400


@dataclass(frozen=True, slots=True)
class PlaceSpec:
    """A place as the configuration wants it; `every` in seconds."""

    owner: str
    kind: str
    name: str
    url: str
    every: int


def sync(session: Session, wanted: Sequence[PlaceSpec], now: datetime) -> None:
    """Hold exactly the wanted places; what is remembered of those that stay is kept."""
    # What each remembers of its list is long, and stays as it is.
    query = select(Place).options(defer(Place.known))  # type: ignore[arg-type]
    held = {(place.owner, place.url): place for place in session.exec(query)}
    specs = {(spec.owner, spec.url): spec for spec in wanted}
    for key in held.keys() - specs.keys():
        session.delete(held[key])
    for key, spec in specs.items():
        place = held.get(key) or Place(owner=spec.owner, url=spec.url, kind=spec.kind, name="", every=0)
        if place.name not in ("", spec.name):
            items.rename_place(session, spec.owner, place.name, spec.name)
        place.kind, place.name, place.every = spec.kind, spec.name, spec.every
        session.add(place)


def sync_sites(session: Session, bound: Collection[str], now: datetime) -> None:
    """A site joins when it comes among the bound ones: it owes what is published from then on.

    One that leaves them, and comes back, joins anew.
    """
    held = {state.site_id: state for state in session.exec(select(SiteState))}
    for site_id in sorted(held.keys() | set(bound)):
        state = held.get(site_id) or SiteState(site_id=site_id)
        state.joined_at = (state.joined_at or now) if site_id in bound else None
        session.add(state)


def of_owner(session: Session, owner: str) -> Sequence[Place]:
    """The owner's places, home first."""
    query = select(Place).where(Place.owner == owner).order_by(col(Place.kind).desc(), col(Place.id))
    return session.exec(query).all()


def next_due(place: Place) -> datetime | None:
    """When a place is due again by its own interval, its failures and its server's wish; None: at once."""
    if place.last_tried_at is None:
        return place.left_alone_until
    due = place.last_tried_at + timedelta(seconds=place.every * min(MOST_BACKOFF, 1 + place.failures))
    return max(due, place.left_alone_until or due)


def find(session: Session, owner: str, url: str) -> Place | None:
    return session.exec(select(Place).where(Place.owner == owner, Place.url == url)).first()


def state_of(session: Session, site_id: str) -> SiteState:
    """What is remembered of a site; a site never seen before is none of the bound ones."""
    state = session.get(SiteState, site_id)
    if state is None:
        state = SiteState(site_id=site_id)
        session.add(state)
    return state


def peek_state(session: Session, site_id: str) -> SiteState | None:
    """What is remembered of a site, None where it was never seen."""
    return session.get(SiteState, site_id)


def joined_at(session: Session) -> dict[str, datetime]:
    """Since when each site that is bound now is bound."""
    query = select(SiteState.site_id, SiteState.joined_at).where(col(SiteState.joined_at).is_not(None))
    return {site_id: joined for site_id, joined in session.exec(query) if joined is not None}
