"""What is watched: portals and sites with their columns, accounts, dated tasks, words and people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Annotated, Literal

from pydantic import Field, PlainSerializer, PlainValidator, ValidationInfo, WithJsonSchema, field_validator
from yarl import URL

from checks.rules import Duty
from monitor.targets.fetch import Robots
from monitor.targets.office import NOWHERE
from monitor.targets.values import (
    Count,
    Css,
    Day,
    Encoding,
    Flag,
    Host,
    Id,
    Length,
    Regex,
    Region,
    SearchUrl,
    Table,
    Text,
    UnfitError,
    Url,
    Words,
    either,
)

Level = Literal["national", "provincial", "municipal"]
KeyMode = Literal["all", "none", "auto", "ask"]
ListFormat = Literal["html", "feed", "json", "sitemap"]
Render = Literal["auto", "always", "never"]
About = Literal["policy", "news", "notice", "mailbox", "consultation", "other"]
SiteType = Literal["portal", "department", "township", "other"]
Status = Literal["building", "open", "suspended", "closing", "closed"]

SITE_DUTIES = frozenset(Duty) - {Duty.WATCH}


def read_duty(value: object) -> Duty:
    names = sorted(SITE_DUTIES)
    if value not in names:
        near = get_close_matches(str(value), names, n=1)
        raise UnfitError(f"must be {either(names)}", next(iter(near), None))
    return Duty(str(value))


def duties_of(site_type: str) -> frozenset[Duty]:
    """What a site of a type answers for unless it says otherwise."""
    return SITE_DUTIES if site_type == "portal" else SITE_DUTIES - {Duty.REPOST}


DutyOfASite = Annotated[
    Duty,
    PlainValidator(read_duty),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "enum": sorted(SITE_DUTIES)}),
]


class Column(Table):
    """A list of items."""

    name: Words = Field(description="what the column is called; no two of one owner alike")
    url: Url = Field(description="address of its first page")
    every: Length = Field(description="how often it is read")
    format: ListFormat | None = Field(default=None, description="of the list; none given: found by itself")
    items: Css | None = Field(default=None, description="CSS of the rows")
    title: Css | None = Field(default=None, description="CSS of the title inside a row")
    link: Css | None = Field(default=None, description="CSS of the link inside a row")
    date: Css | None = Field(default=None, description="CSS of the date inside a row")
    encoding: Encoding | None = Field(default=None, description="where the page itself says it wrongly")
    render: Render = Field(default="auto", description="whether a browser renders the page first")
    pages: Count = Field(default=1, le=100, description="list pages to follow at least")


class PortalColumn(Column):
    """A list of a portal whose items are to be reposted."""

    every: Length = Field(default=timedelta(minutes=2), description="how often it is read")
    key: KeyMode = Field(
        default="all",
        description="which items are key; auto: what [key] says; ask: an officer is asked what [key] says",
    )


class SiteColumn(Column):
    """A list of a site."""

    every: Length = Field(default=timedelta(minutes=5), description="how often it is read")
    about: About = Field(
        default="policy",
        description="its freshness rule; reposts are looked for in policy and news columns, and at home",
    )


class Portal(Table):
    """Whom the duty comes from."""

    id: Id = Field(description="unique over portals and sites")
    name: Words = Field(description="what people call it")
    level: Level = Field(
        description="national binds all sites; provincial those that share the first 2 digits of region; "
        "municipal the first 4"
    )
    region: Region = Field(
        default=NOWHERE,
        description="none given: 000000 for a national portal, else the office's province or city",
        json_schema_extra={"default": None},
    )
    url: Url = Field(description="home page")
    binds: tuple[Words, ...] | None = Field(
        default=None,
        description="region codes or site ids, instead of the rule; one ending in 00 takes in all under it",
    )
    columns: tuple[PortalColumn, ...] = Field(
        default=(), alias="column", description="lists of policies to be reposted"
    )

    @field_validator("columns")
    @classmethod
    def differ_in_name(cls, columns: tuple[PortalColumn, ...]) -> tuple[PortalColumn, ...]:
        _refuse_equal_names(columns)
        return columns


class Contact(Table):
    """Who is told to put things right."""

    name: Text = Field(default="", description="the person or the office")
    channel: Id | None = Field(default=None, description="id of a channel")


class Approval(Table):
    """The approval under which a site was opened."""

    number: Text = Field(default="", description="document number")
    date: Day | None = Field(default=None, description="day of the document")


class Registration(Table):
    """What the register says; the page must say the same. What is not given is not compared."""

    site_id: Words | None = Field(default=None, description="网站标识码")
    icp: Words | None = Field(default=None, description="ICP备案编号")
    police: Words | None = Field(default=None, description="公安机关备案号")
    sponsor: Words | None = Field(default=None, description="主办单位")
    badge: Flag | None = Field(default=None, description="whether it bears the 党政机关网站标识")
    approval: Approval | None = Field(default=None, description="the approval of its opening")
    icp_filed: Day | None = Field(default=None, description="day of the ICP filing")
    police_filed: Day | None = Field(default=None, description="day of the police filing")
    opened: Day | None = Field(default=None, description="day it went on line")
    closing_notice: Day | None = Field(default=None, description="day its closing was announced")
    closed: Day | None = Field(default=None, description="day it was closed")

    @field_validator("closed")
    @classmethod
    def follows_what_came_before(cls, closed: date | None, info: ValidationInfo) -> date | None:
        for earlier in ("opened", "closing_notice"):
            day = info.data.get(earlier)
            if closed and day and closed < day:
                raise ValueError(f"must not lie before {earlier}")
        return closed


class Grading(Table):
    """The security grading (等级保护)."""

    level: Count | None = Field(default=None, le=5, description="1 to 5")
    filing: Words | None = Field(default=None, description="备案证明编号")
    graded: Day | None = Field(default=None, description="day of the grading")
    filed: Day | None = Field(default=None, description="day of its filing")
    assessed: Day | None = Field(default=None, description="day of the last assessment (测评)")
    assessed_by: Words | None = Field(default=None, description="who assessed it")


class Site(Table):
    """Who is bound."""

    id: Id = Field(description="unique over portals and sites")
    name: Words = Field(description="what people call it")
    type: SiteType = Field(default="portal", description="the duty to repost is a portal's (clause 16)")
    region: Region = Field(
        default=NOWHERE,
        description="none given: the office's",
        json_schema_extra={"default": None},
    )
    url: Url = Field(description="home page")
    hosts: tuple[Host, ...] = Field(default=(), description="further hosts that are this site")
    search: SearchUrl | None = Field(
        default=None, description="its own search, {title} where the words to search for go"
    )
    robots: Robots | None = Field(default=None, description="none given: what [fetch] says")
    status: Status = Field(
        default="open",
        description="building and suspended: only the lifecycle; closed: only whether it is gone",
    )
    duties: frozenset[DutyOfASite] = Field(
        default_factory=lambda earlier: duties_of(earlier.get("type", "portal")),
        description="what it answers for; none given: a portal for all, others for all but repost",
        json_schema_extra={"default": None},
    )
    whole: Flag | None = Field(
        default=None,
        description="whether all its links are checked, not only its home page's; none given: what "
        "[rules.links] says",
    )
    contact: Contact = Field(default_factory=Contact, description="who is told to put things right")
    registration: Registration = Field(
        default_factory=Registration, description="what the register says; the page must say the same"
    )
    grading: Grading | None = Field(default=None, description="security grading")
    columns: tuple[SiteColumn, ...] = Field(default=(), alias="column", description="its lists")

    @field_validator("columns")
    @classmethod
    def differ_in_name(cls, columns: tuple[SiteColumn, ...]) -> tuple[SiteColumn, ...]:
        _refuse_equal_names(columns)
        return columns

    @property
    def is_observed(self) -> bool:
        """Whether everything is: clocks start and all its duties are judged."""
        return self.status in ("open", "closing")

    @property
    def binds_repost(self) -> bool:
        """Whether clocks of the duty to repost start on this site; by which portals says `binding`."""
        return self.is_observed and self.type == "portal" and Duty.REPOST in self.duties

    @property
    def duties_now(self) -> frozenset[Duty]:
        """The duties that are judged in its present status; of a closed site only `lifecycle.closed` is."""
        if self.is_observed:
            return self.duties
        return frozenset() if self.status == "closed" else self.duties & {Duty.LIFECYCLE}

    @property
    def repost_columns(self) -> tuple[SiteColumn, ...]:
        """The columns in which reposts are looked for, besides the home page."""
        return tuple(column for column in self.columns if column.about in ("policy", "news"))

    @property
    def all_hosts(self) -> frozenset[str]:
        """Every host that is this site, in lower case, with a port where it is not the usual one."""
        return frozenset((host_of(self.url), *self.hosts))


def host_of(url: str) -> str:
    """The host of an address in lower case, with its port where that is not the usual one."""
    return URL(url).host_port_subcomponent or ""


def _refuse_equal_names(columns: Iterable[Column]) -> None:
    seen: set[str] = set()
    for column in columns:
        if column.name in seen:
            raise ValueError(f'must differ in name: "{column.name}" is there twice')
        seen.add(column.name)


class Account(Table):
    """New media, read by feed or by dates given by hand."""

    id: Id = Field(description="unique over accounts")
    kind: Literal["wechat", "weibo", "douyin", "app", "other"] = Field(
        default="wechat", description="what it is"
    )
    name: Text = Field(default="", description="what people call it")
    owner: Id | None = Field(default=None, description="id of the site it belongs to")
    feed: Url | None = Field(default=None, description="address of its feed; none: dates are given by hand")


class Task(Table):
    """A dated task with words to find."""

    id: Id = Field(description="unique over tasks")
    clause: Text = Field(default="", description="the clause it rests on")
    title: Text = Field(default="", description="what is to be done")
    match: tuple[Regex, ...] = Field(default=(), description="regular expressions over titles, any of them")
    site: Id | None = Field(
        default=None, description="id of the site where it is to be found; none: every site"
    )
    from_: Day | None = Field(default=None, alias="from", description="first day it may be done")
    until: Day | None = Field(default=None, description="last day it may be done")
    every: Literal["year", "once"] = Field(
        default="year", description="whether it comes back on the same days"
    )

    @field_validator("until")
    @classmethod
    def is_not_before_from(cls, until: date | None, info: ValidationInfo) -> date | None:
        return _not_before_from(until, info)


class Wording(Table):
    """A word that must not stand on a page, and the right one."""

    wrong: Words = Field(description="as it must not be written")
    right: Text = Field(default="", description="as it is written rightly")


class Person(Table):
    """Who holds which office, and since and until when."""

    name: Words = Field(description="the person's name")
    title: Text = Field(default="", description="the office held")
    from_: Day | None = Field(default=None, alias="from", description="first day in it")
    until: Day | None = Field(default=None, description="last day in it")

    @field_validator("until")
    @classmethod
    def is_not_before_from(cls, until: date | None, info: ValidationInfo) -> date | None:
        return _not_before_from(until, info)


def _not_before_from(until: date | None, info: ValidationInfo) -> date | None:
    first = info.data.get("from_")
    if until and first and until < first:
        raise ValueError("must not lie before from")
    return until
