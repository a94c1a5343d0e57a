"""How long the daemon's loop stands still while a site is gone through: python -m bench.links_beside [--seconds 20].

A crawl runs as the daemon's rounds run it, on the site of bench.links_scale, beside a task that wants to be woken every
10 ms and notes how much later it was; once without any crawl, with pages as they are, and with pages made of nothing
but links, as many as a page may have. `late` is what a reading at a deadline may find; `of the time` is what the crawl takes. And: what an unchanged page costs.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from time import monotonic, process_time

from bench.links_scale import serving
from monitor.net.client import Client
from monitor.net.guard import Guard
from monitor.net.outcomes import Outcome
from monitor.net.quick import Answer
from monitor.net.settings import FetchSettings
from monitor.reading.links import Use
from monitor.rounds.crawling.crawl import Crawl
from monitor.rounds.crawling.ledger import Ledger
from monitor.rounds.crawling.memory import Memory
from monitor.rounds.crawling.options import Options
from monitor.rounds.crawling.seeing import see_own
from monitor.rounds.links import BOUNDS, LARGEST, SHARE

EVERY = 0.01
CASES = (("no crawl", None), ("pages of 60 links", (60, 20_000)), ("pages of 12,000 links", (12_000, 0)))


async def lateness(seconds: float) -> list[float]:
    """How much later than it wanted to be a task is woken, in milliseconds."""
    found, until = [], monotonic() + seconds
    while (began := monotonic()) < until:
        await asyncio.sleep(EVERY)
        found.append(max(0.0, (monotonic() - began - EVERY) * 1000))
    return found


async def measured(port: int | None, rate: float, seconds: float) -> str:
    options = Options(
        start=f"http://127.0.0.1:{port}/p/0.html",
        rate=rate,
        robots="ignore",
        reads_sitemap=False,
        is_behind=True,
        share=SHARE,
        largest=LARGEST,
    )
    async with Client(FetchSettings(), Guard.allowing(["127.0.0.0/8"])) as client:
        with Ledger(BOUNDS) as ledger:
            crawl = Crawl(client, options, ledger)
            running = asyncio.create_task(crawl.run() if port is not None else asyncio.sleep(0))
            began, used = monotonic(), process_time()
            late = sorted(await lateness(seconds))
            share = (process_time() - used) / (monotonic() - began)
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
    return (
        f"{crawl.progress.pages} | {statistics.median(late):.1f} | {late[int(len(late) * 0.99)]:.1f} | {late[-1]:.0f} "
        f"| {share:.0%} |"
    )


def remembered(pages: int = 2000) -> str:
    """What it takes to read pages of 120 links, and to remember them."""
    rows = "".join(
        f'<li><a href="/art/{n}.html" title="通知">关于第{n}批安排的通知</a></li>' for n in range(120)
    )
    text = f"<title>列表</title><ul>{rows}</ul>" + "<div><p>请各乡镇认真贯彻执行。</p></div>" * 200
    took = []
    with tempfile.TemporaryDirectory() as folder:
        for see in (see_own, None, None):  # by reading, by reading and keeping, by remembering
            with Memory(Path(folder), "site") as memory:
                began = process_time()
                for page in range(pages):
                    answer = Answer(
                        Outcome.OK, 200, "", {b"content-type": b"text/html"}, "", f"{text}{page}".encode()
                    )
                    (see or memory.see)(f"http://127.0.0.1/{page}", Use.PAGE, answer, with_anchors=False)
                took.append((process_time() - began) / pages * 1000)
    parsed, kept, known = took
    return f"a page of {len(text.encode()) / 1000:.0f} kB: {parsed:.2f} ms parsed, {kept:.2f} and kept, {known:.2f} unchanged"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rate", type=float, default=5, help="requests in a second, as [rules.links] has it")
    arguments = parser.parse_args()
    print(
        "| beside | pages read | late, median ms | 99 of 100 | most | of the time |\n|---|---|---|---|---|---|"
    )
    for name, shape in CASES:
        if shape is None:
            line = asyncio.run(measured(None, arguments.rate, arguments.seconds))
        else:
            with serving(100_000, *shape) as port:
                line = asyncio.run(measured(port, arguments.rate, arguments.seconds))
        print(f"| {name} | {line}", flush=True)
    print(remembered())
    return 0


if __name__ == "__main__":
    sys.exit(main())
