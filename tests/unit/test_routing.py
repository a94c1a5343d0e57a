"""Who is told, and when: routes, quiet hours, corrections, repeats."""

from __future__ import annotations

from datetime import datetime, time, timedelta, tzinfo
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from alerts.events import Event, Kind
from alerts.routing import (
    CONTACT_KINDS,
    DEFAULT_KINDS,
    Quiet,
    Route,
    Routing,
    escalation,
    next_repeat,
    routes_for,
)
from checks.terms import Term, parse_term
from tests.telling import FAR, HERE, THERE, ZONE, at, problem, repost

NOON = at(24, 12)
NIGHT = Quiet(time(22), time(7, 30))


def told(event: Event, *routes: Route, heard: frozenset[str] = frozenset()) -> set[str]:
    return set(routes_for(event, Routing(routes, ZONE), NOON, heard))


@pytest.mark.parametrize(
    ("route", "event", "takes"),
    [
        (
            Route(to=("a",)),
            repost(Kind.VIOLATION),
            True,
        ),  # a route without conditions takes the default kinds
        (Route(to=("a",)), repost(Kind.BLIND), True),
        (Route(to=("a",)), repost(Kind.DUTY), False),  # a clock that started is told only on demand
        (Route(to=("a",)), repost(Kind.REMINDER), False),
        (Route(to=("a",), on=frozenset({Kind.DUTY})), repost(Kind.DUTY), True),
        (Route(to=("a",), on=frozenset({Kind.DUTY})), repost(Kind.VIOLATION), False),
        (Route(to=("a",), rule=("repost.*",)), repost(), True),
        (Route(to=("a",), rule=("repost.*",)), problem(), False),
        (Route(to=("a",), rule=("lifecycle.icp",)), problem(rule="lifecycle.icp"), True),
        (Route(to=("a",), rule=("lifecycle",)), problem(), False),  # a glob covers the whole id
        (Route(to=("a",), rule=("security.*", "lifecycle.*")), problem(), True),  # any of several
        (Route(to=("a",), site=("here",)), repost(site=HERE), True),
        (Route(to=("a",), site=("here",)), repost(site=THERE), False),
        (Route(to=("a",), site=("her",)), repost(site=HERE), False),  # an id is not a prefix
        (Route(to=("a",), region=("3408",)), repost(site=HERE), True),  # all counties of a city
        (Route(to=("a",), region=("3408",)), repost(site=FAR), False),
        (Route(to=("a",), region=("340899", "36")), repost(site=FAR), True),
        (Route(to=("a",), region=("3408",), site=("far",)), repost(site=FAR), False),  # all conditions hold
    ],
)
def test_what_a_route_takes(route: Route, event: Event, takes: bool) -> None:
    assert route.takes(event) is takes


def test_the_default_kinds_are_the_contract_s() -> None:
    assert {"warning", "violation", "urgent", "resolved", "correction", "blind"} == DEFAULT_KINDS


def test_a_channel_gets_an_event_once_however_many_routes_lead_to_it() -> None:
    routes = (Route(to=("office", "leader")), Route(to=("office",), rule=("repost.*",)))
    assert routes_for(repost(), Routing(routes, ZONE), NOON) == {"office": NOON, "leader": NOON}


def test_the_order_of_routes_means_nothing() -> None:
    night = at(24, 23)
    routes = (
        Route(to=("office",), quiet=NIGHT),
        Route(to=("office",), site=("here",), quiet=Quiet(time(20), time(6))),
        Route(to=("leader", "office"), rule=("lifecycle.*",)),
    )
    answers = [routes_for(repost(), Routing(order, ZONE), night) for order in permutations(routes)]
    assert answers == [{"office": at(25, 6)}] * 6


@pytest.mark.parametrize(
    ("quiet", "moment", "until"),
    [
        ("22:00-07:30", at(24, 21, 59, 59), None),  # a second before
        ("22:00-07:30", at(24, 22), at(25, 7, 30)),  # the first quiet moment, before midnight
        ("22:00-07:30", at(25), at(25, 7, 30)),  # midnight itself
        ("22:00-07:30", at(25, 7, 29, 59), at(25, 7, 30)),
        ("22:00-07:30", at(25, 7, 30), None),  # the end is not quiet
        ("12:00-14:30", at(24, 12), at(24, 14, 30)),  # a span within a day
        ("12:00-14:30", at(24, 11, 59), None),
        ("12:00-14:30", at(24, 14, 30), None),
        ("22:00-07:30", at(30, 23), datetime(2026, 12, 1, 7, 30, tzinfo=ZONE)),  # across a month's end
        ("00:00-08:00", at(25), at(25, 8)),
        ("18:00-00:00", at(25, 23), at(26)),
        ("22:00-07:30", datetime(2026, 11, 24, 15, 0, tzinfo=ZoneInfo("UTC")), at(25, 7, 30)),  # 23:00 here
    ],
)
def test_quiet_hours(quiet: str, moment: datetime, until: datetime | None) -> None:
    assert Quiet.parse(quiet).until(moment, ZONE) == (until or moment)


@pytest.mark.parametrize("text", ["22:00", "22:00-25:00", "late-early", "08:00-08:00", ""])
def test_quiet_hours_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Quiet.parse(text)


@given(
    start=st.times(timezones=st.none()),
    end=st.times(timezones=st.none()),
    minutes=st.integers(0, 5 * 365 * 1440),
)
def test_after_the_quiet_hours_it_is_not_quiet(start: time, end: time, minutes: int) -> None:
    assume(start != end)
    moment = at(1) + timedelta(minutes=minutes)
    quiet = Quiet(start, end)
    until = quiet.until(moment, ZONE)
    assert moment <= until < moment + timedelta(days=1)
    assert quiet.until(until, ZONE) == until


def test_quiet_hours_hold_in_a_zone_that_moves_its_clocks() -> None:
    berlin: tzinfo = ZoneInfo("Europe/Berlin")
    before = datetime(2026, 3, 28, 23, 0, tzinfo=berlin)
    assert Quiet.parse("22:00-07:30").until(before, berlin) == datetime(2026, 3, 29, 7, 30, tzinfo=berlin)


def test_only_what_is_urgent_is_told_at_night() -> None:
    routing = Routing((Route(to=("office",), on=frozenset(Kind), quiet=NIGHT),), ZONE)
    when = {kind: routes_for(repost(kind), routing, at(25, 3))["office"] for kind in Kind}
    assert when.pop(Kind.URGENT) == at(25, 3)
    assert set(when.values()) == {at(25, 7, 30)}


def test_a_correction_also_reaches_whoever_was_told() -> None:
    only_here = Route(to=("office",), site=("there",))
    assert told(repost(Kind.CORRECTION), only_here, heard=frozenset({"editor", "leader"})) == {
        "editor",
        "leader",
    }


def test_a_correction_waits_for_the_morning_of_whoever_was_told() -> None:
    routing = Routing((Route(to=("office",), on=frozenset({Kind.VIOLATION}), quiet=NIGHT),), ZONE)
    chosen = routes_for(repost(Kind.CORRECTION), routing, at(25, 3), frozenset({"office", "gone"}))
    assert chosen == {"office": at(25, 7, 30), "gone": at(25, 3)}


def test_who_was_told_matters_to_corrections_only() -> None:
    assert told(repost(Kind.RESOLVED), heard=frozenset({"office"})) == set()


def test_a_sites_contact_hears_of_its_own_site_without_a_route() -> None:
    routing = Routing((), ZONE, {"here": "editor"})
    heard = {kind for kind in Kind if routes_for(repost(kind, HERE), routing, NOON)}
    assert heard == CONTACT_KINDS
    assert Kind.BLIND not in heard  # what we could not see is not the site's matter
    assert routes_for(repost(Kind.VIOLATION, THERE), routing, NOON) == {}


def test_a_contact_that_a_route_chose_keeps_its_quiet_hours() -> None:
    routing = Routing((Route(to=("editor",), quiet=NIGHT),), ZONE, {"here": "editor"})
    assert routes_for(repost(), routing, at(25, 3)) == {"editor": at(25, 7, 30)}


def later(moment: datetime, term: Term) -> datetime:
    assert term.clock is not None
    return moment + term.clock


def test_repeats_follow_the_route() -> None:
    assert next_repeat(NOON, Route(to=("a",)), later) is None
    assert next_repeat(NOON, Route(to=("a",), repeat=parse_term("4h")), later) == at(24, 16)


@pytest.mark.parametrize(
    ("acknowledged", "expected"),
    [
        (None, (at(24, 16), ("leader",))),
        (at(24, 15), None),  # somebody has taken it up
        (at(24, 16), None),  # at the last moment still
        (at(24, 17), (at(24, 16), ("leader",))),  # too late: it has gone up
    ],
)
def test_what_nobody_acknowledges_goes_up(
    acknowledged: datetime | None, expected: tuple[datetime, tuple[str, ...]] | None
) -> None:
    route = Route(to=("office",), escalate_to=("leader",), escalate_after=parse_term("4h"))
    assert escalation(NOON, acknowledged, route, later) == expected
    assert escalation(NOON, acknowledged, Route(to=("office",)), later) is None
