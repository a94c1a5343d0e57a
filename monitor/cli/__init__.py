"""The command `duban`."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from monitor.cli import (
    daemon,
    estimating,
    evidence,
    explaining,
    links,
    observing,
    officer,
    pages,
    seeing,
    starting,
)
from monitor.cli.common import COULD_NOT, INTERRUPTED, MISUSED, NOT_IN_ORDER, CliError

app = typer.Typer(
    name="duban",
    help="督办: keeps government websites to their word. Polls upper portals for key policies, checks that "
    "county sites repost them in time, audits the sites, keeps the proof, and tells the office.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    epilog="Exit status: 0 in order, 1 not in order, 2 usage or configuration, 3 could not tell or run, "
    "130 interrupted.",
)
for group in (daemon, starting, estimating, pages, links, seeing, explaining, evidence, officer, observing):
    group.register(app)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"duban {version('duban')}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Nothing to do before a command."""


def main() -> None:
    """Run the command line; errors become one line on standard error and an exit status."""
    try:
        app()
    except SystemExit:
        raise  # how every command ends: what could go wrong need not be imported for it
    except CliError as error:
        _fail(str(error), error.status)
    except KeyboardInterrupt:
        _fail("interrupted", INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python must not complain about it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(NOT_IN_ORDER)
    except _wrong_configuration() as error:
        _fail(str(error), MISUSED)
    except _no_way() as error:
        _fail(str(getattr(error, "orig", None) or error), COULD_NOT)


def _wrong_configuration() -> type[Exception]:
    from monitor.targets import TargetsError

    return TargetsError


def _no_way() -> tuple[type[Exception], ...]:
    """What keeps a command from running: the store, an address that is taken, the disk."""
    from sqlalchemy.exc import SQLAlchemyError

    from monitor.store.session import StoreError
    from monitor.web.server import ListenError

    return StoreError, ListenError, SQLAlchemyError, OSError


def _fail(text: str, status: int) -> None:
    typer.echo(f"duban: {text}", err=True)
    sys.exit(status)
