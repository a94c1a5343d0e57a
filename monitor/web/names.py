"""Whom the console answers to: the names that are its own.

A page elsewhere can give its own name our address, and would then read the console with the eyes of whoever
visits it. Such a page's requests bear its name; ours bear an address, "localhost", or the name of public_url.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

REMEDY = (
    "The console does not answer to this name: set [server] public_url to the address it is reached by.\n"
)


class OwnNames:
    """Answers to our own names, and turns others away with the remedy. public_url: gives the one in force."""

    def __init__(self, app: ASGIApp, public_url: Callable[[], str]) -> None:
        self._app = app
        self._public_url = public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._is_ours(Headers(scope=scope).get("host", "")):
            await self._app(scope, receive, send)
            return
        await PlainTextResponse(REMEDY, 421)(scope, receive, send)

    def _is_ours(self, host: str) -> bool:
        name = _name_of(f"//{host}")
        return name is None or name in ("localhost", _name_of(self._public_url())) or _is_literal(name)


def _name_of(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return ""


def _is_literal(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
