"""The documents keep their word: links lead somewhere, examples are well formed, pages are in the index."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def links(page: Path) -> Iterator[str]:
    """Yield the targets of a page's own links, without those that lead to the web or within the page."""
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if not re.match(r"[a-z]+:|#", target):
            yield target.partition("#")[0]


def toml_examples(page: Path) -> Iterator[str]:
    yield from re.findall(r"^```toml\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_somewhere(page: Path) -> None:
    pages = [target for target in links(page) if not target.endswith(".png")]
    assert [target for target in pages if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_toml_example_is_toml(page: Path) -> None:
    for example in toml_examples(page):
        tomllib.loads(example)


def test_every_page_is_in_the_index() -> None:
    index = ROOT / "docs/README.md"
    reachable = {(index.parent / target).resolve() for target in links(index)}
    assert {page for page in (ROOT / "docs").rglob("*.md") if page != index} <= reachable
