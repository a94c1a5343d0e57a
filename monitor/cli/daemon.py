"""Commands that run the daemon or look at its configuration: run, check, demo, db, alert."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from checks.terms import shorten
from monitor.cli.common import (
    NOT_IN_ORDER,
    CliError,
    ConfigOption,
    JsonOption,
    config_path,
    load_targets,
    print_json,
    print_table,
    show,
)

if TYPE_CHECKING:
    from monitor.service import Service
    from monitor.targets.plan import LinksPlan, Plan

db = typer.Typer(help="The store's schema.", no_args_is_help=True)
alert = typer.Typer(help="Channels to people.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command(short_help="Run the daemon.")(run)
    app.command(short_help="Validate the configuration and show its plan.")(check)
    app.command(short_help="Show it at work, in a minute.")(demo)
    app.add_typer(db, name="db")
    app.add_typer(alert, name="alert")


def run(config: ConfigOption = None) -> None:
    """Run the daemon: SIGHUP or a changed file reloads, SIGTERM or Ctrl-C drains and stops."""
    from monitor.service import Service

    set_up_logs()
    asyncio.run(run_until_signal(Service(config_path(config))))


async def run_until_signal(service: Service) -> None:
    """Run a daemon until SIGTERM or SIGINT."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    loop.add_signal_handler(signal.SIGHUP, service.reload)
    await service.run(stop)


def set_up_logs(level: int = logging.INFO) -> None:
    """Log to standard error: one JSON object a line, or coloured text on a terminal."""
    import structlog

    is_terminal = sys.stderr.isatty()
    # Without the frames' variables: these hold secrets, and take thousands of lines.
    tracebacks = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    shown: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if is_terminal:
        shown = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *(() if is_terminal else (structlog.processors.ExceptionRenderer(tracebacks),)),
            shown,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def check(
    config: ConfigOption = None,
    defaults: Annotated[bool, typer.Option("--defaults", help="Print every threshold's default.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Validate the configuration; show what is polled, how often, the load, and who is bound by whom."""
    from monitor.clock import system_clock
    from monitor.targets.plan import plan
    from monitor.targets.schema import defaults_table

    if defaults:
        rows = [(entry.table, entry.key, entry.default) for entry in defaults_table()]
        if as_json:
            print_json([dict(zip(("table", "key", "default"), row, strict=True)) for row in rows])
        else:
            print_table("", ("table", "key", "default"), rows)
        return
    targets = load_targets(config)
    made = plan(targets, system_clock().astimezone(targets.office.zone).date())
    if as_json:
        print_json(_plan_json(made))
    else:
        _show_plan(made)
        typer.echo(f"{config_path(config)}: in order")


def _plan_json(made: Plan) -> dict[str, Any]:
    return {
        "looks": [
            {
                "owner": look.owner,
                "kind": look.kind,
                "name": look.name,
                "url": look.url,
                "every": look.every.total_seconds(),
                "pages": look.pages,
            }
            for look in made.looks
        ],
        "hosts": [
            {"host": host.host, "pages": host.looks, "requests_per_hour": round(host.per_hour, 1)}
            for host in made.hosts
        ],
        "bonds": [{"portal": bond.portal, "sites": list(bond.sites)} for bond in made.bonds],
        "unbound": list(made.unbound),
        "links": {"home_pages": made.links.home, "whole_sites": list(made.links.whole)},
        "calendar_known_until": made.calendar_known_until.isoformat(),
        "warnings": list(made.warnings),
    }


def _show_plan(made: Plan) -> None:
    print_table(
        "read again and again",
        ("who", "what", "every", "address"),
        [(look.owner, look.name, shorten(look.every), look.url) for look in made.looks],
    )
    print_table(
        f"load: {made.per_hour:.0f} requests an hour while nothing is new",
        ("host", "pages", "requests an hour"),
        [(host.host, host.looks, f"{host.per_hour:.0f}") for host in made.hosts],
    )
    print_table(
        "who is bound by whom",
        ("portal", "sites on which its policies start a clock"),
        [(bond.portal, ", ".join(bond.sites) or "none") for bond in made.bonds],
    )
    if made.unbound:
        typer.echo(f"bound by nobody: {', '.join(made.unbound)}")
    typer.echo(_links_in_words(made.links))
    typer.echo(f"the calendar is known until {made.calendar_known_until}")
    for warning in made.warnings:
        typer.echo(f"note: {show(warning)}")


def _links_in_words(links: LinksPlan) -> str:
    when = f", {links.window}" if links.window else ""
    whole = f"; of {', '.join(links.whole)} all, every {shorten(links.every)}{when}" if links.whole else ""
    return (
        f"links of {links.home} home pages are asked for every {shorten(links.home_every)}{whole}; "
        f"each crawl makes {links.rate} requests a second to one host at most"
    )


def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Stay up with the console at the end.")] = False,
) -> None:
    """Show it at work: a small internet on this machine, clocks of seconds, verdicts against a script."""
    from monitor.demo.show import play

    set_up_logs(logging.ERROR)
    if not asyncio.run(play(keep=keep)):
        raise typer.Exit(NOT_IN_ORDER)


@db.command()
def upgrade(config: ConfigOption = None) -> None:
    """Bring the store's schema up to this version's."""
    from monitor.store import schema
    from monitor.store.session import Store

    store = Store(load_targets(config).store.url.reveal())
    schema.upgrade(store)
    typer.echo("the store is up to date")


@alert.command(short_help="Send a test message; say whether it was accepted.")
def test(
    channel: Annotated[str, typer.Argument(help="The channel's id.")], config: ConfigOption = None
) -> None:
    """Send one test message through a channel and say whether it was accepted."""
    from alerts.delivery import Channel, send_test
    from alerts.outbox import Result
    from monitor.clock import system_clock
    from monitor.service import office_of

    targets = load_targets(config)
    found = next((known for known in targets.channels if known.id == channel), None)
    if found is None:
        names = ", ".join(known.id for known in targets.channels) or "none"
        raise CliError(f"no channel {channel!r}; configured: {names}")
    office = office_of(targets)
    sent = asyncio.run(
        send_test(Channel(found.id, found.url.reveal()), office, targets.office.language, system_clock())
    )
    if sent.result is not Result.ACCEPTED:
        typer.echo(f"duban: {channel}: {sent.result}: {show(sent.reason)}", err=True)
        raise typer.Exit(NOT_IN_ORDER)
    typer.echo(f"{channel}: accepted")
