"""What happened that people are told about: one event per site and matter, with all a message needs."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from checks.obligations import State
from checks.rules import Severity

if TYPE_CHECKING:
    from pydantic import TypeAdapter

NOTE = "note"
"""What notes are about, whatever they say."""

Review = Literal["none", "objected", "upheld", "overturned"]


class Kind(StrEnum):
    """Why somebody is told; the values are those of `on` in a route."""

    DUTY = "duty"
    REMINDER = "reminder"
    WARNING = "warning"
    VIOLATION = "violation"
    URGENT = "urgent"
    RESOLVED = "resolved"
    CORRECTION = "correction"
    BLIND = "blind"
    DIGEST = "digest"

    @property
    def accuses(self) -> bool:
        """Whether whoever was told this must hear of it when it turns out wrong."""
        return self in (Kind.WARNING, Kind.VIOLATION, Kind.URGENT)


@dataclass(frozen=True, slots=True)
class SiteRef:
    """The site (or the portal whose column it is) that an event concerns; region: GB/T 2260, six digits."""

    id: str
    name: str
    region: str
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RepostFacts:
    """What is known of one duty to repost when the event happens.

    published_at is the time as the source page shows it, or None; looked_at and unread name places in the
    office's language; reason says in a sentence why the state is what it is (a void, a correction); decided
    who decided it by hand, and why; due_at by when a violation is to be put right; corrects the numbers of
    the messages that a correction takes back; link is the console's page on this obligation.
    """

    obligation_id: int
    policy_id: int
    title: str
    portal: str
    policy_url: str
    started_at: datetime
    target_at: datetime
    limit_at: datetime
    state: State
    doc_number: str | None = None
    published_at: str | None = None
    seen_after: datetime | None = None
    seen_by: datetime | None = None
    discharged_at: datetime | None = None
    found_url: str | None = None
    found_how: str | None = None
    found_in: str | None = None
    looked_at: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    review: Review = "none"
    reason: str | None = None
    decided: tuple[str, str] | None = None
    due_at: datetime | None = None
    corrects: tuple[str, ...] = ()
    link: str | None = None
    about: Literal["repost"] = "repost"

    @property
    def subject(self) -> str:
        return f"obligation:{self.obligation_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemFacts:
    """What is known of one problem: a finding that does not hold, or a page that could not be read.

    policy and doc_number name the document of a finding on a repost.
    """

    problem_id: int
    severity: Severity
    policy: str | None = None
    doc_number: str | None = None
    expected: str | None = None
    found: str | None = None
    url: str | None = None
    since: datetime | None = None
    due_at: datetime | None = None
    reason: str | None = None
    corrects: tuple[str, ...] = ()
    link: str | None = None
    about: Literal["problem"] = "problem"

    @property
    def subject(self) -> str:
        return f"problem:{self.problem_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteFacts:
    """A text made elsewhere (the daily digest, a sign of life): a title and lines, told as they are."""

    title: str
    lines: tuple[str, ...]
    link: str | None = None
    about: Literal["note"] = "note"

    @property
    def subject(self) -> str:
        return NOTE


Facts = RepostFacts | ProblemFacts | NoteFacts


@dataclass(frozen=True, slots=True)
class Event:
    """One thing to tell about one site.

    group: "policy:12" or "site:example"; events of one kind and group are told in one message.
    ready_at: when the window of its group ends, that is when the message may be written. The first event of
        a group decides; later ones join it.
    rule: the rule's id; for a reminder it says of which deadline ("repost.target" or "repost.limit").
    only: the channels that it is for, where it repeats or passes up what was told; none: the routes choose.
    """

    kind: Kind
    rule: str
    group: str
    occurred_at: datetime
    ready_at: datetime
    site: SiteRef
    facts: Facts
    only: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for holder in (self, self.facts):
            for field in fields(holder):
                value = getattr(holder, field.name)
                if isinstance(value, datetime) and value.tzinfo is None:
                    raise ValueError(f"{field.name} of an event carries no offset: {value}")

    @property
    def subject(self) -> str:
        """What is told about ("obligation:12"), so that a correction finds who had heard of it."""
        return self.facts.subject

    def to_json(self) -> str:
        """Write the event as JSON; times are RFC 3339 with offset."""
        return _reader().dump_json(self).decode()

    @classmethod
    def from_json(cls, text: str) -> Event:
        """Read what `to_json` wrote, also by another version: unknown keys are ignored. Or ValueError."""
        event: Event = _reader().validate_json(text)
        return event


@cache
def _reader() -> TypeAdapter[Any]:
    from pydantic import TypeAdapter  # noqa: PLC0415 - heavy, and needed only where events are stored

    return TypeAdapter(Event)
