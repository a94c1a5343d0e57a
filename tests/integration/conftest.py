"""The small world of `county.py`, for every test that asks for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.county import World, made


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Yield portals, a county's site and the daemon's parts, with nothing read yet; it is Tuesday, nine."""
    async with made(tmp_path) as opened:
        yield opened
