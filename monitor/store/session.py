"""The store's engine, its one writer, and reading beside it.

All changes go through one thread that takes queued functions in batches: one transaction a batch, a
savepoint each. SQLite then commits once for many results, and nobody waits for a lock.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Generic, TypeVar

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool
from sqlmodel import Session

T = TypeVar("T")
BATCH = 200


class StoreError(Exception):
    """The store cannot be opened or written."""


def reason_of(error: SQLAlchemyError) -> str:
    """What the database itself said, in one line; without the statement and its parameters."""
    return " ".join(str(getattr(error, "orig", None) or error).split())


class _Job(Generic[T]):
    """Work for the writer, and where its outcome goes."""

    def __init__(self, work: Callable[[Session], T]) -> None:
        self.work = work
        self.done: Future[T] = Future()


def open_engine(url: str) -> Engine:
    """Make an engine for `sqlite:///path` or `postgresql://…`; nothing is opened yet."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    engine = create_engine(parsed, poolclass=NullPool, connect_args={"timeout": 30})
    event.listen(engine, "connect", _tune_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _tune_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transaction handling breaks savepoints: it is switched off, and BEGIN sent by us.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    # A transaction that will write takes its lock at once, so that it cannot fail half way for another's.
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


class Store:
    """Reads in worker threads, writes through one thread."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = open_engine(url)
        self._writing = self.engine.execution_options(sqlite_begin="IMMEDIATE")
        self._jobs: queue.SimpleQueue[_Job[Any] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    @property
    def shown_url(self) -> str:
        """The store's address for people, without its password."""
        return self.engine.url.render_as_string(hide_password=True)

    @property
    def file(self) -> Path | None:
        """The file of a SQLite store."""
        name = self.engine.url.database
        return Path(name) if self.engine.dialect.name == "sqlite" and name else None

    @property
    def is_missing(self) -> bool:
        """Whether it is a file that is not there yet."""
        return self.file is not None and not self.file.exists()

    def start(self) -> None:
        """Start the writer."""
        self._thread = threading.Thread(target=self._write_batches, name="duban-writer", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Finish what is queued, then stop the writer."""
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join()
            self._thread = None
        self.engine.dispose()

    async def write(self, work: Callable[[Session], T]) -> T:
        """Run `work` in the next transaction; returns once it is committed, raises what it raised.

        A cancelled caller does not take its work back: what was handed over is finished.
        """
        if self._thread is None:
            raise StoreError("the store's writer is not running")
        job = _Job(work)
        self._jobs.put(job)
        return await asyncio.shield(asyncio.wrap_future(job.done))

    async def read(self, work: Callable[[Session], T]) -> T:
        """Run `work` in a thread, in a transaction that is rolled back at the end."""
        return await asyncio.to_thread(self.read_now, work)

    def read_now(self, work: Callable[[Session], T]) -> T:
        """The same as `read`, in this thread."""
        with Session(self.engine, expire_on_commit=False) as session:
            return work(session)

    def write_now(self, work: Callable[[Session], T]) -> T:
        """Run `work` in a transaction of its own in this thread: for commands beside the daemon."""
        with Session(self._writing, expire_on_commit=False) as session, session.begin():
            return work(session)

    def _write_batches(self) -> None:
        while (job := self._jobs.get()) is not None:
            batch, ending = self._take_waiting(job)
            self._write_batch(batch)
            if ending:
                return

    def _take_waiting(self, first: _Job[Any]) -> tuple[list[_Job[Any]], bool]:
        batch = [first]
        while len(batch) < BATCH:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                return batch, True
            batch.append(job)
        return batch, False

    def _write_batch(self, batch: list[_Job[Any]]) -> None:
        results: list[tuple[_Job[Any], Any, BaseException | None]] = []
        try:
            with Session(self._writing, expire_on_commit=False) as session, session.begin():
                for job in batch:
                    results.append(self._write_one(session, job))
        except SQLAlchemyError as error:  # the commit itself failed: whoever waits is told
            for job in batch:
                job.done.set_exception(error)
            return
        for job, result, failure in results:
            if failure is not None:
                job.done.set_exception(failure)
            else:
                job.done.set_result(result)

    @staticmethod
    def _write_one(session: Session, job: _Job[Any]) -> tuple[_Job[Any], Any, BaseException | None]:
        savepoint = session.begin_nested()
        try:
            result = job.work(session)
            session.flush()
            savepoint.commit()
        except Exception as error:  # noqa: BLE001 - a boundary: one poisoned job must not spoil its batch
            savepoint.rollback()
            return job, None, error
        return job, result, None
