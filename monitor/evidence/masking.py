"""Masking personal data before it is stored: identity numbers and telephone numbers.

Each is replaced by a mark with the beginning of its keyed digest: who holds the key and the number can tell
that it stood there, and nobody can tell the number from the mark.
"""

from __future__ import annotations

import hmac
import os
import re
from contextlib import suppress
from pathlib import Path

KEY_BYTES = 32
SHOWN = 12
"""Hex digits of the keyed digest that a mark shows."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_IDENTITY = r"[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
_MOBILE = r"1[3-9]\d(?P<gap>[- ]?)\d{4}(?P=gap)\d{4}"
_LANDLINE = r"0\d{2,3}-\d{7,8}"
_NUMBERS = rf"(?P<id>{_IDENTITY})|(?P<tel>{_MOBILE}|{_LANDLINE})"
_IN_TEXT = re.compile(rf"(?<![0-9A-Za-z])(?:{_NUMBERS})(?![0-9A-Za-z])", re.ASCII)
_IN_BYTES = re.compile(rf"(?<![0-9])(?:{_NUMBERS})(?![0-9])".encode())

_ADDRESS = re.compile(r"[^\s\"'<>()，。；：、]*\Z")
LONGEST_ADDRESS = 300


class Mask:
    """Masks what is to be stored. key: beside the evidence, made at the first need, readable by us alone."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes")
        self._key = key

    def mark_of(self, kind: str, number: str) -> str:
        """What stands in the place of a number; kind: "ID" or "TEL"."""
        plain = re.sub(r"[- ]", "", number).upper()
        return f"[{kind}:{hmac.new(self._key, plain.encode(), 'sha256').hexdigest()[:SHOWN]}]"

    def text(self, text: str) -> tuple[str, int]:
        """The text with its numbers masked, and how many there were."""
        hidden = 0

        def hide(found: re.Match[str]) -> str:
            nonlocal hidden
            kind = "ID" if found["id"] else "TEL"
            if (kind == "ID" and not _is_identity(found[0])) or (kind == "TEL" and _is_in_address(found)):
                return found[0]
            hidden += 1
            return self.mark_of(kind, found[0])

        return _IN_TEXT.sub(hide, text), hidden

    def body(self, body: bytes, encoding: str | None) -> tuple[bytes, int]:
        """The same for a page as it came; encoding None: no text, which is left as it is.

        Where a page cannot be written again as it was, only what stands for itself in its bytes is replaced.
        """
        if encoding is None:
            return body, 0
        try:
            text = body.decode(encoding)
            is_faithful = text.encode(encoding) == body
        except (UnicodeError, LookupError):
            is_faithful = False
        if is_faithful:
            masked, hidden = self.text(text)
            return (masked.encode(encoding), hidden) if hidden else (body, 0)
        return self._bytes(body)

    def _bytes(self, body: bytes) -> tuple[bytes, int]:
        hidden = 0

        def hide(found: re.Match[bytes]) -> bytes:
            nonlocal hidden
            kind = "ID" if found["id"] else "TEL"
            number = found[0].decode("ascii")
            if kind == "ID" and not _is_identity(number):
                return found[0]
            hidden += 1
            return self.mark_of(kind, number).encode()

        return _IN_BYTES.sub(hide, body), hidden


def _is_identity(number: str) -> bool:
    """Whether the check sign of an identity number holds: one in eleven runs of digits passes."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    return _CHECKS[total % 11] == number[17].upper()


def _is_in_address(found: re.Match[str]) -> bool:
    """Whether a number is a part of an address: pages are numbered too, and links must keep leading there."""
    before = found.string[max(0, found.start() - LONGEST_ADDRESS) : found.start()]
    held = _ADDRESS.search(before)
    start = held[0] if held else ""
    return "/" in start or "?" in start or start.endswith(("=", "_", "&"))


def load_key(path: Path) -> bytes:
    """The key of a folder of evidence; it is made where there is none, with mode 0600.

    Two processes that make it at once agree: who comes second reads the first one's.
    """
    with suppress(FileNotFoundError):
        return path.read_bytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(os.urandom(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(part, path)
    part.unlink()
    return path.read_bytes()
