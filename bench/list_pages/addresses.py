"""Addresses of made articles, as the content systems of such sites form them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random
from urllib.parse import urljoin, urlsplit

MakeHref = Callable[[datetime, int], str]

ELSEWHERE = ("https://mp.example.com/s/{0}", "https://www.example.org/article/{0}.html")


def choose_maker(chance: Random, page: str, needs_content: bool) -> MakeHref:
    """One site's way of forming addresses; numbers are the caller's and make them differ."""
    folder = urljoin(urlsplit(page).path or "/", ".")
    column = chance.randint(10_000, 99_999)
    ways: tuple[MakeHref, ...] = (
        lambda at, number: f"./{at:%Y%m}/t{at:%Y%m%d}_{number}.html",
        lambda at, number: f"{folder}{at:%Y%m}/t{at:%Y%m%d}_{number}.shtml",
        lambda at, number: f"/art/{at.year}/{at.month}/{at.day}/art_{column}_{number}.html",
        lambda at, number: f"../{at:%Y-%m}/{at:%d}/detail_{number}.htm",
        lambda at, number: f"/n{column}/n{column + 7}/c{number}/index.html",
        lambda at, number: f"/info/{column % 1000}/{number}.htm",
        lambda at, number: f"/article/detail?id={number}&cid={column}",
        lambda at, number: f"{folder}{at:%Y%m}/{number * 2654435761 % 2**64:016x}.shtml",
    )
    holding: tuple[MakeHref, ...] = (
        lambda at, number: f"./{at:%Y%m}/content_{number}.htm",
        lambda at, number: f"{folder}{at:%Y%m}/content_{number}.htm",
        lambda at, number: f"/zwgk/content/post_{number}.html",
    )
    way = chance.choice(holding if needs_content else ways + holding)
    if chance.random() < 0.2:
        return lambda at, number: urljoin(page, way(at, number))  # written out in full
    return way
