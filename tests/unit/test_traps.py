"""Addresses that are made anew with every answer, and pages without end: what they are known by."""

from __future__ import annotations

import pytest

from checks.traps import without_session


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("http://a.cn/x.html", "http://a.cn/x.html"),
        ("http://a.cn/x;jsessionid=1A2B3C4D5E6F7A8B", "http://a.cn/x"),
        ("http://a.cn/x;v=1", "http://a.cn/x;v=1"),
        ("http://a.cn/x?id=3", "http://a.cn/x?id=3"),
        ("http://a.cn/x;jsessionid=1A2B3C4D5E6F7A8B?id=3", "http://a.cn/x?id=3"),
    ],
)
def test_the_number_of_a_visit_is_no_part_of_an_address(url: str, plain: str) -> None:
    assert without_session(url) == plain
