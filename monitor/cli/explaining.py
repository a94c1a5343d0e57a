"""The command that explains one verdict: told as the console tells it, in the office's language."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import typer

from monitor.cli.common import (
    CliError,
    ConfigOption,
    IdArgument,
    JsonOption,
    load_with_store,
    print_json,
    print_table,
)

if TYPE_CHECKING:
    from monitor.rounds.context import Context
    from monitor.web.duty import DutyPage
    from monitor.web.story import Line
    from monitor.web.words import Words


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command(short_help="Show the reasoning of one verdict.")(explain)


def explain(obligation: IdArgument, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show the reasoning of one verdict: its clock, what was seen and when, and what would change it.

    As the console does, it speaks the office's language.
    """
    from monitor.service import open_context
    from monitor.store import views
    from monitor.web.duty import load_duty
    from monitor.web.words import Words

    async def load() -> tuple[Context, DutyPage | None, Any, list[Any]]:
        async with open_context(load_with_store(config)) as ctx:
            zone, read = ctx.counting.zone, ctx.store.read_now
            page = read(lambda session: load_duty(session, ctx, obligation, ctx.now()))
            found = read(lambda session: views.find_obligation(session, zone, obligation))
            return ctx, page, found, read(lambda session: views.timeline(session, zone, obligation))

    ctx, page, found, entries = asyncio.run(load())
    if page is None:
        raise CliError(f"no obligation {obligation}: `duban status --all` lists them")
    if as_json:
        timeline = [{key: value for key, value in entry.items() if key != "order"} for entry in entries]
        print_json({**found, **_reckoning_json(page), "could_change": page.changes, "timeline": timeline})
    else:
        _show(page, Words.of(ctx.targets, ctx.now()), ctx)


def _reckoning_json(page: DutyPage) -> dict[str, Any]:
    readings = page.reckoning.readings if page.reckoning is not None else {}
    return {
        "readings": {
            name: {"limit_at": end.at.isoformat(), "certain": end.certain, "state": page.outcomes.get(name)}
            for name, end in readings.items()
        }
    }


def _show(page: DutyPage, words: Words, ctx: Context) -> None:
    name = ctx.site(page.duty.site)
    title = page.policy.title if page.policy else words.t("duty", id=page.duty.id)
    verdict = words.verdict(page.state, page.duty.review, page.duty.limit_at)
    print_table(
        "", ("", ""), [(f"{words.sign(page.state)} {verdict}", name.name if name else page.duty.site)]
    )
    portal = ctx.targets.portal_of.get(page.duty.portal)
    source = portal.name if portal is not None else page.duty.portal
    print_table("", ("", ""), [(words.t("duty.policy"), title), *_facts(page, words, source)])
    print_table(words.t("seen"), ("", ""), list(_proof(page, words)))
    print_table(words.t("count"), ("", "", ""), list(_counted(page, words)))
    print_table(words.t("changes"), ("",), [(line,) for line in _changes(page, words)])
    print_table(words.t("story"), ("", "", ""), [_told(line, words, page.duty.review) for line in page.story])


def _facts(page: DutyPage, words: Words, source: str) -> Iterator[tuple[str, str]]:
    duty, policy = page.duty, page.policy
    yield words.t("duty.verdict"), words.reason(duty.reason)
    if duty.review != "none":
        yield words.t("duty.review"), words.review(duty.review)
    if policy is not None:
        yield words.t("duty.source"), f"{source} {policy.url}"
        yield words.t("duty.published"), words.stated(policy.published_at, policy.precision)
    if page.why_key:
        yield words.t("policy.key"), words.reason(page.why_key)
    started = f"{words.long(duty.started_at)} ({words.t(f'duty.start-{page.start}')})"
    yield words.t("duty.started"), started
    if duty.target_at is not None:
        yield words.t("duty.target"), words.by(duty.target_at)
    yield words.t("duty.limit"), words.by(duty.limit_at)
    if duty.discharged_at is not None:
        yield words.t("duty.done"), words.long(duty.discharged_at)
    yield words.t("duty.basis"), f"{words.cite()} (repost.target, repost.limit)"
    for problem in page.problems:
        state = words.t("problem.is-over" if problem.closed_at else "problem.is-open")
        yield (
            words.t("duty.problems"),
            f"{problem.id} {words.accusation(problem.rule, duty.review)} ({problem.rule}) {state}",
        )


def _proof(page: DutyPage, words: Words) -> Iterator[tuple[str, str]]:
    from monitor.web.story import LAST_LOOK

    seen, duty = page.seen, page.duty
    if seen is None:
        lacked = words.t("seen.lacked-at", when=words.exact(duty.seen_after)) if duty.seen_after else ""
        yield words.t("seen.nothing"), lacked
    else:
        yield words.t("seen.page"), f"{seen.title} {seen.url}"
        yield words.t("seen.how"), f"{words.how(seen.how)}: {words.reason(seen.why)}"
        declared = f"{words.stated(seen.declared, seen.precision)} ({words.t(f'precision.{seen.precision}')})"
        yield words.t("seen.declared"), declared
        by = words.exact(seen.seen_by)
        between = (
            words.t("seen.between", after=words.exact(seen.seen_after), by=by)
            if seen.seen_after
            else words.t("seen.elsewhere" if seen.place == LAST_LOOK else "seen.from-start", by=by)
        )
        yield words.t("seen.interval"), between
        if seen.backdated:
            yield "!", words.t("seen.backdated")
    if page.last_look is not None:
        yield words.t("look.read"), "; ".join(place.name for place in page.last_look.read)
        for place in page.last_look.unread:
            yield words.t("look.unread"), f"{place.name}: {words.reason(place.why)}"


def _counted(page: DutyPage, words: Words) -> Iterator[tuple[str, str, str]]:
    found = page.reckoning
    if found is None:
        yield "", words.t("count.changed"), ""
        return
    for day in found.days:
        is_span = day.kind == "off" and day.first != day.last
        first, last = words.day(day.first), words.day(day.last)
        if is_span:
            yield "", words.t("count.off-span", first=first, last=last), ""
        else:
            yield "", words.t(f"count.{day.kind}", day=first, number=day.number), ""
    ends = words.by(found.end.at)
    if found.term.clock is not None:
        yield "", words.t("count.clock", length=words.length(found.term.clock), end=ends), ""
        return
    yield "", words.t("count.end", end=ends), ""
    for name, end in found.readings.items():
        state = page.outcomes.get(name)
        sign = "✓" if name is found.chosen else ""
        verdict = words.state(state, page.duty.review) if state is not None else "-"
        yield sign, f"{words.t(f'reading.{name}')}: {words.by(end.at)}", verdict


def _changes(page: DutyPage, words: Words) -> Iterator[str]:
    duty = page.duty
    target = words.by(duty.target_at) if duty.target_at is not None else ""
    url = page.policy.url if page.policy is not None else ""
    for name in page.changes:
        yield words.t(f"change.{name}", id=duty.id, url=url, target=target, limit=words.by(duty.limit_at))


def _told(line: Line, words: Words, review: str) -> tuple[str, str, str]:
    from checks.obligations import State

    at = words.exact(line.at)
    if line.count > 1:
        at = f"{at} - {words.exact(line.until)}"
    entry = line.entry
    if line.what == "state":
        return at, words.state(State(entry["state"]), review), words.reason(entry["why"])
    if line.what == "decision":
        by = words.t("story.by", by=entry["by"], why=entry["why"])
        return at, words.maybe("action", entry["action"]), by
    if line.what == "message":
        sent = words.t(f"delivery.{entry['state']}")
        return at, words.t("story.message"), f"{entry['title']} ({entry['channel']} {sent})"
    if line.what == "found":
        return at, words.t("look"), words.t("story.found")
    if line.what == "problem":
        name = words.t("story.problem" if entry["open"] else "story.problem-over")
        return at, name, f"{words.rule(entry['rule'])} {words.found(entry['found'])}"
    looks = words.t("story.looks", count=line.count) if line.count > 1 else words.t("story.look")
    troubles = "; ".join(f"{place}: {words.reason(why)}" for place, why in line.troubles)
    return at, looks, f"{words.t(f'story.{line.what}')} {troubles or ', '.join(line.places)}"
