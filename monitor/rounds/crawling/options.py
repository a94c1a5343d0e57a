"""What a run of the link checker is asked to do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from monitor.rounds.crawling.asking import LARGEST


@dataclass(frozen=True, slots=True)
class Options:
    """start: where the crawl begins; listed: addresses to check besides, each with where it was listed.

    pages, depth: how many pages are read, and how many clicks from the start; None: no bound. rate: requests
    to one host in a second, 0 for no bound. include, exclude: which addresses are checked. headers: lines
    sent to the site itself and to nobody else. patience: how long a host is waited for that asks for it,
    at a time.

    folder: the part of its host that the site is. own: further hosts that are the site itself, by an address
    of each. own_robots: how the site itself may
    be asked, where that is not what `robots` says of all. is_behind: one seat of each host is left to others,
    whoever crawls besides. share: the part of the time that reading what one host answers may take, 0 for no
    bound. largest: bytes of a page that are read.
    """

    start: str | None = None
    listed: tuple[tuple[str, str], ...] = ()
    pages: int | None = None
    depth: int | None = None
    has_external: bool = True
    checks_fragments: bool = False
    reads_sitemap: bool = True
    include: tuple[re.Pattern[str], ...] = ()
    exclude: tuple[re.Pattern[str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    retries: int = 1
    rate: float = 0.0
    robots: str = "obey"
    patience: timedelta = timedelta(minutes=10)
    folder: str = "/"
    own: tuple[str, ...] = ()
    own_robots: str | None = None
    is_behind: bool = False
    share: float = 0.0
    largest: int = LARGEST

    @property
    def header_lines(self) -> bytes:
        """The headers as they are sent."""
        return "".join(f"{name}: {value}\r\n" for name, value in self.headers).encode("utf-8")

    def is_wanted(self, url: str) -> bool:
        """Whether an address is to be checked."""
        if self.include and not any(pattern.search(url) for pattern in self.include):
            return False
        return not any(pattern.search(url) for pattern in self.exclude)
