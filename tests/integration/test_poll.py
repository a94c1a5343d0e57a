"""What a portal's column brings: which items are new, which are key, whom they bind, and from when."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from alerts.events import Kind, NoteFacts
from monitor.rounds.proposals import open_proposals
from monitor.store.tables import Item
from tests.integration.county import (
    BLOCKED,
    DOWN,
    DROPPED,
    EMPTY,
    FAR_SITE,
    GARBAGE,
    OLD_PAPERS,
    POLICY,
    SOFT_404,
    START,
    Entry,
    Paper,
    Reply,
    World,
    at,
)

DUTY = (Kind.DUTY, "repost.limit")
TRADES = ("畜牧业", "渔业", "林业", "纺织业", "旅游业", "航运业", "制药业", "陶瓷业", "酿造业", "造纸业")


# --- first readings ------------------------------------------------------------------------------------


async def test_what_a_column_holds_when_it_is_first_read_starts_no_clock(world: World) -> None:
    world.gov.put("/zcwj/", Paper(POLICY.title, START - timedelta(minutes=5), POLICY.number))
    await world.begin()
    world.pass_by(minutes=2)
    await world.poll()
    assert [item.is_baseline for item in await world.items()] == [True] * 11
    assert await world.obligations() == []
    assert await world.told() == []


async def test_a_new_key_item_starts_one_clock_for_each_site_it_binds(world: World) -> None:
    await world.reload(world.config + FAR_SITE)
    await world.publish()
    await world.poll()
    assert [o.site for o in await world.obligations()] == ["county", "far"]
    assert await world.told("county") == [DUTY]
    assert await world.told("far") == [DUTY]
    due = {key for kind, key in await world.due_now() if kind == "look"}
    assert due == {"county", "far"}, "both are looked at at once"


async def test_a_column_that_joins_later_brings_a_baseline_of_its_own(world: World) -> None:
    await world.begin()
    world.gov.hold("/gwywj/", ["国务院关于印发远洋渔业发展规划的通知", *OLD_PAPERS[:5]])
    column = '\n[[portal.column]]\nname = "国务院文件"\nurl = "$gov/gwywj/"\n'
    await world.amend('\n[[portal]]\nid = "prov"', f'{column}\n[[portal]]\nid = "prov"')
    await world.poll()
    assert await world.obligations() == []


# --- who is bound --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("portal", "bound", "why"),
    [
        ('level = "national"', ["county", "far"], "national binds all"),
        ('level = "provincial"\nregion = "340000"', ["county"], "the first two digits are shared"),
        ('level = "municipal"\nregion = "340800"', ["county"], "the first four digits are shared"),
        ('level = "municipal"\nregion = "340100"', [], "only the first two are shared"),
        ('level = "national"\nbinds = ["360101"]', ["far"], "a region's code, instead of the rule"),
        ('level = "provincial"\nregion = "340000"\nbinds = ["far"]', ["far"], "a site's id goes before all"),
    ],
)
async def test_whom_a_portal_binds(world: World, portal: str, bound: list[str], why: str) -> None:
    await world.reload(world.config.replace('level = "national"', portal) + FAR_SITE)
    await world.publish()
    assert [o.site for o in await world.obligations()] == bound, why


@pytest.mark.parametrize(
    ("site", "why"),
    [
        ('type = "department"', "the duty to repost is a portal's"),
        ('duties = ["availability", "lifecycle"]', "reposting is not among its duties"),
        ('status = "building"', "no clock starts on a site that is being built"),
        ('status = "suspended"', "nor on a suspended one"),
        ('status = "closed"', "nor on a closed one"),
    ],
)
async def test_a_site_without_the_duty_gets_no_clock(world: World, site: str, why: str) -> None:
    await world.amend('id = "county"', f'id = "county"\n{site}')
    await world.publish()
    assert await world.obligations() == [], why


async def test_a_closing_site_is_bound_like_an_open_one(world: World) -> None:
    await world.amend('id = "county"', 'id = "county"\nstatus = "closing"')
    await world.publish()
    assert await world.state() == "pending"


async def test_a_site_that_joins_later_is_not_bound_by_earlier_policies(world: World) -> None:
    await world.publish()
    world.pass_by(minutes=10)
    await world.reload(world.config + FAR_SITE)
    await world.poll()
    assert await world.obligations("far") == []
    world.pass_by(minutes=5)
    world.gov.put("/zcwj/", Paper("国务院关于印发节水型社会建设规划的通知", world.now()))
    await world.poll()
    assert len(await world.obligations("far")) == 1, "but by what is published from then on"


async def test_a_second_carrier_does_not_bind_a_site_to_what_came_before_it_joined(world: World) -> None:
    await world.publish()
    world.pass_by(minutes=10)
    await world.reload(world.config + FAR_SITE.replace("360101", "340101"))
    world.pass_by(minutes=10)
    world.prov.put("/zcwj/", Paper(POLICY.title, world.now(), POLICY.number))
    await world.poll()
    (policy,) = await world.policies()
    assert len(policy.carriers) == 2
    assert await world.obligations("far") == []


@pytest.mark.parametrize("status", ["suspended", "building"])
async def test_what_appeared_while_a_site_was_not_bound_does_not_bind_it_afterwards(
    world: World, status: str
) -> None:
    await world.amend('id = "county"', f'id = "county"\nstatus = "{status}"')
    await world.publish()
    await world.audit("county")
    world.pass_by(minutes=10)
    await world.amend(f'status = "{status}"', 'status = "open"')
    world.pass_by(minutes=10)
    world.prov.put("/zcwj/", Paper(POLICY.title, world.now(), POLICY.number))
    await world.poll()
    assert await world.obligations() == []


async def test_a_site_that_left_and_came_back_joins_anew(world: World) -> None:
    await world.begin()
    whole = world.config
    await world.reload(whole[: whole.index("[[site]]")])
    world.pass_by(minutes=1)
    await world.poll()
    world.pass_by(minutes=1)
    world.gov.put("/zcwj/", POLICY)
    await world.poll()
    world.pass_by(minutes=5)
    await world.reload(whole)
    world.pass_by(minutes=5)
    world.prov.put("/zcwj/", Paper(POLICY.title, world.now(), POLICY.number))
    await world.poll()
    assert await world.obligations() == []


# --- one policy ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("copy", "policies", "why"),
    [
        (Paper("转载：国办印发重点任务", at(24, 10, 30), POLICY.number), 1, "the same number"),
        (Paper(POLICY.title, at(24, 10, 30)), 1, "the same title, issuer and year"),
        (Paper(POLICY.title.replace("国务院办公厅", "省政府办公厅"), at(24, 10, 30)), 2, "another issuer"),
        (Paper(POLICY.title, at(24, 10, 30), "国办发〔2025〕31号"), 2, "another number"),
        (Paper(POLICY.title.replace("重点任务", "主要任务"), at(24, 10, 30)), 2, "likeness is not enough"),
    ],
)
async def test_how_many_policies_two_portals_items_are(
    world: World, copy: Paper, policies: int, why: str
) -> None:
    await world.publish()
    world.clock.now = at(24, 10, 31)
    world.prov.put("/zcwj/", copy)
    await world.poll()
    starts = [o.started_at for o in await world.obligations()]
    assert (len(await world.policies()), len(starts)) == (policies, policies), why
    assert starts[0] == at(24, 9, 59), "the start is set once"


async def test_the_same_address_on_two_portals_is_one_policy(world: World) -> None:
    address = await world.publish()
    world.pass_by(minutes=5)
    world.prov.put("/zcwj/", POLICY, row="国办文件（链接国家门户）", href=address)
    await world.poll()
    (policy,) = await world.policies()
    assert [carrier["portal"] for carrier in policy.carriers] == ["gov", "prov"]
    assert len(await world.obligations()) == 1


async def test_a_site_bound_only_by_the_second_portal_counts_from_that_portals_item(world: World) -> None:
    await world.reload(world.config + FAR_SITE)
    await world.amend('level = "national"', 'level = "national"\nbinds = ["far"]')
    await world.publish()
    world.clock.now = at(24, 13, 30)
    await world.poll()
    world.prov.put("/zcwj/", Paper(POLICY.title, at(24, 13, 31), POLICY.number))
    world.clock.now = at(24, 13, 32)
    await world.poll()
    starts = {o.site: (o.started_at, o.portal, o.level) for o in await world.obligations()}
    assert starts == {
        "far": (at(24, 9, 59), "gov", "national"),
        "county": (at(24, 13, 31), "prov", "provincial"),
    }
    assert len(await world.policies()) == 1


# --- what is key ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "title", "number", "is_key", "why"),
    [
        ("all", "国务院任免国家工作人员", None, True, "all items of the column are key"),
        ("none", POLICY.title, POLICY.number, False, "none are"),
        ("auto", POLICY.title, None, True, "its title is included"),
        ("auto", "国务院任免国家工作人员", None, False, "its title is excluded"),
        ("all", "国务院关于同意设立示范区的批复", "国函〔2026〕9号", True, "all means all"),
        ("auto", "国务院关于同意设立示范区的批复", "国发〔2026〕9号", False, "it answers one place"),
        ("ask", "国务院关于同意设立示范区的批复", "国发〔2026〕9号", False, "nobody is asked either"),
        ("auto", "国务院关于示范区建设的意见", "国发〔2026〕9号", True, "its number begins with 国发"),
        ("ask", "国务院任免国家工作人员", None, False, "nothing to ask: it is excluded"),
        ("ask", POLICY.title, POLICY.number, None, "it is only proposed, and an officer decides"),
    ],
)
async def test_which_items_are_key(
    world: World, mode: str, title: str, number: str | None, is_key: bool | None, why: str
) -> None:
    await world.amend('url = "$gov/zcwj/"', f'url = "$gov/zcwj/"\nkey = "{mode}"')
    await world.publish(Paper(title, at(24, 9, 59), number))
    assert (await world.item(title)).is_key is is_key, why
    assert len(await world.obligations()) == (1 if is_key else 0)


async def test_a_proposal_is_told_to_an_officer_once_and_names_the_item(world: World) -> None:
    await world.amend('url = "$gov/zcwj/"', 'url = "$gov/zcwj/"\nkey = "ask"')
    address = await world.publish()
    world.pass_by(minutes=2)
    await world.poll()
    (event,) = await world.events()
    assert isinstance(event.facts, NoteFacts)
    assert event.site.id == "gov"
    assert POLICY.title in event.facts.title
    assert address in event.facts.lines
    item = await world.item(POLICY.title)
    told = "\n".join(event.facts.lines)
    assert f"duban key add {item.id} " in told, "and says where it is confirmed"
    assert "11月25日（周三）24时前" in told, "and until when"


ASK = 'url = "$gov/zcwj/"\nkey = "ask"'


async def ask_both(world: World) -> None:
    """Both portals propose, and carry one policy under addresses of their own."""
    await world.amend('url = "$gov/zcwj/"', ASK)
    await world.amend('url = "$prov/zcwj/"', ASK.replace("gov", "prov"))
    await world.publish()
    world.prov.put("/zcwj/", POLICY)
    world.pass_by(minutes=2)
    await world.poll()
    assert len(await world.events()) == 1, "one policy is asked after once"
    assert [item.is_key for owner in ("gov", "prov") for item in await asked(world, owner)] == [None, None]


async def asked(world: World, owner: str) -> list[Item]:
    return [item for item in await world.items(owner) if item.title == POLICY.title]


@pytest.mark.parametrize(("action", "is_key", "carriers"), [("add", True, 2), ("drop", False, 0)])
async def test_what_is_said_of_a_proposal_holds_for_every_portal_that_carries_it(
    world: World, action: str, is_key: bool, carriers: int
) -> None:
    await ask_both(world)
    first, second = (*await asked(world, "gov"), *await asked(world, "prov"))
    await world.key(action, str(second.id))
    assert [item.is_key for owner in ("gov", "prov") for item in await asked(world, owner)] == [is_key] * 2
    assert sum(len(policy.carriers) for policy in await world.policies()) == carriers
    assert len(await world.obligations()) == (1 if is_key else 0)
    assert await world.key("drop", str(first.id)) == (1 if is_key else 0), "found by its number as well"


@pytest.mark.parametrize(("action", "is_key"), [("add", True), ("drop", False)])
async def test_a_portal_that_follows_asks_nobody_again(world: World, action: str, is_key: bool) -> None:
    await world.amend('url = "$gov/zcwj/"', ASK)
    await world.amend('url = "$prov/zcwj/"', ASK.replace("gov", "prov"))
    await world.key(action, await world.publish())
    told = len([event for event in await world.events() if event.kind is Kind.BLIND])
    world.prov.put("/zcwj/", POLICY)
    world.pass_by(minutes=2)
    await world.poll()
    (item,) = await asked(world, "prov")
    assert item.is_key is is_key
    assert (item.why or "").startswith("an officer decided on this policy on another portal")
    assert len([event for event in await world.events() if event.kind is Kind.BLIND]) == told


async def test_two_columns_of_a_portal_ask_once(world: World) -> None:
    world.gov.hold("/yaowen/", OLD_PAPERS)
    column = '\n[[portal.column]]\nname = "要闻"\nurl = "$gov/yaowen/"\nkey = "ask"\n'
    await world.amend('\n[[portal]]\nid = "prov"', f'{column}\n[[portal]]\nid = "prov"')
    await world.amend('url = "$gov/zcwj/"', ASK)
    address = await world.publish()
    world.gov.put("/yaowen/", POLICY, href=address)
    world.pass_by(minutes=2)
    await world.poll()
    assert len(await world.events()) == 1


async def test_what_waits_for_an_officer_is_listed_while_it_can_be_decided(world: World) -> None:
    await world.amend('url = "$gov/zcwj/"', ASK)
    await world.publish()

    async def waiting() -> list[tuple[str, datetime]]:
        ctx, now = world.context, world.clock()
        found = await world.store.read(lambda s: open_proposals(s, ctx.targets, ctx.counting, now))
        return [(item.title, until) for item, until in found]

    assert await waiting() == [(POLICY.title, at(26))]
    world.clock.now = at(26, 0, 1)
    assert await waiting() == []


async def test_of_a_column_without_key_items_no_page_is_opened(world: World) -> None:
    await world.amend('url = "$gov/zcwj/"', 'url = "$gov/zcwj/"\nkey = "none"')
    await world.publish()
    assert {heard.path for heard in world.gov.heard} == {"/zcwj/"}


async def test_an_item_that_is_not_key_in_one_column_is_key_where_another_says_so(world: World) -> None:
    """A paper stands under 要闻, where nothing is key, before it stands under 政策, where all is."""
    world.gov.hold("/yaowen/", OLD_PAPERS)
    column = '\n[[portal.column]]\nname = "要闻"\nurl = "$gov/yaowen/"\nkey = "none"\n'
    await world.amend('\n[[portal]]\nid = "prov"', f'{column}\n[[portal]]\nid = "prov"')
    await world.begin()
    world.clock.now = at(24, 9, 58)
    await world.poll()
    world.clock.now = at(24, 10)
    address = world.gov.put("/yaowen/", POLICY)
    await world.poll()
    assert await world.obligations() == []
    world.clock.now = at(24, 10, 40)
    world.gov.put("/zcwj/", POLICY, href=address)
    await world.poll()
    obligation = await world.the_obligation()
    assert obligation.started_at == at(24, 9, 59), "it was published then, wherever it stood"
    world.pass_by(minutes=2)
    await world.poll()
    assert len(await world.obligations()) == 1


# --- pages that cannot be read -------------------------------------------------------------------------


async def test_an_item_whose_page_cannot_be_read_is_decided_later_and_starts_when_first_seen(
    world: World,
) -> None:
    await world.begin()
    world.clock.now = at(24, 9, 58)
    await world.poll()
    world.clock.now = at(24, 10)
    address = world.gov.put("/zcwj/", POLICY)
    path = address.removeprefix(world.gov.base)
    world.gov.replies[path] = DOWN
    await world.poll()
    assert await world.obligations() == []
    world.clock.now = at(24, 10, 6)
    await world.poll()
    del world.gov.replies[path]
    world.clock.now = at(24, 10, 8)
    await world.poll()
    obligation = await world.the_obligation()
    assert obligation.started_at == at(24, 9, 59), "the interval of the first observation still holds"


@pytest.mark.parametrize(
    ("reply", "polls", "why"),
    [
        (DOWN, 5, "five tries, then its title decides"),
        (BLOCKED, 5, "a shield may open yet"),
        (Reply("gone", 404), 1, "there is no page to wait for"),
        (SOFT_404, 1, "nor where it says so itself"),
        (Reply(b"%PDF-1.4", headers={"Content-Type": "application/pdf"}), 1, "a file is no article"),
    ],
)
async def test_an_item_without_a_readable_page_is_decided_by_its_title(
    world: World, reply: Reply, polls: int, why: str
) -> None:
    await world.begin()
    world.clock.now = at(24, 10)
    address = world.gov.put("/zcwj/", POLICY)
    world.gov.replies[address.removeprefix(world.gov.base)] = reply
    for _ in range(polls):
        assert await world.obligations() == [], why
        await world.poll()
        world.pass_by(minutes=2)
    obligation = await world.the_obligation()
    assert obligation.started_at == at(24, 10), "the list says only the day, so it counts from first seen"


# --- the start -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "started", "why"),
    [
        (at(24, 9, 59), at(24, 9, 59), "precise, and within the interval of first observation"),
        (at(24, 9, 48), at(24, 9, 48), "ten minutes around the interval agree"),
        (at(24, 9, 47), at(24, 10), "eleven minutes before it do not"),
        (at(24, 10, 10), at(24, 10), "a clock that goes ahead agrees, but nothing starts after it was seen"),
        (at(24, 10, 11), at(24, 10), "too far ahead"),
        (at(24, 0, 0), at(24, 10), "00:00 is what systems print when they know only the day"),
        (date(2026, 11, 24), at(24, 10), "only a day"),
        (date(2026, 11, 23), at(24, 10), "yesterday, but seen only now"),
        (None, at(24, 10), "no time at all"),
    ],
)
async def test_when_the_clock_starts(
    world: World, declared: datetime | date | None, started: datetime, why: str
) -> None:
    await world.publish(Paper(POLICY.title, declared, POLICY.number), day="2026-11-24")
    assert (await world.the_obligation()).started_at == started, why


async def test_the_time_in_the_list_counts_where_the_page_has_none(world: World) -> None:
    await world.publish(Paper(POLICY.title, None, POLICY.number), day="2026-11-24 09:59")
    assert (await world.the_obligation()).started_at == at(24, 9, 59)
    assert (await world.policies())[0].published_at == at(24, 9, 59).isoformat()


async def test_a_cached_copy_dates_its_first_observation_back(world: World) -> None:
    """Behind a cache of twenty minutes the item is seen late, but the declared time agrees all the same."""
    await world.begin()
    world.clock.now = at(24, 10)
    world.gov.headers["/zcwj/"] = {"Age": "1199"}
    await world.poll()
    world.clock.now = at(24, 10, 2)
    world.gov.put("/zcwj/", Paper(POLICY.title, at(24, 9, 45), POLICY.number))
    world.gov.headers["/zcwj/"] = {"Age": "0"}
    await world.poll()
    assert (await world.the_obligation()).started_at == at(24, 9, 45)


async def test_a_copy_older_than_the_last_reading_turns_no_interval_around(world: World) -> None:
    await world.publish()
    world.pass_by(minutes=2)
    world.gov.headers["/zcwj/"] = {"Age": "3600"}
    world.gov.put("/zcwj/", Paper("国务院关于印发节水型社会建设规划的通知", None))
    await world.poll()
    item = await world.item("国务院关于印发节水型社会建设规划的通知")
    assert item.seen_after is not None
    assert item.seen_after <= item.seen_by
    assert len(await world.obligations()) == 2


async def test_day_counted_limits_leave_the_day_of_publication_out(world: World) -> None:
    await world.publish()
    shown = await world.shown()
    assert shown["target_at"] == "2026-11-24T10:59:00+08:00"
    assert shown["limit_at"] == "2026-11-26T00:00:00+08:00", "Wednesday, 24:00"


# --- old papers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "clocks", "why"),
    [
        (date(2026, 11, 20), 0, "four days before the last reading: an old paper listed again"),
        (date(2026, 11, 21), 1, "three days are not more than three"),
        (at(20, 9, 30), 0, "a precise time is a day too"),
    ],
)
async def test_old_papers_listed_again_start_no_clock(
    world: World, declared: datetime | date, clocks: int, why: str
) -> None:
    await world.publish(Paper(POLICY.title, declared, POLICY.number))
    assert len(await world.obligations()) == clocks, why
    assert (await world.item(POLICY.title)).is_key is bool(clocks)


async def test_a_title_the_portal_carried_before_starts_no_clock(world: World) -> None:
    await world.publish()
    world.pass_by(minutes=20)
    world.gov.put("/zcwj/", Paper(f" {POLICY.title} ", world.now()))
    await world.poll()
    assert len(await world.obligations()) == 1
    again = (await world.items())[-1]
    assert (again.is_key, again.why) == (False, "the portal carried this title before")


# --- blindness -----------------------------------------------------------------------------------------


async def test_more_than_half_of_a_list_new_at_once_is_blind_until_a_person_confirms(world: World) -> None:
    await world.begin()
    world.pass_by(minutes=2)
    for title in (*TRADES, "采矿业"):
        world.gov.put("/zcwj/", Paper(f"国务院关于印发{title}发展规划的通知", world.now()))
    for _ in range(2):
        await world.poll()
        world.pass_by(minutes=2)
    assert await world.obligations() == []
    assert await world.standing() == [("gov", "watch.blind")]
    assert (Kind.BLIND, "watch.blind") in await world.told("gov")


async def test_exactly_half_new_is_no_relaunch(world: World) -> None:
    await world.begin()
    world.pass_by(minutes=2)
    for title in TRADES:
        world.gov.put("/zcwj/", Paper(f"国务院关于印发{title}发展规划的通知", world.now()))
    await world.poll()
    assert len(await world.obligations()) == 10


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (DOWN, "down"),
        (DROPPED, "the connection is closed without an answer"),
        (BLOCKED, "a shield"),
        (GARBAGE, "no page at all"),
        (EMPTY, "nothing"),
        (SOFT_404, "an apology under status 200"),
        (Reply("<html><body><ul></ul>" + "欢迎访问" * 50 + "</body></html>"), "a page without a list"),
    ],
)
async def test_a_portal_that_cannot_be_read_is_our_blindness_and_withdraws_nothing(
    world: World, reply: Reply, why: str
) -> None:
    await world.publish()
    world.gov.replies["/zcwj/"] = reply
    for _ in range(3):
        world.pass_by(minutes=10)
        await world.poll()
    assert await world.standing() == [("gov", "watch.blind")], why
    assert await world.state() == "pending"
    del world.gov.replies["/zcwj/"]
    world.pass_by(minutes=10)
    await world.poll()
    assert await world.standing() == []
    assert len(await world.obligations()) == 1, "what it held before is not new"


async def test_one_bad_reading_is_not_yet_told(world: World) -> None:
    await world.begin()
    world.gov.replies["/zcwj/"] = DOWN
    world.pass_by(minutes=2)
    await world.poll("gov")
    assert await world.problems() == []
    assert (await world.place("gov", world.gov.url("/zcwj/"))).failures == 1


async def test_what_appears_while_a_portal_is_blind_starts_when_it_is_seen(world: World) -> None:
    await world.begin()
    world.clock.now = at(24, 10)
    world.gov.replies["/zcwj/"] = DOWN
    await world.poll()
    world.gov.put("/zcwj/", POLICY)
    world.clock.now = at(24, 12)
    del world.gov.replies["/zcwj/"]
    await world.poll()
    assert (await world.the_obligation()).started_at == at(24, 9, 59), "it agrees with (9:00, 12:00]"


# --- how often -----------------------------------------------------------------------------------------


async def test_polls_that_fail_come_at_most_four_times_as_rarely(world: World) -> None:
    await world.begin()
    world.gov.replies["/zcwj/"] = DOWN
    key = f"gov {world.gov.url('/zcwj/')}"
    waits = []
    for _ in range(6):
        await world.poll("gov")
        waits.append((await world.due("column", key) - world.clock()).total_seconds() / 60)
        world.pass_by(minutes=8)
    assert waits == [4, 6, 8, 8, 8, 8]
    del world.gov.replies["/zcwj/"]
    await world.poll("gov")
    assert await world.due("column", key) == world.clock() + timedelta(minutes=2)


async def test_retry_after_is_honoured_beyond_that(world: World) -> None:
    await world.begin()
    world.gov.replies["/zcwj/"] = Reply("later", 503, {"Retry-After": "1800"})
    await world.poll("gov")
    due = await world.due("column", f"gov {world.gov.url('/zcwj/')}")
    assert due == world.clock() + timedelta(minutes=30)


async def test_an_unchanged_column_costs_one_conditional_request(world: World) -> None:
    world.gov.headers["/zcwj/"] = {"ETag": '"1"'}
    await world.begin()
    world.pass_by(minutes=2)
    await world.poll("gov")
    assert world.gov.asked("/zcwj/")[-1].headers["if-none-match"] == '"1"'
    place = await world.place("gov", world.gov.url("/zcwj/"))
    assert (place.last_ok_at, place.items) == (world.now(), 10)


# --- hostile pages -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "why"),
    [
        ("国务院关于\x07\x1b[31m印发\x00\u202e规划\x9b的通知", "control and direction signs"),
        ("国务院关于" + "印发" * 5000 + "的通知", "ten thousand characters"),
        ("国务院关于<script>alert(1)</script>印发规划的通知", "markup"),
    ],
)
async def test_hostile_titles_do_no_harm(world: World, title: str, why: str) -> None:
    await world.publish(Paper(title, at(24, 9, 59)))
    assert len(await world.obligations()) == 1, why
    kept = (await world.items())[-1].title
    assert len(kept) <= 500
    assert kept.isprintable()


async def test_a_json_list_with_half_characters_and_endless_addresses_is_read(world: World) -> None:
    """What JSON may hold no database takes: lone surrogates, zero bytes, addresses of a megabyte."""
    row = '{"title": "国务院关于公布第%d批非遗名录的通知", "url": "/art/%d.html", "date": "2026-11-2%d"}'
    old = [row % (n, n, n) for n in range(4)]
    world.gov.replies["/zcwj/"] = Reply(f"[{', '.join(old)}]", headers={"Content-Type": "application/json"})
    await world.begin()
    world.clock.now = at(24, 10)
    endless = "x" * 1_000_000
    hostile = [
        '{"title": "国务院关于印发\\ud800\\u0000规划的通知", "url": "/art/7.html", "date": "2026-11-24"}',
        '{"title": "国务院关于印发远洋规划的通知", "url": "/art/\\ud800.html", "date": "2026-11-24"}',
        f'{{"title": "国务院关于印发养老规划的通知", "url": "/art/{endless}.html", "date": "2026-11-24"}}',
    ]
    body = f"[{', '.join([*hostile, *old])}]"
    world.gov.replies["/zcwj/"] = Reply(body, headers={"Content-Type": "application/json"})
    await world.poll()
    new = [item for item in await world.items() if not item.is_baseline]
    # An address that long cannot be asked for, so that its row is none.
    assert [item.title[3:8] for item in new] == ["关于印发远", "关于印发\ufffd"]
    assert len(await world.obligations()) == 2


async def test_thousands_of_rows_are_read_and_only_the_new_one_is_opened(world: World) -> None:
    rows = ", ".join(
        f'{{"title": "国务院关于公布第{n}批名录的通知", "url": "/old/{n}.html"}}' for n in range(3_000)
    )
    json = {"Content-Type": "application/json"}
    world.gov.replies["/zcwj/"] = Reply(f"[{rows}]", headers=json)
    await world.begin()
    world.clock.now = at(24, 10)
    new = f'{{"title": "{POLICY.title}", "url": "/new.html"}}'
    world.gov.papers["/new.html"] = POLICY
    world.gov.replies["/zcwj/"] = Reply(f"[{new}, {rows}]", headers=json)
    await world.poll()
    assert len(await world.items()) == 3_001
    assert len(world.gov.heard) == 3
    assert len(await world.obligations()) == 1


async def test_one_address_twice_in_a_list_is_one_item(world: World) -> None:
    await world.begin()
    world.clock.now = at(24, 10)
    address = world.gov.put("/zcwj/", POLICY)
    world.gov.lists["/zcwj/"].insert(3, Entry("国办印发重点任务", f"{address}?from=timeline", "2026-11-24"))
    await world.poll()
    assert len([item for item in await world.items() if not item.is_baseline]) == 1
    assert len(await world.obligations()) == 1


async def test_two_columns_that_bring_one_address_at_once_bring_one_item(world: World) -> None:
    world.gov.hold("/gwywj/", OLD_PAPERS)
    column = '\n[[portal.column]]\nname = "国务院文件"\nurl = "$gov/gwywj/"\n'
    await world.amend('\n[[portal]]\nid = "prov"', f'{column}\n[[portal]]\nid = "prov"')
    await world.begin()
    world.clock.now = at(24, 10)
    address = world.gov.put("/zcwj/", POLICY)
    world.gov.put("/gwywj/", POLICY, href=address)
    world.gov.put("/gwywj/", Paper("国务院关于印发节水型社会建设规划的通知", at(24, 9, 59)))
    await world.together("column", f"gov {world.gov.url('/zcwj/')}", f"gov {world.gov.url('/gwywj/')}")
    assert len([item for item in await world.items() if not item.is_baseline]) == 2
    assert len(await world.obligations()) == 2


@pytest.mark.parametrize("keys", [("all", "none"), ("none", "all"), ("none", "auto"), ("ask", "auto")])
async def test_two_columns_with_one_address_are_read_as_one(world: World, keys: tuple[str, str]) -> None:
    again = '\n[[portal.column]]\nname = "{}"\nurl = "$gov/zcwj/"\nkey = "{}"\n'
    both = "".join(map(again.format, ("一", "二"), keys))
    await world.amend('\n  [[portal.column]]\n  name = "政策"\n  url = "$gov/zcwj/"\n', both)
    await world.publish()
    assert len(await world.obligations()) == 1, "what is key in one of them is key"
