"""Links that failed, and the rounds that went through them: what stands, what was, week by week."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from checks.breakages import Span, Week, by_week
from monitor.store.tables import BadLink, Crawled, Problem, Watch

MOST_KEPT = 2000
"""Links of one site that are kept at a time; where more fail, it is not the links."""

MOST_SHOWN = 200
WEEKS = 8
DAY = timedelta(days=1)


def standing(session: Session, site: str) -> Sequence[BadLink]:
    """The links of a site that fail, told or not, those that were not looked at for longest first."""
    query = _standing(site).order_by(col(BadLink.last_at), col(BadLink.id))
    return session.exec(query.limit(MOST_KEPT)).all()


def of_urls(session: Session, site: str, urls: Collection[str]) -> dict[str, BadLink]:
    """Those among them, by their addresses."""
    query = _standing(site).where(col(BadLink.url).in_(urls))
    return {link.url: link for link in session.exec(query)}


def end(session: Session, link: BadLink, at: datetime) -> None:
    """End a link: of what nobody was told there is nothing to remember."""
    if link.confirmed_at is None:
        session.delete(link)
    else:
        link.ended_at = at


def end_others(session: Session, sites: Collection[str], at: datetime) -> None:
    """End the links of sites other than these: nobody looks at them any more."""
    query = select(BadLink).where(col(BadLink.site).not_in(sites), col(BadLink.ended_at).is_(None))
    for link in session.exec(query).all():
        end(session, link, at)


def count_standing(session: Session, site: str) -> int:
    """How many links of a site fail, told or not."""
    return session.exec(select(func.count()).select_from(_standing(site).subquery())).one()


def told_as(session: Session, problem: Problem) -> Sequence[BadLink]:
    """The links that a problem is about, those that failed first first; none where it is about others."""
    rule, _, state = problem.rule.partition(".")
    if rule != "links" or problem.closed_at is not None:
        return ()
    query = _told(problem.site).where(BadLink.page == problem.subject, BadLink.state == state)
    return session.exec(query.order_by(col(BadLink.first_at), col(BadLink.id)).limit(MOST_SHOWN)).all()


def first_waiting(session: Session, site: str) -> list[BadLink]:
    """Of the links that failed too few times to be told: of each state the one looked at longest ago."""
    query = _standing(site).where(col(BadLink.confirmed_at).is_(None)).order_by(col(BadLink.last_at))
    found: dict[str, BadLink] = {}
    for link in session.exec(query):
        found.setdefault(link.state, link)
    return list(found.values())


def is_watched(session: Session, kind: str, site: str) -> bool:
    """Whether a round is wanted still that may have taken hours."""
    return session.exec(select(Watch.id).where(Watch.kind == kind, Watch.key == site)).first() is not None


def last_round(session: Session, site: str, scope: str) -> Crawled | None:
    """The newest round through a site, of its home page or all of it."""
    query = select(Crawled).where(Crawled.site == site, Crawled.scope == scope)
    return session.exec(query.order_by(col(Crawled.at).desc(), col(Crawled.id).desc()).limit(1)).first()


def states(session: Session) -> dict[str, dict[str, int]]:
    """How many links of each site stand how, by its id: what is told, what waits, the newest round's rest.

    A round through all of a site says more than a later one through its home page.
    """
    found: dict[str, dict[str, int]] = {}
    for crawled in _newest(session):
        found[crawled.site] = dict(crawled.states)
    ended, confirmed = col(BadLink.ended_at), col(BadLink.confirmed_at)
    query = select(BadLink.site, BadLink.state, confirmed.is_(None), func.count()).where(ended.is_(None))
    held = session.exec(query.group_by(BadLink.site, BadLink.state, confirmed.is_(None))).all()
    for counts in found.values():
        counts.update(broken=0, foreign=0, unconfirmed=0)
    for site, state, is_waiting, count in held:
        if site in found:
            name = "unconfirmed" if is_waiting else state
            found[site][name] += count
    return found


def _newest(session: Session) -> Iterator[Crawled]:
    """The newest round through each site, those through all of it last."""
    for scope in ("home", "whole"):
        newest = select(func.max(Crawled.id)).where(Crawled.scope == scope).group_by(Crawled.site)
        yield from session.exec(select(Crawled).where(col(Crawled.id).in_(newest)))


@dataclass(frozen=True, slots=True)
class LinksOfSite:
    """How the links of a site stand, for people.

    bad: those told, on the home page first, the newest first; in_all how many, at_home how many of them on
    the home page, new how many since a day ago. waiting: how many failed, and are looked at again before they
    are told.
    """

    home: Crawled | None
    whole: Crawled | None
    bad: Sequence[BadLink]
    in_all: int
    at_home: int
    new: int
    waiting: int
    weeks: tuple[Week, ...]


def of_site(session: Session, site: str, now: datetime, zone: tzinfo) -> LinksOfSite:
    """Gather what is kept of a site's links."""
    told = _told(site)
    order = (col(BadLink.is_home).desc(), col(BadLink.confirmed_at).desc(), col(BadLink.id))
    spans = list(_spans(session, site, now - WEEKS * 7 * DAY - 7 * DAY))
    held = [span for span in spans if span.ended_at is None]
    return LinksOfSite(
        home=last_round(session, site, "home"),
        whole=last_round(session, site, "whole"),
        bad=session.exec(told.order_by(*order).limit(MOST_SHOWN)).all(),
        in_all=len(held),
        at_home=sum(span.is_home for span in held),
        new=sum(span.confirmed_at > now - DAY for span in held),
        waiting=count_standing(session, site) - len(held),
        weeks=_weeks(session, site, spans, now, zone),
    )


def _weeks(
    session: Session, site: str, spans: Sequence[Span], now: datetime, zone: tzinfo
) -> tuple[Week, ...]:
    """The last weeks, from the one on in which links were looked at first: of others nothing is known."""
    first = session.exec(select(func.min(Crawled.at)).where(Crawled.site == site)).one()
    if first is None:
        return ()
    known_from = first.astimezone(zone).date() - 6 * DAY
    return tuple(week for week in by_week(spans, now, zone, WEEKS) if week.monday >= known_from)


def _spans(session: Session, site: str, since: datetime) -> Iterator[Span]:
    ended = col(BadLink.ended_at)
    query = select(BadLink.confirmed_at, BadLink.ended_at, BadLink.is_home).where(
        BadLink.site == site, col(BadLink.confirmed_at).is_not(None), or_(ended.is_(None), ended > since)
    )
    for confirmed_at, ended_at, is_home in session.exec(query):
        if confirmed_at is not None:
            yield Span(confirmed_at, ended_at, is_home)


def _standing(site: str) -> SelectOfScalar[BadLink]:
    return select(BadLink).where(BadLink.site == site, col(BadLink.ended_at).is_(None))


def _told(site: str) -> SelectOfScalar[BadLink]:
    return _standing(site).where(col(BadLink.confirmed_at).is_not(None))
