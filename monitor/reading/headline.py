"""The title of an article: its tag, a heading that the window title confirms, a label, the window title."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from monitor.reading.markup import HEADINGS, Document, is_placeholder, marks, squeeze
from monitor.reading.outline import Block, Outline
from monitor.reading.places import labelled_value
from monitor.reading.tags import COLUMNS, SITE_NAMES, TITLES, Tags

_LABEL = re.compile(r"^(?:文\s*件\s*|信\s*息\s*|公\s*文\s*|政\s*策\s*)?(?:标\s*题|名\s*称)\s*[：:]")
_TITLE_MARK = re.compile(
    r"tit(?:le)?(?!.*(?:sub|nav|bar))|biaoti|headline|(?<![a-z])bt\d?(?![a-z])|ucaptitle"
)
_NOT_ONE = re.compile(
    r"当前(?:所在)?(?:的)?位置|^(?:首页|您现在|热点|搜索)|[>»]\s*\S+\s*[>»]|^附件|^来源|"
    r"^相关(?:新闻|阅读|链接|文章|附件|信息|解读|稿件)|政府信息公开$|网站$|门户$"
)
_SITE = re.compile(r"(?:网站|门户|政府网|信息网|公众网|首页|人民政府|办公室|委员会|管理局|[局厅委网])$")
_SEPARATOR = re.compile(r"\s*[|_｜]\s*|\s+[-–—]+\s+|\s*>\s*")
_NUMBER_LINE = re.compile(r"[（(][^（）()]{4,40}号[)）]")
_DASH = re.compile(r"[-–—]{1,2}")
LONGEST = 500  # of a window title, each part of which is held against each heading
_NEAR = 12  # blocks before the text among which what is merely named a title is taken for one


class _Heading(NamedTuple):
    """What may be a title: its text, its block, and whether its tag says so or only a name."""

    text: str
    at: int
    is_tagged: bool


def article_title(document: Document, outline: Outline, tags: Tags, start: int) -> str | None:
    """Return an article's title, None where the page names none; `start` is the block its text begins at."""
    if (tagged := tags.first(TITLES)) and not _is_site(tagged, tags):
        return tagged
    shown = list(_headings(outline, tags, start))
    window = _window_titles(document, tags)
    return (
        _confirmed(shown, window)
        or labelled_value(outline, _LABEL, 200, start + 6)
        or next((heading.text for heading in shown if heading.is_tagged), None)
        or next((heading.text for heading in reversed(shown) if start - _NEAR <= heading.at < start), None)
        or _before_text(outline, start)
        or next((heading.text for heading in shown), None)
        or next(iter(window), None)
    )


def _headings(outline: Outline, tags: Tags, start: int) -> Iterator[_Heading]:
    """Yield what may be a title, in the order of the page."""
    for at, block in enumerate(outline.blocks[: start + 6]):
        text = block.text
        if not 4 <= len(text) <= 200 or not block.is_own or _NOT_ONE.search(text) or is_placeholder(text):
            continue
        if _is_site(text, tags) or text in (tags.first(COLUMNS) or "") or _NUMBER_LINE.fullmatch(text):
            continue
        tagged = _is_tagged(block)
        if tagged is not None:
            yield _Heading(text + _number_below(outline, at), at, tagged)


def _number_below(outline: Outline, at: int) -> str:
    """Return the number in brackets that a title ends with in a line of its own."""
    below = outline.blocks[at + 1].text if at + 1 < len(outline.blocks) else ""
    return below if _NUMBER_LINE.fullmatch(below) else ""


def _is_tagged(block: Block) -> bool | None:
    """Tell whether a block is a heading by its tag, or only by its name; None where it is none."""
    node, around = block.node, block.node.parent
    tags = {node.tag, around.tag if around is not None else ""}
    if tags & {"h1", "h2", "ucaptitle"}:
        return True
    named = f"{marks(node)} {marks(around) if around is not None else ''}"
    return False if tags & HEADINGS or _TITLE_MARK.search(named) else None


def _window_titles(document: Document, tags: Tags) -> list[str]:
    """Return the parts of the window title that are no site's name, the longest first."""
    node = document.tree.css_first("title")
    whole = squeeze(node.text()[:LONGEST]) if node is not None else ""
    if not whole or is_placeholder(whole):
        return []
    parts = [part for part in _SEPARATOR.split(whole) if part]
    parts = [piece for part in parts for piece in _undashed(part, tags)]
    named = [part for part in parts if not _is_site(part, tags)]
    return sorted(named, key=len, reverse=True) or [whole]


def _undashed(part: str, tags: Tags) -> list[str]:
    """Take a site's name off before or after a dash; a dash within a title stays."""
    first, last = _DASH.search(part), list(_DASH.finditer(part))
    if last and _is_site(part[last[-1].end() :].strip(), tags):
        return [part[: last[-1].start()].strip()]
    if first and _is_site(part[: first.start()].strip(), tags):
        return [part[first.end() :].strip()]
    return [part]


def _is_site(text: str, tags: Tags) -> bool:
    name = tags.first(SITE_NAMES)
    if name and (text == name or (len(text) >= 4 and text in name) or text == f"{name}网站"):
        return True
    return len(text) <= 24 and _SITE.search(text) is not None


def _confirmed(shown: Sequence[_Heading], window: Sequence[str]) -> str | None:
    """Return the heading that the window title repeats, whole or cut off, the fullest one."""
    for title in window:
        bare = title.rstrip(".… ").replace(" ", "")
        held = [heading.text for heading in shown if _agree(heading.text.replace(" ", ""), bare)]
        if held:
            return max(held, key=len)
    return None


def _agree(text: str, title: str) -> bool:
    return len(text) >= 6 and (text in title or (len(title) >= 6 and text.startswith(title)))


def _before_text(outline: Outline, start: int) -> str | None:
    """Return the block that stands right before the line under the title, with which the text begins."""
    for at in range(min(start, len(outline.blocks)) - 1, max(start - 8, -1), -1):
        text = outline.blocks[at].text
        if (
            re.search(r"来\s*源|时\s*间|日\s*期|字\s*[体号]|浏\s*览|打\s*印|分\s*享|Aa", text)
            or len(text) < 8
        ):
            continue
        return text if outline.blocks[at].is_own and not _NOT_ONE.search(text) and len(text) <= 120 else None
    return None


def title_at(outline: Outline, title: str, start: int) -> int | None:
    """Return the block that shows a title: the last one before the text, else the first."""
    wanted = title.replace(" ", "")
    shown = [at for at, block in enumerate(outline.blocks) if block.text.replace(" ", "") == wanted]
    return max((at for at in shown if at <= start), default=shown[0] if shown else None)
