"""The page of one duty: its clock, how its limit was counted, what was seen, and what followed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from checks.changes import what_could_change
from checks.obligations import State, judge
from checks.workdays import DayEnd
from monitor.rounds.context import Context
from monitor.rounds.judge import clock_of, facts_of
from monitor.store import board, views
from monitor.store.tables import Obligation, Policy, Problem
from monitor.web.bar import Bar, Moments, draw
from monitor.web.reckoning import Reckoning, reckon
from monitor.web.story import LastLook, Line, last_look, tell

WORTH_TELLING = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Seen:
    """The repost as it was found, and the interval in which it appeared."""

    url: str
    title: str
    place: str
    how: str
    score: float | None
    why: str
    seen_after: datetime | None
    seen_by: datetime
    declared: str | None
    precision: str
    backdated: bool
    digest: str | None


@dataclass(frozen=True, slots=True)
class DutyPage:
    """All that the page shows."""

    duty: Obligation
    state: State
    policy: Policy | None
    seen: Seen | None
    bar: Bar
    reckoning: Reckoning | None
    last_look: LastLook | None
    story: tuple[Line, ...]
    problems: Sequence[Problem]
    delay: timedelta | None
    start: str
    outcomes: Mapping[DayEnd, State]
    changes: tuple[str, ...]
    why_key: str | None = None


def load_duty(session: Session, ctx: Context, obligation_id: int, now: datetime) -> DutyPage | None:
    """Gather the page of a duty, None where there is no such duty."""
    found = board.obligation(session, obligation_id)
    if found is None:
        return None
    duty, policy = found
    state = State(duty.state)
    return DutyPage(
        duty=duty,
        state=state,
        policy=policy,
        seen=seen_of(duty),
        bar=draw(moments_of(duty, now if state.is_open else None)),
        reckoning=reckoning_of(ctx, duty),
        last_look=last_look(duty),
        story=tell(views.timeline(session, ctx.counting.zone, obligation_id), duty),
        problems=board.problems_of_duty(session, obligation_id),
        delay=timedelta(seconds=duty.delay) if duty.delay is not None else None,
        start=how_it_started(duty, policy),
        outcomes=outcomes_of(ctx, duty, now),
        changes=what_could_change(state, clock_of(duty), facts_of(duty, ctx), duty.review),
        why_key=board.why_key(session, policy.id) if policy is not None else None,
    )


def outcomes_of(ctx: Context, duty: Obligation, now: datetime) -> dict[DayEnd, State]:
    """The verdict under each reading of the limit, by what was observed and decided.

    Fewer readings are kept around another limit than around the office's own: the doubt is the site's.
    """
    found = reckoning_of(ctx, duty)
    clock, facts = clock_of(duty), facts_of(duty, ctx)
    if found is None:
        return {}
    return {
        reading: judge(
            replace(clock, limit_at=end.at, limit_certain=end.certain), facts, ctx.patience, now
        ).state
        for reading, end in found.readings.items()
        if end.at >= clock.started_at
    }


def seen_of(duty: Obligation) -> Seen | None:
    """How the repost was seen, None where it was not."""
    stored = duty.sighting
    if not stored:
        return None
    seen_after = stored.get("seen_after")
    return Seen(
        url=stored.get("url") or "",
        title=stored.get("title") or "",
        place=stored.get("place") or "",
        how=stored.get("how") or "",
        score=stored.get("score"),
        why=stored.get("why") or "",
        seen_after=datetime.fromisoformat(seen_after) if seen_after else None,
        seen_by=datetime.fromisoformat(stored["seen_by"]),
        declared=stored.get("declared_at"),
        precision=stored.get("precision", "none"),
        backdated=bool(stored.get("backdated")),
        digest=stored.get("digest"),
    )


def moments_of(duty: Obligation, now: datetime | None) -> Moments:
    """What is drawn of a duty."""
    seen = seen_of(duty)
    return Moments(
        started_at=duty.started_at,
        target_at=duty.target_at,
        limit_at=duty.limit_at,
        seen_after=duty.seen_after,
        seen_by=seen.seen_by if seen else None,
        now=now,
    )


def reckoning_of(ctx: Context, duty: Obligation) -> Reckoning | None:
    """How the limit was counted; None where today's rules would count another one."""
    counting = ctx.counting_for(duty.region)
    found = reckon(duty.started_at, ctx.targets.rules.repost.limit, counting)
    return found if abs(found.end.at - duty.limit_at) < WORTH_TELLING else None


def how_it_started(duty: Obligation, policy: Policy | None) -> str:
    """Which of the two starts it is: "declared" by the portal's page, or "seen" there first."""
    if policy is None or policy.precision not in ("second", "minute") or policy.published_at is None:
        return "seen"
    declared = datetime.fromisoformat(policy.published_at)
    return "declared" if abs(declared - duty.started_at) < WORTH_TELLING else "seen"
