"""What the commands share: exit statuses, options, the configuration, and how results are shown."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from monitor.store.session import Store
    from monitor.targets import Targets

IN_ORDER, NOT_IN_ORDER, MISUSED, COULD_NOT, INTERRUPTED = 0, 1, 2, 3, 130

CONFIG_VARIABLE = "DUBAN_CONFIG"
USUAL_CONFIG = Path("targets.toml")

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "-c",
        "--config",
        help="The configuration; default: $DUBAN_CONFIG, else targets.toml here.",
        metavar="FILE",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document, and nothing else.")]
NetworksOption = Annotated[
    list[str] | None,
    typer.Option("--allow-network", help="A network that may be read though it is not public; repeatable."),
]
# The largest id that PostgreSQL's integers hold.
IdArgument = Annotated[int, typer.Argument(help="The obligation's id.", metavar="ID", min=1, max=2**31 - 1)]
ByOption = Annotated[str, typer.Option("--by", help="Who decides; kept with the decision.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; kept with the decision.")]


class CliError(Exception):
    """What went wrong, in one line for a person, with the exit status it means."""

    def __init__(self, text: str, status: int = MISUSED) -> None:
        super().__init__(text)
        self.status = status


def config_path(given: Path | None) -> Path:
    """The configuration file that is meant; CliError with the remedy where there is none."""
    path = given or Path(os.environ.get(CONFIG_VARIABLE) or USUAL_CONFIG)
    if not path.is_file():
        raise CliError(f"no configuration at {path}: give one with -c FILE, or set ${CONFIG_VARIABLE}")
    return path


def load_targets(given: Path | None) -> Targets:
    """Read the configuration that is meant."""
    from monitor.targets import load

    return load(config_path(given))


def optional_targets(given: Path | None) -> Targets:
    """The configuration that was named, or one of defaults alone: for commands that need none."""
    from monitor.targets import default_targets

    if given is not None or os.environ.get(CONFIG_VARIABLE):
        return load_targets(given)
    return default_targets(Path.cwd())


def open_store(targets: Targets) -> Store:
    """The store of a configuration, beside a daemon that may be running on it."""
    from monitor.store.schema import require_current
    from monitor.store.session import Store, StoreError

    store = Store(targets.store.url.reveal())
    if store.is_missing:
        raise StoreError(f"there is no store at {store.shown_url} yet: `duban run` makes it")
    require_current(store)
    return store


def load_with_store(given: Path | None) -> Targets:
    """The configuration that is meant, for a command that needs its store as this version has it."""
    targets = load_targets(given)
    open_store(targets).close()
    return targets


def print_json(value: Any) -> None:
    """Print one JSON document."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; text of pages is text in it, never markup."""
    from rich.table import Table
    from rich.text import Text

    table = Table(pad_edge=False, show_header=any(columns))
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(show(cell)) for cell in row))
    out = console()
    if title:  # before the table and not of it, or a narrow one would break it
        out.print(Text(title, style="italic"), soft_wrap=True)
    out.print(table)


def show(value: object) -> str:
    """A cell as it is read; nothing is a dash, and control characters of pages do not reach the terminal."""
    if value is None or value == "":
        return "-"
    return "".join(char if char.isprintable() else " " for char in str(value))


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Where long work says what it is doing: one line on standard error, and only to a terminal."""
    out = console(stderr=True)
    if not out.is_terminal:
        yield lambda doing: None
        return
    from rich.text import Text

    with out.status("") as status:
        yield lambda doing: status.update(Text(show(doing)[:100]))


def console(*, stderr: bool = False) -> Any:
    """Where tables go; off a terminal they are as wide as they need, without colours."""
    from rich.console import Console

    found = Console(stderr=stderr, highlight=False)
    return (
        found if found.is_terminal else Console(stderr=stderr, highlight=False, width=160, color_system=None)
    )
