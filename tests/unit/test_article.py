"""Articles: what a page declares by tags, what it shows in labelled places, and what is neither."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.reading.article import Article, Attachment, as_json, read_article

ZONE = ZoneInfo("Asia/Shanghai")
URL = "https://www.example.gov.cn/zwgk/zcwj/202611/t20261120_1.html"
TITLE = "示例县人民政府关于印发优化营商环境若干措施的通知"
BODY = (
    "<p>各乡镇人民政府，县政府各部门：</p>"
    + "<p>现将《若干措施》印发给你们，请认真贯彻执行，及时报告情况。</p>" * 8
)
DAY = date(2026, 11, 20)
MINUTE = datetime(2026, 11, 20, 9, 30, tzinfo=ZONE)
FOOTER = (
    "<div class='footer'>主办单位：示例县人民政府办公室　网站标识码：3408990001 皖ICP备12345678号"
    "<br>更新时间：2026-11-24 08:00 版权所有 2016-2026</div>"
)


def page(info: str, *, head: str = "", title: str = TITLE, body: str = BODY, around: str = "") -> str:
    return (
        f"<html><head><title>{title}_示例县人民政府</title>"
        f"<meta name='SiteName' content='示例县人民政府'>{head}</head>"
        "<body><div class='nav'><a href='/'>首页</a><a href='/zwgk/'>政务公开</a></div>"
        "<div class='crumb'>当前位置：首页 &gt; 政务公开 &gt; 政策文件</div>"
        f"{around}<div class='main'><h1>{title}</h1><div class='xx'>{info}</div>"
        f"<div id='zoom'>{body}</div></div>{FOOTER}</body></html>"
    )


def read(text: str) -> Article:
    return read_article(text, URL)


@pytest.mark.parametrize(
    ("head", "value", "precision"),
    [
        ("<meta name='PubDate' content='2026-11-20 09:30'>", MINUTE, "minute"),
        ("<META NAME='pubdate' CONTENT='2026-11-20 09:30:05'>", MINUTE.replace(second=5), "second"),
        ("<meta name='PubDate' content='2026/11/20'>", DAY, "day"),
        ("<meta name='PubDate' content='2026-11-20 00:00'>", MINUTE.replace(hour=0, minute=0), "minute"),
        (
            "<meta name='PubDate' content=''><meta name='PubDate' content='2026-11-20 09:30'>",
            MINUTE,
            "minute",
        ),
        ("<meta name='PubDate' content='{{pubDate}}'><meta name='pubDate' content='2026-11-20'>", DAY, "day"),
        ("<meta name='firstpublishedtime' content='2026-11-20-09:30:00'>", MINUTE, "second"),
        ("<meta property='article:published_time' content='2026-11-20T01:30:00Z'>", MINUTE, "second"),
        (
            "<meta name='lastmodifiedtime' content='2026-11-21-09:30:00'>",
            None,
            "none",
        ),  # not when it was published
        ("<meta name='PubDate' content='not yet'>", None, "none"),
    ],
)
def test_tags_declare_the_time(head: str, value: datetime | date | None, precision: str) -> None:
    article = read(page("", head=head))
    assert (article.published_at, article.precision) == (value, precision)


@pytest.mark.parametrize(
    ("info", "value"),
    [
        ("发布时间：2026-11-20 09:30 来源：县政府办", MINUTE),
        ("<span>来源：县政府办</span><span>发布日期：</span><span>2026年11月20日</span>", DAY),
        (
            "<table><tr><td>发布时间</td><td>2026-11-20 09:30</td><td>来源</td><td>本网</td></tr></table>",
            MINUTE,
        ),
        ("发 布 时 间 ： 2026-11-20 09:30", MINUTE),
        ("时间：2026-11-20 09:30　字体：大 中 小", MINUTE),
        ("【发布日期】：2026-11-20", DAY),
        ("发布日期：二〇二六年十一月二十日", DAY),  # not the footer's in figures
        ("公开日期：2026-11-20", DAY),
        ("发表时间： 2026-11-20 09:30:00 浏览量：1024", MINUTE),
        ("2026-11-20 09:30 来源：县政府办 字号：大 中 小", MINUTE),
        ("<span class='pub-date'>2026-11-20 09:30</span>", MINUTE),
        ("<span id='pubTime'>2026年11月20日 09:30</span>", MINUTE),
        ("<ul><li>2026-11-20</li><li>来源：县政府办</li><li>打印</li></ul>", DAY),
        ("更新时间：2026-11-20 09:30", MINUTE),  # the only one there is
        ("更新时间：2026-11-22 10:00 发布时间：2026-11-20 09:30", MINUTE),
        ("成文日期：2026-11-11 发布日期：2026-11-20", DAY),
        ("发文机关：县政府 成文日期：2026年11月11日 发布日期：2026年11月20日 有效期：2028-11-20", DAY),
    ],
)
def test_labelled_places_show_the_time(info: str, value: datetime | date) -> None:
    article = read(page(info))
    assert article.published_at == value


@pytest.mark.parametrize(
    "info",
    [
        "",  # the footer's is not the article's
        "成文日期：2026-11-11",  # signed, not published
        "发文日期：2026-11-11",
        "生效日期：2026-12-01 失效日期：2031-12-01",
        "实施日期：2026年12月01日",
        "今天是2026年11月24日 星期二",
        "<div class='xgjd'><a href='/j.html'>一图读懂若干措施</a><span>2026-11-23</span></div>",
        "留言时间：2026-11-11",
        "采购公告发布时间：2026-11-11",
    ],
)
def test_other_dates_are_not_the_publications(info: str) -> None:
    assert read(page(info)).published_at is None


def test_dates_within_the_text_are_not_the_publications() -> None:
    body = BODY + "<p>本措施自2026年12月1日起施行。</p><p>示例县人民政府</p><p>2026年11月11日</p>"
    assert read(page("", body=body)).published_at is None


@pytest.mark.parametrize(
    ("tag", "info", "value"),
    [
        ("2026-11-20", "发布时间：2026-11-20 09:30", MINUTE),  # the same day, and when on it
        ("2026-11-20 00:00:00", "发布时间：2026-11-20 09:30", MINUTE),
        ("2026-11-20 09:30", "发布时间：2026-11-20", MINUTE),
        ("2026-11-20 09:30", "发布时间：2026-11-19 18:00", MINUTE),  # the declared one is the site's word
    ],
)
def test_tag_and_place_complete_each_other(tag: str, info: str, value: datetime) -> None:
    article = read(page(info, head=f"<meta name='PubDate' content='{tag}'>"))
    assert article.published_at == value


class TestTitle:
    """The title comes from its tag, a confirmed heading, a label, or the window's title."""

    @pytest.mark.parametrize(
        "text",
        [
            f"<meta name='ArticleTitle' content='{TITLE}'><title>文章页</title><h1>示例县人民政府</h1>",
            f"<meta name='articletitle' content='&lt;span&gt;{TITLE}&lt;/span&gt;'>",
            f"<title>{TITLE} - 示例县人民政府</title><h1>示例县人民政府</h1><h2>{TITLE}</h2>",
            f"<title>示例县人民政府门户网站-{TITLE}</title>",
            f"<title>示例县人民政府 | {TITLE}</title>",
            f"<title>{TITLE}_政策文件_示例县人民政府</title><h1>您当前所在的位置：首页&gt;政策文件</h1>",
            f"<title>{TITLE[:16]}...</title><div class='title'>{TITLE}</div>",
            f"<title>示例县人民政府</title><div class='article-title'>{TITLE}</div>",
            f"<title>信息公开</title><table><tr><td>标　　题：</td><td>{TITLE}</td></tr></table>",
            f"<title>{{{{title}}}}</title><h1>{TITLE}</h1>",
            f"<h1>{TITLE[:10]}<br>{TITLE[10:]}</h1>",
            f"<ucaptitle>{TITLE}</ucaptitle>",
            f"<div><p><b>{TITLE}</b></p><p>发布时间：2026-11-20 来源：县政府办</p></div>",
        ],
    )
    def test_is_found(self, text: str) -> None:
        article = read(f"{text}<div id='zoom'>{BODY}</div>")
        assert article.title is not None
        assert article.title.replace(" ", "") == TITLE

    def test_a_number_in_brackets_below_it_belongs_to_it(self) -> None:
        box = "<div class='title'><p>行政处罚信息公开表</p><p>（示罚决字〔2026〕5号）</p></div>"
        article = read(f"<title>示例县人民政府</title>{box}<div id='zoom'>{BODY}</div>")
        assert article.title == "行政处罚信息公开表（示罚决字〔2026〕5号）"

    def test_a_dash_within_it_stays(self) -> None:
        title = "“社保服务进万家”问答课堂——如何办理转移接续"
        assert read(f"<title>{title} - 示例县人民政府</title><div>{BODY}</div>").title == title

    def test_words_of_asides_may_stand_within_it(self) -> None:
        title = "关于做好相关附件报送工作的通知"
        assert read(f"<h1>{title}</h1><div id='zoom'>{BODY}</div>").title == title

    def test_where_there_is_none_there_is_none(self) -> None:
        assert read("<p>hello</p>").title is None


class TestText:
    """The text is the article's own: by known places, else the densest block."""

    @pytest.mark.parametrize(
        "place",
        [
            "<div id='zoom'>",
            "<div class='TRS_Editor'>",
            "<td id='UCAP-CONTENT'>",
            "<div class='article-content'>",
            "<div>",
            "<td>",
        ],
    )
    def test_is_found_without_what_stands_around(self, place: str) -> None:
        tag = place[1:].partition(" ")[0].rstrip(">")
        around = "<div class='nav'>" + "<a href='/x/'>政府信息公开</a>" * 30 + "</div>"
        html = (
            f"{around}<table><tr>{place}{BODY}</{tag}></tr></table>{FOOTER}"
            if tag == "td"
            else f"{around}{place}{BODY}</{tag}>{FOOTER}"
        )
        text = read(html).text
        assert text.startswith("各乡镇人民政府")
        assert "政府信息公开" not in text and "主办单位" not in text
        assert text.count("\n") == 8  # a paragraph a line

    def test_a_page_without_text_has_none(self) -> None:
        assert read("<div><a href='/'>首页</a></div>").text == ""


@pytest.mark.parametrize(
    ("info", "body", "title", "number"),
    [
        ("<p>发文字号：示政发〔2026〕5号</p>", BODY, TITLE, "示政发〔2026〕5号"),
        ("<p>文 号： 示政办发[2026] 12 号</p>", BODY, TITLE, "示政办发〔2026〕12号"),
        (
            "<p>文号：</p><p>发布日期：2026-11-20</p>",
            f"<p>示政发〔2026〕5号</p>{BODY}",
            TITLE,
            "示政发〔2026〕5号",
        ),
        ("", f"<p align=center>{TITLE}</p><p>示政发（2026）5号</p>{BODY}", TITLE, "示政发〔2026〕5号"),
        ("", BODY, "行政处罚信息公开表（示罚决字〔2026〕52号）", "示罚决字〔2026〕52号"),
        ("", BODY + "<p>根据《通知》（国办发〔2024〕5号）精神，制定本措施。</p>", TITLE, None),  # a citation
        (
            "",
            "<p>国办发〔2024〕5号文件印发后，我县迅速行动，全面落实各项任务，取得明显成效。</p>" + BODY,
            TITLE,
            None,
        ),
        ("", BODY, "转发国办发〔2024〕5号文件的通知", None),
        ("<p>发文字号：无</p>", BODY, TITLE, None),
    ],
)
def test_a_number_is_the_documents_own(info: str, body: str, title: str, number: str | None) -> None:
    assert read(page(info, body=body, title=title)).doc_number == number


@pytest.mark.parametrize(
    ("head", "info", "source"),
    [
        ("<meta name='ContentSource' content='中国政府网'>", "来源：本网", "中国政府网"),
        ("<meta name='contentsource' content=''>", "来源：中国政府网 浏览次数：3", "中国政府网"),
        ("", "发布时间：2026-11-20 09:30　信息来源：县政府办公室　字体：大 中 小", "县政府办公室"),
        ("", "<span>来源：</span><span>新华社</span>", "新华社"),
        ("", "来源： 发布时间：2026-11-20", None),
        ("", "", None),
    ],
)
def test_the_source_is_named(head: str, info: str, source: str | None) -> None:
    assert read(page(info, head=head)).source == source


@pytest.mark.parametrize("head", ["<meta name='SiteIDCode' content='3408990001'>", ""])
def test_the_site_code_is_the_tags_or_the_footers(head: str) -> None:
    assert read(page("", head=head)).site_id == "3408990001"


def test_attachments_are_those_of_the_text_and_of_its_file_box() -> None:
    body = (
        BODY
        + "<p>附件：<a href='./P1.pdf'>1.任务分工表.pdf</a></p>"
        + "<p><a href='/files/2.OFD?d=1' title='附件2.ofd'></a></p>"
    )
    box = "<div class='fujian'><ul><li><a href='/down?id=3&name=x.docx'>附件3</a></li></ul></div>"
    box += "<div><a href='/other.zip'>常用软件</a></div>"
    article = read(page("", body=body, around=box))
    assert article.attachments == (
        Attachment("https://www.example.gov.cn/zwgk/zcwj/202611/P1.pdf", "1.任务分工表.pdf"),
        Attachment("https://www.example.gov.cn/files/2.OFD?d=1", "附件2.ofd"),
        Attachment("https://www.example.gov.cn/down?id=3&name=x.docx", "附件3"),
    )


def test_links_are_those_of_the_text_and_of_its_source() -> None:
    body = (
        BODY
        + "<p><a href='http://www.gov.cn/zhengce/content_1.htm'>国务院办公厅通知</a>"
        + "<a href='javascript:x()'>打印</a></p>"
    )
    article = read(page("来源：<a href='http://www.gov.cn/'>中国政府网</a>", body=body))
    assert article.links == ("http://www.gov.cn/zhengce/content_1.htm", "http://www.gov.cn/")


@pytest.mark.parametrize(
    "text",
    [
        "<meta http-equiv='Refresh' content='0; URL=http://www.gov.cn/zhengce/content_1.htm'>",
        "<script>window.location.href = 'http://www.gov.cn/zhengce/content_1.htm';</script>",
        "<script>location.replace('http://www.gov.cn/zhengce/content_1.htm')</script><p>正在跳转</p>",
    ],
)
def test_a_page_that_only_redirects_links_to_where_it_leads(text: str) -> None:
    assert read(text).links == ("http://www.gov.cn/zhengce/content_1.htm",)


def test_as_json_is_what_the_contract_promises() -> None:
    shown = as_json(read(page("发布时间：2026-11-20 09:30 来源：县政府办")))
    assert list(shown) == [
        "url", "title", "doc_number", "published_at", "precision", "source", "site_id", "text",
        "attachments", "links",
    ]  # fmt: skip
    assert (shown["published_at"], shown["precision"]) == ("2026-11-20T09:30:00+08:00", "minute")
    assert as_json(read(page("发布时间：2026-11-20")))["published_at"] == "2026-11-20"
    assert as_json(read(""))["published_at"] is None


WORDS = f"""<html> <head> <title> </title> <meta\tname=PubDate\tcontent=2026-11-20> <h1> </h1> {TITLE}
发布时间： 2026-11-20 09:30 二〇二六年十一月二十日 来源： <div\tid=zoom> <div\tclass=nav> </div> <table>
<td> </table> <p> <br> <a\thref=x.pdf> </a> 示政发〔2026〕5号 <script>location.href='x'</script> <!-- <svg>
<template> {{{{ 附件 ({{ &#xd800; <base\thref=//[> 标题： _ | - 号"""


@settings(max_examples=300, deadline=None)
@given(st.one_of(
    st.lists(st.sampled_from(WORDS.replace("\n", " ").split(" ")), max_size=50).map("".join),
    st.text(),
    st.binary(max_size=300).map(lambda raw: raw.decode("latin-1")),
    st.integers(0, 3000).map(lambda cut: page("发布时间：2026-11-20 09:30", body=BODY)[:cut]),
))  # fmt: skip
def test_no_page_breaks_the_reading(text: str) -> None:
    article = read(text)
    assert (article.published_at is None) == (article.precision == "none")
    assert isinstance(article.published_at, datetime) == (article.precision in ("minute", "second"))
    assert all(link.startswith("http") for link in article.links)


@pytest.mark.parametrize(
    "text",
    [
        "<div>" * 200_000,
        "<div class=view>" * 900 + "<p>文本内容</p>" * 60_000,
        "<table><tr>" + "<td>发布日期</td><td>2026-11-20</td>" * 25_000,
        "发布时间：" * 200_000,
        "<title>" + "-|_" * 300_000,
        "<h1>" + "示政发〔2026〕5号" * 60_000,
        "<p>" + "<a href=x>" * 90_000,
    ],
    ids=["depth", "places", "cells", "labels", "separators", "numbers", "links"],
)
def test_a_hostile_page_of_a_mebibyte_is_read_to_its_end(text: str) -> None:
    read(text)
