from __future__ import annotations

import asyncio
import random
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from monitor.demo.inbox import Inbox, Received
from monitor.demo.scripts import Script
from monitor.demo.show import compare_findings
from monitor.demo.table import compare
from monitor.demo.world import Timeline, World
from tests.e2e.daemon import Daemon, free_port, running
from tests.shell import duban


@dataclass(frozen=True)
class Stage:
    """The small internet, the office's inbox, and a daemon that watches the one and writes to the other."""

    world: World
    inbox: Inbox
    daemon: Daemon

    async def reaches(self, elapsed: float) -> None:
        await asyncio.sleep(max(0.0, elapsed - self.world.elapsed()))

    async def has_told(self, within: float = 120.0) -> None:
        """Wait until every event is a message and every message is delivered."""
        async with asyncio.timeout(within):
            while await self._owes():
                await asyncio.sleep(0.1)

    async def _owes(self) -> bool:
        text = await self.daemon.scrape()
        pending = next(line for line in text.splitlines() if line.startswith("duban_alerts_pending "))
        with sqlite3.connect(self.store) as store:
            (untold,) = store.execute("select count(*) from alert_event where told_at is null").fetchone()
        return float(pending.split()[1]) > 0 or untold > 0

    @property
    def store(self) -> Path:
        return self.daemon.config.parent / "duban.db"


@asynccontextmanager
async def staged(folder: Path, script: Script, inbox: Inbox) -> AsyncIterator[Stage]:
    """Everything read once, and the story about to begin."""
    listen, metrics = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
    async with World(script, Timeline(is_held=True)) as world, inbox:
        config = folder / "targets.toml"
        config.write_text(
            world.targets_toml(folder, server_listen=listen, metrics_listen=metrics, channel_url=inbox.url),
            encoding="utf-8",
        )
        async with running(config, listen, metrics) as daemon:
            await daemon.answers("/readyz")
            yield Stage(world, inbox, daemon)


def differing(stage: Stage, obligations: list[dict[str, Any]]) -> list[str]:
    return [
        f"{row.site}: {row.scene}: {row.scripted}, got {row.got}"
        for row in compare(stage.world.expectations, obligations)
        if not row.ok
    ]


def numbers(received: tuple[Received, ...]) -> Counter[str]:
    feet = (message.body.rsplit("：", 1)[-1] for message in received)
    return Counter(foot.partition(" · ")[0].strip() for foot in feet)


async def evidence_of(stage: Stage) -> dict[str, Any]:
    """What the evidence says of itself, and of every verdict."""
    found: dict[str, Any] = (await duban("evidence", "verify", "-c", stage.daemon.config, "--json")).json
    return found


async def test_every_verdict_is_as_scripted_and_nobody_else_is_accused(tmp_path: Path) -> None:
    """The whole story, with a webhook that fails every third time."""
    async with staged(tmp_path, Script(), Inbox(fail_every=3)) as stage:
        stage.world.begin()
        await stage.reaches(stage.world.script.ends_at)
        await stage.has_told()
        obligations = await stage.daemon.fetch("/api/v1/obligations?limit=1000")
        problems = await stage.daemon.fetch("/api/v1/problems?limit=1000")
        alerts = await stage.daemon.fetch("/api/v1/alerts?limit=1000")
        assert differing(stage, obligations) == []
        assert compare_findings(stage.world.findings, problems) == []
        got = numbers(stage.inbox.messages)
        assert set(got) == {alert["number"] for alert in alerts}, (
            "every message arrived, though every third try failed"
        )
        assert max(got.values()) == 1, "and none of them twice"
        text = await stage.daemon.scrape()
        violated = sum(o["state"] == "violated" for o in obligations)
        counted = [
            float(line.rsplit(" ", 1)[1])
            for line in text.splitlines()
            if line.startswith("duban_obligations_settled_total{") and 'state="violated"' in line
        ]
        assert sum(counted) == violated
        evidence = await evidence_of(stage)
        assert evidence["ok"], evidence
        assert evidence["verdicts"]["checked"] >= len(obligations) - 1
        assert evidence["messages"]["checked"] > 0
        assert await stage.daemon.stop() == 0


@pytest.mark.parametrize("seed", [1, 2])
async def test_kill_9_loses_no_verdict_and_no_message(tmp_path: Path, seed: int) -> None:
    """Three power cuts at moments nobody chose. At most one message comes again for each, with its number."""
    moments = sorted(random.Random(seed).sample(range(9, 56), 3))
    script = Script().scaled(2)
    async with staged(tmp_path, script, Inbox()) as stage:
        stage.world.begin()
        for moment in moments:
            await stage.reaches(moment)
            await stage.daemon.kill()
            await stage.daemon.start()
        await stage.reaches(script.ends_at + 6)
        await stage.daemon.answers("/readyz")
        # A message under way at the cut is sent again once its lease is over.
        await stage.has_told(within=100)
        obligations = await stage.daemon.fetch("/api/v1/obligations?limit=1000")
        alerts = await stage.daemon.fetch("/api/v1/alerts?limit=1000")
        assert differing(stage, obligations) == [], moments
        evidence = await evidence_of(stage)
        assert evidence["ok"], evidence
        got = numbers(stage.inbox.messages)
        assert set(got) == {alert["number"] for alert in alerts}
        assert got.total() - len(got) <= len(moments)
        assert await stage.daemon.stop() == 0


async def test_sigterm_in_the_middle_writes_nothing_by_halves(tmp_path: Path) -> None:
    async with staged(tmp_path, Script(), Inbox()) as stage:
        stage.world.begin()
        await stage.reaches(9)
        assert await stage.daemon.stop(within=10) == 0
        with sqlite3.connect(stage.store) as store:
            assert store.execute("pragma integrity_check").fetchone() == ("ok",)
            (untold,) = store.execute(
                "select count(*) from obligation o where not exists "
                "(select 1 from transition t where t.obligation_id = o.id and t.state = o.state)"
            ).fetchone()
            assert untold == 0, "a state without the record of its change"
