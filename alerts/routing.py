"""Who is told: routes choose channels for an event, quiet hours choose when. Pure; time is an argument."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo
from fnmatch import fnmatchcase

from alerts.events import Event, Kind
from checks.terms import Term

DEFAULT_KINDS = frozenset(
    {Kind.WARNING, Kind.VIOLATION, Kind.URGENT, Kind.RESOLVED, Kind.CORRECTION, Kind.BLIND}
)
"""What a route without `on` passes on: everything that asks for something, but no plain notices."""

CONTACT_KINDS = DEFAULT_KINDS - {Kind.BLIND} | {Kind.DUTY, Kind.REMINDER}
"""What a site's own contact hears of its site: what it can act on. Our blindness is not its matter."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of the office's day in which only what is urgent is told: [start, end), also across midnight."""

    start: time
    end: time

    def __post_init__(self) -> None:
        if self.start == self.end:
            raise ValueError("quiet hours that start when they end are either none or all; say which")

    @classmethod
    def parse(cls, text: str) -> Quiet:
        """Read "22:00-07:30"; ValueError for anything else."""
        start, dash, end = text.partition("-")
        if not dash:
            raise ValueError(f'{text!r} is not a span like "22:00-07:30"')
        return cls(time.fromisoformat(start.strip()), time.fromisoformat(end.strip()))

    def until(self, moment: datetime, zone: tzinfo) -> datetime:
        """Return `moment` itself, or the end of the quiet hours in which it falls."""
        local = moment.astimezone(zone)
        if not self._covers(local.time()):
            return moment
        end = datetime.combine(local.date(), self.end, zone)
        return end if end > local else datetime.combine(local.date() + timedelta(days=1), self.end, zone)

    def _covers(self, at: time) -> bool:
        if self.start < self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Which events go to which channels.

    rule: globs over rule ids; site: site ids; region: leading digits of a region code. A condition that is
    not given is met; those given must all be.
    """

    to: tuple[str, ...]
    on: frozenset[Kind] = DEFAULT_KINDS
    rule: tuple[str, ...] = ()
    site: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    quiet: Quiet | None = None
    repeat: Term | None = None
    escalate_to: tuple[str, ...] = ()
    escalate_after: Term | None = None

    def takes(self, event: Event) -> bool:
        """Whether the route passes this event on."""
        return (
            event.kind in self.on
            and _met(self.rule, lambda glob: fnmatchcase(event.rule, glob))
            and _met(self.site, lambda site: site == event.site.id)
            and _met(self.region, event.site.region.startswith)
        )

    def not_before(self, event: Event, moment: datetime, zone: tzinfo) -> datetime:
        """When the event may be told by this route: at once, or when the quiet hours end."""
        if self.quiet is None or event.kind is Kind.URGENT:
            return moment
        return self.quiet.until(moment, zone)


def _met(wanted: Sequence[str], holds: Callable[[str], bool]) -> bool:
    return not wanted or any(holds(item) for item in wanted)


@dataclass(frozen=True, slots=True)
class Routing:
    """The routes of an office, the channel of each site's own contact (by site id), and the office's zone."""

    routes: tuple[Route, ...]
    zone: tzinfo
    contacts: Mapping[str, str] = field(default_factory=dict)


def routes_for(
    event: Event, routing: Routing, moment: datetime, told: frozenset[str] = frozenset()
) -> dict[str, datetime]:
    """Return the channels that are told of an event, each once, with the moment before which it is not.

    Where several routes lead to one channel the earliest counts, so that their order means nothing. told:
    the channels that had heard the accusation which a correction takes back; they hear the correction too,
    whatever the routes say, and after the quiet hours of the routes that lead to them. An event that is only
    for certain channels goes to these.
    """
    if event.only:
        return {channel: _quiet_end(channel, event, routing, moment) for channel in event.only}
    chosen: dict[str, datetime] = {}
    for route in routing.routes:
        if route.takes(event):
            at = route.not_before(event, moment, routing.zone)
            for channel in route.to:
                chosen[channel] = min(at, chosen.get(channel, at))
    contact = routing.contacts.get(event.site.id)
    if contact is not None and event.kind in CONTACT_KINDS:
        chosen.setdefault(contact, moment)
    if event.kind is Kind.CORRECTION:
        for channel in told - chosen.keys():
            chosen[channel] = _quiet_end(channel, event, routing, moment)
    return chosen


def _quiet_end(channel: str, event: Event, routing: Routing, moment: datetime) -> datetime:
    """When a channel that no route chose may be told: when the first route leading there is not quiet."""
    leading = (route for route in routing.routes if channel in (*route.to, *route.escalate_to))
    return min((route.not_before(event, moment, routing.zone) for route in leading), default=moment)


Later = Callable[[datetime, Term], datetime]
"""Adds a term to a moment; working days need the office's calendar, so the caller brings the function."""


def next_repeat(told_at: datetime, route: Route, later: Later) -> datetime | None:
    """When an accusation that is still open is told again by this route; None when never."""
    return None if route.repeat is None else later(told_at, route.repeat)


def escalation(
    first_told_at: datetime, acknowledged_at: datetime | None, route: Route, later: Later
) -> tuple[datetime, tuple[str, ...]] | None:
    """When, and to which channels, an accusation that nobody acknowledged is passed up; None when never."""
    if not route.escalate_to or route.escalate_after is None:
        return None
    at = later(first_told_at, route.escalate_after)
    if acknowledged_at is not None and acknowledged_at <= at:
        return None
    return at, route.escalate_to
