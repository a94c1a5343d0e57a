"""The documents keep their word: links lead somewhere, examples are well formed, pages are in the index."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from monitor.cli import app

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


def commands() -> Iterator[tuple[str, Any]]:
    """Yield each command of the program by its full name: "status", "key add"."""
    waiting: list[tuple[str, Any]] = [("", typer.main.get_command(app))]
    while waiting:
        name, command = waiting.pop()
        parts = getattr(command, "commands", None)
        if parts is None:
            yield name, command
        else:
            waiting += [(f"{name} {part}".strip(), inner) for part, inner in parts.items()]


def promised(text: str) -> set[str]:
    """Collect what a table says in its first column: `duban key add URL`, `duban key drop URL`."""
    cells = re.findall(r"^\| (`duban .*?) \|", text, re.MULTILINE)
    return {
        " ".join(re.findall(r"^[a-z ]+", said)).strip()
        for said in re.findall(r"`duban ([^`]+)`", " ".join(cells))
    }


def test_the_reference_has_exactly_the_commands_there_are() -> None:
    now, _, later = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8").partition("## Not yet")
    existing = {name for name, _ in commands()}
    assert promised(now) == existing
    assert promised(later).isdisjoint(existing), "move their rows up"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_pages_use_only_commands_and_options_that_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8").partition("## Not yet")[0]
    known = dict(commands())
    for line in typed(text):
        words = line.split()
        name = next((name for name in (" ".join(words[:2]), words[0]) if name in known), None)
        assert name, f"there is no `duban {line}`"
        options = {option for parameter in known[name].params for option in parameter.opts}
        assert {word for word in words if word.startswith("-")} <= options | {"--help"}, line


def typed(text: str) -> list[str]:
    """Collect what follows `duban` where a page shows what to type: in sh blocks, in backticks."""
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = re.findall(r"^(?:\S*/)?duban ([a-z][^#\n]*)", "\n".join(blocks), re.MULTILINE)
    return lines + re.findall(r"`duban ([a-z][^`]*)`", text)
