"""The pages of the small internet: what a site answers to an address at a moment, as bytes."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.demo.sites import Column, Item, Site
from monitor.demo.styles import PER_PAGE, Links
from monitor.demo.texts import chinese_day

ON_HOME = 6
HOT = 8
WEEK = "一二三四五六日"
NEWEST = 50
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, the bytes, and the headers that say what they are."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RowView:
    """A row as a template writes it. full: what title="" holds, None: no such attribute."""

    href: str
    text: str
    full: str | None
    day: str
    short_day: str
    pinned: bool


@dataclass(frozen=True, slots=True)
class LinkView:
    """A named link."""

    href: str
    text: str


@dataclass(frozen=True, slots=True)
class BoxView:
    """A box of the home page: a column's name, where it leads, its newest rows."""

    name: str
    href: str
    rows: tuple[RowView, ...]


@dataclass(frozen=True, slots=True)
class ArticleView:
    """What an article's page says of itself."""

    address: str
    published: str
    day: str
    signed: str
    attachment: str


class Pages:
    """Prints pages; holds nothing but the templates."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=PackageLoader("monitor.demo"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def answer(self, site: Site, target: str, elapsed: float) -> Answer:
        """Answer an address's path and query as the site does `elapsed` seconds after the opening."""
        path = urlsplit(target).path
        if path in ("/", "/index.html"):
            return self._home(site, target, elapsed)
        if (item := site.item_at(target, elapsed)) is not None:
            return self._article(site, item, target)
        if (found := site.list_at(target, elapsed)) is not None:
            return self._list(site, *found, target, elapsed)
        return self._besides(site, path, target, elapsed)

    def _besides(self, site: Site, path: str, target: str, elapsed: float) -> Answer:
        match path:
            case "/robots.txt":
                return _robots(site)
            case "/sitemap.xml" if site.has_sitemap:
                return _sitemap(site, elapsed)
            case "/search" if site.has_search:
                return self._search(site, target, elapsed)
            case "/about.html":
                text = f"本网站由{site.shown.sponsor}主办，所有内容均为演示而虚构。"
                return self._notice(site, 200, "关于我们", text)
        if path.startswith("/files/") and path.endswith(".pdf"):
            return Answer(200, PDF, {"Content-Type": "application/pdf"})
        return self._missing(site)

    def _home(self, site: Site, target: str, elapsed: float) -> Answer:
        boxes = tuple(
            BoxView(
                column.name,
                _href(site, site.list_address(column.key), target),
                _views(site, site.rows(column.key, elapsed)[:ON_HOME], target),
            )
            for column in site.columns
            if column.key != "regulations"
        )
        news = [item for item in site.items if item.column == "news" and item.at <= 0]
        hot = _views(site, sorted(news, key=lambda item: item.number)[:HOT], target)
        return self._print(
            site,
            "home.html",
            target,
            boxes=boxes,
            hot=hot,
            banner=LinkView(hot[-1].href, hot[-1].full or hot[-1].text),
            today=_today(site.now(elapsed)),
        )

    def _list(self, site: Site, column: Column, page: int, target: str, elapsed: float) -> Answer:
        rows, pages = site.rows(column.key, elapsed), site.pages(column.key, elapsed)
        return self._print(
            site,
            "list.html",
            target,
            column=column,
            rows=_views(site, rows[(page - 1) * PER_PAGE : page * PER_PAGE], target),
            total=len(rows),
            page=page,
            pages=pages,
            first=_href(site, site.list_address(column.key), target),
            previous=_turned(site, column, page - 1, pages, target),
            next=_turned(site, column, page + 1, pages, target),
            today=_today(site.now(elapsed)),
        )

    def _article(self, site: Site, item: Item, target: str) -> Answer:
        pattern = "%Y-%m-%d %H:%M:%S" if item.is_exact else "%Y-%m-%d %H:%M"
        view = ArticleView(
            address=site.item_address(item),
            published=item.published.strftime(pattern),
            day=item.published.strftime("%Y年%m月%d日"),
            signed=chinese_day(item.document.day),
            attachment=f"/files/{item.number}.pdf",
        )
        column = site.column(item.column)
        first = _href(site, site.list_address(column.key), target)
        today = _today(item.published)
        return self._print(
            site, "article.html", target, item=item, article=view, column=column, first=first, today=today
        )

    def _search(self, site: Site, target: str, elapsed: float) -> Answer:
        words = " ".join(parse_qs(urlsplit(target).query).get("q", []))
        found = [item for item in site.everything(elapsed) if _is_hit(item, words)]
        body = self._templates.get_template("search.html").render(
            site=site, words=words, rows=_views(site, found[:PER_PAGE], target)
        )
        return _html(site, 200, body)

    def _missing(self, site: Site) -> Answer:
        status = 200 if site.is_soft else 404
        return self._notice(site, status, "页面不存在", "对不起，您访问的页面不存在或已被删除。")

    def _notice(self, site: Site, status: int, heading: str, text: str) -> Answer:
        body = self._templates.get_template("notice.html").render(site=site, heading=heading, text=text)
        return _html(site, status, body)

    def _print(self, site: Site, name: str, target: str, **values: Any) -> Answer:
        template = self._templates.get_template(f"{site.style.name}/{name}")
        nav = [
            LinkView(_href(site, site.list_address(column.key), target), column.name)
            for column in site.columns
        ]
        police_code = "".join(filter(str.isdigit, site.shown.police or ""))
        return _html(site, 200, template.render(site=site, nav=nav, police_code=police_code, **values))


def _is_hit(item: Item, words: str) -> bool:
    return bool(words) and (words in item.title or words in (item.document.number or ""))


def _views(site: Site, items: Sequence[Item], target: str) -> tuple[RowView, ...]:
    return tuple(_view(site, item, target) for item in items)


def _view(site: Site, item: Item, target: str) -> RowView:
    text, full = item.row or item.title, None
    if item.row is None and site.style.cut is not None and len(text) > site.style.cut:
        text, full = text[: site.style.cut] + site.style.dots, text
    return RowView(
        href=_href(site, site.item_address(item), target),
        text=text,
        full=full,
        day=site.style.day(item.published),
        short_day=item.published.strftime("%m-%d"),
        pinned=item.is_pinned,
    )


def _href(site: Site, address: str, target: str) -> str:
    """Write an address as the site's pages do, seen from the page at `target`."""
    if site.style.links is Links.ABSOLUTE or not address.startswith(f"{site.base}/"):
        return address
    path = address.removeprefix(site.base)
    if site.style.links is Links.ROOTED:
        return path
    relative = posixpath.relpath(path, posixpath.dirname(urlsplit(target).path))
    relative += "/" if path.endswith("/") else ""
    return relative if relative.startswith(".") else f"./{relative}"


def _turned(site: Site, column: Column, page: int, pages: int, target: str) -> str | None:
    return _href(site, site.list_address(column.key, page), target) if 1 <= page <= pages else None


def _today(now: datetime) -> str:
    return f"{chinese_day(now.date())} 星期{WEEK[now.weekday()]}"


def _html(site: Site, status: int, text: str) -> Answer:
    charset = f"; charset={site.encoding.header}" if site.encoding.header else ""
    body = text.encode(site.encoding.codec)
    headers = {"Content-Type": f"text/html{charset}"}
    if site.style.sends_etag and status == 200:
        headers["ETag"] = f'"{sha256(body).hexdigest()[:16]}"'
    return Answer(status, body, headers)


def _robots(site: Site) -> Answer:
    lines = ["User-agent: *", "Disallow: /admin/"]
    if site.has_sitemap:
        lines.append(f"Sitemap: {site.base}/sitemap.xml")
    return Answer(200, "\n".join(lines).encode() + b"\n", {"Content-Type": "text/plain"})


def _sitemap(site: Site, elapsed: float) -> Answer:
    root = ET.Element("urlset", xmlns=SITEMAP)
    for item in site.everything(elapsed)[:NEWEST]:
        entry = ET.SubElement(root, "url")
        ET.SubElement(entry, "loc").text = site.item_address(item)
        ET.SubElement(entry, "lastmod").text = item.published.isoformat(timespec="seconds")
    body = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return Answer(200, body, {"Content-Type": "application/xml"})
