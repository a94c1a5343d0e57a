from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from chinese_calendar import get_solar_terms
from hypothesis import example, given
from hypothesis import strategies as st

from checks.holidays import (
    LAW_IN_FORCE_SINCE,
    MOVING_FEASTS,
    YearFile,
    days_fixed_by_law,
    official_days,
    official_years,
)
from checks.terms import Term, parse_term
from checks.workdays import (
    Calendar,
    Counting,
    DayEnd,
    Deadline,
    OfficeHours,
    RestDayStart,
    close_of_office_before,
    deadline,
    readings_of_one_day,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOURS = OfficeHours.parse(("08:30-12:00", "14:30-17:30"))


def _until_2026() -> Calendar:
    """The official calendar as it stood before the arrangement of 2027 was announced."""
    days = {day: worked for day, worked in official_days().items() if day < date(2026, 12, 1)}
    return Calendar(days, frozenset(year for year in official_years() if year < 2027))


CALENDAR = _until_2026()
COUNTING = Counting(CALENDAR, HOURS, SHANGHAI, DayEnd.END_OF_DAY, RestDayStart.EXCLUDE)
ROLLING = replace(COUNTING, rest_day_start=RestDayStart.ROLL)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def year_file(year: int, **days: bool) -> YearFile:
    """A year file by the month and day of its days, True where they are off: d1001=True."""
    rows = [{"date": f"{year}-{key[1:3]}-{key[3:]}", "isOffDay": off} for key, off in days.items()]
    return YearFile.from_json({"year": year, "days": rows})


# --- which days are worked ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "is_worked", "reason"),
    [
        ("2026-11-24", True, "a plain Tuesday"),
        ("2026-11-21", False, "a plain Saturday"),
        ("2026-02-14", True, "a Saturday worked in exchange for the Spring Festival"),
        ("2026-01-04", True, "a Sunday worked in exchange for New Year"),
        ("2026-02-23", False, "a Monday in lieu at the end of the Spring Festival"),
        ("2018-12-29", True, "a Saturday of 2018 that the arrangement of 2019 made a working day"),
        ("2018-12-31", False, "a Monday of 2018 that the arrangement of 2019 gave off"),
        ("2007-12-31", False, "the same, eleven years earlier"),
        ("2020-01-31", False, "the Spring Festival prolonged by a later notice"),
        ("2015-09-03", False, "a holiday given once, by a notice of its own"),
        ("2024-02-09", True, "the eve of the Spring Festival, not yet off by law"),
    ],
)
def test_official_arrangement(day: str, is_worked: bool, reason: str) -> None:
    assert Calendar.official().is_working_day(date.fromisoformat(day)) is is_worked, reason


def test_2026_has_248_working_days() -> None:
    days = (date(2026, 1, 1) + timedelta(days=number) for number in range(365))
    assert sum(CALENDAR.is_working_day(day) for day in days) == 248


def test_every_known_year_keeps_its_weeks() -> None:
    """A year has 241 to 254 working days; a library's missing or doubled holiday would break that."""
    for year in official_years():
        days = (date(year, 1, 1) + timedelta(days=number) for number in range(365))
        assert 241 <= sum(Calendar.official().is_working_day(day) for day in days) <= 254, year


@pytest.mark.parametrize(
    ("day", "is_worked", "reason"),
    [
        ("2027-01-01", False, "New Year is off by law"),
        ("2027-01-04", True, "the Monday after it: no day in lieu is certain"),
        ("2027-02-05", False, "the eve of the Spring Festival"),
        ("2027-02-08", False, "the third day of the first month, a Monday"),
        ("2027-02-09", True, "the fourth day of the first month is not off by law"),
        ("2027-04-05", False, "Qingming, a Monday"),
        ("2027-05-03", True, "the law gives 1 and 2 May only"),
        ("2027-06-09", False, "Dragon Boat, a Wednesday"),
        ("2027-09-15", False, "Mid-Autumn, a Wednesday"),
        ("2027-10-01", False, "National Day, a Friday"),
        ("2027-10-04", True, "the law gives three days in October"),
        ("2027-09-25", False, "a Saturday: nobody has exchanged it yet"),
        ("2060-10-01", False, "beyond the table of moving feasts the fixed ones remain"),
    ],
)
def test_a_year_not_announced_has_weekends_and_the_law(day: str, is_worked: bool, reason: str) -> None:
    assert CALENDAR.is_working_day(date.fromisoformat(day)) is is_worked, reason


def test_moving_feasts_fall_on_days_the_notices_gave_off() -> None:
    years = range(LAW_IN_FORCE_SINCE, max(official_years()) + 1)
    assert len(years) >= 2
    for year in years:
        assert not [day for day in days_fixed_by_law(year) if Calendar.official().is_working_day(day)]


def test_moving_feasts_follow_the_moon() -> None:
    """A lunar month begins with the new moon, which strays up to 15 hours from its mean."""
    month, new_moon = timedelta(days=29.530588), datetime(2000, 1, 6, 18, 14, tzinfo=UTC)
    for year, (spring, _, dragon_boat, mid_autumn) in MOVING_FEASTS.items():
        for feast, day_of_month in ((spring, 1), (dragon_boat, 5), (mid_autumn, 15)):
            first = datetime(year, *feast, 12, tzinfo=SHANGHAI) - timedelta(days=day_of_month - 1)
            months = (first - new_moon) / month
            assert abs(months - round(months)) * month < timedelta(hours=12 + 15), (year, feast)


def test_qingming_follows_the_sun() -> None:
    for year, (_, qingming, _, _) in MOVING_FEASTS.items():
        april = get_solar_terms(date(year, 4, 1), date(year, 4, 10))
        assert (date(year, *qingming), "清明") in april


def test_the_law_before_its_revision_is_not_guessed() -> None:
    assert days_fixed_by_law(2024) == frozenset()


def test_later_sources_win() -> None:
    """The configuration wins over year files, and they over the official arrangement."""
    national_day = date(2026, 10, 1)
    file = year_file(2026, d1001=False, d1119=True)
    assert not Calendar.official().is_working_day(national_day)
    with_file = Calendar.official(years={2026: file})
    assert with_file.is_working_day(national_day)
    assert not with_file.is_working_day(date(2026, 11, 19))
    configured = Calendar.official(
        extra_holidays=[national_day], extra_workdays=[date(2026, 11, 19)], years={2026: file}
    )
    assert not configured.is_working_day(national_day)
    assert configured.is_working_day(date(2026, 11, 19))


def test_a_day_cannot_be_both() -> None:
    day = date(2026, 3, 3)
    with pytest.raises(ValueError, match="2026-03-03 is given both"):
        Calendar.official(extra_holidays=[day], extra_workdays=[day])


def test_a_year_file_announces_its_year() -> None:
    year = max(official_years()) + 1
    announced = Calendar.official(years={year: year_file(year, d1001=True)})
    assert not Calendar.official().is_known(year)
    assert announced.is_known(year)
    assert announced.known_until == date(year, 12, 31)


def test_a_year_file_without_days_announces_nothing() -> None:
    assert not CALENDAR.is_known(2027)
    year = max(official_years()) + 1
    assert not Calendar.official(years={year: year_file(year)}).is_known(year)


def test_extra_days_announce_nothing() -> None:
    year = max(official_years()) + 1
    assert not Calendar.official(extra_holidays=[date(year, 3, 3)]).is_known(year)


def test_known_until_stops_at_a_gap() -> None:
    year = max(official_years())
    skipping = Calendar.official(years={year + 2: year_file(year + 2, d1001=True)})
    assert skipping.is_known(year + 2)
    assert skipping.known_until == date(year, 12, 31)


def test_a_year_file_may_move_days_of_the_december_before() -> None:
    record = {"year": 2027, "days": [{"name": "元旦", "date": "2026-12-31", "isOffDay": True}]}
    calendar = Calendar.official(years={2027: YearFile.from_json(record)})
    assert not calendar.is_working_day(date(2026, 12, 31))


ROW = {"name": "国庆节", "date": "2027-10-01", "isOffDay": True}


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ([], "a calendar file looks like"),
        ({"days": []}, "a calendar file looks like"),
        ({"year": "2027", "days": []}, "a calendar file looks like"),
        ({"year": 2027, "days": [ROW, 7]}, r"days\[1\]: 7 does not look like"),
        ({"year": 2027, "days": [{**ROW, "isOffDay": "yes"}]}, r"days\[0\]: .* does not look like"),
        (
            {"year": 2027, "days": [{**ROW, "date": "1 October"}]},
            r"days\[0\]: '1 October' is not a date like",
        ),
        (
            {"year": 2027, "days": [{**ROW, "date": "2207-10-01"}]},
            "does not belong to the arrangement of 2027",
        ),
        ({"year": 2027, "days": [ROW, {**ROW, "isOffDay": False}]}, "2027-10-01 is both off and worked"),
    ],
)
def test_a_faulty_year_file_says_where(record: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        YearFile.from_json(record)


# --- office hours ------------------------------------------------------------------------------------


def test_office_hours_add_up() -> None:
    assert HOURS.length == timedelta(hours=6, minutes=30)
    assert HOURS.close == time(17, 30)
    assert OfficeHours.parse(["8:00-12:00", "12:00 - 18:00"]).length == timedelta(hours=10)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ([], "at least one span"),
        (["12:00-08:30"], "each ending after it begins"),
        (["08:30-08:30"], "each ending after it begins"),
        (["08:30-12:00", "11:00-17:30"], "do not overlap"),
        (["14:30-17:30", "08:30-12:00"], "stand in order"),
        (["08:30"], "'08:30' is not a span of office hours"),
        (["08:30-24:00"], "is not a span of office hours"),
        (["08:60-12:00"], "is not a span of office hours"),
    ],
)
def test_faulty_office_hours_are_refused(texts: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        OfficeHours.parse(texts)


# --- where a term of working days ends ---------------------------------------------------------------

VECTORS = [
    # published on, the last day of 1, 7 and 15 working days, and why this start is worth a row
    ("2026-02-13", "02-14", "03-02", "03-12", "Friday before a worked Saturday"),
    ("2026-02-14", "02-24", "03-03", "03-13", "worked Saturday before the Spring Festival"),
    ("2026-02-20", "02-24", "03-03", "03-13", "a rest day inside the Spring Festival"),
    ("2026-01-02", "01-04", "01-12", "01-22", "a rest day before a worked Sunday"),
    ("2026-04-03", "04-07", "04-15", "04-27", "Friday before Qingming, whose Sunday is given back on Monday"),
    ("2026-04-30", "05-06", "05-13", "05-25", "the day before the May holiday; 9 May is worked"),
    ("2026-05-08", "05-09", "05-18", "05-28", "Friday before a worked Saturday in May"),
    ("2026-09-18", "09-20", "09-29", "10-15", "Friday before a worked Sunday; 15 days span National Day"),
    ("2026-09-20", "09-21", "09-30", "10-16", "a worked Sunday is a start like any working day"),
    ("2026-09-24", "09-28", "10-12", "10-22", "the day before Mid-Autumn; 10 October is worked"),
    ("2026-09-30", "10-08", "10-15", "10-27", "the day before National Day"),
    ("2026-11-20", "11-23", "12-01", "12-11", "a plain Friday"),
]

ROLLED = [
    # as above, but published on a rest day and counted as published on the next working day
    (
        "2026-02-20",
        "02-25",
        "03-04",
        "03-16",
        "rolls to Tuesday the 24th; 15 days skip the weekend of 14 March",
    ),
    ("2026-01-02", "01-05", "01-13", "01-23", "rolls to the worked Sunday"),
    ("2026-11-21", "11-24", "12-02", "12-14", "a plain Saturday rolls to Monday"),
]


def _ends_of(row: tuple[str, str, str, str, str]) -> list[tuple[str, int, date, str]]:
    published, *ends, reason = row
    return [
        (published, working_days, date.fromisoformat(f"2026-{end}"), reason)
        for working_days, end in zip((1, 7, 15), ends, strict=True)
    ]


@pytest.mark.parametrize(
    ("published", "working_days", "last", "reason"), [case for row in VECTORS for case in _ends_of(row)]
)
def test_working_days_exclude_the_start(published: str, working_days: int, last: date, reason: str) -> None:
    for clock in ("00:00", "09:12", "23:59"):
        end = deadline(at(f"{published}T{clock}"), Term(working_days=working_days), COUNTING)
        assert end == Deadline(at(f"{last + timedelta(days=1)}T00:00"), certain=True), reason


@pytest.mark.parametrize(
    ("published", "working_days", "last", "reason"),
    [case for row in VECTORS if row[0] not in ("2026-02-20", "2026-01-02") for case in _ends_of(row)]
    + [case for row in ROLLED for case in _ends_of(row)],
)
def test_a_rest_day_may_roll(published: str, working_days: int, last: date, reason: str) -> None:
    end = deadline(at(f"{published}T09:12"), Term(working_days=working_days), ROLLING)
    assert end == Deadline(at(f"{last + timedelta(days=1)}T00:00"), certain=True), reason


READINGS = [
    # published, rest day start; 1 working day by end of day, close of business, same clock, working hours
    (
        "2026-11-20T10:00",
        COUNTING,
        ("2026-11-24T00:00", "2026-11-23T17:30", "2026-11-23T10:00", "2026-11-23T10:00"),
        "Friday inside office hours",
    ),
    (
        "2026-11-20T13:00",
        COUNTING,
        ("2026-11-24T00:00", "2026-11-23T17:30", "2026-11-23T13:00", "2026-11-23T12:00"),
        "Friday noon: what is left of Friday counts, and Monday's morning completes it",
    ),
    (
        "2026-11-20T20:00",
        COUNTING,
        ("2026-11-24T00:00", "2026-11-23T17:30", "2026-11-23T20:00", "2026-11-23T17:30"),
        "Friday evening: all of Monday's office hours",
    ),
    (
        "2026-11-20T07:00",
        COUNTING,
        ("2026-11-24T00:00", "2026-11-23T17:30", "2026-11-23T07:00", "2026-11-20T17:30"),
        "before the office opens: the hours of that very day are a working day",
    ),
    (
        "2026-11-21T10:00",
        COUNTING,
        ("2026-11-24T00:00", "2026-11-23T17:30", "2026-11-23T10:00", "2026-11-23T17:30"),
        "Saturday: Monday is the first day",
    ),
    (
        "2026-11-21T10:00",
        ROLLING,
        ("2026-11-25T00:00", "2026-11-24T17:30", "2026-11-24T10:00", "2026-11-23T17:30"),
        "Saturday rolls to Monday; hours run from the moment, so they do not roll",
    ),
    (
        "2026-02-13T16:30",
        COUNTING,
        ("2026-02-15T00:00", "2026-02-14T17:30", "2026-02-14T16:30", "2026-02-14T16:30"),
        "Friday into a worked Saturday",
    ),
]


@pytest.mark.parametrize(("published", "counting", "ends", "reason"), READINGS)
def test_four_readings_of_one_day(
    published: str, counting: Counting, ends: tuple[str, ...], reason: str
) -> None:
    readings = readings_of_one_day(at(published), Term(working_days=1), counting)
    assert list(readings) == list(DayEnd)
    assert [readings[end].at for end in DayEnd] == [at(end) for end in ends], reason


def test_working_hours_of_several_days() -> None:
    hours = replace(COUNTING, day_end=DayEnd.WORKING_HOURS)
    assert deadline(at("2026-09-30T15:30"), Term(working_days=2), hours).at == at("2026-10-09T15:30")


@pytest.mark.parametrize(
    ("term", "end"),
    [("1h", "2026-10-02T00:30"), ("2d", "2026-10-03T23:30"), ("90s", "2026-10-01T23:31:30")],
)
def test_clock_terms_know_no_holidays(term: str, end: str) -> None:
    assert deadline(at("2026-10-01T23:30"), parse_term(term), COUNTING) == Deadline(at(end), certain=True)


def test_clock_terms_are_certain_in_any_year() -> None:
    assert deadline(at("2031-01-01T10:00"), parse_term("1h"), COUNTING).certain


def test_clock_terms_add_elapsed_time_across_summer_time() -> None:
    berlin = replace(COUNTING, zone=ZoneInfo("Europe/Berlin"))
    start = datetime(2026, 3, 28, 12, tzinfo=berlin.zone)
    assert deadline(start, parse_term("1d"), berlin).at == datetime(2026, 3, 29, 13, tzinfo=berlin.zone)


def test_a_clock_time_left_out_by_summer_time_becomes_the_next() -> None:
    berlin = replace(COUNTING, zone=ZoneInfo("Europe/Berlin"), day_end=DayEnd.SAME_CLOCK)
    worked = replace(berlin, calendar=Calendar.official(extra_workdays=[date(2026, 3, 29)]))
    start = datetime(2026, 3, 27, 2, 30, tzinfo=berlin.zone)
    end = deadline(start, Term(working_days=1), worked).at
    assert (end.hour, end.minute, end.utcoffset()) == (3, 30, timedelta(hours=2))


def test_a_naive_start_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        deadline(datetime.fromisoformat("2026-11-20T10:00"), Term(working_days=1), COUNTING)


@pytest.mark.parametrize(
    ("start", "counting", "certain", "reason"),
    [
        ("2026-12-31T10:00", COUNTING, False, "the first working day after lies in a year not announced"),
        ("2026-12-30T10:00", COUNTING, True, "31 December is known; its 24:00 is no day of 2027"),
        ("2026-12-31T07:00", replace(COUNTING, day_end=DayEnd.WORKING_HOURS), True, "done within the day"),
        ("2026-12-31T08:31", replace(COUNTING, day_end=DayEnd.WORKING_HOURS), False, "a minute is left over"),
        ("2003-12-31T10:00", COUNTING, True, "counting excludes the start, known or not"),
        ("2003-12-31T10:00", ROLLING, False, "whether the start was a rest day is not known"),
    ],
)
def test_certain_only_within_announced_years(
    start: str, counting: Counting, certain: bool, reason: str
) -> None:
    assert deadline(at(start), Term(working_days=1), counting).certain is certain, reason


def test_a_year_file_makes_a_deadline_certain() -> None:
    file = year_file(2027, d0101=True, d0102=True, d0103=True, d0104=True)
    counting = replace(COUNTING, calendar=Calendar.official(years={2027: file}))
    end = deadline(at("2026-12-31T10:00"), Term(working_days=1), counting)
    assert end == Deadline(at("2027-01-06T00:00"), certain=True)


def test_configured_days_move_a_deadline() -> None:
    calendar = Calendar.official(extra_holidays=[date(2026, 11, 23)], extra_workdays=[date(2026, 11, 22)])
    term, start = Term(working_days=1), at("2026-11-20T10:00")
    assert deadline(start, term, replace(COUNTING, calendar=calendar)).at == at("2026-11-23T00:00")


@pytest.mark.parametrize(
    ("moment", "close", "reason"),
    [
        ("2026-11-24T00:00", "2026-11-23T17:30", "the 24:00 of a Monday"),
        ("2026-11-23T17:30", "2026-11-23T17:30", "the close itself"),
        ("2026-11-23T17:29", "2026-11-20T17:30", "a minute before it: Friday's"),
        ("2026-11-22T12:00", "2026-11-20T17:30", "a Sunday"),
        ("2026-10-08T00:00", "2026-09-30T17:30", "the end of a long holiday"),
        ("2026-02-15T00:00", "2026-02-14T17:30", "a worked Saturday"),
    ],
)
def test_last_close_of_office(moment: str, close: str, reason: str) -> None:
    assert close_of_office_before(at(moment), COUNTING) == at(close), reason


# --- what holds for every start ----------------------------------------------------------------------

EARLIEST, LATEST = datetime.fromisoformat("2007-01-01"), datetime.fromisoformat("2029-12-01")
starts = st.datetimes(EARLIEST, LATEST, timezones=st.just(SHANGHAI))
term_days = st.integers(min_value=1, max_value=30)
countings = st.builds(
    Counting,
    st.just(CALENDAR),
    st.just(HOURS),
    st.just(SHANGHAI),
    st.sampled_from(DayEnd),
    st.sampled_from(RestDayStart),
)
gaps = st.timedeltas(timedelta(0), timedelta(days=12))


def _lies_on_working_day(moment: datetime) -> bool:
    """24:00 belongs to the day it ends."""
    days = {moment.date(), (moment - timedelta(microseconds=1)).date()}
    return any(CALENDAR.is_working_day(day) for day in days)


@given(starts, term_days, countings)
def test_a_deadline_lies_after_its_start_on_a_working_day(
    start: datetime, working_days: int, counting: Counting
) -> None:
    end = deadline(start, Term(working_days=working_days), counting).at
    assert end > start
    assert end.tzinfo is SHANGHAI
    assert _lies_on_working_day(end)


@given(starts, gaps, term_days, countings)
@example(at("2026-02-13T20:00"), timedelta(hours=12), 1, COUNTING)
def test_a_later_start_never_ends_earlier(
    start: datetime, gap: timedelta, working_days: int, counting: Counting
) -> None:
    later = start + gap
    from_rest_day = not CALENDAR.is_working_day(later.date()) or not CALENDAR.is_working_day(start.date())
    if counting.day_end is DayEnd.SAME_CLOCK and from_rest_day:
        counting = replace(counting, day_end=DayEnd.END_OF_DAY)
    term = Term(working_days=working_days)
    assert deadline(start, term, counting).at <= deadline(later, term, counting).at


@given(starts, term_days, countings)
def test_one_more_working_day_ends_on_a_later_day(
    start: datetime, working_days: int, counting: Counting
) -> None:
    end = deadline(start, Term(working_days=working_days), counting).at
    assert deadline(start, Term(working_days=working_days + 1), counting).at.date() > end.date()


@given(starts, term_days, st.sampled_from(RestDayStart))
def test_end_of_day_is_the_mildest_reading(
    start: datetime, working_days: int, rest_day_start: RestDayStart
) -> None:
    counting = replace(COUNTING, rest_day_start=rest_day_start)
    readings = readings_of_one_day(start, Term(working_days=working_days), counting)
    assert max(reading.at for reading in readings.values()) == readings[DayEnd.END_OF_DAY].at
    assert readings[DayEnd.WORKING_HOURS].at <= readings[DayEnd.CLOSE_OF_BUSINESS].at


@given(starts, term_days, countings)
def test_rolling_never_shortens(start: datetime, working_days: int, counting: Counting) -> None:
    term = Term(working_days=working_days)
    exclude = replace(counting, rest_day_start=RestDayStart.EXCLUDE)
    roll = replace(counting, rest_day_start=RestDayStart.ROLL)
    assert deadline(start, term, exclude).at <= deadline(start, term, roll).at


@given(starts, term_days, countings)
@example(at("2026-12-31T10:00"), 1, COUNTING)
def test_certain_when_every_year_counted_is_announced(
    start: datetime, working_days: int, counting: Counting
) -> None:
    end = deadline(start, Term(working_days=working_days), counting)
    last = (end.at - timedelta(microseconds=1)).year
    assert end.certain is (last <= 2026)


@given(starts, term_days, countings, st.integers(-14 * 60, 14 * 60))
def test_the_zone_a_start_is_written_in_does_not_matter(
    start: datetime, working_days: int, counting: Counting, minutes: int
) -> None:
    elsewhere = start.astimezone(timezone(timedelta(minutes=minutes)))
    term = Term(working_days=working_days)
    assert deadline(elsewhere, term, counting) == deadline(start, term, counting)


@given(starts, st.timedeltas(timedelta(seconds=1), timedelta(days=400)), countings)
def test_clock_terms_are_elapsed_time(start: datetime, clock: timedelta, counting: Counting) -> None:
    end = deadline(start, Term(clock=clock), counting)
    assert end.at - start == clock
    assert end.certain


@given(starts)
def test_the_last_close_lies_before_and_on_a_working_day(moment: datetime) -> None:
    close = close_of_office_before(moment, COUNTING)
    assert close <= moment
    assert close.time() == time(17, 30)
    assert CALENDAR.is_working_day(close.date())
    assert CALENDAR.next_working_day(close.date()) >= moment.date()
