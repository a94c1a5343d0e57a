"""An empty store of either kind: a SQLite file, or a PostgreSQL database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from monitor.store import schema
from monitor.store.session import Store


@contextmanager
def opened(url: str) -> Iterator[Store]:
    """A store with its schema, its writer running."""
    store = Store(url)
    schema.upgrade(store)
    store.start()
    try:
        yield store
    finally:
        store.close()
