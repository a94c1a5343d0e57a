"""Whole made pages: a list in a given structure and all around it, with what a reader should find."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from urllib.parse import urljoin

from bench.list_pages.addresses import ELSEWHERE, choose_maker
from bench.list_pages.answers import write_objects, write_page_in_json, write_records
from bench.list_pages.dates import make_dates, make_old_dates
from bench.list_pages.entries import Kind, Structure
from bench.list_pages.layouts import lay_out
from bench.list_pages.looks import Look, draw_look
from bench.list_pages.markup import Element, write
from bench.list_pages.rows import Item, build_list, build_row, draw_manner
from bench.list_pages.surroundings import Site, found_site, make_pages
from bench.list_pages.titles import make_titles

LAST_YEAR = 330  # days within which a date without a year is unmistakable
YEARS = 1500


@dataclass(frozen=True, slots=True)
class Made:
    """A row that the page shows."""

    title: str
    url: str
    date: date | None
    pinned: bool
    cut: bool  # in the text; whole in an attribute


@dataclass(frozen=True, slots=True)
class Page:
    """A made page. `zones` says of every address on it, in words, in which part of the page it stands."""

    structure: Structure
    seed: int
    today: date
    text: str
    rows: tuple[Made, ...]
    next_url: str | None
    zones: Mapping[str, str]
    variations: frozenset[str]

    @property
    def name(self) -> str:
        return f"{self.structure.number:03}-s{self.seed}"

    @property
    def url(self) -> str:
        return self.structure.address


def make_page(structure: Structure, seed: int, chance: Random) -> Page:
    look = draw_look(structure, chance)
    site = found_site(chance, choose_maker(chance, structure.address, structure.needs_content))
    items = _make_items(site, look, chance)
    text, next_href, root = _write(structure, items, look, site, chance)
    address = structure.address
    return Page(
        structure=structure,
        seed=seed,
        today=look.today,
        text=text,
        rows=tuple(_expect(item, look, address) for item in items),
        next_url=urljoin(address, next_href) if next_href else None,
        zones=_name_zones(root, address),
        variations=look.name_variations(structure) if structure.kind is Kind.PAGE else frozenset(),
    )


def describe(page: Page) -> str:
    """What a reader should find, as JSON, to be kept beside a page that is written to a file."""
    rows = [
        {"title": r.title, "url": r.url, "date": r.date and r.date.isoformat(), "pinned": r.pinned}
        for r in page.rows
    ]
    told = {
        "structure": page.structure.name,
        "url": page.url,
        "today": page.today.isoformat(),
        "variations": sorted(page.variations),
        "next_url": page.next_url,
        "rows": rows,
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def _make_items(site: Site, look: Look, chance: Random) -> list[Item]:
    reach = LAST_YEAR if look.form and not look.form.has_year else YEARS
    usual = look.rows - look.pinned
    dates = make_dates(chance, look.today, usual, reach - 40)
    old = make_old_dates(chance, look.today, look.pinned, dates[-1].date(), reach)
    first = chance.randint(10**4, 10**6)
    items = []
    for number, (title, at) in enumerate(zip(make_titles(chance, look.rows), old + dates, strict=True)):
        href = site.make_href(at, first - 3 * number)
        if look.elsewhere and chance.random() < 0.15:
            href = chance.choice(ELSEWHERE).format(first - 3 * number)
        items.append(Item(title, href, at if look.form else None, number < look.pinned))
    return items


def _expect(item: Item, look: Look, address: str) -> Made:
    return Made(
        title=item.title,
        url=urljoin(address, item.href),
        date=item.at.date() if item.at else None,
        pinned=item.pinned,
        cut=0 < look.cut < len(item.title),
    )


def _write(
    structure: Structure, items: list[Item], look: Look, site: Site, chance: Random
) -> tuple[str, str | None, Element]:
    """The page's text, the next page's address and the root of its elements."""
    manner = draw_manner(structure, chance)
    if structure.kind is Kind.JSON:
        return write_objects(structure, items, chance), None, Element("html")
    pages, next_href = make_pages(look, structure.address, chance)
    rows = build_list(structure, items, look, manner)
    if structure.kind is Kind.MARKUP_IN_JSON:
        part = Element("div").add(rows, pages)
        return write_page_in_json(write(part, look.writing)), next_href, part
    if structure.kind is Kind.SCRIPT:
        modern = replace(look.writing, upper=False, lines=False)
        built = [build_row(structure, item, n, look, manner) for n, item in enumerate(items, 1)]
        rows = write_records([write(row, modern) for row in built])
        root = lay_out(structure, rows, pages, look, site, chance)
        return _finish(root, look), next_href, Element("html").add(root, *built)
    root = lay_out(structure, rows, pages, look, site, chance)
    return _finish(root, look), next_href, root


def _finish(root: Element, look: Look) -> str:
    doctype = "" if look.old else "<!DOCTYPE html>"
    return f"{doctype}{write(root, look.writing)}\n"


def _name_zones(root: Element, address: str) -> dict[str, str]:
    zones: dict[str, str] = {}
    _gather(root, "the page", address, zones)
    return zones


def _gather(element: Element, zone: str, address: str, zones: dict[str, str]) -> None:
    zone = element.zone or zone
    if element.tag == "a" and "href" in element.attributes:
        zones.setdefault(urljoin(address, element.attributes["href"]), zone)
    for child in element.children:
        if isinstance(child, Element):
            _gather(child, zone, address, zones)
