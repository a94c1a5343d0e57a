"""Lists as they are really written: by scripts, without dates, in other encodings, in frames, in the wrong place."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import opencc

from tests.hostile import pages
from tests.hostile.pages import Paper
from tests.hostile.plays import NOW_AND_THEN, SEEN, UNSEEN, Ends, play, states
from tests.hostile.story import POLICY, Hand, Site, Story
from tests.hostile.wire import Asked, Said, page

RENDERED = SEEN.but(blind=None)
MIGHT = Ends(NOW_AND_THEN.states)


def written(story: Story, hand: Hand) -> None:
    """Let the policy column be written otherwise, ever since."""
    story.site.hands[POLICY] = hand


@play("script-json", "A script fetches the rows and builds the list.", UNSEEN, in_browser=RENDERED)
def _(story: Story) -> None:
    story.every = "8h"

    def empty(asked: Asked, said: Said) -> Said:
        build = "d.forEach(x=>l.innerHTML+=`<li><a href=${x.u}>${x.t}</a><span>${x.d}</span></li>`)"
        inner = f"<ul id=l></ul><script>fetch('/rows.json').then(r=>r.json()).then(d=>{{{build}}})</script>"
        return page(pages.frame("上级文件", inner))

    story.twist(empty, where=POLICY, always=True)
    story.twist(lambda asked, said: _as_json(story, asked), where="/rows.json", always=True)


def _as_json(story: Story, asked: Asked) -> Said:
    held = [
        {"t": p.title, "u": p.path, "d": f"{p.day:%Y-%m-%d}"} for p in story.site.held(POLICY, asked.now)[:20]
    ]
    return page(json.dumps(held, ensure_ascii=False), content_type="application/json")


@play(
    "document-write",
    "A script writes the rows, each put together from pieces.",
    UNSEEN.but(blind=None, states=NOW_AND_THEN.states),
    in_browser=RENDERED,
)
def _(story: Story) -> None:
    story.every = "8h"

    def scripted(papers: Sequence[Paper], name: str) -> str:
        calls = "".join(
            f"row({json.dumps(p.path)},{json.dumps(p.title)},'{p.day:%Y-%m-%d}');" for p in papers
        )
        row = "function row(u,t,d){document.write('<li><a href=\"'+u+'\">'+t+'</a><span>'+d+'</span></li>')}"
        return pages.frame(name, f"<ul class=l><script>{row}{calls}</script></ul>")

    written(story, scripted)


@play("cdata", "The rows stand as CDATA in a data island that a script shows.", SEEN)
def _(story: Story) -> None:
    def island(papers: Sequence[Paper], name: str) -> str:
        records = "".join(
            f'<record><![CDATA[<li><a href="{p.path}" title="{p.title}">{p.title}</a><span>{p.day:%Y-%m-%d}</span></li>]]></record>'
            for p in papers
        )
        island = f'<script type="text/xml"><datastore><totalrecord>{len(papers)}</totalrecord><recordset>{records}</recordset></datastore></script>'
        return pages.frame(name, f'<div id="list">{island}</div>')

    written(story, island)


@play("template", "The list is an unrendered template.", UNSEEN)
def _(story: Story) -> None:
    row = "<li v-for='x in rows'><a :href='x.url'>{{ x.title }}</a><span>{{ x.date }}</span></li>" * 3
    story.twist(
        lambda asked, said: page(pages.frame("上级文件", f"<ul class=l>{row}</ul>")),
        where=POLICY,
        always=True,
    )


@play("no-dates", "No row bears a date.", SEEN)
def _(story: Story) -> None:
    written(story, lambda papers, name: pages.listing(papers, name, day=""))


@play("no-year", "The rows' dates are month and day.", SEEN)
def _(story: Story) -> None:
    written(story, lambda papers, name: pages.listing(papers, name, day="[%m-%d]"))


@play("one-date", "A migrated site: one date on every row.", SEEN)
def _(story: Story) -> None:
    written(story, lambda papers, name: pages.listing(papers, name, day="2021-03-04"))


@play("table-rows", "A table with the day before the title.", SEEN)
def _(story: Story) -> None:
    written(story, pages.table)


@play("cut-titles", "Titles are cut after sixteen characters.", SEEN)
def _(story: Story) -> None:
    for column, papers in story.site.papers.items():
        story.site.papers[column] = [_cut(paper) for paper in papers]
    story.show_repost(row=f"{story.policy.title[:16]}...")


def _cut(paper: Paper) -> Paper:
    return replace(paper, row=f"{paper.title[:16]}..." if len(paper.title) > 16 else "")


@play(
    "page-3",
    "Forty further papers stand over the repost a minute later: it is on the third page.",
    Ends(states("met", "met_late met", "violated"), blind=False),
)
def _(story: Story) -> None:
    if story.reposted is not None:
        for n in range(43):
            since = story.reposted + timedelta(seconds=n + 1)
            story.site.hold(
                POLICY, Paper(f"县政府公文交换第{n + 1}号送阅件目录", f"{POLICY}7{n:04}.htm", since, since)
            )


@play("two-bases", "Two <base>, of which the second leads astray.", SEEN)
def _(story: Story) -> None:
    def based(asked: Asked, said: Said) -> Said:
        bases = f'<head><base href="{story.bases["site"]}/sjwj/"><base href="http://127.0.0.1:9/x/">'
        body = said.body.decode().replace("<head>", bases, 1).replace('href="/sjwj/', 'href="')
        return said.but(body)

    story.twist(based, where=POLICY, always=True)


@play("comment", "The repost's row stands in a comment of the source only, whatever is true otherwise.", SEEN)
def _(story: Story) -> None:
    def commented(asked: Asked, said: Said) -> Said:
        row = f'<!-- <li><a href="/sjwj/1.htm">{story.policy.title}</a><span>{asked.now:%Y-%m-%d}</span></li> -->'
        return said.but(said.body.replace(b"<ul", row.encode() + b"<ul", 1))

    story.twist(commented, where=POLICY, always=True)


@play(
    "explained",
    "An interpretation of the policy is carried at once, and last year's paper of the same title.",
    SEEN,
)
def _(story: Story) -> None:
    soon = story.published + timedelta(minutes=3)
    title = story.policy.title
    story.site.hold(
        POLICY,
        Paper(
            f"《{title}》政策解读",
            "/sjwj/1.htm",
            soon,
            soon,
            body=("本文对有关政策作出解读。", *pages.BODY[2:]),
        ),
    )
    story.site.hold(
        POLICY, Paper(title, "/sjwj/2.htm", soon, soon, number="国办发〔2025〕3号", source="国务院办公厅")
    )


@play("page-gone", "The row stands, the page behind it is 404.", SEEN)
def _(story: Story) -> None:
    if story.repost is not None:
        story.deserved.add("repost.withdrawn")
        gone = page("<html><body>404 Not Found</body></html>", 404)
        story.twist(lambda asked, said: gone, where=story.repost.path, always=True)


def encoded(
    name: str, does: str, encode: Callable[[str], bytes], content_type: str, ends: Ends = SEEN
) -> None:
    """A site all of whose pages are written in some encoding and declared in another."""

    @play(name, does, ends)
    def _(story: Story) -> None:
        def change(asked: Asked, said: Said) -> Said:
            return said.but(encode(said.body.decode()), content_type=content_type)

        story.twist(change, always=True)


def _gb(text: str) -> bytes:
    return text.replace('<meta charset="utf-8">', '<meta charset="gb2312">').encode("gb18030")


def _big5(text: str) -> bytes:
    return (
        str(opencc.OpenCC("s2tw").convert(text)).replace('charset="utf-8"', 'charset="big5"').encode("big5")
    )


encoded(
    "gb-as-utf8",
    "GB18030, declared UTF-8 by header and page.",
    lambda text: text.encode("gb18030"),
    "text/html; charset=utf-8",
)
encoded("gb2312", "GB18030, declared gb2312.", _gb, "text/html")
encoded(
    "utf8-as-gb",
    "UTF-8 with a mark, declared GBK by the header.",
    lambda text: b"\xef\xbb\xbf" + text.encode(),
    "text/html; charset=gbk",
)
encoded(
    "utf16",
    "UTF-16 with a mark, declared by nobody.",
    lambda text: text.replace('<meta charset="utf-8">', "").encode("utf-16"),
    "text/html",
)
encoded("big5", "Traditional characters in Big5.", _big5, "text/html; charset=big5")
encoded(
    "charset-nonsense",
    "UTF-8, declared as something that does not exist.",
    lambda text: text.replace('charset="utf-8"', 'charset="x-none"').encode(),
    "text/html; charset=foo",
)
encoded(
    "octets",
    "Pages as application/octet-stream.",
    lambda text: text.encode(),
    "application/octet-stream",
    MIGHT,
)


@play("home-refresh", "The home page sends on by meta refresh.", SEEN, in_browser=SEEN)
def _(story: Story) -> None:
    story.every = "8h"
    _front(
        story,
        '<html><head><meta http-equiv="refresh" content="0;url=/main.shtml"></head><body></body></html>',
    )


@play("home-frameset", "The home page is a frameset.", SEEN)
def _(story: Story) -> None:
    _front(
        story,
        '<html><head><title>示例县</title></head><frameset rows="0,*"><frame src="about:blank"><frame src="/main.shtml"></frameset></html>',
    )


@play("home-iframe", "The home page is an iframe.", SEEN)
def _(story: Story) -> None:
    _front(
        story,
        '<html><head><title>示例县</title></head><body><iframe src="/main.shtml" width="100%"></iframe></body></html>',
    )


def _front(story: Story, stub: str) -> None:
    """Put the home page proper behind a stub."""

    def front(asked: Asked, said: Said) -> Said:
        if asked.path == "/main.shtml":
            return story.site.honest("/", asked.now)
        return page(stub) if asked.path == "/" else said

    story.twist(front, always=True)


@play(
    "other-host",
    "The repost stands in a column on a further host of the site, to which the home page leads.",
    Ends(states("met unproven", "met met_late unproven", "violated"), blind=False),
)
def _(story: Story) -> None:
    other = story.hosts["other"] = Site({"/zc/": "政策文件"})
    story.site_config = 'hosts = ["{other_host}"]'
    for n in range(12):
        since = story.begin - timedelta(days=n + 1)
        other.hold("/zc/", Paper(f"县政府关于第{n + 1}批民生项目的通报", f"/zc/{n}.htm", since, since))
    if story.repost is not None:
        other.hold("/zc/", story.repost)
        story.site.papers[POLICY].remove(story.repost)

    def led(asked: Asked, said: Said) -> Said:
        link = f'<div class="nav"><a href="{story.bases["other"]}/zc/">政策文件</a></div>'
        return said.but(said.body.replace(b'<div class="main">', link.encode() + b'<div class="main">', 1))

    story.deserved.add("repost.target")  # nobody watches that host before the last look
    story.twist(led, where="home", always=True)


@play("many-rows", "A list of 9,000 rows on one page.", SEEN, is_slow=True)
def _(story: Story) -> None:
    story.every = "20h"
    story.timeout = 10.0
    for n in range(9000):
        since = story.begin - timedelta(days=200, minutes=n)
        story.site.hold(POLICY, Paper(f"第{n + 1}号文件", f"{POLICY}{n}.htm", since, since))
    everything = Site(story.site.columns)

    def whole(asked: Asked, said: Said) -> Said:
        everything.papers = story.site.papers
        return page(pages.listing(everything.held(POLICY, asked.now), "上级文件"))

    story.twist(whole, where=POLICY, always=True)


@play("100000-rows", "A list of 100,000 rows: more than is read.", UNSEEN.but(why="too_large"))
def _(story: Story) -> None:
    row = "<li><a href='/sjwj/{0}.htm'>第{0}号文件</a><span>2026-01-01</span></li>"
    body = pages.frame("上级文件", f"<ul>{''.join(row.format(n) for n in range(100_000))}</ul>").encode()
    story.twist(lambda asked, said: page("").but(body), where=POLICY)


@play("soft-404", "The lists are 200 and say that there is no such page.", UNSEEN)
def _(story: Story) -> None:
    words = "<html><head><title>出错了</title></head><body><h1>404</h1><p>抱歉，您访问的页面不存在或已删除</p><a href='/'>返回首页</a></body></html>"
    story.twist(lambda asked, said: page(words), where="lists")


@play("soft-404-framed", "The same inside the site's own frame, with its navigation.", UNSEEN)
def _(story: Story) -> None:
    words = pages.frame("页面不存在", "<div class=err>抱歉，您访问的页面不存在，5秒后返回首页。</div>")
    story.twist(lambda asked, said: page(words), where="lists")


@play("maintenance", "The whole site is 200 and says that it is being maintained.", UNSEEN)
def _(story: Story) -> None:
    words = "<html><head><title>系统维护</title></head><body><p>网站系统升级维护中，请稍后访问，给您带来不便敬请谅解。</p></body></html>"
    story.twist(lambda asked, said: page(words), where="all")


@play("asp-error", "The lists are 200 and an error of the database.", UNSEEN)
def _(story: Story) -> None:
    words = (
        "<html><head><title>Server Error in '/' Application.</title></head><body><h1>Server Error in '/' Application.<hr></h1>"
        "<h2><i>Timeout expired.</i></h2><b>Description:</b> An unhandled exception occurred during the execution of the current web request."
        "<pre>[SqlException: Timeout expired.] System.Data.SqlClient.SqlConnection.OnError</pre></body></html>"
    )
    story.twist(lambda asked, said: page(words), where="lists")


@play("other-page", "Each list shows the home page: an address nobody knows leads there.", UNSEEN)
def _(story: Story) -> None:
    story.twist(lambda asked, said: story.site.honest("/", asked.now), where=POLICY)


@play(
    "emptied",
    "The list is empty for some hours around the target.",
    Ends(states("met", "met_late met", "violated")),
)
def _(story: Story) -> None:
    until = story.target + timedelta(hours=2)

    def empty(asked: Asked, said: Said) -> Said:
        is_empty = story.published + timedelta(minutes=2) <= asked.now < until
        return page(pages.listing([], "上级文件")) if is_empty else said

    story.twist(empty, where=POLICY)


@play(
    "emptied-at-limit",
    "The list is empty from an hour before the limit to half an hour after it.",
    Ends(states("met", "met met_late unproven", "violated")),
)
def _(story: Story) -> None:
    hour = timedelta(hours=1)

    def empty(asked: Asked, said: Said) -> Said:
        is_empty = story.limit - hour <= asked.now < story.limit + hour / 2
        return page(pages.listing([], "上级文件")) if is_empty else said

    story.twist(empty, where=POLICY)


@play("withdrawn", "The repost is taken down after two hours and put back four hours later.", SEEN)
def _(story: Story) -> None:
    story.every = "1h"
    if story.repost is not None and story.reposted is not None:
        again = story.reposted + timedelta(hours=6)
        first, back = story.repost, story.reposted + timedelta(hours=2)
        story.show_repost(until=back)
        story.site.hold(
            POLICY,
            Paper(first.title, first.path, again, first.declared, number=first.number, source=first.source),
        )
    story.deserved.add("repost.withdrawn")


@play(
    "two-minutes",
    "The repost stands there for two minutes between two readings, and goes.",
    Ends(states("violated unproven", "violated unproven", "violated"), blind=False),
)
def _(story: Story) -> None:
    if story.reposted is not None:
        story.show_repost(until=story.reposted + timedelta(minutes=2))
    story.reposted = None  # nobody could read it there: the duty is not done


@play(
    "backdated",
    "The repost bears a time within the target, whenever it was put there.",
    Ends(states("met", "met_late", "violated"), blind=False),
)
def _(story: Story) -> None:
    story.show_repost(declared=story.published + timedelta(minutes=5))
    story.deserved.add("repost.backdated")
