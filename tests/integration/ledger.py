"""A store as an office's looks after a few days, and the console on it: every state, and hostile titles.

Filled by functions, row by row, so that a test knows what stands where. The console is the real one, on a
real socket of this machine; the store, the configuration and the templates are the real ones as well.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
from sqlmodel import Session
from starlette.types import ASGIApp

from alerts.events import Event, Kind, ProblemFacts, RepostFacts, SiteRef
from checks.obligations import State
from checks.rules import Severity
from monitor.service import open_context
from monitor.store import schema
from monitor.store.session import Store
from monitor.store.tables import (
    AlertContent,
    AlertDelivery,
    AlertEvent,
    AlertMessage,
    BadLink,
    Crawled,
    Decision,
    Item,
    Look,
    Obligation,
    Place,
    Policy,
    Problem,
    SiteState,
    Transition,
    Watch,
)
from monitor.targets import Targets, load
from monitor.web.console import console_app
from monitor.web.server import serve

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}\u202e\x00关于“安全”的通知"
"""What a portal's title may be at worst: markup, quotes, template code, a mark that turns the direction."""

BAD_LINKS = ("javascript:alert(1)", "data:text/html,<script>alert(1)</script>", "file:///etc/passwd")

CONFIG = """
[office]
name = "示例市人民政府办公室"
region = "340800"
language = "{language}"

[basis]
title = "关于全面推进政务公开工作的实施意见"
clause = "十六"
{basis}

[store]
url = "sqlite:///{folder}/duban.db"
evidence = "{folder}/evidence"

[[portal]]
id = "gov-cn"
name = "中国政府网"
level = "national"
url = "https://www.gov.cn/"
  [[portal.column]]
  name = "国务院文件"
  url = "https://www.gov.cn/zhengce/xxgk/"

[[portal]]
id = "prov"
name = "省人民政府"
level = "provincial"
url = "https://www.prov.example.cn/"
  [[portal.column]]
  name = "省政府文件"
  url = "https://www.prov.example.cn/zfwj/"
"""

SITE = """
[[site]]
id = "{id}"
name = "{name}"
type = "{type}"
region = "{region}"
url = "https://{id}.example.cn/"
status = "{status}"
  [[site.column]]
  name = "上级文件"
  url = "https://{id}.example.cn/sjwj/"
  [site.registration]
  site_id = "3408990001"
"""

COUNTIES = (
    "青石县",
    "临渡县",
    "松陂县",
    "竹埠县",
    "芦湾县",
    "汐汀县",
    "霜溪县",
    "桃河县",
    "砚坞县",
    "南漪县",
)
TITLES = (
    "国务院办公厅关于印发县域便民服务重点任务的通知",
    "国务院关于进一步优化政务服务提升行政效能推动“高效办成一件事”的指导意见",
    "省人民政府关于促进家政服务业提质扩容的实施意见",
    "省人民政府办公厅关于做好今冬明春森林防火工作的通知",
)

NOW = datetime(2026, 11, 30, 10, 20, tzinfo=SHANGHAI)
"""When the console is looked at: a Monday."""


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A moment of November 2026 on the office's clock; the 27th is a Friday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


def configure(
    folder: Path, *, language: str = "zh-CN", sites: int = len(COUNTIES), basis: str = ""
) -> Targets:
    """Write a configuration of some counties, a department and a closed site, and load it."""
    rows = [(f"county{n}", f"{COUNTIES[n]}人民政府", "portal", f"34085{n}", "open") for n in range(sites)]
    if sites:
        rows.append(("bureau", "市粮食局", "department", "340800", "open"))
        rows.append(("gone", "市储备局", "department", "340800", "closed"))
    text = CONFIG.format(language=language, folder=folder, basis=basis)
    text += "".join(SITE.format(id=i, name=n, type=t, region=r, status=s) for i, n, t, r, s in rows)
    path = folder / "targets.toml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def with_offices(folder: Path, number: int) -> Targets:
    """The same configuration with so many further sites, s0 to …, and load it."""
    path = folder / "targets.toml"
    more = (
        SITE.format(id=f"s{n}", name=f"第{n}局", type="other", region="340800", status="open")
        for n in range(number)
    )
    path.write_text(path.read_text(encoding="utf-8") + "".join(more), encoding="utf-8")
    return load(path)


@dataclass(frozen=True)
class Scene:
    """How one duty went, in minutes after its start; None where it did not happen."""

    state: State
    seen_after: float | None = None
    seen_by: float | None = None
    review: str = "none"
    extra: tuple[tuple[str, Any], ...] = ()


LOOKED = {
    "at": at(26, 0, 6).isoformat(),
    "places": [{"name": "首页", "url": "https://county2.example.cn/"}, {"name": "上级文件", "url": ""}],
    "unread": [
        {"name": "网站地图", "url": "https://county2.example.cn/sitemap.xml", "why": "timeout: no answer"}
    ],
}
OLD_LOOKED = {"places": ["首页", "上级文件"], "unread": ["站内搜索"]}
"""The same as stores of the first days hold it: names alone."""

DAY = 24 * 60
SCENES: tuple[Scene, ...] = (
    Scene(State.MET, 20, 31),
    Scene(State.MET_LATE, 200, 260),
    Scene(State.VIOLATED, 5 * DAY, None, "none", (("looked", LOOKED),)),
    Scene(State.VIOLATED, 4 * DAY, 4 * DAY + 30, "upheld", (("looked", OLD_LOOKED),)),
    Scene(State.UNPROVEN, 30, None),
    Scene(State.UNPROVEN, 30, 5 * DAY),
    Scene(State.WAIVED, 30, None, "none", (("waived", "王主任: 与本县无关"),)),
    Scene(State.VOID, 30, None, "none", (("void", "not key after all (李四: 属于内部管理)"),)),
    Scene(State.VIOLATED, 5 * DAY, None, "objected", (("looked", LOOKED),)),
    Scene(State.MET, None, 1, "overturned"),
)
"""How the counties fared with the first policy, in their order."""

RUNNING = (State.PENDING, State.OVERDUE)


def fill(session: Session, targets: Targets, now: datetime = NOW) -> None:
    """Fill a store: four policies, of which the last two run, and all that followed."""
    _places(session, targets, now)
    counties = [site for site in targets.sites if site.type == "portal"]
    starts = (at(24, 9, 12), at(27, 16, 40), at(30, 7, 5), at(30, 9, 50))
    for number, (title, start) in enumerate(zip(TITLES, starts, strict=True)):
        policy = add_policy(session, title, start, portal="gov-cn" if number < 2 else "prov")
        for place, county in enumerate(counties):
            scene = _scene(number, place)
            if scene is not None:
                add_duty(session, policy, county.id, county.region, scene, now)
    _problems(session, targets, now)
    _messages(session, now)


def _scene(policy: int, county: int) -> Scene | None:
    """The first policy shows every state, the second goes well, the others run on some."""
    if policy == 0:
        return SCENES[county]
    if policy == 1:
        return Scene(State.MET, 20, 40 + county) if county != 3 else Scene(State.MET_LATE, 100, 300)
    if policy == 2:
        return Scene(State.OVERDUE, 170) if county < 4 else Scene(State.MET, 2, 9) if county < 8 else None
    return Scene(State.PENDING, 25) if county < 9 else None


def add_policy(session: Session, title: str, start: datetime, portal: str = "gov-cn", **more: Any) -> Policy:
    """A policy that a portal carries."""
    url = f"https://{portal}.example.cn/{start:%Y%m%d%H%M}.html"
    policy = Policy(
        title=title,
        portal=portal,
        level="national" if portal == "gov-cn" else "provincial",
        **{
            "url": url,
            "doc_number": "国办发〔2026〕31号",
            "published_at": start.isoformat(),
            "precision": "minute",
            "seen_after": start - MINUTE,
            "first_seen_at": start + MINUTE,
            "source": "国务院办公厅",
            "text": "各省、自治区、直辖市人民政府：\n经国务院同意，现就有关事项通知如下。\n" * 3,
            "carriers": [
                {"portal": portal, "url": url, "seen_by": (start + MINUTE).isoformat()},
                {"portal": "prov", "url": "javascript:alert(1)", "seen_by": (start + HOUR).isoformat()},
            ],
            **more,
        },
    )
    session.add(policy)
    session.flush()
    session.add(
        Item(
            owner=portal,
            address=url,
            url=url,
            title=title,
            title_key=title,
            place="国务院文件",
            row_date=start.date().isoformat(),
            seen_by=start,
            last_seen_at=start,
            is_key=True,
            why="its document number begins with 国办发",
            policy_id=policy.id,
        )
    )
    return policy


def add_duty(
    session: Session, policy: Policy, site: str, region: str, scene: Scene, now: datetime, **more: Any
) -> Obligation:
    """A duty that went as the scene says, with its looks and changes of state."""
    start = policy.first_seen_at - MINUTE
    after, by = _moment(start, scene.seen_after), _moment(start, scene.seen_by)
    limit = (start + timedelta(days=3 if start.weekday() == 4 else 1)).replace(hour=0, minute=0)
    limit += timedelta(days=1)
    values: dict[str, Any] = {
        "site": site,
        "region": region,
        "level": policy.level,
        "policy_id": policy.id,
        "portal": policy.portal,
        "started_at": start,
        "target_at": start + HOUR,
        "limit_at": limit,
        "state": scene.state.value,
        "reason": _REASONS[scene.state],
        "review": scene.review,
        "seen_after": after,
        "settled_at": None if scene.state.is_open else by or limit,
        "is_watched": scene.state.is_open,
        "discharged_at": by,
        "sighting": _sighting(site, policy, after, by),
        "delay": (after - start).total_seconds() if after else None,
        **dict(scene.extra),
        **more,
    }
    duty = Obligation(**values)
    if duty.void:
        duty.reason = duty.void
    session.add(duty)
    session.flush()
    _history(session, duty, now)
    return duty


_REASONS = {
    State.PENDING: "not seen yet",
    State.OVERDUE: "not seen, and the target has passed",
    State.MET: "done by the target",
    State.MET_LATE: "a reading at or after the target lacked it; it was done by the limit",
    State.VIOLATED: "readings at or after the limit, and a last look at every place known, lacked it",
    State.UNPROVEN: "it could not be observed whether it was done by the limit",
    State.WAIVED: "an officer let it go",
    State.VOID: "",
}


def _moment(start: datetime, minutes: float | None) -> datetime | None:
    return None if minutes is None else start + timedelta(minutes=minutes)


def _sighting(
    site: str, policy: Policy, after: datetime | None, by: datetime | None
) -> dict[str, Any] | None:
    if by is None:
        return None
    return {
        "how": "doc_number",
        "score": 0.99,
        "why": "Both bear the document number 国办发〔2026〕31号.",
        "url": f"https://{site}.example.cn/sjwj/1.html",
        "title": policy.title,
        "place": "上级文件",
        "seen_after": after.isoformat() if after else None,
        "seen_by": by.isoformat(),
        "declared_at": (by - MINUTE).isoformat(),
        "precision": "minute",
        "backdated": site == "county3",
        "digest": "sha256:" + "ab" * 32,
    }


def _history(session: Session, duty: Obligation, now: datetime) -> None:
    assert duty.id is not None
    start = duty.started_at
    session.add(Transition(obligation_id=duty.id, at=start, state="pending", why="the clock started"))
    if duty.state != "pending":
        session.add(
            Transition(
                obligation_id=duty.id,
                at=duty.settled_at or start + HOUR,
                was="pending",
                state=duty.state,
                why=duty.reason or "",
                by="王主任" if duty.waived else None,
            )
        )
    if duty.waived:
        session.add(
            Decision(
                at=start + HOUR,
                action="waive",
                subject=f"obligation:{duty.id}",
                by="王主任",
                reason="与本县无关",
            )
        )
        session.add(
            Decision(
                at=start + 2 * HOUR,
                action="observed not there",
                subject=f"obligation:{duty.id}",
                by="李四",
                reason="逐栏查看",
                detail={"picture": "sha256:cdcd", "name": HOSTILE},
            )
        )
    until = min(now, start + 2 * HOUR)
    for minutes in range(2, int((until - start) / MINUTE), 5):
        blind = "timeout: no complete answer" if 40 <= minutes < 60 else None
        session.add(
            Look(
                site=duty.site,
                at=start + minutes * MINUTE,
                is_complete=blind is None,
                is_fresh=True,
                places=[
                    {"name": "首页", "url": "https://x/", "rows": 40, "trouble": None},
                    {"name": "上级文件", "url": "https://x/sjwj/", "rows": 20, "trouble": blind},
                ],
            )
        )


def _places(session: Session, targets: Targets, now: datetime | None) -> None:
    """What is watched; `now` is when all of it was read, None before the first round."""
    for portal in targets.portals:
        for portal_column in portal.columns:
            session.add(_place(portal.id, "column", portal_column.name, portal_column.url, now))
    for site in targets.sites:
        is_down = now is not None and site.id == "county4"
        read_at = None if is_down else now
        session.add(_place(site.id, "home", "首页", site.url, read_at, is_down=is_down))
        for column in site.columns:
            session.add(_place(site.id, "column", column.name, column.url, read_at, is_down=is_down))
        up = None if now is None else not is_down
        session.add(SiteState(site_id=site.id, joined_at=at(1), last_read_at=now, up=up))
        session.add(Watch(kind="look", key=site.id, due_at=now or NOW, last_run_at=now))


def _place(
    owner: str, kind: str, name: str, url: str, read_at: datetime | None, *, is_down: bool = False
) -> Place:
    return Place(
        owner=owner,
        kind=kind,
        name=name,
        url=url,
        every=300,
        first_ok_at=read_at,
        last_ok_at=read_at,
        last_tried_at=read_at,
        last_error="connection_refused: [Errno 111] Connect call failed" if is_down else None,
        failures=7 if is_down else 0,
        items=20 if read_at else 0,
        method="found" if read_at else None,
    )


def _problems(session: Session, targets: Targets, now: datetime) -> None:
    rows = (
        ("repost.limit", "county2", "violation", at(25, 0).isoformat(), _REASONS[State.VIOLATED], None, 3),
        ("availability.home", "county4", "urgent", "首页可以打开", "首页打不开：服务器拒绝连接", None, None),
        ("lifecycle.icp", "county1", "warning", "首页标明的ICP备案编号与登记一致", "首页未标明", None, None),
        ("watch.blind", "county4", "notice", "页面可正常读取", "首页：timeout: no answer", None, None),
        ("watch.blind", "gov-cn", "notice", "页面可正常读取", HOSTILE, BAD_LINKS[0], None),
        (
            "security.tls",
            "bureau",
            "warning",
            "HTTPS证书有效",
            "证书已过期",
            "https://bureau.example.cn/",
            None,
        ),
        ("something.new", "county0", "warning", None, None, None, None),
    )
    for rule, site, severity, expected, found, url, duty in rows:
        session.add(
            Problem(
                rule=rule,
                site=site,
                region="340850",
                severity=severity,
                opened_at=now - timedelta(days=3),
                checked_at=now,
                due_at=now + timedelta(days=11 if duty else -1),
                closed_at=now - HOUR if rule == "security.tls" else None,
                acknowledged_by="李四" if rule == "lifecycle.icp" else None,
                detail=found or expected or "",
                expected=expected,
                found=found,
                url=url,
                evidence="tls_failed: the TLS handshake failed" if rule == "security.tls" else None,
                obligation_id=duty,
            )
        )
    session.flush()
    session.add(
        Decision(at=now, action="acknowledge", subject="problem:3", by="李四", reason="已通知运维单位")
    )


def add_links(session: Session, now: datetime) -> None:
    """Links of a site that failed: on the home page, elsewhere, to a closed site, waiting, mended."""
    home, page = "https://www.county2.gov.cn/", "https://www.county2.gov.cn/art/7.html"
    day = timedelta(days=1)
    rows: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
        (BAD_LINKS[0], home, "not found", {"is_home": True, "places_in_all": 2}),
        ("http://a.example/x.doc", page, "redirects go in circles", {"closed_site": HOSTILE}),
        ("http://b.example/", page, "it looks like gambling: 百家乐", {"state": "foreign"}),
        ("http://c.example/", page, "gone", {"confirmed_at": None}),
        ("http://d.example/", page, "gone", {"ended_at": now - day}),
    )
    for url, where, reason, more in rows:
        link = BadLink(
            site="county2",
            url=url,
            state="broken",
            reason=reason,
            page=where,
            places=[[where, HOSTILE]],
            places_in_all=1,
            placed_at=now,
            first_at=now - 9 * day,
            last_at=now,
            tries=4,
            confirmed_at=now - 8 * day,
        )
        for name, value in more.items():
            setattr(link, name, value)
        session.add(link)
    for scope, cut in (("home", ""), ("whole", "time")):
        session.add(
            Crawled(site="county2", scope=scope, at=now - HOUR, pages=7, unchanged=5, links=300, cut=cut)
        )
    session.add(
        Problem(
            rule="links.broken",
            site="county2",
            region="340852",
            subject=home,
            url=home,
            severity="warning",
            opened_at=now - 8 * day,
            checked_at=now,
            expected="链接可以打开",
            found=f"首页1条失效链接：“{HOSTILE}”",
        )
    )


def _messages(session: Session, now: datetime) -> None:
    site = SiteRef("county2", "松陂县人民政府", "340852")
    facts = RepostFacts(
        obligation_id=3,
        policy_id=1,
        title=TITLES[0],
        portal="中国政府网",
        policy_url="https://www.gov.cn/1.html",
        started_at=at(24, 9, 12),
        target_at=at(24, 10, 12),
        limit_at=at(26),
        state=State.VIOLATED,
    )
    limit = "repost.limit"
    tell(session, (Kind.VIOLATION, limit), site, facts, Sent("DB-20261126-0001", "accepted", now))
    tell(session, (Kind.DUTY, limit), site, facts, Sent("DB-20261124-0001", "waiting", now))
    problem = ProblemFacts(problem_id=2, severity=Severity.URGENT, found="首页打不开")
    tell(session, (Kind.URGENT, "availability.home"), site, problem, Sent("DB-20261130-0007", "dead", now))


@dataclass(frozen=True)
class Sent:
    """A message's number, what became of its delivery, and when."""

    number: str
    state: str
    at: datetime


def tell(
    session: Session, event: tuple[Kind, str], site: SiteRef, facts: RepostFacts | ProblemFacts, sent: Sent
) -> None:
    """A message on one event, on its way to a channel."""
    (kind, rule), now = event, sent.at
    made = Event(kind=kind, rule=rule, group="g", occurred_at=now, ready_at=now, site=site, facts=facts)
    stored = AlertEvent(
        kind=kind,
        rule=rule,
        group="g",
        site=site.id,
        subject=made.subject,
        occurred_at=now,
        ready_at=now,
        told_at=now,
        payload=made.to_json(),
    )
    message = AlertMessage(
        number=sent.number,
        kind=kind,
        title=f"【{kind}】{site.name}",
        body=f"网站：{site.name}\n{HOSTILE}",
        created_at=now,
    )
    session.add_all([stored, message])
    session.flush()
    session.add(AlertContent(message_id=message.id or 0, event_id=stored.id or 0))
    session.add(
        AlertDelivery(
            message_id=message.id or 0,
            channel="office",
            state=sent.state,
            attempts=3 if sent.state == "dead" else 1,
            since=now,
            due_at=now,
            settled_at=None if sent.state == "waiting" else now,
            error="refused: errcode 93000 <b>bad</b>" if sent.state == "dead" else None,
        )
    )


def filled(targets: Targets, *, empty: bool = False) -> None:
    """Make the store that a configuration names, with everything in it, or nothing."""
    store = Store(targets.store.url.reveal())
    schema.upgrade(store)
    store.write_now(lambda session: _places(session, targets, None) if empty else fill(session, targets))
    store.close()


@dataclass(frozen=True)
class Console:
    """A console that answers, and a browser without scripts."""

    base: str
    session: aiohttp.ClientSession
    store: Store

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        async with self.session.get(self.base + path, allow_redirects=False, headers=headers) as answer:
            return Answer(answer.status, await answer.text(), answer.headers)


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: Mapping[str, str]


@asynccontextmanager
async def console_on(targets: Targets, now: datetime = NOW) -> AsyncIterator[Console]:
    """Serve the console of a configuration on this machine, with its clock standing at `now`."""
    async with (
        open_context(targets, lambda: now) as ctx,
        serving_on(console_app(lambda: ctx)) as base,
        aiohttp.ClientSession() as session,
    ):
        yield Console(base, session, ctx.store)


@asynccontextmanager
async def serving_on(app: ASGIApp) -> AsyncIterator[str]:
    """Serve an application on this machine; gives its address once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        listen = f"127.0.0.1:{probe.getsockname()[1]}"
    stop = asyncio.Event()
    serving = asyncio.create_task(serve(app, listen, stop, "[server] listen"))
    try:
        async with aiohttp.ClientSession() as session:
            await _answers(session, f"http://{listen}/", serving)
        yield f"http://{listen}"
    finally:
        stop.set()
        await serving


async def _answers(session: aiohttp.ClientSession, url: str, serving: asyncio.Task[None]) -> None:
    async with asyncio.timeout(20):
        while not serving.done():
            try:
                async with session.get(url):
                    return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.02)
    serving.result()
