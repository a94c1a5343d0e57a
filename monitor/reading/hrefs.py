"""Addresses as they stand in pages, made absolute as browsers do: by the WHATWG's URL standard.

The standard's parser is Ada's, the one of Node.js. What it leaves to the page is done here: in a page that is
not in UTF-8, the query is written in the page's own encoding.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

import ada_url

LONGEST = 8192
NOWHERE = "nowhere"
"""What is said of a link that leads to no page on purpose."""

_NOWHERE = re.compile(
    r"[\0- ]*(?:javascript|mailto|tel|sms|data|about|blob|callto|skype|wtai|intent|weixin|mqqapi)[\0- ]*:",
    re.IGNORECASE,
)
_TEMPLATE = re.compile(r"\{\{|\}\}|<%|%>|\$\{|\[\[\s*\w")
_PLAIN = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)+/?(?:\?[A-Za-z0-9=&_.~-]*)?")
"""Paths from the root that the standard leaves as they are."""

_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_ENCODERS = {"gb18030": "gb18030", "big5": "big5hkscs", "shift_jis": "cp932", "euc-kr": "cp949"}


def leads_nowhere(href: str) -> bool:
    """Whether an address is none of a page: a script, a telephone number, a mail, an empty one."""
    return not href or _NOWHERE.match(href) is not None


def is_unfilled(href: str) -> bool:
    """Whether an address is a template that only scripts fill in."""
    return _TEMPLATE.search(href) is not None


class Base:
    """What the addresses of one page are relative to, and what its queries are written in."""

    def __init__(self, url: str, encoding: str = "utf-8") -> None:
        self.url = url
        self._origin = origin_of(url)
        self._folder = url[: url.partition("?")[0].rfind("/") + 1]
        self._encoder = _ENCODERS.get(encoding) or (encoding if encoding.startswith("windows-") else None)

    def settle(self, href: str) -> tuple[str, str, str]:
        """Give address, fragment and what is wrong with it: "" for nothing.

        Of what is no address of the web: as it stands, and "invalid", "unfilled", NOWHERE or its scheme.
        """
        if href[:1] in ("?", "#") or not href.isascii():
            return _settled(self, href)
        return _settle(self._folder, self._origin, href)

    def resolve(self, href: str) -> str | None:
        """Give the absolute address, escaped, fragment and all; None where the standard sees a failure."""
        if len(href) > LONGEST:
            return None
        if _PLAIN.fullmatch(href):
            return self._origin + href
        if self._encoder is not None and not href.isascii():
            href = _with_encoded_query(href, self._encoder)
        try:
            found: str = ada_url.join_url(self.url, _whole(href))
        except ValueError:
            return None
        return found


@lru_cache(maxsize=16_384)
def _settle(folder: str, origin: str, href: str) -> tuple[str, str, str]:
    """Settle what hangs on no more than the folder; a site's menu stands on every one of its pages."""
    if _PLAIN.fullmatch(href) and len(href) <= LONGEST:
        return origin + href, "", ""
    return _settled(Base(folder), href)


def _settled(base: Base, href: str) -> tuple[str, str, str]:
    if is_unfilled(href):
        return href, "", NOWHERE if leads_nowhere(href) else "unfilled"
    address = base.resolve(href)
    if address is not None and address.startswith(("http://", "https://")):
        url, _, fragment = address.partition("#")
        return url, fragment, ""
    if leads_nowhere(href):
        return href, "", NOWHERE
    return href, "", "invalid" if address is None else address.partition(":")[0]


def normalise(url: str) -> str | None:
    """Write an absolute address as the standard does; None where it is none."""
    try:
        found: str = ada_url.normalize_url(_whole(url))
    except ValueError:
        return None
    return found


def origin_of(url: str) -> str:
    """Give scheme, host and port of an address that the standard has written."""
    mark = url.find("://")
    end = url.find("/", mark + 3) if mark >= 0 else -1
    return url if end < 0 else url[:end]


def follow(url: str, location: str) -> str | None:
    """Read where a redirect leads. Raw bytes of the header come as half characters, and are escaped."""
    raw = location.encode("utf-8", "surrogateescape")
    escaped = _BEYOND_ASCII.sub(lambda byte: b"%%%02X" % byte[0][0], raw).decode("ascii")
    return Base(url).resolve(escaped) if escaped.strip() else None


def _whole(text: str) -> str:
    """Put U+FFFD for halves of characters, which no encoding can write."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _with_encoded_query(href: str, encoder: str) -> str:
    place, mark, rest = href.partition("?")
    if not mark or "#" in place:
        return href
    query, hash_mark, fragment = rest.partition("#")
    raw = _whole(query).encode(encoder, "duban.as_reference")
    written = _BEYOND_ASCII.sub(lambda byte: b"%%%02X" % byte[0][0], raw).decode("ascii")
    return f"{place}?{written}{hash_mark}{fragment}"


def _as_reference(error: UnicodeError) -> tuple[str, int]:
    """Write characters that an encoding lacks as browsers do in a query: &#20013; percent-encoded."""
    assert isinstance(error, UnicodeEncodeError)  # what encoding raises
    lacking = error.object[error.start : error.end]
    return "".join(f"%26%23{ord(char)}%3B" for char in lacking), error.end


codecs.register_error("duban.as_reference", _as_reference)
