"""What is contested is reviewed, and what is a false alarm is dismissed: told to all who were told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from alerts.events import Kind, RepostFacts
from alerts.messages import compose
from alerts.routing import routes_for
from checks.rules import Finding, Severity
from monitor.rounds import dismissals, follow
from monitor.rounds.decisions import DecisionError, Officer
from monitor.rounds.findings import apply_finding
from monitor.service import office_of
from monitor.store.tables import Decision, Dismissal, Problem
from tests.integration.county import DOWN, OLD_NEWS, POLICY, Paper, World, at

TARGET, LIMIT = at(24, 10, 59), at(26)
PAGE = "http://county.example/page"


async def accuse(world: World) -> None:
    await world.publish()
    for moment in (TARGET, LIMIT, LIMIT + timedelta(minutes=5)):
        world.clock.now = moment
        await world.look()
        world.pass_by(seconds=1)
        await world.judge()
    assert await world.state() == "violated"
    world.clock.now = at(26, 9)


async def verdict_told(world: World) -> str:
    """The title of the last message on the verdict, as the office would read it now."""
    *_, last = [event for event in await world.events() if event.kind is Kind.VIOLATION]
    office = office_of(world.context.targets)
    return compose([last], "zh-CN", office, world.now(), number="DB-1").title


# --- review --------------------------------------------------------------------------------------------


async def test_a_violation_is_suspected_until_somebody_upheld_it(world: World) -> None:
    await accuse(world)
    assert "疑似超过规定转载时限" in await verdict_told(world)
    await world.review("uphold")
    assert (await world.shown())["review"] == "upheld"
    assert "疑似" not in await verdict_told(world), "those concerned hear that it stands"
    *_, told = await world.events()
    assert isinstance(told.facts, RepostFacts)
    assert (told.facts.decided, told.facts.due_at) == (("王某", "经核实"), LIMIT + timedelta(days=15))
    with pytest.raises(DecisionError, match="upheld already"):
        await world.review("uphold")


async def test_an_office_that_asks_for_no_review_suspects_nobody(world: World) -> None:
    await world.amend("[office]", "[office]\nreview = false")
    await accuse(world)
    assert "疑似" not in await verdict_told(world)


async def test_an_objection_is_upheld(world: World) -> None:
    await accuse(world)
    await world.review("object")
    shown = await world.shown()
    assert (shown["state"], shown["review"]) == ("violated", "objected")
    with pytest.raises(DecisionError, match="objected to already"):
        await world.review("object")
    await world.review("uphold")
    assert ((await world.shown())["review"], await world.state()) == ("upheld", "violated")
    decided = [(row.action, row.subject, row.by) for row in await world.all(Decision)]
    assert decided == [("object", "obligation:1", "王某"), ("uphold", "obligation:1", "王某")]
    assert await world.standing() == [("county", "repost.limit")]


async def test_an_objection_is_overturned_and_nobody_is_accused_again(world: World) -> None:
    await accuse(world)
    await world.review("object")
    await world.review("overturn")
    shown = await world.shown()
    assert (shown["state"], shown["review"]) == ("unproven", "overturned")
    assert shown["reason"] == "the accusation was overturned on review"
    assert (await world.told("county"))[-1] == (Kind.CORRECTION, "repost.limit")
    assert await world.standing() == []
    assert await world.history() == ["pending", "overdue", "violated", "unproven"], "its history stays"
    for hour in (10, 12):
        world.clock.now = at(26, hour)
        await world.look()
        await world.judge()
    assert await world.state() == "unproven", "what still lacks it accuses nobody again"
    with pytest.raises(DecisionError, match="only a violation is reviewed"):
        await world.review("object")


async def test_a_correction_follows_whoever_was_told_though_the_routes_changed(world: World) -> None:
    await accuse(world)
    await world.review("overturn")
    *_, correction = await world.events()
    routing = follow.routing_of(world.context.targets)
    assert routing.routes == (), "nobody is routed to any more"
    chosen = routes_for(correction, routing, world.now(), frozenset({"editor", "leader"}))
    assert set(chosen) == {"editor", "leader"}


async def test_nobody_is_pressed_on_what_is_being_verified(world: World) -> None:
    channels = '[[channel]]\nid = "office"\nurl = "json://127.0.0.1:9/"\n'
    route = '[[route]]\nto = ["office"]\nrepeat = "1h"\n'
    await world.reload(f"{world.config}\n{channels}{route}")
    await accuse(world)
    await world.review("object")

    async def pressed(hours: int) -> int:
        world.pass_by(hours=hours)
        ctx, before = world.context, len(await world.events())
        await world.write(lambda session: follow.follow_up(session, ctx, world.clock()))
        return len(await world.events()) - before

    assert await pressed(2) == 0
    await world.review("uphold")
    assert await pressed(2) == 1


# --- false alarms --------------------------------------------------------------------------------------


async def find(world: World, *, ok: bool = False, rule: str = "lifecycle.icp", **where: object) -> None:
    shown = {"url": PAGE, "found": "another", **where}
    finding = Finding(rule, ok, Severity.WARNING, **shown)  # type: ignore[arg-type]
    ctx = world.context
    await world.write(lambda session: apply_finding(session, ctx, "county", "340899", finding, world.clock()))


async def dismiss(world: World, scope: str, last: date = date(2026, 11, 30), id_: int = 1) -> Dismissal:
    alarm, officer = dismissals.FalseAlarm(id_, scope, last), Officer("王某", "编号写在图片里")
    ctx = world.context
    return await world.write(lambda session: dismissals.dismiss(session, ctx, alarm, officer, world.clock()))


OTHER_PAGE = {"url": "http://county.example/other"}
OTHER_SUBJECT = {"subject": "b"}


@pytest.mark.parametrize(
    ("scope", "found", "is_told", "why"),
    [
        ("page", {}, False, "the same page"),
        ("page", {"url": f"{PAGE}#top"}, False, "the same page spelt otherwise"),
        ("page", OTHER_PAGE, True, "another page"),
        ("rule", OTHER_PAGE, False, "any page of the site"),
        ("rule", {"rule": "lifecycle.police"}, True, "another rule"),
        ("subject", OTHER_PAGE, False, "the same subject on another page"),
        ("subject", OTHER_SUBJECT, True, "another subject"),
    ],
)
async def test_a_false_alarm_is_not_told_again_within_its_scope(
    world: World, scope: str, found: dict[str, str], is_told: bool, why: str
) -> None:
    await find(world)
    await dismiss(world, scope)
    assert await world.standing() == []
    assert (await world.told())[-1] == (Kind.CORRECTION, "lifecycle.icp"), "it had been told"
    before = len(await world.told())
    await find(world, **found)
    assert (len(await world.told()) > before, bool(await world.standing())) == (is_told, is_told), why


@pytest.mark.parametrize(
    ("rule", "was", "now", "is_told", "why"),
    [
        ("repost.altered", "缺少“甲”；缺少“乙”", "缺少“乙”", False, "a part of what was dismissed"),
        ("repost.altered", "缺少“甲”", "缺少“甲”；数字不同：原文“五日”，转载“九日”", True, "a figure besides"),
        ("repost.withdrawn", "自2026-11-24 10:00起页面已不存在", "自2026-12-01 10:00起页面已不存在", True, "gone anew"),
        ("lifecycle.icp", "未标明", "皖ICP备00000009号", True, "another number"),
        ("lifecycle.assessment", "最迟应于2026年11月1日测评，已逾期23天", "最迟应于2026年11月1日测评，已逾期24天", False,
         "the same, a day later"),
        ("availability.home", "连接超时", "连接被拒绝", False, "out of reach is out of reach"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("scope", ["page", "subject", "rule"])
async def test_another_fault_is_no_false_alarm_yet(
    world: World, rule: str, was: str, now: str, is_told: bool, why: str, scope: str
) -> None:
    await find(world, rule=rule, found=was)
    await dismiss(world, scope)
    await find(world, rule=rule, found=now)
    assert bool(await world.standing()) == (is_told and scope != "rule"), why
    await find(world, rule=rule, found=was)
    assert await world.standing() == [], "nothing is left but what was dismissed"


async def test_a_false_alarm_expires_with_its_last_day(world: World) -> None:
    await find(world)
    await dismiss(world, "page")
    world.clock.now = at(30, 23, 59)
    await find(world)
    assert await world.standing() == []
    world.clock.now = at(30) + timedelta(days=1)
    await find(world)
    assert await world.standing() == [("county", "lifecycle.icp")]
    assert len(await world.all(Dismissal)) == 1, "it is not erased"
    first, _ = await world.all(Problem)
    assert first.dismissal_id == 1


async def test_an_early_warning_that_was_dismissed_does_not_cover_that_it_comes_about(world: World) -> None:
    await find(world, early=True)
    await dismiss(world, "rule")
    await find(world, early=True)
    assert await world.standing() == []
    await find(world)
    assert await world.standing() == [("county", "lifecycle.icp")]


@pytest.mark.parametrize(
    ("scope", "last", "id_", "message"),
    [
        ("page", date(2026, 11, 23), 1, "has passed"),
        ("page", date(2026, 11, 30), 9, "no problem 9"),
        ("page", date(2026, 11, 30), 2, "about no page"),
    ],
)
async def test_what_cannot_be_dismissed(world: World, scope: str, last: date, id_: int, message: str) -> None:
    await find(world)
    await find(world, rule="lifecycle.grading", url=None)
    with pytest.raises(DecisionError, match=message):
        await dismiss(world, scope, last, id_)


async def test_a_list_that_waits_for_a_person_is_told_whatever_was_dismissed(world: World) -> None:
    """A dismissal of a page that is often down must not swallow that its list waits to be confirmed."""
    await world.begin()
    world.gov.replies["/zcwj/"] = DOWN
    for _ in range(2):
        await world.poll("gov")
    await dismiss(world, "subject")
    del world.gov.replies["/zcwj/"]
    for title in (*OLD_NEWS, "本县一家企业入选"):
        world.gov.put("/zcwj/", Paper(title, world.now()))
    for _ in range(2):
        await world.poll("gov")
    assert await world.standing() == [("gov", "watch.blind")]
    with pytest.raises(DecisionError, match="duban acknowledge 2"):
        await dismiss(world, "subject", id_=2)


async def test_a_verdict_is_reviewed_and_not_dismissed(world: World) -> None:
    await accuse(world)
    (problem,) = [row for row in await world.problems("repost.limit") if row.closed_at is None]
    with pytest.raises(DecisionError, match="is the verdict on obligation 1"):
        await dismiss(world, "rule", id_=problem.id or 0)
    await dismiss_closed(world)


async def dismiss_closed(world: World) -> None:
    await find(world)
    await find(world, ok=True)
    (closed,) = await world.problems("lifecycle.icp")
    with pytest.raises(DecisionError, match="closed already"):
        await dismiss(world, "rule", id_=closed.id or 0)


async def test_a_page_that_turns_up_after_all_is_noted_though_the_review_is_over(world: World) -> None:
    await accuse(world)
    await world.review("overturn")
    world.county.put("/sjwj/", Paper(POLICY.title, at(26, 11), POLICY.number))
    world.clock.now = at(26, 12)
    await world.look()
    shown = await world.shown()
    assert (shown["state"], shown["review"]) == ("unproven", "overturned")
    assert shown["discharged_at"] == "2026-11-26T11:00:00+08:00"
