"""What the texts behind two titles say: whether one carries the other, cites it, or reports on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from checks.headings import Heading, read_heading
from checks.titles import clean, letters

_LONGEST = 20_000
"""Signs of a text that are compared; a document is told by less."""

_SHINGLE = 10
_LEAST = 60
"""Letters below which a text proves nothing: a page that only says who to follow on WeChat."""

_FURNITURE = re.compile(r"版权所有|网站标识码|ICP备|公网安备|网站地图|扫一扫|打印本页|关闭窗口|分享到")
"""Where a page's own words end: what follows is alike on every page of a site."""

_LEAD = 600
"""Signs at the head of a text in which a document says what it rests on."""

_CLAUSE_END = re.compile(r"[。;:!,]")
_QUOTED = re.compile(
    r"《([^《》]{4,160}(?:《[^《》]{2,120}》[^《》]{0,40})*)》(?!(?:已经?|业经?)[^,。]{2,40}(?:同意|通过|批准|审定))"
)
_RESTS_ON = re.compile(r"(?:贯彻|落实|根据|按照|依据|依照|执行|实施|学习)")
_BRINGS = re.compile(r"(?:制[定订]|起草|编制|修订|形成|印发|现将|公布|发布|提出|联合)")
_SPEAKER = re.compile(r"我(?P<level>[省市州盟县区旗])")
_REPORTED = re.compile(
    r"(?:新华社|中新社|人民网|央视|本报|本网)[^。]{0,16}(?:电|讯|消息)|记者|(?:近日|日前|昨日|今日)[,，]?[^。]{2,40}(?:印发|发布|公布|出台|下发)"
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?=年)")
_WHOLE = re.compile(r"全文(?:如下|[:—-]|公布)|(?:如下|内容):")
_LEVELS = {"省": 1, "区": 1, "市": 2, "州": 2, "盟": 2, "县": 3, "旗": 3}
"""An autonomous region says 我区 as well as a district does: it counts as the higher of the two."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text made comparable: `flat` keeps its signs but no space, `letters` only characters and figures."""

    flat: str
    letters: str

    @property
    def tells(self) -> bool:
        """Whether there is enough of it to prove or contradict anything."""
        return len(self.letters) >= _LEAST


def read_text(raw: str | None) -> Text:
    """Make a text comparable; None is an empty one."""
    readable = _FURNITURE.split(clean((raw or "")[:_LONGEST]), maxsplit=1)[0]
    return Text(flat=readable.replace(" ", ""), letters=letters(readable))


def likeness(ours: Text, theirs: Text) -> float | None:
    """Share of the shorter text that also stands in the longer one, 0 to 1; None where one tells nothing."""
    if not (ours.tells and theirs.tells):
        return None
    mine, other = _shingles(ours.letters), _shingles(theirs.letters)
    return len(mine & other) / min(len(mine), len(other))


def rests_on(text: Text, source: Heading) -> bool:
    """Whether a text says at its head that it carries out the source: it is then another document.

    《…》 with the source's title, after 根据, 贯彻 and the like in the same clause, and with no word between
    that brings the document itself ("为贯彻…，制定了《…》").
    """
    return any(
        _RESTS_ON.search(before)
        and not _BRINGS.search(_RESTS_ON.split(before)[-1])
        and _names(quoted, source)
        for before, quoted in _quotations(text.flat[:_LEAD])
    )


def speaks_from(text: Text) -> int:
    """The level a text speaks from (我省 1, 我市 2, 我县 3), the lowest named at its head; 0 for none."""
    return max((_LEVELS[match["level"]] for match in _SPEAKER.finditer(text.flat[:_LEAD])), default=0)


def reports(text: Text) -> bool:
    """Whether a text begins as news about a document and does not go on to give it whole."""
    return bool(_REPORTED.search(text.flat[:160])) and not _WHOLE.search(text.flat[:_LEAD])


def other_years(ours: Text, theirs: Text) -> str:
    """Years that only one of two alike texts names, where each names some; "" where there are none."""
    mine, other = (set(_YEAR.findall(text.letters[:_LONGEST])) for text in (ours, theirs))
    if mine <= other or other <= mine:
        return ""
    return ", ".join(sorted(mine ^ other))


def _shingles(text: str) -> set[str]:
    return {text[start : start + _SHINGLE] for start in range(len(text) - _SHINGLE + 1)}


def _quotations(flat: str) -> Iterator[tuple[str, str]]:
    """Every quoted title with what stands before it in its clause."""
    plain = flat.replace("〈", "《").replace("〉", "》").replace("<", "《").replace(">", "》")
    for quoted in _QUOTED.finditer(plain):
        yield _CLAUSE_END.split(plain[: quoted.start()])[-1], quoted[1]


def _names(quoted: str, source: Heading) -> bool:
    found = read_heading(quoted)
    return bool(found.core) and (found.key == source.key or found.core == source.core)
