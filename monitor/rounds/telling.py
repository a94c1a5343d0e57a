"""Putting what happened into the outbox, in the transaction of the state that it is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from alerts.events import Event, Kind, NoteFacts, ProblemFacts, RepostFacts, SiteRef
from alerts.messages import LANGUAGES, clean, clean_url
from alerts.messages.reasons import in_chinese
from checks.obligations import State
from checks.rules import Severity
from checks.workdays import deadline
from monitor.rounds.articles import parse_stated
from monitor.rounds.context import Context
from monitor.store import problems
from monitor.store.alerts import drop_waiting, queue
from monitor.store.tables import Decision, Item, Obligation, Place, Policy, Problem
from monitor.targets import Portal

QUICK = timedelta(seconds=30)
"""Clocks of one policy start together, and their reminders fall due together: no need to wait long."""

ENDING = ("waive", "uphold", "overturn")
"""The decisions that end a matter; others are told by what they lead to."""

KIND_OF = {
    Severity.NOTICE: Kind.DIGEST,
    Severity.WARNING: Kind.WARNING,
    Severity.VIOLATION: Kind.VIOLATION,
    Severity.URGENT: Kind.URGENT,
}


def tell_repost(
    session: Session, ctx: Context, kind: Kind, rule: str, obligation: Obligation, now: datetime
) -> None:
    """Tell of a duty to repost: its start, a reminder, a verdict, its end.

    That nobody could see whether it was done is not told any more where somebody has seen it meanwhile.
    """
    policy = session.get(Policy, obligation.policy_id)
    assert policy is not None  # an obligation's policy is never deleted
    group = ctx.targets.rules.repost.group
    window = min(group, QUICK) if kind in (Kind.DUTY, Kind.REMINDER) else group
    event = Event(
        kind=kind,
        rule=rule,
        group=f"policy:{policy.id}",
        occurred_at=now,
        ready_at=now + window,
        site=site_ref(ctx, obligation.site),
        facts=replace(
            repost_facts(ctx, obligation, policy),
            unread=_unread(obligation, _failing(session, obligation.site) if kind is Kind.BLIND else ()),
            decided=_decided(session, obligation),
            due_at=_due(session, obligation),
        ),
    )
    if kind in (Kind.VIOLATION, Kind.RESOLVED):
        drop_waiting(session, event.subject, Kind.BLIND, now)
    queue(session, event)


def tell_problem(
    session: Session, ctx: Context, kind: Kind, problem: Problem, now: datetime, reason: str | None = None
) -> None:
    """Tell of a finding: that it stands, that it was put right, or, with its reason, that it never stood."""
    policy = _policy_of(session, problem)
    queue(
        session,
        Event(
            kind=kind,
            rule=problem.rule,
            group=f"site:{problem.site}",
            occurred_at=now,
            ready_at=now + ctx.targets.rules.repost.group,
            site=site_ref(ctx, problem.site),
            facts=ProblemFacts(
                problem_id=problem.id or 0,
                severity=Severity(problem.severity),
                policy=policy.title if policy else None,
                doc_number=policy.doc_number if policy else None,
                expected=problem.expected,
                found=problem.found,
                url=problem.url,
                since=problem.opened_at,
                due_at=problem.due_at,
                reason=reason or problem.evidence,
                link=f"{ctx.targets.server.public_url}/problems/{problem.id}",
            ),
        ),
    )


def _policy_of(session: Session, problem: Problem) -> Policy | None:
    """The document of a finding on a repost, whose subject is the duty."""
    kind, _, id_ = problem.subject.partition(":")
    duty = session.get(Obligation, int(id_)) if kind == "obligation" and id_.isdecimal() else None
    return session.get(Policy, duty.policy_id) if duty is not None else None


def tell_proposal(session: Session, ctx: Context, portal: Portal, item: Item, now: datetime) -> None:
    """Ask an officer whether an item is key; until somebody says so, no clock starts."""
    title, url = clean(item.title), clean_url(item.url) or ""
    phrases = LANGUAGES[ctx.targets.office.language].phrases
    seen = phrases.moment(item.seen_by, ctx.counting.zone, now)
    limit = deadline(item.seen_by, ctx.targets.rules.repost.limit, ctx.counting).at
    until = phrases.deadline(limit, ctx.counting.zone, now)
    if ctx.targets.office.language == "en":
        head = f"{portal.name}: is this a key policy? “{title}”"
        lines = [
            f"“{title}”, first seen {seen}",
            f"Why it may be: {item.why}.",
            url,
            f"If so: duban key add {item.id} --by … --reason …",
            f"If not: duban key drop {item.id} --by … --reason …",
            f"No clock runs until then; it can be made key {until}. `duban status` lists what waits.",
        ]
    else:
        head = f"【待定】{portal.name}新登载《{title}》，请确认是否属于重要政策信息"
        lines = [
            f"文件：《{title}》，{seen}首次看到",
            f"初步依据：{in_chinese(item.why or '')}",
            url,
            f"属于的，请执行：duban key add {item.id} --by 姓名 --reason 理由",
            f"不属于的，请执行：duban key drop {item.id} --by 姓名 --reason 理由",
            f"确认之前不计时；{until}可以确认。尚未确认的，见 duban status 或控制台首页。",
        ]
    queue(
        session,
        Event(
            kind=Kind.BLIND,
            rule="repost.limit",
            group=f"portal:{portal.id}",
            occurred_at=now,
            ready_at=now + QUICK,
            site=SiteRef(portal.id, portal.name, portal.region),
            facts=NoteFacts(title=head, lines=tuple(lines)),
        ),
    )


def site_ref(ctx: Context, owner: str) -> SiteRef:
    """The site, or the portal, an event concerns."""
    known = ctx.targets.site_of.get(owner) or ctx.targets.portal_of.get(owner)
    if known is not None:
        return SiteRef(known.id, known.name, known.region, known.url)
    return SiteRef(owner, owner, ctx.targets.office.region)


def repost_facts(ctx: Context, obligation: Obligation, policy: Policy) -> RepostFacts:
    """All that a message on a duty needs."""
    sighting = obligation.sighting or {}
    looked = obligation.looked or {"places": [], "unread": []}
    portal = next((portal for portal in ctx.targets.portals if portal.id == obligation.portal), None)
    return RepostFacts(
        obligation_id=obligation.id or 0,
        policy_id=policy.id or 0,
        title=policy.title,
        portal=portal.name if portal else obligation.portal,
        policy_url=policy.url,
        started_at=obligation.started_at,
        target_at=obligation.target_at or obligation.limit_at,
        limit_at=obligation.limit_at,
        state=State(obligation.state),
        doc_number=policy.doc_number,
        published_at=as_shown(policy.published_at, ctx),
        seen_after=obligation.seen_after,
        seen_by=datetime.fromisoformat(sighting["seen_by"]) if sighting else None,
        discharged_at=obligation.discharged_at,
        found_url=sighting.get("url"),
        found_how=sighting.get("how"),
        found_in=sighting.get("place"),
        looked_at=_once(place["name"] for place in looked["places"]),
        unread=_unread(obligation),
        review=obligation.review,  # type: ignore[arg-type]  # the column holds only these words
        reason=obligation.reason,
        link=f"{ctx.targets.server.public_url}/obligations/{obligation.id}",
    )


def _unread(obligation: Obligation, failing: Iterable[Place] = ()) -> tuple[str, ...]:
    """What could not be read and why: in the last look, and of the places that are read every time."""
    looked = obligation.looked or {}
    searched = [f"{place['name']}（{place['why']}）" for place in looked.get("unread", ())]
    return _once([*(f"{place.name}（{place.last_error}）" for place in failing), *searched])


def _failing(session: Session, site: str) -> Sequence[Place]:
    query = select(Place).where(Place.owner == site, Place.failures > 0).order_by(col(Place.id))
    return session.exec(query).all()


def _decided(session: Session, obligation: Obligation) -> tuple[str, str] | None:
    """Who decided by hand how it ends, and why; None where nobody did."""
    if obligation.review not in ("upheld", "overturned") and obligation.state != State.WAIVED:
        return None
    query = select(Decision).where(
        Decision.subject == f"obligation:{obligation.id}", col(Decision.action).in_(ENDING)
    )
    last = session.exec(query.order_by(col(Decision.id).desc())).first()
    return (last.by, last.reason) if last is not None else None


def _due(session: Session, obligation: Obligation) -> datetime | None:
    """By when a violation is to be put right."""
    subject = f"obligation:{obligation.id}"
    problem = problems.find_open(session, obligation.site, "repost.limit", subject)
    return problem.due_at if problem is not None else None


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def as_shown(stated: str | None, ctx: Context) -> str | None:
    """A stated time as pages write it: the day, and hours and minutes (seconds if there are any)."""
    moment = parse_stated(stated)
    if not isinstance(moment, datetime):
        return moment.isoformat() if moment else None
    local = moment.astimezone(ctx.counting.zone)
    return local.strftime("%Y-%m-%d %H:%M:%S" if local.second else "%Y-%m-%d %H:%M")
