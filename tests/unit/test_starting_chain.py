"""The portals above a region, and the list of them that is shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from checks.filings import PROVINCES
from monitor.starting.chain import (
    SURE,
    PortalListError,
    chain_of,
    missing_levels,
    read_portals,
    shipped_portals,
)
from monitor.targets.binding import SHARED_DIGITS
from monitor.targets.values import read_id, read_region, read_url


def chain(region: str) -> list[str]:
    return [portal.region for portal in chain_of(region, shipped_portals())]


@pytest.mark.parametrize(
    ("region", "above", "reason"),
    [
        ("340826", ["000000", "340000", "340800"], "a county: nation, province, city"),
        ("341002", ["000000", "340000", "341000"], "digits are compared, not values"),
        ("340800", ["000000", "340000"], "a city is not bound by itself"),
        ("340000", ["000000"], "nor a province"),
        ("110108", ["000000", "110000"], "a district of a municipality has no city above it"),
        ("429004", ["000000", "420000"], "a county directly under its province"),
        ("320506", ["000000", "320000", "320500"], "苏州 of Jiangsu"),
        ("341302", ["000000", "340000", "341300"], "and 宿州 of Anhui are two cities of one spelling"),
    ],
)
def test_the_chain_of_a_region(region: str, above: list[str], reason: str) -> None:
    assert chain(region) == above, reason


def test_what_is_missing_is_named() -> None:
    portals = [portal for portal in shipped_portals() if portal.level != "municipal"]
    assert missing_levels("340826", chain_of("340826", portals)) == ("municipal",)
    assert missing_levels("110108", chain_of("110108", portals)) == ()
    assert missing_levels("429004", chain_of("429004", portals)) == ()
    assert missing_levels("340826", ()) == ("national", "provincial", "municipal")


def test_every_province_and_no_place_twice() -> None:
    portals = shipped_portals()
    assert len({portal.id for portal in portals}) == len(portals)
    assert len({portal.region for portal in portals}) == len(portals)
    assert len({portal.url for portal in portals}) == len(portals), "no two places share a home page"
    provinces = {portal.region[:2] for portal in portals if portal.level == "provincial"}
    assert provinces == set(PROVINCES.values())
    assert sum(portal.level == "municipal" for portal in portals) == 333, "prefectures of GB/T 2260"


def test_every_entry_is_one_the_configuration_takes() -> None:
    for portal in shipped_portals():
        assert read_id(portal.id) == portal.id
        assert read_region(portal.region) == portal.region
        assert portal.region.endswith("0" * (6 - SHARED_DIGITS[portal.level]))
        for url in (portal.url, *(column.url for column in portal.columns)):
            assert read_url(url) == url
        assert {portal.sure, *(column.sure for column in portal.columns)} <= SURE.keys()
        assert all(column.key in ("all", "auto") for column in portal.columns)


def test_a_list_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(
        '[[portal]]\nid = "up"\nname = "上级"\nlevel = "national"\nregion = "000000"\nurl = "https://up.gov.cn/"\n'
        'columns = [{ name = "文件", url = "https://up.gov.cn/zc/" }]\n'
    )
    (portal,) = read_portals(path)
    assert (portal.id, portal.sure, portal.columns[0].key) == ("up", "given", "auto")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("portal = [", "cannot read the portals"),
        ('[[portal]]\nid = "a"\n', "needs id, name, level, region and url"),
        (
            '[[portal]]\nid = "a"\nname = "a"\nlevel = "county"\nregion = "1"\nurl = "u"\n',
            "level 'county'",
        ),
        ("city = [1]", "needs id"),
    ],
)
def test_a_bad_list_says_why(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text)
    with pytest.raises(PortalListError, match=said):
        read_portals(path)
