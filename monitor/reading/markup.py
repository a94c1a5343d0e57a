"""HTML as it comes, made safe to walk: parsed in linear time, without scripts, links made absolute."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from monitor.reading.taming import tame

MOST_INSIDE = 100  # elements within a link
LONGEST_BASE, LONGEST_ADDRESS, LONGEST_MARKS = 500, 2000, 300

_NAMES = """
address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset figure
footer form h1 h2 h3 h4 h5 h6 header hr iframe li main nav ol p pre section summary
table tbody td tfoot th thead tr ul ucaptitle ucapcontent"""
BLOCKS = frozenset(_NAMES.split())
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))

_SILENT = ["script", "style", "template", "textarea", "select", "object", "svg"]
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad\0]+")
_HOST = re.compile(r"[^\s%<>^`{|}\"\\\ud800-\udfff]+")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")
_CONTROLS = {sign: f"%{sign:02X}" for sign in (*range(0x21), 0x7F)} | dict.fromkeys(map(ord, "\r\n\t"))
_NO_PAGE = re.compile(r"(?!https?:)[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\{\{|\}\}|<%|%>|\$\{|\[\[\s*\w")


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed page: its tree without scripts, the scripts' texts, and what relative links start from."""

    tree: LexborHTMLParser
    url: str
    base: str
    scripts: tuple[str, ...]

    def resolve(self, href: str | None) -> str | None:
        return resolve(href, self.base)


def read_document(text: str, url: str) -> Document:
    """Parse a page; any text will do, and the cost stays linear in its length."""
    tree = LexborHTMLParser(tame(text))
    scripts = tuple(script.text() or "" for script in tree.css("script"))
    base = _base(tree, url)
    if tree.root is not None:
        tree.root.strip_tags(_SILENT, recursive=True)
    return Document(tree, url, base, scripts)


def _base(tree: LexborHTMLParser, url: str) -> str:
    for tag in tree.css("base[href]"):
        base = resolve(tag.attributes.get("href"), url)
        return base if base and len(base) <= LONGEST_BASE else url  # every link of the page would repeat it
    return url


def resolve(href: str | None, base: str) -> str | None:
    """Return the absolute http address of a link, or None for what leads to no page."""
    if not href or len(href) > LONGEST_ADDRESS:
        return None
    href = _INVISIBLE.sub("", href).strip().replace("\\", "/").translate(_CONTROLS)
    if not href or href.startswith("#") or _NO_PAGE.match(href) or _PLACEHOLDER.search(href):
        return None
    try:
        parts = urlsplit(urljoin(base, href.replace("®ion", "&region")))
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host or not _HOST.fullmatch(host):
        return None
    fragment = parts.fragment if parts.fragment.startswith(("/", "!")) else ""  # a route, not a place
    return parts._replace(fragment=fragment).geturl()


def squeeze(text: str | None) -> str:
    """Return a text in one line, runs of blanks of any kind made one."""
    return " ".join(_INVISIBLE.sub("", text or "").split())


def plain(text: str | None) -> str:
    """Return an attribute's text without the markup some systems leave in it."""
    return squeeze(_MARKUP.sub("", text or ""))


def is_placeholder(text: str) -> bool:
    """Tell whether a text is a template that was never filled in."""
    return _PLACEHOLDER.search(text) is not None


def comments(text: str) -> Iterator[str]:
    """Yield the comments of a page's source that hold links."""
    at = text.find("<!--")
    while at >= 0 and (end := text.find("-->", at + 4)) >= 0:
        if "<a" in (comment := text[at + 4 : end]):
            yield comment
        at = text.find("<!--", end)


def pieces(node: LexborNode, most: int) -> Iterator[tuple[str, LexborNode]]:
    """Yield the pieces of text under a node, in order, each with its text node, up to so many."""
    texts = (
        (text, child)
        for child in node.traverse(include_text=True)
        if child.is_text_node and (text := squeeze(child.text_content))
    )
    return islice(texts, most)


def inner_text(node: LexborNode) -> str:
    """Return the text under a node in one line."""
    return squeeze(node.text(separator=""))


def glimpse(node: LexborNode, most: int) -> str:
    """Return the text under a node in one line, cut off after so many characters and four times the nodes."""
    words: list[str] = []
    length = 0
    for part in islice(node.traverse(include_text=True), 4 * most):
        if part.is_text_node and (text := squeeze((part.text_content or "")[: 4 * most])):
            words.append(text)
            length += len(text) + 1
            if length > most:
                break
    return " ".join(words)[: most + 1]


def link_text(anchor: LexborNode) -> str:
    """Return a link's text in one line, and none for one left open, which swallowed what follows it."""
    return "" if swallows(anchor) else inner_text(anchor)


def swallows(anchor: LexborNode) -> bool:
    """Tell whether a link holds other links or more elements than a link can."""
    inner = [node.tag for node in islice(anchor.traverse(), 1, MOST_INSIDE + 1)]
    return len(inner) == MOST_INSIDE or "a" in inner


def marks(node: LexborNode) -> str:
    """Return a node's id and classes in lower case, blank-separated; the beginning of long ones."""
    found = node.attributes
    return f"{(found.get('id') or '')[:LONGEST_MARKS]} {(found.get('class') or '')[:LONGEST_MARKS]}".lower()


def ancestors(node: LexborNode, most: int) -> Iterator[LexborNode]:
    """Yield up to so many ancestors, the nearest first, not beyond the body."""
    for _ in range(most):
        parent = node.parent
        if parent is None or parent.tag in ("html", "-document"):
            return
        yield parent
        node = parent


def walk(top: LexborNode) -> Iterator[tuple[bool, LexborNode]]:
    """Yield every node under one and itself, as (True, node) when entered and (False, node) when left."""
    end, node = top.mem_id, top
    while True:
        yield True, node
        child = node.first_child
        if child is not None:
            node = child
            continue
        while True:
            yield False, node
            if node.mem_id == end:
                return
            after = node.next
            if after is not None:
                node = after
                break
            parent = node.parent
            if parent is None:
                return
            node = parent


def select(scope: LexborNode | LexborHTMLParser, css: str) -> list[LexborNode]:
    """Return the nodes a selector matches; none where it is no selector."""
    try:
        return scope.css(css)
    except (SelectolaxError, ValueError):
        return []
