"""The wording of messages: plain text that somebody in an office reads on a telephone and acts on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from alerts.events import Event, NoteFacts, ProblemFacts, RepostFacts
from alerts.messages.draft import Basis, Draft, Message, OfficeFacts, lay_out
from alerts.messages.en import EN
from alerts.messages.problems import draft_problems
from alerts.messages.reposts import draft_reposts
from alerts.messages.safe import clean, clean_url, plain
from alerts.messages.words import Words
from alerts.messages.zh import ZH

__all__ = ["Basis", "Message", "OfficeFacts", "clean", "clean_url", "compose", "compose_test", "plain"]

LANGUAGES: Mapping[str, Words] = {"zh-CN": ZH, "en": EN}

_Drafter = Callable[[Sequence[Event], Words, OfficeFacts, datetime], Draft]
_DRAFTERS: Mapping[type, _Drafter] = {RepostFacts: draft_reposts, ProblemFacts: draft_problems}


def compose(
    events: Sequence[Event], language: str, office: OfficeFacts, now: datetime, *, number: str
) -> Message:
    """Write the message on events of one kind and one sort of facts (a group, or a share of it).

    It names every site of these events and no other. The first line, the title, says who and what; then
    follow since when, by when, what proves it, what to do now, where to look, and the number. language is
    "zh-CN" or "en"; times are given in the office's zone.
    """
    words = LANGUAGES[language]
    facts = events[0].facts
    if isinstance(facts, NoteFacts):
        notes = [event.facts for event in events if isinstance(event.facts, NoteFacts)]
        return _chained(_note(notes, words, number), words, office)
    message = lay_out(_DRAFTERS[type(facts)](events, words, office, now), number, words.signs)
    return _chained(message, words, office)


def _chained(message: Message, words: Words, office: OfficeFacts) -> Message:
    """Say on the last line, after the number, where the chain of evidence ends."""
    if not office.chain:
        return message
    return replace(message, body=f"{message.body} · {words.signs.chain} {office.chain}")


def _note(notes: Sequence[NoteFacts], words: Words, number: str) -> Message:
    lines = [plain(line) for note in notes for line in note.lines]
    signs = words.signs
    lines += [f"{signs.details}{signs.colon}{note.link}" for note in notes if note.link]
    lines.append(f"{signs.number}{signs.colon}{number}")
    return Message(number, plain(notes[0].title), "\n".join(lines))


def compose_test(channel: str, language: str, office: OfficeFacts, now: datetime) -> Message:
    """Write the message that only tries a channel (`duban alert test`)."""
    words = LANGUAGES[language]
    title, sentence = words.phrases.test(office.name, channel)
    number = f"DB-TEST-{now.astimezone(office.zone):%Y%m%d%H%M%S}"
    sent = words.phrases.moment(now, office.zone, now)
    signs = words.signs
    lines = (
        sentence,
        sent,
        f"{signs.details}{signs.colon}{office.public_url}",
        f"{signs.number}{signs.colon}{number}",
    )
    return Message(number, title, "\n".join(lines))
