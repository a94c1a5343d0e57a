"""Home pages: every content link with its full title and date, the columns they lead to, and the footer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborNode

from monitor.reading.dates import OFFICE_ZONE
from monitor.reading.footer import Footer, footer_of
from monitor.reading.markup import HEADINGS, ancestors, glimpse, link_text, plain, read_document
from monitor.reading.outline import draw_outline
from monitor.reading.rows import Ground, Row, once, row_of_link
from monitor.reading.titles import is_title, link_title

SHORTEST = 6  # a content link's title has as many characters at least, a column's at most twice as many
MOST_LINKS, MOST_TIMES = 5000, 5  # of all links, and of those to one address
LONGEST_NAME = 60  # of a heading, of which no more is looked at
HIGHEST = 4  # how far above a link its date's box lies at most

_COLUMN = re.compile(
    r"政策|文件|公开|要闻|动态|通知|公告|公示|转载|国务院|上级|省政府|市政府|政务|法规|规章|规范性|解读|新闻|公报"
    r"|信箱|征集|回应|资讯|时政|热点|部门"
)
_MORE = re.compile(
    r"[\[【(（+＋>»]*\s*(?:查看|阅读|浏览)?\s*(?:更多|more)\s*[\])】）]?\s*[>»›+.…]*\s*", re.IGNORECASE
)
_NOT_CONTENT = re.compile(
    r"备案|ICP|公网安备|标识码|网站地图|关于我们|联系我们|无障碍|登录|注册|繁體|English"
)


@dataclass(frozen=True, slots=True)
class Home:
    """A home page as read; `columns` are links that look like columns, named as the page names them."""

    url: str
    rows: tuple[Row, ...]
    footer: Footer
    columns: tuple[Row, ...]


def read_home(page_text: str, url: str, zone: ZoneInfo = OFFICE_ZONE, today: date | None = None) -> Home:
    """Read a home page; any text will do. `today` dates rows without a year, as in read_listing."""
    ground = Ground(read_document(page_text, url), zone, today)
    links = list(_links(ground))
    boxes = _boxes(links)
    found = (row_of_link(anchor, address, ground, _alone(anchor, boxes)) for anchor, address, _ in links)
    rows = once(
        row for row in found if row and len(row.title) >= SHORTEST and not _NOT_CONTENT.search(row.title)
    )
    footer = footer_of(ground.document, draw_outline(ground.document))
    return Home(url, tuple(rows), footer, tuple(once(_columns(links))))


def _links(ground: Ground) -> Iterator[tuple[LexborNode, str, str]]:
    times: Counter[str] = Counter()
    for anchor in ground.document.tree.css("a[href]")[:MOST_LINKS]:
        address = ground.document.resolve(anchor.attributes.get("href"))
        if address and times[address] < MOST_TIMES:
            times[address] += 1
            yield anchor, address, link_title(anchor)


def _boxes(links: list[tuple[LexborNode, str, str]]) -> dict[int, set[str]]:
    """Return for the boxes around links, by mem_id, which addresses are linked within, two at most."""
    boxes: dict[int, set[str]] = {}
    for anchor, address, _ in links:
        for box in ancestors(anchor, HIGHEST):
            held = boxes.setdefault(box.mem_id, set())
            if len(held) < 2:
                held.add(address)
    return boxes


def _alone(anchor: LexborNode, boxes: dict[int, set[str]]) -> int:
    """Return how many of a link's boxes link nowhere else."""
    around = enumerate(ancestors(anchor, HIGHEST))
    return next((height for height, box in around if len(boxes.get(box.mem_id, ())) > 1), HIGHEST)


def named_links(page_text: str, url: str) -> tuple[Row, ...]:
    """Return every link by the name it goes by, repetitions included; a "more" link by that of its box."""
    ground = Ground(read_document(page_text, url), OFFICE_ZONE, None)
    return tuple(_named(_links(ground)))


def _named(links: Iterable[tuple[LexborNode, str, str]]) -> Iterator[Row]:
    seen: dict[int, str] = {}
    for anchor, address, title in links:
        name = title
        if _MORE.fullmatch(link_text(anchor)) or not title:
            name = _name_beside(anchor, seen) or title
        yield Row(name, address)


def _columns(links: Iterable[tuple[LexborNode, str, str]]) -> Iterator[Row]:
    for row in _named(links):
        name = row.title
        if 2 <= len(name) <= 2 * SHORTEST and _COLUMN.search(name) and not _NOT_CONTENT.search(name):
            yield row


def _name_beside(anchor: LexborNode, seen: dict[int, str]) -> str:
    """Return the heading a "more" link belongs to: the short text before it in its box or that box's.

    `seen` keeps the beginnings of the texts looked at: many links may stand beside one long text.
    """
    named = plain(anchor.attributes.get("title"))
    if named and is_title(named):
        return named
    for box in (anchor, *ancestors(anchor, 2)):
        before = box.prev
        for _ in range(4):
            if before is None:
                break
            if before.mem_id not in seen:
                seen[before.mem_id] = glimpse(before, LONGEST_NAME)
            text = seen[before.mem_id]
            if before.tag in HEADINGS or 2 <= len(text) <= 2 * SHORTEST:
                return text
            before = before.prev
    return ""
