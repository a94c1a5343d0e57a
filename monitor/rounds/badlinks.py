"""Storing what came of a round through the links of a site: history, findings by page, the next round.

A link is told once it failed often enough, over long enough, and until it is in order or taken off. All that
is told with one page is one finding: whoever mends a page mends all of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlmodel import Session, col, select

from alerts.messages.reasons import in_chinese
from checks.breakages import ASTRAY, Breakage, Proof, days_broken, failed
from checks.links import State
from checks.rules import RULES, Finding
from monitor.rounds.context import Context
from monitor.rounds.findings import apply_finding
from monitor.rounds.links import HOME, STOPPED, WHOLE, Bad, Checked, next_whole
from monitor.store import badlinks, dismissals, problems, watches
from monitor.store.tables import BadLink, Crawled, Problem
from monitor.targets import Site

log = structlog.get_logger("duban.links")

LINKS, CRAWL = watches.LASTING
"""The kinds of rounds: through the links of a home page, and through all of a site."""

_KIND = {HOME: LINKS, WHOLE: CRAWL}
_RULE = {State.BROKEN: "links.broken", State.FOREIGN: "links.foreign"}

Page = tuple[str, str]
"""A rule, and the page with which links are told by it."""

PIECE = 100
"""Links, or pages, stored in one transaction: a deadline's verdict waits no longer than that for its turn."""

MOST_PLACES = 50
NAMED, LONGEST_NAME = 3, 20
"""Links named in a finding, and signs of each: a message has room for little more."""

LEAST_WAIT = timedelta(minutes=10)

UNSEEN = timedelta(days=7)
"""A link that could not be seen to fail for so long is told no more; what becomes of it nobody knows."""


async def store_links(ctx: Context, site: Site, checked: Checked) -> None:
    """Store a round, a piece at a time; its next due time goes with the last."""
    for start in range(0, len(checked.bad), PIECE):
        piece = checked.bad[start : start + PIECE]
        await ctx.store.write(partial(_store_bad, ctx=ctx, site=site, checked=checked, piece=piece))
    findings = await ctx.store.write(partial(_settle, ctx=ctx, site=site, checked=checked))
    for start in range(0, len(findings), PIECE):
        piece_of = findings[start : start + PIECE]
        await ctx.store.write(partial(_tell, ctx=ctx, site=site, checked=checked, findings=piece_of))
    await ctx.store.write(partial(_finish, ctx=ctx, site=site, checked=checked))


def _is_wanted(session: Session, site: Site, checked: Checked) -> bool:
    """Whether the round is wanted still: it may have taken hours, and the configuration changed meanwhile."""
    return badlinks.is_watched(session, _KIND[checked.scope], site.id)


# What failed.


def _store_bad(session: Session, ctx: Context, site: Site, checked: Checked, piece: Sequence[Bad]) -> None:
    if not _is_wanted(session, site, checked):
        return
    held = badlinks.of_urls(session, site.id, [bad.url for bad in piece])
    room = badlinks.MOST_KEPT - badlinks.count_standing(session, site.id)
    for bad in piece:
        link = held.get(bad.url)
        left = checked.left.get(link.id or 0) if link is not None else None
        if left is not None and not left.on:
            continue  # it was taken off: that it fails concerns nobody
        if link is not None and link.state != bad.state:
            link = _otherwise(session, link, bad, checked.at)
        if link is None and bad.places and room > 0:
            link, room = _new(site, bad, checked.at), room - 1
        if link is not None:
            _fail(ctx, link, bad, checked)
            session.add(link)
    if room <= 0:
        log.warning("more links fail than are kept", action="links", site=site.id, kept=badlinks.MOST_KEPT)


def _new(site: Site, bad: Bad, at: datetime) -> BadLink:
    return BadLink(site=site.id, url=bad.url, state=bad.state, placed_at=at, first_at=at, last_at=at, tries=0)


def _otherwise(session: Session, link: BadLink, bad: Bad, at: datetime) -> BadLink:
    """End a link that fails in another way than before: how long it did so says nothing of that."""
    anew = _anew(link, bad.state, at)
    badlinks.end(session, link, at)
    return anew


def _anew(link: BadLink, state: str, at: datetime) -> BadLink:
    """Begin anew with a link that stands where it stood: nothing is proved yet."""
    kept = {"site", "url", "page", "is_home", "places", "places_in_all", "placed_at"}
    return BadLink(**link.model_dump(include=kept), state=state, first_at=at, last_at=at)


def _fail(ctx: Context, link: BadLink, bad: Bad, checked: Checked) -> None:
    known = Breakage(link.first_at, link.last_at, link.tries, link.confirmed_at)
    after = failed(known, proof_of(ctx, bad.state), checked.at)
    link.first_at, link.last_at = after.first_at, after.last_at
    link.tries, link.confirmed_at = after.tries, after.confirmed_at
    link.state, link.status, link.reason = bad.state, bad.status, bad.reason
    link.closed_site = bad.closed_site
    if bad.places:
        _place(link, bad, checked)


def _place(link: BadLink, bad: Bad, checked: Checked) -> None:
    """Note where a link stands. It is told with its page while it stands there; the home page goes first."""
    met = [[place.page, place.text] for place in bad.places]
    seen = {page for page, _ in met} | (checked.fronts if checked.scope == HOME else frozenset())
    is_all = checked.scope == WHOLE and not checked.cut
    others = [] if is_all else [place for place in link.places if place[0] not in seen]
    link.places = [*met, *others][:MOST_PLACES]
    link.places_in_all = max(bad.places_in_all + len(others), len(link.places))
    link.placed_at = checked.at
    at_home = [page for page, _ in met if page in checked.fronts]
    if at_home:
        link.page, link.is_home = at_home[0], True
    elif link.page not in {page for page, _ in link.places}:
        link.page, link.is_home = met[0][0], False


def proof_of(ctx: Context, state: str) -> Proof:
    """How often links of a state must fail before they are told."""
    rules = ctx.targets.rules.links
    return ASTRAY if state == State.FOREIGN else Proof(rules.tries, rules.over)


# What is over, and what is told.


def _settle(session: Session, ctx: Context, site: Site, checked: Checked) -> list[Finding]:
    """End what is in order or taken off, and give what is to be said of each page."""
    if not _is_wanted(session, site, checked):
        return []
    standing, unseen = [], set[Page]()
    for link in badlinks.standing(session, site.id):
        if link.url in checked.well or _has_left(session, link, checked):
            badlinks.end(session, link, checked.at)
        elif checked.at - link.last_at > UNSEEN:
            badlinks.end(session, link, checked.at)
            unseen.add(_told_with(link))
        else:
            standing.append(link)
    return _findings(session, site, standing, unseen, checked.at)


def _has_left(session: Session, link: BadLink, checked: Checked) -> bool:
    """Whether a link stands on no page any more that could be read.

    Where it may stand on others besides, it waits without a page: it fails for nobody until it is seen there.
    """
    left = checked.left.get(link.id or 0)
    if left is None:
        return False
    rest = [place for place in link.places if place[0] not in left.off]
    if link.confirmed_at is not None and not left.on:
        if rest:
            anew = _anew(link, link.state, checked.at)
            anew.places, anew.places_in_all, anew.page, anew.is_home = rest, len(rest), "", False
            session.add(anew)
        return True
    link.places, link.places_in_all = rest, len(rest)
    link.page, link.is_home = left.on, left.on in checked.fronts
    if left.on:
        link.placed_at = checked.at
    return not rest


def _findings(
    session: Session, site: Site, standing: Iterable[BadLink], unseen: Collection[Page], at: datetime
) -> list[Finding]:
    """Say what is wrong with each page, and where nothing is any more; in silence where nobody could see."""
    pages: dict[Page, list[BadLink]] = {}
    told = [link for link in standing if link.confirmed_at is not None]
    for link in dismissals.not_dismissed(session, site.id, told, at):
        pages.setdefault(_told_with(link), []).append(link)
    found = [finding_of(rule, page, links) for (rule, page), links in pages.items()]
    query = select(Problem).where(
        Problem.site == site.id, col(Problem.rule).in_(_RULE.values()), col(Problem.closed_at).is_(None)
    )
    for problem in session.exec(query).all():
        page = (problem.rule, problem.subject)
        if page in unseen and page not in pages:
            problems.close(session, problem, at)
        elif page not in pages:
            found.append(Finding(page[0], True, RULES[page[0]].severity, subject=page[1]))
    return found


def _told_with(link: BadLink) -> Page:
    return _RULE[State(link.state)], link.page


def finding_of(rule: str, page: str, links: Sequence[BadLink]) -> Finding:
    """All links that are told with a page, as one finding."""
    links = sorted(links, key=lambda link: (link.first_at, link.id or 0))
    where = "首页" if any(link.is_home for link in links) else "页面上"
    what = "失效" if rule == "links.broken" else "疑似"
    named = "、".join(_named(link) for link in links[:NAMED])
    more = f"等，另有{len(links) - NAMED}条" if len(links) > NAMED else ""
    return Finding(
        rule=rule,
        ok=False,
        severity=RULES[rule].severity,
        expected=_EXPECTED[rule],
        found=f"{where}{len(links)}条{what}链接：{named}{more}",
        url=page,
        subject=page,
    )


_EXPECTED = {
    "links.broken": "链接可以打开",
    "links.foreign": "不链接到博彩、色情或待售的域名",
}


def _named(link: BadLink) -> str:
    words = next((text for page, text in link.places if page == link.page), "")
    if not words or words.startswith("<"):  # nothing to read stands on it
        shown = link.url if len(link.url) <= LONGEST_NAME else f"…{link.url[-LONGEST_NAME:]}"
    else:
        shown = words if len(words) <= LONGEST_NAME else f"{words[:LONGEST_NAME]}…"
    why = f"指向已关停的网站{link.closed_site}" if link.closed_site else in_chinese(link.reason)
    days = days_broken(link.first_at, link.last_at)
    return f"“{shown}”（{why}{f'，已{days}天' if days else ''}）"


def _tell(session: Session, ctx: Context, site: Site, checked: Checked, findings: Sequence[Finding]) -> None:
    if _is_wanted(session, site, checked):
        for finding in findings:
            apply_finding(session, ctx, site.id, site.region, finding, checked.at)


# The round itself, and the next.


def _finish(session: Session, ctx: Context, site: Site, checked: Checked) -> None:
    if not _is_wanted(session, site, checked):
        return
    if checked.cut != STOPPED:  # one that the daemon stopped begins anew with the daemon
        session.add(_crawled(site, checked))
    rules, at = ctx.targets.rules.links, checked.at
    again = _looked_at_again(session, ctx, site, at)
    if checked.scope == HOME:
        due = at + rules.home_every
        watches.put_off(session, LINKS, site.id, min(due, again or due), ran_at=at)
        return
    if checked.cut != STOPPED:
        watches.put_off(session, CRAWL, site.id, next_whole(ctx, checked.began), ran_at=at)
    if again is not None:
        watches.hasten(session, LINKS, [site.id], again)


def _crawled(site: Site, checked: Checked) -> Crawled:
    report = checked.report
    return Crawled(
        site=site.id,
        scope=checked.scope,
        at=checked.at,
        pages=report.pages,
        unchanged=checked.unchanged,
        links=report.links,
        seconds=report.seconds,
        cut=checked.cut,
        states=dict(checked.states),
    )


def _looked_at_again(session: Session, ctx: Context, site: Site, at: datetime) -> datetime | None:
    """When what failed too few times is to be looked at again; None where nothing waits."""
    waiting = badlinks.first_waiting(session, site.id)
    dues = [_next_look(link, max(proof_of(ctx, link.state).step, LEAST_WAIT), at) for link in waiting]
    return min(dues, default=None)


def _next_look(link: BadLink, step: timedelta, at: datetime) -> datetime:
    """A step after it failed last; after this look, where this one could not tell."""
    return max(due, at + LEAST_WAIT) if (due := link.last_at + step) > at else at + step
