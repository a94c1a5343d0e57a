"""Check made sites of many pages: python -m bench.links_scale [--pages 2000 20000 200000] [--links 60] [--bytes 20000].

A server of its own process makes page N of a site on the fly: links to other pages and to files, five new addresses a
page, one of a hundred broken. CPU, peak memory and pages in a second are those of the checker alone; per page they
should stay what they are however many pages there are.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

ROOT = Path(__file__).parents[1]
PARAGRAPH = "<p>" + "示例县人民政府关于做好农村公路养护工作的通知，请各乡镇认真贯彻执行。" * 6 + "</p>\n"
OPTIONS = "--json --retries 0 --rate 0 --per-host 32 --robots ignore --allow-network 127.0.0.0/8"


class Site(asyncio.Protocol):
    """Answers GET and HEAD for one size of site, made from the numbers in its addresses."""

    pages, links, filler = 0, 0, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._waiting = b""

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while (end := self._waiting.find(b"\r\n\r\n")) >= 0:
            head, self._waiting = self._waiting[:end], self._waiting[end + 4 :]
            method, target, _ = head.split(b" ", 2)
            self._transport.write(self._answer(method, target))

    def _answer(self, method: bytes, target: bytes) -> bytes:
        status, kind, body = b"200 OK", b"text/html; charset=utf-8", b""
        if target.startswith(b"/p/"):
            body = self._page(int(target[3:-5]))
        elif target.startswith(b"/f/") and int(target[3:-4]) % 100:
            kind, body = b"application/pdf", b"%PDF-1.7"
        else:
            status = b"404 Not Found"
        head = b"HTTP/1.1 %b\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n" % (status, kind, len(body))
        return head if method == b"HEAD" else head + body

    def _page(self, number: int) -> bytes:
        """Link to the children of a tree, so that every page is reached, to any others, and to files."""
        chance = random.Random(number)
        linked = [f"/p/{child}.html" for child in range(8 * number + 1, 8 * number + 9) if child < self.pages]
        linked += [f"/f/{4 * number + k}.pdf" for k in range(4)]
        linked += [f"/p/{chance.randrange(self.pages)}.html" for _ in range(self.links - len(linked))]
        rows = "".join(
            f'<li><a href="{url}" title="通知">关于第{n}批工作安排的通知</a></li>\n'
            for n, url in enumerate(linked)
        )
        return f"<!doctype html><title>第{number}页</title><ul>{rows}</ul>".encode() + self.filler


async def serve(pages: int, links: int, size: int) -> None:
    """Serve until standard input ends; the port goes to standard output."""
    Site.pages, Site.links = pages, links
    Site.filler = (
        (PARAGRAPH.encode() * (size // len(PARAGRAPH.encode()) + 1))[:size].decode("utf-8", "ignore").encode()
    )
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Site, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


@contextmanager
def serving(pages: int, links: int, size: int) -> Iterator[int]:
    """Run the server in a process of its own; gives its port."""
    command = [sys.executable, "-m", "bench.links_scale", "--serve", *map(str, (pages, links, size))]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True
    ) as server:
        assert server.stdout is not None and server.stdin is not None
        yield int(server.stdout.readline())
        server.stdin.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pages", type=int, nargs="+", default=[2_000, 20_000, 200_000])
    parser.add_argument("--links", type=int, default=60)
    parser.add_argument("--bytes", type=int, default=20_000)
    parser.add_argument("--serve", type=int, nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        asyncio.run(serve(*arguments.serve))
        return 0
    print(
        "| pages | addresses | broken | wall s | pages/s | CPU ms/page | peak MiB |\n|---|---|---|---|---|---|---|"
    )
    for pages in arguments.pages:
        with serving(pages, arguments.links, arguments.bytes) as port:
            print(_measured(pages, port), flush=True)
    return 0


def _measured(pages: int, port: int) -> str:
    command = [
        sys.executable,
        "-m",
        "monitor.cli",
        "links",
        f"http://127.0.0.1:{port}/p/0.html",
        *OPTIONS.split(),
    ]
    started = monotonic()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out, cwd=ROOT)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = monotonic() - started
        out.seek(0)
        said = json.loads(out.read())
    assert said["pages"] == pages and said["complete"], said
    broken = len(said["broken"]) + said["untold"]["broken"]
    cpu = (used.ru_utime + used.ru_stime) / pages * 1000
    return f"| {pages:,} | {said['links']:,} | {broken:,} | {wall:.1f} | {pages / wall:.0f} | {cpu:.2f} | {used.ru_maxrss / 1024:.0f} |"


if __name__ == "__main__":
    sys.exit(main())
