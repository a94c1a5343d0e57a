"""Digests, and the links that chain them."""

from __future__ import annotations

import hashlib

BEGINNING = "0" * 64
"""The link before the first record."""

SHOWN = 16
"""Hex digits of a link that messages show."""


def digest_of(body: bytes) -> str:
    """The digest of what is kept: "sha256:" and 64 hex digits."""
    return "sha256:" + hashlib.sha256(body).hexdigest()


def link_of(previous: str, record: str) -> str:
    """The link of a record: over the link before it and the digest of its bytes, both in hex digits."""
    return hashlib.sha256((previous + record).encode()).hexdigest()


def short(sequence: int, link: str) -> str:
    """A link as people write it down: the record's number and the beginning of its link."""
    return f"{sequence}-{link[:SHOWN]}"
