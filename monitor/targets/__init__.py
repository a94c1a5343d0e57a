"""What to watch, by which rules, and whom to tell: targets.toml, read once and valid throughout."""

from __future__ import annotations

from monitor.targets.binding import binding_portals, binds, bound_sites
from monitor.targets.counting import calendar_of, counting
from monitor.targets.fetch import Fetch
from monitor.targets.loading import default_targets, load, stamp
from monitor.targets.model import Targets
from monitor.targets.office import Basis, CalendarTable, Office, RegionCalendar, Server, Store
from monitor.targets.problems import Problem, TargetsError
from monitor.targets.rules import KNOWN_RULES, Key, RepostRules, Rules
from monitor.targets.secrets import Secret
from monitor.targets.telling import Channel, Route
from monitor.targets.watch import (
    Account,
    Column,
    Contact,
    Grading,
    Person,
    Portal,
    PortalColumn,
    Registration,
    Site,
    SiteColumn,
    Task,
    Wording,
    host_of,
)

__all__ = [
    "KNOWN_RULES",
    "Account",
    "Basis",
    "CalendarTable",
    "Channel",
    "Column",
    "Contact",
    "Fetch",
    "Grading",
    "Key",
    "Office",
    "Person",
    "Portal",
    "PortalColumn",
    "Problem",
    "RegionCalendar",
    "Registration",
    "RepostRules",
    "Route",
    "Rules",
    "Secret",
    "Server",
    "Site",
    "SiteColumn",
    "Store",
    "Targets",
    "TargetsError",
    "Task",
    "Wording",
    "binding_portals",
    "binds",
    "bound_sites",
    "calendar_of",
    "counting",
    "default_targets",
    "host_of",
    "load",
    "stamp",
]
