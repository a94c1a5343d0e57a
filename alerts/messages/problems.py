"""What a message on problems other than missing reposts says, in any language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.events import Event, Kind, ProblemFacts
from alerts.messages.draft import Draft, Fact, OfficeFacts
from alerts.messages.safe import PLACE_LENGTH, REASON_LENGTH, TITLE_LENGTH, clean, clean_url
from alerts.messages.words import Words
from checks.rules import RULES

_FACTS: Mapping[Kind, tuple[str, ...]] = {
    Kind.RESOLVED: ("rule", "policy", "expected", "found", "since", "page"),
    Kind.CORRECTION: ("rule", "policy", "corrects", "reason", "since", "page", "problem"),
    Kind.BLIND: ("since", "reason", "page", "problem"),
}
_ACCUSATION = (
    "rule",
    "policy",
    "since",
    "due",
    "expected",
    "found",
    "basis",
    "reason",
    "page",
    "address",
    "problem",
)


@dataclass(frozen=True, slots=True)
class _Problem:
    """One event on a problem, and what is needed to word it."""

    event: Event
    facts: ProblemFacts
    words: Words
    office: OfficeFacts
    now: datetime

    def name(self) -> str:
        rule = RULES.get(self.event.rule)
        return self.event.rule if rule is None else self.words.phrases.rule_name(rule)

    def basis(self) -> str | None:
        cited = self.office.basis
        if cited is not None and self.event.rule.startswith("repost."):
            return self.words.phrases.cite(cited, self.event.rule)
        return RULES[self.event.rule].basis or None if self.event.rule in RULES else None

    def policy(self) -> str | None:
        """The document whose repost it is about."""
        if self.facts.policy is None:
            return None
        number = clean(self.facts.doc_number, PLACE_LENGTH) if self.facts.doc_number else None
        return self.words.phrases.policy(clean(self.facts.policy, TITLE_LENGTH), number)

    def address(self) -> str | None:
        """The site's own address, where no page of it is named."""
        return None if self.facts.url or not self.event.site.url else clean_url(self.event.site.url)

    def at(self, moment: datetime | None) -> str | None:
        return None if moment is None else self.words.phrases.moment(moment, self.office.zone, self.now)

    def by(self, moment: datetime | None) -> str | None:
        return None if moment is None else self.words.phrases.deadline(moment, self.office.zone, self.now)


def _said(text: str | None) -> str | None:
    return clean(text, REASON_LENGTH) if text else None


_VALUES: Mapping[str, Callable[[_Problem], str | None]] = {
    "site": lambda it: clean(it.event.site.name, PLACE_LENGTH),
    "rule": _Problem.name,
    "policy": _Problem.policy,
    "basis": _Problem.basis,
    "expected": lambda it: _said(it.facts.expected),
    "found": lambda it: _said(it.facts.found),
    "reason": lambda it: _said(it.words.phrases.reason(it.facts.reason)) if it.facts.reason else None,
    "since": lambda it: it.at(it.facts.since),
    "due": lambda it: it.by(it.facts.due_at),
    "page": lambda it: clean_url(it.facts.url) if it.facts.url else None,
    "address": _Problem.address,
    "corrects": lambda it: it.words.signs.comma.join(it.facts.corrects) or None,
    "problem": lambda it: str(it.facts.problem_id),
}


def draft_problems(events: Sequence[Event], words: Words, office: OfficeFacts, now: datetime) -> Draft:
    """Word events of one kind on problems; those of a single site are listed by rule, or by page."""
    items = [
        _Problem(event, event.facts, words, office, now)
        for event in sorted(events, key=lambda event: (event.site.region, event.site.name))
        if isinstance(event.facts, ProblemFacts)
    ]
    kind = items[0].event.kind
    of_one_site = len({item.event.site.id for item in items}) == 1 and len(items) > 1
    listed = _told_apart_by(items) if of_one_site else "site"
    names = tuple(name for name in ("site", *_FACTS.get(kind, _ACCUSATION)) if name != listed)
    return Draft(
        title=_title(kind, items, words),
        heading=words.phrases.listed("problems" if of_one_site else "sites", len(items)),
        names=tuple(str(_VALUES[listed](item)) for item in items),
        facts=tuple(Fact(words.labels[name], tuple(_VALUES[name](item) for item in items)) for name in names),
        advice=words.problem_advice[kind],
        details=_link(items, office),
        notes=_notes(kind, items, words),
        links=(Fact(words.labels["contact"], tuple(office.contact_for(kind) for _ in items)),),
    )


def _told_apart_by(items: Sequence[_Problem]) -> str:
    """What a single site's problems are listed as: all of one rule, on a page each, by their pages."""
    of_one_rule = len({item.event.rule for item in items}) == 1
    return "page" if of_one_rule and all(item.facts.url for item in items) else "rule"


def _title(kind: Kind, items: Sequence[_Problem], words: Words) -> str:
    sites = {item.event.site.id: clean(item.event.site.name, PLACE_LENGTH) for item in items}
    names = list(dict.fromkeys(item.name() for item in items))
    observed = kind is Kind.VIOLATION and not all(item.office.accuses(item.event) for item in items)
    return words.problem_titles[Kind.WARNING if observed else kind].format(
        who=words.phrases.who(list(sites.values())),
        what=words.phrases.problems(names if len(names) == 1 else [item.name() for item in items]),
    )


def _notes(kind: Kind, items: Sequence[_Problem], words: Words) -> tuple[str, ...]:
    if kind is Kind.BLIND:
        return (words.blind_note,)
    if kind.accuses and not all(item.office.accuses(item.event) for item in items):
        return (words.observation_note,)
    return ()


def _link(items: Sequence[_Problem], office: OfficeFacts) -> str:
    """Where the console shows all of these: the one problem, or else the one site."""
    links = {item.facts.link for item in items}
    only = links.pop() if len(links) == 1 else None
    return only or office.page_of_site({item.event.site.id for item in items})
