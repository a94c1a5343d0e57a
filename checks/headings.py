"""A title taken apart: who issued the document, what it is about, which figures mark its edition.

A notice mostly carries another document ("国务院关于印发《…方案》的通知"); sites repost it under either name.
So titles are compared whole, by `key`, and by the name of what they carry, by `core`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from checks.mojibake import LOST
from checks.titles import LONGEST, LONGEST_RAW, bare, clean, doc_numbers, letters, normalise

_ELLIPSIS = re.compile(r"(?:\.{2,}|。{2,}|⋯+)")
_CUT_NUMBER = re.compile(r"[(\[【]\s?[\u4e00-\u9fff]{2,10}[〔\[(]\d{0,4}[〕\])]?第?\d{0,5}\s?$")

_ORGAN = re.compile(
    r"(?:[院厅部委局会署办室府处组行社团联协司党]|中心|中央|集团|公司|大学|单位|机构|总队)(?:文件)?$"
)
_VERBS = r"(?:印发|发布|公布|颁布|颁发|下发|出台|发文|制定)"
_SENT_ON = re.compile(rf"{_VERBS}|批转|转发|转载")
_NOTICES = r"(?:的?(?:通知|公告|通告|函|决定|命令|令))"
_FRAMES = (
    re.compile(
        rf"(?P<issuer>[^《》]*?)(?:关于)?(?:联合|重新)?(?:{_VERBS}|(?P<forward>批转|转发|转载))(?P<inner>.+?){_NOTICES}"
    ),
    re.compile(
        rf"(?P<issuer>[^《》]*?)(?:(?P<news>(?<!关于)(?:联合)?{_VERBS})|(?:关于)?(?:联合|重新)?(?:{_VERBS}|(?P<forward>批转|转发|转载)))了?:?"
        r"《(?P<inner>.+)》(?:全文)?"
    ),
    re.compile(
        rf"(?P<issuer>[^《》]*?)《(?P<inner>[^《》]+)》(?:{_NOTICES}|(?P<news>(?:正式)?(?:{_VERBS})))?"
    ),
    re.compile(r"(?P<issuer>[^《》]+?)(?P<forward>批转|转发|转载)(?P<inner>[^《》]+)"),
    re.compile(r"(?P<issuer>[^《》]+?)(?P<inner>关于.+)"),
)
_OPEN_FRAME = re.compile(
    rf"(?P<issuer>[^《》]*?)(?:关于)?(?:联合|重新)?(?:{_VERBS}|(?P<forward>批转|转发|转载))《?(?P<inner>.*)"
)
"""A notice whose end an ellipsis hides."""

_FORMAL = re.compile(
    r"(?:通知|意见|办法|规定|方案|决定|批复|函|公告|通告|条例|细则|规划|计划|措施|纲要|要点|通报|规则|指南|目录)(?:试行|暂行)?$"
)
_FIGURE = re.compile(
    r"\d+|第(?P<tens>[一二三四五六七八九]?十)?(?P<ones>[一二三四五六七八九])?(?=[批届次期号轮季版部])|[一二三四五六七八九十]五(?=规划|时期|期间)"
)
_ONES = {sign: value for value, sign in enumerate("零一二三四五六七八九")}

_SAME_ORGAN = (
    ("人力资源和社会保障", "人社"), ("人力资源社会保障", "人社"), ("国家发展和改革委员会", "发改委"),
    ("国家发展改革委", "发改委"), ("发展和改革委员会", "发改委"), ("发展改革委", "发改委"),
    ("科学技术", "科技"), ("工业和信息化", "工信"), ("住房和城乡建设", "住建"), ("住房城乡建设", "住建"),
    ("委员会", "委"), ("中国共产党", "中共"), ("人民政府", "政府"), ("办公厅", "办"), ("办公室", "办"),
    ("国办", "国务院办"), ("监督管理", "监管"), ("医疗保障", "医保"), ("卫生健康", "卫健"),
    ("应急管理", "应急"), ("和", ""), ("文件", ""),
)  # fmt: skip
_JOINTLY = re.compile(
    r"(?:等[一二三四五六七八九十多\d]*|[一二三四五六七八九十\d]+)(?:个|家)?(?:部门|单位|部委|厅局|部)$"
)
_EACH_ORGAN = re.compile(r".+?(?:[院厅部委局会署府行协联]办?|办)|.+")
_NATIONAL = re.compile(r"国务院|中央|国家|全国|中国|最高|(?:部|总局|总署)办?$")
_PLACED = (
    (1, re.compile(r"省|自治区|北京|上海|天津|重庆")),
    (2, re.compile(r"市(?!场)|[州盟]")),
    (3, re.compile(r"[县区旗]")),
)
_VISIBLE = 6
_LOST_SIGNS = 4
"""Signs that one run of lost bytes may have been."""

_ONE_OFFICE = 14
"""Signs of one office's full name: longer things that end like an office are something else."""

_SILENT = 18
"""Signs a title must show to be taken for the beginning of a longer one where no ellipsis says so."""


class Wrapper(Enum):
    """What a title puts around the name of the document it carries."""

    NONE = "none"
    NOTICE = "notice"
    ANNOUNCEMENT = "announcement"
    FORWARD = "forward"


@dataclass(frozen=True, slots=True)
class Heading:
    """A title taken apart.

    `clean` reads as it stood, in simplified characters and without markup, `shown` is that without labels
    and site names; `key` is the form in which titles are equal; `core` is the name of the document, inside a
    notice of what it carries, without 关于 and 的; `issuer` is "" where the title names none; `figures` are
    its numbers and years in order, `numbers` the document numbers beside it, `cited` those inside it.
    `pieces` are the parts that a `cut` title shows.
    """

    clean: str
    shown: str
    key: str
    core: str
    issuer: str
    wrapper: Wrapper
    figures: tuple[str, ...]
    numbers: tuple[str, ...]
    cited: tuple[str, ...]
    cut: bool
    pieces: tuple[str, ...]


def read_heading(title: str) -> Heading:
    """Take a title apart; an empty one gives an empty heading."""
    return _read(title[:LONGEST_RAW])


@lru_cache(maxsize=8192)
def _read(title: str) -> Heading:
    readable = clean(title)[:LONGEST]
    shown = bare(readable)
    cut = bool(_ELLIPSIS.search(shown))
    if cut and (whole := _CUT_NUMBER.sub("", _ELLIPSIS.sub("", shown))) != _ELLIPSIS.sub("", shown):
        shown, cut = whole, False  # only the number behind a whole title was cut
    cited = doc_numbers(shown)
    issuer, core, wrapper = _unwrap(_compact(_ELLIPSIS.sub("", shown)), cut)
    return Heading(
        clean=readable,
        shown=shown,
        key=normalise(shown),
        core=_name(core),
        issuer=issuer,
        wrapper=wrapper,
        figures=_figures(_name(core)),
        numbers=tuple(number for number in doc_numbers(readable) if number not in cited),
        cited=cited,
        cut=cut,
        pieces=tuple(piece for part in _ELLIPSIS.split(shown) if (piece := letters(part))),
    )


def fits(shown: Heading, whole: Heading, least: int = _VISIBLE) -> bool:
    """Whether a cut or half-lost title is what can be seen of a whole one, its issuer shown or left out.

    `least` signs of the document's own name must be seen: an office's notices all begin alike.
    """
    if not shown.pieces or len(shown.core.replace(LOST, "")) < least:
        return False
    if not (shown.cut or LOST in shown.key):
        return len(shown.key) >= _SILENT and whole.key.startswith(shown.key) and not is_formal(shown)
    if whole.cut:
        ours, theirs = shown.pieces[0], (whole.pieces or ("",))[0]
        return bool(theirs) and (theirs.startswith(ours) or ours.startswith(theirs))
    return _shows(shown.pieces, whole.key, shown.cut) or _shows((shown.core,), whole.core, shown.cut)


def is_formal(heading: Heading) -> bool:
    """Whether a title is a document's own, by its last word, rather than a headline."""
    return bool(_FORMAL.search(heading.key))


def same_issuer(ours: Heading, theirs: Heading) -> bool | None:
    """Whether two titles name the same issuer; None where one of them names none.

    A joint paper may name its first issuers only, in any order, a province's paper may say 省政府, and
    国家 is left out as often as not.
    """
    return same_organs(ours.issuer, theirs.issuer)


def same_organs(ours: str, theirs: str) -> bool | None:
    """The same of two issuers as headings name them."""
    mine, other = sorted((issuer.replace("国家", "") for issuer in (ours, theirs)), key=len)
    if not mine or LOST in mine + other:
        return None if other else True
    return other.endswith(mine) or set(_EACH_ORGAN.findall(mine)) <= set(_EACH_ORGAN.findall(other))


@lru_cache(maxsize=2048)
def issuer_before(about: str) -> str:
    """The issuer that stands before 关于 in a title; "" for none, or where it is whose paper is sent on."""
    return _organ(about) if about and not _SENT_ON.search(about) and _is_organ(about) else ""


def level(heading: Heading) -> int | None:
    """The level of who issued it: 0 the nation, 1 province, 2 city, 3 county; None if untold."""
    for rank, place in _PLACED:
        if place.search(heading.issuer):
            return rank
    return 0 if _NATIONAL.search(heading.issuer) else None


def _unwrap(compact: str, cut: bool) -> tuple[str, str, Wrapper]:
    """Issuer, name and wrapper of a title; the name is unwrapped as often as it carries another one."""
    who = compact.removesuffix("关于")
    if cut and who and _is_organ(who) and (who != compact or len(who) <= _ONE_OFFICE):
        return "", "", Wrapper.NONE  # all that is shown is who issued it
    for frame in (*_FRAMES[:3], _OPEN_FRAME, *_FRAMES[3:]) if cut else _FRAMES:
        found = frame.fullmatch(compact)
        if found and _is_organ(found["issuer"]):
            wrapper, (inner_issuer, inner, _) = _wrapper(found), _unwrap(_carried(found), cut)
            within = "" if wrapper is Wrapper.FORWARD else inner_issuer  # who forwards is not who wrote
            return _organ(found["issuer"]) or within, inner, wrapper
    return "", compact, Wrapper.NONE


def _carried(found: re.Match[str]) -> str:
    """The title that a title carries; 的通知 at its end is that of the paper sent on, if it needs one.

    A转发B关于印发C的通知 sends on B关于印发C的通知; A转发B关于C意见的通知 sends on B关于C意见.
    """
    inner = found["inner"]
    opened = _OPEN_FRAME.fullmatch(inner) if found.groupdict().get("forward") else None
    is_open = opened is not None and not opened["forward"] and not _FRAMES[0].fullmatch(inner)
    return found.string[found.start("inner") :] if is_open and "《" not in inner else inner


def _wrapper(found: re.Match[str]) -> Wrapper:
    parts = found.groupdict()
    if parts.get("forward"):
        return Wrapper.FORWARD
    if parts.get("news"):
        return Wrapper.ANNOUNCEMENT
    return Wrapper.NONE if found.re is _FRAMES[-1] else Wrapper.NOTICE


def _is_organ(text: str) -> bool:
    return not text or ("关于" not in text and bool(_ORGAN.search(_JOINTLY.sub("部", text))))


def _organ(text: str) -> str:
    name = _JOINTLY.sub("", letters(text))
    for long, short in _SAME_ORGAN:
        name = name.replace(long, short)
    return name


def _compact(text: str) -> str:
    for opening, closing in ("<>", "〈〉", "«»", "「」"):
        text = text.replace(opening, "《").replace(closing, "》")
    return re.sub(r"\s", "", text)


def _name(core: str) -> str:
    return letters(core).removeprefix("关于").replace("的", "")


def _figures(key: str) -> tuple[str, ...]:
    return tuple(_value(found) for found in _FIGURE.finditer(key))


def _value(figure: re.Match[str]) -> str:
    """Write 第二十四届 as 24, so that it equals 第24届."""
    if not (figure["tens"] or figure["ones"]):
        return figure[0]
    tens = figure["tens"] or "零"
    return str(10 * (_ONES.get(tens[0], 1)) + _ONES[figure["ones"] or "零"])


def _shows(pieces: tuple[str, ...], whole: str, open_end: bool) -> bool:
    """Whether the parts stand in `whole` in order, with gaps at ellipses and where signs were lost."""
    at = 0
    for number, piece in enumerate(pieces):
        for lost_before, part in enumerate(piece.split(LOST)):
            behind_ellipsis = number > 0 and not lost_before
            reach = len(whole) if behind_ellipsis else at + len(part) + (_LOST_SIGNS if lost_before else 0)
            found = whole.find(part, at, reach)
            if found < 0:
                return False
            at = found + len(part)
    return open_end or len(whole) - at <= (_LOST_SIGNS if pieces[-1].endswith(LOST) else 0)
