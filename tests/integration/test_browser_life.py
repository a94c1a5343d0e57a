"""Whatever a page does to the browser: it ends in time, the next page is shown, and nothing is left."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from monitor.net.browser import Browser, BrowserSettings, NoBrowserError, Rendered
from monitor.net.browsing import chromium, processes
from monitor.net.browsing.pool import Life
from monitor.net.outcomes import Outcome
from tests.integration.screens import QUICK, browsing, page, rows, running, until
from tests.integration.sites import Answer, Heard, Site, always, never, reply, serving

pytestmark = [pytest.mark.needs_chromium, pytest.mark.asyncio(loop_scope="module")]

LIST = page(f"<ul>{rows()}</ul>")
IMPATIENT = BrowserSettings(
    timeout=timedelta(seconds=3), patience=timedelta(seconds=1), life=Life(renderer_memory=300 * 1024**2)
)


def script(code: str, before: str = "<p>x</p>") -> str:
    return f"{before}<script>{code}</script>"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def impatient() -> AsyncIterator[Browser]:
    async with browsing(IMPATIENT) as opened:
        yield opened


# --- pages that misbehave ------------------------------------------------------------------------------

HANG = "while (true) {}"
ADD = "document.body.append(Object.assign(document.createElement('a'), {href: '/'}))"
FRAME = "document.body.append(Object.assign(document.createElement('iframe'), {src: '/awkward?' + Math.random()}))"
AWKWARD: dict[str, tuple[str, Outcome]] = {
    "hangs": (script(HANG), Outcome.TIMEOUT),
    "hangs later": (script(f"setTimeout(() => {{ {HANG} }}, 300)", LIST), Outcome.TIMEOUT),
    "alerts for ever": (script("while (true) alert(1)"), Outcome.TIMEOUT),
    "builds for ever": (script(f"setInterval(() => {ADD}, 50)"), Outcome.TIMEOUT),
    "sends on for ever": (script("location.href = '/awkward?' + Math.random()"), Outcome.TOO_MANY_REDIRECTS),
    "reloads for ever": (script("location.reload()"), Outcome.REDIRECT_LOOP),
    "refreshes for ever": ("<meta http-equiv=refresh content=0>", Outcome.REDIRECT_LOOP),
    "eats memory": (
        script("a = []; while (true) a.push(new Uint8Array(2e7).fill(1))"),
        Outcome.RENDER_FAILED,
    ),
    "opens frames in frames": (script(FRAME, "<p>x</p>"), Outcome.TIMEOUT),
    "never goes": (script(f"onbeforeunload = () => 1; onunload = () => {{ {HANG} }}", LIST), Outcome.OK),
}


def with_good_pages(awkward: str) -> Answer:
    async def give(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(awkward if heard.target.startswith("/awkward") else LIST))

    return give


async def shown(browser: Browser, site: Site, target: str, within: timedelta | None = None) -> Rendered:
    return await browser.render(site.url(target, "county.test"), robots="ignore", timeout=within)


@pytest.mark.parametrize("kind", AWKWARD)
async def test_what_a_page_does_ends_in_time_and_the_next_is_shown(impatient: Browser, kind: str) -> None:
    html, outcome = AWKWARD[kind]
    within = timedelta(seconds=3 if outcome is Outcome.TIMEOUT else 20)
    clock = asyncio.get_running_loop().time
    async with serving(with_good_pages(html)) as site:
        started = clock()
        ended = await shown(impatient, site, "/awkward", within)
        took = clock() - started
        assert (await shown(impatient, site, "/good", timedelta(seconds=20))).ok
    assert ended.outcome is outcome, ended.reason
    assert bool(ended.reason) == (outcome is not Outcome.OK)
    assert ended.elapsed < within.total_seconds() + 2
    assert took < 30, "closing included, on a busy machine"


async def test_a_server_that_never_answers_is_not_waited_for(impatient: Browser) -> None:
    async with serving(never) as site:
        rendered = await shown(impatient, site, "/")
    assert (rendered.outcome, rendered.status) == (Outcome.TIMEOUT, None)


async def test_an_endless_page_is_not_read_for_ever(impatient: Browser) -> None:
    async def endless(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while True:
            writer.write(b"<p>and</p>" * 1000)
            await writer.drain()

    async with serving(endless) as site:
        assert not (await shown(impatient, site, "/")).ok


async def test_one_pages_hunger_is_not_the_others_end() -> None:
    hungry, _ = AWKWARD["eats memory"]
    settings = replace(IMPATIENT, timeout=timedelta(seconds=20))
    async with browsing(settings) as browser, serving(with_good_pages(hungry)) as site:
        ended = await asyncio.gather(shown(browser, site, "/awkward"), shown(browser, site, "/good"))
        assert browser.pool.launches == 1
    assert [rendered.outcome for rendered in ended] == [Outcome.RENDER_FAILED, Outcome.OK]


# --- a browser that goes away ----------------------------------------------------------------------------


@dataclass
class Held:
    """A site whose page /held is answered when the test says so."""

    site: Site
    go_on: asyncio.Event

    async def is_asked(self, times: int = 1) -> None:
        await self.site.until(lambda: self.site.targets().count("/held") >= times)


@asynccontextmanager
async def holding() -> AsyncIterator[Held]:
    go_on = asyncio.Event()

    async def give(heard: Heard, writer: asyncio.StreamWriter) -> None:
        if heard.target == "/held":
            await go_on.wait()
        writer.write(reply(LIST))

    async with serving(give) as site:
        yield Held(site, go_on)


def leader(browser: Browser) -> processes.Process:
    (launched,) = browser.pool.running
    assert launched.leader is not None
    return launched.leader


@pytest.mark.parametrize("who", ["chromium", "all of chromium", "the driver"])
async def test_when_the_browser_is_killed_the_page_is_shown_by_another(who: str) -> None:
    async with browsing() as browser, holding() as held:
        showing = asyncio.create_task(shown(browser, held.site, "/held"))
        await held.is_asked()
        lead = leader(browser)
        if who == "chromium":
            os.kill(lead.pid, signal.SIGKILL)
        elif who == "all of chromium":
            os.killpg(lead.pid, signal.SIGKILL)
        else:
            os.kill(lead.parent, signal.SIGKILL)
        await held.is_asked(2)
        held.go_on.set()
        rendered = await showing
        assert browser.pool.launches == 2
        assert leader(browser).pid != lead.pid
        assert not processes.of_group(lead.pid)
    assert rendered.ok


async def test_a_page_under_which_the_browser_dies_twice_is_given_up() -> None:
    async with browsing() as browser, holding() as held:
        showing = asyncio.create_task(shown(browser, held.site, "/held"))
        for times in (1, 2):
            await held.is_asked(times)
            os.kill(leader(browser).pid, signal.SIGKILL)
        rendered = await showing
        held.go_on.set()
        assert rendered.outcome is Outcome.RENDER_FAILED
        assert (await shown(browser, held.site, "/good")).ok


async def test_a_page_that_crashes_is_told_and_the_browser_stays() -> None:
    async with browsing() as browser, holding() as held:
        assert (await shown(browser, held.site, "/good")).ok
        showing = asyncio.create_task(shown(browser, held.site, "/held"))
        await held.is_asked()
        held.go_on.set()
        await until(lambda: showing.done() or _crash_pages(leader(browser).pid))
        assert (await showing).outcome is Outcome.RENDER_FAILED
        assert (await shown(browser, held.site, "/good")).ok
        assert browser.pool.launches == 1


def _crash_pages(group: int) -> bool:
    """Crash every page of this browser; False always, so that it is done until the page has ended."""
    for process in processes.of_group(group):
        if process.is_renderer:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGSEGV)
    return False


# --- nothing is left -------------------------------------------------------------------------------------


def everything_of(browser: Browser) -> tuple[set[int], Path]:
    """Give all processes of a browser, found by its folder and by their parents, and that folder."""
    (launched,) = browser.pool.running
    assert launched.leader is not None
    group = {process.pid for process in processes.of_group(launched.leader.pid)}
    assert len(group) >= 4, "a browser, its zygotes, its network, a page"
    return group | running(str(launched.home)) | {launched.leader.parent}, launched.home


def left_of(found: set[int]) -> set[int]:
    return {pid for pid in found if Path(f"/proc/{pid}").exists() and pid in running("")}


async def test_when_it_closes_nothing_is_left() -> None:
    async with browsing() as browser, serving(always(reply(LIST))) as site:
        assert (await shown(browser, site, "/")).ok
        found, home = everything_of(browser)
        words = leader(browser).command.split()
        profile = Path(next(word for word in words if word.startswith("--user-data-dir=")).partition("=")[2])
    await until(lambda: not left_of(found))
    assert not [folder for folder in (home, profile) if folder.exists()]


async def test_when_it_closes_under_a_page_nothing_is_left() -> None:
    async with browsing() as browser, serving(never) as site:
        showing = asyncio.create_task(shown(browser, site, "/"))
        await site.until(lambda: bool(site.heard))
        found, _ = everything_of(browser)
        showing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await showing
    await until(lambda: not left_of(found))


async def test_a_page_that_is_being_shown_when_it_closes_starts_no_other() -> None:
    async with serving(never) as site:
        async with browsing() as browser:
            showing = asyncio.create_task(shown(browser, site, "/"))
            await site.until(lambda: bool(site.heard))
            found, _ = everything_of(browser)
        with pytest.raises(NoBrowserError, match="closed"):
            await showing
        assert browser.pool.launches == 1
    await until(lambda: not left_of(found))


async def test_a_page_that_is_cancelled_is_closed_and_the_next_is_shown() -> None:
    async with browsing() as browser, holding() as held:
        showing = asyncio.create_task(shown(browser, held.site, "/held"))
        await held.is_asked()
        (launched,) = browser.pool.running
        showing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await showing
        await until(lambda: not launched.browser.contexts)
        held.go_on.set()
        assert (await shown(browser, held.site, "/good")).ok
        assert browser.pool.launches == 1


async def test_a_launch_that_is_cancelled_leaves_nothing() -> None:
    async with browsing() as browser, serving(always(reply(LIST))) as site:
        showing = asyncio.create_task(shown(browser, site, "/"))
        await until(lambda: browser.pool.is_launching)
        showing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await showing
        await until(lambda: bool(browser.pool.running))
        lead = leader(browser)
    assert not processes.of_group(lead.pid)


PARENT = """
import asyncio
from datetime import timedelta
from tests.integration.screens import browsing

async def main():
    async with browsing() as browser:
        showing = asyncio.create_task(browser.render({url!r}, robots="ignore", timeout=timedelta(minutes=5)))
        while not browser.pool.running:
            await asyncio.sleep(0.05)
        (launched,) = browser.pool.running
        print(launched.leader.pid, launched.leader.parent, launched.home, flush=True)
        await showing

asyncio.run(main())
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
async def test_when_the_daemon_is_killed_nothing_is_left(how: signal.Signals) -> None:
    async with serving(never) as site:
        parent = await asyncio.create_subprocess_exec(
            sys.executable, "-c", PARENT.format(url=site.url(host="county.test")),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        assert parent.stdout is not None
        pid, driver, home = (await parent.stdout.readline()).decode().split()
        await site.until(lambda: bool(site.heard))
        found = {process.pid for process in processes.of_group(int(pid))} | running(home) | {int(driver)}
        assert len(found) >= 5
        parent.send_signal(how)
        await parent.wait()
        await until(lambda: not left_of(found))


# --- replaced, and gone when idle ------------------------------------------------------------------------


async def test_it_is_replaced_after_so_many_pages() -> None:
    settings = replace(QUICK, life=Life(pages=2))
    async with browsing(settings) as browser, serving(always(reply(LIST))) as site:
        seen = set()
        for _ in range(5):
            assert (await shown(browser, site, "/")).ok
            seen |= {launched.leader.pid for launched in browser.pool.running if launched.leader}
        assert browser.pool.launches == 3
        await until(lambda: sum(bool(processes.of_group(pid)) for pid in seen) <= 1)


@pytest.mark.parametrize("life", [Life(memory=1), Life(seconds=0.01)])
async def test_it_is_replaced_when_it_has_grown_or_is_old(life: Life) -> None:
    async with browsing(replace(QUICK, life=life)) as browser, serving(always(reply(LIST))) as site:
        for _ in range(2):
            assert (await shown(browser, site, "/")).ok
        assert browser.pool.launches == 2


async def test_it_goes_when_nobody_needs_it_and_comes_back() -> None:
    async with (
        browsing(replace(QUICK, life=Life(idle=0.05))) as browser,
        serving(always(reply(LIST))) as site,
    ):
        assert (await shown(browser, site, "/")).ok
        await until(lambda: not browser.pool.running)
        assert (await shown(browser, site, "/")).ok
        assert browser.pool.launches == 2


async def test_only_so_many_pages_are_shown_at_once() -> None:
    async with browsing(replace(QUICK, pages=2)) as browser, holding() as held:
        showing = [asyncio.create_task(shown(browser, held.site, "/held")) for _ in range(5)]
        await held.is_asked(2)
        (launched,) = browser.pool.running
        assert launched.users == 2
        assert held.site.targets().count("/held") == 2
        held.go_on.set()
        ended = await asyncio.gather(*showing)
        assert all(rendered.ok for rendered in ended)
        assert browser.pool.launches == 1, "one launch for all of them"


# --- no browser ----------------------------------------------------------------------------------------


async def test_without_a_browser_it_says_what_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chromium, "NAMES", ("no-such-browser",))
    monkeypatch.setattr(chromium, "ON_MACOS", ())
    monkeypatch.setattr(chromium, "LIGHT", Path("/no/such/browser"))
    with pytest.raises(NoBrowserError, match="apt-get install chromium"):
        chromium.found("/no/such/browser")


async def test_what_cannot_be_run_is_no_browser(tmp_path: Path) -> None:
    """Playwright's own may lie in a folder of somebody else's; the system's is taken then."""
    closed = tmp_path / "chrome"
    closed.write_text("no program")
    assert chromium.found(str(closed)) != str(closed)
    closed.chmod(0o755)
    assert chromium.found(str(closed)) == str(closed)


async def test_a_browser_that_does_not_start_is_none(tmp_path: Path) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\necho it is broken >&2\nexit 1\n")
    broken.chmod(0o755)
    for path in (str(broken), str(tmp_path / "nothing")):
        async with browsing(replace(QUICK, executable=path)) as browser, serving(always(reply(LIST))) as site:
            for _ in range(2):
                with pytest.raises(NoBrowserError, match="does not start"):
                    await shown(browser, site, "/")
            with pytest.raises(NoBrowserError):
                await browser.screenshot(site.url(host="county.test"), robots="ignore")
    assert not running(str(tmp_path))


async def test_it_is_in_a_sandbox_unless_it_is_roots() -> None:
    options = chromium.launch_options("chromium", "http://127.0.0.1:9", "--x", Path(tempfile.gettempdir()), 1)
    assert options["chromium_sandbox"] == (os.geteuid() != 0)


async def test_the_browser_knows_no_secrets(tmp_path: Path) -> None:
    ours = {"PATH": "/bin", "DUBAN_OFFICE_URL": "wecombot://key", "PGPASSWORD": "x", "HOME": "/root"}
    assert chromium.environment(ours, tmp_path) == {"PATH": "/bin", "HOME": str(tmp_path)}
