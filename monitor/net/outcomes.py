"""How a request ended: a closed set, which keeps "theirs is broken" apart from "we could not tell"."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

Blame = Literal["site", "unknown", "refused", "none"]


class Outcome(StrEnum):
    """The end of one request; the value is the label of the metric `duban_fetches_total`."""

    OK = "ok"
    NOT_MODIFIED = "not_modified"
    NOT_FOUND = "not_found"
    GONE = "gone"
    CLIENT_ERROR = "client_error"
    SERVER_ERROR = "server_error"
    BLOCKED = "blocked"
    TIMEOUT = "timeout"
    NO_HOST = "no_host"
    DNS_FAILED = "dns_failed"
    CONNECTION_REFUSED = "connection_refused"
    UNREACHABLE = "unreachable"
    RESET = "reset"
    TLS_FAILED = "tls_failed"
    TOO_LARGE = "too_large"
    REDIRECT_LOOP = "redirect_loop"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    BAD_REDIRECT = "bad_redirect"
    ADDRESS_REFUSED = "address_refused"
    SCHEME_REFUSED = "scheme_refused"
    ROBOTS_REFUSED = "robots_refused"
    BAD_ENCODING = "bad_encoding"
    PROTOCOL_ERROR = "protocol_error"
    PROXY_FAILED = "proxy_failed"
    RENDER_FAILED = "render_failed"

    @property
    def blame(self) -> Blame:
        """Whose trouble it is: the site's, unknown (shields, networks, ourselves), our own refusal, nobody's.

        Only what a citizen's browser would run into as well is the site's.
        """
        return _BLAME.get(self, "unknown")

    @property
    def retryable(self) -> bool:
        """Whether the same request may well end otherwise a while later."""
        return self in _RETRYABLE


_BLAME: dict[Outcome, Blame] = {
    Outcome.OK: "none",
    Outcome.NOT_MODIFIED: "none",
    Outcome.NOT_FOUND: "site",
    Outcome.GONE: "site",
    Outcome.CLIENT_ERROR: "site",
    Outcome.SERVER_ERROR: "site",
    Outcome.NO_HOST: "site",
    Outcome.CONNECTION_REFUSED: "site",
    Outcome.REDIRECT_LOOP: "site",
    Outcome.TOO_MANY_REDIRECTS: "site",
    Outcome.BAD_REDIRECT: "site",
    Outcome.ADDRESS_REFUSED: "refused",
    Outcome.SCHEME_REFUSED: "refused",
    Outcome.ROBOTS_REFUSED: "refused",
}

_RETRYABLE = frozenset(
    {
        Outcome.SERVER_ERROR,
        Outcome.BLOCKED,
        Outcome.TIMEOUT,
        Outcome.DNS_FAILED,
        Outcome.UNREACHABLE,
        Outcome.RESET,
        Outcome.PROXY_FAILED,
        Outcome.RENDER_FAILED,
    }
)

# What shields answer with instead of the page. 405 to a GET is a shield's as well (the clouds' firewalls
# use it), 412 and 521 are the script challenges of 瑞数 and 加速乐.
SHIELDS = frozenset({401, 403, 405, 407, 412, 429, 451, 521})


def of_status(status: int) -> Outcome:
    """Give the outcome that a status alone stands for; redirects that are followed never come here."""
    if status in SHIELDS:
        return Outcome.BLOCKED
    if 200 <= status < 300:
        return Outcome.OK
    exact = {404: Outcome.NOT_FOUND, 410: Outcome.GONE}
    if status in exact:
        return exact[status]
    if 400 <= status < 500:
        return Outcome.CLIENT_ERROR
    return Outcome.SERVER_ERROR if 500 <= status < 600 else Outcome.PROTOCOL_ERROR


class Fault(Exception):  # noqa: N818 - the web's fault, which becomes an outcome and is never shown as an error
    """A request that ended without an answer worth reading: how, and a sentence that says why."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason

    @property
    def told(self) -> str:
        """How it ended, and why."""
        return told(self.outcome, self.reason)


def told(outcome: Outcome, reason: str) -> str:
    """Say how a request ended, and why if there is a reason to give."""
    return f"{outcome}: {reason}" if reason else str(outcome)
