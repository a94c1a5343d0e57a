"""Where the parts of a page stand: the list in a main column that is the widest, the rest around it."""

from __future__ import annotations

from random import Random

from bench.list_pages.entries import Structure
from bench.list_pages.looks import Look
from bench.list_pages.markup import Element, fit, make
from bench.list_pages.surroundings import (
    Site,
    make_banner,
    make_crumbs,
    make_footer,
    make_friends,
    make_head,
    make_menu,
    make_navigation,
    make_sides,
    make_top,
)


def lay_out(
    structure: Structure, rows: Element, pages: Element | None, look: Look, site: Site, chance: Random
) -> Element:
    """The page's root element."""
    around = structure.container[0].compound if structure.container else None
    if around and around.tag == "body":
        body = rows
        middle = [element for element in body.children if isinstance(element, Element)]
        body.children, body.zone = [], ""
        middle[0].zone = "main list"
        middle += [part for part in (pages, *make_sides(site, look, chance)) if part]
    else:
        body = make("body")
        middle = [_lay_middle(_make_main(rows, pages, site, look), look, site, chance)]
    _fill_body(body, middle, look, site, chance)
    return make("html", make_head(site, look), body)


def _fill_body(body: Element, middle: list[Element], look: Look, site: Site, chance: Random) -> None:
    body.add(make_top(look), make("div", make("img", src="/images/logo.png", alt=site.name), cls="logo"))
    body.add(make_navigation(site, look))
    if look.banner:
        body.add(make_banner(chance))
    body.add(make_crumbs(site, chance), *middle)
    if look.friends:
        body.add(make_friends(look))
    body.add(make_footer(site))


def _make_main(rows: Element, pages: Element | None, site: Site, look: Look) -> list[Element]:
    if look.old:
        heading = make("div", make("font", site.column, size="4", color="#990000"), align="center")
    else:
        heading = make("div", make("h2", site.column), cls="title")
    if rows.tag in {"td", "tr", "tbody"}:
        table = make("table", width="100%")
        fit(table, rows)
        rows = table
    return [part for part in (heading, rows, pages) if part]


def _lay_middle(main: list[Element], look: Look, site: Site, chance: Random) -> Element:
    sides = list(make_sides(site, look, chance))
    if look.layout == "table":
        return _lay_table(main, [make_menu(site), *sides])
    if look.layout == "single":
        return make("div", *main, *sides, cls="wrap")
    if look.layout == "left":
        left = make("div", make_menu(site), *sides, cls="fl", style="width:23%")
        return make("div", left, make("div", *main, cls="fr", style="width:75%"), cls="wrap")
    right = make("div", *(sides or [make_menu(site)]), cls="fr", style="width:27%")
    return make("div", make("div", *main, cls="fl", style="width:71%"), right, cls="wrap")


def _lay_table(main: list[Element], sides: list[Element]) -> Element:
    """Two columns of a table, each with a table within, as pages were laid out before style sheets."""
    left = make("td", *(_box(part) for part in sides), width="220", valign="top", bgcolor="#F2F2F2")
    right = make("td", *(_box(part) for part in main), width="760", valign="top")
    return make("table", make("tr", left, right), width="980", border="0", cellspacing="0", align="center")


def _box(part: Element) -> Element:
    return make("table", make("tr", make("td", part)), width="100%", border="0", cellpadding="4")
