"""Commands on pages: read, article, match."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.common import (
    COULD_NOT,
    CliError,
    ConfigOption,
    JsonOption,
    NetworksOption,
    optional_targets,
    print_json,
    print_table,
    show,
)

if TYPE_CHECKING:
    from monitor.net.page import Page
    from monitor.reading.article import Article
    from monitor.reading.listing import Listing
    from monitor.targets import Targets

UrlArgument = Annotated[str, typer.Argument(help="The page's address.", metavar="URL")]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command(short_help="Show the list that duban sees on a page.")(read)
    app.command(short_help="Show what duban reads in an article.")(article)
    app.command(short_help="Say whether items discharge duties, and why.")(match)


def read(
    url: UrlArgument,
    config: ConfigOption = None,
    allow_network: NetworksOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what duban sees on a list page, and the column to paste into targets.toml."""
    from monitor.reading.listing import read_listing

    targets = optional_targets(config)
    page = _fetch(targets, url, allow_network or [])
    listing = read_listing(page.text, page.final_url, zone=targets.office.zone)
    if as_json:
        print_json(_listing_json(page, listing, targets.office.zone))
    else:
        _show_listing(page, listing, targets.office.zone)


def _listing_json(page: Page, listing: Listing, zone: tzinfo) -> dict[str, Any]:
    return {
        "url": page.final_url,
        "encoding": page.encoding,
        "rendered": False,
        "method": listing.method,
        "items": [
            {"title": row.title, "url": row.url, "date": stated(row.date, zone)} for row in listing.rows
        ],
    }


def _show_listing(page: Page, listing: Listing, zone: tzinfo) -> None:
    if not listing.rows:
        raise CliError(
            f"no list found on {page.final_url}: try CSS in targets.toml (items, title, date)", COULD_NOT
        )
    print_table(
        f"{len(listing.rows)} items ({listing.method}, {page.encoding})",
        ("date", "title", "address"),
        [(stated(row.date, zone), row.title, row.url) for row in listing.rows],
    )
    typer.echo("\n[[portal.column]]   # or [[site.column]], under the portal or site it belongs to")
    typer.echo(f'name = "…"\nurl = {json.dumps(page.final_url, ensure_ascii=False)}')


def article(
    url: UrlArgument,
    config: ConfigOption = None,
    allow_network: NetworksOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what duban reads in an article: title, number, time, source, text, attachments, links."""
    from monitor.reading.article import read_article

    targets = optional_targets(config)
    page = _fetch(targets, url, allow_network or [])
    found = read_article(page.text, page.final_url, zone=targets.office.zone)
    if as_json:
        print_json(_article_json(found, targets.office.zone))
        return
    shown = _article_json(found, targets.office.zone)
    text = shown.pop("text") or ""
    links, attachments = shown.pop("links"), shown.pop("attachments")
    print_table("", ("", ""), shown.items())
    for attachment in attachments:
        typer.echo(f"attachment: {show(attachment['name'])} {attachment['url']}")
    typer.echo(f"{len(links)} links\n\n{text}")


def _article_json(found: Article, zone: tzinfo) -> dict[str, Any]:
    return {
        "url": found.url,
        "title": found.title,
        "doc_number": found.doc_number,
        "published_at": stated(found.published_at, zone),
        "precision": found.precision,
        "source": found.source,
        "site_id": found.site_id,
        "text": found.text,
        "attachments": [asdict(attachment) for attachment in found.attachments],
        "links": list(found.links),
    }


def stated(moment: datetime | date | None, zone: tzinfo) -> str | None:
    """A time as a page states it: a moment with the office's offset, or a day."""
    if isinstance(moment, datetime):
        return moment.astimezone(zone).isoformat()
    return moment.isoformat() if moment is not None else None


def _fetch(targets: Targets, url: str, networks: list[str]) -> Page:
    """Fetch a page for a person who waits for it; CliError where there is none."""
    from monitor.net.client import Client
    from monitor.net.guard import Guard
    from monitor.service import fetch_settings

    try:
        allowed = Guard.allowing(networks)
    except ValueError as error:
        raise CliError(f"--allow-network: {error}") from error

    async def get() -> Page:
        guard = Guard((*targets.fetch.allow_networks, *allowed.allowed))
        async with Client(fetch_settings(targets), guard) as client:
            return await client.get(url, fresh=True, robots=targets.fetch.robots)

    page = asyncio.run(get())
    if not page.ok:
        raise CliError(f"{url}: {page.outcome}: {page.reason}", COULD_NOT)
    return page


def match(
    file: Annotated[Path, typer.Argument(help="JSON lines; - for standard input.", metavar="FILE")],
    as_json: JsonOption = False,
) -> None:
    """Say of pairs of items whether the one discharges the duty to repost the other, and why."""
    from checks import reposts

    results = []
    for number, pair in _pairs(file):
        try:
            source, candidate = (
                reposts.document_from_json(pair["source"]),
                reposts.document_from_json(pair["candidate"]),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise CliError(f"{file}, line {number}: not a pair of source and candidate ({error})") from error
        results.append(reposts.match(source, candidate))
    if as_json:
        print_json([asdict(result) for result in results])
    else:
        rows = [
            (n, "yes" if r.same else "no", r.how, f"{r.score:.2f}", r.why) for n, r in enumerate(results, 1)
        ]
        print_table("", ("line", "same", "how", "score", "why"), rows)


def _pairs(file: Path) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(_lines(file), 1):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except (ValueError, RecursionError) as error:
            raise CliError(f"{file}, line {number}: not JSON ({error})") from error


def _lines(file: Path) -> Iterable[str]:
    if str(file) == "-":
        return sys.stdin
    try:
        return file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CliError(f"cannot read {file}: {error}") from error
