"""Commands by which an officer decides: key, waive, discharge, review, acknowledge, dismiss."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

from monitor.cli.common import (
    ByOption,
    CliError,
    ConfigOption,
    IdArgument,
    ReasonOption,
    load_with_store,
    print_table,
    show,
)

if TYPE_CHECKING:
    from sqlmodel import Session

    from monitor.rounds import keylist
    from monitor.rounds.context import Context
    from monitor.store.tables import Policy

T = TypeVar("T")
Scope = Literal["page", "rule", "subject"]

key = typer.Typer(help="Which items are key, decided by hand.", no_args_is_help=True)
ProblemArgument = Annotated[int, typer.Argument(help="The problem's id.", metavar="ID", min=1, max=2**31 - 1)]
UrlArgument = Annotated[str, typer.Argument(help="The item's address on the portal.", metavar="URL")]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.add_typer(key, name="key")
    app.command(short_help="Let an obligation go.")(waive)
    app.command(short_help="Show by hand where a repost stands.")(discharge)
    app.command(name="object", short_help="Note that somebody contests an accusation.")(object_to)
    app.command(short_help="Confirm an accusation after review.")(uphold)
    app.command(short_help="Take an accusation back after review.")(overturn)
    app.command(short_help="Note that somebody deals with a problem.")(acknowledge)
    app.command(short_help="Dismiss a problem as a false alarm.")(dismiss)


def waive(obligation: IdArgument, by: ByOption, reason: ReasonOption, config: ConfigOption = None) -> None:
    """Let an obligation go: it ends waived and counts in no share."""
    from monitor.rounds import decisions

    officer = decisions.Officer(by, reason)
    found = _decide(config, lambda s, ctx: decisions.waive(s, ctx, obligation, officer, ctx.now()))
    typer.echo(f"obligation {found.id}: {found.state}")


def discharge(
    obligation: IdArgument,
    url: Annotated[str, typer.Argument(help="The page that is the repost.", metavar="URL")],
    by: ByOption,
    reason: ReasonOption,
    config: ConfigOption = None,
) -> None:
    """Show by hand where a repost stands: the page is fetched and matched, and its time decides."""
    from monitor.rounds import decisions
    from monitor.service import open_context

    officer = decisions.Officer(by, reason)

    async def prove_and_store() -> str:
        async with open_context(load_with_store(config)) as ctx:
            policy = ctx.store.read_now(lambda s: decisions.find_policy(s, obligation))
            proof = await decisions.prove_by_hand(ctx, policy, url)
            found = ctx.store.write_now(
                lambda s: decisions.discharge(s, ctx, obligation, proof, officer, ctx.now())
            )
            return f"obligation {found.id}: {found.state}, review {found.review}"

    try:
        typer.echo(asyncio.run(prove_and_store()))
    except decisions.DecisionError as error:
        raise CliError(show(error)) from error


def object_to(
    obligation: IdArgument, by: ByOption, reason: ReasonOption, config: ConfigOption = None
) -> None:
    """Note that somebody contests an accusation: until review it counts in no share."""
    from monitor.rounds import decisions, review

    officer = decisions.Officer(by, reason)
    found = _decide(config, lambda s, ctx: review.object_to(s, obligation, officer, ctx.now()))
    typer.echo(f"obligation {found.id}: {found.state}, review {found.review}")


def uphold(obligation: IdArgument, by: ByOption, reason: ReasonOption, config: ConfigOption = None) -> None:
    """Confirm an accusation after review: it is no suspicion any more, and those concerned are told."""
    from monitor.rounds import decisions, review

    officer = decisions.Officer(by, reason)
    found = _decide(config, lambda s, ctx: review.uphold(s, ctx, obligation, officer, ctx.now()))
    typer.echo(f"obligation {found.id}: {found.state}, review {found.review}")


def overturn(obligation: IdArgument, by: ByOption, reason: ReasonOption, config: ConfigOption = None) -> None:
    """Take an accusation back after review: it ends unproven, and all who were told are corrected."""
    from monitor.rounds import decisions, review

    officer = decisions.Officer(by, reason)
    found = _decide(config, lambda s, ctx: review.overturn(s, ctx, obligation, officer, ctx.now()))
    typer.echo(f"obligation {found.id}: {found.state}, review {found.review}")


def dismiss(
    problem: ProblemArgument,
    by: ByOption,
    reason: ReasonOption,
    until: Annotated[str, typer.Option(help="Last day on which it holds.", metavar="YYYY-MM-DD")],
    scope: Annotated[Scope, typer.Option(help="How far: this page, this rule on this site, this subject.")],
    config: ConfigOption = None,
) -> None:
    """Dismiss a problem as a false alarm: what falls in the scope is not told again until it expires."""
    from monitor.rounds import decisions, dismissals

    try:
        alarm = dismissals.FalseAlarm(problem, scope, date.fromisoformat(until))
    except ValueError as error:
        raise CliError(f"--until: {until!r} is not a day like 2026-12-31") from error
    officer = decisions.Officer(by, reason)
    found = _decide(config, lambda s, ctx: dismissals.dismiss(s, ctx, alarm, officer, ctx.now()))
    typer.echo(f"problem {problem}: dismissed ({found.scope}) until the end of {until}")


def acknowledge(
    problem: ProblemArgument,
    by: ByOption,
    reason: ReasonOption,
    config: ConfigOption = None,
) -> None:
    """Note that somebody deals with a problem; for a relaunched list it confirms the new list."""
    from monitor.rounds import decisions

    officer = decisions.Officer(by, reason)
    found = _decide(config, lambda s, ctx: decisions.acknowledge(s, problem, officer, ctx.now()))
    typer.echo(f"problem {found.id}: acknowledged by {show(found.acknowledged_by)}")


@key.command(short_help="Make an item key: clocks start at its publication.")
def add(url: UrlArgument, by: ByOption, reason: ReasonOption, config: ConfigOption = None) -> None:
    """Make an item of a portal key: clocks start at its publication."""
    from monitor.rounds import decisions
    from monitor.service import open_context

    officer = decisions.Officer(by, reason)

    async def read_and_store() -> Policy:
        async with open_context(load_with_store(config)) as ctx:
            item = ctx.store.read_now(lambda s: decisions.find_item(s, ctx, url))
            article = await decisions.read_item(ctx, item)
            return ctx.store.write_now(
                lambda s: decisions.add_key(
                    s, ctx, decisions.find_item(s, ctx, url), officer, ctx.now(), article
                )
            )

    try:
        policy = asyncio.run(read_and_store())
    except decisions.DecisionError as error:
        raise CliError(show(error)) from error
    typer.echo(f"policy {policy.id}: {show(policy.title)}")


@key.command(short_help="Decide that an item is not key after all.")
def drop(url: UrlArgument, by: ByOption, reason: ReasonOption, config: ConfigOption = None) -> None:
    """Decide that an item is not key after all: its obligations end void."""
    from monitor.rounds import decisions

    officer = decisions.Officer(by, reason)
    count = _decide(
        config,
        lambda s, ctx: decisions.drop_key(s, ctx, decisions.find_item(s, ctx, url), officer, ctx.now()),
    )
    typer.echo(f"{count} obligations end void")


@key.command(name="import", short_help="Make key what a higher office's list names.")
def import_list(
    file: Annotated[Path, typer.Argument(help="The list: .xlsx, .csv or .txt.", metavar="FILE")],
    by: ByOption,
    reason: ReasonOption,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")] = False,
    config: ConfigOption = None,
) -> None:
    """Make key what a higher office's own list names, by address, document number or title."""
    from monitor.rounds import decisions, keylist
    from monitor.service import open_context
    from monitor.starting.keylist import read_list
    from monitor.starting.spreadsheet import SpreadsheetError

    try:
        lines = read_list(file)
    except SpreadsheetError as error:
        raise CliError(show(error)) from error
    officer = decisions.Officer(by, reason)

    async def match_and_take() -> list[keylist.Matched]:
        async with open_context(load_with_store(config)) as ctx:
            matched = ctx.store.read_now(lambda s: keylist.match_lines(s, ctx, lines, ctx.now()))
            if dry_run:
                return matched
            articles = await keylist.read_items(ctx, matched)
            return ctx.store.write_now(lambda s: keylist.take(s, ctx, lines, articles, officer, ctx.now()))

    matched = asyncio.run(match_and_take())
    rows = [(m.line.number, m.line.shown, m.outcome, _owners(m)) for m in matched]
    print_table("would be done" if dry_run else "", ("line", "named", "outcome", "portal"), rows)


def _owners(matched: keylist.Matched) -> str:
    return ", ".join(dict.fromkeys(item.owner for item in matched.items))


def _decide(config: Path | None, work: Callable[[Session, Context], T]) -> T:
    """Take a decision in one transaction, beside a daemon that may be running."""
    from monitor.rounds.decisions import DecisionError
    from monitor.service import open_context

    async def take() -> T:
        async with open_context(load_with_store(config)) as ctx:
            return ctx.store.write_now(lambda session: work(session, ctx))

    try:
        return asyncio.run(take())
    except DecisionError as error:
        raise CliError(show(error)) from error
