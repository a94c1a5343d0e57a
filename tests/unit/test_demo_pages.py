"""The pages of the small internet: they follow from the moment alone, and say what the script says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urljoin

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.reposts import Document, match
from monitor.demo.cast import COUNTIES, PLAYERS, PORTALS, County, expected_findings
from monitor.demo.county import expectations
from monitor.demo.pages import Pages
from monitor.demo.portal import Opening, publications, source_address
from monitor.demo.scripts import SCENES, Scenario, Script, moment
from monitor.demo.sites import Site
from monitor.demo.styles import PER_PAGE, STYLES, Style
from monitor.demo.texts import national_policy
from monitor.demo.world import ZONE, build_sites
from monitor.reading.article import Article, read_article
from monitor.reading.home import read_home
from monitor.reading.listing import read_listing

SCRIPT = Script()
OPENING = Opening(
    SCRIPT,
    datetime(2026, 11, 24, 2, 0, 0, tzinfo=UTC).astimezone(ZONE),
    {player.id: f"http://127.0.0.1:{20000 + index}" for index, player in enumerate(PLAYERS)},
)
SITES = build_sites(OPENING)
PAGES = Pages()
BEFORE, END = -1.0, float(SCRIPT.ends_at)
KEY = national_policy(OPENING.today)

COUNTY_OF = {county.scenario: SITES[county.id] for county in COUNTIES}
every_site = pytest.mark.parametrize("site", SITES.values(), ids=SITES.keys())
one_of_each_style = pytest.mark.parametrize(
    "site", [SITES[i] for i in ("qingshi", "heting", "songpi", "zhubu")]
)


def show(site: Site, address: str, elapsed: float) -> str:
    """The page at an address of a site, read by the codec its bytes really have."""
    answer = PAGES.answer(site, address.removeprefix(site.base), elapsed)
    assert answer.status == 200, f"{address} answers {answer.status} at {elapsed}"
    return answer.body.decode(site.encoding.codec)


def soup(site: Site, address: str, elapsed: float) -> BeautifulSoup:
    return BeautifulSoup(show(site, address, elapsed), "lxml")


def tags(page: BeautifulSoup) -> dict[str, str]:
    return {str(tag["name"]): str(tag["content"]) for tag in page.find_all("meta", attrs={"name": True})}


def leads_to(page: BeautifulSoup, address: str, text: str) -> str:
    """Where the one link with this text leads, from the page at an address."""
    (link,) = [link for link in page.find_all("a") if link.get_text() == text]
    return urljoin(address, str(link["href"]))


def listed(site: Site, key: str, elapsed: float) -> list[str]:
    """The addresses that a column's first page links to among the site's items, in order."""
    address = site.list_address(key)
    wanted = {site.item_address(item) for item in site.items}
    links = [urljoin(address, str(a["href"])) for a in soup(site, address, elapsed).find_all("a")]
    return [link for link in links if link in wanted]


def configured(site: Site) -> list[str]:
    return [site.address, *(site.list_address(c.key) for c in site.columns if c.about is not None)]


def own_links(site: Site, address: str, elapsed: float) -> Iterator[str]:
    for link in soup(site, address, elapsed).find_all("a", href=True):
        target = urljoin(address, str(link["href"]))
        if target.startswith(f"{site.base}/"):
            yield target


@one_of_each_style
def test_every_link_leads_somewhere(site: Site) -> None:
    # A crawler that follows the site's own links meets no dead end, so that a broken link is a scripted one.
    seen: set[str] = set()
    ahead = [site.address]
    while ahead:
        address = ahead.pop()
        if address in seen or address.endswith(".pdf"):
            continue
        seen.add(address)
        ahead += own_links(site, address, END)
    reachable = [item for item in site.everything(END) if not site.column(item.column).is_empty(END)]
    assert {site.item_address(item) for item in reachable} <= seen


@every_site
@settings(max_examples=8)
@given(elapsed=st.floats(min_value=-1, max_value=SCRIPT.ends_at + 1))
def test_a_moment_has_one_page(site: Site, elapsed: float) -> None:
    # No page depends on what was asked before, or on when.
    first = [PAGES.answer(site, address.removeprefix(site.base), elapsed) for address in configured(site)]
    show(site, site.address, END)
    again = [PAGES.answer(site, address.removeprefix(site.base), elapsed) for address in configured(site)]
    assert first == again


@every_site
@settings(max_examples=20)
@given(elapsed=st.floats(min_value=-1, max_value=SCRIPT.publish_at, exclude_max=True))
def test_lists_stand_still_before_the_publication(site: Site, elapsed: float) -> None:
    # What a first reading finds starts no clock: there must be time for one.
    for column in site.columns:
        assert site.rows(column.key, elapsed) == site.rows(column.key, BEFORE)


@every_site
def test_never_half_a_list_is_new(site: Site) -> None:
    # More than half of a list new at once would rightly be held for a relaunch.
    for column in site.columns:
        held = site.rows(column.key, BEFORE)
        assert len(held) >= 8, "a list worth reading"
        new = [item for item in site.items if item.column == column.key and item.at > BEFORE]
        assert len(new) * 2 < min(PER_PAGE, len(held))


def test_policy_columns_fill_a_page() -> None:
    for player in (*PORTALS, *COUNTIES):
        site = SITES[player.id]
        assert len(listed(site, "policy", BEFORE)) == PER_PAGE
        assert site.pages("policy", BEFORE) == 2


@every_site
def test_addresses_are_unique_and_titles_too(site: Site) -> None:
    # A title that a portal carried before starts no clock.
    addresses = [site.item_address(item) for item in site.items]
    assert len(set(addresses)) == len(addresses)
    for column in site.columns:
        titles = [item.title for item in site.items if item.column == column.key]
        assert len(set(titles)) == len(titles)


@every_site
def test_a_page_turns(site: Site) -> None:
    for column in site.columns:
        pages = site.pages(column.key, BEFORE)
        for page in range(1, pages):
            here = site.list_address(column.key, page)
            assert leads_to(soup(site, here, BEFORE), here, "下一页") == site.list_address(
                column.key, page + 1
            )
        beyond = site.list_address(column.key, pages + 1).removeprefix(site.base)
        answer = PAGES.answer(site, beyond, BEFORE)
        assert answer.status == (200 if site.is_soft else 404)
        assert "页面不存在" in answer.body.decode(site.encoding.codec)


@every_site
def test_every_page_says_whose_it_is(site: Site) -> None:
    # SiteName, SiteDomain and SiteIDCode stand on every page (the guidelines of 2017).
    item = site.everything(END)[0]
    for address in (*configured(site), site.item_address(item)):
        found = tags(soup(site, address, END))
        assert found["SiteName"] == site.name
        assert found["SiteDomain"] == site.host
        assert found["SiteIDCode"] == site.shown.site_id


@every_site
def test_the_footer_shows_what_the_cast_says(site: Site) -> None:
    text = soup(site, site.address, BEFORE).get_text()
    for value in (site.shown.icp, site.shown.police, site.shown.site_id, site.shown.sponsor):
        assert value is None or value in text
    assert ("公网安备" in text) == (site.shown.police is not None)


def test_an_article_carries_its_tags_and_says_the_second() -> None:
    published = publications(OPENING)[0]
    site = SITES[published.portal]
    page = soup(site, source_address(published, OPENING), END)
    found = tags(page)
    assert found["ArticleTitle"] == KEY.title
    assert found["PubDate"] == "2026-11-24 10:00:04"
    assert found["ContentSource"] == site.name
    assert KEY.number is not None
    assert KEY.number in page.get_text()
    attached = leads_to(page, site.address, f"{KEY.attachment}.pdf")
    answer = PAGES.answer(site, attached.removeprefix(site.base), END)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.body.startswith(b"%PDF")


def test_an_older_article_says_the_minute() -> None:
    for site in SITES.values():
        older = site.everything(BEFORE)[0]
        declared = tags(soup(site, site.item_address(older), BEFORE))["PubDate"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", declared)
        assert not declared.endswith("00:00"), "midnight is what systems print when they know only the day"


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
def test_each_style_writes_title_number_date_and_text(style: Style) -> None:
    site = next(site for site in SITES.values() if site.style is style and site.id != "liangshi")
    item = site.rows("policy", BEFORE)[0]
    text = soup(site, site.item_address(item), BEFORE).get_text()
    assert item.title in text
    assert item.document.number is not None
    assert item.document.number in text
    assert item.published.strftime("%Y-%m-%d %H:%M") in text
    for paragraph in item.document.paragraphs:
        assert paragraph in text
    assert style.day(item.published) in soup(site, site.list_address("policy"), BEFORE).get_text()


def test_styles_differ() -> None:
    used = {player.style.name for player in PLAYERS}
    assert used == {style.name for style in STYLES}
    lists = {
        style.name: next(site for site in SITES.values() if site.style is style).list_address("news")
        for style in STYLES
    }
    assert len({address.rpartition(":")[2] for address in lists.values()}) == len(STYLES)


def test_a_cut_title_stands_whole_beside_it() -> None:
    site = SITES["lindu"]
    item = next(item for item in site.rows("policy", BEFORE) if len(item.title) > 26)
    links = soup(site, site.list_address("policy"), BEFORE).find_all("a", title=item.title)
    assert [link.get_text() for link in links] == [f"{item.title[:26]}..."]


# What the reader makes of them, without any hint of how they are made.


@one_of_each_style
def test_the_reader_sees_the_rows_that_are_there(site: Site) -> None:
    for column in site.columns:
        held = site.rows(column.key, END)
        address = site.list_address(column.key)
        listing = read_listing(show(site, address, END), address)
        assert [(row.title, row.url, row.date, row.pinned) for row in listing.rows] == [
            (item.row or item.title, site.item_address(item), item.published.date(), item.is_pinned)
            for item in held[:PER_PAGE]
        ]
        following = site.list_address(column.key, 2) if len(held) > PER_PAGE else None
        assert listing.next_url == following


@every_site
def test_the_reader_sees_the_home_page_as_it_is_meant(site: Site) -> None:
    home = read_home(show(site, site.address, END), site.address)
    footer, shown = home.footer, site.shown
    assert (footer.icp, footer.police) == (shown.icp, shown.police)
    assert (footer.site_id, footer.sponsor) == (shown.site_id, shown.sponsor)
    assert {site.list_address(column.key) for column in site.columns} <= {row.url for row in home.columns}
    newest = {site.item_address(site.rows("news", END)[0])}
    assert newest <= {row.url for row in home.rows}


@one_of_each_style
def test_the_reader_sees_what_an_article_declares(site: Site) -> None:
    for item in (site.rows("news", END)[0], site.rows("policy", BEFORE)[0]):
        found = article(site, site.item_address(item))
        minute = item.published.replace(second=item.published.second if item.is_exact else 0)
        assert (found.title, found.published_at) == (item.title, minute)
        assert (found.source, found.site_id) == (item.source, site.shown.site_id)


def test_a_portals_article_bears_its_number() -> None:
    # key = "auto" goes by it.
    for each in publications(OPENING):
        site = SITES[each.portal]
        item = next(item for item in site.items if item.document == each.document)
        assert article(site, site.item_address(item)).doc_number == each.document.number


@pytest.mark.parametrize("county", [c for c in COUNTIES if SCENES[c.scenario].form], ids=lambda c: c.id)
def test_the_rule_tells_a_repost_from_what_is_none(county: County) -> None:
    site, portal = SITES[county.id], SITES[publications(OPENING)[0].portal]
    source = article(portal, source_address(publications(OPENING)[0], OPENING))
    put_up = site.item_address(next(item for item in site.items if item.number == 500001))
    candidate = article(portal if put_up.startswith(portal.base) else site, put_up)
    same = match(as_document(source), as_document(candidate)).same
    assert same == SCENES[county.scenario].discharged


def article(site: Site, address: str) -> Article:
    return read_article(show(site, address, END), address, zone=ZONE)


def as_document(read: Article) -> Document:
    return Document(
        url=read.url,
        title=read.title,
        doc_number=read.doc_number,
        published_at=read.published_at,
        text=read.text,
        links=read.links,
        source=read.source,
    )


# What each scenario shows: its row appears at its second and not before.


@pytest.mark.parametrize("county", COUNTIES, ids=lambda county: county.id)
def test_a_scene_happens_at_its_moment(county: County) -> None:
    site, scene = SITES[county.id], SCENES[county.scenario]
    at = moment(scene, SCRIPT.publish_at, SCRIPT)
    if at is None:
        assert all(item.document.title != KEY.title for item in site.items)
        return
    new = next(item for item in site.items if item.number == 500001)
    assert new.at == at
    address = site.item_address(new)
    assert address not in listed(site, scene.column, at - 0.001)
    assert address in listed(site, scene.column, at)
    assert address in listed(site, scene.column, END)


@pytest.mark.parametrize(
    ("scenario", "declared"),
    [
        (Scenario.PROMPT, "2026-11-24 10:00:06"),  # 4 s + 2 s
        (Scenario.LATE, "2026-11-24 10:00:16"),  # 4 s + 12 s
        (Scenario.AFTER_LIMIT, "2026-11-24 10:00:30"),  # 4 s + 14 s + 12 s
        (Scenario.MISDECLARED, "2026-11-24 10:00:06"),
        (Scenario.ELSEWHERE, "2026-11-24 10:00:06"),
    ],
)
def test_a_copy_is_the_document_and_declares_when_it_was_put_up(scenario: Scenario, declared: str) -> None:
    site = COUNTY_OF[scenario]
    copy = next(item for item in site.items if item.title == KEY.title)
    page = soup(site, site.item_address(copy), END)
    found = tags(page)
    assert (found["PubDate"], found["ContentSource"]) == (declared, "中国政府网（演示）")
    assert all(paragraph in page.get_text() for paragraph in KEY.paragraphs)


def test_a_bare_link_leads_to_the_source() -> None:
    site = COUNTY_OF[Scenario.LINK]
    source = source_address(publications(OPENING)[0], OPENING)
    assert listed(site, "policy", END)[0] == source
    assert all(KEY.title not in item.title or item.href == source for item in site.items)


def test_a_cut_row_hides_the_end_of_its_title() -> None:
    site = COUNTY_OF[Scenario.CUT]
    row = soup(site, site.list_address("policy"), END).find_all("div", class_="item")[0].find("a")
    assert row is not None
    assert row.get_text().startswith("【转发】国务院关于做好")
    assert row.get_text().endswith("…")
    assert row.get("title") is None
    assert tags(soup(site, str(row["href"]), END))["ArticleTitle"] == f"【转发】{KEY.title}"


def test_an_interpretation_is_no_copy_and_does_not_link_to_one() -> None:
    site = COUNTY_OF[Scenario.INTERPRETATION]
    address = listed(site, "policy", END)[0]
    page = show(site, address, END)
    assert f"《{KEY.title}》政策解读" in page
    assert source_address(publications(OPENING)[0], OPENING) not in page


def test_last_years_paper_differs_by_its_year() -> None:
    site = COUNTY_OF[Scenario.LAST_YEAR]
    found = tags(soup(site, listed(site, "policy", END)[0], END))
    assert found["ArticleTitle"] == KEY.title.replace("2026", "2025")
    assert found["PubDate"].startswith("2026-11-24"), "listed today, whatever its year"


def test_a_misdeclared_page_is_no_utf8() -> None:
    site = COUNTY_OF[Scenario.MISDECLARED]
    answer = PAGES.answer(site, site.list_address("policy").removeprefix(site.base), END)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    with pytest.raises(UnicodeDecodeError):
        answer.body.decode("utf-8")
    assert KEY.title in answer.body.decode("gb18030")


def test_an_honest_gb18030_page_leaves_it_to_its_head() -> None:
    site = COUNTY_OF[Scenario.AFTER_LIMIT]
    answer = PAGES.answer(site, "/", END)
    assert answer.headers["Content-Type"] == "text/html"
    assert b"charset=gb2312" in answer.body


def test_a_list_empties_and_answers_all_the_same() -> None:
    site = COUNTY_OF[Scenario.EMPTIED]
    assert len(listed(site, "policy", SCRIPT.publish_at)) == PER_PAGE
    assert listed(site, "policy", SCRIPT.publish_at + 1) == []
    assert "暂无数据" in show(site, site.list_address("policy"), END)
    assert len(listed(site, "news", END)) == PER_PAGE, "the rest of the site goes on"


def test_the_copy_elsewhere_stands_in_no_watched_place() -> None:
    site = COUNTY_OF[Scenario.ELSEWHERE]
    copy = next(item for item in site.items if item.title == KEY.title)
    address = site.item_address(copy)
    for place in configured(site):
        assert address not in list(own_links(site, place, END))
    regulations = site.list_address("regulations")
    assert regulations in list(own_links(site, site.address, END)), "the home page names the column"
    assert address in list(own_links(site, regulations, END))
    sitemap = PAGES.answer(site, "/sitemap.xml", END).body.decode()
    assert address in sitemap


def test_the_list_of_a_silent_county_moves() -> None:
    site = COUNTY_OF[Scenario.NEVER]
    assert listed(site, "news", BEFORE) != listed(site, "news", END)
    assert listed(site, "policy", BEFORE) == listed(site, "policy", END)


def test_a_search_finds_what_is_there_and_nothing_else() -> None:
    query = f"/search?q={quote(KEY.title)}"
    silent, prompt = COUNTY_OF[Scenario.NEVER], COUNTY_OF[Scenario.PROMPT]
    page = soup(silent, silent.base + query, END)
    assert KEY.title in page.get_text(), "it repeats the words it was asked for"
    assert page.find_all("li") == []
    copy = next(item for item in prompt.items if item.title == KEY.title)
    assert prompt.item_address(copy) in list(own_links(prompt, prompt.base + query, END))
    by_number = f"/search?q={quote(KEY.number or '')}"
    assert prompt.item_address(copy) in list(own_links(prompt, prompt.base + by_number, END))
    assert list(own_links(prompt, prompt.base + "/search?q=", END)) == [prompt.address]


def test_an_appointment_is_published_and_is_no_key_policy() -> None:
    appointment = publications(OPENING)[1]
    assert "任免" in appointment.document.title
    assert appointment.document.number is None
    assert all(expected.policy_title != appointment.document.title for expected in expectations(OPENING))


def test_one_policy_stands_on_several_portals() -> None:
    carried: dict[str, set[str]] = {}
    for each in publications(OPENING):
        carried.setdefault(each.document.title, set()).add(each.portal)
    assert sorted(len(portals) for portals in carried.values()) == [1, 2, 2]


def test_the_closed_site_answers() -> None:
    assert "安河市粮食储备局" in show(SITES["liangshi"], SITES["liangshi"].address, END)


# The script itself.


@pytest.mark.parametrize(
    ("lengths", "reason"),
    [
        ({"target": 14}, "the target lies before the limit"),
        ({"late": 5}, "late is after the target"),
        ({"late": 14}, "late is still in time"),
        ({"prompt": 6}, "prompt is within the target"),
        ({"grace": 0}, "a length is at least a second"),
    ],
)
def test_a_script_that_cannot_play_is_refused(lengths: Mapping[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match="script"):
        Script(**lengths)
    assert reason


@given(factor=st.floats(min_value=0.6, max_value=50))
def test_a_scaled_script_plays(factor: float) -> None:
    scaled = SCRIPT.scaled(factor)
    assert scaled.prompt < scaled.target < scaled.late < scaled.limit
    assert scaled.absent_polls == SCRIPT.absent_polls, "a number of readings is no length"
    assert scaled.target == max(1, round(SCRIPT.target * factor))


@settings(max_examples=10)
@given(factor=st.floats(min_value=0.6, max_value=20))
def test_a_script_ends_after_all_that_it_holds(factor: float) -> None:
    script = SCRIPT.scaled(factor)
    sites = build_sites(Opening(script, OPENING.at, OPENING.bases))
    last = max(item.at for site in sites.values() for item in site.items)
    assert last < script.ends_at
    unproven_at = script.limit_at + script.municipal_after + script.grace
    assert unproven_at < script.ends_at


def test_every_scenario_is_played_once_and_expects_a_verdict() -> None:
    assert sorted(county.scenario for county in COUNTIES) == sorted(Scenario)
    verdicts = {expected.site_id: expected for expected in expectations(OPENING)[: len(COUNTIES)]}
    got = {scenario: next(iter(verdicts[COUNTY_OF[scenario].id].states)) for scenario in Scenario}
    assert got == {
        Scenario.PROMPT: "met",
        Scenario.LATE: "met_late",
        Scenario.NEVER: "violated",
        Scenario.AFTER_LIMIT: "violated",
        Scenario.LINK: "met",
        Scenario.CUT: "met",
        Scenario.INTERPRETATION: "violated",
        Scenario.LAST_YEAR: "violated",
        Scenario.MISDECLARED: "met",
        Scenario.EMPTIED: "unproven",
        Scenario.DOWN: "unproven",
        Scenario.ELSEWHERE: "met",
    }
    assert verdicts["zhubu"].discharged, "done after all"
    assert not verdicts["songpi"].discharged
    assert [expected.accused for expected in verdicts.values()].count(True) == 4


def test_every_lifecycle_rule_fails_once_and_nobody_is_found_at_fault_twice() -> None:
    failing = [key for key, ok in expected_findings().items() if ok is False]
    rules = sorted(rule.removeprefix("lifecycle.") for _, rule in failing)
    assert rules == sorted(
        ["icp", "police", "site_id", "sponsor", "grading", "assessment", "closed", "availability.home"]
    )
    assert len({site for site, _ in failing}) == len(failing)
    assert all(ok for (site, _), ok in expected_findings().items() if site == "qingshi")


def test_a_closed_port_could_tell_nothing_of_the_footer() -> None:
    found = {rule: ok for (site, rule), ok in expected_findings().items() if site == "wangxiu"}
    assert found["availability.home"] is False
    assert found["lifecycle.icp"] is None
    assert found["lifecycle.grading"] is True, "the register knows it without a look"
