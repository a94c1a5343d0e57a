"""Bringing an obligation's state up to date with what is known, and telling what follows from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from alerts.events import Kind
from checks.obligations import (
    Clock,
    Declared,
    Facts,
    Sighting,
    State,
    Verdict,
    is_backdated,
    judge,
    next_moments,
)
from checks.rules import RULES, Finding
from checks.terms import shorten
from checks.workdays import close_of_office_before, deadline
from monitor.rounds import suspicions
from monitor.rounds.articles import parse_stated
from monitor.rounds.context import Context
from monitor.rounds.recognise import Proof
from monitor.rounds.telling import tell_repost
from monitor.store import duties, problems, watches
from monitor.store.tables import Obligation

WATCH_AFTER = timedelta(days=30)
"""How long after its limit a repost that nobody saw is still looked for."""

MOST_ABSENCES = 12


def clock_of(obligation: Obligation) -> Clock:
    """The clock of a stored obligation."""
    return Clock(
        obligation.started_at, obligation.target_at, obligation.limit_at, obligation.is_limit_certain
    )


def sighting_of(obligation: Obligation, ctx: Context) -> Sighting | None:
    """How the repost was seen, if it was."""
    stored = obligation.sighting
    if stored is None:
        return None
    return Sighting(
        seen_after=datetime.fromisoformat(stored["seen_after"]) if stored["seen_after"] else None,
        seen_by=datetime.fromisoformat(stored["seen_by"]),
        declared=Declared.read(parse_stated(stored["declared_at"]), ctx.counting.zone),
    )


def facts_of(obligation: Obligation, ctx: Context) -> Facts:
    """All that is known of a stored obligation, as the verdict takes it."""
    return Facts(
        absent=tuple(datetime.fromisoformat(moment) for moment in obligation.absent),
        sighting=sighting_of(obligation, ctx),
        looked_everywhere=obligation.looked is not None,
        void=obligation.void,
        waived=obligation.waived is not None,
        overturned=obligation.review == "overturned",
    )


def note_proof(obligation: Obligation, proof: Proof, digest: str | None, ctx: Context) -> None:
    """Keep the proof that discharges a duty."""
    sighting = proof.sighting
    obligation.sighting = {
        "how": proof.match.how,
        "score": round(proof.match.score, 3),
        "why": proof.match.why,
        "url": proof.url,
        "title": proof.title,
        "place": proof.candidate.place,
        "seen_after": sighting.seen_after.isoformat() if sighting.seen_after else None,
        "seen_by": sighting.seen_by.isoformat(),
        "declared_at": proof.stated,
        "precision": proof.precision,
        "backdated": is_backdated(sighting, ctx.patience, ctx.counting.zone),
        "digest": digest,
    }


def note_absence(obligation: Obligation, at: datetime) -> None:
    """Keep a reading that lacked the repost: the last before the limit, and those from the limit on."""
    limit = obligation.limit_at
    moments = {datetime.fromisoformat(text) for text in obligation.absent} | {at}
    before = sorted(moment for moment in moments if moment < limit)[-1:]
    after = sorted(moment for moment in moments if moment >= limit)
    kept = after if len(after) <= MOST_ABSENCES else [*after[: MOST_ABSENCES - 1], after[-1]]
    obligation.absent = [moment.isoformat() for moment in (*before, *kept)]


def settle(
    session: Session, ctx: Context, obligation: Obligation, now: datetime, by: str | None = None
) -> None:
    """Judge an obligation at `now`, store the verdict, and tell what changed."""
    was = State(obligation.state)
    had_been_seen = obligation.discharged_at is not None
    verdict = judge(clock_of(obligation), facts_of(obligation, ctx), ctx.patience, now)
    _store(obligation, verdict, now)
    if verdict.state is not was:
        duties.note_transition(session, obligation, was, verdict.why, now, by)
        ctx.observer.event(verdict.state, obligation.site, obligation.reason or "", now)
    if obligation.sealed is None:
        watches.hasten(session, "seal", ["evidence"], now)
    _tell(session, ctx, obligation, verdict, _Before(was, had_been_seen), now)
    if verdict.discharged_at is not None and not had_been_seen:
        suspicions.begin(session, ctx, obligation, now)
    _remind(session, ctx, obligation, now)
    obligation.judge_at = _next_judgement(ctx, obligation, now)
    session.add(obligation)


def _store(obligation: Obligation, verdict: Verdict, now: datetime) -> None:
    if (verdict.state, verdict.discharged_at) != (obligation.state, obligation.discharged_at):
        obligation.sealed = None
    if verdict.state.is_open:
        obligation.settled_at = None
    elif obligation.settled_at is None or verdict.state != obligation.state:
        obligation.settled_at = now
    obligation.state = verdict.state
    obligation.reason = verdict.why
    obligation.seen_after = verdict.seen_after
    obligation.discharged_at = verdict.discharged_at
    obligation.is_target_missed = verdict.target_missed
    obligation.delay = verdict.delay.total_seconds() if verdict.delay is not None else None
    obligation.is_watched = (
        obligation.sighting is None
        and verdict.state not in (State.VOID, State.WAIVED)
        and now < obligation.limit_at + WATCH_AFTER
    )


@dataclass(frozen=True, slots=True)
class _Before:
    state: State
    had_been_seen: bool


def _tell(
    session: Session, ctx: Context, obligation: Obligation, verdict: Verdict, before: _Before, now: datetime
) -> None:
    is_done = verdict.discharged_at is not None
    if before.state.accuses and not verdict.state.accuses:
        _close(session, obligation, ("repost.target", "repost.limit"), now)
        tell_repost(session, ctx, Kind.CORRECTION, "repost.limit", obligation, now)
    elif _takes_the_warning_back(verdict):
        # Whoever was told that the target had passed hears that this does not hold.
        # Who was pending was told nothing: most looks end here, and ask the store nothing.
        may_be_warned = before.state is not State.PENDING
        if may_be_warned and _close(session, obligation, ("repost.target",), now):
            tell_repost(session, ctx, Kind.CORRECTION, "repost.target", obligation, now)
    elif is_done and not before.had_been_seen:
        # A verdict of violation that comes with the repost itself is told once, as what it is.
        if verdict.state.accuses and not before.state.accuses:
            _raise(session, ctx, obligation, Kind.VIOLATION, now)
        if _close(session, obligation, ("repost.target", "repost.limit"), now):
            tell_repost(session, ctx, Kind.RESOLVED, "repost.limit", obligation, now)
    elif verdict.state.accuses and not before.state.accuses:
        _close(session, obligation, ("repost.target",), now)
        _raise(session, ctx, obligation, Kind.VIOLATION, now)
    elif verdict.state is State.UNPROVEN and before.state is not State.UNPROVEN and not is_done:
        tell_repost(session, ctx, Kind.BLIND, "repost.limit", obligation, now)
    elif verdict.state is State.OVERDUE and verdict.target_missed and not is_done:
        _raise(session, ctx, obligation, Kind.WARNING, now)


def _takes_the_warning_back(verdict: Verdict) -> bool:
    """Whether a warning that the target had passed no longer holds, or never did."""
    if verdict.state in (State.VOID, State.WAIVED, State.MET):
        return True
    return verdict.state.is_open and not verdict.target_missed


def _raise(session: Session, ctx: Context, obligation: Obligation, kind: Kind, now: datetime) -> None:
    rule = "repost.target" if kind is Kind.WARNING else "repost.limit"
    finding = Finding(
        rule=rule,
        ok=False,
        severity=RULES[rule].severity,
        expected=_expected(obligation, rule),
        found=obligation.reason,
        subject=f"obligation:{obligation.id}",
    )
    due_at = obligation.limit_at
    if kind is Kind.VIOLATION:
        due_at = deadline(now, ctx.targets.rules.rectification.limit, ctx.counting).at
    problem, is_news = problems.raise_or_update(
        session, obligation.site, obligation.region, finding, due_at, now
    )
    problem.obligation_id = obligation.id
    if is_news:
        tell_repost(session, ctx, kind, rule, obligation, now)


def _expected(obligation: Obligation, rule: str) -> str:
    moment = obligation.target_at if rule == "repost.target" else obligation.limit_at
    return (moment or obligation.limit_at).isoformat()


def _close(session: Session, obligation: Obligation, rules: Iterable[str], now: datetime) -> bool:
    """Close the obligation's open problems of these rules; says whether there were any."""
    closed = False
    for rule in rules:
        problem = problems.find_open(session, obligation.site, rule, f"obligation:{obligation.id}")
        if problem is not None:
            problems.close(session, problem, now)
            closed = True
    return closed


def reminders_of(obligation: Obligation, ctx: Context) -> list[tuple[str, str, datetime]]:
    """When to remind of a duty: (key, rule it leans on, moment), only moments after its start.

    Those of the limit count from the last close of office hours ahead of it: at 24:00 nobody is there.
    """
    rules = ctx.targets.rules.repost
    moments = []
    if obligation.target_at is not None:
        target = obligation.target_at
        moments += [(f"target-{shorten(d)}", "repost.target", target - d) for d in rules.remind_target]
    close = close_of_office_before(obligation.limit_at, ctx.counting_for(obligation.region))
    close = close if close > obligation.started_at else obligation.limit_at
    moments += [(f"limit-{shorten(d)}", "repost.limit", close - d) for d in rules.remind_limit]
    return [entry for entry in moments if entry[2] > obligation.started_at]


def _remind(session: Session, ctx: Context, obligation: Obligation, now: datetime) -> None:
    if not State(obligation.state).is_open:
        return
    for key, rule, moment in reminders_of(obligation, ctx):
        if moment > now or key in obligation.reminded:
            continue
        obligation.reminded = [*obligation.reminded, key]
        end = obligation.target_at if rule == "repost.target" else obligation.limit_at
        if end is not None and now < end:  # a reminder that comes after its deadline helps nobody
            tell_repost(session, ctx, Kind.REMINDER, rule, obligation, now)


def _next_judgement(ctx: Context, obligation: Obligation, now: datetime) -> datetime | None:
    if not obligation.is_watched:
        return None
    moments = [*next_moments(clock_of(obligation), ctx.patience), obligation.limit_at + WATCH_AFTER]
    if State(obligation.state).is_open:
        moments += [m for key, _, m in reminders_of(obligation, ctx) if key not in obligation.reminded]
    return min((moment for moment in moments if moment >= now), default=None)


def judge_again(session: Session, ctx: Context, obligation_id: int, now: datetime) -> None:
    """Judge an obligation because time alone has something to say."""
    obligation = session.get(Obligation, obligation_id)
    if obligation is not None and obligation.judge_at is not None and obligation.judge_at <= now:
        settle(session, ctx, obligation, now)
