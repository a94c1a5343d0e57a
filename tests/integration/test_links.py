"""The link checker against real servers: what it says of every kind of link, and what no site can do to it."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from checks.links import State
from monitor.net.client import Client, FetchSettings
from monitor.net.guard import Guard
from monitor.reading.links import MOST_LINKS
from monitor.rounds.crawling.beside import Beside
from monitor.rounds.crawling.crawl import SILENT, Crawl
from monitor.rounds.crawling.ledger import Bounds, Ledger, Places, Trouble
from monitor.rounds.crawling.options import Options
from monitor.rounds.crawling.report import Entry, Report, report_of
from tests.integration.certificates import Authority
from tests.integration.sites import Answer, Heard, always, never, pages, reply, serving

HERE, ELSEWHERE, CLOSED = "127.0.0.1", "127.0.0.3", "127.0.0.2"
SETTINGS = FetchSettings(timeout=timedelta(seconds=5), per_host=4, patience=timedelta(0))


async def crawl(
    start: str | None,
    settings: FetchSettings = SETTINGS,
    bounds: Bounds | None = None,
    **asked: object,
) -> Report:
    """Crawl a site of this machine, of which two addresses are open; nothing is resolved."""
    async with crawling(start, settings, bounds, **asked) as (run, ledger):
        await run.run()
        return report_of(run, ledger, start, 0.0)


@asynccontextmanager
async def crawling(
    start: str | None,
    settings: FetchSettings = SETTINGS,
    bounds: Bounds | None = None,
    *,
    beside: Beside | None = None,
    **asked: object,
) -> AsyncIterator[tuple[Crawl, Ledger]]:
    """Make such a crawl, not yet begun."""
    guard = Guard.allowing([f"{HERE}/32", f"{ELSEWHERE}/32"])
    options = Options(start=start, **{"reads_sitemap": False, "robots": "ignore", **asked})  # type: ignore[arg-type]
    async with Client(settings, guard) as client:
        with Ledger(bounds) as ledger:
            yield Crawl(client, options, ledger, beside=beside), ledger


def told(report: Report, *states: State) -> dict[str, str]:
    """The paths told of as one of these states (all of them), each with its state."""
    return {
        re.sub(r"^http://127.0.0.1:\d\d+", "", entry.url): state.value
        for state in states or State
        for entry in report.lists[state]
    }


def the(report: Report, state: State, ending: str) -> Entry:
    (entry,) = [entry for entry in report.lists[state] if entry.url.endswith(ending)]
    return entry


def linking(*addresses: str) -> bytes:
    return reply(
        "<title>示例县</title>"
        + "".join(f'<p><a href="{address}">去{n}</a>' for n, address in enumerate(addresses))
    )


PDF = reply(b"%PDF-1.7 " + bytes(100), content_type="application/pdf")
KINDS: list[tuple[str, bytes | None, str | None]] = [
    ("/ok.html", reply("<p>页面"), None),
    ("/gone404", reply("", 404), "broken"),
    ("/gone410", reply("", 410), "broken"),
    ("/err500", reply("", 500), "suspect"),
    ("/shield", reply("", 412), "suspect"),
    ("/teapot", reply("", 418), "suspect"),
    ("/loop", reply("", 302, location="/loop"), "broken"),
    ("/loop-a", reply("", 301, location="/loop-b"), "broken"),
    ("/loop-b", reply("", 302, location="/loop-a"), "broken"),
    ("/moved", reply("", 301, location="/ok.html"), "redirected"),
    ("/moved-gone", reply("", 302, location="/behind-404"), "broken"),
    ("/moved-nowhere", reply("", 302), "suspect"),
    ("/moved-private", reply("", 302, location="http://10.1.2.3/"), "refused"),
    ("/moved-mail", reply("", 302, location="mailto:a@b"), "refused"),
    ("/garbage", b"NOT HTTP\r\n\r\n", "suspect"),
    ("/nothing", b"", "suspect"),
    ("/soft404", reply("<title>404 页面不存在</title>"), "soft_404"),
    ("/challenge", reply("<script>document.cookie='x=1';location.reload()</script>"), "suspect"),
    ("/a.pdf", PDF, None),
    ("/empty.pdf", reply(b"", content_type="application/pdf"), "soft_404"),
    ("/page.pdf", reply("<html><title>请登录</title>"), "soft_404"),
    ("/mislabelled.pdf", reply(b"%PDF-1.7"), None),  # said to be a page, and is what it is named
    ("/文件 名.pdf", PDF, None),
    ("http://127.0.0.1:1/", None, "broken"),  # nothing listens
    ("http://nobody.invalid/", None, "broken"),
    ("http://10.1.2.3/", None, "refused"),
    ("http://169.254.169.254/latest/meta-data/", None, "refused"),
    ("http://user:pw@127.0.0.1/", None, "refused"),
    ("http://", None, "suspect"),
    ("file:///C:/x.doc", None, "suspect"),
    ("ftp://127.0.0.1/x", None, "skipped"),
    ("{{item.url}}", None, "skipped"),
    ("mailto:a@b.cn", None, None),
    ("javascript:void(0)", None, None),
    ("#here", None, None),
]  # fmt: skip


async def test_every_kind_of_link() -> None:
    routes = {address: answer for address, answer, _ in KINDS if answer is not None}
    routes["/%E6%96%87%E4%BB%B6%20%E5%90%8D.pdf"] = routes.pop("/文件 名.pdf")
    routes["/"] = linking(*(address for address, _, _ in KINDS))
    async with serving(pages(routes)) as site:
        report = await crawl(site.url())
    assert told(report) == {address: state for address, _, state in KINDS if state is not None}
    assert the(report, State.BROKEN, "/moved-gone").reason.endswith("/behind-404: not found")
    assert "in circles" in the(report, State.BROKEN, "/loop-a").reason
    (place,) = the(report, State.BROKEN, "/gone404").found_on
    assert (place.page, place.text) == (site.url(), "去1")
    assert report.is_complete


async def only_get(heard: Heard, writer: asyncio.StreamWriter) -> None:
    """HEAD is lied to; the home page links to three files, and a page that is a file by its name."""
    if heard.method == "HEAD":
        writer.write(reply("", {"/405.zip": 405, "/404.jpg": 404, "/403.doc": 403}.get(heard.target, 200)))
    elif heard.target == "/":
        writer.write(linking("/405.zip", "/404.jpg", "/403.doc", "/x.png"))
    else:
        writer.write(reply(b"PK\x03\x04", content_type="application/zip"))


async def test_head_is_not_believed_where_it_refuses() -> None:
    async with serving(only_get) as site:
        report = await crawl(site.url())
    assert told(report) == {}
    asked = [(heard.method, heard.target) for heard in site.heard if heard.target != "/"]
    assert sorted(asked) == sorted(
        [(method, target) for method in ("HEAD", "GET") for target in ("/405.zip", "/404.jpg", "/403.doc")]
        + [("HEAD", "/x.png")]
    )


async def test_every_target_is_asked_for_once_and_told_wherever_it_stands() -> None:
    routes = {
        "/": linking("/a.html", "/b.html", "/gone"),
        "/a.html": linking("/gone", "/gone#part", "./gone", "/"),
        "/b.html": linking("//127.0.0.1:{port}/gone", "/x/../gone"),
    }
    async with serving(pages(routes)) as site:
        routes["/b.html"] = routes["/b.html"].replace(b"{port}", str(site.port).encode())
        routes["/b.html"] = reply(routes["/b.html"].partition(b"\r\n\r\n")[2])
        report = await crawl(site.url())
    entry = the(report, State.BROKEN, "/gone")
    assert site.targets().count("/gone") == 1
    assert {place.page for place in entry.found_on} == {site.url(), site.url("/a.html"), site.url("/b.html")}
    assert (report.pages, report.links) == (3, 4)


async def test_other_sites_are_only_asked() -> None:
    async with AsyncExitStack() as stack:
        other = await stack.enter_async_context(
            serving(
                pages(
                    {
                        "/": linking("/deeper"),
                        "/casino": reply("<title>澳门新葡京娱乐城</title>"),
                        "/sale": reply("<p>域名出售"),
                    }
                ),
                ELSEWHERE,
            )
        )
        site = await stack.enter_async_context(
            serving(
                always(linking(other.url(), other.url("/casino"), other.url("/sale"), other.url("/none")))
            )
        )
        report = await crawl(site.url())
        assert told(report, State.FOREIGN).keys() == {other.url("/casino"), other.url("/sale")}
        assert told(report, State.BROKEN).keys() == {other.url("/none")}
        assert "/deeper" not in other.targets()
        other.heard.clear()
        alone = await crawl(site.url(), has_external=False)
    assert other.heard == []
    assert len(alone.lists[State.SKIPPED]) == 4


TREE = {
    "/": linking("/1.html", "/x.pdf"),
    "/1.html": linking("/2.html", "/gone1"),
    "/2.html": linking("/3.html", "/gone2"),
    "/3.html": linking("/gone3"),
    "/x.pdf": PDF,
}


@pytest.mark.parametrize(
    ("asked", "read", "broken"),
    [
        ({}, 4, {"/gone1", "/gone2", "/gone3"}),
        ({"depth": 0}, 1, set()),
        ({"depth": 1}, 2, {"/gone1"}),
        ({"pages": 3}, 3, {"/gone1", "/gone2"}),
        ({"exclude": (re.compile("gone1"), re.compile("/3"))}, 3, {"/gone2"}),
        ({"include": (re.compile(r"/\d\.html|/$"),)}, 4, set()),
    ],
)
async def test_how_far_it_goes(asked: dict[str, object], read: int, broken: set[str]) -> None:
    async with serving(pages(TREE)) as site:
        report = await crawl(site.url(), **asked)
    assert (report.pages, told(report, State.BROKEN).keys()) == (read, broken)


async def test_a_list_is_checked_and_not_followed() -> None:
    async with serving(pages(TREE)) as site:
        listed = ((site.url(), "list:1"), (site.url("/gone"), "list:2"), ("nonsense", "list:3"))
        report = await crawl(None, listed=listed)
    assert site.targets() == ["/", "/gone"]
    assert told(report) == {"/gone": "broken", "nonsense": "suspect"}
    assert the(report, State.BROKEN, "/gone").found_on[0].page == "list:2"


async def test_fragments_are_looked_for_where_that_is_asked() -> None:
    routes = {
        "/": linking("/a#there", "/a#not", "/a#%E9%99%84", "#top", "#nowhere", "/a#/route", "/gone#x"),
        "/a": reply('<p id="there"><a name="附">x</a>'),
    }
    async with serving(pages(routes)) as site:
        assert told(await crawl(site.url())).keys() == {"/gone"}
        report = await crawl(site.url(), checks_fragments=True)
    assert told(report) == {"/gone": "broken", "/a#not": "suspect", "/#nowhere": "suspect"}


async def test_robots_and_sitemaps_are_heard() -> None:
    rules = reply("User-agent: *\nDisallow: /private\nSitemap: {}/map.xml", content_type="text/plain")
    routes = {
        "/robots.txt": rules,
        "/": linking("/private/a", "/b.html"),
        "/b.html": reply("<p>b"),
    }
    async with serving(pages(routes)) as site:
        body = rules.partition(b"\r\n\r\n")[2].replace(b"{}", site.url()[:-1].encode())
        routes["/robots.txt"] = reply(body, content_type="text/plain")
        index = f"<sitemapindex><sitemap><loc>{site.url('/part.xml')}</loc></sitemap></sitemapindex>"
        routes["/map.xml"] = reply(index, content_type="text/xml")
        routes["/part.xml"] = reply(
            f"<urlset><url><loc>{site.url('/orphan')}</loc></url></urlset>", content_type="text/xml"
        )
        report = await crawl(site.url(), robots="obey", reads_sitemap=True)
    assert told(report) == {"/private/a": "skipped", "/orphan": "broken"}
    assert the(report, State.BROKEN, "/orphan").found_on[0].page == site.url("/part.xml")
    assert "/private/a" not in site.targets()


# --- politeness, by the server's own log ---------------------------------------------------------------


@asynccontextmanager
async def watched(answer: Answer) -> AsyncIterator[tuple[Callable[[str], str], list[tuple[float, int]]]]:
    """Run a server that notes of each request when it came and how many were being answered with it."""
    log: list[tuple[float, int]] = []
    busy = 0

    async def noting(heard: Heard, writer: asyncio.StreamWriter) -> None:
        nonlocal busy
        busy += 1
        log.append((time.monotonic(), busy))
        await asyncio.sleep(0.005)  # so that others may come meanwhile
        await answer(heard, writer)
        busy -= 1

    async with serving(noting) as site:
        yield site.url, log


MANY = pages(
    {"/": linking(*(f"/{n}.html" for n in range(12))), **{f"/{n}.html": reply(f"<p>{n}") for n in range(12)}}
)


async def test_never_more_in_flight_than_a_host_may_have() -> None:
    async with watched(MANY) as (url, log):
        await crawl(url("/"), FetchSettings(per_host=3))
        assert max(busy for _, busy in log) == 3


@pytest.mark.parametrize("how", ["rate", "crawl-delay"])
async def test_never_more_in_a_second_than_a_host_wants(how: str) -> None:
    def answer(routes: dict[str, bytes]) -> Answer:
        return pages({"/": linking("/a.zip", "/b.zip", "/c.html"), "/c.html": reply("<p>c"), **routes})

    rules = reply("User-agent: *\nCrawl-delay: 0.1", content_type="text/plain")
    asked: dict[str, object] = {"rate": 10.0} if how == "rate" else {"robots": "obey"}
    async with watched(answer({"/robots.txt": rules})) as (url, log):
        started = time.monotonic()
        await crawl(url("/"), FetchSettings(per_host=4), **asked)
    spaced = len(log) - (how != "rate")  # robots.txt itself is asked for before it is known
    assert spaced >= 6  # a GET after a HEAD that found nothing waits its turn too
    assert log[-1][0] - started >= (spaced - 1) * 0.099


async def test_a_host_that_asks_to_be_left_alone_is() -> None:
    answers = iter([linking("/a", "/b"), reply("", 429, retry_after="1")])
    asked: list[tuple[str, float]] = []

    async def answer(heard: Heard, writer: asyncio.StreamWriter) -> None:
        asked.append((heard.target, time.monotonic()))
        writer.write(next(answers, reply("<p>x")))

    async with serving(answer) as site:
        report = await crawl(site.url(), FetchSettings(per_host=1, patience=timedelta(0)))
    assert [target for target, _ in asked] == ["/", "/a", "/b", "/a"]  # what was refused is asked for again
    assert asked[2][1] - asked[1][1] > 0.95
    assert told(report) == {}


# --- second looks --------------------------------------------------------------------------------------


async def test_what_passes_is_not_told_and_is_read() -> None:
    failing = {"/a.html": [reply("", 503)], "/b.html": [b""]}
    steady = pages(
        {"/": linking("/a.html", "/b.html"), "/a.html": linking("/gone"), "/b.html": reply("<p>b")}
    )

    async def answer(heard: Heard, writer: asyncio.StreamWriter) -> None:
        if left := failing.get(heard.target):
            writer.write(left.pop())
        else:
            await steady(heard, writer)

    async with serving(answer) as site:
        report = await crawl(site.url())
    assert told(report) == {"/gone": "broken"}
    assert report.pages == 3


async def test_a_shield_that_sets_a_cookie_is_no_loop() -> None:
    async def answer(heard: Heard, writer: asyncio.StreamWriter) -> None:
        has_passed = "pass=1" in heard.headers.get("cookie", "")
        page = linking("/a.html") if heard.target == "/" else reply("<p>a")
        writer.write(page if has_passed else reply("", 302, location=heard.target, set_cookie="pass=1"))

    async with serving(answer) as site:
        report = await crawl(site.url())
    assert (told(report), report.pages) == ({}, 2)


async def test_a_server_that_hangs_is_not_asked_for_ever() -> None:
    async with AsyncExitStack() as stack:
        dead = await stack.enter_async_context(serving(never, ELSEWHERE))
        site = await stack.enter_async_context(
            serving(always(linking(*(dead.url(f"/{n}") for n in range(50)))))
        )
        quick = FetchSettings(timeout=timedelta(milliseconds=100), per_host=1, patience=timedelta(0))
        report = await crawl(site.url(), quick, retries=0)
        assert len(report.lists[State.SUSPECT]) == 50
        assert len(dead.heard) == SILENT


# --- TLS -----------------------------------------------------------------------------------------------


async def test_a_site_whose_certificate_does_not_hold_is_read_all_the_same(tmp_path: Path) -> None:
    routes = {"/": linking("/a.html"), "/a.html": linking("/gone")}
    async with serving(pages(routes), tls=Authority.make(tmp_path).server(HERE)) as site:
        report = await crawl(site.url())
    assert [entry.url for entry in report.lists[State.BROKEN]] == [site.url("/gone")]
    assert [entry.url for entry in report.lists[State.INSECURE]] == [site.url()]  # told once for the server
    assert report.pages == 2


async def test_what_a_page_with_tls_loads_without_is_insecure(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        plain = await stack.enter_async_context(serving(always(reply("x", content_type="image/png"))))
        page = reply(f'<img src="{plain.url("/x.png")}" alt=图><a href="{plain.url("/y.png")}">链接</a>')
        site = await stack.enter_async_context(
            serving(always(page), tls=Authority.make(tmp_path).server(HERE))
        )
        report = await crawl(site.url())
    assert {entry.url for entry in report.lists[State.INSECURE]} == {site.url(), plain.url("/x.png")}


# --- what a site can try -------------------------------------------------------------------------------


async def calendar(heard: Heard, writer: asyncio.StreamWriter) -> None:
    """Every month links to the next, and to its days; on none of them is anything."""
    number = int((re.findall(r"\d+", heard.target) or ["0"])[0])
    days = "".join(f"<a href='/day?d={number}-{n}'>{n}</a>" for n in range(3))
    writer.write(reply(f"<title>{number}</title><a href='/month?m={number + 1}'>下月</a>{days}"))


async def chain(heard: Heard, writer: asyncio.StreamWriter) -> None:
    """Redirects that lead on and on, each to a new address."""
    number = int(heard.target.strip("/") or 0)
    writer.write(reply("", 302, location=f"/{number + 1}") if number else linking("/1"))


async def circle(heard: Heard, writer: asyncio.StreamWriter) -> None:
    """A relative link that makes the address longer with every page."""
    writer.write(reply("<a href='deeper/'>x</a>"))


async def sessions(heard: Heard, writer: asyncio.StreamWriter) -> None:
    """Every link bears a number of its own, and leads to the same page."""
    sessions.count = getattr(sessions, "count", 0) + 1  # type: ignore[attr-defined]
    writer.write(
        reply(f"<a href='/;jsessionid={sessions.count}'>x</a><a href='/?t={sessions.count % 3}'>y</a>")
    )  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("answer", "most", "state", "says"),
    [
        (calendar, 200, State.SKIPPED, "pages made without end"),
        (chain, 30, State.BROKEN, "redirect"),
        (circle, 10, State.SKIPPED, "within itself"),
        (sessions, 10, None, ""),
    ],
)
async def test_pages_made_without_end(answer: Answer, most: int, state: State | None, says: str) -> None:
    async with serving(answer) as site:
        report = await crawl(site.url())
    assert len(site.heard) <= most
    assert report.is_complete
    assert (state is None and told(report) == {}) or any(
        says in entry.reason for entry in report.lists[state or State.SKIPPED]
    )


async def test_what_is_too_much_is_cut_and_said() -> None:
    many = "".join(f"<a href='http://10.0.0.1/{n}'>x</a>" for n in range(MOST_LINKS))
    routes = {
        "/": linking("/large.html", "/many.html"),
        "/large.html": reply(f"<a href=/gone1>x</a>{'x' * 300_000}<a href=/gone2>x</a>"),
        "/many.html": reply(many + "<a href='/beyond'>x</a>" * 1),
    }
    settings = FetchSettings(timeout=timedelta(seconds=5), per_host=4, max_body=200_000)
    async with serving(pages(routes | {"/many.html": reply("")})) as site:
        report = await crawl(site.url(), settings)
    assert told(report, State.BROKEN).keys() == {"/gone1"}
    assert "200000 bytes" in the(report, State.SKIPPED, "/large.html").reason
    async with serving(pages(routes)) as site:
        report = await crawl(
            site.url("/many.html"), bounds=Bounds(settled=500, waiting=100, troubles=300, places=2)
        )
    assert [entry.reason for entry in report.lists[State.SKIPPED]] == ["1 more links on it were not read"]
    assert len(report.lists[State.REFUSED]) + report.untold[State.REFUSED] == MOST_LINKS
    assert "/beyond" not in site.targets()


def test_redirects_leave_room_for_what_is_broken() -> None:
    with Ledger(Bounds(troubles=2)) as ledger:
        for n, state in enumerate([State.REDIRECTED] * 3 + [State.BROKEN]):
            ledger.settle(f"http://a/{n}", Trouble(f"http://a/{n}", state, None, "", Places()))
        assert [trouble.state for trouble in ledger.troubles] == [State.REDIRECTED] * 2 + [State.BROKEN]
        assert (dict(ledger.untold), ledger.is_fine("http://a/2")) == ({State.REDIRECTED: 1}, False)


async def drip(heard: Heard, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


async def test_a_drip_ends_with_the_time_for_it() -> None:
    async with serving(drip) as site:
        report = await crawl(site.url(), FetchSettings(timeout=timedelta(milliseconds=200)), retries=0)
    assert "no complete answer" in report.lists[State.SUSPECT][0].reason


async def test_no_link_leads_to_a_closed_address() -> None:
    async with serving(always(reply("secret")), CLOSED) as closed:
        spelled = [
            f"http://{name}:{closed.port}/"
            for name in ("127.0.0.2", "127.2", "0x7f.2", "2130706434", "[::ffff:127.0.0.2]")
        ]
        routes = {"/": linking(*spelled, "/to", "/x.html"), "/to": reply("", 302, location=spelled[0])}
        routes["/x.html"] = reply(
            f"<img src='{spelled[0]}i.png'><script src='{spelled[0]}s.js'></script><base href='{spelled[0]}'>"
            f"<a href=rel>x</a><iframe src='{spelled[0]}f'></iframe><style>a{{b:url({spelled[0]}c.png)}}</style>"
        )
        async with serving(pages(routes)) as site:
            report = await crawl(site.url(), reads_sitemap=True, robots="obey")
        assert closed.connections == 0
    assert (
        len(report.lists[State.REFUSED]) == 8
    )  # one address in five spellings, five more, a redirect, the base's


# --- bounded memory ------------------------------------------------------------------------------------


async def test_beyond_the_bounds_the_same_is_found() -> None:
    """A site of 300 pages with little held in memory: the report is what it is with much."""
    size = 300

    def page(n: int) -> bytes:
        onward = [f"/{(n * 7 + k) % size}.html" for k in range(1, 9)]
        return linking(*onward, f"/gone/{n % 40}", f"/file{n}.zip", f"/{(n + 1) % size}.html#s")

    routes: Mapping[str, bytes] = {
        **{f"/{n}.html": page(n) for n in range(size)},
        **{f"/file{n}.zip": reply(b"PK", content_type="application/zip") for n in range(size)},
    }
    async with serving(pages(routes)) as site:
        much = await crawl(site.url("/0.html"), checks_fragments=True)
        site.heard.clear()
        little = await crawl(
            site.url("/0.html"),
            bounds=Bounds(settled=60, waiting=30, troubles=1000, places=50),
            checks_fragments=True,
        )
    assert len(site.heard) == 2 * size + 40  # each page, each file and each that is gone, once
    assert told(little) == told(much)
    assert len(told(much, State.BROKEN)) == 40
    assert (little.pages, little.links, little.is_complete) == (size, much.links, True)


async def test_what_came_so_far_is_told_when_it_is_interrupted() -> None:
    async def answer(heard: Heard, writer: asyncio.StreamWriter) -> None:
        await (never if heard.target == "/hangs" else pages({"/": linking("/gone", "/hangs")}))(heard, writer)

    async with serving(answer) as site, Client(SETTINGS, Guard.allowing([f"{HERE}/32"])) as client:
        with Ledger() as ledger:
            answered = asyncio.Event()
            options = Options(start=site.url(), robots="ignore", reads_sitemap=False)
            run = Crawl(client, options, ledger, lambda now: answered.set() if now.answered == 2 else None)
            task = asyncio.create_task(run.run())
            await answered.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            report = report_of(run, ledger, site.url(), 0.0)
    assert (told(report), report.is_complete) == ({"/gone": "broken"}, False)
