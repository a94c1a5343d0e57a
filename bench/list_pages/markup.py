"""Elements of a made page, and how they are written: as today, or as pages were written twenty years ago."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

from bench.list_pages.selectors import Place
from bench.list_pages.words import words

VOID = frozenset({"img", "br", "hr", "input", "meta", "link", "base"})
RAW = frozenset({"script", "style"})
LINES = frozenset(
    words(
        "html head body div ul ol li dl dt dd table tbody tr td th p h1 h2 h3 h4 h5 form script style center"
    )
)
UNQUOTED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/#%")
PARENTS = {"li": ("ul", "ol"), "dd": ("dl",), "dt": ("dl",), "td": ("tr",), "th": ("tr",)} | {
    "tr": ("tbody", "table"),
    "tbody": ("table",),
}
NEEDS = {"ul": "li", "ol": "li", "dl": "dd", "tr": "td", "tbody": "tr", "table": "tbody"}


@dataclass(slots=True, eq=False)
class Element:
    """One element. `zone` says in words which part of the page it begins, "" where it begins none."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)
    zone: str = ""
    place: Place | None = None  # among its siblings, where that is said

    def add(self, *children: Element | str | None) -> Element:
        self.children += [child for child in children if child is not None]
        return self

    def insert(self, target: Element, *children: Element | str, after: bool = False) -> None:
        """Put children before (or after) the place where the target stands, at whatever depth."""
        for element in self.walk():
            for place, child in enumerate(element.children):
                if child is target:
                    element.children[place + after : place + after] = children
                    return
        raise ValueError(f"no <{target.tag}> below <{self.tag}>")

    def walk(self) -> Iterator[Element]:
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()


@dataclass(frozen=True, slots=True)
class Writing:
    """How a page's markup is written."""

    upper: bool = False
    unquoted: bool = False
    ends_left_out: bool = False  # of li and dd, which HTML allows
    lines: bool = True


def make(tag: str, *children: Element | str | None, zone: str = "", **attributes: str) -> Element:
    """An element; `cls` is its class, and an underscore in another name stands for a hyphen."""
    named = {("class" if key == "cls" else key.replace("_", "-")): text for key, text in attributes.items()}
    return Element(tag, named, zone=zone).add(*children)


def fit(parent: Element, child: Element) -> Element:
    """Put a child below a parent with whatever HTML wants between the two; return the child's parent.

    The last fitting element already there is used again, so that two cells come into one row.
    """
    while True:
        wanted = _missing(parent.tag, child.tag)
        if wanted is None:
            parent.add(child)
            return parent
        last = parent.children[-1] if parent.children else None
        if not isinstance(last, Element) or last.tag != wanted or _holds_one(wanted, child.tag):
            last = Element(wanted)
            parent.add(last)
        parent = last


def write(root: Element, writing: Writing) -> str:
    return "".join(_write(root, writing))


def _missing(parent: str, child: str) -> str | None:
    """The tag that has to stand between the two, from the outside in."""
    if parent in PARENTS.get(child, ()):
        return None
    if parent in NEEDS and child != NEEDS[parent]:
        return NEEDS[parent]
    if child in PARENTS:
        return "table" if child in {"td", "th", "tr", "tbody"} else PARENTS[child][0]
    return None


def _holds_one(tag: str, child: str) -> bool:
    """A cell or item is opened anew for each thing it was made for; a table, list or row is shared."""
    return tag in {"td", "li", "dd"} and child not in {"tr", "td"}


def _write(node: Element | str, writing: Writing) -> Iterator[str]:
    if isinstance(node, str):
        yield escape(node, quote=False).replace("\xa0", "&nbsp;")
        return
    tag = node.tag.upper() if writing.upper else node.tag
    feed = "\n" if writing.lines and node.tag in LINES else ""
    yield f"{feed}<{tag}{''.join(_write_attributes(node, writing))}>"
    if node.tag in VOID:
        return
    if node.tag in RAW:
        yield from (child for child in node.children if isinstance(child, str))
    else:
        for child in node.children:
            yield from _write(child, writing)
    if not (writing.ends_left_out and node.tag in {"li", "dd"}):
        yield f"</{tag}>"


def _write_attributes(node: Element, writing: Writing) -> Iterator[str]:
    for key, text in node.attributes.items():
        if writing.unquoted and text and set(text) <= UNQUOTED:
            yield f" {key}={text}"
        else:
            yield f' {key}="{escape(text)}"'
