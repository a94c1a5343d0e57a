"""The made list pages that the reading is measured on: built as told, the same for a seed, judged fairly."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

from bench.list_pages.entries import Kind, NotAListError, read_entry
from bench.list_pages.judging import judge
from bench.list_pages.pages import Made, Page, make_page
from bench.structures import check_structure

SEEDS = range(12)
ENTRIES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("the row", {"item_selector": ["ul.news > li"], "title": ["a@title"], "date": ["span.date"]}),
    ("the link in a row", {"item_selector": [".news li a"], "link": ["(item)@href"]}),
    ("bare links", {"item_selector": ["div.tab-pane a"], "link": ["(item)@href"], "date": ["span"]}),
    ("cells by number", {"item_selector": ["#box > table > tbody > tr"], "title": ["td:nth-child(2) > a"]}),
    (
        "cells from the end",
        {"item_selector": ["#t tbody tr"], "title": ["a"], "date": ["td:nth-last-of-type(2)"]},
    ),
    ("tables in tables", {"item_selector": ["tr", "table tbody tbody"], "title": ["a"], "age": "old"}),
    ("right below the body", {"item_selector": ["body > div.data > ul > li"], "title": ["a"]}),
    ("rows that are tables", {"item_selector": ["table.row"], "title": ["a"], "date": [".when"]}),
    (
        "rows that are lists",
        {"item_selector": ["ul", ".all"], "title": ["a"], "date": [".when"], "age": "old"},
    ),
    ("separators left out", {"item_selector": [".all li:not(.line)"], "title": ["a"], "date": ["span"]}),
    (
        "terms and definitions",
        {"item_selector": ["li", ".all ul"], "title": ["dt a"], "date": ["dd"], "age": "old"},
    ),
    (
        "the second block",
        {"item_selector": ["ul", ".box div:nth-child(2)"], "title": ["li:nth-child(1) a"], "age": "old"},
    ),
)


@dataclass(frozen=True)
class Read:
    """What a reader would return."""

    rows: tuple[Made, ...]
    method: str = "found"
    next_url: str | None = None


def made(entry: dict[str, Any], seed: int) -> Page:
    chance = Random(seed)
    told = {"portal": "某县", "list_urls": ["https://www.example.gov.cn/zwgk/tzgg/"], **entry}
    return make_page(read_entry(told, 0, chance), seed, chance)


@pytest.mark.parametrize("entry", [entry for _, entry in ENTRIES], ids=[name for name, _ in ENTRIES])
def test_an_entrys_own_selector_finds_every_row_of_its_page(entry: dict[str, Any]) -> None:
    for seed in SEEDS:
        page = made(entry, seed)
        assert page.structure.kind is Kind.PAGE
        check_structure(page)


def test_a_missing_row_is_seen_by_the_check() -> None:
    page = made(ENTRIES[0][1], 1)
    absent = Made("没有的一行", "https://www.example.gov.cn/zwgk/absent.html", None, False, False)
    with pytest.raises(AssertionError, match="does not find"):
        check_structure(_with_rows(page, (*page.rows, absent)))


def test_a_seed_makes_the_same_page_and_another_seed_another() -> None:
    entry = ENTRIES[0][1]
    assert made(entry, 3) == made(entry, 3)
    assert made(entry, 3).text != made(entry, 4).text


def test_rows_differ_from_each_other_and_from_everything_around_them() -> None:
    for seed in SEEDS:
        page = made(ENTRIES[0][1], seed)
        assert 5 <= len({row.url for row in page.rows}) == len({row.title for row in page.rows}) <= 50
        assert all(page.zones[row.url] == "main list" for row in page.rows)
        assert all(8 <= len(row.title) <= 60 for row in page.rows)


def test_an_entry_without_links_is_no_list() -> None:
    with pytest.raises(NotAListError):
        made({"item_selector": [".detail"], "title": ["title"]}, 1)


def test_only_address_and_whole_title_together_make_a_row_right() -> None:
    page = made(ENTRIES[0][1], 1)
    first, second, *others = page.rows
    cut = Made(f"{first.title[:6]}…", first.url, first.date, first.pinned, False)
    navigation = Made("首页", "https://www.example.gov.cn/", None, False, False)
    whole = judge(page, Read(page.rows, next_url=page.next_url))
    assert (whole.right, whole.found, whole.f1, whole.misses) == (len(page.rows), len(page.rows), 1.0, ())
    faulty = judge(page, Read((cut, *others, navigation)))
    assert (faulty.right, faulty.found, faulty.due) == (len(others), len(others) + 2, len(page.rows))
    assert any("navigation" in miss.reason or "tools" in miss.reason for miss in faulty.misses)
    assert [miss.example for miss in faulty.misses if miss.reason.startswith("missing")] == [second.title]


def _with_rows(page: Page, rows: tuple[Made, ...]) -> Page:
    return Page(
        page.structure, page.seed, page.today, page.text, rows, page.next_url, page.zones, page.variations
    )
