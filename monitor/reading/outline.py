"""A page as blocks of text in order, with what they stand in: the ground that articles are read from."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from monitor.reading.markup import BLOCKS, HEADINGS, Document, marks, select, squeeze, walk

_BOTTOM = re.compile(r"foot|copyright|(?<![a-z])bottom(?![a-z])|banquan")
_AROUND = re.compile(
    r"(?<![a-z])nav|navbar|(?<![a-z])menu|crumb|location(?!s)|(?<!s)position(?!al)|weizhi|dqwz|side-?bar|toolbar"
    r"|relat|recommend|tuijian|xgxw|xgyd|xgwz|xgzc|xgjd|guanlian|hotnews|paihang|share|friend|yqlj"
    r"|(?<![a-z])search"
)
_KNOWN = (  # by content systems that name nothing else so, then by names that are merely usual
    "#UCAP-CONTENT, .TRS_UEDITOR, .TRS_Editor, .trs_editor_view, ucapcontent,"
    " #zoom, #Zoom, #zoomcon, #fontzoom, #fontZoom, #vsb_content, #TRS_AUTOADD",
    ".article-content, .article_content, .content_article, .articleContent, #articleContent, .article-con,"
    " .pages_content, .v_news_content, .wp_articlecontent, .news_content, .newsContent, #NewsContent,"
    " .detail-content, .detail_content, .xxgk_content, .j-fontContent, #mainText, #BodyLabel, .bt_content,"
    " .view, #content_body",
)
_FILES = "a[href$='.pdf'], a[href$='.doc'], a[href$='.docx'], a[href$='.wps'], a[href$='.ofd'], img"
_LINES = frozenset(("p", "hr", "tr", *HEADINGS))  # end a line, and are no boxes
_BOXES = frozenset(("div", "section", "article", "aside", "nav", "header", "footer", "form", "main"))
_BOXES |= {"table", "tbody", "td", "ul", "ol", "dl", "li", "body"}
_MOST_BARE = 20  # places without text that are looked through for a file; they may stand in one another
_LEAST = 40  # a known place with less text than this and no file in it is a shell


class Block(NamedTuple):
    """A piece of text between block tags; `linked` of its characters stand in links."""

    text: str
    node: LexborNode
    linked: int
    bottom: bool
    aside: bool

    @property
    def is_own(self) -> bool:
        """Whether this is the page's own matter, not what goes around every page."""
        return not (self.bottom or self.aside)


@dataclass(frozen=True, slots=True)
class Outline:
    """The blocks of a page, and for each of its elements (by mem_id) the span of blocks within it.

    `sums` adds up the characters outside links of the blocks before each.
    """

    blocks: tuple[Block, ...]
    spans: dict[int, tuple[int, int]]
    sums: tuple[int, ...]

    def within(self, node: LexborNode) -> tuple[int, int]:
        return self.spans.get(node.mem_id, (0, 0))

    def size(self, node: LexborNode) -> int:
        start, end = self.within(node)
        return self.sums[end] - self.sums[start]

    def text(self, span: tuple[int, int]) -> str:
        return "\n".join(block.text for block in self.blocks[span[0] : span[1]])


class _Drawing:
    """What is gathered while a page is walked once."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.spans: dict[int, tuple[int, int]] = {}
        self.open: list[
            tuple[int, int, int]
        ] = []  # first block, and whether it is of the bottom, of an aside
        self.words: list[str] = []
        self.linked = self.links = self.bottom = self.aside = 0
        self.home: LexborNode | None = None

    def flush(self) -> None:
        if not self.words:
            return
        text = squeeze("".join(self.words))
        if text and self.home is not None:
            self.blocks.append(Block(text, self.home, self.linked, self.bottom > 0, self.aside > 0))
        self.words, self.linked, self.home = [], 0, None

    def enter(self, node: LexborNode, tag: str) -> None:
        self.flush()
        bottom, aside = _shades(node) if tag in _BOXES else (0, 0)
        self.open.append((len(self.blocks), bottom, aside))
        self.bottom += bottom
        self.aside += aside

    def leave(self, node: LexborNode) -> None:
        self.flush()
        start, bottom, aside = self.open.pop()
        self.spans[node.mem_id] = (start, len(self.blocks))
        self.bottom -= bottom
        self.aside -= aside

    def write(self, node: LexborNode) -> None:
        text = node.text_content or ""
        self.words.append(text)
        if self.home is None and not text.isspace():
            self.home = node.parent
        self.linked += len(squeeze(text)) if self.links else 0


def _shades(node: LexborNode) -> tuple[int, int]:
    """Return whether a box is of the page's bottom, and whether of what goes around every page."""
    if node.tag == "footer":
        return 1, 0
    named = marks(node)
    if _BOTTOM.search(named):
        return 1, 0
    return 0, int(node.tag in ("nav", "aside") or _AROUND.search(named) is not None or _is_hidden(node))


def _is_hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    style = (attributes.get("style") or "").replace(" ", "").lower()
    return (
        "hidden" in attributes
        or "display:none" in style
        or "ng-hide" in (attributes.get("class") or "").split()
    )


def draw_outline(document: Document) -> Outline:
    """Walk a page once and return its blocks."""
    drawing = _Drawing()
    for entering, node in walk(document.tree.body) if document.tree.body else ():
        tag = node.tag
        if tag == "-text":
            if entering:
                drawing.write(node)
        elif tag == "a":
            drawing.links += 1 if entering else -1
        elif tag == "br":
            drawing.words.append("\n" if entering else "")
        elif tag in _LINES:
            drawing.flush()
        elif tag in BLOCKS:
            drawing.enter(node, tag) if entering else drawing.leave(node)
    drawing.flush()
    sums = accumulate((len(block.text) - block.linked for block in drawing.blocks), initial=0)
    return Outline(_unshaded(drawing.blocks), drawing.spans, tuple(sums))


def _unshaded(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Return the blocks; where a name shades the whole page, it says nothing and is taken off."""
    if sum(len(block.text) for block in blocks if block.is_own) >= _LEAST:
        return tuple(blocks)
    return tuple(Block(block.text, block.node, block.linked, block.bottom, False) for block in blocks)


def find_content(document: Document, outline: Outline) -> LexborNode | None:
    """Return the element that holds the article's text: by its known names, else the densest."""
    for names in _KNOWN:
        named = select(document.tree, names)
        bare = [node for node in named if outline.size(node) < _LEAST][:_MOST_BARE]
        places = [node for node in named if outline.size(node) >= _LEAST] + list(filter(_has_file, bare))
        if places:
            return max(places, key=outline.size)
    return _densest(outline)


def _has_file(node: LexborNode) -> bool:
    return node.css_first(_FILES) is not None


def _densest(outline: Outline) -> LexborNode | None:
    """Return the element whose paragraphs hold the most text, those one box further in at half."""
    weights: defaultdict[int, float] = defaultdict(float)
    nodes: dict[int, LexborNode] = {}
    for block in outline.blocks:
        if not block.is_own or block.linked * 2 > len(block.text):
            continue
        share = float(len(block.text) - block.linked)
        for node in _homes(block.node):
            weights[node.mem_id] += share
            nodes[node.mem_id] = node
            share /= 2
    best = max(weights, key=lambda key: weights[key], default=None)
    return nodes[best] if best is not None and weights[best] >= _LEAST / 2 else None


def _homes(node: LexborNode) -> Iterator[LexborNode]:
    """Yield the box of a paragraph and the one around it; a paragraph itself is no box."""
    seen = 0
    for _ in range(12):
        if node.tag in ("div", "td", "section", "article", "body", "main", "li"):
            yield node
            seen += 1
        parent = node.parent
        if seen == 2 or parent is None or parent.tag == "html":
            return
        node = parent
