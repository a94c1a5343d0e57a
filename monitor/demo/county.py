"""What the counties hold: their older columns, and what each puts up during the play by its scenario."""

from __future__ import annotations

from dataclasses import replace

from monitor.demo.cast import BOUND_BY_CITY, COUNTIES, MUNICIPAL, NATIONAL, PORTALS, Closed, County
from monitor.demo.portal import (
    Opening,
    Publication,
    news_items,
    older_papers,
    paper_item,
    publications,
    source_address,
)
from monitor.demo.scripts import SCENES, Expectation, Form, Scenario, Scene, moment
from monitor.demo.sites import Column, Item, Site
from monitor.demo.texts import (
    NEWS,
    NOTICES,
    REGULATIONS,
    interpretation,
    last_years_policy,
    news_story,
)

COLUMNS = (
    Column("policy", "sjwj", 2101, "上级文件", "政策文件", about="policy"),
    Column("news", "zwyw", 2102, "政务要闻", "工作动态", about="news"),
    Column("notices", "tzgg", 2103, "通知公告", "通知公告"),
    Column("regulations", "zcfg", 2104, "政策法规", "政策文件"),
)
KEPT_PAPERS = 10
"""How many of each portal's older papers a county has carried."""


def build_county(county: County, opening: Opening) -> Site:
    """Make the county's site: what it held, its own news, and what its scenario puts up."""
    items = (*_older(county, opening), *_own_news(county, opening), *_happenings(county, opening))
    return Site(
        id=county.id,
        name=county.name,
        base=opening.bases[county.id],
        opened_at=opening.at,
        style=county.style,
        encoding=county.encoding,
        shown=county.shown,
        columns=_columns(county, opening),
        items=items,
        friends=tuple((portal.name, f"{opening.bases[portal.id]}/") for portal in PORTALS),
        has_sitemap=county.has_sitemap,
        has_search=county.has_search,
        is_soft=county.is_soft,
    )


def build_closed(closed: Closed, opening: Opening) -> Site:
    """Make the closed site: it answers, with nothing newer than its closing."""
    return Site(
        id=closed.id,
        name=closed.name,
        base=opening.bases[closed.id],
        opened_at=opening.at,
        style=closed.style,
        encoding=closed.encoding,
        shown=closed.shown,
        columns=COLUMNS[1:3],
        items=tuple(
            [
                *news_items(NEWS[:12], "news", closed.name, opening, first=310000),
                *news_items(NOTICES[:8], "notices", closed.name, opening, first=320000),
            ]
        ),
        has_sitemap=False,
        has_search=False,
    )


def expectations(opening: Opening) -> tuple[Expectation, ...]:
    """The verdicts deserved: every county for the key policy, three of them for the municipal one."""
    return tuple(
        _expectation(county, publication)
        for publication in _duties(opening)
        for county in COUNTIES
        if is_bound(county, publication)
    )


def is_bound(county: County, publication: Publication) -> bool:
    """Whether a publication is a duty of the county: the city's paper names whom it binds."""
    return publication.portal == NATIONAL or county.id in BOUND_BY_CITY


def _expectation(county: County, publication: Publication) -> Expectation:
    scene = SCENES[county.scenario]
    return Expectation(
        site_id=county.id,
        policy_title=publication.document.title,
        states=scene.states,
        discharged=scene.discharged,
        how=scene.how,
        scene=scene.says,
    )


def _duties(opening: Opening) -> tuple[Publication, ...]:
    """The publications that start clocks, each at the portal that had it first."""
    first: dict[str, Publication] = {}
    for publication in publications(opening):
        if publication.portal in (NATIONAL, MUNICIPAL) and publication.document.number is not None:
            first.setdefault(publication.document.title, publication)
    return tuple(first.values())


def _columns(county: County, opening: Opening) -> tuple[Column, ...]:
    if county.scenario is not Scenario.EMPTIED:
        return COLUMNS
    emptied = replace(COLUMNS[0], empty_from=opening.script.publish_at + 1)
    return (emptied, *COLUMNS[1:])


def _older(county: County, opening: Opening) -> list[Item]:
    return [
        *_carried(opening, is_pinning=county.scenario in (Scenario.NEVER, Scenario.ELSEWHERE)),
        *news_items(NEWS, "news", county.short, opening, first=310000),
        *news_items(NOTICES, "notices", county.short, opening, first=320000),
        *news_items(REGULATIONS, "regulations", county.short, opening, first=330000),
    ]


def _carried(opening: Opening, *, is_pinning: bool) -> list[Item]:
    """The portals' older papers as the county carried them; the oldest may be pinned on top."""
    papers = [
        (document, portal.name)
        for portal in PORTALS
        for document in older_papers(portal, opening.today)[:KEPT_PAPERS]
    ]
    items = [
        paper_item(document, opening, 300001 + index, source, later=2)
        for index, (document, source) in enumerate(papers)
    ]
    if is_pinning:
        items[-1] = replace(items[-1], is_pinned=True)
    return items


def _own_news(county: County, opening: Opening) -> list[Item]:
    """A piece of news of its own while the clock runs: the list moves, and proves nothing."""
    at = opening.script.publish_at + 1 + COUNTIES.index(county) % opening.script.target
    headline = f"{county.short}开展便民服务窗口作风建设集中检查"
    published = opening.moment(at)
    story = news_story(headline, county.short, published.date())
    return [Item(400001, "news", story, headline, at, published, county.short, is_exact=True)]


def _happenings(county: County, opening: Opening) -> list[Item]:
    scene = SCENES[county.scenario]
    items = []
    for index, publication in enumerate(_duties(opening)):
        at = moment(scene, publication.at, opening.script)
        if at is not None and is_bound(county, publication):
            items.append(_happening(scene, publication, opening, at, 500001 + index))
    return items


def _happening(scene: Scene, publication: Publication, opening: Opening, at: int, number: int) -> Item:
    document = publication.document
    portal = next(portal for portal in PORTALS if portal.id == publication.portal)
    copy = Item(
        number=number,
        column=scene.column,
        document=document,
        title=document.title,
        at=at,
        published=opening.moment(at),
        source=portal.name,
        is_exact=True,
    )
    match scene.form:
        case Form.CUT:
            title = f"【转发】{document.title}"
            return replace(copy, title=title, row=f"{title[:22]}…")
        case Form.LINK:
            return replace(copy, href=source_address(publication, opening))
        case Form.INTERPRETATION:
            told = interpretation(document)
            return replace(copy, document=told, title=told.title)
        case Form.LAST_YEAR:
            old = last_years_policy(opening.today)
            return replace(copy, document=old, title=old.title)
    return copy
