"""What a made site writes: lists, papers and home pages, in three hands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

FOOTER = (
    "主办单位：示例县人民政府办公室 网站标识码：3408990001 皖ICP备12345678号-1 皖公网安备34089902000123号"
)
REGISTERED = """
  [site.registration]
  site_id = "3408990001"
  icp = "皖ICP备12345678号-1"
  police = "皖公网安备34089902000123号"
  sponsor = "示例县人民政府办公室"

  [site.grading]
  level = 2
  filing = "34089900001-00001"
  assessed = 2026-03-01
"""

BODY = (
    "各县、市、区人民政府，市政府各部门、各直属机构：",
    "为进一步做好有关工作，经研究同意，现将有关事项通知如下，请结合各自职责认真抓好贯彻落实。",
    "一、提高思想认识。各单位主要负责同志要亲自过问，分管负责同志要具体抓好落实，明确到人。",
    "二、细化工作措施。对照任务清单逐项制定计划，按月报送进展情况，遇到困难及时报告。",
    "三、强化督促检查。对工作不力、进展缓慢的单位予以通报，确保各项任务按期完成、取得实效。",
)


@dataclass(frozen=True, slots=True)
class Paper:
    """A document and the row that leads to it.

    shows: the row's day, "" for none. since, until: when it stands there. declared: what its page says.
    """

    title: str
    path: str
    since: datetime
    declared: datetime | None
    until: datetime | None = None
    row: str = ""
    number: str = ""
    source: str = "示例县人民政府"
    body: Sequence[str] = BODY

    def stands(self, now: datetime) -> bool:
        return self.since <= now and (self.until is None or now < self.until)

    @property
    def day(self) -> datetime:
        return self.declared or self.since


def frame(title: str, inner: str, head: str = "") -> str:
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8">{head}<title>{escape(title)}</title></head><body>'
        '<div class="header"><a href="/">首页</a> <a href="/zjxx/">走进示例</a> <a href="/zwfw/">政务服务</a></div>'
        f'<div class="main">{inner}</div><div class="foot"><p>{FOOTER}</p></div></body></html>'
    )


def rows(papers: Sequence[Paper], day: str = "%Y-%m-%d") -> str:
    """List items; `day` is how the row writes its date, empty for none."""
    return "\n".join(
        f'<li><a href="{paper.path}" target="_blank">{escape(paper.row or paper.title)}</a>'
        f"{f'<span>{paper.day.strftime(day)}</span>' if day else ''}</li>"
        for paper in papers
    )


def listing(papers: Sequence[Paper], name: str, day: str = "%Y-%m-%d", after: str = "") -> str:
    return frame(
        f"{name}_示例县人民政府", f'<h2>{name}</h2><ul class="newsList">{rows(papers, day)}</ul>{after}'
    )


def table(papers: Sequence[Paper], name: str) -> str:
    """The same list in another hand: a table, the day before the title."""
    written = "".join(
        f'<tr><td class="d">[{paper.day:%Y-%m-%d}]</td>'
        f'<td class="t"><a href="{paper.path}">{escape(paper.row or paper.title)}</a></td></tr>'
        for paper in papers
    )
    return frame(
        f"{name}-示例县政府网",
        f'<table class="tb" width="100%"><tbody>{written}</tbody></table>',
        "<!-- v2 -->",
    )


def sections(papers: Sequence[Paper], name: str) -> str:
    """The same list in a third hand: blocks with a summary."""
    written = "".join(
        f'<div class="item"><h4><a href="{paper.path}">{escape(paper.row or paper.title)}</a></h4>'
        f"<p>{paper.body[1][:40]}</p><em>发布日期：{paper.day:%Y年%m月%d日}</em></div>"
        for paper in papers
    )
    return frame(f"{name}", f'<div class="pageList">{written}</div>')


def article(paper: Paper) -> str:
    stated = f"{paper.declared:%Y-%m-%d %H:%M}" if paper.declared else ""
    tags = f'<meta name="ArticleTitle" content="{escape(paper.title)}">'
    if stated:
        tags += f'<meta name="PubDate" content="{stated}">'
    text = "".join(f"<p>{part}</p>" for part in ([paper.number] if paper.number else []) + list(paper.body))
    shown = f"<span>发布时间：{stated}</span> " if stated else ""
    return frame(
        f"{paper.title}_示例县人民政府",
        f'<h1>{escape(paper.title)}</h1><div class="info">{shown}<span>来源：{paper.source}</span></div>'
        f'<div class="content">{text}</div>',
        tags,
    )


def home(boxes: Sequence[tuple[str, str, Sequence[Paper]]], head: str = "", more: str = "") -> str:
    written = "".join(
        f'<div class="box"><h3><a href="{path}">{name}</a></h3><ul>{rows(held)}</ul></div>'
        for name, path, held in boxes
    )
    return frame("示例县人民政府门户网站", written + more, head)
