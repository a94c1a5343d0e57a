"""A browser on a small web of this machine, for the tests that show pages."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from monitor.net.browser import Browser, BrowserSettings
from monitor.net.client import Client, FetchSettings
from monitor.net.guard import Guard

OPEN, CLOSED = "127.0.0.1", "127.0.0.2"
SETTINGS = FetchSettings(timeout=timedelta(seconds=10), patience=timedelta(0))
QUICK = BrowserSettings(timeout=timedelta(seconds=20), patience=timedelta(seconds=3))


async def lookup(name: str) -> Sequence[str]:
    """Resolve the names of .test: closed.test to where nothing may go, all others here."""
    if not name.endswith(".test") or name.startswith("nowhere"):
        raise socket.gaierror(socket.EAI_NONAME, "no such name")
    return [CLOSED] if name == "closed.test" else [OPEN]


@asynccontextmanager
async def browsing(
    settings: BrowserSettings = QUICK, fetching: FetchSettings = SETTINGS, **others: Any
) -> AsyncIterator[Browser]:
    """Run a browser that may reach 127.0.0.1 and nothing else."""
    arguments: dict[str, Any] = {"lookup": lookup, **others}
    guard = Guard.allowing([f"{OPEN}/32"])
    async with Client(fetching, guard, **arguments) as client, Browser(client, settings) as browser:
        yield browser


def rows(count: int = 12) -> str:
    """Write a list such as any county's."""
    title = "关于做好第{n}批农村公路养护工程有关工作安排的通知"
    row = f'<li><a href="/a/{{n}}.html">{title}</a><span>2026-10-{{day:02}}</span></li>'
    return "".join(row.format(n=n, day=n + 1) for n in range(count))


def page(body: str, title: str = "示例县人民政府") -> str:
    head = f"<head><meta charset='utf-8'><title>{title}</title></head>"
    return f"<!doctype html><html>{head}<body>{body}</body></html>"


# --- processes, looked for in /proc as the product never does -------------------------------------------


def running(words: str) -> set[int]:
    """Give the numbers of the processes on whose command line these words stand."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                command = entry.joinpath("cmdline").read_bytes()
                state = entry.joinpath("stat").read_text("latin-1").rpartition(")")[2].split()[0]
            except OSError:
                continue
            if words.encode() in command and state not in "ZX":
                found.add(int(entry.name))
    return found


async def until(is_so: Callable[[], bool], within: float = 15.0) -> None:
    """Wait for something that no event tells of."""
    async with asyncio.timeout(within):
        while not is_so():  # noqa: ASYNC110 - no event: processes end by themselves
            await asyncio.sleep(0.05)
