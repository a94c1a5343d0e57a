"""The front of a site: its home page, past splash pages and frames, with every name and number on it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from checks.addresses import canonical
from monitor.net.client import CookieRound
from monitor.reading.footer import Footer
from monitor.reading.home import named_links, read_home
from monitor.reading.markup import Document, plain, read_document, squeeze
from monitor.reading.rows import Row
from monitor.reading.tags import SITE_NAMES, read_tags
from monitor.starting.facts import Hands, Opened
from monitor.starting.hosts import is_family

MOST_FRAMES = 6
FEW_LINKS = 6
"""A home page with fewer links of its own than this is a splash page, or shows its parts in frames."""

_ENTER = re.compile(r"进入|首页|主页|浏览|简体|中文|网站|index|home|main|default", re.IGNORECASE)
_NOT_ENTER = re.compile(r"设为首页|加入收藏|备案|English|繁", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Front:
    """What a site's front shows: where it stands, its pages, the names of all its links, its footer."""

    url: str
    documents: tuple[Document, ...]
    names: tuple[Row, ...]
    rows: tuple[Row, ...]
    footer: Footer
    hops: tuple[str, ...]

    @property
    def title(self) -> str:
        node = next((d.tree.css_first("title") for d in self.documents if d.tree.css_first("title")), None)
        return squeeze(node.text()) if node is not None else ""

    @property
    def site_name(self) -> str | None:
        """What its tags call the site."""
        return next((name for d in self.documents if (name := read_tags(d).first(SITE_NAMES))), None)


async def read_front(hands: Hands, url: str, cookies: CookieRound) -> Front | str:
    """Open a home page and what it is made of; the trouble where there is none to read."""
    opened = await hands.open(url, cookies)
    hops = opened.hops
    entrance = None if opened.trouble else _entrance(opened)
    if entrance is not None:
        beyond = await hands.open(entrance, cookies)
        if beyond.trouble is None and beyond.text:
            opened, hops = beyond, (*hops, *beyond.hops)
    if opened.trouble is not None:
        return opened.trouble
    pages = [opened, *await _frames(hands, opened, cookies)]
    front = _front(pages, hops)
    return (
        front if front.names else "no links were found on it: if a script draws it, write its table by hand"
    )


def _entrance(opened: Opened) -> str | None:
    """Where a splash page leads: its one link within the site, or the one that says so."""
    document = read_document(opened.text, opened.url)
    links = {
        canonical(address): (anchor, address)
        for anchor in document.tree.css("a[href], area[href]")
        if (address := document.resolve(anchor.attributes.get("href"))) and is_family(address, opened.url)
    }
    links.pop(canonical(opened.url), None)
    if not 0 < len(links) < FEW_LINKS or _frame_addresses(document):
        return None
    said = [address for anchor, address in links.values() if _says_enter(anchor, address)]
    only = [address for _, address in links.values()] if len(links) == 1 else []
    return next(iter([*said, *only]), None)


def _says_enter(anchor: LexborNode, address: str) -> bool:
    pictures = " ".join(image.attributes.get("alt") or "" for image in anchor.css("img"))
    text = f"{squeeze(anchor.text())} {plain(anchor.attributes.get('title'))} {pictures}"
    if _NOT_ENTER.search(text):
        return False
    return bool(_ENTER.search(text) or _ENTER.search(address.rpartition("/")[2]))


def _frame_addresses(document: Document) -> list[str]:
    found = (document.resolve(f.attributes.get("src")) for f in document.tree.css("frame[src], iframe[src]"))
    return [address for address in dict.fromkeys(found) if address and is_family(address, document.url)]


async def _frames(hands: Hands, opened: Opened, cookies: CookieRound) -> list[Opened]:
    """The frames of a page that holds little itself; ornaments in frames of a full page are left alone."""
    document = read_document(opened.text, opened.url)
    if len(document.tree.css("a[href]")) >= FEW_LINKS:
        return []
    addresses = _frame_addresses(document)[:MOST_FRAMES]
    frames = await asyncio.gather(*(hands.open(address, cookies) for address in addresses))
    return [frame for frame in frames if frame.trouble is None and frame.text]


def _front(pages: Sequence[Opened], hops: tuple[str, ...]) -> Front:
    homes = [read_home(page.text, page.url) for page in pages]
    return Front(
        url=pages[0].url,
        documents=tuple(read_document(page.text, page.url) for page in pages),
        names=tuple(row for page in pages for row in named_links(page.text, page.url)),
        rows=tuple(row for home in homes for row in home.rows),
        footer=_merged([home.footer for home in homes]),
        hops=hops,
    )


def _merged(footers: Sequence[Footer]) -> Footer:
    """One footer of all pages: each thing from the first page that shows it."""

    def first(name: str) -> str | None:
        return next((value for footer in footers if (value := getattr(footer, name))), None)

    return Footer(
        icp=first("icp"),
        police=first("police"),
        site_id=first("site_id"),
        sponsor=first("sponsor"),
        icp_url=first("icp_url"),
        police_url=first("police_url"),
        text="\n".join(footer.text for footer in footers),
        meta_site_id=first("meta_site_id"),
    )
