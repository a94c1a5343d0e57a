"""What fuzzing found, each by a page that shows it: readings that hung, and results that were none.

`python -m bench.fuzz` looks for more. The pages are of a quarter of a MiB to a few, which are read in a
second or two; what grew with the square of its size took far more, mostly minutes.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from checks.addresses import canonical
from checks.headings import read_heading
from checks.titles import LONGEST_RAW, normalise
from monitor.net.decode import decode
from monitor.reading.article import read_article
from monitor.reading.home import read_home
from monitor.reading.listing import ListHints, read_listing
from monitor.reading.quality import is_template

PAGE = "https://www.example.gov.cn/zwgk/index.html"
LIMIT = 5.0  # seconds of CPU, under coverage too


def listed(page: str) -> object:
    return read_listing(page, PAGE)


def article(page: str) -> object:
    return read_article(page, PAGE)


def home(page: str) -> object:
    return read_home(page, PAGE)


def feed(page: str) -> object:
    return read_listing(page, PAGE, ListHints(format="feed"))


def numbered(unit: str, count: int) -> str:
    return "".join(unit.format(n) for n in range(count))


TEXT = f"<div id=zoom>{'文本。' * 20}</div>"

COSTLY: list[tuple[str, Callable[[str], object], str]] = [
    (
        "a run of dots was tried from each of its dots",
        listed,
        "<ul>" + f"<li><a href=x title=关于印发办法的通知>{'.' * 100_000}x</a>" * 2,
    ),
    (
        "a run of brackets before no date, likewise",
        home,
        f"<a href=x>关于印发办法的通知{'(' * 100_000}x</a>",
    ),
    (
        "every line that names a source was searched for links, all in one box",
        article,
        numbered("原文<a href={}>x</a><hr>", 10_000),
    ),
    (
        "every file's box was read whole for its first word",
        article,
        f"<div>{numbered('<a href={}.pdf>附件名称</a> ', 12_000)}",
    ),
    (
        "so was the text that many links stand beside",
        article,
        f"{TEXT}<table><tr><td>{'文本。' * 150_000}{numbered('<a href={}.pdf>x</a>', 20_000)}",
    ),
    (
        "what stands before a link without a name was read whole",
        home,
        f"<div>{'文本内容。' * 60_000}</div><div>{numbered('<a href={}><i></i></a>', 8_000)}",
    ),
    (
        "each part of the window title was held against each heading",
        article,
        f"<title>{'关于公布|' * 20_000}</title>{'<h1>关于印发办法</h1>' * 8_000}{TEXT}",
    ),
    (
        "each block was sought among those never filled in",
        is_template,
        numbered("<p>{{{{x{}}}}}</p>", 40_000),
    ),
    (
        "every place that may hold the text was searched for a file, each within the other",
        article,
        "<div class=view>" * 900 + "<p></p>" * 200_000,
    ),
    (
        "every link repeated a base address without end",
        listed,
        f"<base href='https://h/{'a' * 400_000}/'>{numbered('<a href={}.html>关于印发办法</a>', 2_500)}",
    ),
    (
        "a class was copied for every tag within its box",
        article,
        f"<div class='{'a' * 500_000}'>{'<p>关于印发办法</p>' * 20_000}</div>{TEXT}",
    ),
    ("the feed's head was searched from each of its lines", feed, "\n" * 100_000 + "<rss>"),
    ("and from each of its types", feed, "<!DOCTYPE[" * 60_000),
    (
        "each category was held against those before it",
        feed,
        f"<rss><channel><item>{numbered('<category>c{}</category>', 25_000)}",
    ),
    (
        "each tag of a text in a feed was weighed like one of the feed's own",
        feed,
        f"<rss><channel><item><title>x</title><description>{'<b>' * 250_000}",
    ),
    (
        "each of a thousand declarations was tried on all bytes",
        lambda page: decode(page.encode("gb18030") + b"\xff"),
        "<meta charset=big5>" * 800 + "关于印发办法的通知" * 300_000,
    ),
    (
        "index pages within one another were taken off one by one",
        canonical,
        "https://h/" + "index.html/" * 20_000,
    ),
    ("addresses within one another were unwrapped one by one", canonical, "https://h/?u=" * 20_000),
]


@pytest.mark.parametrize(("why", "read", "page"), COSTLY, ids=[row[0] for row in COSTLY])
def test_time_grows_with_the_page_and_no_faster(why: str, read: Callable[[str], object], page: str) -> None:
    started = time.process_time()
    read(page)
    assert time.process_time() - started < LIMIT, why


class TestAddresses:
    @pytest.mark.parametrize(
        ("href", "url"),
        [
            ("/a\x13b.html", "https://www.example.gov.cn/a%13b.html"),
            ("/a\x7fb.html", "https://www.example.gov.cn/a%7Fb.html"),
            ("/a b.html", "https://www.example.gov.cn/a%20b.html"),
        ],
    )
    def test_hold_no_controls(self, href: str, url: str) -> None:
        assert read_article(f'<div id=zoom><a href="{href}">x</a>{"文" * 50}</div>', PAGE).links == (url,)

    @pytest.mark.parametrize(
        "href",
        [
            "http://:80/x",
            "http://@/x",
            "https://a b.gov.cn/x",
            "http://a%20b/x",
            "http://<b>/x",
            "http://[x/1",
        ],
    )
    def test_lead_to_a_host(self, href: str) -> None:
        page = f'<ul><li><a href="{href}">关于印发办法的通知</a><i>2026-11-20</i></ul>'
        assert read_home(page, PAGE).rows == ()

    def test_are_no_longer_than_any(self) -> None:
        assert read_article(f"<div id=zoom><a href='/{'a' * 3000}'>x</a>{'文' * 50}</div>", PAGE).links == ()


class TestHalfCharacters:
    """JSON can write half of one, which neither a store nor an answer can hold."""

    def test_in_a_title(self) -> None:
        text = '[{"title": "关于\\ud800印发", "url": "/1"}, {"title": "关于\\ud83d\\ude00", "url": "/2"}]'
        titles = [row.title for row in read_listing(text, PAGE, ListHints(format="json")).rows]
        assert titles == ["关于\ufffd印发", "关于\U0001f600"]

    def test_in_an_address(self) -> None:
        text = '[{"title": "关于印发办法的通知", "url": "/\\udc00.html"}]'
        for row in read_listing(text, PAGE, ListHints(format="json")).rows:
            assert row.url.encode("utf-8")


@pytest.mark.parametrize("sign", ["&#99999999999;", "&#1114112;", "&#xd800;", "&#x110000;"])
def test_a_feed_keeps_its_rows_where_a_character_is_none(sign: str) -> None:
    item = "<item><title>关于{}的通知</title><link>/{}.html</link></item>"
    rss = f"<rss><channel>{item.format(sign, 1)}{item.format('印发办法', 2)}<broken></channel></rss>"
    rows = read_listing(rss, PAGE, ListHints(format="feed")).rows
    assert [row.title for row in rows] == ["关于\ufffd的通知", "关于印发办法的通知"]


def test_links_within_one_another_are_not_each_named_by_all_that_follows() -> None:
    page = TEXT + "附件" + numbered("<a href={}.pdf><marquee>", 200) + "文本" * 5_000
    assert sum(len(file.name) for file in read_article(page, PAGE).attachments) < len(page)


@pytest.mark.parametrize("read", [normalise, read_heading])
def test_titles_are_remembered_by_their_beginning_only(read: Callable[[str], object]) -> None:
    """Thousands of titles are kept; what a page puts into one must not fill the memory."""
    title = f"关于印发办法的通知{' ' * LONGEST_RAW}"
    assert read(title + "一" * 100_000) == read(title) == read("关于印发办法的通知")
