"""What a configuration amounts to: looks, load, bonds, and what is pointed out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from monitor.targets import load
from monitor.targets.plan import Bond, HostLoad, Look, Plan, plan

TODAY = date(2026, 7, 1)
KNOWN_UNTIL = date(2026, 12, 31)

OFFICE = '[office]\nname = "示例县人民政府办公室"\nregion = "340899"\n'
PORTAL = """
[[portal]]
id = "up"
name = "上级"
level = "municipal"
url = "https://up.example.gov.cn/"
  [[portal.column]]
  name = "文件"
  url = "https://up.example.gov.cn/wj/"
"""
SITE = """
[[site]]
id = "s"
name = "示例"
url = "https://s.example.gov.cn/"
  [[site.column]]
  name = "上级文件"
  url = "https://s.example.gov.cn/sjwj/"
"""
CHANNEL = '[[channel]]\nurl = "json://127.0.0.1/"\n'
ROUTE = "[[route]]\n"
WHOLE = OFFICE + PORTAL + SITE + CHANNEL + ROUTE

Planner = Callable[..., Plan]


@pytest.fixture
def planned(tmp_path: Path) -> Planner:
    def plan_of(text: str, today: date = TODAY) -> Plan:
        (tmp_path / "targets.toml").write_text(text, encoding="utf-8")
        return plan(load(tmp_path / "targets.toml", {}), today)

    return plan_of


def test_a_whole_configuration_has_nothing_to_point_out(planned: Planner) -> None:
    made = planned(WHOLE)
    assert made.warnings == ()
    assert made.calendar_known_until == KNOWN_UNTIL
    assert made.bonds == (Bond("up", ("s",)),)
    assert made.unbound == ()


def test_every_page_that_is_read_again_and_again_is_there(planned: Planner) -> None:
    column = (
        '[[site.column]]\nname = "要闻"\nurl = "https://news.example.gov.cn/"\nevery = "10m"\npages = 3\n'
    )
    made = planned(OFFICE + PORTAL + SITE + column)
    assert made.looks == (
        Look("up", "column", "文件", "https://up.example.gov.cn/wj/", timedelta(minutes=2)),
        Look("s", "home", "示例", "https://s.example.gov.cn/", timedelta(minutes=5)),
        Look("s", "column", "上级文件", "https://s.example.gov.cn/sjwj/", timedelta(minutes=5)),
        Look("s", "column", "要闻", "https://news.example.gov.cn/", timedelta(minutes=10), pages=3),
    )
    assert made.hosts == (
        HostLoad("up.example.gov.cn", 1, 30.0),
        HostLoad("s.example.gov.cn", 2, 24.0),
        HostLoad("news.example.gov.cn", 1, 18.0),
    )
    assert made.per_hour == pytest.approx(72.0)


@pytest.mark.parametrize(
    ("status", "looks"),
    [
        ("open", [("home", timedelta(minutes=5)), ("column", timedelta(minutes=5))]),
        ("closing", [("home", timedelta(minutes=5)), ("column", timedelta(minutes=5))]),
        ("building", [("home", timedelta(days=1))]),
        ("suspended", [("home", timedelta(days=1))]),
        ("closed", [("home", timedelta(days=1))]),
    ],
)
def test_what_is_not_open_is_looked_at_for_its_lifecycle_only(
    planned: Planner, status: str, looks: list[tuple[str, timedelta]]
) -> None:
    made = planned(OFFICE + SITE.replace("  [[", f'status = "{status}"\n  [[', 1))
    assert [(look.kind, look.every) for look in made.looks] == looks


BASIS = '[basis]\ntitle = "意见"\nvalid_to = 2026-06-30\n'
EXPIRED = "[basis] 意见 ran out on 2026-06-30: findings are worded as observations"

POINTED_OUT = [
    pytest.param(
        WHOLE.removeprefix(OFFICE),
        "[office] is not given: messages bear no office's name, and sites without a region lie nowhere",
        id="no office",
    ),
    pytest.param(WHOLE + BASIS, EXPIRED, id="an expired basis"),
    pytest.param(
        OFFICE + SITE + CHANNEL + ROUTE, "there is no [[portal]]: no clock will start", id="no portal"
    ),
    pytest.param(
        OFFICE + PORTAL.partition("  [[")[0] + SITE + CHANNEL + ROUTE,
        "portal up has no column: nothing of it is read",
        id="no column",
    ),
    pytest.param(
        WHOLE.replace('level = "municipal"', 'level = "municipal"\nregion = "340900"'),
        "portal up binds no site",
        id="a portal for nobody",
    ),
    pytest.param(
        WHOLE.replace('level = "municipal"', 'level = "municipal"\nregion = "340900"'),
        "site s is bound by no portal",
        id="a site bound by nobody",
    ),
    pytest.param(
        WHOLE.replace('level = "municipal"', 'level = "municipal"\nbinds = ["340899", "429004"]'),
        "portal up binds the region 429004, in which no site lies",
        id="a region without sites",
    ),
    pytest.param(OFFICE + PORTAL + CHANNEL + ROUTE, "there is no [[site]]: nobody is bound", id="no site"),
    pytest.param(
        WHOLE.replace("  [[site.column]]", '  [[site.column]]\n  about = "notice"'),
        "site s has no policy or news column: reposts are looked for on its home page",
        id="no column for reposts",
    ),
    pytest.param(
        WHOLE.replace("  [[site.column]]", 'type = "department"\nduties = ["repost"]\n  [[site.column]]'),
        "site s is a department: the duty to repost is a portal's, no clock starts there",
        id="a duty that is not its own",
    ),
    pytest.param(OFFICE + PORTAL + SITE, "there is no [[channel]]: nobody will be told", id="no channel"),
    pytest.param(
        OFFICE + PORTAL + SITE + CHANNEL,
        "there is no [[route]]: only the contacts of sites will be told",
        id="no route",
    ),
    pytest.param(
        WHOLE + '[[channel]]\nid = "leader"\nurl = "json://127.0.0.1/"\n',
        "channel leader is named by no route and no contact",
        id="a channel to which nothing leads",
    ),
    pytest.param(
        WHOLE.replace("  [[portal.column]]", '  [[portal.column]]\n  every = "1s"\n  pages = 2'),
        "host up.example.gov.cn is asked 7200 times an hour, more than once a second",
        id="too much for a host",
    ),
]


@pytest.mark.parametrize(("text", "expected"), POINTED_OUT)
def test_what_is_allowed_but_strange_is_pointed_out(planned: Planner, text: str, expected: str) -> None:
    assert expected in planned(text).warnings


@pytest.mark.parametrize(("today", "is_past"), [(date(2026, 6, 30), False), (date(2026, 7, 1), True)])
def test_a_basis_holds_through_its_last_day(planned: Planner, today: date, is_past: bool) -> None:
    assert (EXPIRED in planned(WHOLE + BASIS, today).warnings) is is_past


@pytest.mark.parametrize(("days", "is_near"), [(61, False), (60, False), (59, True), (-1, True)])
def test_the_end_of_the_known_calendar_is_pointed_out_when_it_is_near(
    planned: Planner, days: int, is_near: bool
) -> None:
    warnings = planned(WHOLE, KNOWN_UNTIL - timedelta(days=days)).warnings
    assert bool([text for text in warnings if "calendar/2027.json" in text]) is is_near


def test_the_nation_binds_every_portal_that_is_open(planned: Planner) -> None:
    others = "".join(
        f'[[site]]\nid = "{status}"\nname = "另一个"\nregion = "659001"\nurl = "https://{status}.gov.cn/"\n'
        f'status = "{status}"\n'
        for status in ("open", "closing", "building", "suspended", "closed")
    )
    made = planned(OFFICE + PORTAL.replace("municipal", "national") + others)
    assert made.bonds == (Bond("up", ("open", "closing")),)


@pytest.mark.parametrize(
    ("rules", "site", "home", "whole"),
    [
        ("", "", 1, ()),  # whole sites are opt-in
        ("whole = true", "", 1, ("s",)),
        ("whole = true", "whole = false\n", 1, ()),
        ("", "whole = true\n", 1, ("s",)),
        ("whole = true", 'duties = ["lifecycle"]\n', 0, ()),
        ("whole = true", 'status = "suspended"\n', 0, ()),
    ],
)
def test_whose_links_are_checked(
    planned: Planner, rules: str, site: str, home: int, whole: tuple[str, ...]
) -> None:
    made = planned(OFFICE + PORTAL + f"[rules.links]\n{rules}\n" + SITE.replace("id =", f"{site}id ="))
    assert (made.links.home, made.links.whole) == (home, whole)
