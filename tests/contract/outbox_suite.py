"""What every outbox promises, told as scenarios.

An implementation is tested by a class that inherits `OutboxSuite` and brings a `harness` fixture: an empty
outbox, and a way to queue events in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from alerts.events import Event, Kind
from alerts.grouping import Group
from alerts.outbox import Delivery, DeliveryResult, Outbox, Post, Result
from tests.telling import HERE, THERE, WINDOW, at, problem, repost

NOW = at(26, 1)
LEASE = timedelta(seconds=60)
SECOND = timedelta(seconds=1)

ACCEPTED = DeliveryResult(Result.ACCEPTED)
FAILED = DeliveryResult(Result.FAILED, "no answer")
REFUSED = DeliveryResult(Result.REFUSED, "code 40058", permanent=True)


class Harness(Protocol):
    """An empty outbox under test."""

    @property
    def outbox(self) -> Outbox: ...

    async def add(self, *events: Event) -> None:
        """Queue events, in this order, as the transaction that changes a state does."""


async def posted(harness: Harness, *deliveries: tuple[str, datetime], event: Event | None = None) -> Post:
    """Queue one event, and post the message on it to these channels."""
    await harness.add(event or repost())
    group = (await harness.outbox.ready_groups(NOW))[-1]
    post = message(group, *deliveries)
    assert await harness.outbox.post(group, [post], NOW)
    return post


def message(group: Group, *deliveries: tuple[str, datetime]) -> Post:
    return Post(f"DB-{group.ids[0]}", "标题", "正文\n第二行", group.ids, deliveries)


async def lease_one(outbox: Outbox, now: datetime, channel: str = "office") -> Delivery:
    (delivery,) = await outbox.lease(now, LEASE, channel, 1)
    return delivery


def numbers(deliveries: Sequence[Delivery]) -> list[str]:
    return [delivery.number for delivery in deliveries]


class OutboxSuite:
    """The scenarios; see the module."""

    # --- events become messages, once -------------------------------------------------------------

    async def test_an_empty_outbox_has_nothing(self, harness: Harness) -> None:
        assert list(await harness.outbox.ready_groups(NOW)) == []
        assert list(await harness.outbox.lease(NOW, LEASE, "office", 10)) == []
        backlog = await harness.outbox.backlog()
        assert (backlog.pending, backlog.oldest, backlog.dead) == (0, None, 0)

    async def test_a_group_is_ready_when_its_window_is_over(self, harness: Harness) -> None:
        start = at(26, 0, 12)
        await harness.add(repost(when=start), repost(site=THERE, when=start + 5 * WINDOW / 10))
        assert list(await harness.outbox.ready_groups(start + WINDOW - SECOND)) == []
        (group,) = await harness.outbox.ready_groups(start + WINDOW)
        assert [event.site.id for event in group.events] == ["here", "there"]

    async def test_events_come_back_as_they_were_queued(self, harness: Harness) -> None:
        events = (repost(seen_after=at(26, 0, 5), looked_at=("首页",)), problem(Kind.URGENT, expected="甲"))
        await harness.add(*events)
        groups = await harness.outbox.ready_groups(NOW)
        assert {event for group in groups for event in group.events} == set(events)

    async def test_older_events_come_first(self, harness: Harness) -> None:
        await harness.add(repost(Kind.VIOLATION, site=THERE), repost(Kind.CORRECTION), problem())
        groups = await harness.outbox.ready_groups(NOW)
        ids = [id_ for group in groups for id_ in group.ids]
        assert ids == sorted(ids)
        assert [group.kind for group in groups] == [Kind.VIOLATION, Kind.CORRECTION, Kind.WARNING]

    async def test_what_was_posted_is_not_ready_again(self, harness: Harness) -> None:
        await posted(harness, ("office", NOW))
        assert list(await harness.outbox.ready_groups(NOW)) == []

    async def test_what_nobody_wants_is_done_with(self, harness: Harness) -> None:
        await harness.add(repost())
        (group,) = await harness.outbox.ready_groups(NOW)
        assert await harness.outbox.post(group, [], NOW)
        assert list(await harness.outbox.ready_groups(NOW)) == []
        assert (await harness.outbox.backlog()).pending == 0

    async def test_one_of_two_posters_wins(self, harness: Harness) -> None:
        await harness.add(repost())
        (group,) = await harness.outbox.ready_groups(NOW)
        assert await harness.outbox.post(group, [message(group, ("office", NOW))], NOW)
        assert not await harness.outbox.post(group, [message(group, ("office", NOW))], NOW)
        assert len(await harness.outbox.lease(NOW, LEASE, "office", 10)) == 1

    async def test_a_group_posted_in_part_is_posted_not_at_all(self, harness: Harness) -> None:
        await harness.add(repost())
        (first,) = await harness.outbox.ready_groups(NOW)
        await harness.add(repost(site=THERE))
        (both,) = await harness.outbox.ready_groups(NOW)
        assert await harness.outbox.post(first, [message(first, ("office", NOW))], NOW)
        assert not await harness.outbox.post(both, [message(both, ("office", NOW))], NOW)
        (left,) = await harness.outbox.ready_groups(NOW)
        assert [event.site.id for event in left.events] == ["there"]

    async def test_a_group_may_be_several_messages(self, harness: Harness) -> None:
        await harness.add(repost(), repost(site=THERE))
        (group,) = await harness.outbox.ready_groups(NOW)
        posts = [
            Post("DB-1", "a", "b", group.ids, (("office", NOW),)),
            Post("DB-1-2", "c", "d", group.ids[:1], (("here", NOW),)),
        ]
        assert await harness.outbox.post(group, posts, NOW)
        assert (await lease_one(harness.outbox, NOW, "office")).number == "DB-1"
        mine = await lease_one(harness.outbox, NOW, "here")
        assert (mine.number, mine.title, mine.body) == ("DB-1-2", "c", "d")

    # --- who was told -----------------------------------------------------------------------------

    async def test_it_remembers_who_was_told_of_an_accusation(self, harness: Harness) -> None:
        await posted(harness, ("office", NOW), ("leader", NOW))
        heard = await harness.outbox.told(["obligation:31", "obligation:99"])
        assert heard.get("obligation:31") == frozenset({"office", "leader"})
        assert not heard.get("obligation:99")

    async def test_only_accusations_need_correcting(self, harness: Harness) -> None:
        await posted(harness, ("office", NOW), event=repost(Kind.DUTY))
        await posted(harness, ("leader", NOW), event=repost(Kind.WARNING, rule="repost.target"))
        await posted(harness, ("editor", NOW), event=problem(Kind.URGENT))
        heard = await harness.outbox.told(["obligation:31", "problem:7"])
        assert heard["obligation:31"] == frozenset({"leader"})
        assert heard["problem:7"] == frozenset({"editor"})

    async def test_only_those_who_heard_of_this_very_site_were_told(self, harness: Harness) -> None:
        await harness.add(repost(site=HERE, obligation_id=1), repost(site=THERE, obligation_id=2))
        (group,) = await harness.outbox.ready_groups(NOW)
        posts = [
            Post("DB-1", "a", "b", group.ids, (("office", NOW),)),
            Post("DB-1-2", "a", "b", group.ids[:1], (("here", NOW),)),
        ]
        await harness.outbox.post(group, posts, NOW)
        heard = await harness.outbox.told(["obligation:1", "obligation:2"])
        assert heard["obligation:1"] == frozenset({"office", "here"})
        assert heard["obligation:2"] == frozenset({"office"})

    async def test_it_names_the_messages_that_accused_by_the_rule(self, harness: Harness) -> None:
        warned = await posted(
            harness, ("office", NOW), event=repost(Kind.WARNING, rule="repost.target", obligation_id=1)
        )
        first = await posted(harness, ("office", NOW), event=repost(obligation_id=1))
        again = await posted(harness, ("leader", NOW), event=repost(Kind.URGENT, obligation_id=1))
        await posted(harness, ("office", NOW), event=repost(Kind.DUTY, obligation_id=1))
        await posted(harness, ("office", NOW), event=repost(obligation_id=2))
        assert await harness.outbox.accusing(["obligation:1", "obligation:9"]) == {
            ("obligation:1", "repost.target"): (warned.number,),
            ("obligation:1", "repost.limit"): (first.number, again.number),
        }

    # --- leases -----------------------------------------------------------------------------------

    async def test_a_delivery_carries_its_message(self, harness: Harness) -> None:
        post = await posted(harness, ("office", NOW))
        delivery = await lease_one(harness.outbox, NOW)
        assert (delivery.number, delivery.title, delivery.body) == (post.number, post.title, post.body)
        assert (delivery.channel, delivery.attempts, delivery.since) == ("office", 1, NOW)

    async def test_what_is_leased_nobody_else_gets(self, harness: Harness) -> None:
        await posted(harness, ("office", NOW))
        await lease_one(harness.outbox, NOW)
        assert list(await harness.outbox.lease(NOW + LEASE - SECOND, LEASE, "office", 10)) == []

    async def test_a_lease_that_ran_out_is_free(self, harness: Harness) -> None:
        """A crash between sending and recording: the message goes out again, under the same number."""
        await posted(harness, ("office", NOW))
        first = await lease_one(harness.outbox, NOW)
        again = await lease_one(harness.outbox, NOW + LEASE)
        assert (again.id, again.number, again.attempts) == (first.id, first.number, 2)

    async def test_each_channel_has_its_own_delivery(self, harness: Harness) -> None:
        await posted(harness, ("office", NOW), ("leader", NOW))
        await lease_one(harness.outbox, NOW, "office")
        assert (await lease_one(harness.outbox, NOW, "leader")).attempts == 1
        assert list(await harness.outbox.lease(NOW, LEASE, "nobody", 10)) == []

    async def test_nothing_is_sent_before_its_time(self, harness: Harness) -> None:
        morning = at(26, 7, 30)
        await posted(harness, ("office", morning))
        assert list(await harness.outbox.lease(morning - SECOND, LEASE, "office", 10)) == []
        assert (await lease_one(harness.outbox, morning)).since == morning

    async def test_the_oldest_go_first_and_no_more_than_asked_for(self, harness: Harness) -> None:
        posts = [await posted(harness, ("office", NOW), event=repost(policy_id=i)) for i in range(3)]
        leased = await harness.outbox.lease(NOW, LEASE, "office", 2)
        assert numbers(leased) == [post.number for post in posts[:2]]
        assert numbers(await harness.outbox.lease(NOW, LEASE, "office", 2)) == [posts[2].number]

    # --- results ----------------------------------------------------------------------------------

    async def test_what_was_accepted_is_done(self, harness: Harness) -> None:
        await posted(harness, ("office", NOW))
        await harness.outbox.record(await lease_one(harness.outbox, NOW), ACCEPTED, None, NOW)
        assert list(await harness.outbox.lease(NOW + 10 * LEASE, LEASE, "office", 10)) == []
        assert (await harness.outbox.backlog()).pending == 0

    async def test_what_failed_comes_again_at_its_time(self, harness: Harness) -> None:
        await posted(harness, ("office", NOW))
        delivery = await lease_one(harness.outbox, NOW)
        await harness.outbox.record(delivery, FAILED, NOW + 2 * SECOND, NOW)
        assert list(await harness.outbox.lease(NOW + SECOND, LEASE, "office", 10)) == []
        again = await lease_one(harness.outbox, NOW + 2 * SECOND)
        assert (again.attempts, again.since) == (2, NOW)

    async def test_one_that_waits_for_a_retry_holds_up_no_other(self, harness: Harness) -> None:
        await posted(harness, ("office", NOW), event=repost(policy_id=1))
        await harness.outbox.record(
            await lease_one(harness.outbox, NOW), FAILED, NOW + timedelta(minutes=10), NOW
        )
        second = await posted(harness, ("office", NOW), event=repost(policy_id=2))
        assert (await lease_one(harness.outbox, NOW)).number == second.number

    async def test_what_was_given_up_is_dead_and_counted(self, harness: Harness) -> None:
        await posted(harness, ("office", NOW))
        await harness.outbox.record(await lease_one(harness.outbox, NOW), REFUSED, None, NOW)
        assert list(await harness.outbox.lease(NOW + 10 * LEASE, LEASE, "office", 10)) == []
        backlog = await harness.outbox.backlog()
        assert (backlog.pending, backlog.dead) == (0, 1)

    async def test_a_late_failure_does_not_disturb_the_next_holder(self, harness: Harness) -> None:
        await posted(harness, ("office", NOW))
        slow = await lease_one(harness.outbox, NOW)
        await lease_one(harness.outbox, NOW + LEASE)
        await harness.outbox.record(slow, REFUSED, None, NOW + LEASE)
        await harness.outbox.record(slow, FAILED, NOW, NOW + LEASE)
        assert list(await harness.outbox.lease(NOW + LEASE, LEASE, "office", 10)) == []
        assert (await harness.outbox.backlog()).dead == 0
        assert (await lease_one(harness.outbox, NOW + 2 * LEASE)).attempts == 3

    async def test_a_late_acceptance_ends_it(self, harness: Harness) -> None:
        await posted(harness, ("office", NOW))
        slow = await lease_one(harness.outbox, NOW)
        second = await lease_one(harness.outbox, NOW + LEASE)
        await harness.outbox.record(slow, ACCEPTED, None, NOW + LEASE)
        await harness.outbox.record(second, FAILED, NOW + LEASE, NOW + LEASE)
        assert list(await harness.outbox.lease(NOW + 10 * LEASE, LEASE, "office", 10)) == []
        assert (await harness.outbox.backlog()).pending == 0

    async def test_the_backlog_says_since_when_it_waits(self, harness: Harness) -> None:
        await posted(harness, ("office", NOW), ("leader", NOW + LEASE))
        await posted(harness, ("office", NOW + SECOND), event=repost(policy_id=2))
        backlog = await harness.outbox.backlog()
        assert (backlog.pending, backlog.oldest) == (3, NOW)
        await harness.outbox.record(await lease_one(harness.outbox, NOW), ACCEPTED, None, NOW)
        backlog = await harness.outbox.backlog()
        assert (backlog.pending, backlog.oldest) == (2, NOW + SECOND)
