"""Which part of a host is a site: mostly all of it, of some the folder that their address is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from checks.addresses import canonical, host
from monitor.rounds.hosts import hosts_of
from monitor.targets import Site

Grounds = Mapping[str, Sequence[tuple[str, str | None]]]
"""By host the folders of the sites on it, the longest first, each with the name of a site that was closed."""


def folder_of(url: str) -> str:
    """The folder an address lies in, or is: /jyj/ of /jyj/index.html, and of /jyj."""
    above, _, name = _path(url).rpartition("/")
    return f"{above}/{name}/" if name and "." not in name else f"{above}/"


def folder_kept_to(site: Site, start: str, sites: Iterable[Site]) -> str:
    """The folder that a site keeps to on the host where it starts; "/" where all of that is its own.

    A home page that lies in a folder (/portal/index.html) mostly is all of its host's, unless another site of
    the register lies there as well; an address that is a folder is nothing but that.
    """
    here = host(canonical(start))
    address = site.url if host(canonical(site.url)) == here else start
    is_folder = "." not in _path(address).rpartition("/")[2]
    is_shared = any(other.id != site.id and here in hosts_of(other) for other in sites)
    return folder_of(address) if is_folder or is_shared else "/"


def grounds_of(sites: Iterable[Site]) -> Grounds:
    """Where sites lie; on hosts beside that of its address, a site is all of it."""
    found: dict[str, list[tuple[str, str | None]]] = defaultdict(list)
    for site in sites:
        own, closed = host(canonical(site.url)), site.name if site.status == "closed" else None
        for name in hosts_of(site):
            found[name].append((folder_of(site.url) if name == own else "/", closed))
    return {
        name: sorted(folders, key=lambda folder: (-len(folder[0]), folder[1] is not None))
        for name, folders in found.items()
    }


def closed_at(url: str, grounds: Grounds) -> str | None:
    """The name of the closed site that an address lies on; None where it lies on none."""
    folders = grounds.get(host(canonical(url)), ())
    path = f"{_path(url)}/"
    return next((closed for folder, closed in folders if path.startswith(folder)), None)


def _path(url: str) -> str:
    """The path of an address, whatever else is wrong with it."""
    rest = url.partition("://")[2].partition("#")[0].partition("?")[0]
    return f"/{rest.partition('/')[2]}"
