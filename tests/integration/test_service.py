"""The daemon as a whole, in this process: what must not end it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from monitor.service import LOOK_FOR_CHANGES, Service
from tests.e2e.daemon import free_port

CONFIG = """
[office]
name = "{name}"
region = "340899"
[server]
listen = "127.0.0.1:{listen}"
metrics = "127.0.0.1:{metrics}"
[[portal]]
id = "gov"
name = "国家门户"
level = "national"
url = "https://www.gov.example/"
"""


class Office:
    """A daemon that reads nothing, and its configuration file."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "targets.toml"
        self.ports = {"listen": free_port(), "metrics": free_port()}
        self.name("甲")
        self.service = Service(self.config)

    def name(self, name: str) -> None:
        self.config.write_text(CONFIG.format(name=name, **self.ports), encoding="utf-8")

    @property
    def is_successful(self) -> float | None:
        return self.service.metrics.registry.get_sample_value("duban_config_last_reload_successful")

    async def until(self, name: str, successful: float) -> None:
        async with asyncio.timeout(20):
            while (self.service.context.targets.office.name, self.is_successful) != (name, successful):  # noqa: ASYNC110
                await asyncio.sleep(0.02)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with started(Office(tmp_path)) as running:
        yield running


@asynccontextmanager
async def started(office: Office) -> AsyncIterator[Office]:
    stop = asyncio.Event()
    running = asyncio.create_task(office.service.run(stop))
    ready = asyncio.create_task(office.service.ready.wait())
    await asyncio.wait({running, ready}, timeout=30, return_when=asyncio.FIRST_COMPLETED)
    try:
        yield office
    finally:
        ready.cancel()
        stop.set()
        await running


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\xff", "no text"),
        (b"", "a valid one, by which all sites would leave and their clocks end"),
        (b"a = " + b"[" * 100_000, "deeper than any parser goes"),
    ],
)
async def test_a_configuration_that_became_garbage_leaves_the_old_one_in_force(
    office: Office, content: bytes, reason: str
) -> None:
    office.config.write_bytes(content)
    await office.until("甲", 0)
    office.name("乙")
    await office.until("乙", 1)


async def test_a_file_that_is_being_written_is_not_read_by_halves(office: Office) -> None:
    whole = office.config.read_text(encoding="utf-8").replace("甲", "乙")
    half = whole.replace('"gov"', '"half"')
    for written in range(4):
        office.config.write_text(half + "#" * written, encoding="utf-8")
        await asyncio.sleep(LOOK_FOR_CHANGES / 2)
        assert office.service.context.targets.office.name == "甲"
    office.config.write_text(whole, encoding="utf-8")
    await office.until("乙", 1)
    assert [portal.id for portal in office.service.context.targets.portals] == ["gov"]


async def test_a_deleted_configuration_leaves_the_old_one_in_force(office: Office) -> None:
    office.config.unlink()
    await office.until("甲", 0)
    office.name("乙")
    await office.until("乙", 1)


async def test_a_store_that_cannot_be_written_takes_the_configuration_later(office: Office) -> None:
    store = office.service.context.store.file
    with closing(sqlite3.connect(str(store))) as other:
        other.execute("ALTER TABLE place RENAME TO gone")
        office.name("乙")
        await office.until("甲", 0)
        other.execute("ALTER TABLE gone RENAME TO place")
    await office.until("乙", 1)
