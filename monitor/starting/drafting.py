"""The whole of `duban init`: sites surveyed, the portals above them opened, files made of both."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from checks.addresses import canonical
from monitor.starting.chain import UpperPortal, chain_of, missing_levels
from monitor.starting.facts import Given, Hands
from monitor.starting.hosts import id_of
from monitor.starting.sites import Surveyed, Unread, survey
from monitor.starting.uppers import CheckedPortal, check_portal
from monitor.starting.writing import NOWHERE, Written, office_toml, portal_toml, site_toml
from monitor.targets import Targets

AT_ONCE = 20
"""Sites surveyed at once; how many pages that may be is for the client to bound."""

CONFIG = "targets.toml"


@dataclass(frozen=True, slots=True)
class Draft:
    """What was found: sites read and unread, the portals above them, the levels for which none is known."""

    sites: tuple[Surveyed, ...]
    unread: tuple[Unread, ...]
    portals: tuple[CheckedPortal, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A site to survey, with the id it gets."""

    id: str
    given: Given


def name_sites(
    givens: Iterable[Given], portals: Sequence[UpperPortal], taken: Iterable[str]
) -> tuple[Named, ...]:
    """Give each address an id, once; no id is that of a portal that may join it."""
    used = {*taken, *(portal.id for portal in portals)}
    named: list[Named] = []
    seen: set[str] = set()
    for given in givens:
        address = canonical(given.url)
        if address not in seen:
            seen.add(address)
            named.append(Named(id_of(given.url, used), given))
            used.add(named[-1].id)
    return tuple(named)


async def draft(
    hands: Hands,
    named: Sequence[Named],
    portals: Sequence[UpperPortal],
    region: str | None = None,
    targets: Targets | None = None,
) -> Draft:
    """Survey sites and open the portals above them that `targets` does not have yet.

    One site's failure stops no other.
    """
    seats = asyncio.Semaphore(AT_ONCE)

    async def one(site: Named) -> Surveyed | Unread:
        async with seats:
            return await survey(hands, site.given, site.id, region)

    found = await asyncio.gather(*(one(site) for site in named))
    sites = tuple(site for site in found if isinstance(site, Surveyed))
    chain, missing = _chain(sites, portals)
    wanted = [portal for portal in chain if targets is None or not _has(targets, portal)]
    checked = await asyncio.gather(*(check_portal(hands, portal) for portal in wanted))
    return Draft(sites, tuple(u for u in found if isinstance(u, Unread)), tuple(checked), missing)


def _chain(
    sites: Sequence[Surveyed], portals: Sequence[UpperPortal]
) -> tuple[tuple[UpperPortal, ...], tuple[str, ...]]:
    """The portals above any of the sites, each once, and what is missing: "municipal portal of 340899"."""
    chain: dict[str, UpperPortal] = {}
    missing: dict[str, None] = {}
    for region in sorted({site.region.value if site.region else NOWHERE for site in sites}):
        above = chain_of(region, portals) if region != NOWHERE else _national(portals)
        chain.update((portal.id, portal) for portal in above)
        known = missing_levels(region, above) if region != NOWHERE else ()
        missing.update((f"{level} portal of {region}", None) for level in known)
    return tuple(chain.values()), tuple(missing)


def _national(portals: Sequence[UpperPortal]) -> tuple[UpperPortal, ...]:
    return tuple(portal for portal in portals if portal.level == "national")


def _has(targets: Targets, portal: UpperPortal) -> bool:
    address = canonical(portal.url)
    return any(known.id == portal.id or canonical(known.url) == address for known in targets.portals)


def files_of(made: Draft, folder: Path, networks: Sequence[str] = ()) -> tuple[Written, ...]:
    """The files of a draft: one for each site and portal in `folder`, and targets.toml beside the folder."""
    if not made.sites:
        return ()
    sites = [Written(folder / f"{site.id}.toml", site_toml(site)) for site in made.sites]
    portals = [
        Written(folder / f"{checked.portal.id}.toml", portal_toml(checked)) for checked in made.portals
    ]
    pattern = f"{folder.name}/*.toml"
    main = Written(folder.parent / CONFIG, office_toml(pattern, made.sites, made.portals, networks))
    return (main, *portals, *sites)
