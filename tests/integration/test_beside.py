"""Pages read in a process beside the crawl's: the same comes of it, whatever happens to that process."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator

import pytest

from monitor.net.outcomes import Outcome
from monitor.net.quick import Answer
from monitor.reading.links import Harvest, Link, Use
from monitor.rounds.crawling import reader
from monitor.rounds.crawling.beside import MOST_WAITING, Beside
from monitor.rounds.crawling.report import report_of
from monitor.rounds.crawling.seeing import Sight, see_own
from tests.integration.sites import pages, serving
from tests.integration.test_links import KINDS, crawling, linking, told

URL = "http://county.test/a/b.html"
MENU = "".join(f'<a href="/menu/{n}.html">栏目{n}</a>' for n in range(60))
PAGES: dict[str, tuple[Use, bytes, str]] = {
    "a menu": (Use.PAGE, MENU.encode(), "text/html; charset=utf-8"),
    "the same, one link with other words": (Use.PAGE, f"{MENU}<a href='/menu/1.html#x'>另</a>".encode(), ""),
    "GB18030": (Use.PAGE, f"<meta charset=gb2312>{MENU}<a href='?名=值'>文件</a>".encode("gb18030"), ""),
    "no page": (Use.PAGE, "<title>404 页面不存在</title>".encode(), "text/html"),
    "a challenge": (Use.PAGE, b"<script>document.cookie='x=1';location.reload()</script>", "text/html"),
    "anchors": (Use.PAGE, b"<a name=x></a><p id=y>", "text/html"),
    "a stylesheet": (Use.STYLE, b"@import 'x.css'; a { background: url(y.png) }", "text/css"),
    "nothing": (Use.PAGE, b"", ""),
    "no text": (Use.PAGE, bytes(range(256)), "application/octet-stream"),
    "half a surrogate": (Use.PAGE, b"<a href='/x'>&#xD800;</a>", "text/html"),
}


def answer(body: bytes, content_type: str = "text/html") -> Answer:
    return Answer(Outcome.OK, 200, "", {b"content-type": content_type.encode()}, body=body)


def plain(sight: Sight) -> tuple[object, ...]:
    harvest = sight.harvest or Harvest(())
    links = [(link.use, link.url, link.fragment, link.fault, link.text) for link in harvest.links]
    return (sight.state, sight.reason, links, harvest.title, harvest.cut, harvest.gone, harvest.anchors)


@pytest.mark.parametrize("with_anchors", [False, True])
def test_what_is_read_there_is_what_is_read_here(with_anchors: bool) -> None:
    numbers: dict[reader.Told, int] = {}
    links: list[Link] = []
    for name, (use, body, kind) in PAGES.items():
        page = answer(body, kind)
        piece = reader.asked(URL, use, page, with_anchors=with_anchors)
        sight = reader.unpack(reader.packed(reader.read(piece, numbers)), links)
        assert plain(sight) == plain(see_own(URL, use, page, with_anchors=with_anchors)), name


def test_numbers_begin_anew_before_they_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MOST_KNOWN", 10)
    numbers: dict[reader.Told, int] = {}
    links: list[Link] = []
    for n in range(20):
        page = answer("".join(f"<a href=/{n}/{k}>x" for k in range(4)).encode())
        piece = reader.asked(URL, Use.PAGE, page, with_anchors=False)
        sight = reader.unpack(reader.packed(reader.read(piece, numbers)), links)
        assert plain(sight) == plain(see_own(URL, Use.PAGE, page, with_anchors=False))
        assert len(links) <= 10 + 4


@pytest.fixture
async def aside() -> AsyncIterator[Beside]:
    async with Beside() as beside:
        yield beside


def pid(beside: Beside) -> int:
    assert beside._process is not None
    return beside._process.pid


async def test_a_crawl_comes_to_the_same(aside: Beside) -> None:
    routes = {address: reply_ for address, reply_, _ in KINDS if reply_ is not None}
    routes["/"] = linking(*(address for address, _, _ in KINDS), *(f"/{n}.html" for n in range(40)))
    routes |= {f"/{n}.html": linking(f"/{n}", "/ok.html") for n in range(40)}
    reports = []
    async with serving(pages(routes)) as site:
        for beside in (None, aside):
            async with crawling(site.url(), beside=beside) as (run, ledger):
                await run.run()
                reports.append(report_of(run, ledger, site.url(), 0.0))
    assert told(reports[0]) == told(reports[1])
    assert len(told(reports[0])) > 40


async def test_when_the_process_is_killed_no_page_is_lost(aside: Beside) -> None:
    os.kill(pid(aside), signal.SIGSTOP)  # it reads nothing until it is dead
    seen: list[Sight] = []
    for _ in range(MOST_WAITING):
        assert aside.has_room
        aside.read(URL, Use.PAGE, answer(MENU.encode()), seen.append, with_anchors=False)
    assert not aside.has_room
    assert not seen
    os.kill(pid(aside), signal.SIGKILL)
    assert await aside.settled()
    assert len(seen) == MOST_WAITING
    assert not await aside.settled()
    aside.read(URL, Use.PAGE, answer(MENU.encode()), seen.append, with_anchors=False)
    assert [len(sight.harvest.links) for sight in seen if sight.harvest] == [60] * (MOST_WAITING + 1)


async def test_what_goes_wrong_with_a_page_that_was_read_is_not_swallowed(aside: Beside) -> None:
    def fail(sight: Sight) -> None:
        raise LookupError("no such page")

    aside.read(URL, Use.PAGE, answer(b""), fail, with_anchors=False)
    with pytest.raises(LookupError):
        await aside.settled()


async def test_ctrl_c_is_not_for_the_process(aside: Beside) -> None:
    seen: list[Sight] = []
    aside.read(URL, Use.PAGE, answer(b""), seen.append, with_anchors=False)
    await aside.settled()
    os.kill(pid(aside), signal.SIGINT)
    aside.read(URL, Use.PAGE, answer(MENU.encode()), seen.append, with_anchors=False)
    await aside.settled()
    assert aside.has_room, "it lives on"


async def test_nothing_is_left_running() -> None:
    async with Beside() as beside:
        number = pid(beside)
        beside.read(URL, Use.PAGE, answer(MENU.encode()), lambda _: None, with_anchors=False)
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)
