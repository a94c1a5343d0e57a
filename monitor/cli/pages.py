"""Commands on pages: read, article, match."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

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
    from monitor.reading.article import Article
    from monitor.rounds.context import Context
    from monitor.rounds.readings import Reading
    from monitor.targets import Targets

T = TypeVar("T")

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
    targets = optional_targets(config)
    reading = _look_at(targets, url, allow_network or [], _read_list)
    if as_json:
        print_json(_listing_json(reading, targets.office.zone))
    else:
        _show_listing(reading, targets.office.zone)


async def _read_list(ctx: Context, url: str) -> Reading:
    """Read a page as the daemon would; CliError where it cannot be read."""
    from monitor.net.client import CookieRound
    from monitor.rounds.readings import Wish, read_place
    from monitor.store.places import COLUMN
    from monitor.store.tables import Place

    place = Place(owner="", kind=COLUMN, name="", url=url, every=0)
    reading = await read_place(ctx, place, Wish(fresh=True, robots=ctx.targets.fetch.robots), CookieRound())
    if reading.listing is None:
        raise CliError(f"{url}: {reading.trouble}", COULD_NOT)
    return reading


def _listing_json(reading: Reading, zone: tzinfo) -> dict[str, Any]:
    assert reading.listing is not None  # or it could not be read
    rows = [placed.row for placed in reading.rows]
    return {
        "url": reading.page.final_url,
        "encoding": reading.page.encoding,
        "rendered": reading.by_browser,
        "method": reading.listing.method,
        "items": [{"title": row.title, "url": row.url, "date": stated(row.date, zone)} for row in rows],
    }


def _show_listing(reading: Reading, zone: tzinfo) -> None:
    page, listing = reading.page, reading.listing
    if listing is None or not reading.rows:
        raise CliError(
            f"no list found on {page.final_url}: try CSS in targets.toml (items, title, date)", COULD_NOT
        )
    how = f"{listing.method}, {page.encoding}{', shown in a browser' if reading.by_browser else ''}"
    print_table(
        f"{len(reading.rows)} items ({how})",
        ("date", "title", "address"),
        [(stated(placed.row.date, zone), placed.row.title, placed.row.url) for placed in reading.rows],
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
    targets = optional_targets(config)
    found = _look_at(targets, url, allow_network or [], _read_article)
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


async def _read_article(ctx: Context, url: str) -> Article:
    """Read a page as the daemon would; CliError where it cannot be read."""
    from monitor.net.client import CookieRound
    from monitor.rounds.articles import open_article

    opened = await open_article(ctx, url, CookieRound(), robots=ctx.targets.fetch.robots)
    if opened.article is None:
        raise CliError(f"{url}: {opened.trouble}", COULD_NOT)
    return opened.article


def _look_at(
    targets: Targets, url: str, networks: list[str], look: Callable[[Context, str], Awaitable[T]]
) -> T:
    """Look at a page for a person who waits for it."""
    from monitor.net.guard import Guard
    from monitor.service import open_context

    try:
        allowed = Guard.allowing(networks).allowed
    except ValueError as error:
        raise CliError(f"--allow-network: {error}") from error

    async def run() -> T:
        async with open_context(targets, networks=allowed) as ctx:
            return await look(ctx, url)

    return asyncio.run(run())


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
