"""The places of a page where publication is dated and sourced: labels first, then the line under the title.

A date is never sought freely: those of the footer, of related items, of signing (成文日期, 落款) and of
taking effect (实施日期) are not the publication's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from monitor.reading.dates import Moment, first_moment, is_date
from monitor.reading.markup import marks
from monitor.reading.outline import Block, Outline

_PUBLISHED = re.compile(
    r"(?:发\s*布|发\s*表|公\s*布|公\s*开|刊\s*登|刊\s*发|发\s*稿|上\s*网|上\s*传|发\s*文\s*上\s*网|信\s*息)\s*(?:的\s*)?(?:时\s*间|日\s*期)\s*[：:]?"
    r"|发布于\s*[：:]?"
)
_BARE = re.compile(r"(?:^|[\s|【\[（(])(?:时\s*间|日\s*期)\s*[：:]")
_UPDATED = re.compile(r"(?:更\s*新|最后更新|录\s*入|添\s*加|编\s*辑)\s*(?:时\s*间|日\s*期)?\s*[：:]")
_NOT_ITS = re.compile(r"(?:招标|采购|中标|成交|公示|征求|首次|原)\S{0,4}$|留言|来信|提问|投诉|办结|回复|答复")
_LABELS = ((_PUBLISHED, 0), (_BARE, 1), (_UPDATED, 4))  # each with how sure it is
_TAKES_EFFECT = re.compile(
    r"(?:成文|施行|实施|生效|失效|废止|截止|签发|印发|有效|会议|活动|发文)\S{0,3}[期间]"
)
_INFO_LINE = re.compile(
    r"来\s*源|浏\s*览|访\s*问|点\s*击|阅\s*读|字\s*[体号]|打\s*印|分\s*享|作\s*者|编\s*辑|责编|Aa"
)
_DATE_MARK = re.compile(
    r"pub_?-?(?:time|date)|publish|shijian|fbsj|fbrq|riqi|(?<![a-z])(?:date|time)s?(?![a-z])"
)
_SOURCE = re.compile(
    r"(?:信\s*息|文\s*章|稿\s*件|新\s*闻|内\s*容)?\s*(?:来\s*源|稿\s*源)\s*[：:]\s*(?P<name>[^\n]{0,80})"
)
_SOURCE_END = re.compile(
    r"\s*(?:[|【\[]|(?:发布|发表|更新|公布|录入)?(?:时间|日期)|作者|编辑|责任|审核|浏览|访问|点击|阅读|字体|字号|文章类型|打印|分享|大\s*中\s*小"
    r"|(?:19|20)\d{2}\s*[-年/.]\s*\d|Aa)"
)
_REACH = 40  # characters between a label and its date at most
_NEAR = 12  # blocks before the text within which the line under the title stands
_FAR = 60  # and where the title is known, between it and the text
_BELOW = 4  # and below a title that stands within the text


@dataclass(frozen=True, slots=True)
class Span:
    """Where an article stands among a page's blocks: its text from `start` to `end`, its title at `head`."""

    start: int
    end: int
    head: int | None = None

    def is_near(self, at: int) -> bool:
        """Whether a block can belong to the lines between title and text."""
        if not self.end:
            return True
        if self.head is None:
            return self.start - _NEAR <= at <= self.start
        if self.head >= self.start:
            return self.head < at <= self.head + _BELOW
        return max(self.head, self.start - _FAR) < at <= self.start or self.start - _NEAR <= at < self.head

    def is_deep(self, at: int) -> bool:
        """Whether a block stands well within the text, where labels are the document's, not the page's."""
        return self.start + 3 < at < self.end


@dataclass(frozen=True, slots=True)
class Place:
    """Where a publication time was found: how sure the place is (0 surest) and in which block."""

    rank: int
    at: int
    moment: Moment


def published(outline: Outline, span: Span, zone: ZoneInfo) -> Moment | None:
    """Return the publication time a page shows, None where none is shown as such."""
    places = [*_labelled(outline, span, zone), *_info_lines(outline, span, zone)]
    best = min(places, key=lambda place: (place.rank, place.at), default=None)
    return best.moment if best else None


def _labelled(outline: Outline, span: Span, zone: ZoneInfo) -> Iterator[Place]:
    for at, block in enumerate(outline.blocks):
        if not 3 <= len(block.text) <= 400 or block.bottom or (block.aside and not span.is_near(at)):
            continue
        labels = [(found, rank) for label, rank in _LABELS for found in label.finditer(block.text)]
        for found, rank in labels:
            if _NOT_ITS.search(block.text[: found.start()][-10:]):
                continue
            if moment := _after(outline, at, found.end(), zone):
                yield Place(rank + (5 if span.is_deep(at) else 0), at, moment)


def _after(outline: Outline, at: int, end: int, zone: ZoneInfo) -> Moment | None:
    """Return the date that follows a label, in its block or, where that ends, in the next one."""
    rest = outline.blocks[at].text[end : end + _REACH].strip(" ：:")
    if not rest and at + 1 < len(outline.blocks):
        rest = outline.blocks[at + 1].text[:_REACH]
    moment = first_moment(rest, zone)
    return moment if moment and moment.start <= 3 else None


def _info_lines(outline: Outline, span: Span, zone: ZoneInfo) -> Iterator[Place]:
    """Yield unlabelled dates of the line that stands under a title: beside its source, or marked as date."""
    for at, block in enumerate(outline.blocks):
        if (
            block.bottom
            or not span.is_near(at)
            or block.linked * 2 > len(block.text)
            or len(block.text) > 150
        ):
            continue
        if _BARE.search(block.text) or _TAKES_EFFECT.search(block.text):
            continue
        moment = first_moment(block.text, zone)
        if moment and (_is_dated_place(block) or _is_info_line(outline, at, zone)):
            yield Place(2, at, moment)


def _is_dated_place(block: Block) -> bool:
    around = block.node.parent
    named = f"{marks(block.node)} {marks(around) if around is not None else ''}"
    return _DATE_MARK.search(named) is not None and len(block.text) <= 60


def _is_info_line(outline: Outline, at: int, zone: ZoneInfo) -> bool:
    text = outline.blocks[at].text
    if _INFO_LINE.search(text):
        return True
    beside = outline.blocks[max(0, at - 1) : at + 3]
    return is_date(text, zone) and any(_INFO_LINE.search(block.text[:20]) for block in beside)


def source(outline: Outline) -> str | None:
    """Return the source a page names (来源：…), None where it names none."""
    for at, block in enumerate(outline.blocks):
        found = _SOURCE.search(block.text) if block.is_own and len(block.text) <= 400 else None
        if found is None:
            continue
        name = found["name"].strip()
        if not name and at + 1 < len(outline.blocks) and len(outline.blocks[at + 1].text) <= 40:
            name = outline.blocks[at + 1].text
        end = _SOURCE_END.search(name)
        name = (name[: end.start()] if end else name).strip(" 　：:")
        if name and len(name) <= 60 and first_moment(name) is None:
            return name
    return None


def labelled_value(outline: Outline, label: re.Pattern[str], longest: int, last: int) -> str | None:
    """Return what follows a label, in its block or the next one, among the blocks before `last`."""
    for at, block in enumerate(outline.blocks[:last]):
        found = label.search(block.text) if block.is_own and len(block.text) <= 400 else None
        if found is None:
            continue
        value = block.text[found.end() :].strip(" ：:")
        if not value and at + 1 < len(outline.blocks):
            value = outline.blocks[at + 1].text
        if value and len(value) <= longest:
            return value
    return None
