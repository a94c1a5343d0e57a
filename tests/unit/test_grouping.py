"""Which events are one message, who gets which share of it, and what its number is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.events import Event, Kind
from alerts.grouping import Group, Queued, group_ready, number_of, share_out
from tests.telling import FAR, HERE, THERE, ZONE, at, problem, repost


def queued(*events: Event) -> tuple[Queued, ...]:
    return tuple(Queued(id_, event) for id_, event in enumerate(events, 1))


def grouped(*events: Event, minutes: int = 60) -> list[tuple[int, ...]]:
    now = min(event.occurred_at for event in events) + timedelta(minutes=minutes)
    return [group.ids for group in group_ready(queued(*events), now)]


START = at(26, 0, 12)

TABLE: dict[str, tuple[tuple[Event, ...], list[tuple[int, ...]]]] = {
    "sites of one policy": ((repost(site=HERE), repost(site=THERE)), [(1, 2)]),
    "different policies of several sites": (
        (
            repost(site=HERE, policy_id=1),
            repost(site=THERE, policy_id=1),
            repost(site=HERE, policy_id=2),
            repost(site=THERE, policy_id=2),
        ),
        [(1, 2), (3, 4)],
    ),
    "policies of but one site are that site's message": (
        (repost(policy_id=1), repost(policy_id=2), repost(site=THERE, policy_id=3)),
        [(1, 2), (3,)],
    ),
    "a policy of two sites stays apart from one of one": (
        (repost(policy_id=1), repost(site=THERE, policy_id=1), repost(policy_id=2)),
        [(1, 2), (3,)],
    ),
    "another kind is another message": ((repost(Kind.WARNING), repost(Kind.VIOLATION)), [(1,), (2,)]),
    "problems of one site": ((problem(), problem(rule="security.tls")), [(1, 2)]),
    "problems and reposts never share one": (
        (problem(when=START), repost(Kind.WARNING, when=START)),
        [(1,), (2,)],
    ),
    "what comes within the window joins": (
        (repost(when=START), repost(site=THERE, when=START + timedelta(minutes=9))),
        [(1, 2)],
    ),
}


@pytest.mark.parametrize(("events", "groups"), TABLE.values(), ids=TABLE.keys())
def test_groups(events: tuple[Event, ...], groups: list[tuple[int, ...]]) -> None:
    assert grouped(*events) == groups


def test_a_group_waits_for_the_window_of_its_first_event() -> None:
    first = repost(when=START)
    second = repost(site=THERE, when=START + timedelta(minutes=9))
    assert grouped(first, second, minutes=9) == []
    assert grouped(first, second, minutes=10) == [(1, 2)]  # though the second's own window still runs


def test_a_channel_is_told_of_its_own_sites_only() -> None:
    group = group_ready(queued(repost(site=HERE), repost(site=THERE), repost(site=FAR)), at(27))[0]
    now, morning = at(27), at(27, 7, 30)
    told = {
        1: {"office": now, "here": now, "boss": morning},
        2: {"office": now, "boss": morning},
        3: {"office": now, "boss": now},
    }
    shares = share_out(group, told)
    assert [(share.ids, share.channels) for share in shares] == [
        ((1, 2, 3), (("office", now),)),
        ((1, 2), (("boss", morning),)),  # what may be told at once is not kept back by what may not
        ((1,), (("here", now),)),
        ((3,), (("boss", now),)),
    ]


def test_channels_with_the_same_events_share_a_message() -> None:
    group = group_ready(queued(repost(site=HERE)), at(27))[0]
    (share,) = share_out(group, {1: {"b": at(27), "a": at(27, 7)}})
    assert share.channels == (("a", at(27, 7)), ("b", at(27)))


def test_a_group_that_nobody_wants_has_no_shares() -> None:
    assert share_out(group_ready(queued(repost()), at(27))[0], {}) == ()


def test_numbers_are_of_the_first_event_and_the_office_s_day() -> None:
    event = repost(when=at(26, 0, 12))  # 16:12 of the 25th in UTC
    group = Group(event.kind, event.group, (Queued(7, event), Queued(9, event)))
    assert number_of(group, 0, ZONE) == "DB-20261126-0007"
    assert number_of(group, 1, ZONE) == "DB-20261126-0007-2"
    assert number_of(Group(event.kind, event.group, (Queued(12345, event),)), 0, ZONE) == "DB-20261126-12345"
