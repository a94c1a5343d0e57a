"""Readings that no verdict rests on yet, held on the disk until one does or a newer one takes their place.

Every look at a site may be the last that lacked a repost, and nearly none is: chaining each would keep for
ever what is needed for minutes. So each lies in a file of its own beside the chain, masked, and is written
over by the next; a daemon that starts again finds them. What does not fit any more is let go, the longest
held first, and said: the verdict stands without it, its lower bound has no page to show.
"""

from __future__ import annotations

import json
import zlib
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import structlog

from monitor.evidence.chain import Draft
from monitor.evidence.masking import Mask
from monitor.evidence.records import Exchange, Statement

log = structlog.get_logger("duban.evidence")

MOST_BYTES = 512 * 2**20
"""On the disk, packed: some ten thousand sites with a clock running."""

FOLDER = "held"
QUICK = 1
"""How hard is packed: a page shrinks to a fifth, and no harder packing is worth what it costs here."""


class Held:
    """The newest reading for each key, bounded by the bytes of all. Not safe for several threads at once."""

    def __init__(self, folder: Path, mask: Callable[[], Mask], most: int = MOST_BYTES) -> None:
        self.folder = folder / FOLDER
        self.most = most
        self._mask = mask
        self._known: OrderedDict[str, int] | None = None

    @property
    def bytes(self) -> int:
        """What all of them take on the disk."""
        return sum(self._sizes().values())

    def holds(self, key: str) -> bool:
        """Whether something may be held for a key; asks no disk."""
        return self._known is None or _name_of(key) in self._known

    def put(self, key: str, at: datetime, drafts: Sequence[Draft]) -> None:
        """Hold a reading in place of the one before; OSError where the disk does not take it."""
        packed, name = _pack(at, [self._masked(draft) for draft in drafts]), _name_of(key)
        self.drop(key)
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.folder / f"{name}.part"
        part.write_bytes(packed)
        part.replace(self.folder / name)
        self._sizes()[name] = len(packed)
        self._let_go()

    def take(self, key: str, at: datetime) -> tuple[Draft, ...]:
        """Give a reading out, if it is the one of this moment; it is held no longer.

        Nothing where the disk does not give it: what was seen since must be stored all the same.
        """
        try:
            held_at, drafts = _unpack((self.folder / _name_of(key)).read_bytes())
        except FileNotFoundError:
            return ()
        except OSError as error:
            log.warning("a held reading cannot be read", action="evidence", key=key, error=str(error))
            return ()
        except (ValueError, KeyError, TypeError, zlib.error) as error:  # power went while it was written
            log.warning("a held reading cannot be read", action="evidence", key=key, error=str(error))
            self.drop(key)
            return ()
        if held_at != at:
            return ()
        self.drop(key)
        return drafts

    def drop(self, key: str) -> None:
        """Hold nothing for a key any more."""
        self._remove(_name_of(key))

    def keep_only(self, keys: Collection[str]) -> None:
        """Hold nothing but what is held for these: nobody looks at a site any more that left the register."""
        for name in self._sizes().keys() - {_name_of(key) for key in keys}:
            self._remove(name)

    def _masked(self, draft: Draft) -> Draft:
        what = draft.what
        if isinstance(what, Exchange):
            body, hidden = self._mask().body(what.body, what.encoding)
            return replace(draft, what=replace(what, body=body, hidden=what.hidden + hidden))
        return draft

    def _let_go(self) -> None:
        sizes, gone = self._sizes(), 0
        while self.bytes > self.most and len(sizes) > 1:
            self._remove(next(iter(sizes)))
            gone += 1
        if gone:
            log.warning(
                "more readings wait for a verdict than are held: the longest held are let go, and reposts "
                "found there will have no page to show that they were missing before",
                action="evidence",
                let_go=gone,
                held=len(sizes),
                most=self.most,
            )

    def _remove(self, name: str) -> None:
        if self._sizes().pop(name, None) is None:
            return
        try:
            (self.folder / name).unlink(missing_ok=True)
        except OSError as error:  # it is written over by the next, or found again by the next daemon
            log.warning("a held reading cannot be removed", action="evidence", file=name, error=str(error))

    def _sizes(self) -> OrderedDict[str, int]:
        """The files by name, the longest held first; as found on the disk at the first need."""
        if self._known is None:
            files = [path for path in self.folder.glob("*") if path.suffix != ".part"]
            stats = sorted(
                (stat.st_mtime, path.name, stat.st_size) for path in files if (stat := path.stat())
            )
            self._known = OrderedDict((name, size) for _, name, size in stats)
        return self._known


def _name_of(key: str) -> str:
    """A file's name for any key: sites' ids are people's."""
    return sha256(key.encode()).hexdigest()[:32]


def _pack(at: datetime, drafts: Sequence[Draft]) -> bytes:
    """The drafts' heads as one line of JSON, and their bodies behind it, one after another."""
    heads = [_head(draft) for draft in drafts]
    line = json.dumps({"at": at.isoformat(), "drafts": heads}, ensure_ascii=False).encode()
    bodies = (draft.what.body for draft in drafts if isinstance(draft.what, Exchange))
    return zlib.compress(b"\n".join((line, b"".join(bodies))), QUICK)


def _head(draft: Draft) -> dict[str, Any]:
    what = draft.what
    if isinstance(what, Statement):
        return {"about": draft.about, "said": asdict(what) | {"at": what.at.isoformat()}}
    assert isinstance(what, Exchange)  # no picture is taken before a verdict needs it
    plain = {each.name: getattr(what, each.name) for each in fields(what)}
    plain |= {"at": what.at.isoformat(), "age": what.age.total_seconds(), "body": len(what.body)}
    plain |= {"request": dict(what.request), "headers": dict(what.headers)}
    return {"about": draft.about, "page": plain}


def _unpack(packed: bytes) -> tuple[datetime, tuple[Draft, ...]]:
    line, _, rest = zlib.decompress(packed).partition(b"\n")
    found, drafts = json.loads(line), []
    for head in found["drafts"]:
        size = head["page"]["body"] if "page" in head else 0
        drafts.append(Draft(_what(head, rest[:size]), tuple(head["about"])))
        rest = rest[size:]
    return datetime.fromisoformat(found["at"]), tuple(drafts)


def _what(head: Mapping[str, Any], body: bytes) -> Exchange | Statement:
    told = dict(head["page"] if "page" in head else head["said"])
    told["at"] = datetime.fromisoformat(told["at"])
    if "page" not in head:
        return Statement(**told)
    return Exchange(**{**told, "age": timedelta(seconds=told["age"]), "body": body})
