"""The behaviours by name: what each does, and how watching it may end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from tests.hostile.story import Case, Story

States = Mapping[Case, frozenset[str]]


def states(early: str, late: str, never: str, after: str | None = None) -> States:
    """Which states are right in each case; several are parted by blanks. After the limit is as never."""
    by_case = {Case.EARLY: early, Case.LATE: late, Case.NEVER: never, Case.AFTER: after or never}
    return {case: frozenset(named.split()) for case, named in by_case.items()}


@dataclass(frozen=True, slots=True)
class Ends:
    """How a story may end.

    states: of the one obligation; "none" where no clock may have started. blind, down, tls: whether
    `watch.blind`, `availability.home`, `security.tls` must have been raised (True), may (None) or must not
    (False). raises: which other rules must have been, in each case. why: what the reason of blindness has to
    say. on: whose blindness.
    """

    states: States
    blind: bool | None = None
    why: str = ""
    down: bool | None = False
    tls: bool | None = False
    on: str = "county"
    raises: States | None = None

    def but(self, **changes: object) -> Ends:
        return replace(self, **changes)  # type: ignore[arg-type]


SEEN = Ends(states("met", "met_late", "violated"), blind=False)
"""Nothing keeps us from reading: the verdict is what is true."""

UNSEEN = Ends(states("unproven", "unproven", "unproven"), blind=True)
"""Nothing can be read: said so, and nobody is accused or praised."""

HALF_SEEN = Ends(states("met", "met met_late", "unproven"), blind=True)
"""A place that counts cannot be read: what is found counts, and that nothing is there proves nothing."""

NOW_AND_THEN = Ends(states("met unproven", "met met_late unproven", "violated unproven"))
"""Read by luck: what is said has to be true, and may be that we do not know."""


@dataclass(frozen=True, slots=True)
class Play:
    """A behaviour: `set_up` changes an honest story. in_browser: how it ends where Chromium helps."""

    name: str
    does: str
    ends: Ends
    set_up: Callable[[Story], None]
    in_browser: Ends | None = None
    is_slow: bool = False


PLAYS: dict[str, Play] = {}


def play(
    name: str, does: str, ends: Ends, *, in_browser: Ends | None = None, is_slow: bool = False
) -> Callable[[Callable[[Story], None]], Callable[[Story], None]]:
    """Enter a behaviour in the list."""

    def enter(set_up: Callable[[Story], None]) -> Callable[[Story], None]:
        assert name not in PLAYS, name
        PLAYS[name] = Play(name, does, ends, set_up, in_browser, is_slow)
        return set_up

    return enter
