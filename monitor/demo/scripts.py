"""What happens in the small internet, when, and which verdict each site has then deserved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Script:
    """The lengths of the play, in whole seconds; `scaled` stretches it for a slower machine.

    The key policy is published at `publish_at` seconds after the opening. `prompt`, `late` and
    `done_after` say when the counties act: the first two after the publication, the last after the limit,
    late enough that the last look has been taken. The municipal document follows `municipal_after`
    seconds after the key policy; a higher portal carries what another published after `carried_after`.
    """

    publish_at: int = 4
    target: int = 6
    limit: int = 14
    prompt: int = 2
    late: int = 12
    done_after: int = 12
    grace: int = 6
    municipal_after: int = 3
    carried_after: int = 2
    every: int = 1
    absent_polls: int = 2
    absent_apart: int = 1
    group: int = 2
    remind_target: tuple[int, ...] = (2,)
    remind_limit: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        lengths = [getattr(self, name) for name in LENGTHS]
        if not all(isinstance(length, int) and length >= 1 for length in lengths):
            raise ValueError("the lengths of a script are whole seconds, at least one")
        if not self.prompt < self.target < self.late < self.limit:
            raise ValueError("a script needs prompt < target < late < limit")

    @property
    def limit_at(self) -> int:
        """When the key policy's limit is reached, in seconds since the opening."""
        return self.publish_at + self.limit

    @property
    def ends_at(self) -> int:
        """When everything scripted has happened and has had time to be judged."""
        settled = max(self.done_after, self.municipal_after + self.grace)
        return self.limit_at + settled + 4 * self.every

    def scaled(self, factor: float) -> Script:
        """Return the script with every length multiplied and rounded, none below a second."""

        def longer(length: int) -> int:
            return max(1, round(length * factor))

        return replace(
            self,
            **{name: longer(getattr(self, name)) for name in LENGTHS if name != "absent_polls"},
            remind_target=tuple(map(longer, self.remind_target)),
            remind_limit=tuple(map(longer, self.remind_limit)),
        )


LENGTHS = tuple(field.name for field in fields(Script) if field.type == "int")


class Scenario(StrEnum):
    """What a county does with a policy it is bound by."""

    PROMPT = "prompt"
    LATE = "late"
    NEVER = "never"
    AFTER_LIMIT = "after limit"
    LINK = "link only"
    CUT = "cut title"
    INTERPRETATION = "interpretation only"
    LAST_YEAR = "last year's"
    MISDECLARED = "gb18030 declared as utf-8"
    EMPTIED = "list suddenly empty"
    DOWN = "down"
    ELSEWHERE = "unconfigured column"


class Form(StrEnum):
    """The shape in which something like the policy appears on a county's site."""

    COPY = "copy"
    CUT = "cut"
    LINK = "link"
    INTERPRETATION = "interpretation"
    LAST_YEAR = "last year"


@dataclass(frozen=True, slots=True)
class Scene:
    """One scenario: what the county puts up, when and where, and what follows from it.

    `after` names the script's length that says when; None: nothing is put up. `how` holds the proofs that
    may discharge, None: any. `discharged` says whether `discharged_at` must be set.
    """

    says: str
    states: frozenset[str]
    discharged: bool
    form: Form | None = None
    after: str | None = None
    column: str = "policy"
    how: frozenset[str] | None = None


def _states(*names: str) -> frozenset[str]:
    return frozenset(names)


SCENES: Mapping[Scenario, Scene] = {
    Scenario.PROMPT: Scene(
        "reposts within the target", _states("met"), discharged=True, form=Form.COPY, after="prompt"
    ),
    Scenario.LATE: Scene(
        "reposts after the target, in time",
        _states("met_late"),
        discharged=True,
        form=Form.COPY,
        after="late",
    ),
    Scenario.NEVER: Scene("never reposts", _states("violated"), discharged=False),
    Scenario.AFTER_LIMIT: Scene(
        "reposts after the limit",
        _states("violated"),
        discharged=True,
        form=Form.COPY,
        after="done_after",
    ),
    Scenario.LINK: Scene(
        "a row that links to the source",
        _states("met"),
        discharged=True,
        form=Form.LINK,
        after="prompt",
        how=frozenset({"link"}),
    ),
    Scenario.CUT: Scene(
        "cut title with 【转发】 before it",
        _states("met"),
        discharged=True,
        form=Form.CUT,
        after="prompt",
    ),
    Scenario.INTERPRETATION: Scene(
        "only an interpretation",
        _states("violated"),
        discharged=False,
        form=Form.INTERPRETATION,
        after="prompt",
    ),
    Scenario.LAST_YEAR: Scene(
        "last year's document of the series",
        _states("violated"),
        discharged=False,
        form=Form.LAST_YEAR,
        after="prompt",
    ),
    Scenario.MISDECLARED: Scene(
        "reposts in GB18030 declared as UTF-8",
        _states("met"),
        discharged=True,
        form=Form.COPY,
        after="prompt",
    ),
    Scenario.EMPTIED: Scene("the list is suddenly empty", _states("unproven"), discharged=False),
    Scenario.DOWN: Scene("the server does not answer", _states("unproven"), discharged=False),
    Scenario.ELSEWHERE: Scene(
        "reposts in a column nobody configured",
        _states("met"),
        discharged=True,
        form=Form.COPY,
        after="prompt",
        column="regulations",
    ),
}


def moment(scene: Scene, published_at: int, script: Script) -> int | None:
    """Say when the scene's county acts, in seconds since the opening; None where it does nothing."""
    if scene.after is None:
        return None
    start = published_at + script.limit if scene.after == "done_after" else published_at
    return start + int(getattr(script, scene.after))


@dataclass(frozen=True, slots=True)
class Expectation:
    """The verdict that a site has deserved for one policy once the script is over."""

    site_id: str
    policy_title: str
    states: frozenset[str]
    discharged: bool
    how: frozenset[str] | None = None
    scene: str = ""

    @property
    def accused(self) -> bool:
        """True where the site is to be accused, whatever it did afterwards."""
        return "violated" in self.states
