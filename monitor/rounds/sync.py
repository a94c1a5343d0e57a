"""Bringing the store into line with the configuration: what is watched, and whom the clocks still bind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache

from sqlmodel import Session

from alerts.events import Kind
from checks.obligations import State
from checks.rules import RULES
from checks.workdays import Deadline, deadline
from monitor.rounds import badlinks, follow, seal, tidy
from monitor.rounds.context import Context
from monitor.rounds.judge import settle
from monitor.rounds.poll import key_of
from monitor.rounds.rekey import decide_again
from monitor.rounds.telling import tell_problem
from monitor.store import badlinks as failed
from monitor.store import duties, items, places, problems, watches
from monitor.store.places import COLUMN, HOME, PlaceSpec
from monitor.store.tables import Obligation, Policy, Problem
from monitor.targets import Targets, binds


def apply_targets(session: Session, ctx: Context, now: datetime) -> None:
    """Take a configuration into force; running clocks follow its calendar and its sites' status at once.

    What changes for none of them is judged at its own time.
    """
    targets = ctx.targets
    places.sync(session, [*_portal_places(targets), *_site_places(targets)], now)
    places.sync_sites(session, {site.id for site in targets.sites if site.binds_repost}, now)
    watches.forget_the_future(session, now)
    watches.sync(session, _watches(targets), now)
    count = _counter(ctx)
    unsettled = duties.unsettled(session)
    policies = items.policies_by_id(session, {o.policy_id for o in unsettled if o.policy_id is not None})
    for obligation in unsettled:
        if _follow(ctx, obligation, policies.get(obligation.policy_id or 0), count):
            settle(session, ctx, obligation, now)
    decide_again(session, ctx, now)
    _close_what_is_judged_no_more(session, ctx, now)
    failed.end_others(session, {site.id for site in targets.linking}, now)


def _portal_places(targets: Targets) -> list[PlaceSpec]:
    return [
        PlaceSpec(portal.id, COLUMN, column.name, column.url, int(column.every.total_seconds()))
        for portal in targets.portals
        for column in portal.columns
    ]


def _site_places(targets: Targets) -> list[PlaceSpec]:
    every = int(targets.rules.availability.every.total_seconds())
    specs = []
    for site in targets.sites:
        if site.status == "closed":
            continue
        specs.append(PlaceSpec(site.id, HOME, "首页", site.url, every))
        specs += [
            PlaceSpec(site.id, COLUMN, column.name, column.url, int(column.every.total_seconds()))
            for column in site.columns
            if column.url != site.url
        ]
    return specs


def _watches(targets: Targets) -> dict[str, list[str]]:
    return {
        "column": [key_of(portal, column) for portal in targets.portals for column in portal.columns],
        "look": [site.id for site in targets.sites if site.status != "closed"],
        "audit": [site.id for site in targets.sites],
        badlinks.LINKS: [site.id for site in targets.linking],
        badlinks.CRAWL: [site.id for site in targets.whole],
        "follow": [follow.KEY],
        tidy.KIND: [tidy.KEY],
        seal.KIND: [seal.KEY],
    }


def _close_what_is_judged_no_more(session: Session, ctx: Context, now: datetime) -> None:
    """End problems whose ground fell away with the configuration; those of a verdict stay with it."""
    for problem in problems.all_open(session):
        if problem.rule not in problems.VERDICTS and not _is_judged(session, ctx, problem):
            problems.close(session, problem, now)
            tell_problem(session, ctx, Kind.RESOLVED, problem, now)


def _is_judged(session: Session, ctx: Context, problem: Problem) -> bool:
    if problem.rule == "watch.blind":
        return places.find(session, problem.site, problem.subject) is not None
    site = ctx.site(problem.site)
    if site is None:
        return False
    if site.status == "closed":
        return problem.rule == "lifecycle.closed"
    return RULES[problem.rule].duty in site.duties_now and problem.rule != "lifecycle.closed"


Deadlines = tuple[Deadline, Deadline]


def _counter(ctx: Context) -> Callable[[datetime, str], Deadlines]:
    """Counts target and limit of a start in a region; the clocks of one policy are counted once."""
    rules = ctx.targets.rules.repost

    @cache
    def count(started_at: datetime, region: str) -> Deadlines:
        counting = ctx.counting_for(region)
        return deadline(started_at, rules.target, counting), deadline(started_at, rules.limit, counting)

    return count


def _follow(
    ctx: Context,
    obligation: Obligation,
    policy: Policy | None,
    count: Callable[[datetime, str], Deadlines],
) -> bool:
    """Count an unsettled obligation's deadlines anew, and let it go where its site is no longer bound.

    Says whether that changes anything for it.
    """
    region = obligation.region if ctx.targets.calendar.regions else ""
    target, limit = count(obligation.started_at, region)
    before = (obligation.target_at, obligation.limit_at, obligation.is_limit_certain, obligation.void)
    obligation.target_at, obligation.limit_at = target.at, limit.at
    obligation.is_limit_certain = limit.certain
    if obligation.looked is not None and datetime.fromisoformat(obligation.looked["at"]) < limit.at:
        obligation.looked = None  # the last look is taken at the limit, and that lies ahead again
    if State(obligation.state).is_open and (why := _unbound(ctx, obligation, policy)) is not None:
        obligation.void = why
    return before != (target.at, limit.at, limit.certain, obligation.void)


def _unbound(ctx: Context, obligation: Obligation, policy: Policy | None) -> str | None:
    """Why a site is bound no more, None where it is. A portal that left the configuration binds as it did."""
    site = ctx.site(obligation.site)
    if site is None:
        return "the site left the configuration"
    if not site.binds_repost:
        return f"the site is {site.status}, or reposting is not among its duties"
    carriers = [carrier["portal"] for carrier in policy.carriers] if policy else []
    portals = [ctx.targets.portal_of.get(id_) for id_ in carriers]
    if portals and all(portal is not None and not binds(portal, site) for portal in portals):
        return "no portal that carries the policy binds the site"
    return None
