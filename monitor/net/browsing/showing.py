"""One page shown: opened in a context of its own, waited for, read, and closed whatever happened."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from monitor.net import headers
from monitor.net.browsing import chromium, settling, verdict
from monitor.net.browsing.launched import Launched
from monitor.net.browsing.rendered import MOST_FRAMES, Answer, Frame, Seen
from monitor.net.browsing.retelling import retell
from monitor.net.browsing.watch import HTML, Watch, kind_of
from monitor.net.decode import decode
from monitor.net.outcomes import Fault, Outcome
from monitor.net.tunnel import MARK, Tunnel, Visit

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Page, Response, Route
    from playwright.async_api import Frame as ShownFrame

T = TypeVar("T")

CLOSE_WITHIN = 3.0
OPEN_WITHIN = 10.0
READ_WITHIN = 3.0
LARGEST_ANSWER = 1024 * 1024
LARGEST_ANSWERS = 4 * 1024 * 1024
TALLEST_PICTURE = 12_000

_NOT_LOADED = frozenset({"image", "media", "font"})


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a showing.

    user_agent: what the browser's own ends with. seconds: from the first request to the last word. rows:
    CSS of what the page is read for, if known. patience: seconds that a challenge is given to let us
    pass. most: bytes of the document. encoding: what the configuration says the page is in. pictures:
    whether images and fonts are loaded.
    """

    url: str
    user_agent: str
    seconds: float
    rows: str | None = None
    encoding: str | None = None
    patience: float = 6.0
    max_redirects: int = 5
    most: int = 8 * 1024 * 1024
    pictures: bool = False


class Gone(Exception):  # noqa: N818 - never shown: another browser is tried
    """The browser went away under a page."""


class Showing:
    """A page being shown. `watch` has seen everything it did."""

    def __init__(self, tab: Page, visit: Visit, wish: Wish) -> None:
        self._tab = tab
        self._visit = visit
        self._wish = wish
        self.watch = Watch(tab, visit, wish.max_redirects)

    async def show(self) -> tuple[str, Fault | None]:
        """Open the page and wait until it is done: its text, and what is wrong with its answer if anything.

        Fault where there is no answer to judge.
        """
        return await self._unless_alarmed(self._show())

    async def _show(self) -> tuple[str, Fault | None]:
        await self._open()
        while True:
            await settling.settle(self._tab, self.watch, self._wish.rows)
            if self.watch.failed is not None:
                raise verdict.of_error(self.watch.failed[1], self.watch.failed[0], self._visit)
            text = await self._text()
            fault = self._judge(text)
            if fault is None or fault.outcome is not Outcome.BLOCKED:
                return text, fault
            # A challenge sends the browser on by itself once its script has found the answer.
            if not await settling.next_document(self.watch, self._wish.patience):
                return text, fault

    async def _open(self) -> None:
        try:
            await self._tab.goto(self._wish.url, wait_until="commit", timeout=0)
        except chromium.errors() as error:
            # With an answer there is something to judge, also where it has no body to show.
            if self.watch.documents or "interrupted by another navigation" in str(error):
                return
            if not verdict.is_of_the_net(str(error)):
                raise
            raise verdict.of_error(str(error), self.watch.address, self._visit) from error

    async def _text(self) -> str:
        """Read the document as it is now; Fault (TOO_LARGE) where it outgrew the limit."""
        document = self.watch.documents[-1]
        if document.status == 204 or self._tab.url.startswith("chrome-error:"):
            return ""
        if kind_of(document) in HTML:
            text = await self._tab.content()
        else:
            text = await _source(document)
        if len(text) > self._wish.most:
            raise Fault(Outcome.TOO_LARGE, f"the page is larger than {self._wish.most} characters")
        return text

    def _judge(self, text: str) -> Fault | None:
        document = self.watch.documents[-1]
        return verdict.of_answer(document.status, document.url, text)

    async def read_besides(self, seen: Seen) -> None:
        """Read what the page fetched for itself and what its frames hold, as far as that is done in time."""
        frames = self._tab.frames[1:]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(READ_WITHIN):
                await self._read_answers(seen)
                await self._read_frames(frames[:MOST_FRAMES], seen)
        unread = Fault(Outcome.TIMEOUT, f"not read: only {MOST_FRAMES} are, within {READ_WITHIN:g} s")
        seen.frames += tuple(Frame(frame.url, "", fault=unread) for frame in frames[len(seen.frames) :])

    async def _read_answers(self, seen: Seen) -> None:
        room = LARGEST_ANSWERS
        for response in self.watch.answers:
            body = await _json(response)
            if body is not None and len(body) <= min(room, LARGEST_ANSWER):
                room -= len(body)
                kind = response.headers.get("content-type", "")
                seen.answers += (Answer(response.url, response.status, kind, body),)
                # Rows that came from a cache are as old as the cache says, however new the page around them.
                seen.age = max(seen.age, headers.age(response.headers))

    async def _read_frames(self, frames: Sequence[ShownFrame], seen: Seen) -> None:
        room = self._wish.most
        for frame in frames:
            read = await self._read_frame(frame)
            if len(read.text) > room:
                read = Frame(read.url, "", fault=Fault(Outcome.TOO_LARGE, "with it the page is too large"))
            room -= len(read.text)
            seen.frames += (read,)

    async def _read_frame(self, frame: ShownFrame) -> Frame:
        if frame in self.watch.unframed:
            address, why = self.watch.unframed[frame]
            return Frame(address, "", fault=verdict.of_frame(why, address, self._visit))
        text, answer = await _content(frame), self.watch.framed.get(frame)
        if not frame.url.startswith("http"):
            return Frame(self._tab.url.partition("#")[0], text)  # the page itself wrote it
        if answer is None:
            return Frame(frame.url, text)
        turned = self._visit.marked(answer.headers.get(MARK.lower(), ""))
        fault = turned or verdict.of_answer(answer.status, answer.url, text)
        return Frame(frame.url, text, headers.age(answer.headers), fault)

    def note(self, seen: Seen) -> None:
        """Write down what was seen of the way here, however it ended."""
        seen.hops = tuple(self.watch.hops)
        if self.watch.failed is not None:
            seen.final_url, seen.status, seen.headers = self.watch.failed[0], None, {}
        elif self.watch.documents:
            document = self.watch.documents[-1]
            seen.final_url = document.url.partition("#")[0]
            seen.status, seen.headers = document.status, dict(document.headers)
            seen.age = max(seen.age, headers.age(seen.headers))

    async def picture(self) -> bytes:
        """Take a picture (PNG) of the whole page, as far down as 12,000 pixels."""
        width, height = await self._tab.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        )
        clip = {"x": 0, "y": 0, "width": min(width, 2000) or 1, "height": min(height, TALLEST_PICTURE) or 1}
        return await self._tab.screenshot(full_page=True, clip=clip, animations="disabled", timeout=0)  # type: ignore[arg-type]

    async def _unless_alarmed(self, work: Awaitable[T]) -> T:
        """Do this unless the page crashes, goes in circles or turns out to be none meanwhile."""
        task, alarm = asyncio.ensure_future(work), asyncio.ensure_future(self.watch.alarm.wait())
        try:
            await asyncio.wait({task, alarm}, return_when=asyncio.FIRST_COMPLETED)
            if self.watch.fault is not None:
                raise self.watch.fault
            return task.result()
        finally:
            for each in (task, alarm):
                each.cancel()
            await asyncio.gather(task, alarm, return_exceptions=True)


Take = Callable[[Showing, Seen], Awaitable[None]]
"""Takes from a page being shown what is wanted of it, and writes it down."""


async def show(launched: Launched, tunnel: Tunnel, visit: Visit, wish: Wish, seen: Seen, take: Take) -> None:
    """Show a page and take from it what is wanted. Fault where that is not to be had, Gone as it says."""
    try:
        async with opened(launched, tunnel, visit, wish) as showing, _timed(showing, seen, wish.seconds):
            await take(showing, seen)
    except Fault as fault:
        if fault.outcome is Outcome.RENDER_FAILED and launched.is_going:
            raise Gone from fault
        raise
    except chromium.errors(TimeoutError) as error:
        if launched.is_going or "has been closed" in str(error):
            raise Gone from error
        raise Fault(Outcome.RENDER_FAILED, f"the browser could not show it: {_plain(error)}") from error


@asynccontextmanager
async def _timed(showing: Showing, seen: Seen, seconds: float) -> AsyncIterator[None]:
    """Give a showing its time; Fault (TIMEOUT) once that is over. What was seen by then is written down."""
    clock = asyncio.get_running_loop().time
    started = clock()
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        status = showing.watch.status
        began = "" if status is None else f" (it began with status {status})"
        raise Fault(Outcome.TIMEOUT, f"the page is not done after {seconds:g} s{began}") from error
    finally:
        seen.spent += clock() - started
        showing.note(seen)


@asynccontextmanager
async def opened(launched: Launched, tunnel: Tunnel, visit: Visit, wish: Wish) -> AsyncIterator[Showing]:
    """Open a tab in a context of its own, with its own right to use the tunnel, and close both in time.

    TimeoutError where not even a tab opens; that browser is ended.
    """
    user_agent = chromium.user_agent(launched.version, wish.user_agent)
    options = chromium.context_options(user_agent, tunnel.server, visit.name, visit.password)
    try:
        async with asyncio.timeout(OPEN_WITHIN):
            context = await launched.browser.new_context(**options)
            tab = await context.new_page()
            context.on("page", _close_popup)
            await retell(context, tab, wish.encoding)
            if not wish.pictures:
                await context.route("**/*", _without_pictures)
    except TimeoutError:
        _end(launched)
        raise
    try:
        yield Showing(tab, visit, wish)
    finally:
        # Whoever is cancelled meanwhile leaves, and the closing goes on.
        closing = asyncio.create_task(_close(context, launched))
        launched.closing.add(closing)
        closing.add_done_callback(launched.closing.discard)
        await asyncio.shield(closing)


async def _close(context: BrowserContext, launched: Launched) -> None:
    """Close a context; a browser that cannot do even that is ended."""
    try:
        async with asyncio.timeout(CLOSE_WITHIN):
            await context.unroute_all(behavior="ignoreErrors")
            await context.close()
    except chromium.errors(TimeoutError):
        _end(launched)


def _end(launched: Launched) -> None:
    launched.is_spent = True
    launched.kill()


async def _close_popup(popup: Page) -> None:
    with contextlib.suppress(*chromium.errors()):
        await popup.close()


async def _without_pictures(route: Route) -> None:
    with contextlib.suppress(*chromium.errors()):  # the page may be gone by now
        if route.request.resource_type in _NOT_LOADED:
            await route.abort("blockedbyclient")
        else:
            await route.continue_()


async def _content(frame: ShownFrame) -> str:
    """Read a frame as it is now; one that is empty, or gone by now, has no text."""
    with contextlib.suppress(*chromium.errors()):
        return await frame.content() if frame.url.startswith(("http", "about:")) else ""
    return ""


async def _source(document: Response) -> str:
    """Read what is no HTML as it came; what is no text is no page."""
    try:
        body = await document.body()
    except chromium.errors():
        body = b""
    kind = document.headers.get("content-type", "")
    if not headers.is_textual(document.headers, body):
        raise Fault(Outcome.RENDER_FAILED, f"{kind[:80]}, not a page")
    return decode(_as_it_came(body), kind).text


async def _json(response: Response) -> bytes | None:
    """Read a body if it looks like JSON, whatever its type claims to be; None for everything else."""
    length = response.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > LARGEST_ANSWER:
        return None
    try:
        async with asyncio.timeout(READ_WITHIN):
            body = await response.body()
    except chromium.errors(TimeoutError):
        return None
    body = _as_it_came(body)
    return body if body.lstrip()[:1] in (b"{", b"[") else None


def _as_it_came(body: bytes) -> bytes:
    """Undo what Chromium does to text that declares no encoding: it reads UTF-8 as Western European."""
    try:
        raw = bytes(map(_western, body.decode("utf-8")))
        raw.decode("utf-8")
    except ValueError:
        return body
    return raw


def _western(char: str) -> int:
    code = ord(char)
    return code if code < 0x100 else char.encode("cp1252")[0]


def _plain(error: Exception) -> str:
    lines = str(error).splitlines()
    return lines[0][:200] if lines else type(error).__name__
