"""Measure what it takes to hold the last reading of many sites: python -m bench.held [--sites 1000] [--most-rss 40].

Every site with a clock running has one: its home page and three lists, 50 KB each, as they change from look to
look. Two looks at each are held, then a second daemon takes them all, as after a restart. Exits 1 where one is
not given back, or where the process grew by more than --most-rss MiB.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from monitor.evidence import Draft, Evidence, Exchange, Statement

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
PAGES, BYTES = 4, 50_000
MIB = 2**20


def page(site: int, number: int, look: int) -> bytes:
    """A list as sites print it: the same frame, titles of its own."""
    random = Random(site * 100 + number)
    rows: list[str] = []
    while sum(map(len, rows)) * 2 < BYTES:
        title = "".join(chr(random.randrange(0x4E00, 0x6E00)) for _ in range(24))
        address = f"/art/2026/{random.randrange(12)}/{random.randrange(10**6)}.html"
        rows.append(
            f'<li><a href="{address}" title="{title}" target="_blank">{title}</a><span>2026-11-24</span></li>\n'
        )
    return f"<html><body><ul class='list'>{''.join(rows)}</ul>look {look}</body></html>".encode()


def reading(site: int, look: int) -> list[Draft]:
    """What is held of one look at a site."""
    about = (f"site:{site}", f"obligation:{site}")
    head = {"content-type": "text/html"}
    pages = [
        Exchange(
            f"http://{site}/{n}", f"http://{site}/{n}", NOW, 200, page(site, n, look), "utf-8", head, head
        )
        for n in range(PAGES)
    ]
    places = [{"name": "上级文件", "url": each.url, "pages": [each.id]} for each in pages]
    return [
        *(Draft(each, about) for each in pages),
        Draft(Statement("absence", NOW, {"places": places}), about),
    ]


async def hold(folder: Path, sites: Sequence[int]) -> tuple[float, float]:
    """Hold two looks at each site; gives the seconds of the processor and of the clock for one."""
    evidence, spent, waited = Evidence(folder), 0.0, 0.0
    for look in range(2):
        for site in sites:
            drafts = reading(site, look)
            cpu, clock = process_time(), perf_counter()
            await evidence.hold(str(site), NOW + timedelta(minutes=look), drafts)
            spent, waited = spent + process_time() - cpu, waited + perf_counter() - clock
    return spent / (2 * len(sites)), waited / (2 * len(sites))


async def take(folder: Path, sites: Sequence[int]) -> int:
    """Take all of them as a daemon that was started anew; gives how many were there."""
    evidence = Evidence(folder)
    return sum([bool(await evidence.take(str(site), NOW + timedelta(minutes=1))) for site in sites])


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sites", type=int, default=1000)
    parser.add_argument("--most-rss", type=float, default=40, help="MiB by which the process may grow")
    options = parser.parse_args()
    sites = range(options.sites)
    with TemporaryDirectory() as name:
        folder = Path(name)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        spent, waited = asyncio.run(hold(folder, sites))
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before) / MIB
        on_disk = Evidence(folder).size() / MIB
        found = asyncio.run(take(folder, sites))
    read = options.sites * PAGES * BYTES / MIB
    print(
        f"{options.sites} sites, {read:.0f} MiB of pages: {on_disk:.0f} MiB on the disk, {grown:.0f} MiB of "
        f"memory more; {spent * 1000:.1f} ms of the processor and {waited * 1000:.1f} ms for each look; "
        f"{found} given back after a restart"
    )
    return 0 if found == options.sites and grown <= options.most_rss else 1


if __name__ == "__main__":
    sys.exit(main())
