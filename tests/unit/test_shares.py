"""The shares by the contract's formulas, and what stands beside them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.obligations import State
from checks.shares import Shares, count_shares

tallies = st.lists(
    st.tuples(
        st.sampled_from(list(State)),
        st.sampled_from(["none", "objected", "upheld", "overturned"]),
        st.integers(0, 50),
    )
)


@pytest.mark.parametrize(
    ("counted", "target", "limit"),
    [
        ([], None, None),  # nothing judged is no share, least of all 100 %
        ([(State.PENDING, "none", 3), (State.VOID, "none", 9)], None, None),
        ([(State.MET, "none", 1)], 1.0, 1.0),
        ([(State.MET, "none", 6), (State.MET_LATE, "none", 2), (State.VIOLATED, "none", 2)], 0.6, 0.8),
        ([(State.MET, "none", 1), (State.UNPROVEN, "none", 9)], 1.0, 1.0),  # unproven is in no share
        ([(State.MET, "none", 1), (State.VIOLATED, "objected", 1)], 1.0, 1.0),  # nor is what is objected to
        ([(State.MET, "none", 1), (State.VIOLATED, "upheld", 1)], 0.5, 0.5),
    ],
)
def test_shares(counted: list[tuple[State, str, int]], target: float | None, limit: float | None) -> None:
    found = count_shares(counted)
    assert (found.within_target, found.within_limit) == (target, limit)


@given(tallies)
def test_every_duty_is_counted_once(counted: list[tuple[State, str, int]]) -> None:
    found = count_shares(counted)
    beside = found.unproven + found.waived + found.void + found.objected
    running = sum(n for state, review, n in counted if state.is_open and review != "objected")
    assert found.judged + beside + running == sum(n for *_, n in counted)


@given(tallies)
def test_the_target_lies_within_the_limit(counted: list[tuple[State, str, int]]) -> None:
    found = count_shares(counted)
    if found.within_target is not None and found.within_limit is not None:
        assert 0 <= found.within_target <= found.within_limit <= 1


def test_running_clocks() -> None:
    assert count_shares([(State.PENDING, "none", 2), (State.OVERDUE, "none", 1)]) == Shares(
        running=3, overdue=1
    )
