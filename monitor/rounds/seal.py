"""Writing verdicts down in the evidence: what was judged, by which rules, on which facts.

The store marks what is not written down yet; this round writes it and puts the record's place beside it. So
the chain gets every verdict at least once, whoever brought it about: a look, the clock, an officer's command.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from monitor.evidence import Draft, Statement
from monitor.evidence.digests import short
from monitor.rounds.context import Context
from monitor.rounds.judge import clock_of
from monitor.rounds.keeping import about_obligation
from monitor.store import duties, watches
from monitor.store.tables import Obligation, Policy

KIND, KEY = "seal", "evidence"
EVERY = timedelta(hours=1)
"""A change hastens it; this is for what was left over."""

AGAIN = timedelta(minutes=1)
"""How long it waits where the disk takes no evidence."""

PIECE = 500


@dataclass(frozen=True, slots=True)
class _Verdict:
    """An obligation as it was judged, with what its record says."""

    obligation: Obligation
    content: Mapping[str, Any]
    at: datetime
    url: str

    def draft(self) -> Draft:
        about = (about_obligation(self.obligation.id), f"site:{self.obligation.site}")
        return Draft(Statement("verdict", self.at, self.content, self.url), about)


async def seal_verdicts(ctx: Context, now: datetime) -> None:
    """Write down what was judged and is not written down yet, a piece at a time."""
    until = now + EVERY
    while found := await ctx.store.read(lambda session: _unsealed(session, ctx)):
        drafts = [verdict.draft() for verdict in found]
        kept = await ctx.evidence.keep(drafts)
        if not kept.entries:
            until = now + AGAIN
            break
        seals = {
            verdict.obligation.id: short(entry.sequence, entry.link)
            for verdict, entry in zip(found, kept.entries, strict=True)
        }
        await ctx.store.write(lambda session, done=(found, seals): _mark(session, *done))  # type: ignore[misc]
    await ctx.store.write(lambda session: watches.put_off(session, KIND, KEY, until, ran_at=now))


def _unsealed(session: Session, ctx: Context) -> list[_Verdict]:
    return [_verdict(session, ctx, obligation) for obligation in duties.unsealed(session, PIECE)]


def _verdict(session: Session, ctx: Context, obligation: Obligation) -> _Verdict:
    policy = session.get(Policy, obligation.policy_id) if obligation.policy_id is not None else None
    last = duties.history(session, obligation.id or 0)[-1:]
    at = last[0].at if last else ctx.now()
    content = {
        "obligation": obligation.id,
        "duty": obligation.duty,
        "site": _site(ctx, obligation),
        "policy": _policy(policy),
        "portal": obligation.portal,
        "clock": _clock(obligation),
        "rules": _rules(ctx),
        "facts": _facts(obligation),
        "state": str(obligation.state),
        "why": obligation.reason,
        "discharged_at": _text(obligation.discharged_at),
        "judged_at": at.isoformat(),
        "by": last[0].by if last else None,
    }
    return _Verdict(obligation, content, at, policy.url if policy else "")


def _site(ctx: Context, obligation: Obligation) -> dict[str, Any]:
    site = ctx.site(obligation.site)
    return {
        "id": obligation.site,
        "name": site.name if site else obligation.site,
        "url": site.url if site else "",
        "region": obligation.region,
    }


def _policy(policy: Policy | None) -> dict[str, Any] | None:
    if policy is None:
        return None
    return {
        "id": policy.id,
        "title": policy.title,
        "doc_number": policy.doc_number,
        "url": policy.url,
        "portal": policy.portal,
        "published_at": policy.published_at,
        "precision": policy.precision,
        "seen_after": _text(policy.seen_after),
        "first_seen_at": _text(policy.first_seen_at),
    }


def _clock(obligation: Obligation) -> dict[str, Any]:
    clock = clock_of(obligation)
    return {
        "started_at": _text(clock.started_at),
        "target_at": _text(clock.target_at),
        "limit_at": _text(clock.limit_at),
        "limit_certain": clock.limit_certain,
    }


def _rules(ctx: Context) -> dict[str, Any]:
    """By which rules it was judged: those in force may be others by the time that somebody reads this."""
    rules, patience = ctx.targets.rules.repost, ctx.patience
    return {
        "target": str(rules.target),
        "limit": str(rules.limit),
        "working_day": str(ctx.targets.calendar.working_day),
        "rest_day_start": str(ctx.targets.calendar.rest_day_start),
        "absent_polls": patience.absent_polls,
        "absent_apart": patience.absent_apart.total_seconds(),
        "grace": patience.grace.total_seconds(),
        "skew": patience.skew.total_seconds(),
        "basis": ctx.targets.basis.title,
        "clause": ctx.targets.basis.clause,
    }


def _facts(obligation: Obligation) -> dict[str, Any]:
    return {
        "absent": list(obligation.absent),
        "sighting": obligation.sighting,
        "looked": obligation.looked,
        "void": obligation.void,
        "waived": obligation.waived,
        "review": obligation.review,
    }


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _mark(session: Session, found: Sequence[_Verdict], seals: Mapping[int | None, str]) -> None:
    """Note where a verdict is written down, unless it has changed since it was read."""
    for verdict in found:
        then = verdict.obligation
        held = session.get(Obligation, then.id)
        if held is not None and (held.state, held.discharged_at) == (then.state, then.discharged_at):
            held.sealed = seals[then.id]
            session.add(held)
