"""Headers of an answer, read leniently: half of what stands in them was typed by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

OLDEST = timedelta(days=30)

_NONE = timedelta(0)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_TEXTUAL = re.compile(r"text/.*|.*[/+.-](?:html|xml|json|javascript)", re.IGNORECASE)
_UNCLEAR = re.compile(
    r"\s*(?:|application/octet-stream|application/unknown|unknown/unknown)\s*", re.IGNORECASE
)


def merged(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Give headers by lower-case name, those that repeat joined by commas, fit to be stored.

    Bytes that are no UTF-8 come in as half characters, which no database takes; U+FFFD stands for them.
    """
    headers: dict[str, str] = {}
    for name, value in pairs:
        key, whole = name.lower(), value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        headers[key] = f"{headers[key]}, {whole}" if key in headers else whole
    return headers


def age(headers: Mapping[str, str]) -> timedelta:
    """Read how old a cache says its copy is: zero where it says nothing sensible, never beyond 30 days.

    Where several caches put a number each, the oldest holds: it is the one that favours the accused.
    """
    stated = re.findall(r"(?:^|,)\s*(\d{1,10})\s*(?=,|$)", headers.get("age", ""))
    return min(max((timedelta(seconds=int(number)) for number in stated), default=_NONE), OLDEST)


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Read how long the host wants to be left alone, in seconds or until a date; None if it does not say."""
    stated = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}", stated):
        return timedelta(seconds=int(stated))
    try:
        until = parsedate_to_datetime(stated)
    except ValueError:
        return None
    aware = until if until.tzinfo is not None else until.replace(tzinfo=UTC)
    return max(aware - now, _NONE)


def is_textual(headers: Mapping[str, str], body: bytes) -> bool:
    """Whether a body is text to be decoded; a PDF's bytes are no matter for a detector of charsets."""
    kind = headers.get("content-type", "").partition(";")[0].strip()
    if _TEXTUAL.fullmatch(kind):
        return True
    return bool(_UNCLEAR.fullmatch(kind)) and (b"\0" not in body[:1024] or body[:2] in _UTF16)
