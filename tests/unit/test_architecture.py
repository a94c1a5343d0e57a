"""The design, held by machine: which way imports point, who may reach the web, who may look at the clock."""

from __future__ import annotations

import ast
import gc
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).parents[2]
PRODUCT = tuple(
    path for wing in ("monitor", "checks", "alerts") for path in sorted((ROOT / wing).rglob("*.py"))
)
TESTS = tuple(sorted((ROOT / "tests").rglob("*.py")))

Detector = Callable[[ast.AST], Iterator[ast.AST]]

SMALL_AND_PURE = {"rapidfuzz", "chinese_calendar", "opencc", "tldextract"}
TOUCHES_THE_WORLD = {"socket", "ssl", "asyncio", "http", "subprocess", "sqlite3", "threading", "time", "os"}


# --- what is looked for --------------------------------------------------------------------------------


def imported_names(tree: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield every imported dotted name, `from a import b` as a.b, wherever it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((f"{node.module}.{alias.name}", node) for alias in node.names)


def dotted(node: ast.AST) -> str:
    """Write a chain of attributes as it stands in the source: datetime.datetime.now; "" for anything else."""
    try:
        text = ast.unparse(node)
    except (ValueError, AttributeError):
        return ""
    return text if text.replace(".", "").isidentifier() else ""


def uses_of_the_web(tree: ast.AST) -> Iterator[ast.AST]:
    """aiohttp as a client and playwright; aiohttp's server side (`aiohttp.web`) reaches nobody."""
    for name, node in imported_names(tree):
        package = name.split(".")[0]
        if package == "playwright" or (package == "aiohttp" and not name.startswith("aiohttp.web")):
            yield node


def uses_of_apprise(tree: ast.AST) -> Iterator[ast.AST]:
    for name, node in imported_names(tree):
        if name.split(".")[0] == "apprise":
            yield node


def uses_of_requests(tree: ast.AST) -> Iterator[ast.AST]:
    """Ways around the one client: other HTTP libraries, and the standard library's own."""
    for name, node in imported_names(tree):
        if name.split(".")[0] in {"requests", "httpx", "urllib3"} or name.startswith(
            ("urllib.request", "http.client")
        ):
            yield node


def broad_excepts(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and (node.type is None or _names_everything(node.type)):
            yield node
        if isinstance(node, ast.Call) and dotted(node.func).endswith("suppress"):
            yield from (argument for argument in node.args if _names_everything(argument))


def _names_everything(node: ast.AST) -> bool:
    kinds = node.elts if isinstance(node, ast.Tuple) else [node]
    return any(dotted(kind).removeprefix("builtins.") in {"Exception", "BaseException"} for kind in kinds)


def naive_times(tree: ast.AST) -> Iterator[ast.AST]:
    """Calls whose answer hangs on the machine's own time zone."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        owner, _, method = dotted(node.func).rpartition(".")
        if owner.split(".")[-1] not in {"datetime", "date"}:
            continue
        if method in {"utcnow", "utcfromtimestamp", "today"} or (
            method == "now" and not (node.args or node.keywords)
        ):
            yield node


def looks_at_the_clock(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and dotted(node.func).split(".")[-1] in {"now", "today", "utcnow"}:
            yield node


def blocking_sleeps(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and dotted(node.func) == "time.sleep":
            yield node
    yield from (node for name, node in imported_names(tree) if name == "time.sleep")


def long_sleeps(tree: ast.AST) -> Iterator[ast.AST]:
    """Sleeps of more than 0.05 s: a test that waits for time instead of an event."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and dotted(node.func).split(".")[-1] == "sleep" and node.args):
            continue
        length = node.args[0]
        if isinstance(length, ast.Constant) and isinstance(length.value, int | float) and length.value > 0.05:
            yield node


def foreign_to_checks(tree: ast.AST) -> Iterator[ast.AST]:
    allowed = (sys.stdlib_module_names - TOUCHES_THE_WORLD) | SMALL_AND_PURE | {"checks"}
    for name, node in imported_names(tree):
        if name.split(".")[0] not in allowed:
            yield node


# --- the tree ------------------------------------------------------------------------------------------


def parsed(path: Path, name: str) -> ast.AST:
    """Parse a module with the garbage collector at rest.

    CPython 3.11 counts how deep it is in the tree, and miscounts (SystemError) where a collection in the
    middle closes what another test left behind.
    """
    gc.disable()
    try:
        return ast.parse(path.read_text(encoding="utf-8"), filename=name)
    finally:
        gc.enable()


def found(detector: Detector, paths: tuple[Path, ...], but: tuple[str, ...] = ()) -> list[str]:
    """Name each place as file:line; `but` are the folders and modules where it is allowed."""
    places = []
    for path in paths:
        inside = path.relative_to(ROOT).as_posix()
        if not inside.startswith(but):
            tree = parsed(path, inside)
            places += [f"{inside}:{node.lineno}" for node in detector(tree)]  # type: ignore[attr-defined]
    return places


def within(wing: str) -> tuple[Path, ...]:
    return tuple(path for path in PRODUCT if path.relative_to(ROOT).parts[0] == wing)


def test_imports_point_the_way_the_design_says(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_only_net_reaches_the_web() -> None:
    assert found(uses_of_the_web, PRODUCT, but=("monitor/net/", "monitor/net.py")) == []


def test_nothing_goes_around_the_one_client() -> None:
    """But our channels: they send as Apprise's own do, to addresses that only the configuration names."""
    assert found(uses_of_requests, PRODUCT, but=("alerts/channels/",)) == []


def test_only_delivery_and_channels_know_apprise() -> None:
    allowed = ("alerts/delivery", "alerts/channels/", "alerts/channels.py")
    assert found(uses_of_apprise, PRODUCT, but=allowed) == []


def test_checks_import_nothing_that_touches_the_world() -> None:
    assert found(foreign_to_checks, within("checks")) == []


def test_checks_never_look_at_the_clock() -> None:
    assert found(looks_at_the_clock, within("checks")) == []


def test_three_broad_excepts_and_no_more() -> None:
    places = found(broad_excepts, PRODUCT)
    assert len(places) <= 3, "allowed in the engine's loop, the delivery loop and the writer:\n" + "\n".join(
        places
    )


def test_no_time_without_a_zone() -> None:
    assert found(naive_times, PRODUCT) == []


def test_nothing_sleeps_in_the_way_of_the_loop() -> None:
    assert found(blocking_sleeps, PRODUCT) == []


def test_tests_wait_for_events_and_not_for_time() -> None:
    """But those of the whole daemon: a process of its own can only be asked again and again."""
    assert found(long_sleeps, TESTS, but=("tests/unit/test_architecture.py", "tests/e2e/")) == []


# --- the detectors themselves: each sees what it is for, and only that ---------------------------------


@pytest.mark.parametrize(
    ("detector", "source", "hits"),
    [
        (uses_of_the_web, "from aiohttp import ClientSession", 1),
        (uses_of_the_web, "def f():\n    import aiohttp", 1),  # inside a function counts
        (uses_of_the_web, "from playwright.async_api import async_playwright", 1),
        (uses_of_the_web, "from aiohttp import web\nimport aiohttp.web", 0),  # a server
        (uses_of_apprise, "import apprise as a", 1),
        (uses_of_apprise, "from apprise.plugins.base import NotifyBase", 1),
        (uses_of_requests, "from urllib.request import urlopen", 1),
        (uses_of_requests, "from urllib.parse import urlsplit", 0),
        (broad_excepts, "try: pass\nexcept Exception: pass", 1),
        (broad_excepts, "try: pass\nexcept: pass", 1),
        (broad_excepts, "try: pass\nexcept (ValueError, BaseException): pass", 1),
        (broad_excepts, "with contextlib.suppress(Exception): pass", 1),
        (broad_excepts, "try: pass\nexcept (ValueError, OSError): pass", 0),
        (naive_times, "datetime.now()", 1),
        (naive_times, "datetime.datetime.utcnow()", 1),
        (naive_times, "date.today()", 1),
        (naive_times, "datetime.now(UTC)", 0),
        (naive_times, "datetime.now(tz=zone)", 0),
        (naive_times, "clock.now()", 0),  # the daemon's own clock answers with a zone
        (looks_at_the_clock, "datetime.now(UTC)", 1),
        (looks_at_the_clock, "deadline(now, term)", 0),
        (blocking_sleeps, "time.sleep(1)", 1),
        (blocking_sleeps, "from time import sleep", 1),
        (blocking_sleeps, "await asyncio.sleep(1)", 0),
        (long_sleeps, "await asyncio.sleep(0.5)", 1),
        (long_sleeps, "time.sleep(1)", 1),
        (long_sleeps, "await asyncio.sleep(0)", 0),
        (foreign_to_checks, "import aiohttp", 1),
        (foreign_to_checks, "from monitor.net import Page", 1),
        (foreign_to_checks, "import sqlite3", 1),
        (foreign_to_checks, "import re\nfrom rapidfuzz import fuzz\nfrom checks.terms import Term", 0),
    ],
)
def test_detectors(detector: Detector, source: str, hits: int) -> None:
    assert len(list(detector(ast.parse(source)))) == hits
