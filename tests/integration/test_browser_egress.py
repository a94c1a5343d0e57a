"""Where the browser may not go, it does not go: every way a page has of making it connect, with a trap.

Each way is tried twice. With everything as the product starts Chromium, the trap hears nothing. Without the
one thing that keeps it in, the trap is reached: so the page does try, and the test would notice if that thing
disappeared.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser as PlaywrightBrowser
from playwright.async_api import Error, async_playwright

from monitor.net.browser import Browser
from monitor.net.browsing import chromium
from monitor.net.client import Client
from monitor.net.egress import Egress
from monitor.net.guard import Guard
from monitor.net.names import Names
from monitor.net.outcomes import Fault, Outcome
from monitor.net.tunnel import Tunnel
from tests.integration.screens import CLOSED, OPEN, QUICK, SETTINGS, browsing, lookup, page, rows, until
from tests.integration.sites import Answer, Heard, always, reply, serving

pytestmark = [pytest.mark.needs_chromium, pytest.mark.asyncio(loop_scope="module")]

LIST = f"<ul>{rows()}</ul>"


@dataclass
class Trap:
    """A place that must not be reached, by TCP and UDP on one port; `hits` says how it was."""

    port: int
    hits: list[str] = field(default_factory=list)

    @property
    def place(self) -> str:
        return f"{CLOSED}:{self.port}"


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, hits: list[str]) -> None:
        self._hits = hits

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._hits.append("udp")


@asynccontextmanager
async def trap() -> AsyncIterator[Trap]:
    hits: list[str] = []

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hits.append("tcp")
        writer.write(reply("<h1>secret</h1>"))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(accept, CLOSED, 0)
    port = server.sockets[0].getsockname()[1]
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Datagrams(hits), local_addr=(CLOSED, port)
    )
    try:
        yield Trap(port, hits)
    finally:
        transport.close()
        server.close()
        await server.wait_closed()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with browsing() as opened:
        yield opened


# --- the ways ------------------------------------------------------------------------------------------

# What a page does to make the browser connect to {place} (host:port).
PAGES = {
    "meta refresh": "<meta http-equiv=refresh content='0;url=http://{place}/'>",
    "script": "<script>location.href = 'http://{place}/'</script>",
    "script, https": "<script>location.href = 'https://{place}/'</script>",
    "form": "<form id=f method=post action='http://{place}/'></form><script>f.submit()</script>",
    "iframe": "<iframe src='http://{place}/'></iframe>",
    "iframe in an iframe": '<iframe srcdoc="<iframe src=http://{place}/></iframe>"></iframe>',
    "object": "<object data='http://{place}/'></object>",
    "stylesheet": "<link rel=stylesheet href='http://{place}/a.css'>",
    "import of a stylesheet": "<style>@import url('http://{place}/a.css');</style>",
    "script from there": "<script src='http://{place}/a.js'></script>",
    "module": "<script type=module>import('http://{place}/a.js')</script>",
    "fetch": "<script>fetch('http://{place}/', {{mode: 'no-cors'}})</script>",
    "fetch, https": "<script>fetch('https://{place}/', {{mode: 'no-cors'}})</script>",
    "XMLHttpRequest": "<script>x = new XMLHttpRequest(); x.open('GET', 'http://{place}/'); x.send()</script>",
    "beacon": "<script>navigator.sendBeacon('http://{place}/', 'x')</script>",
    "WebSocket": "<script>new WebSocket('ws://{place}/')</script>",
    "WebSocket, encrypted": "<script>new WebSocket('wss://{place}/')</script>",
    "EventSource": "<script>new EventSource('http://{place}/')</script>",
    "worker": """<script>
        code = `fetch('http://{place}/', {{mode: 'no-cors'}})`;
        new Worker(URL.createObjectURL(new Blob([code])));
    </script>""",
    "prefetch": "<link rel=prefetch href='http://{place}/'>",
    "redirected fetch": "<script>fetch('/to-trap', {{mode: 'no-cors'}})</script>",
    "redirected frame": "<iframe src='/to-trap'></iframe>",
}

# Not loaded unless a picture is taken.
PICTURES = {
    "image": "<img src='http://{place}/a.png'>",
    "image of a stylesheet": "<style>body {{ background: url('http://{place}/a.png') }}</style>",
    "video": "<video src='http://{place}/a.mp4' autoplay muted></video>",
    "font": """<style>
        @font-face {{ font-family: x; src: url('http://{place}/a.woff') }}
        p {{ font-family: x }}
    </style><p>字</p>""",
}

# Kept from happening at all: nothing is tried, so nothing is told.
QUIET = {
    "popup": "<script>window.open('http://{place}/')</script>",
    "link in a new window": "<a id=l target=_blank href='http://{place}/'>x</a><script>l.click()</script>",
    "service worker": "<script>navigator.serviceWorker.register('/worker.js')</script>",
    "stun": """<script>
        peer = new RTCPeerConnection({{iceServers: [{{urls: 'stun:{place}'}}]}});
        peer.createDataChannel('x');
        peer.createOffer().then(offer => peer.setLocalDescription(offer));
    </script>""",
    "WebTransport": "<script>new WebTransport('https://{place}/').ready.catch(() => 0)</script>",
}


def start_at(body: str, where: Trap) -> Answer:
    """Serve the page that tries, and what it redirects by."""
    tries = reply(page(body.format(place=where.place) + LIST))
    worker = f"oninstall = event => event.waitUntil(fetch('http://{where.place}/', {{mode: 'no-cors'}}))"
    others = {
        "/to-trap": reply("", 302, location=f"http://{where.place}/"),
        "/worker.js": reply(worker, content_type="text/javascript"),
    }

    async def give(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(others.get(heard.target, tries))

    return give


@pytest.mark.parametrize("way", PAGES)
async def test_no_page_leads_there(browser: Browser, way: str) -> None:
    async with trap() as closed, serving(start_at(PAGES[way], closed)) as site:
        shown = await browser.render(site.url(host="open.test"), robots="ignore")
        assert not closed.hits
    assert any(f"refused: {closed.place}" in note for note in shown.notes), "it was tried, and is told"
    assert "secret" not in shown.text
    assert all("secret" not in frame.text for frame in shown.frames)


@pytest.mark.parametrize("way", PICTURES)
async def test_no_picture_leads_there(browser: Browser, way: str) -> None:
    async with trap() as closed, serving(start_at(PICTURES[way], closed)) as site:
        assert await browser.screenshot(site.url(host="open.test"), robots="ignore")
        assert not closed.hits


@pytest.mark.parametrize("way", QUIET)
async def test_what_is_kept_from_happening_leads_nowhere(browser: Browser, way: str) -> None:
    async with trap() as closed, serving(start_at(QUIET[way], closed)) as site:
        shown = await browser.render(site.url(), robots="ignore")
        assert shown.ok
        assert not closed.hits


@pytest.mark.parametrize(
    "spelling",
    ["127.0.0.2", "127.2", "0x7f.2", "2130706434", "[::ffff:127.0.0.2]", "[::ffff:7f00:2]", "closed.test"],
)
async def test_no_spelling_leads_there(browser: Browser, spelling: str) -> None:
    async with trap() as closed:
        shown = await browser.render(f"http://{spelling}:{closed.port}/", robots="ignore")
        assert shown.outcome is Outcome.ADDRESS_REFUSED
        body = "".join(
            f"<iframe src='{scheme}://{spelling}:{closed.port}/'></iframe>" for scheme in ("http", "https")
        )
        async with serving(always(reply(page(body + LIST)))) as site:
            await browser.render(site.url(host="open.test"), robots="ignore")
        assert not closed.hits


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_leads_there(browser: Browser, status: int) -> None:
    async with trap() as closed:
        async with serving(always(reply("", status, location=f"http://{closed.place}/"))) as site:
            shown = await browser.render(site.url(host="open.test"), robots="ignore")
        assert not closed.hits
    assert shown.outcome is Outcome.ADDRESS_REFUSED
    assert "address guard" in shown.reason
    assert (shown.status, shown.text) == (None, "")
    assert shown.hops == (f"http://{closed.place}/",)


async def test_this_machine_is_no_exception(browser: Browser) -> None:
    """Chromium goes straight to loopback, past its proxy, unless told not to."""
    async with serving(always(reply("secret")), "127.0.0.1") as site:
        async with Client(SETTINGS, Guard()) as client, Browser(client, QUICK) as closed:
            for host in ("localhost", "127.0.0.1", "[::1]"):
                shown = await closed.render(f"http://{host}:{site.port}/", robots="ignore")
                assert shown.outcome.blame == "refused" or shown.outcome is Outcome.NO_HOST
        assert site.connections == 0


async def test_a_name_that_resolves_anew_is_judged_anew() -> None:
    """DNS rebinding: the page's own name leads inwards by the time its script asks again."""
    answers = [[OPEN]]

    async def rebinding(name: str) -> Sequence[str]:
        return answers.pop(0) if answers else [CLOSED]

    asks = "fetch('http://evil.test:{port}/').then(r => r.text()).then(t => document.title = t)"
    async with trap() as closed:
        body = f"<script>{asks.format(port=closed.port)}</script>{LIST}"
        async with serving(always(reply(page(body)))) as site, browsing(lookup=rebinding) as browser:
            shown = await browser.render(f"http://evil.test:{site.port}/", robots="ignore")
        assert not closed.hits
    assert shown.ok
    assert any("127.0.0.2" in note for note in shown.notes)


async def test_a_page_that_is_refused_makes_no_picture(browser: Browser) -> None:
    async with trap() as closed:
        with pytest.raises(Fault) as refused:
            await browser.screenshot(f"http://{closed.place}/", robots="ignore")
        assert not closed.hits
    assert refused.value.outcome is Outcome.ADDRESS_REFUSED


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "chrome://version/",
        "view-source:http://a.test/",
        "ftp://a.test/",
        "data:text/html,x",
        "javascript:1",
        "about:blank",
    ],
)
async def test_nothing_but_the_web_is_shown(browser: Browser, url: str) -> None:
    shown = await browser.render(url)
    assert shown.outcome is Outcome.SCHEME_REFUSED
    assert not shown.text


async def test_the_tunnels_password_is_for_the_tunnel_alone(browser: Browser) -> None:
    """A site that asks for a password, as itself or as if it were the proxy, gets none."""
    for status, asks in ((401, "www_authenticate"), (407, "proxy_authenticate")):
        async with serving(always(reply("x", status, **{asks: 'Basic realm="x"'}))) as site:
            shown = await browser.render(site.url(host="open.test"), robots="ignore")
            assert site.heard, "it was asked"
            for heard in site.heard:
                assert not {"authorization", "proxy-authorization"} & set(heard.headers)
        assert shown.outcome is Outcome.BLOCKED


# --- and without what keeps it in ------------------------------------------------------------------------


@dataclass(frozen=True)
class Removed:
    """What is taken away from how the product starts Chromium: flags by their beginnings, options by name."""

    flags: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    bypass: bool = False


NAMES_FLAG = "--host-resolver-rules"
BYPASS_FLAG = "--proxy-bypass-list"
EVERYTHING = Removed(
    (
        NAMES_FLAG,
        BYPASS_FLAG,
        "--force-webrtc",
        "--webrtc",
        "--disable-quic",
        "--block-new-web-contents",
    ),
    ("proxy", "ignore_default_args", "service_workers"),
)


def lessened(options: dict[str, Any], removed: Removed) -> dict[str, Any]:
    kept = {name: value for name, value in options.items() if name not in removed.options}
    if "args" in kept and removed.flags:
        kept["args"] = [flag for flag in kept["args"] if not flag.startswith(removed.flags)]
    if removed.bypass:
        kept["proxy"] = {name: value for name, value in kept["proxy"].items() if name != "bypass"}
    return kept


@dataclass
class Lessened:
    """A Chromium started as the product does, less what is removed."""

    chromium: PlaywrightBrowser
    tunnel: Tunnel
    removed: Removed

    async def reaches(self, url: str, closed: Trap, within: float = 10.0) -> bool:
        """Show a page, and tell whether the trap at the end of its way is reached."""
        with self.tunnel.visit() as visit:
            options = chromium.context_options("Test", self.tunnel.server, visit.name, visit.password)
            async with await self.chromium.new_context(**lessened(options, self.removed)) as context:
                tab = await context.new_page()
                with contextlib.suppress(Error):  # some ways end like this, and have been there
                    await tab.goto(url, wait_until="commit")
                with contextlib.suppress(TimeoutError):
                    await until(lambda: bool(closed.hits), within)
        return bool(closed.hits)


@asynccontextmanager
async def started(removed: Removed, home: Path) -> AsyncIterator[Lessened]:
    egress = Egress(Guard.allowing([f"{OPEN}/32"]), Names(lookup))
    async with Tunnel(egress) as tunnel, async_playwright() as driver:
        path = chromium.found(driver.chromium.executable_path)
        options = chromium.launch_options(path, tunnel.server, "--test", home, 30)
        async with await driver.chromium.launch(**lessened(options, removed)) as browser:
            yield Lessened(browser, tunnel, removed)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def unguarded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lessened]:
    async with started(EVERYTHING, tmp_path_factory.mktemp("home")) as opened:
        yield opened


@pytest.mark.parametrize("way", [*PAGES, *PICTURES, *QUIET])
async def test_without_its_guards_every_way_leads_there(unguarded: Lessened, way: str) -> None:
    ways = PAGES | PICTURES | QUIET
    async with trap() as closed, serving(start_at(ways[way], closed)) as site:
        assert await unguarded.reaches(site.url(), closed)


# Playwright sets the flag by itself as well, for now; what we ask for must not hang on that. And without the
# flag, Chromium still resolves no names and no literals by itself: that is the second lock on this door.
@pytest.mark.parametrize(
    ("removed", "is_reached"),
    [
        (Removed((NAMES_FLAG, BYPASS_FLAG), bypass=True), True),
        (Removed((NAMES_FLAG,)), False),
        (Removed((BYPASS_FLAG,), bypass=True), False),
    ],
    ids=["neither", "the bypass flag alone", "the resolver flag alone"],
)
async def test_either_of_two_flags_keeps_it_from_going_past_its_proxy(
    removed: Removed, is_reached: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLAYWRIGHT_DISABLE_FORCED_CHROMIUM_PROXIED_LOOPBACK", "1")
    async with started(removed, tmp_path) as lessened_by:
        for way in ("script", "iframe", "fetch", "WebSocket", "image"):
            async with trap() as closed, serving(start_at((PAGES | PICTURES)[way], closed)) as site:
                url = site.url(host="open.test" if not is_reached else None)
                within = 10.0 if is_reached else 1.5
                assert await lessened_by.reaches(url, closed, within) is is_reached, way
                assert site.connections, "the page that tries was loaded"
