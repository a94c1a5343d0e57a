"""What was read of a made page, compared with what it shows; every miss with its reason as seen from outside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from urllib.parse import urlsplit

from bench.list_pages.pages import Made, Page

SHORT = 10


class ReadRow(Protocol):
    @property
    def title(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def date(self) -> datetime | date | None: ...
    @property
    def pinned(self) -> bool: ...


class Read(Protocol):
    """What a reader made of a page."""

    @property
    def rows(self) -> tuple[ReadRow, ...]: ...
    @property
    def method(self) -> str: ...
    @property
    def next_url(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Miss:
    reason: str
    example: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A page with its counts: rows shown, rows read, and those of them right in address and whole title."""

    page: Page
    method: str
    due: int
    found: int
    right: int
    dates_right: int  # among the right rows
    pinned_due: int  # among the right rows
    pinned_told: int
    pinned_false: int
    next_right: bool
    misses: tuple[Miss, ...]
    date_misses: tuple[Miss, ...]

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.due + self.found) if self.due + self.found else 1.0


def judge(page: Page, read: Read) -> Judged:
    due = {row.url: row for row in page.rows}
    right = _match(due, read.rows)
    pairs = [(due[url], row) for url, row in right.items()]
    date_misses = tuple(filter(None, (_explain_date(made, row) for made, row in pairs)))
    return Judged(
        page=page,
        method=read.method,
        due=len(due),
        found=len(read.rows),
        right=len(right),
        dates_right=len(right) - len(date_misses),
        pinned_due=sum(made.pinned for made, _ in pairs),
        pinned_told=sum(made.pinned and row.pinned for made, row in pairs),
        pinned_false=sum(row.pinned and not made.pinned for made, row in pairs),
        next_right=read.next_url == page.next_url,
        misses=tuple(_explain(page, due, read.rows, right)),
        date_misses=date_misses,
    )


def _match(due: dict[str, Made], rows: Iterable[ReadRow]) -> dict[str, ReadRow]:
    right: dict[str, ReadRow] = {}
    for row in rows:
        made = due.get(row.url)
        if made and made.title == row.title:
            right.setdefault(row.url, row)
    return right


# --- reasons for rows -----------------------------------------------------------------------------------------


def _explain(
    page: Page, due: dict[str, Made], rows: tuple[ReadRow, ...], right: dict[str, ReadRow]
) -> Iterator[Miss]:
    seen: Counter[str] = Counter()
    for row in rows:
        seen[row.url] += 1
        if row.url not in due:
            zone = page.zones.get(row.url, "nowhere on the page")
            yield Miss(f"false row: a link of the {_simplify(zone)}", f"{row.title} {row.url}")
        elif row.title != due[row.url].title:
            yield Miss(_explain_title(due[row.url], row), f"{row.title!r} for {due[row.url].title!r}")
        elif seen[row.url] > 1 and row is not right.get(row.url):
            yield Miss("false row: given twice", row.title)
    missing = [made for url, made in due.items() if url not in seen]
    if missing:
        yield from _explain_missing(page, missing, len(due), rows)


def _simplify(zone: str) -> str:
    return zone.partition(" '")[0]


def _explain_title(made: Made, row: ReadRow) -> str:
    if made.cut and made.title.startswith(row.title.rstrip("….")):
        return "wrong title: as cut in the text, though whole in an attribute"
    if made.title in row.title:
        rest = row.title.replace(made.title, "", 1).strip()
        kind = "a date" if any(char.isdigit() for char in rest) and len(rest) > 3 else f"{rest[:8]!r}"
        return f"wrong title: with {kind} beside it"
    if row.title and row.title in made.title:
        return "wrong title: only a part of it"
    return "wrong title: another text"


def _explain_missing(page: Page, missing: list[Made], due: int, rows: tuple[ReadRow, ...]) -> Iterator[Miss]:
    if len(missing) == due:
        yield from (Miss(_explain_wholly(page, rows), made.title) for made in missing)
        return
    order = [made.url for made in page.rows]
    last = order[-len(missing) :] == [made.url for made in missing]
    for made in missing:
        yield Miss(f"missing row: {_explain_row(page, made, last)}", made.title)


def _explain_wholly(page: Page, rows: tuple[ReadRow, ...]) -> str:
    if not rows:
        return "missing row: nothing was read"
    zones = Counter(_simplify(page.zones.get(row.url, "nowhere on the page")) for row in rows)
    return f"missing row: the {zones.most_common(1)[0][0]} was read instead"


def _explain_row(page: Page, made: Made, last: bool) -> str:
    if made.pinned:
        return "pinned at the top"
    if urlsplit(made.url).hostname != urlsplit(page.url).hostname:
        return "leads to another host"
    if len(made.title) < SHORT:
        return f"title shorter than {SHORT}"
    if last:
        return "at the list's end"
    return "in the midst of others"


# --- reasons for dates ----------------------------------------------------------------------------------------


def _explain_date(made: Made, row: ReadRow) -> Miss | None:
    day = row.date.date() if isinstance(row.date, datetime) else row.date
    if day == made.date:
        return None
    example = f"{made.title}: {day or 'none'}, shown {made.date or 'none'}"
    if made.date is None:
        return Miss("date where the row shows none", example)
    if day is None:
        return Miss("no date where the row shows one", example)
    if (day.month, day.day) == (made.date.month, made.date.day):
        return Miss("date of another year", example)
    return Miss("another date", example)
