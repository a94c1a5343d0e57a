"""What came of a crawl, as people and scripts read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from checks.links import State
from monitor.rounds.crawling.crawl import Crawl
from monitor.rounds.crawling.ledger import Ledger, Trouble


@dataclass(frozen=True, slots=True)
class Place:
    """A page that a link stands on, and its words there."""

    page: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One address in trouble. places: how many there are; found_on holds the first of them."""

    url: str
    status: int | None
    reason: str
    found_on: tuple[Place, ...]
    places: int


@dataclass(frozen=True, slots=True)
class Report:
    """pages: read for their links. links: addresses met. is_complete: nothing was left when the crawl ended.

    untold: how many more there are of a state than its list holds.
    """

    start: str | None
    pages: int
    links: int
    seconds: float
    is_complete: bool
    lists: Mapping[State, tuple[Entry, ...]]
    untold: Mapping[State, int]


def report_of(crawl: Crawl, ledger: Ledger, start: str | None, seconds: float) -> Report:
    """Sum a crawl up; also one that was interrupted."""
    lists: dict[State, list[Entry]] = {state: [] for state in State}
    for trouble in list(ledger.troubles):
        if trouble.places.count:  # what only a redirect leads to is told where that stands
            told = _told(ledger, trouble)
            if told is not None:
                lists[told[0]].append(told[1])
    return Report(
        start,
        crawl.progress.pages,
        ledger.met,
        round(seconds, 3),
        not ledger.open and not ledger.shelved,
        {state: tuple(sorted(entries, key=lambda entry: entry.url)) for state, entries in lists.items()},
        Counter(ledger.untold),
    )


def _told(ledger: Ledger, trouble: Trouble) -> tuple[State, Entry] | None:
    state, status, reason = trouble.state, trouble.status, _plain(trouble)
    if trouble.target:
        end = ledger.end_of(trouble)
        if end is not None and end.state not in (None, State.REDIRECTED, State.INSECURE, State.SKIPPED):
            state, status = end.state, end.status
            reason = f"redirects to {end.url}: {_plain(end)}"
    if state is None:
        return None
    places = tuple(Place(page, text) for page, text in trouble.places.kept)
    return state, Entry(trouble.url, status, reason, places, trouble.places.count)


def _plain(trouble: Trouble) -> str:
    """Say why in words; the status stands beside it."""
    reason, outcome = trouble.reason, trouble.outcome
    if outcome is not None and (reason == f"status {trouble.status}" or reason.startswith("[Errno")):
        return outcome.replace("_", " ")
    return reason
