"""Pages that are made without end, told by what came of following them."""

from __future__ import annotations

import zlib

from checks.traps import shape

LONG_RUN = 20
"""Pages of one form in a row, each found on the one before, from which on their sameness is looked at."""

LONGEST_RUN = 2000
MOST_REMEMBERED = 100_000

_DIGITS = b"0123456789"


class Snares:
    """What was seen of pages, in a few bytes each. Beyond a bound nothing new is remembered."""

    def __init__(self) -> None:
        self._bodies: set[int] = set()
        self._skeletons: set[int] = set()

    def is_known(self, url: str, body: bytes) -> bool:
        """Whether this very page was read before under another of its addresses.

        They differ in their query, in http and https, or in www: what it links to is the same.
        """
        place = url.partition("?")[0].partition("://")[2].removeprefix("www.")
        mark = hash((place, zlib.crc32(body), len(body)))
        if mark in self._bodies:
            return True
        if len(self._bodies) < MOST_REMEMBERED:
            self._bodies.add(mark)
        return False

    def catches(self, url: str, run: int, body: bytes) -> str | None:
        """Say why the pages behind this one are not followed; None where they are."""
        if run < LONG_RUN:
            return None
        if run >= LONGEST_RUN:
            return f"{run} pages of one form, each found on the one before"
        mark = hash((shape(url), zlib.crc32(body.translate(None, _DIGITS))))
        if mark in self._skeletons:
            return "pages made without end: they differ in their numbers alone"
        if len(self._skeletons) < MOST_REMEMBERED:
            self._skeletons.add(mark)
        return None
