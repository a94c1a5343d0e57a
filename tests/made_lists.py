"""Made list pages: the same rows in the many structures of content systems, amid what stands around.

Every structure is a function from rows to the HTML of a list; FRAMES put a list into a page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
PAGE = "https://www.example.gov.cn/zwgk/zcwj/index.html"

_TITLES = (
    "关于印发《示例县优化营商环境若干措施》的通知",
    "示例县人民政府办公室关于进一步加强防汛抗旱工作的通知",
    "关于调整城乡居民最低生活保障标准的通告",
    "示例县2026年政务公开工作要点",
    "国务院办公厅转发国家发展改革委关于推动城市高质量发展意见的通知",
    "关于开展第七次全县水利普查的公告（2026年第3号）",
    "示例县人民政府关于公布行政规范性文件清理结果的决定",
    "关于做好春季农业生产有关工作的紧急通知",
    "示例县乡村建设行动实施方案（2026—2030年）",
    "关于同意设立示例县产业园区管理委员会的批复",
)


@dataclass(frozen=True)
class MadeRow:
    """What a row of a made page says, and what a reader should make of it."""

    title: str
    href: str
    day: date
    at: datetime | None = None
    pinned: bool = False

    @property
    def url(self) -> str:
        return f"https://www.example.gov.cn{self.href}"

    @property
    def short(self) -> str:
        return f"{self.title[:12]}..."

    @property
    def shown(self) -> datetime | date:
        return self.at or self.day


def made_rows(count: int, *, first: date = date(2026, 11, 20), clock: bool = False) -> list[MadeRow]:
    """Return rows, the newest first; titles repeat with a running number once they are used up."""
    rows = []
    for number in range(count):
        day = first - timedelta(days=number * 2 + number // 3)
        title = _TITLES[number % len(_TITLES)] + (f"之{number}" if number >= len(_TITLES) else "")
        at = (
            datetime(day.year, day.month, day.day, 8 + number % 9, (number * 7) % 60, tzinfo=ZONE)
            if clock
            else None
        )
        rows.append(MadeRow(title, f"/zwgk/zcwj/{day:%Y%m}/t{day:%Y%m%d}_{48210 - number}.html", day, at))
    return rows


Structure = Callable[[Sequence[MadeRow]], str]


def _each(row: Callable[[MadeRow], str], before: str = "", after: str = "") -> Structure:
    return lambda rows: before + "\n".join(row(made) for made in rows) + after


def _in_fives(rows: Sequence[MadeRow]) -> str:
    parts = [rows[at : at + 5] for at in range(0, len(rows), 5)]
    item = "<li><a href='{0.href}'>{0.title}</a><span>{0.day}</span></li>"
    return (
        "<div class='lists'>"
        + "<hr>".join(f"<ul class='five'>{''.join(item.format(row) for row in part)}</ul>" for part in parts)
        + "</div>"
    )


def _in_blocks(rows: Sequence[MadeRow]) -> str:
    parts = [rows[at : at + 4] for at in range(0, len(rows), 4)]
    item = "<li><a href='{0.href}'>{0.title}</a><i>{0.day}</i></li>"
    return "".join(
        f"<div class='block'><ul>{''.join(item.format(row) for row in part)}</ul></div>" for part in parts
    )


def _numbered_table(rows: Sequence[MadeRow]) -> str:
    head = "<tr><th>序号</th><th>标题</th><th>发文字号</th><th>发布日期</th></tr>"
    body = "".join(
        f"<tr><td>{at}</td><td><a href='{row.href}' title='{row.title}'>{row.title}</a></td>"
        f"<td>示政发〔2026〕{at}号</td><td>{row.day}</td></tr>"
        for at, row in enumerate(rows, 1)
    )
    return f"<table class='tb'>{head}{body}</table>"


def _data_island(rows: Sequence[MadeRow]) -> str:
    records = "".join(
        f"<record><![CDATA[<li><a href='{row.href}' title='{row.title}'>{row.short}</a><b>{row.day}</b></li>]]></record>"
        for row in rows
    )
    more = (
        '<nextgroup><![CDATA[<a href="/module/web/jpage/dataproxy.jsp?page=1&columnid=7"></a>]]></nextgroup>'
    )
    return (
        f"<div id='7734'><script type='text/xml'><datastore>{more}<recordset>{records}</recordset></datastore></script>"
        "</div>"
    )


def _in_comment(rows: Sequence[MadeRow]) -> str:
    items = "".join(f"<li><a href='{row.href}'>{row.title}</a><b>{row.day}</b></li>" for row in rows)
    return f"<ul class='hid'><!--{items}<script>createPageHTML('page_div',10,1,'index','html',200);</script>--></ul>"


def _in_script(rows: Sequence[MadeRow]) -> str:
    items = ",".join(f'{{"title":"{row.title}","url":"{row.href}","pubDate":"{row.day}"}}' for row in rows)
    return f"<div id='app'></div><script>var list = [{items}]; render(list);</script>"


STRUCTURES: Mapping[str, Structure] = {
    "li, date after": _each(
        lambda r: f"<li><a href='{r.href}'>{r.title}</a><span>{r.day}</span></li>", "<ul>", "</ul>"
    ),
    "li, date before": _each(
        lambda r: f"<li><span>{r.day}</span><a href='{r.href}'>{r.title}</a></li>", "<ul>", "</ul>"
    ),
    "li, date in brackets": _each(
        lambda r: f"<li>·<a href='{r.href}'>{r.title}</a> <font color=gray>[{r.day}]</font></li>",
        "<ul>",
        "</ul>",
    ),
    "li, brackets set apart": _each(
        lambda r: f"<li><a href='{r.href}'>{r.title}</a><em>[</em><i> {r.day} </i><em>]</em></li>",
        "<ul>",
        "</ul>",
    ),
    "li, Chinese date": _each(
        lambda r: f"<li><a href='{r.href}'>{r.title}</a>{r.day.year}年{r.day.month}月{r.day.day}日</li>",
        "<ul>",
        "</ul>",
    ),
    "li, dotted date": _each(
        lambda r: f"<li><a href='{r.href}'>{r.title}</a><p>{r.day.year}.{r.day.month}.{r.day.day}</p></li>",
        "<ul>",
        "</ul>",
    ),
    "li, undated": _each(lambda r: f"<li><a href='{r.href}'>{r.title}</a></li>", "<ul>", "</ul>"),
    "li, no year": _each(
        lambda r: f"<li><a href='{r.href}'>{r.title}</a><span>{r.day:%m-%d}</span></li>",
        "<ul class='MM-dd'>",
        "</ul>",
    ),
    "li, the link holds all": _each(
        lambda r: (
            f"<li><a href='{r.href}' target='_blank'><span class='t'>{r.title}</span><span>{r.day}</span></a></li>"
        ),
        "<ul>",
        "</ul>",
    ),
    "li, cut with title attribute": _each(
        lambda r: f"<li><a href='{r.href}' title='{r.title}'>{r.short}</a><span>{r.day}</span></li>",
        "<ul>",
        "</ul>",
    ),
    "li, labelled title attribute": _each(
        lambda r: (
            f"<li><a href='{r.href}' title='标题：{r.title}\n点击数：12\n发表时间：{r.day}'>{r.short}</a>{r.day}</li>"
        ),
        "<ul>",
        "</ul>",
    ),
    "li, date ends the title": _each(
        lambda r: f"<li><a href='{r.href}'>{r.title} ({r.day})</a></li>", "<ul>", "</ul>"
    ),
    "li, category first": _each(
        lambda r: (
            f"<li><a href='/zwgk/tz/'>[通知]</a><a href='{r.href}'>{r.title}</a><span>{r.day}</span></li>"
        ),
        "<ul>",
        "</ul>",
    ),
    "li, heading and summary": _each(
        lambda r: (
            f"<li><h4><a href='{r.href}'>{r.title}</a></h4><p>为深入贯彻2020年1月1日起施行的条例，现就有关事项说明如下，请各乡镇"
            f"认真执行。<a href='{r.href}'>[详细]</a></p><div class='d'>发布时间：{r.day} 来源：县政府办</div></li>"
        ),
        "<ul>",
        "</ul>",
    ),
    "li, picture and title": _each(
        lambda r: (
            f"<li><a href='{r.href}'><img src='x.jpg' alt='{r.title}'></a><a href='{r.href}'>{r.title}</a>"
            f"<time>{r.day}</time></li>"
        ),
        "<ul>",
        "</ul>",
    ),
    "li, ruled lines between": _each(
        lambda r: f"<li><a href='{r.href}'>{r.title}</a><span>{r.day}</span></li><li class='line'></li>",
        "<ul>",
        "</ul>",
    ),
    "li, left open": _each(
        lambda r: f"<li><a href='{r.href}'>{r.title}</a><span>{r.day}</span>", "<ul>", "</ul>"
    ),
    "li, day above month": _each(
        lambda r: (
            f"<li><div class='rq'><b>{r.day:%d}</b><i>{r.day:%Y-%m}</i></div><a href='{r.href}'>{r.title}</a></li>"
        ),
        "<ul>",
        "</ul>",
    ),
    "a new ul after five": _in_fives,
    "each four in a box": _in_blocks,
    "table, two cells": _each(
        lambda r: f"<tr><td><a href='{r.href}'>{r.title}</a></td><td>{r.day}</td></tr>", "<table>", "</table>"
    ),
    "table, numbered": _numbered_table,
    "table, a table a row": _each(
        lambda r: (
            f"<table width='98%'><tr><td>·</td><td><a href='{r.href}'>{r.title}</a></td><td>{r.day}</td></tr></table>"
        ),
        "<div>",
        "</div>",
    ),
    "table, spacers between": _each(
        lambda r: (
            f"<tr><td><img src='dot.gif'><a href='{r.href}'>{r.title}</a></td><td>[{r.day}]</td></tr>"
            "<tr><td colspan=2 height=1 bgcolor=#ccc></td></tr>"
        ),
        "<table cellpadding=0>",
        "</table>",
    ),
    "table, date a row below": _each(
        lambda r: f"<tr><td><a href='{r.href}'>{r.title}</a></td></tr><tr><td class='t'>{r.day}</td></tr>",
        "<table>",
        "</table>",
    ),
    "dl, dt and dd": _each(
        lambda r: f"<dt><a href='{r.href}'>{r.title}</a></dt><dd>{r.day}</dd>", "<dl>", "</dl>"
    ),
    "dl, one a row": _each(
        lambda r: f"<dl><dt>{r.day}</dt><dd><a href='{r.href}'>{r.title}</a></dd></dl>", "<div>", "</div>"
    ),
    "dd with span": _each(
        lambda r: f"<dd><span>{r.day}</span><a href='{r.href}'>{r.title}</a></dd>", "<dl>", "</dl>"
    ),
    "div, em": _each(
        lambda r: f"<div class='row'><a href='{r.href}'>{r.title}</a><em>{r.day}</em></div>",
        "<div>",
        "</div>",
    ),
    "div within div": _each(
        lambda r: f"<div><div><div><a href='{r.href}'>{r.title}</a></div><div>{r.day}</div></div></div>",
        "<div>",
        "</div>",
    ),
    "links in a run, dates after": _each(
        lambda r: f"<a href='{r.href}'>{r.title}</a> <span>{r.day}</span><br>", "<div>", "</div>"
    ),
    "links in a run, dates before": _each(
        lambda r: f"<span>{r.day}</span> <a href='{r.href}'>{r.title}</a><br>", "<div>", "</div>"
    ),
    "links in paragraphs": _each(
        lambda r: f"<p><a href='{r.href}'>{r.title}</a>　{r.day}</p>", "<div>", "</div>"
    ),
    "cards": _each(
        lambda r: (
            f"<a class='card' href='{r.href}'><div class='day'>{r.day:%d}</div><div class='ym'>{r.day:%Y.%m}</div>"
            f"<h3>{r.title}</h3><p>各乡镇人民政府，县政府各部门：现将有关事项通知如下。</p></a>"
        ),
        "<section>",
        "</section>",
    ),
    "html5": _each(
        lambda r: (
            f"<article><header><h3><a href='{r.href}'>{r.title}</a></h3></header><time>{r.day}</time></article>"
        ),
        "<section>",
        "</section>",
    ),
    "markup in the title": _each(
        lambda r: (
            f"<li><a href='{r.href}'><font color=red>{r.title[:6]}</font><b>{r.title[6:]}</b></a><span>{r.day}</span></li>"
        ),
        "<ul>",
        "</ul>",
    ),
    "data island": _data_island,
    "rows in a comment": _in_comment,
    "array in a script": _in_script,
}


def _links(names: Sequence[str], path: str) -> str:
    return "".join(f"<li><a href='/{path}{at}/'>{name}</a></li>" for at, name in enumerate(names))


_HEAD = (
    "<div class='top'><a href='/'>网站首页</a><a href='javascript:void(0)'>无障碍浏览</a><a href='#'>长者模式</a></div>"
    "<div class='mainnav'><ul>"
    + _links(
        (
            "首页",
            "走进示例",
            "新闻中心",
            "政府信息公开",
            "政务服务大厅",
            "互动交流平台",
            "数据开放",
            "专题专栏",
        ),
        "n",
    )
    + "</ul></div><div class='crumbs'>当前位置：<a href='/'>首页</a> &gt; <a href='/zwgk/'>政务公开</a> &gt; 政策文件</div>"
)
_SIDE = (
    "<div class='leftside'><h3>政府信息公开</h3><ul>"
    + _links(
        ("政府信息公开指南", "政府信息公开制度", "法定主动公开内容", "政府信息公开年报", "依申请公开"), "x"
    )
    + "</ul></div>"
)
_HOT = (
    "<div class='hot'><h3>热点排行</h3><ul>"
    + "".join(
        f"<li><a href='/hot/{n}.html'>群众最关心的第{n}件实事办理情况</a><span>2026-10-0{n}</span></li>"
        for n in range(1, 9)
    )
    + "</ul></div>"
)
_PAGER = (
    "<div class='pages'><a href='index.html'>首页</a><span class='current'>1</span><a href='index_1.html'>2</a>"
    "<a href='index_2.html'>3</a><a href='index_1.html'>下一页</a><a href='index_9.html'>尾页</a></div>"
)
_FOOT = (
    "<div class='friend'>友情链接：<ul>"
    + _links(
        ("中国政府网门户网站", "示例省人民政府门户网站", "示例市人民政府门户网站", "示例日报数字报刊平台"),
        "l",
    )
    + "</ul></div><div class='footer'>主办单位：示例县人民政府办公室 承办：示例县数据局<br>皖ICP备12345678号-1 网站标识码：3408990001"
    "<br>今天是2026年11月24日</div>"
)

FRAMES: Mapping[str, str] = {
    "bare": "<html><body>{list}</body></html>",
    "full": f"<html><head><title>政策文件_示例县人民政府</title></head><body>{_HEAD}<div class='wrap'>{_SIDE}"
    f"<div class='right'><h2>政策文件</h2><div class='con'>{{list}}</div>{_PAGER}</div>{_HOT}</div>{_FOOT}</body></html>",
    "old table": f"<html><body>{_HEAD}<table width=1000><tr><td width=200>{_SIDE}{_HOT}</td><td valign=top>"
    f"<table width='100%'><tr><td>政策文件</td></tr><tr><td>{{list}}</td></tr><tr><td>{_PAGER}</td></tr></table>"
    f"</td></tr></table>{_FOOT}</body></html>",
}
