"""Is a page the repost of a policy? In order of proof: link, document number, title, near title, text.

Pure: what is known of two documents goes in, a reasoned answer comes out. A list row knows only its title
and its link; the page behind it knows more. Vetoes refuse whatever the likeness.
"""

from __future__ import annotations

from rapidfuzz import fuzz

from checks import kinds, proofs
from checks.addresses import canonical, names_page
from checks.documents import Document, How, Match, document_from_json
from checks.headings import Heading, fits, read_heading
from checks.numbers import doc_numbers, own_numbers, year_of
from checks.titles import shares_signs

__all__ = ["Document", "How", "Match", "could_repost", "document_from_json", "match", "same_policy"]

_JUDGES = (
    proofs.same_address,
    proofs.forwarded,
    proofs.refused_by_title,
    proofs.refused_by_number,
    proofs.refused_by_text,
    proofs.linked,
    proofs.same_number,
    proofs.same_title,
    proofs.near_title,
    proofs.same_text,
)

_WORTH_OPENING = 80
_TELLING = 6


def match(source: Document, candidate: Document) -> Match:
    """Judge whether `candidate` discharges the duty to repost `source`; `why` is a sentence. Never raises."""
    pair = proofs.compare(source, candidate)
    for judge in _JUDGES:
        if found := judge(pair):
            return found
    return proofs.unproven(pair)


def could_repost(source: Document, row_title: str) -> bool:
    """Whether a list row's title makes its page worth opening as a repost of `source`.

    Errs towards opening: cut, wrapped, prefixed and misspelt titles are, papers that say they are another
    kind are not. Rows that link to the source itself are for the caller, who knows the link.
    """
    if not shares_signs(source.title or "", row_title):
        return False
    ours, row = read_heading(source.title or ""), read_heading(row_title)
    if not (ours.key and row.key):
        return False
    if kinds.forwards(ours, row) and ours.core == row.core:
        return True
    return not kinds.veto(ours, row) and _resembles(ours, row, doc_numbers(source.doc_number or ""))


def same_policy(a: Document, b: Document) -> bool:
    """Whether two items are one policy: by address, number, or equal title of one issuer and year.

    Never by likeness. The issuer is the one the title names; the year stands in the number, or is the one
    of publication, and two titles without any year are two policies.
    """
    ours, theirs = canonical(a.url or ""), canonical(b.url or "")
    if ours == theirs and names_page(ours):
        return True
    titles = read_heading(a.title or ""), read_heading(b.title or "")
    if kinds.veto(*titles) or kinds.veto(*reversed(titles)):
        return False
    mine, other = _numbers(a), _numbers(b)
    if mine & other:
        return True
    return not (mine and other) and _titled_alike(a, b)


def _resembles(ours: Heading, row: Heading, numbers: tuple[str, ...]) -> bool:
    """Whether a row's title is at all like the source's; `numbers` are those the source bears."""
    return (
        ours.core == row.core
        or _holds(row.core, ours.core)
        or _holds(row.key, ours.key)
        or _holds(ours.key, row.key)
        or bool({*ours.numbers, *numbers} & {*row.numbers, *row.cited})
        or fits(row, ours, least=0)
        or fits(ours, row, least=0)
        or fuzz.ratio(ours.core, row.core) >= _WORTH_OPENING
    )


def _holds(whole: str, part: str) -> bool:
    return len(part) >= _TELLING and part in whole


def _titled_alike(a: Document, b: Document) -> bool:
    ours, theirs = read_heading(a.title or ""), read_heading(b.title or "")
    whole = ours.key and not (ours.cut or theirs.cut)
    return bool(whole) and ours.key == theirs.key and _years(a) & _years(b) != set()


def _numbers(document: Document) -> frozenset[str]:
    heading = read_heading(document.title or "")
    return own_numbers(document.doc_number, heading.numbers, heading.cited, document.text or "")


def _years(document: Document) -> set[int]:
    numbered = {year for number in _numbers(document) if (year := year_of(number))}
    return numbered or ({document.published_at.year} if document.published_at else set())
