"""Bringing a store's schema up to date, and saying whether it is."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from monitor.store.session import Store, StoreError


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(store: Store) -> None:
    """Apply the steps that the store lacks; an empty store gets all of them, a missing file is made."""
    config = _config()
    if store.file is not None:
        store.file.parent.mkdir(parents=True, exist_ok=True)
    with store.engine.begin() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:  # it holds a step that this version never heard of
            raise StoreError(f"the store {store.shown_url} is another version's: {error}") from error


def require_current(store: Store) -> None:
    """StoreError, with the remedy, where the store's schema is not the one this version works with."""
    with store.engine.connect() as connection:
        held = MigrationContext.configure(connection).get_current_revision()
    wanted = ScriptDirectory.from_config(_config()).get_current_head()
    if held != wanted:
        what = "is empty" if held is None else f"has schema {held}, this version needs {wanted}"
        remedy = "start the daemon once, or run `duban db upgrade`"
        raise StoreError(f"the store {store.shown_url} {what}: {remedy}")


def write_revision(store: Store, message: str, number: str) -> None:
    """Write the step from the store's schema to the tables as they are now (for developers)."""
    config = _config()
    with store.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.revision(config, message=message, autogenerate=True, rev_id=number)
