"""The API's description for people: what a JSON Schema takes, in a few words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

_REFERENCE = "#/components/schemas/"


def kind_of(schema: Mapping[str, Any], api: Mapping[str, Any], *, is_parameter: bool = False) -> Markup:
    """Say what a schema of an OpenAPI document takes; shapes are linked to where the page describes them.

    The null of a parameter only says that it may be left out, and is left out itself.
    """
    if "$ref" in schema:
        return _named(schema["$ref"].removeprefix(_REFERENCE), api)
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return Markup(" | ").join(Markup("<code>{}</code>").format(value) for value in values)
    if "anyOf" in schema:
        parts = [part for part in schema["anyOf"] if not is_parameter or part.get("type") != "null"]
        return Markup(" | ").join(kind_of(part, api) for part in parts)
    if schema.get("type") == "array":
        return Markup("list of {}").format(kind_of(schema["items"], api))
    if "additionalProperties" in schema:
        return Markup("map of {}").format(kind_of(schema["additionalProperties"], api))
    return escape(schema.get("type", "anything"))


def _named(name: str, api: Mapping[str, Any]) -> Markup:
    shape = api["components"]["schemas"][name]
    if "properties" in shape:
        return Markup('<a href="#{0}">{0}</a>').format(name)
    return kind_of(shape, api)
