"""What the console shows, read from the store: duties by site and policy, problems, places, messages.

Rows come as they are stored, times as aware datetimes; what interfaces promise to scripts is in `views`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy
from sqlmodel import Session, case, col, func, select

from checks.obligations import State
from checks.shares import Shares, count_shares
from monitor.store.tables import (
    AlertContent,
    AlertDelivery,
    AlertEvent,
    AlertMessage,
    Decision,
    Item,
    Obligation,
    Place,
    Policy,
    Problem,
    SiteState,
    Watch,
)
from monitor.store.watches import LASTING

BLIND_AFTER = 2
"""Readings in a row that were not good before a place counts as one that cannot be seen."""

OPEN_STATES = tuple(state for state in State if state.is_open)
GRAVITY = ("notice", "warning", "violation", "urgent")


@dataclass(frozen=True, slots=True)
class Slice:
    """Which rows of a long list are wanted."""

    limit: int
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """One duty as the matrix shows it."""

    id: int
    site: str
    policy_id: int | None
    state: State
    review: str
    started_at: datetime
    target_at: datetime | None
    limit_at: datetime
    discharged_at: datetime | None
    seen_after: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a site (or a portal) stands beside its duties."""

    up: bool | None = None
    last_read_at: datetime | None = None
    problems: int = 0
    gravest: str | None = None
    blind: int = 0
    places: int = 0


@dataclass(frozen=True, slots=True)
class ProblemFilter:
    """Which problems are wanted; None does not matter."""

    rule: str | None = None
    site: str | None = None
    severity: str | None = None
    is_open: bool | None = None


@dataclass(frozen=True, slots=True)
class FirstRound:
    """How much of what is watched has been looked at once."""

    done: int
    total: int


def latest_policies(session: Session, span: Slice) -> tuple[Sequence[Policy], int]:
    """Policies that bind somebody, newest first, and how many there are in all."""
    owed = select(Obligation.policy_id).where(col(Obligation.policy_id).is_not(None)).distinct()
    query = select(Policy).where(col(Policy.id).in_(owed))
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    newest = query.order_by(col(Policy.first_seen_at).desc(), col(Policy.id).desc())
    return session.exec(newest.limit(span.limit).offset(span.offset)).all(), total


def cells_of_policies(
    session: Session, policy_ids: Collection[int], sites: Collection[str] | None = None
) -> list[Cell]:
    """The duties on some policies, of some sites or of all."""
    conditions = [col(Obligation.policy_id).in_(policy_ids)]
    if sites is not None:
        conditions.append(col(Obligation.site).in_(sites))
    return _cells(session, sqlalchemy.and_(*conditions))


def states_on(session: Session, policy_ids: Collection[int]) -> dict[str, list[State]]:
    """The states of the duties on some policies, by site: what an order of all sites needs."""
    query = select(Obligation.site, Obligation.state).where(col(Obligation.policy_id).in_(policy_ids))
    found: dict[str, list[State]] = {}
    for site, state in session.exec(query):
        found.setdefault(site, []).append(State(state))
    return found


def cells_of_site(session: Session, site: str, limit: int) -> list[Cell]:
    """The newest duties of a site."""
    return _cells(session, col(Obligation.site) == site, limit)


def _cells(session: Session, which: Any, limit: int | None = None) -> list[Cell]:
    columns = (getattr(Obligation, field.name) for field in fields(Cell))
    query = sqlalchemy.select(*columns).where(which).order_by(col(Obligation.id).desc())
    rows = session.execute(query.limit(limit)).mappings()
    return [Cell(**{**row, "state": State(row["state"])}) for row in rows]


def shares(session: Session, since: datetime | None = None) -> Shares:
    """How the duties ended whose clock started at or after `since`; None: all."""
    query = select(Obligation.state, Obligation.review, func.count())
    if since is not None:
        query = query.where(col(Obligation.started_at) >= since)
    rows = session.exec(query.group_by(Obligation.state, Obligation.review)).all()
    return count_shares((State(state), review, count) for state, review, count in rows)


def standings(session: Session, only: str | None = None) -> dict[str, Standing]:
    """How every owner stands, by its id; or `only` one."""
    query = select(SiteState).where(*_only(SiteState.site_id, only))
    states = {state.site_id: state for state in session.exec(query)}
    problems = _problems_by_site(session, only)
    places = _places_by_owner(session, only)
    return {
        owner: _standing(states.get(owner), problems.get(owner, {}), places.get(owner, (0, 0)))
        for owner in states.keys() | problems.keys() | places.keys()
    }


def _standing(state: SiteState | None, problems: Mapping[str, int], places: tuple[int, int]) -> Standing:
    return Standing(
        up=state.up if state else None,
        last_read_at=state.last_read_at if state else None,
        problems=sum(problems.values()),
        gravest=max(problems, key=GRAVITY.index, default=None),
        blind=places[1],
        places=places[0],
    )


def _only(column: Any, value: str | None) -> tuple[Any, ...]:
    return () if value is None else (column == value,)


def _problems_by_site(session: Session, only: str | None) -> dict[str, dict[str, int]]:
    query = select(Problem.site, Problem.severity, func.count()).where(
        col(Problem.closed_at).is_(None), *_only(Problem.site, only)
    )
    found: dict[str, dict[str, int]] = {}
    for site, severity, count in session.exec(query.group_by(Problem.site, Problem.severity)):
        found.setdefault(site, {})[severity] = count
    return found


def _places_by_owner(session: Session, only: str | None) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for owner, failures in session.exec(select(Place.owner, Place.failures).where(*_only(Place.owner, only))):
        places, blind = found.get(owner, (0, 0))
        found[owner] = (places + 1, blind + (failures >= BLIND_AFTER))
    return found


def first_round(session: Session) -> FirstRound:
    """How far the first round has come; what lasts for hours is not waited for."""
    waited_for = col(Watch.kind).not_in(LASTING)
    ran = session.exec(select(func.count()).where(waited_for, col(Watch.last_run_at).is_not(None))).one()
    return FirstRound(ran, session.exec(select(func.count()).select_from(Watch).where(waited_for)).one())


def obligation(session: Session, obligation_id: int) -> tuple[Obligation, Policy | None] | None:
    """One duty, with its policy."""
    found = session.get(Obligation, obligation_id)
    return (found, session.get(Policy, found.policy_id)) if found else None


def problems(session: Session, wanted: ProblemFilter, span: Slice) -> tuple[Sequence[Problem], int]:
    """Problems, those that stand first and of these the gravest, and how many there are in all."""
    query = select(Problem)
    for name in ("rule", "site", "severity"):
        if (value := getattr(wanted, name)) is not None:
            query = query.where(getattr(Problem, name) == value)
    if wanted.is_open is not None:
        closed = col(Problem.closed_at)
        query = query.where(closed.is_(None) if wanted.is_open else closed.is_not(None))
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    grade = case({name: rank for rank, name in enumerate(GRAVITY)}, value=col(Problem.severity))
    order = (col(Problem.closed_at).is_not(None), grade.desc(), col(Problem.id).desc())
    return session.exec(query.order_by(*order).limit(span.limit).offset(span.offset)).all(), total


def reviews(session: Session) -> dict[int | None, str]:
    """How far the review of each duty is on which somebody had something to say, by its id."""
    query = select(Obligation.id, Obligation.review).where(Obligation.review != "none")
    return dict(session.exec(query).all())


def problem(session: Session, problem_id: int) -> Problem | None:
    """One problem."""
    return session.get(Problem, problem_id)


def problems_of_duty(session: Session, obligation_id: int) -> Sequence[Problem]:
    """The problems that a duty gave rise to, oldest first."""
    query = select(Problem).where(Problem.obligation_id == obligation_id).order_by(col(Problem.id))
    return session.exec(query).all()


def rules_with_problems(session: Session) -> list[str]:
    """The rules that ever found something, for the filter."""
    return list(session.exec(select(Problem.rule).distinct().order_by(Problem.rule)))


def decisions_on(session: Session, subject: str) -> Sequence[Decision]:
    """What officers decided on a subject ("problem:7"), oldest first."""
    return session.exec(select(Decision).where(Decision.subject == subject).order_by(col(Decision.id))).all()


def places_of(session: Session, owner: str) -> Sequence[Place]:
    """An owner's places, the home page first."""
    query = select(Place).where(Place.owner == owner).order_by(col(Place.kind).desc(), col(Place.id))
    return session.exec(query).all()


def policies_by_id(session: Session, ids: Iterable[int | None]) -> dict[int, Policy]:
    """Some policies, by their ids."""
    wanted = {id_ for id_ in ids if id_ is not None}
    return {
        policy.id or 0: policy for policy in session.exec(select(Policy).where(col(Policy.id).in_(wanted)))
    }


def policies_of_portal(session: Session, portal: str, limit: int) -> Sequence[Policy]:
    """The newest policies first seen on a portal."""
    query = select(Policy).where(Policy.portal == portal).order_by(col(Policy.id).desc())
    return session.exec(query.limit(limit)).all()


def why_key(session: Session, policy_id: int | None) -> str | None:
    """Why a policy was found to be key, by the portal that carried it first."""
    rows = select(Item.why).where(Item.policy_id == policy_id).order_by(col(Item.seen_by))
    return session.exec(rows).first()


def policy(session: Session, policy_id: int) -> tuple[Policy, Sequence[Item]] | None:
    """One policy, with the rows of portals that carry it."""
    found = session.get(Policy, policy_id)
    if found is None:
        return None
    rows = select(Item).where(Item.policy_id == policy_id).order_by(col(Item.seen_by))
    return found, session.exec(rows).all()


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """Which messages are wanted: by kind, by the state of a delivery, or on a subject ("problem:7")."""

    kind: str | None = None
    state: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A message with what became of each delivery."""

    message: AlertMessage
    deliveries: tuple[AlertDelivery, ...]


def messages(session: Session, wanted: MessageFilter, span: Slice) -> tuple[list[Told], int]:
    """Messages, newest first, and how many there are in all."""
    query = select(AlertMessage)
    if wanted.kind is not None:
        query = query.where(AlertMessage.kind == wanted.kind)
    if wanted.state is not None:
        sent = select(AlertDelivery.message_id).where(AlertDelivery.state == wanted.state)
        query = query.where(col(AlertMessage.id).in_(sent))
    if wanted.subject is not None:
        told = (
            select(AlertContent.message_id)
            .join(AlertEvent, col(AlertEvent.id) == col(AlertContent.event_id))
            .where(AlertEvent.subject == wanted.subject)
        )
        query = query.where(col(AlertMessage.id).in_(told))
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    found = session.exec(
        query.order_by(col(AlertMessage.id).desc()).limit(span.limit).offset(span.offset)
    ).all()
    return _told(session, found), total


def message(session: Session, number: str) -> Told | None:
    """The message that bears a number."""
    found = session.exec(select(AlertMessage).where(AlertMessage.number == number)).first()
    return _told(session, [found])[0] if found else None


@dataclass(frozen=True, slots=True)
class Matters:
    """What a message is about, as it stands now."""

    duties: Sequence[Obligation]
    problems: Sequence[Problem]


def matters_of_message(session: Session, number: str) -> Matters:
    """The duties and problems that a message tells of, by their ids."""
    query = (
        select(AlertEvent.subject)
        .join(AlertContent, col(AlertContent.event_id) == col(AlertEvent.id))
        .join(AlertMessage, col(AlertMessage.id) == col(AlertContent.message_id))
        .where(AlertMessage.number == number)
    )
    ids: dict[str, set[int]] = {"obligation": set(), "problem": set()}
    for subject in session.exec(query):
        kind, _, id_ = subject.partition(":")
        if kind in ids and id_.isdecimal():
            ids[kind].add(int(id_))
    duties = select(Obligation).where(col(Obligation.id).in_(ids["obligation"])).order_by(col(Obligation.id))
    problems = select(Problem).where(col(Problem.id).in_(ids["problem"])).order_by(col(Problem.id))
    return Matters(session.exec(duties).all(), session.exec(problems).all())


def _told(session: Session, found: Sequence[AlertMessage]) -> list[Told]:
    ids = [message.id for message in found]
    query = (
        select(AlertDelivery).where(col(AlertDelivery.message_id).in_(ids)).order_by(col(AlertDelivery.id))
    )
    by_message: dict[int, list[AlertDelivery]] = {}
    for delivery in session.exec(query):
        by_message.setdefault(delivery.message_id, []).append(delivery)
    return [Told(message, tuple(by_message.get(message.id or 0, ()))) for message in found]


def dead_letters(session: Session) -> int:
    """How many deliveries were given up."""
    return session.exec(select(func.count()).where(AlertDelivery.state == "dead")).one()


def count_grave(session: Session) -> int:
    """How many open problems are violations or worse."""
    grave = select(func.count()).where(col(Problem.closed_at).is_(None))
    return session.exec(grave.where(col(Problem.severity).in_(GRAVITY[2:]))).one()


def states_by_site(session: Session, only: str | None = None) -> dict[str, dict[State, int]]:
    """How many duties of each state every site has, by its id; or `only` one."""
    query = select(Obligation.site, Obligation.state, func.count()).where(*_only(Obligation.site, only))
    found: dict[str, dict[State, int]] = {}
    for site, state, count in session.exec(query.group_by(Obligation.site, Obligation.state)):
        found.setdefault(site, {})[State(state)] = count
    order = list(State)
    return {
        site: dict(sorted(held.items(), key=lambda pair: order.index(pair[0])))
        for site, held in found.items()
    }


@dataclass(frozen=True, slots=True)
class Owner:
    """What is kept of one site or portal; lists are its newest, with their whole number beside them."""

    standing: Standing
    places: Sequence[Place]
    cells: list[Cell]
    policies: dict[int, Policy]
    states: dict[State, int]
    problems: Sequence[Problem]
    problems_in_all: int
    published: Sequence[Policy]


def owner(session: Session, owner: str, limit: int) -> Owner:
    """Gather what is kept of a site or portal."""
    cells = cells_of_site(session, owner, limit)
    found, total = problems(session, ProblemFilter(site=owner), Slice(limit))
    return Owner(
        standing=standings(session, owner).get(owner, Standing()),
        places=places_of(session, owner),
        cells=cells,
        policies=policies_by_id(session, [cell.policy_id for cell in cells]),
        states=states_by_site(session, owner).get(owner, {}),
        problems=found,
        problems_in_all=total,
        published=policies_of_portal(session, owner, limit),
    )
