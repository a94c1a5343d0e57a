"""Telling the office that evidence cannot be kept, and that it is kept again.

Ops see both at once, by log and metrics. But who answers for a verdict has to know that there is no page to
show for it, and that the disk wants room: that it passes by itself is rare.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from alerts.events import Event, Kind, NoteFacts, SiteRef
from alerts.messages import LANGUAGES
from monitor.evidence.keeper import Trouble
from monitor.rounds.context import Context
from monitor.store import alerts

GROUP = "evidence"
LASTS = timedelta(minutes=1)
"""How long it lasts before it is told."""

STEADY = timedelta(minutes=10)
"""How long it works before that is told: a disk that is nearly full takes this and refuses that."""

_FULL = ("[Errno 28]", "[Errno 122]")  # no space left, quota exceeded


def tell_of_evidence(session: Session, ctx: Context, now: datetime) -> None:
    """Queue what the office has to hear of the keeping of evidence by now; each once, across restarts too."""
    trouble, mended = ctx.evidence.trouble, ctx.evidence.mended
    is_told = alerts.last_kind(session, GROUP) == Kind.BLIND
    if trouble is not None:
        if not is_told and now - trouble.since >= LASTS:
            _queue(session, ctx, Kind.BLIND, _stopped(ctx, trouble, now), now)
    elif is_told and ctx.evidence.works_since is not None and now - ctx.evidence.works_since >= STEADY:
        _queue(session, ctx, Kind.RESOLVED, _goes_on(ctx, mended, now), now)


def _stopped(ctx: Context, trouble: Trouble, now: datetime) -> NoteFacts:
    since, folder, link = _moment(ctx, trouble.since, now), ctx.evidence.folder, _link(ctx)
    is_full = trouble.why.startswith(_FULL)
    if ctx.targets.office.language == "en":
        why = "the disk is full" if is_full else f"the disk does not take it ({trouble.why})"
        lines = (
            f"Since {since} the pages that are read cannot be kept as evidence: {why}. "
            f"Records missing by now: {trouble.lost}.",
            "Reading and judging go on. For what is found meanwhile there will be no page to show.",
            f"To do: make room on the disk of {folder}, or see that it can be written. "
            "That it works again is told.",
        )
        return NoteFacts(title="Evidence cannot be kept", lines=lines, link=link)
    why = "磁盘已满" if is_full else f"磁盘无法写入（{trouble.why}）"
    lines = (
        f"自{since}起，读到的网页不能作为证据保存：{why}，目前已缺{trouble.lost}条记录。",
        "读取和判定照常进行，但这段时间发现的情况将没有网页可以出示。",
        f"请做：在{folder}所在的磁盘上腾出空间，或检查能否写入；恢复后另行告知。",
    )
    return NoteFacts(title="【证据】网页证据不能保存，请腾出磁盘空间", lines=lines, link=link)


def _goes_on(ctx: Context, mended: Trouble | None, now: datetime) -> NoteFacts:
    """What is said once it works; what was missing before a restart only the log knows."""
    if ctx.targets.office.language == "en":
        span = f"Records lost since {_moment(ctx, mended.since, now)}: {mended.lost}. " if mended else ""
        lines = (
            f"{span}The chain says what is missing. Look by hand before a verdict of that time is used.",
        )
        return NoteFacts(title="Evidence is kept again", lines=lines, link=_link(ctx))
    span = (
        f"自{_moment(ctx, mended.since, now)}起共缺{mended.lost}条记录，证据链中已经注明。" if mended else ""
    )
    lines = (f"{span}那段时间作出的结论如需举证，请人工复核。",)
    return NoteFacts(title="【证据】网页证据已恢复保存", lines=lines, link=_link(ctx))


def _moment(ctx: Context, moment: datetime, now: datetime) -> str:
    return LANGUAGES[ctx.targets.office.language].phrases.moment(moment, ctx.counting.zone, now)


def _link(ctx: Context) -> str:
    return ctx.targets.server.public_url


def _queue(session: Session, ctx: Context, kind: Kind, facts: NoteFacts, now: datetime) -> None:
    office = ctx.targets.office
    site = SiteRef("", office.name, office.region)
    alerts.queue(session, Event(kind, "watch.blind", GROUP, now, now, site, facts))
