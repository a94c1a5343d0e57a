"""Our clock beside those of the servers: the median of what their answers say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from monitor.net.offset import ClockOffset
from monitor.net.outcomes import Outcome
from monitor.net.page import Page

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def answer(host: str, behind: float, **more: object) -> Page:
    """An answer of a server by whose clock ours is `behind` seconds ahead; it took two seconds."""
    theirs = NOW + timedelta(seconds=1) - timedelta(seconds=behind)
    page = {
        "url": f"https://{host}/",
        "final_url": f"https://{host}/",
        "outcome": Outcome.OK,
        "status": 200,
        "reason": "",
        "headers": {"date": format_datetime(theirs, usegmt=True)},
        "body": b"",
        "text": "",
        "encoding": None,
        "requested_at": NOW,
        "elapsed": 2.0,
        "age": timedelta(),
        "fresh": True,
        "hops": (),
        "certificate_error": None,
    }
    return Page(**(page | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("pages", "expected", "reason"),
    [
        ([], None, "nobody was heard"),
        ([answer("a", 10)], 9.5, "half a second stands for what a date cuts off"),
        ([answer("a", 0), answer("b", 1), answer("c", 3600)], 0.5, "one wrong clock decides nothing"),
        ([answer("a", 100), answer("a", 0)], -0.5, "of each host the newest counts"),
        ([answer("a", 0, age=timedelta(minutes=5))], None, "a cache's copy bears an old time"),
        ([answer("a", 0, headers={})], None, "no time at all"),
        ([answer("a", 0, headers={"date": "yesterday"})], None, "no time that can be read"),
    ],
)
def test_the_median_of_the_hosts_decides(pages: list[Page], expected: float | None, reason: str) -> None:
    offset = ClockOffset()
    for page in pages:
        offset.note(page)
    assert offset.seconds(NOW) == expected, reason


def test_what_was_heard_long_ago_says_nothing() -> None:
    offset = ClockOffset()
    offset.note(answer("a", 10))
    assert offset.seconds(NOW + timedelta(hours=2)) is None
