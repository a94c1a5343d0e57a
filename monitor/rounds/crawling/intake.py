"""Taking links in: each address of a page once, told apart into what is asked for and what is not."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote

from checks import traps
from checks.links import State
from monitor.net.outcomes import Outcome
from monitor.net.quick import split
from monitor.reading.hrefs import normalise
from monitor.reading.links import Harvest, Link, Use
from monitor.rounds.crawling.ledger import Address, Ledger, Places, Trouble
from monitor.rounds.crawling.options import Options

MIXED = "loaded without TLS by a page that has it"

_LOADED = frozenset({Use.FILE, Use.STYLE, Use.FRAME, Use.FORM})
_FAULTS = {
    "invalid": (State.SUSPECT, "this is no address"),
    "unfilled": (State.SKIPPED, "a template that only scripts fill in"),
    "file": (State.SUSPECT, "it leads to a file on the editor's own machine"),
}


class Intake:
    """What is met on the way: new addresses go to `ask`, all others learn where else they stand.

    own: how the addresses of the site begin.
    """

    def __init__(self, ledger: Ledger, options: Options, ask: Callable[[Address], None]) -> None:
        self.own: tuple[str, ...] = ()
        self._ledger = ledger
        self._options = options
        self._ask = ask

    def is_own(self, url: str) -> bool:
        """Whether an address is one of the site itself."""
        return url.startswith(self.own)

    def take(self, page: Address, harvest: Harvest) -> None:
        """Take in the links of a page: new addresses are asked for, troubles learn where they stand."""
        ledger, url_of_page = self._ledger, page.url
        urls = [traps.without_session(link.url) for link in harvest.links]
        ledger.recall(urls)
        is_secure = url_of_page.startswith("https:")
        for link, url in zip(harvest.links, urls, strict=True):
            if link.fault:
                self._note_fault(url_of_page, link)
                continue
            standing = ledger.standing(url)
            is_mixed = is_secure and link.use in _LOADED and url.startswith("http:")
            if standing == "fine" and not is_mixed:
                continue
            if standing is None:
                self._meet(page, link, url, is_mixed=is_mixed)
            elif standing == "fine":
                self._trouble(url, State.INSECURE, None, MIXED).add(url_of_page, link)
            elif not isinstance(standing, str):
                standing.places.add(url_of_page, link)
        if self._options.checks_fragments:
            self._note_anchors(url_of_page, harvest)

    def _meet(self, page: Address, link: Link, url: str, *, is_mixed: bool) -> None:
        """Take in an address met for the first time, or say why it is not asked for."""
        places = Places()
        places.add(page.url, link)
        if why := self._unwanted(url):
            self._ledger.met += 1
            self._ledger.settle(url, Trouble(url, State.SKIPPED, None, why, places))
            return
        is_same = link.use is Use.PAGE and traps.shape(url) == traps.shape(page.url)
        run = page.run + 1 if is_same else 0
        self.enter(Address(url, link.use, page.depth + 1, run, 0, places, is_mixed))

    def _unwanted(self, url: str) -> str | None:
        if not self._options.is_wanted(url):
            return "left out, as it was asked"
        if not self.is_own(url):
            return None if self._options.has_external else "on another site, which was not asked for"
        why = traps.circles(url)
        return f"made without end: {why}" if why else None

    def enter(self, address: Address) -> None:
        """Take an address in, to be asked for now or later."""
        if self._ledger.add(address):
            self._ask(address)

    def enter_listed(self, listed: str, page: str, text: str, *, depth: int) -> None:
        """Enter an address that stands in a list or a sitemap."""
        url = (normalise(listed) or "").partition("#")[0]
        if not url.startswith(("http://", "https://")):
            self._trouble(listed, State.SUSPECT, None, _FAULTS["invalid"][1]).add(page, text)
            return
        self._ledger.recall((url,))
        standing = self._ledger.standing(url)
        if standing is None and self._options.is_wanted(url):
            self.enter(Address(url, Use.PAGE, depth, 0, 0, self.placed(page, text)))
        elif isinstance(standing, Trouble | Address):
            standing.places.add(page, text)

    def settle(
        self,
        address: Address,
        state: State,
        status: int | None,
        why: str,
        outcome: Outcome | None = None,
        *,
        target: str = "",
    ) -> None:
        """Settle an address that was asked for, and is in trouble."""
        trouble = Trouble(address.url, state, status, why, address.places, outcome, target, address)
        self._ledger.settle(address.url, trouble)

    def _trouble(self, url: str, state: State, status: int | None, why: str) -> Places:
        """Settle an address that nobody waits for; gives where its places are kept."""
        places = Places()
        self._ledger.settle(url, Trouble(url, state, status, why, places))
        return places

    def placed(self, page: str, text: str) -> Places:
        """Begin a list of places."""
        places = Places()
        places.add(page, text)
        return places

    def _note_fault(self, page: str, link: Link) -> None:
        """Keep a link that is no address of the web."""
        what = f"a link of the kind {link.fault}:, which is not asked for"
        state, why = _FAULTS.get(link.fault, (State.SKIPPED, what))
        self._ledger.recall((link.url,))
        standing = self._ledger.standing(link.url)
        places = (
            standing.places if isinstance(standing, Trouble) else self._trouble(link.url, state, None, why)
        )
        places.add(page, link)

    def _note_anchors(self, page: str, harvest: Harvest) -> None:
        self._ledger.keep_anchors(page, harvest.anchors)
        self._ledger.want_anchors(
            page,
            [
                (link.url, unquote(link.fragment), link.text)
                for link in harvest.links
                if link.fragment
                and link.use is Use.PAGE
                and self.is_own(link.url)
                and _is_place(link.fragment)
            ],
        )

    def tell_anchors(self) -> None:
        """Tell of fragments that point nowhere, on pages that were read."""
        if not self._options.checks_fragments:
            return
        found: dict[str, Places] = {}
        for url, name, page, text in list(self._ledger.missing_anchors()):
            whole = f"{url}#{name}"
            if whole not in found:
                found[whole] = self._trouble(whole, State.SUSPECT, 200, f"there is no #{name} on the page")
            found[whole].add(page, text)


def host_of(url: str) -> str:
    """Give the host of an address, without its port."""
    place = split(url)[0].partition("://")[2]
    return place.rpartition(":")[0] if ":" in place and not place.endswith("]") else place


def faces(url: str, folder: str = "/") -> tuple[str, ...]:
    """Give the beginnings of a site's own addresses: with TLS or without, with www or without."""
    place = split(url)[0].partition("://")[2]
    bare = place.removeprefix("www.")
    return tuple(
        f"{scheme}://{host}{folder}" for scheme in ("http", "https") for host in (bare, f"www.{bare}")
    )


def _is_place(fragment: str) -> bool:
    """Whether a fragment points to a place on a page; routes of scripts and text fragments do not."""
    return fragment.lower() != "top" and not fragment.startswith(("/", "!", ":~:"))
