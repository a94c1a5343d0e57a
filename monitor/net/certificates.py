"""What stands in a certificate, read out of its bytes."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from cryptography import x509
from cryptography.x509.oid import ExtensionOID, NameOID

_UNREADABLE = (x509.DuplicateExtension, x509.UnsupportedGeneralNameType)


class Fields(NamedTuple):
    """not_after: aware, UTC. subject, issuer: common names, or the organisation's. names: hosts it is for."""

    not_after: datetime
    subject: str | None
    issuer: str | None
    names: tuple[str, ...]


def read_fields(der: bytes) -> Fields:
    """Read a certificate; ValueError where it cannot be."""
    try:
        shown = x509.load_der_x509_certificate(der)
        return Fields(shown.not_valid_after_utc, _called(shown.subject), _called(shown.issuer), _names(shown))
    except _UNREADABLE as error:
        raise ValueError(str(error)) from error


def _called(name: x509.Name) -> str | None:
    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        for attribute in name.get_attributes_for_oid(kind):
            return str(attribute.value)
    return None


def _names(shown: x509.Certificate) -> tuple[str, ...]:
    try:
        alternative = shown.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME).value
    except x509.ExtensionNotFound:
        return ()
    assert isinstance(alternative, x509.SubjectAlternativeName)  # what this identifier stands for
    hosts = alternative.get_values_for_type(x509.DNSName)
    return (*hosts, *map(str, alternative.get_values_for_type(x509.IPAddress)))
