"""What could still change a verdict, and who would have to do what: told beside it."""

from __future__ import annotations

from collections.abc import Mapping

from checks.obligations import Clock, Facts, State

_BY_STATE: Mapping[State, tuple[str, ...]] = {
    State.PENDING: ("repost-target", "repost-limit", "lacking", "blind", "waive", "ground"),
    State.OVERDUE: ("repost-limit", "lacking", "blind", "waive", "ground"),
    State.MET: ("nothing",),
    State.MET_LATE: ("earlier-target",),
    State.VIOLATED: ("earlier-limit", "review", "waive", "ground"),
    State.WAIVED: ("nothing",),
    State.VOID: ("key-again",),
}


def what_could_change(state: State, clock: Clock, facts: Facts, review: str) -> tuple[str, ...]:
    """Name what could change a verdict, the likeliest first; the console words the names.

    repost-target, repost-limit, repost: a repost seen by then, or at all. lacking, lacking-later: complete
    readings that lack it. blind: nothing readable around the limit. earlier-target, earlier-limit: a page
    that says by its own precise time that it was done by then. calendar: the year's working days. review: an
    officer's review. waive: being let go. ground: withdrawn, or not key after all. nothing: it is final.
    """
    if state is State.UNPROVEN:
        return _unproven(clock, facts)
    names = _BY_STATE[state]
    return tuple(name for name in names if name != "review" or review != "upheld")


def _unproven(clock: Clock, facts: Facts) -> tuple[str, ...]:
    if facts.sighting is not None:
        return ("earlier-limit",)
    if not clock.limit_certain:
        return "calendar", "repost", "waive", "ground"
    later = () if facts.overturned else ("lacking-later",)
    return ("repost", *later, "waive", "ground")
