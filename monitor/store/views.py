"""What people and scripts are shown: obligations, problems, sites and columns as plain JSON values.

No key is ever absent; what is unknown is None. Times are RFC 3339 with the office's offset.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy.orm import defer
from sqlmodel import Session, SQLModel, col, func, or_, select

from monitor.store import dismissals, duties
from monitor.store.problems import VERDICTS
from monitor.store.tables import (
    AlertContent,
    AlertDelivery,
    AlertEvent,
    AlertMessage,
    Item,
    Look,
    Obligation,
    Place,
    Policy,
    Problem,
    SiteState,
)
from monitor.targets import Site, Targets

Json = dict[str, Any]
VETOES = ("availability", "freshness", "columns", "interaction", "services", "security")


@dataclass(frozen=True, slots=True)
class Span:
    """Which rows are wanted: those open, and those settled at or after `since`; None: all, without limit."""

    since: datetime | None = None
    limit: int | None = None
    offset: int = 0


def stamp(moment: datetime | None, zone: tzinfo) -> str | None:
    """A moment as it is shown."""
    return moment.astimezone(zone).isoformat() if moment is not None else None


def list_obligations(
    session: Session, zone: tzinfo, span: Span = Span(), **equal: str | int | None
) -> list[Json]:
    """Obligations, newest first; `equal` filters by site, state, review, policy_id, portal, region or id."""
    query = select(Obligation, Policy).join(Policy, isouter=True).where(*_conditions(Obligation, equal))
    if span.since is not None:
        recent = or_(col(Obligation.settled_at).is_(None), col(Obligation.settled_at) >= span.since)
        query = query.where(recent)
    query = query.order_by(col(Obligation.id).desc()).limit(span.limit).offset(span.offset)
    return [obligation_json(obligation, policy, zone) for obligation, policy in session.exec(query)]


def find_obligation(session: Session, zone: tzinfo, obligation_id: int) -> Json | None:
    """One obligation."""
    found = list_obligations(session, zone, Span(), id=obligation_id)
    return found[0] if found else None


def obligation_json(obligation: Obligation, policy: Policy | None, zone: tzinfo) -> Json:
    """An obligation as the interface promises it."""
    return {
        "id": obligation.id,
        "duty": obligation.duty,
        "subject": _subject(obligation, policy),
        "policy": policy_json(policy, zone) if policy else None,
        "site": obligation.site,
        "started_at": stamp(obligation.started_at, zone),
        "target_at": stamp(obligation.target_at, zone),
        "limit_at": stamp(obligation.limit_at, zone),
        "state": obligation.state,
        "reason": obligation.void or obligation.waived or obligation.reason,
        "review": obligation.review,
        "discharged_at": stamp(obligation.discharged_at, zone),
        "evidence": _evidence(obligation, zone),
    }


def _subject(obligation: Obligation, policy: Policy | None) -> Json:
    return {
        "kind": "policy",
        "id": obligation.policy_id,
        "title": policy.title if policy else None,
        "url": policy.url if policy else None,
    }


def policy_json(policy: Policy, zone: tzinfo) -> Json:
    """A policy as the interface promises it."""
    return {
        "id": policy.id,
        "title": policy.title,
        "doc_number": policy.doc_number,
        "url": policy.url,
        "portal": policy.portal,
        "published_at": policy.published_at,
        "first_seen_at": stamp(policy.first_seen_at, zone),
    }


def _evidence(obligation: Obligation, zone: tzinfo) -> Json | None:
    sighting = obligation.sighting
    if sighting is None and obligation.seen_after is None:
        return None
    known: Mapping[str, Any] = sighting or {}
    return {
        "how": known.get("how"),
        "score": known.get("score"),
        "url": known.get("url"),
        "title": known.get("title"),
        "seen_after": stamp(obligation.seen_after, zone),
        "seen_by": _restamp(known.get("seen_by"), zone),
        "declared_at": known.get("declared_at"),
        "precision": known.get("precision", "none"),
        "backdated": known.get("backdated", False),
        "digest": known.get("digest"),
    }


def _restamp(text: str | None, zone: tzinfo) -> str | None:
    return stamp(datetime.fromisoformat(text), zone) if text else None


def list_problems(
    session: Session, zone: tzinfo, span: Span = Span(), **equal: str | int | None
) -> list[Json]:
    """Problems, newest first; `equal` filters by site, rule, severity, id, or `is_open`."""
    query = select(Problem).where(*_conditions(Problem, equal))
    if span.since is not None:
        query = query.where(or_(col(Problem.closed_at).is_(None), col(Problem.closed_at) >= span.since))
    query = query.order_by(col(Problem.id).desc()).limit(span.limit).offset(span.offset)
    return [problem_json(problem, zone) for problem in session.exec(query)]


def problem_json(problem: Problem, zone: tzinfo) -> Json:
    """A problem as the interface promises it."""
    return {
        "id": problem.id,
        "rule": problem.rule,
        "site": problem.site,
        "severity": problem.severity,
        "opened_at": stamp(problem.opened_at, zone),
        "due_at": stamp(problem.due_at, zone),
        "closed_at": stamp(problem.closed_at, zone),
        "acknowledged_by": problem.acknowledged_by,
        "detail": problem.detail,
        "url": problem.url,
        "evidence": problem.evidence,
        "expected": problem.expected,
        "found": problem.found,
        "obligation": problem.obligation_id,
        "dismissal": problem.dismissal_id,
    }


def proposal_json(item: Item, until: datetime, zone: tzinfo) -> Json:
    """An item that waits for an officer to say whether it is key, and until when that can be said."""
    return {
        "id": item.id,
        "portal": item.owner,
        "column": item.place,
        "title": item.title,
        "url": item.url,
        "why": item.why,
        "seen_by": stamp(item.seen_by, zone),
        "until": stamp(until, zone),
    }


def list_dismissals(session: Session, zone: tzinfo, now: datetime) -> list[Json]:
    """The false alarms that still hold, newest first."""
    return [
        {
            "id": row.id,
            "problem": row.problem_id,
            "rule": row.rule,
            "site": row.site,
            "scope": row.scope,
            "value": row.value,
            "found": row.found,
            "at": stamp(row.at, zone),
            "until": stamp(row.until, zone),
            "by": row.by,
            "reason": row.reason,
        }
        for row in dismissals.in_force(session, now)
    ]


def list_sites(session: Session, targets: Targets, zone: tzinfo) -> list[Json]:
    """Every configured site with how it stands."""
    states = {state.site_id: state for state in session.exec(select(SiteState))}
    problems = _open_problems(session)
    counts = _states_by_site(session)
    return [
        _site_json(site, states.get(site.id), problems.get(site.id, 0), counts.get(site.id, {}), zone)
        for site in targets.sites
    ]


def _open_problems(session: Session) -> dict[str, int]:
    query = select(Problem.site, func.count()).where(col(Problem.closed_at).is_(None))
    return dict(session.exec(query.group_by(Problem.site)).all())


def _states_by_site(session: Session) -> dict[str, dict[str, int]]:
    columns = (Obligation.site, Obligation.state)
    found: dict[str, dict[str, int]] = {}
    for site_id, state, count in session.exec(select(*columns, func.count()).group_by(*columns)):
        found.setdefault(site_id, {})[state] = count
    return found


def _site_json(
    site: Site, state: SiteState | None, problems: int, states: dict[str, int], zone: tzinfo
) -> Json:
    return {
        "id": site.id,
        "name": site.name,
        "type": site.type,
        "region": site.region,
        "url": site.url,
        "status": site.status,
        "up": state.up if state else None,
        "last_read_at": stamp(state.last_read_at, zone) if state else None,
        "vetoes": dict.fromkeys(VETOES, "unknown"),
        "problems": problems,
        "obligations": states,
    }


def list_columns(session: Session, zone: tzinfo) -> list[Json]:
    """Every place that is read, with how its last reading went."""
    query = select(Place).options(defer(Place.known))  # type: ignore[arg-type]
    return [
        {
            "owner": place.owner,
            "name": place.name,
            "url": place.url,
            "last_ok_at": stamp(place.last_ok_at, zone),
            "last_error": place.last_error,
            "items": place.items,
            "every": place.every,
            "method": place.method,
            "by_browser": place.browser_since is not None,
            "changed_at": stamp(place.changed_at, zone),
        }
        for place in session.exec(query.order_by(col(Place.owner), col(Place.id)))
    ]


def list_items(session: Session, zone: tzinfo, span: Span = Span(), **equal: str | int | None) -> list[Json]:
    """Rows seen on portals and sites, newest first; `equal` filters by owner, policy_id or is_key."""
    query = select(Item).where(*_conditions(Item, equal))
    query = query.order_by(col(Item.id).desc()).limit(span.limit).offset(span.offset)
    return [
        {
            "id": item.id,
            "owner": item.owner,
            "column": item.place,
            "title": item.title,
            "url": item.url,
            "date": item.row_date,
            "seen_after": stamp(item.seen_after, zone),
            "seen_by": stamp(item.seen_by, zone),
            "key": item.is_key,
            "why": item.why,
            "policy": item.policy_id,
        }
        for item in session.exec(query)
    ]


def list_alerts(session: Session, zone: tzinfo, span: Span = Span(), **equal: str | int | None) -> list[Json]:
    """Messages with what became of each delivery, newest first; `equal` filters by number, kind, or by the
    state that one of the deliveries is in."""
    query = (
        select(AlertMessage).where(*_conditions(AlertMessage, equal)).order_by(col(AlertMessage.id).desc())
    )
    messages = session.exec(query.limit(span.limit).offset(span.offset)).all()
    deliveries = _deliveries(session, [message.id or 0 for message in messages], zone)
    return [
        {
            "id": message.id,
            "number": message.number,
            "kind": message.kind,
            "title": message.title,
            "body": message.body,
            "created_at": stamp(message.created_at, zone),
            "deliveries": deliveries.get(message.id or 0, []),
        }
        for message in messages
    ]


def _deliveries(session: Session, message_ids: Sequence[int], zone: tzinfo) -> dict[int, list[Json]]:
    query = select(AlertDelivery).where(col(AlertDelivery.message_id).in_(message_ids))
    found: dict[int, list[Json]] = {}
    for delivery in session.exec(query):
        found.setdefault(delivery.message_id, []).append(
            {
                "channel": delivery.channel,
                "state": delivery.state,
                "attempts": delivery.attempts,
                "due_at": stamp(delivery.due_at, zone),
                "settled_at": stamp(delivery.settled_at, zone),
                "error": delivery.error,
            }
        )
    return found


def timeline(session: Session, zone: tzinfo, obligation_id: int) -> list[Json]:
    """What happened to an obligation, oldest first: states, looks, decisions, messages."""
    obligation = session.get(Obligation, obligation_id)
    if obligation is None:
        return []
    entries = [
        *_transitions(session, zone, obligation_id),
        *_looks(session, zone, obligation),
        *_decisions(session, zone, obligation),
        *_messages(session, zone, obligation_id),
        *_suspicions(session, zone, obligation_id),
    ]
    return sorted(entries, key=lambda entry: (entry["order"], entry["what"] != "look"))


def _transitions(session: Session, zone: tzinfo, obligation_id: int) -> Iterable[Json]:
    for row in duties.history(session, obligation_id):
        yield {
            "order": row.at,
            "at": stamp(row.at, zone),
            "what": "state",
            "was": row.was,
            "state": row.state,
            "why": row.why,
            "by": row.by,
        }


def _until(obligation: Obligation) -> datetime:
    """Until when what is seen of the site concerns a duty."""
    if obligation.sighting:  # later looks were for other duties of the site
        return datetime.fromisoformat(obligation.sighting["seen_by"])
    return max(obligation.limit_at, obligation.settled_at or obligation.limit_at)


def _looks(session: Session, zone: tzinfo, obligation: Obligation) -> Iterable[Json]:
    until = _until(obligation)
    query = (
        select(Look)
        .where(Look.site == obligation.site, col(Look.at) >= obligation.started_at, col(Look.at) <= until)
        .order_by(col(Look.at))
    )
    for look in session.exec(query):
        yield {
            "order": look.at,
            "at": stamp(look.at, zone),
            "what": "look",
            "complete": look.is_complete,
            "fresh": look.is_fresh,
            "places": look.places,
        }


def _decisions(session: Session, zone: tzinfo, obligation: Obligation) -> Iterable[Json]:
    """What was decided on the duty, and what a person saw of its site while it mattered."""
    until = _until(obligation)
    seen = duties.decisions_on(session, f"site:{obligation.site}")
    for row in (
        *duties.decisions_on(session, f"obligation:{obligation.id}"),
        *(row for row in seen if obligation.started_at <= row.at <= until),
    ):
        yield {
            "order": row.at,
            "at": stamp(row.at, zone),
            "what": "decision",
            "action": row.action,
            "by": row.by,
            "why": row.reason,
            "detail": row.detail,
        }


def _suspicions(session: Session, zone: tzinfo, obligation_id: int) -> Iterable[Json]:
    """What stood beside the verdict: since when, and until when."""
    query = select(Problem).where(Problem.obligation_id == obligation_id, col(Problem.rule).not_in(VERDICTS))
    for row in session.exec(query.order_by(col(Problem.id))):
        for moment, is_open in ((row.opened_at, True), (row.closed_at, False)):
            if moment is not None:
                yield {
                    "order": moment,
                    "at": stamp(moment, zone),
                    "what": "problem",
                    "id": row.id,
                    "rule": row.rule,
                    "open": is_open,
                    "found": row.found,
                }


def _messages(session: Session, zone: tzinfo, obligation_id: int) -> Iterable[Json]:
    query = (
        select(AlertMessage, AlertDelivery)
        .join(AlertContent, col(AlertContent.message_id) == col(AlertMessage.id))
        .join(AlertEvent, col(AlertEvent.id) == col(AlertContent.event_id))
        .join(AlertDelivery, col(AlertDelivery.message_id) == col(AlertMessage.id))
        .where(AlertEvent.subject == f"obligation:{obligation_id}")
        .order_by(col(AlertDelivery.id))
    )
    for message, delivery in session.exec(query):
        yield {
            "order": delivery.settled_at or message.created_at,
            "at": stamp(delivery.settled_at or message.created_at, zone),
            "what": "message",
            "number": message.number,
            "kind": message.kind,
            "title": message.title,
            "channel": delivery.channel,
            "state": delivery.state,
        }


def count_untold(session: Session) -> int:
    """How many events are not yet messages, and messages not yet delivered or given up."""
    events = session.exec(select(func.count()).where(col(AlertEvent.told_at).is_(None))).one()
    waiting = session.exec(select(func.count()).where(AlertDelivery.state == "waiting")).one()
    return events + waiting


def count_rows(session: Session, table: type[SQLModel], **equal: str | int | None) -> int:
    """How many rows of a table a filter lets through; it is the one that the lists take."""
    query = select(func.count()).select_from(table).where(*_conditions(table, equal))
    return session.exec(query).one()


def _conditions(table: type[SQLModel], equal: Mapping[str, str | int | None]) -> list[Any]:
    """The conditions of a filter by equality: names of columns, and two that stand for more than one."""
    conditions = []
    for name, value in equal.items():
        if value is None:
            continue
        if table is Problem and name == "is_open":
            closed_at = col(Problem.closed_at)
            conditions.append(closed_at.is_(None) if value else closed_at.is_not(None))
        elif table is AlertMessage and name == "state":
            held = select(AlertDelivery.message_id).where(AlertDelivery.state == value)
            conditions.append(col(AlertMessage.id).in_(held))
        else:
            conditions.append(getattr(table, name) == value)
    return conditions
