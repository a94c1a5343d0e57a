from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import Session, SQLModel, select

from alerts.events import Event
from monitor.store import alerts, schema, watches
from monitor.store.holding import held
from monitor.store.outbox import StoredOutbox
from monitor.store.session import Store, StoreError
from monitor.store.tables import Decision, Place, Watch
from tests.contract.outbox_suite import OutboxSuite
from tests.integration.stores import opened

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs_postgresql)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/var/duban.db"
    else:
        url = request.getfixturevalue("postgresql_url")
    with opened(url) as opened_store:
        yield opened_store


class StoredHarness:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.outbox = StoredOutbox(store)

    async def add(self, *events: Event) -> None:
        await self.store.write(lambda session: [alerts.queue(session, event) for event in events])


class TestStoredOutbox(OutboxSuite):
    """The outbox in the store keeps every promise of an outbox, on either database."""

    @pytest.fixture
    def harness(self, store: Store) -> StoredHarness:
        return StoredHarness(store)


def decision(reason: str, at: datetime = NOW) -> Decision:
    return Decision(at=at, action="waive", subject="obligation:1", by="王某", reason=reason)


def reasons(session: Session) -> list[str]:
    return sorted(row.reason for row in session.exec(select(Decision)))


async def test_what_was_written_is_there_when_write_returns(store: Store) -> None:
    await store.write(lambda session: session.add(decision("a")))
    assert await store.read(reasons) == ["a"]


async def test_one_poisoned_job_does_not_spoil_its_batch(store: Store) -> None:
    def poison(session: Session) -> None:
        session.add(decision("half"))
        session.flush()
        session.add(Place(owner="x", kind="home", name="n", url="u", every=1))
        session.add(Place(owner="x", kind="home", name="n", url="u", every=1))

    results = await asyncio.gather(
        store.write(lambda session: session.add(decision("before"))),
        store.write(poison),
        store.write(lambda session: session.add(decision("after"))),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [type(None), IntegrityError, type(None)]
    assert await store.read(reasons) == ["after", "before"]


async def test_a_hundred_writers_at_once_all_succeed(store: Store) -> None:
    await asyncio.gather(
        *(store.write(lambda session, n=n: session.add(decision(f"{n:03}"))) for n in range(100))
    )
    assert len(await store.read(reasons)) == 100


async def test_a_cancelled_caller_does_not_take_its_work_back(store: Store) -> None:
    task = asyncio.create_task(store.write(lambda session: session.add(decision("kept"))))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await store.write(lambda session: None)
    assert await store.read(reasons) == ["kept"]


async def test_closing_finishes_what_is_queued(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/duban.db"
    with opened(url) as store:
        jobs = [asyncio.create_task(store.write(lambda s, n=n: s.add(decision(str(n))))) for n in range(20)]
        await asyncio.sleep(0)
    await asyncio.gather(*jobs)
    assert len(Store(url).read_now(reasons)) == 20


async def test_writing_without_the_writer_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="not running"):
        await Store(f"sqlite:///{tmp_path}/duban.db").write(lambda session: None)


async def test_a_command_beside_the_daemon_writes_too(store: Store) -> None:
    beside = Store(store.url)
    beside.write_now(lambda session: session.add(decision("by hand")))
    beside.close()
    await store.write(lambda session: session.add(decision("by the daemon")))
    assert await store.read(reasons) == ["by hand", "by the daemon"]


def test_a_store_is_one_daemons(store: Store) -> None:
    """Commands work beside the daemon; a second daemon would tell everything twice."""
    beside = Store(store.url)
    with held(store):
        with pytest.raises(StoreError, match="another daemon's"), held(beside):
            pass
        beside.write_now(lambda session: session.add(decision("beside")))
    with held(beside):
        assert store.read_now(reasons) == ["beside"]
    beside.close()


async def test_times_keep_their_moment_and_naive_ones_are_refused(store: Store) -> None:
    beijing = datetime(2026, 11, 24, 17, 25, tzinfo=timezone(timedelta(hours=8)))
    await store.write(lambda session: session.add(decision("aware", beijing)))
    (kept,) = await store.read(lambda session: session.exec(select(Decision.at)).all())
    assert kept == beijing
    assert kept.utcoffset() == timedelta()
    naive = datetime(2026, 11, 24, 17, 25)  # noqa: DTZ001 - what must not get in
    with pytest.raises((StatementError, ValueError), match="naive"):
        await store.write(lambda session: session.add(decision("naive", naive)))


def test_the_steps_lead_to_the_tables(store: Store) -> None:
    """What the migrations make is what the tables say, so that an upgrade and a new store are alike."""
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_an_upgrade_twice_changes_nothing(store: Store) -> None:
    schema.upgrade(store)
    schema.require_current(store)


def test_a_store_that_is_not_current_is_refused_with_the_remedy(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/duban.db")
    with pytest.raises(StoreError, match="is empty: start the daemon once, or run `duban db upgrade`"):
        schema.require_current(store)
    schema.upgrade(store)
    with sqlite3.connect(tmp_path / "duban.db") as raw:
        raw.execute("update alembic_version set version_num = '0000'")
    with pytest.raises(StoreError, match="has schema 0000"):
        schema.require_current(store)


async def test_what_is_watched_follows_the_configuration(store: Store) -> None:
    later = NOW + timedelta(hours=1)
    await store.write(lambda s: watches.sync(s, {"look": ["a", "b"], "column": ["c"]}, NOW))
    await store.write(lambda s: watches.put_off(s, "look", "a", later, ran_at=NOW))
    await store.write(lambda s: watches.sync(s, {"look": ["a"], "audit": ["a"], "column": []}, later))
    rows = await store.read(lambda s: {(w.kind, w.key): w.due_at for w in s.exec(select(Watch))})
    assert rows == {("look", "a"): later, ("audit", "a"): later}, "a keeps its time; what is new is due now"


async def test_the_first_round_is_done_when_everything_ran_once(store: Store) -> None:
    await store.write(lambda s: watches.sync(s, {"look": ["a", "b"]}, NOW))
    assert not await store.read(watches.have_all_run)
    for key in "ab":
        await store.write(lambda s, key=key: watches.put_off(s, "look", key, NOW, ran_at=NOW))
    assert await store.read(watches.have_all_run)


async def test_due_rows_come_longest_overdue_first_and_can_be_hastened(store: Store) -> None:
    await store.write(lambda s: watches.sync(s, {"look": ["a", "b", "c"]}, NOW))
    for key, minutes in (("a", 2), ("b", 1), ("c", 9)):
        until = NOW + timedelta(minutes=minutes)
        await store.write(lambda s, key=key, until=until: watches.put_off(s, "look", key, until))
    moment = NOW + timedelta(minutes=5)
    assert [w.key for w in await store.read(lambda s: watches.due(s, moment, 10))] == ["b", "a"]
    await store.write(lambda s: watches.hasten(s, "look", ["c"], NOW))
    await store.write(lambda s: watches.hasten(s, "look", ["b"], moment))
    assert [w.key for w in await store.read(lambda s: watches.due(s, moment, 10))] == ["c", "b", "a"]
    assert await store.read(lambda s: watches.next_due(s, NOW)) == NOW + timedelta(minutes=1)
