"""A report on links as people read it in a terminal, as JSON and as a table."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from checks.links import State
from monitor.cli.common import console, show
from monitor.rounds.crawling.report import Entry, Report

TITLES = {
    State.BROKEN: "broken",
    State.FOREIGN: "foreign (a suspicion: have a look)",
    State.SUSPECT: "suspect (may pass, or be our own trouble)",
    State.SOFT_404: "answers, and says that there is nothing",
    State.INSECURE: "insecure",
    State.REDIRECTED: "redirected",
    State.REFUSED: "not asked: no public address",
    State.SKIPPED: "skipped",
}
QUIET = frozenset({State.REDIRECTED, State.SKIPPED})
"""Counted, and shown where they are asked for."""

COLUMNS = ("state", "url", "status", "reason", "page", "text", "places")


def as_document(report: Report) -> dict[str, Any]:
    """The report as one JSON document."""
    return {
        "url": report.start,
        "pages": report.pages,
        "links": report.links,
        "seconds": report.seconds,
        "complete": report.is_complete,
        **{state.value: [_entry(entry) for entry in report.lists[state]] for state in State},
        "untold": {state.value: report.untold.get(state, 0) for state in State},
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "url": entry.url,
        "status": entry.status,
        "reason": entry.reason,
        "found_on": [{"page": place.page, "text": place.text} for place in entry.found_on],
        "places": entry.places,
    }


def as_csv(report: Report) -> str:
    """The report as a table, one row for each place that is known; read by spreadsheets as UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for state in State:
        for entry in report.lists[state]:
            for place in entry.found_on:
                row = (state, entry.url, entry.status, entry.reason, place.page, place.text, entry.places)
                writer.writerow([_cell(value) for value in row])
    return "\ufeff" + out.getvalue()


def _cell(value: object) -> object:
    """Text of pages is text in a spreadsheet, never a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def show_report(report: Report, *, show_all: bool) -> None:
    """Print the report, by the page that has to be edited."""
    from rich.text import Text

    out = console()
    wide = out.is_terminal
    for line in report_lines(report, show_all=show_all):
        out.print(Text(line), overflow="fold" if wide else "ignore", no_wrap=not wide, crop=False)


def report_lines(report: Report, *, show_all: bool) -> Iterator[str]:
    """Give the report line by line."""
    for state in State:
        entries = report.lists[state]
        if entries and (show_all or state not in QUIET):
            yield f"{TITLES[state]}: {len(entries)}"
            yield from _by_page(entries)
            yield ""
    counted = [f"{len(report.lists[state])} {state.value}" for state in State if report.lists[state]]
    yield f"{report.pages} pages, {report.links} links in {report.seconds:.1f} s: " + (
        ", ".join(counted) or "all in order"
    )
    if more := [f"{count} {state.value}" for state, count in report.untold.items() if count]:
        yield f"beyond what a report holds: {', '.join(more)}"
    if not report.is_complete:
        yield "interrupted: this is the report so far"


def _by_page(entries: Iterable[Entry]) -> Iterator[str]:
    """Group by the first page a link stands on: whoever mends a page mends all of it."""
    pages: dict[str, list[tuple[Entry, str]]] = defaultdict(list)
    for entry in entries:
        first = entry.found_on[0]
        pages[first.page].append((entry, first.text))
    for page, links in sorted(pages.items(), key=lambda item: (-len(item[1]), item[0])):
        yield f"  {show(page)}"
        for entry, text in links:
            yield f"    {show(entry.url)}"
            yield f"      {_said(entry)} · {show(text)}{_elsewhere(entry)}"


def _said(entry: Entry) -> str:
    reason = show(entry.reason)
    return reason if entry.status is None else f"{entry.status} {reason}"


def _elsewhere(entry: Entry) -> str:
    more = entry.places - 1
    return f" · and {more} more place{'s' if more > 1 else ''}" if more else ""
