"""Which sites carry an item now, since when by their own words, where, and by which proof. Stores nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from checks.obligations import Declared
from monitor.net.client import CookieRound
from monitor.rounds.articles import open_article, parse_stated
from monitor.rounds.carried import Answer, find_on, policy_from, read_site
from monitor.rounds.context import Context
from monitor.rounds.lastlook import Searched
from monitor.store.tables import Policy
from monitor.targets import Site

BACK = timedelta(days=30)
"""How far lists are followed for an item that states no day."""

MOST_BACK = timedelta(days=400)
SITES_AT_ONCE = 40


@dataclass(frozen=True, slots=True)
class Asked:
    """An item that is asked after: its address, what its page says, or why it could not be read."""

    url: str
    policy: Policy | None
    trouble: str | None


@dataclass(frozen=True, slots=True)
class Carries:
    """Whether a site carries an item; what could not be read there."""

    item: int
    site: Site
    answer: Answer
    unread: tuple[Searched, ...]


@dataclass(frozen=True, slots=True)
class Census:
    """The items in the order asked, and what each site that was looked at has of them."""

    at: datetime
    items: tuple[Asked, ...]
    carried: tuple[Carries, ...]


async def who_carries(
    ctx: Context, urls: Sequence[str], tell: Callable[[str], None] = lambda doing: None
) -> Census:
    """Read the items and every observed site, back to the day of the oldest item."""
    now = ctx.now()
    items = await asyncio.gather(*(_ask(ctx, number, url, now) for number, url in enumerate(urls)))
    policies = {n: item.policy for n, item in enumerate(items) if item.policy is not None}
    if not policies:
        return Census(now, tuple(items), ())
    since = min(_published(ctx, policy, now) for policy in policies.values())
    seats = asyncio.Semaphore(SITES_AT_ONCE)

    async def one(site: Site) -> list[Carries]:
        async with seats:
            tell(site.name)
            cookies = CookieRound()
            holdings = await read_site(ctx, site, since, cookies)
            answers = await find_on(ctx, holdings, policies, cookies)
            return [Carries(n, site, answers[n], holdings.unread) for n in policies]

    found = await asyncio.gather(*(one(site) for site in ctx.targets.sites if site.is_observed))
    return Census(now, tuple(items), tuple(carries for each in found for carries in each))


async def _ask(ctx: Context, number: int, url: str, now: datetime) -> Asked:
    opened = await open_article(ctx, url, CookieRound(), robots=ctx.targets.fetch.robots)
    if opened.article is None:
        return Asked(url, None, opened.trouble)
    if not opened.article.title:
        return Asked(url, None, "no title was found on it")
    policy = policy_from(number, url, opened.article.title, opened.article, now)
    policy.carriers = [{"url": address} for address in {opened.page.final_url} - {url}]
    return Asked(url, policy, None)


def _published(ctx: Context, policy: Policy, now: datetime) -> datetime:
    """From when on an item may stand elsewhere: its day, a month where it says none, never very long ago."""
    declared = Declared.read(parse_stated(policy.published_at), ctx.counting.zone)
    if declared.day is None:
        return now - BACK
    begin = datetime.combine(declared.day, datetime.min.time(), ctx.counting.zone)
    return max(begin, now - MOST_BACK)
