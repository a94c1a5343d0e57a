"""What machines ask: /metrics, /healthz and /readyz. No account, no titles, no page addresses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from math import nan

from fastapi import FastAPI, Response
from sqlalchemy.exc import SQLAlchemyError

from monitor.metrics import DELAY_BUCKETS, Metrics
from monitor.rounds.context import Context
from monitor.store import watches
from monitor.store.figures import delays, figures

STILL = timedelta(seconds=60)
"""How long the loop may stand still before it counts as hung."""

PLAIN = "text/plain; version=0.0.4; charset=utf-8"


def probes_app(
    context: Callable[[], Context], metrics: Metrics, last_turn: Callable[[], datetime | None]
) -> FastAPI:
    """The application behind `[server] metrics`."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    first_round = asyncio.Event()  # stays done: a site that joins later takes nothing out of service

    @app.get("/metrics")
    async def scrape() -> Response:
        ctx = context()
        zone = ctx.counting.zone
        stored = await ctx.store.read(lambda session: figures(session, ctx.targets, zone))
        waits = await ctx.store.read(lambda session: delays(session, DELAY_BUCKETS))
        metrics.evidence_bytes.set(await asyncio.to_thread(ctx.evidence.size))
        metrics.evidence_lost.set(ctx.evidence.trouble.lost if ctx.evidence.trouble else 0)
        offset = ctx.client.offset.seconds(ctx.now())
        metrics.clock_offset.set(nan if offset is None else offset)
        # Thousands of sites make megabytes: the loop does not stand still while they are written.
        text = await asyncio.to_thread(metrics.render, stored, waits)
        return Response(text, media_type=PLAIN)

    @app.get("/healthz")
    async def healthz() -> Response:
        turned = last_turn()
        if turned is not None and context().now() - turned < STILL:
            return _plain("ok")
        return _plain("the loop does not turn", 503)

    @app.get("/readyz")
    async def readyz() -> Response:
        try:
            done = await context().store.read(watches.have_all_run)
        except SQLAlchemyError:
            return _plain("the store does not answer", 503)
        if done:
            first_round.set()
        return _plain("ok") if first_round.is_set() else _plain("the first round is not done", 503)

    return app


def _plain(text: str, status: int = 200) -> Response:
    return Response(text + "\n", status_code=status, media_type="text/plain")
