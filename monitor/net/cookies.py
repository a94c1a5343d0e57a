"""Cookies of one round: kept while its pages are read, then gone."""

from __future__ import annotations

from http.cookies import SimpleCookie

from aiohttp import CookieJar
from yarl import URL


class CookieRound:
    """The cookies that a site sets while one round reads its pages.

    Made anew for every round and passed to each `get`: a shield that sets a cookie and sends the visitor
    back is passed, and nobody's session outlives the round. Hosts get their own cookies only.
    """

    def __init__(self) -> None:
        self._jar: CookieJar | None = None

    def put(self, url: str, name: str, value: str) -> None:
        """Add a cookie by hand (a browser's, for example) for this page's host."""
        self.keep(SimpleCookie({name: value}), URL(url))

    def keep(self, cookies: SimpleCookie, url: URL) -> None:
        """Take over what a response from this address set."""
        if cookies:
            self._opened().update_cookies(cookies, url)

    def header(self, url: URL) -> str:
        """Write the Cookie header for a request to this address; "" for none."""
        if self._jar is None:
            return ""
        held = self._jar.filter_cookies(url)
        return "; ".join(f"{name}={morsel.coded_value}" for name, morsel in sorted(held.items()))

    def _opened(self) -> CookieJar:
        # Made late, because a jar wants a running loop. "unsafe" only means that addresses without a name
        # (http://10.1.2.3/) may set cookies for themselves: intranet sites live there.
        if self._jar is None:
            self._jar = CookieJar(unsafe=True, quote_cookie=False)
        return self._jar
