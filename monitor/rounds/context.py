"""What a round works with: handed down, never looked up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from checks.obligations import Patience
from checks.workdays import Counting
from monitor.clock import Clock
from monitor.evidence import Evidence
from monitor.net.browser import Browser
from monitor.net.client import Client
from monitor.rounds.reference import Reference
from monitor.store.session import Store
from monitor.targets import Site, Targets, counting


@dataclass(frozen=True, slots=True)
class Observer:
    """Where rounds report what only the metrics want to know."""

    deadline_lag: Callable[[timedelta], None] = lambda lag: None
    verdict_lag: Callable[[timedelta], None] = lambda lag: None
    event: Callable[[str, str, str, datetime], None] = lambda kind, site, text, at: None


@dataclass(frozen=True, slots=True)
class Context:
    """The configuration in force, the hands that fetch and store, and the clock.

    browser: None where the configuration wants none. reference: tells whether it is ourselves who are cut
    off; None where nobody asks.
    """

    targets: Targets
    counting: Counting
    store: Store
    client: Client
    evidence: Evidence
    now: Clock
    observer: Observer
    browser: Browser | None = None
    reference: Reference | None = None

    @property
    def patience(self) -> Patience:
        rules = self.targets.rules.repost
        return Patience(rules.absent_polls, rules.absent_apart, rules.grace, rules.skew)

    def counting_for(self, region: str) -> Counting:
        """How days are counted in a region: some have holidays of their own."""
        return counting(self.targets, region) if self.targets.calendar.regions else self.counting

    def site(self, site_id: str) -> Site | None:
        """The site of this id, None once it left the configuration."""
        return self.targets.site_of.get(site_id)
