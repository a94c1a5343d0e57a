"""Which hosts belong together: those under one registered domain, as zwgk.a.gov.cn and www.a.gov.cn."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

import tldextract
from yarl import URL

from monitor.targets import host_of

_NOT_AN_ID = re.compile(r"[^a-z0-9-]+")


@cache
def _domains() -> tldextract.TLDExtract:
    # The list that comes with the library: nothing is fetched, nothing is written.
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def host_name(url: str) -> str:
    """The host of an address without its port; empty where a page wrote what is no address."""
    try:
        return URL(url).raw_host or ""
    except ValueError:
        return ""


def domain_of(url: str) -> str:
    """The registered domain of an address; its host where that is a number or has none."""
    host = host_name(url)
    return _domains()(host).top_domain_under_public_suffix or host


def is_family(url: str, other: str) -> bool:
    """Whether two addresses stand under one registered domain; what is no address belongs to none."""
    return domain_of(url) == domain_of(other) != ""


def id_of(url: str, taken: Iterable[str]) -> str:
    """An id for a site at this address: the name of its domain, made unique."""
    found = _domains()(host_name(url))
    name = found.domain if found.suffix else host_of(url).replace(":", "-").replace(".", "-")
    prefix = found.subdomain.removeprefix("www").strip(".").replace(".", "-") if found.suffix else ""
    whole = "-".join(part for part in (name, prefix) if part).lower()
    base = _NOT_AN_ID.sub("-", whole).strip("-") or "site"
    used = set(taken)
    number = 1
    candidate = base
    while candidate in used:
        number += 1
        candidate = f"{base}-{number}"
    return candidate
