"""One Chromium, from its launch to the last of its processes."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import shutil
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.net.browsing import chromium, processes

if TYPE_CHECKING:
    from playwright.async_api import Browser, Playwright

LAUNCH_WITHIN = 30.0
CLOSE_WITHIN = 5.0


@dataclass(slots=True, eq=False)
class Launched:
    """A running Chromium and its driver.

    leader: the process that leads all others of Chromium, None where the system does not tell. pages: shown
    so far. users: pages being shown. is_spent: to be closed once the last user is gone. closing: tabs on
    their way out.
    """

    driver: Playwright
    browser: Browser
    home: Path
    leader: processes.Process | None
    started_at: float
    pages: int = 0
    users: int = 0
    is_spent: bool = False
    closing: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def is_alive(self) -> bool:
        return self.browser.is_connected()

    @property
    def is_going(self) -> bool:
        """Whether what goes wrong with a page may come of this browser's own end."""
        return self.is_spent or not self.is_alive

    @property
    def version(self) -> str:
        return self.browser.version

    def processes(self) -> tuple[processes.Process, ...]:
        """List Chromium's processes; the driver is not among them."""
        return processes.of_group(self.leader.pid) if self.leader is not None else ()

    def memory(self) -> int:
        """Bytes that Chromium's processes hold of their own."""
        return sum(process.memory for process in self.processes())

    def kill_renderers(self, most: int) -> int:
        """End every page that holds more memory than this; gives how many. The others stay."""
        hogs = [process for process in self.processes() if process.is_renderer and process.memory > most]
        processes.kill(hogs)
        return len(hogs)

    def kill(self) -> None:
        """End all of Chromium's processes at once."""
        processes.kill(self.processes())

    async def close(self) -> None:
        """Close in good order or, where that takes too long, by force; nothing is left in either case."""
        try:
            with contextlib.suppress(*chromium.errors(TimeoutError)):
                async with asyncio.timeout(CLOSE_WITHIN):
                    await self.browser.close()
            with contextlib.suppress(*chromium.errors(TimeoutError)):
                async with asyncio.timeout(CLOSE_WITHIN):
                    await self.driver.stop()
        finally:
            self._sweep()

    def _sweep(self) -> None:
        """End what is left of Chromium and of its driver, and remove what they wrote."""
        self.kill()
        if self.leader is not None:
            processes.kill(processes.same_again(self.leader.parent, "run-driver"))
            if profile := _profile(self.leader.command):
                shutil.rmtree(profile, ignore_errors=True)
        shutil.rmtree(self.home, ignore_errors=True)


async def launch(server: str, now: float, executable: str | None = None) -> Launched:
    """Start Chromium behind the tunnel at `server`; NoBrowserError where there is none or it does not start.

    now: seconds of the event loop's clock.
    """
    from playwright.async_api import async_playwright  # noqa: PLC0415 - heavy, and not for every command

    async with AsyncExitStack() as unless_done:
        try:
            driver = await async_playwright().start()
        except chromium.errors(OSError) as error:
            raise chromium.NoBrowserError(
                f"playwright's driver does not start: {error} (a slim image lacks libatomic1)"
            ) from error
        unless_done.push_async_callback(driver.stop)
        home = Path(tempfile.mkdtemp(prefix="duban-browser-"))
        unless_done.callback(shutil.rmtree, home, ignore_errors=True)
        mark = f"--duban-browser={secrets.token_hex(8)}"
        browser = await _started(driver, executable, server, mark, home)
        unless_done.pop_all()
    return Launched(driver, browser, home, processes.leader_with(mark), now)


async def _started(driver: Playwright, executable: str | None, server: str, mark: str, home: Path) -> Browser:
    path = executable or chromium.found(driver.chromium.executable_path)
    options: dict[str, Any] = chromium.launch_options(path, server, mark, home, LAUNCH_WITHIN)
    try:
        return await driver.chromium.launch(**options)
    except chromium.errors() as error:
        raise chromium.explain(error, path) from error


def _profile(command: str) -> str | None:
    """Read where Chromium keeps its profile; the driver removes it, unless it was ended by force."""
    for word in command.split(" "):
        if word.startswith("--user-data-dir=") and "playwright" in word:
            return word.partition("=")[2]
    return None
