"""Which of very many stored titles are worth comparing with a policy at all: a sieve before `could_repost`.

A policy that is new is compared with every row that a site ever showed, since it may have been reposted
before its clock started. Nearly all of these rows share nothing with it; to say so must cost next to nothing.
So they are looked through as one text, for pieces of the policy's name, and only lines that hold one are
looked at by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz import fuzz, process

from checks.documents import Document
from checks.headings import issuer_before, read_heading, same_organs
from checks.mojibake import LOST
from checks.numbers import doc_numbers
from checks.titles import letters, normalise

_WRAPPED = re.compile(
    r"^(?P<who>.{0,40}?)(?:关于(?:联合|重新)?(?:印发|发布|公布|转发|批转)?|(?:印发|发布|公布|转发|批转|转载))"
)
_KIND = re.compile(
    r"的?(?:工作|实施|暂行|试行|管理)?(?:通知|公告|通告|决定|意见|批复|函|办法|规定|方案)(?:试行|暂行)?$"
)

_PIECES, _PIECE = 3, 5
"""Into how many pieces a long name is cut, and the signs each then has: short ones stand everywhere."""

_SHOWN = 5
"""Signs of the name by which a title is known that a cut has left no more of, whatever stands before them."""

_SHORTEST = 6
"""Signs below which a name is too short to tell anything by."""

_WITHIN, _WHOLE = 66, 72
"""Likeness to the stretch of a row that is most like the name, and to the row's own name, to be compared."""

_LEFT = 50
"""Likeness of a title to what a wrong encoding has left of it."""

_SENDS_ON = ("转发", "批转", "转载")


@dataclass(frozen=True, slots=True)
class Name:
    """A name under which a policy may be known, and the pieces that it falls into, its beginning first."""

    text: str
    pieces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sieve:
    """The pieces of a policy's title by which rows are told.

    key: the title, normalised; names: the same without issuer, wrapper and kind, and that of the paper that
    it sends on, if it does; issuer: as its heading names it; numbers: those that the policy bears. Without
    names the title is too short to tell, and all rows pass.
    """

    key: str
    names: tuple[Name, ...]
    issuer: str
    numbers: tuple[str, ...]

    @classmethod
    def of(cls, source: Document) -> Sieve:
        """The sieve for one policy."""
        key, issuer = normalise(source.title or ""), read_heading(source.title or "").issuer
        numbers = dict.fromkeys((*doc_numbers(source.title or ""), *doc_numbers(source.doc_number or "")))
        names = tuple(Name(name, tuple(_pieces(name))) for name in _names(key) if len(name) >= _SHORTEST)
        return cls(key, names, issuer, tuple(numbers))

    def sift(self, titles: str) -> set[str]:
        """The normalised titles that a row of the policy may bear, of those of many rows, one a line.

        A row passes that is like the policy and holds a piece of its name; that holds its number; that is
        like it as far as a wrong encoding has left it; that a cut has left five signs of the name of, or only
        the beginning of the title: all of the title's beginnings are given unseen. A slip breaks one piece at
        most: a name of 15 signs may be written with two of them, a shorter one with one. A number beside a
        row's title is for the caller, who keeps it: a normalised title has lost it.
        """
        if not self.names:
            return set(titles.split("\n"))
        passed = {line for name in self.names for line in self._named(name, titles)}
        passed.update(line for line in _holding(titles, LOST) if fuzz.ratio(self.key, line) >= _LEFT)
        passed.update(line for number in self.numbers for line in _holding(titles, letters(number)))
        return passed | {self.key[:end] for end in range(1, len(self.key) + 1)}

    def _named(self, name: Name, titles: str) -> Iterator[str]:
        """The titles that may bear a name, whole or cut."""
        found = {line for piece in name.pieces for line in _holding(titles, piece)}
        alike = process.extract(
            name.text, found, scorer=fuzz.partial_ratio, score_cutoff=_WITHIN, limit=None, processor=None
        )
        yield from (line for line, _, _ in alike if self._may_be(name.text, line))
        yield from (line for line in found if self._ends_in(name, line))

    def _may_be(self, name: str, line: str) -> bool:
        """Whether a title that holds something like a name may be that of the policy's repost."""
        if self._is_of_another(line):
            return False
        key, name, row = _plain(self.key), _plain(name), _plain(line)
        if name in row or row in key or fuzz.ratio(key, row) >= _WHOLE:
            return True
        own = _own_name(row)
        ways = (own, _own_name(own), _without_kinds(_WRAPPED.sub("", row), least=0))
        return any(fuzz.ratio(name, way) >= _WHOLE for way in ways)

    def _is_of_another(self, line: str) -> bool:
        """Whether a title begins with another office's name: it is no repost, whatever it is about."""
        who, about, _ = line.partition("关于")
        if any(verb in line for verb in _SENDS_ON):
            return False  # whose paper it is stands behind the verb
        return bool(about) and same_organs(self.issuer, issuer_before(who)) is False

    def _ends_in(self, name: Name, line: str) -> bool:
        """Whether what a title ends in is what a name begins with."""
        start = line.find(name.pieces[0])
        return start >= 0 and self.key.startswith(line[start:], self.key.find(name.text))


def _plain(text: str) -> str:
    """A title without 的, which comes and goes."""
    return text.replace("的", "")


def _names(key: str) -> Iterator[str]:
    """The name of what a title carries; where that is an office's title again, of what it carries too.

    转发国家发展改革委关于恢复和扩大消费措施的通知 is known as 恢复和扩大消费措施.
    """
    yield _own_name(key)
    carried = _WRAPPED.sub("", key)
    found = _WRAPPED.match(carried) if carried != key else None
    if found and issuer_before(found["who"]):
        yield from _names(carried)


def _own_name(key: str) -> str:
    """A normalised title without issuer, wrapper and kinds, or without as many as leave enough to tell by."""
    name = _without_kinds(_WRAPPED.sub("", key), _SHORTEST)
    return name if len(name) >= _SHORTEST else key


def _without_kinds(name: str, least: int) -> str:
    """A name without the kinds of paper behind it, as long as so many signs are left."""
    while len(shorter := _KIND.sub("", name)) >= least and shorter != name:
        name = shorter
    return name


def _pieces(name: str) -> Iterator[str]:
    """The name's first signs, then what else it falls into, of nearly equal length."""
    number = max(2, min(_PIECES, len(name) // _PIECE))
    ends = [len(name) * n // number for n in range(1, number + 1)]
    yield name[: min(ends[0], _SHOWN)]
    yield from (name[start:end] for start, end in pairwise(ends))


def _holding(titles: str, piece: str) -> Iterator[str]:
    """The lines that hold a piece."""
    at = titles.find(piece)
    while at >= 0:
        start, end = titles.rfind("\n", 0, at) + 1, titles.find("\n", at)
        yield titles[start : end if end >= 0 else len(titles)]
        at = titles.find(piece, end) if end >= 0 else -1
