"""Certificates: whom we trust, what a certificate says, and why it does not hold."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import certifi

from monitor.net.outcomes import Fault, Outcome

Dial = Callable[[ssl.SSLContext], Awaitable[ssl.SSLObject]]
"""Opens a connection, shakes hands in this context and closes again; raises what the network raises."""

# X.509 verification codes of OpenSSL.
_VERIFICATION_TEXT = {
    10: "the certificate has expired",
    9: "the certificate is not valid yet",
    18: "the certificate is signed by nobody but itself",
    19: "the chain ends in an authority that is not trusted",
    20: "the issuer is not known here, or its certificate is not sent along",
    21: "the issuer is not known here, or its certificate is not sent along",
    23: "the certificate has been revoked",
    62: "the certificate is for another host",
    64: "the certificate is for another address",
}


@dataclass(frozen=True, slots=True)
class CertificateFact:
    """What a server shows of itself.

    valid: None where it could not be told, and reason then says why; False with the reason it does not hold.
    not_after: aware, UTC. subject, issuer: common names, or the organisation's. names: hosts it is for.
    """

    not_after: datetime | None
    subject: str | None
    issuer: str | None
    names: tuple[str, ...]
    valid: bool | None
    reason: str | None


def verifying() -> ssl.SSLContext:
    """Trust whom the system trusts; on a system without authorities (a slim image), Mozilla's list."""
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"]:
        context.load_verify_locations(certifi.where())
    return context


def unverifying() -> ssl.SSLContext:
    """Accept any certificate: the page is read all the same, and what is wrong is reported beside it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def why_unverified(error: BaseException) -> str:
    """Say in plain words why a certificate was not accepted."""
    if not isinstance(error, ssl.SSLCertVerificationError):
        return str(error)
    plain = _VERIFICATION_TEXT.get(error.verify_code)
    return f"{plain} ({error.verify_message})" if plain else error.verify_message


async def read(dial: Dial, verified: ssl.SSLContext, unverified: ssl.SSLContext) -> CertificateFact:
    """Look at the certificate of a server, also at one that does not hold; raises what the network raises.

    Two handshakes only where the first, verified one fails: what has expired has to be seen to be named.
    """
    try:
        return fact(await dial(verified), valid=True, reason=None)
    except ssl.SSLCertVerificationError as error:
        return fact(await dial(unverified), valid=False, reason=why_unverified(error))


def untold(fault: Fault) -> CertificateFact:
    """Say that no certificate was seen, and why."""
    return CertificateFact(None, None, None, (), valid=None, reason=fault.told)


def fact(shaken: ssl.SSLObject, *, valid: bool, reason: str | None) -> CertificateFact:
    """Read the certificate of a finished handshake."""
    der = shaken.getpeercert(binary_form=True)
    if der is None:
        return untold(Fault(Outcome.TLS_FAILED, "the server showed no certificate"))
    from monitor.net.certificates import read_fields  # noqa: PLC0415 - heavy, and few look at certificates

    try:
        fields = read_fields(der)
    except ValueError as error:
        why = reason or f"the certificate cannot be read: {error}"
        return CertificateFact(None, None, None, (), valid, why)
    return CertificateFact(
        fields.not_after, fields.subject, fields.issuer, fields.names, valid=valid, reason=reason
    )
