"""Which items of a portal are key policy, to be reposted: they guide the whole and must be widely known."""

from __future__ import annotations

import re
from dataclasses import dataclass

from checks.numbers import doc_numbers, normalise_doc_number

_QUOTED = re.compile(r"《[^《》]*(?:《[^《》]*》[^《》]*)*》")
_REPLIES = re.compile(r"批复\s*(?:[(（\[〔【].*[)）\]〕】])?\s*$")
_APPOINTS = re.compile(r"任免|任命|免去|免职|(?:同志|等)(?:的)?任职|任职的?(?:通知|决定)")
_ISSUES = re.compile(r"印发|办法|规定|条例|意见|方案")
_LAST_BRACKET = re.compile(r"[(（]((?:[^()（）]|[(（][^()（）]*[)）])*)[)）]\s*$")


@dataclass(frozen=True, slots=True)
class KeyRules:
    """What the office says of key items: patterns over the title, and what a document number begins with."""

    include: tuple[re.Pattern[str], ...] = ()
    exclude: tuple[re.Pattern[str], ...] = ()
    doc_numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyDecision:
    """Whether an item is key, and why, in a sentence for the record.

    `is_proposal`: the column says "ask", so nothing counts until an officer agrees.
    """

    key: bool
    why: str
    is_proposal: bool = False


def decide(
    mode: str, title: str, doc_number: str | None, rules: KeyRules, by_hand: bool | None = None
) -> KeyDecision:
    """Decide by the column's `mode` (all, none, auto or ask); what an officer said wins over all of it.

    In auto and ask an excluded title is never key; nor is a reply to one place or an appointment, whatever
    its number, unless an included pattern names them; else a document number decides, then an included title.
    """
    if by_hand is not None:
        return KeyDecision(by_hand, f"an officer said {'key' if by_hand else 'not key'}")
    if mode in ("all", "none"):
        return KeyDecision(mode == "all", f"the column says {mode} of its items are key")
    if mode not in ("auto", "ask"):
        raise ValueError(f"{mode!r} is none of all, none, auto, ask")
    key, why = _judge(" ".join(title.split()), doc_number, rules)
    return KeyDecision(key, why, is_proposal=mode == "ask")


def _judge(title: str, doc_number: str | None, rules: KeyRules) -> tuple[bool, str]:
    if (pattern := _matching(rules.exclude, title)) is not None:
        return False, f"the title matches {pattern!r}, which is excluded"
    included = _matching(rules.include, title)
    if (found := _for_one_place(title)) is not None and found.word not in (included or ""):
        return False, found.why
    if (beginning := _key_beginning(title, doc_number, rules.doc_numbers)) is not None:
        return True, f"its document number begins with {beginning}"
    if included is not None:
        return True, f"the title matches {included!r}, which is included"
    return False, "neither its title nor its document number is among the key ones"


@dataclass(frozen=True, slots=True)
class _OnePlace:
    """The word by which a title says that it guides nobody else's work, and why it does not."""

    word: str
    why: str


def _for_one_place(title: str) -> _OnePlace | None:
    """Whether a paper answers one place or appoints people; None where it may guide others."""
    if _REPLIES.search(title):
        return _OnePlace("批复", "it is a reply to one place")
    outside = _QUOTED.sub("", title)
    if (word := _APPOINTS.search(outside)) and not _ISSUES.search(outside):
        return _OnePlace(word[0], "it appoints or removes people")
    return None


def _matching(patterns: tuple[re.Pattern[str], ...], title: str) -> str | None:
    return next((pattern.pattern for pattern in patterns if pattern.search(title)), None)


def _key_beginning(title: str, doc_number: str | None, beginnings: tuple[str, ...]) -> str | None:
    """What one of the item's numbers begins with.

    A list shows no number but that in the title's last bracket; one inside a title is another document's.
    """
    bracket = _LAST_BRACKET.search(title)
    numbers = doc_numbers(bracket[1]) if bracket else ()
    if doc_number:
        numbers = (normalise_doc_number(doc_number), *numbers)
    return next(
        (beginning for beginning in beginnings for number in numbers if number.startswith(beginning)), None
    )
