"""A small HTTP server on loopback: an ephemeral port, and an end within two seconds whatever clients do."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable

from aiohttp import web

LOOPBACK = "127.0.0.1"
PATIENCE = 0.4
"""Seconds that an exchange still gets when the server stops; aiohttp grants them twice."""

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Server:
    """Serves one handler on a port of its own.

    The port is taken when the server is made, so that addresses are known before anything is served. One
    that is never started holds its port and refuses connections: a site that is down.
    """

    def __init__(self, handler: Handler) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.bind((LOOPBACK, 0))
        self.port = int(self._socket.getsockname()[1])
        self._handler = handler
        self._runner: web.ServerRunner | None = None

    async def start(self) -> None:
        """Begin to serve."""
        server = web.Server(
            self._handler,
            access_log=None,
            keepalive_timeout=30,
            lingering_time=1,
        )
        self._runner = web.ServerRunner(server, shutdown_timeout=PATIENCE)
        await self._runner.setup()
        await web.SockSite(self._runner, self._socket).start()

    async def stop(self) -> None:
        """Stop serving, cut off whoever is still reading, give the port back."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        self._socket.close()
