"""Pages that answer 200 and are none: stubs, pages that say "not found", templates that were never filled in.

Each function returns the reason in plain words, or None for a page that is one. They judge a page that
arrived whole; challenges of shields are for the fetching to know by its answer.
"""

from __future__ import annotations

import re

from monitor.reading.article import is_file, redirect_target
from monitor.reading.markup import (
    Document,
    inner_text,
    is_placeholder,
    link_text,
    read_document,
    squeeze,
)
from monitor.reading.outline import draw_outline
from monitor.reading.titles import is_title

SHORT = 600  # an apology in a page with more text than this is a quotation
LEAST = 30
NOTICE = 60  # nor does a notice in the place of a text say more
WRITTEN = 40  # characters in earnest for each place left empty: with more, a page can be read all the same

_GONE = re.compile(
    r"(?:页面|网页|文章|内容|信息|稿件|栏目|资源|地址|链接|文件)\S{0,6}(?:不存在|未找到|找不到|无法找到|已(?:经)?(?:被)?(?:删除|移除|撤销|下线|关闭)|走丢了|不见了|丢失)"
    r"|(?:找不到|没有找到|未找到|无法找到)\S{0,8}(?:页面|网页|文章|内容|信息|资源|文件)"
    r"|无法显示(?:此|该|当前|请求的|您\S{0,6}的)?(?:页面|网页)|您(?:访问|查找|请求|浏览)的\S{0,10}(?:不存在|有误|出错)"
    r"|(?:^|[该此本,，。!！、;；:：\s])(?:页面|网页|文章|内容|信息|稿件|文件)已(?:经)?(?:被)?"
    r"(?:下架|撤下|撤回|屏蔽)"  # and not 违规信息已下架
    r"|not\s+found|does\s+not\s+exist|no\s+longer\s+available",
    re.IGNORECASE,
)
_TAKEN_DOWN = re.compile(
    r"(?:^|[该此本,，。!！、;；:：\s])(?:页面|网页|文章|内容|信息|稿件|文件)(?:不存在或)?已(?:经)?(?:被)?"
    r"(?:删除|移除|撤销|下线|关闭|下架|撤下|撤回|屏蔽)"
)
_NUMBER = re.compile(r"(?:^|\D)404(?:\s*(?:$|[-_|:：!！,，。.]|错误|页面|not|error)|页)", re.IGNORECASE)
_DATA = ("<?xml", "<datastore", "<rss", "<feed", "<urlset", "<sitemapindex")
_DOCUMENT = re.compile(r"^关于|(?:公告|通知|通报|公示|通告|报告)(?:$|\s*[-_—|])")  # that such a page is gone
_ENTRIES = ("<record>", "<item", "<entry", "<loc")


def is_stub(page_text: str) -> str | None:
    """Return why a page is but a stub: empty, only a script, a frame or a redirect, hardly any text."""
    text = page_text.strip("\ufeff \t\r\n\0")
    if not text:
        return "the page is empty"
    if text[0] in "{[":
        return None if re.search(r"\w", text) else "the answer holds no data"
    if text.startswith(_DATA) and "<html" not in text[:500]:
        return None if any(entry in text for entry in _ENTRIES) else "the answer holds no entries"
    return _stub_of(read_document(text, "http://localhost/"))


def _stub_of(document: Document) -> str | None:
    shown = _shown(document)
    if target := redirect_target(document):
        return f"only a redirect to {target}" if len(shown) < SHORT else None
    if len(shown) >= LEAST or _links(document) > 2 or _has_file(document):
        return None
    if document.tree.css_first("iframe[src], frame[src]") is not None:
        return "only a frame"
    return "only a script" if document.scripts else f"hardly any text ({len(shown)} characters)"


def is_soft_404(page_text: str) -> str | None:
    """Return the words with which a page answered 200 says that it does not exist."""
    document = read_document(page_text, "http://localhost/")
    node = document.tree.css_first("title")
    title = squeeze(node.text()) if node is not None else ""
    heading = document.tree.css_first("h1, h2")
    headline = inner_text(heading) if heading is not None else ""
    return says_gone(title, headline, _shown(document))


def says_gone(title: str, headline: str = "", shown: str = "") -> str | None:
    """Return the words with which a page says that it does not exist, by its title, headline and text."""
    for named in (title, headline):
        if (
            len(named) <= 40
            and not _DOCUMENT.search(named)
            and (said := _GONE.search(named) or _NUMBER.search(named))
        ):
            return f"it says “{said[0].strip()}”"
    if len(shown) <= SHORT and (said := _GONE.search(shown) or _NUMBER.search(shown[:80])):
        return f"it says “{said[0].strip()}”"
    return None


def is_in_place_of_a_text(text: str) -> str | None:
    """Return the words with which an article's text says that the article was taken down, whatever its title.

    Some systems leave title and frame standing. What says more than that is an article that speaks of it, and
    that something cannot be shown may be meant for who has no program to read the article's files.
    """
    said = _TAKEN_DOWN.search(text) if len(text) <= NOTICE else None
    return f"it says “{said[0].strip()}”" if said else None


def has_file(page_text: str) -> bool:
    """Whether a page links to a document or an archive."""
    return _has_file(read_document(page_text, "http://localhost/"))


def is_template(page_text: str) -> str | None:
    """Return what of a page was never filled in: its title, or as much as stands there in earnest."""
    if not is_placeholder(page_text):
        return None
    document = read_document(page_text, "http://localhost/")
    node = document.tree.css_first("title")
    if node is not None and is_placeholder(node.text()):
        return f"its title is the template {squeeze(node.text())[:60]}"
    blocks = draw_outline(document).blocks
    empty = [block for block in blocks if is_placeholder(block.text)]
    written = sum(
        len(block.text) - block.linked for block in blocks if block.is_own and not is_placeholder(block.text)
    )
    titled = sum(is_title(link_text(anchor)) for anchor in document.tree.css("a[href]"))
    if written < WRITTEN * len(empty) and titled < 10 * len(empty):
        return f"it holds templates not filled in, such as {empty[0].text[:60]}"
    return None


def _shown(document: Document) -> str:
    body = document.tree.body
    return inner_text(body) if body is not None else ""


def _links(document: Document) -> int:
    return sum(
        document.resolve(anchor.attributes.get("href")) is not None for anchor in document.tree.css("a[href]")
    )


def _has_file(document: Document) -> bool:
    links = (document.resolve(anchor.attributes.get("href")) for anchor in document.tree.css("a[href]"))
    return any(url is not None and is_file(url) for url in links)
