"""The console's pages: addresses, and what each of them reads from the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from alerts.events import Kind
from checks.obligations import State
from checks.rules import Severity
from checks.workdays import deadline
from monitor.rounds.context import Context
from monitor.store import badlinks, board, dismissals
from monitor.store.board import GRAVITY, MessageFilter, ProblemFilter, Slice, Standing
from monitor.store.problems import told_as
from monitor.store.tables import Problem
from monitor.targets import Site, Targets
from monitor.web.duty import WORTH_TELLING, load_duty
from monitor.web.front import Wish, load_front
from monitor.web.matrix import TYPES
from monitor.web.rendering import Renderer, told_chain, told_lines
from monitor.web.words import Words

T = TypeVar("T")

MOST = 2**31 - 1
"""The largest id that a store holds."""

ROWS, MANY = 50, 200
NEWEST = 20

Id = Annotated[int, Path(ge=1, le=MOST)]
Page = Annotated[int, Query(ge=1, le=100_000)]
# NUL is the one sign that PostgreSQL takes in no text.
Name = Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")]
Number = Annotated[str, Path(pattern="^[A-Za-z0-9-]{1,60}$")]
Choice = Literal["", "open", "closed"]


class _Pages:
    """What the routes share: the configuration in force, reading from the store, rendering."""

    def __init__(self, context: Callable[[], Context], renderer: Renderer) -> None:
        self._context = context
        self._renderer = renderer

    @property
    def ctx(self) -> Context:
        return self._context()

    @property
    def targets(self) -> Targets:
        return self.ctx.targets

    def words(self) -> Words:
        return Words.of(self.targets, self.ctx.now())

    async def read(self, work: Callable[[Session], T]) -> T:
        return await self.ctx.store.read(work)

    def render(self, request: Request, template: str, **values: Any) -> HTMLResponse:
        return self._renderer.page(request, template, **values)


def pages_router(context: Callable[[], Context], renderer: Renderer) -> APIRouter:
    """The pages that people read.

    Links in messages rely on /obligations/ID, /problems/ID, /policies/ID and /sites/ID.
    """
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    pages = _Pages(context, renderer)
    for add in (_add_duties, _add_problems, _add_sites, _add_messages):
        add(router, pages)
    return router


def _add_duties(router: APIRouter, pages: _Pages) -> None:
    @router.get("/")
    async def front(
        request: Request,
        page: Page = 1,
        rows: Page = 1,
        days: Annotated[int, Query(ge=0, le=3660)] = 30,
        trouble: bool = False,
        refresh: bool = False,
    ) -> HTMLResponse:
        words, wish = pages.words(), Wish(page, rows, days, trouble)
        found = await pages.read(lambda session: load_front(session, pages.ctx, wish, words.now))
        reviews = await pages.read(board.reviews)
        return pages.render(
            request, "front.html", words=words, front=found, wish=wish, refresh=refresh, reviews=reviews
        )

    @router.get("/obligations/{obligation_id}")
    async def obligation(request: Request, obligation_id: Id) -> HTMLResponse:
        words = pages.words()
        found = await pages.read(lambda session: load_duty(session, pages.ctx, obligation_id, words.now))
        return pages.render(request, "duty.html", words=words, page=_found(found))

    @router.get("/policies/{policy_id}")
    async def policy(request: Request, policy_id: Id, page: Page = 1) -> HTMLResponse:
        found, rows = _found(await pages.read(lambda session: board.policy(session, policy_id)))
        cells = await pages.read(lambda session: board.cells_of_policies(session, [policy_id]))
        span = Slice(MANY, (page - 1) * MANY)
        return pages.render(
            request,
            "policy.html",
            policy=found,
            rows=rows,
            cells=_cut(_worst_first(cells), span),
            total=len(cells),
            span=span,
            page=page,
        )


def _add_problems(router: APIRouter, pages: _Pages) -> None:
    @router.get("/problems")
    async def problems(
        request: Request,
        rule: Name = "",
        site: Name = "",
        severity: Severity | Literal[""] = "",
        state: Choice = "open",
        page: Page = 1,
    ) -> HTMLResponse:
        owner = _id_of(pages.targets, site)
        wanted = ProblemFilter(rule or None, owner or None, severity or None, _is_open(state))
        words, span = pages.words(), Slice(ROWS, (page - 1) * ROWS)
        found, total = await pages.read(lambda session: board.problems(session, wanted, span))
        rules = await pages.read(board.rules_with_problems)
        dismissed = await pages.read(lambda session: dismissals.in_force(session, words.now))
        return pages.render(
            request,
            "problems.html",
            words=words,
            problems=found,
            reviews=await pages.read(board.reviews),
            dismissals=dismissed,
            total=total,
            span=span,
            page=page,
            rules=[(id_, words.rule(id_)) for id_ in rules],
            severities=[(grade, words.t(f"severity.{grade}")) for grade in Severity],
            wanted={"rule": rule, "site": owner, "severity": severity, "state": state},
        )

    @router.get("/problems/{problem_id}")
    async def problem(request: Request, problem_id: Id) -> HTMLResponse:
        subject, span = f"problem:{problem_id}", Slice(ROWS)
        found = _found(await pages.read(lambda session: board.problem(session, problem_id)))
        decisions = await pages.read(lambda session: board.decisions_on(session, subject))
        wanted = MessageFilter(subject=told_as(found))
        told, _ = await pages.read(lambda session: board.messages(session, wanted, span))
        duty = await pages.read(lambda session: board.obligation(session, found.obligation_id or 0))
        now = pages.words().now
        return pages.render(
            request,
            "problem.html",
            problem=found,
            links=await pages.read(
                lambda session: dismissals.not_dismissed(
                    session, found.site, badlinks.told_as(session, found), now
                )
            ),
            decisions=decisions,
            told=told,
            reviews=await pages.read(board.reviews),
            duty=duty[0] if duty else None,
            policy=duty[1] if duty else None,
            accused=pages.targets.site_of.get(found.site),
            due_how=_how_due(found, pages.ctx, pages.words()),
        )


def _add_sites(router: APIRouter, pages: _Pages) -> None:
    @router.get("/sites")
    async def sites(request: Request, q: Name = "", page: Page = 1) -> HTMLResponse:
        standings = await pages.read(board.standings)
        states = await pages.read(board.states_by_site)
        wanted = [site for site in _in_order(pages.targets, standings) if _is_meant(site, q)]
        span = Slice(MANY, (page - 1) * MANY)
        return pages.render(
            request,
            "sites.html",
            targets=pages.targets,
            groups=groupby(_cut(wanted, span), attrgetter("type")),
            total=len(wanted),
            span=span,
            page=page,
            q=q,
            standings=standings,
            states=states,
            nothing=board.Standing(),
        )

    @router.get("/sites/{owner}")
    async def site(request: Request, owner: str) -> HTMLResponse:
        targets = pages.targets
        site, portal = targets.site_of.get(owner), targets.portal_of.get(owner)
        found = await pages.read(lambda session: board.owner(session, owner, NEWEST))
        if site is None and portal is None and not (found.cells or found.problems):
            raise HTTPException(404)
        now, zone = pages.ctx.now(), pages.ctx.counting.zone
        links = await pages.read(lambda session: badlinks.of_site(session, owner, now, zone))
        reviews = await pages.read(board.reviews)
        return pages.render(
            request,
            "site.html",
            owner=owner,
            site=site,
            portal=portal,
            page=found,
            links=links,
            reviews=reviews,
        )


def _add_messages(router: APIRouter, pages: _Pages) -> None:
    @router.get("/alerts")
    async def alerts(
        request: Request,
        kind: Kind | Literal[""] = "",
        state: Literal["", "waiting", "accepted", "dead"] = "",
        page: Page = 1,
    ) -> HTMLResponse:
        words, span = pages.words(), Slice(ROWS, (page - 1) * ROWS)
        wanted = MessageFilter(kind or None, state or None)
        told, total = await pages.read(lambda session: board.messages(session, wanted, span))
        return pages.render(
            request,
            "alerts.html",
            words=words,
            told=told,
            total=total,
            span=span,
            page=page,
            dead=await pages.read(board.dead_letters),
            kinds=[(name, words.t(f"kind.{name}")) for name in Kind],
            wanted={"kind": kind, "state": state},
        )

    @router.get("/alerts/{number}")
    async def alert(
        request: Request, number: Annotated[str, Path(pattern="^[A-Za-z0-9-]{1,60}$")]
    ) -> HTMLResponse:
        told = await pages.read(lambda session: board.message(session, number))
        matters = await pages.read(lambda session: board.matters_of_message(session, number))
        return pages.render(
            request,
            "alert.html",
            told=_found(told),
            lines=told_lines(_found(told).message.body, pages.targets.server.public_url),
            matters=matters,
            chained=told_chain(_found(told).message.body),
        )


def _how_due(problem: Problem, ctx: Context, words: Words) -> str | None:
    """How the date by which a problem is to be put right was counted; None where a person set another."""
    term = ctx.targets.rules.rectification.limit
    counted = deadline(problem.opened_at, term, ctx.counting).at
    if problem.due_at is None or abs(counted - problem.due_at) >= WORTH_TELLING:
        return None
    if term.clock is not None:
        return words.t("problem.due-clock", length=words.length(term.clock))
    return words.t("problem.due-days", count=term.working_days)


def _found(value: T | None) -> T:
    if value is None:
        raise HTTPException(404)
    return value


def _is_open(state: Choice) -> bool | None:
    return {"open": True, "closed": False, "": None}[state]


def _worst_first(cells: list[board.Cell]) -> list[board.Cell]:
    order = [State.VIOLATED, State.OVERDUE, State.UNPROVEN, State.PENDING]
    return sorted(cells, key=lambda cell: order.index(cell.state) if cell.state in order else len(order))


def _cut(rows: Sequence[T], span: Slice) -> Sequence[T]:
    return rows[span.offset : span.offset + span.limit]


def _in_order(targets: Targets, standings: Mapping[str, Standing]) -> list[Site]:
    """The sites by type; those in trouble first, then in the configuration's order."""

    def place(site: Site) -> tuple[int, bool, int]:
        standing = standings.get(site.id, Standing())
        gravity = GRAVITY.index(standing.gravest) + 1 if standing.gravest else 0
        return TYPES.index(site.type), standing.up is not False, -gravity

    return sorted(targets.sites, key=place)


def _is_meant(site: Site, q: str) -> bool:
    """Whether a search for a part of a name, an id, an address or the beginning of a region code means it."""
    asked = q.strip().lower()
    return any(asked in text.lower() for text in (site.name, site.id, site.url)) or site.region.startswith(
        asked
    )


def _id_of(targets: Targets, asked: str) -> str:
    """The id of the site or portal that is asked for by its id or by its name."""
    by_name = {owner.name: owner.id for owner in targets.sites} | {p.name: p.id for p in targets.portals}
    return by_name.get(asked.strip(), asked.strip())
