"""The demonstration's last word: the verdicts that were scripted beside those that were given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.demo.scripts import Expectation

NO_CLOCK = "no clock"
NONE = "none"


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what the site did, the verdict it deserved, the one it got, and whether they agree."""

    site: str
    policy: str
    scene: str
    scripted: str
    got: str
    ok: bool


def compare(expectations: Sequence[Expectation], obligations: Iterable[Mapping[str, Any]]) -> tuple[Row, ...]:
    """Compare with obligations as the API gives them; pure.

    One row for each expectation in their order, then one for every obligation nobody scripted. Two
    obligations of one site for one policy never agree: however many portals carry it, it is one.
    """
    given: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for obligation in obligations:
        given[_key(obligation)].append(obligation)
    rows = [
        _row(expected, given.pop((expected.site_id, expected.policy_title), [])) for expected in expectations
    ]
    rows += [
        Row(site, policy, "", NO_CLOCK, _told(found), ok=False) for (site, policy), found in given.items()
    ]
    return tuple(rows)


def _key(obligation: Mapping[str, Any]) -> tuple[str, str]:
    policy = obligation["policy"] or {}
    return str(obligation["site"]), str(policy.get("title", ""))


def _row(expected: Expectation, found: Sequence[Mapping[str, Any]]) -> Row:
    return Row(
        site=expected.site_id,
        policy=expected.policy_title,
        scene=expected.scene,
        scripted=_scripted(expected),
        got=_told(found),
        ok=len(found) == 1 and _agrees(expected, found[0]),
    )


def _agrees(expected: Expectation, obligation: Mapping[str, Any]) -> bool:
    evidence = obligation["evidence"] or {}
    return (
        obligation["state"] in expected.states
        and (obligation["discharged_at"] is not None) == expected.discharged
        and (expected.how is None or evidence.get("how") in expected.how)
    )


def _scripted(expected: Expectation) -> str:
    states = " or ".join(sorted(expected.states))
    proof = f" by {' or '.join(sorted(expected.how))}" if expected.how else ""
    return f"{states}{_afterwards(states, done=expected.discharged)}{proof}"


def _told(found: Sequence[Mapping[str, Any]]) -> str:
    return " + ".join(_verdict(obligation) for obligation in found) or NONE


def _verdict(obligation: Mapping[str, Any]) -> str:
    state, evidence = str(obligation["state"]), obligation["evidence"] or {}
    proof = f" by {evidence['how']}" if evidence.get("how") else ""
    return f"{state}{_afterwards(state, done=obligation['discharged_at'] is not None)}{proof}"


def _afterwards(state: str, *, done: bool) -> str:
    return ", done later" if state == "violated" and done else ""
