"""Starting the clocks: a key policy makes one obligation for every site that it binds."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from alerts.events import Kind
from checks.obligations import Declared, State, start_of
from checks.workdays import deadline
from monitor.rounds import source
from monitor.rounds.context import Context
from monitor.rounds.judge import settle
from monitor.rounds.telling import tell_repost
from monitor.store import duties, places, watches
from monitor.store.tables import Item, Obligation, Policy
from monitor.targets import Portal, Site, binds, bound_sites


def start_clocks(
    session: Session,
    ctx: Context,
    portal: Portal,
    policy: Policy,
    item: Item,
    declared: Declared,
    now: datetime,
) -> list[Obligation]:
    """Open the obligations that a portal's item founds; a site that already owes this policy owes it once."""
    started_at = start_of(declared, item.seen_after, item.seen_by)
    opened = []
    for site in bound_sites(ctx.targets, portal):
        if _is_bound(session, ctx, site, policy):
            opened.append(_open(session, ctx, portal, policy, site, started_at, now))
    if opened:
        watches.add(session, source.KIND, str(policy.id), now + source.EVERY)
    return opened


def _is_bound(session: Session, ctx: Context, site: Site, policy: Policy) -> bool:
    """A site is bound by what was first seen after it joined, and by each policy once.

    First seen on any portal that binds it: who joins owes nothing that another portal carries once more.
    """
    state = places.peek_state(session, site.id)
    if state is None or state.joined_at is None or state.joined_at > _first_seen(ctx, site, policy):
        return False
    return duties.of_policy(session, policy.id or 0, site.id) is None


def _first_seen(ctx: Context, site: Site, policy: Policy) -> datetime:
    """When a portal that binds the site was first seen to carry the policy."""
    portals = ctx.targets.portal_of
    return min(
        datetime.fromisoformat(carrier["seen_by"])
        for carrier in policy.carriers
        if (portal := portals.get(carrier["portal"])) is not None and binds(portal, site)
    )


def _open(
    session: Session,
    ctx: Context,
    portal: Portal,
    policy: Policy,
    site: Site,
    started_at: datetime,
    now: datetime,
) -> Obligation:
    rules = ctx.targets.rules.repost
    counting = ctx.counting_for(site.region)
    target = deadline(started_at, rules.target, counting)
    limit = deadline(started_at, rules.limit, counting)
    obligation = Obligation(
        site=site.id,
        region=site.region,
        level=portal.level,
        policy_id=policy.id,
        portal=portal.id,
        started_at=started_at,
        target_at=target.at,
        limit_at=limit.at,
        is_limit_certain=limit.certain,
        state=State.PENDING,
        judge_at=now,
    )
    session.add(obligation)
    session.flush()
    duties.note_transition(session, obligation, None, "the clock started", now)
    tell_repost(session, ctx, Kind.DUTY, "repost.limit", obligation, now)
    ctx.observer.event("started", site.id, policy.title, now)
    settle(session, ctx, obligation, now)
    watches.hasten(session, "look", site.id, now)
    return obligation
