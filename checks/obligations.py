"""Verdicts on duties with a clock: a pure function of what was observed, and of `now`.

Nobody sees the moment of publication. What is known is an interval: `seen_after`, the last good reading
that lacked the repost, and `seen_by`, the first that had it. Every doubt is decided for the accused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

AGREEMENT = timedelta(minutes=10)
"""How far a declared time may lie outside the interval of first observation and still agree with it."""

STALE = timedelta(days=3)
"""A new row whose declared day lies further than this before the last reading is an old paper."""

NEVER = datetime.min.replace(tzinfo=UTC)


class State(StrEnum):
    """Where an obligation stands."""

    PENDING = "pending"
    OVERDUE = "overdue"
    MET = "met"
    MET_LATE = "met_late"
    UNPROVEN = "unproven"
    VIOLATED = "violated"
    VOID = "void"
    WAIVED = "waived"

    @property
    def is_open(self) -> bool:
        """Whether the clock still runs."""
        return self in (State.PENDING, State.OVERDUE)

    @property
    def accuses(self) -> bool:
        return self is State.VIOLATED


@dataclass(frozen=True, slots=True)
class Declared:
    """A publication time as a page states it: a moment, a mere day, or nothing."""

    moment: datetime | None = None
    day: date | None = None

    @classmethod
    def read(cls, stated: datetime | date | None, zone: tzinfo) -> Declared:
        """Take a stated time apart. Midnight is what systems print when they know only the day."""
        if not isinstance(stated, datetime):
            return cls(day=stated)
        if stated.astimezone(zone).time() == time():
            return cls(day=stated.astimezone(zone).date())
        return cls(moment=stated, day=stated.astimezone(zone).date())


@dataclass(frozen=True, slots=True)
class Clock:
    """When a duty began and by when it is due; `limit_certain` is False where the calendar is not known."""

    started_at: datetime
    target_at: datetime | None
    limit_at: datetime
    limit_certain: bool = True

    def __post_init__(self) -> None:
        if self.limit_at < self.started_at:
            raise ValueError("a limit does not lie before its start")


@dataclass(frozen=True, slots=True)
class Sighting:
    """The repost as it was found.

    `seen_after` is None where no earlier reading could have held it: it stood there at the first reading,
    or in a place that nobody had watched.
    """

    seen_after: datetime | None
    seen_by: datetime
    declared: Declared = Declared()

    @property
    def done_at(self) -> datetime:
        """B: the declared time where it is precise and lies in (seen_after, seen_by], else `seen_by`."""
        moment = self.declared.moment
        if moment is not None and (self.seen_after or NEVER) < moment <= self.seen_by:
            return moment
        return self.seen_by


@dataclass(frozen=True, slots=True)
class Patience:
    """How much must have been seen before anyone is accused ([rules.repost])."""

    absent_polls: int = 2
    absent_apart: timedelta = timedelta(minutes=5)
    grace: timedelta = timedelta(minutes=30)
    skew: timedelta = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of one obligation.

    absent: when the fresh good readings that lacked the repost count as of, in any order; at least the
        latest one, and all those at or after the limit.
    looked_everywhere: the last look is done: sitemap, search and the columns the home page names.
    void: why the ground fell away; waived: an officer let it go.
    overturned: an officer reviewed an accusation and took it back; none is raised again.
    """

    absent: tuple[datetime, ...] = ()
    sighting: Sighting | None = None
    looked_everywhere: bool = False
    void: str | None = None
    waived: bool = False
    overturned: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the facts amount to.

    seen_after is A; discharged_at is B; target_missed says that a reading at or after the target lacked it;
    delay is a lower bound, counted from the start; why is one sentence for the record.
    """

    state: State
    why: str
    seen_after: datetime | None = None
    discharged_at: datetime | None = None
    target_missed: bool = False
    delay: timedelta | None = None


def judge(clock: Clock, facts: Facts, patience: Patience, now: datetime) -> Verdict:
    """Decide where an obligation stands at `now`; the same facts always give the same verdict."""
    seen_after = _last_absence(facts)
    if facts.void is not None:
        state, why = State.VOID, facts.void
    elif facts.waived:
        state, why = State.WAIVED, "an officer let it go"
    elif facts.sighting is not None:
        state, why = _judge_done(clock, facts, facts.sighting, patience)
    else:
        state, why = _judge_absent(clock, facts, patience, now)
    if state.accuses and facts.overturned:
        state, why = State.UNPROVEN, "the accusation was overturned on review"
    return Verdict(
        state=state,
        why=why,
        seen_after=seen_after,
        discharged_at=facts.sighting.done_at if facts.sighting else None,
        target_missed=clock.target_at is not None and (seen_after or NEVER) >= clock.target_at,
        delay=None if seen_after is None else max(timedelta(), seen_after - clock.started_at),
    )


def _last_absence(facts: Facts) -> datetime | None:
    if facts.sighting is not None:
        return facts.sighting.seen_after
    return max(facts.absent, default=None)


def _judge_done(clock: Clock, facts: Facts, sighting: Sighting, patience: Patience) -> tuple[State, str]:
    after, done = sighting.seen_after or NEVER, sighting.done_at
    target = clock.target_at or clock.limit_at
    if done <= clock.limit_at:
        if target <= after:
            return State.MET_LATE, "a reading at or after the target lacked it; it was done by the limit"
        return (
            State.MET,
            "done by the target" if done <= target else "no reading shows it missing at the target",
        )
    # An absence seen after the sighting is another matter (a withdrawal), and one that does not reach the
    # place where the repost stood proves nothing: only those up to `seen_after` count.
    absent = [moment for moment in facts.absent if moment <= after]
    if facts.looked_everywhere and is_proven_absent(clock, absent, patience):
        return State.VIOLATED, "readings at or after the limit lacked it; it was done later"
    return State.UNPROVEN, "first seen after the limit, and too few readings show it missing there"


def _judge_absent(clock: Clock, facts: Facts, patience: Patience, now: datetime) -> tuple[State, str]:
    if facts.looked_everywhere and is_proven_absent(clock, facts.absent, patience):
        return (
            State.VIOLATED,
            "readings at or after the limit, and a last look at every place known, lacked it",
        )
    if now > clock.limit_at + patience.grace:
        if not clock.limit_certain:
            return State.UNPROVEN, "the limit leans on a year whose working days are not announced"
        return State.UNPROVEN, "it could not be observed whether it was done by the limit"
    if now > (clock.target_at or clock.limit_at):
        return State.OVERDUE, "not seen, and the target has passed"
    return State.PENDING, "not seen yet"


def is_proven_absent(clock: Clock, absent: Iterable[datetime], patience: Patience) -> bool:
    """Whether enough readings at or after a certain limit, far enough apart, lacked the repost."""
    if not clock.limit_certain:
        return False
    count, last = 0, NEVER
    for moment in sorted(moment for moment in absent if moment >= clock.limit_at):
        if count == 0 or moment - last >= patience.absent_apart:
            count, last = count + 1, moment
    return count >= patience.absent_polls


def is_suspicion(state: State, review: str, *, needs_review: bool) -> bool:
    """Whether a verdict is to be called a suspicion: it accuses, and nobody has confirmed it who had to.

    Where the office asks for no review, only an objection that is still open makes it one.
    """
    return state.accuses and (review == "objected" or (needs_review and review != "upheld"))


def start_of(declared: Declared, seen_after: datetime | None, seen_by: datetime) -> datetime:
    """When the clock starts: the declared time when precise and agreeing, never later than first seen."""
    moment = declared.moment
    if moment is None:
        return seen_by
    earliest = seen_by if seen_after is None else seen_after
    if earliest - AGREEMENT <= moment <= seen_by + AGREEMENT:
        return min(moment, seen_by)
    return seen_by


def is_stale(declared: Declared, seen_after: datetime | None, zone: tzinfo) -> bool:
    """Whether a new row is an old paper listed again: it starts no clock."""
    if declared.day is None or seen_after is None:
        return False
    return seen_after.astimezone(zone).date() - declared.day > STALE


def is_backdated(sighting: Sighting, patience: Patience, zone: tzinfo) -> bool:
    """Whether the declared time lies suspiciously before a reading that lacked the repost."""
    if sighting.seen_after is None:
        return False
    if sighting.declared.moment is not None:
        return sighting.declared.moment < sighting.seen_after - patience.skew
    day = sighting.declared.day
    return day is not None and day < sighting.seen_after.astimezone(zone).date()


def next_moments(clock: Clock, patience: Patience) -> tuple[datetime, ...]:
    """The moments at which time alone can change the verdict, in order."""
    end = clock.limit_at + patience.grace
    return tuple(sorted({clock.target_at or clock.limit_at, clock.limit_at, end}))
