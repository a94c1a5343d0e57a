"""What officers decide: with name and reason, told to those who were told, and never erased."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from alerts.events import Event, Kind, RepostFacts
from monitor.rounds.decisions import DecisionError
from monitor.store.tables import Decision, Transition
from tests.integration.county import (
    DOWN,
    FAR_SITE,
    INTERPRETATION,
    OLD_PAPERS,
    POLICY,
    SOFT_404,
    Paper,
    World,
    at,
)

TARGET, LIMIT = at(24, 10, 59), at(26)
DUTY = (Kind.DUTY, "repost.limit")
WARNING = (Kind.WARNING, "repost.target")
VIOLATION = (Kind.VIOLATION, "repost.limit")
CORRECTION = (Kind.CORRECTION, "repost.limit")


async def look_at(world: World, *moments: datetime) -> None:
    for moment in moments:
        world.clock.now = moment
        await world.look()
        world.pass_by(seconds=1)
        await world.judge()


async def accuse(world: World) -> None:
    await world.publish()
    await look_at(world, TARGET, LIMIT, LIMIT + timedelta(minutes=5))
    assert await world.state() == "violated"
    world.clock.now = at(26, 9)


def shown_page(world: World, published: datetime | date | None) -> str:
    """A repost on a page of the site that no list leads to."""
    world.county.papers["/zwgk/7.html"] = Paper(POLICY.title, published, POLICY.number)
    return world.county.url("/zwgk/7.html")


async def kept(world: World) -> list[tuple[str, str, str]]:
    return [(row.action, row.subject, row.by) for row in await world.all(Decision)]


# --- waive ---------------------------------------------------------------------------------------------


async def test_a_duty_that_is_waived_runs_no_more(world: World) -> None:
    await world.publish()
    await world.waive()
    shown = await world.shown()
    assert (shown["state"], shown["reason"]) == ("waived", "王某: 系统内部文件")
    assert await kept(world) == [("waive", "obligation:1", "王某")]
    await look_at(world, TARGET, LIMIT, LIMIT + timedelta(minutes=5))
    assert await world.told("county") == [DUTY]


async def test_whoever_was_warned_hears_that_it_was_waived(world: World) -> None:
    await world.publish()
    await look_at(world, TARGET)
    await world.waive()
    assert (await world.told("county"))[-1] == (Kind.CORRECTION, "repost.target")
    assert await world.standing() == []


async def test_an_accusation_that_is_waived_is_taken_back(world: World) -> None:
    await accuse(world)
    await world.waive()
    assert (await world.told("county"))[-1] == CORRECTION
    assert await world.standing() == []
    facts = (await world.events())[-1].facts
    assert isinstance(facts, RepostFacts)
    assert facts.decided == ("王某", "系统内部文件")
    assert await world.history() == ["pending", "overdue", "violated", "waived"]
    *_, last = await world.all(Transition)
    assert last.by == "王某"


async def test_what_is_void_cannot_be_waived(world: World) -> None:
    address = await world.publish()
    await world.key("drop", address)
    with pytest.raises(DecisionError, match="obligation 1 is void"):
        await world.waive()


async def test_what_was_done_in_time_cannot_be_waived(world: World) -> None:
    """It would drop out of the shares that speak for the site."""
    await world.publish()
    world.county.put("/sjwj/", Paper(POLICY.title, at(24, 10, 20), POLICY.number))
    await world.look()
    with pytest.raises(DecisionError, match="done in time"):
        await world.waive()
    assert await world.state() == "met"


@pytest.mark.parametrize("id_", [0, 2, 99])
async def test_what_is_not_there_cannot_be_decided_on(world: World, id_: int) -> None:
    await world.publish()
    with pytest.raises(DecisionError, match=f"no obligation {id_}"):
        await world.waive(id_)


# --- discharge -----------------------------------------------------------------------------------------


async def test_a_page_shown_by_hand_discharges_a_running_clock(world: World) -> None:
    await world.publish()
    world.clock.now = at(24, 11, 30)
    await world.discharge(shown_page(world, at(24, 10, 20)))
    shown = await world.shown()
    assert (shown["state"], shown["evidence"]["how"]) == ("met", "hand")
    assert shown["discharged_at"] == "2026-11-24T10:20:00+08:00"
    assert shown["review"] == "none", "nobody was accused"
    assert await world.told("county") == [DUTY]


@pytest.mark.parametrize(
    ("published", "state", "review", "why"),
    [
        (at(24, 10, 20), "met", "overturned", "before the target, where nobody looked"),
        (at(25, 23, 59), "met", "overturned", "before the limit"),
        (None, "unproven", "overturned", "no time: the doubt is theirs"),
        (date(2026, 11, 25), "unproven", "overturned", "some time on the last day"),
        (date(2026, 11, 26), "violated", "upheld", "a day too late by its own word"),
        (at(26, 0, 2), "violated", "upheld", "after the limit by its own word"),
        (at(26, 8), "violated", "upheld", "long after it"),
    ],
)
async def test_an_objection_is_reviewed_by_the_page_it_shows(
    world: World, published: datetime | date | None, state: str, review: str, why: str
) -> None:
    await accuse(world)
    await world.discharge(shown_page(world, published))
    shown = await world.shown()
    assert (shown["state"], shown["review"]) == (state, review), why
    assert shown["discharged_at"] is not None
    assert await world.standing() == []


async def test_an_overturned_accusation_is_corrected_with_its_review(world: World) -> None:
    await accuse(world)
    await world.discharge(shown_page(world, at(24, 10, 20)))
    assert await world.told("county") == [DUTY, WARNING, VIOLATION, CORRECTION]
    facts = await world.last_told(Kind.CORRECTION)
    assert (facts.review, facts.state, facts.found_how) == ("overturned", "met", "hand")
    assert await world.history() == ["pending", "overdue", "violated", "met"], "its history stays"


async def test_one_that_is_upheld_is_closed_as_done(world: World) -> None:
    await accuse(world)
    await world.discharge(shown_page(world, at(26, 8)))
    assert (await world.told("county"))[-1] == (Kind.RESOLVED, "repost.limit")
    facts = await world.last_told(Kind.RESOLVED)
    assert (facts.review, facts.state) == ("upheld", "violated")
    assert (await world.shown())["discharged_at"] == "2026-11-26T08:00:00+08:00"


async def test_an_objection_against_a_late_repost_can_show_an_earlier_one(world: World) -> None:
    await accuse(world)
    world.county.put("/sjwj/", Paper(POLICY.title, at(26, 9), POLICY.number))
    await look_at(world, at(26, 9, 10))
    assert (await world.shown())["discharged_at"] == "2026-11-26T09:00:00+08:00"
    await world.discharge(shown_page(world, at(24, 10, 20)))
    shown = await world.shown()
    assert (shown["state"], shown["review"], shown["evidence"]["how"]) == ("met", "overturned", "hand")
    assert (await world.told("county"))[-1] == CORRECTION


async def test_a_page_shown_by_hand_never_makes_it_worse(world: World) -> None:
    await world.publish()
    world.county.put("/sjwj/", Paper(POLICY.title, at(24, 10, 20), POLICY.number))
    await look_at(world, at(24, 10, 30))
    world.clock.now = at(26, 12)
    await world.discharge(shown_page(world, at(26, 11)))
    shown = await world.shown()
    assert (shown["state"], shown["discharged_at"]) == ("met", "2026-11-24T10:20:00+08:00")
    assert shown["evidence"]["how"] != "hand"
    assert await kept(world) == [("discharge", "obligation:1", "李某")]


async def test_a_warning_that_a_page_refutes_is_taken_back(world: World) -> None:
    await world.publish()
    await look_at(world, TARGET)
    await world.discharge(shown_page(world, at(24, 10, 20)))
    assert await world.told("county") == [DUTY, WARNING, (Kind.CORRECTION, "repost.target")]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/zwgk/none.html", "cannot be read: not_found"),
        ("/zwgk/soft.html", "cannot be read: "),
        ("/zwgk/down.html", "cannot be read: server_error"),
        ("/zwgk/told.html", "is not a repost of"),
        ("/zwgk/other.html", "is not a repost of"),
    ],
)
async def test_what_is_no_repost_discharges_nothing(world: World, path: str, message: str) -> None:
    await accuse(world)
    world.county.replies["/zwgk/soft.html"] = SOFT_404
    world.county.replies["/zwgk/down.html"] = DOWN
    world.county.papers["/zwgk/told.html"] = INTERPRETATION
    world.county.papers["/zwgk/other.html"] = Paper(
        "国务院办公厅关于印发消防重点任务的通知", text=("消防。" * 60,)
    )
    with pytest.raises(DecisionError, match=message):
        await world.discharge(world.county.url(path))
    assert await world.state() == "violated"
    assert await kept(world) == []


@pytest.mark.parametrize("where", ["gov", "far"])
async def test_a_page_of_somebody_else_is_no_repost_of_this_site(world: World, where: str) -> None:
    """Neither the source itself nor a neighbour's copy; a further host of the site has to be named."""
    await accuse(world)
    url = (await world.policies())[0].url
    if where == "far":
        world.far.papers["/zwgk/7.html"] = Paper(POLICY.title, at(24, 10, 20), POLICY.number)
        url = world.far.url("/zwgk/7.html")
    with pytest.raises(DecisionError, match="is no page of 示例县"):
        await world.discharge(url)
    assert await world.state() == "violated"
    host = world.hosts[where].base.removeprefix("http://")
    await world.amend('id = "county"', f'id = "county"\nhosts = ["{host}"]')
    await world.discharge(url)
    assert await world.state() == "met"


async def test_a_link_to_the_source_itself_is_shown_by_the_page_that_bears_it(world: World) -> None:
    """Of the site's own page that only links to the source: title and link prove it."""
    address = await world.publish()
    text = (f'原文链接：<a href="{address}">查看原文</a>', *OLD_PAPERS)
    world.county.papers["/zwgk/8.html"] = Paper(POLICY.title, at(24, 10, 20), text=text)
    world.clock.now = at(24, 11)
    await world.discharge(world.county.url("/zwgk/8.html"))
    assert await world.state() == "met"


@pytest.mark.parametrize("address", ["http://10.0.0.1/", "file:///etc/passwd", "http://[::1", "", "x" * 9000])
async def test_hostile_addresses_are_answered_with_a_sentence(world: World, address: str) -> None:
    await world.publish()
    with pytest.raises(DecisionError, match="cannot be read"):
        await world.discharge(address)


# --- key -----------------------------------------------------------------------------------------------


async def test_an_item_made_key_by_hand_counts_from_its_publication(world: World) -> None:
    await world.amend('url = "$gov/zcwj/"', 'url = "$gov/zcwj/"\nkey = "none"')
    address = await world.publish()
    world.clock.now = at(24, 15)
    await world.key("add", address)
    obligation = await world.the_obligation()
    assert (obligation.started_at, obligation.limit_at) == (at(24, 9, 59), LIMIT)
    assert obligation.state == "overdue"
    assert (await world.policies())[0].doc_number == POLICY.number
    assert await world.told("county") == [DUTY], "nobody is warned of what nobody observed"


@pytest.mark.parametrize(
    ("declared", "state", "why"),
    [
        (at(24, 10, 20), "met", "its own time lies before the target"),
        (at(24, 14), "met", "nobody looked at the target, so nobody can say"),
        (None, "met", "nor of this one"),
    ],
)
async def test_what_stood_there_before_it_was_key_favours_the_site(
    world: World, declared: datetime | None, state: str, why: str
) -> None:
    await world.amend('url = "$gov/zcwj/"', 'url = "$gov/zcwj/"\nkey = "none"')
    address = await world.publish()
    world.county.put("/sjwj/", Paper(POLICY.title, declared, POLICY.number), day="2026-11-24")
    await look_at(world, at(24, 14, 30))
    world.clock.now = at(24, 15)
    await world.key("add", address)
    await look_at(world, at(24, 15, 5))
    assert await world.state() == state, why


async def test_what_was_not_observed_by_the_limit_is_unproven(world: World) -> None:
    await world.amend('url = "$gov/zcwj/"', 'url = "$gov/zcwj/"\nkey = "none"')
    address = await world.publish()
    world.clock.now = at(25, 23, 59)
    await world.key("add", address)
    world.county.put("/sjwj/", Paper(POLICY.title, None, POLICY.number), day="2026-11-26")
    await look_at(world, at(26, 0, 1))
    assert await world.state() == "unproven"


async def test_only_what_was_first_seen_within_the_last_limit_can_be_made_key(world: World) -> None:
    await world.amend('url = "$gov/zcwj/"', 'url = "$gov/zcwj/"\nkey = "none"')
    address = await world.publish()
    world.clock.now = at(26, 0, 0, 1)
    with pytest.raises(DecisionError, match="its limit has passed"):
        await world.key("add", address)
    assert await world.obligations() == []


async def test_an_item_whose_page_is_down_can_be_made_key_all_the_same(world: World) -> None:
    await world.amend('url = "$gov/zcwj/"', 'url = "$gov/zcwj/"\nkey = "none"')
    address = await world.publish()
    world.gov.replies[address.removeprefix(world.gov.base)] = DOWN
    await world.key("add", address)
    assert (await world.the_obligation()).started_at == at(24, 10)


async def test_a_proposal_is_agreed_to_by_hand(world: World) -> None:
    await world.amend('url = "$gov/zcwj/"', 'url = "$gov/zcwj/"\nkey = "ask"')
    address = await world.publish()
    await world.key("add", address)
    assert (await world.state(), (await world.item(POLICY.title)).is_key) == ("pending", True)


async def test_an_item_is_found_by_any_spelling_of_its_address(world: World) -> None:
    await world.amend('url = "$gov/zcwj/"', 'url = "$gov/zcwj/"\nkey = "none"')
    address = await world.publish()
    await world.key("add", f"{address}?from=timeline#top")
    assert await world.state() == "pending"


@pytest.mark.parametrize("action", ["add", "drop"])
async def test_an_item_that_no_portal_held_cannot_be_decided_on(world: World, action: str) -> None:
    await world.publish()
    with pytest.raises(DecisionError, match="no portal's column held"):
        await world.key(action, world.county.url("/sjwj/1.html"))


async def test_key_twice_is_key_once(world: World) -> None:
    address = await world.publish()
    await world.key("add", address)
    assert len(await world.obligations()) == 1
    (policy,) = await world.policies()
    assert len(policy.carriers) == 1


async def test_what_is_not_key_after_all_ends_void_for_every_site(world: World) -> None:
    await world.reload(world.config + FAR_SITE)
    address = await world.publish()
    world.far.put("/sjwj/", Paper(POLICY.title, at(24, 10, 20), POLICY.number))
    await look_at(world, at(24, 10, 20))
    assert await world.key("drop", address) == 2
    assert [o.state for o in await world.obligations()] == ["void", "void"]
    assert (await world.shown())["reason"] == "not key after all (王某: 经研究)"
    assert await world.told("far") == [DUTY], "nobody had been told anything else"


async def test_the_accused_hear_that_it_was_not_key(world: World) -> None:
    await accuse(world)
    await world.key("drop", (await world.policies())[0].url)
    assert (await world.told("county"))[-1] == CORRECTION
    facts = await world.last_told(Kind.CORRECTION)
    assert facts.state == "void"
    assert await world.standing() == []


async def test_a_drop_that_was_a_mistake_is_taken_back(world: World) -> None:
    address = await world.publish()
    await world.key("drop", address)
    world.pass_by(minutes=5)
    await world.key("add", address)
    obligation = await world.the_obligation()
    assert (obligation.state, obligation.void, obligation.started_at) == ("pending", None, at(24, 9, 59))
    assert await world.history() == ["pending", "void", "pending"]
    assert [action for action, *_ in await kept(world)] == ["key drop", "key add"]


# --- acknowledge ---------------------------------------------------------------------------------------


async def relaunch(world: World) -> None:
    await world.begin()
    world.gov.lists["/zcwj/"] = []
    world.gov.hold("/zcwj/", [f"部委{title}" for title in OLD_PAPERS])
    world.gov.put("/zcwj/", POLICY)
    for _ in range(2):
        world.pass_by(minutes=8)
        await world.poll()


async def test_a_relaunched_list_that_a_person_confirms_is_a_baseline(world: World) -> None:
    await relaunch(world)
    assert await world.standing() == [("gov", "watch.blind")]
    await world.acknowledge("watch.blind")
    world.pass_by(minutes=8)
    await world.poll()
    assert await world.standing() == []
    assert await world.obligations() == [], "what it holds starts no clock"
    assert all(item.is_baseline for item in await world.items())
    world.pass_by(minutes=2)
    world.gov.put("/zcwj/", Paper("国务院关于印发节水型社会建设规划的通知", world.now()))
    await world.poll()
    assert len(await world.obligations()) == 1, "what comes after it does"


async def test_a_sites_relaunched_list_is_read_again_once_confirmed(world: World) -> None:
    await world.publish()
    world.county.lists["/sjwj/"] = []
    world.county.hold("/sjwj/", [f"市{title}" for title in OLD_PAPERS])
    world.county.put("/sjwj/", Paper(POLICY.title, at(24, 10, 20), POLICY.number))
    world.county.front = {"/yw/": "要闻"}
    await look_at(world, at(24, 10, 40), at(24, 10, 50))
    assert await world.state() == "met", "a repost that is found counts, blind or not"
    await world.acknowledge("watch.blind")
    await look_at(world, at(24, 11, 20))
    assert await world.standing() == []


async def test_knowing_that_a_portal_is_down_confirms_nothing(world: World) -> None:
    """What it publishes meanwhile is no baseline when it comes back."""
    await world.begin()
    world.gov.replies["/zcwj/"] = DOWN
    for _ in range(2):
        world.pass_by(minutes=8)
        await world.poll()
    await world.acknowledge("watch.blind")
    del world.gov.replies["/zcwj/"]
    world.clock.now = at(24, 10)
    world.gov.put("/zcwj/", POLICY)
    await world.poll()
    assert await world.state() == "pending"


async def test_an_acknowledgement_keeps_who_and_when(world: World) -> None:
    await relaunch(world)
    problem = await world.acknowledge("watch.blind")
    assert (problem.acknowledged_by, problem.acknowledged_at) == ("王某", world.now())
    assert await kept(world) == [("acknowledge", f"problem:{problem.id}", "王某")]


async def test_events_on_a_decision_carry_the_reason(world: World) -> None:
    await accuse(world)
    await world.waive()
    *_, last = await world.events()
    assert isinstance(last, Event)
    assert isinstance(last.facts, RepostFacts)
    assert last.facts.reason
