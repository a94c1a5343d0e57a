"""Does a repost say what its source says? A readable difference is a suspicion, never a violation.

Compared are characters and figures only, so that layout, white space, signs, width and script are no
difference; nor are lines that a site adds (header, source, footer) and notes of an editor. What cannot be
compared (a picture, a file, a mere link) is said to be so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from rapidfuzz import fuzz, process

from checks.addresses import canonical
from checks.mojibake import LOST
from checks.titles import clean, letters

LONGEST = 40_000
"""Signs of a text that are compared."""

MOST = 12
"""Differences that are told: more say nothing new."""

_CARRIED = 0.3
"""Share of the source's letters that a page must hold to bring its text at all."""

_LEAST = 10
"""Letters of a sentence from which on its missing is told: shorter ones are signatures and headings."""

_ALIKE, _WITHIN = 70, 80
"""Likeness of two sentences, and of one with a stretch of text, for one to be the other altered."""

_MARGIN = 24
"""Letters by which a stretch of the text is taken longer at either end: something may have been put in."""

_CONTEXT = 8
"""Letters shown around what differs."""

_ADDED = re.compile(
    r"责任编辑|编辑[:：]|来源[:：]|信息来源|发布时间|发布日期|字体|字号[:：]|打印|分享|扫一扫|版权|网站标识码|备案|浏览次数"
    r"|阅读[:：]|作者[:：]|审核[:：]|此件公开发布|相关(?:链接|阅读|新闻|稿件)|附件下载|^附件|^\[?(?:返回|关闭)"
    r"|^(?:索\s*引\s*号|主题分类|发文机关|成文日期|标\s*题|发文字号|有效性|主题词|公文种类)"
)
_SENTENCE_END = re.compile(r"(?<=[。!?;])")
_LABEL = re.compile(r"第[〇零一二三四五六七八九十百\d]+[条章节款编]")
_PAGE_NUMBER = re.compile(r"^\W*\d{1,4}\W*$")
_NOTE = re.compile(
    r"[(（【\[](?=[^()（）【】\[\]]{0,60}(?:编者|编辑|记者|原文|链接|点击|下载|查看|全文|转载|来源|注[:：])|完[)）])"
    r"[^()（）【】\[\]]{0,80}[)）】\]]"
)
_DATELINE = re.compile(
    r"^(?:新华社|中新社|本报|本网|来源|编辑|责任|发布|时间|日期|字体|打印|关闭|讯|电|完|\d+$)"
)
_CONTINUED = re.compile(r"(?:余下|展开|阅读|查看)全文|未完待续")
_POINT = re.compile(r"(?<=\d)\.(?=\d)")
_FIGURE = re.compile(r"[\d〇零一二两三四五六七八九十百千万亿]")
_ARABIC = str.maketrans("〇零一二两三四五六七八九", "001223456789")
_SLIPS = tuple(
    frozenset(pair)
    for pair in (
        "账帐",
        "做作",
        "的地",
        "的得",
        "地得",
        "与和",
        "和及",
        "与及",
        "像象",
        "唯惟",
        "其他其它",
        "他它",
        "叁三",
        "份分",
    )
)
_WORDLESS = re.compile(r"\W+")
_FILE_END = re.compile(r"\.(?:pdf|docx?|wps|xlsx?|et|pptx?|ofd|ceb|zip|rar|7z|rtf|tiff?)$", re.IGNORECASE)
_NO_NAME = re.compile(
    r"^(?:附件?\d*|下载|点击下载|附件下载|正文|全文|pdf版?|word版?|ofd版?|打印版?)$", re.IGNORECASE
)


class Kind(StrEnum):
    """In what a repost differs."""

    FIGURES = "figures"
    WORDING = "wording"
    MISSING = "missing"
    ATTACHMENT = "attachment"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: what the source says, and what the repost says there ("" where it says nothing)."""

    kind: Kind
    source: str
    repost: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A file that a page offers."""

    url: str
    name: str


@dataclass(frozen=True, slots=True)
class Content:
    """What a page brings. links: every address it leads to, files included."""

    title: str
    text: str
    files: tuple[File, ...] = ()
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Text:
    """A text made comparable: its sentences as shown and as letters, and all of its letters in a row."""

    shown: tuple[str, ...]
    letters: tuple[str, ...]
    whole: str


def compare(source: Content, repost: Content) -> tuple[Difference, ...] | None:
    """Say in what a repost differs from its source; None where it does not bring the text to compare."""
    ours, theirs = _read(source), _read(repost)
    if not ours.whole or len(theirs.whole) < _CARRIED * len(ours.whole):
        return None
    differences = [*_differences(ours, theirs, is_whole=not _CONTINUED.search(repost.text))]
    differences += _missing_files(source, repost)
    return tuple(differences[:MOST])


def links_to(source_urls: Sequence[str], repost: Content) -> bool:
    """Whether a page leads to one of the addresses under which its source stands."""
    wanted = {canonical(url) for url in source_urls}
    return any(canonical(link) in wanted for link in repost.links)


def _read(content: Content) -> _Text:
    title = letters(clean(content.title))
    shown, told = [], []
    for line in content.text[:LONGEST].split("\n"):
        plain = _NOTE.sub("", clean(line)).strip()
        if not plain or _PAGE_NUMBER.match(plain) or _ADDED.search(plain[:24]):
            continue
        for sentence in _SENTENCE_END.split(plain):
            bare = letters(_POINT.sub("点", sentence))
            if bare and bare != title:
                shown.append(sentence.strip())
                told.append(bare)
    return _Text(tuple(shown), tuple(told), "".join(told))


def _differences(ours: _Text, theirs: _Text, *, is_whole: bool) -> Iterator[Difference]:
    others = [told for told in dict.fromkeys(theirs.letters) if told not in ours.whole]
    for shown, told in zip(ours.shown, ours.letters, strict=True):
        if told in theirs.whole:
            continue
        counterpart = _counterpart(told, others, theirs.whole)
        if counterpart is not None:
            yield from _pieces(told, counterpart, ours.whole, theirs.whole)
        elif is_whole and len(told) >= _LEAST:
            yield Difference(Kind.MISSING, shown)


@dataclass(frozen=True, slots=True)
class _Counterpart:
    """What a sentence of the source became; is_cut: a stretch of the text, whose ends say nothing."""

    text: str
    is_cut: bool


def _counterpart(told: str, others: Sequence[str], whole: str) -> _Counterpart | None:
    """Another sentence, or a stretch of the whole text; None: nothing that is like it."""
    best = process.extractOne(told, others, scorer=fuzz.ratio, score_cutoff=_ALIKE)
    if best is not None:
        return _Counterpart(str(best[0]), is_cut=False)
    if len(told) < _LEAST or len(told) > len(whole):
        return None
    found = fuzz.partial_ratio_alignment(told, whole, score_cutoff=_WITHIN)
    if found is None:
        return None
    return _Counterpart(whole[max(0, found.dest_start - _MARGIN) : found.dest_end + _MARGIN], is_cut=True)


def _pieces(told: str, counterpart: _Counterpart, ours: str, theirs: str) -> Iterator[Difference]:
    """What differs between a sentence and its counterpart, other than by moving from one to another."""
    became = counterpart.text
    for tag, a, b, c, d in SequenceMatcher(None, told, became, autojunk=False).get_opcodes():
        at_edge = c == 0 or d == len(became)
        if tag == "equal" or _is_no_matter(told[a:b], became[c:d], at_edge=at_edge):
            continue
        if (at_edge and counterpart.is_cut and a == b) or _has_moved(told[a:b], became[c:d], ours, theirs):
            continue
        was, now = _widened((told, a, b), (became, c, d))
        is_figure = bool(_FIGURE.search(was.piece + now.piece))
        yield Difference(Kind.FIGURES if is_figure else Kind.WORDING, was.shown, now.shown)


def _has_moved(was: str, became: str, ours: str, theirs: str) -> bool:
    """Whether a piece only stands in another sentence of the other text."""
    if was and became:
        return False
    return (len(became) >= _LEAST and became in ours) or (len(was) >= _LEAST and was in theirs)


def _is_no_matter(was: str, became: str, *, at_edge: bool) -> bool:
    """Whether a piece that differs is a slip, a spelling, or what a site writes around a text."""
    if LOST in was or LOST in became:
        return True
    if was and became:
        return any({*was, *became} <= slip for slip in _SLIPS) or _arabic(was) == _arabic(became)
    if not was and at_edge and _DATELINE.match(became):
        return True
    alone = was or became
    return alone in "的地得" or _LABEL.fullmatch(alone) is not None


def _arabic(text: str) -> str:
    """Figures in one script: 二〇二六 and 2026, 十 and 10."""
    return re.sub(r"(?<!\d)十", "10", text.translate(_ARABIC)).replace("十", "")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece that differs, and the same with what stands around it."""

    piece: str
    shown: str


def _widened(was: tuple[str, int, int], became: tuple[str, int, int]) -> tuple[_Piece, _Piece]:
    """Take in the figures on either side of two pieces, so that a number is told whole."""
    (ours, a, b), (theirs, c, d) = was, became
    while a and c and ours[a - 1] == theirs[c - 1] and ours[a - 1].isdigit():
        a, c = a - 1, c - 1
    while b < len(ours) and d < len(theirs) and ours[b] == theirs[d] and ours[b].isdigit():
        b, d = b + 1, d + 1
    return _Piece(ours[a:b], _around(ours, a, b)), _Piece(theirs[c:d], _around(theirs, c, d))


def _around(text: str, start: int, end: int) -> str:
    first, last = max(0, start - _CONTEXT), min(len(text), end + _CONTEXT)
    return f"{'…' if first else ''}{text[first:last]}{'…' if last < len(text) else ''}"


def _missing_files(source: Content, repost: Content) -> Iterator[Difference]:
    """Files of the source that the repost neither offers nor leads to; the document itself is none."""
    title = letters(clean(source.title))
    led_to = {canonical(link) for link in repost.links} | {canonical(file.url) for file in repost.files}
    names = [_file_name(file) for file in repost.files]
    wanted = [
        file
        for file in source.files
        if canonical(file.url) not in led_to and (name := _file_name(file)) and name not in title
    ]
    if len(repost.files) >= len(source.files):
        return
    for file in wanted:
        name = _file_name(file)
        if not any(
            fuzz.ratio(name, other) >= _ALIKE or name in other or other in name for other in names if other
        ):
            yield Difference(Kind.ATTACHMENT, file.name.strip() or file.url)


def _file_name(file: File) -> str:
    """A file's name as it is compared; "" where it says nothing of what it is."""
    name = _FILE_END.sub("", clean(file.name)).strip()
    return "" if _NO_NAME.match(_WORDLESS.sub("", name)) else letters(name)
