"""Whether a policy still stands at its source: what was withdrawn there binds nobody any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from monitor.net.client import CookieRound, Page
from monitor.net.outcomes import Outcome
from monitor.rounds.context import Context
from monitor.rounds.judge import settle
from monitor.rounds.pages import Manner, get_page
from monitor.store import duties, places, watches
from monitor.store.tables import Policy

KIND = "source"
EVERY = timedelta(hours=1)
"""How often a source is asked while a clock on its policy runs, and how far apart two absences lie."""

GONE = (Outcome.NOT_FOUND, Outcome.GONE)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the policy's addresses answered: all say that there is nothing, one has it, or nobody can tell.

    pages: the answers, where all say that there is nothing, and else the one that has it.
    """

    is_gone: bool | None
    pages: tuple[Page, ...] = ()


async def ask_source(ctx: Context, policy: Policy) -> Asked:
    """Ask at every address under which portals carry the policy. Stores nothing."""
    urls = dict.fromkeys([policy.url, *(carrier["url"] for carrier in policy.carriers)])
    manner = Manner(fresh=True, robots=ctx.targets.fetch.robots)
    pages = [(await get_page(ctx, url, manner, CookieRound())).page for url in urls]
    if standing := [page for page in pages if page.ok]:
        return Asked(False, tuple(standing[:1]))
    is_gone = all(page.outcome in GONE for page in pages)
    return Asked(True, tuple(pages)) if is_gone else Asked(None)


def record_source(session: Session, ctx: Context, policy_id: int, asked: Asked, now: datetime) -> None:
    """Store what the source said; gone twice, an hour apart, is withdrawn, and open clocks end void."""
    policy = session.get(Policy, policy_id)
    if policy is None:
        return
    is_gone = asked.is_gone and _is_read(session, policy)
    if asked.is_gone is False:
        policy.missing_since = None
    elif is_gone and policy.missing_since is None:
        policy.missing_since = now
    elif is_gone and policy.missing_since is not None and now - policy.missing_since >= EVERY:
        _withdraw(session, ctx, policy, now)
    session.add(policy)
    if policy.withdrawn_at is None and duties.running_on(session, policy_id):
        watches.put_off(session, KIND, str(policy_id), now + EVERY, ran_at=now)
    else:
        watches.drop(session, KIND, str(policy_id))


def _is_read(session: Session, policy: Policy) -> bool:
    """Whether a portal that carries the policy shows us its lists: a fence answers 404 for everything."""
    owners = {policy.portal, *(carrier["portal"] for carrier in policy.carriers)}
    held = [place for owner in sorted(owners) for place in places.of_owner(session, owner)]
    return any(place.last_ok_at is not None and place.failures == 0 for place in held)


def _withdraw(session: Session, ctx: Context, policy: Policy, now: datetime) -> None:
    """Let go whom a running clock still binds; what was decided while the policy stood stays decided."""
    policy.withdrawn_at = now
    for obligation in duties.running_on(session, policy.id or 0):
        obligation.void = "the policy was withdrawn at its source"
        settle(session, ctx, obligation, now)
