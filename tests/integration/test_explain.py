"""`duban explain`: the whole reasoning of a verdict, in the office's language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlmodel import select

from checks.obligations import State
from monitor.cli.common import open_store
from monitor.store.tables import Obligation
from tests.integration.ledger import configure, filled
from tests.shell import duban


def made(folder: Path, language: str) -> dict[str, int]:
    """A filled store; gives a duty of each state."""
    targets = configure(folder, language=language)
    filled(targets)
    store = open_store(targets)
    found = store.read_now(lambda session: [(d.state, d.id or 0) for d in session.exec(select(Obligation))])
    store.close()
    return dict(found)


@pytest.mark.parametrize(
    ("language", "says"),
    [
        (
            "zh-CN",
            (
                "疑似超过规定时限",
                "第1个工作日",
                "什么会改变这一结论",
                "duban overturn",
                "未能读取",
                "超过规定时限",
            ),
        ),
        (
            "en",
            (
                "suspected past the limit",
                "working day 1",
                "What would change",
                "duban overturn",
                "Could not be read",
            ),
        ),
    ],
)
async def test_a_verdict_is_explained_in_the_offices_language(
    tmp_path: Path, language: str, says: tuple[str, ...]
) -> None:
    ids = made(tmp_path, language)
    ran = await duban("explain", str(ids[State.VIOLATED]), "-c", tmp_path / "targets.toml")
    assert (ran.status, ran.err) == (0, "")
    assert [words for words in says if words not in ran.out] == []
    if language == "zh-CN":
        told = re.sub(r"duban \w+|https?://\S+|repost\.\w+", "", ran.out)
        assert not re.search(r"[a-z]{4,} [a-z]{3,}", told), told


async def test_the_same_for_scripts(tmp_path: Path) -> None:
    ids = made(tmp_path, "zh-CN")
    shown = (await duban("explain", str(ids[State.MET]), "--json", "-c", tmp_path / "targets.toml")).json
    assert set(shown["readings"]) == {"end_of_day", "close_of_business", "same_clock", "working_hours"}
    assert all(reading["state"] for reading in shown["readings"].values())
    assert shown["could_change"] == ["nothing"]
    assert {entry["what"] for entry in shown["timeline"]} >= {"state", "look"}
    ran = await duban("explain", "9999", "-c", tmp_path / "targets.toml")
    assert (ran.status, "no obligation 9999" in ran.err) == (2, True)
