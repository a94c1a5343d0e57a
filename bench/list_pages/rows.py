"""Rows of a list in a given structure, with what lists put into their rows beside title and date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random

from bench.list_pages.dates import DateForm
from bench.list_pages.entries import Structure
from bench.list_pages.looks import Look
from bench.list_pages.markup import Element, fit, make
from bench.list_pages.selectors import Compound, Step
from bench.list_pages.shapes import LISTS, descend, enclose, settle, shape
from bench.list_pages.titles import make_body, make_names, make_number

IN_BLOCK = 5
NEW = 3  # rows that wear an icon of new ones
SUMMARY = (
    "为深入贯彻落实有关部署要求，结合本地实际，现就有关事项作出安排，明确了工作目标、重点任务和保障措施。"
)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that the list tells of."""

    title: str
    href: str
    at: datetime | None
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Manner:
    """Small choices that all rows of a page share."""

    titled: bool  # links carry the title as an attribute even where the structure does not say so
    blank: bool  # links open a new window
    loose_date: str  # how a date stands that the structure says nothing of: span | font | text
    date_in_cell: bool  # a date that needs no cell of its own shares the title's
    mark_in_link: bool
    icon_in_link: bool
    number_boxed: bool
    line_each: bool  # separators after every row instead of every five
    heading: bool
    categories: tuple[str, ...]
    cells: tuple[str, ...]


def draw_manner(structure: Structure, chance: Random) -> Manner:
    year = chance.randint(2021, 2025)
    return Manner(
        titled=chance.random() < 0.35,
        blank=chance.random() < 0.6,
        loose_date=chance.choice(("span", "span", "font", "text")),
        date_in_cell=chance.random() < 0.5,
        mark_in_link=chance.random() < 0.5,
        icon_in_link=chance.random() < 0.3,
        number_boxed=chance.random() < 0.5,
        line_each=chance.random() < 0.4,
        heading=structure.headed or chance.random() < 0.35,
        categories=tuple(make_names(chance, 3)),
        cells=(make_body(chance), make_number(chance, year), "有效", chance.choice(("", "主动公开"))),
    )


def build_list(structure: Structure, items: list[Item], look: Look, manner: Manner) -> Element:
    """The whole list in what the structure says is around it."""
    rows = [build_row(structure, item, place + 1, look, manner) for place, item in enumerate(items)]
    outer, inner = enclose(structure.container, rows[0].tag)
    outer.zone = "main list"
    if manner.heading and rows[0].tag == "tr":
        fit(inner, _make_heading(rows[0]))
    if look.separator == "blocks" and len(rows) > IN_BLOCK:
        _add_blocks(outer, inner, rows, structure)
    else:
        _add_rows(inner, rows, structure, look, manner)
    settle(outer, _fill_heading)
    return outer


def build_row(structure: Structure, item: Item, number: int, look: Look, manner: Manner) -> Element:
    row = shape(structure.row, _choose_row_tag(structure))
    date = _add_date(row, structure, item, look, manner) if _is_date_first(structure, look) else None
    link = _add_link(row, structure, item, look, manner)
    if date is None:
        _add_date(row, structure, item, look, manner, link)
    _add_marks(row, link, item, number, look, manner)
    if look.category:
        category = manner.categories[number % len(manner.categories)]
        _add_category(row, link, category, look)
    if look.thumbnail or look.summary:
        _add_extras(row, link, item, look)
    settle(row, lambda tag, nth: _fill(tag, nth, number, manner))
    return row


def _choose_row_tag(structure: Structure) -> str:
    around = structure.container[-1].compound.tag if structure.container else None
    if around == "tbody" or any(s.compound.tag == "td" for s in (*structure.link, *(structure.date or ()))):
        return "tr"
    return "li" if around == "ul" else "div"


def _is_date_first(structure: Structure, look: Look) -> bool:
    """A date can stand first where the structure leaves its place open."""
    if not look.date_first or structure.date_in_link or structure.row.tag == "a":
        return False
    steps = structure.date or ()
    return not any(step.compound.place or step.compound.tag in {"dd", "li"} for step in steps)


# --- the link -------------------------------------------------------------------------------------------------


def _add_link(row: Element, structure: Structure, item: Item, look: Look, manner: Manner) -> Element:
    path = structure.link
    if structure.date and structure.date[0].compound.tag == "dd" and row.tag != "dl" and len(path) == 1:
        path = (Step(Compound("dt")), *path)  # a dd stands beside a dt
    link = descend(row, path) if path else row
    link.attributes["href"] = item.href
    if manner.blank:
        link.attributes["target"] = "_blank"
    holder = descend(link, structure.title) if structure.title else link
    shown = _cut(item.title, look)
    holder.add(shown)
    carriers = _find_carriers(row, link, holder, structure)
    if "title" in link.attributes or manner.titled or (shown != item.title and not carriers):
        carriers.append(link)
    for element in carriers:
        element.attributes["title"] = item.title
    return link


def _find_carriers(row: Element, link: Element, holder: Element, structure: Structure) -> list[Element]:
    """The elements that the structure says carry the whole title as an attribute."""
    if structure.titled == "a":
        return [link]
    if structure.titled == "td":
        return [cell for cell in [_cell_of(row, link)] if cell]
    return [holder] if structure.titled == holder.tag else []


def _cut(title: str, look: Look) -> str:
    if not look.cut or len(title) <= look.cut:
        return title
    return title[: look.cut] + look.cut_mark


# --- the date -------------------------------------------------------------------------------------------------


def _add_date(
    row: Element, structure: Structure, item: Item, look: Look, manner: Manner, link: Element | None = None
) -> Element | None:
    """Put the date into the row or, where the structure has it there, into the link."""
    if item.at is None or look.form is None:
        return None
    shown = _write_date(item.at, look.form)
    if structure.date is None:
        return _add_loose_date(row, shown, manner, link)
    parent = link if structure.date_in_link and link else row
    cell = _cell_of(row, link) if link and manner.date_in_cell and row.tag in {"tr", "table"} else None
    if cell and len(structure.date) == 1 and structure.date[0].compound.tag not in {"td", "li"}:
        parent = cell
    date = descend(parent, structure.date)
    return date.add(*shown)


def _write_date(at: datetime, form: DateForm) -> list[Element | str]:
    """What stands in the date's element: mostly a text, for some forms elements of their own."""
    day, _, rest = form.write(at).partition("\n")
    return [make("b", day), make("i", rest)] if rest else [day]


def _add_loose_date(
    row: Element, shown: list[Element | str], manner: Manner, link: Element | None
) -> Element | None:
    """Put a date where the structure says nothing of one: beside the link, or in it where it is the row."""
    if row.tag in {"tr", "table"}:
        cell = make("td", *shown, align="center")
        fit(row, cell)
        return cell
    parent = _parent_of(row, link) if link and link is not row else row
    if manner.loose_date == "text" and link and link is not row:
        parent.add(" ", *shown)
        return None
    date = make("font", *shown, color="#999999") if manner.loose_date == "font" else make("span", *shown)
    parent.add(date)
    return date


def _cell_of(row: Element, link: Element) -> Element | None:
    return next((e for e in row.walk() if e.tag == "td" and link in e.walk()), None)


def _parent_of(row: Element, target: Element) -> Element:
    return next((e for e in row.walk() if any(child is target for child in e.children)), row)


# --- what else rows hold --------------------------------------------------------------------------------------


def _add_marks(row: Element, link: Element, item: Item, number: int, look: Look, manner: Manner) -> None:
    """Numbers, bullets, marks of pinned rows and icons of new ones."""
    if item.pinned and look.pinned_mark:
        _add_pinned_mark(row, link, look.pinned_mark, manner)
    is_new = not item.pinned and number <= NEW + look.pinned
    if link is row:
        if look.icon == "img" and is_new:
            link.add(make("img", src="/images/new.gif"))
        return
    if look.bullet:
        bullet = make("img", src="/images/dot.gif", alt="") if look.bullet == "img" else f"{look.bullet} "
        row.insert(link, bullet)
    if look.number:
        text = look.number.format(number)
        row.insert(link, make("em", text, cls="num") if manner.number_boxed else f"{text} ")
    if look.icon and is_new:
        _add_icon(row, link, look.icon, manner)


def _add_pinned_mark(row: Element, link: Element, mark: str, manner: Manner) -> None:
    sign = (
        make("img", src="/images/top.gif", alt="置顶") if mark == "img" else make("font", mark, color="red")
    )
    if manner.mark_in_link or link is row:
        link.children.insert(0, sign)
    else:
        row.insert(link, sign)


def _add_icon(row: Element, link: Element, icon: str, manner: Manner) -> None:
    if icon != "img":
        row.insert(link, make("span", icon, cls="new"), after=True)
    elif manner.icon_in_link:
        link.add(make("img", src="/images/new.gif", border="0"))
    else:
        row.insert(link, make("img", src="/images/new.gif", border="0"), after=True)


def _add_category(row: Element, link: Element, name: str, look: Look) -> None:
    """A link to the row's own column, before the title or after it."""
    if link is row:
        return
    href = f"/zwgk/lm{sum(map(ord, name)) % 97}/"
    category = make("a", f"[{name}]", zone="category link of a row", href=href, cls="lm")
    row.insert(link, category, after=look.category == "after")


def _add_extras(row: Element, link: Element, item: Item, look: Look) -> None:
    if link is row or row.tag not in {"li", "div", "dd"}:
        return
    if look.thumbnail:
        picture = make("img", src="/images/thumb.jpg", width="160", height="100")
        row.insert(link, make("a", picture, href=item.href, cls="pic"))
    if look.summary:
        row.add(make("p", f"　　{SUMMARY}", make("a", "[详细]", href=item.href), cls="summary"))


def _fill(tag: str, nth: int, number: int, manner: Manner) -> Element:
    """A cell or part of which the structure says only that it is there."""
    if tag == "td" and nth == 1:
        return make(tag, str(number), align="center")
    return make(tag, manner.cells[nth % len(manner.cells)])


def _fill_heading(tag: str, nth: int) -> Element:
    return make(tag, make("h3", "信息列表") if nth == 1 else None)


# --- the list -------------------------------------------------------------------------------------------------


def _make_heading(row: Element) -> Element:
    cells = [child for child in row.children if isinstance(child, Element)]
    return make("tr", *(make("th", _name_cell(cell)) for cell in cells))


def _name_cell(cell: Element) -> str:
    if any(element.tag == "a" for element in cell.walk()):
        return "标题"
    text = "".join(child for child in cell.children if isinstance(child, str))
    if text.isdigit():
        return "序号"
    return "文号" if text.endswith("号") else "发布日期" if any(map(str.isdigit, text)) else "其他"


def _add_rows(inner: Element, rows: list[Element], structure: Structure, look: Look, manner: Manner) -> None:
    separated = bool(look.separator) or (structure.row.without is not None and manner.line_each)
    for number, row in enumerate(rows, 1):
        fit(inner, row)
        if separated and (number % IN_BLOCK == 0 or (manner.line_each and look.separator != "empty")):
            fit(inner, _make_separator(row.tag, structure, look.separator == "line"))


def _make_separator(tag: str, structure: Structure, line: bool) -> Element:
    sign: Element | str = make("hr") if line else "\xa0"
    if tag == "tr":
        separator = make("tr", make("td", sign, colspan="6", height="1"))
    elif tag in {"li", "dd"}:
        separator = make(tag, sign)
    elif tag == "table" and structure.row.without:
        separator = make("table", make("tbody", make("tr", make("td", sign))))
    else:
        separator = make("hr") if line else make("div", cls="clear")
    if structure.row.without and separator.tag == tag:
        separator.attributes["class"] = structure.row.without
    return separator


def _add_blocks(outer: Element, inner: Element, rows: list[Element], structure: Structure) -> None:
    """Rows in lists of five, as pages have them that let air between the blocks."""
    is_list = inner.tag in LISTS.values() and inner is not outer and "id" not in inner.attributes
    blocks = [rows[start : start + IN_BLOCK] for start in range(0, len(rows), IN_BLOCK)]
    parent = _parent_of(outer, inner) if is_list else inner
    for number, block in enumerate(blocks):
        if is_list and number == 0:
            target = inner
        elif is_list:
            target = Element(inner.tag, dict(inner.attributes))
            parent.add(target)
        elif inner.tag == "div":
            target = Element(LISTS.get(block[0].tag, "div"))
            parent.add(target)
        else:
            target = inner
        for row in block:
            fit(target, row)
