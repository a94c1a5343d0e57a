"""Looking again at a repost that was found: whether it still stands, and says what its source says.

Gone twice, an hour apart, and nowhere else on the site: taken down. Blind is never gone; an address that
moved, and a policy that its source withdrew, are nobody's fault.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from checks import fidelity
from checks.addresses import canonical
from checks.fidelity import Content, Difference, File
from checks.obligations import State
from checks.reposts import match
from monitor.net.client import CookieRound
from monitor.net.page import Page
from monitor.reading.article import Article
from monitor.reading.quality import has_file, is_in_place_of_a_text, is_soft_404
from monitor.rounds.articles import Opened, document_of, document_of_policy, open_article, sources_of
from monitor.rounds.carried import Holdings, find_on, read_site
from monitor.rounds.context import Context
from monitor.rounds.source import GONE, ask_source
from monitor.rounds.suspicions import FIRST, KIND, suspect, told
from monitor.store import watches
from monitor.store.tables import Obligation, Policy
from monitor.targets import Site

AGAIN = timedelta(days=7)
APART = timedelta(hours=1)
"""How far apart the two readings lie that show a repost gone."""


@dataclass(frozen=True, slots=True)
class Revisited:
    """What a further look at a repost gave.

    is_gone: None where nobody can tell. is_proven: it was looked for everywhere on the site, and its source
    has it still; is_listed: though a list names the page. moved_to: where else on the site it stands.
    differences: None where it cannot be compared. leads: for a repost that only links to its source, whether
    it still does. pages: those that were read for it, the repost's own first.
    """

    is_gone: bool | None
    is_proven: bool = False
    is_listed: bool = False
    moved_to: str | None = None
    differences: tuple[Difference, ...] | None = None
    leads: bool | None = None
    pages: tuple[Page, ...] = ()

    @property
    def is_suspect(self) -> bool:
        """Whether something may be wrong with the repost: then what was seen is kept."""
        return bool(self.is_gone or self.differences or self.leads is False)


async def revisit(ctx: Context, site: Site, obligation: Obligation, policy: Policy) -> Revisited | None:
    """Look at a repost again. Stores nothing; None where it is a mere row that leads to the source itself."""
    sighting = obligation.sighting or {}
    sources = sources_of(policy)
    if canonical(sighting["url"]) in {canonical(url) for url in sources}:
        return None
    cookies = CookieRound()
    robots = site.robots or ctx.targets.fetch.robots
    opened = await open_article(ctx, sighting["url"], cookies, robots=robots, fresh=True)
    is_gone = _is_gone(opened, policy, sources, sighting)
    if is_gone is False and opened.article is not None:
        return await _compare(ctx, policy, sources, sighting["how"], opened)
    since = sighting.get("missing_since")
    if is_gone and since is not None and ctx.now() - datetime.fromisoformat(since) >= APART:
        seen = await _look_elsewhere(ctx, site, obligation, policy, cookies)
        return replace(seen, pages=(opened.page, *seen.pages))
    return Revisited(is_gone, pages=(opened.page,))


def _is_gone(
    opened: Opened, policy: Policy, sources: Sequence[str], sighting: Mapping[str, Any]
) -> bool | None:
    """Whether a page is there no more: it says so, or something else stands in its place.

    Of a page that was taken on its row's word nobody knows what stood on it. A list that still names the page
    does not speak for it: a row counts where the page behind it cannot be read, and a notice can be read. A
    page that brings files is no notice, whatever its few words say.
    """
    page = opened.page
    if opened.article is None:
        is_notice = page.ok and is_soft_404(page.text) and not has_file(page.text)
        return True if page.outcome in GONE or is_notice else None
    if not opened.article.attachments and is_in_place_of_a_text(opened.article.text or ""):
        return True
    document, wanted = document_of(opened.article), document_of_policy(policy)
    if any(match(replace(wanted, url=url), document).same for url in sources):
        return False
    return None if sighting["how"] == "title" and sighting["digest"] is None else True


async def _look_elsewhere(
    ctx: Context, site: Site, obligation: Obligation, policy: Policy, cookies: CookieRound
) -> Revisited:
    """Look for a repost that is gone in every place of its site, and for the policy at its source."""
    assert obligation.sighting is not None  # or there would be nothing to look for
    dead = canonical(obligation.sighting["url"])
    holdings = await read_site(ctx, site, obligation.started_at, cookies)
    answer = (await find_on(ctx, _without(holdings, dead), {1: policy}, cookies))[1]
    if answer.found is not None and canonical(answer.found.url) != dead:
        return Revisited(True, moved_to=answer.found.url)
    source = await ask_source(ctx, policy)
    is_proven = answer.is_complete and source.is_gone is False
    is_listed = any(row.address == dead for reading in holdings.readings for row in reading.rows)
    read = [page for reading in holdings.readings for page in (reading.page, *reading.more)]
    return Revisited(True, is_proven, is_listed, pages=(*read, *source.pages))


def _without(holdings: Holdings, address: str) -> Holdings:
    readings = tuple(
        replace(reading, rows=tuple(row for row in reading.rows if row.address != address))
        for reading in holdings.readings
    )
    return replace(holdings, readings=readings)


async def _compare(
    ctx: Context, policy: Policy, sources: Sequence[str], how: str, there: Opened
) -> Revisited:
    """Compare a repost with its source as it was; where they differ, also with the source as it is now."""
    assert there.article is not None  # or there would be nothing to compare
    repost, pages = content_of(there.article), [there.page]
    differences = fidelity.compare(_content_of_policy(policy), repost) if policy.text else None
    if differences:
        opened = await open_article(
            ctx, policy.url, CookieRound(), robots=ctx.targets.fetch.robots, fresh=True
        )
        pages.append(opened.page)
        now = fidelity.compare(content_of(opened.article), repost) if opened.article is not None else None
        differences = now if now is None or len(now) < len(differences) else differences
    leads = None
    if how == "link" and differences is None:
        leads = fidelity.links_to(sources, repost)
    return Revisited(False, differences=differences, leads=leads, pages=tuple(pages))


def content_of(article: Article) -> Content:
    """What a page brings, as it is compared."""
    files = tuple(File(file.url, file.name) for file in article.attachments)
    return Content(article.title or "", article.text or "", files, tuple(article.links))


def _content_of_policy(policy: Policy) -> Content:
    return Content(policy.title, policy.text, tuple(File(**file) for file in policy.files))


def record_revisit(
    session: Session, ctx: Context, obligation_id: int, seen: Revisited | None, now: datetime
) -> None:
    """Store what a further look gave, and when the next is due."""
    obligation = session.get(Obligation, obligation_id)
    if obligation is None or obligation.sighting is None or seen is None:
        watches.drop(session, KIND, str(obligation_id))
        return
    if State(obligation.state) in (State.VOID, State.WAIVED):
        for rule in ("repost.withdrawn", "repost.altered", "repost.backdated"):
            suspect(session, ctx, obligation, rule, now, found=None)
        watches.drop(session, KIND, str(obligation_id))
        return
    since = obligation.sighting.get("missing_since")
    _note(obligation, seen, now)
    _tell(session, ctx, obligation, seen)
    session.add(obligation)
    found_at = datetime.fromisoformat(obligation.sighting["seen_by"])
    due = now + _wait(seen, had_been_missed=since is not None)
    if due > found_at + ctx.targets.rules.repost.revisit:
        watches.drop(session, KIND, str(obligation_id))
    else:
        watches.put_off(session, KIND, str(obligation_id), due, ran_at=now)


def _wait(seen: Revisited, *, had_been_missed: bool) -> timedelta:
    if seen.is_gone is None:
        return FIRST
    if seen.is_gone and not (seen.moved_to or seen.is_proven):
        return FIRST if had_been_missed else APART
    return AGAIN


def _note(obligation: Obligation, seen: Revisited, now: datetime) -> None:
    """Keep since when a repost is missing, or where it moved to; the first address stays."""
    sighting = dict(obligation.sighting or {})
    if seen.moved_to is not None:
        sighting["moved_from"] = [*sighting.get("moved_from", []), sighting["url"]]
        sighting["url"] = seen.moved_to
    if seen.is_gone and seen.moved_to is None:
        sighting.setdefault("missing_since", now.isoformat())
    elif seen.is_gone is not None:
        sighting.pop("missing_since", None)
    obligation.sighting = sighting


def _tell(session: Session, ctx: Context, obligation: Obligation, seen: Revisited) -> None:
    now = ctx.now()
    if seen.is_gone and seen.is_proven:
        assert obligation.sighting is not None  # it was just noted
        since = datetime.fromisoformat(obligation.sighting["missing_since"]).astimezone(ctx.counting.zone)
        where = "列表中仍列出，但打开后没有正文；" if seen.is_listed else ""
        found = f"{where}自{since:%Y-%m-%d %H:%M}起页面已不存在，站内其他位置也未见到"
        suspect(session, ctx, obligation, "repost.withdrawn", now, found)
    elif seen.is_gone is False or seen.moved_to is not None:
        suspect(session, ctx, obligation, "repost.withdrawn", now, found=None)
    if seen.leads is False:
        suspect(session, ctx, obligation, "repost.altered", now, found="页面的链接不再指向原文")
    elif seen.differences is not None or seen.leads:
        suspect(session, ctx, obligation, "repost.altered", now, found=told(seen.differences or ()))
