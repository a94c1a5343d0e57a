"""The table at the end of the demonstration: it agrees only with what was scripted."""

from __future__ import annotations

import pytest

from monitor.demo.scripts import Expectation
from monitor.demo.table import NO_CLOCK, NONE, compare


def obligation(
    state: str, how: str | None = None, *, done: bool = False, site: str = "a"
) -> dict[str, object]:
    return {
        "site": site,
        "policy": {"title": "甲"},
        "state": state,
        "discharged_at": "2026-11-24T10:00:06+08:00" if done else None,
        "evidence": {"how": how} if how else None,
    }


MET = Expectation("a", "甲", frozenset({"met"}), discharged=True)
VIOLATED = Expectation("a", "甲", frozenset({"violated"}), discharged=False)
DONE_LATER = Expectation("a", "甲", frozenset({"violated"}), discharged=True)
LINKED = Expectation("a", "甲", frozenset({"met"}), discharged=True, how=frozenset({"link"}))


@pytest.mark.parametrize(
    ("expected", "given_", "got", "ok"),
    [
        (MET, [obligation("met", "title", done=True)], "met by title", True),
        (MET, [obligation("met_late", "title", done=True)], "met_late by title", False),  # another state
        (MET, [], NONE, False),  # no clock was started
        (MET, [obligation("met", done=True)] * 2, "met + met", False),  # one policy, two obligations
        (VIOLATED, [obligation("violated")], "violated", True),
        (VIOLATED, [obligation("overdue")], "overdue", False),  # not settled yet
        (VIOLATED, [obligation("violated", "title", done=True)], "violated, done later by title", False),
        (DONE_LATER, [obligation("violated", "title", done=True)], "violated, done later by title", True),
        (DONE_LATER, [obligation("violated")], "violated", False),  # the late repost was not seen
        (LINKED, [obligation("met", "link", done=True)], "met by link", True),
        (LINKED, [obligation("met", "title", done=True)], "met by title", False),  # another proof
    ],
)
def test_the_table_compares(
    expected: Expectation, given_: list[dict[str, object]], got: str, *, ok: bool
) -> None:
    (row,) = compare([expected], given_)
    assert (row.got, row.ok) == (got, ok)


def test_the_table_shows_what_nobody_scripted() -> None:
    rows = compare([MET], [obligation("met", done=True), obligation("violated", site="b")])
    assert [(row.site, row.scripted, row.ok) for row in rows] == [("a", "met", True), ("b", NO_CLOCK, False)]
