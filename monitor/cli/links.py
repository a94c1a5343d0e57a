"""The link checker: duban links."""

from __future__ import annotations

import asyncio
import gc
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.common import (
    CONFIG_VARIABLE,
    COULD_NOT,
    IN_ORDER,
    INTERRUPTED,
    NOT_IN_ORDER,
    CliError,
    ConfigOption,
    JsonOption,
    NetworksOption,
    optional_targets,
    print_json,
    progress,
)

if TYPE_CHECKING:
    from monitor.net.guard import Guard
    from monitor.net.settings import FetchSettings
    from monitor.rounds.crawling.crawl import Progress
    from monitor.rounds.crawling.options import Options
    from monitor.rounds.crawling.report import Report

TOLD_EVERY = 0.2
"""Seconds between two words on how far it is."""

_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\0]*)")

UrlArgument = Annotated[str | None, typer.Argument(help="Where to start.", metavar="[URL]")]
ListOption = Annotated[
    Path | None,
    typer.Option("--list", help="Check the addresses in this file, one a line.", metavar="FILE"),
]
PagesOption = Annotated[int | None, typer.Option("--pages", help="Read so many pages at most.", min=1)]
DepthOption = Annotated[
    int | None, typer.Option("--depth", help="Read pages so many clicks away at most.", min=0)
]
ExternalOption = Annotated[bool, typer.Option("--no-external", help="Leave other sites alone.")]
FragmentsOption = Annotated[
    bool, typer.Option("--check-fragments", help="Look whether #places are on the pages they point to.")
]
IncludeOption = Annotated[
    list[str] | None,
    typer.Option("--include", help="Check only addresses this matches; repeatable.", metavar="REGEX"),
]
ExcludeOption = Annotated[
    list[str] | None,
    typer.Option("--exclude", help="Leave out addresses this matches; repeatable.", metavar="REGEX"),
]
HeaderOption = Annotated[
    list[str] | None,
    typer.Option("--header", help="Sent to the site itself alone; repeatable.", metavar="NAME: VALUE"),
]
TimeoutOption = Annotated[float | None, typer.Option("--timeout", help="Seconds for one answer.", min=0.1)]
RetriesOption = Annotated[int, typer.Option("--retries", help="More looks at what may pass.", min=0, max=10)]
ConcurrencyOption = Annotated[
    int | None, typer.Option("--concurrency", help="Requests in flight, all hosts together.", min=1)
]
PerHostOption = Annotated[int | None, typer.Option("--per-host", help="Requests in flight, one host.", min=1)]
RateOption = Annotated[
    float, typer.Option("--rate", help="Requests to one host in a second at most; 0: no bound.", min=0)
]
RobotsOption = Annotated[
    str | None, typer.Option("--robots", help="obey or ignore robots.txt.", metavar="obey|ignore")
]
ProcessesOption = Annotated[
    int,
    typer.Option("--processes", help="2: read pages in a process beside, on a second core.", min=1, max=2),
]
CsvOption = Annotated[Path | None, typer.Option("--csv", help="Write the report as a table.", metavar="FILE")]
HtmlOption = Annotated[
    Path | None, typer.Option("--html", help="Write the report as one page.", metavar="FILE")
]
AllOption = Annotated[bool, typer.Option("--all", help="Show redirected and skipped links as well.")]


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command(short_help="Find the broken, suspect and foreign links of a site.")(links)


def links(  # noqa: PLR0913 - each is one option
    url: UrlArgument = None,
    *,
    listed: ListOption = None,
    pages: PagesOption = None,
    depth: DepthOption = None,
    no_external: ExternalOption = False,
    check_fragments: FragmentsOption = False,
    include: IncludeOption = None,
    exclude: ExcludeOption = None,
    header: HeaderOption = None,
    timeout: TimeoutOption = None,
    retries: RetriesOption = 1,
    concurrency: ConcurrencyOption = None,
    per_host: PerHostOption = None,
    rate: RateOption = 20.0,
    robots: RobotsOption = None,
    processes: ProcessesOption = 1,
    allow_network: NetworksOption = None,
    config: ConfigOption = None,
    csv: CsvOption = None,
    html: HtmlOption = None,
    show_all: AllOption = False,
    as_json: JsonOption = False,
) -> None:
    """Check every link of a site: its own pages are read on and on, other sites are only asked.

    Ctrl-C ends it with the report so far.
    """
    from monitor.rounds.crawling.options import Options

    settings, guard, usual_robots = _ways(config, allow_network or [], timeout, concurrency, per_host)
    if robots not in (None, "obey", "ignore"):
        raise CliError("--robots: obey or ignore")
    if url is None and listed is None:
        raise CliError("where to start: give an address, or --list FILE")
    options = Options(
        start=url,
        listed=_listed(listed),
        pages=pages,
        depth=depth,
        has_external=not no_external,
        checks_fragments=check_fragments,
        include=_patterns("--include", include),
        exclude=_patterns("--exclude", exclude),
        headers=_headers(header),
        retries=retries,
        rate=rate,
        robots=robots or usual_robots,
    )
    report, was_interrupted = _run(settings, guard, options, is_beside=processes > 1)
    _write(report, csv, html)
    if as_json:
        from monitor.cli.linktables import as_document

        print_json(as_document(report))
    else:
        from monitor.cli.linktables import show_report

        show_report(report, show_all=show_all)
    raise typer.Exit(INTERRUPTED if was_interrupted else _status(report))


def _run(settings: FetchSettings, guard: Guard, options: Options, *, is_beside: bool) -> tuple[Report, bool]:
    """Crawl, with a line of progress; True where somebody pressed Ctrl-C."""
    try:
        with progress() as tell, _few_collections():
            return asyncio.run(_crawl(settings, guard, options, tell, is_beside=is_beside))
    except ValueError as error:
        raise CliError(str(error)) from error


@contextmanager
def _few_collections() -> Iterator[None]:
    """Have the collector look rarely: what a page leaves behind goes with it, and looking costs a tenth."""
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


async def _crawl(
    settings: FetchSettings,
    guard: Guard,
    options: Options,
    tell: Callable[[str], None],
    *,
    is_beside: bool,
) -> tuple[Report, bool]:
    from monitor.net.client import Client
    from monitor.rounds.crawling.beside import Beside
    from monitor.rounds.crawling.crawl import Crawl
    from monitor.rounds.crawling.ledger import Ledger
    from monitor.rounds.crawling.report import report_of

    started = monotonic()
    async with Client(settings, guard) as client, Beside() if is_beside else nullcontext() as beside:
        with Ledger() as ledger:
            crawl = Crawl(client, options, ledger, _telling(tell, started), beside=beside)
            was_interrupted = await _interruptible(crawl.run())
            return report_of(crawl, ledger, options.start, monotonic() - started), was_interrupted


async def _interruptible(work: Coroutine[None, None, None]) -> bool:
    """Do the work until it is done, or until Ctrl-C; True for the latter."""
    loop = asyncio.get_running_loop()
    task = loop.create_task(work)
    is_ours = threading.current_thread() is threading.main_thread()
    if is_ours:
        loop.add_signal_handler(signal.SIGINT, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        return True
    finally:
        if is_ours:
            loop.remove_signal_handler(signal.SIGINT)
    return False


def _telling(tell: Callable[[str], None], started: float) -> Callable[[Progress], None]:
    """Say a few times a second how far it is."""
    told_at = started

    def told(now: Progress) -> None:
        nonlocal told_at
        if (moment := monotonic()) - told_at < TOLD_EVERY:
            return
        told_at = moment
        rate = now.answered / (moment - started)
        tell(f"{now.pages} pages, {now.answered} links, {rate:.0f}/s, {now.left} left")

    return told


def _ways(
    config: Path | None,
    networks: list[str],
    timeout: float | None,
    concurrency: int | None,
    per_host: int | None,
) -> tuple[FetchSettings, Guard, str]:
    """How the web is asked: the configuration where there is one, options before it."""
    from monitor.net.guard import Guard
    from monitor.net.settings import FetchSettings

    try:
        guard = Guard.allowing(networks)
    except ValueError as error:
        raise CliError(f"--allow-network: {error}") from error
    settings, robots = FetchSettings(), "obey"
    if config is not None or os.environ.get(CONFIG_VARIABLE):
        fetch = optional_targets(config).fetch
        settings, robots = FetchSettings.of(fetch, fetch.proxy.reveal()), fetch.robots
        guard = Guard((*fetch.allow_networks, *guard.allowed))
    settings = replace(
        settings,
        timeout=timedelta(seconds=timeout) if timeout is not None else settings.timeout,
        concurrency=concurrency or settings.concurrency,
        per_host=per_host or settings.per_host,
        patience=timedelta(0),  # the lanes wait before a host that wants it, and hold nothing meanwhile
    )
    return settings, guard, robots


def _listed(file: Path | None) -> tuple[tuple[str, str], ...]:
    """Read a list of addresses; each is told as standing on its line."""
    if file is None:
        return ()
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CliError(f"cannot read {file}: {error}") from error
    lines = ((line.strip(), number) for number, line in enumerate(text.splitlines(), 1))
    return tuple((line, f"{file}:{number}") for line, number in lines if line and not line.startswith("#"))


def _patterns(option: str, given: list[str] | None) -> tuple[re.Pattern[str], ...]:
    try:
        return tuple(re.compile(pattern) for pattern in given or ())
    except re.error as error:
        raise CliError(f"{option}: {error.pattern!r} is no regular expression: {error}") from error


def _headers(given: list[str] | None) -> tuple[tuple[str, str], ...]:
    found = [_HEADER.fullmatch(header) for header in given or ()]
    if not all(found):
        raise CliError("--header: give it as 'Name: value'")
    return tuple((header[1], header[2]) for header in found if header is not None)


def _write(report: Report, csv: Path | None, html: Path | None) -> None:
    if csv is not None:
        from monitor.cli.linktables import as_csv

        _put(csv, as_csv(report))
    if html is not None:
        from monitor.cli.linkpage import as_page

        _put(html, as_page(report))


def _put(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise CliError(f"cannot write {file}: {error}", COULD_NOT) from error


def _status(report: Report) -> int:
    """1 where a link is broken, 3 where not a single page could be read."""
    from checks.links import State

    if report.lists[State.BROKEN]:
        return NOT_IN_ORDER
    return COULD_NOT if report.start is not None and report.pages == 0 else IN_ORDER
