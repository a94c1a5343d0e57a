"""A store of thousands of sites, and what its rounds, figures and pages cost there: `--sites 3000`.

Fills a SQLite store (or `--url`) with sites of one home page and four columns each, their rows and looks, open
policies that bind all of them, and settled ones; then times each piece of work of the daemon on it. Prints
milliseconds of the processor, which a busy machine does not lengthen, and of the clock: the least of a few runs.
Nothing is fetched.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import insert
from sqlmodel import Session, SQLModel, select

from checks.obligations import Declared
from monitor.evidence import Evidence
from monitor.metrics import DELAY_BUCKETS, Metrics
from monitor.net.outcomes import Outcome
from monitor.net.page import Page
from monitor.net.settings import FetchSettings
from monitor.reading.rows import Row
from monitor.rounds.clocks import start_clocks
from monitor.rounds.context import Context, Observer
from monitor.rounds.follow import follow_up
from monitor.rounds.judge import judge_again
from monitor.rounds.look import Brief, Looked, load_brief
from monitor.rounds.readings import Placed, Reading
from monitor.rounds.record import record_look
from monitor.rounds.sync import apply_targets
from monitor.store import ageing, duties, figures, schema, views, watches
from monitor.store.session import Store
from monitor.store.tables import (
    Item,
    Look,
    Obligation,
    Place,
    Policy,
    Problem,
    SiteState,
    Transition,
)
from monitor.targets import Site, Targets, counting, load
from monitor.web.front import Wish, load_front

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
HELD = {"home": 80, "column": 20}
"""Rows on a home page, and on a column."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much the store holds; `rows` and `looks` by site."""

    sites: int
    open: int
    settled: int
    rows: int
    looks: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, usual in (("sites", 3000), ("open", 20), ("settled", 100), ("rows", 200), ("looks", 100)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("--url", help="another store, e.g. postgresql://…; it has to be empty")
    asked = vars(parser.parse_args())
    url = asked.pop("url")
    with tempfile.TemporaryDirectory(prefix="duban-scale-") as folder:
        run(Path(folder), url or f"sqlite:///{folder}/duban.db", Size(**asked))


def run(folder: Path, url: str, size: Size) -> None:
    """Make the configuration and the store, then measure."""
    began = time.perf_counter()
    targets = load(write_config(folder, size.sites, url), {})
    print(f"{'configuration of ' + str(size.sites) + ' sites read':<52}{_ms(began):>10.0f} ms")
    store = Store(url)
    schema.upgrade(store)
    ctx = context_of(folder, targets, store)
    began = time.perf_counter()
    store.write_now(lambda session: apply_targets(session, ctx, NOW - timedelta(days=40)))
    print(f"{'an empty store brought into line with it':<52}{_ms(began):>10.0f} ms")
    began = time.perf_counter()
    store.write_now(lambda session: fill(session, targets, size))
    print(f"{'filled':<52}{_ms(began):>10.0f} ms")
    if store.file:
        print(f"the file has {store.file.stat().st_size / 2**20:.0f} MiB")
    measure(ctx)
    store.close()


def _ms(began: float) -> float:
    return (time.perf_counter() - began) * 1000


def write_config(folder: Path, sites: int, url: str) -> Path:
    """One portal above and many sites of one home page and four columns."""
    head = f"""
[office]
name = "示例省人民政府办公厅"
region = "340000"
[store]
url = "{url}"
[[portal]]
id = "gov-cn"
name = "中国政府网"
level = "national"
url = "https://www.gov.cn/"
[[portal.column]]
name = "国务院文件"
url = "https://www.gov.cn/zhengce/"
[[channel]]
id = "office"
url = "json://127.0.0.1:9/"
[[route]]
to = ["office"]
on = ["warning", "violation"]
repeat = "1 working day"
"""
    path = folder / "targets.toml"
    path.write_text(head + "".join(_site(number) for number in range(sites)), encoding="utf-8")
    return path


def _site(number: int) -> str:
    host = f"www.s{number:04}.example.gov.cn"
    columns = "".join(
        f'[[site.column]]\nname = "栏目{index}"\nurl = "https://{host}/c{index}/"\nabout = "policy"\n'
        for index in range(4)
    )
    region = f"34{number // 100:02}{number % 100:02}"
    return f'[[site]]\nid = "s{number:04}"\nname = "第{number}县"\nregion = "{region}"\nurl = "https://{host}/"\n{columns}'


def context_of(folder: Path, targets: Targets, store: Store) -> Context:
    """A context without a client: what is measured fetches nothing."""
    return Context(
        targets=targets,
        counting=counting(targets),
        store=store,
        client=cast(Any, SimpleNamespace(settings=FetchSettings())),
        evidence=Evidence(folder / "evidence"),
        now=lambda: NOW,
        observer=Observer(),
    )


def fill(session: Session, targets: Targets, size: Size) -> None:
    """Bring the store to its size, as a running daemon would have left it."""
    for place in session.exec(select(Place)):
        place.known = [address_of(place, index) for index in range(HELD[place.kind])]
        place.first_ok_at, place.last_ok_at = NOW - timedelta(days=30), NOW - timedelta(minutes=5)
        place.last_tried_at, place.pages_read, place.items = place.last_ok_at, 1, HELD[place.kind]
        session.add(place)
    for state in session.exec(select(SiteState)):
        state.last_complete_at, state.up = NOW - timedelta(minutes=5), True
        session.add(state)
    session.flush()
    put(session, Policy, _policies(size))
    put(session, Obligation, _obligations(targets, size))
    put(session, Transition, _transitions(size))
    put(session, Item, _items(targets, size))
    put(session, Look, _looks(targets, size))
    put(session, Problem, _problems(targets))


def put(session: Session, table: type[SQLModel], rows: Iterable[dict[str, Any]]) -> None:
    """Insert many rows in pieces."""
    waiting = iter(rows)
    while piece := list(islice(waiting, 5000)):
        session.execute(insert(table), piece)


def address_of(place: Place, index: int) -> str:
    return f"{place.url}202611/t20261124_{index:06}.html"


def _policies(size: Size) -> Iterator[dict[str, Any]]:
    for number in range(size.settled + size.open):
        seen = started(number, size)
        yield {
            "id": number + 1,
            "title": f"国务院办公厅关于推进第{number}项工作的通知",
            "doc_number": f"国办发〔2026〕{number}号",
            "url": f"https://www.gov.cn/zhengce/content/{number}.htm",
            "portal": "gov-cn",
            "level": "national",
            "first_seen_at": seen,
            "text": "各省、自治区、直辖市人民政府：" * 200,
            "carriers": [{"portal": "gov-cn", "url": "https://www.gov.cn/", "seen_by": seen.isoformat()}],
        }


def started(number: int, size: Size) -> datetime:
    """The settled ones lie weeks back, a clock every eight hours; the open ones began this morning."""
    if number >= size.settled:
        return NOW - timedelta(minutes=30)
    return NOW - timedelta(days=7) - timedelta(hours=8 * (size.settled - number))


def _obligations(targets: Targets, size: Size) -> Iterator[dict[str, Any]]:
    for number in range(size.settled + size.open):
        start, is_open = started(number, size), number >= size.settled
        for site in targets.sites:
            yield {
                "duty": "repost",
                "site": site.id,
                "region": site.region,
                "level": "national",
                "policy_id": number + 1,
                "portal": "gov-cn",
                "started_at": start,
                "target_at": start + timedelta(hours=1),
                "limit_at": start + timedelta(hours=36),
                "is_limit_certain": True,
                "state": "pending" if is_open else "met",
                "review": "none",
                "judge_at": NOW + timedelta(minutes=30) if is_open else None,
                "settled_at": None if is_open else start + timedelta(minutes=50),
                "is_watched": is_open,
                "reminded": ["target-30m", "limit-2h"],
                "items_checked": 10**9,
                "absent": [],
                "is_target_missed": False,
                "sighting": None
                if is_open
                else {"seen_by": start.isoformat(), "seen_after": None, "how": "title"},
                "discharged_at": None if is_open else start + timedelta(minutes=50),
                "delay": None if is_open else 60.0 * (number % 50),
            }


def _transitions(size: Size) -> Iterator[dict[str, Any]]:
    for number in range((size.settled + size.open) * size.sites):
        at, was = NOW - timedelta(days=7), None
        yield {
            "obligation_id": number + 1,
            "at": at,
            "was": was,
            "state": "pending",
            "why": "the clock started",
        }
        if number < size.settled * size.sites:
            yield {"obligation_id": number + 1, "at": at, "was": "pending", "state": "met", "why": "in time"}


def _items(targets: Targets, size: Size) -> Iterator[dict[str, Any]]:
    for site in targets.sites:
        for number in range(size.rows):
            where = site.columns[number % 4].url if number < size.rows // 2 else site.url
            address = f"{where}202611/t20261124_{number // 4 if number < size.rows // 2 else number - size.rows // 2:06}.html"
            yield {
                "owner": site.id,
                "address": address,
                "url": address,
                "title": f"关于第{number}件事的通知",
                "title_key": f"关于第{number}件事的通知",
                "place": "栏目",
                "seen_by": NOW - timedelta(days=10),
                "last_seen_at": NOW - timedelta(minutes=5),
                "is_baseline": False,
                "tries": 0,
            }


def _looks(targets: Targets, size: Size) -> Iterator[dict[str, Any]]:
    for number in range(size.looks):
        for site in targets.sites:
            places = [
                {"name": column.name, "url": column.url, "rows": 20, "trouble": None}
                for column in site.columns
            ]
            yield {
                "site": site.id,
                "at": NOW - timedelta(minutes=5 * number),
                "is_complete": True,
                "is_fresh": True,
                "places": places,
            }


def _problems(targets: Targets) -> Iterator[dict[str, Any]]:
    for site in targets.sites:
        yield {
            "rule": "lifecycle.icp",
            "site": site.id,
            "region": site.region,
            "subject": "",
            "severity": "warning",
            "is_early": False,
            "opened_at": NOW - timedelta(days=3),
            "checked_at": NOW,
            "detail": "",
        }


def measure(ctx: Context) -> None:
    """Time each piece of work of the daemon."""
    store, targets, zone = ctx.store, ctx.targets, ctx.counting.zone
    sites = targets.sites
    show = _shower(store)
    show("what is due now (100 rows)", lambda s: watches.due(s, NOW, 200), 5)
    show("which duties time judges (500)", lambda s: duties.due(s, NOW + timedelta(hours=1)), 5)
    show("a brief: what one look starts from", lambda s: load_brief(s, sites[0]), 9)
    show("100 looks stored in one transaction", lambda s: _record(s, ctx, sites[:100]), 3, is_write=True)
    show("1,000 duties judged by time", lambda s: _judge(s, ctx, 1000), 3, is_write=True)
    show("a policy adopted: a clock for every site", lambda s: _adopt(s, ctx), 2, is_write=True)
    show("a reload of the configuration", lambda s: apply_targets(s, ctx, NOW), 2, is_write=True)
    show("which looks of 100 sites may be forgotten", lambda s: _spare(s, sites[:100]), 2)
    show("follow-up on every open problem", lambda s: follow_up(s, ctx, NOW), 3, is_write=True)
    show("figures for a scrape", lambda s: figures.figures(s, targets, zone), 3)
    show("delays for a scrape", lambda s: figures.delays(s, DELAY_BUCKETS), 3)
    began = time.perf_counter()
    text = Metrics("0").render(
        *store.read_now(lambda s: (figures.figures(s, targets, zone), figures.delays(s, DELAY_BUCKETS)))
    )
    print(f"{f'the same, written ({len(text) / 1024:.0f} KiB)':<52}{_ms(began):>10.0f} ms")
    show("the console's first page", lambda s: load_front(s, ctx, Wish(), NOW), 3)
    show("API: a page of 100 duties", lambda s: views.list_obligations(s, zone, views.Span(limit=100)), 3)
    show(
        "API: the duties of one site",
        lambda s: views.list_obligations(s, zone, views.Span(limit=100), site="s0001"),
        3,
    )
    show("API: all sites", lambda s: views.list_sites(s, targets, zone), 3)
    show("API: all columns", lambda s: views.list_columns(s, zone), 3)
    show("one verdict's reasoning", lambda s: views.timeline(s, zone, 5), 3)


def _shower(store: Store) -> Callable[..., None]:
    def show(name: str, work: Callable[[Session], Any], runs: int, *, is_write: bool = False) -> None:
        took = []
        for _ in range(runs):
            began, busy = time.perf_counter(), time.process_time()
            (store.write_now if is_write else store.read_now)(work)
            took.append(((time.process_time() - busy) * 1000, _ms(began)))
        spent, passed = (min(figures) for figures in zip(*took, strict=True))
        print(f"{name:<52}{spent:>10.1f} ms  clock {passed:.1f}", flush=True)

    return show


def _record(session: Session, ctx: Context, sites: Iterable[Site]) -> None:
    for site in sites:
        brief = load_brief(session, site)
        record_look(session, ctx, site, brief, look_of(brief), NOW)


def look_of(brief: Brief) -> Looked:
    """A whole look that found everything as it was."""
    readings = tuple(_reading(place) for place in brief.places)
    return Looked(NOW, readings, is_complete=True, is_fresh=True, origins={}, proofs={}, left={})


def _reading(place: Place) -> Reading:
    rows = tuple(
        Placed(Row(title="关于一件事的通知", url=address, date=None), address) for address in place.known
    )
    return Reading(place, NOW, _page(place.url), None, rows)


def _page(url: str) -> Page:
    zero = timedelta()
    return Page(
        url,
        url,
        Outcome.OK,
        200,
        "",
        {},
        b"",
        "",
        None,
        NOW,
        0.1,
        zero,
        fresh=True,
        hops=(),
        certificate_error=None,
    )


def _spare(session: Session, sites: Iterable[Site]) -> None:
    for site in sites:
        ageing.spare_looks(session, site.id, NOW - timedelta(days=9), NOW)


def _judge(session: Session, ctx: Context, count: int) -> None:
    later = NOW + timedelta(minutes=31)
    for id_ in duties.due(session, later, count):
        judge_again(session, ctx, int(id_ or 0), later)


def _adopt(session: Session, ctx: Context) -> None:
    portal = ctx.targets.portals[0]
    seen = NOW.isoformat()
    policy = Policy(
        title="一件新的通知",
        url="https://www.gov.cn/new",
        portal=portal.id,
        level=portal.level,
        first_seen_at=NOW,
        carriers=[{"portal": portal.id, "url": "https://www.gov.cn/new", "seen_by": seen}],
    )
    session.add(policy)
    session.flush()
    item = Item(
        owner=portal.id, address=f"new {policy.id}", url="u", title="t", title_key="t", place="p",
        seen_by=NOW, last_seen_at=NOW, policy_id=policy.id,
    )  # fmt: skip
    opened = start_clocks(session, ctx, portal, policy, item, Declared(), NOW)
    assert len(opened) == len(ctx.targets.sites), "every site is bound"


if __name__ == "__main__":
    main()
