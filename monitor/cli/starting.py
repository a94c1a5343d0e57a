"""The command of the first day: init."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.common import (
    COULD_NOT,
    MISUSED,
    CliError,
    ConfigOption,
    NetworksOption,
    optional_targets,
    print_table,
    progress,
    show,
)

if TYPE_CHECKING:
    from monitor.starting.chain import UpperPortal
    from monitor.starting.drafting import Draft, Named
    from monitor.starting.facts import Given, Hands
    from monitor.starting.sites import Surveyed
    from monitor.targets import Targets

FOLDER = Path("targets.d")

SitesArgument = Annotated[
    list[str], typer.Argument(help="Home pages, or a spreadsheet of sites.", metavar="URL|FILE.xlsx...")
]
RegionOption = Annotated[
    str | None, typer.Option("--region", help="Region code of all sites; default: by their site codes.")
]
FolderOption = Annotated[Path, typer.Option("-o", "--output", help="Folder for the files.", metavar="DIR")]
ForceOption = Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")]
PortalsOption = Annotated[
    Path | None, typer.Option("--portals", help="A list of upper portals of your own.", metavar="FILE")
]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command(short_help="Propose a configuration from home pages.")(init)


def init(
    sites: SitesArgument,
    region: RegionOption = None,
    output: FolderOption = FOLDER,
    force: ForceOption = False,
    portals: PortalsOption = None,
    config: ConfigOption = None,
    allow_network: NetworksOption = None,
) -> None:
    """Read home pages and write a commented configuration for each site, every guess marked as one.

    Names, filings, hosts, contact and columns are proposed, each column opened, and the portals above. A
    targets.toml that includes the files is written beside their folder where there is none. -c only says how
    to fetch.
    """
    givens, left_out = _givens(sites)
    uppers = _uppers(portals)
    known = _known(output)
    named, kept = _named(givens, uppers, output, known, force=force)
    made = asyncio.run(
        _draft(optional_targets(config), allow_network or [], named, uppers, _region(region), known)
    )
    written = _write(made, output, allow_network or [], force=force)
    _show(made, [*left_out, *kept], written)
    _check(output, written)
    if made.unread or left_out:
        raise typer.Exit(COULD_NOT)
    if kept:
        raise typer.Exit(MISUSED)


def _region(given: str | None) -> str | None:
    if given is not None and not (len(given) == 6 and given.isascii() and given.isdigit()):
        raise CliError(f"--region: {given!r} is not a region code of six digits, such as 340800")
    return given


def _givens(sites: Sequence[str]) -> tuple[list[Given], list[str]]:
    """The sites that are meant, and what was left out of a spreadsheet, with the reason."""
    from monitor.starting.facts import Given
    from monitor.starting.spreadsheet import SpreadsheetError, address_of, is_spreadsheet, read_sites

    givens: list[Given] = []
    left_out: list[str] = []
    for text in sites:
        if is_spreadsheet(text):
            try:
                sheet = read_sites(Path(text))
            except SpreadsheetError as error:
                raise CliError(str(error)) from error
            givens += sheet.sites
            left_out += sheet.left_out
        elif (url := address_of(text)) is not None:
            givens.append(Given(url))
        else:
            raise CliError(f"{show(text)!r} is neither an address nor a spreadsheet (.xlsx): give https://…")
    return givens, left_out


def _uppers(file: Path | None) -> tuple[UpperPortal, ...]:
    from monitor.starting.chain import PortalListError, read_portals, shipped_portals

    try:
        return read_portals(file) if file is not None else shipped_portals()
    except PortalListError as error:
        raise CliError(str(error)) from error


def _known(output: Path) -> Targets | None:
    """The configuration that the files are to join, None where there is none yet."""
    from monitor.starting.drafting import CONFIG
    from monitor.targets import load

    path = output.parent / CONFIG
    return load(path) if path.is_file() else None


def _named(
    givens: Sequence[Given],
    uppers: Sequence[UpperPortal],
    output: Path,
    known: Targets | None,
    *,
    force: bool,
) -> tuple[list[Named], list[str]]:
    """The sites to read, with ids, and why others are left alone: their files are there already."""
    from monitor.starting.drafting import name_sites

    # Ids of files that this command wrote are theirs again: they are kept, or overwritten with --force.
    own = {path.stem for path in output.glob("*.toml")}
    taken = ({s.id for s in known.sites} | {p.id for p in known.portals}) - own if known else set()
    named = name_sites(givens, uppers, taken)
    kept = [n for n in named if (output / f"{n.id}.toml").exists() and not force]
    why = [f"{output / f'{n.id}.toml'} exists and was left as it is; --force overwrites it" for n in kept]
    return [n for n in named if n not in kept], why


async def _draft(
    fetching: Targets,
    networks: list[str],
    named: Sequence[Named],
    uppers: Sequence[UpperPortal],
    region: str | None,
    known: Targets | None,
) -> Draft:
    from monitor.starting.drafting import draft

    async with _hands(fetching, networks) as hands:
        return await draft(hands, named, uppers, region, known)


@asynccontextmanager
async def _hands(targets: Targets, networks: list[str]) -> AsyncIterator[Hands]:
    from monitor.clock import system_clock
    from monitor.net.browser import Browser
    from monitor.net.client import Client
    from monitor.net.guard import Guard
    from monitor.net.settings import FetchSettings
    from monitor.starting.facts import Hands

    try:
        allowed = Guard.allowing(networks).allowed
    except ValueError as error:
        raise CliError(f"--allow-network: {error}") from error
    guard = Guard((*targets.fetch.allow_networks, *allowed))
    today = system_clock().astimezone(targets.office.zone).date()
    # Not by way of the service: it would load the console, which takes longer than the pages.
    settings = FetchSettings.of(targets.fetch, targets.fetch.proxy.reveal())
    with progress() as tell:
        async with Client(settings, guard) as client, Browser(client) as browser:
            shows = browser if targets.fetch.browser == "auto" else None
            yield Hands(client, targets.office.zone, today, targets.fetch.robots, shows, tell)


def _write(made: Draft, output: Path, networks: Sequence[str], *, force: bool) -> list[Path]:
    """Write the files that are not there yet; targets.toml is never overwritten, others only with --force."""
    from monitor.starting.drafting import CONFIG, files_of

    written = []
    try:
        for file in files_of(made, output, networks):
            if file.path.exists() and (not force or file.path.name == CONFIG):
                continue
            file.path.parent.mkdir(parents=True, exist_ok=True)
            file.path.write_text(file.text, encoding="utf-8")
            written.append(file.path)
    except OSError as error:
        raise CliError(f"cannot write {error.filename}: {error.strerror}", COULD_NOT) from error
    return written


def _show(made: Draft, left: Sequence[str], written: Sequence[Path]) -> None:
    if made.sites:
        print_table(
            "proposed",
            ("id", "name", "region", "site code", "ICP", "police", "columns", "hosts", "doubts"),
            [_site_row(site) for site in made.sites],
        )
    if made.portals:
        print_table(
            "portals above",
            ("id", "name", "level", "column", "address", "seen"),
            [
                (
                    c.portal.id,
                    c.portal.name,
                    c.portal.level,
                    column.column.name,
                    column.column.url,
                    column.seen,
                )
                for c in made.portals
                for column in c.columns
            ]
            + [
                (c.portal.id, c.portal.name, c.portal.level, None, c.portal.url, c.doubt or "no column known")
                for c in made.portals
                if not c.columns
            ],
        )
    for site in made.unread:
        typer.echo(f"not read: {show(site.given.url)}: {show(site.why)}", err=True)
    for line in (*left, *(f"not known: the {level}: add it by hand" for level in made.missing)):
        typer.echo(show(line), err=True)
    for path in written:
        typer.echo(f"written: {path}")


def _site_row(site: Surveyed) -> tuple[object, ...]:
    kinds = Counter(column.about for column in site.columns)
    facts = (site.region, site.site_id, site.icp, site.police)
    return (
        site.id,
        site.name.value,
        *(fact.value if fact else None for fact in facts),
        ", ".join(f"{about} {count}" for about, count in kinds.items()),
        len(site.hosts) + 1,
        len(site.doubts),
    )


def _check(output: Path, written: Sequence[Path]) -> None:
    """See that what was written is a configuration; TargetsError, with every fault, where it is not."""
    from monitor.starting.drafting import CONFIG
    from monitor.targets import load

    path = output.parent / CONFIG
    if not written or not path.is_file():
        return
    files = {file.resolve() for file in load(path).files}
    if any(file.resolve() not in files for file in written):
        typer.echo(
            f'{path} does not include them: add include = ["{output.name}/*.toml"] at its top', err=True
        )
    typer.echo(f"Look at every mark “guess”, then: duban check -c {path}")
