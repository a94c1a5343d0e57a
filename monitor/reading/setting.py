"""What stands around a list, and how likely it is the one that its page is about."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from monitor.reading.markup import HEADINGS, Document, ancestors, inner_text, link_text, marks, squeeze

CLIMB = 8  # how far up what stands around a list is looked at
NARROW, NARROW_SHARE = 340, 40  # columns of so many pixels or hundredths are beside the main one
LONGEST_HEADING, LONGEST_PATH = 24, 160
MOST_HOMES = 3  # links called "home" that a path may begin with
PAGER_REACH = 3  # how far above a pager the box lies at most that holds its list, too
NAMED = 4.0  # under the name of the page's column
PAGED = (1.8, 1.8, 1.3)  # where the pager stands in the list's box, in the next one, in the one above

_NAVIGATION = re.compile(
    r"nav|menu|foot|crumb|location|position|weizhi|pagin|page_?(?:div|num|link)|fenye|friend|(?<!\w)links?\b|yqlj"
    r"|copyright|search|login|toolbar|lang"
)
_ASIDE = re.compile(
    r"(?<![a-z])side|(?:left|right)side|aside|sidebar|hot|rank|relat|recommend|tuijian|paihang|phb|swiper|slide|banner|focus|scroll|marquee"
)
_ASIDE_TITLE = re.compile(
    r"热点|热门|热搜|排行|推荐|相关(?:阅读|链接|新闻|文章|信息)|友情链接|点击榜|猜你喜欢|图片新闻|专题专栏|常用"
)
_HOME = re.compile(r"(?:网站|本站|返回)?首\s*页|主页")
_PATH_STEP = re.compile(r"\s?(?:[>»›→＞/]|->|::)\s?")
_TITLE_PART = re.compile(r"\s*(?:[_|>»–—]|-+)\s*")
_MORE = re.compile(r"[\[【(（]?\s*(?:查看)?\s*(?:更多|more)\s*[\])】）]?[\s>»›+.…]*", re.IGNORECASE)
_COLUMN_HEAD = re.compile(
    r"序号|编号|标题|(?:文件|信息)?名称|(?:发?文|索引)号|\S{0,4}列表|\S{0,4}(?:日期|时间|机关|单位|部门)"
)
_WIDTH = re.compile(r"(?:^|;|\s)width\s*:\s*(\d+)(?:\.\d+)?\s*(%|px)", re.IGNORECASE)
_PAGER = re.compile(r"\[?\s*(?:下一?页|下一頁|尾页|末页|最后一?页)\s*[>»›]*\s*\]?")


@dataclass(frozen=True, slots=True)
class Setting:
    """What a page says of itself: by which names it goes, and which boxes hold its pager."""

    names: frozenset[str]
    paged: frozenset[int]

    def likelihood(self, box: LexborNode) -> float:
        """Return how likely a list in this box is the page's own, 1 where nothing speaks for or against it.

        Under the page's own name or with the pager it is; in navigation, in a narrow column, among asides
        and under their headings it is not.
        """
        around = [box, *ancestors(box, CLIMB)]
        likely = 1.0
        for height, place in enumerate(around):
            likely *= _standing(place, near=height < 3)
        likely *= self._headed(_heading(box), right_above=_before(_outer(box)) is not None)
        paged = (more for place, more in zip(around, PAGED, strict=False) if place.mem_id in self.paged)
        return likely * next(paged, 1.0)

    def _headed(self, heading: str, *, right_above: bool) -> float:
        if heading in self.names:
            return NAMED
        *path, end = _PATH_STEP.split(heading)
        if path:  # what stands in the first box below it may as well be a column of links beside the list
            return NAMED if right_above and end in self.names else 1.0
        return 0.25 if _ASIDE_TITLE.search(heading) else 1.0


def setting_of(document: Document) -> Setting:
    """Return what a page says of itself, by its title, its path and its pager."""
    names = set(_names(document))
    pagers = [a for a in document.tree.css("a, span") if _PAGER.fullmatch(link_text(a))]
    boxes = (box for pager in pagers[:2] for box in ancestors(pager, PAGER_REACH))
    paged = {box.mem_id for box in boxes if box.tag != "body"}
    return Setting(frozenset(names - {""}), frozenset(paged))


def _standing(place: LexborNode, *, near: bool) -> float:
    named = marks(place)
    if place.tag in ("nav", "footer") or _NAVIGATION.search(named):
        return 0.3 if near else 0.7
    if place.tag == "aside" or _ASIDE.search(named):
        return 0.4 if near else 0.8
    return 0.6 if _has_little_width(place) else 1.0


def is_narrow(box: LexborNode, top: LexborNode) -> bool:
    """Tell whether a box stands in a narrow column within `top`."""
    for place in (box, *ancestors(box, 2)):
        if place.mem_id == top.mem_id:
            return False
        if _has_little_width(place):
            return True
    return False


def _has_little_width(place: LexborNode) -> bool:
    found = _WIDTH.search(place.attributes.get("style") or "")
    if found:
        return int(found[1]) <= (NARROW_SHARE if found[2] == "%" else NARROW)
    width = (place.attributes.get("width") or "").strip()
    if width.endswith("%"):
        return width[:-1].isdecimal() and int(width[:-1]) <= NARROW_SHARE
    width = width.removesuffix("px")
    return width.isdecimal() and int(width) <= NARROW


def _names(document: Document) -> Iterator[str]:
    """Yield the names of a page's column: as its tag says, as its title begins, as its path ends."""
    for tag in document.tree.css("meta[name][content]"):
        if (tag.attributes.get("name") or "").lower() == "columnname":
            yield squeeze(tag.attributes.get("content"))
    title = document.tree.css_first("title")
    yield _TITLE_PART.split(squeeze(title.text()) if title is not None else "")[0]
    homes = [a for a in document.tree.css("a[href]") if _HOME.fullmatch(link_text(a))]
    for home in homes[:MOST_HOMES]:
        steps = [step for step in _PATH_STEP.split(_path(home)) if step]
        if len(steps) > 1:
            yield steps[-1]


def _path(home: LexborNode) -> str:
    """Return the text of the box a path's first link stands in, "" for what is too long for one."""
    for box in ancestors(home, 2):
        text = inner_text(box)
        if _PATH_STEP.search(text):
            return text if len(text) <= LONGEST_PATH else ""
    return ""


def own_heading(box: LexborNode, top: LexborNode, boxes: Container[int]) -> str:
    """Return the heading a box has for itself, between it and others of its like (`boxes`) within `top`."""
    for place in (box, *ancestors(box, 2)):
        if place.mem_id == top.mem_id:
            break
        heading = _before(place, boxes)
        if heading is not None:
            return heading if len(heading) <= LONGEST_HEADING else ""
    return ""


def _heading(box: LexborNode) -> str:
    """Return the short text that stands right before a list, which says what it is; a path is one, too."""
    for place in (box, *ancestors(box, 2)):
        heading = _before(place)
        if heading is not None:
            longest = LONGEST_PATH if _PATH_STEP.search(heading) else LONGEST_HEADING
            return heading if len(heading) <= longest else ""
    return ""


def _outer(box: LexborNode) -> LexborNode:
    """Return the table a box of rows belongs to, or the box."""
    table = box.parent if box.tag == "tbody" else None
    return table if table is not None else box


def _before(place: LexborNode, none: Container[int] = ()) -> str | None:
    """Return the text before a box, "more" and what fits any list aside; None where none is."""
    before = place.prev
    for _ in range(6):
        if before is None or before.mem_id in none:
            return None
        text = squeeze(before.text_content if before.is_text_node else before.text(separator=" "))
        text = _MORE.sub("", text).strip() if len(text) <= LONGEST_PATH else text
        if (text and not _is_general(text)) or (not text and before.tag in HEADINGS):
            return text
        before = before.prev
    return None


def _is_general(text: str) -> bool:
    """Tell whether a text says no more than that a list follows, or what its columns hold."""
    return len(text) <= LONGEST_PATH and all(_COLUMN_HEAD.fullmatch(word) for word in text.split())
