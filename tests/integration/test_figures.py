"""The figures of a scrape, out of a store."""

from __future__ import annotations

from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlmodel import Session

from monitor.metrics import DELAY_BUCKETS, Metrics
from monitor.store.figures import delays, figures
from monitor.store.places import find
from monitor.store.tables import Obligation
from tests.integration.county import FAR_SITE, POLICY, SHANGHAI, Paper, World


async def samples(world: World) -> dict[tuple[str, ...], float]:
    """Every sample of a scrape, by its name and the values of its labels in the order of their names."""
    targets = world.context.targets
    stored = await world.store.read(lambda session: figures(session, targets, SHANGHAI))
    waits = await world.store.read(lambda session: delays(session, DELAY_BUCKETS))
    text = Metrics("0").render(stored, waits).decode()
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.parametrize(
    ("delay", "first", "reason"),
    [
        (None, "300.0", "no reading before it lacked it: the bound is zero"),
        (300.0, "300.0", "a bucket holds what is equal to its bound"),
        (300.5, "900.0", "the next one holds what is longer"),
        (259_201.0, "+Inf", "longer than any bound"),
    ],
)
async def test_a_delay_is_counted_once_in_every_bucket_from_its_own_on(
    world: World, delay: float | None, first: str, reason: str
) -> None:
    await world.publish()
    world.county.put("/sjwj/", Paper(POLICY.title, None, POLICY.number))
    await world.look()

    def lasted(session: Session) -> None:
        obligation = session.get_one(Obligation, 1)
        obligation.delay = delay

    await world.write(lasted)
    found = await samples(world)
    bounds = [*map(str, DELAY_BUCKETS), "+Inf"]
    held = [found["duban_repost_delay_seconds_bucket", bound, "national", "340899"] == 1 for bound in bounds]
    assert held == [index >= bounds.index(first) for index in range(len(bounds))], reason
    assert found["duban_repost_delay_seconds_count", "national", "340899"] == 1
    assert found["duban_repost_delay_seconds_sum", "national", "340899"] == (delay or 0)


async def test_what_was_not_reposted_has_no_delay(world: World) -> None:
    await world.publish()
    world.pass_by(hours=2)
    await world.look()
    assert not any(name.startswith("duban_repost_delay") for name, *_ in await samples(world))


@pytest.mark.parametrize(
    ("series", "labels"),
    [("column", ("county", "要闻")), ("site", ("county", "")), ("region", ("340899", ""))],
)
async def test_the_last_reading_of_a_series_is_that_of_its_stalest_place(
    world: World, series: str, labels: tuple[str, str]
) -> None:
    await world.reload(world.config.replace("[fetch]", f'[server]\nseries = "{series}"\n[fetch]') + FAR_SITE)
    await world.begin()
    stalest = world.clock() - timedelta(hours=1)

    def set_back(session: Session) -> None:
        place = find(session, "county", f"{world.county.base}/yw/")
        assert place is not None
        place.last_ok_at, place.failures = stalest, 2

    await world.write(set_back)
    found = await samples(world)
    assert found["duban_column_last_read_timestamp_seconds", labels[1], labels[0]] == stalest.timestamp()
    assert found["duban_blind_columns", labels[0]] == 1
