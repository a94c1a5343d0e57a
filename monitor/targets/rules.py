"""Thresholds of the rules, their early warnings, and which items are key.

Early warnings lie below what an inspection counts, so that a veto never comes as a surprise.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from checks.rules import RULES
from checks.terms import Term
from monitor.targets.values import AnyTerm, Count, Flag, Length, Regex, Share, Span, Table, Words, as_written

_LATER_RULES = """
freshness.home freshness.column freshness.blank
lifecycle.domain lifecycle.unregistered lifecycle.closing lifecycle.report
security.https
integrity.hidden integrity.hijacked integrity.defaced integrity.exposed integrity.term
interaction.reply interaction.column interaction.consultation
response.release response.briefing
task.done account.freshness rectification.limit
"""

KNOWN_RULES = tuple(dict.fromkeys((*RULES, *_LATER_RULES.split())))
"""Every id that a finding can bear, also those whose checks are not written yet: a route may name them."""


def _days(number: int) -> timedelta:
    return timedelta(days=number)


def _working(number: int) -> Term:
    return Term(working_days=number)


def _early(usual: Any, of: str, description: str) -> Any:
    """A warning before the threshold `of`; where that is lower than usual, the warning goes down with it."""

    def sooner(earlier: dict[str, Any]) -> Any:
        threshold = earlier.get(of, usual)
        return threshold if _is_more(usual, threshold) else usual

    return Field(
        default_factory=sooner, description=description, json_schema_extra={"default": as_written(usual)}
    )


def _is_more(first: Any, second: Any) -> bool:
    if isinstance(first, Term):
        return _is_longer(first, second)
    return bool(first > second)


def _reminders_within(earlier: dict[str, Any]) -> tuple[timedelta, ...]:
    """The usual reminder, or none where a shorter target leaves it no room."""
    usual, target = timedelta(minutes=30), earlier.get("target")
    fits = target is None or target.clock is None or usual < target.clock
    return (usual,) if fits else ()


class RepostRules(Table):
    """Clause 16: reposted within the hour if possible, and never later than a working day."""

    target: AnyTerm = Field(default=Term(clock=timedelta(hours=1)), description="striven for")
    limit: AnyTerm = Field(default=_working(1), validate_default=True, description="never later")
    remind_target: tuple[Length, ...] = Field(
        default_factory=_reminders_within,
        description="reminders, so long before the target",
        json_schema_extra={"default": ["30m"]},
    )
    remind_limit: tuple[Length, ...] = Field(
        default=(timedelta(hours=2),),
        description="reminders, so long before the last close of office hours ahead of the limit",
    )
    group: Length = Field(
        default=timedelta(minutes=10),
        description="verdicts of one policy, or of one site, within this are one message",
    )
    skew: Length = Field(
        default=timedelta(hours=2), description="how far a declared time may lie before what was observed"
    )
    absent_polls: Count = Field(
        default=2, description="good readings at or after the limit that must lack the item"
    )
    absent_apart: Length = Field(default=timedelta(minutes=5), description="how far apart these lie at least")
    grace: Length = Field(
        default=timedelta(minutes=30), description='after the limit, until "could not be observed" is said'
    )

    revisit: Length = Field(
        default=_days(90), description="how long a repost is looked at again: a day later, then weekly"
    )

    @field_validator("limit")
    @classmethod
    def is_not_before_target(cls, limit: Term, info: ValidationInfo) -> Term:
        target = info.data.get("target")
        if target is not None and _is_longer(target, limit):
            raise ValueError(f"must not be shorter than target, {target}")
        return limit

    @field_validator("remind_target")
    @classmethod
    def lie_within_the_target(
        cls, reminders: tuple[timedelta, ...], info: ValidationInfo
    ) -> tuple[timedelta, ...]:
        target = info.data.get("target")
        if target is not None and target.clock is not None and any(r >= target.clock for r in reminders):
            raise ValueError(f"must be shorter than target, {target}")
        return reminders


def _is_longer(first: Term, second: Term) -> bool:
    """Whether a term is longer than another of its kind; terms of different kinds cannot be compared."""
    if first.clock is not None and second.clock is not None:
        return first.clock > second.clock
    if first.working_days is not None and second.working_days is not None:
        return first.working_days > second.working_days
    return False


class AvailabilityRules(Table):
    """国办秘函〔2019〕19号, 站点无法访问: 5 % of the visits of a week fail."""

    every: Length = Field(default=timedelta(minutes=5), description="how often a home page is visited")
    timeout: Length = Field(
        default=timedelta(seconds=15), description="a visit fails when the page is not open after this"
    )
    window: Length = Field(default=_days(7), description="the visits of how long are counted")
    visits_per_day: Count = Field(default=20, description="visits a day without which nothing is judged")
    failed_share: Share = Field(default=0.05, description="share of failed visits that is a violation")
    warn_failed_share: Share = _early(0.03, "failed_share", "share of failed visits that is a warning")

    @field_validator("warn_failed_share")
    @classmethod
    def warns_before(cls, warn: Any, info: ValidationInfo) -> Any:
        return _before_its_threshold(warn, info)


class FreshnessRules(Table):
    """国办秘函〔2019〕19号, 首页不更新 and 栏目不更新. Six months are counted as 184 days, never shorter."""

    home: Length = Field(default=_days(14), description="a home page without a newer date")
    warn_home: Length = _early(_days(10), "home", "the same, as a warning")
    news: Length = Field(default=_days(14), description="a column about news without a newer item")
    warn_news: Length = _early(_days(10), "news", "the same, as a warning")
    policy: Length = Field(default=_days(184), description="a column about policy without a newer item")
    notice: Length = Field(default=_days(184), description="a column about notices without a newer item")
    mailbox: Length = Field(default=_days(62), description="a mailbox without a newer answer")
    consultation: Length = Field(default=_days(366), description="consultations without a newer one")
    stale_columns: Count = Field(
        default=5, description="columns about news, policy or notices past their time: a veto"
    )
    warn_stale_columns: Count = _early(3, "stale_columns", "the same, as a warning")
    stale_any: Count = Field(default=10, description="columns of any kind past their time: a veto")
    warn_stale_any: Count = _early(6, "stale_any", "the same, as a warning")
    blank_columns: Count = Field(default=5, description="columns without any item: a veto")
    warn_blank_columns: Count = _early(2, "blank_columns", "the same, as a warning")

    @field_validator("warn_home", "warn_news", "warn_stale_columns", "warn_stale_any", "warn_blank_columns")
    @classmethod
    def warns_before(cls, warn: Any, info: ValidationInfo) -> Any:
        return _before_its_threshold(warn, info)


class LinkRules(Table):
    """Dead and wrong links; only what failed again later is called broken."""

    home_every: Length = Field(default=_days(1), description="how often the links of a home page are checked")
    whole: Flag = Field(
        default=False, description="whether sites are gone through as a whole; a site may say otherwise"
    )
    every: Length = Field(default=_days(7), description="how often a site is gone through as a whole")
    window: Span | None = Field(
        default=None, description="when it may be, by the office's clock: 22:00-06:00; none: at any time"
    )
    longest: Length = Field(default=timedelta(hours=8), description="how long it may take, then it is cut")
    pages: Count = Field(default=20_000, description="pages read at most, then it is cut")
    rate: Count = Field(default=5, description="requests of one crawl to one host in a second at most")
    exclude: tuple[Regex, ...] = Field(
        default=(), description="addresses that are not asked for: regular expressions, any of them"
    )
    tries: Count = Field(default=3, description="failed tries before a link is broken")
    over: Length = Field(default=_days(1), description="over how long these tries are spread at least")


class LifecycleRules(Table):
    """Filings, site code, security grading and certificates: what the register says and the page shows."""

    every: Length = Field(
        default=_days(1), description="how often the footer and the certificate are checked"
    )
    warn_days: tuple[Count, ...] = Field(
        default=(60, 30, 7), description="days before an assessment or a certificate runs out"
    )
    closing_notice: Length = Field(
        default=_days(30), description="how long a closing notice stands before a site closes"
    )


class InteractionRules(Table):
    """Clause 17 and 国办秘函〔2019〕19号, 互动回应差."""

    suggestion: AnyTerm = Field(default=_working(7), description="answer to a suggestion")
    warn_suggestion: AnyTerm = _early(_working(5), "suggestion", "the same, as a warning")
    complex: AnyTerm = Field(default=_working(15), description="answer to a suggestion that is complex")
    warn_complex: AnyTerm = _early(_working(12), "complex", "the same, as a warning")
    enquiry: AnyTerm = Field(
        default=_working(15), description="answer to an enquiry, a complaint or a report"
    )
    warn_enquiry: AnyTerm = _early(_working(12), "enquiry", "the same, as a warning")
    unanswered: Length = Field(default=_days(92), description="a message without an answer: a veto")
    warn_unanswered: Length = _early(_days(60), "unanswered", "the same, as a warning")

    @field_validator("warn_suggestion", "warn_complex", "warn_enquiry", "warn_unanswered")
    @classmethod
    def warns_before(cls, warn: Any, info: ValidationInfo) -> Any:
        return _before_its_threshold(warn, info)


class IntegrityRules(Table):
    """国办秘函〔2019〕19号, 安全、泄密事故等严重问题: hidden links, hijacked or defaced pages, terms."""

    every: Length = Field(default=_days(1), description="how often a home page is searched for them")
    confirm: Count = Field(default=2, description="readings in a row that must show the same")


class RectificationRules(Table):
    """Clause 16: put right within a set time."""

    limit: AnyTerm = Field(
        default=_working(10), description="due date a problem gets unless a person sets one"
    )


class Rules(Table):
    """Thresholds, by duty."""

    repost: RepostRules = Field(default_factory=RepostRules, description="the duty to repost")
    availability: AvailabilityRules = Field(
        default_factory=AvailabilityRules, description="whether a site can be reached"
    )
    freshness: FreshnessRules = Field(
        default_factory=FreshnessRules, description="whether pages and columns are kept up"
    )
    links: LinkRules = Field(default_factory=LinkRules, description="whether links lead somewhere")
    lifecycle: LifecycleRules = Field(
        default_factory=LifecycleRules, description="filings, codes, grading, certificates, closing"
    )
    interaction: InteractionRules = Field(
        default_factory=InteractionRules, description="whether people are answered"
    )
    integrity: IntegrityRules = Field(
        default_factory=IntegrityRules, description="whether pages are what the office made"
    )
    rectification: RectificationRules = Field(
        default_factory=RectificationRules, description="by when problems are put right"
    )


class Key(Table):
    """Which items of a portal's column are key where the column says auto or ask.

    Replies to one place (批复) and appointments (任免) are none, unless a pattern of include names them.
    """

    include: tuple[Regex, ...] = Field(
        default_factory=lambda: _compile("关于印发.*的通知"),
        description="regular expressions over the title, any of them",
        json_schema_extra={"default": ["关于印发.*的通知"]},
    )
    exclude: tuple[Regex, ...] = Field(
        default_factory=lambda: _compile("任免", "解读"),
        description="titles that are not key all the same",
        json_schema_extra={"default": ["任免", "解读"]},
    )
    doc_numbers: tuple[Words, ...] = Field(
        default=("国发", "国办发"), description="an item that bears such a document number is key"
    )


def _compile(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in patterns)


def _before_its_threshold(warn: Any, info: ValidationInfo) -> Any:
    """Refuse a warning that would come after what it warns of."""
    name = str(info.field_name).removeprefix("warn_")
    if name in info.data and _is_more(warn, info.data[name]):
        raise ValueError(f"must not be more than {name}, {as_written(info.data[name])}")
    return warn
