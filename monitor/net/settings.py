"""What the client is told once: its limits, its name, its patience."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from importlib.metadata import version
from typing import Protocol

PROJECT_PAGE = "https://github.com/duban/duban"
ROBOT = "Duban"
"""The name by which robots.txt may address us."""


class FetchTable(Protocol):
    """The part of the table [fetch] that concerns the client."""

    @property
    def concurrency(self) -> int: ...
    @property
    def per_host(self) -> int: ...
    @property
    def timeout(self) -> timedelta: ...
    @property
    def max_body(self) -> int: ...
    @property
    def contact(self) -> str: ...


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """The limits of every request.

    concurrency, per_host: exchanges in flight, altogether and per host and port. timeout: of an exchange,
    all its redirects included, waiting for a seat not counted. max_body: bytes after decompression.
    patience: how long `get` itself waits for a host in backoff; longer waits are the scheduler's.
    backoff_step, backoff_most: what failures put a host off by. retry_after_most: how much of a
    Retry-After is believed.
    """

    concurrency: int = 200
    per_host: int = 2
    timeout: timedelta = timedelta(seconds=20)
    max_body: int = 8 * 1024 * 1024
    proxy: str = field(default="", repr=False)  # may hold a password
    user_agent: str = ""
    max_redirects: int = 5
    keep_alive: bool = False
    patience: timedelta = timedelta(seconds=2)
    backoff_step: timedelta = timedelta(seconds=15)
    backoff_most: timedelta = timedelta(minutes=30)
    retry_after_most: timedelta = timedelta(hours=1)
    robots_timeout: timedelta = timedelta(seconds=5)
    robots_kept: timedelta = timedelta(hours=1)

    def __post_init__(self) -> None:
        if self.concurrency < 1 or self.per_host < 1:
            raise ValueError("concurrency and per_host are at least 1")
        if not self.user_agent:
            object.__setattr__(self, "user_agent", user_agent())

    @classmethod
    def of(cls, fetch: FetchTable, proxy: str = "") -> FetchSettings:
        """Take what [fetch] says; everything else keeps its default. The proxy's address may be a secret."""
        return cls(
            concurrency=fetch.concurrency,
            per_host=fetch.per_host,
            timeout=fetch.timeout,
            max_body=fetch.max_body,
            proxy=proxy,
            user_agent=user_agent(fetch.contact),
        )


def user_agent(contact: str = "") -> str:
    """Name ourselves, and whom a webmaster may ask: "Duban/0.1.0 (+contact)"."""
    plain = "".join(char for char in contact if char.isprintable()).strip()
    return f"{ROBOT}/{version('duban')} (+{plain or PROJECT_PAGE})"
