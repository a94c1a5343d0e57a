"""What the command says to what nobody should give it: one line, and 2, never a traceback."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.shell import duban

CONFIG = '[office]\nname = "示例县人民政府办公室"\nregion = "340899"\n[store]\nurl = "sqlite:///x.db"\n'
WHO = ("--by", "王某", "--reason", "试验")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "targets.toml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("[" * 100_000, "deeper than a parser goes"),
        ('{"source": null, "candidate": {}}', "null is no document"),
        ('{"source": [], "candidate": "x"}', "nor is a list"),
        ("[]", "no pair"),
    ],
)
async def test_match_names_the_line_it_cannot_take(tmp_path: Path, line: str, reason: str) -> None:
    (tmp_path / "pairs").write_text(f'{{"source": {{}}, "candidate": {{}}}}\n{line}\n', encoding="utf-8")
    ran = await duban("match", tmp_path / "pairs", "--json")
    assert (ran.status, ran.out) == (2, ""), reason
    assert "line 2: not " in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("time", ["9999-12-31T23:59", "0001-01-01T00:00", "9999-12-30"])
async def test_a_time_at_the_end_of_all_years_is_refused(time: str) -> None:
    ran = await duban("deadline", time)
    assert ran.status == 2
    assert ran.err.startswith(f"duban: '{time}' lies at the end")


async def test_a_store_never_made_and_one_of_a_later_version_are_named(folder: Path) -> None:
    never = await duban("waive", "1", *WHO, cwd=folder)
    assert (never.status, "there is no store at" in never.err) == (3, True)
    assert (await duban("db", "upgrade", cwd=folder)).status == 0
    assert (await duban("waive", "1", *WHO, cwd=folder)).status == 2, "there is a store, and no such duty"
    with closing(sqlite3.connect(folder / "x.db")) as store:
        store.execute("UPDATE alembic_version SET version_num = 'later'")
        store.commit()
    for command in (("db", "upgrade"), ("run",), ("waive", "1", *WHO), ("status",)):
        ran = await duban(*command, cwd=folder)
        assert (ran.status, "Traceback" in ran.err) == (3, False), command
        assert "later" in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("explain", "99999999999999999999999"),
        ("waive", "2147483648", *WHO),
        ("acknowledge", "0", *WHO),
        ("status", "--since", "0001-01-01"),
        ("status", "--since", "soon"),
    ],
)
async def test_numbers_and_days_that_no_store_holds_are_usage(
    folder: Path, arguments: tuple[str, ...]
) -> None:
    assert (await duban("db", "upgrade", cwd=folder)).status == 0
    ran = await duban(*arguments, cwd=folder)
    assert (ran.status, "Traceback" in ran.err) == (2, False)
