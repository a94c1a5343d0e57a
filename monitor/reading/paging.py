"""Where a list goes on: the address of its next page, from links or from the calls that would draw them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from monitor.reading.markup import Document, ancestors, link_text, marks, plain
from monitor.reading.scripts import next_group

MOST_NODES = 10_000  # looked at for page numbers

_NEXT = re.compile(r"\[?\s*(?:下一?页|下一頁|后一?页|向后|next(?:\s*page)?)\s*[>»›→]*\s*\]?", re.IGNORECASE)
_ARROW = re.compile(r"[>›»]")
_CALL = re.compile(r"createPageHTML\w*\s*\(([^()]{0,200})\)", re.IGNORECASE)
_COUNT = re.compile(r"\bcountPage\s*=\s*[\"']?(\d{1,6})")
_CURRENT = re.compile(r"\bcurrentPage\s*=\s*[\"']?(\d{1,6})")
_CURRENT_MARK = re.compile(r"\b(?:cur|current|active|on|now|this|thisclass|selected|checked)\b|current")
_NUMBERS = re.compile(r"(?:[_=-]|page/?)(\d{1,6})(?!\d)")
_PAGED_NAME = re.compile(r"(.+?)_(\d+)(\.\w+)")


def next_page(text: str, document: Document) -> str | None:
    """Return the address of a list's next page, or None where this one is the last or nothing says."""
    for found in (_linked(document), _called(text, document), _counted(document), _numbered(document)):
        if found and _is_elsewhere(found, document):
            return found
    return next_group(text, document) if "<nextgroup>" in text else None


def _is_elsewhere(url: str, document: Document) -> bool:
    return url not in (document.url, document.base) and _host(url) in (
        _host(document.url),
        _host(document.base),
    )


def _host(url: str) -> str | None:
    return urlsplit(url).hostname


def _linked(document: Document) -> str | None:
    arrows = []
    for link in document.tree.css('link[rel="next"][href], a[rel="next"][href], a[href]'):
        attributes = link.attributes
        if attributes.get("rel") == "next":
            return document.resolve(attributes.get("href"))
        texts = (link_text(link), plain(attributes.get("title")))
        if any(text and _NEXT.fullmatch(text) for text in texts):
            if url := document.resolve(attributes.get("href")):
                return url
        elif _ARROW.fullmatch(texts[0]) and "next" in marks(link):
            arrows.append(document.resolve(attributes.get("href")))
    return arrows[0] if arrows else None


def _called(text: str, document: Document) -> str | None:
    """Read createPageHTML(12, 0, "index", "html") and createPageHTML('box', 12, 1, 'list', 'shtml', 200).

    The first counts pages from 0, the second, which names its box first, from 1; both name the n-th page
    after the current one name_n.ext with n one higher.
    """
    for call in _CALL.finditer(text):
        values = [value.strip(" \t\r\n\"'") for value in call[1].split(",")]
        boxed = bool(values) and not values[0].isdecimal()
        values = values[boxed:]
        if len(values) < 4 or not (values[0].isdecimal() and values[1].isdecimal()):
            continue
        count, current = int(values[0]), int(values[1])
        if current + 1 < count + boxed:
            return document.resolve(f"{values[2]}_{current + 1}.{values[3].lstrip('.')}")
        return None
    return None


def _counted(document: Document) -> str | None:
    """Read "var countPage = 12; var currentPage = 0;", beside which index_1.html is the second page."""
    for script in document.scripts:
        count, current = _COUNT.search(script), _CURRENT.search(script)
        if count and current and int(current[1]) + 1 < int(count[1]):
            return document.resolve(_page_name(document.url, int(current[1]) + 1))
    return None


def _page_name(url: str, number: int) -> str:
    name = urlsplit(url).path.rpartition("/")[2] or "index.html"
    if paged := _PAGED_NAME.fullmatch(name):
        return f"{paged[1]}_{number}{paged[3]}"
    stem, dot, extension = name.rpartition(".")
    return f"{stem}_{number}.{extension}" if dot else name


def _numbered(document: Document) -> str | None:
    """Return where the number after the current page's leads, or an arrow among the numbers.

    The current page's number stands in one box with the others: figures elsewhere are days or counts.
    """
    links: dict[int, str] = {}
    boxes: set[int] = set()
    unlinked, arrows = [], []
    for node in document.tree.css("a, span, strong, em, b, li.active, li.current")[:MOST_NODES]:
        text = link_text(node)
        is_number = text.isascii() and text.isdecimal() and len(text) <= 4
        if not is_number and not _ARROW.fullmatch(text):
            continue
        url = document.resolve(node.attributes.get("href"))
        if not is_number:
            arrows.append((node, url))
        elif url in (document.url, document.base) or _is_current(node, url):
            unlinked.append((node, int(text)))
        elif url and _bears(url, int(text)):
            links.setdefault(int(text), url)
            boxes |= _boxes(node)
    current = next((number for node, number in unlinked if boxes & _boxes(node)), None)
    arrow = next((url for node, url in arrows if url and boxes & _boxes(node)), None)
    if len(links) < 2 and current is None:
        return None
    return links.get((current or 1) + 1) or arrow


def _boxes(node: LexborNode) -> set[int]:
    """Return the two boxes around a number; all of the page is one only for what stands right in it."""
    around = enumerate(ancestors(node, 2))
    return {box.mem_id for height, box in around if height == 0 or box.tag != "body"}


def _bears(url: str, number: int) -> bool:
    """Tell whether an address bears the number of its page, counted from 1 or from 0; a calendar's do not."""
    parts = urlsplit(url)
    found = _NUMBERS.findall(f"{parts.path.rpartition('/')[2]}?{parts.query}")
    return not {str(number), str(number - 1)}.isdisjoint(found)


def _is_current(node: LexborNode, url: str | None) -> bool:
    return url is None and (node.tag != "a" or bool(_CURRENT_MARK.search(marks(node))))
