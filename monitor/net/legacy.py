"""Old TLS: for servers that modern TLS cannot greet, after it failed with them, one host at a time.

Spoken to everybody it would make modern servers hang, and weaken every connection. So a handshake has to fail
first; what was needed is remembered for that host, and told: it is a finding, not a convenience.
"""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

import aiohttp
from yarl import URL

from monitor.clock import Clock
from monitor.net import addresses, faults, tlcp, tls
from monitor.net.egress import Egress
from monitor.net.outcomes import Fault, Outcome
from monitor.net.tls import CertificateFact

MARK = "legacy TLS"
"""Begins what is told of a server that speaks nothing newer."""

NATIONAL = "national cryptography ({name}) only"

NEEDED_FOR = timedelta(days=1)
HOPELESS_FOR = timedelta(hours=1)
MOST_REMEMBERED = 5_000

# OpenSSL's own number: Python names it from 3.12 on.
_LEGACY_SERVER_CONNECT = getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)


class Trust:
    """A verifying and an unverifying context, made when first needed.

    given: a context whose authorities are trusted instead of the system's. is_legacy: TLS from 1.0 on, any
    strength of keys and ciphers, renegotiation without protection.
    """

    def __init__(self, given: ssl.SSLContext | None = None, *, is_legacy: bool = False) -> None:
        self._given = given
        self._is_legacy = is_legacy

    @cached_property
    def verified(self) -> ssl.SSLContext:
        if not self._is_legacy:
            return self._given or tls.verifying()
        return loosened(tls.verifying() if self._given is None else _with_authorities_of(self._given))

    @cached_property
    def unverified(self) -> ssl.SSLContext:
        return loosened(tls.unverifying()) if self._is_legacy else tls.unverifying()


Talk = Callable[[Trust], Awaitable[None]]
"""Makes one request in these contexts; raises what the network raises."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What a host was found to need: a note where it is legacy TLS, a fault where nothing helps."""

    until: datetime
    note: str | None = None
    fault: Fault | None = None


class Legacy:
    """Who speaks what. `host` is "host:port" throughout."""

    def __init__(self, egress: Egress, trust: ssl.SSLContext | None, clock: Clock) -> None:
        self._egress = egress
        self._clock = clock
        self.modern = Trust(trust)
        self._old = Trust(trust, is_legacy=True)
        self._known: dict[str, _Known] = {}

    async def talk(self, url: URL, talk: Talk) -> str | None:
        """Make a request by modern TLS or, where that fails, by legacy TLS; gives a note in that case.

        Fault (TLS_FAILED) where the server speaks national cryptography only; raises what modern TLS raised
        where nothing helps.
        """
        host = addresses.site_of(url)
        known = self._recall(host)
        if known is not None and known.note is not None:
            try:
                await talk(self._old)
            except faults.ERRORS as error:
                if not may_help(error):
                    raise
                self._known.pop(host, None)  # it has changed its ways; others may have found out too
            else:
                return known.note
        try:
            await talk(self.modern)
        except faults.ERRORS as error:
            if url.scheme != "https" or not may_help(error):
                raise
            return await self._talk_old(url, talk, error)
        return None

    async def certificate(self, url: URL) -> CertificateFact:
        """Look at the certificate of a server; one that speaks legacy TLS only is not valid, whoever signed.

        Raises what the network raises. What was found out before is found out anew: this is what accuses.
        """
        self._known.pop(addresses.site_of(url), None)
        facts: list[CertificateFact] = []

        async def read(trust: Trust) -> None:
            def dial(context: ssl.SSLContext) -> Awaitable[ssl.SSLObject]:
                return self._egress.shake_hands(url, context)

            facts.append(await tls.read(dial, trust.verified, trust.unverified))

        note = await self.talk(url, read)
        fact = facts[-1]
        if note is None:
            return fact
        return replace(fact, valid=False, reason=f"{fact.reason}; {note}" if fact.reason else note)

    async def _talk_old(self, url: URL, talk: Talk, failure: Exception) -> str:
        host = addresses.site_of(url)
        known = self._recall(host)
        if known is not None and known.fault is not None:
            raise known.fault from failure
        if known is not None:
            raise failure
        try:
            await talk(self._old)
        except faults.ERRORS as error:
            if not may_help(error):
                raise
            raise await self._give_up(url, failure) from failure
        note = f"{MARK}: {await self._spoken(url)} (modern TLS: {_plain(failure)})"
        self._remember(host, _Known(self._clock() + NEEDED_FOR, note=note))
        return note

    async def _give_up(self, url: URL, failure: Exception) -> Exception:
        """Remember that neither helps; give the error that says most about why."""
        known = _Known(self._clock() + HOPELESS_FOR)
        self._remember(addresses.site_of(url), known)  # also if the time is up before the next is told
        name = await tlcp.spoken(lambda: self._egress.connect(url), url.raw_host or "")
        if name is None:
            return failure
        fault = Fault(Outcome.TLS_FAILED, NATIONAL.format(name=name))
        self._remember(addresses.site_of(url), replace(known, fault=fault))
        return fault

    async def _spoken(self, url: URL) -> str:
        """Name what a server speaks, by a handshake of its own: the one before is gone by now."""
        try:
            shaken = await self._egress.shake_hands(url, self._old.unverified)
        except faults.ERRORS:
            return "only that"
        cipher = shaken.cipher()
        return f"{shaken.version()} {cipher[0] if cipher else ''}".strip()

    def _recall(self, host: str) -> _Known | None:
        known = self._known.get(host)
        return known if known is not None and known.until > self._clock() else None

    def _remember(self, host: str, known: _Known) -> None:
        self._known.pop(host, None)
        if len(self._known) >= MOST_REMEMBERED:
            del self._known[next(iter(self._known))]  # the one found out longest ago
        self._known[host] = known


def may_help(error: Exception) -> bool:
    """Whether a handshake failed in a way that older TLS might mend, or at least explain."""
    if isinstance(error, aiohttp.ClientError) and not isinstance(error, aiohttp.ClientConnectorError):
        return False  # the handshake was over
    cause = _cause(error)
    if isinstance(cause, ssl.SSLError):
        return not isinstance(cause, ssl.SSLCertVerificationError)  # a bad certificate is another matter
    # Old servers cut the line at a greeting they cannot read.
    return isinstance(cause, ConnectionResetError)


def loosened(context: ssl.SSLContext) -> ssl.SSLContext:
    """Let a context speak what has been given up: TLS 1.0, small keys, SHA-1, unprotected renegotiation."""
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.options |= _LEGACY_SERVER_CONNECT
    return context


def _with_authorities_of(given: ssl.SSLContext) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for authority in given.get_ca_certs(binary_form=True):
        context.load_verify_locations(cadata=authority)
    return context


def _cause(error: Exception) -> Exception:
    return error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error


def _plain(error: Exception) -> str:
    cause = _cause(error)
    reason = cause.reason if isinstance(cause, ssl.SSLError) else "the connection was cut"
    return (reason or str(cause)).replace("_", " ").lower()[:120]
