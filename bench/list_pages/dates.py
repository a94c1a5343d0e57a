"""How lists show dates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

Write = Callable[[datetime], str]


@dataclass(frozen=True, slots=True)
class DateForm:
    """One way to write a date. `group` is the variation it counts under."""

    group: str
    write: Write
    weight: int = 1
    has_year: bool = True


FORMS = (
    DateForm("date plain", lambda at: f"{at:%Y-%m-%d}", 12),
    DateForm("date bracketed", lambda at: f"[{at:%Y-%m-%d}]", 3),
    DateForm("date bracketed", lambda at: f"({at:%Y-%m-%d})", 2),
    DateForm("date bracketed", lambda at: f"（{at:%Y-%m-%d}）", 1),
    DateForm("date with slashes", lambda at: f"{at.year}/{at.month}/{at.day}", 2),
    DateForm("date with slashes", lambda at: f"{at:%Y/%m/%d}", 2),
    DateForm("date with dots", lambda at: f"{at:%Y.%m.%d}", 2),
    DateForm("date in Chinese", lambda at: f"{at.year}年{at.month}月{at.day}日", 2),
    DateForm("date in Chinese", lambda at: f"{at:%Y}年{at:%m}月{at:%d}日", 2),
    DateForm("date with time", lambda at: f"{at:%Y-%m-%d %H:%M}", 3),
    DateForm("date with time", lambda at: f"{at:%Y-%m-%d %H:%M:%S}", 2),
    DateForm("date after a word", lambda at: f"发布时间：{at:%Y-%m-%d}", 2),
    DateForm("date after a word", lambda at: f"日期:{at:%Y-%m-%d}", 1),
    DateForm("date in a block", lambda at: f"{at:%d}\n{at:%Y-%m}", 2),  # the day in large, below it the rest
    DateForm("no year", lambda at: f"[{at:%m-%d}]", 2, has_year=False),
    DateForm("no year", lambda at: f"{at:%m-%d}", 2, has_year=False),
    DateForm("no year", lambda at: f"{at:%m/%d}", 1, has_year=False),
    DateForm("no year", lambda at: f"{at.month}月{at.day}日", 1, has_year=False),
)
SAID = {"YYYY/MM/DD": FORMS[5], "YYYY.MM.DD": FORMS[6], "YYYY-MM-DD": FORMS[0]}


def choose_form(chance: Random, said: tuple[str, ...]) -> DateForm:
    """A form; the one that the entry says in half of the cases."""
    known = [SAID[form] for form in said if form in SAID]
    if known and chance.random() < 0.5:
        return known[0]
    return chance.choices(FORMS, weights=[form.weight for form in FORMS])[0]


def make_dates(chance: Random, today: date, count: int, reach: int) -> list[datetime]:
    """Falling moments of publication, the newest a few days before `today`, none over `reach` days old."""
    gap = chance.choice((0.4, 1.5, 4.0, 12.0))
    day, dates = float(chance.randint(0, 6)), []
    for _ in range(count):
        at = datetime.combine(today - timedelta(days=int(min(day, reach))), time(chance.randint(8, 18)))
        dates.append(at + timedelta(seconds=chance.randint(0, 3599)))
        day += chance.expovariate(1 / gap)
    return sorted(dates, reverse=True)


def make_old_dates(chance: Random, today: date, count: int, newest: date, reach: int) -> list[datetime]:
    """Moments older than `newest` by weeks, as pinned rows have them."""
    oldest = min((today - newest).days + 20, reach)
    days = [chance.randint(oldest, max(oldest, reach)) for _ in range(count)]
    return [datetime.combine(today - timedelta(days=day), time(chance.randint(8, 18), 30)) for day in days]
