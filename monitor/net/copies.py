"""Copies that say nothing of their age: an answer that bears the very `Date` of one before is that one again.

Some caches give no `Age`. What they give away is a `Date` that stands still while our clock goes on. It is
not compared with our clock to tell how old a copy is: half the servers' clocks are wrong.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar

from monitor.net.page import Page

Dated = TypeVar("Dated", bound=Page)

MOST_REMEMBERED = 20_000
LONGEST_KEPT = timedelta(days=1)
"""A `Date` that lies further from our clock is no cache's but a broken clock's."""

AT_ONCE = timedelta(seconds=10)
"""A `Date` is cut to the second, and some servers renew theirs no oftener than every few of them."""


class Copies:
    """When each address first gave the answer that it gives now."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, tuple[str, datetime]] = OrderedDict()

    def dated(self, page: Dated) -> Dated:
        """Give a page the age it shows by being the answer of before, where it says no more itself."""
        stated = page.headers.get("date", "")
        if not page.ok or not _is_near(stated, page.requested_at):
            return page
        age = page.requested_at - self._since(page, stated)
        return replace(page, age=max(page.age, age)) if age >= AT_ONCE else page

    def _since(self, page: Page, stated: str) -> datetime:
        known = self._seen.pop(page.final_url, None)
        is_again = known is not None and known[0] == stated
        self._seen[page.final_url] = known if known is not None and is_again else (stated, page.requested_at)
        if len(self._seen) > MOST_REMEMBERED:
            self._seen.popitem(last=False)
        return self._seen[page.final_url][1]


def _is_near(stated: str, now: datetime) -> bool:
    try:
        moment = parsedate_to_datetime(stated)
    except ValueError:
        return False
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return abs(now - aware) <= LONGEST_KEPT
