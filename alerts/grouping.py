"""Which events are one message: those of one policy, or of one site, that fall within one window."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from alerts.events import Event, Kind


@dataclass(frozen=True, slots=True)
class Queued:
    """An event that waits to be told, by the id its store gave it; ids grow."""

    id: int
    event: Event


@dataclass(frozen=True, slots=True)
class Group:
    """Events of one kind that belong together, oldest first; never empty."""

    kind: Kind
    key: str
    queued: tuple[Queued, ...]

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(item.id for item in self.queued)

    @property
    def events(self) -> tuple[Event, ...]:
        return tuple(item.event for item in self.queued)


def group_ready(waiting: Iterable[Queued], now: datetime) -> tuple[Group, ...]:
    """Group the events that wait, and return the groups whose window is over, oldest first.

    A window ends with the earliest `ready_at` of its group; all events of the group go with it. Policies
    that each concern but one and the same site are that site's one message. Reposts and other problems are
    worded differently and never share one.
    """
    by_key: dict[tuple[Kind, str, str], list[Queued]] = defaultdict(list)
    for item in sorted(waiting, key=lambda item: item.id):
        by_key[item.event.kind, item.event.facts.about, item.event.group].append(item)
    ready = [
        Group(kind, key, tuple(items))
        for (kind, _, key), items in by_key.items()
        if min(item.event.ready_at for item in items) <= now
    ]
    return tuple(sorted(_merge_by_site(ready), key=lambda group: group.ids))


def _merge_by_site(groups: Sequence[Group]) -> list[Group]:
    """Make one group of those of a kind whose events all concern one and the same site."""
    kept: list[Group] = []
    of_one_site: dict[tuple[Kind, str, str], list[Group]] = defaultdict(list)
    for group in groups:
        sites = {event.site.id for event in group.events}
        if len(sites) == 1:
            of_one_site[group.kind, group.events[0].facts.about, sites.pop()].append(group)
        else:
            kept.append(group)
    for (kind, _, site), parts in of_one_site.items():
        if len(parts) == 1:
            kept.append(parts[0])
            continue
        queued = sorted((item for part in parts for item in part.queued), key=lambda item: item.id)
        kept.append(Group(kind, f"site:{site}", tuple(queued)))
    return kept


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a group that certain channels are told, and from when each may be."""

    queued: tuple[Queued, ...]
    channels: tuple[tuple[str, datetime], ...]

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(item.id for item in self.queued)

    @property
    def events(self) -> tuple[Event, ...]:
        return tuple(item.event for item in self.queued)


def share_out(group: Group, told: Mapping[int, Mapping[str, datetime]]) -> tuple[Share, ...]:
    """Divide a group so that no channel is told of an event that is not meant for it.

    told: by event id, which channels are told and not before when. Channels that get the same events get
    the same message; the largest share comes first.
    """
    wanted: dict[tuple[str, datetime], list[Queued]] = defaultdict(list)
    for item in group.queued:
        for address in told.get(item.id, {}).items():
            wanted[address].append(item)
    shares: dict[tuple[int, ...], list[tuple[str, datetime]]] = defaultdict(list)
    for address, items in wanted.items():
        shares[tuple(item.id for item in items)].append(address)
    by_id = {item.id: item for item in group.queued}
    return tuple(
        Share(tuple(by_id[id_] for id_ in ids), tuple(sorted(channels)))
        for ids, channels in sorted(shares.items(), key=lambda pair: (-len(pair[0]), pair[0]))
    )


def number_of(group: Group, share: int, zone: tzinfo) -> str:
    """Give a message its number: the day and the id of its first event, which no other message has.

    The same events give the same number however often the message is made or sent, so that a repetition
    is recognised. share: 0 for the first share of the group, and so on.
    """
    first = group.queued[0]
    number = f"DB-{first.event.occurred_at.astimezone(zone):%Y%m%d}-{first.id:04d}"
    return f"{number}-{share + 1}" if share else number
