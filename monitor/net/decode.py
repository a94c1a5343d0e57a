"""Bytes of a page to text. Declarations are heard in order, but the bytes have the last word.

Pages of the government web declare gb2312 and use characters of GBK or GB18030, or are UTF-8 in truth;
servers add ISO-8859-1 to everything. Read in the wrong encoding, a page has other titles, and a repost on it
is not recognised.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

How = Literal["asked", "bom", "header", "meta", "detector", "repair"]

UTF8 = "utf-8"
GB18030 = "gb18030"
BIG5 = "big5hkscs"

HEAD = 16 * 1024
SAMPLE = 64 * 1024

_BOMS = (
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", GB18030),
)

# Labels and the codec that reads what is really sent under them. GB18030 contains GBK, which contains GB2312.
# What is not listed is not heard: codecs such as utf-7, idna or unicode_escape are no charsets of pages.
_CODECS = {
    **dict.fromkeys(("utf-8", "utf8", "unicode-1-1-utf-8", "x-unicode20utf8"), UTF8),
    **dict.fromkeys(
        ("gb2312", "gb-2312", "gb_2312", "gb_2312-80", "gb2312-80", "csgb2312", "euc-cn", "x-euc-cn"),
        GB18030,
    ),
    **dict.fromkeys(("chinese", "iso-ir-58", "csiso58gb231280", "x-gbk", "gbk", "cp936", "ms936"), GB18030),
    **dict.fromkeys(
        ("windows-936", "936", "gb18030", "gb-18030", "gb18030-2000", "gb18030-2005", "gb18030-2022"),
        GB18030,
    ),
    **dict.fromkeys(("big5", "big5-hkscs", "big-5", "cn-big5", "csbig5", "x-x-big5", "cp950"), BIG5),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis", "windows-31j", "ms932"), "cp932"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987", "korean", "windows-949", "cseuckr"), "cp949"),
    "euc-jp": "euc_jp",
    "x-euc-jp": "euc_jp",
    "koi8-r": "koi8-r",
    **{f"windows-{number}": f"cp{number}" for number in (1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258)},
    # A page that can say so in ASCII is not UTF-16.
    **dict.fromkeys(("utf-16", "utf-16le", "utf-16be", "utf-16-le", "utf-16-be", "unicode"), UTF8),
}

# These decode any bytes whatever, and servers send them as their default: they say nothing.
_EMPTY_LABELS = frozenset(
    ("iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "latin-1", "l1", "ascii", "us-ascii", "windows-1252")
)

_NAMES = {BIG5: "big5", "cp932": "shift_jis", "cp949": "euc-kr", "cp1252": "windows-1252"}

# Characters that take three bytes and more in UTF-8; two of them are no accident any more.
_TWO_WIDE = re.compile("[\u0800-\U0010ffff][\0-\u07ff]*[\u0800-\U0010ffff]")

_HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_META_CHARSET = re.compile(rb"""<meta\b[^>]{0,500}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_XML_ENCODING = re.compile(
    rb"""\s*<\?xml\b[^>]{0,200}?encoding\s*=\s*["']\s*([\w.:-]{1,40})""", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a page, the encoding it was read in, and what that rests on.

    how: "repair" means that no encoding read all bytes, and U+FFFD stands where one is damaged.
    """

    text: str
    encoding: str
    how: How


def decode(body: bytes, content_type: str = "", asked: str | None = None) -> Decoded:
    """Read a page's bytes. Never raises.

    In order: what the configuration asks for, a byte order mark, the Content-Type header, a meta or XML
    declaration, the detector. A declaration that does not decode strictly is overruled by the next one,
    and so is one of anything else where the bytes are UTF-8 throughout.
    """
    claims: dict[str, How] = {}
    for codec, how in _claims(body, content_type, asked):
        claims.setdefault(codec, how)  # said a thousand times, it is tried once
    for codec, how in claims.items():
        if codec != UTF8 and how in ("header", "meta") and _is_utf8_beyond_chance(body):
            continue
        if (text := _strictly(body, codec)) is not None:
            return Decoded(text, _name(codec), how)
    for codec in _detected(body):
        if (text := _strictly(body, codec)) is not None:
            return Decoded(text, _name(codec), "detector")
    return _repaired(body, list(claims))


def _claims(body: bytes, content_type: str, asked: str | None) -> Iterator[tuple[str, How]]:
    if asked and (codec := _codec(asked)):
        yield codec, "asked"
    for mark, codec in _BOMS:
        if body.startswith(mark):
            yield codec, "bom"
    for label in _HEADER_CHARSET.findall(content_type):
        if codec := _codec(label):
            yield codec, "header"
    for label in _declared_inside(body[:HEAD]):
        if codec := _codec(label):
            yield codec, "meta"


def _declared_inside(head: bytes) -> Iterator[str]:
    if found := _XML_ENCODING.match(head):
        yield found[1].decode("ascii")
    for found in _META_CHARSET.finditer(_without_comments(head)):
        yield found[1].decode("ascii")


def _without_comments(head: bytes) -> bytes:
    """Cut comments out: a template's old declaration often stands in one."""
    kept, at = [], 0
    while (start := head.find(b"<!--", at)) >= 0:
        kept.append(head[at:start])
        end = head.find(b"-->", start)
        if end < 0:
            return b"".join(kept)
        at = end + 3
    return b"".join((*kept, head[at:]))


def _codec(label: str) -> str | None:
    plain = label.strip().lower()
    return None if plain in _EMPTY_LABELS else _CODECS.get(plain)


def _name(codec: str) -> str:
    return _NAMES.get(codec, codec)


def _strictly(body: bytes, codec: str) -> str | None:
    try:
        text = body.decode(codec)
    except UnicodeDecodeError:
        return None
    return text.removeprefix("\ufeff")


def _is_utf8_beyond_chance(body: bytes) -> bool:
    """Whether the bytes are UTF-8 with some Chinese in it; text in GBK is that only by chance, and short."""
    text = _strictly(body, UTF8)
    return text is not None and _TWO_WIDE.search(text) is not None


def _detected(body: bytes) -> Iterator[str]:
    """Give the encodings the bytes look like, likeliest first.

    UTF-8 needs no guess. Between GB18030 and Big5 the detector is asked alone first: given all of its
    encodings, it takes a short Chinese page for Korean.
    """
    yield UTF8
    from charset_normalizer import from_bytes  # noqa: PLC0415 - heavy, and most pages never need it

    sample = body[:SAMPLE]
    for candidates in ([GB18030, "big5"], None):
        best = from_bytes(sample, cp_isolation=candidates, enable_fallback=False).best()
        if best is not None and best.encoding != "utf_7":  # no charset of pages, and a way to smuggle markup
            yield BIG5 if best.encoding == "big5" else best.encoding


def _repaired(body: bytes, claimed: list[str]) -> Decoded:
    """Read what no encoding reads whole: a title cut in the middle of a character is common.

    The encoding that leaves the fewest damaged places is taken; of equals, the one declared first.
    """
    readings = {
        codec: body.decode(codec, "replace") for codec in dict.fromkeys([*claimed, UTF8, GB18030, BIG5])
    }
    codec = min(readings, key=lambda codec: readings[codec].count("\ufffd"))
    return Decoded(readings[codec].removeprefix("\ufeff"), _name(codec), "repair")
