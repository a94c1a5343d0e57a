"""What a page shown in a browser gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.net.outcomes import Fault, Outcome
from monitor.net.page import Page

MOST_FRAMES = 10
"""Frames of a page that are read, by a browser or without."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Data that the page fetched for itself: JSON, as it came."""

    url: str
    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame of the page, as it looked in the end.

    age: how old a cache says its copy is. fault: why it did not come, None where it did.
    """

    url: str
    text: str
    age: timedelta = timedelta(0)
    fault: Fault | None = None

    @property
    def trouble(self) -> str | None:
        """How it ended and why, where it did not come."""
        return None if self.fault is None else self.fault.told

    @property
    def may_come(self) -> bool:
        """Whether it did not come this time and may well another; else it leads nowhere for good."""
        return self.fault is not None and self.fault.outcome.retryable


@dataclass(frozen=True, slots=True)
class Rendered(Page):
    """A page as it looks once its scripts have run.

    text: the document as it is in the end, not as it came; body: the same in UTF-8. Of what is no HTML, text
    and body are what came. status, headers: of the last answer for the page itself. hops: where redirects and
    scripts led to. age: of the page, or of data it fetched if that is older. answers, frames: of the last
    document, bounded in number and size.
    """

    answers: tuple[Answer, ...] = ()
    frames: tuple[Frame, ...] = ()


@dataclass(slots=True)
class Seen:
    """What has been seen of a page so far; whatever ends the showing, a `Rendered` comes of it.

    site: "host:port", None where the address is none. spent: seconds of showing. fault: what is wrong, None
    while nothing is.
    """

    url: str
    requested_at: datetime
    final_url: str
    site: str | None = None
    spent: float = 0.0
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    hops: tuple[str, ...] = ()
    text: str = ""
    age: timedelta = timedelta(0)
    fault: Fault | None = None
    certificate_error: str | None = None
    notes: list[str] = field(default_factory=list)
    answers: tuple[Answer, ...] = ()
    frames: tuple[Frame, ...] = ()
    picture: bytes | None = None

    def page(self, *, fresh: bool) -> Rendered:
        """Make the page of it."""
        return Rendered(
            url=self.url,
            final_url=self.final_url,
            outcome=Outcome.OK if self.fault is None else self.fault.outcome,
            status=self.status,
            reason="" if self.fault is None else self.fault.reason,
            headers=self.headers,
            body=self.text.encode("utf-8", "replace"),
            text=self.text,
            encoding="utf-8" if self.text else None,
            requested_at=self.requested_at,
            elapsed=self.spent,
            age=self.age,
            fresh=fresh and self.status is not None,
            hops=self.hops,
            certificate_error=self.certificate_error,
            notes=tuple(self.notes),
            answers=self.answers,
            frames=self.frames,
        )
