"""A site's lifecycle in one look: findings open, stay one problem, and close; a closed site must be gone."""

from __future__ import annotations

import ssl
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from alerts.events import Kind
from monitor.store.tables import SiteState
from tests.integration import sites
from tests.integration.certificates import Authority
from tests.integration.county import (
    BLOCKED,
    CONFIG,
    DOWN,
    FOOTER,
    POLICY,
    SOFT_404,
    START,
    Paper,
    Reply,
    World,
    at,
    made,
)

GRADING = """
  [site.grading]
  level = 2
  filing = "34089900001-00001"
  assessed = 2026-03-01
"""


async def test_a_site_in_order_raises_nothing(world: World) -> None:
    await world.audit("county")
    assert await world.problems() == []
    assert await world.told() == []


@pytest.mark.parametrize(
    ("shown", "instead", "rule"),
    [
        ("皖ICP备12345678号-1", "皖ICP备99999999号-1", "lifecycle.icp"),
        ("皖ICP备12345678号-1", "", "lifecycle.icp"),
        ("皖公网安备34089902000123号", "", "lifecycle.police"),
        ("网站标识码：3408990001", "网站标识码：3408990002", "lifecycle.site_id"),
        ("示例县人民政府办公室", "某某科技有限公司", "lifecycle.sponsor"),
    ],
)
async def test_what_the_page_shows_must_be_what_the_register_says(
    world: World, shown: str, instead: str, rule: str
) -> None:
    world.county.footer = FOOTER.replace(shown, instead)
    for _ in range(3):
        await world.audit("county")
        world.pass_by(days=1)
    assert await world.standing() == [("county", rule)], "one problem, however often it is found"
    assert await world.told("county") == [(Kind.WARNING, rule)]
    (problem,) = await world.problems()
    assert (problem.opened_at, problem.checked_at) == (START, START + timedelta(days=2))
    assert problem.due_at == datetime(2026, 12, 9, tzinfo=START.tzinfo), "ten working days"
    world.county.footer = FOOTER
    await world.audit("county")
    assert await world.standing() == []
    assert (await world.told("county"))[-1] == (Kind.RESOLVED, rule)
    await world.audit("county")
    assert len(await world.told("county")) == 2


async def test_a_home_page_that_only_sends_on_is_judged_where_it_leads(world: World) -> None:
    world.county.footer = FOOTER.replace("皖ICP备12345678号-1", "")
    world.county.replies["/front"] = world.county._page("/")
    world.county.replies["/"] = Reply('<html><meta http-equiv="refresh" content="0; url=/front"></html>')
    await world.audit("county")
    assert await world.standing() == [("county", "lifecycle.icp")]


async def test_what_comes_back_is_a_new_problem(world: World) -> None:
    for footer in ("", FOOTER, ""):
        world.county.footer = footer
        await world.audit("county")
        world.pass_by(days=1)
    found = [(row.rule, row.closed_at is None) for row in await world.problems("lifecycle.icp")]
    assert found == [("lifecycle.icp", False), ("lifecycle.icp", True)]


@pytest.mark.parametrize(
    ("reply", "why"),
    [(DOWN, "down"), (BLOCKED, "a shield"), (SOFT_404, "an apology"), (Reply(""), "nothing")],
)
async def test_a_page_that_cannot_be_read_changes_nothing(world: World, reply: Reply, why: str) -> None:
    world.county.footer = ""
    await world.audit("county")
    before = await world.standing()
    assert len(before) == 4
    world.county.replies["/"] = reply
    world.pass_by(days=1)
    await world.audit("county")
    assert await world.standing() == before, why
    assert await world.problems("availability.home") == [], "that is for the looks to say"


@pytest.mark.parametrize(
    ("site", "rules", "why"),
    [
        ('type = "portal"', {"lifecycle.grading"}, "a portal is graded"),
        ('type = "department"', set(), "of another site nothing is said"),
        ('type = "portal"\nduties = ["repost"]', set(), "its lifecycle is not judged"),
        ('status = "building"', {"lifecycle.grading"}, "also while it is being built"),
        ('status = "suspended"', {"lifecycle.grading"}, "or suspended"),
    ],
)
async def test_who_must_be_graded(world: World, site: str, rules: set[str], why: str) -> None:
    config = world.config.replace(GRADING, "\n").replace('id = "county"', f'id = "county"\n{site}')
    await world.reload(config)
    await world.audit("county")
    assert {rule for _, rule in await world.standing()} == rules, why


async def test_an_assessment_is_told_of_early_louder_and_when_it_is_overdue(world: World) -> None:
    """Level 2, assessed on 1 March 2026: due again on 1 March 2028."""
    due = datetime(2028, 3, 1, 9, tzinfo=START.tzinfo)
    heard = []
    for days in (61, 60, 59, 30, 29, 7, 0, -1, -2):
        world.clock.now = due - timedelta(days=days)
        before = len(await world.told("county"))
        await world.audit("county")
        heard += [(days, kind) for kind, _ in (await world.told("county"))[before:]]
    assert heard == [(60, Kind.DIGEST), (30, Kind.WARNING), (-1, Kind.WARNING)]
    assert await world.standing() == [("county", "lifecycle.assessment")]
    await world.amend("assessed = 2026-03-01", "assessed = 2028-03-01")
    await world.audit("county")
    assert await world.standing() == []


async def test_without_a_grading_no_assessment_is_asked_for(world: World) -> None:
    await world.reload(world.config.replace(GRADING, "\n"))
    await world.audit("county")
    assert "lifecycle.assessment" not in {rule for _, rule in await world.standing()}


# --- a closed site -------------------------------------------------------------------------------------


async def test_a_closed_site_that_still_answers_is_a_violation_until_it_is_gone(world: World) -> None:
    await world.amend('id = "county"', 'id = "county"\nstatus = "closed"')
    await world.audit("county")
    assert await world.standing() == [("county", "lifecycle.closed")]
    assert await world.told("county") == [(Kind.VIOLATION, "lifecycle.closed")]
    world.county.replies["/"] = Reply("gone", 410)
    world.pass_by(days=1)
    await world.audit("county")
    assert await world.standing() == []


async def test_a_closed_site_behind_a_shield_could_not_be_told(world: World) -> None:
    await world.amend('id = "county"', 'id = "county"\nstatus = "closed"')
    await world.audit("county")
    world.county.replies["/"] = BLOCKED
    await world.audit("county")
    assert await world.standing() == [("county", "lifecycle.closed")]


async def test_of_a_closed_site_nothing_else_is_judged(world: World) -> None:
    world.county.footer = ""
    await world.amend('id = "county"', 'id = "county"\nstatus = "closed"')
    await world.audit("county")
    assert await world.standing() == [("county", "lifecycle.closed")]


async def test_the_next_audit_comes_when_the_rules_say(world: World) -> None:
    await world.amend("[key]", '[rules.lifecycle]\nevery = "6h"\n[key]')
    await world.audit("county")
    assert await world.due("audit", "county") == world.now() + timedelta(hours=6)


# --- certificates --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "is_trusted"), [(90, False), (-3, True)])
async def test_a_faulty_certificate_is_a_finding_and_the_page_is_read_all_the_same(
    tmp_path: Path, days: int, is_trusted: bool
) -> None:
    authority = Authority.make(tmp_path)
    page = sites.pages({"/": sites.reply(f"<html><body>{FOOTER}，欢迎访问示例县人民政府网站</body></html>")})
    trust = authority.trusting() if is_trusted else ssl.create_default_context()
    async with sites.serving(page, tls=authority.server("127.0.0.1", days=days)) as site:
        config = CONFIG.replace('url = "$county/"', f'url = "{site.url("/")}"')
        async with made(tmp_path, config, trust=trust) as world:
            await world.audit("county")
            assert await world.standing() == [("county", "security.tls")]
            (state,) = await world.all(SiteState)
            assert state.tls_not_after is not None


async def test_the_record_says_that_a_page_was_read_over_a_faulty_certificate(tmp_path: Path) -> None:
    authority = Authority.make(tmp_path)
    row = '<li><a href="/a/{0}.html">示例县的第{0}条新闻</a><span>2026-11-2{0}</span></li>'
    rows = "".join(map(row.format, range(4)))
    page = sites.pages({"/": sites.reply(f"<html><body><ul>{rows}</ul>{FOOTER}</body></html>")})
    async with sites.serving(page, tls=authority.server("127.0.0.1")) as site:
        config = CONFIG[: CONFIG.index("\n  [[site.column]]")].replace("$county/", site.url("/"))
        async with made(tmp_path, config) as world:
            await world.publish(Paper(POLICY.title, at(24, 9, 59)))
            await world.look()
            places = (await world.looks())[-1].places
            assert "the issuer is not known here" in places[0]["certificate"]
            assert (await world.the_obligation()).seen_after is not None


async def test_what_was_known_of_a_certificate_outlives_a_site_that_is_down(tmp_path: Path) -> None:
    authority = Authority.make(tmp_path)
    answers = {"/": sites.reply(f"<html><body>{FOOTER}，欢迎访问示例县人民政府网站</body></html>")}
    async with sites.serving(sites.pages(answers), tls=authority.server("127.0.0.1")) as site:
        config = CONFIG.replace('url = "$county/"', f'url = "{site.url("/")}"')
        async with made(tmp_path, config, trust=authority.trusting()) as world:
            await world.audit("county")
            answers["/"] = sites.reply("busy", 502)
            await world.audit("county")
            (state,) = await world.all(SiteState)
            assert state.tls_not_after is not None
