"""The hostile internet: whatever a site does, nobody is accused or praised of what is not true.

Each behaviour is played once here, with a limit of some hours; `python -m bench.hostile` plays all of them on
ten seeds, with whole working days.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.hostile.catalogue import PLAYS, table
from tests.hostile.plays import SEEN, UNSEEN
from tests.hostile.stage import Ending, differences, ends_of, false_accusations, false_praise, perform
from tests.hostile.story import Case, told

_ALIKE = """
202-challenge 412-challenge 451-all 403-all 403-us 429-always 503-lists reset-lists robots-all
captcha chunks-cut empty-body huge-headers bomb random-wire trap-home trap-metadata circle
length-too-long page-cut 100000-rows age-3600 stale-last-look 304-stale two-nodes-forever
clock-ahead news-flood tls-sound tls-self-signed tls-none table-rows one-date no-year gb2312
charset-nonsense octets utf8-as-gb home-iframe home-frameset soft-404 asp-error template
maintenance other-page emptied-at-limit portal-garbage portal-flaps portal-no-time
portal-page-404-once portal-down-past-limit portal-blocked portal-bulk
taken-down altered backdated-after skew-ahead objected-upheld three-portals
"""
ALIKE = frozenset(_ALIKE.split())
"""Those that differ little from others, or wait long: the bench plays them."""

NEVER_DONE = (
    "http-1.0",
    "cdata",
    "no-dates",
    "comment",
    "explained",
    "home-refresh",
    "tls-1.0",
    "age-always-3600",
)
"""Where the duty is not done, and nothing keeps us from saying so."""


def chosen() -> list[str]:
    return [name for name, play in PLAYS.items() if name not in ALIKE and not play.is_slow]


def test_all_of_them_are_documented() -> None:
    assert len(PLAYS) >= 100
    assert PLAYS.keys() >= ALIKE
    document = Path(__file__).parents[2] / "docs/reference/hostile.md"
    written = "\n".join(table()).rstrip()
    assert document.read_text(encoding="utf-8").rstrip().endswith(written), "python -m bench.hostile --table"


@pytest.mark.parametrize("name", chosen())
async def test_who_reposted_in_time_is_never_accused(name: str) -> None:
    story, ending = await perform(name, 0, Case.EARLY, brief=True)
    assert false_accusations(story, ending) == [], str(ending)
    assert differences(ends_of(PLAYS[name], browser=False), story, ending) == [], str(ending)


@pytest.mark.parametrize("name", NEVER_DONE)
async def test_who_did_not_is_never_praised_and_called_so_where_it_is_seen(name: str) -> None:
    story, ending = await perform(name, 1, Case.NEVER, brief=True)
    assert false_praise(story, ending) == [], str(ending)
    wanted = ends_of(PLAYS[name], browser=False).states[Case.NEVER] | {"overdue", "unproven"}
    assert set(ending.states) <= wanted, str(ending)


@pytest.mark.needs_chromium
async def test_a_shield_that_lets_browsers_pass_ends_as_if_there_were_none() -> None:
    story, ending = await perform("521-cookie", 0, Case.EARLY, browser=True, brief=True)
    assert differences(ends_of(PLAYS["521-cookie"], browser=True), story, ending) == [], str(ending)


# --- the stage itself ------------------------------------------------------------------------------------


def ending(*states: str, rules: str = "", blind: str = "", trapped: int = 0) -> Ending:
    said = (("county", blind),) if blind else ()
    return Ending(states, states, frozenset(rules.split()), said, trapped, 1.0)


@pytest.mark.parametrize(
    ("case", "came", "accused", "praised"),
    [
        (Case.EARLY, ending("met"), [], []),
        (Case.EARLY, ending("met", rules="repost.target"), ["repost.target"], []),
        (Case.EARLY, ending("violated", rules="repost.limit"), ["repost.limit", "violated"], []),
        (Case.LATE, ending("met_late", rules="repost.target"), [], []),
        (Case.LATE, ending("violated"), ["violated"], []),
        (Case.NEVER, ending("violated", rules="repost.limit repost.target"), [], []),
        (Case.NEVER, ending("met"), [], ["met"]),
        (Case.NEVER, ending("unproven", rules="availability.home"), ["availability.home"], []),
    ],
)
def test_the_stage_sees_what_is_not_true(
    case: Case, came: Ending, accused: list[str], praised: list[str]
) -> None:
    story = told(0, case, "any")
    assert (false_accusations(story, came), false_praise(story, came)) == (accused, praised)


@pytest.mark.parametrize(
    ("came", "count"),
    [
        (ending("met"), 0),
        (ending("unproven"), 1),
        (ending("met", "met"), 1),
        (ending("met", rules="watch.blind", blind="上级文件：reset"), 1),
        (ending("met", rules="security.tls"), 1),
        (ending("met", trapped=1), 1),
        (ending(), 1),
    ],
)
def test_the_stage_sees_what_ends_otherwise(came: Ending, count: int) -> None:
    assert len(differences(SEEN, told(0, Case.EARLY, "any"), came)) == count


def test_the_stage_asks_for_the_reason_of_blindness() -> None:
    came = ending("unproven", rules="watch.blind", blind="上级文件：reset")
    story = told(0, Case.EARLY, "any")
    assert differences(UNSEEN.but(why="reset"), story, came) == []
    assert len(differences(UNSEEN.but(why="timeout"), story, came)) == 1


def test_stories_differ_by_their_seeds_and_are_the_same_again() -> None:
    first, again, other = (told(seed, Case.LATE, "any") for seed in (0, 0, 1))
    assert (first.published, first.policy) == (again.published, again.policy)
    assert first.policy != other.policy
    assert first.reposted is not None
    assert first.target + timedelta(minutes=10) <= first.reposted <= first.limit - timedelta(minutes=60)
