"""The page behind a row, read as a document that can be compared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from checks.obligations import Declared
from checks.reposts import Document
from monitor.net.client import CookieRound, Page
from monitor.reading.article import Article, read_article
from monitor.rounds.context import Context
from monitor.rounds.pages import Manner, get_page
from monitor.rounds.readings import tidy
from monitor.store.tables import Policy

TEXT_KEPT = 200_000


@dataclass(frozen=True, slots=True)
class Opened:
    """A page that was opened: the article, or why there is none."""

    page: Page
    article: Article | None
    trouble: str | None

    @property
    def is_retryable(self) -> bool:
        return self.article is None and self.page.outcome.retryable


async def open_article(
    ctx: Context,
    url: str,
    cookies: CookieRound,
    *,
    robots: str = "obey",
    urgent: bool = False,
    fresh: bool = False,
) -> Opened:
    """Get the page behind a row, in the browser if need be, and read it."""
    got = await get_page(ctx, url, Manner(fresh=fresh, robots=robots, urgent=urgent), cookies)
    page = got.page
    if got.trouble is not None:
        return Opened(page, None, got.trouble)
    article = read_article(page.text, page.final_url, zone=ctx.counting.zone)
    return Opened(page, replace(article, title=tidy(article.title) if article.title else None), None)


def document_of(article: Article) -> Document:
    """An article as the matching rules take it."""
    return Document(
        url=article.url,
        title=article.title,
        doc_number=article.doc_number,
        published_at=article.published_at,
        text=article.text[:TEXT_KEPT] if article.text else None,
        links=tuple(article.links),
        source=article.source,
    )


def document_of_policy(policy: Policy) -> Document:
    """A stored policy as the matching rules take it."""
    return Document(
        url=policy.url,
        title=policy.title,
        doc_number=policy.doc_number,
        published_at=parse_stated(policy.published_at),
        text=policy.text or None,
        source=policy.source,
    )


def sources_of(policy: Policy) -> tuple[str, ...]:
    """The addresses under which portals carry a policy."""
    return tuple(dict.fromkeys([policy.url, *(carrier["url"] for carrier in policy.carriers)]))


def parse_stated(text: str | None) -> datetime | date | None:
    """Read back a stated time as it is stored: RFC 3339, or a day."""
    if text is None:
        return None
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)


def declared_by(stated: datetime | date | None, ctx: Context) -> Declared:
    """What a stated time declares, in the office's zone."""
    return Declared.read(stated, ctx.counting.zone)
