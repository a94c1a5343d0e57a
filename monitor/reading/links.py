"""Every link of a page or a stylesheet, absolute, with what it is for and what stands on it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.reading.hrefs import NOWHERE, Base
from monitor.reading.markup import glimpse, inner_text, squeeze
from monitor.reading.quality import says_gone
from monitor.reading.taming import is_tame, tame

MOST_LINKS = 20_000
"""Links of one page that are read; more stand only on pages made to keep robots busy."""

LONGEST_TEXT, LONGEST_STYLE, LONGEST_BASE = 80, 1_000_000, 2000
FEW_LINKS = 40
"""A page with more is no apology for a page that is missing."""


class Use(StrEnum):
    """What a link is for, which says how its target is asked for."""

    PAGE = "page"
    FRAME = "frame"
    FILE = "file"
    STYLE = "style"
    FORM = "form"
    BASE = "base"


class Link:
    """One link.

    url: absolute and without its fragment; where `fault` says that it is no address of the web ("invalid",
    "unfilled", or a scheme), as it stands in the page. Use it while its page is at hand: `text` looks there.
    """

    __slots__ = ("_node", "fault", "fragment", "url", "use")

    def __init__(self, use: Use, url: str, fragment: str, fault: str, node: LexborNode | None) -> None:
        self.use = use
        self.url = url
        self.fragment = fragment
        self.fault = fault
        self._node = node

    @property
    def text(self) -> str:
        """What stands on the link, in one short line; where nothing does, what it is."""
        return "" if self._node is None else _said(self._node)


class KnownLink(Link):
    """A link of a page that is not at hand: its words are known."""

    __slots__ = ("_text",)

    def __init__(self, use: str, url: str, fragment: str, fault: str, text: str) -> None:
        super().__init__(Use(use), url, fragment, fault, None)
        self._text = text

    @property
    def text(self) -> str:
        return self._text


@dataclass(frozen=True, slots=True)
class Harvest:
    """What a page holds for a checker of links.

    links: each address once, in order. cut: how many more there are. gone: the words with which the page says
    that it does not exist. anchors: names that fragments may point to, where they were wanted.
    """

    links: tuple[Link, ...]
    title: str = ""
    cut: int = 0
    gone: str | None = None
    anchors: frozenset[str] = frozenset()


_SELECTOR = (
    "[href],[src],[srcset],[action],[formaction],[data],[poster],[background],[http-equiv],[style*='url(' i]"
)

_SOURCES: Mapping[str, Use] = {
    **dict.fromkeys(
        ("img", "script", "source", "embed", "track", "video", "audio", "input", "image"), Use.FILE
    ),
    **dict.fromkeys(("iframe", "frame"), Use.FRAME),
}
# Hints to the browser, of which nothing has to answer; the last is the name of a profile, not an address.
_HINTS = frozenset({"dns-prefetch", "preconnect", "pingback", "profile", "edituri", "wlwmanifest"})
_PAGES = frozenset(
    {"canonical", "alternate", "next", "prev", "author", "help", "search", "license", "amphtml"}
)

_WEB = ("http://", "https://")
_RARE = frozenset({"poster", "background", "formaction", "srcset", "style"})
_REFRESH = re.compile(
    r"[\s\d.]*[;,\s]\s*(?:url\s*=\s*)?(?:\"([^\"]*)|'([^']*)|(\S.*))", re.IGNORECASE | re.DOTALL
)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_CSS = re.compile(
    r"""@import\s+(?:url\(\s*)?["']?(?P<style>[^"')\s;]+)"""
    r"""|url\(\s*(?:"(?P<double>[^"\n]*)"|'(?P<single>[^'\n]*)'|(?P<bare>[^"'()\s]+))\s*\)""",
    re.IGNORECASE,
)
_CSS_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})[ \t\n]?|(.))")
_CANDIDATE = re.compile(r"[\s,]*([^\s,](?:[^\s]*[^\s,])?)(?:,|\s+[^,(]*(?:\([^)]*\)[^,(]*)*(?:,|\Z)|\s*\Z)")


def read_links(text: str, url: str, encoding: str = "utf-8", *, with_anchors: bool = False) -> Harvest:
    """Read the links of a page, its comments and scripts left alone; any text will do."""
    tree = LexborHTMLParser(text if is_tame(text) else tame(text))
    found = _hrefs(tree)
    base = Base(_base(next(iter(found.pop(Use.BASE, ())), ""), url), encoding)
    links = [
        link
        for use, nodes in found.items()
        for href, node in nodes.items()
        if (link := _link(use, href, node, base)) is not None
    ]
    title = tree.css_first("title")
    name = squeeze(title.text())[:200] if title is not None else ""
    return Harvest(
        tuple(links[:MOST_LINKS]),
        name,
        max(0, len(links) - MOST_LINKS),
        _gone(tree, name, len(links), text),
        _anchors(tree) if with_anchors else frozenset(),
    )


def read_style(text: str, url: str) -> Harvest:
    """Read the links of a stylesheet."""
    base = Base(url)
    links = [_link(use, href, None, base) for use, href in _css(text[:LONGEST_STYLE])[:MOST_LINKS]]
    return Harvest(tuple(link for link in links if link is not None))


def read_locations(text: str) -> tuple[str, ...]:
    """Read the addresses that a sitemap lists."""
    found = re.findall(r"<loc>\s*(?:<!\[CDATA\[)?\s*([^<\]]+?)\s*(?:\]\]>)?\s*</loc>", text[:10_000_000])
    return tuple(address.replace("&amp;", "&") for address in found)[:50_000]


def _link(use: Use, href: str, node: LexborNode | None, base: Base) -> Link | None:
    """Make a link absolute, or say what is wrong with it; None for what leads nowhere on purpose."""
    url, fragment, fault = base.settle(href)
    return None if fault == NOWHERE else Link(use, url, fragment, fault, node)


def _base(href: str, url: str) -> str:
    """Give what relative addresses start from: what the page's first `base` says, where that is of use."""
    resolved = Base(url).resolve(href) if href else None
    return resolved if resolved and resolved.startswith(_WEB) and len(resolved) < LONGEST_BASE else url


def _hrefs(tree: LexborHTMLParser) -> dict[Use, dict[str, LexborNode]]:
    """Give what stands in a page's attributes, by what it is for, with the first element it stands in."""
    pages: dict[str, LexborNode] = {}
    found: dict[Use, dict[str, LexborNode]] = {Use.PAGE: pages}
    for node in tree.css(_SELECTOR):
        tag, values = node.tag or "", node.attributes
        if tag == "a":  # nine of ten
            href = values.get("href")
            if href and href not in pages:  # an empty one is the page itself
                pages[href] = node
        elif tag in _SOURCES:
            _keep(found, _SOURCES[tag], values.get("src") or values.get("href"), node)
        else:
            for href, use in _other(tag, values):
                _keep(found, use, href, node)
        if not values.keys().isdisjoint(_RARE):
            for href, use in _rare(values):
                _keep(found, use, href, node)
    for node in tree.tags("style"):
        for use, href in _css(node.text()[:LONGEST_STYLE]):
            _keep(found, use, href, node)
    return found


def _keep(found: dict[Use, dict[str, LexborNode]], use: Use, href: str | None, node: LexborNode) -> None:
    if href:
        found.setdefault(use, {}).setdefault(href, node)


def _rare(values: Mapping[str, str | None]) -> Iterator[tuple[str, Use]]:
    """Yield the addresses in attributes that many tags may bear, and few do."""
    yield values.get("poster") or values.get("background") or "", Use.FILE
    yield values.get("formaction") or "", Use.FORM
    for candidate in _CANDIDATE.finditer(values.get("srcset") or ""):
        yield candidate[1], Use.FILE
    for use, href in _css(values.get("style") or ""):
        yield href, use


def _other(tag: str, values: Mapping[str, str | None]) -> Iterator[tuple[str, Use]]:
    """Yield the links of the rarer tags."""
    href = values.get("href") or ""
    if tag == "link":
        if use := _use_of(values.get("rel")):
            yield href, use
    elif tag == "base":
        yield href, Use.BASE
    elif tag == "area":
        yield href, Use.PAGE
    elif tag == "meta":
        if (values.get("http-equiv") or "").lower() == "refresh":
            yield _refreshed(values.get("content")), Use.PAGE
    elif tag == "form":
        yield values.get("action") or "", Use.FORM
    elif tag == "object":
        yield values.get("data") or "", Use.FILE


def _use_of(rel: str | None) -> Use | None:
    """Tell what a `link` element is for; None for what nobody follows."""
    words = frozenset((rel or "").lower().split())
    if words & _HINTS or not words:
        return None
    if "stylesheet" in words:
        return Use.STYLE
    return Use.PAGE if words & _PAGES else Use.FILE


@lru_cache(maxsize=256)
def _css(style: str) -> tuple[tuple[Use, str], ...]:
    """Read the addresses of a stylesheet; the same one stands on every page of a site."""
    if "url(" not in style.lower() and "@import" not in style.lower():
        return ()
    found: dict[tuple[Use, str], None] = {}
    for token in _CSS.finditer(_COMMENT.sub(" ", style)):
        href = token["style"] or token["double"] or token["single"] or token["bare"] or ""
        if "\\" in href:
            href = _CSS_ESCAPE.sub(
                lambda sign: chr(int(sign[1], 16) % 0x110000) if sign[1] else sign[2], href
            )
        found[Use.STYLE if token["style"] else Use.FILE, href] = None
    return tuple(found)


def _refreshed(content: str | None) -> str:
    found = _REFRESH.match(content or "")
    return (found[1] or found[2] or found[3] or "").strip() if found else ""


def _anchors(tree: LexborHTMLParser) -> frozenset[str]:
    found = {node.attributes.get("id") for node in tree.css("[id]")}
    found |= {node.attributes.get("name") for node in tree.css("a[name]")}
    return frozenset(name for name in found if name)


def _gone(tree: LexborHTMLParser, title: str, links: int, text: str) -> str | None:
    if links > FEW_LINKS:
        return says_gone(title)
    heading = tree.css_first("h1, h2")
    headline = inner_text(heading)[:200] if heading is not None else ""
    body = tree.body if len(text) < 20_000 else None
    return says_gone(title, headline, _shown(body) if body is not None else "")


def _shown(body: LexborNode) -> str:
    for node in body.css("script, style, template, noscript"):
        node.decompose(recursive=True)
    return inner_text(body)


def _said(node: LexborNode) -> str:
    """Read what a person sees of a link: its words, else its picture's or its own title."""
    tag = node.tag or ""
    if tag == "a":
        child = node.first_child
        if child is not None and child.next is None and child.is_text_node:
            words = squeeze((child.text_content or "")[:400])[:LONGEST_TEXT]
        else:
            words = glimpse(node, LONGEST_TEXT)[:LONGEST_TEXT]
        if words:
            return words
        inside = node.css_first("img[alt], [title]")
        if inside is not None and (named := _named(inside)):
            return named
    return _named(node) or f"<{tag}>"


def _named(node: LexborNode) -> str:
    values = node.attributes
    return squeeze(values.get("alt") or values.get("title") or "")[:LONGEST_TEXT]
