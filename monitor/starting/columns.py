"""A site's columns: named by its pages, ranked, each opened, and proposed where a list was found on it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from yarl import URL

from checks.addresses import canonical
from monitor.net.client import CookieRound
from monitor.reading.home import named_links
from monitor.reading.listing import ListHints, Listing, read_listing
from monitor.reading.quality import is_stub
from monitor.reading.rows import Row
from monitor.starting.facts import Hands, Opened
from monitor.starting.hosts import host_name, is_family
from monitor.starting.naming import is_hub, promise_of, tidy

OPENED = {"policy": 12, "news": 6, "notice": 4, "mailbox": 4, "consultation": 4}
"""How many candidates of a kind are opened, the best ones first."""

TAKEN = {"policy": 6, "news": 3, "notice": 2, "mailbox": 2, "consultation": 2}
"""How many of a kind are proposed: what a repost may stand in is worth more requests than the rest."""

MOST_HUBS = 4
LEAST_ROWS = 3
LONGEST_ADDRESS = 500
SAME_LIST = 0.8
NOT_AT_HOME = 5
"""What a name is worth less that does not stand on the home page itself."""

GKMLPT = "/gkmlpt/"
"""The path of Guangdong's catalogue of government information, whose lists come as JSON."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A link that may be a column: its name, what it is about, how much is to be thought of it."""

    name: str
    url: str
    about: str
    weight: int
    format: str | None = None


@dataclass(frozen=True, slots=True)
class Proposed:
    """A column in which a list was found, and what was seen there."""

    name: str
    url: str
    about: str
    format: str | None
    rows: tuple[Row, ...]
    newest: date | None
    weight: int = 0

    @property
    def why(self) -> str:
        dated = f"the newest of {self.newest}" if self.newest else "without dates"
        return f"named “{self.name}”; {len(self.rows)} rows, {dated}"


@dataclass(frozen=True, slots=True)
class Refused:
    """A candidate that is not proposed, and why."""

    name: str
    url: str
    about: str
    why: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What came of looking for columns; `hubs` are the pages that gather them, as far as they were opened."""

    columns: tuple[Proposed, ...]
    refused: tuple[Refused, ...]
    hubs: tuple[str, ...] = ()


async def propose(hands: Hands, home: str, names: Sequence[Row], cookies: CookieRound) -> Proposal:
    """Open what a home page names and keep what is a list.

    Pages that gather columns (政务公开, 互动交流) are opened for the names they hold, and so are policy
    columns: below 政策文件 there often stands 国务院文件.
    """
    known = {canonical(home)}
    hubs = await _open_hubs(hands, home, names, cookies)
    named = [*candidates(names, home), *(_farther(c) for hub in hubs for c in candidates(hub.names, home))]
    first = _shortlist(named, known)
    tried = await _try_all(hands, first, cookies)
    below = [_farther(c) for trial in tried for c in trial.below(home) if c.about == "policy"]
    tried += await _try_all(hands, _shortlist(below, known, lists=False), cookies)
    return _choose(tried, tuple(hub.url for hub in hubs))


def candidates(names: Iterable[Row], home: str) -> Iterator[Candidate]:
    """The links whose names promise a list of ours on this site or beside it."""
    for row in names:
        if not is_family(row.url, home) or len(row.url) > LONGEST_ADDRESS:
            continue
        if GKMLPT in URL(row.url).path:
            yield _catalogue(row.url)
        name = tidy(row.title)
        promise = promise_of(name)
        if promise is not None and not is_hub(name):
            yield Candidate(name, row.url, promise.about, promise.weight)


def _catalogue(url: str) -> Candidate:
    """The list behind Guangdong's catalogue: the page itself is drawn by a script."""
    at = URL(url)
    base = at.path.partition(GKMLPT)[0]
    address = at.with_path(f"{base}{GKMLPT}api/all/0").with_query(page="1")
    return Candidate("政府信息公开目录", str(address), "policy", 90, "json")


def _farther(candidate: Candidate) -> Candidate:
    return replace(candidate, weight=candidate.weight - NOT_AT_HOME)


@dataclass(frozen=True, slots=True)
class _Hub:
    url: str
    names: tuple[Row, ...]


async def _open_hubs(hands: Hands, home: str, names: Sequence[Row], cookies: CookieRound) -> list[_Hub]:
    found = {
        canonical(row.url): row.url
        for row in names
        if is_hub(tidy(row.title)) and is_family(row.url, home) and canonical(row.url) != canonical(home)
    }
    chosen = list(found.values())[:MOST_HUBS]
    opened = await asyncio.gather(*(hands.open(url, cookies) for url in chosen))
    return [
        _Hub(page.url, named_links(page.text, page.url))
        for page in opened
        if page.trouble is None and page.text
    ]


def _shortlist(named: Iterable[Candidate], known: set[str], *, lists: bool = True) -> list[Candidate]:
    """The best candidates of each kind, one for an address; `known` is added to."""
    best: dict[str, Candidate] = {}
    for candidate in named:
        address = canonical(candidate.url)
        held = best.get(address)
        if address not in known and (held is None or candidate.weight > held.weight):
            best[address] = candidate
    ranked = sorted(best.values(), key=lambda candidate: -candidate.weight)
    short = [
        candidate
        for about, most in OPENED.items()
        for candidate in [c for c in ranked if c.about == about][: most if lists else most // 2]
    ]
    known.update(canonical(candidate.url) for candidate in short)
    return short


@dataclass(frozen=True, slots=True)
class _Trial:
    candidate: Candidate
    opened: Opened
    listing: Listing | None
    why_not: str | None

    def below(self, home: str) -> Iterator[Candidate]:
        """What a policy column's page names in its turn."""
        if self.candidate.about == "policy" and self.opened.text and self.candidate.format is None:
            yield from candidates(named_links(self.opened.text, self.opened.url), home)


async def _try_all(hands: Hands, chosen: Sequence[Candidate], cookies: CookieRound) -> list[_Trial]:
    return list(await asyncio.gather(*(_try(hands, candidate, cookies) for candidate in chosen)))


async def _try(hands: Hands, candidate: Candidate, cookies: CookieRound) -> _Trial:
    hands.tell(candidate.url)
    opened = await hands.open(candidate.url, cookies)
    if opened.trouble is not None:
        return _Trial(candidate, opened, None, opened.trouble)
    hints = ListHints(format=candidate.format)
    listing = read_listing(opened.text, opened.url, hints, zone=hands.zone, today=hands.today)
    return _Trial(candidate, opened, listing, _why_no_list(opened, listing))


def _why_no_list(opened: Opened, listing: Listing) -> str | None:
    """Why a page is no list of items, or None: what is too short and says no day is a menu."""
    if not listing.rows:
        stub = is_stub(opened.text)
        return f"no list was found on it ({stub})" if stub else "no list was found on it"
    if len(listing.rows) < LEAST_ROWS and not any(row.date for row in listing.rows):
        return f"only {len(listing.rows)} rows without a date were found on it"
    if all(_is_elsewhere(row.url, opened.url) for row in listing.rows):
        return "all its rows lead to other sites"
    return None


def _is_elsewhere(url: str, page: str) -> bool:
    return not (is_family(url, page) or host_name(url).endswith(".gov.cn"))


def _choose(tried: Sequence[_Trial], hubs: tuple[str, ...]) -> Proposal:
    columns: list[Proposed] = []
    refused: list[Refused] = []
    for trial in sorted(tried, key=lambda trial: -trial.candidate.weight):
        candidate = trial.candidate
        proposed = _proposed(trial, columns)
        why = trial.why_not or _why_not_besides(proposed, columns)
        if why is None:
            columns.append(proposed)
        else:
            refused.append(Refused(candidate.name, candidate.url, candidate.about, why))
    order = list(TAKEN)
    columns.sort(key=lambda column: order.index(column.about))
    return Proposal(tuple(columns), tuple(refused), hubs)


def _proposed(trial: _Trial, columns: Sequence[Proposed]) -> Proposed:
    candidate, rows = trial.candidate, trial.listing.rows if trial.listing else ()
    taken = {column.name for column in columns}
    name, number = candidate.name, 1
    while name in taken:
        number += 1
        name = f"{candidate.name}{number}"
    days = [_day(row) for row in rows if row.date is not None]
    return Proposed(
        name,
        candidate.url,
        candidate.about,
        candidate.format,
        rows,
        max(days, default=None),
        candidate.weight,
    )


def _day(row: Row) -> date:
    assert row.date is not None  # rows without a date were left out before
    return row.date.date() if isinstance(row.date, datetime) else row.date


def _why_not_besides(proposed: Proposed, columns: Sequence[Proposed]) -> str | None:
    """Why a list is not wanted beside those proposed already."""
    same = next((column.name for column in columns if _same_list(column, proposed)), None)
    if same is not None:
        return f"it shows the same list as “{same}”"
    if sum(column.about == proposed.about for column in columns) >= TAKEN[proposed.about]:
        return f"{TAKEN[proposed.about]} columns of its kind are proposed already"
    return None


def _same_list(one: Proposed, other: Proposed) -> bool:
    ours, theirs = ({canonical(row.url) for row in column.rows} for column in (one, other))
    return len(ours & theirs) >= SAME_LIST * max(len(ours), len(theirs), 1)
