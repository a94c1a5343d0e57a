"""Which days people work: the State Council's yearly arrangements, files that complete them, and the law.

Every November or December the General Office announces how the next year's holidays lie and which
Saturdays and Sundays are worked in exchange. Until then only the weekends and the days fixed by law
are certain to be off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

LAW_IN_FORCE_SINCE = 2025
"""The 全国年节及纪念日放假办法 as revised in 2024, which added the Spring Festival's eve and 2 May."""

# First day of the Spring Festival, Qingming, Dragon Boat, Mid-Autumn, as month and day. Calendar libraries
# differ on 2027 and 2030, where the new moon falls within minutes of midnight in Beijing: these are the days
# on which an ephemeris has the new moon (for Qingming the sun at 15 degrees) in UTC+8.
MOVING_FEASTS: Mapping[int, tuple[tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int]]] = {
    2025: ((1, 29), (4, 4), (5, 31), (10, 6)),
    2026: ((2, 17), (4, 5), (6, 19), (9, 25)),
    2027: ((2, 6), (4, 5), (6, 9), (9, 15)),
    2028: ((1, 26), (4, 4), (5, 28), (10, 3)),
    2029: ((2, 13), (4, 4), (6, 16), (9, 22)),
    2030: ((2, 3), (4, 5), (6, 5), (9, 12)),
    2031: ((1, 23), (4, 5), (6, 24), (10, 1)),
    2032: ((2, 11), (4, 4), (6, 12), (9, 19)),
    2033: ((1, 31), (4, 4), (6, 1), (9, 8)),
    2034: ((2, 19), (4, 5), (6, 20), (9, 27)),
    2035: ((2, 8), (4, 5), (6, 10), (9, 16)),
    2036: ((1, 28), (4, 4), (5, 30), (10, 4)),
    2037: ((2, 15), (4, 4), (6, 18), (9, 24)),
    2038: ((2, 4), (4, 5), (6, 7), (9, 13)),
    2039: ((1, 24), (4, 5), (5, 27), (10, 2)),
    2040: ((2, 12), (4, 4), (6, 14), (9, 20)),
}

LAST_TABLED_YEAR = max(MOVING_FEASTS)


@dataclass(frozen=True, slots=True)
class YearFile:
    """One year's arrangement as a file calendar/YYYY.json states it: True for a day that is worked.

    Days of the neighbouring years are allowed: the arrangement of 2019 moved days of December 2018.
    """

    year: int
    days: Mapping[date, bool]

    @property
    def is_announced(self) -> bool:
        """Whether it says anything of its year; files are kept with no days while the notice is awaited."""
        return any(day.year == self.year for day in self.days)

    @classmethod
    def from_json(cls, record: object) -> YearFile:
        """Read {"year": 2027, "days": [{"name", "date", "isOffDay"}]}; ValueError says where it is wrong."""
        match record:
            case {"year": int(year), "days": list(rows)}:
                pass
            case _:
                raise ValueError(
                    'a calendar file looks like {"year": 2027, "days": [{"date": …, "isOffDay": …}]}'
                )
        days: dict[date, bool] = {}
        for index, row in enumerate(rows):
            day, is_worked = _read_row(row, year, f"days[{index}]")
            if days.setdefault(day, is_worked) != is_worked:
                raise ValueError(f"days[{index}]: {day} is both off and worked")
        return cls(year, days)


def _read_row(row: object, year: int, place: str) -> tuple[date, bool]:
    match row:
        case {"date": str(text), "isOffDay": bool(is_off)}:
            pass
        case _:
            raise ValueError(
                f'{place}: {row!r} does not look like {{"date": "{year}-10-01", "isOffDay": true}}'
            )
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{place}: {text!r} is not a date like {year}-10-01") from None
    if abs(day.year - year) > 1:
        raise ValueError(f"{place}: {day} does not belong to the arrangement of {year}")
    return day, not is_off


@cache
def official_days() -> Mapping[date, bool]:
    """The days that the announced arrangements name: True where they are worked, False where they are off.

    The library's data equals the notices on every day from 2007 to 2026 (bench/calendar_years.py), days
    that the next year's notice moved in December included; nothing needs to be overridden.
    """
    from chinese_calendar.constants import holidays, workdays  # noqa: PLC0415 - only when a calendar is built

    return {**dict.fromkeys(holidays, False), **dict.fromkeys(workdays, True)}


@cache
def official_years() -> frozenset[int]:
    """The years whose arrangement is announced: every one of them gives National Day off."""
    return frozenset(day.year for day in official_days() if (day.month, day.day) == (10, 1))


@cache
def days_fixed_by_law(year: int) -> frozenset[date]:
    """The days the law in force gives off, without days in lieu; empty before `LAW_IN_FORCE_SINCE`.

    After `LAST_TABLED_YEAR` those that follow the moon or the sun are missing.
    """
    if year < LAW_IN_FORCE_SINCE:
        return frozenset()
    fixed = {date(year, month, day) for month, day in ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))}
    if year not in MOVING_FEASTS:
        return frozenset(fixed)
    spring, *single = (date(year, month, day) for month, day in MOVING_FEASTS[year])
    return frozenset(fixed.union(single, (spring + timedelta(days=offset) for offset in range(-1, 3))))
