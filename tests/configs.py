"""Configurations that tests write, and what is said of the bad ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from monitor.targets import TargetsError, load

ROOT = Path(__file__).parents[1]
FIXTURES = ROOT / "tests/fixtures/config"

ENV = {
    "DUBAN_SECRET": "hunter2-of-the-environment",
    "DUBAN_EMPTY": " ",
    "DUBAN_FILE_URL": "file:///etc/hunter2",
}

OFFICE = '[office]\nname = "示例县人民政府办公室"\nregion = "340899"\n'
SITE = '[[site]]\nid = "example"\nname = "示例县"\nurl = "https://www.example.gov.cn/"\n'
PORTAL = '[[portal]]\nid = "{id}"\nname = "上级"\nlevel = "{level}"\nurl = "https://{id}.example.gov.cn/"\n'

Write = Callable[..., Path]


def write_files(folder: Path, text: str, files: Mapping[str, str] | None = None) -> Path:
    """Write targets.toml, and further files beside it by their path; return the path of targets.toml."""
    for name, content in {"targets.toml": text, **(files or {})}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder / "targets.toml"


def faults(path: Path, env: Mapping[str, str] = ENV) -> list[str]:
    """Every line that is said of a bad configuration."""
    with pytest.raises(TargetsError) as caught:
        load(path, env)
    assert str(caught.value) == "\n".join(map(str, caught.value.problems))
    return str(caught.value).splitlines()
