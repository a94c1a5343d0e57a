"""What a link is called: its title in full, without the marks and dates that stand beside it."""

from __future__ import annotations

import re
from itertools import islice

from selectolax.lexbor import LexborNode

from monitor.reading.dates import is_date, is_date_like
from monitor.reading.markup import (
    BLOCKS,
    MOST_INSIDE,
    ancestors,
    inner_text,
    is_placeholder,
    plain,
    select,
    squeeze,
    swallows,
    walk,
)

LONGEST = 500  # characters of a title, and of the text beside it: what has more is an article

CUT = re.compile(  # a run of dots is tried once, not from each of its dots
    r"(?:(?<!\.)\.{2,}|(?<!…)…+|(?<!．)．{2,}|(?<!。)。{2,}|(?<!⋯)⋯+)$"
)
PINNED_PREFIX = re.compile(r"^\s*[\[【(（]?\s*(?:置\s?顶|顶)\s*[\]】)）]\s*|^置顶(?=\s|\w)\s*")
MARK = re.compile(
    r"[\[【(（]?\s*(?:置\s?顶|顶|最新|新|热|荐|new|hot|top)\s*[!！]?\s*[\]】)）]?", re.IGNORECASE
)

_BULLETS = " ·•▪●■◆◇○□→►▶›»|"
_NO_TITLE = re.compile(
    r"(?:查看|阅读|点击|浏览|more|read)?\s*(?:更多|详细(?:信息|内容|情况)?|详情|全文|下载|查看|原文|more)?[\s>»›+.…\[\]【】]*"
    r"|内容纠错|我要纠错|打印本页|关闭窗口|关闭本页|分享到[：:]?|加入收藏|返回(?:顶部|首页|列表|上页)|[\[【]?(?:打印|关闭|收藏|分享)[\]】]?",
    re.IGNORECASE,
)
_PAGING = re.compile(
    r"[\s<>«»‹›|]*(?:首页|尾页|末页|上一?页|下一?页|上一条|下一条|第[一\d]+页|最后一?页|\d+)[\s<>«»‹›|]*"
)
_LABELLED_TITLE = re.compile(
    r"(?:文章)?标\s*题\s*[：:]\s*(.+?)\s*(?:(?:发布|发表|更新|添加)?(?:日期|时间)|点击|作者|来源|$)"
)
_DAY = re.compile(
    r"[\[【(（]?\s*(?:\d{1,2}[-/.]\d{1,2}|\d{1,2}月\d{1,2}日|\d{4}[-/.年]\d{1,2}月?)\s*[\]】)）]?"
)
_COUNTED = re.compile(r"\s?[年月日号份届次期版]")  # after figures: these are words of the title
_FIGURE = re.compile(r"\d{1,2}日?")


def link_title(anchor: LexborNode) -> str:
    """Return the title a link stands for: in full from its title attribute where the text is cut."""
    if swallows(anchor):
        return ""
    shown = _shown_title(anchor)[:LONGEST]
    whole = _fuller(shown, _named(anchor))
    if whole == shown and is_title(shown):
        whole = _named_around(anchor, shown)
    return trim(whole or _picture_title(anchor)[:LONGEST])


def _named(node: LexborNode) -> str:
    """Return the title an element bears as an attribute."""
    attribute = plain((node.attributes.get("title") or "")[:LONGEST])
    labelled = _LABELLED_TITLE.search(attribute)
    return labelled[1] if labelled else attribute


def _named_around(anchor: LexborNode, shown: str) -> str:
    """Return what an element within a link, or the cell it stands in, names in full where the text is cut."""
    cell = anchor.parent
    named = [node for node in islice(anchor.traverse(), 1, MOST_INSIDE) if "title" in node.attributes]
    if cell is not None and "title" in cell.attributes:
        named.append(cell)
    wider = (_fuller(shown, _named(node)) for node in named)
    begun = _uncut(shown)
    return next((title for title in wider if title != shown and _uncut(title).startswith(begun)), shown)


def is_title(text: str) -> bool:
    """Tell whether a link's text can name a document: not "more", a page number, a date or a template."""
    return (
        len(text) >= 4
        and not _NO_TITLE.fullmatch(text)
        and not _PAGING.fullmatch(text)
        and not is_date_like(text)
        and not is_placeholder(text)
    )


def trim(text: str) -> str:
    return text.strip(_BULLETS) if len(text) > 1 else text


def _fuller(shown: str, attribute: str) -> str:
    """Choose between what a link shows and its title attribute."""
    if not attribute or is_date_like(attribute):
        return shown
    if not is_title(shown):
        return attribute if is_title(attribute) else shown
    bare = _uncut(shown)
    wide = attribute.replace(" ", "")
    if len(wide) > len(bare) and bare in wide:
        return attribute
    return shown


def _uncut(shown: str) -> str:
    """Return what stands of a title before the dots that stand for the rest, without blanks."""
    return CUT.sub("", PINNED_PREFIX.sub("", shown)).replace(" ", "")


def _shown_title(anchor: LexborNode) -> str:
    lines = _lines(anchor)
    if len(lines) <= 1:
        return lines[0] if lines else ""
    for named in select(anchor, "h1,h2,h3,h4,h5,h6,[class*=tit],[class*=name],dt"):
        if is_title(text := inner_text(named)):
            return text
    titles = [line for line in lines if not is_date_like(line) and not MARK.fullmatch(line)]
    return next((line for line in titles if len(line) >= 6), max(titles, key=len, default=""))


def _lines(anchor: LexborNode) -> list[str]:
    """Return the text of a link by blocks; a date or a mark in an element of its own is a line of its own."""
    lines = [""]
    for entering, node in walk(anchor):
        if node.is_text_node:
            text = node.text_content or ""
            apart = entering and _is_apart(squeeze(text), node, anchor)
            lines += ["", text, ""] if apart else []
            lines[-1] += text if entering and not apart else ""
        elif node.tag in BLOCKS and node.tag != "br":
            lines.append("")
    return [text for line in lines if (text := squeeze(line))]


def _is_apart(text: str, node: LexborNode, anchor: LexborNode) -> bool:
    """Tell whether a text within a link is no part of its title: a date, or a mark such as 置顶.

    A day without its year, a month and a mark are words of the title unless they have an element of their
    own, which begins or ends the link; a figure, unless a month stands beside it, too.
    """
    if not text or len(text) > 48:
        return False
    if is_date(text):
        return True
    box = node.parent
    if box is None or box.mem_id == anchor.mem_id or node.prev is not None or node.next is not None:
        return False
    if not (_DAY.fullmatch(text) or MARK.fullmatch(text) or _is_split_day(text, box)):
        return False
    if _ends(box, "prev", anchor):
        return not _COUNTED.match(inner_text(anchor).removeprefix(text))
    return _ends(box, "next", anchor)


def _is_split_day(text: str, box: LexborNode) -> bool:
    """Tell whether a figure is a day whose month stands in the element beside its own."""
    if not _FIGURE.fullmatch(text):
        return False
    return any(_DAY.fullmatch(inner_text(place)) for place in (box.prev, box.next) if place is not None)


def _ends(box: LexborNode, side: str, anchor: LexborNode) -> bool:
    """Tell whether a link has no words on that side of a box: blanks, pictures, dates and marks are none."""
    for place in (box, *ancestors(box, MOST_INSIDE)):
        if place.mem_id == anchor.mem_id:
            return True
        beside = getattr(place, side)
        while beside is not None:
            text = squeeze(beside.text_content if beside.is_text_node else inner_text(beside))
            if text and not is_date_like(text) and not MARK.fullmatch(text):
                return False
            beside = getattr(beside, side)
    return True


def _picture_title(anchor: LexborNode) -> str:
    return next((alt for img in anchor.css("img[alt]") if (alt := plain(img.attributes.get("alt")))), "")
