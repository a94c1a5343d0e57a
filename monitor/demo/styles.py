"""Content-management styles: how each numbers its pages, writes its dates, cuts its titles and its bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, auto

PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class Encoding:
    """The codec of the bytes, and what the header (None: nothing) and the page's head say it is."""

    codec: str
    header: str | None
    meta: str


AS_UTF8 = Encoding("utf-8", "utf-8", "utf-8")
AS_GB2312 = Encoding("gb18030", None, "gb2312")
GB18030_SAID_UTF8 = Encoding("gb18030", "utf-8", "utf-8")


class Links(Enum):
    """How a page writes an address of its own site."""

    ROOTED = auto()
    ABSOLUTE = auto()
    RELATIVE = auto()


@dataclass(frozen=True, slots=True)
class Style:
    """One content-management system.

    name: the folder of its templates. list_path takes a column's slug, its number and a page counted from 1;
    article_path a column's slug and number, the item's number and its day. day writes a date in a list.
    cut: how many signs of a title a list shows, with the whole of it in title="", None: all of them.
    sends_etag: answers carry an ETag, and a page that has not changed is a 304 to who asks.
    """

    name: str
    list_path: Callable[[str, int, int], str]
    article_path: Callable[[str, int, int, date], str]
    day: Callable[[datetime], str]
    cut: int | None = None
    dots: str = "…"
    links: Links = Links.ROOTED
    sends_etag: bool = False


TRS = Style(
    name="trs",
    list_path=lambda slug, number, page: f"/zwgk/{slug}/" + (f"index_{page - 1}.html" if page > 1 else ""),
    article_path=lambda slug, number, item, day: f"/zwgk/{slug}/{day:%Y%m}/t{day:%Y%m%d}_{item}.html",
    day=lambda moment: f"{moment:%Y-%m-%d}",
    cut=30,
    links=Links.RELATIVE,
    sends_etag=True,
)

HANWEB = Style(
    name="hanweb",
    list_path=lambda slug, number, page: (
        f"/col/col{number}/index.html" + (f"?pageNum={page}" if page > 1 else "")
    ),
    article_path=lambda slug, number, item, day: (
        f"/art/{day.year}/{day.month}/{day.day}/art_{number}_{item}.html"
    ),
    day=lambda moment: f"[{moment:%Y-%m-%d}]",
    cut=26,
    dots="...",
)

NFCMS = Style(
    name="nfcms",
    list_path=lambda slug, number, page: f"/{slug}/index{f'_{page}' if page > 1 else ''}.html",
    article_path=lambda slug, number, item, day: f"/{slug}/content/post_{item}.html",
    day=lambda moment: f"{moment.year}年{moment:%m月%d日}",
    links=Links.ABSOLUTE,
    sends_etag=True,
)

ASP = Style(
    name="asp",
    list_path=lambda slug, number, page: (
        f"/NewsList.asp?ClassID={number}" + (f"&Page={page}" if page > 1 else "")
    ),
    article_path=lambda slug, number, item, day: f"/ShowInfo.asp?ClassID={number}&ID={item}",
    day=lambda moment: f"{moment:%Y/%m/%d}",
    links=Links.RELATIVE,
)

STYLES = (TRS, HANWEB, NFCMS, ASP)
