"""`duban init` on the small internet: what it proposes is what stands there, and loads as a configuration."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import ClientSession
from openpyxl import Workbook

from monitor.demo.cast import COUNTIES, PORTALS
from monitor.demo.world import Timeline, World
from monitor.targets import Site, load
from tests.integration.sites import always, reply, serving
from tests.shell import Ran, duban

HERE = "127.0.0.0/8"
READABLE = tuple(county for county in COUNTIES if county.is_up)
NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)


@pytest.fixture
async def internet() -> AsyncIterator[World]:
    async with World(timeline=Timeline(lambda: NOW)) as world:
        yield world


def portals_file(internet: World, folder: Path) -> Path:
    """The demonstration's portals as a list of one's own, without their columns."""
    path = folder / "portals.toml"
    path.write_text(
        "\n".join(
            f'[[portal]]\nid = "{portal.id}"\nname = "{portal.name}"\nlevel = "{portal.level}"\n'
            f'region = "{portal.region}"\nurl = "{internet.address(portal.id)}"'
            for portal in PORTALS
        ),
        encoding="utf-8",
    )
    return path


async def init(internet: World, folder: Path, *arguments: str | Path) -> Ran:
    options = ("--portals", portals_file(internet, folder), "-o", folder / "targets.d")
    return await duban("init", *arguments, *options, "--allow-network", HERE)


def sites_of(folder: Path) -> dict[str, Site]:
    return {site.url: site for site in load(folder / "targets.toml", {}).sites}


async def test_every_county_is_proposed_as_it_stands_there(internet: World, tmp_path: Path) -> None:
    ran = await init(internet, tmp_path, *(internet.address(county.id) for county in READABLE))
    assert ran.status == 0, ran.err
    found = sites_of(tmp_path)
    assert len(found) == len(READABLE)
    for county in READABLE:
        site, shown = found[internet.address(county.id)], county.shown
        assert site.name == county.name
        assert site.type == "portal"
        assert (site.registration.icp, site.registration.police) == (shown.icp, shown.police)
        assert (site.registration.site_id, site.registration.sponsor) == (shown.site_id, shown.sponsor)
        assert site.region == county.region, "the first six digits of the site code"
        columns = {(column.about, column.url) for column in site.columns}
        there = internet.sites[county.id]
        wanted = {(column.about, there.list_address(column.key)) for column in there.columns if column.about}
        assert wanted <= columns, county.id
        assert ("policy", there.list_address("regulations")) in columns, "the one nobody configured"
        assert len(columns) == 4


async def test_the_portals_above_are_proposed_with_their_lists(internet: World, tmp_path: Path) -> None:
    ran = await init(internet, tmp_path, internet.address("qingshi"))
    assert ran.status == 0, ran.err
    targets = load(tmp_path / "targets.toml", {})
    assert {portal.id for portal in targets.portals} == {portal.id for portal in PORTALS}
    for portal in targets.portals:
        listed = internet.sites[portal.id].list_address("policy")
        assert [column.url for column in portal.columns] == [listed], "found on its home page"
    (check,) = [await duban("check", "-c", tmp_path / "targets.toml")]
    assert check.status == 0, check.err


async def test_every_guess_is_marked(internet: World, tmp_path: Path) -> None:
    await init(internet, tmp_path, internet.address("qingshi"))
    (file,) = [path for path in (tmp_path / "targets.d").glob("127*.toml")]
    for line in file.read_text(encoding="utf-8").splitlines():
        key = line.strip().partition(" = ")[0]
        if key in ("name", "type", "region", "icp", "police", "site_id", "sponsor", "search", "hosts"):
            assert "# guess: " in line or "[[site.column]]" in line or 'name = "' in line, line
        if line.strip().startswith("[[site.column]]"):
            assert "# guess: named “" in line


async def test_one_that_is_down_stops_no_other(internet: World, tmp_path: Path) -> None:
    ran = await init(internet, tmp_path, internet.address("wangxiu"), internet.address("qingshi"))
    assert ran.status == 3, "some could not be read"
    assert "connection_refused" in ran.err
    assert [site.name for site in sites_of(tmp_path).values()] == ["青石县人民政府"]


@pytest.mark.needs_chromium
async def test_a_home_page_that_a_script_writes_is_shown_in_a_browser(
    internet: World, tmp_path: Path
) -> None:
    """What the source of such a page holds is no name, no column and no code."""
    county = READABLE[0]
    async with ClientSession() as session, session.get(internet.address(county.id)) as answer:
        written = await answer.text()
    script = (
        f"<!doctype html><html><body><script>document.write({json.dumps(written)})</script></body></html>"
    )
    async with serving(always(reply(script))) as site:
        ran = await init(internet, tmp_path, site.url("/"))
        assert ran.status == 0, ran.err
        (found,) = load(tmp_path / "targets.toml", {}).sites
    assert (found.name, found.registration.icp) == (county.name, county.shown.icp)


async def test_none_that_can_be_read_writes_nothing(internet: World, tmp_path: Path) -> None:
    ran = await init(internet, tmp_path, internet.address("wangxiu"))
    assert ran.status == 3
    assert not (tmp_path / "targets.toml").exists() and not (tmp_path / "targets.d").exists()


async def test_files_that_are_there_are_left_as_they_are(internet: World, tmp_path: Path) -> None:
    url = internet.address("qingshi")
    await init(internet, tmp_path, url)
    (file,) = (tmp_path / "targets.d").glob("127*.toml")
    main = tmp_path / "targets.toml"
    main.write_text(main.read_text(encoding="utf-8") + "# looked through\n", encoding="utf-8")
    edited = file.read_text(encoding="utf-8").replace("# guess: its name", "")
    file.write_text(edited, encoding="utf-8")
    again = await init(internet, tmp_path, url)
    assert again.status == 2 and "--force overwrites it" in again.err
    assert file.read_text(encoding="utf-8") == edited
    forced = await init(internet, tmp_path, url, "--force")
    assert forced.status == 0, forced.err
    assert "# guess: its name" in file.read_text(encoding="utf-8")
    assert main.read_text(encoding="utf-8").endswith("# looked through\n"), (
        "targets.toml is never overwritten"
    )


async def test_a_register_goes_before_what_pages_show(internet: World, tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["网站名称", "首页网址", "ICP备案号", "区划代码", "等保级别"])
    book.active.append(["临渡县政府网", internet.address("lindu"), "皖ICP备3408520018号-1", 340852, 2])
    book.active.append(["没有网址的", None, None, None, None])
    book.save(tmp_path / "sites.xlsx")
    ran = await init(internet, tmp_path, tmp_path / "sites.xlsx")
    assert ran.status == 3 and "row 3: no address" in ran.err
    (site,) = sites_of(tmp_path).values()
    assert (site.name, site.registration.icp) == ("临渡县政府网", "皖ICP备3408520018号-1")
    assert site.grading is not None and site.grading.level == 2
    (file,) = (tmp_path / "targets.d").glob("127*.toml")
    assert "doubt: icp: the page shows 皖ICP备3408520081号-3" in file.read_text(encoding="utf-8")


async def test_a_second_county_joins_the_first(internet: World, tmp_path: Path) -> None:
    await init(internet, tmp_path, internet.address("qingshi"))
    ran = await init(internet, tmp_path, internet.address("lindu"))
    assert ran.status == 0, ran.err
    assert {site.name for site in sites_of(tmp_path).values()} == {"青石县人民政府", "临渡县人民政府"}
    assert "portals above" not in ran.out, "they are there already"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ftp://a.gov.cn/"], "neither an address nor a spreadsheet"),
        (["nowhere.xlsx"], "cannot read nowhere.xlsx"),
        (["http://127.0.0.1:9/", "--region", "3408"], "not a region code of six digits"),
        (["http://127.0.0.1:9/", "--allow-network", "here"], "--allow-network"),
        (["http://127.0.0.1:9/", "--portals", "nowhere.toml"], "cannot read the portals"),
    ],
)
async def test_wrong_usage_is_told_at_once(tmp_path: Path, arguments: list[str], said: str) -> None:
    ran = await duban("init", *arguments, cwd=tmp_path)
    assert ran.status == 2 and said in ran.err
