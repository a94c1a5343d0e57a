"""Feeds and sitemaps: entries with their dates, and nothing opened or expanded on the way."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.reading.feed import read_feed, read_sitemap
from monitor.reading.listing import ListHints, read_listing

ZONE = ZoneInfo("Asia/Shanghai")
URL = "https://www.example.gov.cn/rss/zcwj.xml"

RSS = """<?xml version="1.0" encoding="gb2312"?>
<rss version="2.0"><channel><title>政策文件</title><link>https://www.example.gov.cn/</link>
<item><title><![CDATA[关于印发《<b>办法</b>》的通知]]></title><link>/zwgk/1.html</link><pubDate>{date}</pubDate></item>
<item><title>没有地址的条目</title></item>
<item><title>第二件</title><link>https://www.example.gov.cn/zwgk/2.html</link></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>政策文件</title>
<entry><title>关于数据开放的公告</title><link href="zwgk/3.html"/>
<updated>2026-11-20T01:02:03Z</updated></entry></feed>"""


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("Fri, 20 Nov 2026 09:02:03 +0800", datetime(2026, 11, 20, 9, 2, 3, tzinfo=ZONE)),
        ("Fri, 20 Nov 2026 01:02:03 GMT", datetime(2026, 11, 20, 9, 2, 3, tzinfo=ZONE)),
        ("2026-11-20 09:02:03", datetime(2026, 11, 20, 9, 2, 3, tzinfo=ZONE)),  # no offset: the office's zone
        ("2026-11-20", date(2026, 11, 20)),
        ("soon", None),
    ],
)
def test_rss_is_read_as_the_office_would_date_it(written: str, value: datetime | date | None) -> None:
    listing = read_listing(RSS.format(date=written), URL)
    assert listing.method == "feed"
    assert [(row.title, row.url) for row in listing.rows] == [
        ("关于印发《办法》的通知", "https://www.example.gov.cn/zwgk/1.html"),
        ("第二件", "https://www.example.gov.cn/zwgk/2.html"),
    ]
    assert [row.date for row in listing.rows] == [value, None]


def test_atom_is_read() -> None:
    listing = read_listing(ATOM, URL, ListHints(format="feed"))
    assert listing.rows[0].url == "https://www.example.gov.cn/rss/zwgk/3.html"
    assert listing.rows[0].date == datetime(2026, 11, 20, 9, 2, 3, tzinfo=ZONE)


SITEMAP = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="urn:news">
<url><loc>https://www.example.gov.cn/zwgk/1.html?a=1&amp;b=2</loc><lastmod>2026-11-18</lastmod></url>
<url><loc><![CDATA[https://www.example.gov.cn/zwgk/2.html]]></loc><lastmod>2026-11-20T09:00:00+08:00</lastmod>
<news:news><news:title>关于印发办法的通知</news:title></news:news></url>
<url><loc>https://www.example.gov.cn/zwgk/3.html</loc></url>
<url><lastmod>2026-11-19</lastmod></url></urlset>"""
INDEX = """<sitemapindex><sitemap><loc>https://www.example.gov.cn/s1.xml</loc><lastmod>2026-01-01</lastmod></sitemap>
<sitemap><loc>https://www.example.gov.cn/s2.xml</loc><lastmod>2026-11-01</lastmod></sitemap></sitemapindex>"""


def test_a_sitemap_gives_its_pages_the_newest_first() -> None:
    listing = read_listing(SITEMAP, URL)
    assert listing.method == "sitemap"
    assert [(row.title, row.url[-7:]) for row in listing.rows] == [
        ("关于印发办法的通知", "/2.html"),
        ("", "a=1&b=2"),
        ("", "/3.html"),
    ]
    assert listing.rows[0].date == datetime(2026, 11, 20, 9, tzinfo=ZONE)


def test_a_sitemap_index_leads_to_the_one_that_changed_last() -> None:
    listing = read_listing(INDEX, URL)
    assert (listing.rows, listing.next_url) == ((), "https://www.example.gov.cn/s2.xml")


@pytest.mark.parametrize("form", ["rss", "sitemap"])
def test_entities_open_no_file(tmp_path: Path, form: str) -> None:
    """XXE (cf. changedetection.io's test_xml_security): what stands in a file is never read into a title."""
    secret = tmp_path / "secret.txt"
    secret.write_text("机密内容", encoding="utf-8")
    head = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'
    body = {
        "rss": "<rss><channel><item><title>题&e;目</title><link>/1</link></item></channel></rss>",
        "sitemap": "<urlset><url><loc>https://a.gov.cn/&e;</loc><title>&e;</title></url></urlset>",
    }[form]
    listing = read_listing(f'<?xml version="1.0"?>{head}{body}', URL)
    assert "机密" not in repr(listing)


def test_entities_do_not_multiply() -> None:
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    item = "<item><title>&a9;</title><link>/1</link></item>"
    bomb = f'<!DOCTYPE x [<!ENTITY a0 "哈">{levels}]><rss><channel>{item}</channel></rss>'
    assert sum(len(row.title) for row in read_listing(bomb, URL, ListHints(format="feed")).rows) < 1000


def test_a_text_that_looks_like_an_address_is_not_opened(tmp_path: Path) -> None:
    feed = tmp_path / "feed.xml"
    feed.write_text(RSS.format(date="2026-11-20"), encoding="utf-8")
    assert read_feed(str(feed), URL) == []
    assert read_feed(feed.as_uri(), URL) == []


def test_a_feed_of_a_mebibyte_is_read_in_time() -> None:
    items = "<item><title>关于印发办法的通知</title><link>/1</link></item>" * 14_000
    read_feed(f"<rss><channel>{items}</channel></rss>", URL)


WORDS = """<rss> <channel> <item> <title> </title> <link> /1 </link> </item> <pubDate> 2026-11-20 <feed>
<entry> &#xd800; &#99999999; &#x; <![CDATA[ ]]> <!-- <!DOCTYPE [ > <?xml ?> <textinput> <where><gml:pos>a
</url> <urlset> <url> <loc> <lastmod> <itunes:duration> <media:content> <rdf:RDF> xml:base='http://[x'"""


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(WORDS.split()), max_size=30).map("".join) | st.text())
def test_no_feed_breaks_the_reading(text: str) -> None:
    assert all(row.title and row.url for row in read_feed(f"<rss>{text}", URL))
    assert all(row.url for row in read_sitemap(f"<urlset>{text}", URL).rows)
