"""What a message on duties to repost says, in any language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.events import Event, Kind, RepostFacts
from alerts.messages.draft import Draft, Fact, OfficeFacts
from alerts.messages.safe import PLACE_LENGTH, REASON_LENGTH, TITLE_LENGTH, clean, clean_url
from alerts.messages.words import Words
from checks.obligations import State, is_suspicion
from checks.rules import RULES

BRIEF = 36
LOOK_LENGTH = 60
MOST_PLACES = 12

_ACCUSATION = (
    "policy",
    "published",
    "started",
    "limit",
    "basis",
    "missing",
    "looked",
    "unread",
    "review",
    "decided",
    "due",
    "obligation",
)
_FACTS: Mapping[Kind, tuple[str, ...]] = {
    Kind.DUTY: ("policy", "published", "started", "target", "limit"),
    Kind.REMINDER: ("policy", "published", "started", "target", "limit", "missing", "obligation"),
    Kind.WARNING: ("policy", "published", "started", "target", "limit", "missing", "obligation"),
    Kind.VIOLATION: _ACCUSATION,
    Kind.URGENT: _ACCUSATION,
    Kind.RESOLVED: ("policy", "done", "state", "started", "limit", "how", "found_url", "review", "decided"),
    Kind.CORRECTION: (
        "policy",
        "corrects",
        "state",
        "reason",
        "decided",
        "done",
        "how",
        "found_in",
        "found_url",
        "review",
        "obligation",
    ),
    Kind.DIGEST: ("policy", "published", "started", "target", "limit", "state", "obligation"),
    Kind.BLIND: (
        "policy",
        "published",
        "started",
        "limit",
        "last",
        "looked",
        "unread",
        "reason",
        "address",
        "obligation",
    ),
}


@dataclass(frozen=True, slots=True)
class _Repost:
    """One event on a repost, and what is needed to word it."""

    event: Event
    facts: RepostFacts
    words: Words
    office: OfficeFacts
    now: datetime

    def at(self, moment: datetime | None) -> str | None:
        return None if moment is None else self.words.phrases.moment(moment, self.office.zone, self.now)

    def by(self, moment: datetime) -> str:
        return self.words.phrases.deadline(moment, self.office.zone, self.now)

    def places(self, places: Sequence[str]) -> str | None:
        say = self.words.phrases.reason
        shown = [clean(say(place), LOOK_LENGTH) for place in places[:MOST_PLACES]]
        more = ["…"] if len(places) > MOST_PLACES else []
        return self.words.signs.comma.join(shown + more) or None

    def found_in(self) -> str | None:
        """Where the repost stands, in a word: what was not read before explains a correction."""
        place = self.facts.found_in
        return clean(self.words.found_in.get(place, place), PLACE_LENGTH) if place else None

    def missing(self) -> str | None:
        """When it was last read without the repost; who is pressed hears that it was never read well."""
        if self.facts.seen_after is None and self.event.kind in (Kind.REMINDER, Kind.WARNING):
            return self.words.never_read
        return self.at(self.facts.seen_after)

    def review(self) -> str | None:
        """How far the review is; an objection is settled with the accusation that it was against."""
        if self.facts.review == "objected" and not self.facts.state.accuses:
            return None
        return self.words.reviews[self.facts.review] or None

    def basis(self) -> str:
        if self.office.basis is not None:
            return self.words.phrases.cite(self.office.basis, self.event.rule)
        return RULES[self.event.rule].basis if self.event.rule in RULES else ""

    def policy(self) -> str:
        number = clean(self.facts.doc_number, PLACE_LENGTH) if self.facts.doc_number else None
        return self.words.phrases.policy(clean(self.facts.title, TITLE_LENGTH), number)

    def published(self) -> str:
        shown = clean(self.facts.published_at, PLACE_LENGTH) if self.facts.published_at else None
        return self.words.phrases.published(clean(self.facts.portal, PLACE_LENGTH), shown)

    def reason(self) -> str | None:
        reason = self.facts.reason
        return clean(self.words.phrases.reason(reason), REASON_LENGTH) if reason else None

    def state(self) -> str:
        """The state's name, said to be a suspicion where it is one."""
        name = self.words.states[self.facts.state]
        return self.words.suspected + name if self.is_suspicion() else name

    def is_suspicion(self) -> bool:
        return is_suspicion(self.facts.state, self.facts.review, needs_review=self.office.needs_review)

    def due(self) -> datetime:
        return self.facts.target_at if self.event.rule == "repost.target" else self.facts.limit_at


_VALUES: Mapping[str, Callable[[_Repost], str | None]] = {
    "site": lambda it: clean(it.event.site.name, PLACE_LENGTH),
    "policy": _Repost.policy,
    "published": _Repost.published,
    "started": lambda it: it.at(it.facts.started_at),
    "target": lambda it: it.by(it.facts.target_at),
    "limit": lambda it: it.by(it.facts.limit_at),
    "missing": _Repost.missing,
    "last": lambda it: it.at(it.facts.seen_after),
    "looked": lambda it: it.places(it.facts.looked_at),
    "unread": lambda it: it.places(it.facts.unread),
    "basis": lambda it: it.basis() or None,
    "review": _Repost.review,
    "decided": lambda it: clean(it.words.signs.colon.join(it.facts.decided)) if it.facts.decided else None,
    "due": lambda it: it.by(it.facts.due_at) if it.facts.due_at else None,
    "corrects": lambda it: it.words.signs.comma.join(it.facts.corrects) or None,
    "address": lambda it: clean_url(it.event.site.url) if it.event.site.url else None,
    "done": lambda it: it.at(it.facts.discharged_at),
    "state": _Repost.state,
    "how": lambda it: it.words.how.get(it.facts.found_how or ""),
    "found_in": lambda it: it.found_in(),
    "found_url": lambda it: clean_url(it.facts.found_url) if it.facts.found_url else None,
    "reason": _Repost.reason,
    "obligation": lambda it: str(it.facts.obligation_id),
    "contact": lambda it: it.office.contact_for(it.event.kind),
    "source": lambda it: clean_url(it.facts.policy_url),
}


def draft_reposts(events: Sequence[Event], words: Words, office: OfficeFacts, now: datetime) -> Draft:
    """Word events of one kind on reposts: of one policy, of one site, or both.

    Sites are listed by region and name; the policies of a single site in the order of their events.
    """
    items = [
        _Repost(event, event.facts, words, office, now)
        for event in sorted(events, key=lambda event: (event.site.region, event.site.name))
        if isinstance(event.facts, RepostFacts)
    ]
    kind = items[0].event.kind
    of_one_site = len({item.event.site.id for item in items}) == 1 and len(items) > 1
    listed = "policy" if of_one_site else "site"
    names = (("site",) if of_one_site else ()) + tuple(name for name in _FACTS[kind] if name != listed)
    return Draft(
        title=_title(kind, items, words),
        heading=words.phrases.listed("policies" if of_one_site else "sites", len(items)),
        names=tuple(str(_VALUES[listed](item)) for item in items),
        facts=tuple(_fact(name, items, words) for name in names),
        advice=_advice(kind, items, words),
        details=_link(items, office),
        notes=_notes(kind, items, words),
        links=(_fact("contact", items, words), _fact("source", items, words)),
    )


def _fact(name: str, items: Sequence[_Repost], words: Words) -> Fact:
    return Fact(words.labels[name], tuple(_VALUES[name](item) for item in items))


def _advice(kind: Kind, items: Sequence[_Repost], words: Words) -> str:
    """What to do; who reposted late and is told so may still object."""
    if kind is Kind.RESOLVED and any(item.is_suspicion() for item in items):
        return words.late_advice
    return words.repost_advice[kind]


def _title(kind: Kind, items: Sequence[_Repost], words: Words) -> str:
    sites = {item.event.site.id: clean(item.event.site.name, PLACE_LENGTH) for item in items}
    titles = {item.facts.policy_id: clean(item.facts.title, BRIEF) for item in items}
    earliest = (
        min(items, key=_Repost.due) if kind is Kind.REMINDER else min(items, key=lambda it: it.facts.limit_at)
    )
    due = earliest.due() if kind is Kind.REMINDER else earliest.facts.limit_at
    return words.repost_titles[kind].format(
        who=words.phrases.who(list(sites.values())),
        what=words.phrases.files(list(titles.values())),
        by=earliest.by(due),
        due=words.dues["target" if earliest.event.rule == "repost.target" else "limit"],
        verdict=words.verdicts[_verdict(kind, items)],
    )


def _verdict(kind: Kind, items: Sequence[_Repost]) -> str:
    """The name of what the sites are told they did; a suspicion until every one of them was reviewed.

    What an officer overturned may have been told as a suspicion, or upheld before: both are taken back.
    """
    if all(item.event.rule == "repost.target" for item in items):
        return "target"
    if not all(item.office.accuses(item.event) for item in items):
        return "observed"
    if kind is Kind.CORRECTION and any(item.facts.review == "overturned" for item in items):
        return "either"
    return "suspected" if any(_was_suspicion(item) for item in items) else "upheld"


def _was_suspicion(item: _Repost) -> bool:
    """Whether the accusation is called a suspicion, or was when it was told: a correction takes it back."""
    review, needed = item.facts.review, item.office.needs_review
    return is_suspicion(State.VIOLATED, review, needs_review=needed)


def _notes(kind: Kind, items: Sequence[_Repost], words: Words) -> tuple[str, ...]:
    if kind is Kind.BLIND:
        return (words.blind_note,)
    if kind.accuses and not all(item.office.accuses(item.event) for item in items):
        return (words.observation_note,)
    return ()


def _link(items: Sequence[_Repost], office: OfficeFacts) -> str:
    """Where the console shows all of these: the one duty, or else the one policy, or else the one site."""
    links = {item.facts.link for item in items}
    only = links.pop() if len(links) == 1 else None
    policies = {item.facts.policy_id for item in items}
    if only:
        return only
    if len(policies) == 1:
        return office.page("policies", str(policies.pop()))
    return office.page_of_site({item.event.site.id for item in items})
