"""Values from foreign pages made fit for a message: text stays text, and on one line.

A title can try to end its line, to turn the writing direction, to call everybody in a group (`@all`,
`<at user_id="all">`), to close the marks it stands in, or to bring a link that somebody clicks on.
"""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

TITLE_LENGTH = 80
PLACE_LENGTH = 40
REASON_LENGTH = 120
URL_LENGTH = 500

# Control, format (bidi marks, zero width), surrogate, private, unassigned; line and paragraph separators.
_UNWANTED = ("C", "Zl", "Zp")

# Signs with which some channel mentions, links or formats become their full-width likes, which none reads;
# book title marks inside a title are single ones, as Chinese typesetting has it.
_TAMED = str.maketrans(
    {"<": "＜", ">": "＞", "@": "＠", "《": "〈", "》": "〉", "`": "'", "【": "[", "】": "]"}
)


def clean(text: str, length: int = REASON_LENGTH) -> str:
    """Return foreign text as one line of at most `length` characters, without anything that acts."""
    shown = "".join(_visible(sign) for sign in text[: 20 * length])
    line = " ".join(shown.split()).translate(_TAMED).replace("://", "：//")
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def plain(text: str) -> str:
    """Return our own text as one line: without control and format signs, but whole, links included."""
    return " ".join("".join(_visible(sign) for sign in text).split())


def _visible(sign: str) -> str:
    if sign in "\t\r\n":
        return " "
    return " " if sign.isspace() else "" if unicodedata.category(sign).startswith(_UNWANTED) else sign


def clean_url(url: str) -> str | None:
    """Return an address to be shown in full as text, or None where it is none or too long to show.

    What is not plain ASCII is percent-encoded: an address never looks like another one.
    """
    if not url.lower().startswith(("http://", "https://")) or len(url) > URL_LENGTH:
        return None
    return quote(url.strip(), safe=":/?#[]!$&'()*+,;=%~")
