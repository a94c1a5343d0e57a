"""The files that are written: whatever stands on a page is quoted, and names no secret of ours."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.reading.footer import Footer
from monitor.reading.markup import read_document
from monitor.starting.chain import UpperColumn, UpperPortal
from monitor.starting.columns import Proposal
from monitor.starting.facts import Fact, Given
from monitor.starting.fronts import Front
from monitor.starting.hosts import domain_of, id_of, is_family
from monitor.starting.sites import Surveyed, clean_name, describe, search_patterns
from monitor.starting.uppers import CheckedColumn, CheckedPortal
from monitor.starting.writing import office_region, office_toml, portal_toml, quote, remark, site_toml
from monitor.targets import load

HOSTILE = '坏县"\n[[channel]]\nurl = "{env:HOME}" # {file:/etc/passwd}\x00\x1b[2J'


def front(**shown: str) -> Front:
    names = {"icp", "police", "site_id", "sponsor", "text"}
    footer = Footer(**{key: value for key, value in shown.items() if key in names})
    return Front("https://www.qingshi.gov.cn/", (), (), (), footer, ())


def surveyed(given_: Given | None = None, region: str | None = None, **shown: str) -> Surveyed:
    site = given_ or Given("https://www.qingshi.gov.cn/")
    return describe(front(**shown), Proposal((), ()), site, "qingshi", region)


def written(tmp_path: Path, *sites: Surveyed, portals: tuple[CheckedPortal, ...] = ()) -> Path:
    folder = tmp_path / "targets.d"
    folder.mkdir()
    for site in sites:
        (folder / f"{site.id}.toml").write_text(site_toml(site), encoding="utf-8")
    for checked in portals:
        (folder / f"{checked.portal.id}.toml").write_text(portal_toml(checked), encoding="utf-8")
    path = tmp_path / "targets.toml"
    path.write_text(office_toml("targets.d/*.toml", sites, portals), encoding="utf-8")
    return path


@given(st.text())
def test_quoted_text_is_one_string_without_placeholders(text: str) -> None:
    line = f"key = {quote(text)}  # {remark(text)}\n"
    (read,) = tomllib.loads(line).values()
    assert isinstance(read, str)
    assert "{" not in read and "\n" not in read


def test_hostile_pages_write_nothing_but_text(tmp_path: Path) -> None:
    site = surveyed(icp=HOSTILE, sponsor=HOSTILE, text=f"联系电话：0556-7654321 {HOSTILE}")
    site = replace(site, name=Fact(HOSTILE, HOSTILE), doubts=(HOSTILE,))
    targets = load(written(tmp_path, site), {"HOME": "/root"})
    assert targets.channels == ()
    (read,) = targets.sites
    assert "/root" not in read.name and "env:HOME" in read.name


def test_what_a_register_says_is_no_guess_and_what_a_page_shows_is_one(tmp_path: Path) -> None:
    given_ = Given("https://www.qingshi.gov.cn/", "sites.xlsx, row 3", {"icp": "皖ICP备1号", "level": "3"})
    text = site_toml(surveyed(given_, icp="皖ICP备05001234号-1", site_id="3408510001"))
    assert 'icp = "皖ICP备1号"  # sites.xlsx, row 3' in text
    assert 'site_id = "3408510001"  # guess: the home page shows it' in text
    assert "# doubt: icp: the page shows 皖ICP备05001234号-1, given was 皖ICP备1号" in text
    assert '# police = "……"  # not found on the home page' in text, "what is missing says what to do"
    assert "level = 3" in text
    assert "No policy column was found" in text


@pytest.mark.parametrize(
    ("given_region", "option", "code", "police", "region", "reason"),
    [
        ("340899", "340851", "3408520001", None, "340899", "the spreadsheet's own goes first"),
        (None, "340851", "3408520001", None, "340851", "then what was said for all"),
        (None, None, "3408520001", None, "340852", "then the site code"),
        (
            None,
            None,
            "bm10000001",
            "皖公网安备34085302000101号",
            "340853",
            "a ministry's names no place",
        ),
        (None, None, "9908520001", None, None, "99 is no province"),
        (None, None, None, None, None, "nothing to go by"),
    ],
)
def test_regions(
    given_region: str | None,
    option: str | None,
    code: str | None,
    police: str | None,
    region: str | None,
    reason: str,
) -> None:
    facts = {"region": given_region} if given_region else {}
    shown = {key: value for key, value in (("site_id", code), ("police", police)) if value}
    site = surveyed(Given("https://a.gov.cn/", "x", facts), option, **shown)
    assert (site.region.value if site.region else None) == region, reason


def test_numbers_that_do_not_fit_the_region_are_doubted() -> None:
    site = surveyed(site_id="3408510001", icp="陕ICP备15002899号-4")
    assert any("陕" in doubt for doubt in site.doubts)
    assert surveyed(site_id="3408510001", icp="皖ICP备15002899号-4").doubts == ()


@pytest.mark.parametrize(
    ("regions", "office"),
    [
        (["340851"], "340851"),
        (["340851", "340852"], "340800"),
        (["340851", "341002"], "340000"),
        (["340851", "110108"], "000000"),
        ([], "000000"),
    ],
)
def test_the_offices_region_is_what_all_share(regions: list[str], office: str) -> None:
    sites = [surveyed(region=region) for region in regions]
    assert office_region(sites)[0] == office


def test_a_portals_column_that_is_no_list_is_left_as_a_comment(tmp_path: Path) -> None:
    columns = (
        CheckedColumn(
            UpperColumn("文件", "https://up.gov.cn/a/", "auto", "read"), "opened now: 20 rows", True
        ),
        CheckedColumn(UpperColumn("旧表", "https://up.gov.cn/b/", "auto", "unsure"), "no list", False),
        CheckedColumn(UpperColumn("断", "https://up.gov.cn/c/", "auto", "unsure"), "timeout", None),
    )
    portal = UpperPortal("up", "上级", "national", "000000", "https://up.gov.cn/", "read", numbers=("国发",))
    targets = load(written(tmp_path, surveyed(), portals=(CheckedPortal(portal, columns),)), {})
    assert [column.name for column in targets.portals[0].columns] == ["文件", "断"]
    assert targets.key.doc_numbers == ("国发",)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("青石县人民政府门户网站", "青石县人民政府"),
        ("首页 - 青石县人民政府", "青石县人民政府"),
        ("欢迎访问青石县人民政府网站", "青石县人民政府"),
        ("青石县人民政府网", "青石县人民政府"),
        ("政务要闻_青石县人民政府", "青石县人民政府"),
        ("青石县教育局-网站首页", "青石县教育局"),
        ("中国青石", "中国青石"),
        ("", ""),
    ],
)
def test_names_without_words_of_welcome(title: str, name: str) -> None:
    assert clean_name(title) == name


@pytest.mark.parametrize(
    ("url", "id_"),
    [
        ("https://www.qingshi.gov.cn/", "qingshi"),
        ("https://jyj.qingshi.gov.cn/", "qingshi-jyj"),
        ("http://127.0.0.1:8080/", "127-0-0-1-8080"),
        ("https://www.taken.gov.cn/", "taken-2"),
    ],
)
def test_ids(url: str, id_: str) -> None:
    assert id_of(url, {"taken"}) == id_


@pytest.mark.parametrize(
    ("form", "pattern", "reason"),
    [
        (
            '<form action="/so"><input name="q"><input type="submit" name="go"></form>',
            "https://www.qingshi.gov.cn/so?q={title}",
            "the plain one",
        ),
        (
            '<form action="/so?site=1"><input type="hidden" name="c" value="a b"><input name="wd"></form>',
            "https://www.qingshi.gov.cn/so?site=1&c=a+b&wd={title}",
            "with what it always sends",
        ),
        ('<form action="/so" method="post"><input name="q"></form>', None, "a post has no address"),
        ('<form action="https://so.other.cn/"><input name="q"></form>', None, "another site's search"),
        ('<form action="https://www.qingshi.gov.cn:99999/"><input name="q"></form>', None, "no address"),
        ('<form action="/login"><input name="user"></form>', None, "no search"),
        (
            '<form action="/so"><input type="hidden" name="x" value="{env:A}"><input name="q"></form>',
            "https://www.qingshi.gov.cn/so?x=%7Benv%3AA%7D&q={title}",
            "no placeholder of ours but {title}",
        ),
    ],
)
def test_searches(form: str, pattern: str | None, reason: str) -> None:
    document = read_document(f"<html><body>{form}</body></html>", "https://www.qingshi.gov.cn/")
    asked = replace(front(), documents=(document,))
    found = list(search_patterns(asked))
    assert found == ([pattern] if pattern else []), reason


def test_hosts_of_one_domain_belong_together() -> None:
    assert is_family("https://zwgk.qingshi.gov.cn/x", "http://www.qingshi.gov.cn/")
    assert not is_family("https://www.lindu.gov.cn/", "https://www.qingshi.gov.cn/"), "gov.cn is no domain"
    assert domain_of("http://127.0.0.1:8080/") == "127.0.0.1"
