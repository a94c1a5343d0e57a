"""One `get` on its way: what is wanted, and what was gone through so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from yarl import URL

from monitor.net import addresses, challenges, headers, outcomes
from monitor.net.cookies import CookieRound
from monitor.net.decode import decode
from monitor.net.outcomes import Fault, Outcome
from monitor.net.page import Page


@dataclass(frozen=True, slots=True)
class Ask:
    """What the caller wants of one `get`. timeout: seconds of exchange, all redirects together."""

    fresh: bool
    etag: str | None
    last_modified: str | None
    cookies: CookieRound
    obeys_robots: bool
    encoding: str | None
    timeout: float
    max_body: int
    urgent: bool

    @property
    def is_conditional(self) -> bool:
        return bool(self.etag or self.last_modified)


@dataclass(slots=True)
class Trail:
    """The requests made for one address: where they led, what the last one brought, what they took.

    sent: the Cookie header sent to each address. came_back: addresses that sent us back to themselves once.
    location: of a redirect, as raw as it came; `headers` is cleaned for keeping. asking: the headers of the
    last request.
    """

    url: str
    requested_at: datetime
    final_url: str
    is_sent: bool = False
    spent: float = 0.0
    hops: list[str] = field(default_factory=list)
    sent: dict[str, str] = field(default_factory=dict)
    came_back: set[str] = field(default_factory=set)
    status: int | None = None
    location: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    asking: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    certificate_error: str | None = None
    notes: list[str] = field(default_factory=list)

    def start(self, now: datetime) -> None:
        """Take the moment of the first request; those that follow show no earlier state of the page."""
        if not self.is_sent:
            self.is_sent, self.requested_at = True, now

    def send(self, target: URL, cookie: str) -> None:
        """A request goes out: what the one before it brought is past."""
        self.sent[str(target)] = cookie
        self.status, self.headers, self.location, self.body = None, {}, "", b""

    def note(self, text: str | None) -> None:
        """Add what is worth knowing, once."""
        if text and text not in self.notes:
            self.notes.append(text)

    def redirect(self, target: URL, cookies: CookieRound, most: int) -> URL:
        """Judge where a redirect leads: the address itself, whether it goes in circles, how far it went."""
        following = addresses.follow(target, self.location)
        address = str(following)
        if address in self.sent:
            # Shields set a cookie and send the visitor back once. That is no loop, unless it happens again.
            if address in self.came_back or cookies.header(following) == self.sent[address]:
                raise Fault(Outcome.REDIRECT_LOOP, f"redirects go in circles by way of {address}")
            self.came_back.add(address)
        if len(self.hops) >= most:
            raise Fault(Outcome.TOO_MANY_REDIRECTS, f"more than {most} redirects")
        self.hops.append(address)
        self.final_url = address
        return following

    def page(self, ask: Ask, fault: Fault | None = None) -> Page:
        """Make the page of what arrived, and of how it ended."""
        text, encoding = _text(self, ask)
        outcome, reason = (fault.outcome, fault.reason) if fault else _judged(self, ask, text)
        return Page(
            url=self.url,
            final_url=self.final_url,
            outcome=outcome,
            status=self.status,
            reason=reason,
            headers=self.headers,
            body=self.body,
            text=text,
            encoding=encoding,
            requested_at=self.requested_at,
            elapsed=self.spent,
            age=headers.age(self.headers),
            fresh=ask.fresh and self.status != 304,
            hops=tuple(self.hops),
            certificate_error=self.certificate_error,
            notes=tuple(self.notes),
            request=self.asking,
        )


def _text(trail: Trail, ask: Ask) -> tuple[str, str | None]:
    if not trail.body or not headers.is_textual(trail.headers, trail.body):
        return "", None
    decoded = decode(trail.body, trail.headers.get("content-type", ""), ask.encoding)
    return decoded.text, decoded.encoding


def _judged(trail: Trail, ask: Ask, text: str) -> tuple[Outcome, str]:
    """Give the outcome of an answer that arrived whole."""
    status = trail.status or 0
    if status == 304:
        if trail.hops or not ask.is_conditional:
            return Outcome.PROTOCOL_ERROR, "304 to a request that set no condition"
        return Outcome.NOT_MODIFIED, ""
    outcome = outcomes.of_status(status)
    if outcome is not Outcome.BLOCKED and (sign := challenges.recognise(status, trail.final_url, text)):
        return Outcome.BLOCKED, f"status {status}, but {sign}"
    return outcome, "" if outcome is Outcome.OK else f"status {status}"
