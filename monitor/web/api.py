"""The API under /api/v1: obligations, problems, sites, columns, items and alerts, for reading only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, HTTPException, Query

from monitor.rounds.context import Context
from monitor.store import views
from monitor.store.views import Json, Span

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=1000, description="rows at most")]
Offset = Annotated[int, Query(ge=0, description="rows to pass over")]


def api_router(context: Callable[[], Context]) -> APIRouter:
    """The routes of the API. Lists come newest first; no key is ever absent, what is unknown is null."""
    router = APIRouter(prefix="/api/v1")

    async def ask(question: Callable[..., T], *args: Any, **filters: Any) -> T:
        ctx = context()
        return await ctx.store.read(lambda session: question(session, *args, **filters))

    @router.get("/obligations")
    async def obligations(
        site: str | None = None, state: str | None = None, limit: Limit = 100, offset: Offset = 0
    ) -> list[Json]:
        """Duties with a clock."""
        span = Span(limit=limit, offset=offset)
        zone = context().counting.zone
        return await ask(views.list_obligations, zone, span, site=site, state=state)

    @router.get("/obligations/{obligation_id}")
    async def obligation(obligation_id: int) -> Json:
        """One duty."""
        found = await ask(views.find_obligation, context().counting.zone, obligation_id)
        if found is None:
            raise HTTPException(404, f"no obligation {obligation_id}")
        return found

    @router.get("/problems")
    async def problems(
        site: str | None = None,
        rule: str | None = None,
        severity: str | None = None,
        limit: Limit = 100,
        offset: Offset = 0,
    ) -> list[Json]:
        """Findings that stand or stood."""
        span = Span(limit=limit, offset=offset)
        zone = context().counting.zone
        return await ask(views.list_problems, zone, span, site=site, rule=rule, severity=severity)

    @router.get("/sites")
    async def sites(limit: Limit = 1000, offset: Offset = 0) -> list[Json]:
        """The sites that are watched."""
        ctx = context()
        found = await ask(views.list_sites, ctx.targets, ctx.counting.zone)
        return found[offset : offset + limit]

    @router.get("/columns")
    async def columns(owner: str | None = None, limit: Limit = 1000, offset: Offset = 0) -> list[Json]:
        """The pages that are read for their rows."""
        found = await ask(views.list_columns, context().counting.zone)
        return [row for row in found if owner in (None, row["owner"])][offset : offset + limit]

    @router.get("/items")
    async def items(owner: str | None = None, limit: Limit = 100, offset: Offset = 0) -> list[Json]:
        """Rows seen on portals and sites."""
        span = Span(limit=limit, offset=offset)
        return await ask(views.list_items, context().counting.zone, span, owner=owner)

    @router.get("/alerts")
    async def alerts(number: str | None = None, limit: Limit = 100, offset: Offset = 0) -> list[Json]:
        """Messages, and what became of each delivery."""
        span = Span(limit=limit, offset=offset)
        return await ask(views.list_alerts, context().counting.zone, span, number=number)

    return router
