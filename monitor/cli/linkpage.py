"""A report on links as one page that needs nothing else, its table sorted by a click."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from string import Template

from checks.links import State
from monitor.cli.linktables import TITLES
from monitor.rounds.crawling.report import Entry, Place, Report


def as_page(report: Report) -> str:
    """The report as HTML; text and addresses of pages are text in it, and lead to the web alone."""
    template = Template(files("monitor.cli").joinpath("links.html").read_text(encoding="utf-8"))
    return template.substitute(
        start=escape(report.start or "a list of addresses"),
        pages=report.pages,
        links=report.links,
        seconds=f"{report.seconds:.1f}",
        note="" if report.is_complete else "<p class=note>Interrupted: this is the report so far.</p>",
        states="".join(_state(state, report) for state in State),
        rows="\n".join(_row(state, entry) for state in State for entry in report.lists[state]),
    )


def _state(state: State, report: Report) -> str:
    count = len(report.lists[state]) + report.untold.get(state, 0)
    return (
        f'<label><input type=checkbox value="{state}"{" checked" if count else " disabled"}>'
        f"<b class={state}>{count}</b> {escape(TITLES[state])}</label>\n"
    )


def _row(state: State, entry: Entry) -> str:
    more = entry.places - len(entry.found_on)
    places = "".join(f"<li>{_place(place)}</li>" for place in entry.found_on)
    places += f"<li>and {more} more</li>" if more > 0 else ""
    shown = _place(entry.found_on[0]) if entry.found_on else ""
    found = shown if entry.places == 1 else f"<details><summary>{shown}</summary><ul>{places}</ul></details>"
    return (
        f'<tr data-state="{state}"><td class={state}>{state}</td>'
        f"<td>{'' if entry.status is None else entry.status}</td><td>{_link(entry.url)}</td>"
        f"<td>{escape(entry.reason)}</td><td>{found}</td><td>{entry.places}</td></tr>"
    )


def _place(place: Place) -> str:
    return f"{_link(place.page)} <span>{escape(place.text)}</span>"


def _link(url: str) -> str:
    shown = escape(url)
    if not url.startswith(("http://", "https://")):
        return shown
    return f'<a href="{shown}" rel="noreferrer noopener" target=_blank>{shown}</a>'
