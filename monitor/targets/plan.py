"""What a configuration amounts to: what is read, how often, the load on each host, who is bound by whom."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from checks.rules import Duty
from monitor.targets.binding import bound_sites, covers, is_region
from monitor.targets.counting import calendar_of
from monitor.targets.model import Targets
from monitor.targets.watch import Portal, Site, host_of

HOUR = timedelta(hours=1)

MOST_PER_HOUR = 3600
"""More than one request a second on one host is no longer polite."""

CALENDAR_NOTICE = timedelta(days=60)
"""So long before the known calendar ends its end is pointed out; the next notice mostly comes in November."""


@dataclass(frozen=True, slots=True)
class Look:
    """A page read again and again; `pages` are the list pages followed each time at least."""

    owner: str
    kind: Literal["home", "column"]
    name: str
    url: str
    every: timedelta
    pages: int = 1

    @property
    def per_hour(self) -> float:
        return self.pages * (HOUR / self.every)


@dataclass(frozen=True, slots=True)
class HostLoad:
    """How often one host is asked; articles of new rows, renderings and last looks come on top."""

    host: str
    looks: int
    per_hour: float


@dataclass(frozen=True, slots=True)
class Bond:
    """A portal and the sites (by id) on which its policies start a clock."""

    portal: str
    sites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LinksPlan:
    """Of how many sites the home page's links are checked, of which (by id) all, and how often."""

    home: int
    home_every: timedelta
    whole: tuple[str, ...]
    every: timedelta
    rate: int
    window: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole of it. Hosts are sorted by load, the heaviest first; warnings are sentences."""

    looks: tuple[Look, ...]
    hosts: tuple[HostLoad, ...]
    bonds: tuple[Bond, ...]
    unbound: tuple[str, ...]
    links: LinksPlan
    calendar_known_until: date
    warnings: tuple[str, ...]

    @property
    def per_hour(self) -> float:
        return sum(host.per_hour for host in self.hosts)


def plan(targets: Targets, today: date) -> Plan:
    """Work out what a configuration amounts to on a day (in the office's zone)."""
    looks = tuple(_looks(targets))
    bonds = tuple(
        Bond(portal.id, tuple(site.id for site in bound_sites(targets, portal))) for portal in targets.portals
    )
    bound = {site for bond in bonds for site in bond.sites}
    unbound = tuple(site.id for site in targets.sites if site.binds_repost and site.id not in bound)
    hosts = _loads(looks)
    return Plan(
        looks=looks,
        hosts=hosts,
        bonds=bonds,
        unbound=unbound,
        links=_links(targets),
        calendar_known_until=calendar_of(targets).known_until,
        warnings=(
            *_warn_of_office(targets, today),
            *_warn_of_portals(targets, bonds),
            *_warn_of_sites(targets, unbound),
            *_warn_of_channels(targets),
            *_warn_of_load(hosts),
        ),
    )


def _looks(targets: Targets) -> Iterator[Look]:
    for portal in targets.portals:
        for column in portal.columns:
            yield Look(portal.id, "column", column.name, column.url, column.every, column.pages)
    for site in targets.sites:
        yield from _looks_at(site, targets)


def _looks_at(site: Site, targets: Targets) -> Iterator[Look]:
    """A site that is built, suspended or closed has its home page read as often as its lifecycle asks."""
    rules = targets.rules
    every = rules.availability.every if site.is_observed else rules.lifecycle.every
    yield Look(site.id, "home", site.name, site.url, every)
    if site.is_observed:
        for column in site.columns:
            yield Look(site.id, "column", column.name, column.url, column.every, column.pages)


def _links(targets: Targets) -> LinksPlan:
    rules = targets.rules.links
    whole = tuple(site.id for site in targets.whole)
    return LinksPlan(len(targets.linking), rules.home_every, whole, rules.every, rules.rate, rules.window)


def _loads(looks: tuple[Look, ...]) -> tuple[HostLoad, ...]:
    number: Counter[str] = Counter()
    per_hour: defaultdict[str, float] = defaultdict(float)
    for look in looks:
        host = host_of(look.url)
        number[host] += 1
        per_hour[host] += look.per_hour
    loads = (HostLoad(host, number[host], per_hour[host]) for host in number)
    return tuple(sorted(loads, key=lambda load: (-load.per_hour, load.host)))


def _warn_of_office(targets: Targets, today: date) -> Iterator[str]:
    if targets.office.region == "000000":
        yield "[office] is not given: messages bear no office's name, and sites without a region lie nowhere"
    if targets.basis.is_expired(today):
        yield (
            f"[basis] {targets.basis.title} ran out on {targets.basis.valid_to}: "
            "findings are worded as observations"
        )
    known_until = calendar_of(targets).known_until
    if known_until - today < CALENDAR_NOTICE:
        yield (
            f"the calendar of working days is known until {known_until}; limits that reach further stay open "
            f"until calendar/{known_until.year + 1}.json or a new release brings the next year"
        )


def _warn_of_portals(targets: Targets, bonds: tuple[Bond, ...]) -> Iterator[str]:
    if not targets.portals:
        yield "there is no [[portal]]: no clock will start"
    for portal, bond in zip(targets.portals, bonds, strict=True):
        if not portal.columns:
            yield f"portal {portal.id} has no column: nothing of it is read"
        if not bond.sites and targets.sites:
            yield f"portal {portal.id} binds no site"
        else:
            yield from _warn_of_binds(portal, targets)


def _warn_of_binds(portal: Portal, targets: Targets) -> Iterator[str]:
    for code in portal.binds or ():
        is_site = code in targets.site_of
        if is_region(code) and not is_site and not any(covers(code, site.region) for site in targets.sites):
            yield f"portal {portal.id} binds the region {code}, in which no site lies"


def _warn_of_sites(targets: Targets, unbound: tuple[str, ...]) -> Iterator[str]:
    if not targets.sites:
        yield "there is no [[site]]: nobody is bound"
    for site in targets.sites:
        if site.id in unbound:
            yield f"site {site.id} is bound by no portal"
        if site.binds_repost and not site.repost_columns:
            yield f"site {site.id} has no policy or news column: reposts are looked for on its home page"
        if Duty.REPOST in site.duties and site.type != "portal":
            yield f"site {site.id} is a {site.type}: the duty to repost is a portal's, no clock starts there"


def _warn_of_channels(targets: Targets) -> Iterator[str]:
    if not targets.channels:
        yield "there is no [[channel]]: nobody will be told"
        return
    named = {name for route in targets.routes for name in (*route.to, *route.escalate_to)}
    contacts = {site.contact.channel for site in targets.sites}
    if not targets.routes:
        yield "there is no [[route]]: only the contacts of sites will be told"
    for channel in targets.channels:
        if channel.id not in named | contacts:
            yield f"channel {channel.id} is named by no route and no contact"


def _warn_of_load(hosts: tuple[HostLoad, ...]) -> Iterator[str]:
    for load in hosts:
        if load.per_hour > MOST_PER_HOUR:
            yield f"host {load.host} is asked {load.per_hour:.0f} times an hour, more than once a second"
