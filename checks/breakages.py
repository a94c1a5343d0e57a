"""Links that failed: from the first failure to the cure. Broken is only what went on failing.

A single look proves nothing: a server restarts, a line is down, an editor is at work. What failed is looked
at again, and counts from its first failure once it has failed often enough, over long enough.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Proof:
    """How often a link must have failed before it is told, and over how long."""

    tries: int
    over: timedelta

    @property
    def step(self) -> timedelta:
        """How long after one look the next one is due."""
        return self.over / max(1, self.tries - 1)


ASTRAY = Proof(tries=2, over=timedelta(hours=1))
"""What leads to gambling, pornography or a parked domain is a suspicion for a person: it waits for little."""


@dataclass(frozen=True, slots=True)
class Breakage:
    """What is known of a link that failed: when at first, when last, how often; since when it is told."""

    first_at: datetime
    last_at: datetime
    tries: int = 1
    confirmed_at: datetime | None = None


def failed(known: Breakage | None, proof: Proof, at: datetime) -> Breakage:
    """Take one more failure into account; `known` is None for the first."""
    known = known or Breakage(at, at, 0)
    first, tries = min(known.first_at, at), known.tries + 1
    is_proved = tries >= proof.tries and at - first >= proof.over
    confirmed = known.confirmed_at or (at if is_proved else None)
    return Breakage(first, max(known.last_at, at), tries, confirmed)


def days_broken(first_at: datetime, until: datetime) -> int:
    """Give the whole days for which a link has failed."""
    return max(0, (until - first_at).days)


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when a link was told as broken; ended_at is None while it is."""

    confirmed_at: datetime
    ended_at: datetime | None
    is_home: bool = False

    def holds(self, moment: datetime) -> bool:
        """Whether it was broken at a moment."""
        return self.confirmed_at <= moment and (self.ended_at is None or self.ended_at > moment)


@dataclass(frozen=True, slots=True)
class Week:
    """A week of a site, by its Monday: how many links broke and were put right, how many stood at its end.

    home: how many of these on the home page, where an inspection counts each tenfold.
    """

    monday: date
    broke: int
    cured: int
    standing: int
    home: int


def by_week(spans: Iterable[Span], now: datetime, zone: tzinfo, weeks: int = 8) -> tuple[Week, ...]:
    """Sum up the last weeks in a zone, the one under way included, oldest first."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    told = tuple(spans)
    return tuple(_week(told, monday - back * WEEK, now, zone) for back in range(weeks - 1, -1, -1))


def _week(spans: tuple[Span, ...], monday: date, now: datetime, zone: tzinfo) -> Week:
    start = datetime.combine(monday, time(), zone)
    end = datetime.combine(monday + WEEK, time(), zone)
    standing = [span for span in spans if span.holds(min(now, end - datetime.resolution))]
    return Week(
        monday,
        broke=sum(start <= span.confirmed_at < end for span in spans),
        cured=sum(span.ended_at is not None and start <= span.ended_at < end for span in spans),
        standing=len(standing),
        home=sum(span.is_home for span in standing),
    )
