from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from alerts.events import Event, Kind
from alerts.grouping import Queued
from alerts.routing import routes_for
from checks.rules import Finding, Severity
from monitor.evidence import Evidence
from monitor.net.client import Client, FetchSettings
from monitor.net.guard import Guard
from monitor.rounds.context import Context, Observer
from monitor.rounds.follow import follow_up, routing_of
from monitor.store import alerts, problems
from monitor.store.session import Store
from monitor.store.tables import Problem
from monitor.targets import counting, load
from tests.integration.stores import opened
from tests.telling import at, problem

ROUTES = """
[office]
name = "示例县人民政府办公室"
region = "340899"
[[site]]
id = "here"
name = "示例县人民政府"
url = "http://127.0.0.1:1/"
[[channel]]
id = "office"
url = "json://127.0.0.1:1/"
[[channel]]
id = "leader"
url = "json://127.0.0.1:2/"
[[route]]
to = ["office"]
quiet = "22:00-07:30"
repeat = "1 working day"
escalate_to = ["leader"]
escalate_after = "4h"
"""


@pytest.fixture
def ctx(tmp_path: Path) -> Iterator[Context]:
    config = tmp_path / "targets.toml"
    config.write_text(ROUTES, encoding="utf-8")
    targets = load(config)
    with opened(f"sqlite:///{tmp_path}/duban.db") as store:
        client = Client(FetchSettings(), Guard())
        evidence = Evidence(tmp_path / "evidence")
        yield Context(targets, counting(targets), store, client, evidence, lambda: at(24, 9), Observer())


async def told(store: Store, subject: str) -> list[Event]:
    return (await store.read(lambda session: alerts.accusations(session, [subject])))[subject]


async def stands(ctx: Context, acknowledged_at: datetime | None = None) -> Problem:
    """A warning that stands since Tuesday, 9:00, and was told then."""
    finding = Finding("lifecycle.icp", False, Severity.WARNING, "皖ICP备1号", "皖ICP备2号")

    def work(session):  # type: ignore[no-untyped-def]
        found, _ = problems.raise_or_update(session, "here", "340899", finding, None, at(24, 9))
        found.acknowledged_at = acknowledged_at
        alerts.queue(session, problem(when=at(24, 9), problem_id=found.id))
        return found

    return await ctx.store.write(work)


async def test_an_open_problem_is_told_again_a_working_day_later(ctx: Context) -> None:
    found = await stands(ctx, acknowledged_at=at(24, 10))
    subject = f"problem:{found.id}"
    await ctx.store.write(lambda s: follow_up(s, ctx, at(25, 23, 59)))
    assert len(await told(ctx.store, subject)) == 1, "the next working day ends at 24:00"
    await ctx.store.write(lambda s: follow_up(s, ctx, at(26)))
    await ctx.store.write(lambda s: follow_up(s, ctx, at(26, 0, 1)))
    again = await told(ctx.store, subject)
    assert [event.only for event in again] == [(), ("office",)], "once, and to the route's channels alone"
    await ctx.store.write(lambda s: follow_up(s, ctx, at(28)))
    assert len(await told(ctx.store, subject)) == 3, "and again a working day after that"


async def test_what_nobody_acknowledged_is_passed_up_once(ctx: Context) -> None:
    found = await stands(ctx)
    for minutes in (239, 240, 241, 300):
        await ctx.store.write(lambda s, m=minutes: follow_up(s, ctx, at(24, 9) + timedelta(minutes=m)))
    events = await told(ctx.store, f"problem:{found.id}")
    assert [(event.only, event.occurred_at) for event in events] == [
        ((), at(24, 9)),
        (("leader",), at(24, 13)),
    ]


async def test_what_was_acknowledged_in_time_is_not_passed_up(ctx: Context) -> None:
    found = await stands(ctx, acknowledged_at=at(24, 12))
    await ctx.store.write(lambda s: follow_up(s, ctx, at(24, 20)))
    assert len(await told(ctx.store, f"problem:{found.id}")) == 1


async def test_what_was_put_right_is_told_no_more(ctx: Context) -> None:
    found = await stands(ctx)

    def close(session):  # type: ignore[no-untyped-def]
        problems.close(session, session.get(Problem, found.id), at(24, 12))

    await ctx.store.write(close)
    await ctx.store.write(lambda s: follow_up(s, ctx, at(30)))
    assert len(await told(ctx.store, f"problem:{found.id}")) == 1


def test_a_repetition_goes_to_its_channels_after_their_quiet_hours(ctx: Context) -> None:
    event = problem(Kind.WARNING, when=at(24, 23))
    repeated = Event(**{name: getattr(event, name) for name in event.__slots__} | {"only": ("office",)})
    assert Event.from_json(repeated.to_json()) == repeated
    routing = routing_of(ctx.targets)
    assert routes_for(Queued(1, repeated).event, routing, at(24, 23)) == {"office": at(25, 7, 30)}
