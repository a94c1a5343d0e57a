"""What can prove or refuse that two documents are one: each a question asked of a pair.

A judge answers with a Match, or with None where it has nothing to say; `checks.reposts` asks them in order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from difflib import SequenceMatcher

from rapidfuzz import fuzz

from checks import kinds, texts
from checks.addresses import canonical, host, names_page
from checks.documents import Document, How, Match
from checks.headings import Heading, Wrapper, fits, is_formal, level, read_heading, same_issuer
from checks.mojibake import LOST
from checks.numbers import contradict, find_numbers, own_numbers, standing_numbers, year_of
from checks.titles import clean

_ANOTHER_ROUND = 180
"""Days between equal titles after which they are two editions: yearly papers keep their title."""

_NUMBERED = 4000
"""Signs of a text searched for its numbers, the cited ones further down included."""

_CARRIED = 0.6
"""Share of a text that must stand in the other for equal titles to be one edition."""

_SAME_BODY, _LONG_BODY = 0.8, 200
"""The same, and the letters a text must have, to be proof under another title."""

_NEAR, _NEAR_NAME = 0.9, 12
"""Likeness of titles, and their least length, for one to be a slip of the other."""

_SHORT_NAME = 6
"""Letters of a document's name below which equal names are chance."""

_FILE_BEHIND = re.compile(r"[^。;\n]{0,80}\.(?:pdf|docx?|wps|ofd|ceb)", re.IGNORECASE)
_FUNCTION_WORDS = frozenset("的和与及等之并对关于为了")


@dataclass(frozen=True, slots=True)
class Facts:
    """A document made comparable."""

    document: Document
    heading: Heading
    text: texts.Text
    numbers: frozenset[str]
    shown: frozenset[str]
    address: str

    @property
    def day(self) -> date | None:
        moment = self.document.published_at
        return moment.date() if isinstance(moment, datetime) else moment


@dataclass(frozen=True, slots=True)
class Pair:
    """A source and a candidate, and how much of the shorter text stands in the longer one."""

    source: Facts
    candidate: Facts
    likeness: float | None

    @property
    def carried(self) -> bool:
        """Whether the candidate's page holds the source's text, not an excerpt of it."""
        longest = len(self.source.text.letters)
        return (self.likeness or 0) >= _CARRIED and 2 * len(self.candidate.text.letters) >= longest

    @property
    def resemblance(self) -> float:
        """How alike the titles are, 0 to 1."""
        ours, theirs = self.source.heading, self.candidate.heading
        return round(max(fuzz.ratio(ours.key, theirs.key), fuzz.ratio(ours.core, theirs.core)) / 100, 3)


def gather(document: Document) -> Facts:
    """Make a document comparable."""
    heading, text = read_heading(document.title or ""), document.text or ""
    head = clean(text[:_NUMBERED])
    return Facts(
        document=document,
        heading=heading,
        text=texts.read_text(text),
        numbers=own_numbers(document.doc_number, heading.numbers, heading.cited, head),
        shown=own_numbers(None, heading.numbers, heading.cited, head),
        address=canonical(document.url or ""),
    )


def compare(source: Document, candidate: Document) -> Pair:
    """Set two documents against each other."""
    ours, theirs = gather(source), gather(candidate)
    return Pair(ours, theirs, texts.likeness(ours.text, theirs.text))


def same_address(pair: Pair) -> Match | None:
    """The row leads to the source's own page: nothing on the way can be another document."""
    if pair.source.address == pair.candidate.address and names_page(pair.source.address):
        return _yes("link", 1.0, "the link leads to the source's own page")
    return None


def refused_by_title(pair: Pair) -> Match | None:
    """The title says that it is another kind of paper, another edition or another office's."""
    found = kinds.veto(pair.source.heading, pair.candidate.heading)
    return _no(pair, found) if found else None


def linked(pair: Pair) -> Match | None:
    """The page links to the source and speaks of it: a link among a site's navigation is none."""
    address, links = pair.source.address, {canonical(link) for link in pair.candidate.document.links}
    if not names_page(address) or address not in links:
        return None
    ours, theirs = pair.source.heading, pair.candidate.heading
    if len(links) == 1 and not pair.candidate.document.text:
        return _yes("link", 1.0, "the row's only link leads to the source's own page")
    if pair.resemblance >= _NEAR or fits(theirs, ours) or (_named(ours) and ours.core in theirs.core):
        return _yes("link", 0.95, "the page bears the source's title and links to the source")
    if _named(ours) and ours.key in pair.candidate.text.letters:
        return _yes("link", 0.9, "the page's text names the source and links to it")
    return None


def refused_by_number(pair: Pair) -> Match | None:
    """Both bear a number of their own, and not the same."""
    ours, theirs = pair.source.numbers, pair.candidate.numbers
    if not contradict(ours, theirs):
        return None
    return _no(pair, f"they bear other document numbers: {min(ours)} against {min(theirs)}")


def refused_by_text(pair: Pair) -> Match | None:
    """The text says that it carries out the source, or speaks for a lower government."""
    if pair.carried and (pair.likeness or 0) >= _SAME_BODY:
        return None
    if texts.rests_on(pair.candidate.text, pair.source.heading):
        return _no(
            pair, "the text says that it rests on the source or carries it out: it is another document"
        )
    rank, spoken = level(pair.source.heading), texts.speaks_from(pair.candidate.text)
    if rank is not None and spoken > rank and not texts.speaks_from(pair.source.text) >= spoken:
        return _no(pair, "the text speaks for a lower government than the one that issued the source")
    return None


def forwarded(pair: Pair) -> Match | None:
    """Somebody's own notice forwarding the source does the duty only where it carries the text."""
    ours, theirs = pair.source.heading, pair.candidate.heading
    if not kinds.forwards(ours, theirs) or not _same_name(ours, theirs):
        return None
    if pair.carried:
        return _yes("body", round(pair.likeness or 0, 3), "a notice forwards the source and carries its text")
    if _stands_under_its_number(pair):
        return _yes("doc_number", 0.9, "a notice forwards the source and carries it under its number")
    return _no(pair, "a notice forwards the source and does not carry its text")


def _stands_under_its_number(pair: Pair) -> bool:
    """Whether a page bears the source's number as its own, so that the source may stand under it.

    Where both texts are known, it does not: it would have been found. In a file it may.
    """
    plain, ours = pair.candidate.text.flat, pair.source.numbers
    if pair.likeness is None:
        return bool(ours & standing_numbers(plain))
    return any(n.text in ours and _FILE_BEHIND.match(plain, n.end) for n in find_numbers(plain))


def same_number(pair: Pair) -> Match | None:
    """Both bear the same document number, neither as a citation."""
    shared = pair.source.numbers & pair.candidate.numbers
    if not shared:
        return None
    number = min(shared)
    if pair.resemblance < _CARRIED and not shared & pair.candidate.shown:
        return _no(
            pair, f"the number {number} is stated for both, but the page shows it nowhere under another title"
        )
    return _yes("doc_number", 0.99, f"both bear the document number {number}")


def same_title(pair: Pair) -> Match | None:
    """Equal titles, whole, cut or without their wrapper, unless something says two editions or mere news."""
    score, why = _claim(pair.source.heading, pair.candidate.heading)
    if not score:
        return None
    if _only_announces(pair):
        return _no(pair, "the title only announces the document, and the page does not bring it")
    if doubt := _edition(pair):
        return _no(pair, f"{why}, but {doubt}")
    return _yes("title", score, why)


def near_title(pair: Pair) -> Match | None:
    """Titles that differ by a slip, of one issuer, with equal figures; more than 的 and 和 needs the text."""
    ours, theirs = pair.source.heading, pair.candidate.heading
    ratio = round(fuzz.ratio(ours.key, theirs.key) / 100, 3)
    if ratio < _NEAR or min(len(ours.key), len(theirs.key)) < _NEAR_NAME:
        return None
    if ours.figures != theirs.figures or not same_issuer(ours, theirs):
        return None
    if doubt := _edition(pair):
        return _no(pair, f"the titles are nearly equal, but {doubt}")
    if pair.carried:
        return _yes("near_title", ratio, "the titles are nearly equal and the page holds the source's text")
    if _differing(ours.key, theirs.key) <= _FUNCTION_WORDS:
        return _yes("near_title", ratio, "the titles differ only in words without meaning of their own")
    return None


def same_text(pair: Pair) -> Match | None:
    """The source's text under another headline; a page titled as another document is a mix-up."""
    share, theirs = pair.likeness or 0, pair.candidate
    ours = len(pair.source.text.letters)
    if share < _SAME_BODY or ours < _LONG_BODY or len(theirs.text.letters) < _SAME_BODY * ours:
        return None
    if is_formal(theirs.heading) and pair.resemblance < _CARRIED:
        return _no(pair, "the texts are alike, but the page bears the title of another document")
    if doubt := texts.other_years(pair.source.text, theirs.text):
        return _no(pair, f"the texts are alike, but name other years: {doubt}")
    return _yes("body", round(share, 3), "the page holds the source's text under another headline")


def unproven(pair: Pair) -> Match:
    """What remains to be said when no judge had anything to say."""
    return _no(pair, "neither link, number, title nor text is the source's")


def _claim(ours: Heading, theirs: Heading) -> tuple[float, str]:
    """What two titles alone say for being one, and how strongly; 0 for nothing."""
    if not (ours.key and theirs.key):
        return 0, ""
    if ours.key == theirs.key and not (ours.cut or theirs.cut):
        return 0.98, "the titles are equal"
    if fits(theirs, ours) or fits(ours, theirs):
        return 0.9, "one title is what is left of the other"
    if _same_name(ours, theirs):
        return 0.95, "both titles name the same document, with or without issuer and wrapper"
    return 0, ""


def _only_announces(pair: Pair) -> bool:
    """Whether a headline says that the source was issued, on a page that does not hold or attach it."""
    ours, theirs = pair.source.heading, pair.candidate.heading
    if pair.carried or ours.key == theirs.key or ours.wrapper is Wrapper.ANNOUNCEMENT:
        return False
    text = pair.candidate.text
    return texts.reports(text) or (theirs.wrapper is Wrapper.ANNOUNCEMENT and not text.tells)


def _same_name(ours: Heading, theirs: Heading) -> bool:
    return ours.core == theirs.core and _named(ours)


def _named(heading: Heading) -> bool:
    """Whether a title names its document by enough signs to tell it."""
    return len(heading.core.replace(LOST, "")) >= _SHORT_NAME


def _edition(pair: Pair) -> str:
    """What speaks for two documents of one title; "" where nothing does."""
    ours, theirs = pair.source, pair.candidate
    if pair.carried or ours.numbers & theirs.numbers:
        return ""
    for one, other in ((ours, theirs), (theirs, ours)):
        years = [year for number in one.numbers if (year := year_of(number))]
        if other.day and years and other.day.year < min(years):
            return f"one appeared in {other.day.year}, before the other's number {min(one.numbers)}"
    if ours.day and theirs.day and abs((ours.day - theirs.day).days) > _ANOTHER_ROUND:
        return f"they appeared {abs((ours.day - theirs.day).days)} days apart and no number or text is shared"
    if theirs.heading.cut and not theirs.text.tells and _elsewhere_at_home(pair):
        return "the link leads to another page of the source's own site"
    return ""


def _elsewhere_at_home(pair: Pair) -> bool:
    ours, theirs = pair.source.address, pair.candidate.address
    return bool(host(ours)) and host(ours) == host(theirs) and ours != theirs


def _differing(ours: str, theirs: str) -> set[str]:
    blocks = SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes()
    return {sign for tag, a, b, c, d in blocks if tag != "equal" for sign in ours[a:b] + theirs[c:d]}


def _yes(how: How, score: float, why: str) -> Match:
    return Match(True, how, score, _sentence(why))


def _no(pair: Pair, why: str) -> Match:
    return Match(False, None, pair.resemblance, _sentence(why))


def _sentence(why: str) -> str:
    return f"{why[0].upper()}{why[1:]}."
