from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.terms import Term, parse_length, parse_term, shorten


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("1s", Term(clock=timedelta(seconds=1))),
        ("90s", Term(clock=timedelta(seconds=90))),
        ("30m", Term(clock=timedelta(minutes=30))),
        ("1h", Term(clock=timedelta(hours=1))),
        ("2d", Term(clock=timedelta(days=2))),
        (" 5 m ", Term(clock=timedelta(minutes=5))),
        ("1 working day", Term(working_days=1)),
        ("7 working days", Term(working_days=7)),
        ("15  working days ", Term(working_days=15)),
    ],
)
def test_terms_as_the_configuration_writes_them(text: str, term: Term) -> None:
    assert parse_term(text) == term


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not a duration like"),
        ("1", "is not a duration like"),
        ("1.5h", "is not a duration like"),
        ("-1h", "is not a duration like"),
        ("1 week", "is not a duration like"),
        ("1h30m", "is not a duration like"),
        ("one working day", "is not a duration like"),
        ("0s", "at least 1s"),
        ("0 working days", "at least 1 working day"),
        ("99999999999d", "too long"),
        ("99999999999 working days", "too long"),
    ],
)
def test_anything_else_is_a_fault_with_a_remedy(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_term(text)


def test_a_length_on_the_clock_is_no_working_day() -> None:
    with pytest.raises(ValueError, match="'1 working day' is not a duration"):
        parse_length("1 working day")


@pytest.mark.parametrize("arguments", [{}, {"clock": timedelta(hours=1), "working_days": 1}])
def test_a_term_is_one_or_the_other(arguments: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="either"):
        Term(**arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(seconds=90), "90s"),
        (timedelta(seconds=120), "2m"),
        (timedelta(minutes=90), "90m"),
        (timedelta(hours=24), "1d"),
        (timedelta(0), "0s"),
    ],
)
def test_lengths_are_written_with_the_largest_unit_that_divides(length: timedelta, text: str) -> None:
    assert shorten(length) == text


@given(
    st.one_of(
        st.builds(Term, working_days=st.integers(1, 1000)),
        st.builds(Term, clock=st.integers(1, 10**8).map(lambda seconds: timedelta(seconds=seconds))),
    )
)
def test_what_is_written_reads_back(term: Term) -> None:
    assert parse_term(str(term)) == term
