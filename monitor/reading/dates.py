"""Dates as pages write them, read strictly: no date is better than a wrong one.

All times are taken in the zone given unless they carry an offset. Precision says what was written:
"second" and "minute" give an aware datetime, "day" a date. 00:00 stays as written; whether it can be
meant is for the caller to judge (CONTRACT: "precise" leaves it out).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Literal
from zoneinfo import ZoneInfo

Precision = Literal["second", "minute", "day", "none"]

OFFICE_ZONE = ZoneInfo("Asia/Shanghai")

_YEARS = range(1949, 2100)
_WIDE = str.maketrans(  # one for one, so that offsets stay
    "０１２３４５６７８９：－／．〔〕［］　\u00a0", "0123456789:-/.[][]  "
)
_NUMERAL = ("〇○零ＯО", "一元正", "二", "三", "四", "五", "六", "七", "八", "九")
_DIGITS = {sign: digit for digit, signs in enumerate(_NUMERAL) for sign in signs}

_TIME = (
    r"(?:\s{0,3}(?:星期|周)[一二三四五六日天])?[\sT,-]{0,4}(?P<half>上午|下午|AM|PM)?\s{0,2}"
    r"(?P<hour>\d{1,2})\s?[:：时点]\s?(?P<minute>\d{1,2})(?!\d)(?:\s?[:：分]\s?(?P<second>\d{1,2})(?!\d)(?:\.\d{1,9})?)?"
    r"(?P<offset>Z|[+-]\d{2}:?\d{2}(?!\d))?"
)
_FULL = re.compile(
    r"(?<![\d.])(?P<year>(?:19|20)\d{2})(?:\s{0,2}年\s{0,2}|\s?[-/.]\s?)(?P<month>\d{1,2})"
    r"(?:\s{0,2}月\s{0,2}|\s?[-/.]\s?)(?P<day>\d{2}(?=\d{2}:\d{2})|\d{1,2}(?!\d))(?:\s{0,2}日)?"
    r"(?:" + _TIME + ")?"
)
_NUMERALS = re.compile(
    r"(?P<year>[〇○零ＯО一二三四五六七八九]{4})\s?年\s?(?P<month>[一二三四五六七八九十元正]{1,2})\s?月\s?"
    r"(?P<day>[一二三四五六七八九十]{1,3})\s?日"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?")
_YEARLESS = re.compile(r"(?<![\d.:/-])(\d{1,2})(?:\s?月\s?|[-/.])(\d{1,2})(?:\s?日)?(?![\d.:/-]|\s?[月年])")
_SHORT_YEAR = re.compile(r"(\d{2})[-/.](\d{1,2})[-/.](\d{1,2})")
_DAY_FIRST = re.compile(
    r"(?<!\d)(\d{1,2})日?\s?[/|]?\s?((?:19|20)\d{2})\s?[-/.年]\s?(\d{1,2})月?(?!\d|\s?[-/.]\s?\d)"
)
_DAY_LAST = re.compile(r"(?<!\d)((?:19|20)\d{2})\s?[-/.年]\s?(\d{1,2})月?\s[/|]?\s?(\d{1,2})日?(?![\d:])")
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})\s?[-/.月]\s?(\d{1,2})日?\s[/|]?\s?((?:19|20)\d{2})年?(?!\d)")
_YEAR_FIRST = re.compile(r"(?<!\d)((?:19|20)\d{2})年?\s[/|]?\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})日?(?!\d)")
_SPLIT = (  # with the places of year, month and day
    (_DAY_FIRST, (2, 3, 1)),
    (_DAY_LAST, (1, 2, 3)),
    (_YEAR_LAST, (3, 1, 2)),
    (_YEAR_FIRST, (1, 2, 3)),
)
_BESIDE = re.compile(r"[\s\[\]()（）【】〔〕|·:：,，;；/-]|(?:发布|发表|公开|更新)?(?:日期|时间)|星期.|周.")
_IN_ADDRESS = re.compile(
    r"(?<!\d)((?:19|20)\d{2})[/-]?(0[1-9]|1[0-2]|[1-9](?=[/-]))(?=[/_-]|[0-3]\d[/_.-]|$)"
)
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")
_RELATIVE = {"今天": 0, "今日": 0, "昨天": 1, "昨日": 1, "前天": 2}


@dataclass(frozen=True, slots=True)
class Moment:
    """A date found in a text, how precisely it was written and where it stood."""

    value: datetime | date
    precision: Precision
    start: int = 0
    end: int = 0

    @property
    def day(self) -> date:
        return self.value.date() if isinstance(self.value, datetime) else self.value


def moments(text: str, zone: ZoneInfo = OFFICE_ZONE) -> Iterator[Moment]:
    """Yield the dates with a year that stand in a text, those in figures first, each kind in order."""
    text = text.translate(_WIDE)
    for found in _FULL.finditer(text):
        if moment := _from_figures(found, zone):
            yield moment
    for found in _NUMERALS.finditer(text):
        if moment := _from_numerals(found):
            yield moment


def first_moment(text: str, zone: ZoneInfo = OFFICE_ZONE) -> Moment | None:
    """Return the date with a year that stands first in a text."""
    return min(moments(text, zone), key=lambda m: m.start, default=None)


def read_field(text: str, zone: ZoneInfo = OFFICE_ZONE) -> Moment | None:
    """Read a field that holds nothing but a date: a meta tag, a feed's pubDate, a key of a record."""
    text = text.strip()[:64]
    if found := _COMPACT.fullmatch(text):
        return _epoch(text, zone) if int(found[1]) not in _YEARS else _from_compact(found, zone)
    if text.isdigit():
        return _epoch(text, zone)
    return first_moment(text, zone) or _from_mail(text, zone)


def read_row(
    chunks: Sequence[str], zone: ZoneInfo = OFFICE_ZONE, *, address: str = "", today: date | None = None
) -> Moment | None:
    """Read a list row's date from the pieces of text beside its title.

    A piece that is nothing but a date wins over one that merely holds it. A year that is not written is
    taken from the row's own address when month and year stand there, else chosen so that the day is not
    later than `today`; without either the date stays unknown.
    """
    pieces = [piece for piece in (chunk.translate(_WIDE).strip() for chunk in chunks) if piece]
    short = [piece for piece in pieces if len(piece) <= 40]
    for at, piece in enumerate(short):
        if is_date(piece, zone):
            clock = f" {short[at + 1]}" if at + 1 < len(short) and _CLOCK.fullmatch(short[at + 1]) else ""
            return first_moment(piece + clock, zone)
    if moment := first_moment(" ".join(short), zone):
        return moment
    joined = " ".join(short)
    return _split_date(joined) or _yearless_date(short, address, today) or _relative_day(short, today)


def is_date(text: str, zone: ZoneInfo = OFFICE_ZONE) -> bool:
    """Tell whether a text is nothing but a date with its year, brackets and a label aside."""
    if len(text) > 48:
        return False
    moment = first_moment(text, zone)
    return moment is not None and not _BESIDE.sub("", text[: moment.start] + text[moment.end :])


def is_date_like(text: str) -> bool:
    """Tell whether a text is a date or part of one: 05-01, 2024, [2024-05-01]."""
    bare = _BESIDE.sub("", text.translate(_WIDE))
    return bool(bare) and len(bare) <= 20 and not bare.strip("0123456789.年月日时分")


def year_of_address(url: str, month: int) -> int | None:
    """Return the year an address bears for this month: /202405/, t20240501_1.html, /2024-05/, /2024/5/1/.

    What is dated in one month may have been put up in the next: a month between them is none.
    """
    for found in _IN_ADDRESS.finditer(url[:500]):
        late = (int(found[2]) - month) % 12
        if late <= 1:
            return int(found[1]) - (int(found[2]) < month)
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year in _YEARS else None
    except ValueError:
        return None


def _from_figures(found: re.Match[str], zone: ZoneInfo) -> Moment | None:
    day = _day(int(found["year"]), int(found["month"]), int(found["day"]))
    if day is None:
        return None
    if (at := _clock(found, day, zone)) is not None:
        return Moment(at, "minute" if found["second"] is None else "second", found.start(), found.end())
    end = found.start("half") if found["half"] else found.start("hour") if found["hour"] else found.end()
    return Moment(day, "day", found.start(), end)


def _clock(found: re.Match[str], day: date, zone: ZoneInfo) -> datetime | None:
    if found["hour"] is None:
        return None
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    if found["half"] in ("下午", "PM") and hour < 12:
        hour += 12
    if hour > 23 or minute > 59 or second > 59:
        return None
    return _at(day, (hour, minute, second), found["offset"], zone)


def _at(day: date, clock: tuple[int, int, int], offset: str | None, zone: ZoneInfo) -> datetime | None:
    hour, minute, second = clock
    if not offset:
        return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone)
    ahead = timedelta()
    if offset != "Z":
        ahead = timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:])) * (-1 if offset[0] == "-" else 1)
    if abs(ahead) >= timedelta(hours=24):
        return None
    local = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=timezone(ahead))
    return local.astimezone(zone)


def _from_numerals(found: re.Match[str]) -> Moment | None:
    year = int("".join(str(_DIGITS[c]) for c in found["year"]))
    day = _day(year, _count(found["month"]), _count(found["day"]))
    return Moment(day, "day", found.start(), found.end()) if day else None


def _count(numeral: str) -> int:
    """Read 三, 十, 十一, 二十, 三十一; 0 for what is none."""
    tens, ten, ones = numeral.partition("十")
    if not ten:
        return _DIGITS[numeral] if len(numeral) == 1 else 0
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        return 0
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)


def _from_compact(found: re.Match[str], zone: ZoneInfo) -> Moment | None:
    day = _day(int(found[1]), int(found[2]), int(found[3]))
    if day is None or not found[4]:
        return Moment(day, "day", 0, found.end()) if day else None
    clock = (int(found[4]), int(found[5]), int(found[6] or 0))
    if clock[0] > 23 or clock[1] > 59 or clock[2] > 59:
        return Moment(day, "day", 0, found.end())
    at = datetime(day.year, day.month, day.day, *clock, tzinfo=zone)
    return Moment(at, "second" if found[6] else "minute", 0, found.end())


def _epoch(text: str, zone: ZoneInfo) -> Moment | None:
    """Read seconds or milliseconds since 1970, as records of content systems carry them."""
    if len(text) not in (9, 10, 12, 13) or not text.isascii():
        return None
    seconds = int(text) // (1000 if len(text) > 10 else 1)
    return Moment(datetime.fromtimestamp(seconds, UTC).astimezone(zone), "second", 0, len(text))


def _from_mail(text: str, zone: ZoneInfo) -> Moment | None:
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if at.year not in _YEARS:
        return None
    at = at.replace(tzinfo=zone) if at.tzinfo is None else at.astimezone(zone)
    return Moment(at, "second", 0, len(text))


def _split_date(text: str) -> Moment | None:
    """Read a date set apart for the eye: "15" over "2024-05", "05-15" over "2024"."""
    for pattern, (y, m, d) in _SPLIT:
        found = pattern.search(text)
        if found and (day := _day(int(found[y]), int(found[m]), int(found[d]))):
            return Moment(day, "day", found.start(), found.end())
    return None


def _yearless_date(pieces: Sequence[str], address: str, today: date | None) -> Moment | None:
    for piece in pieces:
        found = _SHORT_YEAR.fullmatch(piece.strip("[]()（）【】 "))
        if found and (day := _day(2000 + int(found[1]), int(found[2]), int(found[3]))):
            return Moment(day, "day")
        found = _YEARLESS.search(piece)
        day = (
            _with_year(int(found[1]), int(found[2]), address, today)
            if found and is_date_like(piece)
            else None
        )
        if day:
            return Moment(day, "day")
    return None


def _with_year(month: int, day: int, address: str, today: date | None) -> date | None:
    if not 1 <= month <= 12:
        return None
    if year := year_of_address(address, month):
        return _day(year, month, day)
    if today is None:
        return None
    years = range(today.year, today.year - 5, -1)  # five: 02-29 finds its leap year
    days = (_day(year, month, day) for year in years)
    return next((found for found in days if found and found <= today), None)


def _relative_day(pieces: Sequence[str], today: date | None) -> Moment | None:
    ago = next((_RELATIVE[piece] for piece in pieces if piece in _RELATIVE), None)
    if today is None or ago is None:
        return None
    return Moment(today - timedelta(days=ago), "day")
