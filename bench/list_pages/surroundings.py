"""What stands around a list: navigation, paths, side lists, banners, links to friends, pages, footers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from bench.list_pages.addresses import MakeHref
from bench.list_pages.dates import FORMS
from bench.list_pages.looks import Look
from bench.list_pages.markup import Element, make
from bench.list_pages.titles import PLACES, make_names, make_titles

WEEK = "一二三四五六日"
SIDE_TITLES = ("最新动态", "热点信息", "相关信息", "政策解读", "推荐阅读", "图片新闻", "最新公开")
HOT_TITLES = ("热点排行", "点击排行", "热门浏览")
SERVICES = ("个人办事", "法人办事", "在线咨询", "领导信箱", "投诉举报", "常见问题")


@dataclass(frozen=True, slots=True)
class Site:
    """The made site that the page belongs to."""

    name: str
    column: str
    columns: tuple[str, ...]
    make_href: MakeHref
    first_number: int  # of the articles that side lists lead to

    @property
    def section(self) -> str:
        return self.columns[0]


def found_site(chance: Random, make_href: MakeHref) -> Site:
    names = make_names(chance, 9)
    name = f"{chance.choice(PLACES)}人民政府"
    return Site(name, names[0], tuple(names[1:]), make_href, chance.randint(10**6, 9 * 10**6))


def make_head(site: Site, look: Look) -> Element:
    charset = make("meta", charset="utf-8")
    if look.old:
        charset = make("meta", http_equiv="Content-Type", content="text/html; charset=gb2312")
    return make(
        "head",
        charset,
        make("title", f"{site.column}_{site.name}"),
        make("meta", name="SiteName", content=site.name),
        make("meta", name="SiteDomain", content="www.example.gov.cn"),
        make("meta", name="SiteIDCode", content="3300000000"),
        make("meta", name="ColumnName", content=site.column),
        make("meta", name="ColumnType", content="政务动态"),
        make("link", rel="stylesheet", href="/css/style.css"),
        make("style", ".wrap{width:1200px;margin:0 auto}.fl{float:left}.fr{float:right}.cur{color:#c00}"),
        make("script", src="/js/jquery-1.12.4.min.js"),
        make("script", "var siteId = 17; var channel = 'col';"),
    )


def make_top(look: Look) -> Element:
    day = look.today
    today = f"今天是：{day.year}年{day.month}月{day.day}日 星期{WEEK[day.weekday()]}"
    tools = [make("a", word, href=href) for word, href in TOOLS]
    return make("div", make("span", today), *_mix(tools, " | "), cls="top", zone="tools at the top")


def make_navigation(site: Site, look: Look) -> Element:
    items = [make("li", make("a", "首页", href="/"))]
    for place, name in enumerate(site.columns[:7], 1):
        item = make("li", make("a", name, href=f"/nav{place}/index.html"))
        if look.nav_levels == 2:
            below = SERVICES[: 3 + place % 4]
            item.add(
                make(
                    "ul", *(make("li", make("a", b, href=f"/nav{place}/s{n}/")) for n, b in enumerate(below))
                )
            )
        items.append(item)
    return make("div", make("ul", *items), cls="nav", zone="navigation")


def make_crumbs(site: Site, chance: Random) -> Element:
    parts = [
        make("a", "首页", href="/"),
        make("a", site.section, href="/nav1/index.html"),
        make("a", site.column, href="./"),
    ]
    word = chance.choice(("当前位置：", "您现在的位置：", "您的位置:"))
    return make("div", word, *_mix(parts, " > "), cls="position", zone="breadcrumbs")


def make_menu(site: Site) -> Element:
    items = [
        make("li", make("a", name, href=f"../lm{place}/"), cls="item" if place else "item cur")
        for place, name in enumerate((site.column, *site.columns))
    ]
    return make("div", make("h3", site.section), make("ul", *items), cls="menu", zone="menu of columns")


def make_sides(site: Site, look: Look, chance: Random) -> Iterator[Element]:
    """Side lists, shorter than the main list and with shorter lines."""
    titles = chance.sample(SIDE_TITLES, k=look.sides)
    share = 0.5 if look.layout == "single" else 0.67  # the main list has to be seen as such
    most = max(3, min(8, int(look.rows * share)))
    for place, title in enumerate(titles):
        yield _make_side(site, look, chance, (title, f"side{place}"), most, look.sides_dated)
    if look.hot:
        most = max(3, min(10, int(look.rows * share)))
        yield _make_side(site, look, chance, (chance.choice(HOT_TITLES), "hot"), most, look.hot == "dated")


def _make_side(
    site: Site, look: Look, chance: Random, named: tuple[str, str], most: int, dated: bool
) -> Element:
    title, name = named
    count = chance.randint(min(3, most), most)
    form = chance.choice([form for form in FORMS if form.group in {"date plain", "no year"}])
    width, tagged = chance.randint(12, 17), chance.random() < 0.5
    rows = []
    for place, text in enumerate(make_titles(chance, count)):
        at = datetime.combine(look.today - timedelta(days=chance.randint(0, 40)), datetime.min.time())
        number = site.first_number + 1000 * sum(map(ord, name)) + place
        link = make("a", text[:width] + ("…" if len(text) > width else ""), href=site.make_href(at, number))
        if tagged:
            link.attributes["title"] = text
        rows.append(make("li", link, make("span", form.write(at)) if dated else None))
    block = make("div", make("h3", title), cls=f"side {name}", zone=f"side list {title!r}")
    if name == "side0" and chance.random() < 0.4:
        block.add(make("a", "更多>>", href="/more/", cls="more"))
    return block.add(make("ul", *rows))


def make_banner(chance: Random) -> Element:
    return make(
        "div",
        *(
            make("a", make("img", src=f"/images/banner{n}.jpg", alt=text), href=f"/zt/{n}/", title=text)
            for n, text in enumerate(chance.sample(BANNERS, k=chance.randint(1, 3)))
        ),
        cls="banner",
        zone="banner",
    )


def make_friends(look: Look) -> Element:
    block = make("div", make("span", "友情链接："), cls="links", zone="links to friends")
    if look.friends == "select":
        for word in ("国务院部门网站", "省政府部门网站", "市县区网站"):
            options = (make("option", f"{place}人民政府", value="/link/") for place in PLACES[:6])
            block.add(make("select", make("option", f"---{word}---"), *options))
        return block
    sites = [f"{place}人民政府" for place in PLACES] + ["中国政府网", "国家政务服务平台"]
    return block.add(
        make(
            "ul",
            *(make("li", make("a", s, href=f"https://s{n}.example.gov.cn/")) for n, s in enumerate(sites)),
        )
    )


def make_footer(site: Site) -> Element:
    links = [
        make("a", "网站地图", href="/sitemap/"),
        make("a", "联系我们", href="/contact/"),
        make("a", "隐私声明", href="/privacy/"),
    ]
    return make(
        "div",
        make("p", *_mix(links, " | ")),
        make("p", f"主办：{site.name}办公室　网站标识码：3300000000"),
        make(
            "p",
            make("a", "浙ICP备00000000号-1", href="https://beian.miit.gov.cn/"),
            "　",
            make("a", "浙公网安备 33000000000000号", href="https://beian.mps.gov.cn/#/query/webSearch"),
        ),
        make("p", f"版权所有 © {site.name}　建议使用1440*900分辨率浏览　更新日期：{date(2024, 1, 2)}"),
        cls="footer",
        zone="footer",
    )


def make_pages(look: Look, address: str, chance: Random) -> tuple[Element | None, str | None]:
    """The links to further pages and the second page's address, relative, or nothing."""
    last = chance.randint(3, 60)
    suffix = chance.choice(("html", "html", "htm", "shtml"))
    if not look.pages:
        return None, None
    if look.pages == "script":
        script = f'createPageHTML({last}, 0, "index", "{suffix}");'
        return make("div", make("script", script), cls="page", zone="pages"), f"index_1.{suffix}"
    if look.pages == "query":
        joint = "&" if "?" in address else "?"
        name = chance.choice(("page", "pageNo", "pageIndex"))
        hrefs = [f"{address}{joint}{name}={n}" for n in range(1, 6)]
        return _link_pages(hrefs, last, named=True), hrefs[1]
    first = chance.choice((0, 1))  # some call the second page index_1, some index_2
    hrefs = [f"index.{suffix}", *(f"index_{n + first}.{suffix}" for n in range(1, 5))]
    return _link_pages(hrefs, last, named=look.pages == "links"), hrefs[1]


def _link_pages(hrefs: list[str], last: int, named: bool) -> Element:
    numbers: list[Element] = [make("span", "1", cls="cur")]
    numbers += [make("a", str(n), href=href) for n, href in enumerate(hrefs[1:], 2)]
    block = make("div", f"共{last}页 " if named else None, cls="page", zone="pages")
    if named:
        block.add(make("a", "首页", href=hrefs[0]))
    block.add(*_mix(numbers, " "))
    block.add(make("a", "下一页" if named else ">", href=hrefs[1]))
    return block


def _mix(elements: list[Element], between: str) -> Iterator[Element | str]:
    for place, element in enumerate(elements):
        if place:
            yield between
        yield element


TOOLS = (
    ("无障碍浏览", "/wza/"),
    ("繁體中文", "/big5/"),
    ("English", "/en/"),
    ("移动客户端", "/app/"),
    ("设为首页", "#"),
)
BANNERS = (
    "学习贯彻会议精神专题",
    "优化营商环境专题专栏",
    "政府信息公开年报",
    "“高效办成一件事”",
    "防灾减灾知识普及专栏",
)
