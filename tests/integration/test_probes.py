"""What machines ask of the daemon: whether it is ready, and stays so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from monitor.metrics import Metrics
from monitor.web.probes import probes_app
from tests.integration.county import FAR_SITE, World, made
from tests.integration.ledger import serving_on


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with made(tmp_path) as opened:
        yield opened


async def test_ready_is_once_the_first_round_is_done_and_stays_so(world: World) -> None:
    app = probes_app(lambda: world.context, Metrics("0"), world.now)
    async with serving_on(app) as base, aiohttp.ClientSession(base) as session:

        async def ready() -> int:
            async with session.get("/readyz") as answer:
                return answer.status

        assert await ready() == 503
        for kind, key in await world.due_now():
            await world.together(kind, key)
        assert await ready() == 200
        await world.reload(world.config + FAR_SITE)
        assert await ready() == 200, "a site that joins takes nothing out of service"
