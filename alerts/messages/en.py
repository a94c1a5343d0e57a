"""Messages in English."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, tzinfo

from alerts.events import Kind
from alerts.messages.draft import Basis, Signs, end_of_day
from alerts.messages.words import Words
from checks.obligations import State
from checks.rules import Rule

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UNITS = {
    "sites": ("Site", "Sites"),
    "policies": ("Document", "Documents"),
    "problems": ("Problem", "Problems"),
}


def _day(day: date, now: date) -> str:
    year = "" if day.year == now.year else f" {day.year}"
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}{year}"


class _Phrases:
    def moment(self, moment: datetime, zone: tzinfo, now: datetime) -> str:
        local = moment.astimezone(zone)
        clock = local.strftime("%H:%M:%S" if local.second else "%H:%M")
        return f"{_day(local.date(), now.astimezone(zone).date())}, {clock}"

    def deadline(self, moment: datetime, zone: tzinfo, now: datetime) -> str:
        if day := end_of_day(moment, zone):
            return f"by the end of {_day(day, now.astimezone(zone).date())} (24:00)"
        return "by " + self.moment(moment, zone, now)

    def who(self, names: Sequence[str]) -> str:
        return " and ".join(names) if len(names) <= 2 else f"{names[0]} and {len(names) - 1} more sites"

    def files(self, titles: Sequence[str]) -> str:
        return f"“{titles[0]}”" if len(titles) == 1 else f"{len(titles)} documents"

    def problems(self, names: Sequence[str]) -> str:
        return names[0] if len(names) == 1 else f"{len(names)} problems"

    def policy(self, title: str, doc_number: str | None) -> str:
        return f"“{title}”" + (f" ({doc_number})" if doc_number else "")

    def published(self, portal: str, shown: str | None) -> str:
        return portal + (f", its page says {shown}" if shown else ", its page shows no time")

    def cite(self, basis: Basis, rule: str = "") -> str:
        number = f" ({basis.number})" if basis.number else ""
        return f"“{basis.title}”{number}" + (f", clause {basis.clause}" if basis.clause else "")

    def rule_name(self, rule: Rule) -> str:
        return rule.en

    def reason(self, reason: str) -> str:
        return reason

    def listed(self, what: str, number: int) -> str:
        one, many = _UNITS[what]
        return one if number == 1 else f"{many} ({number})"

    def test(self, office: str, channel: str) -> tuple[str, str]:
        return (
            f"[Test] {office}: trying channel “{channel}”",
            "If you read this, the channel works. Nothing needs doing, and no site is concerned.",
        )


EN = Words(
    signs=Signs(
        colon=": ",
        comma=", ",
        semicolon="; ",
        rest=lambda number: f"{number} more are not listed here; see the console",
        number="Number",
        details="Details",
        chain="evidence",
    ),
    phrases=_Phrases(),
    labels={
        "site": "Site",
        "policy": "Document",
        "published": "Published",
        "started": "Clock started",
        "target": "Target",
        "limit": "Limit",
        "missing": "Last reading without it",
        "last": "Last good reading",
        "looked": "Looked at",
        "unread": "Could not be read",
        "basis": "Basis",
        "review": "Review",
        "done": "Reposted",
        "state": "Verdict",
        "how": "Recognised by",
        "found_url": "Repost",
        "reason": "Reason",
        "obligation": "Obligation",
        "source": "Original",
        "rule": "Problem",
        "expected": "Expected",
        "found": "Found",
        "since": "Since",
        "due": "To be put right",
        "page": "Page",
        "problem": "Problem number",
        "decided": "Decided",
        "corrects": "Withdrawn messages",
        "address": "Address",
        "found_in": "Found in",
        "contact": "The office",
    },
    suspected="suspected ",
    states={
        State.PENDING: "to be reposted",
        State.OVERDUE: "past the target",
        State.MET: "reposted within the target",
        State.MET_LATE: "reposted within the limit",
        State.VIOLATED: "past the limit",
        State.UNPROVEN: "could not be verified",
        State.WAIVED: "waived",
        State.VOID: "not applicable",
    },
    reviews={
        "none": "",
        "objected": "objected to, being verified",
        "upheld": "upheld",
        "overturned": "overturned",
    },
    how={
        "link": "link to the original",
        "doc_number": "same document number",
        "title": "same title",
        "near_title": "near title; number, year and issuer do not contradict",
        "body": "same text",
        "hand": "entered by hand",
    },
    verdicts={
        "target": "past the target",
        "suspected": "suspected past the limit",
        "upheld": "past the limit",
        "either": "(suspected) past the limit",
        "observed": "observation: not seen within the limit",
    },
    repost_titles={
        Kind.DUTY: "[To repost] {who}: {what}, {by}",
        Kind.REMINDER: "[Reminder] {who}: {what} not seen yet, {due} {by}",
        Kind.WARNING: "[Past the target] {who}: {what} not seen yet",
        Kind.VIOLATION: "[{verdict}] {who}: {what}",
        Kind.URGENT: "[Urgent: {verdict}] {who}: {what}",
        Kind.RESOLVED: "[Reposted] {who}: {what}",
        Kind.CORRECTION: "[Correction] {who}: the message “{verdict}” on {what} is withdrawn",
        Kind.DIGEST: "[For information] {who}: {what}",
        Kind.BLIND: "[Could not be verified] {who}: {what}; this does not mean it was not reposted",
    },
    problem_titles={
        Kind.DUTY: "[To put right] {who}: {what}",
        Kind.REMINDER: "[Reminder] {who}: {what}",
        Kind.WARNING: "[Early warning] {who}: {what}",
        Kind.VIOLATION: "[Problem] {who}: {what}",
        Kind.URGENT: "[Urgent] {who}: {what}",
        Kind.RESOLVED: "[Resolved] {who}: {what}",
        Kind.CORRECTION: "[Correction] {who}: the message on {what} is withdrawn",
        Kind.DIGEST: "[For information] {who}: {what}",
        Kind.BLIND: "[Could not be observed] {who}: pages could not be read; nothing need be wrong",
    },
    repost_advice={
        Kind.DUTY: "To do: repost or link the original within the limit, if possible within the target. "
        "It will be found without a reply.",
        Kind.REMINDER: "To do: repost or link the original soon, best before closing time. "
        "If it is done, send us the page's address.",
        Kind.WARNING: "To do: repost or link the original soon; within the limit it is still in time. "
        "If it is done, send us the page's address.",
        Kind.VIOLATION: "To do: repost or link the original at once, at the latest by when it is to be put "
        "right. If it is done, or this is wrong, send us the page's address or the reason; it will be "
        "verified and corrected.",
        Kind.URGENT: "To do: repost or link the original at once. If it is done, or this is wrong, send "
        "us the page's address; it will be verified and corrected.",
        Kind.RESOLVED: "To do: nothing more.",
        Kind.CORRECTION: "To do: go by this correction; take back what followed from the earlier message.",
        Kind.DIGEST: "To do: nothing now.",
        Kind.BLIND: "To do: please look at the site by hand. If it is done, send us the page's address.",
    },
    problem_advice={
        Kind.DUTY: "To do: put it right in time; it will be checked again without a reply.",
        Kind.REMINDER: "To do: put it right in time; it will be checked again without a reply.",
        Kind.WARNING: "To do: check and act early, before it becomes a problem. If this is wrong, tell us.",
        Kind.VIOLATION: "To do: put it right in time; it will be checked again without a reply. "
        "If this is wrong, tell us.",
        Kind.URGENT: "To do: act at once, and telephone the office.",
        Kind.RESOLVED: "To do: nothing more.",
        Kind.CORRECTION: "To do: go by this correction; take back what followed from the earlier message.",
        Kind.DIGEST: "To do: nothing now.",
        Kind.BLIND: "To do: please open the page by hand; if it is fine, check our network "
        "and the column's settings.",
    },
    late_advice="To do: nothing more to repost. If it is wrong that this was late, tell us why; it will be "
    "verified and corrected.",
    found_in={
        "last look": "a page that is not read every time (in the last look)",
        "by hand": "shown by hand",
    },
    dues={"target": "striven for", "limit": "due"},
    never_read="not read well since the clock started",
    blind_note="This does not mean that nothing was reposted or that anything is wrong: "
    "we could not see, and nobody is judged by it.",
    observation_note="The basis is no longer in force: this is an observation, not a verdict.",
)
