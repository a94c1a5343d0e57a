"""Elements built from selectors: nested as the paths say, and in the place among siblings that they name."""

from __future__ import annotations

from collections.abc import Callable

from bench.list_pages.markup import Element, fit
from bench.list_pages.selectors import Compound, Path

Fill = Callable[[str, int], Element]  # from a tag and a place, counted from 1, an element that fills it

BY_PARENT = {"ul": "li", "ol": "li", "tr": "td", "dl": "dd"}
LISTS = {"li": "ul", "tr": "table", "tbody": "table", "dd": "dl", "dt": "dl"}


def shape(compound: Compound, tag: str) -> Element:
    """The element that a compound describes; `tag` is taken where it names none."""
    element = Element(compound.tag or tag, place=compound.place)
    if compound.id:
        element.attributes["id"] = compound.id
    if compound.classes:
        element.attributes["class"] = " ".join(compound.classes)
    for name, _, value in compound.attributes:
        element.attributes.setdefault(name, value)
    return element


def descend(parent: Element, path: Path, tag: str = "span") -> Element:
    """Build a path below an element, sharing what leads there already; return its last element, a new one."""
    for step in path[:-1]:
        known = _find(parent, step.compound)
        parent = known or _put(parent, step.compound, tag)
    return _put(parent, path[-1].compound, tag)


def enclose(path: Path, row: str) -> tuple[Element, Element]:
    """Build what is around the rows; return the outermost element and the one that takes the rows."""
    if not path:
        outer = Element(LISTS.get(row, "div"))
        return outer, outer
    following = [step.compound.tag or "" for step in path[1:]] + [row]
    outer = inner = shape(path[0].compound, LISTS.get(following[0], "div"))
    if inner.place:
        outer = Element("div").add(inner)
    for step, after in zip(path[1:], following[1:], strict=True):
        child = shape(step.compound, LISTS.get(after, "div"))
        fit(inner, child)
        inner = child
    return outer, inner


def settle(root: Element, fill: Fill) -> None:
    """Bring children with a place to it; siblings of their own tag, then fillers, take the places before."""
    for element in list(root.walk()):
        placed = [child for child in element.children if isinstance(child, Element) and child.place]
        if placed:
            element.children = _arrange(element.children, placed, fill)


def _find(parent: Element, compound: Compound) -> Element | None:
    model = shape(compound, "")
    for element in parent.walk():
        if element is parent or (model.tag and element.tag != model.tag):
            continue
        if model.attributes.items() <= element.attributes.items() and element.place == model.place:
            return element
    return None


def _put(parent: Element, compound: Compound, tag: str) -> Element:
    child = shape(compound, BY_PARENT.get(parent.tag, tag))
    fit(parent, child)
    return child


def _arrange(children: list[Element | str], placed: list[Element], fill: Fill) -> list[Element | str]:
    tag = placed[0].tag
    front = {child.place.nth: child for child in placed if child.place and not child.place.from_end}
    back = {child.place.nth: child for child in placed if child.place and child.place.from_end}
    alike = [c for c in children if isinstance(c, Element) and c.tag == tag and c not in placed]
    others = [c for c in children if c not in alike and c not in placed]
    row: list[Element | str] = list(others)
    for nth in range(1, max(front, default=0) + 1):
        row.append(front.get(nth) or (alike.pop(0) if alike else fill(tag, nth)))
    row += alike
    count = len(row)
    for nth in range(max(back, default=0), 0, -1):
        row.append(back.get(nth) or fill(tag, count + nth))
    return row
