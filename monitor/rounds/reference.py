"""Whether it is ourselves who are cut off: a reference target is asked before a site is called down."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from monitor.clock import Clock
from monitor.net.client import Client
from monitor.targets import Targets

KEPT = timedelta(minutes=1)


class Reference:
    """Asks the portals above, and remembers for a minute what they said.

    One that answers, whatever it says, shows that our own line is not the trouble. Where there is none to
    ask, nothing speaks against our line.
    """

    def __init__(self, client: Client, urls: Sequence[str], clock: Clock) -> None:
        self._client = client
        self._urls = urls
        self._clock = clock
        self._asking = asyncio.Lock()
        self._asked_at: datetime | None = None
        self._answered = True

    async def answers(self) -> bool:
        """Whether any reference target answers now."""
        async with self._asking:
            now = self._clock()
            if self._asked_at is None or now - self._asked_at > KEPT:
                self._answered = await self._ask()
                self._asked_at = now
            return self._answered

    async def _ask(self) -> bool:
        asked = [self._client.get(url, robots="ignore", urgent=True) for url in self._urls]
        pages = await asyncio.gather(*asked)
        return not pages or any(page.status is not None for page in pages)


def reference_of(targets: Targets, client: Client, clock: Clock) -> Reference:
    """The portals' home pages, highest level first."""
    order = ("national", "provincial", "municipal")
    portals = sorted(targets.portals, key=lambda portal: order.index(portal.level))
    return Reference(client, tuple(dict.fromkeys(portal.url for portal in portals)), clock)
