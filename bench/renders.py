"""Memory and time of showing pages: `python bench/renders.py N` (default 1000), on made pages of this machine.

Three pages of four are lists that a script fetches and builds, one is plain; one in 250 hangs until its time is
up, one in 250 eats memory until it is stopped. Told are, over time, the memory of Chromium's processes and of its
driver (their own, shared parts excluded), ours, and at the end what is left running or lying about.
Exits 1 where something is left.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from monitor.net.browser import Browser, BrowserSettings
from monitor.net.browsing import processes
from monitor.net.browsing.pool import Life
from monitor.net.client import Client, FetchSettings
from monitor.net.guard import Guard

MIB = 1024**2
TITLE = "关于做好第{n}批农村公路养护工程有关工作安排的通知"
DATA = json.dumps([{"title": TITLE.format(n=n), "url": f"/{n}.html"} for n in range(30)], ensure_ascii=False)
HEAD = "<!doctype html><html><head><meta charset='utf-8'><title>示例县人民政府</title></head><body>"
BUILD = "d.forEach(x => l.innerHTML += `<li><a href=${x.url}>${x.title}</a><span>2026-11-24</span></li>`)"
PAGES = {
    "/fetched": f"{HEAD}<ul id=l></ul><script>fetch('/data').then(r => r.json()).then(d => {BUILD})</script>",
    "/plain": f"{HEAD}<ul id=l></ul><script>d = {DATA}; {BUILD}</script>",
    "/hangs": f"{HEAD}<script>while (true) {{}}</script>",
    "/hungry": f"{HEAD}<script>a = []; while (true) a.push(new Uint8Array(2e7).fill(1))</script>",
    "/data": DATA,
}


def kind(number: int) -> str:
    if number % 250 == 100:
        return "/hangs"
    if number % 250 == 200:
        return "/hungry"
    return "/plain" if number % 4 == 0 else "/fetched"


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    target = head.split(b" ", 2)[1].decode("ascii")
    body = PAGES.get(target, "").encode()
    status = 200 if body else 404
    form = "application/json" if target == "/data" else "text/html"
    writer.write(
        f"HTTP/1.1 {status} X\r\nContent-Type: {form}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
        + body
    )
    await writer.drain()
    writer.close()


async def here(name: str) -> Sequence[str]:
    return ["127.0.0.1"]


@dataclass
class Log:
    """What was measured; marks are the words by which everything of ours is found again."""

    times: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    seen: set[int] = field(default_factory=set)
    rows: list[tuple[int, int, int, int, int]] = field(default_factory=list)

    def look(self, browser: Browser, done: int) -> None:
        chromium = driver = count = 0
        for launched in browser.pool.running:
            group = launched.processes()
            self.seen |= {process.pid for process in group}
            chromium += sum(process.memory for process in group)
            count += len(group)
            if launched.leader is not None:
                self.seen.add(launched.leader.parent)
                driver += sum(p.memory for p in processes.same_again(launched.leader.parent, "run-driver"))
        ours = sum(process.memory for process in processes.same_again(os.getpid(), ""))
        self.rows.append((done, chromium // MIB, driver // MIB, ours // MIB, count))
        print("  {:>7} {:>9} {:>7} {:>6} {:>10}".format(*self.rows[-1]), flush=True)

    def note(self, browser: Browser) -> None:
        for launched in browser.pool.running:
            if launched.leader is not None:
                self.seen |= {launched.leader.pid, launched.leader.parent}


async def run(count: int, at_once: int, life: Life) -> Log:
    log = Log()
    fetching = FetchSettings(per_host=at_once, patience=timedelta(0))
    settings = BrowserSettings(pages=at_once, timeout=timedelta(seconds=10), life=life)
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    numbers = iter(range(count))
    done = 0
    async with (
        Client(fetching, Guard.allowing(["127.0.0.1/32"]), lookup=here) as client,
        Browser(client, settings) as browser,
    ):
        print("     done  chromium  driver   ours  processes   (MiB)")

        async def work() -> None:
            nonlocal done
            for number in numbers:
                started = time.perf_counter()
                page = await browser.render(f"http://county.test:{port}{kind(number)}", robots="ignore")
                if kind(number) in ("/plain", "/fetched"):
                    log.times.append(time.perf_counter() - started)
                    good = page.ok and page.text.count("2026-11-24</span>") >= 30
                    log.outcomes[
                        "as it should be" if good else f"list: {page.outcome} {page.reason[:60]}"
                    ] += 1
                else:
                    log.outcomes[f"{kind(number)}: {page.outcome}"] += 1
                done += 1
                log.note(browser)
                if done in (1, 50) or done % max(1, count // 20) == 0:
                    log.look(browser, done)

        await asyncio.gather(*(work() for _ in range(at_once)))
        launches = browser.pool.launches
    server.close()
    print(f"launches {launches}")
    return log


def tell(log: Log, seconds: float) -> None:
    cuts = statistics.quantiles(log.times, n=100)
    print(
        f"{sum(log.outcomes.values())} pages in {seconds:.0f} s; a list: median {cuts[49]:.2f} s, p95 {cuts[94]:.2f} s"
    )
    for outcome, times in log.outcomes.most_common():
        print(f"  {times:>6}  {outcome}")


def left(log: Log, temp: Path) -> list[str]:
    """Name what is left: processes that were ours, and folders."""
    alive = [f"process {p.pid}: {p.command[:80]}" for pid in log.seen for p in processes.same_again(pid, "")]
    return alive + sorted(map(str, temp.iterdir()))


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("count", nargs="?", type=int, default=1000)
    parser.add_argument("--at-once", type=int, default=2)
    parser.add_argument("--pages", type=int, default=Life().pages, help="until a browser is replaced")
    arguments = parser.parse_args()
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="duban-renders-") as temp:
        os.environ["TMPDIR"] = tempfile.tempdir = temp  # so that what lies about in it is ours
        log = asyncio.run(run(arguments.count, arguments.at_once, Life(pages=arguments.pages)))
        leftovers = left(log, Path(temp))
    tell(log, time.perf_counter() - started)
    print("left: " + ("nothing" if not leftovers else "\n  ".join(["", *leftovers])))
    return 1 if leftovers else 0


if __name__ == "__main__":
    sys.exit(main())
