"""What one request gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.net.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Page:
    """The end of one request, whatever it was.

    url: as asked for. final_url: where the answer came from; hops: the addresses redirects led to, in order.
    status, headers (names in lower case): of the last answer, None and empty where there was none.
    reason: why the outcome is not OK, else "". notes: what is worth knowing besides (robots.txt unreadable).
    body: decompressed; text, encoding: empty and None where the body is no text.
    requested_at: when the first request went out, UTC. elapsed: seconds, waiting for a seat excluded.
    age: how old a cache says its copy is. fresh: asked for unconditionally with no-cache, and no 304.
    certificate_error: why the certificate does not hold; the page was read all the same.
    request: the headers of the last request; of a page that a browser showed only what we know of them.
    """

    url: str
    final_url: str
    outcome: Outcome
    status: int | None
    reason: str
    headers: Mapping[str, str]
    body: bytes
    text: str
    encoding: str | None
    requested_at: datetime
    elapsed: float
    age: timedelta
    fresh: bool
    hops: tuple[str, ...]
    certificate_error: str | None
    notes: tuple[str, ...] = ()
    request: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether there is a page to read."""
        return self.outcome is Outcome.OK

    @property
    def seen_at(self) -> datetime:
        """The moment this page shows: a cache's copy is as old as it says."""
        return self.requested_at - self.age

    @property
    def etag(self) -> str | None:
        """What to send as `etag` the next time; none after a redirect, which might lead elsewhere by then."""
        return None if self.hops else self.headers.get("etag")

    @property
    def last_modified(self) -> str | None:
        """What to send as `last_modified` the next time; none after a redirect."""
        return None if self.hops else self.headers.get("last-modified")
