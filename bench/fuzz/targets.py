"""What is fuzzed: each target takes bytes, reads them and holds the promises against what comes out."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from selectolax.lexbor import LexborHTMLParser

from bench.fuzz.promises import PAGE, addresses, hold, twice
from checks.addresses import canonical
from checks.documents import Document
from checks.numbers import doc_numbers, normalise_doc_number
from checks.reposts import could_repost, match, same_policy
from checks.titles import normalise
from monitor.net.decode import decode
from monitor.reading.article import Article, read_article
from monitor.reading.footer import Footer, read_footer
from monitor.reading.home import Home, read_home
from monitor.reading.listing import ListHints, Listing, read_listing
from monitor.reading.markup import walk
from monitor.reading.quality import is_soft_404, is_stub, is_template
from monitor.reading.taming import HEADROOM, tame

TODAY = date(2026, 11, 24)
CUT = "\x1e"
"""Between the parts of an input that has several: a structure and its page, two titles, what is repeated."""

_REBUILT = re.compile(
    rb"<(/?)(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u|frameset)\b", re.IGNORECASE
)
"""Formatting tags are bounded in number, and nested framesets cost nothing."""

PUMPED = 48 * 1024
SLOW = 0.012  # seconds per KiB of a pumped page at which its growth is looked at


@dataclass(frozen=True, slots=True)
class Target:
    """Something to fuzz; `made_of` names the seeds and the mutations that suit it."""

    name: str
    run: Callable[[bytes], None]
    made_of: str
    what: str


def text_of(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def parts_of(data: bytes, count: int) -> list[str]:
    """Return so many parts of an input, the missing ones empty."""
    parts = text_of(data).split(CUT, count - 1)
    return parts + [""] * (count - len(parts))


# --- lists ---------------------------------------------------------------------------------------------


def read_found(data: bytes) -> None:
    """A list page without hints, then with the structure that was found."""
    page = text_of(data)
    listing = twice(lambda: read_listing(page, PAGE, today=TODAY), len(page))
    _judge_listing(listing)
    if listing.structure is None:
        return
    again = read_listing(page, PAGE, structure=listing.structure, today=TODAY)
    _judge_listing(again)
    found, kept = ({row.url for row in rows} for rows in (listing.rows, again.rows))
    hold("the structure leads to the rows", len(found & kept) * 2 >= len(found), (found, kept))


def read_remembered(data: bytes) -> None:
    """A structure that may be anything, and a page."""
    structure, page = parts_of(data, 2)
    _judge_listing(twice(lambda: read_listing(page, PAGE, structure=structure, today=TODAY), len(page)))


def read_hinted(data: bytes) -> None:
    """Hints that may be anything, and a page."""
    items, title, link, shown, page = parts_of(data, 5)
    hints = ListHints(None, items or None, title or None, link or None, shown or None)
    _judge_listing(twice(lambda: read_listing(page, PAGE, hints), len(data)))


def read_format(name: str) -> Callable[[bytes], None]:
    def read(data: bytes) -> None:
        page = text_of(data)
        _judge_listing(twice(lambda: read_listing(page, PAGE, ListHints(format=name)), len(page)))

    return read


def _judge_listing(listing: Listing) -> None:
    urls = [row.url for row in listing.rows]
    addresses(urls)
    addresses([listing.next_url] if listing.next_url else [])
    hold("one row for an address", len(set(urls)) == len(urls) or listing.method == "json", urls)
    hold(
        "rows have titles",
        listing.method == "sitemap" or all(row.title for row in listing.rows),
        listing.rows,
    )
    _judge_dates(row.date for row in listing.rows)


def _judge_dates(dates: Iterable[datetime | date | None]) -> None:
    for shown in dates:
        hold("times have a zone", not isinstance(shown, datetime) or shown.tzinfo is not None, shown)
        hold("dates are of this age", shown is None or 1948 <= shown.year <= 2300, shown)


# --- articles and home pages ---------------------------------------------------------------------------


def read_articles(data: bytes) -> None:
    page = text_of(data)
    article: Article = twice(lambda: read_article(page, PAGE), len(page))
    addresses(article.links)
    addresses(file.url for file in article.attachments)
    _judge_dates([article.published_at])
    hold("precision says what is there", (article.precision == "none") == (article.published_at is None))
    hold("fields are set or None", "" not in (article.title, article.doc_number, article.source), article)


def read_homes(data: bytes) -> None:
    page = text_of(data)
    home: Home = twice(lambda: read_home(page, PAGE, today=TODAY), len(page))
    addresses(row.url for row in (*home.rows, *home.columns))
    _judge_dates(row.date for row in home.rows)
    _judge_footer(home.footer)
    hold("the footer is the footer", home.footer == read_footer(page, PAGE))


def read_footers(data: bytes) -> None:
    page = text_of(data)
    _judge_footer(twice(lambda: read_footer(page, PAGE), len(page)))


def _judge_footer(footer: Footer) -> None:
    addresses(url for url in (footer.icp_url, footer.police_url) if url)
    codes = [code for code in (footer.site_id, footer.meta_site_id) if code is not None]
    hold("site codes have ten signs", all(len(code) == 10 for code in codes), codes)


def weigh_tags(data: bytes) -> None:
    """What a page repeats many times nests no deeper than it may, whatever hides its end tags."""
    before, unit, _ = parts_of(_REBUILT.sub(b"<\\1x", data), 3)
    tree = LexborHTMLParser(tame(before + unit * 200, deepest=10))
    depth = deepest = 0
    for entering, _ in walk(tree.root) if tree.root is not None else ():
        depth += 1 if entering else -1
        deepest = max(deepest, depth)
    hold("no deeper than it may", deepest <= 3 * (10 + HEADROOM), (deepest, unit))


def judge_quality(data: bytes) -> None:
    page = text_of(data)
    for judge in (is_stub, is_soft_404, is_template):
        reason = twice(lambda judge=judge: judge(page), len(page))  # type: ignore[misc]
        hold("a reason in words", reason is None or len(reason) > 8, reason)


def decode_bytes(data: bytes) -> None:
    """A header, what is asked for, and the bytes of a page."""
    header, asked, body = data.split(b"\x1e", 2) if data.count(b"\x1e") >= 2 else (b"", b"", data)
    read = twice(
        lambda: decode(body, header.decode("latin-1"), asked.decode("latin-1") or None),
        len(body) + len(header),
    )
    hold("an encoding is named", bool(read.encoding) and (bool(read.text) or len(body) <= 4), read)
    if read.how != "repair":
        hold("only a repair leaves holes", "\ufffd" not in read.text or b"\xef\xbf\xbd" in body, read)


# --- checks --------------------------------------------------------------------------------------------


def match_documents(data: bytes) -> None:
    """Two documents: title, number, address, text of each."""
    parts = parts_of(data, 8)
    ours, theirs = _document(*parts[:4]), _document(*parts[4:])
    found = twice(lambda: match(ours, theirs), len(data))
    hold("a score from 0 to 1", 0 <= found.score <= 1, found)
    hold("a proof where the same", found.same == (found.how is not None), found)
    hold("a sentence", found.why.endswith(".") and found.why[0].isupper(), found)
    hold("one policy from both sides", same_policy(ours, theirs) == same_policy(theirs, ours), parts)
    if found.same and found.how in ("title", "near_title") and theirs.title:
        hold("what matches is opened", could_repost(ours, theirs.title), found)


def _document(title: str, number: str, url: str, text: str) -> Document:
    return Document(url or None, title or None, number or None, TODAY, text or None, tuple(url.split()))


def judge_rows(data: bytes) -> None:
    """A source's title and a row's."""
    title, row = parts_of(data, 2)
    twice(lambda: could_repost(Document(title=title), row), len(data))
    hold(
        "a title may repost itself", could_repost(Document(title=title), title) or not normalise(title), title
    )


def normalise_titles(data: bytes) -> None:
    title = text_of(data)
    key = twice(lambda: normalise(title), len(title))
    hold("normalised once is normalised", normalise(key) == key, (key, normalise(key)))


def find_doc_numbers(data: bytes) -> None:
    text = text_of(data)
    found = twice(lambda: doc_numbers(text), len(text))
    hold("each number once", len(set(found)) == len(found), found)
    for number in found[:20]:
        hold("a number is a number", doc_numbers(number) == (number,), (number, doc_numbers(number)))
    stated = twice(lambda: normalise_doc_number(text), len(text))
    hold("a stated number once is enough", normalise_doc_number(stated) == stated, stated)


def fold_addresses(data: bytes) -> None:
    url = text_of(data)
    folded = twice(lambda: canonical(url), len(url))
    hold("folded once is folded", canonical(folded) == folded, (folded, canonical(folded)))


# --- cost ----------------------------------------------------------------------------------------------


def pumped(read: Callable[[str], object], slow: float = SLOW) -> Callable[[bytes], None]:
    """Repeat the middle part of an input until it is a page; the time must not grow faster than the page.

    Where a page takes less than `slow` seconds a KiB, its growth is not looked at.
    """

    def run(data: bytes) -> None:
        before, unit, after = parts_of(data, 3)
        if not unit:
            return
        seconds = _cost(read, before, unit, after, PUMPED)
        note_cost(int(seconds / PUMPED * 1024 * 4000))
        if seconds < slow * PUMPED / 1024:
            return
        doubled = min(_cost(read, before, unit, after, 2 * PUMPED) for _ in range(2))
        detail = f"{seconds:.2f} s for {PUMPED // 1024} KiB, {doubled:.2f} s for twice that"
        hold("time grows with the page only", doubled < 2.7 * seconds, detail)
        hold("a KiB is cheap", seconds < 4 * slow * PUMPED / 1024, detail)

    return run


def _cost(read: Callable[[str], object], before: str, unit: str, after: str, size: int) -> float:
    page = before + unit * (size // len(unit.encode("utf-8")) + 1) + after
    started = time.process_time()
    read(page)
    return time.process_time() - started


def note_cost(steps: int) -> None:
    """Let the fuzzer see a costlier input as one that reached something new: it counts the rounds."""
    for _ in range(min(steps, 200)):
        pass


SOURCE = Document(
    title="国务院办公厅关于印发《优化营商环境若干措施》的通知", text="优化营商环境若干措施。" * 90
)

_TARGETS = (
    Target("list", read_found, "list", "list pages, and again with the structure found"),
    Target("remembered", read_remembered, "remembered", "list pages with any structure whatever"),
    Target("hinted", read_hinted, "hinted", "list pages with any hints whatever"),
    Target("feed", read_format("feed"), "feed", "feeds"),
    Target("json", read_format("json"), "json", "lists in JSON"),
    Target("sitemap", read_format("sitemap"), "sitemap", "sitemaps"),
    Target("article", read_articles, "article", "article pages"),
    Target("home", read_homes, "home", "home pages, their footers included"),
    Target("footer", read_footers, "home", "footers alone"),
    Target("depth", weigh_tags, "pumped", "how deep the tags of a page may nest"),
    Target("quality", judge_quality, "article", "stubs, soft 404s and templates"),
    Target("decode", decode_bytes, "bytes", "bytes to text"),
    Target("match", match_documents, "pair", "two documents compared"),
    Target("rows", judge_rows, "titles", "whether a row is worth opening"),
    Target("titles", normalise_titles, "titles", "titles normalised"),
    Target("numbers", find_doc_numbers, "titles", "document numbers"),
    Target("addresses", fold_addresses, "urls", "addresses folded"),
    Target(
        "cost-list", pumped(lambda page: read_listing(page, PAGE)), "pumped", "the cost of lists of any shape"
    ),
    Target(
        "cost-article",
        pumped(lambda page: read_article(page, PAGE)),
        "pumped",
        "the cost of articles of any shape",
    ),
    Target(
        "cost-home",
        pumped(lambda page: read_home(page, PAGE)),
        "pumped",
        "the cost of home pages of any shape",
    ),
    Target(
        "cost-quality",
        pumped(lambda page: (is_stub(page), is_soft_404(page), is_template(page))),
        "pumped",
        "the cost of telling stubs, soft 404s and templates",
    ),
    Target(
        "cost-data",
        pumped(
            lambda page: [read_listing(page, PAGE, ListHints(kind)) for kind in ("feed", "json", "sitemap")]
        ),
        "data",
        "the cost of feeds, JSON and sitemaps of any shape",
    ),
    Target(
        "cost-checks",
        pumped(
            lambda text: (
                match(SOURCE, Document(url=text, title=text, doc_number=text, text=text)),
                could_repost(SOURCE, text),
                canonical(f"https://www.example.gov.cn/?{text}"),
            )
        ),
        "pair",
        "the cost of comparing titles, texts and addresses of any shape",
    ),
)
TARGETS = {target.name: target for target in _TARGETS}
