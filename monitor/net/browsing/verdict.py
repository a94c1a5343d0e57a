"""What came of showing a page: Chromium's errors and the tunnel's to the outcomes of every other request."""

from __future__ import annotations

import re

from yarl import URL

from monitor.net import addresses, challenges, outcomes
from monitor.net.outcomes import Fault, Outcome
from monitor.net.tunnel import Visit

_NET_ERROR = re.compile(r"ERR_(\w+)")
_NOT_FRAMED = re.compile(r"ERR_BLOCKED_BY_(?:RESPONSE|CSP)")
_BEHIND_THE_TUNNEL = re.compile(r"SSL|CERT|BAD_SSL|TOO_MANY|CONTENT_DECODING")

# The first that fits counts. What happens on the way to a site is the tunnel's to tell; this is the rest.
_BY_NAME: tuple[tuple[str, Outcome, str], ...] = (
    (r"TOO_MANY_REDIRECTS", Outcome.TOO_MANY_REDIRECTS, "redirects without end"),
    (r"(?:SSL|CERT|BAD_SSL|ECH)_?\w*", Outcome.TLS_FAILED, "the TLS handshake failed"),
    (r"(?:CONNECTION_)?TIMED_OUT", Outcome.TIMEOUT, "no complete answer in time"),
    (r"CONNECTION_(?:RESET|CLOSED|ABORTED)|EMPTY_RESPONSE", Outcome.RESET, "the connection broke off"),
    (r"CONTENT_LENGTH_MISMATCH|INCOMPLETE_CHUNKED_ENCODING", Outcome.RESET, "the answer breaks off"),
    (r"CONTENT_DECODING\w*", Outcome.BAD_ENCODING, "the body cannot be decompressed"),
    (r"INVALID_(?:REDIRECT|URL)", Outcome.BAD_REDIRECT, "a redirect that leads nowhere"),
    (r"UNSAFE_REDIRECT|\w+_URL_SCHEME", Outcome.SCHEME_REFUSED, "it leads to another scheme than http"),
    (r"\w*AUTH\w*", Outcome.BLOCKED, "it asks for a password"),
    (r"UNSAFE_PORT", Outcome.ADDRESS_REFUSED, "the port belongs to another service than the web"),
    # The tunnel stands, and the server speaks at once: whatever that is, it is no TLS.
    (r"TUNNEL\w*", Outcome.TLS_FAILED, "the server speaks something else than TLS"),
    (r"\w*PROXY\w*", Outcome.PROXY_FAILED, "the way out"),
    (r"(?:INVALID_|HTTP2_|RESPONSE_HEADERS)\w*", Outcome.PROTOCOL_ERROR, "no proper HTTP"),
    (r"ABORTED", Outcome.RENDER_FAILED, "it leads to nothing that a browser shows"),
)


def is_of_the_net(text: str) -> bool:
    """Whether an error of Chromium's tells of a request, not of Chromium itself."""
    return _NET_ERROR.search(text) is not None


def of_error(text: str, address: str, visit: Visit) -> Fault:
    """Say how a request ended that Chromium reports this of; `address` is what it was for."""
    name = found[1] if (found := _NET_ERROR.search(text)) else ""
    turned = visit.last_of(_site(address))
    if turned is not None and not _BEHIND_THE_TUNNEL.match(name):
        return turned
    for pattern, outcome, what in _BY_NAME:
        if re.fullmatch(pattern, name):
            return Fault(outcome, f"{what} (ERR_{name})")
    told = f"ERR_{name}" if name else " ".join(text.split())[:200]
    return Fault(Outcome.RENDER_FAILED, f"the browser could not show it: {told}")


def of_frame(text: str, address: str, visit: Visit) -> Fault:
    """Say the same of a frame; one that forbids to be framed is shown to nobody, and no part of the page."""
    if _NOT_FRAMED.search(text):
        return Fault(Outcome.NOT_FOUND, "it may not stand in a frame")
    return of_error(text, address, visit)


def of_answer(status: int, final_url: str, text: str) -> Fault | None:
    """Judge an answer by the rules of every other request; None where there is nothing wrong with it."""
    outcome = outcomes.of_status(status)
    if outcome is not Outcome.BLOCKED and (sign := challenges.recognise(status, final_url, text)):
        return Fault(Outcome.BLOCKED, f"status {status}, but {sign}")
    return None if outcome is Outcome.OK else Fault(outcome, f"status {status}")


def notes_of(visit: Visit, own: str) -> tuple[str, ...]:
    """Say what of the page was refused, each place once, apart from the page itself (`own` is its site)."""
    refused = {
        turned.site: f"refused: {turned.site}: {turned.fault.reason}"
        for turned in visit.turned
        if turned.fault.outcome.blame == "refused" and turned.site != own
    }
    return tuple(refused.values())[:5]


def _site(address: str) -> str:
    try:
        return addresses.site_of(URL(address))
    except ValueError:
        return ""
