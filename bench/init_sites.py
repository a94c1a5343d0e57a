"""Measure what `duban init` finds on ten made county sites: python bench/init_sites.py [--min 0.90].

The sites are written here, each after another content system (TRS, Hanweb with data islands and without,
PowerEasy tables, ASP.NET, Guangdong's JSON catalogue, frames, VSB behind a splash page, PHPCMS, NFCMS with its
columns on other hosts) and are served on loopback under names of their own. Counted are columns (by kind and
address), the four filings, name, region and further hosts. Columns that are proposed and should not be are
told beside the shares. Every miss is printed; exits 1 when a share is
below --min. With --show the proposed files are printed too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from ipaddress import ip_network
from zoneinfo import ZoneInfo

from aiohttp import web
from yarl import URL

from checks.addresses import canonical
from monitor.net.client import Client
from monitor.net.guard import Guard
from monitor.net.settings import FetchSettings
from monitor.starting.facts import Given, Hands
from monitor.starting.sites import Surveyed, survey
from monitor.starting.writing import site_toml

TODAY = date(2026, 11, 24)
ZONE = ZoneInfo("Asia/Shanghai")

SUBJECTS = (
    "国务院办公厅关于推动县域普惠托育服务发展的意见",
    "关于印发全省农村供水保障三年行动方案的通知",
    "市人民政府关于进一步优化政务服务的实施意见",
    "关于做好冬春火灾防控工作的通知",
    "全县乡村振兴现场推进会在城关镇召开",
    "县政府召开第十八次常务会议研究民生实事",
    "关于公布二〇二六年度文化惠民项目名单的公告",
    "关于调整城乡居民医疗保险缴费标准的通知",
    "我县三家合作社入选省级示范名单",
    "县图书馆新馆建设项目通过竣工验收",
    "关于征集便民服务事项清单修订意见的公告",
    "河湖长制工作推进会部署冬季巡查",
)
LETTERS = (
    "关于城东小区路灯不亮的反映",
    "咨询新生儿落户需要哪些材料",
    "建议在实验小学门口增设减速带",
    "反映南街菜市场占道经营问题",
    "请问老年公交卡如何办理年审",
    "反映河西村自来水水压不足",
)


@dataclass(frozen=True)
class Truth:
    """What a person would write for a site. `extra` are columns that may be proposed and need not be."""

    name: str
    region: str
    site_id: str
    icp: str
    police: str
    sponsor: str
    columns: frozenset[tuple[str, str]]
    hosts: frozenset[str] = frozenset()
    extra: frozenset[str] = frozenset()


@dataclass
class Made:
    """A made site: its home, what stands at which address, in which encoding, and the truth about it."""

    system: str
    home: str
    truth: Truth
    encoding: str = "utf-8"
    pages: dict[str, str] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)


def rows(seed: int, count: int = 15, titles: Sequence[str] = SUBJECTS) -> list[tuple[int, str, date]]:
    """Items of a list: number, title, day, the newest first."""
    return [
        (
            seed * 1000 + 99 - n,
            titles[(seed + n) % len(titles)] + (f"（{n}）" if n >= len(titles) else ""),
            TODAY - timedelta(days=1 + n * 2),
        )
        for n in range(count)
    ]


def footer(truth: Truth, shown: str = "主办单位：{sponsor}　承办单位：{region}信息中心") -> str:
    said = shown.format(sponsor=truth.sponsor, region="县")
    return (
        f"<div class='footer'><p><a href='/wzdt.html'>网站地图</a> | <a href='/gywm.html'>关于我们</a></p>"
        f"<p>{said}　联系电话：0556-7654321</p><p>网站标识码：{truth.site_id}　"
        f"<a href='https://beian.miit.gov.cn/'>{truth.icp}</a>　"
        f"<a href='https://beian.mps.gov.cn/#/query/webSearch?code={truth.police[5:-1]}'>{truth.police}</a></p></div>"
    )


FRIENDS = (
    "<div class='links'><a href='https://www.gov.cn/'>中国政府网</a><a href='https://www.ah.gov.cn/'>安徽省人民政府</a>"
    "<a href='https://www.anqing.gov.cn/'>安庆市人民政府</a><a href='https://www.gov.cn/zhengce/'>国务院政策文件库</a></div>"
)


def page(title: str, body: str, charset: str = "utf-8", head: str = "") -> str:
    return (
        f"<!DOCTYPE html><html><head><meta charset='{charset}'><title>{title}</title>{head}</head>"
        f"<body>{body}</body></html>"
    )


def filler(text: str) -> str:
    return f"<div class='intro'><p>{text * 8}</p></div>"


# --- the ten -------------------------------------------------------------------------------------------


def trs() -> Made:
    truth = Truth(
        "青石县人民政府", "340851", "3408510001", "皖ICP备05001234号-1", "皖公网安备34085102000101号",
        "青石县人民政府办公室",
        frozenset({("policy", "/zwgk/sjwj/"), ("policy", "/zwgk/xzfwj/"), ("news", "/xwzx/zwyw/"),
                   ("news", "/xwzx/bmdt/"), ("notice", "/xwzx/tzgg/"), ("mailbox", "/hdjl/xzxx/"),
                   ("consultation", "/hdjl/yjzj/")}),
        extra=frozenset({"/zwgk/gfxwj/"}),
    )  # fmt: skip
    names = {
        "/zwgk/sjwj/": "上级文件", "/zwgk/xzfwj/": "县政府文件", "/zwgk/zcjd/": "政策解读", "/zwgk/rsrm/": "人事任免",
        "/xwzx/zwyw/": "政务要闻", "/xwzx/bmdt/": "部门动态", "/xwzx/tzgg/": "通知公告",
        "/hdjl/xzxx/": "县长信箱", "/hdjl/yjzj/": "意见征集", "/zwgk/gfxwj/": "行政规范性文件",
    }  # fmt: skip

    def listing(path: str, seed: int) -> str:
        titles = LETTERS if path == "/hdjl/xzxx/" else SUBJECTS
        items = "".join(
            f"<li><a href='./{day:%Y%m}/t{day:%Y%m%d}_{n}.html' title='{t}'>{t[:22]}…</a><span>{day:%Y-%m-%d}</span></li>"
            for n, t, day in rows(seed, titles=titles)
        )
        return page(
            f"{names[path]}_{truth.name}",
            f"<div class='dqwz'>当前位置：<a href='/'>首页</a> > {names[path]}</div><ul class='news_list'>{items}</ul>"
            "<script>createPageHTML(8, 0, 'index', 'html');</script>" + footer(truth),
        )

    boxes = "".join(
        f"<div class='box'><div class='tit'><h2>{names[p]}</h2><a href='{p}' class='more'>更多>></a></div><ul>"
        + "".join(
            f"<li><a href='{p}{d:%Y%m}/t{d:%Y%m%d}_{n}.html'>{t}</a><i>{d:%m-%d}</i></li>"
            for n, t, d in rows(i, 6)
        )
        + "</ul></div>"
        for i, p in enumerate(("/xwzx/zwyw/", "/xwzx/tzgg/", "/zwgk/sjwj/", "/zwgk/zcjd/"))
    )
    nav = "".join(f"<li><a href='{p}'>{name}</a></li>" for p, name in names.items())
    home = page(
        "青石县人民政府门户网站",
        f"<ul class='nav'><li><a href='/'>首页</a></li>{nav}</ul>{boxes}"
        "<form action='/search' method='get'><input type='text' name='q'><input type='submit'></form>"
        + FRIENDS
        + footer(truth),
        head="<meta name='SiteName' content='青石县人民政府'><meta name='SiteIDCode' content='3408510001'>",
    )
    made = Made("TRS WCM", "http://www.qingshi.gov.cn/", truth)
    base = made.home.rstrip("/")
    made.pages = {
        base + "/": home,
        **{base + p: listing(p, i) for i, p in enumerate(names)},
    }
    return made


def hanweb(islands: bool) -> Made:
    truth = Truth(
        "临渡县人民政府" if islands else "芦湾区人民政府",
        "330852" if islands else "320855",
        "3308520005" if islands else "3208550003",
        "浙ICP备12005678号" if islands else "苏ICP备13006789号-2",
        "浙公网安备33085202000202号" if islands else "苏公网安备32085502000305号",
        "临渡县人民政府办公室" if islands else "芦湾区政府办公室",
        frozenset({("policy", "/col/col2101/index.html"), ("policy", "/col/col2102/index.html"),
                   ("news", "/col/col2103/index.html"), ("notice", "/col/col2104/index.html"),
                   ("mailbox", "/col/col2106/index.html"), ("consultation", "/col/col2107/index.html")}),
    )  # fmt: skip
    names = {
        2101: "国务院信息" if islands else "转载上级政策", 2102: "政策文件", 2103: "今日要闻", 2104: "公示公告",
        2105: "政策解读", 2106: "区长信箱" if not islands else "领导信箱", 2107: "民意征集", 2108: "财政预决算",
    }  # fmt: skip

    def item(col: int, n: int, t: str, d: date) -> str:
        return (
            f"<li><a target='_blank' href='/art/{d.year}/{d.month}/{d.day}/art_{col}_{n}.html' title='{t}'>{t[:20]}...</a>"
            f"<b>{d:%Y-%m-%d}</b></li>"
        )

    def listing(col: int) -> str:
        found = rows(col, 15, LETTERS if col == 2106 else SUBJECTS)
        if islands:
            records = "".join(f"<record><![CDATA[{item(col, n, t, d)}]]></record>" for n, t, d in found)
            inner = (
                f"<div id='{col}'><script type='text/xml'><datastore><nextgroup><![CDATA[<a href='/module/web/jpage/"
                f"dataproxy.jsp?page=1&appid=1&columnid={col}'></a>]]></nextgroup><recordset>{records}</recordset>"
                "</datastore></script></div><script src='/module/jslib/jquery/jpage.js'></script>"
            )
        else:
            inner = "<ul class='dh_list'>" + "".join(item(col, n, t, d) for n, t, d in found) + "</ul>"
        return page(
            f"{truth.name} {names[col]}",
            f"<table><tr><td><a href='/'>网站首页</a> >> {names[col]}</td></tr></table>{inner}{footer(truth)}",
        )

    boxes = "".join(
        f"<table><tr><td class='bt'>{names[col]}</td><td><a href='/col/col{col}/index.html'><img src='/more.gif' alt='更多'></a>"
        f"</td></tr></table><ul>{''.join(item(col, n, t, d) for n, t, d in rows(col, 5))}</ul>"
        for col in (2103, 2104, 2102)
    )
    nav = "".join(f"<td><a href='/col/col{col}/index.html'>{name}</a></td>" for col, name in names.items())
    home = page(
        f"{truth.name}-首页",
        f"<table class='nav'><tr><td><a href='/index.html'>首 页</a></td>{nav}</tr></table>{boxes}{FRIENDS}{footer(truth)}",
    )
    made = Made(
        "Hanweb with data islands" if islands else "Hanweb, plain lists",
        "http://www.lindu.gov.cn/" if islands else "http://www.luwan.gov.cn/",
        truth,
    )
    base = made.home.rstrip("/")
    made.pages = {
        base + "/": home,
        base + "/index.html": home,
        **{f"{base}/col/col{col}/index.html": listing(col) for col in names},
    }
    return made


def powereasy() -> Made:
    truth = Truth(
        "竹埠县人民政府", "360854", "3608540002", "赣ICP备09003456号", "赣公网安备36085402000108号",
        "竹埠县人民政府办公室",
        frozenset({("policy", "/Category_31/Index.aspx"), ("news", "/Category_12/Index.aspx"),
                   ("notice", "/Category_13/Index.aspx"), ("mailbox", "/Category_61/Index.aspx")}),
        extra=frozenset({"/Category_14/Index.aspx", "/Category_32/Index.aspx"}),
    )  # fmt: skip
    names = {
        12: "竹埠要闻",
        13: "公告公示",
        14: "乡镇动态",
        31: "政策文件",
        32: "法律法规",
        33: "办事指南",
        61: "县长信箱",
    }

    def listing(cat: int) -> str:
        trs = "".join(
            f"<tr><td width='20'><img src='/Images/dot.gif'></td><td><a class='listA' href='/Item/{n}.aspx' target='_blank'>{t}</a>"
            f"</td><td align='right' class='date'>[{d.year}-{d.month}-{d.day}]</td></tr>"
            for n, t, d in rows(cat, 15, LETTERS if cat == 61 else SUBJECTS)
        )
        return page(
            f"{names[cat]} - 竹埠县人民政府",
            f"<table width='980' align='center'><tr><td>您现在的位置：<a href='/'>竹埠县人民政府</a> >> {names[cat]}</td></tr></table>"
            f"<table width='700'>{trs}</table><div class='showpage'>共<b>120</b>条 <a href='/Category_{cat}/Index_2.aspx'>下一页</a></div>{footer(truth)}",
            "gb2312",
        )

    boxes = "".join(
        f"<table width='320'><tr><td><strong>{names[cat]}</strong></td><td align='right'><a href='/Category_{cat}/Index.aspx'>更多...</a></td></tr>"
        + "".join(
            f"<tr><td colspan='2'><a href='/Item/{n}.aspx' title='标题：{t}&#13;更新时间：{d:%Y-%m-%d}'>{t[:14]}…</a></td></tr>"
            for n, t, d in rows(cat, 5)
        )
        + "</table>"
        for cat in (12, 13, 31)
    )
    nav = " | ".join(f"<a href='/Category_{cat}/Index.aspx'>{name}</a>" for cat, name in names.items())
    home = page("竹埠县人民政府", f"<div>{nav}</div>{boxes}{FRIENDS}{footer(truth)}", "gb2312")
    made = Made("PowerEasy SiteFactory, gb2312", "http://www.zhubu.gov.cn/", truth, "gb18030")
    base = made.home.rstrip("/")
    made.pages = {base + "/": home, **{f"{base}/Category_{cat}/Index.aspx": listing(cat) for cat in names}}
    return made


def aspnet() -> Made:
    truth = Truth(
        "松陂县人民政府", "430853", "4308530001", "湘ICP备06001122号", "湘公网安备43085302000111号",
        "松陂县人民政府",
        frozenset({("policy", "/list.aspx?tid=21"), ("policy", "/list.aspx?tid=22"), ("news", "/list.aspx?tid=11"),
                   ("notice", "/list.aspx?tid=12"), ("mailbox", "/mail/list.aspx"),
                   ("consultation", "/survey/list.aspx")}),
    )  # fmt: skip
    names = {
        "/list.aspx?tid=11": "时政要闻", "/list.aspx?tid=12": "通知公告", "/list.aspx?tid=21": "省市文件",
        "/list.aspx?tid=22": "规范性文件", "/list.aspx?tid=23": "政策图解", "/mail/list.aspx": "书记县长信箱",
        "/mail/write.aspx": "我要写信", "/survey/list.aspx": "网上调查", "/bszn.aspx": "办事指南",
    }  # fmt: skip

    def listing(path: str, seed: int) -> str:
        if path == "/mail/write.aspx":
            return page(
                "我要写信",
                "<form method='post'><input name='t'><textarea name='c'></textarea></form>"
                + filler("请如实填写姓名和联系电话。")
                + footer(truth),
            )
        if path == "/bszn.aspx":
            return page("办事指南", filler("办理事项请到政务服务大厅。") + footer(truth))
        body = "".join(
            f"<tr class='{'odd' if n % 2 else 'even'}'><td>{i}</td><td><a href='/show.aspx?id={n}'>{t}</a></td>"
            f"<td>{d.year}/{d.month}/{d.day}</td><td>{n % 700}</td></tr>"
            for i, (n, t, d) in enumerate(rows(seed, 12, LETTERS if "mail" in path else SUBJECTS), 1)
        )
        return page(
            names[path],
            "<form method='post' action='list.aspx' id='form1'><input type='hidden' name='__VIEWSTATE' value='/wEPDwUK'>"
            f"<table id='GridView1' cellspacing='0' rules='all' border='1'><tr><th>序号</th><th>标题</th><th>发布时间</th><th>点击</th></tr>{body}"
            f"</table></form>{footer(truth, '主办：{sponsor}')}",
        )

    nav = "".join(f"<a href='{p}'>{name}</a>" for p, name in names.items())
    lists = "".join(
        f"<div class='m'><h3><a href='{p}'>{names[p]}</a></h3><dl>"
        + "".join(f"<dd><a href='/show.aspx?id={n}'>{t}</a><em>{d:%m/%d}</em></dd>" for n, t, d in rows(i, 7))
        + "</dl></div>"
        for i, p in enumerate(list(names)[:4])
    )
    home = page(
        "欢迎访问松陂县人民政府网站",
        f"<div id='menu'>{nav}</div>{lists}{FRIENDS}{footer(truth, '主办：{sponsor}')}",
    )
    made = Made("ASP.NET GridView", "http://www.songpi.gov.cn/", truth)
    base = made.home.rstrip("/")
    made.pages = {base + "/": home, **{base + p: listing(p, i + 3) for i, p in enumerate(names)}}
    return made


def gkmlpt() -> Made:
    truth = Truth(
        "汐汀县人民政府", "440856", "4408560012", "粤ICP备05009876号", "粤公网安备44085602000102号",
        "汐汀县人民政府办公室",
        frozenset({("policy", "/gkmlpt/api/all/0?page=1"), ("news", "/zwdt/xtyw/index.html"),
                   ("notice", "/zwdt/tzgg/index.html"), ("consultation", "/hdjl/myzj/index.html"),
                   ("policy", "/zwgk/zcwj/index.html")}),
    )  # fmt: skip
    names = {
        "/zwdt/xtyw/": "汐汀要闻",
        "/zwdt/tzgg/": "通知公告",
        "/hdjl/myzj/": "意见征集",
        "/zwgk/zcwj/": "政策文件",
        "/zwgk/ztzl/": "专题专栏",
    }
    made = Made("NFCMS with Guangdong's catalogue", "http://www.xiting.gov.cn/", truth)
    base = made.home.rstrip("/")

    def listing(path: str, seed: int) -> str:
        items = "".join(
            f"<li><a href='{base}{path}content/post_{n}.html'>{t}</a><span class='time'>{d:%Y-%m-%d}</span></li>"
            for n, t, d in rows(seed)
        )
        return page(
            f"{names[path]} - 汐汀县人民政府", f"<div class='list_con'><ul>{items}</ul></div>{footer(truth)}"
        )

    articles = [
        {"id": n, "title": t, "url": f"{base}/gkmlpt/content/1/{n}/post_{n}.html", "created_at": f"{d} 10:20:30",
         "display_publish_time": f"{d} 10:20"} for n, t, d in rows(70, 20)
    ]  # fmt: skip
    boxes = "".join(
        f"<div><h2>{names[p]}<a class='more' href='{base}{p}index.html'>+ 更多</a></h2><ul>"
        + "".join(f"<li><a href='{base}{p}content/post_{n}.html'>{t}</a></li>" for n, t, _ in rows(i, 6))
        + "</ul></div>"
        for i, p in enumerate(names)
    )
    home = page(
        "汐汀县人民政府",
        f"<nav><a href='{base}/'>首页</a><a href='{base}/gkmlpt/index'>政府信息公开</a><a href='{base}/gkmlpt/guide'>信息公开指南</a></nav>{boxes}{FRIENDS}{footer(truth)}",
    )
    made.pages = {
        base + "/": home,
        base + "/gkmlpt/index": page(
            "政府信息公开目录", "<div id='app'></div><script src='/gkmlpt/app.js'></script>"
        ),
        base + "/gkmlpt/guide": page("信息公开指南", filler("本指南说明如何获取政府信息。") + footer(truth)),
        base + "/gkmlpt/api/all/0?page=1": json.dumps(
            {"articles": articles, "total": 2210}, ensure_ascii=False
        ),
        **{f"{base}{p}index.html": listing(p, i + 20) for i, p in enumerate(names)},
    }
    return made


def frames() -> Made:
    truth = Truth(
        "霜溪县人民政府", "510857", "5108570001", "蜀ICP备05003344号".replace("蜀", "川"), "川公网安备51085702000107号",
        "霜溪县人民政府办公室",
        frozenset({("policy", "/zcwj/list.htm"), ("news", "/xwdt/list.htm"), ("notice", "/tzgg/list.htm"),
                   ("mailbox", "/xzxx/list.htm")}),
    )  # fmt: skip
    names = {
        "/xwdt/list.htm": "新闻动态",
        "/tzgg/list.htm": "通知公告",
        "/zcwj/list.htm": "上级政策文件",
        "/xzxx/list.htm": "县长信箱",
        "/lydt/list.htm": "旅游地图",
    }

    def listing(path: str, seed: int) -> str:
        items = "".join(
            f"<p>·<a href='{path[:6]}{n}.htm'>{t}</a>（{d:%Y-%m-%d}）</p>"
            for n, t, d in rows(seed, 14, LETTERS if "xx" in path else SUBJECTS)
        )
        return page(names[path], f"<div class='ls'>{items}</div>{footer(truth)}")

    made = Made("a frameset", "http://www.shuangxi.gov.cn/", truth)
    base = made.home.rstrip("/")
    menu = "<br>".join(f"<a href='{p}' target='main'>{name}</a>" for p, name in names.items())
    made.pages = {
        base
        + "/": "<html><head><title>霜溪县人民政府</title></head><frameset rows='120,*,80'><frame src='top.htm' name='top'>"
        "<frame src='main.htm' name='main'><frame src='bottom.htm' name='bottom'></frameset></html>",
        base + "/top.htm": page(
            "top", f"<div class='menu'><a href='/main.htm' target='main'>首页</a><br>{menu}</div>"
        ),
        base + "/main.htm": page(
            "main",
            "<h3>新闻动态</h3><ul>"
            + "".join(f"<li><a href='/xwdt/{n}.htm'>{t}</a> {d:%m-%d}</li>" for n, t, d in rows(5, 8))
            + "</ul>",
        ),
        base + "/bottom.htm": page("bottom", footer(truth)),
        **{base + p: listing(p, i + 40) for i, p in enumerate(names)},
    }
    return made


def vsb() -> Made:
    truth = Truth(
        "桃河县人民政府", "610858", "6108580008", "陕ICP备15002899号-4", "陕公网安备61085802000108号",
        "桃河县人民政府办公室",
        frozenset({("policy", "/zfxxgk/zcwj/sjwj.htm"), ("policy", "/zfxxgk/zcwj/xzfwj.htm"),
                   ("news", "/xwzx/thyw.htm"), ("notice", "/xwzx/tzgg.htm"), ("mailbox", "/hdjl/xjxd.htm")}),
        extra=frozenset({"/zfxxgk/zcwj.htm", "/xwzx/bmdt.htm"}),
    )  # fmt: skip
    names = {"/xwzx/thyw.htm": "桃河要闻", "/xwzx/tzgg.htm": "通知公告", "/xwzx/bmdt.htm": "部门动态", "/zfxxgk/zcwj/sjwj.htm": "上级文件",
             "/zfxxgk/zcwj/xzfwj.htm": "县政府文件", "/zfxxgk/zcjd.htm": "政策解读", "/hdjl/xjxd.htm": "来信选登", "/hdjl/zxft.htm": "在线访谈"}  # fmt: skip

    def listing(path: str, seed: int) -> str:
        items = "".join(
            f"<li id='line_u8_{i}'><span class='date'>{d.year}年{d:%m月%d日}</span><a href='../info/{1000 + seed}/{n}.htm' target='_blank' title='{t}'>{t}</a></li>"
            for i, (n, t, d) in enumerate(rows(seed, 16, LETTERS if "xjxd" in path else SUBJECTS))
        )
        return page(
            f"{names[path]}-桃河县人民政府",
            f"<div class='list'><ul>{items}</ul><span class='p_pages'><a href='{path[:-4]}/7.htm'>下页</a></span></div>{footer(truth)}",
        )

    made = Made("VSB behind a splash page, columns below hubs", "http://www.taohe.gov.cn/", truth)
    base = made.home.rstrip("/")
    nav = "<a href='main.htm'>网站首页</a><a href='/zfxxgk.htm'>政府信息公开</a><a href='/xwzx/thyw.htm'>桃河要闻</a><a href='/xwzx/tzgg.htm'>通知公告</a><a href='/hdjl.htm'>互动交流</a>"
    boxes = (
        "<div class='n'><h2>桃河要闻</h2><ul>"
        + "".join(
            f"<li><a href='info/1003/{n}.htm'>{t}</a><span>{d:%m-%d}</span></li>" for n, t, d in rows(61, 8)
        )
        + "</ul></div>"
    )
    hub = "".join(f"<li><a href='{p}'>{names[p]}</a></li>" for p in names if p.startswith("/zfxxgk"))
    talk = "".join(f"<li><a href='{p}'>{names[p]}</a></li>" for p in names if p.startswith("/hdjl"))
    made.pages = {
        base + "/": page("桃河县人民政府", "<div style='text-align:center'><a href='main.htm'><img src='enter.jpg' alt='进入网站'></a><p>桃河欢迎您</p><p>建议使用一千二百八十分辨率浏览本站</p></div>"),
        base + "/main.htm": page("桃河县人民政府", f"<div class='nav'>{nav}</div>{boxes}{FRIENDS}{footer(truth)}"),
        base + "/zfxxgk.htm": page("政府信息公开-桃河县人民政府", f"<ul class='tree'><li><a href='/zfxxgk/zcwj.htm'>政策文件</a></li>{hub}<li><a href='/zfxxgk/znml.htm'>公开指南</a></li></ul>{filler('政府信息公开是法定职责。')}{footer(truth)}"),
        base + "/zfxxgk/zcwj.htm": page("政策文件-桃河县人民政府", f"<ul class='tree'>{hub}</ul>{filler('请从左侧选择栏目。')}{footer(truth)}"),
        base + "/hdjl.htm": page("互动交流-桃河县人民政府", f"<ul>{talk}</ul>{filler('欢迎参与。')}{footer(truth)}"),
        **{base + p: listing(p, i + 60) for i, p in enumerate(names)},
    }  # fmt: skip
    return made


def phpcms() -> Made:
    truth = Truth(
        "砚坞县人民政府", "450859", "4508590001", "桂ICP备05002211号", "桂公网安备45085902000109号",
        "砚坞县人民政府办公室",
        frozenset({("policy", "/index.php?m=content&c=index&a=lists&catid=41"), ("news", "/index.php?m=content&c=index&a=lists&catid=11"),
                   ("notice", "/index.php?m=content&c=index&a=lists&catid=12"), ("consultation", "/index.php?m=content&c=index&a=lists&catid=62")}),
        hosts=frozenset({"yanwu.gov.cn"}),
    )  # fmt: skip
    names = {11: "砚坞新闻", 12: "公告通知", 41: "政策法规", 42: "图解政策", 62: "民意征集", 63: "视频新闻"}

    def address(cat: int) -> str:
        return f"/index.php?m=content&c=index&a=lists&catid={cat}"

    def listing(cat: int) -> str:
        items = "".join(
            f"<li><span class='rt'>{d:%Y-%m-%d} 09:{n % 60:02}:00</span>·<a href='/index.php?m=content&c=index&a=show&catid={cat}&id={n}'>{t}</a></li>"
            for n, t, d in rows(cat)
        )
        return page(
            f"{names[cat]} - 砚坞县人民政府",
            f"<ul class='list lh24 f14'>{items}</ul><div id='pages'><a href='{address(cat)}&page=2'>下一页</a></div>{footer(truth)}",
        )

    made = Made("PHPCMS, its home elsewhere by redirect", "http://yanwu.gov.cn/", truth)
    base = "http://www.yanwu.gov.cn"
    nav = "".join(f"<li><a href='{address(cat)}'><span>{name}</span></a></li>" for cat, name in names.items())
    boxes = "".join(
        f"<h5 class='title-1'>{names[cat]}<a href='{address(cat)}' class='more'>更多>></a></h5><ul>"
        + "".join(
            f"<li>·<a href='/index.php?m=content&c=index&a=show&catid={cat}&id={n}'>{t}</a></li>"
            for n, t, _ in rows(cat, 6)
        )
        + "</ul>"
        for cat in (11, 12, 41)
    )
    made.redirects = {"http://yanwu.gov.cn/": f"{base}/"}
    made.pages = {
        base + "/": page(
            "砚坞县人民政府 - 首页", f"<ul class='nav-site'>{nav}</ul>{boxes}{FRIENDS}{footer(truth)}"
        ),
        **{base + address(cat): listing(cat) for cat in names},
    }
    return made


def spread() -> Made:
    truth = Truth(
        "鹤亭县人民政府", "340862", "3408620020", "皖ICP备11012345号-1", "皖公网安备34086202000120号",
        "鹤亭县政务公开办公室",
        frozenset({("policy", "http://zwgk.heting.gov.cn/public/column/61?type=4&action=list"),
                   ("policy", "http://zwgk.heting.gov.cn/public/column/62?type=4&action=list"),
                   ("news", "http://www.heting.gov.cn/news/yw/list.html"), ("notice", "http://www.heting.gov.cn/news/gg/list.html"),
                   ("mailbox", "http://hd.heting.gov.cn/mail/index.html")}),
        hosts=frozenset({"zwgk.heting.gov.cn", "hd.heting.gov.cn"}),
    )  # fmt: skip
    made = Made("columns on hosts of their own", "http://www.heting.gov.cn/", truth)
    www, gk, hd = "http://www.heting.gov.cn", "http://zwgk.heting.gov.cn", "http://hd.heting.gov.cn"
    names = {
        f"{www}/news/yw/list.html": "鹤亭要闻", f"{www}/news/gg/list.html": "通知公告", f"{gk}/public/column/61?type=4&action=list": "上级政策文件",
        f"{gk}/public/column/62?type=4&action=list": "县政府文件", f"{hd}/mail/index.html": "县长信箱", "http://jyj.heting.gov.cn/": "县教育局",
        "http://wjw.heting.gov.cn/tzgg/": "县卫健委",
    }  # fmt: skip

    def listing(url: str, seed: int) -> str:
        items = "".join(
            f"<li class='clearfix'><a href='/content/{n}' title='{t}' class='left'>{t}</a><span class='right date'>{d:%Y-%m-%d}</span></li>"
            for n, t, d in rows(seed, 15, LETTERS if "mail" in url else SUBJECTS)
        )
        return page(
            f"{names[url]}_鹤亭县人民政府",
            f"<div class='navjz'><ul class='doc_list'>{items}</ul></div>{footer(truth)}",
        )

    nav = "".join(f"<a href='{url}'>{name}</a>" for url, name in names.items())
    boxes = "".join(
        f"<div class='tab'><span><a href='{url}'>{names[url]}</a></span><ul>"
        + "".join(f"<li><a href='{www}/content/{n}'>{t}</a></li>" for n, t, _ in rows(i, 6))
        + "</ul></div>"
        for i, url in enumerate(list(names)[:3])
    )
    made.pages = {
        www + "/": page(
            "鹤亭县人民政府网",
            f"<div class='n'><a href='/'>首页</a>{nav}<a href='{gk}/'>政务公开</a></div>{boxes}{FRIENDS}{footer(truth)}",
        ),
        gk + "/": page("鹤亭县政府信息公开网", f"<div>{nav}</div>{filler('公开为常态。')}{footer(truth)}"),
        "http://jyj.heting.gov.cn/": page("鹤亭县教育局", filler("县教育局欢迎您。")),
        **{url: listing(url, i + 80) for i, url in enumerate(names) if "jyj" not in url},
    }
    return made


SITES: tuple[Callable[[], Made], ...] = (
    trs,
    lambda: hanweb(islands=True),
    lambda: hanweb(islands=False),
    powereasy,
    aspnet,
    gkmlpt,
    frames,
    vsb,
    phpcms,
    spread,
)


# --- serving and counting ------------------------------------------------------------------------------


class Stage:
    """Serves every made site under its own name on one port."""

    def __init__(self, sites: Sequence[Made]) -> None:
        self.port = 0
        self.asked = 0
        self._pages: dict[str, tuple[str, str]] = {}
        self._redirects: dict[str, str] = {}
        for site in sites:
            self._pages |= {url: (text, site.encoding) for url, text in site.pages.items()}
            self._redirects |= site.redirects

    async def answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        url = f"http://{request.host.partition(':')[0]}{request.path_qs}"
        if url in self._redirects:
            return web.Response(status=302, headers={"Location": self._with_port(self._redirects[url])})
        text, encoding = self._pages.get(url, ("", ""))
        if not encoding:
            return web.Response(
                status=404, text="<html><title>404</title><body>您访问的页面不存在</body></html>"
            )
        return web.Response(
            body=self._local(text).encode(encoding, "replace"),
            headers={"Content-Type": "application/json" if text.startswith("{") else "text/html"},
        )

    def _local(self, text: str) -> str:
        """Give absolute links of the made sites the port they are served on."""
        for host in {URL(url).host for url in self._pages}:
            text = text.replace(f"http://{host}/", f"http://{host}:{self.port}/")
        return text

    def _with_port(self, url: str) -> str:
        return str(URL(url).with_port(self.port))


@dataclass
class Count:
    """Right ones of so many, with every miss."""

    right: int = 0
    total: int = 0
    misses: list[str] = field(default_factory=list)

    def add(self, ok: bool, miss: str) -> None:
        self.total += 1
        self.right += ok
        if not ok:
            self.misses.append(miss)

    @property
    def share(self) -> float:
        return self.right / self.total if self.total else 1.0


async def measure(sites: Sequence[Made]) -> tuple[dict[str, Count], int, list[Surveyed]]:
    stage = Stage(sites)
    app = web.Application()
    app.router.add_get("/{path:.*}", stage.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    stage.port = runner.addresses[0][1]
    counts = {name: Count() for name in ("columns", "site code", "filings", "name", "region", "hosts")}
    found: list[Surveyed] = []
    try:
        guard = Guard((ip_network("127.0.0.0/8"),))
        async with Client(FetchSettings(per_host=8), guard, lookup=_here) as client:
            hands = Hands(client, ZONE, TODAY, robots="ignore")
            for site in sites:
                got = await survey(hands, Given(str(URL(site.home).with_port(stage.port))), "site")
                if isinstance(got, Surveyed):
                    found.append(got)
                    _count(counts, site, got)
                else:
                    print(f"{site.system}: not read: {got.why}")
                    _count_unread(counts, site, got.why)
    finally:
        await runner.cleanup()
    return counts, stage.asked, found


async def _here(name: str) -> Sequence[str]:
    return ["127.0.0.1"]


def _plain(url: str) -> str:
    return canonical(str(URL(url).with_port(None)))


def _count(counts: Mapping[str, Count], site: Made, got: Surveyed) -> None:
    truth = site.truth
    wanted = {(about, _plain(_absolute(site, url))) for about, url in truth.columns}
    extra = {_plain(_absolute(site, url)) for url in truth.extra}
    there = {(column.about, _plain(column.url)): column.name for column in got.columns}
    for about, url in sorted(wanted):
        counts["columns"].add((about, url) in there, f"{site.system}: {about} {url} not proposed")
    for key, name in there.items():
        if key not in wanted and key[1] not in extra:
            counts["columns"].add(False, f"{site.system}: {name} ({key[0]} {key[1]}) proposed without need")
    _equal(counts["site code"], site, "site code", got.site_id.value if got.site_id else None, truth.site_id)
    for key in ("icp", "police", "sponsor"):
        fact = getattr(got, key)
        _equal(counts["filings"], site, key, fact.value if fact else None, getattr(truth, key))
    _equal(counts["name"], site, "name", got.name.value, truth.name)
    _equal(counts["region"], site, "region", got.region.value if got.region else None, truth.region)
    hosts = {host.value.partition(":")[0] for host in got.hosts}
    own = {URL(got.url).host, URL(site.home).host}
    for host in sorted(truth.hosts):
        counts["hosts"].add(
            host in hosts or host == URL(got.url).host, f"{site.system}: {host} is not among {hosts}"
        )
    counts["hosts"].add(
        hosts <= truth.hosts | own, f"{site.system}: {hosts - truth.hosts - own} should not be there"
    )


def _equal(count: Count, site: Made, what: str, got: str | None, wanted: str) -> None:
    count.add(got == wanted, f"{site.system}: {what} {got!r} for {wanted!r}")


def _count_unread(counts: Mapping[str, Count], site: Made, why: str) -> None:
    for _ in site.truth.columns:
        counts["columns"].add(False, f"{site.system}: {why}")
    for name in counts:
        counts[name].add(False, f"{site.system}: {why}")


def _absolute(site: Made, url: str) -> str:
    if url.startswith("http"):
        return url
    base = next(iter(site.redirects.values()), site.home)
    return base.rstrip("/") + url


def show(counts: Mapping[str, Count]) -> Iterator[float]:
    for name, count in counts.items():
        print(f"{name}: {count.right} of {count.total} ({count.share:.1%})")
        for miss in count.misses:
            print(f"  {miss}")
        yield count.share


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--min", type=float, default=0.0)
    parser.add_argument("--show", action="store_true", help="print the proposed files")
    asked = parser.parse_args()
    counts, requests, found = asyncio.run(measure([make() for make in SITES]))
    if asked.show:
        print("\n".join(map(site_toml, found)))
    shares = list(show(counts))
    print(f"{requests} requests for {len(SITES)} sites")
    return int(any(share < asked.min for share in shares))


if __name__ == "__main__":
    sys.exit(main())
