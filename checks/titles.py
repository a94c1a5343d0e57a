"""Titles as they are compared: one script, one spelling, without what sites put around them.

`normalise` is the form in which two titles are equal. What a title is made of is told in `checks.headings`.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache

from opencc import OpenCC

from checks.mojibake import LOST, repair
from checks.numbers import doc_numbers, find_numbers, normalise_doc_number

__all__ = ["bare", "clean", "doc_numbers", "letters", "normalise", "normalise_doc_number", "shares_signs"]

_AMPS = re.compile(r"&(?:amp;)+(?=#?\w{1,31};)")  # escaped more than once, as exports of exports are
_TAG = re.compile(
    r"</?(?:a|b|big|br|div|em|font|i|li|mark|nobr|p|small|span|strong|sub|sup|td|u|wbr)(?:\s[^<>]{0,2000})?/?>",
    re.IGNORECASE,
)
_INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe0f\ufeff]")
_SPACE = re.compile(r"\s+")
_PINYIN = re.compile(
    r"(?<=[\u3400-\u9fff])\([a-zü]{0,5}[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ][a-zü]{0,4}\)"  # 專(zhuān)利
)
_OTHER_SIGNS = re.compile(rf"[^\w{LOST}]|_")
_SPAN = re.compile(r"(?<=\d)年?\s?(?:[-‐‑‒–—―~～]+|至)\s?(?=\d)")
"""Between two years or figures: 2018-2020, 2018年—2020年, 2018至2020."""

_DATE = r"(?:19|20)\d\d\s?[-./年]\s?\d{1,2}\s?[-./月]\s?\d{1,2}\s?日?"
_LABEL = re.compile(
    r"^(?:【[^】]{1,8}】|\[[^\]]{1,8}\]|\((?:转载|转发|转)\)|(?:转载|转发)(?:\s?[:|丨]|\s)|转载(?=[^\s:])"
    r"|置顶\s|标题:|[·•◆■●▪★☆]|\d{1,3}[.、]\s?(?=[\u4e00-\u9fff《])"
    rf"|\[?{_DATE}(?:\]|\s)"
    r"|(?:[^_|丨>]{0,20}(?:网|网站|首页)|(?:政策|文件|通知|公告|国务院|上级)[^_|丨>]{0,6})\s*[_|丨>]"
    r"|[^_|丨>\s]{2,20}(?:门户网站|政府网)\s)\s?"
)
"""A column's label, a mark of reposting, a bullet, a date or the site's name in front."""

_DATE_BEHIND = re.compile(
    rf"\s?[(\[【]?\s?{_DATE}(?:\s\d{{1,2}}:\d\d(?::\d\d)?)?\s?[)\]】]?$|(?:\s|\s?[(\[])\d\d-\d\d[)\]]?$"
)
_REMARK_BEHIND = re.compile(
    r"\s?[(\[【](?:附?全文|附?图|多图|组图|图文|含?附件|附|转载|转发|详细|查看|更多|pdf版?|word版?)[)\]】]$"
    r"|\s+new!?$|\.(?:pdf|docx?|wps|ofd|s?html?)$",
    re.IGNORECASE,
)
_SITE_BEHIND = re.compile(
    r"(?:\s*[_|丨]\s*|\s+[-–—]+\s*|(?<=[^\s\d–—-])[-–](?=[^\d–—-]))(?P<site>[^_|丨]{2,30})$"
)
_SITE = re.compile(
    r"政府$|(?:网|网站|门户|平台|频道|首页|主页|客户端|公众号|发布)$|(?:信息|政务)公开|[局厅部院署办会委]$"
    r"|^(?:政策|文件|通知|公告|公示|法规|规章|规范性|重要|国务院|上级|工作|时政|最新|要闻|新闻|政务|转载).{0,8}$"
)
_KIND_END = re.compile(r"(?:通知|意见|办法|规定|方案|决定|批复|函|公告|条例|细则|规划|计划|措施|\s|[(\[【])$")
LONGEST = 300
"""Signs of a title that count: what is longer is no title, and must not cost more."""

LONGEST_RAW = 3000
"""The same with its markup; titles are remembered by it, and there are thousands."""

_LEAST = 4
"""A title keeps its affixes when fewer signs would be left of it."""


def normalise(title: str) -> str:
    """Return the form in which two titles are equal; idempotent, and "" for what holds no letter.

    Beyond `clean` and `bare`, spaces, quotes, book marks and every other sign are dropped; the signs
    between two figures are written 至. A character lost to a wrong encoding stays as U+FFFD.
    """
    return _normalised(title[:LONGEST_RAW])


@lru_cache(maxsize=8192)
def _normalised(title: str) -> str:
    key = letters(bare(clean(title)[:LONGEST]))
    while (again := letters(bare(clean(key)[:LONGEST]))) != key:
        key = again
    return key


def clean(raw: str) -> str:
    """Undo what markup, encodings and copy protection did to a text; its words and signs stay.

    Tags and entities, mojibake, full-width forms, traditional characters with or without pinyin beside
    them, invisible signs, runs of white space.
    """
    text = _TAG.sub("", html.unescape(_AMPS.sub("&", raw))) if "<" in raw or "&" in raw else raw
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", repair(text)))
    if "(" in text:
        text = _PINYIN.sub("", text)
    return str(_converter("t2s").convert(_SPACE.sub(" ", text).strip()))


def bare(text: str) -> str:
    """Take off a cleaned title what a site put around it, as long as a title remains.

    In front: column labels, marks of reposting, the document number. Behind: the site's and the column's
    name, the number, a full date, remarks such as (全文).
    """
    while True:
        for shorter in (_without_label(text), _without_number(text), _without_tail(text)):
            if shorter != text and len(letters(shorter)) >= _LEAST:
                text = shorter
                break
        else:
            return text


def letters(text: str) -> str:
    """Keep characters and figures only, in one case."""
    return _OTHER_SIGNS.sub("", _SPAN.sub("至", text)).casefold()


def shares_signs(ours: str, theirs: str) -> bool:
    """Whether two titles could be alike at all, by the characters they consist of: a cheap first look.

    True for what only `clean` could tell: markup, entities, numbers, mojibake.
    """
    known, row = _signs(ours), frozenset(theirs)
    if 5 * len(known[0] & row) >= 3 * min(len(row), len(known[1])) or row & {"<", "&", "号", LOST}:
        return True
    return repair(theirs) != theirs


@lru_cache(maxsize=512)
def _signs(title: str) -> tuple[frozenset[str], frozenset[str]]:
    """The characters of a title in both scripts, and those of the normalised one."""
    key = normalise(title)
    return frozenset(title + key + _converter("s2t").convert(key)), frozenset(key)


def _without_label(text: str) -> str:
    return _LABEL.sub("", text, count=1)


def _without_number(text: str) -> str:
    for number in find_numbers(text) if "号" in text else ():
        if text[: number.start].strip("([【 ") == "":
            return text[number.end :].lstrip(")]】 :,")
        if text[number.end :].strip(")]】 ") == "" and _KIND_END.search(text[: number.start]):
            return text[: number.start].rstrip("([【 ")
    return text


def _without_tail(text: str) -> str:
    for pattern in (_DATE_BEHIND, _REMARK_BEHIND):
        if (shorter := pattern.sub("", text)) != text:
            return shorter
    site = _SITE_BEHIND.search(text)
    return text[: site.start()] if site and _SITE.search(site["site"]) else text


@lru_cache
def _converter(table: str) -> OpenCC:
    """Loading a table takes a tenth of a second: once."""
    return OpenCC(table)
