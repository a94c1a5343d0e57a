"""The command by which an officer keeps what they saw by hand: observe."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.common import ByOption, CliError, ConfigOption, ReasonOption, load_with_store, show

if TYPE_CHECKING:
    from monitor.rounds.observations import Observation, Picture, Seen
    from monitor.targets import Targets

LARGEST_PICTURE = 32 * 1024 * 1024

SawOption = Annotated[
    str | None, typer.Option("--saw", help="The page that is the repost; it discharges.", metavar="URL")
]
NotThereOption = Annotated[bool, typer.Option("--not-there", help="It was not there; kept, never counted.")]
UnreachableOption = Annotated[
    bool, typer.Option("--unreachable", help="The site did not answer; kept, never counted.")
]
PolicyOption = Annotated[
    int | None, typer.Option("--policy", help="The policy's id; else what the site owes.", metavar="ID")
]
PictureOption = Annotated[
    Path | None, typer.Option("--picture", help="A picture of it, kept by its digest.", metavar="FILE")
]


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command(short_help="Keep what an officer saw by hand.")(observe)


def observe(  # noqa: PLR0913 - each is one option
    site: Annotated[str, typer.Argument(help="The site's id.", metavar="SITE")],
    *,
    by: ByOption,
    reason: ReasonOption,
    saw: SawOption = None,
    not_there: NotThereOption = False,
    unreachable: UnreachableOption = False,
    policy: PolicyOption = None,
    picture: PictureOption = None,
    config: ConfigOption = None,
) -> None:
    """Keep what an officer saw by hand: a repost, that it was not there, or that nothing answered.

    --saw discharges as `duban discharge` does: the page is fetched and matched, and its time decides. The
    others stand in the timeline and change no verdict.
    """
    from monitor.clock import system_clock
    from monitor.rounds.decisions import DecisionError, Officer
    from monitor.rounds.observations import Observation, Seen

    if (saw is not None) + not_there + unreachable != 1:
        raise CliError("say one of --saw URL, --not-there and --unreachable")
    targets = load_with_store(config)
    watched = targets.site_of.get(site)
    if watched is None:
        raise CliError(f"no site {show(site)} in the configuration")
    made = Observation(watched, Officer(by, reason), system_clock(), policy, _picture(picture))
    seen = Seen.REPOST if saw is not None else Seen.NOT_THERE if not_there else Seen.UNREACHABLE
    try:
        typer.echo(asyncio.run(_keep(targets, made, seen, saw)))
    except DecisionError as error:
        raise CliError(show(error)) from error


def _picture(path: Path | None) -> Picture | None:
    from monitor.rounds.observations import Picture

    if path is None:
        return None
    try:
        if path.stat().st_size > LARGEST_PICTURE:
            raise CliError(f"{path} is larger than {LARGEST_PICTURE // 2**20} MiB")
        return Picture(path.name, path.read_bytes())
    except OSError as error:
        raise CliError(f"cannot read {path}: {error.strerror}") from error


async def _keep(targets: Targets, made: Observation, seen: Seen, url: str | None) -> str:
    from monitor.rounds.decisions import open_shown
    from monitor.rounds.observations import note, show_repost
    from monitor.service import open_context

    async with open_context(targets) as ctx:
        if url is None:
            kept = ctx.store.write_now(lambda s: note(s, ctx, seen, made))
            return f"{kept}: {seen}; it stands in the timeline and counts as no reading"
        opened = await open_shown(ctx, url)
        done = ctx.store.write_now(
            lambda s: [(o.id, o.state, o.review) for o in show_repost(s, ctx, url, opened, made)]
        )
    return "\n".join(f"obligation {id_}: {state}, review {review}" for id_, state, review in done)
