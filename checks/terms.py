"""Lengths of time as the rules write them: "1h", "30m", "1 working day", "7 working days"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

LONGEST = timedelta(days=36500)
"""A century: whatever is longer is a slip of the pen, and would overflow a date."""

_CLOCK = re.compile(r"(\d+)\s*([smhd])")
_WORKING = re.compile(r"(\d+)\s+working\s+days?")


@dataclass(frozen=True, slots=True)
class Term:
    """Either a length on the clock or a number of working days, never both."""

    clock: timedelta | None = None
    working_days: int | None = None

    def __post_init__(self) -> None:
        if (self.clock is None) == (self.working_days is None):
            raise ValueError("a term is either a length on the clock or a number of working days")

    def __str__(self) -> str:
        if self.clock is None:
            return f"{self.working_days} working day{'' if self.working_days == 1 else 's'}"
        return shorten(self.clock)


def parse_term(text: str) -> Term:
    """Read "90s", "30m", "1h", "2d" or "7 working days"; ValueError for anything else or below 1 s."""
    if found := _WORKING.fullmatch(text.strip()):
        working_days = int(found[1])
        if working_days < 1:
            raise ValueError("a term has at least 1 working day")
        if working_days > LONGEST.days:
            raise ValueError(f"{text!r} is too long: at most {LONGEST.days} working days")
        return Term(working_days=working_days)
    return Term(clock=parse_length(text))


def parse_length(text: str) -> timedelta:
    """Read a length on the clock ("90s", "30m", "1h", "2d"); ValueError for anything else or below 1 s."""
    found = _CLOCK.fullmatch(text.strip())
    if not found:
        raise ValueError(f'{text!r} is not a duration like "90s", "30m", "1h" or "2d"')
    amount, unit = int(found[1]), timedelta(**{UNITS[found[2]]: 1})
    if amount < 1:
        raise ValueError("a duration is at least 1s")
    if amount > LONGEST / unit:
        raise ValueError(f"{text!r} is too long: at most {shorten(LONGEST)}")
    return amount * unit


def shorten(length: timedelta) -> str:
    """Write a length with the largest unit that divides it: 3600 s is "1h"."""
    seconds = int(length.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
