"""Commands that ask the sites without the daemon: lookback, who."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.common import (
    COULD_NOT,
    CliError,
    ConfigOption,
    JsonOption,
    load_targets,
    print_json,
    print_table,
    progress,
    show,
)
from monitor.cli.estimates import NOTE, asked_json, census_json, estimate_json, short, tables

if TYPE_CHECKING:
    from monitor.rounds.lookback import Estimate
    from monitor.rounds.who import Census
    from monitor.targets import Targets

MOST_DAYS = 400


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command(short_help="Estimate the last days by declared times.")(lookback)
    app.command(short_help="Say which sites carry an item now.")(who)


def lookback(
    config: ConfigOption = None,
    days: Annotated[int, typer.Option("--days", min=1, max=MOST_DAYS, help="How far back.")] = 30,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Also write a spreadsheet.", metavar="FILE.xlsx")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare what the portals published in the last days with what the sites carry, by declared times.

    An estimate that accuses nobody: nobody watched then, and nothing is stored.
    """
    from monitor.rounds.lookback import look_back

    targets = load_targets(config)
    if output is not None and output.suffix.lower() != ".xlsx":
        raise CliError(f"-o {output}: a spreadsheet is written as .xlsx")
    made = asyncio.run(_with_context(targets, lambda ctx, tell: look_back(ctx, days, tell)))
    if output is not None:
        _write_estimate(made, targets, output)
    if as_json:
        print_json(estimate_json(made, targets, days))
    else:
        _show_estimate(made, targets)
    if not made.items and made.unread:
        raise typer.Exit(COULD_NOT)


async def _with_context(targets: Targets, work: Callable[..., Any]) -> Any:
    from monitor.service import open_context

    with progress() as tell:
        async with open_context(targets) as ctx:
            return await work(ctx, tell)


def _show_estimate(made: Estimate, targets: Targets) -> None:
    for table in tables(made, targets, language="en"):
        # What a terminal has no room for stands in the spreadsheet and in the JSON.
        keep = [i for i, name in enumerate(table.header) if not name.startswith(("address of", "number"))]
        rows = [[row[i] for i in keep] for row in table.rows]
        print_table(table.name, [table.header[i] for i in keep], rows)
    typer.echo(f"{len(made.items)} key policies since {made.since.astimezone(targets.office.zone).date()}.")
    typer.echo(NOTE["en"])


def _write_estimate(made: Estimate, targets: Targets, path: Path) -> None:
    from monitor.starting.spreadsheet import write_tables

    try:
        write_tables(path, list(tables(made, targets, targets.office.language)))
    except OSError as error:
        raise CliError(f"cannot write {path}: {error.strerror}", COULD_NOT) from error


def who(
    item: Annotated[str, typer.Argument(help="An item's address, or a file of them.", metavar="URL|FILE")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say which sites carry items now, since when by their own words, where, and by which proof.

    FILE holds one address a line; empty lines and lines that begin with # do not count.
    """
    from monitor.rounds.who import who_carries

    targets = load_targets(config)
    urls = _addresses(item)
    found = asyncio.run(_with_context(targets, lambda ctx, tell: who_carries(ctx, urls, tell)))
    if as_json:
        print_json(census_json(found, targets.office.zone))
    else:
        _show_census(found, targets.office.zone)
    if any(asked.trouble for asked in found.items):
        raise typer.Exit(COULD_NOT)


def _addresses(item: str) -> list[str]:
    if "://" in item:
        return [item]
    try:
        lines = Path(item).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CliError(
            f"{show(item)} is no address, and cannot be read as a file of them: {error}"
        ) from error
    urls = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if wrong := next((url for url in urls if "://" not in url), None):
        raise CliError(f"{item}: {show(wrong)!r} is no address")
    if not urls:
        raise CliError(f"{item} holds no address")
    return list(dict.fromkeys(urls))


def _show_census(found: Census, zone: tzinfo) -> None:
    words = {True: "yes", False: "no", None: "?"}
    for number, asked in enumerate(found.items):
        if asked.policy is None:
            typer.echo(f"{show(asked.url)} could not be read: {show(asked.trouble)}", err=True)
            continue
        shown = asked_json(number, asked, found, zone)
        print_table(
            show(shown["title"]),
            ("site", "", "since", "where", "proof", "address"),
            [
                (
                    s["name"],
                    words[s["carries"]],
                    short(s["since"]),
                    s["place"] or "; ".join(f"{p['name']}: {p['why']}" for p in s["unread"]),
                    s["how"],
                    s["url"],
                )
                for s in shown["sites"]
            ],
        )
        count = sum(site["carries"] is True for site in shown["sites"])
        typer.echo(f"{count} of {len(shown['sites'])} sites carry it\n")
