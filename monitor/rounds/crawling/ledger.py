"""What is known of every address met: not asked yet, in order, or in trouble. In bounded memory.

Up to a bound everything lies in dictionaries. Beyond it, addresses that are settled and those that wait long
go into a SQLite file that is thrown away at the end: a site of a million addresses costs disk, not memory.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from secrets import token_bytes
from typing import Literal

from checks.links import State
from monitor.net.outcomes import Outcome
from monitor.reading.links import Link, Use

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -8192;
CREATE TABLE settled (key INTEGER PRIMARY KEY, code INTEGER NOT NULL);
CREATE TABLE shelf (
    id INTEGER PRIMARY KEY, url TEXT NOT NULL, use TEXT NOT NULL, depth INTEGER NOT NULL,
    run INTEGER NOT NULL, hops INTEGER NOT NULL, count INTEGER NOT NULL, places TEXT NOT NULL
);
CREATE TABLE anchors (key INTEGER NOT NULL, name TEXT NOT NULL);
CREATE TABLE wanted (key INTEGER NOT NULL, name TEXT NOT NULL, url TEXT, page TEXT, text TEXT);
"""
LONGEST_CHAIN = 25
_CIRCLE = "redirects go in circles"
_IN_ORDER, _SHELVED, _UNTOLD = -1, -2, -3


FEW_PLACES = 8


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is held in memory: addresses settled, addresses waiting, troubles told, places of each.

    Of what is broken or foreign so many are told whatever else there is, redirects above all.
    """

    settled: int = 30_000
    waiting: int = 8_000
    troubles: int = 20_000
    places: int = 50


@dataclass(slots=True)
class Places:
    """The pages and words a link stands on: the first ones, and how many there are.

    most: few as long as nothing is known to be wrong, for mostly nothing is.
    """

    most: int = FEW_PLACES
    kept: list[tuple[str, str]] = field(default_factory=list)
    count: int = 0

    def add(self, page: str, words: Link | str) -> None:
        """Add a place; the words of a link are read only where they are kept."""
        self.count += 1
        if len(self.kept) < self.most:
            self.kept.append((page, words if isinstance(words, str) else words.text))


@dataclass(slots=True)
class Address:
    """An address on its way.

    depth: clicks from the start. run: how many addresses of the same form lead to it, each found on the one
    before. hops: redirects that led to it. is_mixed: a page with TLS loads it without.
    """

    url: str
    use: Use
    depth: int
    run: int
    hops: int
    places: Places
    is_mixed: bool = False


@dataclass(slots=True)
class Trouble:
    """What is wrong with an address.

    state: None where a second look found nothing. outcome: how the request ended, None where none was made.
    target: where it redirects to, "" for no redirect; how it stands is how that stands. address: as asked
    for. looks: how often it was looked at again.
    """

    url: str
    state: State | None
    status: int | None
    reason: str
    places: Places
    outcome: Outcome | None = None
    target: str = ""
    address: Address | None = None
    looks: int = 0


Standing = Trouble | Literal["fine", "shelved", "untold"]
"""untold: in trouble, of which nothing more is kept: there are too many."""

_GRAVE = (State.BROKEN, State.FOREIGN)
_GOOD = (None, State.REDIRECTED, State.INSECURE)


class Ledger:
    """Every address met, once. Use as a context manager: the file, where one was needed, goes at its end."""

    def __init__(self, bounds: Bounds | None = None) -> None:
        self.bounds = bounds or Bounds()
        self.open: dict[str, Address] = {}
        self.troubles: list[Trouble] = []
        self.untold: Counter[State] = Counter()
        self._kept: Counter[bool] = Counter()
        self.met = self.shelved = 0
        self._settled: dict[str, Standing] = {}
        self._unwritten: list[str] = []
        self._codes: dict[int, int] = {}
        self._has_spilled = False
        self._salt = token_bytes(16)  # so that nobody can make two addresses one
        self._database: sqlite3.Connection | None = None

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        if self._database is not None:
            self._database.close()

    def recall(self, urls: Iterable[str]) -> None:
        """Bring what the file knows of these addresses to hand; until the next call, it stays there."""
        if len(self._settled) > self.bounds.settled:
            self._spill()
        if not self._has_spilled:
            return
        keys = {self._key(url): url for url in urls if url not in self.open and url not in self._settled}
        asked = list(keys)
        for start in range(0, len(asked), 500):
            some = asked[start : start + 500]
            marks = ",".join("?" * len(some))
            query = f"SELECT key, code FROM settled WHERE key IN ({marks})"  # noqa: S608 - marks alone
            for key, code in self._file().execute(query, some):
                self._settled[keys[key]] = self._read(code)

    def standing(self, url: str) -> Standing | Address | None:
        """Say how an address stands; None for one never met."""
        return self.open.get(url) or self._settled.get(url)

    def add(self, address: Address) -> bool:
        """Take a new address in; False where it is put on the shelf for now."""
        self.met += 1
        if len(self.open) < self.bounds.waiting:
            self.open[address.url] = address
            return True
        row = (address.url, address.use, address.depth, address.run, address.hops)
        places = (address.places.count, json.dumps(address.places.kept))
        self._file().execute(
            "INSERT INTO shelf (url, use, depth, run, hops, count, places) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*row, *places),
        )
        self.shelved += 1
        self._note(address.url, "shelved")
        return False

    def unshelve(self) -> Iterator[Address]:
        """Take addresses off the shelf, those longest on it first, as far as there is room for them."""
        room = self.bounds.waiting // 2 - len(self.open)
        if not self.shelved or room <= 0:
            return
        query = "SELECT id, url, use, depth, run, hops, count, places FROM shelf ORDER BY id LIMIT ?"
        rows = self._file().execute(query, (room,)).fetchall()
        for _, url, use, depth, run, hops, count, kept in rows:
            places = Places(FEW_PLACES, [(page, text) for page, text in json.loads(kept)], count)
            self._settled.pop(url, None)
            address = self.open[url] = Address(url, Use(use), depth, run, hops, places)
            yield address
        self._file().execute("DELETE FROM shelf WHERE id <= ?", (rows[-1][0],))
        self.shelved -= len(rows)

    def settle(self, url: str, trouble: Trouble | None) -> None:
        """Say how an address ended: in order, or in trouble. A later word overrules an earlier one."""
        self.open.pop(url, None)
        if trouble is not None and self._kept[trouble.state in _GRAVE] >= self.bounds.troubles:
            self.untold[trouble.state or State.SUSPECT] += 1
            self._note(url, "untold")
            return
        if trouble is not None:
            trouble.places.most = self.bounds.places
            self._kept[trouble.state in _GRAVE] += 1
            self._codes[id(trouble)] = len(self.troubles)
            self.troubles.append(trouble)
        self._note(url, trouble or "fine")

    def is_fine(self, url: str) -> bool:
        """Whether an address was asked for and is in order, by way of redirects too."""
        for _ in range(LONGEST_CHAIN):
            self.recall((url,))
            standing = self.standing(url)
            if not isinstance(standing, Trouble):
                return standing == "fine"
            if not standing.target:
                return standing.state in _GOOD
            url = standing.target
        return False

    def end_of(self, trouble: Trouble) -> Trouble | None:
        """Follow redirects to where they end; None where that is in order."""
        for _ in range(LONGEST_CHAIN):
            if not trouble.target:
                return trouble
            self.recall((trouble.target,))
            standing = self.standing(trouble.target)
            if not isinstance(standing, Trouble):
                return None
            trouble = standing
        return Trouble(
            trouble.url, State.BROKEN, trouble.status, _CIRCLE, trouble.places, Outcome.REDIRECT_LOOP
        )

    def mark_circles(self) -> None:
        """Call redirects that go in circles by their name."""
        for trouble in self.troubles:
            if trouble.target and (end := self.end_of(trouble)) is not None and end.reason == _CIRCLE:
                trouble.state, trouble.reason, trouble.outcome = State.BROKEN, _CIRCLE, Outcome.REDIRECT_LOOP
                trouble.target = ""

    # Fragments.

    def keep_anchors(self, url: str, names: Iterable[str]) -> None:
        """Remember what fragments of a page may point to; the page itself is one of them."""
        key = self._key(url)
        self._file().executemany("INSERT INTO anchors VALUES (?, ?)", [(key, name) for name in ("", *names)])

    def want_anchors(self, page: str, wanted: Iterable[tuple[str, str, str]]) -> None:
        """Remember which fragments a page points to: address, fragment and the words of the link."""
        rows = [(self._key(url), name, url, page, text) for url, name, text in wanted]
        self._file().executemany("INSERT INTO wanted VALUES (?, ?, ?, ?, ?)", rows)

    def missing_anchors(self) -> Iterator[tuple[str, str, str, str]]:
        """Give address, fragment, page and words of fragments that point nowhere on pages that were read."""
        file = self._file()
        file.execute("CREATE INDEX of_anchors ON anchors (key, name)")
        yield from file.execute(
            """SELECT url, name, page, text FROM wanted WHERE
            EXISTS (SELECT 1 FROM anchors WHERE anchors.key = wanted.key) AND NOT EXISTS
            (SELECT 1 FROM anchors WHERE anchors.key = wanted.key AND anchors.name = wanted.name)
            ORDER BY url, name"""
        )

    # The file.

    def _note(self, url: str, standing: Standing) -> None:
        self._settled[url] = standing
        self._unwritten.append(url)

    def _spill(self) -> None:
        """Write down how addresses ended, and forget the older half of them."""
        self._has_spilled = True
        rows = [
            (self._key(url), self._code(self._settled[url]))
            for url in self._unwritten
            if url in self._settled
        ]
        self._file().executemany("INSERT OR REPLACE INTO settled VALUES (?, ?)", rows)
        self._unwritten.clear()
        for url in list(self._settled)[: len(self._settled) // 2]:
            del self._settled[url]

    def _code(self, standing: Standing) -> int:
        if isinstance(standing, Trouble):
            return self._codes[id(standing)]
        return {"fine": _IN_ORDER, "shelved": _SHELVED, "untold": _UNTOLD}[standing]

    def _read(self, code: int) -> Standing:
        if code >= 0:
            return self.troubles[code]
        return "fine" if code == _IN_ORDER else "shelved" if code == _SHELVED else "untold"

    def _key(self, url: str) -> int:
        digest = blake2b(url.encode("utf-8", "replace"), digest_size=8, key=self._salt).digest()
        return int.from_bytes(digest, "big", signed=True)

    def _file(self) -> sqlite3.Connection:
        if self._database is None:
            # An empty name makes SQLite keep the pages beyond its cache in a file that it deletes itself.
            self._database = sqlite3.connect("", isolation_level=None)
            self._database.executescript(_SCHEMA + "BEGIN;")  # never ended: nothing is kept
        return self._database
