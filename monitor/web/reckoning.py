"""How a limit in working days was counted, day by day, and where other readings of the clause would end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from checks.terms import Term
from checks.workdays import Counting, DayEnd, Deadline, RestDayStart, deadline, readings_of_one_day

DAY = timedelta(days=1)
LONGEST = 40
"""Stretches of days that are told one by one; a longer count is not told."""


@dataclass(frozen=True, slots=True)
class Days:
    """A stretch of days that count alike.

    kind: "start" (the day of publication, not counted), "off" (no working day), "worked" (the number-th
    working day), "makeup" (the same, on a weekend). last: the last day of a stretch of days off.
    """

    kind: str
    first: date
    last: date
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Reckoning:
    """A limit as it was counted; `readings` are all four, whichever the office chose.

    days is empty where no days are counted (a term on the clock, or office hours that elapse), and where they
    are too many to be told one by one.
    """

    term: Term
    chosen: DayEnd
    end: Deadline
    days: tuple[Days, ...]
    readings: Mapping[DayEnd, Deadline]


def reckon(started_at: datetime, term: Term, counting: Counting) -> Reckoning:
    """Count a limit again, with its days."""
    end = deadline(started_at, term, counting)
    if term.working_days is None:
        return Reckoning(term, counting.day_end, end, (), {})
    readings = readings_of_one_day(started_at, term, counting)
    return Reckoning(term, counting.day_end, end, _told(started_at, end.at, counting), readings)


def _told(started_at: datetime, end: datetime, counting: Counting) -> tuple[Days, ...]:
    if counting.day_end is DayEnd.WORKING_HOURS:
        return ()
    days = tuple(_merged(_days(started_at, end, counting)))
    return days if len(days) <= LONGEST else ()


def _days(started_at: datetime, end: datetime, counting: Counting) -> Iterator[Days]:
    first = started_at.astimezone(counting.zone).date()
    last = end.astimezone(counting.zone).date()
    if counting.day_end is DayEnd.END_OF_DAY:
        last -= DAY  # 24:00 is written as 00:00 of the day that follows
    calendar = counting.calendar
    waits = counting.rest_day_start is RestDayStart.ROLL and not calendar.is_working_day(first)
    yield Days("off" if waits else "start", first, first)
    number = 0
    for offset in range(1, (last - first).days + 1):
        day = first + offset * DAY
        if not calendar.is_working_day(day):
            yield Days("off", day, day)
        elif waits:
            waits = False
            yield Days("start", day, day)
        else:
            number += 1
            yield Days("makeup" if day.weekday() >= 5 else "worked", day, day, number)


def _merged(days: Iterator[Days]) -> Iterator[Days]:
    """Tell days off that follow each other as one stretch."""
    held: Days | None = None
    for day in days:
        if held is not None and held.kind == day.kind == "off":
            held = Days("off", held.first, day.last)
            continue
        if held is not None:
            yield held
        held = day
    if held is not None:
        yield held
