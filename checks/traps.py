"""Addresses that are made without end: sessions, circles, calendars. Told by their form, not by a list."""

from __future__ import annotations

import re
from collections import Counter

LONGEST = 2000
MOST_SEGMENTS = 40
MOST_REPEATS = 3

_SESSION = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
_SESSION_KEY = re.compile(
    r"(?:(?<=\?)|&)(?:jsessionid|phpsessid|aspsessionid\w*|asp\.net_sessionid|cfid|cftoken|sessionid|sid)=[0-9A-Za-z%{}.-]{16,}(?=&|$)",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_TOKEN = re.compile(r"(?<![0-9A-Za-z])(?=[0-9A-Za-z]*\d)[0-9A-Za-z]{16,}(?![0-9A-Za-z])")


def without_session(url: str) -> str:
    """Give the address without the number of a visit, which every answer would make anew."""
    if "?" not in url and ";" not in url:
        return url
    plain = _SESSION.sub("", url)
    if "?" not in plain:
        return plain
    shorter = _SESSION_KEY.sub("", plain)
    return shorter.replace("?&", "?").rstrip("?") if shorter != plain else plain


def shape(url: str) -> str:
    """Give the form of an address: its numbers and tokens made one."""
    return _DIGITS.sub("0", _TOKEN.sub("0", url))


def circles(url: str) -> str | None:
    """Say by what an address gives away that it goes in circles; None where it does not."""
    if len(url) > LONGEST:
        return f"an address of {len(url)} characters"
    place, _, query = url.partition("?")
    segments = [segment for segment in place.split("/")[3:] if segment]
    if len(segments) > MOST_SEGMENTS:
        return f"{len(segments)} folders in one another"
    if len(segments) > MOST_REPEATS:
        name, times = Counter(segments).most_common(1)[0]
        if times > MOST_REPEATS and not name.isdigit():
            return f"the folder {name} within itself, {times} times"
    if query.count("&") > MOST_REPEATS:
        keys = Counter(part.partition("=")[0] for part in query.split("&"))
        name, times = keys.most_common(1)[0]
        if times > MOST_REPEATS and not name.endswith(("[]", "%5B%5D")):
            return f"the parameter {name} {times} times"
    return None
