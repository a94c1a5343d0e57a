"""Compare the calendar with the State Council's arrangements, day by day.

Usage: python bench/calendar_years.py FOLDER

FOLDER holds files YYYY.json of the public holiday-cn shape. Every day of 2007 to 2026 is compared with
Calendar.official(). Exit status: 0 all equal, 1 a difference, 2 a file is missing or faulty.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

from checks.holidays import YearFile
from checks.workdays import Calendar

YEARS = range(2007, 2027)


def main(folder: Path) -> int:
    try:
        named = read_years(folder)
    except (OSError, ValueError) as fault:
        print(f"calendar_years: {fault}", file=sys.stderr)
        return 2
    differences = list(compare(Calendar.official(), named))
    for line in differences:
        print(line)
    print(f"{len(differences)} differences on {len(list(days()))} days of {YEARS[0]} to {YEARS[-1]}")
    return 1 if differences else 0


def read_years(folder: Path) -> Mapping[date, bool]:
    """The days that the files name, True where worked; a file may move days of the December before."""
    named: dict[date, bool] = {}
    for year in YEARS:
        path = folder / f"{year}.json"
        try:
            named.update(YearFile.from_json(json.loads(path.read_text(encoding="utf-8"))).days)
        except ValueError as fault:
            raise ValueError(f"{path}: {fault}") from fault
    return named


def compare(calendar: Calendar, named: Mapping[date, bool]) -> Iterator[str]:
    for day in days():
        expected, found = named.get(day, day.weekday() < 5), calendar.is_working_day(day)
        if expected != found:
            yield f"{day:%Y-%m-%d %a}: the arrangement says {_word(expected)}, the calendar {_word(found)}"


def days() -> Iterator[date]:
    first, end = date(YEARS[0], 1, 1), date(YEARS[-1] + 1, 1, 1)
    return (first + timedelta(days=number) for number in range((end - first).days))


def _word(is_worked: bool) -> str:
    return "worked" if is_worked else "off"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(Path(sys.argv[1])))
