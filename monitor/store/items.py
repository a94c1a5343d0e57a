"""Rows of lists, kept once per owner, with the interval in which each appeared."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, func, or_, select, update

from monitor.store.tables import Item, Policy, Titles

BY_HAND = "by hand: "
"""What the reason of an officer's decision on an item begins with."""

MAX_TRIES = 5
CHUNK = 400
PIECE = 4000
"""Signs of titles in a piece: it is written anew with every new row of its site."""

MOST_DECIDED = 2000

TOUCHED_EVERY = timedelta(days=1)
"""How exactly it is kept when a row was last there."""


def known_addresses(session: Session, owner: str, addresses: Collection[str]) -> set[str]:
    """Which of the addresses this owner has carried before."""
    found: set[str] = set()
    wanted = sorted(addresses)
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        query = select(Item.address).where(Item.owner == owner, col(Item.address).in_(part))
        found.update(session.exec(query))
    return found


def touch(session: Session, owner: str, addresses: Collection[str], at: datetime) -> None:
    """Note that the rows stood there again: to the day, so that a list read again writes nothing."""
    wanted, stale = sorted(addresses), at - TOUCHED_EVERY
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        stood = update(Item).where(col(Item.owner) == owner, col(Item.address).in_(part))
        session.exec(stood.where(col(Item.last_seen_at) < stale).values(last_seen_at=at))


def held(session: Session, owner: str, addresses: Collection[str]) -> list[Item]:
    """The owner's items at these addresses."""
    found: list[Item] = []
    wanted = sorted(addresses)
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        found += session.exec(select(Item).where(Item.owner == owner, col(Item.address).in_(part)))
    return found


def was_carried_before(session: Session, item: Item) -> bool:
    """Whether the owner carried an item of the same normalised title before this one."""
    if not item.title_key:  # a sitemap shows no titles
        return False
    earlier = select(Item.id).where(Item.owner == item.owner, Item.title_key == item.title_key)
    return session.exec(earlier.where(col(Item.id) < item.id).limit(1)).first() is not None


def undecided(session: Session, owner: str, place: str) -> Sequence[Item]:
    """Items of a portal's column whose page could not be read yet, so that nothing is decided on them."""
    query = select(Item).where(
        Item.owner == owner,
        Item.place == place,
        col(Item.decided_at).is_(None),
        Item.is_baseline == False,  # noqa: E712 - a column, not a value
        Item.tries < MAX_TRIES,
    )
    return session.exec(query).all()


def decided(session: Session, owner: str) -> Iterator[Item]:
    """A portal's items on which it was decided, those first seen last coming first."""
    query = select(Item).where(
        Item.owner == owner,
        col(Item.decided_at).is_not(None),
        Item.is_baseline == False,  # noqa: E712 - a column, not a value
    )
    yield from session.exec(query.order_by(col(Item.seen_by).desc()).limit(MOST_DECIDED))


def asked_after(session: Session, owners: Collection[str], since: datetime) -> Sequence[Item]:
    """Items that an officer was asked about or decided on, first seen since then, oldest first."""
    proposed = col(Item.is_key).is_(None) & col(Item.decided_at).is_not(None)
    by_hand = col(Item.why).startswith(BY_HAND)
    query = select(Item).where(
        col(Item.owner).in_(owners),
        col(Item.seen_by) >= since,
        Item.is_baseline == False,  # noqa: E712 - a column, not a value
        or_(proposed, by_hand),
    )
    return session.exec(query.order_by(col(Item.id))).all()


def of_portals(session: Session, owners: Collection[str], **equal: str) -> Sequence[Item]:
    """Items of these owners with an address, doc_number or title_key; of an empty value there are none."""
    if not all(equal.values()):
        return []
    query = select(Item).where(
        col(Item.owner).in_(owners), *(getattr(Item, k) == v for k, v in equal.items())
    )
    return session.exec(query.order_by(col(Item.id))).all()


def is_key_elsewhere(session: Session, item: Item) -> bool:
    """Whether another item of the same policy is key."""
    query = select(Item.id).where(Item.policy_id == item.policy_id, Item.is_key == True)  # noqa: E712
    return session.exec(query.where(Item.id != item.id).limit(1)).first() is not None


def rename_place(session: Session, owner: str, was: str, name: str) -> None:
    """Let items follow their column to its new name."""
    session.exec(update(Item).where(col(Item.owner) == owner, col(Item.place) == was).values(place=name))


def above(session: Session, owner: str, item_id: int) -> Sequence[Item]:
    """The owner's items above `item_id`, oldest first."""
    query = select(Item).where(Item.owner == owner, col(Item.id) > item_id).order_by(col(Item.id))
    return session.exec(query).all()


def add(session: Session, owner: str, found: Sequence[Item]) -> None:
    """Keep a site's new items, their titles among those that new policies are compared with."""
    session.add_all(found)
    _note_titles(session, owner, [item.title_key for item in found if item.title_key])


def _note_titles(session: Session, owner: str, keys: Sequence[str]) -> None:
    if not keys:
        return
    query = select(Titles).where(Titles.owner == owner).order_by(col(Titles.id).desc()).limit(1)
    piece = session.exec(query).first()
    if piece is None or len(piece.lines) >= PIECE:
        piece = Titles(owner=owner)
    for key in keys:
        if len(piece.lines) >= PIECE:
            session.add(piece)
            piece = Titles(owner=owner)
        piece.lines += f"{key}\n"
    session.add(piece)
    session.flush()


def note_titles_anew(session: Session, owners: Collection[str]) -> None:
    """Leave out the titles of items that are kept no longer."""
    for owner in owners:
        session.exec(delete(Titles).where(col(Titles.owner) == owner))
        keys = select(Item.title_key).where(Item.owner == owner, Item.title_key != "").order_by(col(Item.id))
        _note_titles(session, owner, session.exec(keys).all())


def title_keys(session: Session, owner: str) -> str:
    """All of a site's normalised titles, one a line: looked through faster than as so many rows."""
    query = select(Titles.lines).where(Titles.owner == owner).order_by(col(Titles.id))
    return "".join(session.exec(query)).removesuffix("\n")


def titled(
    session: Session,
    owner: str,
    keys: Collection[str],
    addresses: Collection[str],
    numbers: Collection[str] = (),
) -> Sequence[Item]:
    """The owner's items of these normalised titles, of none, at these addresses or numbers, oldest first."""
    found: dict[int, Item] = {}
    if numbers:
        bearing = select(Item).where(Item.owner == owner, col(Item.doc_number).in_(sorted(numbers)))
        found.update({item.id or 0: item for item in session.exec(bearing)})
    wanted = sorted({*keys, ""})
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        rows = session.exec(select(Item).where(Item.owner == owner, col(Item.title_key).in_(part)))
        found.update({item.id or 0: item for item in rows})
    found.update({item.id or 0: item for item in held(session, owner, addresses)})
    return [found[id_] for id_ in sorted(found)]


def last_id(session: Session, owner: str) -> int:
    """The highest item id of an owner, 0 without items."""
    return session.exec(select(func.max(Item.id)).where(Item.owner == owner)).one() or 0


def recent_policies(session: Session, since_: datetime) -> Sequence[Policy]:
    """Policies first seen at or after a moment: among them a further carrier's item is looked for."""
    query = select(Policy).where(col(Policy.first_seen_at) >= since_).order_by(col(Policy.id))
    return session.exec(query).all()


def policies_by_id(session: Session, ids: Collection[int]) -> dict[int, Policy]:
    """Policies by their ids."""
    if not ids:
        return {}
    return {policy.id or 0: policy for policy in session.exec(select(Policy).where(col(Policy.id).in_(ids)))}


POLICY_MEMORY = timedelta(days=60)
"""How long after its first publication a further portal's item may be the same policy."""
