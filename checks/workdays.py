"""Working days: when "n working days" end.

The law counts days from the day after the start, and hours from the moment itself (民法典第二百零一条).
When "不得滞后1个工作日" ends can be read in four ways, none of them official: the office chooses (`DayEnd`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import count, pairwise
from types import MappingProxyType
from zoneinfo import ZoneInfo

from checks.holidays import YearFile, days_fixed_by_law, official_days, official_years
from checks.terms import Term

DAY = timedelta(days=1)

_CLOCK = r"([01]?[0-9]|2[0-3]):([0-5][0-9])"
_SPAN = re.compile(rf"\s*{_CLOCK}\s*-\s*{_CLOCK}\s*")


class DayEnd(StrEnum):
    """Four readings of when the n-th working day ends."""

    END_OF_DAY = "end_of_day"  # at 24:00 of that day
    CLOSE_OF_BUSINESS = "close_of_business"  # at its last close of office hours
    SAME_CLOCK = "same_clock"  # at the time of day of the start
    WORKING_HOURS = "working_hours"  # when office hours of n working days have elapsed since the start


class RestDayStart(StrEnum):
    """What a start on a rest day means."""

    EXCLUDE = "exclude"  # the next working day is the first one counted
    ROLL = "roll"  # as if it were the next working day, which then is not counted


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """The spans of an office day in their order: at least one, none overlapping, each of some length."""

    spans: tuple[tuple[time, time], ...]

    def __post_init__(self) -> None:
        if not self.spans or any(end <= begin for begin, end in self.spans):
            raise ValueError("office hours are at least one span, each ending after it begins")
        if any(following[0] < span[1] for span, following in pairwise(self.spans)):
            raise ValueError("the spans of office hours stand in order and do not overlap")

    @classmethod
    def parse(cls, texts: Iterable[str]) -> OfficeHours:
        """Read ("08:30-12:00", "14:30-17:30"); ValueError for anything else."""
        return cls(tuple(_parse_span(text) for text in texts))

    @property
    def close(self) -> time:
        return self.spans[-1][1]

    @property
    def length(self) -> timedelta:
        """The office hours of one working day, all spans together."""
        return sum((_since_midnight(end) - _since_midnight(begin) for begin, end in self.spans), timedelta())


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked. Build it with `official`."""

    days: Mapping[date, bool]
    known: frozenset[int]

    @classmethod
    def official(
        cls,
        extra_holidays: Iterable[date] = (),
        extra_workdays: Iterable[date] = (),
        years: Mapping[int, YearFile] = MappingProxyType({}),
    ) -> Calendar:
        """The announced arrangements; year files are laid over them, and the extra days over both.

        A day not named by any of them is worked from Monday to Friday unless the law gives it off.
        ValueError where one extra day is given as both.
        """
        off, worked = frozenset(extra_holidays), frozenset(extra_workdays)
        if both := sorted(off & worked):
            raise ValueError(f"{both[0]} is given both as a holiday and as a working day")
        days = dict(official_days())
        for year in sorted(years):
            days.update(years[year].days)
        days.update(dict.fromkeys(off, False))
        days.update(dict.fromkeys(worked, True))
        announced = {file.year for file in years.values() if file.is_announced}
        return cls(days, official_years() | announced)

    def is_working_day(self, day: date) -> bool:
        """Whether `day` is worked; in a year not announced this may yet change (`is_known`)."""
        named = self.days.get(day)
        if named is not None:
            return named
        return day.weekday() < 5 and day not in days_fixed_by_law(day.year)

    def is_known(self, year: int) -> bool:
        """Whether the arrangement of `year` is announced."""
        return year in self.known

    @property
    def known_until(self) -> date:
        """The last day of the last year that is known without a gap before it."""
        first = min(self.known)
        return date(next(year for year in count(first) if year + 1 not in self.known), 12, 31)

    def next_working_day(self, day: date) -> date:
        """The first working day strictly after `day`."""
        return next(later for later in _days(day + DAY) if self.is_working_day(later))


@dataclass(frozen=True, slots=True)
class Counting:
    """How an office counts: its calendar, hours and zone, and how it reads the clause."""

    calendar: Calendar
    hours: OfficeHours
    zone: ZoneInfo
    day_end: DayEnd
    rest_day_start: RestDayStart


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last moment that is in time, in the office's zone.

    `certain` is False where it leans on a year whose arrangement is not announced.
    """

    at: datetime
    certain: bool


def deadline(start: datetime, term: Term, counting: Counting) -> Deadline:
    """When `term` from `start` ends.

    Terms on the clock add elapsed time, nights and holidays included. Working days leave the day of the
    start out, worked or not; "24:00" is 00:00 of the following day. Only WORKING_HOURS runs from the moment
    itself: on a rest day no office hour elapses, so rest_day_start changes nothing there.

    A later start never ends earlier, but for SAME_CLOCK from a rest day: published on Friday at 20:00 ends
    on Monday at 20:00, published on Saturday at 08:00 on Monday at 08:00.
    """
    if start.tzinfo is None:
        raise ValueError("a term starts at an aware datetime")
    if term.working_days is None:
        assert term.clock is not None  # a Term is one or the other
        return Deadline((start.astimezone(UTC) + term.clock).astimezone(counting.zone), certain=True)
    local = start.astimezone(counting.zone)
    if counting.day_end is DayEnd.WORKING_HOURS:
        return _elapse(local, term.working_days, counting)
    return _count(local, term.working_days, counting)


def readings_of_one_day(start: datetime, term: Term, counting: Counting) -> Mapping[DayEnd, Deadline]:
    """The deadline by each of the four readings, whichever the office chose."""
    return {end: deadline(start, term, replace(counting, day_end=end)) for end in DayEnd}


def close_of_office_before(moment: datetime, counting: Counting) -> datetime:
    """The last close of office hours on a working day at or before `moment`, in the office's zone."""
    local = moment.astimezone(counting.zone)
    worked = (day for day in _days(local.date(), -DAY) if counting.calendar.is_working_day(day))
    closes = (_at(day, counting.hours.close, counting.zone) for day in worked)
    return next(close for close in closes if close <= local)


def _count(start: datetime, working_days: int, counting: Counting) -> Deadline:
    calendar, first = counting.calendar, start.date()
    rolls = counting.rest_day_start is RestDayStart.ROLL and not calendar.is_working_day(first)
    last = first
    for _ in range(working_days + rolls):
        last = calendar.next_working_day(last)
    looked_at_first = first if counting.rest_day_start is RestDayStart.ROLL else first + DAY
    return Deadline(_end(last, start, counting), _all_known(calendar, looked_at_first, last))


def _end(last: date, start: datetime, counting: Counting) -> datetime:
    match counting.day_end:
        case DayEnd.END_OF_DAY:
            return _at(last + DAY, time(), counting.zone)
        case DayEnd.CLOSE_OF_BUSINESS:
            return _at(last, counting.hours.close, counting.zone)
        case _:
            return _at(last, start.time(), counting.zone)


def _elapse(start: datetime, working_days: int, counting: Counting) -> Deadline:
    spans = _office_spans_after(start, counting)
    left = counting.hours.length * working_days
    begin, end = next(spans)
    while begin + left > end:
        left -= end - begin
        begin, end = next(spans)
    at = (begin + left).astimezone(counting.zone)
    return Deadline(at, _all_known(counting.calendar, start.date(), at.date()))


def _office_spans_after(start: datetime, counting: Counting) -> Iterator[tuple[datetime, datetime]]:
    """What is left of the office hours from `start` on, in UTC, where lengths of time may be added."""
    start, zone = start.astimezone(UTC), counting.zone
    worked = (day for day in _days(start.astimezone(zone).date()) if counting.calendar.is_working_day(day))
    spans = (
        (_at(day, begin, zone).astimezone(UTC), _at(day, end, zone).astimezone(UTC))
        for day in worked
        for begin, end in counting.hours.spans
    )
    return ((max(begin, start), end) for begin, end in spans if end > start)


def _all_known(calendar: Calendar, first: date, last: date) -> bool:
    return all(calendar.is_known(year) for year in range(first.year, last.year + 1))


def _days(first: date, step: timedelta = DAY) -> Iterator[date]:
    return (first + number * step for number in count())


def _at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """A time of day in the zone; one that a change to summer time leaves out becomes the one that follows."""
    return datetime.combine(day, clock, zone).astimezone(UTC).astimezone(zone)


def _parse_span(text: str) -> tuple[time, time]:
    found = _SPAN.fullmatch(text)
    if not found:
        raise ValueError(f'{text!r} is not a span of office hours like "08:30-12:00"')
    begin_hour, begin_minute, end_hour, end_minute = map(int, found.groups())
    return time(begin_hour, begin_minute), time(end_hour, end_minute)


def _since_midnight(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute)
