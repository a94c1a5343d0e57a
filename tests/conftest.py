"""What every test shares: a clean environment, this machine only, and the parts of the system."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import settings

from tests import loopback, needs, postgres

pytest_plugins = ["pytester"]

# A busy machine is no reason for a red test: hypothesis looks for wrong answers here, not for slow ones.
settings.register_profile("duban", deadline=None, print_blob=True)
settings.load_profile("duban")

# Nothing may lean on the machine's own time zone, so the tests' machine stands far off the office.
ELSEWHERE = "Pacific/Marquesas"
_NUMBERS = count(1)


def pytest_configure(config: pytest.Config) -> None:
    for name in [name for name in os.environ if name.startswith("DUBAN_")]:
        del os.environ[name]
    os.environ["TZ"] = ELSEWHERE
    time.tzset()
    loopback.stay()
    needs.register(config)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest file first, whatever the order of the others: begun last, it would keep one core waiting."""
    items.sort(key=lambda item: "e2e" not in item.path.parts)


@pytest.fixture(scope="session")
def postgresql_cluster() -> Iterator[postgres.Cluster]:
    programs = needs.postgresql_programs()
    assert programs is not None, "asked for only where needs_postgresql is met"
    with postgres.running_cluster(programs) as cluster:
        yield cluster


@pytest.fixture
def postgresql_url(postgresql_cluster: postgres.Cluster) -> Iterator[str]:
    """Yield the address of an empty PostgreSQL database that is this test's own."""
    with postgresql_cluster.fresh_database(f"test_{next(_NUMBERS)}") as url:
        yield url
