"""All tables of targets.toml together, and what reading them adds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from pydantic import Field

from checks.holidays import YearFile
from checks.rules import Duty
from monitor.targets.fetch import Fetch
from monitor.targets.office import Basis, CalendarTable, Office, Server, Store
from monitor.targets.rules import Key, Rules
from monitor.targets.telling import Channel, Route
from monitor.targets.values import Table, Words
from monitor.targets.watch import Account, Person, Portal, Site, Task, Wording

ARRAYS = ("portal", "site", "account", "task", "term", "person", "channel", "route")
"""The tables that are written [[so]], and may be spread over files."""


class Tables(Table):
    """What targets.toml can hold. No table is obligatory; include splits it over files."""

    include: tuple[Words, ...] = Field(
        default=(), description="further files that belong to this one, such as targets.d/*.toml"
    )
    office: Office = Field(default_factory=Office.unnamed, description="the office that watches")
    basis: Basis = Field(default_factory=Basis, description="what a verdict cites")
    store: Store = Field(default_factory=Store, description="where it is all kept")
    server: Server = Field(default_factory=Server, description="console, API and metrics")
    fetch: Fetch = Field(default_factory=Fetch, description="how pages are fetched")
    calendar: CalendarTable = Field(default_factory=CalendarTable, description="how working days are counted")
    rules: Rules = Field(default_factory=Rules, description="thresholds, by duty")
    key: Key = Field(default_factory=Key, description="which items are key")
    portals: tuple[Portal, ...] = Field(default=(), alias="portal", description="whom the duty comes from")
    sites: tuple[Site, ...] = Field(default=(), alias="site", description="who is bound")
    accounts: tuple[Account, ...] = Field(default=(), alias="account", description="new media")
    tasks: tuple[Task, ...] = Field(default=(), alias="task", description="dated tasks")
    terms: tuple[Wording, ...] = Field(default=(), alias="term", description="wrong words and the right ones")
    persons: tuple[Person, ...] = Field(default=(), alias="person", description="who holds which office")
    channels: tuple[Channel, ...] = Field(default=(), alias="channel", description="ways to people")
    routes: tuple[Route, ...] = Field(default=(), alias="route", description="which events go where")


class Targets(Tables):
    """A configuration as it was read: valid throughout, its paths absolute.

    base: the folder of targets.toml, where relative paths start. files: every file that was read, those of
    secrets included. years: the files calendar/YYYY.json. digest: of what the configuration files say (hex
    SHA-256), without the secrets they point to.
    """

    base: Path
    files: tuple[Path, ...] = ()
    years: Mapping[int, YearFile] = Field(default_factory=dict)
    digest: str = ""

    def __repr__(self) -> str:
        return f"Targets({self.office.name!r}, {len(self.portals)} portals, {len(self.sites)} sites)"

    __str__ = __repr__

    @cached_property
    def portal_of(self) -> dict[str, Portal]:
        return {portal.id: portal for portal in self.portals}

    @cached_property
    def linking(self) -> tuple[Site, ...]:
        """The sites whose links are checked, those of their home pages at least."""
        return tuple(site for site in self.sites if Duty.LINKS in site.duties_now)

    @cached_property
    def whole(self) -> tuple[Site, ...]:
        """Those of them that are gone through as a whole."""
        usual = self.rules.links.whole
        return tuple(site for site in self.linking if (usual if site.whole is None else site.whole))

    @cached_property
    def site_of(self) -> dict[str, Site]:
        return {site.id: site for site in self.sites}
