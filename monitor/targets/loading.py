"""Reading a configuration: files, secrets, tables and the calendar beside them; or all that is wrong."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from checks.holidays import YearFile
from monitor.targets.binding import SHARED_DIGITS, is_region
from monitor.targets.checking import check_names, check_secrets
from monitor.targets.model import Tables, Targets
from monitor.targets.places import find_line
from monitor.targets.problems import (
    SECRET_KEYS,
    Fault,
    Loc,
    Problem,
    TargetsError,
    describe,
    is_echo,
    show,
    translate,
)
from monitor.targets.secrets import MASK, MissingSecretError, Secret, Vault, Veiled
from monitor.targets.sources import Merged, Reading, find_included, merge, name_of, read_files
from monitor.targets.values import read_address

FROM_ENV = {"listen": "DUBAN_LISTEN", "metrics": "DUBAN_METRICS"}
"""Keys of [server] before which a variable goes: an image cannot know what the file in it will say."""

_YEAR_FILE = re.compile(r"\d{4}\.json")


def load(path: Path, env: Mapping[str, str] = os.environ) -> Targets:
    """Read a configuration file with all it includes, replace its placeholders from `env`, and check it.

    TargetsError lists every fault at once. Relative paths, in whichever file, start at the folder of `path`;
    the paths of the result are absolute. DUBAN_LISTEN and DUBAN_METRICS in `env` go before [server].
    """
    reading = read_files(Path(path).absolute())
    merged = merge(reading)
    years = _read_years(reading)
    vault = Vault(env, reading.base, [])
    tables, problems = _validate(reading, merged, vault)
    problems = [*reading.problems, *merged.problems, *_check_env(env), *problems]
    if tables is None or problems:
        raise TargetsError(sorted(set(problems), key=_order(reading)))
    contents = {**{source.path: source.text for source in reading.sources}, **{y.path: y.text for y in years}}
    return _assemble(
        tables.model_copy(update={"include": tuple(reading.patterns)}),
        base=reading.base,
        files=tuple(dict.fromkeys((*contents, *vault.files))),
        years={year.file.year: year.file for year in years},
        digest=_digest(contents, reading.base),
    )


def default_targets(base: Path, env: Mapping[str, str] = os.environ) -> Targets:
    """The configuration of somebody who has none: every default, with paths that start at `base`."""
    if problems := list(_check_env(env)):
        raise TargetsError(problems)
    tables = Tables.model_validate(_with_env({}, env))
    return _assemble(tables, base=base.absolute(), files=(), years={}, digest=_digest({}, base))


def stamp(targets: Targets) -> str:
    """A mark that changes when a file of the configuration changes, appears or goes; nothing is parsed.

    It looks at the times and sizes of all files that were read, of what the include patterns match now, and
    of calendar/YYYY.json.
    """
    included = (found for pattern in targets.include for found in find_included(targets.base, pattern))
    marks = (_mark(path) for path in sorted({*targets.files, *included, *_year_paths(targets.base)}))
    return hashlib.sha256("\n".join(marks).encode()).hexdigest()


def _mark(path: Path) -> str:
    try:
        status = path.stat()
    except OSError:
        return f"{path} cannot be read"
    return f"{path} {status.st_mtime_ns} {status.st_size} {status.st_ino}"


def _validate(reading: Reading, merged: Merged, vault: Vault) -> tuple[Tables | None, list[Problem]]:
    """Check the tables by themselves and, where every file could be read, with one another."""
    unset: list[Fault] = []
    filled = _fill(merged.tables, (), vault, unset)
    faults = list(check_secrets(merged.tables))
    if not reading.problems:
        faults += check_names(filled, merged.where)
    tables = None
    try:
        tables = Tables.model_validate(
            _with_regions(_with_env(filled, vault.env)), by_alias=True, by_name=False
        )
    except ValidationError as error:
        faults += (translate(found) for found in error.errors(include_url=False) if not is_echo(found))
    missing = {fault.loc for fault in unset}
    faults = [*unset, *(fault for fault in faults if fault.loc not in missing)]
    return tables, [_locate(_veil(fault, filled), merged, reading) for fault in faults]


def _fill(value: Any, loc: Loc, vault: Vault, unset: list[Fault]) -> Any:
    """Copy tables with their placeholders replaced; one that stands for nothing stays as it is written."""
    if isinstance(value, dict):
        return {key: _fill(part, (*loc, key), vault, unset) for key, part in value.items()}
    if isinstance(value, list):
        return [_fill(part, (*loc, number), vault, unset) for number, part in enumerate(value)]
    if not isinstance(value, str):
        return value
    try:
        return vault.fill(value)
    except MissingSecretError as error:
        unset.append(Fault(loc, str(error), shows_value=False))
        return value


def _veil(fault: Fault, filled: Any) -> Fault:
    """Keep what placeholders stand for out of what is said, and do not improve upon it either."""
    message = fault.message
    for secret in _veiled_in(filled):
        message = message.replace(secret, MASK)
    is_own = any(_veiled_in(_value_at(filled, fault.loc)))
    return replace(fault, message=message, nearest=None if is_own else fault.nearest)


def _veiled_in(value: Any) -> Iterator[Veiled]:
    if isinstance(value, Veiled):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _veiled_in(part)


def _locate(fault: Fault, merged: Merged, reading: Reading) -> Problem:
    """Give a fault the file and line where its key stands."""
    found = merged.trace(fault.loc)
    if found is None:
        table, key = describe(fault.loc, merged.tables)
        return Problem(reading.name, fault.message, table, key, nearest=fault.nearest)
    source, loc = found
    table, key = describe(loc, source.tables)
    value = _value_at(source.tables, loc)
    names = tuple(part for part in loc if isinstance(part, str))
    hides = not fault.shows_value or names in SECRET_KEYS or value is None
    return Problem(
        source.name,
        fault.message,
        table,
        key,
        find_line(source.text, loc),
        "" if hides else show(value),
        fault.nearest,
    )


def _value_at(tables: Any, loc: Loc) -> Any:
    node = tables
    for step in loc:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            return None
    return node


def _order(reading: Reading) -> Any:
    """Sort by file, the first of them first, and by line."""
    main = reading.name
    return lambda problem: (problem.file != main, problem.file, problem.line or 0, str(problem))


def _with_regions(tables: dict[str, Any]) -> dict[str, Any]:
    """Give sites and portals without a region the office's: the whole code, its city's or its province's."""
    office = tables.get("office")
    region = office.get("region") if isinstance(office, dict) else None
    if not isinstance(region, str) or not is_region(region):
        return tables
    sites = (_with_default(entry, region) for entry in _list(tables, "site"))
    portals = (_with_default(entry, _upper(region, entry)) for entry in _list(tables, "portal"))
    return {**tables, **_if_given(tables, "site", sites), **_if_given(tables, "portal", portals)}


def _upper(region: str, portal: Any) -> str:
    level = portal.get("level") if isinstance(portal, dict) else None
    digits = SHARED_DIGITS.get(level, 0) if isinstance(level, str) else 0
    return region[:digits].ljust(6, "0")


def _with_default(entry: Any, region: str) -> Any:
    return {"region": region, **entry} if isinstance(entry, dict) else entry


def _list(tables: Mapping[str, Any], name: str) -> Sequence[Any]:
    entries = tables.get(name)
    return entries if isinstance(entries, list) else ()


def _if_given(tables: Mapping[str, Any], name: str, entries: Iterable[Any]) -> dict[str, Any]:
    return {name: list(entries)} if isinstance(tables.get(name), list) else {}


def _with_env(tables: dict[str, Any], env: Mapping[str, str]) -> dict[str, Any]:
    server = tables.get("server", {})
    given = {key: env[name] for key, name in FROM_ENV.items() if env.get(name)}
    if not given or not isinstance(server, dict) or any(_check_env(env)):
        return tables
    return {**tables, "server": {**server, **given}}


def _check_env(env: Mapping[str, str]) -> Iterator[Problem]:
    for name in FROM_ENV.values():
        try:
            if env.get(name):
                read_address(env[name])
        except ValueError as error:
            yield Problem("the environment", str(error), key=name, value=show(env[name]))


@dataclass(frozen=True, slots=True)
class _Year:
    path: Path
    text: str
    file: YearFile


def _year_paths(base: Path) -> list[Path]:
    folder = base / "calendar"
    return sorted(path for path in folder.glob("*.json") if _YEAR_FILE.fullmatch(path.name))


def _read_years(reading: Reading) -> list[_Year]:
    """Read calendar/YYYY.json; what is wrong with them joins the problems of the reading."""
    years = []
    for path in _year_paths(reading.base):
        try:
            text = path.read_bytes().decode("utf-8-sig")
            file = _read_year(text, int(path.stem))
        except OSError as error:
            reading.problems.append(Problem(name_of(path, reading.base), f"cannot be read: {error.strerror}"))
        except ValueError as error:
            reading.problems.append(Problem(name_of(path, reading.base), str(error)))
        else:
            years.append(_Year(path, text, file))
    return years


def _read_year(text: str, year: int) -> YearFile:
    file = YearFile.from_json(json.loads(text))
    if file.year != year:
        raise ValueError(f"is about {file.year}, not about the year of its name")
    return file


def _assemble(tables: Tables, *, base: Path, **read: Any) -> Targets:
    folders = {name: base / getattr(tables.store, name) for name in ("evidence", "pages")}
    store = tables.store.model_copy(update={"url": _absolute_url(tables.store.url, base), **folders})
    values = {name: getattr(tables, name) for name in Tables.model_fields}
    return Targets.model_construct(**{**values, "store": store, "base": base, **read})


def _absolute_url(url: Secret, base: Path) -> Secret:
    """Let a relative SQLite path start at `base`."""
    scheme, separator, path = url.reveal().partition(":///")
    if scheme != "sqlite" or path.startswith(("/", ":memory:")):
        return url
    return Secret(f"{scheme}{separator}{base / path}")


def _digest(contents: Mapping[Path, str], base: Path) -> str:
    digest = hashlib.sha256()
    for path, text in contents.items():
        digest.update(f"{name_of(path, base)}\0{text}\0".encode())
    return digest.hexdigest()
