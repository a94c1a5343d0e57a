"""How the console speaks: words in the office's language, times and lengths as people read them.

States, reviews, rules and long times are worded as in messages (`alerts.messages`); the pages' own words
stand in `texts`. One object a page: it knows the language, the zone and the moment the page is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from alerts.messages import LANGUAGES, Basis
from alerts.messages.draft import end_of_day
from alerts.messages.reasons import in_chinese, who_said
from checks.obligations import State, is_suspicion
from checks.rules import RULES
from monitor.targets import Targets
from monitor.web.texts import TEXTS

SIGNS: Mapping[State, str] = {
    State.PENDING: "○",
    State.OVERDUE: "◔",
    State.MET: "✓",
    State.MET_LATE: "✓",
    State.VIOLATED: "✗",
    State.UNPROVEN: "?",
    State.WAIVED: "–",
    State.VOID: "∅",
}
"""One sign a state: nobody has to tell colours apart."""

_UNITS = {
    "zh-CN": (("天", 86400), ("小时", 3600), ("分", 60), ("秒", 1)),
    "en": ((" d", 86400), (" h", 3600), (" min", 60), (" s", 1)),
}


@dataclass(frozen=True, slots=True)
class Words:
    """The language of one page."""

    language: str
    zone: ZoneInfo
    now: datetime
    basis: Basis
    needs_review: bool = True

    @classmethod
    def of(cls, targets: Targets, now: datetime) -> Words:
        """The words of an office, at `now`."""
        basis = targets.basis
        return cls(
            language=targets.office.language,
            zone=targets.office.zone,
            now=now,
            basis=Basis(basis.title, basis.number, basis.clause, basis.valid_to),
            needs_review=targets.office.review,
        )

    @property
    def is_chinese(self) -> bool:
        return self.language == "zh-CN"

    def t(self, key: str, **values: object) -> str:
        """A text of `texts.TEXTS` with its values filled in; KeyError where there is none."""
        chinese, english = TEXTS[key]
        return (chinese if self.is_chinese else english).format(**values)

    def maybe(self, prefix: str, name: str | None) -> str:
        """The text for a name out of a set that may grow: the name itself where there is none yet."""
        key = f"{prefix}.{name}"
        return self.t(key) if key in TEXTS else name or ""

    # --- what stands in the record -------------------------------------------------------------------

    def state(self, state: State, review: str = "none") -> str:
        """A state's name, said to be a suspicion where it is one."""
        words = LANGUAGES[self.language]
        doubted = is_suspicion(state, review, needs_review=self.needs_review)
        return (words.suspected if doubted else "") + words.states[state]

    def states(self, state: State) -> str:
        """A state's name over several duties: some of the accused may not have been reviewed."""
        words = LANGUAGES[self.language]
        if not (state.accuses and self.needs_review):
            return words.states[state]
        return self.t("maybe-suspected", word=words.suspected.strip()) + words.states[state]

    def holds(self, moment: datetime) -> bool:
        """Whether the basis was in force at a moment: past it, nobody is accused."""
        return self.basis.holds(moment.astimezone(self.zone).date())

    def verdict(self, state: State, review: str, limit_at: datetime) -> str:
        """The same as a heading; where the basis was past its validity at the limit, it accuses nobody."""
        if state.accuses and not self.holds(limit_at):
            return LANGUAGES[self.language].verdicts["observed"]
        return self.state(state, review)

    def sign(self, state: State) -> str:
        return SIGNS[state]

    def review(self, review: str) -> str:
        return LANGUAGES[self.language].reviews.get(review, review)

    def how(self, how: str | None) -> str:
        return LANGUAGES[self.language].how.get(how or "", how or "")

    def rule(self, rule: str) -> str:
        """A rule's name; its id where it is not one of this version."""
        known = RULES.get(rule)
        return rule if known is None else known.zh if self.is_chinese else known.en

    def accusation(self, rule: str, review: str) -> str:
        """A rule's name over a finding; a suspicion where it accuses and nobody has confirmed it."""
        accuses = rule == "repost.limit" and is_suspicion(
            State.VIOLATED, review, needs_review=self.needs_review
        )
        return (LANGUAGES[self.language].suspected if accuses else "") + self.rule(rule)

    def clause(self, rule: str) -> str:
        """What a rule rests on; "" where nothing is cited."""
        return RULES[rule].basis if rule in RULES else ""

    def clause_words(self, rule: str) -> str:
        """What the clause says, without its number; "" where the office cites another document."""
        return self.basis.says(rule)

    def ground(self, rule: str) -> str:
        """The clause with the document that it stands in."""
        if not rule.startswith("repost."):
            return self.clause(rule)
        return LANGUAGES[self.language].phrases.cite(self.basis, rule)

    def cite(self) -> str:
        """The document a verdict rests on, with its clause."""
        return LANGUAGES[self.language].phrases.cite(self.basis)

    def reason(self, reason: str | None) -> str:
        """A reason of the record in the office's language."""
        return "" if reason is None else in_chinese(reason) if self.is_chinese else reason

    def said(self, text: str) -> str:
        """A decision as the record keeps it: "name: reason"."""
        return who_said(text) if self.is_chinese else text

    def found(self, text: str | None) -> str:
        """The same for what a finding found, which may stand behind a place: "place：reason"."""
        return LANGUAGES[self.language].phrases.reason(text) if text else ""

    @property
    def zone_name(self) -> str:
        """What the zone of all times is called."""
        return self.t("zone.beijing") if self.zone.key == "Asia/Shanghai" else self.zone.key

    # --- times ---------------------------------------------------------------------------------------

    def long(self, moment: datetime) -> str:
        """A moment in full: "11月24日（周二）10时05分"."""
        return LANGUAGES[self.language].phrases.moment(moment, self.zone, self.now)

    def by(self, moment: datetime) -> str:
        """A deadline in full: "11月25日（周三）24时前"."""
        return LANGUAGES[self.language].phrases.deadline(moment, self.zone, self.now)

    def when(self, moment: datetime | None) -> str:
        """A moment in a table: "11-24 10:05", with its year where it is not this one, or a dash."""
        return self._short(moment, "%H:%M")

    def exact(self, moment: datetime | None) -> str:
        """The same to the second."""
        return self._short(moment, "%H:%M:%S")

    def due(self, moment: datetime | None) -> str:
        """A deadline in a table; midnight is 24:00 of the day that ends with it."""
        if moment is not None and (day := end_of_day(moment, self.zone)) is not None:
            return f"{self._day(day)} 24:00"
        return self.exact(moment) if moment and moment.second else self.when(moment)

    def _short(self, moment: datetime | None, clock: str) -> str:
        if moment is None:
            return "—"
        local = moment.astimezone(self.zone)
        return f"{self._day(local.date())} {local:{clock}}"

    def _day(self, day: date) -> str:
        is_this_year = day.year == self.now.astimezone(self.zone).year
        return f"{day:%m-%d}" if is_this_year else f"{day:%Y-%m-%d}"

    def day(self, day: date) -> str:
        """A day in full: "11月24日（周二）"."""
        weekday = self.t("weekdays").split()[day.weekday()]
        return self.t("day", year=day.year, month=day.month, day=day.day, weekday=weekday)

    def stated(self, text: str | None, precision: str = "") -> str:
        """A time as a page states it, with as much of it as is stated."""
        if text is None:
            return "—"
        if len(text) == 10:
            return text
        local = datetime.fromisoformat(text).astimezone(self.zone)
        has_seconds = local.second or precision == "second"
        return local.strftime("%Y-%m-%d %H:%M:%S" if has_seconds else "%Y-%m-%d %H:%M")

    def stated_short(self, text: str | None) -> str:
        """The same in a table; "" where nothing is stated."""
        if text is None:
            return ""
        return self._day(date.fromisoformat(text)) if len(text) == 10 else self.when(self.moment(text))

    def moment(self, text: str) -> datetime:
        """A moment as the store keeps it in its documents."""
        return datetime.fromisoformat(text)

    def iso(self, moment: datetime) -> str:
        """A moment for machines."""
        return moment.astimezone(self.zone).isoformat(timespec="seconds")

    def length(self, length: timedelta) -> str:
        """A length of time by its two largest units: "1小时5分"; below a second it is "0秒"."""
        left = int(abs(length).total_seconds())
        units = _UNITS[self.language]
        first = next((index for index, (_, size) in enumerate(units) if left >= size), len(units) - 1)
        parts: list[str] = []
        for name, size in units[first : first + 2]:
            count, left = divmod(left, size)
            if count or not parts:
                parts.append(f"{count}{name}")
        return ("" if self.is_chinese else " ").join(parts)

    def seconds(self, seconds: int) -> str:
        return self.length(timedelta(seconds=seconds))

    def ago(self, moment: datetime | None) -> str:
        """How long ago a moment is."""
        if moment is None:
            return self.t("never")
        if self.now - moment < timedelta(minutes=1):
            return self.t("just-now")
        return self.t("ago", length=self.length(self.now - moment))

    def percent(self, share: float | None) -> str:
        return "—" if share is None else f"{100 * share:.1f}%"
