"""Every key of targets.toml with its default: as a JSON Schema for editors, and as tables for people.

`python -m monitor.targets.schema` writes docs/targets.schema.json and docs/reference/targets.md.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from monitor.targets.model import Tables
from monitor.targets.problems import keys_of, show, table_under
from monitor.targets.values import Table, as_written

SCHEMA_FILE = Path("docs/targets.schema.json")
REFERENCE_FILE = Path("docs/reference/targets.md")

MARK = "<!-- The rest is written by `python -m monitor.targets.schema`. -->"

PLACEHOLDER = r"\{(env|file):[^{}]+\}"

_TYPES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "table",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One key: the table it stands in ("rules.repost", "" for none), what it takes, its default as TOML.

    `default` is None where there is none; `is_required` says that the key has to be given.
    """

    table: str
    key: str
    takes: str
    default: str | None
    is_required: bool
    meaning: str


@dataclass(frozen=True, slots=True)
class Section:
    """One table: its header as it is written, what it is about, and its keys."""

    header: str
    about: str
    entries: tuple[Entry, ...]


class _Generator(GenerateJsonSchema):
    def field_title_should_be_set(self, schema: Any) -> bool:
        """Only the titles that name a kind of value are worth showing, not the keys once more."""
        return False

    def encode_default(self, dft: Any) -> Any:
        """Write a default as TOML would have it."""
        return as_written(dft)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of targets.toml; dates are strings in it, as editors of TOML have them."""
    schema = _for_toml(Tables.model_json_schema(by_alias=True, schema_generator=_Generator))
    return {"$schema": _Generator.schema_dialect, **schema, "title": "targets.toml"}


def _for_toml(node: Any) -> Any:
    """Take out null, which TOML does not have; let a placeholder stand where a pattern asks for a form."""
    if isinstance(node, list):
        return [_for_toml(part) for part in node]
    if not isinstance(node, dict):
        return node
    kept = {name: _for_toml(part) for name, part in node.items() if not (name == "default" and part is None)}
    choices = kept.get("anyOf", ())
    if {"type": "null"} in choices:
        (choice,) = (part for part in choices if part != {"type": "null"})
        kept = {**choice, **{name: part for name, part in kept.items() if name != "anyOf"}}
    pattern = kept.get("pattern")
    if isinstance(pattern, str) and not pattern.endswith(PLACEHOLDER):
        kept["pattern"] = f"{pattern}|{PLACEHOLDER}"
    return kept


def sections() -> tuple[Section, ...]:
    """Every table in the order of its model, tables inside a table after it."""
    schema = json_schema()
    return tuple(_sections(Tables, (), "", schema, schema["$defs"]))


def defaults_table() -> tuple[Entry, ...]:
    """Every key that has a default, for `duban check --defaults`."""
    return tuple(entry for section in sections() for entry in section.entries if entry.default is not None)


def _sections(
    model: type[Table], names: tuple[str, ...], header: str, schema: Any, kinds: Any
) -> Iterator[Section]:
    properties, required = schema["properties"], schema.get("required", ())
    inner = {key: found for key in keys_of(model) if (found := table_under(model, key))}
    entries = (
        _entry(".".join(names), key, properties[key], key in required)
        for key in keys_of(model)
        if key not in inner
    )
    yield Section(header, (model.__doc__ or "").strip(), tuple(entries))
    for key, (table, is_list) in inner.items():
        path = (*names, key)
        dotted = ".".join(path)
        yield from _sections(
            table, path, f"[[{dotted}]]" if is_list else f"[{dotted}]", kinds[table.__name__], kinds
        )


def _entry(table: str, key: str, schema: Any, is_required: bool) -> Entry:
    default = schema.get("default")
    shown = None if default is None or is_required else show(default, longest=200)
    return Entry(table, key, _takes(schema), shown, is_required, schema["description"])


def _takes(schema: Any) -> str:
    if "enum" in schema:
        return " ".join(f'"{name}"' for name in schema["enum"])
    if schema.get("type") == "array":
        return (
            f"list of {_takes(schema['items'])}" if "enum" not in schema["items"] else _takes(schema["items"])
        )
    kind = schema.get("title") or _TYPES[schema["type"]]
    bounds = [f"from {schema['minimum']}"] if "minimum" in schema else []
    bounds += [f"to {schema['maximum']}"] if "maximum" in schema else []
    return " ".join([kind, *bounds])


def tables() -> str:
    """The tables of all keys as Markdown; docs/reference/targets.md holds them after its own words."""
    return MARK + "\n" + "\n".join(_section_text(section) for section in sections() if section.entries)


def _section_text(section: Section) -> str:
    heading = f"`{section.header}`" if section.header else "Before all tables"
    rows = "\n".join(_row(entry) for entry in section.entries)
    return (
        f"## {heading}\n\n{section.about}\n\n| key | takes | default | |\n| --- | --- | --- | --- |\n{rows}\n"
    )


def _row(entry: Entry) -> str:
    default = "required" if entry.is_required else "none" if entry.default is None else f"`{entry.default}`"
    cells = (f"`{entry.key}`", entry.takes, default, entry.meaning)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def schema_text() -> str:
    return json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"


def main(folder: Path = Path()) -> int:
    """Write both files under `folder`, the project's root; of the reference only what follows the mark."""
    (folder / SCHEMA_FILE).write_text(schema_text(), encoding="utf-8")
    reference = folder / REFERENCE_FILE
    words = reference.read_text(encoding="utf-8").partition(MARK)[0]
    reference.write_text(words + tables(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
