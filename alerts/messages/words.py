"""What a language has to bring so that messages can be written in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Protocol

from alerts.events import Kind
from alerts.messages.draft import Basis, Signs
from checks.obligations import State
from checks.rules import Rule


class Phrases(Protocol):
    """The sentences that are more than a word; all values come in cleaned."""

    def moment(self, moment: datetime, zone: tzinfo, now: datetime) -> str:
        """A point in time: "11月24日（周二）10时05分"; the year is said where it is not this one."""

    def deadline(self, moment: datetime, zone: tzinfo, now: datetime) -> str:
        """By when: "11月25日（周三）24时前"."""

    def who(self, names: Sequence[str]) -> str:
        """Several names in brief: "某县人民政府等3个网站"."""

    def files(self, titles: Sequence[str]) -> str:
        """The policies meant, in brief: one by its title, several by their number."""

    def problems(self, names: Sequence[str]) -> str:
        """The problems meant, in brief."""

    def policy(self, title: str, doc_number: str | None) -> str:
        """A policy in full, with its document number."""

    def published(self, portal: str, shown: str | None) -> str:
        """Where the policy came out, and the time its page shows."""

    def cite(self, basis: Basis, rule: str = "") -> str:
        """The document that a verdict rests on, with number and clause, and what it asks for by a rule."""

    def rule_name(self, rule: Rule) -> str:
        """What a rule is called in this language."""

    def reason(self, reason: str) -> str:
        """A reason of the record, which keeps them in English; also "place（reason）" and "place：reason"."""

    def listed(self, what: str, number: int) -> str:
        """The heading of a list: what it holds ("sites", "policies" or "problems") and how many."""

    def test(self, office: str, channel: str) -> tuple[str, str]:
        """Title and sentence of a message that only tries the channel."""


@dataclass(frozen=True, slots=True)
class Words:
    """A language: its signs, its sentences and its tables.

    repost_titles and problem_titles hold {who}, {what} and, for reposts, {by}, {due} and {verdict}; verdicts,
    dues and advice are looked up by the names in reposts.py and problems.py. suspected stands before the
    state of a violation that nobody has reviewed; dues says how binding the deadline behind it is; found_in
    names the places of a repost that are no column of the site's.
    """

    signs: Signs
    phrases: Phrases
    labels: Mapping[str, str]
    suspected: str
    states: Mapping[State, str]
    reviews: Mapping[str, str]
    how: Mapping[str, str]
    verdicts: Mapping[str, str]
    repost_titles: Mapping[Kind, str]
    problem_titles: Mapping[Kind, str]
    repost_advice: Mapping[Kind, str]
    problem_advice: Mapping[Kind, str]
    late_advice: str
    found_in: Mapping[str, str]
    dues: Mapping[str, str]
    never_read: str
    blind_note: str
    observation_note: str
