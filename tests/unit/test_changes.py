"""What could change a verdict is told for every verdict there is, and the console has words for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from checks.changes import what_could_change
from checks.obligations import Clock, Facts, Sighting, State
from monitor.web.texts import TEXTS

START = datetime(2026, 11, 24, 1, tzinfo=UTC)
CLOCK = Clock(START, START + timedelta(hours=1), START + timedelta(hours=39))
UNKNOWN = Clock(START, START + timedelta(hours=1), START + timedelta(hours=39), limit_certain=False)
SEEN = Facts(sighting=Sighting(None, START + timedelta(hours=50)))


@pytest.mark.parametrize(
    ("state", "clock", "facts", "review", "holds", "lacks", "why"),
    [
        (State.PENDING, CLOCK, Facts(), "none", "repost-target", "review", "it can still be done in time"),
        (State.OVERDUE, CLOCK, Facts(), "none", "repost-limit", "repost-target", "the target has passed"),
        (State.MET, CLOCK, SEEN, "none", "nothing", "waive", "nothing better is to be had"),
        (State.MET_LATE, CLOCK, SEEN, "none", "earlier-target", "earlier-limit", "it may have been sooner"),
        (State.VIOLATED, CLOCK, Facts(), "none", "review", "nothing", "nobody has reviewed it"),
        (State.VIOLATED, CLOCK, Facts(), "objected", "review", "nothing", "it is objected to"),
        (State.VIOLATED, CLOCK, Facts(), "upheld", "earlier-limit", "review", "a page still counts"),
        (State.UNPROVEN, CLOCK, Facts(), "none", "lacking-later", "earlier-limit", "it is still looked for"),
        (State.UNPROVEN, CLOCK, SEEN, "none", "earlier-limit", "lacking-later", "it was seen since"),
        (State.UNPROVEN, UNKNOWN, Facts(), "none", "calendar", "lacking-later", "the limit is not known"),
        (State.UNPROVEN, CLOCK, Facts(overturned=True), "overturned", "repost", "lacking-later", "not again"),
        (State.VOID, CLOCK, Facts(), "none", "key-again", "waive", "its ground may come back"),
        (State.WAIVED, CLOCK, Facts(), "none", "nothing", "waive", "it was let go"),
    ],
)
def test_what_could_change_a_verdict(
    state: State, clock: Clock, facts: Facts, review: str, holds: str, lacks: str, why: str
) -> None:
    names = what_could_change(state, clock, facts, review)
    assert holds in names, why
    assert lacks not in names, why
    assert {f"change.{name}" for name in names} <= TEXTS.keys()
