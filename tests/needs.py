"""Parts of the system that some tests need, and what is said when one is missing.

A test declares its need with a marker of `PARTS` (`@pytest.mark.needs_chromium`) or by using the
fixture `postgresql_url`. Where the part is missing the test is skipped, and the run ends with the
tests concerned and the command that would make them run. With CI set, a missing part is a failure:
there, a skip would be a test that nobody ever ran.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

CHROMIUM_NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
CHROMIUM_ON_MACOS = ("/Applications/Chromium.app", "/Applications/Google Chrome.app")
CLUSTER = "postgresql_cluster"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the system: the marker that asks for it, how it is found, and how to get it."""

    marker: str
    name: str
    is_here: Callable[[], bool]
    debian: str
    macos: str

    @property
    def remedy(self) -> str:
        return self.macos if sys.platform == "darwin" else self.debian


@cache
def chromium_is_here() -> bool:
    return any(map(shutil.which, CHROMIUM_NAMES)) or any(Path(app).exists() for app in CHROMIUM_ON_MACOS)


@cache
def postgresql_programs() -> Path | None:
    """Return the folder that holds initdb and pg_ctl; Debian keeps it off the PATH."""
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parts[-3]))
    return versions[-1].parent if versions else None


@cache
def prometheus_is_here() -> bool:
    return bool(shutil.which("prometheus") and shutil.which("promtool"))


@cache
def cjk_fonts_are_here() -> bool:
    if sys.platform == "darwin":
        return True
    if not (fc_list := shutil.which("fc-list")):
        return False
    return bool(subprocess.run([fc_list, ":lang=zh-cn", "family"], capture_output=True, check=False).stdout)


PARTS = (
    Part(
        "needs_chromium",
        "Chromium",
        chromium_is_here,
        debian="apt-get install chromium-headless-shell",
        macos="brew install --cask chromium",
    ),
    Part(
        "needs_cjk_fonts",
        "Chinese fonts",
        cjk_fonts_are_here,
        debian="apt-get install fontconfig fonts-noto-cjk",
        macos="brew install fontconfig",
    ),
    Part(
        "needs_postgresql",
        "PostgreSQL",
        lambda: postgresql_programs() is not None,
        debian="apt-get install postgresql",
        macos="brew install postgresql",
    ),
    Part(
        "needs_prometheus",
        "Prometheus",
        prometheus_is_here,
        debian="apt-get install prometheus",
        macos="brew install prometheus",
    ),
)


class MissingParts:
    """The plugin: refuses tests whose part is missing, and sums up at the end what would run them."""

    def __init__(self, parts: Iterable[Part] = PARTS, *, strict: bool) -> None:
        self.parts = tuple(parts)
        self.strict = strict

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            if CLUSTER in getattr(item, "fixturenames", ()):
                item.add_marker("needs_postgresql")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        for part in self.parts:
            if item.get_closest_marker(part.marker) and not part.is_here():
                self.refuse(part)

    def refuse(self, part: Part) -> None:
        if self.strict:
            pytest.fail(f"{_reason(part)} (with CI set, a missing part is a failure)", pytrace=False)
        pytest.skip(_reason(part))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        # By the reports: the tests themselves may have run in other processes.
        skipped = terminalreporter.stats.get("skipped", [])
        wanting = {
            part: [report.nodeid for report in skipped if _reason(part) in str(report.longrepr)]
            for part in self.parts
        }
        if not any(wanting.values()):
            return
        terminalreporter.section("skipped for want of a part of the system")
        for part, nodeids in wanting.items():
            if nodeids:
                terminalreporter.line(f"{part.name} is not installed. To run these: {part.remedy}")
            for nodeid in nodeids:
                terminalreporter.line(f"    {nodeid}")


def _reason(part: Part) -> str:
    return f"{part.name} is not installed: {part.remedy}"


def register(config: pytest.Config) -> None:
    """Declare the markers and install the plugin; called once, from conftest."""
    for part in PARTS:
        config.addinivalue_line("markers", f"{part.marker}: needs {part.name} on this machine")
    config.pluginmanager.register(MissingParts(strict=bool(os.environ.get("CI"))), "missing-parts")
