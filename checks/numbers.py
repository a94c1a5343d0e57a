"""Document numbers (发文字号): found in titles and texts, written one way, and told apart from citations.

A number is proof of identity only for the document that bears it. Most pages that print a number print it
to cite somebody else's document, so `own_numbers` leaves out what stands in a citation.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_CODED = re.compile(
    r"[〔\[(【〈<{]\s?(?P<year>(?:19|20)\d\d)\s?年?[〕\])】〉>}]\s?第?\s?(?P<serial>\d{1,5})\s?号"
)
_ORDER = re.compile(r"令\s?(?:第\s?)?(?P<serial>\d{1,4})\s?号|第?\s?(?P<ahead>\d{1,4})\s?号\s?令")
_ANNOUNCED = re.compile(
    r"公告\s?[(\[〔]?(?P<year>(?:19|20)\d\d)\s?年?[)\]〕]?\s?年?第\s?(?P<serial>\d{1,4})\s?号"
)
_ISSUER = re.compile(r"[\u4e00-\u9fff]{1,24}\s?$")
"""The issuer's sign stands before the figures; looked for backwards, so that long texts cost little."""

_RUN_IN = re.compile(
    r".*(?:通知|意见|办法|规定|方案|决定|批复|细则|纲要|条例|通报|措施|根据|按照|依据|依照|参照|印发|关于|以及"
    r"|转发|批转|文件|文号|字号|编号|中华人民共和国|[的号日月年])"
)
"""What runs into a number from the left where a page leaves out the space: "…的通知国科发监〔2022〕221号"."""

_HEAD = 400
"""Signs of a text in which a document's own number stands; further down, numbers are citations."""

_CITED_BEFORE = re.compile(
    r"(?:[》〉]|(?:根据|按照|依据|依照|参照|贯彻|落实|执行|转发|废止|以下简称)[^。;,]{0,8}|(?<![\s知见法定案复函告])\()\s?[(\[]?$"
)
"""Behind a quoted title, after a word of resting on it, in brackets behind anything but a title's end."""

_ADDRESSEE = re.compile(r"\)?\s?各(?!项|类|级各)")


@dataclass(frozen=True, slots=True)
class Number:
    """One number as found: how it is written when normalised, and where it stood."""

    text: str
    start: int
    end: int


def find_numbers(plain: str) -> tuple[Number, ...]:
    """Find every number in a text already in NFKC, in order."""
    if "号" not in plain:
        return ()
    found = (
        _number(plain, match) for pattern in (_CODED, _ANNOUNCED, _ORDER) for match in pattern.finditer(plain)
    )
    return tuple(sorted((number for number in found if number), key=lambda number: number.start))


def doc_numbers(text: str) -> tuple[str, ...]:
    """Every document number in a text, normalised (国办发〔2024〕5号), in order, each once."""
    return tuple(dict.fromkeys(number.text for number in find_numbers(unicodedata.normalize("NFKC", text))))


def normalise_doc_number(raw: str) -> str:
    """Write one number in the normal form; what is no document number comes back bare of spaces."""
    found = doc_numbers(raw)
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", raw))
    return found[0] if found else unicodedata.normalize("NFKC", plain)  # what a space kept apart may join


def own_numbers(
    stated: str | None, beside: Iterable[str], inside: Iterable[str], text: str
) -> frozenset[str]:
    """The numbers a document bears: beside its title, at the head of its text, and the stated one.

    Left out is what only a citation shows: a number inside the title (转发…〔2024〕5号文件的通知), one cited
    in the text, and the stated one where it is one of these: extractors take the first number they meet.
    """
    plain = unicodedata.normalize("NFKC", text)
    standing = standing_numbers(plain[: _HEAD + 40]) - frozenset(inside)
    cited = frozenset(number.text for number in find_numbers(plain)) - standing
    return standing | (frozenset(doc_numbers(stated or "")) - cited - frozenset(inside)) | frozenset(beside)


def standing_numbers(plain: str) -> frozenset[str]:
    """The numbers in a text (NFKC) that stand for themselves, in no citation."""
    return frozenset(number.text for number in find_numbers(plain) if not _is_cited(plain, number))


def contradict(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    """Whether both bear numbers of one form and share none: an order is not held against a code."""
    if ours & theirs:
        return False
    forms = zip(_by_form(ours), _by_form(theirs), strict=True)
    return any(mine and other and not mine & other for mine, other in forms)


def year_of(number: str) -> int | None:
    """The year in a normalised number; None for orders, which carry none."""
    found = re.search(r"〔(\d{4})〕|公告(\d{4})年", number)
    return int(found[1] or found[2]) if found else None


def _number(plain: str, match: re.Match[str]) -> Number | None:
    """Spell what was found; a code or announcement that shows no issuer is no number."""
    before = _ISSUER.search(plain[max(0, match.start() - 25) : match.start()])
    issuer = _RUN_IN.sub("", before[0].rstrip()) if before else ""
    start = match.start() - (len(before[0]) - len(before[0].rstrip()) + len(issuer) if before else 0)
    if match.re is _ORDER:
        serial = int(match["serial"] or match["ahead"])
        return Number(f"{'国务院' if issuer == '国' else issuer}令第{serial}号", start, match.end())
    if not issuer:
        return None
    tail = f"公告{match['year']}年第" if match.re is _ANNOUNCED else f"〔{match['year']}〕"
    return Number(f"{issuer}{tail}{int(match['serial'])}号", start, match.end())


def _by_form(numbers: frozenset[str]) -> tuple[set[str], set[str]]:
    """Codes whole; of orders and announcements the figures only, their issuers being spelled many ways."""
    coded = {number for number in numbers if "〔" in number}
    return coded, {re.sub(r"\D", "", number) for number in numbers - coded}


def _is_cited(plain: str, number: Number) -> bool:
    before, after = plain[max(0, number.start - 24) : number.start], plain[number.end : number.end + 4]
    return bool(_CITED_BEFORE.search(before)) and not _ADDRESSEE.match(after)
