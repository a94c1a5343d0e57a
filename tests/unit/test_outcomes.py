"""Outcomes: whose fault each is, and what the libraries' errors come to."""

from __future__ import annotations

import errno
import socket
import ssl
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest

from monitor.net import faults
from monitor.net.guard import MARK
from monitor.net.outcomes import Fault, Outcome, of_status

KEY: Any = SimpleNamespace(host="www.county.gov.cn", port=80, ssl=True, is_ssl=False)


def test_every_outcome_has_one_blame() -> None:
    assert {outcome.value: outcome.blame for outcome in Outcome} == {
        "ok": "none",
        "not_modified": "none",
        # What a citizen's browser runs into as well.
        "not_found": "site",
        "gone": "site",
        "client_error": "site",
        "server_error": "site",
        "no_host": "site",
        "connection_refused": "site",
        "redirect_loop": "site",
        "too_many_redirects": "site",
        "bad_redirect": "site",
        # Shields, networks, our own limits: nobody is accused of these.
        "blocked": "unknown",
        "timeout": "unknown",
        "dns_failed": "unknown",
        "unreachable": "unknown",
        "reset": "unknown",
        "tls_failed": "unknown",
        "too_large": "unknown",
        "bad_encoding": "unknown",
        "protocol_error": "unknown",
        "proxy_failed": "unknown",
        "render_failed": "unknown",
        # We would not even ask.
        "address_refused": "refused",
        "scheme_refused": "refused",
        "robots_refused": "refused",
    }


def test_what_may_end_otherwise_a_while_later() -> None:
    assert {outcome.value for outcome in Outcome if outcome.retryable} == {
        "server_error",
        "blocked",
        "timeout",
        "dns_failed",
        "unreachable",
        "reset",
        "proxy_failed",
        "render_failed",
    }


@pytest.mark.parametrize(
    ("statuses", "outcome"),
    [
        ([200, 201, 203, 204, 206, 299], Outcome.OK),
        ([404], Outcome.NOT_FOUND),
        ([410], Outcome.GONE),
        ([401, 403, 405, 407, 412, 429, 451, 521], Outcome.BLOCKED),
        ([400, 402, 406, 408, 409, 411, 418, 499], Outcome.CLIENT_ERROR),
        ([500, 502, 503, 504, 520, 522, 599], Outcome.SERVER_ERROR),
        ([100, 199, 300, 304, 399, 600, 999, 0], Outcome.PROTOCOL_ERROR),
    ],
)
def test_statuses(statuses: list[int], outcome: Outcome) -> None:
    assert {of_status(status) for status in statuses} == {outcome}


def _caused(code: int) -> OSError:
    error = OSError(None, "DNS failure")
    error.__cause__ = ValueError(code, "as aiodns says it")
    return error


def _connecting(error: OSError) -> aiohttp.ClientConnectorError:
    return aiohttp.ClientConnectorError(KEY, error)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (_connecting(ConnectionRefusedError(errno.ECONNREFUSED, "refused")), Outcome.CONNECTION_REFUSED),
        (_connecting(ConnectionResetError(errno.ECONNRESET, "reset")), Outcome.RESET),
        (_connecting(TimeoutError(errno.ETIMEDOUT, "timed out")), Outcome.TIMEOUT),
        (_connecting(OSError(errno.EHOSTUNREACH, "no route")), Outcome.UNREACHABLE),
        (_connecting(OSError(errno.ENETUNREACH, "no network")), Outcome.UNREACHABLE),  # ours, mostly
        # A guard's refusal, and what the kernel forbids with the same number.
        (_connecting(PermissionError(errno.EACCES, f"{MARK}: 10.0.0.1")), Outcome.ADDRESS_REFUSED),
        (_connecting(PermissionError(errno.EACCES, "Permission denied")), Outcome.UNREACHABLE),
        # Several addresses, each with a failure of its own.
        (
            _connecting(OSError("Multiple exceptions: [Errno 101] no network, [Errno 111] refused")),
            Outcome.CONNECTION_REFUSED,
        ),
        (
            _connecting(OSError(f"Multiple exceptions: [Errno 101] x, [Errno 13] {MARK}: 10.0.0.1")),
            Outcome.ADDRESS_REFUSED,
        ),
        # Names: there is none, or nobody told us.
        (aiohttp.ClientConnectorDNSError(KEY, _caused(4)), Outcome.NO_HOST),
        (aiohttp.ClientConnectorDNSError(KEY, _caused(1)), Outcome.NO_HOST),
        (aiohttp.ClientConnectorDNSError(KEY, _caused(3)), Outcome.DNS_FAILED),  # SERVFAIL
        (aiohttp.ClientConnectorDNSError(KEY, _caused(11)), Outcome.DNS_FAILED),  # name server refuses
        (aiohttp.ClientConnectorDNSError(KEY, _caused(12)), Outcome.DNS_FAILED),  # name server is silent
        (aiohttp.ClientConnectorDNSError(KEY, OSError(None, "DNS lookup failed")), Outcome.NO_HOST),
        (aiohttp.ClientConnectorDNSError(KEY, socket.gaierror(socket.EAI_AGAIN, "x")), Outcome.DNS_FAILED),
        (aiohttp.ClientConnectorDNSError(KEY, socket.gaierror(socket.EAI_NONAME, "x")), Outcome.NO_HOST),
        # The rest.
        (aiohttp.ClientConnectorSSLError(KEY, ssl.SSLError(1, "handshake failure")), Outcome.TLS_FAILED),
        (ssl.SSLError(1, "handshake failure"), Outcome.TLS_FAILED),
        (aiohttp.ClientProxyConnectionError(KEY, OSError(errno.ECONNREFUSED, "x")), Outcome.PROXY_FAILED),
        (aiohttp.ServerDisconnectedError(), Outcome.RESET),
        (aiohttp.ClientPayloadError("not complete"), Outcome.RESET),
        (aiohttp.ClientOSError(errno.EPIPE, "broken pipe"), Outcome.RESET),
        (aiohttp.ServerTimeoutError("x"), Outcome.TIMEOUT),
        (TimeoutError(), Outcome.TIMEOUT),
        (aiohttp.ClientError("strange"), Outcome.PROTOCOL_ERROR),
        (Fault(Outcome.TOO_LARGE, "x"), Outcome.TOO_LARGE),
    ],
)
def test_errors_come_to_outcomes(error: Exception, outcome: Outcome) -> None:
    fault = faults.explain(error)
    assert fault.outcome is outcome
    assert fault.reason
