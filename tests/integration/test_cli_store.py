"""What the command says where its store cannot be used: one line, and 3, never 1."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shell import duban

CONFIG = '[office]\nname = "示例县人民政府办公室"\nregion = "340899"\n[store]\nurl = "{url}"\n'


@pytest.mark.parametrize(
    ("url", "says", "reason"),
    [
        ("sqlite:///notes.db", "file is not a database", "another file has the store's name"),
        ("sqlite:///none.db", "there is no store at", "the daemon never ran"),
        ("postgresql://duban@127.0.0.1:1/duban", "connection", "nobody listens there"),
    ],
)
async def test_a_store_that_does_not_answer_is_no_violation(
    tmp_path: Path, url: str, says: str, reason: str
) -> None:
    (tmp_path / "targets.toml").write_text(CONFIG.format(url=url), encoding="utf-8")
    (tmp_path / "notes.db").write_text("not a database " * 100, encoding="utf-8")
    ran = await duban("status", "--fail", cwd=tmp_path)
    assert (ran.status, ran.out) == (3, ""), reason
    assert ran.err.startswith("duban: ")
    assert says in ran.err
    assert "Traceback" not in ran.err


async def test_a_folder_that_cannot_be_made_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "targets.toml").write_text(CONFIG.format(url="sqlite:///var/x.db"), encoding="utf-8")
    (tmp_path / "var").write_text("a file stands in its way", encoding="utf-8")
    ran = await duban("db", "upgrade", cwd=tmp_path)
    assert ran.status == 3
    assert ran.err.startswith("duban: ")
    assert "Traceback" not in ran.err
