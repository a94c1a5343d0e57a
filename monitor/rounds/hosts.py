"""Which addresses are a site's own: those on its hosts, however they are spelled."""

from __future__ import annotations

from collections.abc import Iterable

from checks.addresses import canonical, host
from monitor.targets import Site


def hosts_of(site: Site, further: Iterable[str] = ()) -> frozenset[str]:
    """The site's hosts as they are compared: www. and the telephone's label are the same host.

    further: addresses that are known to be the site's besides, such as where its home page redirects.
    """
    return frozenset(
        host(canonical(address)) for address in (*(f"http://{name}/" for name in site.all_hosts), *further)
    )


def is_own(hosts: frozenset[str], url: str) -> bool:
    """Whether an address lies on one of these hosts; what is no web address lies on none."""
    name = host(canonical(url))
    return bool(name) and name in hosts


def is_under(hosts: frozenset[str], url: str) -> bool:
    """Whether an address lies on one of these hosts or on a part of one, as zwgk.a.gov.cn is of a.gov.cn."""
    name = host(canonical(url))
    return bool(name) and any(name == own or name.endswith(f".{own}") for own in hosts)
