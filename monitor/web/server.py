"""Serving an ASGI application inside the daemon's own loop, beside everything else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn


class ListenError(Exception):
    """An address that cannot be listened on."""


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the daemon."""
        yield


async def serve(app: Any, listen: str, stop: asyncio.Event, key: str) -> None:
    """Serve `app` on "host:port" until `stop`; ListenError, naming the key, where the address is taken."""
    host, _, port = listen.rpartition(":")
    config = uvicorn.Config(
        app,
        host=host.strip("[]"),
        port=int(port),
        log_config=None,
        access_log=False,
        lifespan="off",
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
