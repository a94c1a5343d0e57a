"""Dates as pages write them: what is read, how precisely, and what is rather left alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.reading.dates import (
    first_moment,
    is_date,
    is_date_like,
    moments,
    read_field,
    read_row,
    year_of_address,
)

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2024, 5, 1)
MINUTE = datetime(2024, 5, 1, 10, 20, tzinfo=ZONE)
SECOND = datetime(2024, 5, 1, 10, 20, 30, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("text", "value", "precision"),
    [
        ("2024-05-01", DAY, "day"),
        ("2024/5/1", DAY, "day"),
        ("2024.5.1", DAY, "day"),
        ("2024年5月1日", DAY, "day"),
        ("2024 年 05 月 01 日", DAY, "day"),
        ("[ 2024-05-01 ]", DAY, "day"),
        ("２０２４－０５－０１", DAY, "day"),  # full-width figures and signs
        ("二〇二四年五月一日", DAY, "day"),
        ("二○二四年十二月三十一日", date(2024, 12, 31), "day"),  # the circle that is no zero
        ("二零二四年十月二十日", date(2024, 10, 20), "day"),
        ("20240501", DAY, "day"),
        ("2024-05-01 10:20", MINUTE, "minute"),
        ("2024-05-01\u00a010:20", MINUTE, "minute"),
        ("2024-05-0110:20", MINUTE, "minute"),  # two elements run together
        ("2024年5月1日 10时20分", MINUTE, "minute"),
        ("2024-05-01 星期三 10：20", MINUTE, "minute"),
        ("2024-05-01 上午 10:20", MINUTE, "minute"),
        ("2024-05-01 下午 3:20", datetime(2024, 5, 1, 15, 20, tzinfo=ZONE), "minute"),
        ("2024-05-01 00:00", datetime(2024, 5, 1, tzinfo=ZONE), "minute"),  # as written; the caller judges
        ("2024-05-01 10:20:30", SECOND, "second"),
        ("2024-05-01-10:20:30", SECOND, "second"),  # gov.cn's firstpublishedtime
        ("2024-05-01T10:20:30+08:00", SECOND, "second"),
        ("2024-05-01T02:20:30Z", SECOND, "second"),
        ("2024-05-01T02:20:30.123Z", SECOND, "second"),
        ("20240501102030", SECOND, "second"),
        ("1714530030", SECOND, "second"),  # seconds since 1970
        ("1714530030000", SECOND, "second"),  # milliseconds
        ("Wed, 01 May 2024 02:20:30 +0000", SECOND, "second"),
        ("Wed, 01 May 2024 10:20:30", SECOND, "second"),  # no offset: the office's zone
        ("2024-05-01 24:00", DAY, "day"),  # no such clock
        ("2024-05-01 10:70", DAY, "day"),
    ],
)
def test_a_field_is_read_as_written(text: str, value: datetime | date, precision: str) -> None:
    moment = read_field(text, ZONE)
    assert moment is not None
    assert (moment.value, moment.precision) == (value, precision)
    assert isinstance(moment.value, datetime) == isinstance(value, datetime)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-02-30",  # no such day
        "2024-13-01",
        "1848-05-01",  # before there were websites, or the state
        "192.168.2024.5.1",  # an address, not a date
        "二〇二四年十三月一日",
        "十十年五月一日",
        "12345678",
        "2024",
        "05-01",  # no year
        "²²²²²²²²",
        "tomorrow",
    ],
)
def test_what_is_no_date_is_left_alone(text: str) -> None:
    assert read_field(text, ZONE) is None


def test_the_zone_given_is_the_zone_read() -> None:
    urumqi = ZoneInfo("Asia/Urumqi")
    moment = read_field("2024-05-01 10:20", urumqi)
    assert moment is not None
    assert moment.value == datetime(2024, 5, 1, 4, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("chunks", "value"),
    [
        (("2024-05-01",), DAY),
        (("[", "2024-05-01", "]"), DAY),
        (("发布时间：2024-05-01 10:20", "来源：县政府办"), MINUTE),
        (("2024-05-01", "10:20"), MINUTE),  # day and clock in elements of their own
        (("01", "2024-05"), DAY),  # the day above the month
        (("2024-05", "01"), DAY),
        (("05-01", "2024"), DAY),
        (("2024年", "5月1日"), DAY),
        (("24-05-01",), DAY),
        (("为贯彻2020年1月1日起施行的条例", "2024-05-01"), DAY),  # a bare date before one in a sentence
        (("2023年度", "第2批", "2024-05-01"), DAY),
        (("浏览次数：1024", "2024-05-01"), DAY),
    ],
)
def test_a_rows_date_is_found_beside_its_title(chunks: tuple[str, ...], value: datetime | date) -> None:
    moment = read_row(chunks, ZONE)
    assert moment is not None
    assert moment.value == value


@pytest.mark.parametrize(
    ("chunks", "address", "today", "value"),
    [
        (("05-01",), "/zwgk/202405/t20240501_1.html", None, DAY),
        (("05-01",), "/2024-05/01/content_1.htm", None, DAY),
        (("05-01",), "/2024/5/1/art_1.html", None, DAY),
        (("04-30",), "/zwgk/202405/t20240501_1.html", None, date(2024, 4, 30)),  # dated before it was put up
        (("12-31",), "/zwgk/202401/t20240102_1.html", None, date(2023, 12, 31)),
        (("05-01",), "/zwgk/202411/t20241101_1.html", None, None),  # the address speaks of another month
        (("05-01",), "/content_5365945.htm", None, None),
        (("05-01",), "/content_5365945.htm", date(2024, 5, 1), DAY),  # never later than today
        (("05-01",), "/content_5365945.htm", date(2025, 4, 30), DAY),
        (("02-29",), "", date(2027, 1, 1), date(2024, 2, 29)),
        (("5月1日",), "", date(2024, 6, 1), DAY),
        (("今天",), "", DAY, DAY),
        (("昨天",), "", date(2024, 5, 2), DAY),
        (("昨天",), "", None, None),
        (("1-2季度",), "", date(2024, 6, 1), None),  # not a date
        (("第3-5条",), "", date(2024, 6, 1), None),
        (("13-45",), "", date(2024, 6, 1), None),
    ],
)
def test_a_year_not_written_is_taken_from_what_is_known(
    chunks: tuple[str, ...], address: str, today: date | None, value: date | None
) -> None:
    moment = read_row(chunks, ZONE, address=address, today=today)
    assert (moment.value if moment else None) == value


@pytest.mark.parametrize(
    ("url", "month", "year"),
    [
        ("https://www.example.gov.cn/zwgk/202405/t20240501_48210.html", 5, 2024),
        ("https://www.example.gov.cn/art/2024/5/1/art_1_2.html", 5, 2024),
        ("https://www.example.gov.cn/202405/1.html", 6, None),
        ("https://www.example.gov.cn/a/123202405.html", 5, None),  # a number, not a month
    ],
)
def test_an_address_may_bear_the_year(url: str, month: int, year: int | None) -> None:
    assert year_of_address(url, month) == year


def test_dates_are_told_from_texts_that_hold_one() -> None:
    assert is_date("【2024年5月1日】")
    assert is_date("发布日期：2024-05-01 10:20:30")
    assert not is_date("2024年5月1日起施行")
    assert is_date_like("05-01") and is_date_like("[2024]") and is_date_like("15")
    assert not is_date_like("第15期") and not is_date_like("") and not is_date_like("通知")


@given(st.datetimes(datetime(1949, 1, 1), datetime(2099, 12, 31)), st.sampled_from("-/."))  # noqa: DTZ001
def test_what_is_written_is_read_back(at: datetime, sign: str) -> None:
    for form, precision, step in (
        (f"%Y{sign}%m{sign}%d %H:%M", "minute", 60),
        (f"%Y{sign}%m{sign}%d %H:%M:%S", "second", 1),
    ):
        moment = first_moment(f"发布时间：{at.strftime(form)} 来源：本网", ZONE)
        assert moment is not None
        assert moment.precision == precision
        assert timedelta(0) <= at.replace(tzinfo=ZONE) - moment.value < timedelta(seconds=step)  # type: ignore[operator]


@given(st.dates(date(1949, 1, 1), date(2099, 12, 31)))
def test_chinese_numerals_are_read_back(day: date) -> None:
    digits, ones = "〇一二三四五六七八九", "零一二三四五六七八九"

    def count(number: int) -> str:
        tens, rest = divmod(number, 10)
        return ("" if tens < 2 else ones[tens]) + ("十" if tens else "") + (ones[rest] if rest else "")

    text = f"{''.join(digits[int(sign)] for sign in str(day.year))}年{count(day.month)}月{count(day.day)}日"
    moment = first_moment(f"县人民政府\n{text}", ZONE)
    assert moment is not None and moment.value == day


@given(st.text(alphabet="0123456789年月日时分秒:-/. T+Z二〇十上下午星期三\u3000²①٣"))
def test_no_text_breaks_the_reading(text: str) -> None:
    for moment in moments(text, ZONE):
        assert 0 <= moment.start < moment.end <= len(text)
    read_field(text, ZONE)
    read_row((text, text[:10]), ZONE, address=text, today=DAY)
