"""What a page does while it is shown: which documents came, what it fetches, whether it goes in circles."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from yarl import URL

from monitor.net import addresses
from monitor.net.browsing import chromium
from monitor.net.client import REDIRECTS
from monitor.net.outcomes import Fault, Outcome, of_status
from monitor.net.tunnel import MARK, Visit

if TYPE_CHECKING:
    from playwright.async_api import Dialog, Download, Frame, Page, Request, Response

MOST_TURNS = 12
"""Times that redirects, scripts and refreshes may send a visitor on before it is said to have no end."""

SAME_PLACE = 4
MOST_ANSWERS = 60

# Loading these changes the page; the others (images, streams, pings) may go on for ever.
_BUILDING = frozenset({"document", "stylesheet", "script", "xhr", "fetch"})
HTML = frozenset({"", "text/html", "application/xhtml+xml"})
_DATA = frozenset({"xhr", "fetch"})

# The page went elsewhere instead, or its answer is a status without a body.
_HARMLESS = re.compile(r"ERR_ABORTED|ERR_HTTP_RESPONSE_CODE_FAILURE")


class Watch:
    """The eyes on one page.

    documents: answers for the page itself, redirects left out, in order. hops: where redirects and scripts
    led to. failed: the address and Chromium's error of a request for the page itself. moved: set when one of
    these two changes. framed: the answers for its frames; unframed: address and error of those without one.
    alarm: set once there is no use in waiting, with the fault that says why.
    """

    def __init__(self, page: Page, visit: Visit, max_redirects: int) -> None:
        self.documents: list[Response] = []
        self.hops: list[str] = []
        self.failed: tuple[str, str] | None = None
        self.answers: list[Response] = []
        self.framed: dict[Frame, Response] = {}
        self.unframed: dict[Frame, tuple[str, str]] = {}
        self.alarm = asyncio.Event()
        self.moved = asyncio.Event()
        self.fault: Fault | None = None
        self._page = page
        self._visit = visit
        self._max_redirects = max_redirects
        self._asked: list[str] = []
        self._busy: set[Request] = set()
        self._clock = asyncio.get_running_loop().time
        self.stirred_at = self._clock()
        page.on("request", self._request)
        page.on("response", self._response)
        page.on("requestfinished", self._finished)
        page.on("requestfailed", self._request_failed)
        page.on("crash", self._crash)
        page.on("dialog", self._dialog)
        page.on("download", self._download)
        page.on("framenavigated", self._navigated)

    @property
    def address(self) -> str:
        """Where the page was last on its way to."""
        return self._asked[-1] if self._asked else ""

    @property
    def is_page(self) -> bool:
        """Whether what came last is a page that may build itself, not an error or a file."""
        if not self.documents or self.documents[-1].status >= 400:
            return False
        return kind_of(self.documents[-1]) in HTML

    @property
    def status(self) -> int | None:
        return self.documents[-1].status if self.documents else None

    def quiet_for(self) -> float:
        """Seconds since anything was asked for or came."""
        return 0.0 if self._busy else self._clock() - self.stirred_at

    def raise_alarm(self, fault: Fault) -> None:
        """End the waiting; the first reason counts."""
        self.fault = self.fault or fault
        self.alarm.set()

    def _request(self, request: Request) -> None:
        self._stir()
        if request.resource_type in _BUILDING:
            self._busy.add(request)
        if self._is_own(request):
            self._turn(request)

    def _turn(self, request: Request) -> None:
        """The page itself goes somewhere: the first time because we asked, later by redirects and scripts."""
        address = request.url.partition("#")[0]
        self._asked.append(address)
        if len(self._asked) == 1:
            return
        self.hops.append(address)
        self.answers.clear()
        self.framed.clear()
        self.unframed.clear()
        if not address.lower().startswith(("http://", "https://")):
            self.raise_alarm(Fault(Outcome.SCHEME_REFUSED, f"the page leads to {address[:80]!r}"))
        elif _redirects(request) > self._max_redirects:
            self._going_on(address, f"more than {self._max_redirects} redirects")
        elif len(self.hops) > MOST_TURNS:
            self._going_on(address, "the page sends its visitors on without end")

    def _going_on(self, address: str, why: str) -> None:
        shields = [document.status for document in self.documents if _is_shield(document)]
        if shields:
            self.raise_alarm(Fault(Outcome.BLOCKED, f"status {shields[-1]}, again and again"))
        elif self._asked.count(address) >= SAME_PLACE:
            self.raise_alarm(Fault(Outcome.REDIRECT_LOOP, f"the page goes in circles by way of {address}"))
        else:
            self.raise_alarm(Fault(Outcome.TOO_MANY_REDIRECTS, why))

    def _response(self, response: Response) -> None:
        self._stir()
        if self._is_own(response.request):
            self._document(response)
        elif response.request.is_navigation_request():
            self._frame(response)
        elif response.request.resource_type in _DATA and len(self.answers) < MOST_ANSWERS:
            self.answers.append(response)

    def _frame(self, response: Response) -> None:
        frame = response.request.frame
        if frame in self.framed or len(self.framed) < MOST_ANSWERS:
            self.framed[frame] = response

    def _document(self, response: Response) -> None:
        if (turned := self._visit.marked(response.headers.get(MARK.lower(), ""))) is not None:
            self.failed = (response.url, "")
            self.raise_alarm(turned)
        elif response.status in REDIRECTS:
            self._redirect(response)
        else:
            self.documents.append(response)
            self.moved.set()

    def _redirect(self, response: Response) -> None:
        """Judge where a redirect leads by the rules of every other request."""
        try:
            addresses.follow(URL(response.url), response.headers.get("location", ""))
        except ValueError:
            return  # an address that Chromium alone understands
        except Fault as fault:
            self.failed = (response.url, "")
            self.raise_alarm(fault)

    def _finished(self, request: Request) -> None:
        self._stir()
        self._busy.discard(request)

    def _request_failed(self, request: Request) -> None:
        self._finished(request)
        why = request.failure or ""
        if not request.is_navigation_request() or _HARMLESS.search(why):
            return
        if self._is_own(request):
            self.failed = (request.url, why)
            self.moved.set()
        elif len(self.unframed) < MOST_ANSWERS:
            self.unframed[request.frame] = (request.url, why)

    def _crash(self, _: Page) -> None:
        self.raise_alarm(
            Fault(Outcome.RENDER_FAILED, "the page crashes the browser, or takes more memory than it may")
        )

    def _navigated(self, frame: Frame) -> None:
        if not frame.url.startswith("chrome-error:"):
            self.unframed.pop(frame, None)

    async def _dialog(self, dialog: Dialog) -> None:
        try:
            await dialog.dismiss()
        except chromium.errors():
            return  # it went away by itself

    def _download(self, download: Download) -> None:
        # One that a page starts beside itself is refused, and the page is a page all the same.
        if not self.is_page or self.documents[-1].url == download.url:
            self.raise_alarm(Fault(Outcome.RENDER_FAILED, f"a download, not a page: {download.url[:200]}"))

    def _is_own(self, request: Request) -> bool:
        """Whether this is for the page itself, not for a part of it or a frame in it."""
        return request.is_navigation_request() and request.frame == self._page.main_frame

    def _stir(self) -> None:
        self.stirred_at = self._clock()


def kind_of(document: Response) -> str:
    """Read what an answer claims to be, in lower case and without its parameters."""
    return document.headers.get("content-type", "").partition(";")[0].strip().lower()


def _redirects(request: Request) -> int:
    count = 0
    while request.redirected_from is not None:
        request, count = request.redirected_from, count + 1
    return count


def _is_shield(document: Response) -> bool:
    return of_status(document.status) is Outcome.BLOCKED
