"""What is wrong with a configuration: all of it at once, each fault with its place and its remedy."""

from __future__ import annotations

import json
import re
import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any, Union, get_args, get_origin

from monitor.targets.model import Tables
from monitor.targets.secrets import Veiled
from monitor.targets.values import Table, either

Loc = tuple[str | int, ...]

SECRET_KEYS = frozenset({("channel", "url"), ("fetch", "proxy"), ("store", "url")})
"""Keys whose value is never repeated, not even where it is wrong."""

LONGEST_SHOWN = 60

_USERINFO = re.compile(r"//[^/@\s\"]*@")
_QUOTED = re.compile(r"'([^']*)'")

_HINTS = {
    ("SiteColumn", "key"): "unknown key: only a portal's columns have it",
    ("PortalColumn", "about"): "unknown key: only a site's columns have it",
    ("Site", "level"): "unknown key: only portals have it",
    ("Portal", "status"): "unknown key: only sites have it",
    ("Portal", "hosts"): "unknown key: only sites have it",
}


_SENTENCES = {
    "missing": "is required",
    "model_type": "must be a table",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
    "too_short": "must not be empty",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
}
_WITHOUT_VALUE = frozenset({"missing", "model_type"})


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: the file and line, the table and key, what is wrong, and the nearest right name or value.

    `value` is what was written, as TOML, or empty where it is secret or says nothing.
    """

    file: str
    message: str
    table: str = ""
    key: str = ""
    line: int | None = None
    value: str = ""
    nearest: str | None = None

    def __str__(self) -> str:
        file = f"{self.file}:{self.line}" if self.line else self.file
        place = " ".join(part for part in (file, self.table, self.key) if part)
        value = f" ({self.value})" if self.value else ""
        nearest = f'; did you mean "{self.nearest}"?' if self.nearest else ""
        return f"{place}: {self.message}{value}{nearest}"


class TargetsError(Exception):
    """A configuration that cannot be used; `problems` holds every fault, and str() lists them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at a path of the merged tables, before its file and line are known."""

    loc: Loc
    message: str
    nearest: str | None = None
    shows_value: bool = True


def nearest_of(name: object, names: Iterable[str]) -> str | None:
    """The name most like the one that was written, if any is; never one that came out of a placeholder."""
    folded = {candidate.lower(): candidate for candidate in names if not isinstance(candidate, Veiled)}
    found = get_close_matches(str(name).lower(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else None


def is_echo(error: Mapping[str, Any]) -> bool:
    """Whether one of pydantic's errors only follows from another one that it reports."""
    entries = error["input"]
    return error["type"] == "default_factory_not_called" or (error["type"] == "too_short" and bool(entries))


def translate(error: Mapping[str, Any]) -> Fault:
    """Turn one of pydantic's errors into a sentence that fits after the key."""
    loc: Loc = tuple(error["loc"])
    context = error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            return _unknown_key(loc, error["input"])
        case "tuple_type" | "frozen_set_type":
            return _no_list(loc)
        case "model_type" if isinstance(error["input"], list):
            return Fault(loc, f"is one table: write [{_dotted(loc)}]", shows_value=False)
        case "value_error":
            reason = context["error"]
            return Fault(loc, str(reason), getattr(reason, "nearest", None), loc[-1] != "column")
        case "literal_error":
            allowed = _QUOTED.findall(context["expected"])
            return Fault(loc, f"must be {either(allowed)}", nearest_of(error["input"], allowed))
        case kind:
            message = _SENTENCES.get(kind, str(error["msg"])).format(**context)
            return Fault(loc, message, shows_value=kind not in _WITHOUT_VALUE)


def _unknown_key(loc: Loc, value: object) -> Fault:
    model = _model_at(loc[:-1])
    name = str(loc[-1])
    if hint := _HINTS.get((model.__name__, name)):
        return Fault(loc, hint, shows_value=False)
    is_table = isinstance(value, dict) or (
        isinstance(value, list) and bool(value) and all(isinstance(entry, dict) for entry in value)
    )
    what = "unknown table" if is_table else "unknown key"
    return Fault(loc, what, nearest_of(name, keys_of(model)), shows_value=False)


def _no_list(loc: Loc) -> Fault:
    inner = table_under(_model_at(loc[:-1]), loc[-1])
    if inner is None:
        return Fault(loc, "must be a list, in square brackets")
    return Fault(loc, f"is a list of tables: write [[{_dotted(loc)}]]", shows_value=False)


def _dotted(loc: Loc) -> str:
    return ".".join(part for part in loc if isinstance(part, str))


def keys_of(model: type[Table]) -> tuple[str, ...]:
    """The keys of a table as they are written."""
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _model_at(loc: Loc) -> type[Table]:
    model: type[Table] = Tables
    for name in loc:
        found = table_under(model, name)
        if found is not None:
            model = found[0]
    return model


def table_under(model: type[Table], name: str | int) -> tuple[type[Table], bool] | None:
    """The table that a key of a table holds, and whether it holds a list of them."""
    for attribute, field in model.model_fields.items():
        if (field.alias or attribute) == name:
            return table_in(field.annotation)
    return None


def table_in(annotation: Any) -> tuple[type[Table], bool] | None:
    if isinstance(annotation, type) and issubclass(annotation, Table):
        return annotation, False
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (types.UnionType, Union):
        return next((found for part in arguments if (found := table_in(part))), None)
    if origin is tuple and isinstance(arguments[0], type) and issubclass(arguments[0], Table):
        return arguments[0], True
    return None


def describe(loc: Loc, tables: Mapping[str, Any]) -> tuple[str, str]:
    """Name the table and the key of a path: ('[[site]] "example" [site.contact]', "channel")."""
    labels: list[tuple[str, bool]] = []
    names: list[str] = []
    model, node, rest = Tables, tables, list(loc)
    while rest and (found := table_under(model, rest[0])):
        is_list = found[1]
        if len(rest) == 1 or (is_list and not isinstance(rest[1], int)):
            break
        model = found[0]  # type: ignore[assignment]
        names.append(str(rest.pop(0)))
        node = _child(node, names[-1])
        if labels and not labels[-1][1]:
            labels.pop()
        if is_list:
            number = int(rest.pop(0))
            node = node[number] if isinstance(node, list) and number < len(node) else {}
            labels.append((f"[[{'.'.join(names)}]] {_identify(node, number)}", True))
        else:
            labels.append((f"[{'.'.join(names)}]", False))
    return " ".join(label for label, _ in labels), ".".join(part for part in rest if isinstance(part, str))


def _child(node: Any, name: str) -> Any:
    return node.get(name, {}) if isinstance(node, dict) else {}


def _identify(entry: Any, number: int) -> str:
    for key in ("id", "name", "region"):
        value = entry.get(key) if isinstance(entry, dict) else None
        if isinstance(value, str) and value:
            return show(value)
    return f"no. {number + 1}"


def show(value: object, longest: int = LONGEST_SHOWN) -> str:
    """Write a value as TOML does, cut short, and without user names and passwords."""
    text = _as_toml(value)
    text = _USERINFO.sub("//***@", text)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _as_toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(map(_as_toml, value))}]"
    if isinstance(value, dict):
        return "a table"
    return json.dumps(value, ensure_ascii=False, default=str)
