"""Run by Alembic: applies the steps on the connection that `monitor.store.schema` hands over."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import monitor.store.tables  # noqa: F401 - makes the tables known


def render(kind: str, value: Any, _context: Any) -> str | Literal[False]:
    """Write SQLModel's strings as what they are in the database."""
    return "sa.String()" if kind == "type" and isinstance(value, AutoString) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    render_item=render,
)
with context.begin_transaction():
    context.run_migrations()
