"""A county's small world for the rounds: portals and sites on this machine whose pages are plain values.

A test writes what stands where, moves the clock by hand, runs one round after another (or lets `until` run
whatever falls due, as the engine would), and reads the store. Nothing sleeps; the store, the client, the
reader and the configuration are the real ones.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory
from typing import Any, TypeVar
from urllib.parse import unquote, urljoin
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlmodel import Session, SQLModel, col, select

from alerts.events import Event, Kind, RepostFacts
from monitor.evidence import Evidence
from monitor.net.browser import Browser, BrowserSettings
from monitor.net.client import Client
from monitor.net.guard import Guard
from monitor.net.settings import FetchSettings
from monitor.rounds import decisions, kinds, review
from monitor.rounds.context import Context, Observer
from monitor.rounds.poll import key_of
from monitor.rounds.reference import reference_of
from monitor.rounds.sync import apply_targets
from monitor.store import duties, schema, views, watches
from monitor.store.session import Store
from monitor.store.tables import AlertEvent, Item, Look, Obligation, Place, Policy, Problem, Transition, Watch
from monitor.targets import Targets, counting, load

T = TypeVar("T")
Row = TypeVar("Row", bound=SQLModel)

SHANGHAI = ZoneInfo("Asia/Shanghai")
PER_PAGE = 20


def at(day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """A moment of November 2026 on the office's clock; the 24th is a Tuesday."""
    return datetime(2026, 11, day, hour, minute, second, tzinfo=SHANGHAI)


START = at(24, 9)
"""When every test begins: a Tuesday, nine o'clock."""

TEXT = (
    "各省、自治区、直辖市人民政府，国务院各部委、各直属机构：",
    "为方便群众就近办事，经国务院同意，现就县域便民服务有关事项通知如下，请结合实际认真贯彻执行。",
    "一、完善网点布局。每个乡镇至少设立一处便民服务中心，每个行政村有一处服务站，公布可办事项和办理时间。",
    "二、精简办事材料。能够通过数据共享核验的，不再要求群众提交；确需提交的，一次告知，不得反复退件。",
    "三、统一服务标准。同一事项在同一县域内材料相同、流程相同、时限相同，收费标准在显著位置公开。",
    "四、畅通评价渠道。群众的意见按月汇总，整改结果向社会公布，评价结果与窗口单位年度考核挂钩。",
)

OLD_NEWS = (
    "全县春季义务植树活动在城东林场举行",
    "我县第三届职工运动会圆满落幕",
    "城区供水管网改造一期工程完工通水",
    "县图书馆举办青少年读书分享会",
    "冬小麦田间管理现场会在河口镇召开",
    "县医院新门诊楼正式投入使用",
    "乡村公路养护队全力清除路面积雪",
    "本县三家企业入选省级绿色工厂",
    "老年大学秋季班开学典礼举行",
    "县消防救援大队开展商场疏散演练",
)
OLD_PAPERS = (
    "关于做好今年汛期水库安全度汛工作的通知",
    "关于公布第四批非物质文化遗产名录的通知",
    "关于加快推进冷链物流发展的实施方案",
    "关于进一步规范户外广告设置的意见",
    "关于表彰年度劳动模范的决定",
    "关于调整最低生活保障标准的公告",
    "关于开展第五次经济普查的通知",
    "关于加强农村宅基地审批管理的办法",
    "关于促进家政服务业提质扩容的意见",
    "关于健全矿山救援队伍体系的方案",
)

FOOTER = (
    "主办单位：示例县人民政府办公室 网站标识码：3408990001 皖ICP备12345678号-1 皖公网安备34089902000123号"
)

CONFIG = """
[office]
name = "示例县人民政府办公室"
region = "340899"

[store]
url = "sqlite:///$folder/duban.db"
evidence = "$folder/evidence"

[fetch]
allow_networks = ["127.0.0.0/8"]
robots = "ignore"

[key]
include = ["关于印发.*的通知"]
exclude = ["任免", "解读"]
doc_numbers = ["国发", "国办发"]

[[portal]]
id = "gov"
name = "国家门户"
level = "national"
url = "$gov/"

  [[portal.column]]
  name = "政策"
  url = "$gov/zcwj/"

[[portal]]
id = "prov"
name = "省门户"
level = "provincial"
region = "340000"
url = "$prov/"

  [[portal.column]]
  name = "省政策"
  url = "$prov/zcwj/"

[[site]]
id = "county"
name = "示例县"
region = "340899"
url = "$county/"

  [site.registration]
  site_id = "3408990001"
  icp = "皖ICP备12345678号-1"
  police = "皖公网安备34089902000123号"
  sponsor = "示例县人民政府办公室"

  [site.grading]
  level = 2
  filing = "34089900001-00001"
  assessed = 2026-03-01

  [[site.column]]
  name = "上级文件"
  url = "$county/sjwj/"

  [[site.column]]
  name = "要闻"
  url = "$county/yw/"
  about = "news"
"""

FAR_SITE = """
[[site]]
id = "far"
name = "远县"
region = "360101"
url = "$far/"

  [[site.column]]
  name = "上级文件"
  url = "$far/sjwj/"
"""
"""A second site, in another province: the national portal binds it, the provincial one does not."""


@dataclass(slots=True)
class Clock:
    """The time of a test: it stands still until it is moved."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Paper:
    """A document as its page brings it; `published` is what the page declares: a moment, a day, nothing."""

    title: str
    published: datetime | date | None = None
    number: str | None = None
    text: tuple[str, ...] = TEXT
    source: str = "国家门户"


POLICY = Paper("国务院办公厅关于印发县域便民服务重点任务的通知", at(24, 9, 59), number="国办发〔2026〕31号")
INTERPRETATION = Paper(
    "《国务院办公厅关于印发县域便民服务重点任务的通知》政策解读",
    at(24, 10, 20),
    text=("近日，《国务院办公厅关于印发县域便民服务重点任务的通知》印发，现解读如下。", *TEXT[1:]),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a list as it is shown: a title, where it leads, a day (empty: none)."""

    title: str
    href: str
    day: str = ""
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that goes before whatever stands at an address."""

    body: str | bytes = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Heard:
    """A request as it arrived; header names in lower case."""

    path: str
    headers: Mapping[str, str]


SOFT_404 = Reply("<html><head><title>404</title></head><body>对不起，您访问的页面不存在</body></html>")
DOWN = Reply("busy", 502)
BLOCKED = Reply("no", 403)
EMPTY = Reply("")
GARBAGE = Reply(b"\x89\x00\x13garbage \xff\xfe" * 40)
DROPPED = Reply(status=-1)
"""The connection is closed without an answer."""
HANGING = Reply(status=-2)
"""No answer ever comes."""


class Host:
    """A web server whose pages are values: lists, papers by path, and replies that go before both."""

    def __init__(self, name: str, clock: Clock) -> None:
        self.name = name
        self.clock = clock
        self.base = ""
        self.title = f"{name}人民政府"
        self.lists: dict[str, list[Entry]] = {}
        self.papers: dict[str, Paper] = {}
        self.replies: dict[str, Reply] = {}
        self.guarded: dict[str, tuple[str, Reply]] = {}  # by path: a cookie, and what is said without it
        self.headers: dict[str, dict[str, str]] = {}
        self.front: dict[str, str] = {}
        self.nav: list[Entry] = []
        self.footer = FOOTER
        self.encoding = "utf-8"
        self.paging = True
        self.heard: list[Heard] = []
        self._numbers = iter(range(1000, 100_000))

    def hold(self, path: str, titles: Sequence[str], name: str = "", days_before: int = 2) -> None:
        """Make a list of older papers, one a day; a named one also stands in a box of the home page."""
        for age, title in reversed(list(enumerate(titles, start=days_before))):
            day = (START - timedelta(days=age)).date()
            self.put(path, Paper(title, day, text=(f"{title}。" * 8,), source=self.name))
        if name:
            self.front[path] = name

    def put(
        self,
        path: str,
        paper: Paper,
        *,
        row: str | None = None,
        day: str | None = None,
        href: str | None = None,
        where: int = 0,
    ) -> str:
        """Put a paper on top of a list (or as its row `where`); return the address its row leads to.

        row, day, href: what the row shows and where it leads, where that is not what the paper says.
        """
        address = href or f"/art/{next(self._numbers)}.html"
        if href is None:
            self.papers[address] = paper
        shown = _day(paper.published) if day is None else day
        self.lists.setdefault(path, []).insert(where, Entry(row or paper.title, address, shown))
        return self.url(address)

    def remove(self, path: str, address: str) -> None:
        """Take a row off a list; its page stays."""
        self.lists[path] = [entry for entry in self.lists[path] if self.url(entry.href) != address]

    def url(self, path: str) -> str:
        return urljoin(f"{self.base}/", path)

    def asked(self, path: str) -> list[Heard]:
        return [heard for heard in self.heard if heard.path == path]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        path = unquote(request.path_qs)
        self.heard.append(Heard(path, {name.lower(): value for name, value in request.headers.items()}))
        reply = self.replies.get(path) or self.replies.get("*") or self._page(path)
        cookie, challenge = self.guarded.get(path, ("", reply))
        if cookie not in request.headers.get("Cookie", ""):
            reply = challenge
        if reply is HANGING:
            await asyncio.Event().wait()
        if reply is DROPPED:
            assert request.transport is not None
            request.transport.abort()
        body = reply.body.encode(self.encoding) if isinstance(reply.body, str) else reply.body
        kind = {"Content-Type": f"text/html; charset={self.encoding}"}
        dated = {"Date": format_datetime(self.clock())}  # a server's clock goes with ours
        wanted = {**dated, **kind, **self.headers.get("*", {}), **self.headers.get(path, {}), **reply.headers}
        etag = wanted.get("ETag")
        if etag and request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers=wanted)
        return web.Response(body=body, status=max(reply.status, 0) or 200, headers=wanted)

    def _page(self, path: str) -> Reply:
        if path == "/":
            return Reply(self._home())
        if (paper := self.papers.get(path)) is not None:
            return Reply(_article(self, paper))
        folder, _, name = path.rpartition("/")
        if (rows := self.lists.get(f"{folder}/")) is not None:
            number = int(name.removeprefix("index_").removesuffix(".html")) if name else 0
            return Reply(self._list(f"{folder}/", rows, number))
        return Reply("not here", 404)

    def _home(self) -> str:
        boxes = "".join(
            f'<div class="box"><h3><a href="{path}">{name}</a></h3>'
            f'<ul class="list">{_rows(self.lists[path][:8])}</ul></div>'
            for path, name in self.front.items()
        )
        return self._frame(self.title, boxes)

    def _list(self, path: str, rows: Sequence[Entry], number: int) -> str:
        more = self.paging and len(rows) > (number + 1) * PER_PAGE
        link = f'<a href="{path}index_{number + 1}.html">下一页</a>' if more else ""
        shown = rows[number * PER_PAGE : (number + 1) * PER_PAGE]
        return self._frame(
            f"列表_{self.title}", f'<ul class="news-list">{_rows(shown)}</ul><div class="page">{link}</div>'
        )

    def _frame(self, title: str, inner: str) -> str:
        nav = "".join(f'<a href="{link.href}">{link.title}</a>' for link in self.nav)
        return (
            f'<html><head><meta charset="{self.encoding}"><title>{escape(title)}</title></head><body>'
            f'<div class="nav"><a href="/">首页</a>{nav}</div><div class="main">{inner}</div>'
            f'<div class="footer"><p>{self.footer}</p></div></body></html>'
        )


def _rows(entries: Sequence[Entry]) -> str:
    return "".join(
        f"<li{' class=' + chr(34) + 'istop' + chr(34) if entry.pinned else ''}>"
        f'<a href="{escape(entry.href)}" title="{escape(entry.title)}">{escape(entry.title)}</a>'
        f"<span>{entry.day}</span></li>"
        for entry in entries
    )


def _article(host: Host, paper: Paper) -> str:
    stated = _stated(paper.published)
    tag = f'<meta name="PubDate" content="{stated}">' if stated else ""
    shown = f"发布时间：{stated} " if stated else ""
    number = f"<p>{paper.number}</p>" if paper.number else ""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paper.text)
    return (
        f'<html><head><meta charset="{host.encoding}"><title>{escape(paper.title)}_{host.title}</title>'
        f'<meta name="ArticleTitle" content="{escape(paper.title)}">{tag}</head><body>'
        f"<h1>{escape(paper.title)}</h1>"
        f'<div class="info"><span>{shown}</span><span>来源：{paper.source}</span></div>'
        f'<div class="content">{number}{text}</div>'
        f'<div class="footer"><p>{host.footer}</p></div></body></html>'
    )


def _stated(published: datetime | date | None) -> str:
    if isinstance(published, datetime):
        return published.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    return published.isoformat() if published else ""


def _day(published: datetime | date | None) -> str:
    return _stated(published)[:10]


HOSTS = ("gov", "prov", "county", "far", "city")


@dataclass(slots=True)
class World:
    """All of it: hosts by name, the clock, the store, and the configuration in force."""

    folder: Path
    hosts: Mapping[str, Host]
    clock: Clock
    store: Store
    client: Client
    config: str
    context: Context

    def __getattr__(self, name: str) -> Host:
        try:
            return self.hosts[name]
        except KeyError:
            raise AttributeError(name) from None

    # --- time -----------------------------------------------------------------------------------------

    def now(self) -> datetime:
        return self.clock.now

    def pass_by(self, **length: float) -> None:
        """Let time pass in which nothing is done: pass_by(minutes=5)."""
        self.clock.now += timedelta(**length)

    async def until(self, moment: datetime) -> None:
        """Do whatever falls due until then, each at its time, as the engine would."""
        while (due := await self._next()) is not None and due[0] <= moment:
            self.clock.now = max(self.clock.now, due[0])
            await kinds.ROUNDS[due[1]](self.context, due[2])
        self.clock.now = max(self.clock.now, moment)
        await self.judge()

    async def _next(self) -> tuple[datetime, str, str] | None:
        """What falls due next. What is to be judged at this very moment waits until time goes on."""
        # Every minute, and nothing for these tests; links are followed by tests of their own.
        due = select(Watch).where(col(Watch.kind).not_in(("follow", *watches.LASTING)))
        watched = await self.store.read(lambda session: session.exec(due).all())
        judged = select(Obligation.judge_at, Obligation.id).where(col(Obligation.judge_at).is_not(None))
        dated = await self.store.read(lambda session: session.exec(judged).all())
        found = [(watch.due_at, watch.kind, watch.key) for watch in watched]
        found += [(at_, "judge", str(id_)) for at_, id_ in dated if at_ is not None and at_ != self.clock()]
        return min(found, default=None)

    # --- rounds ---------------------------------------------------------------------------------------

    async def poll(self, *portals: str) -> None:
        """Read the columns of these portals, of all where none is named."""
        for portal in self.context.targets.portals:
            if not portals or portal.id in portals:
                for column in portal.columns:
                    await kinds.poll(self.context, key_of(portal, column))

    async def look(self, *sites: str) -> None:
        """Look at these sites, at all where none is named."""
        for site in self.context.targets.sites:
            if not sites or site.id in sites:
                await kinds.look(self.context, site.id)

    async def judge(self) -> None:
        """Judge what time alone has something to say on."""
        for id_ in await self.store.read(lambda session: duties.due(session, self.clock())):
            await kinds.judge(self.context, str(id_))

    async def audit(self, site: str) -> None:
        await kinds.audit(self.context, site)

    async def together(self, kind: str, *keys: str) -> None:
        """Run rounds of a kind side by side."""
        await asyncio.gather(*(kinds.ROUNDS[kind](self.context, key) for key in keys))

    async def begin(self) -> None:
        """Read everything once: the first readings, which start no clock."""
        await self.poll()
        await self.look()

    async def publish(self, paper: Paper = POLICY, portal: str = "gov", **row: Any) -> str:
        """The usual beginning: all is read, the portal brings a paper at ten, a minute later it is polled."""
        await self.begin()
        self.clock.now = at(24, 9, 58)
        await self.poll()
        self.clock.now = at(24, 10)
        address = self.hosts[portal].put("/zcwj/", paper, **row)
        await self.poll()
        return address

    # --- officers -------------------------------------------------------------------------------------

    async def key(self, action: str, url: str, reason: str = "经研究") -> Policy | int:
        """Decide by hand whether an item is key: `duban key add`, `duban key drop`."""
        ctx, officer = self.context, decisions.Officer("王某", reason)
        item = await self.store.read(lambda session: decisions.find_item(session, ctx, url))
        article = await decisions.read_item(ctx, item) if action == "add" else None

        def decide(session: Session) -> Policy | int:
            found = decisions.find_item(session, ctx, url)
            if action == "add":
                return decisions.add_key(session, ctx, found, officer, self.clock(), article)
            return decisions.drop_key(session, ctx, found, officer, self.clock())

        return await self.store.write(decide)

    async def waive(self, id_: int = 1) -> Obligation:
        ctx, officer = self.context, decisions.Officer("王某", "系统内部文件")
        return await self.store.write(lambda s: decisions.waive(s, ctx, id_, officer, self.clock()))

    async def discharge(self, url: str, id_: int = 1) -> Obligation:
        ctx, officer = self.context, decisions.Officer("李某", "县里来电说明")
        policy = await self.store.read(lambda session: decisions.find_policy(session, id_))
        proof = await decisions.prove_by_hand(ctx, policy, url)
        return await self.store.write(
            lambda s: decisions.discharge(s, ctx, id_, proof, officer, self.clock())
        )

    async def review(self, action: str, id_: int = 1) -> Obligation:
        """Decide on an accusation by hand: `duban object`, `duban uphold`, `duban overturn`."""
        ctx, officer = self.context, decisions.Officer("王某", "经核实")

        def decide(session: Session) -> Obligation:
            if action == "object":
                return review.object_to(session, id_, officer, self.clock())
            take = review.uphold if action == "uphold" else review.overturn
            return take(session, ctx, id_, officer, self.clock())

        return await self.store.write(decide)

    async def acknowledge(self, rule: str) -> Problem:
        """Acknowledge the one open problem of a rule."""
        (problem,) = [row for row in await self.problems(rule) if row.closed_at is None]
        officer, id_ = decisions.Officer("王某", "已知悉"), problem.id or 0
        return await self.store.write(lambda s: decisions.acknowledge(s, id_, officer, self.clock()))

    # --- configuration --------------------------------------------------------------------------------

    async def reload(self, config: str) -> None:
        """Take another configuration into force, as the daemon does."""
        self.config = config
        targets = self.load(config)
        self.context = replace(self.context, targets=targets, counting=counting(targets))
        await self.apply()

    async def amend(self, old: str, new: str) -> None:
        """Reload with one place of the configuration changed."""
        assert old in self.config, f"{old!r} does not stand in the configuration"
        await self.reload(self.config.replace(old, new))

    def load(self, config: str) -> Targets:
        return load(write_config(self.folder, config, self.hosts), {})

    async def apply(self) -> None:
        ctx = self.context
        await self.store.write(lambda session: apply_targets(session, ctx, self.clock()))

    # --- what came of it ------------------------------------------------------------------------------

    async def all(self, table: type[Row]) -> list[Row]:
        """All rows of a table, in the order in which they were made."""
        found = await self.store.read(lambda session: list(session.exec(select(table))))
        return sorted(found, key=lambda row: getattr(row, "id", 0) or 0)

    async def obligations(self, site: str | None = None) -> list[Obligation]:
        return [row for row in await self.all(Obligation) if site in (None, row.site)]

    async def the_obligation(self, site: str = "county") -> Obligation:
        (only,) = await self.obligations(site)
        return only

    async def state(self, site: str = "county") -> str:
        return (await self.the_obligation(site)).state

    async def shown(self, site: str = "county") -> dict[str, Any]:
        """The site's one obligation as the interface shows it."""
        found = await self.store.read(lambda session: views.list_obligations(session, SHANGHAI, site=site))
        (only,) = found
        return only

    async def history(self, site: str = "county") -> list[str]:
        """The states the site's one obligation went through."""
        id_ = (await self.the_obligation(site)).id
        return [row.state for row in await self.all(Transition) if row.obligation_id == id_]

    async def policies(self) -> list[Policy]:
        return await self.all(Policy)

    async def items(self, owner: str = "gov") -> list[Item]:
        return [item for item in await self.all(Item) if item.owner == owner]

    async def item(self, title: str, owner: str = "gov") -> Item:
        (only,) = [item for item in await self.items(owner) if item.title == title]
        return only

    async def problems(self, rule: str | None = None) -> list[Problem]:
        """Problems, those of a rule if one is named, the closed ones too."""
        return [row for row in await self.all(Problem) if rule in (None, row.rule)]

    async def standing(self) -> list[tuple[str, str]]:
        """The open problems as (owner, rule)."""
        return sorted((row.site, row.rule) for row in await self.all(Problem) if row.closed_at is None)

    async def events(self) -> list[Event]:
        return [Event.from_json(row.payload) for row in await self.all(AlertEvent)]

    async def told(self, site: str | None = None) -> list[tuple[Kind, str]]:
        """What people were told of a site, in order, as (kind, rule)."""
        return [(event.kind, event.rule) for event in await self.events() if site in (None, event.site.id)]

    async def last_told(self, kind: Kind) -> RepostFacts:
        """The facts of the last event of a kind on a repost."""
        *_, last = [event for event in await self.events() if event.kind is kind]
        assert isinstance(last.facts, RepostFacts)
        return last.facts

    async def looks(self) -> list[Look]:
        return await self.all(Look)

    async def place(self, owner: str, url: str) -> Place:
        (only,) = [row for row in await self.all(Place) if (row.owner, row.url) == (owner, url)]
        return only

    async def due(self, kind: str, key: str) -> datetime:
        (only,) = [row for row in await self.all(Watch) if (row.kind, row.key) == (kind, key)]
        return only.due_at

    async def due_now(self) -> list[tuple[str, str]]:
        found = await self.store.read(lambda session: watches.due(session, self.clock(), 100))
        return [(watch.kind, watch.key) for watch in found]

    async def write(self, work: Callable[[Session], T]) -> T:
        return await self.store.write(work)


def write_config(folder: Path, config: str, hosts: Mapping[str, Host]) -> Path:
    path = folder / "targets.toml"
    names = {name: host.base for name, host in hosts.items()} | {"folder": str(folder)}
    path.write_text(Template(config).safe_substitute(names), encoding="utf-8")
    return path


def furnish(hosts: Mapping[str, Host]) -> None:
    """Give every host what it held before: older papers and news."""
    for name in ("gov", "prov", "city"):
        hosts[name].hold("/zcwj/", [f"{hosts[name].name}{title}" for title in OLD_PAPERS], "政策文件")
    for name in ("county", "far"):
        hosts[name].hold("/sjwj/", [f"省政府{title}" for title in OLD_PAPERS], "上级文件")
        hosts[name].hold("/yw/", OLD_NEWS, "要闻")


@asynccontextmanager
async def made(
    folder: Path,
    config: str = CONFIG,
    settings: FetchSettings | None = None,
    trust: ssl.SSLContext | None = None,
    browser: BrowserSettings | None = None,
) -> AsyncIterator[World]:
    """A furnished world with its configuration in force; nothing was read yet.

    browser: how pages are shown; without it there is no browser.
    """
    clock = Clock()
    async with AsyncExitStack() as stack:
        hosts = {name: await stack.enter_async_context(_serving(name, clock)) for name in HOSTS}
        furnish(hosts)
        targets = load(write_config(folder, config, hosts), {})
        store = stack.enter_context(_opened(folder))
        fetch = settings or FetchSettings(patience=timedelta(0))
        client = await stack.enter_async_context(
            Client(fetch, Guard(tuple(targets.fetch.allow_networks)), clock=clock, trust=trust)
        )
        shows = Browser(client, browser) if browser else None
        context = Context(
            targets=targets,
            counting=counting(targets),
            store=store,
            client=client,
            evidence=Evidence(Path(targets.store.evidence), clock),
            now=clock,
            observer=Observer(),
            browser=await stack.enter_async_context(shows) if shows else None,
            reference=reference_of(targets, client, clock),
        )
        world = World(folder, hosts, clock, store, client, config, context)
        await world.apply()
        yield world


@asynccontextmanager
async def _serving(name: str, clock: Clock) -> AsyncIterator[Host]:
    host = Host(name, clock)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", host.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield host
    finally:
        await runner.cleanup()


@cache
def _empty_store() -> bytes:
    """An upgraded store without rows, made once: the steps take longer than most tests."""
    with TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/empty.db")
        schema.upgrade(store)
        store.close()
        return Path(folder, "empty.db").read_bytes()


@contextmanager
def _opened(folder: Path) -> Iterator[Store]:
    (folder / "duban.db").write_bytes(_empty_store())
    store = Store(f"sqlite:///{folder}/duban.db")
    store.start()
    try:
        yield store
    finally:
        store.close()
