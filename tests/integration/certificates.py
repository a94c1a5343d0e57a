"""Certificates made for a test: an authority of its own, and servers with sound and faulty ones."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority that nobody trusts but who is told to."""

    key: ec.EllipticCurvePrivateKey
    shown: x509.Certificate
    folder: Path

    @classmethod
    def make(cls, folder: Path, common: str = "Test authority") -> Authority:
        key, name, now = ec.generate_private_key(ec.SECP256R1()), _name(common), datetime.now(UTC)
        shown = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=400))
            .not_valid_after(now + timedelta(days=400))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        return cls(key, shown, folder)

    def trusting(self) -> ssl.SSLContext:
        """Make a client's context that trusts this authority and no other."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=self.shown.public_bytes(serialization.Encoding.PEM).decode())
        return context

    def server(self, host: str, *, days: int = 90) -> ssl.SSLContext:
        """Make a server's context whose certificate is for this host and ends in so many days."""
        key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
        try:
            names: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
        except ValueError:
            names = x509.DNSName(host)
        shown = (
            x509.CertificateBuilder()
            .subject_name(_name(host))
            .issuer_name(self.shown.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=300))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.SubjectAlternativeName([names]), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        return _serving(self.folder, key, shown)


def _serving(folder: Path, key: ec.EllipticCurvePrivateKey, shown: x509.Certificate) -> ssl.SSLContext:
    path = folder / f"{shown.serial_number}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + shown.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
