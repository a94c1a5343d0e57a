"""The JSON Schemas of docs/schemas, and whether a value is as they promise."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

FOLDER = Path(__file__).parents[1] / "docs/schemas"
NAMES = tuple(sorted(path.name.removesuffix(".schema.json") for path in FOLDER.glob("*.schema.json")))


@cache
def schema(name: str) -> dict[str, Any]:
    """One schema by its name."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))
    return found


@cache
def _registry() -> Registry[Any]:
    return Registry().with_resources(
        (schema(name)["$id"], Resource.from_contents(schema(name))) for name in NAMES
    )


def faults(name: str, value: object) -> list[str]:
    """Say where a value is not as a schema promises, by the way to the place."""
    validator = Draft202012Validator(schema(name), registry=_registry())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def unpromised(name: str, value: dict[str, Any]) -> set[str]:
    """The keys of a value that its schema does not tell of: what is added has to be written down."""
    return set(value) - set(schema(name)["properties"])
