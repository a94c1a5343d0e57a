"""How far our clock is from those of the servers that we read: by the times that their answers bear.

One server's clock may be wrong, and a cache's answer bears an old time; the median of many is neither. A
`Date` is cut to the second, so that half a second stands in for what was cut.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from statistics import median

from yarl import URL

from monitor.net.page import Page

RECENT = timedelta(hours=1)
MOST_HOSTS = 500
CUT = timedelta(seconds=0.5)


class ClockOffset:
    """The newest difference for each host; an observer of the client's pages."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, tuple[datetime, float]] = OrderedDict()

    def note(self, page: Page) -> None:
        """Take what an answer says of the time; one that says nothing, or is a cache's, says nothing here."""
        theirs = _date_of(page)
        host = URL(page.final_url).host if theirs is not None else None
        if theirs is None or host is None:
            return
        ours = page.requested_at + timedelta(seconds=page.elapsed / 2)
        self._seen.pop(host, None)
        self._seen[host] = (page.requested_at, (ours - theirs - CUT).total_seconds())
        while len(self._seen) > MOST_HOSTS:
            self._seen.popitem(last=False)

    def seconds(self, now: datetime) -> float | None:
        """How far our clock is ahead, by the median of the hosts heard of lately; None while none was."""
        recent = [offset for at, offset in self._seen.values() if abs(now - at) <= RECENT]
        return round(median(recent), 3) if recent else None


def _date_of(page: Page) -> datetime | None:
    text = page.headers.get("date")
    if text is None or page.age or page.hops or page.status is None:
        return None
    try:
        stated = parsedate_to_datetime(text)
    except ValueError:
        return None
    return stated if stated.tzinfo else stated.replace(tzinfo=UTC)
