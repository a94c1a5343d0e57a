"""Whose configuration it is: the office, what its verdicts rest on, its calendar, store and server."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationInfo, field_validator

from monitor.targets.secrets import Secret, mask_password
from monitor.targets.values import (
    Address,
    Day,
    Folder,
    Length,
    Region,
    RegionStart,
    SecretText,
    Size,
    Span,
    Table,
    Text,
    TimeZone,
    Url,
    Words,
    span_of,
)

Language = Literal["zh-CN", "en"]
WorkingDay = Literal["end_of_day", "close_of_business", "same_clock", "working_hours"]
Series = Literal["column", "site", "region"]

NOWHERE = "000000"


class Office(Table):
    """The office that watches, and whose time and language hold."""

    name: Words = Field(description="the office's name; messages and bulletins bear it")
    region: Region = Field(description="region code of the office, GB/T 2260")
    timezone: TimeZone = Field(default="Asia/Shanghai", description="the zone of every clock and calendar")
    language: Language = Field(
        default="zh-CN", description="of messages, bulletins and the console; logs are English"
    )
    hours: tuple[Span, ...] = Field(
        default=("08:30-12:00", "14:30-17:30"), min_length=1, description="office hours of a working day"
    )
    contact: Text = Field(
        default="",
        description="how the office is reached, such as a telephone number; messages that ask for an answer "
        "and the console name it",
    )
    review: bool = Field(
        default=True, description="whether a violation is called 疑似 until an officer has reviewed it"
    )

    @field_validator("hours")
    @classmethod
    def come_one_after_the_other(cls, hours: tuple[str, ...]) -> tuple[str, ...]:
        spans = sorted(span_of(text) for text in hours)
        for start, end in spans:
            if end <= start:
                raise ValueError(f"must not run backwards, as {start:%H:%M}-{end:%H:%M} does")
        for (_, end), (start, _) in pairwise(spans):
            if start <= end:
                raise ValueError(
                    f"must lie apart: one span ends at {end:%H:%M}, another begins at {start:%H:%M}"
                )
        return tuple(f"{start:%H:%M}-{end:%H:%M}" for start, end in spans)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @classmethod
    def unnamed(cls) -> Office:
        """Stand in where no office is named: the product itself speaks, and it sits nowhere."""
        return cls(name="督办", region=NOWHERE)


class Basis(Table):
    """The document and the clause that a verdict cites."""

    title: Text = Field(default="关于全面推进政务公开工作的实施意见", description="title of the document")
    number: Text = Field(default="", description="its document number")
    clause: Text = Field(default="十六", description="its clause on reposting")
    issued: Day | None = Field(default=None, description="the day it was issued")
    valid_to: Day | None = Field(
        default=None, description="its last day; past it findings are worded as observations"
    )

    @field_validator("valid_to")
    @classmethod
    def follows_issue(cls, valid_to: date | None, info: ValidationInfo) -> date | None:
        issued = info.data.get("issued")
        if valid_to and issued and valid_to < issued:
            raise ValueError("must not lie before issued")
        return valid_to

    def is_expired(self, today: date) -> bool:
        return self.valid_to is not None and self.valid_to < today


class Store(Table):
    """Where observations, verdicts and evidence are kept."""

    url: SecretText = Field(
        default_factory=lambda: Secret("sqlite:///var/duban.db"),
        description="sqlite:///path or postgresql://user@host/db",
        json_schema_extra={"default": "sqlite:///var/duban.db"},
    )
    evidence: Folder = Field(default=Path("var/evidence"), description="folder of the pages kept as evidence")
    evidence_kept: Length = Field(
        default=timedelta(days=1095),
        description="how long evidence is kept; what an open verdict rests on stays",
        json_schema_extra={"default": "1095d"},
    )
    evidence_most: Size = Field(
        default=20 * 2**30,
        description="how much evidence is kept, the oldest goes first; what an open verdict rests on stays",
        json_schema_extra={"default": "20GiB"},
    )

    pages: Folder = Field(
        default=Path("var/pages"),
        description="folder of what is remembered of pages whose links were checked; it may be deleted",
    )

    @field_validator("url")
    @classmethod
    def is_sqlite_or_postgresql(cls, url: Secret) -> Secret:
        scheme, _, rest = url.reveal().partition("://")
        if scheme not in ("sqlite", "postgresql") or not rest.strip("/"):
            raise ValueError('must be "sqlite:///path" or "postgresql://user@host/db"')
        return url

    @property
    def shown_url(self) -> str:
        """The url without its password, for people."""
        return mask_password(self.url.reveal())


class Server(Table):
    """Where the console, the API and the metrics are served."""

    listen: Address = Field(
        default="127.0.0.1:8080", description="console and API; the variable DUBAN_LISTEN goes before it"
    )
    public_url: Url = Field(default="http://127.0.0.1:8080", description="what links in messages start with")
    metrics: Address = Field(
        default="127.0.0.1:9464",
        validate_default=True,
        description="/metrics, /healthz and /readyz; the variable DUBAN_METRICS goes before it",
    )
    series: Series = Field(default="column", description="how fine the series per target are")

    @field_validator("metrics")
    @classmethod
    def is_not_the_consoles(cls, metrics: str, info: ValidationInfo) -> str:
        if metrics == info.data.get("listen") and not metrics.endswith(":0"):
            raise ValueError("must be another address than listen")
        return metrics


class RegionCalendar(Table):
    """Days that differ in one region, such as 三月三 in Guangxi."""

    region: RegionStart = Field(description="first 2, 4 or all 6 digits of the region code")
    holidays: tuple[Day, ...] = Field(default=(), description="days off there besides the official ones")
    workdays: tuple[Day, ...] = Field(default=(), description="days worked there besides the official ones")

    @field_validator("workdays")
    @classmethod
    def are_no_holidays(cls, workdays: tuple[date, ...], info: ValidationInfo) -> tuple[date, ...]:
        return _apart_from(workdays, info.data.get("holidays", ()))


class CalendarTable(Table):
    """How working days are counted, and which days differ from the official calendar."""

    working_day: WorkingDay = Field(default="end_of_day", description='when "n working days" end')
    rest_day_start: Literal["exclude", "roll"] = Field(
        default="exclude",
        description="published on a rest day: the next working day is the first, or as if published then",
    )
    holidays: tuple[Day, ...] = Field(default=(), description="days off besides the official ones")
    workdays: tuple[Day, ...] = Field(default=(), description="days worked besides the official ones")
    regions: tuple[RegionCalendar, ...] = Field(
        default=(), alias="region", description="days that differ in a region"
    )

    @field_validator("workdays")
    @classmethod
    def are_no_holidays(cls, workdays: tuple[date, ...], info: ValidationInfo) -> tuple[date, ...]:
        return _apart_from(workdays, info.data.get("holidays", ()))


def _apart_from(workdays: tuple[date, ...], holidays: tuple[date, ...]) -> tuple[date, ...]:
    if both := sorted(set(workdays) & set(holidays)):
        raise ValueError(f"must not hold a day that stands in holidays too: {both[0]}")
    return workdays
