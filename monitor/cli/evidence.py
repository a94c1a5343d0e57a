"""Commands on what was kept as proof: evidence verify, show, export."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.common import (
    NOT_IN_ORDER,
    CliError,
    ConfigOption,
    IdArgument,
    JsonOption,
    load_targets,
    open_store,
    print_json,
    print_table,
    show,
)

if TYPE_CHECKING:
    from monitor.evidence import Catalog
    from monitor.evidence.verifying import Verified
    from monitor.rounds.replay import Judged
    from monitor.store.session import Store
    from monitor.targets import Targets

_FOOT = re.compile(r"·\s(?:证据链|evidence) (\d+-[0-9a-f]{16})$")
_HEAD = re.compile(r"(\d+)-([0-9a-f]{16,64})")

evidence = typer.Typer(help="What was kept as proof: verify it, show it, hand it out.", no_args_is_help=True)
HeadOption = Annotated[
    list[str] | None,
    typer.Option("--head", help="An end of the chain that a message gave; repeatable.", metavar="N-DIGEST"),
]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.add_typer(evidence, name="evidence")


@evidence.command()
def verify(
    file: Annotated[
        Path | None, typer.Argument(help="An exported file; without one, all that is kept.", metavar="[FILE]")
    ] = None,
    heads: HeadOption = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say whether the evidence is as it was written, and whether it bears every verdict out."""
    if file is not None:
        _verify_file(file, as_json=as_json)
        return
    found = _verify_all(load_targets(config), heads or [])
    if as_json:
        print_json(found)
    else:
        _show_verified(found)
    if not found["ok"]:
        raise typer.Exit(NOT_IN_ORDER)


def _verify_file(file: Path, *, as_json: bool) -> None:
    from monitor.web.exporting.page import is_whole

    if not file.is_file():
        raise CliError(f"there is no file {file}")
    ok = is_whole(file.read_bytes())
    if as_json:
        print_json({"file": str(file), "ok": ok})
    else:
        typer.echo(f"{file}: {'as it was made' if ok else 'CHANGED since it was made, or no exported file'}")
    if not ok:
        raise typer.Exit(NOT_IN_ORDER)


def _verify_all(targets: Targets, heads: Iterable[str]) -> dict[str, Any]:
    from monitor.evidence import Catalog, Evidence
    from monitor.evidence.verifying import verify as verify_folder
    from monitor.rounds.replay import judge_all_again
    from monitor.store.session import Store

    folder = Path(targets.store.evidence)
    found = verify_folder(folder)
    catalog = Catalog(Evidence(folder))
    told = [("--head", head) for head in heads]
    judged = None
    if not Store(targets.store.url.reveal()).is_missing:
        store = open_store(targets)
        told += _told(store)
        judged = judge_all_again(store, Evidence(folder), targets.office.zone, found.removed)
    contradicted = [
        {"message": number, "head": head} for number, head in told if not _agrees(head, catalog, found)
    ]
    return _report(found, judged, len(told), contradicted)


def _told(store: Store) -> list[tuple[str, str]]:
    """The ends of the chain that messages gave."""
    from monitor.store.alerts import feet

    def read(session: Any) -> list[tuple[str, str]]:
        return [(number, foot[1]) for number, line in feet(session) if (foot := _FOOT.search(line))]

    return store.read_now(read)


def _agrees(head: str, catalog: Catalog, found: Verified) -> bool:
    parts = _HEAD.fullmatch(head)
    if parts is None:
        raise CliError(f"--head {head!r} is no end of a chain, such as 1234-3f9a1c2b7d6e5a01")
    sequence = int(parts[1])
    if any(piece.first <= sequence <= piece.last for piece in found.removed):
        return True
    return (catalog.link(sequence) or "").startswith(parts[2])


def _report(
    found: Verified, judged: Judged | None, told: int, contradicted: list[dict[str, str]]
) -> dict[str, Any]:
    differing = [asdict(one) for one in judged.differing] if judged else []
    return {
        "ok": found.ok and not differing and not contradicted,
        "records": found.records,
        "first": found.first,
        "head": str(found.head) if found.head else None,
        "mismatches": [asdict(mismatch) for mismatch in found.mismatches],
        "unfinished": [asdict(piece) for piece in found.unfinished],
        "removed": [
            {"first": piece.first, "last": piece.last, "link": piece.link} for piece in found.removed
        ],
        "gaps": list(found.gaps),
        "messages": {"checked": told, "contradicted": contradicted},
        "verdicts": {
            "checked": judged.checked if judged else 0,
            "waiting": judged.waiting if judged else 0,
            "aged": judged.aged if judged else 0,
            "differing": differing,
        },
    }


def _show_verified(found: dict[str, Any]) -> None:
    verdicts, messages = found["verdicts"], found["messages"]
    typer.echo(
        f"{found['records']} records, the chain ends at {found['head'] or 'nothing'}; "
        f"{verdicts['checked']} verdicts judged again, {messages['checked']} messages compared"
    )
    for name, columns in (
        ("mismatches", ("file", "offset", "sequence", "what")),
        ("unfinished", ("file", "offset", "bytes")),
        ("gaps", ("since", "lost", "why")),
    ):
        if found[name]:
            print_table(name, columns, [[piece.get(column) for column in columns] for piece in found[name]])
    for title, rows in (("contradicted", messages["contradicted"]), ("differing", verdicts["differing"])):
        if rows:
            print_table(title, list(rows[0]), [list(row.values()) for row in rows])
    typer.echo("all as it was written" if found["ok"] else "NOT as it was written")


@evidence.command("show")
def show_evidence(
    obligation: IdArgument,
    record: Annotated[
        int | None, typer.Option(help="Print what one record holds, as it is.", metavar="NUMBER")
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the records on an obligation."""
    from monitor.evidence import Catalog, Evidence
    from monitor.rounds.replay import records_of

    targets = load_targets(config)
    catalog = Catalog(Evidence(Path(targets.store.evidence)))
    found = records_of(catalog, obligation)
    if not found:
        raise CliError(f"no evidence is kept on obligation {obligation}")
    if record is not None:
        chosen = next((one for one in found if one.sequence == record), None)
        if chosen is None:
            raise CliError(f"record {record} is none of obligation {obligation}")
        sys.stdout.buffer.write(catalog.payload(chosen))
        return
    if as_json:
        print_json(list(_rows(found)))
        return
    # As the console and the messages give times, so that the records can be found that they speak of.
    zone = targets.office.zone
    shown = [
        (one.sequence, f"{one.at.astimezone(zone):%Y-%m-%d %H:%M:%S}", one.kind, one.url, one.digest)
        for one in found
    ]
    print_table("", ("record", "at", "kind", "url", "digest"), shown)


def _rows(found: Iterable[Any]) -> Iterator[dict[str, Any]]:
    for record in found:
        is_statement = record.type == "metadata" and record.kind != "no answer"
        yield {
            "record": record.sequence,
            "at": record.at.isoformat(),
            "kind": record.kind,
            "url": record.url,
            "about": list(record.about),
            "digest": record.digest,
            "says": record.content if is_statement else None,
        }


@evidence.command()
def export(
    obligation: IdArgument,
    output: Annotated[Path, typer.Option("-o", "--output", help="The HTML file to write.", metavar="FILE")],
    config: ConfigOption = None,
) -> None:
    """Write one file on an obligation, with all its records: it opens offline and verifies itself."""
    import asyncio

    from monitor.evidence import RecordError
    from monitor.rounds.replay import NotKeptError

    try:
        file = asyncio.run(_export(load_targets(config), obligation))
    except (NotKeptError, RecordError, FileNotFoundError) as error:
        raise CliError(show(error), NOT_IN_ORDER) from error
    output.write_bytes(file)
    typer.echo(f"{output}: {len(file)} bytes")


async def _export(targets: Targets, obligation: int) -> bytes:
    from monitor.service import open_context
    from monitor.web.duty import load_duty
    from monitor.web.exporting.document import export as make
    from monitor.web.words import Words

    open_store(targets).engine.dispose()
    async with open_context(targets) as ctx:
        now = ctx.now()
        page = await ctx.store.read(lambda session: load_duty(session, ctx, obligation, now))
        if page is None:
            raise CliError(f"no obligation {obligation}: `duban status --all` lists them")
        return make(ctx, Words.of(targets, now), page)
