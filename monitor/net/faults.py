"""Errors of the network to outcomes: the one place that knows what the libraries raise."""

from __future__ import annotations

import errno
import re
import socket
import ssl

import aiohttp

from monitor.net.guard import MARK
from monitor.net.names import RESERVED
from monitor.net.outcomes import Fault, Outcome

ERRORS: tuple[type[Exception], ...] = (aiohttp.ClientError, OSError, Fault)
"""Everything the web can make a request raise; what else is raised is a mistake of ours and goes up."""

# c-ares: no data, no such domain, no name at all. Its other codes mean that the name servers did not answer.
_ARES_NO_HOST = frozenset({1, 4, 8})
_GAI_NO_HOST = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})

_BY_ERRNO = {
    errno.ECONNREFUSED: Outcome.CONNECTION_REFUSED,
    errno.ECONNRESET: Outcome.RESET,
    errno.ECONNABORTED: Outcome.RESET,
    errno.EPIPE: Outcome.RESET,
    errno.ETIMEDOUT: Outcome.TIMEOUT,
}

# The first that fits counts; what the system itself reports (OSError) is looked into further.
_BY_TYPE: tuple[tuple[type[Exception], Outcome, str], ...] = (
    (aiohttp.ClientProxyConnectionError, Outcome.PROXY_FAILED, "the outgoing proxy"),
    (aiohttp.ClientHttpProxyError, Outcome.PROXY_FAILED, "the outgoing proxy"),
    (aiohttp.ClientConnectorCertificateError, Outcome.TLS_FAILED, "the TLS handshake failed"),
    (aiohttp.ClientConnectorSSLError, Outcome.TLS_FAILED, "the TLS handshake failed"),
    (ssl.SSLError, Outcome.TLS_FAILED, "the TLS handshake failed"),
    (aiohttp.ServerTimeoutError, Outcome.TIMEOUT, "no complete answer in time"),
    (aiohttp.ServerDisconnectedError, Outcome.RESET, "the connection was closed without an answer"),
    (aiohttp.ClientPayloadError, Outcome.RESET, "the answer breaks off"),
)


def explain(error: Exception) -> Fault:
    """Say how a request ended that raised this."""
    if isinstance(error, Fault):
        return error
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return name_fault(error.host, error.os_error)
    for kind, outcome, what in _BY_TYPE:
        if isinstance(error, kind):
            return Fault(outcome, f"{what}: {_plain(error)}")
    if isinstance(error, aiohttp.ClientConnectorError):
        return _system_fault(error.os_error)
    if isinstance(error, OSError):
        return _system_fault(error)
    return Fault(Outcome.PROTOCOL_ERROR, f"no proper HTTP: {_plain(error)}")


def name_fault(host: str, error: OSError) -> Fault:
    """Say why a name has no address: there is no such host, or our name servers do not answer."""
    if _is_no_host(error) or host.rstrip(".").endswith(RESERVED):
        return Fault(Outcome.NO_HOST, f"there is no host {host}: {_plain(error)}")
    return Fault(Outcome.DNS_FAILED, f"the name servers gave no answer for {host}: {_plain(error)}")


def _is_no_host(error: OSError) -> bool:
    if isinstance(error, TimeoutError):
        return False
    if isinstance(error, socket.gaierror):
        return error.errno in _GAI_NO_HOST
    # aiohttp wraps the resolver's error and keeps its code only in the cause.
    code = error.__cause__.args[0] if error.__cause__ is not None and error.__cause__.args else None
    return code in _ARES_NO_HOST if isinstance(code, int) else True


def _system_fault(error: OSError) -> Fault:
    text = _plain(error)
    if MARK in text:
        return Fault(Outcome.ADDRESS_REFUSED, error.strerror or text)
    if isinstance(error, TimeoutError):
        return Fault(Outcome.TIMEOUT, f"no complete answer in time: {text}")
    # Several addresses that failed in different ways come as one error without a number of its own.
    numbers = [error.errno] if error.errno is not None else map(int, re.findall(r"\[Errno (\d+)\]", text))
    known = [_BY_ERRNO[number] for number in numbers if number in _BY_ERRNO]
    if known:
        return Fault(known[0], text)
    return Fault(Outcome.RESET if isinstance(error, ConnectionError) else Outcome.UNREACHABLE, text)


def _plain(error: BaseException) -> str:
    text = " ".join(str(error).split()).removeprefix("[Errno None] ")
    return text[:300] or type(error).__name__
