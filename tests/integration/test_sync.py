"""What a changed configuration does at once to what is watched, to running clocks and to what stands."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from alerts.events import Kind
from monitor.store.tables import Place, SiteState, Watch
from tests.integration.county import DOWN, FAR_SITE, POLICY, Paper, World, at

TARGET, LIMIT = at(24, 10, 59), at(26)
CORRECTION = (Kind.CORRECTION, "repost.limit")


async def look_at(world: World, *moments: datetime) -> None:
    for moment in moments:
        world.clock.now = moment
        await world.look()
        world.pass_by(seconds=1)
        await world.judge()


# --- who is bound no more ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ('status = "building"', "the site is building"),
        ('status = "suspended"', "the site is suspended"),
        ('status = "closed"', "the site is closed"),
        ('type = "department"', "reposting is not among its duties"),
        ('duties = ["availability"]', "reposting is not among its duties"),
    ],
)
async def test_a_running_clock_ends_void_where_its_site_is_bound_no_more(
    world: World, change: str, reason: str
) -> None:
    await world.publish()
    world.pass_by(minutes=10)
    await world.amend('id = "county"', f'id = "county"\n{change}')
    shown = await world.shown()
    assert shown["state"] == "void"
    assert reason in shown["reason"]
    assert await world.history() == ["pending", "void"]
    assert (await world.the_obligation()).judge_at is None


async def test_so_it_does_where_its_site_left_the_configuration(world: World) -> None:
    await world.publish()
    await world.reload(world.config[: world.config.index("[[site]]")])
    assert (await world.shown())["reason"] == "the site left the configuration"


async def test_and_where_no_portal_that_carries_the_policy_binds_it_any_more(world: World) -> None:
    await world.reload(world.config + FAR_SITE)
    await world.publish()
    await world.amend('level = "national"', 'level = "national"\nbinds = ["far"]')
    assert (await world.state("county"), await world.state("far")) == ("void", "pending")


async def test_a_portal_that_is_polled_no_more_lets_nobody_go(world: World) -> None:
    await world.publish()
    whole = world.config
    gov = whole[whole.index("[[portal]]") : whole.index('[[portal]]\nid = "prov"')]
    await world.reload(whole.replace(gov, ""))
    assert await world.state() == "pending"


async def test_whoever_was_warned_hears_that_it_does_not_hold(world: World) -> None:
    await world.publish()
    await look_at(world, TARGET)
    await world.amend('id = "county"', 'id = "county"\nstatus = "suspended"')
    assert [kind for kind, _ in await world.told("county")][-2:] == [Kind.WARNING, Kind.CORRECTION]
    assert await world.standing() == []


@pytest.mark.parametrize("status", ["suspended", "closed"])
async def test_what_was_decided_stays_decided(world: World, status: str) -> None:
    await world.publish()
    await look_at(world, LIMIT, LIMIT + timedelta(minutes=5))
    assert await world.state() == "violated"
    await world.amend('id = "county"', f'id = "county"\nstatus = "{status}"')
    assert await world.state() == "violated"
    assert CORRECTION not in await world.told("county")


async def test_a_poll_that_began_before_a_site_was_suspended_binds_it_no_more(world: World) -> None:
    await world.begin()
    world.clock.now = at(24, 10)
    world.gov.put("/zcwj/", POLICY)
    before = world.context
    await world.amend('id = "county"', 'id = "county"\nstatus = "suspended"')
    world.context = before  # a round works to its end with the configuration it began with
    await world.poll()
    assert await world.obligations() == []


# --- the calendar --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("calendar", "limit", "why"),
    [
        ("holidays = [2026-11-25]", at(27), "Wednesday is off, Thursday counts"),
        ("holidays = [2026-11-25, 2026-11-26]", at(28), "Friday counts"),
        ('working_day = "close_of_business"', at(25, 17, 30), "at the close of office"),
        ('working_day = "same_clock"', at(25, 9, 59), "at the same time of day"),
        ('[[calendar.region]]\nregion = "34"\nholidays = [2026-11-25]', at(27), "in this province"),
        ('[[calendar.region]]\nregion = "45"\nholidays = [2026-11-25]', LIMIT, "in another province"),
    ],
)
async def test_a_change_of_the_calendar_moves_running_limits_at_once(
    world: World, calendar: str, limit: datetime, why: str
) -> None:
    await world.publish()
    assert (await world.the_obligation()).limit_at == LIMIT
    table = calendar if calendar.startswith("[[") else f"[calendar]\n{calendar}"
    await world.amend("[key]", f"{table}\n[key]")
    obligation = await world.the_obligation()
    assert obligation.limit_at == limit, why
    assert obligation.started_at == at(24, 9, 59)


async def test_a_day_made_a_working_day_brings_the_limit_nearer(world: World) -> None:
    """Published on Friday; the Saturday after it is worked."""
    await world.begin()
    world.clock.now = at(27, 10)
    await world.poll()
    world.pass_by(minutes=2)
    world.gov.put("/zcwj/", Paper(POLICY.title, at(27, 10, 1)))
    await world.poll()
    assert (await world.the_obligation()).limit_at == datetime(2026, 12, 1, tzinfo=LIMIT.tzinfo)
    await world.amend("[key]", "[calendar]\nworkdays = [2026-11-28]\n[key]")
    assert (await world.the_obligation()).limit_at == at(29)


async def test_a_file_for_the_year_counts_as_well(world: World) -> None:
    await world.publish()
    folder = world.folder / "calendar"
    folder.mkdir()
    day = '{"name": "县庆", "date": "2026-11-25", "isOffDay": true}'
    (folder / "2026.json").write_text(f'{{"year": 2026, "days": [{day}]}}', encoding="utf-8")
    await world.reload(world.config)
    assert (await world.the_obligation()).limit_at == at(27)


async def test_readings_at_a_limit_that_moved_away_accuse_nobody(world: World) -> None:
    await world.publish()
    await look_at(world, LIMIT)
    await world.amend("[key]", "[calendar]\nholidays = [2026-11-25]\n[key]")
    await look_at(world, LIMIT + timedelta(minutes=10))
    assert await world.state() == "overdue"
    await look_at(world, at(27), at(27, 0, 5))
    assert await world.state() == "violated"


async def test_what_is_settled_is_not_judged_by_a_later_calendar(world: World) -> None:
    await world.publish()
    await look_at(world, LIMIT, LIMIT + timedelta(minutes=5))
    await world.amend("[key]", "[calendar]\nholidays = [2026-11-25]\n[key]")
    obligation = await world.the_obligation()
    assert (obligation.state, obligation.limit_at) == ("violated", LIMIT)


async def test_a_target_that_moves_away_takes_the_warning_back(world: World) -> None:
    await world.publish()
    await look_at(world, TARGET)
    await world.amend("[key]", '[rules.repost]\ntarget = "3h"\n[key]')
    assert await world.state() == "pending"
    assert await world.standing() == []
    assert (Kind.CORRECTION, "repost.target") in await world.told("county")


# --- what is key ---------------------------------------------------------------------------------------


async def test_a_change_of_key_reaches_back_as_far_as_the_limit(world: World) -> None:
    """An item that was not key yesterday is key by a new rule: its start stays its publication."""
    await world.amend('url = "$gov/zcwj/"', 'url = "$gov/zcwj/"\nkey = "auto"')
    paper = Paper("国务院关于同意设立便民示范区的批复", at(24, 9, 59), "国函〔2026〕9号")
    await world.publish(paper)
    assert await world.obligations() == []
    world.clock.now = at(25, 9)
    await world.amend('include = ["关于印发.*的通知"]', 'include = ["关于印发.*的通知", "批复"]')
    await world.poll()
    obligation = await world.the_obligation()
    assert (obligation.started_at, obligation.limit_at) == (at(24, 9, 59), LIMIT)
    await look_at(world, at(25, 9, 5))
    assert (await world.state(), (await world.the_obligation()).seen_after) == ("overdue", at(25, 9, 5))


async def test_a_document_number_that_becomes_key_counts_too(world: World) -> None:
    await world.amend('url = "$gov/zcwj/"', 'url = "$gov/zcwj/"\nkey = "auto"')
    await world.publish(Paper("国务院关于便民示范区建设的意见", at(24, 9, 59), "国函〔2026〕9号"))
    await world.amend('doc_numbers = ["国发", "国办发"]', 'doc_numbers = ["国发", "国办发", "国函"]')
    await world.poll()
    assert await world.state() == "pending"


async def test_it_reaches_no_further(world: World) -> None:
    await world.amend('url = "$gov/zcwj/"', 'url = "$gov/zcwj/"\nkey = "auto"')
    await world.publish(Paper("国务院关于同意设立便民示范区的批复", at(24, 9, 59)))
    world.clock.now = LIMIT + timedelta(minutes=1)
    await world.amend('include = ["关于印发.*的通知"]', 'include = ["关于印发.*的通知", "批复"]')
    await world.poll()
    assert await world.obligations() == []


async def test_what_a_change_of_key_excludes_ends_void(world: World) -> None:
    await world.amend('url = "$gov/zcwj/"', 'url = "$gov/zcwj/"\nkey = "auto"')
    await world.publish()
    world.pass_by(minutes=10)
    await world.amend('exclude = ["任免", "解读"]', 'exclude = ["任免", "解读", "便民服务"]')
    shown = await world.shown()
    assert shown["state"] == "void"
    assert shown["reason"].startswith("not key after all")
    assert (await world.item(POLICY.title)).is_key is False


async def test_what_an_officer_decided_no_rule_decides_again(world: World) -> None:
    await world.amend('url = "$gov/zcwj/"', 'url = "$gov/zcwj/"\nkey = "auto"')
    address = await world.publish()
    await world.key("drop", address)
    await world.amend('include = ["关于印发.*的通知"]', 'include = ["关于印发.*的通知", "便民"]')
    await world.poll()
    assert await world.state() == "void"


async def test_old_papers_stay_old_whatever_the_rules(world: World) -> None:
    await world.amend('url = "$gov/zcwj/"', 'url = "$gov/zcwj/"\nkey = "auto"')
    await world.publish(Paper(POLICY.title, at(20, 9, 59)))
    await world.amend('include = ["关于印发.*的通知"]', 'include = ["通知"]')
    await world.poll()
    await world.poll()
    assert await world.obligations() == []


async def test_the_same_rules_again_open_nothing_again(world: World) -> None:
    await world.amend('url = "$gov/zcwj/"', 'url = "$gov/zcwj/"\nkey = "auto"')
    await world.publish(Paper("国务院关于便民示范区建设的意见", at(24, 9, 59), "国函〔2026〕9号"))
    asked = len(world.gov.heard)
    await world.reload(world.config)
    await world.poll("gov")
    assert len(world.gov.heard) == asked + 1, "the column, and no page"


# --- what is watched -----------------------------------------------------------------------------------


async def test_places_and_rounds_follow_the_configuration_and_keep_what_they_know(world: World) -> None:
    await world.begin()
    held = await world.place("county", world.county.url("/sjwj/"))
    world.pass_by(minutes=3)
    await world.amend('name = "要闻"\n  url = "$county/yw/"', 'name = "动态"\n  url = "$county/dt/"')
    places = {place.url: place for place in await world.all(Place) if place.owner == "county"}
    assert set(places) == {world.county.url(path) for path in ("/", "/sjwj/", "/dt/")}
    assert places[held.url].known == held.known
    assert places[world.county.url("/dt/")].first_ok_at is None


async def test_a_renamed_column_remembers_what_it_held(world: World) -> None:
    await world.publish()
    await world.amend('name = "政策"', 'name = "国务院政策"')
    world.pass_by(minutes=2)
    world.gov.put("/zcwj/", Paper("国务院关于印发节水型社会建设规划的通知", world.now()))
    await world.poll()
    assert len(await world.obligations()) == 2, "what is new is new, what was held is not"


async def test_an_item_without_a_decision_is_decided_though_its_column_was_renamed(world: World) -> None:
    await world.begin()
    world.clock.now = at(24, 10)
    address = world.gov.put("/zcwj/", POLICY)
    path = address.removeprefix(world.gov.base)
    world.gov.replies[path] = DOWN
    await world.poll()
    await world.amend('name = "政策"', 'name = "国务院政策"')
    del world.gov.replies[path]
    world.pass_by(minutes=2)
    await world.poll()
    assert await world.state() == "pending"


async def test_a_configuration_taken_twice_changes_nothing(world: World) -> None:
    await world.publish()
    await look_at(world, at(24, 10, 30))
    due = {(row.kind, row.key): row.due_at for row in await world.all(Watch)}
    told, obligations = await world.told(), [row.model_dump() for row in await world.obligations()]
    world.pass_by(seconds=5)
    await world.reload(world.config)
    assert {(row.kind, row.key): row.due_at for row in await world.all(Watch)} == due
    assert [row.model_dump() for row in await world.obligations()] == obligations
    assert await world.told() == told


async def test_a_closed_site_is_looked_at_no_more_but_audited(world: World) -> None:
    await world.begin()
    await world.amend('id = "county"', 'id = "county"\nstatus = "closed"')
    kinds = {row.kind for row in await world.all(Watch) if row.key == "county"}
    assert kinds == {"audit"}
    assert [place for place in await world.all(Place) if place.owner == "county"] == []


async def test_a_site_joins_when_it_is_bound(world: World) -> None:
    await world.amend('id = "county"', 'id = "county"\nstatus = "building"')
    await world.audit("county")
    world.pass_by(days=1)
    await world.amend('status = "building"', 'status = "open"')
    (state,) = await world.all(SiteState)
    assert state.joined_at == world.now()


# --- what stood ----------------------------------------------------------------------------------------


async def stand(world: World) -> None:
    """Let a column and the home page of the county be blind, and its register wrong."""
    await world.begin()
    world.county.footer = "示例县"
    await world.audit("county")
    for _ in range(3):
        world.county.replies["*"] = DOWN
        world.pass_by(minutes=25)
        await world.look()
    rules = {rule for _, rule in await world.standing()}
    assert {"watch.blind", "availability.home", "lifecycle.icp"} <= rules


async def test_problems_of_a_column_that_left_end_with_it(world: World) -> None:
    await world.begin()
    world.county.replies["/yw/"] = DOWN
    for _ in range(2):
        world.pass_by(minutes=25)
        await world.look()
    assert await world.standing() == [("county", "watch.blind")]
    await world.amend('name = "要闻"\n  url = "$county/yw/"', 'name = "动态"\n  url = "$county/dt/"')
    assert await world.standing() == []
    assert (await world.told("county"))[-1] == (Kind.RESOLVED, "watch.blind")


@pytest.mark.parametrize(
    ("change", "left", "why"),
    [
        ('status = "suspended"', {"watch.blind", "lifecycle"}, "its lifecycle goes on, and watching"),
        ('status = "closed"', set(), "of a closed site only that it is gone is judged"),
        ('duties = ["repost", "lifecycle"]', {"watch.blind", "lifecycle"}, "it need not be up any more"),
        ('duties = ["repost", "availability"]', {"watch.blind", "availability"}, "nor lead a lifecycle"),
    ],
)
async def test_problems_end_where_their_rule_is_judged_no_more(
    world: World, change: str, left: set[str], why: str
) -> None:
    await stand(world)
    await world.amend('id = "county"', f'id = "county"\n{change}')
    rules = {rule for _, rule in await world.standing()}
    assert {rule if rule == "watch.blind" else rule.partition(".")[0] for rule in rules} == left, why


async def test_problems_of_a_site_that_left_end_with_it(world: World) -> None:
    await stand(world)
    await world.reload(world.config[: world.config.index("[[site]]")])
    assert await world.standing() == []


async def test_a_violation_stands_whatever_becomes_of_the_site(world: World) -> None:
    await world.publish()
    await look_at(world, LIMIT, LIMIT + timedelta(minutes=5))
    await world.amend('id = "county"', 'id = "county"\nstatus = "suspended"')
    assert ("county", "repost.limit") in await world.standing()


async def test_a_portals_column_that_left_is_forgotten_and_comes_back_as_new(world: World) -> None:
    await world.publish()
    whole = world.config
    column = '\n  [[portal.column]]\n  name = "政策"\n  url = "$gov/zcwj/"\n'
    await world.reload(whole.replace(column, ""))
    world.pass_by(minutes=10)
    world.gov.put("/zcwj/", Paper("国务院关于印发节水型社会建设规划的通知", world.now()))
    await world.reload(whole)
    await world.poll()
    assert len(await world.obligations()) == 1, "what it held when it came back is a baseline"
