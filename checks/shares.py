"""How duties ended, in numbers: the shares done within the target and within the limit.

Within the target = met ÷ (met + met_late + violated); within the limit = (met + met_late) ÷ the same. What
could not be verified, was let go, fell away or is objected to counts in neither: it stands beside them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from checks.obligations import State


@dataclass(frozen=True, slots=True)
class Shares:
    """Numbers of duties; `running` are those whose clock is not settled yet, `overdue` is a part of them."""

    met: int = 0
    met_late: int = 0
    violated: int = 0
    unproven: int = 0
    waived: int = 0
    void: int = 0
    objected: int = 0
    running: int = 0
    overdue: int = 0

    @property
    def judged(self) -> int:
        """What the shares are shares of."""
        return self.met + self.met_late + self.violated

    @property
    def within_target(self) -> float | None:
        """The share done within the target, 0 to 1; None where nothing was judged."""
        return self.met / self.judged if self.judged else None

    @property
    def within_limit(self) -> float | None:
        """The share done within the limit, 0 to 1; None where nothing was judged."""
        return (self.met + self.met_late) / self.judged if self.judged else None


def count_shares(tallies: Iterable[tuple[State, str, int]]) -> Shares:
    """Add up (state, review, how many)."""
    numbers = dict.fromkeys(Shares.__dataclass_fields__, 0)
    for state, review, count in tallies:
        numbers["running"] += count * state.is_open
        if review == "objected":
            numbers["objected"] += count
        elif state is not State.PENDING:
            numbers[state.value] += count
    return Shares(**numbers)
