"""The office's inbox of the demonstration: a loopback address that takes messages as JSON and keeps them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from monitor.clock import Clock, system_clock
from monitor.demo.server import LOOPBACK, Server


@dataclass(frozen=True, slots=True)
class Received:
    """One delivery as it came in: when, whether it was accepted, and what it said."""

    at: datetime
    accepted: bool
    payload: Mapping[str, Any]

    @property
    def title(self) -> str:
        return str(self.payload.get("title", ""))

    @property
    def body(self) -> str:
        return str(self.payload.get("message", ""))


class Inbox:
    """Takes what is posted to it. `fail_every` n: every n-th delivery is answered with status 500.

    Use it as an async context manager; `url` is what a channel is given (Apprise's json://).
    """

    def __init__(self, *, fail_every: int | None = None, clock: Clock = system_clock) -> None:
        if fail_every is not None and fail_every < 1:
            raise ValueError("fail_every counts from 1")
        self._fail_every = fail_every
        self._clock = clock
        self._deliveries: list[Received] = []
        self._arrived = asyncio.Condition()
        self._server = Server(self._take)

    @property
    def url(self) -> str:
        return f"json://{LOOPBACK}:{self._server.port}/"

    @property
    def deliveries(self) -> tuple[Received, ...]:
        """All that came in, in order, refused ones too."""
        return tuple(self._deliveries)

    @property
    def messages(self) -> tuple[Received, ...]:
        """What was accepted, in order."""
        return tuple(each for each in self._deliveries if each.accepted)

    async def wait_for(self, count: int) -> tuple[Received, ...]:
        """Wait until `count` messages were accepted; put it under asyncio.timeout."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: len(self.messages) >= count)
        return self.messages

    async def __aenter__(self) -> Self:
        await self._server.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._server.stop()

    async def _take(self, request: web.BaseRequest) -> web.Response:
        try:
            payload = json.loads(await request.read())
        except ValueError:
            return web.Response(status=400, text="not JSON")
        if not isinstance(payload, dict):
            return web.Response(status=400, text="not a JSON object")
        accepted = self._fail_every is None or (len(self._deliveries) + 1) % self._fail_every != 0
        self._deliveries.append(Received(self._clock(), accepted, payload))
        async with self._arrived:
            self._arrived.notify_all()
        return web.json_response({"accepted": accepted}, status=200 if accepted else 500)
