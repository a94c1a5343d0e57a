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
    """Open the obligations that a portal's item founds; a site that already owes this policy owes it once.

    A national policy binds thousands of sites at once: what is asked of the store is asked for all together.
    """
    started_at = start_of(declared, item.seen_after, item.seen_by)
    sites = _newly_bound(session, ctx, portal, policy)
    opened = [_obligation(ctx, portal, policy, site, started_at, now) for site in sites]
    session.add_all(opened)
    session.flush()
    for obligation in opened:
        duties.note_transition(session, obligation, None, "the clock started", now)
        tell_repost(session, ctx, Kind.DUTY, "repost.limit", obligation, now)
        ctx.observer.event("started", obligation.site, policy.title, now)
        settle(session, ctx, obligation, now)
    if opened:
        watches.hasten(session, "look", [obligation.site for obligation in opened], now)
        watches.add(session, source.KIND, str(policy.id), now + source.EVERY, now)
    return opened


def _newly_bound(session: Session, ctx: Context, portal: Portal, policy: Policy) -> list[Site]:
    """A site is bound by what was first seen after it joined, and by each policy once.

    First seen on any portal that binds it: who joins owes nothing that another portal carries once more.
    """
    joined = places.joined_at(session)
    owing = {obligation.site for obligation in duties.all_of_policy(session, policy.id or 0)}
    return [
        site
        for site in bound_sites(ctx.targets, portal)
        if site.id not in owing
        and (since := joined.get(site.id)) is not None
        and since <= _first_seen(ctx, site, policy)
    ]


def _first_seen(ctx: Context, site: Site, policy: Policy) -> datetime:
    """When a portal that binds the site was first seen to carry the policy."""
    portals = ctx.targets.portal_of
    return min(
        datetime.fromisoformat(carrier["seen_by"])
        for carrier in policy.carriers
        if (portal := portals.get(carrier["portal"])) is not None and binds(portal, site)
    )


def _obligation(
    ctx: Context, portal: Portal, policy: Policy, site: Site, started_at: datetime, now: datetime
) -> Obligation:
    rules = ctx.targets.rules.repost
    counting = ctx.counting_for(site.region)
    target = deadline(started_at, rules.target, counting)
    limit = deadline(started_at, rules.limit, counting)
    return Obligation(
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
