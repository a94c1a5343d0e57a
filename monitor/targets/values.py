"""What a key of targets.toml can hold, and how it is read: durations, regions, addresses, patterns.

Readers take what TOML gives and return the value that the program uses. They raise UnfitError,
a sentence that fits after the key ("must be …", "is not …") and, where there is one, the nearest right value.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    Strict,
    WithJsonSchema,
    field_serializer,
)
from yarl import URL

from checks.terms import Term, parse_length, parse_term, shorten
from monitor.targets.secrets import MASK, Secret, Veiled

LONGEST_TEXT = 2000

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*([01]\d|2[0-3]):([0-5]\d)")
_ADDRESS = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:\[\]/]+):(\d{1,5})")
_SIZE = re.compile(r"(\d+)\s*(B|KiB|MiB|GiB|kB|MB|GB)")
_BYTES = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "kB": 10**3, "MB": 10**6, "GB": 10**9}


class UnfitError(ValueError):
    """A value that does not fit, with the nearest one that would."""

    def __init__(self, message: str, nearest: str | None = None) -> None:
        super().__init__(message)
        self.nearest = nearest


class Table(BaseModel):
    """A table of targets.toml: frozen, and without keys of its reader's invention."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        validate_by_name=True,
        validate_by_alias=True,
        arbitrary_types_allowed=True,
        hide_input_in_errors=True,
    )

    @field_serializer("*", mode="wrap", check_fields=False)
    def hide_what_was_veiled(self, value: Any, handler: Any) -> Any:
        parts = value if isinstance(value, tuple | frozenset) else (value,)
        return MASK if any(isinstance(part, Veiled | Secret) and part for part in parts) else handler(value)


def either(names: Sequence[str]) -> str:
    """Write names as a choice: "a", "b" or "c"."""
    quoted = [f'"{name}"' for name in names]
    return " or ".join((", ".join(quoted[:-1]), quoted[-1])) if len(quoted) > 1 else "".join(quoted)


def read_text(value: object) -> str:
    """Any one line of text, the empty one included."""
    if not isinstance(value, str):
        raise UnfitError("must be a string, in quotes")
    if _CONTROL.search(value):
        raise UnfitError("must be one line without control characters")
    if len(value) > LONGEST_TEXT:
        raise UnfitError(f"is longer than {LONGEST_TEXT} characters")
    return value


def read_words(value: object) -> str:
    """A line of text that says something."""
    if not read_text(value).strip():
        raise UnfitError("must not be empty")
    return value if isinstance(value, Veiled) else read_text(value).strip()


def read_id(value: object) -> str:
    text = read_words(value)
    if text != value or len(text) > 100 or re.search(r"\s", text):
        raise UnfitError("must be at most 100 characters without spaces")
    return text


def read_length(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    try:
        return parse_length(value if isinstance(value, str) else "")
    except ValueError as error:
        raise UnfitError(_duration_fault(error, '"90s", "30m", "1h" or "2d"')) from None


def read_term(value: object) -> Term:
    if isinstance(value, Term):
        return value
    try:
        return parse_term(value if isinstance(value, str) else "")
    except ValueError as error:
        raise UnfitError(_duration_fault(error, '"30m", "1h", "2d" or "7 working days"')) from None


def _duration_fault(error: ValueError, examples: str) -> str:
    """Say what is wrong with a duration without repeating it."""
    found = re.search(r"at (least|most) .*", str(error))
    return f"must be {found[0]}" if found else f"must be a duration, such as {examples}"


def read_day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise UnfitError("must be a date that exists, such as 2026-01-31") from None


def read_region(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{6}", value):
        raise UnfitError('must be a string of six digits, as in GB/T 2260: "340800"')
    return value


def read_region_start(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{2}|[0-9]{4}|[0-9]{6}", value):
        raise UnfitError("must be a string of the first 2, 4 or all 6 digits of a region code")
    return value


def read_url(value: object) -> str:
    """An address of the web, as it is written; user names and passwords do not belong in it."""
    text = read_words(value)
    if re.search(r"[\s\\]", text):
        raise UnfitError("must be an address without spaces or backslashes")
    try:
        url = URL(text)
    except ValueError:
        raise UnfitError("is not an address") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise UnfitError("must be an address that begins with http:// or https://")
    if url.user is not None or url.password is not None:
        raise UnfitError("must be an address without user name and password")
    return text


def read_search(value: object) -> str:
    text = read_words(value)
    if "{title}" not in text:
        raise UnfitError("must hold {title} where the words to search for go")
    read_url(text.replace("{title}", "x"))
    return text


def read_host(value: object) -> str:
    """A host name, with a port where it is not the usual one."""
    text = read_words(value)
    try:
        url = URL(read_url(f"http://{text}"))
    except ValueError:
        raise UnfitError('must be a host name, such as "zwgk.example.gov.cn"') from None
    if re.search(r"[/?#]", text):
        raise UnfitError('must be a host name, such as "zwgk.example.gov.cn"')
    return url.host_port_subcomponent or ""


def read_address(value: object) -> str:
    """Where to listen: "host:port"; port 0 takes any that is free."""
    found = _ADDRESS.fullmatch(value) if isinstance(value, str) else None
    if not found or int(found[2]) > 65535:
        raise UnfitError('must be "host:port", such as "127.0.0.1:8080"')
    return found.string


def read_size(value: object) -> int:
    """A size in bytes."""
    if isinstance(value, int) and not isinstance(value, bool):
        size = value
    else:
        found = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
        if not found:
            raise UnfitError('must be a size, such as "500KiB" or "8MiB"')
        size = int(found[1]) * _BYTES[found[2]]
    if size < 1:
        raise UnfitError("must be at least 1B")
    return size


def read_network(value: object) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    if isinstance(value, ipaddress.IPv4Network | ipaddress.IPv6Network):
        return value
    text = value if isinstance(value, str) else ""
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise UnfitError('must be a network, such as "10.0.0.0/8"', _nearest_network(text)) from None


def _nearest_network(text: str) -> str | None:
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        return None


def read_regex(value: object) -> re.Pattern[str]:
    if isinstance(value, re.Pattern):
        return value
    text = read_words(value)
    try:
        return re.compile(text)
    except (re.error, OverflowError) as error:
        raise UnfitError(f"is not a regular expression: {error}") from None


def read_encoding(value: object) -> str:
    text = read_words(value)
    try:
        "".encode(text)
    except (LookupError, ValueError):
        raise UnfitError(
            "is not an encoding that is known", "gb18030" if "gb" in text.lower() else None
        ) from None
    return text


def read_timezone(value: object) -> str:
    text = read_words(value)
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnfitError("is not a time zone that is known", _nearest_zone(text)) from None
    return text


def _nearest_zone(text: str) -> str | None:
    return next(iter(get_close_matches(text, available_timezones(), n=1)), None)


def read_span(value: object) -> str:
    """A stretch of the day, "HH:MM-HH:MM"; it may run over midnight."""
    found = _SPAN.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found:
        raise UnfitError('must be two times of the day, such as "08:30-12:00"')
    start, end = span_of(found.string)
    if start == end:
        raise UnfitError("must end at another time than it begins")
    return f"{start:%H:%M}-{end:%H:%M}"


def span_of(text: str) -> tuple[time, time]:
    """Take "HH:MM-HH:MM" apart."""
    found = _SPAN.fullmatch(text)
    if not found:
        raise UnfitError("is not a stretch of the day")
    return time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))


def read_css(value: object) -> str:
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError  # noqa: PLC0415 - seldom needed

    text = read_words(value)
    try:
        LexborHTMLParser("<p></p>").css(text)
    except SelectolaxError:
        raise UnfitError("is not a CSS selector") from None
    return text


def read_folder(value: object) -> Path:
    return value if isinstance(value, Path) else Path(read_words(value))


def read_secret(value: object) -> Secret:
    return value if isinstance(value, Secret) else Secret(read_text(value))


def as_written(value: Any) -> Any:
    """Write a value as TOML would have it."""
    if isinstance(value, tuple):
        return [as_written(part) for part in value]
    if isinstance(value, timedelta):
        return shorten(value)
    return str(value) if isinstance(value, Term | Path) else value


def _text_schema(title: str, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "title": title, **more})


def _show_term(term: Term) -> str:
    return str(term)


def _show_pattern(pattern: re.Pattern[str]) -> str:
    return pattern.pattern


_AS_TEXT = PlainSerializer(str, return_type=str)

Text = Annotated[str, PlainValidator(read_text), _text_schema("text")]
Words = Annotated[str, PlainValidator(read_words), _text_schema("text", minLength=1)]
Id = Annotated[str, PlainValidator(read_id), _text_schema("id", minLength=1, maxLength=100)]
Length = Annotated[
    timedelta,
    PlainValidator(read_length),
    PlainSerializer(shorten, return_type=str),
    _text_schema("duration", pattern=r"^\s*0*[1-9]\d*\s*[smhd]\s*$"),
]
AnyTerm = Annotated[
    Term,
    PlainValidator(read_term),
    PlainSerializer(_show_term, return_type=str),
    _text_schema("duration or working days", pattern=r"^\s*0*[1-9]\d*(\s*[smhd]|\s+working\s+days?)\s*$"),
]
Day = Annotated[date, PlainValidator(read_day), _AS_TEXT, _text_schema("date", format="date")]
Region = Annotated[str, PlainValidator(read_region), _text_schema("region code", pattern=r"^\d{6}$")]
RegionStart = Annotated[
    str,
    PlainValidator(read_region_start),
    _text_schema("start of a region code", pattern=r"^(\d{2}|\d{4}|\d{6})$"),
]
Url = Annotated[str, PlainValidator(read_url), _text_schema("address", pattern=r"^[Hh][Tt][Tt][Pp][Ss]?://")]
SearchUrl = Annotated[
    str, PlainValidator(read_search), _text_schema("address with {title}", pattern=r"\{title\}")
]
Host = Annotated[str, PlainValidator(read_host), _text_schema("host name")]
Address = Annotated[str, PlainValidator(read_address), _text_schema("host:port", pattern=r":\d{1,5}$")]
Size = Annotated[
    int,
    PlainValidator(read_size),
    WithJsonSchema({"type": ["string", "integer"], "title": "size"}),
]
Network = Annotated[
    ipaddress.IPv4Network | ipaddress.IPv6Network,
    PlainValidator(read_network),
    _AS_TEXT,
    _text_schema("network"),
]
Regex = Annotated[
    re.Pattern[str],
    PlainValidator(read_regex),
    PlainSerializer(_show_pattern, return_type=str),
    _text_schema("regular expression", format="regex"),
]
Css = Annotated[str, PlainValidator(read_css), _text_schema("CSS selector")]
Encoding = Annotated[str, PlainValidator(read_encoding), _text_schema("encoding")]
TimeZone = Annotated[str, PlainValidator(read_timezone), _text_schema("time zone")]
Span = Annotated[str, PlainValidator(read_span), _text_schema("HH:MM-HH:MM")]
Folder = Annotated[Path, PlainValidator(read_folder), _AS_TEXT, _text_schema("folder", minLength=1)]
SecretText = Annotated[Secret, PlainValidator(read_secret), _AS_TEXT, _text_schema("url")]
Count = Annotated[int, Strict(), Field(ge=1)]
Share = Annotated[float, Strict(), Field(ge=0, le=1)]
Flag = Annotated[bool, Strict()]
