"""How the office counts its days: the official calendar, the files beside targets.toml, and [calendar]."""

from __future__ import annotations

from checks.workdays import Calendar, Counting, DayEnd, OfficeHours, RestDayStart
from monitor.targets.model import Targets


def counting(targets: Targets, region: str | None = None) -> Counting:
    """How the office counts, or how a region under it does that has days of its own."""
    return Counting(
        calendar=calendar_of(targets, region),
        hours=OfficeHours.parse(targets.office.hours),
        zone=targets.office.zone,
        day_end=DayEnd(targets.calendar.working_day),
        rest_day_start=RestDayStart(targets.calendar.rest_day_start),
    )


def calendar_of(targets: Targets, region: str | None = None) -> Calendar:
    """The calendar that holds in a region (six digits), by default the office's own.

    The days of a region go before those of [calendar], and those of a longer code before those of a shorter.
    """
    place = region or targets.office.region
    days = dict.fromkeys(targets.calendar.holidays, False) | dict.fromkeys(targets.calendar.workdays, True)
    for part in sorted(targets.calendar.regions, key=lambda part: len(part.region)):
        if place.startswith(part.region):
            days |= dict.fromkeys(part.holidays, False) | dict.fromkeys(part.workdays, True)
    return Calendar.official(
        extra_holidays=tuple(day for day, is_worked in days.items() if not is_worked),
        extra_workdays=tuple(day for day, is_worked in days.items() if is_worked),
        years=targets.years,
    )
