"""The two lock files agree with each other and with pyproject.toml, and carry hashes and no addresses."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-run.lock")


def pins(lock: str) -> set[str]:
    """The lines name==version; marker of a lock file."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {line.rstrip(" \\") for line in text.splitlines() if re.match(r"[a-z0-9].*==", line)}


def name_of(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found, requirement
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def project() -> dict[str, list[str]]:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {"run": table["dependencies"], "dev": table["optional-dependencies"]["dev"]}


def test_the_image_gets_a_part_of_what_was_tested() -> None:
    assert pins("requirements-run.lock") <= pins("requirements.lock"), "make lock writes both"


def test_every_dependency_is_locked() -> None:
    asked = project()
    assert set(map(name_of, asked["run"])) <= set(map(name_of, pins("requirements-run.lock")))
    assert set(map(name_of, asked["run"] + asked["dev"])) <= set(map(name_of, pins("requirements.lock")))


def test_what_is_asked_for_with_extras_is_pinned_with_them() -> None:
    """A pin without its extras holds only until a newer release is out: pip then asks for that one's hash."""
    locked = map(Requirement, pins("requirements.lock"))
    here = [asked for asked in locked if asked.marker is None or asked.marker.evaluate()]
    pinned = {canonicalize_name(asked.name): asked.extras for asked in here}
    asked = [Requirement(line) for name in pinned for line in metadata.requires(name) or ()]
    wanted = [
        asked
        for asked in asked
        if asked.extras and (asked.marker is None or asked.marker.evaluate({"extra": ""}))
    ]
    assert {canonicalize_name(asked.name) for asked in wanted} >= {"coverage"}
    for requirement in (*wanted, *map(Requirement, project()["run"])):
        assert requirement.extras <= pinned[canonicalize_name(requirement.name)], requirement


@pytest.mark.parametrize("tool", ["pytest", "mypy", "ruff", "hypothesis", "import-linter", "coverage"])
def test_the_image_gets_no_tool_of_the_workshop(tool: str) -> None:
    assert tool in set(map(name_of, pins("requirements.lock")))
    assert tool not in set(map(name_of, pins("requirements-run.lock")))


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_hashes_and_no_addresses(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    for entry in re.split(r"\n(?=[a-z0-9])", text.strip()):
        assert "--hash=sha256:" in entry, entry
