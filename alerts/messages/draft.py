"""What a message says, before it is laid out as lines: the languages fill it in, the layout is one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from urllib.parse import quote

from alerts.events import Event, Kind
from alerts.messages.safe import plain
from checks.rules import OPINIONS, RULES

MOST_LINES = 60
NAMES_A_LINE = 8
NO_ANSWER = frozenset({Kind.DUTY, Kind.DIGEST})
"""Kinds of messages on which nobody has to say anything to the office."""


@dataclass(frozen=True, slots=True)
class Basis:
    """The document a verdict cites; past `valid_to` nobody is told of violations, only of observations."""

    title: str
    number: str = ""
    clause: str = ""
    valid_to: date | None = None

    def holds(self, day: date) -> bool:
        return self.valid_to is None or day <= self.valid_to

    def says(self, rule: str) -> str:
        """The words of the clause that a rule rests on; "" where another document or clause is cited."""
        clause, _, words = RULES[rule].basis.partition("：") if rule in RULES else ("", "", "")
        return words if self.title == OPINIONS and clause == f"第{self.clause}条" else ""


@dataclass(frozen=True, slots=True)
class OfficeFacts:
    """Who speaks: the office's name, region and zone, where its console is, and what its verdicts rest on.

    needs_review: a violation is a suspicion until an officer has reviewed it. contact: how it is reached by
    whoever is asked for an answer. chain: where the chain of
    evidence ends now, in short: whoever keeps the message can tell later whether the evidence was changed.
    """

    name: str
    zone: tzinfo
    public_url: str
    region: str = ""
    basis: Basis | None = None
    needs_review: bool = True
    contact: str = ""
    chain: str = ""

    def accuses(self, event: Event) -> bool:
        """Whether the basis was in force when the event happened, so that it may be called a violation."""
        return self.basis is None or self.basis.holds(event.occurred_at.astimezone(self.zone).date())

    def contact_for(self, kind: Kind) -> str | None:
        """How to reach the office, where a message of this kind asks for an answer or may be contested."""
        return plain(self.contact) or None if kind not in NO_ANSWER else None

    def page(self, kind: str, name: str) -> str:
        """The console's page on one thing: of `policies`, `sites`, `obligations` or `problems`."""
        return f"{self.public_url.rstrip('/')}/{kind}/{quote(name, safe='')}"

    def page_of_site(self, sites: Collection[str]) -> str:
        """The console's page on a site, or its first page where several are meant."""
        return self.page("sites", next(iter(sites))) if len(sites) == 1 else self.public_url


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it goes out: plain text; the title is its first line, or a mail's subject."""

    number: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One labelled value for each event of the message; None where there is none to tell."""

    label: str
    values: tuple[str | None, ...]

    @property
    def common(self) -> str | None:
        """The value, if all events share it."""
        return self.values[0] if len(set(self.values)) == 1 else None


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs and phrases of a language that the layout needs; rest takes a number: "另有5个未列出"."""

    colon: str
    comma: str
    semicolon: str
    rest: Callable[[int], str]
    number: str
    details: str
    chain: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A message in parts.

    heading: what is listed, with its number ("网站（3个）"); names: what each event is listed as.
    facts: since when, by when, what proves it. notes: sentences that must not be missed and so come first.
    advice: what to do now. links: where to look besides the console; details: the console's page.
    """

    title: str
    heading: str
    names: tuple[str, ...]
    facts: tuple[Fact, ...]
    advice: str
    details: str
    notes: tuple[str, ...] = ()
    links: tuple[Fact, ...] = ()


def lay_out(draft: Draft, number: str, signs: Signs) -> Message:
    """Write the draft as plain lines: notes, who, since when and by when, proof, advice, links, number.

    Facts that all events share are said once, the others beside each name.
    """
    lines = [*draft.notes]
    if len(draft.names) == 1:
        lines.append(draft.heading + signs.colon + draft.names[0])
    lines += _shared(draft.facts, signs)
    if len(draft.names) > 1:
        own = [fact for fact in draft.facts if fact.common is None]
        lines.append((draft.heading + signs.colon).rstrip())
        lines += _list(draft.names, own, signs)
    lines.append(draft.advice)
    lines += _shared(draft.links, signs)
    lines.append(signs.details + signs.colon + draft.details)
    lines.append(signs.number + signs.colon + number)
    return Message(number, draft.title, "\n".join(line for line in lines if line))


def _shared(facts: Sequence[Fact], signs: Signs) -> list[str]:
    return [fact.label + signs.colon + fact.common for fact in facts if fact.common is not None]


def _list(names: Sequence[str], own: Sequence[Fact], signs: Signs) -> list[str]:
    """List the names with what is theirs, one a line; too many are listed by name alone, several a line."""
    if len(names) <= MOST_LINES:
        return [
            "· " + signs.semicolon.join([name, *_own_facts(own, index, signs)])
            for index, name in enumerate(names)
        ]
    shown = names[: MOST_LINES * NAMES_A_LINE]
    lines = [
        "· " + signs.comma.join(shown[start : start + NAMES_A_LINE])
        for start in range(0, len(shown), NAMES_A_LINE)
    ]
    return lines + ([signs.rest(len(names) - len(shown))] if len(shown) < len(names) else [])


def _own_facts(own: Sequence[Fact], index: int, signs: Signs) -> list[str]:
    return [fact.label + signs.colon + value for fact in own if (value := fact.values[index]) is not None]


def end_of_day(moment: datetime, zone: tzinfo) -> date | None:
    """The day that ends at this moment, if one does: 00:00 is 24:00 of the day before."""
    local = moment.astimezone(zone)
    if (local.hour, local.minute, local.second) != (0, 0, 0):
        return None
    return local.date() - timedelta(days=1)
