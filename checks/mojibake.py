"""Text decoded with the wrong table, taken back as far as it can be.

Three confusions are met on these sites: UTF-8 shown as GBK (鍥藉姟闄), GBK shown as Latin-1 (¹úÎñÔº) and
UTF-8 shown as Latin-1 (å›½åŠ¡). The first may have lost bytes for good; a lost character comes back as
U+FFFD, which titles take as a wildcard.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LOST = "\ufffd"

_ATTEMPTS = (("gb18030", "utf-8"), ("cp1252", "utf-8"), ("cp1252", "gb18030"))
_CJK = re.compile(r"[\u4e00-\u9fff]")
_RUN = re.compile(f"{LOST}+")
_UTF8_CHINESE = re.compile(rb"[\xe3-\xe9][\x80-\xbf]{2}")


def repair(text: str) -> str:
    """Return what the text said before it was decoded wrongly, or the text itself where nothing was wrong.

    Only a result that is mostly Chinese and lost less than a third is believed: honest Chinese, taken for
    mojibake, falls to pieces.
    """
    if len(text) < 4 or not text.strip() or text.isascii():
        return text
    return next((found for found in _candidates(text) if _is_sound(found)), text)


def _candidates(text: str) -> Iterator[str]:
    for shown, meant in _ATTEMPTS:
        if (shown == "cp1252") == bool(_CJK.search(text)):
            continue  # only GBK makes Chinese characters of other bytes
        raw = _as_bytes(text, shown)
        if meant != "utf-8" or 6 * len(_UTF8_CHINESE.findall(raw)) >= len(raw) - text.count(" "):
            yield _RUN.sub(LOST, raw.decode(meant, "replace"))


def _as_bytes(text: str, table: str) -> bytes:
    """Encode a text; a sign the table lacks becomes the byte it stood for, or one that decodes to nothing."""
    try:
        return b"\xff".join(part.encode(table) for part in text.split(LOST))
    except UnicodeEncodeError:
        return b"".join(_byte(sign, table) for sign in text)


def _byte(sign: str, table: str) -> bytes:
    try:
        return b"\xff" if sign == LOST else sign.encode(table)
    except UnicodeEncodeError:
        return sign.encode("latin-1") if sign <= "\xff" else b"\xff"


def _is_sound(text: str) -> bool:
    lost, chinese = text.count(LOST), len(_CJK.findall(text))
    foreign = sum(not sign.isascii() for sign in text) - lost - chinese
    return chinese >= max(2, foreign, 2 * lost)
