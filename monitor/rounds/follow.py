"""Following up what was told: open problems are told again, and passed up when nobody acknowledged them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session

from alerts.events import Event, Kind
from alerts.routing import Quiet, Route, Routing, escalation, next_repeat
from checks.terms import Term
from checks.workdays import deadline
from monitor.rounds.context import Context
from monitor.store import alerts, duties, problems, watches
from monitor.store.tables import Problem
from monitor.targets import Targets

KEY = "problems"
EVERY = timedelta(minutes=1)


def routing_of(targets: Targets) -> Routing:
    """The routes of a configuration, as delivery takes them."""
    return Routing(
        routes=tuple(
            Route(
                to=route.to,
                on=frozenset(Kind(kind) for kind in route.on),
                rule=route.rule,
                site=route.site,
                region=route.region,
                quiet=Quiet.parse(route.quiet) if route.quiet else None,
                repeat=route.repeat,
                escalate_to=route.escalate_to,
                escalate_after=route.escalate_after,
            )
            for route in targets.routes
        ),
        zone=targets.office.zone,
        contacts={site.id: site.contact.channel for site in targets.sites if site.contact.channel},
    )


def follow_up(session: Session, ctx: Context, now: datetime) -> None:
    """Queue what is to be told again or passed up by now."""
    routes = [route for route in routing_of(ctx.targets).routes if route.repeat or route.escalate_to]
    if routes:
        contested = duties.contested(session)  # nobody is pressed on what is being verified
        standing = [p for p in problems.all_open(session) if p.obligation_id not in contested]
        told = alerts.accusations(session, {problems.told_as(problem) for problem in standing})
        for problem in standing:
            for event in _again(ctx, routes, problem, told[problems.told_as(problem)], now):
                alerts.queue(session, event)
    watches.put_off(session, "follow", KEY, now + EVERY, ran_at=now)


def _again(
    ctx: Context, routes: Sequence[Route], problem: Problem, told: Sequence[Event], now: datetime
) -> Iterator[Event]:
    told = [event for event in told if event.rule == problem.rule]

    def later(moment: datetime, term: Term) -> datetime:
        return deadline(moment, term, ctx.counting).at

    for route in routes:
        if not told or not route.takes(told[0]):
            continue
        heard = [event for event in told if not event.only or set(route.to) <= set(event.only)]
        again = next_repeat(heard[-1].occurred_at, route, later) if heard else None
        if again is not None and again <= now:
            yield _copy(told[0], route.to, now)
        passed = escalation(told[0].occurred_at, problem.acknowledged_at, route, later)
        if passed is not None and passed[0] <= now and all(event.only != passed[1] for event in told):
            yield _copy(told[0], passed[1], now)


def _copy(event: Event, channels: tuple[str, ...], now: datetime) -> Event:
    return replace(event, occurred_at=now, ready_at=now, only=channels)
