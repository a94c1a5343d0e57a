"""What a site of the small internet holds: columns, items with the moment they appear, addresses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from monitor.demo.cast import Identity
from monitor.demo.styles import PER_PAGE, Encoding, Style
from monitor.demo.texts import Document


@dataclass(frozen=True, slots=True)
class Item:
    """One row and the page behind it.

    at: when it appears, in seconds since the opening (below zero: it was there before). published is the
    same moment as a time of the office's zone. row: the text a list shows, None: the title. href: where
    the row leads, None: to a page of this site.
    """

    number: int
    column: str
    document: Document
    title: str
    at: float
    published: datetime
    source: str
    row: str | None = None
    href: str | None = None
    is_pinned: bool = False
    is_exact: bool = False
    """Says the second it was published; older items say the minute."""


@dataclass(frozen=True, slots=True)
class Column:
    """A list of items. about: as in targets.toml, None: it stands in no configuration.

    empty_from: seconds since the opening from which its list page shows no row, though it answers.
    """

    key: str
    slug: str
    number: int
    name: str
    kind: str
    about: str | None = None
    empty_from: float | None = None

    def is_empty(self, elapsed: float) -> bool:
        return self.empty_from is not None and elapsed >= self.empty_from


@dataclass(frozen=True)
class Site:
    """Everything that a site will ever show; what it shows now follows from the elapsed time alone."""

    id: str
    name: str
    base: str
    opened_at: datetime
    style: Style
    encoding: Encoding
    shown: Identity
    columns: tuple[Column, ...]
    items: tuple[Item, ...]
    friends: tuple[tuple[str, str], ...] = ()
    has_sitemap: bool = True
    has_search: bool = True
    is_soft: bool = False

    @property
    def address(self) -> str:
        """The home page."""
        return f"{self.base}/"

    @property
    def host(self) -> str:
        return self.base.partition("://")[2]

    def now(self, elapsed: float) -> datetime:
        """The time of day on the site."""
        return self.opened_at + timedelta(seconds=elapsed)

    def column(self, key: str) -> Column:
        return self._columns[key]

    def rows(self, key: str, elapsed: float) -> tuple[Item, ...]:
        """What a column's list holds now: pinned rows first, then the newest."""
        if self.column(key).is_empty(elapsed):
            return ()
        return in_order(item for item in self.items if item.column == key and item.at <= elapsed)

    def pages(self, key: str, elapsed: float) -> int:
        """How many pages the column's list has now; an empty one still has its first."""
        return max(1, -(-len(self.rows(key, elapsed)) // PER_PAGE))

    def everything(self, elapsed: float) -> tuple[Item, ...]:
        """All items that have a page here now, newest first, wherever they stand."""
        return tuple(
            sorted(
                (item for item in self.items if item.at <= elapsed and item.href is None),
                key=lambda item: item.at,
                reverse=True,
            )
        )

    def list_address(self, key: str, page: int = 1) -> str:
        return self.base + self._list_path(key, page)

    def item_address(self, item: Item) -> str:
        """Where a row leads."""
        return item.href or self.base + self._item_path(item)

    def item_at(self, target: str, elapsed: float) -> Item | None:
        """The item whose page has this path and query, None before it appears."""
        item = self._items_by_path.get(target)
        return item if item is not None and item.at <= elapsed else None

    def list_at(self, target: str, elapsed: float) -> tuple[Column, int] | None:
        """The column and page that have this path and query, None beyond the last page."""
        found = self._lists_by_path.get(target)
        if found is None or found[1] > self.pages(found[0].key, elapsed):
            return None
        return found

    def _list_path(self, key: str, page: int) -> str:
        column = self.column(key)
        return self.style.list_path(column.slug, column.number, page)

    def _item_path(self, item: Item) -> str:
        column = self.column(item.column)
        return self.style.article_path(column.slug, column.number, item.number, item.published.date())

    @cached_property
    def _columns(self) -> dict[str, Column]:
        return {column.key: column for column in self.columns}

    @cached_property
    def _items_by_path(self) -> dict[str, Item]:
        return {self._item_path(item): item for item in self.items if item.href is None}

    @cached_property
    def _lists_by_path(self) -> dict[str, tuple[Column, int]]:
        most = 1 + len(self.items) // PER_PAGE
        return {
            self._list_path(column.key, page): (column, page)
            for column in self.columns
            for page in range(1, most + 1)
        }


def in_order(items: Iterable[Item]) -> tuple[Item, ...]:
    """Sort rows as lists do: pinned first, then the newest."""
    return tuple(sorted(items, key=lambda item: (not item.is_pinned, -item.at, -item.number)))
