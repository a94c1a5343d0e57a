"""Which part of a host is a site."""

from __future__ import annotations

import pytest

from monitor.rounds.grounds import closed_at, folder_kept_to, grounds_of
from monitor.targets import Site

PORTAL = "http://www.example.gov.cn/"


def site(url: str, name: str = "it", status: str = "open") -> Site:
    return Site.model_validate({"id": name, "name": name, "region": "340899", "url": url, "status": status})


@pytest.mark.parametrize(
    ("url", "start", "others", "folder"),
    [
        (PORTAL, PORTAL, [f"{PORTAL}jyj/"], "/"),
        (f"{PORTAL}portal/index.html", f"{PORTAL}portal/index.html", [], "/"),  # the home page of all of it
        (f"{PORTAL}jyj/index.html", f"{PORTAL}jyj/index.html", [PORTAL], "/jyj/"),
        (f"{PORTAL}jyj/", f"{PORTAL}jyj/index.html", [], "/jyj/"),  # the portal itself is not in the register
        (f"{PORTAL}jyj", f"{PORTAL}jyj/", [], "/jyj/"),
        (f"{PORTAL}jyj/", "http://jyj.example.gov.cn/", [PORTAL], "/"),  # it moved to a host of its own
    ],
)
def test_a_site_keeps_to_its_folder_or_to_all_of_its_host(
    url: str, start: str, others: list[str], folder: str
) -> None:
    mine = site(url)
    sites = [mine, *(site(other, f"other-{n}") for n, other in enumerate(others))]
    assert folder_kept_to(mine, start, sites) == folder


@pytest.mark.parametrize(
    ("url", "closed"),
    [
        (f"{PORTAL}fgj/a.html", "fgj"),
        (f"{PORTAL}fgj", "fgj"),
        (f"{PORTAL}fgjx/a.html", None),
        (f"{PORTAL}a.html", None),
        ("http://old.example.gov.cn/a.html", "old"),
        ("http://old.example.gov.cn/kept/a.html", None),  # in its folder another site goes on
        ("http://[not an address", None),
    ],
)
def test_what_lies_on_a_closed_site_is_told_by_the_longest_folder(url: str, closed: str | None) -> None:
    sites = [
        site(PORTAL, "portal"),
        site(f"{PORTAL}fgj/", "fgj", "closed"),
        site("http://old.example.gov.cn/", "old", "closed"),
        site("http://old.example.gov.cn/kept/", "kept"),
    ]
    assert closed_at(url, grounds_of(sites)) == closed
