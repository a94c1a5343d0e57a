"""Entries of a table of portals, read as structures of rows.

An entry's selectors were written for programs, each in its own manner: some name the row and then the list
around it, some the link within the row, and most mix in what is looked for on the article's page. What is
said here about an entry is what its words allow; where they leave a choice, chance takes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Any
from urllib.parse import urlsplit

from bench.list_pages.selectors import Compound, Path, Step, as_css, parse, split_alternatives

Entry = Mapping[str, Any]
ROWS = ("li", "tr", "dd", "dl", "ul", "table", "div", "p")  # what may be a row when a selector names a link
WITHIN = frozenset({"a", "span", "td", "h2", "h3", "h4", "font", "i", "em", "p"})
BARE = 0.5  # how often a link of which only the list is named stands in an item of its own
SAID_LOOSELY = 3  # more alternatives than this belong to as many pages, and say nothing of one row
IN_ROW = re.compile(r"(?:a|td|dt|li|p|h[2-4]|span)(?![\w#-])")
DATE_IN_ROW = re.compile(
    r"(?:span|font|i|em|td|li|dd|div|a|p|h[2-4])?(?:[.:][\w()-]+)*(?:\s*[ >]\s*[\w.:()-]+)*"
)
SPARE_DATE = re.compile(r"(?:span|i|em|time|td:last)(?:[.:][\w()-]+)*|\.(?:times?|date|data|fr)")
ELSEWHERE = re.compile(r"meta|^title|_title|^head|UCAP|article|fujian|file|background")
HOLDS_CONTENT = re.compile(r"""href\*=["']?content|content_\\d""")
COLUMN = re.compile(r"/col/col\d+/")


class Kind(StrEnum):
    """In what the rows come."""

    PAGE = "page"
    MARKUP_IN_JSON = "markup in JSON"
    JSON = "JSON"
    SCRIPT = "data in a script"


@dataclass(frozen=True, slots=True)
class Structure:
    """How a list's rows are built; every path begins below the one before it."""

    number: int  # the entry's place in its table, from 0
    name: str
    address: str
    kind: Kind
    items: str  # the selector as written, translated to CSS
    container: Path
    row: Compound
    link: Path  # below the row; empty where the row is the link
    title: Path  # below the link; empty where the link's text is the title
    titled: str | None  # the tag that carries the whole title as an attribute, if one does
    date: Path | None  # below the row, or below the link
    date_in_link: bool
    headed: bool  # the first row is a heading
    formats: tuple[str, ...]
    json_paths: Mapping[str, str]
    needs_content: bool  # addresses hold the word content


class NotAListError(ValueError):
    """The entry names no row with a link."""


def read_entry(entry: Entry, number: int, chance: Random) -> Structure:
    """Read an entry; NotAListError where no list of links can be made of it."""
    kind = _read_kind(entry)
    if kind is not Kind.JSON and not _names_link(entry):
        raise NotAListError("its words name no link within a row")
    steps, items = _read_items(entry, chance)
    container, row, link = _split(steps)
    if row.tag == "a" and chance.random() < BARE:
        row, link = Compound("li"), steps[-1:]
    title, titled, link = _read_title(entry, row, link)
    date, inside = _read_date(entry, steps[-1].compound, link, chance)
    return Structure(
        number=number,
        name=" · ".join(filter(None, (entry["portal"], entry.get("column")))),
        address=_read_address(entry),
        kind=kind,
        items=items,
        container=container,
        row=row,
        link=link,
        title=title,
        titled=titled,
        date=date,
        date_in_link=inside,
        headed="skip first" in str(entry.get("item_selector")),
        formats=tuple(entry.get("date_format") or ()),
        json_paths=entry.get("json_paths") or {},
        needs_content=bool(HOLDS_CONTENT.search(f"{items} {entry.get('link_filter')}")),
    )


def has_structure(entry: Entry) -> bool:
    return bool(entry.get("item_selector") or entry.get("json_paths"))


def _read_kind(entry: Entry) -> Kind:
    address = " ".join(entry.get("list_urls") or ())
    if "api-gateway" in address:
        return Kind.MARKUP_IN_JSON
    if entry.get("json_paths") or (entry.get("json_api") and ("/api/" in address or not _names_link(entry))):
        return Kind.JSON
    if entry.get("json_api"):
        return Kind.MARKUP_IN_JSON
    if COLUMN.search(address) and entry.get("needs_js"):
        return Kind.SCRIPT
    return Kind.PAGE


def _names_link(entry: Entry) -> bool:
    if entry.get("link"):
        return True
    said = [
        *(entry.get("title") or ()),
        *(entry.get("all_selectors") or ()),
        *(entry.get("item_selector") or ()),
    ]
    return any(re.search(r"(?:^|[\s>])a(?:[\s\[.@:]|$)", text) for text in said)


def _read_items(entry: Entry, chance: Random) -> tuple[Path, str]:
    """The path to a row or to a link in it. An older table names the row first and the list second."""
    named: list[str] = list(entry.get("item_selector") or ("ul > li",))
    if len(named) == 2 and "age" in entry:
        selector = f"{named[1]} {named[0]}"
    else:
        first = named if len(named) > SAID_LOOSELY else named[:1]
        selector = chance.choice([part for text in first for part in split_alternatives(text)])
    selector = as_css(selector.replace("(skip first)", ""))
    steps = parse(selector)
    if steps[-1].compound.tag == "iframe":  # the list is in a page of its own, of which nothing is said
        return parse("ul > li"), "ul > li"
    return steps, selector


def _split(steps: Path) -> tuple[Path, Compound, Path]:
    """Divide a path into what is around the rows, the row, and what leads to the link in it."""
    last = len(steps) - 1
    if steps[last].compound.tag not in WITHIN:
        return steps[:last], steps[last].compound, ()
    for place in range(last - 1, 0, -1):  # the outermost part is the list, never the row
        if steps[place].compound.tag in ROWS and not steps[place].compound.id:
            return _without_divs(steps, place, last)
    if last and steps[last - 1].compound.tag in WITHIN:
        return steps[: last - 1], Compound("li"), steps[last - 1 :]
    return steps[:last], steps[last].compound, ()


def _without_divs(steps: Path, place: int, last: int) -> tuple[Path, Compound, Path]:
    """A div or ul with a link right below it is the list, and the link the row."""
    if steps[place].compound.tag in {"div", "ul"} and place == last - 1:
        return steps[:last], steps[last].compound, ()
    return steps[:place], steps[place].compound, steps[place + 1 :]


def _read_title(entry: Entry, row: Compound, link: Path) -> tuple[Path, str | None, Path]:
    """Where the title stands below the link, what carries it whole, and the link's path."""
    loosely = len(entry.get("item_selector") or ()) > SAID_LOOSELY
    said = None if loosely else _first(entry.get("title") or (), IN_ROW)
    if said is None:
        bare = ["(item)@title"] if "(item)@title" in (entry.get("title") or ()) else []
        return (), "a" if bare else None, _complete(row, link, _read_link(entry))
    selector, _, attribute = said.partition("@")
    steps = parse(as_css(selector))
    before, below = _cut_at_link(steps)
    if before is None:  # the title's element is in the link, or carries the title beside it
        tag = steps[0].compound.tag
        link = _complete(row, link, _read_link(entry))
        inside = tag not in {"td", "dt", "li"} and link and _is_link(link[-1])
        return (steps if inside or not link else ()), tag if attribute == "title" else None, link
    return below, "a" if attribute == "title" else None, _complete(row, link, before)


def _read_link(entry: Entry) -> Path:
    said = _first(entry.get("link") or (), IN_ROW)
    return parse(as_css(said.partition("@")[0])) if said else (Step(Compound("a")),)


def _complete(row: Compound, link: Path, said: Path) -> Path:
    """The path from a row to its link, however much of it the path of the items has said already."""
    if row.tag == "a" or (link and _is_link(link[-1])):
        return link
    return (*link, *said)


def _cut_at_link(steps: Path) -> tuple[Path | None, Path]:
    for place, step in enumerate(steps):
        if _is_link(step):
            return steps[: place + 1], steps[place + 1 :]
    return None, ()


def _is_link(step: Step) -> bool:
    return step.compound.tag == "a"


def _read_date(entry: Entry, last: Compound, link: Path, chance: Random) -> tuple[Path | None, bool]:
    """The date's path and whether it begins at the link; None where nothing is said of a date in the row."""
    if len(entry.get("item_selector") or ()) > SAID_LOOSELY:
        return None, False
    said = _first(entry.get("date") or (), DATE_IN_ROW)
    if said is None:
        spare = [text for text in (entry.get("all_selectors") or ())[-3:] if SPARE_DATE.fullmatch(text)]
        said = spare[-1] if spare else None
    if said is None:
        return None, False
    steps = parse(as_css(said.partition("@")[0]))
    if _is_link(steps[0]) and len(steps) > 1:
        return steps[1:], True
    if last.tag != "a" or steps[0].compound.tag in {"td", "li"}:
        return steps, False
    return steps, not link or chance.random() < 0.5


def _first(said: Iterable[str], pattern: re.Pattern[str]) -> str | None:
    """The first selector that can be meant for a row."""
    for text in said:
        selector = text.partition("@")[0]
        if selector and not ELSEWHERE.search(selector) and pattern is IN_ROW and IN_ROW.match(selector):
            return text if "," not in text else None
        if pattern is DATE_IN_ROW and not ELSEWHERE.search(text) and DATE_IN_ROW.fullmatch(selector):
            return text if _begins_in_row(selector) else None
    return None


def _begins_in_row(selector: str) -> bool:
    """A class alone may be in the row; one with more below it is a part of the article's page."""
    return not (selector.startswith(".") and " " in selector)


def _read_address(entry: Entry) -> str:
    for said in (*(entry.get("list_urls") or ()), *(entry.get("page_hosts") or ())):
        address = said if "://" in said else f"https://{said}"
        address = re.sub(r"\{site\}|(?<=//)\{[^}]*\}", "https://www.example.gov.cn", address)
        address = re.sub(r"https?://(?=https?://)", "", address)
        address = re.sub(r"/[:*][^/?]*|\{[^}]*\}", lambda found: "/a" if found[0][0] == "/" else "a", address)
        if urlsplit(address).hostname:
            return address if "/" in urlsplit(address).path else f"{address}/"
    return "https://www.example.gov.cn/zwgk/tzgg/"
