"""Commands that show how things stand: status, deadline, audit."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.common import (
    COULD_NOT,
    NOT_IN_ORDER,
    CliError,
    ConfigOption,
    JsonOption,
    load_targets,
    open_store,
    optional_targets,
    print_json,
    print_table,
    show,
)

if TYPE_CHECKING:
    from checks.rules import Finding
    from monitor.targets import Site, Targets

RECENT = timedelta(days=7)


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command(short_help="Show how things stand.")(status)
    app.command(short_help="Count the deadlines of a publication.")(deadline)
    app.command(short_help="Judge all that one look at a site decides.")(audit)


def status(
    config: ConfigOption = None,
    since: Annotated[str | None, typer.Option(help="Also what was settled since YYYY-MM-DD.")] = None,
    show_all: Annotated[bool, typer.Option("--all", help="Everything ever settled.")] = False,
    fail: Annotated[bool, typer.Option("--fail", help="Exit with 1 where a violation stands.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show obligations, problems, sites and columns: open ones, and those settled in the last 7 days."""
    from monitor.clock import system_clock
    from monitor.rounds.proposals import open_proposals
    from monitor.store import views
    from monitor.targets import counting

    targets = load_targets(config)
    zone, now = targets.office.zone, system_clock()
    span = views.Span(since=None if show_all else _since(since, targets, now - RECENT))
    store = open_store(targets)
    shown = store.read_now(
        lambda session: {
            "generated_at": now.astimezone(zone).isoformat(),
            "obligations": views.list_obligations(session, zone, span),
            "problems": views.list_problems(session, zone, span),
            "sites": views.list_sites(session, targets, zone),
            "columns": views.list_columns(session, zone),
            "proposals": [
                views.proposal_json(item, until, zone)
                for item, until in open_proposals(session, targets, counting(targets), now)
            ],
            "dismissals": views.list_dismissals(session, zone, now),
        }
    )
    if as_json:
        print_json(shown)
    else:
        _show_status(shown)
    if fail and _has_violation(shown):
        raise typer.Exit(NOT_IN_ORDER)


def _since(day: str | None, targets: Targets, usual: datetime) -> datetime:
    if day is None:
        return usual
    try:
        return datetime.fromisoformat(day).replace(tzinfo=targets.office.zone).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise CliError(f"--since: {day!r} is not a day like 2026-11-24") from error


def _has_violation(shown: dict[str, Any]) -> bool:
    return any(
        problem["closed_at"] is None and problem["severity"] in ("violation", "urgent")
        for problem in shown["problems"]
    )


def _show_status(shown: dict[str, Any]) -> None:
    print_table(
        "obligations",
        ("id", "site", "policy", "state", "target", "limit", "done"),
        [_obligation_row(obligation) for obligation in shown["obligations"]],
    )
    print_table(
        "problems",
        ("id", "site", "rule", "severity", "since", "due", "what"),
        [_problem_row(problem) for problem in shown["problems"] if problem["closed_at"] is None],
    )
    print_table(
        "sites",
        ("id", "name", "status", "up", "last read", "problems", "obligations"),
        [_site_row(site) for site in shown["sites"]],
    )
    if shown["proposals"]:
        print_table(
            "key or not? (duban key add|drop ID)",
            ("id", "portal", "title", "why", "until"),
            [_proposal_row(proposal) for proposal in shown["proposals"]],
        )
    if shown["dismissals"]:
        print_table(
            "dismissed as false alarms",
            ("problem", "site", "rule", "scope", "last day", "by", "why"),
            [_dismissal_row(dismissal) for dismissal in shown["dismissals"]],
        )
    blind = [(c["owner"], c["name"], c["last_error"]) for c in shown["columns"] if c["last_error"]]
    if blind:
        print_table("not readable now", ("owner", "column", "why"), blind)


def _obligation_row(o: dict[str, Any]) -> tuple[object, ...]:
    times = [short(o[name]) for name in ("target_at", "limit_at", "discharged_at")]
    return o["id"], o["site"], o["subject"]["title"], o["state"], *times


def _problem_row(p: dict[str, Any]) -> tuple[object, ...]:
    times = [short(p[name]) for name in ("opened_at", "due_at")]
    return p["id"], p["site"], p["rule"], p["severity"], *times, p["detail"]


def _proposal_row(p: dict[str, Any]) -> tuple[object, ...]:
    return p["id"], p["portal"], p["title"], p["why"], short(p["until"])


def _dismissal_row(d: dict[str, Any]) -> tuple[object, ...]:
    scope = f"{d['scope']} {d['value']}".strip()
    last = datetime.fromisoformat(d["until"]) - timedelta(microseconds=1)  # as --until names it
    return d["problem"], d["site"], d["rule"], scope, last.date(), d["by"], d["reason"]


def _site_row(s: dict[str, Any]) -> tuple[object, ...]:
    read, counts = short(s["last_read_at"]), _counts(s["obligations"])
    up = {True: "yes", False: "no"}.get(s["up"])
    return s["id"], s["name"], s["status"], up, read, s["problems"], counts


def _counts(states: dict[str, int]) -> str:
    return " ".join(f"{state} {count}" for state, count in sorted(states.items()))


def short(moment: str | None) -> str | None:
    """A moment to the second, without its offset: tables show office time."""
    return moment[:19].replace("T", " ") if moment else None


def deadline(
    time: Annotated[
        str,
        typer.Argument(help="Such as 2026-11-24T09:30; without offset it is office time.", metavar="TIME"),
    ],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count the deadlines of a policy published at TIME."""
    from checks.workdays import deadline as count
    from monitor.targets import counting

    targets = optional_targets(config)
    zone, rules, days = targets.office.zone, targets.rules.repost, counting(targets)
    try:
        start = datetime.fromisoformat(time)
    except ValueError as error:
        raise CliError(f"{time!r} is not a time like 2026-11-24T09:30, with or without +08:00") from error
    try:
        start = start.replace(tzinfo=zone) if start.tzinfo is None else start.astimezone(zone)
        target, limit = count(start, rules.target, days), count(start, rules.limit, days)
    except OverflowError as error:
        raise CliError(f"{time!r} lies at the end of all years that can be counted in") from error
    answer = {
        "started_at": start.isoformat(),
        "target_at": target.at.isoformat(),
        "limit_at": limit.at.isoformat(),
        "calendar_known_until": days.calendar.known_until.isoformat(),
    }
    if as_json:
        print_json(answer)
        return
    print_table("", ("", ""), list(answer.items()))
    if not limit.certain:
        typer.echo("the limit leans on a year whose working days are not announced yet")


def audit(
    sites: Annotated[list[str] | None, typer.Argument(help="None: all.", metavar="[SITE]...")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Judge all that one look decides: up or gone, filings, site code, sponsor, grading, certificate."""
    targets = load_targets(config)
    chosen = _choose(targets, sites or [])
    found = asyncio.run(_audit_all(targets, chosen))
    rows = [_finding_json(site, finding) for site, findings in found for finding in findings]
    if as_json:
        print_json(rows)
    else:
        words = {True: "ok", False: "NOT", None: "?"}
        print_table(
            "",
            ("site", "rule", "", "expected", "found"),
            [(r["site"], r["rule"], words[r["ok"]], r["expected"], r["found"]) for r in rows],
        )
    if any(row["ok"] is False for row in rows):
        raise typer.Exit(NOT_IN_ORDER)
    if any(row["ok"] is None for row in rows):
        raise typer.Exit(COULD_NOT)


def _choose(targets: Targets, ids: Sequence[str]) -> list[Site]:
    known = targets.site_of
    if unknown := [id_ for id_ in ids if id_ not in known]:
        raise CliError(f"no site {', '.join(map(show, unknown))} in the configuration")
    return [known[id_] for id_ in ids] if ids else list(targets.sites)


async def _audit_all(targets: Targets, sites: Sequence[Site]) -> list[tuple[str, Sequence[Finding]]]:
    from monitor.rounds.audit import audit_site
    from monitor.service import open_context

    async with open_context(targets) as ctx:
        audited = await asyncio.gather(*(audit_site(ctx, site) for site in sites))
    return [(site.id, found.findings) for site, found in zip(sites, audited, strict=True)]


def _finding_json(site: str, finding: Finding) -> dict[str, Any]:
    return {
        "site": site,
        "rule": finding.rule,
        "ok": finding.ok,
        "expected": finding.expected,
        "found": finding.found,
        "evidence": finding.evidence,
    }
