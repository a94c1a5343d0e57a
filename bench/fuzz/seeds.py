"""What fuzzing starts from: made pages of every structure, and saved ones where a folder is given."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.fuzz.targets import CUT
from tests.made_lists import FRAMES, STRUCTURES, made_rows

LARGEST = 24 * 1024

_SILENT = re.compile(r"<(script|style)\b.*?</\1>|<!--.*?-->", re.DOTALL | re.IGNORECASE)

ARTICLE = """<html><head><title>关于印发《示例县优化营商环境若干措施》的通知_示例县人民政府</title>
<meta name="ArticleTitle" content="关于印发《示例县优化营商环境若干措施》的通知"><meta name="PubDate" content="2026-11-20 09:30">
<meta name="SiteIDCode" content="3408990001"><meta name="ContentSource" content="示例县人民政府办公室"></head><body>
<div class="crumb"><a href="/">首页</a> &gt; <a href="/zwgk/">政务公开</a></div><h1>关于印发《示例县优化营商环境若干措施》的通知</h1>
<div class="info">发布时间：2026-11-20 09:30 来源：示例县人民政府办公室 浏览次数：<span>12</span></div><p>示政办发〔2026〕5号</p>
<div id="zoom"><p>各乡镇人民政府，县政府各部门：</p><p>现将《示例县优化营商环境若干措施》印发给你们，请认真贯彻执行。</p>
<p>附件：<a href="./P020261120.pdf">示例县优化营商环境若干措施.pdf</a></p><p>原文链接：<a href="https://www.gov.cn/1.htm">国务院</a></p>
<p>二〇二六年十一月二十日</p></div><div class="footer">主办：示例县人民政府办公室 皖ICP备12345678号-1
<a href="http://www.beian.gov.cn/portal/registerSystemInfo?recordcode=34089902000001">皖公网安备 34089902000001号</a> 网站标识码：3408990001</div></body></html>"""

BARE_ARTICLE = """<body><table><tr><td>名称</td><td>关于开展水利普查的公告</td></tr><tr><td>发文字号：</td><td>示政〔2026〕7号</td></tr>
<tr><td>发布日期：</td><td>2026年11月20日</td></tr></table><div class=view>为做好水利普查，现就有关事项公告如下，请各单位认真执行并按时报送有关材料和数据。</div>"""

STUBS = (
    "<html><head><meta http-equiv=refresh content='0; url=/index.html'></head></html>",
    "<script>window.location.href='/main/index.html'</script>",
    "<title>404</title><body>您访问的页面不存在</body>",
    "<title>{{title}}</title><p>{{ item.name }}</p><a href='/1.html'>{{ item.title }}</a>",
    "<frameset><frame src='/main.html'></frameset>",
)
FEEDS = (
    """<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>示例县</title><item><title>关于印发办法的通知</title>
<link>https://www.example.gov.cn/1.html</link><pubDate>Fri, 20 Nov 2026 09:30:00 +0800</pubDate></item><item><title><![CDATA[关于<b>水利</b>普查]]></title>
<link>/2.html</link><dc:date>2026-11-19</dc:date></item></channel></rss>""",
    """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="/zwgk/"><entry><title type="html">关于印发&lt;办法&gt;的通知</title>
<link rel="alternate" href="3.html"/><updated>2026-11-20T09:30:00Z</updated><content type="xhtml"><div>x</div></content></entry></feed>""",
    """<!DOCTYPE rss [<!ENTITY x "办法">]><rdf:RDF><item><title>关于印发&x;的通知</title><link>4.html</link></item></rdf:RDF>""",
)
JSONS = (
    '{"code":0,"data":{"total":2,"list":[{"title":"关于印发办法的通知","url":"/1.html","pubDate":"2026-11-20"},'
    '{"docTitle":"关于水利普查的公告","docPubUrl":"./2.html","pubtime":1795138200000}]}}',
    'callback([{"title":"<b>关于</b>开展普查的公告","link":"3.html","date":"2026-11-20 09:30:00"}]);',
    '[{"a":{"rows":[{"bt":"关于印发规划的通知\\u003c","href":"x","date":20261120}]}}]',
)
SITEMAPS = (
    """<?xml version="1.0"?><urlset xmlns:news="x"><url><loc>https://www.example.gov.cn/1.html</loc><lastmod>2026-11-20</lastmod>
<news:news><news:title>关于印发办法的通知</news:title><news:publication_date>2026-11-20T09:30:00+08:00</news:publication_date></news:news></url></urlset>""",
    "<sitemapindex><sitemap><loc><![CDATA[https://www.example.gov.cn/s1.xml]]></loc><lastmod>2026-11-20</lastmod></sitemap></sitemapindex>",
)
TITLES = (
    "国务院办公厅关于印发《优化营商环境若干措施》的通知",
    "国务院办公厅转发国家发展改革委关于推动城市高质量发展意见的通知（国办发〔2026〕5号）",
    "【转载】国务院关于…的意见_示例县人民政府网站",
    "関於進一步加強防汛(fángxùn)工作的通知 [2026-11-20]",
    "第二十四届文化节公告 公告2026年第3号 令第12号",
    "鍥藉姟闄㈠叧浜庡嵃鍙戞柟妗堢殑閫氱煡",
    "&lt;b&gt;关于&#x5370;发<font color=red>办法</font>的通知&nbsp;附全文",
)
URLS = (
    "http://www.gov.cn:80/zhengce/content/202411/index.html?from=timeline#/x",
    "https://big5.example.gov.cn/gate/big5/www.gov.cn/a/../b/./c.htm;jsessionid=1?b=2&a=1&utm_source=x",
    "https://www.example.gov.cn/redirect?url=https%3A%2F%2Fwww.gov.cn%2F1.htm",
    "https://www.a.gov.cnhttps://www.gov.cn/x",
    "http://www-gov-cn.ipv6.example.gov.cn/1.html",
    "http://[::1]:8080/%e5%85%ac?q=%B9%AB",
)


def seeds(made_of: str, pages: Path | None = None) -> Iterator[bytes]:
    """Yield the seeds of a kind, those from the folder of saved pages last."""
    yield from (text.encode("utf-8") for text in _MADE[made_of]())
    if made_of == "bytes":
        yield from (f"text/html; charset=gbk{CUT}{CUT}<meta charset=gb2312>{ARTICLE}".encode("gb18030"),)
        yield from (ARTICLE[:300].encode(codec) for codec in ("gb18030", "utf-16"))
        yield "關於進一步加強防汛工作的通知，各鄉鎮人民政府".encode("big5")
    if pages is not None and made_of in ("list", "article", "home", "bytes"):
        yield from map(_page, sorted(pages.glob("*.html")))


def _page(path: Path) -> bytes:
    """Return a saved page; one that is too large without its scripts first, then without its beginning."""
    raw = path.read_bytes()
    if len(raw) > LARGEST:
        raw = _SILENT.sub("", raw.decode("utf-8", "replace")).encode("utf-8")
    return raw[max(0, (len(raw) - LARGEST) // 3) :][:LARGEST]


def _lists() -> Iterator[str]:
    rows = made_rows(5)
    for number, structure in enumerate(STRUCTURES.values()):
        yield list(FRAMES.values())[number % 3 if number % 7 == 0 else 0].replace("{list}", structure(rows))


def _homes() -> Iterator[str]:
    yield ARTICLE
    yield FRAMES["full"].replace("{list}", next(iter(STRUCTURES.values()))(made_rows(3)))
    yield "<h3>通知公告</h3><a href=/tz/>更多&gt;&gt;</a><ul><li><a href=/1.html title='关于印发办法的通知'>关于印…</a>11-20</li></ul>"


def _pumped() -> Iterator[str]:
    item = "<li><a href='/zwgk/202611/t20261120_1.html' title='关于印发办法的通知'>关于印发…</a><span>2026-11-20</span></li>"
    yield f"<ul>{CUT}{item}{CUT}</ul>"
    yield f"<div id=zoom class=view>{CUT}<p>发布时间：2026-11-20 来源：县政府办<a href=1.pdf>附件</a></p>{CUT}</div>"
    yield f"<body>{CUT}<div class=nav>{CUT}<a href=x>更多</a>"
    yield f"<title>{CUT}关于印发办法的通知|{CUT}</title><h1>关于印发办法的通知</h1>"
    yield f'<script>{CUT}[{{"title":"关于印发办法","url":"1.html"}}],{CUT}</script>'
    yield f"<datastore>{CUT}<record><![CDATA[{item}]]></record>{CUT}</datastore>"
    yield f"<table>{CUT}<tr><td><h3>标题</h3>{{{{x}}}}<td><!--<a href=1>关于</a>-->{CUT}"
    yield f"<div class=footer>{CUT}皖ICP备12345678号 主办：县政府办 网站标识码：3408990001 <a href=/>皖公网安备34089902000001号</a>{CUT}"


_MADE: dict[str, Callable[[], Iterator[str]]] = {
    "list": _lists,
    "remembered": lambda: (f"{css}{CUT}{page}" for page in _lists() for css in ("ul > li", "script:json")),
    "hinted": lambda: (f"li{CUT}a{CUT}a{CUT}span{CUT}{page}" for page in _lists()),
    "feed": lambda: iter(FEEDS),
    "json": lambda: iter(JSONS),
    "sitemap": lambda: iter(SITEMAPS),
    "article": lambda: iter((ARTICLE, BARE_ARTICLE, *STUBS)),
    "home": _homes,
    "bytes": lambda: iter((ARTICLE, *STUBS[:2])),
    "titles": lambda: (part for title in TITLES for part in (title, f"{TITLES[0]}{CUT}{title}")),
    "urls": lambda: iter(URLS),
    "pair": lambda: (
        CUT.join(
            (
                TITLES[0],
                "国办发〔2026〕5号",
                URLS[0],
                "为优化营商环境，制定本措施。" * 6,
                title,
                "",
                url,
                "现将《优化营商环境若干措施》印发。" * 6,
            )
        )
        for title, url in zip(TITLES, (*URLS, URLS[0]), strict=True)
    ),
    "pumped": _pumped,
    "data": lambda: (f"{text[:40]}{CUT}{text[40:]}{CUT}" for text in (*FEEDS, *JSONS, *SITEMAPS)),
}
