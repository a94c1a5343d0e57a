"""Measure what reading costs per KiB, from 1 KiB to 10 MiB: python bench/reading_cost.py [--largest 10240] [NAME …].

Plain lists, articles and home pages first, then the hostile shapes that fuzzing found: what nests, repeats or
runs on. The cost must be flat: exits 1 where the largest page costs more than twice as much per KiB as one of
100 KiB does, or more than --most milliseconds. Times are of the CPU. NAMEs choose shapes by a part of theirs.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from checks.addresses import canonical
from checks.reposts import Document, could_repost, match
from monitor.net.decode import decode
from monitor.reading.article import read_article
from monitor.reading.home import read_home
from monitor.reading.listing import ListHints, read_listing
from monitor.reading.quality import is_soft_404, is_stub, is_template

PAGE = "https://www.example.gov.cn/zwgk/zcwj/index.html"
SIZES = (1, 10, 100, 1024, 10 * 1024)  # KiB
REFERENCE, GROWTH, NEGLIGIBLE = 100, 2.0, 0.1  # KiB, times, ms a KiB

Make = Callable[[int], str]
Read = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Shape:
    """A page of any size, and the readings it is measured with."""

    name: str
    make: Make
    readings: str


def repeat(unit: str, before: str = "", after: str = "") -> Make:
    """Make a page of as many units as fit; {n} in a unit is their number."""

    def make(size: int) -> str:
        count = max(1, (size - len(before) - len(after)) // len(unit.encode("utf-8")))
        return before + "".join(unit.replace("{n}", str(n)) for n in range(count)) + after

    return make


def halves(run: str, unit: str, before: str, between: str) -> Make:
    """Make a page half of one long run, half of units behind it."""

    def make(size: int) -> str:
        long = run * max(1, size // 2 // len(run.encode("utf-8")))
        return before + long + repeat(unit, between)(size // 2)

    return make


TEXT = f"<div id=zoom>{'文本。' * 20}</div>"
LINK = "<a href={n}.html>关于印发办法的通知</a>"

SHAPES = (
    Shape("plain list", repeat(f"<li>{LINK}<span>2026-11-20</span></li>", "<ul>", "</ul>"), "list home quality"),
    Shape(
        "plain article",
        repeat(
            "<p>各乡镇人民政府，县政府各部门：现将有关事项通知如下，请认真贯彻执行。</p>",
            "<h1>关于印发办法的通知</h1><p>发布时间：2026-11-20 来源：县政府办</p><div id=zoom>",
            "</div>",
        ),
        "article quality",
    ),
    Shape(
        "plain home page",
        repeat(f"<div class=box><h3>通知公告</h3><a href=/l{{n}}/>更多</a><ul>{f'<li>{LINK}<i>11-20</i></li>' * 8}</ul></div>"),
        "home list",
    ),
    Shape("boxes left open", repeat("<div>"), "list article home quality"),
    Shape("end tags in comments", repeat("<div><!--</div>-->"), "list article home quality"),
    Shape("end tags in attributes", repeat("<div a='</div>'>"), "list article home quality"),
    Shape("end tags that end nothing", repeat("<span>" * 40 + "<div>" + "</span>" * 40), "list article home quality"),
    Shape("end tags of nothing, deep down", repeat("</zz>", "<span>" * 500), "list article home quality"),
    Shape("paragraphs deep down", repeat("<p>x", "<div>" * 500), "list article home quality"),
    Shape("fonts left open", repeat("<p><font>x"), "list article home quality"),
    Shape("items within items", repeat(f"<li><dd>{LINK}"), "list article home quality"),
    Shape("many attributes", repeat(" a{n}=1", "<a href=x", ">关于印发办法的通知</a>"), "list article home"),
    Shape("a long class", halves("a", f"<p>{LINK}</p>", "<div class='", f"'>{TEXT}"), "list article home"),
    Shape("a long base", halves("a", LINK, "<base href='https://h/", "/'>"), "list article home"),
    Shape("a run of dots", repeat(".", "<a href=x title=关于印发办法的通知>", "x</a>"), "list home"),
    Shape("a run of brackets", repeat("(", "<a href=x>关于印发", "x</a>"), "list home"),
    Shape("blanks in a link", repeat("<b> </b>", "<a href=1>关于印发办法的通知</a>"), "list home article"),
    Shape("numbers", repeat("<a href=x{n}>{n}</a>"), "list home"),
    Shape("links within links", repeat("文本", "<a href=1.pdf><marquee>" * 250), "list article home"),
    Shape("files beside text", halves("文本", "<a href={n}.pdf>附件</a>", f"{TEXT}<table><tr><td>", ""), "article"),
    Shape("files in one box", repeat("<a href={n}.pdf>附件</a> ", "<div>"), "article"),
    Shape("places within places", repeat("<p></p>", "<div class=view>" * 900), "article"),
    Shape("sources in one box", repeat("原文<a href={n}>x</a><hr>"), "article"),
    Shape("labels", repeat(f"<p>{'发布时间：2026-13-01' * 20}</p>"), "article"),
    Shape("titles and headings", halves("关于公布|", f"<h1>关于印发办法</h1>{TEXT}", "<title>", "</title>"), "article"),
    Shape("links beside long text", halves("文本。", "<a href={n}><i></i></a>", "<div>", "</div><div>"), "home"),
    Shape("never filled in", repeat("<p>{{x{n}}}</p>"), "quality"),
    Shape("records", repeat(f"<record><![CDATA[<li>{LINK}<i>2026-11-20</i></li>]]></record>", "<datastore>"), "list"),
    Shape("comments", repeat(f"<!--<li>{LINK}<i>2026-11-20</i></li>-->"), "list"),
    Shape("arrays in scripts", repeat('[{"title":"关于印发办法","url":"{n}"}],', "<script>"), "list"),
    Shape("plain feed", repeat("<item><title>关于印发办法</title><link>/{n}.html</link></item>", "<rss><channel>"), "feed"),
    Shape("a feed's categories", repeat("<category>c{n}</category>", "<rss><channel><item><title>x</title>"), "feed"),
    Shape("a feed's blank head", repeat("\n", "", "<rss>"), "feed"),
    Shape("a feed's many types", repeat("<!DOCTYPE["), "feed"),
    Shape("markup in a feed", repeat("<b>", "<rss><channel><item><description>"), "feed"),
    Shape("plain JSON", repeat('{"title":"关于印发办法","url":"/{n}.html"},', '{"list":[', "{}]}"), "json"),
    Shape("arrays of nothing", repeat("[],", "[", "[]]"), "json"),
    Shape("arrays within arrays", repeat("["), "json"),
    Shape("plain sitemap", repeat("<url><loc>/{n}.html</loc><lastmod>2026-11-20</lastmod></url>", "<urlset>"), "sitemap"),
    Shape("plain bytes", repeat("关于印发办法的通知"), "decode"),
    Shape("a thousand declarations", repeat("关于印发办法的通知", "<meta charset=big5>" * 800), "decode"),
    Shape("a plain text compared", repeat("现将优化营商环境若干措施印发给你们，请认真贯彻执行。"), "match"),
    Shape("titles within titles", repeat("关于印发《"), "match"),
    Shape("addresses within addresses", repeat("?url=https%3A%2F%2Fh", "https://h/"), "address"),
    Shape("index pages within index pages", repeat("index.html/", "https://h/"), "address"),
)  # fmt: skip

SOURCE = Document(
    title="国务院办公厅关于印发《优化营商环境若干措施》的通知", text="优化营商环境若干措施。" * 90
)


def compare(text: str) -> tuple[object, ...]:
    return match(SOURCE, Document(title=text, text=text)), could_repost(SOURCE, text)


def judge(page: str) -> tuple[object, ...]:
    return is_stub(page), is_soft_404(page), is_template(page)


READINGS: dict[str, Read] = {
    "list": lambda page: read_listing(page, PAGE),
    "article": lambda page: read_article(page, PAGE),
    "home": lambda page: read_home(page, PAGE),
    "quality": judge,
    **{
        kind: lambda page, kind=kind: read_listing(page, PAGE, ListHints(format=kind))  # type: ignore[misc]
        for kind in ("feed", "json", "sitemap")
    },
    "decode": lambda page: decode(page.encode("gb18030")),
    "match": compare,
    "address": canonical,
}


def main() -> int:
    arguments = _arguments()
    sizes = [size for size in SIZES if size <= arguments.largest]
    print(f"{'ms of CPU per KiB':42}" + "".join(f"{_named(size):>10}" for size in sizes))
    faults = 0
    for shape in SHAPES:
        if arguments.names and not any(name in shape.name for name in arguments.names):
            continue
        for reading in shape.readings.split():
            costs = dict(_costs(shape, READINGS[reading], sizes))
            fault = _fault(costs, arguments.most)
            faults += bool(fault)
            print(
                f"{shape.name:32}{reading:10}"
                + "".join(f"{cost:10.3f}" for cost in costs.values())
                + f"  {fault}",
                flush=True,
            )
    return int(faults > 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*")
    parser.add_argument("--largest", type=int, default=SIZES[-1], help="KiB")
    parser.add_argument("--most", type=float, default=10.0, help="ms per KiB, of pages of 100 KiB and more")
    return parser.parse_args()


def _costs(shape: Shape, read: Read, sizes: list[int]) -> Iterator[tuple[int, float]]:
    """Yield the cost at each size, the least of some tries; a page that costs a minute is made no larger."""
    for size in sizes:
        page = shape.make(size * 1024)
        seconds = min(_seconds(read, page) for _ in range(3 if size <= 100 else 1))
        yield size, seconds * 1000 / (len(page.encode("utf-8")) / 1024)
        if seconds > 60:
            return


def _seconds(read: Read, page: str) -> float:
    started = time.process_time()
    read(page)
    return time.process_time() - started


def _fault(costs: dict[int, float], most: float) -> str:
    large = {size: cost for size, cost in costs.items() if size >= REFERENCE}
    if not large:
        return ""
    last = costs[max(large)]
    if max(large.values()) > most:
        return "TOO MUCH"
    return "GROWS" if last > GROWTH * max(large[min(large)], NEGLIGIBLE) else ""


def _named(size: int) -> str:
    return f"{size} KiB" if size < 1024 else f"{size // 1024} MiB"


if __name__ == "__main__":
    sys.exit(main())
