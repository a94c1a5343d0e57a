"""Secrets: `{env:NAME}` and `{file:PATH}` inside a string are replaced when targets.toml is read.

What they stand for is never shown: not in errors, not in a repr, not in a dump.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, urlsplit

MASK = "***"

_PLACEHOLDER = re.compile(r"\{(env|file):([^{}]*)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TELLING = re.compile(r"pass|pwd|token|secret|key|sign|auth|cred", re.IGNORECASE)
_TOKEN = re.compile(r"(?=[^/]*[0-9])(?=[^/]*[A-Za-z])[A-Za-z0-9_-]{16,}")

WEB_HOOKS = frozenset({"json", "jsons", "xml", "xmls", "form", "forms"})
MAIL = frozenset({"mailto", "mailtos"})
LOCAL = frozenset({"syslog", "dbus", "gnome", "macosx", "windows"})


class Secret:
    """A text that does not show itself; `reveal()` gives it to the one place that uses it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = str(text)

    def reveal(self) -> str:
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(("secret", self._text))

    def __repr__(self) -> str:
        return MASK if self._text else "''"

    def __str__(self) -> str:
        return MASK if self._text else ""


class Veiled(str):
    """A setting that came out of a placeholder: usable as the string it is, masked where it is shown."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"'{MASK}'"


class MissingSecretError(ValueError):
    """A placeholder that stands for nothing; says which, never what it should have held."""


@dataclass(slots=True)
class Vault:
    """Replaces placeholders, and remembers where they stood and which files were read for them."""

    env: Mapping[str, str]
    base: Path
    files: list[Path]

    def fill(self, text: str) -> str:
        """Replace every placeholder in `text`; MissingSecretError where one stands for nothing."""
        if not _PLACEHOLDER.search(text):
            return text
        return Veiled(_PLACEHOLDER.sub(self._look_up, text))

    def _look_up(self, found: re.Match[str]) -> str:
        source, name = found[1], found[2].strip()
        return self._from_env(name) if source == "env" else self._from_file(name)

    def _from_env(self, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise MissingSecretError("{env:…} must name an environment variable")
        if name not in self.env:
            raise MissingSecretError(f"the environment variable {name} is not set")
        if not self.env[name].strip():
            raise MissingSecretError(f"the environment variable {name} is empty")
        return self.env[name].strip()

    def _from_file(self, name: str) -> str:
        if not name:
            raise MissingSecretError("{file:…} must name a file")
        path = self.base / name
        try:
            text = path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise MissingSecretError(f"the file {name} cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise MissingSecretError(f"the file {name} is not text in UTF-8") from None
        if not text:
            raise MissingSecretError(f"the file {name} is empty")
        self.files.append(path)
        return text


def has_placeholder(text: str) -> bool:
    return bool(_PLACEHOLDER.search(text))


def find_literal_channel_secret(url: str) -> str | None:
    """Say why a channel's url, as written, may not stand in the file itself; None where it may.

    A url with a placeholder may. Without one, only what gives nobody access may: this machine's own log and
    screen, and a web hook or a mail relay without password, token, header or key-like path (on loopback, with
    any path). In every other scheme the address itself is the key.
    """
    if has_placeholder(url) or "://" not in url:
        return None
    scheme = url.split("://", 1)[0].lower()
    if scheme not in WEB_HOOKS | MAIL | LOCAL:
        return f"a {scheme}:// url carries its key in its address"
    parts = _split(url)
    return None if parts is None else _find_in_parts(parts, scheme)


def _find_in_parts(parts: SplitResult, scheme: str) -> str | None:
    if parts.password or (parts.username and scheme in WEB_HOOKS):
        return "it holds a user name or password"
    if any(name.startswith(("+", "-")) or _TELLING.search(name) for name, _ in parse_qsl(parts.query)):
        return "its query holds a header or a token"
    if not _is_loopback(parts.hostname) and any(map(_TOKEN.fullmatch, parts.path.split("/"))):
        return "its path looks like a key"
    return None


def find_literal_password(url: str) -> str | None:
    """Say why a proxy's or a store's url may not stand in the file itself; None where it may."""
    parts = _split(_PLACEHOLDER.sub("", url))
    if parts is None:
        return None
    if parts.password:
        return "it holds a password"
    if any(_TELLING.search(name) and value for name, value in parse_qsl(parts.query)):
        return "its query holds a password"
    return None


def mask_password(url: str) -> str:
    """Show a url without its password and without the values in its query."""
    parts = _split(url)
    if parts is None:
        return MASK
    host = parts.netloc.rpartition("@")[2]
    user = f"{parts.username}@" if parts.username else ""
    query = f"?{MASK}" if parts.query else ""
    return f"{parts.scheme}://{user}{host}{parts.path}{query}"


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _is_loopback(host: str | None) -> bool:
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"
