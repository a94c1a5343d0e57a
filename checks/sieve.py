"""Which of very many stored titles are worth comparing with a policy at all: a sieve before `could_repost`.

A policy that is new is compared with every row that a site ever showed, since it may have been reposted
before its clock started. Nearly all of these rows share nothing with it; to say so must cost next to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from checks.documents import Document
from checks.numbers import doc_numbers
from checks.titles import letters, normalise

_WRAPPED = re.compile(r"^.{0,40}?关于(?:联合|重新)?(?:印发|发布|公布|转发|批转)?")
_KIND = re.compile(r"(?:的?(?:通知|公告|通告|决定|意见|批复|函|办法|规定|方案))+(?:试行|暂行)?$")

_GRAM, _PARTS = 3, 3
"""Signs of a part of the policy's name by which rows are found; its beginning, its middle and its end."""

_SHORTEST = 6
"""Signs below which a name is too short to tell anything by its parts."""

_SHOWN = 2
"""Signs of the name that a cut title shows behind issuer and wrapper."""

_ALIKE = 75
"""Likeness of a name and the stretch of a row that is most like it, from which on they are compared."""


@dataclass(frozen=True, slots=True)
class Sieve:
    """The parts of a policy's title by which rows are told.

    name: its normalised title without issuer and wrapper; parts: what a row of it holds one of. Without any
    part the name is too short to tell, and all rows pass.
    """

    key: str
    name: str
    parts: tuple[str, ...]

    @classmethod
    def of(cls, source: Document) -> Sieve:
        """The sieve for one policy."""
        key = normalise(source.title or "")
        name = _KIND.sub("", _WRAPPED.sub("", key))
        if len(name) < _SHORTEST:
            name = key
        if len(name) < _SHORTEST:
            return cls(key, name, ())
        starts = {(len(name) - _GRAM) * n // (_PARTS - 1) for n in range(_PARTS)}
        shown = key[: key.find(name) + _SHOWN]
        numbers = (*doc_numbers(source.title or ""), *doc_numbers(source.doc_number or ""))
        parts = (*(name[s : s + _GRAM] for s in sorted(starts)), shown, *map(letters, numbers))
        return cls(key, name, tuple(dict.fromkeys(part for part in parts if len(part) >= _GRAM)))

    def sift(self, titles: str) -> set[str]:
        """Those of many normalised titles, one a line, that may be the policy's."""
        if not self.parts:
            return set(titles.split("\n"))
        common = max(self.parts[:_PARTS], key=titles.count)  # what holds only this is not the policy's
        found = {line for part in self.parts if part != common for line in _holding(titles, part)}
        alike = process.extract(
            self.name, found, scorer=fuzz.partial_ratio, score_cutoff=_ALIKE, limit=None, processor=None
        )
        passed = {line for line, _, _ in alike}
        numbers = [part for part in self.parts if part.endswith("号")]
        return passed | {line for line in found if self.key.startswith(line) or _has_any(line, numbers)}


def _has_any(line: str, parts: Sequence[str]) -> bool:
    return any(part in line for part in parts)


def _holding(titles: str, part: str) -> Iterator[str]:
    """The lines that hold a part."""
    at = titles.find(part)
    while at >= 0:
        start, end = titles.rfind("\n", 0, at) + 1, titles.find("\n", at)
        yield titles[start : end if end >= 0 else len(titles)]
        at = titles.find(part, end) if end >= 0 else -1
