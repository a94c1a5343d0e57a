"""Keeps a page from costing more than its length: how deep its tags nest, how long and how many they are.

The parser's time grows with the depth of the tree times its tags, and with the square of a tag's attributes;
a page of a few hundred KiB can hold it for minutes. So tags are counted before parsing, the way the parser
will see them: those in comments, scripts and attributes are none, and an end tag that the parser will ignore
ends nothing. The count errs towards too deep. A page within the limits comes back as it is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import islice

DEEPEST = 512  # as in browsers; real pages nest some 60 deep
REBUILT = 500_000  # unclosed formatting tags are opened again in every block that follows
HEADROOM = 32  # below it for what rows are made of, so that a list is still one
FEW_TAGS, LONGEST_TAME = 8000, 16_000  # so much costs less than looking at it closely, however it nests
LONGEST_TAG = 4000  # beyond it, attributes are looked at one by one
LONGEST_VALUE, MOST_ATTRIBUTES = 2000, 60

_BLANK = "\t\n\f\r "
_VALUE = rf"""(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^{_BLANK}"'>][^{_BLANK}>]*+)"""
_PAIR = rf"""[^{_BLANK}/>][^{_BLANK}/>=]*+(?:[{_BLANK}]*+=[{_BLANK}]*+{_VALUE}?+)?+"""
_TOKEN = re.compile(
    rf"""<!--(?:-?>|.*?(?:--!?>|\Z))|<(/?)([a-zA-Z][^{_BLANK}/>]*+)((?:[{_BLANK}/]++|{_PAIR})*+)"""
    r"(?:>|\Z)|<(?:[!?]|/[^a-zA-Z>])[^>]*+",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(_PAIR)

_SCRIPT = re.compile(  # up to its end, which stands in no script within a comment
    rf"""(?:[^<]++|<(?!!--|/script[{_BLANK}/>])|<!(?=--)
    (?:(?!-->)(?:[^<-]++|-|<(?!/?script[{_BLANK}/>])
        |<script[{_BLANK}/>](?:(?!-->)(?:[^<-]++|-|<(?!/script[{_BLANK}/>])))*+(?:</script[{_BLANK}/>]|(?=-->)|\Z)))*+
    )*+""",
    re.IGNORECASE | re.VERBOSE,
)
_RAW = {
    name: re.compile(rf"</{name}(?=[{_BLANK}/>])", re.IGNORECASE)
    for name in ("style", "title", "textarea", "xmp", "iframe", "noembed", "noframes")
}
_UNREAD = {  # nothing is read from them, and within them the parser goes by another grammar
    name: re.compile(rf"</{name}(?=[{_BLANK}/>])[^>]*+>?", re.IGNORECASE) for name in ("svg", "select")
}

_NOTHING = "<!---->"  # what is left out leaves this: nothing runs together into a tag
_DROPPED = frozenset((*_UNREAD, "math"))

_FORMATTING = frozenset(
    ("b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u")
)
_EMPTY = """area base basefont bgsound body br col embed frame head hr html image img input keygen link meta
param script source track wbr"""
_NEVER_OPEN = frozenset((*_RAW, *_EMPTY.split()))
_PLAIN = frozenset(("a", "div", "span", "li", "p", "td", "tr", "br", "img"))  # the commonest, for speed
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))  # any of them ends any other: "heading" below
_BLOCKS = """address applet article aside blockquote button center dd details dir div dl dt fieldset
figcaption figure footer header heading hgroup li listing main marquee menu nav object ol p pre section
summary ul"""
_ENDED_WHOLE = frozenset(_BLOCKS.split())
_OF_TABLES = frozenset(("table", "caption", "colgroup", "tbody", "thead", "tfoot", "tr", "td", "th"))
_WITHIN_TABLES = tuple(_OF_TABLES - {"table"})
_SPECIAL = _ENDED_WHOLE | _OF_TABLES | {"form", "frameset", "noscript", "template", "plaintext"}
_SCOPE = frozenset(("applet", "caption", "marquee", "object", "table", "td", "template", "th"))
_TABLE_SCOPE = frozenset(("table", "template"))

_END_A_PARAGRAPH = _ENDED_WHOLE - {"applet", "button", "marquee", "object"}
_END_A_PARAGRAPH |= {"dialog", "form", "hr", "plaintext", "xmp"}
_PARAGRAPH = ("p",), _SCOPE | {"button"}

_ROWS = frozenset(("a", "dd", "dt", "li", "p", "td", "th", "tr"))
_NOT_BETWEEN = _SPECIAL - {"address", "div", "p"}
_ENDS = {  # what a start tag ends before it, and what keeps it from doing so
    "li": (("li",), _NOT_BETWEEN),
    **dict.fromkeys(("dd", "dt"), (("dd", "dt"), _NOT_BETWEEN)),
    **dict.fromkeys(("td", "th"), (("td", "th", "caption", "colgroup"), _TABLE_SCOPE | {"tr"})),
    "tr": (("tr", "td", "th", "caption", "colgroup"), _TABLE_SCOPE),
    **dict.fromkeys(("caption", "colgroup", "tbody", "thead", "tfoot"), (_WITHIN_TABLES, _TABLE_SCOPE)),
    "a": (("a",), _SPECIAL),
    "button": (("button",), _SCOPE),
    "table": (("table",), frozenset(("td", "th", "caption", "template"))),
}
_ENDS_RIGHT_BEFORE = {"heading": "heading", "option": "option", "optgroup": "option"}
_LISTS = {"li": frozenset(("ol", "ul")), "p": frozenset(("button",))}  # more that keeps their end tags


def is_tame(text: str) -> bool:
    """Whether a text is surely cheap to parse, told at a glance: its tags are few, none is long."""
    if text.count("<") > FEW_TAGS:
        return False
    at = 0
    while len(text) - at > LONGEST_TAME:
        at = text.rfind(">", at, at + LONGEST_TAME) + 1
        if at == 0:
            return False
    return True


def tame(text: str, deepest: int = DEEPEST) -> str:
    """Return a text, or where its tags would make parsing costly, the text without those at fault.

    Drawings and choices (svg, select) are left out in any case.
    """
    tamer = _Tamer(frozenset(), deepest)
    tamed = tamer.run(text)
    if tamer.most_unclosed * tamer.tags > REBUILT:
        tamed = _Tamer(_FORMATTING, deepest).run(text)
    return tamed


class _Tamer:
    """One pass over a text: what is open, what was left out, and how many formatting tags were not closed."""

    def __init__(self, unwanted: frozenset[str], deepest: int) -> None:
        self.unwanted = unwanted
        self.open = _Open(deepest)
        self.tags = self.unclosed = self.most_unclosed = 0
        self._formatting: defaultdict[str, int] = defaultdict(int)
        self._without_end: set[str] = set()

    def run(self, text: str) -> str:
        kept: list[str] = []
        done, at = 0, -1
        while at < len(text):
            for token in _TOKEN.finditer(text, max(at, 0)):
                at = token.end()
                if token[2] is None:
                    continue
                name = token[2].lower()
                instead = self._instead(token, name)
                if instead is not None:
                    kept += text[done : token.start()], instead
                    done = at if token[1] else self._after_unread(text, name, token)
                after = max(done, at if token[1] or name in _PLAIN else _after_raw(text, name, at))
                if after != at:
                    at = after
                    break
            else:
                break
        return "".join((*kept, text[done:])) if kept else text

    def _instead(self, token: re.Match[str], name: str) -> str | None:
        """Return what is to stand for a tag, None for itself."""
        self.tags += 1
        if name in _DROPPED or name in self.unwanted:
            return _NOTHING
        if name in _FORMATTING:
            self._count_formatting(name, -1 if token[1] else 1)
        if not (self.open.end(name) if token[1] else self.open.start(name)):
            return _NOTHING
        return _shortened(token, name) if token.end() - token.start() > LONGEST_TAG else None

    def _count_formatting(self, name: str, step: int) -> None:
        if step > 0 or self._formatting[name]:
            self._formatting[name] += step
            self.unclosed += step
            self.most_unclosed = max(self.most_unclosed, self.unclosed)

    def _after_unread(self, text: str, name: str, start: re.Match[str]) -> int:
        """Return where what is not read ends: behind its end tag, or where it has none, behind its start."""
        if name not in _UNREAD or name in self._without_end or start[3].endswith("/"):
            return start.end()
        end = _UNREAD[name].search(text, start.end())
        if end is None:
            self._without_end.add(name)
        return end.end() if end else start.end()


def _after_raw(text: str, name: str, at: int) -> int:
    """Return where the text ends in which, behind such a start tag, no tag is a tag."""
    if name == "script":
        found = _SCRIPT.match(text, at)
        return found.end() if found else at
    if name in _RAW:
        end = _RAW[name].search(text, at)
        return end.start() if end else len(text)
    return len(text) if name == "plaintext" else at


def _shortened(token: re.Match[str], name: str) -> str:
    """Return a tag without its longest attributes, and without those beyond so many."""
    pairs = (pair[0] for pair in islice(_ATTRIBUTE.finditer(token[3]), MOST_ATTRIBUTES))
    kept = (pair for pair in pairs if len(pair) <= LONGEST_VALUE)
    return " ".join((f"<{token[1]}{name[:LONGEST_VALUE]}", *kept)) + " >"


class _Open:
    """The tags that stand open: as many as the parser will hold open, or more."""

    def __init__(self, deepest: int) -> None:
        self.deepest = deepest
        self.names: list[str] = []
        self.count: defaultdict[str, int] = defaultdict(int)
        self.dropped: defaultdict[str, int] = defaultdict(int)

    def start(self, name: str) -> bool:
        """Open a tag; False where it would stand too deep and is to be dropped."""
        if name in _HEADINGS:
            name = "heading"
        if name in _OF_TABLES and not self.count["table"] and name != "table":
            return True  # the parser ignores it
        if name in _ENDS:
            self._close(*_ENDS[name])
        if name in _END_A_PARAGRAPH and self.count["p"]:
            self._close(*_PARAGRAPH)
        if name in _NEVER_OPEN:
            return True
        if self.names and self.names[-1] == _ENDS_RIGHT_BEFORE.get(name):
            self.count[self.names.pop()] -= 1
        if len(self.names) >= self.deepest + HEADROOM * (name in _ROWS):
            self.dropped[name] += 1
            return False
        self.names.append(name)
        self.count[name] += 1
        return True

    def end(self, name: str) -> bool:
        """Close what an end tag closes; False where its start was dropped."""
        if name in _HEADINGS:
            name = "heading"
        if self.dropped[name]:
            self.dropped[name] -= 1
            return False
        if self.names and self.names[-1] == name:
            self.names.pop()
            self.count[name] -= 1
        elif self.count[name] and name != "form":  # a form is closed alone: what stands open in it stays so
            self._close((name,), _barrier(name))
        return True

    def _close(self, wanted: tuple[str, ...], barrier: frozenset[str]) -> None:
        """Close down to the innermost of some tags before a barrier; of parts of tables, to the outermost."""
        if not any([self.count[name] for name in wanted]):
            return
        found = None
        for at in range(len(self.names) - 1, -1, -1):
            if self.names[at] in wanted:
                found = at
                if wanted[0] not in _WITHIN_TABLES:
                    break
            elif self.names[at] in barrier:
                break
        if found is not None:
            for name in self.names[found:]:
                self.count[name] -= 1
            del self.names[found:]


def _barrier(name: str) -> frozenset[str]:
    """Return what keeps an end tag from closing its start, where it stands between them."""
    if name in _OF_TABLES:
        return _TABLE_SCOPE
    return _SCOPE | _LISTS.get(name, frozenset()) if name in _ENDED_WHOLE else _SPECIAL
