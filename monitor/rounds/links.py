"""Going through the links of a site: its home page's every day, all of them where that is wanted, by night.

A crawl asks for every address once. What it could not see is no finding: refusals are shown in the browser,
what failed is looked at again in later rounds, and where our own line is down nothing is said of others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

from yarl import URL

from alerts.routing import Quiet
from checks.addresses import canonical, host
from checks.links import State, state_of
from monitor.net.addresses import site_of
from monitor.net.client import CookieRound
from monitor.net.outcomes import Outcome
from monitor.reading.hrefs import normalise
from monitor.rounds import whereabouts
from monitor.rounds.context import Context
from monitor.rounds.crawling.crawl import MOST_HOPS, Crawl
from monitor.rounds.crawling.ledger import Bounds, Ledger, Trouble
from monitor.rounds.crawling.memory import Memory
from monitor.rounds.crawling.options import Options
from monitor.rounds.crawling.report import Entry, Place, Report, report_of
from monitor.rounds.crawling.seeing import See, see_own
from monitor.rounds.grounds import Grounds, closed_at, folder_kept_to, grounds_of
from monitor.rounds.hosts import hosts_of
from monitor.rounds.pages import Manner, fetch, show, trouble_with
from monitor.rounds.whereabouts import Left
from monitor.store import badlinks
from monitor.store.tables import BadLink
from monitor.targets import Site

HOME, WHOLE = "home", "whole"

AT_HOME = timedelta(minutes=20)
"""How long the links of a home page may take."""

PATIENCE = timedelta(minutes=2)
"""How long a host is waited for in that time that asks for it."""

BOUNDS = Bounds(settled=10_000, waiting=3_000, troubles=5_000)
SHARE = 0.05
"""The part of the loop's time that what one server answers may take: deadlines are kept beside it."""

REFUSALS = frozenset({403, 412, 429, 521})
"""What shields answer to whom they take for a robot: a browser may see more."""

MOST_SHOWN = 20

OUT_OF_TIME, OUT_OF_PAGES, OUT_OF_ROOM, STOPPED = "time", "pages", "room", "stopped"
_AGAIN = "looked at again"
_NO_PLACES = frozenset({"sitemap", "the start"})


@dataclass(frozen=True, slots=True)
class Bad:
    """A link that fails or leads astray, and the places where this round met it."""

    url: str
    state: State
    status: int | None
    reason: str
    places: tuple[Place, ...]
    places_in_all: int
    closed_site: str | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What a round through the links of a site gave, from when it began to when it ended (`at`).

    fronts: addresses of its home page. well: links that failed before and are in order now. left: those that
    are not, and stand no more on the page with which they are told, by their ids. cut: why the round saw less
    than all, "" where it saw all.
    """

    scope: str
    began: datetime
    at: datetime
    fronts: frozenset[str]
    bad: tuple[Bad, ...]
    report: Report
    states: Mapping[str, int]
    unchanged: int = 0
    cut: str = ""
    well: frozenset[str] = frozenset()
    left: Mapping[int, Left] = field(default_factory=dict)


async def check_home(ctx: Context, site: Site) -> Checked:
    """Check the links of a home page, and look again at what failed anywhere on the site. Stores nothing."""
    known = await ctx.store.read(lambda session: badlinks.standing(session, site.id))
    options = replace(
        await _options(ctx, site),
        depth=0,
        patience=PATIENCE,
        reads_sitemap=False,
        listed=tuple((link.url, _AGAIN) for link in known),
    )
    return await _checked(ctx, site, options, AT_HOME, HOME, known)


async def check_whole(ctx: Context, site: Site) -> Checked:
    """Go through all links of a site, until the window closes. Stores nothing but what spares parsing."""
    rules, now = ctx.targets.rules.links, ctx.now()
    longest = rules.longest
    if (window := _window(ctx)) is not None:
        longest = min(longest, window.until(now, ctx.counting.zone) - now)
    options = replace(await _options(ctx, site), pages=rules.pages)
    known = await ctx.store.read(lambda session: badlinks.standing(session, site.id))
    with Memory(Path(ctx.targets.store.pages), site.id) as memory:
        checked = await _checked(ctx, site, options, longest, WHOLE, known, memory.see)
        if not checked.cut:
            memory.forget_unseen()
        return replace(checked, unchanged=memory.unchanged)


def opens_at(ctx: Context, moment: datetime) -> datetime:
    """When a site may be gone through next: `moment` itself, or when the window opens after it."""
    window = _window(ctx)
    return moment if window is None else Quiet(window.end, window.start).until(moment, ctx.counting.zone)


def next_whole(ctx: Context, began: datetime) -> datetime:
    """When a site is gone through again: after the interval, at the opening of its window."""
    due, window, zone = began + ctx.targets.rules.links.every, _window(ctx), ctx.counting.zone
    if window is None or window.until(due, zone) == due:
        return opens_at(ctx, due)
    opening = datetime.combine(due.astimezone(zone).date(), window.start, zone)
    opening = opening if opening <= due else opening - timedelta(days=1)
    return opening if opening > began else window.until(due, zone)


def _window(ctx: Context) -> Quiet | None:
    window = ctx.targets.rules.links.window
    return None if window is None else Quiet.parse(window)


async def _options(ctx: Context, site: Site) -> Options:
    """How a site is asked: one seat of each host is left to the readings that have a deadline.

    It is begun where its front door leads: many are nothing but a refresh to another page.
    """
    fetch_, rules = ctx.targets.fetch, ctx.targets.rules.links
    front = await fetch(ctx, site.url, Manner(robots=site.robots or fetch_.robots), CookieRound())
    start = front.final_url if front.ok else site.url
    own = [f"http://{name}/" for name in sorted(site.all_hosts)]
    folder = folder_kept_to(site, start, ctx.targets.sites)
    if folder != "/":
        own = [url for url in own if host(canonical(url)) != host(canonical(start))]
    return Options(
        start=start,
        folder=folder,
        own=tuple(own),
        exclude=rules.exclude,
        rate=rules.rate,
        robots=fetch_.robots,
        own_robots=site.robots,
        is_behind=True,
        share=SHARE,
        largest=whereabouts.LARGEST,
    )


async def _checked(
    ctx: Context,
    site: Site,
    options: Options,
    longest: timedelta,
    scope: str,
    known: Sequence[BadLink],
    see: See = see_own,
) -> Checked:
    now, began = ctx.now(), monotonic()
    with Ledger(BOUNDS) as ledger:
        crawl = Crawl(ctx.client, options, ledger, see=see)
        cut = await _run(crawl, longest)
        report = report_of(crawl, ledger, options.start, monotonic() - began)
        fronts = _fronts(ledger, site.url) | _fronts(ledger, options.start or site.url)
        well = frozenset(link.url for link in known if _is_well(link, ledger, options))
    if not cut and options.pages is not None and report.pages >= options.pages:
        cut = OUT_OF_PAGES
    if not cut and (report.untold.get(State.BROKEN) or report.untold.get(State.FOREIGN)):
        cut = OUT_OF_ROOM
    checked = Checked(scope, now, ctx.now(), fronts, (), report, _states(report), cut=cut, well=well)
    return checked if cut == STOPPED and scope == HOME else await _judged(ctx, site, checked, known)


async def _run(crawl: Crawl, longest: timedelta) -> str:
    """Crawl until all is asked for, time is up, or the daemon stops; says which, "" for the first."""
    try:
        async with asyncio.timeout(longest.total_seconds()):
            await crawl.run()
    except TimeoutError:
        return OUT_OF_TIME
    except asyncio.CancelledError:
        return STOPPED  # whoever stores what there is goes on being cancelled then
    return ""


def _fronts(ledger: Ledger, url: str) -> frozenset[str]:
    """The addresses of a home page: the one known, and those its redirects lead to."""
    here = (normalise(url) or url).partition("#")[0]
    found = {here}
    for _ in range(MOST_HOPS):
        ledger.recall((here,))
        standing = ledger.standing(here)
        if not isinstance(standing, Trouble) or not standing.target:
            break
        here = standing.target
        found.add(here)
    return frozenset(found)


# What came of it.


def _is_well(link: BadLink, ledger: Ledger, options: Options) -> bool:
    """Whether a link that failed before answers now, or is asked for no more."""
    return ledger.is_fine(link.url) or not options.is_wanted(link.url)


async def _judged(ctx: Context, site: Site, checked: Checked, known: Sequence[BadLink]) -> Checked:
    """Tell what is bad of a report, after a browser saw what refused to answer."""
    lists, closed = checked.report.lists, grounds_of(ctx.targets.sites)
    bad = [_bad(entry, state, closed) for state in (State.BROKEN, State.FOREIGN) for entry in lists[state]]
    # What does not answer, and was closed by the register, is no time-out that may pass.
    silent = [_bad(entry, State.BROKEN, closed) for entry in lists[State.SUSPECT] if entry.status is None]
    bad += [link for link in silent if link.closed_site is not None]
    kept = tuple(link for link in bad if link.url not in checked.fronts)
    checked = replace(checked, bad=kept)
    if checked.cut == STOPPED:
        return checked
    try:
        checked = await _seen_again(ctx, site, checked, known, closed)
        if checked.cut == OUT_OF_TIME and checked.scope == WHOLE:
            return checked
        return await _looked_for(ctx, site, checked, known)
    except asyncio.CancelledError:
        return replace(checked, cut=STOPPED)


async def _seen_again(
    ctx: Context, site: Site, checked: Checked, known: Sequence[BadLink], closed: Grounds
) -> Checked:
    """Let the browser see what refused to answer, and say nothing of others where our own line is down."""
    bad, states, well = list(checked.bad), dict(checked.states), set(checked.well)
    refusing = _refusing(checked.report, known) if checked.cut != OUT_OF_TIME else []
    for entry, outcome in await _shown(ctx, site, refusing):
        state = state_of(outcome)
        if state is not State.SUSPECT:
            states[State.SUSPECT] -= bool(_places(entry))
        if state is State.BROKEN and entry.url not in checked.fronts:
            bad.append(replace(_bad(entry, state, closed), reason=outcome.replace("_", " ")))
        elif state is None:
            well.add(entry.url)
    if await _is_cut_off(ctx, bad):
        bad = [link for link in bad if link.status is not None]
    return replace(checked, bad=tuple(bad), states=states, well=frozenset(well))


def _bad(entry: Entry, state: State, closed: Grounds) -> Bad:
    places = _places(entry)
    unreal = len(entry.found_on) - len(places)
    return Bad(
        entry.url,
        state,
        entry.status,
        entry.reason,
        places,
        entry.places - unreal,
        closed_at(entry.url, closed),
    )


def _places(entry: Entry) -> tuple[Place, ...]:
    """Where a link stands; not where it was only listed."""
    return tuple(place for place in entry.found_on if place.page != _AGAIN and place.text not in _NO_PLACES)


def _states(report: Report) -> dict[str, int]:
    """How many of the links that stand somewhere stand how; those in order besides."""
    found: dict[str, int] = {}
    listed = 0
    for state, entries in report.lists.items():
        found[state] = sum(bool(_places(entry)) for entry in entries) + report.untold.get(state, 0)
        listed += len(entries) + report.untold.get(state, 0)
    return {**found, "ok": max(0, report.links - listed)}


def _refusing(report: Report, known: Sequence[BadLink]) -> list[Entry]:
    """What refuses to answer; first what failed before, that which was not seen to for longest before all."""
    order = {link.url: place for place, link in enumerate(known)}
    refusing = [entry for entry in report.lists[State.SUSPECT] if entry.status in REFUSALS]
    return sorted(refusing, key=lambda entry: order.get(entry.url, len(order)))


async def _shown(ctx: Context, site: Site, refusing: Sequence[Entry]) -> list[tuple[Entry, Outcome]]:
    """Show in the browser what refuses to answer; gives how each ended there."""
    if ctx.browser is None:
        return []
    own, found = hosts_of(site), []
    for entry in refusing[:MOST_SHOWN]:
        if ctx.client.hosts.not_before(site_of(URL(entry.url)), urgent=True) is not None:
            continue  # it asked to be left alone
        is_own = host(canonical(entry.url)) in own
        robots = site.robots if is_own and site.robots else ctx.targets.fetch.robots
        page = await show(ctx, entry.url, Manner(robots=robots))
        if page is None:
            break
        if not page.ok or trouble_with(page) is None:
            found.append((entry, page.outcome))
    return found


async def _is_cut_off(ctx: Context, bad: Iterable[Bad]) -> bool:
    """Whether it is our own line that gives no answers: no portal above answers either."""
    is_unanswered = any(link.status is None for link in bad)
    return is_unanswered and ctx.reference is not None and not await ctx.reference.answers()


async def _looked_for(ctx: Context, site: Site, checked: Checked, known: Sequence[BadLink]) -> Checked:
    """Look where those stand that failed before, are not in order, and were not met."""
    met = {entry.url for entries in checked.report.lists.values() for entry in entries if _places(entry)}
    unmet = [link for link in known if link.url not in met and link.url not in checked.well]
    return replace(checked, left=await whereabouts.look(ctx, site, unmet, checked.fronts))
