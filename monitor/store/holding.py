"""One daemon to a store: a second one would poll everything twice and tell everything twice."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from monitor.store.session import Store, StoreError

NUMBER = 0x6475_6261_6E  # "duban": the advisory lock's number on PostgreSQL


@contextmanager
def held(store: Store) -> Iterator[None]:
    """Hold a store for one daemon, until it ends in whatever way; StoreError where another one holds it."""
    if store.file is not None:
        with _file_held(store.file.with_name(f"{store.file.name}.lock"), store.shown_url):
            yield
    elif store.engine.dialect.name == "postgresql":
        with _number_held(store.engine, store.shown_url):
            yield
    else:
        yield


@contextmanager
def _file_held(path: Path, name: str) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise StoreError(f"{name} is another daemon's: process {file.read().strip()}") from error
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


@contextmanager
def _number_held(engine: Engine, name: str) -> Iterator[None]:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        taken = connection.execute(text("select pg_try_advisory_lock(:number)"), {"number": NUMBER}).scalar()
        if not taken:
            raise StoreError(f"{name} is another daemon's")
        try:
            yield
        finally:
            connection.invalidate()  # the lock is the connection's, and would outlive its return to the pool
