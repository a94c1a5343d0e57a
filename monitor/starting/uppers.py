"""The portals of a chain, opened: whether their lists are there, and where none is known, what they name."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from checks.titles import normalise
from monitor.net.client import CookieRound
from monitor.reading.listing import read_listing
from monitor.starting.chain import SURE, UpperColumn, UpperPortal
from monitor.starting.columns import propose
from monitor.starting.facts import Hands
from monitor.starting.fronts import read_front
from monitor.starting.sites import clean_name

MOST_COLUMNS = 2


@dataclass(frozen=True, slots=True)
class CheckedColumn:
    """A portal's column, and what was seen when it was opened; `is_list` None where it could not be read."""

    column: UpperColumn
    seen: str
    is_list: bool | None


@dataclass(frozen=True, slots=True)
class CheckedPortal:
    """A portal of a chain as it is proposed; `doubt` says what speaks against its address."""

    portal: UpperPortal
    columns: tuple[CheckedColumn, ...]
    doubt: str | None = None


async def check_portal(hands: Hands, portal: UpperPortal) -> CheckedPortal:
    """Open a portal's columns; where it has none, look on its home page. Never raises for the web."""
    hands.tell(portal.url)
    cookies = CookieRound()
    if portal.columns:
        found = await asyncio.gather(*(_check(hands, column, cookies) for column in portal.columns))
        return CheckedPortal(portal, tuple(found))
    return await _look_for_columns(hands, portal, cookies)


async def _check(hands: Hands, column: UpperColumn, cookies: CookieRound) -> CheckedColumn:
    opened = await hands.open(column.url, cookies)
    if opened.trouble is not None:
        return CheckedColumn(column, f"could not be opened now: {opened.trouble}", None)
    listing = read_listing(opened.text, opened.url, zone=hands.zone, today=hands.today)
    if not listing.rows:
        return CheckedColumn(column, "opened now: no list was found on it", is_list=False)
    return CheckedColumn(column, f"opened now: {len(listing.rows)} rows", is_list=True)


async def _look_for_columns(hands: Hands, portal: UpperPortal, cookies: CookieRound) -> CheckedPortal:
    front = await read_front(hands, portal.url, cookies)
    if isinstance(front, str):
        return CheckedPortal(portal, (), f"its home page could not be read now: {front}")
    if not _names(front.title + (front.site_name or ""), portal.name):
        return CheckedPortal(portal, (), f"its home page calls itself “{clean_name(front.title)}”")
    proposal = await propose(hands, front.url, front.names, cookies)
    policy = [column for column in proposal.columns if column.about == "policy"][:MOST_COLUMNS]
    return CheckedPortal(
        portal,
        tuple(
            CheckedColumn(
                UpperColumn(column.name, column.url, "auto", "found"),
                f"found on its home page: {column.why}",
                is_list=True,
            )
            for column in policy
        ),
    )


def _names(title: str, name: str) -> bool:
    """Whether a page's title names the place whose government this should be."""
    place = name.removesuffix("人民政府").removesuffix("行政公署")
    return normalise(place.rstrip("省市州盟")[:4]) in normalise(title)


def unchecked(portal: UpperPortal) -> CheckedPortal:
    """A portal as the list has it, opened by nobody."""
    return CheckedPortal(
        replace(portal), tuple(CheckedColumn(column, SURE[column.sure], None) for column in portal.columns)
    )


def numbers_of(portals: Sequence[CheckedPortal]) -> tuple[str, ...]:
    """What the document numbers of these portals begin with, each beginning once."""
    return tuple(dict.fromkeys(number for checked in portals for number in checked.portal.numbers))
