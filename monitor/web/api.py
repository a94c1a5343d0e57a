"""The API under /api/v1: obligations, problems, sites, columns, items and alerts, for reading only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, HTTPException, Path, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from alerts.events import Kind, Review
from checks.obligations import State
from checks.rules import Severity
from monitor.rounds.context import Context
from monitor.store import tables, views
from monitor.store.views import Json, Span
from monitor.targets.watch import SiteType, Status
from monitor.web import shapes

T = TypeVar("T")

API = "/api/"
MOST = 2**31 - 1
"""The largest id that a store holds."""

Id = Annotated[int, Path(ge=1, le=MOST)]
# NUL is the one sign that PostgreSQL takes in no text.
Name = Annotated[str | None, Field(max_length=200, pattern=r"^[^\x00]*$")]


def describe() -> str:
    """What the description of the API says at its head."""
    return (
        "Lists come newest first, paged by limit and offset; the header X-Total-Count says how many rows "
        "there are in all. No key is ever absent; what is unknown is null. Times are RFC 3339 with offset; "
        "what is precise to the day is YYYY-MM-DD. A filter that does not exist is refused."
    )


class Asked(BaseModel):
    """What every list takes; a parameter it does not know is an error, not silently everything."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=100, ge=1, le=1000, description="rows at most")
    offset: int = Field(default=0, ge=0, le=MOST, description="rows to pass over")

    @property
    def span(self) -> Span:
        return Span(limit=self.limit, offset=self.offset)

    @property
    def equal(self) -> dict[str, Any]:
        """The filters by the columns' names."""
        return self.model_dump(exclude={"limit", "offset"}, exclude_none=True)


class ObligationsAsked(Asked):
    site: Name = Field(default=None, description="id of a site")
    state: State | None = None
    review: Review | None = None
    policy_id: int | None = Field(default=None, ge=1, le=MOST, alias="policy", description="id of a policy")
    portal: Name = Field(default=None, description="id of the portal it comes from")
    region: Name = Field(default=None, description="the site's region code")


class ProblemsAsked(Asked):
    site: Name = Field(default=None, description="id of a site or portal")
    rule: Name = Field(default=None, description="id of a rule")
    severity: Severity | None = None
    is_open: bool | None = Field(default=None, alias="open", description="those that stand, or those closed")


class SitesAsked(Asked):
    limit: int = Field(default=1000, ge=1, le=10_000, description="rows at most")
    type: SiteType | None = None
    region: Name = Field(default=None, description="region code, or how it begins")
    status: Status | None = None


class ColumnsAsked(Asked):
    limit: int = Field(default=1000, ge=1, le=10_000, description="rows at most")
    owner: Name = Field(default=None, description="id of a site or portal")
    failing: bool | None = Field(default=None, description="those whose last reading was not good")


class ItemsAsked(Asked):
    owner: Name = Field(default=None, description="id of a site or portal")
    is_key: bool | None = Field(default=None, alias="key", description="whether it was decided to be key")
    policy_id: int | None = Field(default=None, ge=1, le=MOST, alias="policy", description="id of a policy")


class AlertsAsked(Asked):
    number: Name = Field(default=None, description="the message's number")
    kind: Kind | None = None
    state: shapes.DeliveryState | None = Field(default=None, description="that a delivery is in")


class _Source:
    """What the routes share: reading from the store of the configuration in force."""

    def __init__(self, context: Callable[[], Context]) -> None:
        self.context = context

    async def ask(self, question: Callable[..., T], *args: Any, **filters: Any) -> T:
        """Ask a question of `views`; the office's zone comes last of what it is given first."""
        ctx = self.context()
        zone = ctx.counting.zone
        return await ctx.store.read(lambda session: question(session, *args, zone, **filters))

    async def rows(self, question: Callable[..., list[Json]], table: Any, asked: Asked) -> JSONResponse:
        """Answer with rows of a table and their number."""
        ctx = self.context()
        total = await ctx.store.read(lambda session: views.count_rows(session, table, **asked.equal))
        found = await self.ask(question, span=asked.span, **asked.equal)
        return _answer(found, total)


def _answer(rows: Sequence[Json], total: int) -> JSONResponse:
    return JSONResponse(list(rows), headers={"X-Total-Count": str(total)})


def _cut(rows: Sequence[Json], asked: Asked) -> JSONResponse:
    return _answer(rows[asked.offset : asked.offset + asked.limit], len(rows))


def _one(found: Json | None, what: str) -> JSONResponse:
    if found is None:
        raise HTTPException(404, f"no {what}")
    return JSONResponse(found)


def api_router(context: Callable[[], Context]) -> APIRouter:
    """The routes of the API. Lists come newest first; no key is ever absent, what is unknown is null."""
    router = APIRouter(prefix="/api/v1")
    source = _Source(context)
    for add in (_add_duties, _add_problems, _add_places, _add_alerts):
        add(router, source)
    return router


def _add_duties(router: APIRouter, source: _Source) -> None:
    @router.get("/obligations", response_model=list[shapes.Obligation])
    async def obligations(asked: Annotated[ObligationsAsked, Query()]) -> JSONResponse:
        """Duties with a clock."""
        return await source.rows(views.list_obligations, tables.Obligation, asked)

    @router.get("/obligations/{obligation_id}", response_model=shapes.Obligation)
    async def obligation(obligation_id: Id) -> JSONResponse:
        """One duty."""
        found = await source.ask(views.list_obligations, id=obligation_id)
        return _one(found[0] if found else None, f"obligation {obligation_id}")


def _add_problems(router: APIRouter, source: _Source) -> None:
    @router.get("/problems", response_model=list[shapes.Problem])
    async def problems(asked: Annotated[ProblemsAsked, Query()]) -> JSONResponse:
        """Findings that stand or stood."""
        return await source.rows(views.list_problems, tables.Problem, asked)

    @router.get("/problems/{problem_id}", response_model=shapes.Problem)
    async def problem(problem_id: Id) -> JSONResponse:
        """One problem."""
        found = await source.ask(views.list_problems, id=problem_id)
        return _one(found[0] if found else None, f"problem {problem_id}")


def _add_places(router: APIRouter, source: _Source) -> None:
    @router.get("/sites", response_model=list[shapes.Site])
    async def sites(asked: Annotated[SitesAsked, Query()]) -> JSONResponse:
        """The sites that are watched, in the configuration's order."""
        wanted = asked.equal
        region = wanted.pop("region", "")
        rows = await source.ask(views.list_sites, source.context().targets)
        return _cut(
            [r for r in rows if r["region"].startswith(region) and wanted.items() <= r.items()], asked
        )

    @router.get("/columns", response_model=list[shapes.Column])
    async def columns(asked: Annotated[ColumnsAsked, Query()]) -> JSONResponse:
        """The pages that are read for their rows, by owner."""
        rows = await source.ask(views.list_columns)
        return _cut(
            [
                row
                for row in rows
                if asked.owner in (None, row["owner"])
                and asked.failing in (None, row["last_error"] is not None)
            ],
            asked,
        )

    @router.get("/items", response_model=list[shapes.Item])
    async def items(asked: Annotated[ItemsAsked, Query()]) -> JSONResponse:
        """Rows seen on portals and sites."""
        return await source.rows(views.list_items, tables.Item, asked)


def _add_alerts(router: APIRouter, source: _Source) -> None:
    @router.get("/alerts", response_model=list[shapes.Alert])
    async def alerts(asked: Annotated[AlertsAsked, Query()]) -> JSONResponse:
        """Messages, and what became of each delivery."""
        return await source.rows(views.list_alerts, tables.AlertMessage, asked)
