"""What may be wrong with a repost that was found: suspicions for a person, beside the verdict, which stays.

A repost that is found is looked at again (`revisit`): here is when, and how what is seen becomes a problem.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from checks.fidelity import Difference, Kind
from checks.rules import RULES, Finding
from monitor.rounds.articles import parse_stated
from monitor.rounds.context import Context
from monitor.rounds.findings import apply_finding
from monitor.store import watches
from monitor.store.tables import Obligation

KIND = "repost"
FIRST = timedelta(days=1)
"""How long after it was found a repost is looked at again."""

LONGEST = 60
"""Signs of a passage that are shown of each difference."""


def begin(session: Session, ctx: Context, obligation: Obligation, now: datetime) -> None:
    """Have a repost that was just found looked at again, and say where its date is suspect."""
    sighting = obligation.sighting
    if sighting is None:
        return
    watches.add(session, KIND, str(obligation.id), now + FIRST, now)
    if sighting["backdated"]:
        suspect(session, ctx, obligation, "repost.backdated", now, found=_backdated(sighting, ctx))


def suspect(
    session: Session, ctx: Context, obligation: Obligation, rule: str, now: datetime, found: str | None
) -> None:
    """Raise a suspicion about a repost; with nothing found, the one that stood is settled."""
    sighting = obligation.sighting or {}
    finding = Finding(
        rule=rule,
        ok=found is None,
        severity=RULES[rule].severity,
        expected=_EXPECTED[rule],
        found=found,
        url=sighting.get("url"),
        subject=f"obligation:{obligation.id}",
    )
    problem = apply_finding(session, ctx, obligation.site, obligation.region, finding, now)
    if problem is not None:
        problem.obligation_id = obligation.id
        session.add(problem)


_EXPECTED = {
    "repost.withdrawn": "转载页面继续保留",
    "repost.altered": "与原文一致，或者链接到原文",
    "repost.backdated": "页面标注的时间不早于仍未见到转载的读取",
}


def _backdated(sighting: dict[str, str], ctx: Context) -> str:
    zone = ctx.counting.zone
    stated = parse_stated(sighting["declared_at"])
    shown = f"{stated.astimezone(zone):%Y-%m-%d %H:%M}" if isinstance(stated, datetime) else f"{stated}"
    lacked = datetime.fromisoformat(sighting["seen_after"]).astimezone(zone)
    return f"页面标注{shown}，而{lacked:%Y-%m-%d %H:%M}读取时还没有"


def told(differences: Sequence[Difference]) -> str | None:
    """What a repost differs in, for people; None where it does not."""
    return "；".join(_told(difference) for difference in differences) or None


def _told(difference: Difference) -> str:
    was, now = _cut(difference.source), _cut(difference.repost)
    if difference.kind is Kind.ATTACHMENT:
        return f"缺少附件“{was}”"
    if difference.kind is Kind.MISSING:
        return f"缺少“{was}”"
    what = "数字" if difference.kind is Kind.FIGURES else "文字"
    return f"{what}不同：原文“{was}”，转载“{now}”"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
