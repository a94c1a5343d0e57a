"""Papers about a document that are not the document: vetoes no likeness overcomes.

An interpretation quotes nearly all of its document, next year's notice differs in one figure, and a county's
plan bears the ministry's title with one word more. So each of these rules refuses; none subtracts points.
A word counts only as often as the candidate bears it beyond the source: a circular about 政策解读 may be
reposted under its own name.
"""

from __future__ import annotations

import re

from checks.headings import Heading, Wrapper, fits, same_issuer

_INTERPRETS = re.compile(
    r"解读|图解|图说|一图|读懂|看懂|详解|解析|解答|解说|问答|答问|记者问|[\d一二三四五六七八九十百]+问"
    r"|释义|明白[纸卡]|划重点|速览|长图|海报|漫画|动画|动漫|短视频|专家谈|专访|访谈|发布会|吹风会|实录"
    r"|(?:起草|编制|政策|情况|有关)(?:的?说明)|的说明|思维导图|知识点"
)
"""Looked for in a column's label too: 【政策解读】 says what the page is."""

_DRAFTS = re.compile(r"征[求集]|意见稿|草案|送审稿|讨论稿|公示|听证")
_MORE = (
    (
        re.compile(
            r"贯彻|落实|实施|细则|分工|任务分解|配套|学习|传达|宣贯|培训|座谈|动员|推进会|研讨|知识竞赛"
        ),
        "carries the document out",
    ),
    (
        re.compile(r"补充|更正|勘误|延长|延期|暂停|续期|有效期|清理|评估|督[查导]|检查|验收|考核"),
        "adds to the document or checks on it",
    ),
)
_AMENDS = re.compile(r"修改|修正案|废止|失效|停止执行|修订(?!版?[)）])")
_LEVEL = re.compile(r"全[国省市县区州]")


def veto(source: Heading, candidate: Heading) -> str:
    """Say why, by its title alone, a candidate is another paper than the source; "" where nothing does."""
    if extra := _beyond(_INTERPRETS, source.clean, candidate.clean):
        return f"the title says “{extra}”: it interprets the document"
    if extra := _beyond(_DRAFTS, source.shown, candidate.shown):
        return f"the title says “{extra}”: it is a draft or consults on one"
    for word, why in _MORE:
        if extra := _beyond(word, source.shown, candidate.shown, source.cut):
            return f"the title says “{extra}”: it {why}"
    amended = _beyond(_AMENDS, source.shown, candidate.shown, source.cut) or _beyond(
        _AMENDS, candidate.shown, source.shown, candidate.cut
    )
    if amended:
        return f"only one of the two titles says “{amended}”: one amends or repeals the other"
    return _other_edition(source, candidate) or _other_office(source, candidate)


def forwards(source: Heading, candidate: Heading) -> bool:
    """Whether the candidate is somebody's own notice that forwards the source."""
    return (
        candidate.wrapper is Wrapper.FORWARD and candidate.key != source.key and not fits(candidate, source)
    )


def _beyond(word: re.Pattern[str], ours: str, theirs: str, cut: bool = False) -> str:
    """A word the second title bears more often than the first; "" where none, or where a cut may hide it."""
    known = word.findall(ours)
    for found in word.findall(theirs):
        if found not in known:
            return "" if cut else str(found)
        known.remove(found)
    return ""


def _other_edition(source: Heading, candidate: Heading) -> str:
    """Figures told apart: years, ordinals, counts; only where both name some, and none is hidden by a cut."""
    ours, theirs = set(source.figures), set(candidate.figures)
    if source.cut or candidate.cut or not ours or not theirs or ours <= theirs or theirs <= ours:
        return ""
    return (
        f"the titles bear other years or numbers: {_list(source.figures)} against {_list(candidate.figures)}"
    )


def _other_office(source: Heading, candidate: Heading) -> str:
    ours, theirs = set(_LEVEL.findall(source.core)), set(_LEVEL.findall(candidate.core))
    if ours and theirs and not ours & theirs:
        return f"the titles speak of other levels: {min(ours)} against {min(theirs)}"
    if same_issuer(source, candidate) is False:
        return f"another office issued it: {candidate.issuer} instead of {source.issuer}"
    return ""


def _list(figures: tuple[str, ...]) -> str:
    return ", ".join(figures)
