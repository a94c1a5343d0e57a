"""Who is bound by whom: the region rule, and `binds` instead of it.

Region codes are compared by their digits, never by their value: 341000 shares the first four digits with
341002, and only the first two with 341100.
"""

from __future__ import annotations

import re

from monitor.targets.model import Targets
from monitor.targets.office import NOWHERE
from monitor.targets.watch import Portal, Site

SHARED_DIGITS = {"national": 0, "provincial": 2, "municipal": 4}


def is_region(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{6}", text))


def covers(code: str, region: str) -> bool:
    """Whether a code in `binds` takes in a region: itself, and all under it where it ends in 00 or 0000."""
    if code == NOWHERE:
        return True
    digits = 2 if code.endswith("0000") else 4 if code.endswith("00") else 6
    return code[:digits] == region[:digits]


def binds(portal: Portal, site: Site) -> bool:
    """Whether a portal's policies concern a site; whether clocks start there says `Site.binds_repost`."""
    if portal.binds is None:
        digits = SHARED_DIGITS[portal.level]
        return portal.region[:digits] == site.region[:digits]
    return site.id in portal.binds or any(
        covers(code, site.region) for code in portal.binds if is_region(code)
    )


def bound_sites(targets: Targets, portal: Portal) -> tuple[Site, ...]:
    """The sites on which a policy of this portal starts a clock today."""
    return tuple(site for site in targets.sites if site.binds_repost and binds(portal, site))


def binding_portals(targets: Targets, site: Site) -> tuple[Portal, ...]:
    """The portals whose policies start a clock on this site today."""
    if not site.binds_repost:
        return ()
    return tuple(portal for portal in targets.portals if binds(portal, site))
