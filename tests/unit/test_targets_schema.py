"""The shipped targets.toml, its JSON Schema and its reference agree with the program."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from checks.rules import RULES
from monitor.targets import (
    KNOWN_RULES,
    load,
)
from monitor.targets.model import Tables
from monitor.targets.schema import MARK, defaults_table, json_schema, main, schema_text, tables
from tests.configs import FIXTURES, ROOT, Write, write_files


@pytest.fixture
def write(tmp_path: Path) -> Write:
    return partial(write_files, tmp_path)


def plain(node: Any) -> Any:
    """Dates as editors of TOML have them in a JSON Schema: strings."""
    if isinstance(node, dict):
        return {key: plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [plain(value) for value in node]
    return node.isoformat() if isinstance(node, date) else node


def validate(path: Path) -> None:
    schema = json.loads((ROOT / "docs/targets.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    tables = plain(tomllib.loads(path.read_text(encoding="utf-8")))
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(tables)


def test_the_shipped_file_loads_with_no_variable_set() -> None:
    targets = load(ROOT / "targets.toml", {})
    assert [portal.level for portal in targets.portals] == ["national", "provincial", "municipal"]
    assert [site.id for site in targets.sites if site.binds_repost] == ["shilixian"]
    assert targets.channels == ()


def test_the_shipped_file_names_its_schema() -> None:
    first = (ROOT / "targets.toml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "#:schema docs/targets.schema.json"


@pytest.mark.parametrize(
    "path",
    [ROOT / "targets.toml", FIXTURES / "everything.toml", FIXTURES / "everything.d/telling.toml"],
    ids=lambda path: path.name,
)
def test_good_files_fit_the_schema(path: Path) -> None:
    validate(path)


@pytest.mark.parametrize(
    "name",
    [
        "key-unknown",
        "fetch-timeout",
        "portal-level",
        "office-region-short",
        "site-duties",
        "portal-level-missing",
    ],
)
def test_bad_files_do_not_fit_the_schema(name: str) -> None:
    """An editor sees what it can see: keys, choices, forms, and what is required."""
    with pytest.raises(jsonschema.ValidationError):
        validate(FIXTURES / f"invalid-{name}.toml")


def test_every_key_is_explained() -> None:
    def unexplained(node: Any, name: str) -> Iterator[str]:
        for key, schema in node.get("properties", {}).items():
            if not schema.get("description"):
                yield f"{name}.{key}"

    schema = json_schema()
    places = {"targets": schema, **schema["$defs"]}
    assert [key for name, node in places.items() for key in unexplained(node, name)] == []


def test_schema_and_reference_are_up_to_date() -> None:
    """`python -m monitor.targets.schema` writes them."""
    assert (ROOT / "docs/targets.schema.json").read_text(encoding="utf-8") == schema_text()
    reference = (ROOT / "docs/reference/targets.md").read_text(encoding="utf-8")
    assert reference.partition(MARK)[1:] == (MARK, tables().removeprefix(MARK))


def test_the_printed_defaults_are_those_that_hold(write: Write) -> None:
    """Written out as a configuration, they are accepted and change nothing."""
    rules = [entry for entry in defaults_table() if entry.table.startswith("rules.")]
    names = dict.fromkeys(entry.table for entry in rules)
    text = "".join(
        f"[{name}]\n" + "".join(f"{e.key} = {e.default}\n" for e in rules if e.table == name)
        for name in names
    )
    assert load(write(text), {}).rules == Tables().rules
    assert len(rules) > 40
    assert ("fetch", "max_body", '"8MiB"') in {(e.table, e.key, e.default) for e in defaults_table()}


def test_every_rule_that_is_checked_can_be_named_in_a_route() -> None:
    assert set(RULES) <= set(KNOWN_RULES)


def test_the_module_writes_both_files_and_keeps_the_words(tmp_path: Path) -> None:
    (tmp_path / "docs/reference").mkdir(parents=True)
    (tmp_path / "docs/reference/targets.md").write_text(f"# Words\n\n{MARK}\nold\n", encoding="utf-8")
    assert main(tmp_path) == 0
    assert (tmp_path / "docs/targets.schema.json").read_text(encoding="utf-8") == schema_text()
    reference = (tmp_path / "docs/reference/targets.md").read_text(encoding="utf-8")
    assert reference == f"# Words\n\n{tables()}"
