"""The application behind `[server] listen`: the console and the API."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version

from fastapi import FastAPI

from monitor.rounds.context import Context
from monitor.web.api import api_router


def console_app(context: Callable[[], Context]) -> FastAPI:
    """Console and API, for reading only: whoever reaches the address may look, nobody can change a thing."""
    app = FastAPI(
        title="Duban 督办",
        version=version("duban"),
        docs_url="/api/docs",
        openapi_url="/api/openapi.json",
        redoc_url=None,
    )
    app.include_router(api_router(context))
    return app
