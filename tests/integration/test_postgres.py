"""The private PostgreSQL of the test run: every test gets an empty database of its own."""

from __future__ import annotations

import psycopg
import pytest

from tests import postgres


@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_test_gets_an_empty_database(postgresql_url: str, turn: str) -> None:
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE mark (x int)")  # the second would fail in a shared one
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)


def test_a_database_goes_even_while_someone_is_connected(postgresql_cluster: postgres.Cluster) -> None:
    with postgresql_cluster.fresh_database("left_open") as url:
        straggler = psycopg.connect(url)
    with straggler, pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
