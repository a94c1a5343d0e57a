"""What the API answers, for its own description; the values are made in `monitor.store.views`.

No key is ever absent; what is unknown is null. Times are RFC 3339 with offset; what is precise to the day is
YYYY-MM-DD.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from alerts.events import Kind, Review
from checks.obligations import State
from checks.rules import Severity
from monitor.targets.watch import SiteType, Status

How = Literal["link", "doc_number", "title", "near_title", "body", "hand"]
Precision = Literal["second", "minute", "day", "none"]
Veto = Literal["met", "near", "clear", "unknown"]
DeliveryState = Literal["waiting", "accepted", "dead"]


class Subject(BaseModel):
    """What a duty is about."""

    kind: Literal["policy"]
    id: int | None
    title: str | None
    url: str | None


class Policy(BaseModel):
    """A key policy, once however many portals carry it."""

    id: int
    title: str
    doc_number: str | None
    url: str
    portal: str = Field(description="id of the portal where it was first seen")
    published_at: str | None = Field(description="as its page states it; a day where only that is stated")
    first_seen_at: str


class Evidence(BaseModel):
    """What was seen of a repost."""

    how: How | None = Field(description="how it was recognised")
    score: float | None
    url: str | None
    title: str | None
    seen_after: str | None = Field(description="the last good reading that lacked it")
    seen_by: str | None = Field(description="the first reading that had it")
    declared_at: str | None
    precision: Precision
    backdated: bool
    digest: str | None


class Obligation(BaseModel):
    """One duty with a clock."""

    id: int
    duty: str
    subject: Subject
    policy: Policy | None = Field(description="null unless a repost")
    site: str = Field(description="the site's id")
    started_at: str
    target_at: str | None
    limit_at: str
    state: State
    reason: str | None
    review: Review
    discharged_at: str | None
    evidence: Evidence | None = Field(description="null until something was seen")


class Problem(BaseModel):
    """A finding that stands or stood."""

    id: int
    rule: str
    site: str = Field(description="the site's id, or a portal's")
    severity: Severity
    opened_at: str
    due_at: str | None
    closed_at: str | None
    acknowledged_by: str | None
    detail: str
    url: str | None
    evidence: str | None
    expected: str | None
    found: str | None
    obligation: int | None = Field(description="the duty it is about")
    dismissal: int | None = Field(description="the dismissal that closed it as a false alarm")


class Site(BaseModel):
    """A site that is watched."""

    id: str
    name: str
    type: SiteType
    region: str
    url: str
    status: Status
    up: bool | None
    last_read_at: str | None
    vetoes: dict[str, Veto] = Field(description="by indicator")
    problems: int = Field(description="open ones")
    obligations: dict[State, int] = Field(description="numbers by state; states without any are left out")


class Column(BaseModel):
    """A page that is read for its rows: a column, or a home page."""

    owner: str = Field(description="id of a site or portal")
    name: str
    url: str
    last_ok_at: str | None
    last_error: str | None
    items: int
    every: int = Field(description="seconds")
    method: Literal["css", "found", "feed", "json", "sitemap", "script"] | None
    by_browser: bool = Field(description="whether it takes a browser to read it")
    changed_at: str | None = Field(
        description="when its list was last found to be built otherwise than before"
    )


class Item(BaseModel):
    """A row seen on a portal or a site."""

    id: int
    owner: str
    column: str
    title: str
    url: str
    date: str | None
    seen_after: str | None
    seen_by: str
    key: bool | None = Field(description="null on sites, and until it is decided")
    why: str | None
    policy: int | None


class Delivery(BaseModel):
    """A message on its way to one channel."""

    channel: str
    state: DeliveryState
    attempts: int
    due_at: str
    settled_at: str | None
    error: str | None


class Alert(BaseModel):
    """A message as it was written."""

    id: int
    number: str
    kind: Kind
    title: str
    body: str
    created_at: str
    deliveries: list[Delivery]
