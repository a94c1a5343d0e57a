"""The demonstration: the small internet, the daemon on it, each event as it happens, and the last word."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from rich.console import Console
from rich.table import Table
from rich.text import Text

from monitor.demo.inbox import Inbox, Received
from monitor.demo.table import Row, compare
from monitor.demo.world import Timeline, World
from monitor.service import Service
from monitor.store import views, watches

STYLES = {"started": "cyan", "met": "green", "met_late": "green", "violated": "red", "unproven": "yellow"}
FIRST_ROUND = 60.0
LAST_MESSAGES = 20.0
AFTERWARDS = 30
"""How many times rarer pages are read once the story is over: it took half a core."""
TITLE = 24
JUDGED_BY_HAND = ("availability.home", "lifecycle.", "security.")


async def play(*, keep: bool) -> bool:
    """Play the whole story; says whether every verdict and finding is as scripted."""
    out = _console()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory(prefix="duban-demo-") as folder:
        timeline = Timeline(is_held=True)
        async with World(timeline=timeline) as world, Inbox() as inbox:
            listen = f"127.0.0.1:{_free_port()}"
            config = Path(folder) / "targets.toml"
            configure = partial(
                world.targets_toml,
                Path(folder),
                server_listen=listen,
                metrics_listen=f"127.0.0.1:{_free_port()}",
                channel_url=inbox.url,
            )
            config.write_text(configure(), encoding="utf-8")
            show = _Show(out, world)
            service = Service(config, observe=show.tell)
            stop = asyncio.Event()
            running = asyncio.create_task(service.run(stop))
            try:
                is_right = await _watch(out, world, inbox, service, running)
                _say_how_to_go_on(out, listen, keep=keep)
                if keep:
                    config.write_text(configure(pace=AFTERWARDS), encoding="utf-8")
                    service.reload()
                    await asyncio.shield(running)  # Ctrl-C ends the waiting; the daemon then stops in order
            finally:
                stop.set()
                with contextlib.suppress(asyncio.CancelledError):
                    await running
    return is_right


async def _watch(
    out: Console, world: World, inbox: Inbox, service: Service, running: asyncio.Task[None]
) -> bool:
    script = world.script
    out.print(f"A small internet: {len(world.sites)} sites on 127.0.0.1. The clocks run in seconds:")
    out.print(f"target {script.target} s for the hour, limit {script.limit} s for the working day.\n")
    await _first_round(service, running)
    world.begin()
    out.print(f"Every page was read once. Now the story begins; it takes {script.ends_at} seconds.\n")
    await _until(running, world, script.ends_at)
    await _all_told(service, running)
    return await _last_word(out, world, inbox, service)


async def _first_round(service: Service, running: asyncio.Task[None]) -> None:
    async with asyncio.timeout(FIRST_ROUND):
        while not service.ready.is_set() or not await service.context.store.read(watches.have_all_run):
            await _rest(running, 0.1)


async def _until(running: asyncio.Task[None], world: World, elapsed: float) -> None:
    while (left := elapsed - world.elapsed()) > 0:
        await _rest(running, min(left, 0.5))


async def _all_told(service: Service, running: asyncio.Task[None]) -> None:
    """Wait until no message waits any more."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LAST_MESSAGES):
            while await service.context.store.read(views.count_untold):
                await _rest(running, 0.2)


async def _rest(running: asyncio.Task[None], seconds: float) -> None:
    """Let time pass; where the daemon ended meanwhile, its error is ours."""
    done, _ = await asyncio.wait({running}, timeout=seconds)
    for task in done:
        task.result()
        raise RuntimeError("the daemon stopped by itself")


async def _last_word(out: Console, world: World, inbox: Inbox, service: Service) -> bool:
    ctx = service.context
    zone = ctx.counting.zone
    obligations, problems = await ctx.store.read(
        lambda s: (views.list_obligations(s, zone), views.list_problems(s, zone))
    )
    rows = compare(world.expectations, obligations)
    names = {site.id: site.name for site in ctx.targets.sites}
    out.print()
    out.print(_verdicts(rows, names))
    differing = compare_findings(world.findings, problems)
    out.print(f"\nLifecycle: {len(world.findings)} findings scripted, {len(differing)} differ.")
    for site, rule, scripted, got in differing:
        out.print(Text(f"  {site} {rule}: scripted {scripted}, got {got}", style="red"))
    _show_message(out, inbox.messages)
    wrong = sum(not row.ok for row in rows)
    out.print(f"\n{len(rows) - wrong} of {len(rows)} verdicts as scripted; {len(inbox.messages)} messages.")
    return wrong == 0 and not differing


def compare_findings(
    scripted: Mapping[tuple[str, str], bool | None], problems: Sequence[Mapping[str, Any]]
) -> list[tuple[str, str, str, str]]:
    """What differs between the findings that were scripted and the problems that stand, both ways."""
    words = {True: "in order", False: "a problem", None: "could not tell"}
    standing = {
        (problem["site"], problem["rule"])
        for problem in problems
        if problem["closed_at"] is None and problem["rule"].startswith(JUDGED_BY_HAND)
    }
    differing = []
    for key in sorted(scripted.keys() | standing):
        expected = scripted.get(key)
        if (expected is False) != (key in standing):
            got = "a problem" if key in standing else "none"
            differing.append((*key, words[expected], got))
    return differing


def _verdicts(rows: Sequence[Row], names: Mapping[str, str]) -> Table:
    table = Table(title="verdicts against the script", title_justify="left", pad_edge=False)
    for name in ("", "site", "what it did", "policy", "scripted", "got"):
        table.add_column(name, overflow="fold")
    for row in rows:
        mark = Text("ok", style="green") if row.ok else Text("DIFFERS", style="bold red")
        cells = (names.get(row.site, row.site), row.scene, _cut(row.policy), row.scripted, row.got)
        table.add_row(mark, *map(Text, cells))
    return table


def _cut(title: str) -> str:
    return title if len(title) <= TITLE else f"{title[:TITLE]}…"


def _show_message(out: Console, messages: Sequence[Received]) -> None:
    """Show what the office's clerk got: the first accusation, in full."""
    accusing = [message for message in messages if "超过规定" in message.title]
    for message in accusing[:1]:
        out.print("\nOne of the messages that the office got:\n")
        # The terminal breaks the lines: Chinese has no spaces, and rich would tear a line apart at its first.
        out.print(Text(f"{message.title}\n{message.body}", style="dim"), soft_wrap=True)


def _say_how_to_go_on(out: Console, listen: str, *, keep: bool) -> None:
    if keep:
        out.print(f"\nThe console stays up at http://{listen} until Ctrl-C.")
    else:
        out.print("\nTo look at the console: .venv/bin/duban demo --keep")
    out.print(
        "Your own county: `duban init` with its address, in a folder of its own; README.md goes on.",
        soft_wrap=True,
    )


class _Show:
    """Prints each event of the daemon with the seconds since the opening."""

    def __init__(self, out: Console, world: World) -> None:
        self._out = out
        self._world = world

    def tell(self, kind: str, site: str, text: str, at: datetime) -> None:
        line = Text(f"{self._world.elapsed():6.1f}s  ")
        line.append(f"{kind:<10}", style=STYLES.get(kind, "magenta"))
        line.append(f"{site:<14} {text}")
        self._out.print(line, soft_wrap=True)


def _console() -> Console:
    return Console(highlight=False) if sys.stdout.isatty() else Console(highlight=False, width=150)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
