"""Declared times compared: whether a repost lies within a term of its policy, if they can tell. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum

from checks.obligations import Declared
from checks.terms import Term
from checks.workdays import Counting, deadline
from monitor.rounds.carried import Answer, Found
from monitor.targets import Site

DAY = Term(clock=timedelta(hours=24))
"""Within which the State Council's office counted reposts."""


class Result(StrEnum):
    """What was found of a policy on a site."""

    FOUND = "found"
    NOT_FOUND = "not_found"  # every place was read, and none holds it
    UNKNOWN = "unknown"  # a place could not be read, or not far enough back


@dataclass(frozen=True, slots=True)
class Comparison:
    """One policy on one site. The three answers are None where declared times do not tell."""

    number: int
    site: str
    published: Declared
    result: Result
    found: Found | None
    delay: timedelta | None
    delay_days: int | None
    within_target: bool | None
    within_limit: bool | None
    within_day: bool | None


@dataclass(frozen=True, slots=True)
class Terms:
    """The office's target and limit for a repost."""

    target: Term
    limit: Term


@dataclass(frozen=True, slots=True)
class Span:
    """The moments that a declared time may mean: one, or all of a day."""

    first: datetime
    last: datetime

    @classmethod
    def of(cls, declared: Declared, zone: tzinfo, now: datetime) -> Span | None:
        """What a declared time may mean; None where nothing is declared. Nothing lies after now."""
        if declared.moment is not None:
            return cls(declared.moment, declared.moment)
        if declared.day is None:
            return None
        midnight = datetime.combine(declared.day, time(), zone).astimezone(UTC)
        # 24:00 belongs to the day that ends, so that a day begins just after it.
        begin = midnight + timedelta.resolution
        return cls(begin, max(begin, min(midnight + timedelta(days=1), now)))


def compare(
    number: int,
    site: Site,
    published: Declared,
    answer: Answer,
    terms: Terms,
    counting: Counting,
    now: datetime,
) -> Comparison:
    """Compare the declared times of a policy and its repost. Pure.

    A doubt stays one: where the times, to the day only, allow both, the answer is None.
    """
    found = answer.found
    declared = Declared.read(found.stated, counting.zone) if found else Declared()
    start = Span.of(published, counting.zone, now)
    end = Span.of(declared, counting.zone, now)

    def within(term: Term) -> bool | None:
        if start is None or (found is None and not answer.is_complete):
            return None
        return _within(start, end, term, counting, now) if found is None or end is not None else None

    return Comparison(
        number=number,
        site=site.id,
        published=published,
        result=Result.FOUND if found else Result.NOT_FOUND if answer.is_complete else Result.UNKNOWN,
        found=found,
        delay=_delay(published, declared),
        delay_days=_days_between(published, declared),
        within_target=within(terms.target),
        within_limit=within(terms.limit),
        within_day=within(DAY),
    )


def _within(start: Span, end: Span | None, term: Term, counting: Counting, now: datetime) -> bool | None:
    """Whether a repost at `end` (None: not there by now) lies within a term of a publication at `start`."""
    earliest = deadline(start.first, term, counting)
    latest = deadline(start.last, term, counting)
    if end is not None and end.last <= earliest.at:
        return True
    is_over = (end.first if end is not None else now) > latest.at
    # A limit that leans on a year whose working days are not announced is held against nobody.
    return False if is_over and latest.certain else None


def _delay(published: Declared, reposted: Declared) -> timedelta | None:
    if published.moment is None or reposted.moment is None:
        return None
    return max(timedelta(), reposted.moment - published.moment)


def _days_between(published: Declared, reposted: Declared) -> int | None:
    if published.day is None or reposted.day is None:
        return None
    return max(0, (reposted.day - published.day).days)


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the comparisons lie within a term, how many do not, and of how many it cannot be told."""

    yes: int
    no: int
    unknown: int

    @property
    def share(self) -> float | None:
        """The part of those that could be told, None where none could."""
        told = self.yes + self.no
        return self.yes / told if told else None


@dataclass(frozen=True, slots=True)
class Shares:
    """The figures of one site, or of all where `site` is None."""

    site: str | None
    results: Mapping[Result, int]
    within_target: Share
    within_limit: Share
    within_day: Share


def shares(comparisons: Sequence[Comparison]) -> tuple[Shares, ...]:
    """The figures of each site, in the order in which sites come, and last those of all."""
    sites = dict.fromkeys(comparison.site for comparison in comparisons)
    each = [_shares(site, [c for c in comparisons if c.site == site]) for site in sites]
    return (*each, _shares(None, comparisons))


def _shares(site: str | None, comparisons: Sequence[Comparison]) -> Shares:
    return Shares(
        site=site,
        results={result: sum(c.result is result for c in comparisons) for result in Result},
        within_target=_share(c.within_target for c in comparisons),
        within_limit=_share(c.within_limit for c in comparisons),
        within_day=_share(c.within_day for c in comparisons),
    )


def _share(answers: Iterable[bool | None]) -> Share:
    told = list(answers)
    return Share(told.count(True), told.count(False), told.count(None))
