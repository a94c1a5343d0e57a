"""The line of a key is found, whatever stands around it."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.targets.places import find_line

TRICKY = '''\
# [office]
"office".name = """
[office]
region = "1"
"""
[ server ]        # not [store]
listen = "a # b"
hours = [
  "x",
]
[[site]]
id = 'one'
  [site.contact]
  name = "first"
  [[site.column]]
  name = "c0"
  [[site.column]]
  name = """[[site]]"""
[[ site ]]
id = "two"
  [[site . column]]
  "name" = "c0"
  [site.registration.approval]
  date = 2026-01-01
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("office", "name"), 2),
        (("server", "listen"), 7),
        (("server", "hours"), 8),
        (("server", "hours", 0), 8),
        (("server", "missing"), 6),
        (("site", 0), 11),
        (("site", 0, "id"), 12),
        (("site", 0, "contact", "name"), 14),
        (("site", 0, "column", 1, "name"), 18),
        (("site", 0, "column", 1, "url"), 17),
        (("site", 1, "id"), 20),
        (("site", 1, "column", 0, "name"), 22),
        (("site", 1, "registration", "approval", "date"), 24),
        (("site", 2, "id"), None),
        (("nowhere",), None),
    ],
)
def test_the_line_of_a_key_is_found(path: tuple[str | int, ...], line: int | None) -> None:
    tomllib.loads(TRICKY)
    assert find_line(TRICKY, path) == line


@given(st.lists(st.lists(st.sampled_from(["# c", "", 'x = "[a]"', "y = ['''[[site]]''']"]), max_size=3)))
def test_the_line_of_an_entry_is_found_whatever_stands_between(gaps: list[list[str]]) -> None:
    lines: list[str] = []
    headers = []
    for gap in gaps:
        headers.append(len(lines) + 1)
        lines += ["[[site]]", *dict.fromkeys(gap)]
    text = "\n".join(lines)
    tomllib.loads(text)
    assert [find_line(text, ("site", number)) for number in range(len(gaps))] == headers
