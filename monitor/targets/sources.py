"""The files of a configuration: targets.toml, what it includes, and how they become one."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from glob import glob, has_magic
from pathlib import Path
from typing import Any

from monitor.targets.model import ARRAYS
from monitor.targets.places import find_line
from monitor.targets.problems import Loc, Problem, show

_POSITION = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True, slots=True)
class Source:
    """One file: `name` is its path as people see it, from the folder of targets.toml."""

    path: Path
    name: str
    text: str
    tables: dict[str, Any]


@dataclass(slots=True)
class Reading:
    """The files read so far, in order, from the one called `name` on, and what was wrong with the others."""

    base: Path
    name: str
    sources: list[Source] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    patterns: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Merged:
    """The tables of all files as one, and from which file and place each came.

    origins: by the beginning of a path in the merged tables, the file and the same beginning in that file.
    """

    tables: dict[str, Any] = field(default_factory=dict)
    origins: dict[Loc, tuple[Source, Loc]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def trace(self, loc: Loc) -> tuple[Source, Loc] | None:
        """Find the file of a path, and the path in that file."""
        for length in (2, 1):
            if found := self.origins.get(loc[:length]):
                return found[0], (*found[1], *loc[length:])
        return None

    def where(self, loc: Loc) -> str:
        """Name the file and line of a path."""
        found = self.trace(loc)
        assert found is not None, "only paths that stand in a file are asked for"
        line = find_line(found[0].text, found[1])
        return f"{found[0].name}:{line}" if line else found[0].name


def read_files(path: Path) -> Reading:
    """Read a configuration file and all it includes. Patterns start at the folder of the first."""
    reading = Reading(base=path.parent, name=path.name)
    _read(path, reading, trail=())
    return reading


def _read(path: Path, reading: Reading, trail: tuple[Path, ...]) -> None:
    name = name_of(path, reading.base)
    try:
        text = path.read_bytes().decode("utf-8-sig")
        tables = tomllib.loads(text)
    except OSError as error:
        reading.problems.append(Problem(name, f"cannot be read: {error.strerror}"))
    except UnicodeDecodeError as error:
        reading.problems.append(Problem(name, f"is not text in UTF-8, at byte {error.start}"))
    except tomllib.TOMLDecodeError as error:
        reading.problems.append(_syntax_problem(name, text, error))
    except RecursionError:
        reading.problems.append(Problem(name, "is not TOML: tables or arrays in it lie too deep"))
    else:
        source = Source(path, name, text, tables)
        reading.sources.append(source)
        for pattern in _patterns(source, reading):
            _include(pattern, source, reading, (*trail, path))


def _include(pattern: str, source: Source, reading: Reading, trail: tuple[Path, ...]) -> None:
    reading.patterns.append(pattern)
    matches = find_included(reading.base, pattern)
    # A pattern may match nothing yet (`targets.d/*.toml` before the first file); a plain name must.
    if not matches and not has_magic(pattern):
        reading.problems.append(_include_problem(source, "matches no file", pattern))
    for match in matches:
        if match in trail:
            way = " → ".join(name_of(path, reading.base) for path in (*trail[trail.index(match) :], match))
            reading.problems.append(_include_problem(source, f"goes in a circle: {way}", pattern))
        elif all(match != known.path for known in reading.sources):
            _read(match, reading, trail)


def find_included(base: Path, pattern: str) -> list[Path]:
    """The files that a pattern of `include` names, in order."""
    found = glob(str(base / pattern), recursive=True)  # noqa: PTH207 - Path.glob refuses absolute patterns
    return sorted(Path(name) for name in found)


def _patterns(source: Source, reading: Reading) -> Iterator[str]:
    patterns = source.tables.pop("include", [])
    if isinstance(patterns, list) and all(isinstance(pattern, str) and pattern for pattern in patterns):
        yield from patterns
    else:
        message = 'must be a list of file names, such as ["targets.d/*.toml"]'
        reading.problems.append(_include_problem(source, message, patterns))


def _include_problem(source: Source, message: str, value: object) -> Problem:
    line = find_line(source.text, ("include",))
    return Problem(source.name, message, key="include", line=line, value=show(value))


def _syntax_problem(name: str, text: str, error: tomllib.TOMLDecodeError) -> Problem:
    """Take line and column out of the parser's sentence; it has no other place for them."""
    found = _POSITION.search(str(error))
    line = int(found[1]) if found and found[1] else text.count("\n") + 1
    what = _POSITION.sub("", str(error))
    column = f" at column {found[2]}" if found and found[2] else " at the end of the file"
    return Problem(name, f"is not TOML{column}: {what}", line=line)


def merge(reading: Reading) -> Merged:
    """Make one configuration of all files: arrays are joined, any other table stands in one file only."""
    merged = Merged()
    for source in reading.sources:
        for name, value in source.tables.items():
            if name in ARRAYS and isinstance(value, list):
                _append(merged, source, name, value)
            elif name == "rules" and isinstance(value, dict):
                for part, thresholds in value.items():
                    _put(merged, source, (name, part), thresholds)
                merged.tables.setdefault(name, {})
            else:
                _put(merged, source, (name,), value)
    return merged


def _append(merged: Merged, source: Source, name: str, entries: list[Any]) -> None:
    there = merged.tables.setdefault(name, [])
    if not isinstance(there, list):
        return
    for number, entry in enumerate(entries):
        merged.origins[(name, len(there))] = (source, (name, number))
        there.append(entry)


def _put(merged: Merged, source: Source, loc: Loc, value: Any) -> None:
    if loc in merged.origins or (len(loc) == 1 and loc[0] in merged.tables):
        other = merged.where(loc)
        dotted = ".".join(map(str, loc))
        line = find_line(source.text, loc)
        message = f"stands in {other} too; it may stand in one file only"
        merged.problems.append(Problem(source.name, message, table=f"[{dotted}]", line=line))
        return
    merged.origins[loc] = (source, loc)
    holder = merged.tables if len(loc) == 1 else merged.tables.setdefault(str(loc[0]), {})
    if isinstance(holder, dict):
        holder[str(loc[-1])] = value


def name_of(path: Path, base: Path) -> str:
    """A file's path as people see it."""
    return str(path.relative_to(base)) if path.is_relative_to(base) else str(path)
