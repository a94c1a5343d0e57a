"""Who is bound by whom: region codes go by their digits, and `binds` goes before them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.rules import Duty
from monitor.targets import Portal, Site, Targets, binding_portals, binds, bound_sites
from monitor.targets.binding import covers

REGIONS = st.from_regex(r"[0-9]{6}", fullmatch=True)


def portal(level: str, region: str, *only: str) -> Portal:
    given_binds = {"binds": list(only)} if only else {}
    return Portal.model_validate(
        {
            "id": "up",
            "name": "上级",
            "level": level,
            "region": region,
            "url": "https://up.gov.cn/",
            **given_binds,
        }
    )


def site(region: str, **more: object) -> Site:
    return Site.model_validate(
        {"id": "s", "name": "示例", "region": region, "url": "https://s.gov.cn/", **more}
    )


RULE = [
    ("national", "000000", "340899", True, "the nation binds all"),
    ("national", "000000", "659001", True, "a county under no city, too"),
    ("provincial", "340000", "340899", True, "the same province"),
    ("provincial", "340000", "340000", True, "the province's own site"),
    ("provincial", "340000", "430899", False, "another province that begins with 4 and 3"),
    ("provincial", "500000", "500101", True, "a municipality under the State Council"),
    ("provincial", "500000", "510104", False, "500000 is not 510000: the zeros are digits"),
    ("provincial", "110000", "110101", True, "Beijing's districts"),
    ("provincial", "110000", "120101", False, "Tianjin is not Beijing"),
    ("municipal", "340800", "340899", True, "the same city"),
    ("municipal", "340800", "340900", False, "the next city"),
    ("municipal", "341000", "341002", True, "Huangshan's district"),
    ("municipal", "341000", "341102", False, "341000 is not 341100: Chuzhou's district"),
    ("municipal", "341100", "341002", False, "nor the other way round"),
    ("municipal", "429000", "429004", True, "counties that the province keeps share 4290"),
    ("municipal", "421000", "429004", False, "the city nearby does not bind them"),
]


@pytest.mark.parametrize(("level", "of", "where", "expected", "reason"), RULE)
def test_the_level_says_how_many_digits_count(
    level: str, of: str, where: str, expected: bool, reason: str
) -> None:
    assert binds(portal(level, of), site(where)) is expected, reason


NAMED = [
    (("429004",), "429004", True, "a county under no city, by its own code"),
    (("429004",), "429005", False, "and not its neighbour"),
    (("429000",), "429004", True, "a code that ends in 00 takes in all under it"),
    (("420000",), "429004", True, "one that ends in 0000 the whole province"),
    (("420000",), "430000", False, "and no other"),
    (("340800",), "340800", True, "the city itself, too"),
    (("341000",), "341102", False, "341000 is not 341100 here either"),
    (("000000",), "659001", True, "everybody"),
    (("s",), "340899", True, "a site by its id"),
    (("other", "429004"), "340899", False, "named are others only: the rule holds no more"),
]


@pytest.mark.parametrize(("names", "where", "expected", "reason"), NAMED)
def test_names_go_before_the_rule(names: tuple[str, ...], where: str, expected: bool, reason: str) -> None:
    assert binds(portal("national", "000000", *names), site(where)) is expected, reason


def test_an_empty_list_binds_nobody() -> None:
    nobody = portal("national", "000000").model_copy(update={"binds": ()})
    assert not binds(nobody, site("340899"))


@given(REGIONS, REGIONS)
def test_whom_a_city_binds_its_province_binds_too(code: str, where: str) -> None:
    if binds(portal("municipal", code), site(where)):
        assert binds(portal("provincial", code), site(where))


@given(REGIONS)
def test_a_code_takes_in_itself(code: str) -> None:
    assert covers(code, code)


@given(REGIONS, REGIONS)
def test_a_county_code_takes_in_nothing_else(code: str, where: str) -> None:
    if not code.endswith("00"):
        assert covers(code, where) is (code == where)


STATUS = [
    ("building", False, {Duty.LIFECYCLE}, "not open yet"),
    ("open", True, {Duty.REPOST, Duty.LIFECYCLE, Duty.LINKS}, "everything"),
    ("suspended", False, {Duty.LIFECYCLE}, "no clock starts"),
    ("closing", True, {Duty.REPOST, Duty.LIFECYCLE, Duty.LINKS}, "until it is closed it has to run normally"),
    ("closed", False, set(), "only whether it is gone"),
]


@pytest.mark.parametrize(("status", "bound", "duties", "reason"), STATUS)
def test_the_status_says_what_is_judged(status: str, bound: bool, duties: set[Duty], reason: str) -> None:
    one = site("340899", status=status, duties=["repost", "lifecycle", "links"])
    assert one.binds_repost is bound, reason
    assert one.duties_now == duties, reason


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"type": "department"}, "the duty to repost is a portal's"),
        ({"type": "department", "duties": ["repost"]}, "also where somebody wrote it down"),
        ({"duties": ["links"]}, "a portal can be without it"),
    ],
)
def test_who_has_no_duty_to_repost_is_not_bound(more: dict[str, object], reason: str) -> None:
    assert not site("340899", **more).binds_repost, reason


def test_bound_are_those_whom_the_portal_concerns_and_who_have_the_duty() -> None:
    city = portal("municipal", "340800")
    near = site("340899")
    far = site("341002", id="far")
    closed = site("340898", id="closed", status="closed")
    targets = Targets(base=Path("/"), portals=(city,), sites=(near, far, closed))
    assert bound_sites(targets, city) == (near,)
    assert binding_portals(targets, near) == (city,)
    assert binding_portals(targets, far) == ()
    assert binding_portals(targets, closed) == ()


def test_reposts_are_looked_for_in_policy_and_news_columns() -> None:
    columns = [
        {"name": about, "url": f"https://s.gov.cn/{about}/", "about": about}
        for about in ("policy", "news", "notice", "mailbox", "consultation", "other")
    ]
    assert [column.name for column in site("340899", column=columns).repost_columns] == ["policy", "news"]
