"""What the three portals hold: older papers and news, the key policy, and what one carries of another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from monitor.demo.cast import MUNICIPAL, NATIONAL, PORTALS, PROVINCIAL, Portal
from monitor.demo.scripts import Script
from monitor.demo.sites import Column, Item, Site
from monitor.demo.texts import (
    NEWS,
    Document,
    choose,
    municipal_policy,
    national_policy,
    news_story,
    older_documents,
    personnel_notice,
)

COLUMNS = (
    Column("policy", "zcwj", 1101, "政策文件", "政策文件", about="policy"),
    Column("news", "yaowen", 1102, "要闻", "工作动态"),
)


@dataclass(frozen=True, slots=True)
class Opening:
    """What all sites are built from: the script, when the play opens, and each site's base address."""

    script: Script
    at: datetime
    bases: Mapping[str, str]

    @property
    def today(self) -> date:
        return self.at.date()

    def moment(self, seconds: float) -> datetime:
        return self.at + timedelta(seconds=seconds)

    def before(self, day: date, key: str) -> tuple[float, datetime]:
        """An older item's moment: some minute of the office hours of its day."""
        minute = choose(range(30, 510), day.isoformat(), key)
        published = datetime.combine(day, time(8), self.at.tzinfo) + timedelta(minutes=minute)
        return (published - self.at).total_seconds(), published


@dataclass(frozen=True, slots=True)
class Publication:
    """A paper that a portal puts up during the play, `at` seconds after the opening."""

    portal: str
    document: Document
    at: int
    number: int


def publications(opening: Opening) -> tuple[Publication, ...]:
    """Everything the portals publish during the play, in order.

    The province carries the key policy and the municipal document a little later: each stays one policy
    however many portals carry it. The appointment must start no clock.
    """
    script, today = opening.script, opening.today
    key_at = script.publish_at
    city_at = key_at + script.municipal_after
    key, city = national_policy(today), municipal_policy(today)
    return (
        Publication(NATIONAL, key, key_at, 200001),
        Publication(NATIONAL, personnel_notice(today), key_at + 1, 200002),
        Publication(PROVINCIAL, key, key_at + script.carried_after, 200001),
        Publication(MUNICIPAL, city, city_at, 200001),
        Publication(PROVINCIAL, city, city_at + script.carried_after, 200002),
    )


def older_papers(portal: Portal, today: date) -> tuple[Document, ...]:
    """The papers that stand on a portal when the play opens, newest first."""
    return older_documents(portal.issuers, shift=7 * PORTALS.index(portal), today=today)


def build_portal(portal: Portal, opening: Opening) -> Site:
    """Make the portal's site."""
    items = [*_papers(portal, opening), *_news(portal, opening), *_published(portal, opening)]
    return Site(
        id=portal.id,
        name=portal.name,
        base=opening.bases[portal.id],
        opened_at=opening.at,
        style=portal.style,
        encoding=portal.encoding,
        shown=portal.shown,
        columns=COLUMNS,
        items=tuple(items),
        friends=tuple((other.name, f"{opening.bases[other.id]}/") for other in PORTALS if other != portal),
    )


def source_address(publication: Publication, opening: Opening) -> str:
    """Where a paper stands on the portal that published it."""
    portal = next(portal for portal in PORTALS if portal.id == publication.portal)
    column = COLUMNS[0]
    day = opening.moment(publication.at).date()
    path = portal.style.article_path(column.slug, column.number, publication.number, day)
    return opening.bases[portal.id] + path


def _papers(portal: Portal, opening: Opening) -> list[Item]:
    papers = older_papers(portal, opening.today)
    return [
        paper_item(document, opening, 100000 + len(papers) - index, portal.name)
        for index, document in enumerate(papers)
    ]


def paper_item(document: Document, opening: Opening, number: int, source: str, *, later: int = 1) -> Item:
    """An older paper as it stands in a policy column, put up `later` days after it was signed."""
    at, published = opening.before(document.day + timedelta(days=later), document.title)
    return Item(number, "policy", document, document.title, at, published, source)


def _news(portal: Portal, opening: Opening) -> list[Item]:
    return news_items(NEWS, "news", portal.short, opening, first=110000)


def news_items(frames: tuple[str, ...], column: str, place: str, opening: Opening, first: int) -> list[Item]:
    """Older items of a column, one each day before the opening."""
    items = []
    for index, frame in enumerate(frames):
        day = opening.today - timedelta(days=1 + index)
        headline = frame.format(place)
        at, published = opening.before(day, headline)
        story = news_story(headline, place, day)
        items.append(Item(first + len(frames) - index, column, story, headline, at, published, place))
    return items


def _published(portal: Portal, opening: Opening) -> list[Item]:
    return [
        Item(
            number=each.number,
            column="policy",
            document=each.document,
            title=each.document.title,
            at=each.at,
            published=opening.moment(each.at),
            source=_first_carrier(each.document, opening),
            is_exact=True,
        )
        for each in publications(opening)
        if each.portal == portal.id
    ]


def _first_carrier(document: Document, opening: Opening) -> str:
    first = next(each.portal for each in publications(opening) if each.document == document)
    return next(portal.name for portal in PORTALS if portal.id == first)
