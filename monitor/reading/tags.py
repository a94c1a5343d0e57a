"""The meta tags of a page, leniently: names in any letter case, several of one name, markup in values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from monitor.reading.dates import Moment, read_field
from monitor.reading.markup import Document, is_placeholder, plain

TITLES = ("articletitle", "og:title")
TIMES = (
    "pubdate",
    "firstpublishedtime",
    "publishdate",
    "publishtime",
    "publishedtime",
    "article:published_time",
)
SOURCES = ("contentsource", "source")
SITE_IDS = ("siteidcode",)
SITE_NAMES = ("sitename", "og:site_name")
COLUMNS = ("columnname", "lanmu")


@dataclass(frozen=True, slots=True)
class Tags:
    """What a page's meta tags say, by name in lower case; of several of one name, those with content."""

    values: Mapping[str, tuple[str, ...]]

    def first(self, names: tuple[str, ...]) -> str | None:
        return next(self._all(names), None)

    def moment(self, zone: ZoneInfo) -> Moment | None:
        """Return the publication time the tags declare."""
        found = (read_field(value, zone) for value in self._all(TIMES))
        return next((moment for moment in found if moment), None)

    def _all(self, names: tuple[str, ...]) -> Iterator[str]:
        for name in names:
            yield from self.values.get(name, ())


def read_tags(document: Document) -> Tags:
    """Read the meta tags of a page."""
    values: dict[str, list[str]] = {}
    for tag in document.tree.css("meta[content]"):
        attributes = tag.attributes
        name = (attributes.get("name") or attributes.get("property") or "").strip().lower()
        value = plain(attributes.get("content"))
        if name and value and not is_placeholder(value):
            values.setdefault(name, []).append(value)
    return Tags({name: tuple(found) for name, found in values.items()})
