"""The application behind `[server] listen`: the console and the API."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exception_handlers import http_exception_handler, request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from monitor.rounds.context import Context
from monitor.web.api import API, api_router, describe
from monitor.web.headers import StrictHeaders
from monitor.web.names import OwnNames
from monitor.web.pages import pages_router
from monitor.web.rendering import STATIC, Renderer

log = structlog.get_logger("duban.web")


def console_app(context: Callable[[], Context]) -> ASGIApp:
    """Console and API, for reading only: whoever reaches the address may look, nobody can change a thing."""
    app = FastAPI(
        title="Duban 督办",
        description=describe(),
        version=version("duban"),
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    renderer = Renderer(context)
    app.include_router(api_router(context))
    app.include_router(pages_router(context, renderer))
    app.mount("/static", StaticFiles(directory=STATIC), name="static")

    @app.get("/api/docs", include_in_schema=False)
    async def docs(request: Request) -> Response:
        return renderer.page(request, "api.html", api=app.openapi())

    _add_apologies(app, renderer)
    # Around it all, not as one of its middlewares: the apology for a mistake of ours comes from outside them.
    return StrictHeaders(OwnNames(app, lambda: context().targets.server.public_url))


def _add_apologies(app: FastAPI, renderer: Renderer) -> None:
    """What is answered where there is nothing to show: JSON to programs, a page to people."""

    @app.exception_handler(HTTPException)
    async def missing(request: Request, error: HTTPException) -> Response:
        if _is_program(request):
            return await http_exception_handler(request, error)
        return renderer.page(request, "sorry.html", error.status_code, what="missing")

    @app.exception_handler(RequestValidationError)
    async def unfit(request: Request, error: RequestValidationError) -> Response:
        if _is_program(request):
            return await request_validation_exception_handler(request, error)
        return renderer.page(request, "sorry.html", 404, what="missing")

    @app.exception_handler(SQLAlchemyError)
    async def busy(request: Request, error: SQLAlchemyError) -> Response:
        log.warning("the store does not answer", action="read", path=request.url.path, error=str(error))
        if _is_program(request):
            return JSONResponse({"detail": "the store does not answer"}, 503)
        return renderer.page(request, "sorry.html", 503, what="busy")

    @app.exception_handler(Exception)
    async def broken(request: Request, _error: Exception) -> Response:
        # The error itself goes on to the server, which logs it with its traceback.
        if _is_program(request):
            return JSONResponse({"detail": "internal error"}, 500)
        return renderer.page(request, "sorry.html", 500, what="broken")


def _is_program(request: Request) -> bool:
    return request.url.path.startswith(API) and request.url.path != "/api/docs"
