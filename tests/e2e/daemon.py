"""A daemon as a process of its own, as ops run it, on the small internet."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Daemon:
    """`duban run` on a configuration; killed, stopped and started again as a test wants."""

    def __init__(self, config: Path, listen: str, metrics: str) -> None:
        self.config = config
        self.listen = listen
        self.metrics = metrics
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        log = (self.config.parent / "daemon.log").open("ab")
        with log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-W",
                "error",
                "-W",  # Apprise asks for it; Python 3.11 and 3.12 complain
                "ignore:'imghdr' is deprecated:DeprecationWarning",
                "-m",
                "monitor.cli",
                "run",
                "-c",
                str(self.config),
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )

    async def kill(self) -> None:
        """End it as a power cut would."""
        assert self.process is not None
        self.process.kill()
        await self.process.wait()

    async def stop(self, within: float = 10.0) -> int:
        """End it as a container does; gives the exit status, TimeoutError where it takes too long."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(within):
            return await self.process.wait()

    async def answers(self, path: str, within: float = 60.0) -> None:
        """Wait until a probe answers 200."""
        async with asyncio.timeout(within), aiohttp.ClientSession() as session:
            while not await self._asks(session, f"http://{self.metrics}{path}"):
                assert self.process is not None
                assert self.process.returncode is None, self.log()
                await asyncio.sleep(0.05)

    @staticmethod
    async def _asks(session: aiohttp.ClientSession, url: str) -> bool:
        try:
            async with session.get(url) as answer:
                return answer.status == 200
        except aiohttp.ClientConnectionError:
            return False

    async def fetch(self, path: str) -> Any:
        """What the API answers."""
        async with aiohttp.ClientSession() as session, session.get(f"http://{self.listen}{path}") as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def scrape(self) -> str:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://{self.metrics}/metrics") as answer,
        ):
            return await answer.text()

    def log(self) -> str:
        return (self.config.parent / "daemon.log").read_text(encoding="utf-8")


@asynccontextmanager
async def running(config: Path, listen: str, metrics: str) -> AsyncIterator[Daemon]:
    """A started daemon; killed at the end where the test left it running."""
    daemon = Daemon(config, listen, metrics)
    await daemon.start()
    try:
        yield daemon
    finally:
        if daemon.process is not None and daemon.process.returncode is None:
            await daemon.kill()
