"""Serving an ASGI application inside the daemon's own loop, beside everything else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle


@dataclass(frozen=True, slots=True)
class Bounds:
    """What strangers may take: so many connections at once, each of which asks anew so often, in seconds.

    Every connection holds a descriptor, and the daemon needs those to read the web and its store.
    """

    most: int = 200
    patience: float = 30.0


class ListenError(Exception):
    """An address that cannot be listened on."""


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the daemon."""
        yield


class _Connection(H11Protocol):
    """One connection; dropped at once where there are too many, and later where it only holds its place."""

    def __init__(self, bounds: Bounds, **given: Any) -> None:
        super().__init__(**given)
        self._bounds = bounds
        self._last: RequestResponseCycle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        super().connection_made(transport)
        if len(self.connections) > self._bounds.most:
            transport.abort()
        else:
            self.loop.call_later(self._bounds.patience, self._look_again)

    def _look_again(self) -> None:
        """Drop it unless a request began since the last time: it asks byte by byte, or reads no answer."""
        if self.transport.is_closing():
            return
        if self.cycle is self._last:
            self.transport.abort()
            return
        self._last = self.cycle
        self.loop.call_later(self._bounds.patience, self._look_again)


NO_MORE = Bounds()


async def serve(app: Any, listen: str, stop: asyncio.Event, key: str, bounds: Bounds = NO_MORE) -> None:
    """Serve `app` on "host:port" until `stop`; ListenError, naming the key, where the address is taken."""
    host, _, port = listen.rpartition(":")
    config = uvicorn.Config(
        app,
        host=host.strip("[]"),
        port=int(port),
        log_config=None,
        access_log=False,
        lifespan="off",
        http=partial(_Connection, bounds),  # type: ignore[arg-type]  # it is only called
        ws="none",
        backlog=bounds.most,  # so many are accepted at one go, before any of them is dropped
        timeout_graceful_shutdown=2,
    )
    server = _Server(config)
    try:
        sockets = [config.bind_socket()]
    except (OSError, SystemExit) as error:
        raise ListenError(
            f"cannot listen on {listen}: in use, or not an address of this machine; set {key} in targets.toml"
        ) from error
    serving = asyncio.create_task(server.serve(sockets))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    stopping.cancel()
    await serving
