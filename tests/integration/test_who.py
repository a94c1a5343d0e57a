"""`duban who`: which sites carry an item now, since when, where, and by which proof."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from monitor.cli.estimates import census_json
from monitor.rounds.who import who_carries
from tests import schemas
from tests.integration import county
from tests.integration.county import FAR_SITE, INTERPRETATION, POLICY, SHANGHAI, Paper, at
from tests.shell import duban


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[county.World]:
    async with county.made(tmp_path) as opened:
        await opened.reload(opened.config + FAR_SITE)
        opened.clock.now = at(26, 9)
        yield opened


async def asked(world: county.World, *urls: str) -> list[dict[str, Any]]:
    """The answer for each item, as the document has it."""
    shown = census_json(await who_carries(world.context, urls), SHANGHAI)
    assert schemas.faults("who", shown) == []
    items: list[dict[str, Any]] = shown["items"]
    return items


def by_site(item: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {site["site"]: site for site in item["sites"]}


async def test_who_carries_it_and_since_when(world: county.World) -> None:
    url = world.gov.put("/zcwj/", POLICY)
    address = world.county.put("/sjwj/", Paper(POLICY.title, at(24, 10, 30), number=POLICY.number))
    (item,) = await asked(world, url)
    assert (item["title"], item["doc_number"]) == (POLICY.title, POLICY.number)
    here, far = by_site(item)["county"], by_site(item)["far"]
    assert (here["carries"], here["url"], here["place"]) == (True, address, "上级文件")
    assert here["since"] == "2026-11-24T10:30:00+08:00"
    assert here["how"] == "doc_number"
    assert (far["carries"], far["url"]) == (False, None)


async def test_a_row_that_links_to_the_item_carries_it_since_the_day_of_the_row(world: county.World) -> None:
    url = world.gov.put("/zcwj/", POLICY)
    world.county.put("/sjwj/", POLICY, href=url, day="2026-11-25")
    here = by_site((await asked(world, url))[0])["county"]
    assert (here["carries"], here["how"], here["since"]) == (True, "link", "2026-11-25")
    assert here["precision"] == "day"


async def test_an_interpretation_is_not_the_item(world: county.World) -> None:
    url = world.gov.put("/zcwj/", POLICY)
    world.county.put("/sjwj/", INTERPRETATION)
    assert by_site((await asked(world, url))[0])["county"]["carries"] is False


async def test_where_a_place_cannot_be_read_it_could_not_be_told(world: county.World) -> None:
    url = world.gov.put("/zcwj/", POLICY)
    world.county.replies["/yw/"] = county.DOWN
    here = by_site((await asked(world, url))[0])["county"]
    assert here["carries"] is None
    assert [place["name"] for place in here["unread"]] == ["要闻"]


async def test_several_items_are_asked_after_at_once(world: county.World) -> None:
    first = world.gov.put("/zcwj/", POLICY)
    other = Paper("国务院关于加强乡村道路养护的意见", at(25, 9), number="国发〔2026〕12号")
    second = world.gov.put("/zcwj/", other)
    world.far.put("/sjwj/", Paper(other.title, at(25, 10), number=other.number))
    items = await asked(world, first, second)
    assert [by_site(item)["far"]["carries"] for item in items] == [False, True]


async def test_an_item_that_cannot_be_read_is_told_and_others_are_answered(world: county.World) -> None:
    url = world.gov.put("/zcwj/", POLICY)
    gone, there = await asked(world, world.gov.url("/nowhere.html"), url)
    assert gone["error"].startswith("not_found") and gone["sites"] == []
    assert there["error"] is None and len(there["sites"]) == 2


async def test_an_old_item_is_looked_for_far_back(world: county.World) -> None:
    old = Paper("国务院关于往年一件旧事的通知", at(24, 9).replace(month=8), number="国发〔2026〕3号")
    url = world.gov.put("/old/", old)
    copy = Paper(old.title, at(24, 12).replace(month=8), number=old.number)
    world.county.put("/sjwj/", copy, where=len(world.county.lists["/sjwj/"]))
    for number in range(45):
        world.county.put("/sjwj/", Paper(f"省政府关于第{number}件事情的通知", at(10).date()))
    assert by_site((await asked(world, url))[0])["county"]["carries"] is True


async def test_the_command(world: county.World, tmp_path: Path) -> None:
    url = world.gov.put("/zcwj/", POLICY)
    world.county.put("/sjwj/", Paper(POLICY.title, at(24, 10, 30), number=POLICY.number))
    config = county.write_config(tmp_path, world.config, world.hosts)
    listed = tmp_path / "items.txt"
    listed.write_text(f"# what we ask after\n{url}\n\n{world.gov.url('/nowhere.html')}\n", encoding="utf-8")
    ran = await duban("who", listed, "-c", config, "--json")
    assert ran.status == 3, "one of them could not be read"
    assert schemas.faults("who", ran.json) == []
    assert [item["error"] is None for item in ran.json["items"]] == [True, False]
    one = await duban("who", url, "-c", config)
    assert one.status == 0 and "1 of 2 sites carry it" in one.out


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "holds no address"), ("not an address\n", "is no address"), (None, "cannot be read as a file")],
)
async def test_wrong_usage(world: county.World, tmp_path: Path, text: str | None, said: str) -> None:
    path = tmp_path / "items.txt"
    if text is not None:
        path.write_text(text)
    ran = await duban("who", path, "-c", county.write_config(tmp_path, world.config, world.hosts))
    assert ran.status == 2 and said in ran.err
