"""The small part of CSS (and of jQuery's additions) in which the structures of rows are written down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

PIECE = re.compile(
    r"""(?P<tag>[a-zA-Z][\w-]*)
      | \#(?P<id>[\w-]+)
      | \.(?P<cls>[\w-]+)
      | \[(?P<attr>[\w-]+)(?:(?P<op>[*^$~|]?=)["']?(?P<value>[^\]"']*)["']?)?\]
      | :not\(\.(?P<without>[\w-]+)\)
      | :(?P<pseudo>[a-z-]+)(?:\((?P<argument>[^)]*)\))?
      | (?P<star>\*)""",
    re.VERBOSE,
)
COMBINATOR = re.compile(r"\s*([>+~])\s*|\s+")
FROM_END = frozenset({"last", "last-child", "last-of-type", "nth-last-child", "nth-last-of-type"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where an element stands among its siblings: the nth, counted from 1, from the front or the end."""

    nth: int
    from_end: bool = False


@dataclass(frozen=True, slots=True)
class Compound:
    """One element as a selector describes it."""

    tag: str | None = None
    id: str | None = None
    classes: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str, str], ...] = ()  # name, operator ("" where it need only exist), value
    place: Place | None = None
    without: str | None = None  # the class of the separators between such elements


@dataclass(frozen=True, slots=True)
class Step:
    """A compound and whether it is a child of the one before, or anything below it."""

    compound: Compound
    child: bool = False


Path = tuple[Step, ...]


def parse(selector: str) -> Path:
    """Read one complex selector; ValueError where it holds something not known here."""
    steps: list[Step] = []
    position, child = 0, False
    selector = selector.strip()
    while position < len(selector):
        compound, position = _read_compound(selector, position)
        steps.append(Step(compound, child))
        joint = COMBINATOR.match(selector, position)
        if joint is None:
            if position < len(selector):
                raise ValueError(f"not understood in {selector!r}: {selector[position:]!r}")
            break
        child, position = joint[1] == ">", joint.end()
    return tuple(steps)


def split_alternatives(selector: str) -> Iterator[str]:
    """The complex selectors of a list written with commas."""
    yield from (part.strip() for part in re.split(r",(?![^\[(]*[\])])", selector) if part.strip())


def as_css(selector: str) -> str:
    """The selector as a browser's engine takes it: jQuery's own pseudo classes are translated."""
    selector = re.sub(r":first(?![\w-])", ":first-of-type", selector)
    selector = re.sub(r":last(?![\w-])", ":last-of-type", selector)
    return re.sub(r":eq\((\d+)\)", lambda found: f":nth-of-type({int(found[1]) + 1})", selector)


def _read_compound(selector: str, position: int) -> tuple[Compound, int]:
    names: dict[str, str] = {}
    classes: list[str] = []
    attributes: list[tuple[str, str, str]] = []
    place: Place | None = None
    start = position
    while piece := PIECE.match(selector, position):
        position = piece.end()
        if piece["cls"]:
            classes.append(piece["cls"])
        elif piece["attr"]:
            attributes.append((piece["attr"], piece["op"] or "", piece["value"] or ""))
        elif piece["pseudo"]:
            place = _read_place(piece["pseudo"], piece["argument"])
        else:
            names |= {key: value for key, value in piece.groupdict().items() if value}
    if position == start:
        raise ValueError(f"not understood in {selector!r}: {selector[position:]!r}")
    compound = Compound(
        tag=names.get("tag"),
        id=names.get("id"),
        classes=tuple(classes),
        attributes=tuple(attributes),
        place=place,
        without=names.get("without"),
    )
    return compound, position


def _read_place(pseudo: str, argument: str | None) -> Place:
    number = int(argument) if argument and argument.strip().isdigit() else 1
    if pseudo == "eq":
        return Place(number + 1 if argument != "0" else 1)
    if pseudo in FROM_END:
        return Place(number, from_end=True)
    return Place(number)
