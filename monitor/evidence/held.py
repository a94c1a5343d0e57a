"""Readings that no verdict rests on yet, held in memory until one does or a newer one takes their place.

Every look at a site may be the last that lacked a repost, and nearly none is: writing each down would cost
more than all that is ever needed. What does not fit any more is let go, the longest held first.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.evidence.chain import Draft
from monitor.evidence.records import Exchange

MOST_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class _Held:
    at: datetime
    drafts: tuple[Draft, ...]
    size: int


class Held:
    """The newest reading for each key, bounded by the bytes of all."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self.most = most
        self.bytes = 0
        self._held: OrderedDict[Hashable, _Held] = OrderedDict()

    def put(self, key: Hashable, at: datetime, drafts: Sequence[Draft]) -> None:
        """Hold a reading in place of the one before."""
        self.drop(key)
        size = sum(len(draft.what.body) for draft in drafts if isinstance(draft.what, Exchange))
        self._held[key] = _Held(at, tuple(drafts), size)
        self.bytes += size
        while self.bytes > self.most:
            self.drop(next(iter(self._held)))

    def take(self, key: Hashable, at: datetime) -> tuple[Draft, ...]:
        """Give a reading out, if it is the one of this moment; it is held no longer."""
        found = self._held.get(key)
        if found is None or found.at != at:
            return ()
        self.drop(key)
        return found.drafts

    def drop(self, key: Hashable) -> None:
        found = self._held.pop(key, None)
        self.bytes -= found.size if found else 0
