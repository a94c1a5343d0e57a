"""`duban lookback`: on the small internet it finds what was scripted, and says what it cannot read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from monitor.cli.estimates import estimate_json, tables
from monitor.demo.cast import COUNTIES
from monitor.demo.scripts import Expectation, Scenario
from monitor.demo.world import Timeline, World
from monitor.rounds.comparing import Comparison, Result
from monitor.rounds.lookback import Estimate, look_back
from monitor.service import open_context
from monitor.starting.spreadsheet import write_tables
from monitor.store.tables import Item, Obligation, Place
from monitor.targets import Targets, load
from tests import schemas
from tests.integration import county
from tests.integration.county import POLICY, Paper, at
from tests.shell import duban

MORNING = datetime(2026, 11, 24, 2, 0, 0, tzinfo=UTC)


class Hand:
    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
async def played(tmp_path: Path) -> AsyncIterator[tuple[World, Targets, Hand]]:
    """The small internet after its last act, and the configuration that watches it."""
    hand = Hand()
    async with World(timeline=Timeline(hand)) as world:
        hand.now += timedelta(seconds=world.script.ends_at + 1)
        path = tmp_path / "targets.toml"
        text = world.targets_toml(
            tmp_path,
            server_listen="127.0.0.1:0",
            metrics_listen="127.0.0.1:0",
            channel_url="json://127.0.0.1/",
        )
        path.write_text(text, encoding="utf-8")
        yield world, load(path, {}), hand


async def estimate(targets: Targets, hand: Hand, days: int) -> Estimate:
    async with open_context(targets, hand) as ctx:
        return await look_back(ctx, days)


def told(expected: Expectation, scenario: Scenario) -> tuple[Result, bool | None, bool | None]:
    """What declared times can say of a scripted verdict: found or not, within target and limit."""
    if expected.states == {"unproven"}:
        return Result.UNKNOWN, None, None
    if scenario is Scenario.LINK:  # the row has a day and no page of its own: found, and no hour known
        return Result.FOUND, None, None
    if not expected.discharged:
        return Result.NOT_FOUND, False, False
    return Result.FOUND, expected.states == {"met"}, "violated" not in expected.states


async def test_it_equals_the_script(played: tuple[World, Targets, Hand], tmp_path: Path) -> None:
    world, targets, hand = played
    made = await estimate(targets, hand, days=1)
    titles = {item.policy.id: item.policy.title for item in made.items}
    scenarios = {player.id: player.scenario for player in COUNTIES}
    got = {(c.site, titles[c.number]): (c.result, c.within_target, c.within_limit) for c in made.comparisons}
    assert got == {(e.site_id, e.policy_title): told(e, scenarios[e.site_id]) for e in world.expectations}
    delays = {(c.site, titles[c.number]): c.delay for c in made.comparisons if c.delay is not None}
    for expected in world.expectations:
        if expected.discharged and scenarios[expected.site_id] is not Scenario.LINK:
            item = next(
                i for i in world.sites[expected.site_id].items if i.document.title == expected.policy_title
            )
            source = next(item for item in made.items if item.policy.title == expected.policy_title)
            published = min(d.moment for d in source.declared.values() if d.moment)
            assert delays[expected.site_id, expected.policy_title] == item.published - published
    assert not (tmp_path / "duban.db").exists(), "nothing is stored"
    assert not (tmp_path / "evidence").exists()


async def test_a_month_back_finds_the_older_papers_too(played: tuple[World, Targets, Hand]) -> None:
    world, targets, hand = played
    made = await estimate(targets, hand, days=30)
    since = (hand.now - timedelta(days=30)).astimezone(county.SHANGHAI).date()
    wanted = {
        item.document.title
        for portal in ("gov-cn", "anlan", "anhe")
        for item in world.sites[portal].items
        if item.column == "policy"
        and item.at <= world.script.ends_at
        and item.published.date() >= since
        and (item.document.number or "").startswith(("国发", "国办发", "澜政", "安政发"))
    }
    titles = {item.policy.title for item in made.items}
    assert titles == wanted and len(titles) > 2
    for number, item in enumerate(made.items, 1):
        assert item.policy.id == number
    (national,) = [i for i in made.items if i.policy.title == world.expectations[0].policy_title]
    assert set(national.declared) == {"gov-cn", "anlan"}, "one policy, however many portals carry it"
    results = {c.site: {d.result for d in made.comparisons if d.site == c.site} for c in made.comparisons}
    assert results["qingshi"] == {Result.FOUND}
    assert results["songpi"] == {Result.FOUND, Result.NOT_FOUND}, "its lists were followed to their end"
    assert results["wangxiu"] == {Result.UNKNOWN}


async def test_the_document_is_as_its_schema_promises(
    played: tuple[World, Targets, Hand], tmp_path: Path
) -> None:
    _, targets, hand = played
    shown = estimate_json(await estimate(targets, hand, days=1), targets, 1)
    assert schemas.faults("lookback", shown) == []
    assert schemas.unpromised("lookback", shown) == set()
    assert shown["is_estimate"] is True and "估算" in shown["note"]
    assert shown["shares"][-1]["site"] is None
    assert {place["owner"] for place in shown["unread"]} == {"nanyi", "wangxiu"}


# --- a county's small world: what is odd ----------------------------------------------------------------


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[county.World]:
    async with county.made(tmp_path) as opened:
        opened.clock.now = at(26, 9)
        yield opened


async def compared(world: county.World, days: int = 3) -> dict[str, Comparison]:
    """The comparisons of the county, by the policy's title."""
    made = await look_back(world.context, days)
    titles = {item.policy.id: item.policy.title for item in made.items}
    return {titles[c.number]: c for c in made.comparisons if c.site == "county"}


async def test_a_repost_is_found_with_its_time(world: county.World) -> None:
    world.gov.put("/zcwj/", POLICY)
    world.county.put("/sjwj/", Paper(POLICY.title, at(24, 10, 30), number=POLICY.number))
    found = (await compared(world))[POLICY.title]
    assert (found.result, found.within_target, found.delay) == (Result.FOUND, True, timedelta(minutes=31))
    assert found.found is not None and found.found.place == "上级文件"


async def test_what_is_not_key_or_not_of_the_period_is_left_out(world: county.World) -> None:
    await world.amend('url = "$gov/zcwj/"', 'url = "$gov/zcwj/"\n  key = "auto"')
    world.gov.put("/zcwj/", Paper("国务院任免国家工作人员", at(25, 9)))
    world.gov.put("/zcwj/", Paper("关于某事的通告", at(25, 9)))
    world.gov.put(
        "/zcwj/", Paper("国务院关于旧事的通知", date(2026, 11, 2), number="国发〔2026〕9号"), where=9
    )
    world.gov.put("/zcwj/", POLICY)
    assert set(await compared(world)) == {POLICY.title}


async def test_the_earliest_portal_that_binds_the_site_decides(world: county.World) -> None:
    world.gov.put("/zcwj/", POLICY)
    world.prov.put("/zcwj/", Paper(POLICY.title, at(24, 15), number=POLICY.number))
    world.county.put("/sjwj/", Paper(POLICY.title, at(24, 15, 30), number=POLICY.number))
    found = (await compared(world))[POLICY.title]
    assert found.published.moment == at(24, 9, 59)
    assert found.within_target is False


async def test_a_site_is_owed_nothing_by_a_portal_that_does_not_bind_it(world: county.World) -> None:
    await world.reload(world.config + county.FAR_SITE)
    world.prov.put("/zcwj/", Paper("关于印发省里一件事的通知", at(25, 9)))
    made = await look_back(world.context, 3)
    assert {c.site for c in made.comparisons} == {"county"}, "the far site lies in another province"


async def test_a_place_that_cannot_be_read_leaves_it_open(world: county.World) -> None:
    world.gov.put("/zcwj/", POLICY)
    world.county.replies["/yw/"] = county.DOWN
    found = (await compared(world))[POLICY.title]
    assert (found.result, found.within_limit) == (Result.UNKNOWN, None)


async def test_a_list_that_cannot_be_followed_far_enough_leaves_it_open(world: county.World) -> None:
    world.gov.put("/zcwj/", POLICY)
    world.county.paging = False
    world.county.lists["/yw/"] = []
    for number in range(30):
        world.county.put("/yw/", Paper(f"县里的第{number}条新闻消息", date(2026, 11, 25)))
    made = await look_back(world.context, 3)
    assert [c.result for c in made.comparisons] == [Result.UNKNOWN]
    assert "could be followed back to 2026-11-25 only" in made.unread[0].why


async def test_a_portal_that_cannot_be_read_is_named(world: county.World) -> None:
    world.gov.replies["/zcwj/"] = county.BLOCKED
    made = await look_back(world.context, 3)
    assert [(u.owner, u.name) for u in made.unread] == [("gov", "政策")]


async def test_what_only_its_search_knows_is_found(world: county.World) -> None:
    await world.amend('url = "$county/"', 'url = "$county/"\nsearch = "$county/so?q={title}"')
    world.gov.put("/zcwj/", POLICY)
    address = world.county.put("/hidden/", Paper(POLICY.title, at(24, 10, 20), number=POLICY.number))
    page = (
        f'<html><body><ul><li><a href="{address}">{POLICY.title}</a></li></ul>{"搜索结果" * 20}</body></html>'
    )
    world.county.replies[f"/so?q={POLICY.title}"] = county.Reply(page)
    found = (await compared(world))[POLICY.title]
    assert (found.result, found.within_target) == (Result.FOUND, True)


async def test_a_title_cut_at_home_is_whole_in_its_column(world: county.World) -> None:
    world.gov.put("/zcwj/", POLICY)
    copy = Paper(POLICY.title, at(24, 10, 30), number=POLICY.number)
    address = world.county.put("/sjwj/", copy)
    world.county.put("/yw/", copy, row="国办新文件", href=address)
    assert (await compared(world))[POLICY.title].result is Result.FOUND


async def test_what_was_left_unopened_leaves_it_open(
    world: county.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.gov.put("/zcwj/", POLICY)
    world.county.put("/sjwj/", Paper(POLICY.title, at(24, 10, 30), number=POLICY.number))
    monkeypatch.setattr("monitor.rounds.carried.MOST_OPENED", 0)
    assert (await compared(world))[POLICY.title].result is Result.UNKNOWN


async def test_nothing_is_stored(world: county.World) -> None:
    before = [await world.all(table) for table in (Place, Item, Obligation)]
    world.gov.put("/zcwj/", POLICY)
    await compared(world)
    assert [await world.all(table) for table in (Place, Item, Obligation)] == before


async def test_no_cell_of_the_spreadsheet_is_a_formula(world: county.World, tmp_path: Path) -> None:
    title = '=HYPERLINK("http://evil.invalid/","国务院办公厅关于印发县域便民服务重点任务的通知")'
    world.gov.put("/zcwj/", Paper(title, at(25, 9), number="国办发〔2026〕31号"))
    made = await look_back(world.context, 3)
    path = tmp_path / "out.xlsx"
    write_tables(path, list(tables(made, world.context.targets, "zh-CN")))
    cells = [cell for sheet in load_workbook(path) for row in sheet.iter_rows() for cell in row]
    assert any("HYPERLINK" in str(cell.value) for cell in cells)
    assert not [cell for cell in cells if cell.data_type == "f" or str(cell.value).startswith("=")]
    assert all("估算" in sheet["A1"].value for sheet in load_workbook(path)), "every sheet says what it is"


# --- the command ----------------------------------------------------------------------------------------


def config_of(world: county.World, folder: Path) -> Path:
    return county.write_config(folder, world.config, world.hosts)


async def run(world: county.World, folder: Path, *arguments: str | Path) -> Any:
    return await duban("lookback", "-c", config_of(world, folder), *arguments)


async def test_the_command_prints_its_document_and_writes_its_spreadsheet(
    world: county.World, tmp_path: Path
) -> None:
    ran = await run(world, tmp_path, "--days", "2", "--json", "-o", tmp_path / "out.xlsx")
    assert ran.status == 0, ran.err
    assert schemas.faults("lookback", ran.json) == []
    assert ran.json["days"] == 2
    assert load_workbook(tmp_path / "out.xlsx").sheetnames[0] == "逐条对照（估算）"
    shown = await run(world, tmp_path)
    assert shown.status == 0 and "it accuses nobody" in shown.out


async def test_portals_that_cannot_be_read_are_no_answer(world: county.World, tmp_path: Path) -> None:
    for host in (world.gov, world.prov):
        host.replies["*"] = county.DOWN
    assert (await run(world, tmp_path, "--json")).status == 3


async def test_wrong_usage(world: county.World, tmp_path: Path) -> None:
    assert (await run(world, tmp_path, "-o", tmp_path / "out.csv")).status == 2
    assert (await run(world, tmp_path, "--days", "0")).status == 2
