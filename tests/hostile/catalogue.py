"""All behaviours, family by family."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from tests.hostile import bodies, caches, judgement, lists, moves, portals, secure, shields
from tests.hostile.plays import PLAYS, Ends
from tests.hostile.story import Case

__all__ = ["FAMILIES", "PLAYS", "table"]

FAMILIES = (shields, bodies, caches, secure, lists, moves, portals, judgement)


def table() -> Iterator[str]:
    """Write the behaviours as tables in Markdown, a family each."""
    for family in FAMILIES:
        yield f"### {(family.__doc__ or '').partition(':')[0].rstrip('.')}\n"
        yield "| | what it does | reposted in time | before the limit | not | told besides |"
        yield "| --- | --- | --- | --- | --- | --- |"
        for play in PLAYS.values():
            if play.set_up.__module__ == family.__name__:
                yield f"| {play.name} | {escape(play.does, quote=False)} | {_told(play.ends)} |"
                if play.in_browser is not None and play.in_browser != play.ends:
                    yield f"| | … with a browser | {_told(play.in_browser)} |"
        yield ""


def _told(ends: Ends) -> str:
    by_case = (ends.states[case] for case in (Case.EARLY, Case.LATE, Case.NEVER))
    besides = {
        "`watch.blind`": ends.blind,
        "`availability.home`": ends.down,
        "`security.tls`": ends.tls,
    }
    said = [rule if must else f"perhaps {rule}" for rule, must in besides.items() if must is not False]
    raised = frozenset().union(*ends.raises.values()) if ends.raises is not None else frozenset()
    said += [f"`{rule}`" for rule in sorted(raised)]
    return " | ".join(
        [*(" or ".join(f"`{state}`" for state in sorted(states)) for states in by_case), ", ".join(said)]
    )
