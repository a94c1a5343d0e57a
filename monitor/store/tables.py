"""The tables: what was observed, what follows from it, and whom it was told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, Index, Text, UniqueConstraint, text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel


class UTCDateTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite drops offsets silently, so naive values are refused on the way in."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive time cannot be stored: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def moment(*, required: bool = False, index: bool = False) -> Any:
    """Declare a column that holds a moment."""
    return Field(default=... if required else None, sa_type=UTCDateTime, index=index, nullable=not required)


def document(factory: Any) -> Any:
    """Declare a column that holds a list or a map."""
    return Field(default_factory=factory, sa_column=Column(JSON, nullable=False))


def long_text() -> Any:
    """Declare a column for text of any length."""
    return Field(default="", sa_column=Column(Text, nullable=False))


class Watch(SQLModel, table=True):
    """Something done again and again. `due_at` advances in the transaction that stores the result."""

    __tablename__ = "watch"
    __table_args__ = (UniqueConstraint("kind", "key"), Index("ix_watch_kind_due", "kind", "due_at"))

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    key: str
    due_at: datetime = moment(required=True, index=True)
    last_run_at: datetime | None = moment()
    failures: int = 0


class Place(SQLModel, table=True):
    """A page that is read for its rows: a column, or a home page (`kind` home)."""

    __tablename__ = "place"
    __table_args__ = (UniqueConstraint("owner", "url"),)

    id: int | None = Field(default=None, primary_key=True)
    owner: str = Field(index=True)
    kind: str
    name: str
    url: str
    every: int
    first_ok_at: datetime | None = moment()
    last_ok_at: datetime | None = moment()
    last_tried_at: datetime | None = moment()
    last_error: str | None = None
    failures: int = 0
    left_alone_until: datetime | None = moment()
    items: int = 0
    method: str | None = None
    structure: str | None = Field(default=None, sa_column=Column(Text))
    etag: str | None = None
    last_modified: str | None = None
    known: list[str] = document(list)
    pages_read: int = 0
    is_confirmed: bool = False
    browser_since: datetime | None = moment()
    changed_at: datetime | None = moment()


class SiteState(SQLModel, table=True):
    """What is remembered of a site between looks. joined_at: since when it is bound, None while it is not."""

    __tablename__ = "site_state"

    site_id: str = Field(primary_key=True)
    joined_at: datetime | None = moment()
    last_read_at: datetime | None = moment()
    last_complete_at: datetime | None = moment()
    up: bool | None = None
    down_since: datetime | None = moment()
    failures: int = 0
    tls_not_after: datetime | None = moment()
    assessment_due: str | None = None


_NUMBERED = text("doc_number IS NOT NULL")
"""Few titles bear a number: an index of those costs next to nothing."""


class Item(SQLModel, table=True):
    """A row of a list, kept once per owner; `seen_after` and `seen_by` bound when it appeared."""

    __tablename__ = "item"
    __table_args__ = (
        UniqueConstraint("owner", "address"),
        Index("ix_item_owner_seen", "owner", "seen_by"),
        Index("ix_item_owner_title", "owner", "title_key"),
        Index(
            "ix_item_owner_number",
            "owner",
            "doc_number",
            sqlite_where=_NUMBERED,
            postgresql_where=_NUMBERED,
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    owner: str
    address: str = Field(sa_column=Column(Text, nullable=False))
    url: str = Field(sa_column=Column(Text, nullable=False))
    title: str = Field(sa_column=Column(Text, nullable=False))
    title_key: str = Field(sa_column=Column(Text, nullable=False))
    place: str
    row_date: str | None = None
    doc_number: str | None = None
    seen_after: datetime | None = moment()
    seen_by: datetime = moment(required=True)
    last_seen_at: datetime = moment(required=True)
    is_baseline: bool = False
    tries: int = 0
    decided_at: datetime | None = moment()
    is_key: bool | None = None
    why: str | None = None
    policy_id: int | None = Field(default=None, foreign_key="policy.id", index=True)


class Titles(SQLModel, table=True):
    """The normalised titles of a site's items once more, one a line, some hundred in each piece.

    A new policy is compared with all of them: as one text they are read in a third of the time.
    """

    __tablename__ = "titles"

    id: int | None = Field(default=None, primary_key=True)
    owner: str = Field(index=True)
    lines: str = long_text()


class Policy(SQLModel, table=True):
    """A key policy item, once however many portals carry it."""

    __tablename__ = "policy"

    id: int | None = Field(default=None, primary_key=True)
    title: str = Field(sa_column=Column(Text, nullable=False))
    doc_number: str | None = None
    url: str = Field(sa_column=Column(Text, nullable=False))
    portal: str
    level: str
    published_at: str | None = None
    precision: str = "none"
    seen_after: datetime | None = moment()
    first_seen_at: datetime = moment(required=True, index=True)
    source: str | None = None
    text: str = long_text()
    digest: str | None = None
    carriers: list[dict[str, Any]] = document(list)
    files: list[dict[str, str]] = document(list)
    missing_since: datetime | None = moment()
    withdrawn_at: datetime | None = moment()


class Obligation(SQLModel, table=True):
    """One duty with a clock: who, what, from when, by when, and what proved it.

    sealed: the record of the evidence that holds its verdict; None where one has to be written, empty where
    there is nothing to write yet.
    """

    __tablename__ = "obligation"
    __table_args__ = (UniqueConstraint("duty", "site", "policy_id"),)

    id: int | None = Field(default=None, primary_key=True)
    duty: str = "repost"
    site: str = Field(index=True)
    region: str
    level: str
    policy_id: int | None = Field(default=None, foreign_key="policy.id", index=True)
    portal: str
    started_at: datetime = moment(required=True)
    target_at: datetime | None = moment()
    limit_at: datetime = moment(required=True)
    is_limit_certain: bool = True
    state: str = Field(default="pending", index=True)
    reason: str | None = None
    review: str = "none"
    judge_at: datetime | None = moment(index=True)
    settled_at: datetime | None = moment()
    is_watched: bool = Field(default=True, index=True)
    reminded: list[str] = document(list)
    items_checked: int = 0
    absent: list[str] = document(list)
    looked: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    seen_after: datetime | None = moment()
    is_target_missed: bool = False
    sighting: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    discharged_at: datetime | None = moment()
    delay: float | None = None
    void: str | None = None
    waived: str | None = None
    sealed: str | None = Field(default="", index=True)


class Transition(SQLModel, table=True):
    """A change of an obligation's state; nothing of it is ever erased."""

    __tablename__ = "transition"

    id: int | None = Field(default=None, primary_key=True)
    obligation_id: int = Field(foreign_key="obligation.id", index=True)
    at: datetime = moment(required=True)
    was: str | None = None
    state: str
    why: str
    by: str | None = None


class Look(SQLModel, table=True):
    """One look at a site: every place read in one round, and whether the look is whole."""

    __tablename__ = "look"
    __table_args__ = (Index("ix_look_site_at", "site", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    site: str
    at: datetime = moment(required=True)
    is_complete: bool
    is_fresh: bool
    places: list[dict[str, Any]] = document(list)


class Problem(SQLModel, table=True):
    """A finding that stands: opened, told, and closed when a later look finds it in order."""

    __tablename__ = "problem"
    __table_args__ = (Index("ix_problem_open", "site", "rule", "subject", "closed_at"),)

    id: int | None = Field(default=None, primary_key=True)
    rule: str
    site: str
    region: str
    subject: str = ""
    severity: str
    is_early: bool = False
    opened_at: datetime = moment(required=True)
    told_at: datetime | None = moment()
    due_at: datetime | None = moment()
    closed_at: datetime | None = moment()
    checked_at: datetime = moment(required=True)
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = moment()
    detail: str = long_text()
    expected: str | None = Field(default=None, sa_column=Column(Text))
    found: str | None = Field(default=None, sa_column=Column(Text))
    url: str | None = Field(default=None, sa_column=Column(Text))
    evidence: str | None = Field(default=None, sa_column=Column(Text))
    obligation_id: int | None = None
    dismissal_id: int | None = None


class Dismissal(SQLModel, table=True):
    """A false alarm: findings of a rule on a site that are not told again until a moment.

    scope: "page" (value is its canonical address), "rule" (all of them), "subject" (value is the subject).
    found: the faults that were found when it was dismissed; another one is no false alarm yet.
    """

    __tablename__ = "dismissal"
    __table_args__ = (Index("ix_dismissal_scope", "site", "rule", "until"),)

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = moment(required=True)
    problem_id: int
    rule: str
    site: str
    scope: str
    value: str = long_text()
    found: list[str] = document(list)
    is_early: bool = False
    until: datetime = moment(required=True)
    by: str
    reason: str = long_text()


class BadLink(SQLModel, table=True):
    """A link that failed, until it is in order or stands nowhere any more; one that fails anew is a new row.

    state: broken or foreign. closed_site: the site of the register it leads to, where that was closed.
    page: the page with which it is told, "" where it may stand on others unread; places: [page, words] of
    those it stands on, places_in_all how many. placed_at: when it was last seen to stand there.
    confirmed_at: since when it is told, None while not.
    """

    __tablename__ = "bad_link"
    __table_args__ = (Index("ix_bad_link_site_ended", "site", "ended_at"),)

    id: int | None = Field(default=None, primary_key=True)
    site: str
    url: str = Field(sa_column=Column(Text, nullable=False))
    state: str
    status: int | None = None
    reason: str = long_text()
    closed_site: str | None = None
    page: str = long_text()
    is_home: bool = False
    places: list[list[str]] = document(list)
    places_in_all: int = 0
    placed_at: datetime = moment(required=True)
    first_at: datetime = moment(required=True)
    last_at: datetime = moment(required=True)
    tries: int = 0
    confirmed_at: datetime | None = moment()
    ended_at: datetime | None = moment()


class Crawled(SQLModel, table=True):
    """A round through the links of a site: of its home page, or of all of it (`scope` home or whole).

    unchanged: how many of the pages were the same as last time. cut: why it is not all of it, "" where it is.
    states: how many links stood how.
    """

    __tablename__ = "crawled"
    __table_args__ = (Index("ix_crawled_site_at", "site", "scope", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    site: str
    scope: str
    at: datetime = moment(required=True)
    pages: int = 0
    unchanged: int = 0
    links: int = 0
    seconds: float = 0.0
    cut: str = ""
    states: dict[str, int] = document(dict)


class Decision(SQLModel, table=True):
    """What an officer decided by hand, with name and reason."""

    __tablename__ = "decision"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = moment(required=True)
    action: str
    subject: str
    by: str
    reason: str
    detail: dict[str, Any] = document(dict)


class AlertEvent(SQLModel, table=True):
    """Something to tell; `told_at` is set once messages with it are stored (or nobody wants to know)."""

    __tablename__ = "alert_event"
    __table_args__ = (Index("ix_alert_event_waiting", "told_at", "ready_at"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    rule: str
    group: str
    site: str
    subject: str = Field(index=True)
    occurred_at: datetime = moment(required=True)
    ready_at: datetime = moment(required=True)
    told_at: datetime | None = moment()
    payload: str = long_text()


class AlertMessage(SQLModel, table=True):
    """A message as it was composed; its number lets a reader recognise a repetition."""

    __tablename__ = "alert_message"

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(index=True)
    kind: str
    title: str = Field(sa_column=Column(Text, nullable=False))
    body: str = long_text()
    created_at: datetime = moment(required=True)


class AlertContent(SQLModel, table=True):
    """Which events a message tells."""

    __tablename__ = "alert_content"

    message_id: int = Field(foreign_key="alert_message.id", primary_key=True)
    event_id: int = Field(foreign_key="alert_event.id", primary_key=True, index=True)


class AlertDelivery(SQLModel, table=True):
    """A message on its way to one channel. A lease is a `due_at` that lies ahead, and the attempt's count."""

    __tablename__ = "alert_delivery"
    __table_args__ = (
        UniqueConstraint("message_id", "channel"),
        Index("ix_alert_delivery_due", "state", "channel", "due_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(foreign_key="alert_message.id")
    channel: str
    state: str = "waiting"
    attempts: int = 0
    since: datetime = moment(required=True)
    due_at: datetime = moment(required=True)
    settled_at: datetime | None = moment()
    error: str | None = Field(default=None, sa_column=Column(Text))
