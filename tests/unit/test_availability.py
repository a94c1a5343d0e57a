from __future__ import annotations

import pytest

from checks.availability import check_home
from checks.rules import Severity

HOME = "https://www.example.gov.cn/"


@pytest.mark.parametrize(
    ("reached", "why", "found"),
    [
        (True, None, "首页可以打开"),
        (True, "what was said on the way", "首页可以打开"),
        (False, None, "首页打不开"),
        (False, "connection_refused: [Errno 111]", "首页打不开：服务器拒绝连接"),
        (False, "timeout", "首页打不开：在规定时间内未能打开"),
        (False, "SERVER_ERROR: 502 Bad Gateway", "首页打不开：服务器出错"),
        (False, "something else", "首页打不开：something else"),
        (None, "blocked: 412", "未能判断首页是否可以打开：被防护系统拦截"),
        (None, None, "未能判断首页是否可以打开"),
    ],
)
def test_a_visit_is_told_in_the_offices_words(reached: bool | None, why: str | None, found: str) -> None:
    finding = check_home(reached, why, HOME)
    assert (finding.rule, finding.ok, finding.found, finding.url) == (
        "availability.home",
        reached,
        found,
        HOME,
    )


def test_the_technical_cause_is_kept_as_evidence() -> None:
    assert check_home(False, "timeout: 15 s", HOME).evidence == "timeout: 15 s"
    assert check_home(True, "timeout: 15 s", HOME).evidence is None


def test_an_unreachable_home_page_is_a_violation() -> None:
    assert check_home(False, "timeout", HOME).severity is Severity.VIOLATION
