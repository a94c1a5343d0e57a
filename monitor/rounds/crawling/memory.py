"""What pages linked to the last time: an unchanged one need not be parsed again.

A cache in a file for each site, and nothing else: it may be deleted at any time, and where it cannot be read
or written every page is parsed.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Collection
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

import structlog

from monitor.net.quick import Answer
from monitor.reading.links import Harvest, KnownLink, Use
from monitor.rounds.crawling.seeing import Sight, see_own

log = structlog.get_logger("duban.links")

ENDING = ".pages"

READER = 1
"""To be counted up when pages are read otherwise than before: what is remembered holds no more."""

_PIECE = 500
_SCHEMA = """
PRAGMA synchronous = OFF;
PRAGMA cache_size = -4096;
CREATE TABLE IF NOT EXISTS page (
    key BLOB PRIMARY KEY, digest BLOB NOT NULL, harvest BLOB NOT NULL, is_seen INTEGER NOT NULL
) WITHOUT ROWID;
UPDATE page SET is_seen = 0;
"""


class Memory:
    """The pages of one site as they were. A context manager; `see` is what a crawl sees pages with.

    unchanged: how many pages were the same as the last time.
    """

    def __init__(self, folder: Path, site: str) -> None:
        self.unchanged = 0
        self._file = file_of(folder, site)
        self._database: sqlite3.Connection | None = None
        self._unsaved = 0

    def __enter__(self) -> Memory:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._open()
        except (OSError, sqlite3.Error) as error:
            self._give_up(error)
        return self

    def __exit__(self, *_: object) -> None:
        if self._database is not None:
            with suppress(sqlite3.Error):
                self._database.commit()
            self._database.close()

    def see(self, url: str, use: Use, answer: Answer, *, with_anchors: bool) -> Sight:
        """Read a page, or remember what it held where it is the same."""
        if self._database is None or with_anchors or answer.is_cut:
            return see_own(url, use, answer, with_anchors=with_anchors)
        key = blake2b(f"{use} {url}".encode("utf-8", "replace"), digest_size=16).digest()
        digest = blake2b(answer.body, digest_size=16, person=_manner(answer.content_type)).digest()
        if (kept := self._recall(key, digest)) is not None:
            self.unchanged += use is not Use.STYLE
            return Sight(harvest=kept)
        sight = see_own(url, use, answer, with_anchors=False)
        if sight.state is None and sight.harvest is not None and not sight.harvest.cut:
            self._keep(key, digest, sight.harvest)
        return sight

    def forget_unseen(self) -> None:
        """Forget the pages that this run did not see: it was a whole one."""
        if self._database is not None:
            try:
                self._database.execute("DELETE FROM page WHERE NOT is_seen")
            except sqlite3.Error as error:
                self._give_up(error)

    def _open(self) -> None:
        self._database = sqlite3.connect(self._file)
        try:
            self._database.executescript(_SCHEMA)
        except sqlite3.DatabaseError:  # half written once, or never one of ours: begun anew
            self._database.close()
            self._file.unlink()
            self._database = sqlite3.connect(self._file)
            self._database.executescript(_SCHEMA)

    def _recall(self, key: bytes, digest: bytes) -> Harvest | None:
        assert self._database is not None  # or nobody asks
        try:
            query = "SELECT harvest FROM page WHERE key = ? AND digest = ?"
            row = self._database.execute(query, (key, digest)).fetchone()
            if row is None:
                return None
            self._database.execute("UPDATE page SET is_seen = 1 WHERE key = ?", (key,))
            return _unpack(row[0])
        except (sqlite3.Error, zlib.error, ValueError, TypeError) as error:
            self._give_up(error)
            return None

    def _keep(self, key: bytes, digest: bytes, harvest: Harvest) -> None:
        if self._database is None:
            return
        try:
            row = (key, digest, _pack(harvest))
            self._database.execute("INSERT OR REPLACE INTO page VALUES (?, ?, ?, 1)", row)
            self._unsaved += 1
            if self._unsaved >= _PIECE:
                self._database.commit()
                self._unsaved = 0
        except sqlite3.Error as error:
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        log.warning("pages are not remembered", action="links", file=str(self._file), error=str(error))
        if self._database is not None:
            self._database.close()
            self._database = None


def file_of(folder: Path, site: str) -> Path:
    """Where the pages of a site are remembered."""
    return folder / (blake2b(site.encode(), digest_size=16).hexdigest() + ENDING)


def forget_others(folder: Path, sites: Collection[str]) -> None:
    """Delete what is remembered of sites other than these."""
    kept = {file_of(folder, site) for site in sites}
    for file in folder.glob(f"*{ENDING}"):
        if file not in kept:
            file.unlink(missing_ok=True)


def _manner(content_type: str) -> bytes:
    """How a page is read: by us, in the encoding that it is said to have. blake2b takes 16 bytes of it."""
    return blake2b(f"{READER} {content_type}".encode("utf-8", "replace"), digest_size=16).digest()


def _pack(harvest: Harvest) -> bytes:
    links = [[link.use, link.url, link.fragment, link.fault, link.text] for link in harvest.links]
    return zlib.compress(json.dumps([harvest.title, links]).encode(), 1)


def _unpack(packed: bytes) -> Harvest:
    title, links = json.loads(zlib.decompress(packed))
    return Harvest(tuple(KnownLink(*link) for link in links), title)
