"""The kinds of rounds, by the name under which the schedule keeps them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from monitor.rounds.audit import audit_site, record_audit
from monitor.rounds.badlinks import CRAWL, LINKS, store_links
from monitor.rounds.context import Context
from monitor.rounds.follow import follow_up
from monitor.rounds.judge import judge_again
from monitor.rounds.keeping import keep_look, keep_poll, keep_revisit, keep_source
from monitor.rounds.links import STOPPED, check_home, check_whole, opens_at
from monitor.rounds.look import look_at_site
from monitor.rounds.poll import find_column, poll_column, record_poll
from monitor.rounds.record import record_look
from monitor.rounds.revisit import record_revisit, revisit
from monitor.rounds.seal import seal_verdicts
from monitor.rounds.shortfall import tell_of_evidence
from monitor.rounds.source import ask_source, record_source
from monitor.rounds.tidy import tidy_store
from monitor.store import watches
from monitor.store.tables import Obligation, Policy

Round = Callable[[Context, str], Awaitable[None]]
"""Does one piece of work and stores it, its next due time included, in one transaction."""


async def poll(ctx: Context, key: str) -> None:
    """Read one portal's column."""
    found = find_column(ctx.targets, key)
    if found is None:
        return
    polled = await poll_column(ctx, *found)
    if polled is not None:
        await keep_poll(ctx, *found, polled)
        await ctx.store.write(lambda session: record_poll(session, ctx, *found, polled, ctx.now()))


async def look(ctx: Context, key: str) -> None:
    """Look at one site."""
    site = ctx.site(key)
    if site is not None:
        brief, looked = await look_at_site(ctx, site)
        looked = await keep_look(ctx, site, brief, looked)
        await ctx.store.write(lambda session: record_look(session, ctx, site, brief, looked, ctx.now()))


async def audit(ctx: Context, key: str) -> None:
    """Audit one site's lifecycle."""
    site = ctx.site(key)
    if site is not None:
        audited = await audit_site(ctx, site)
        await ctx.store.write(lambda session: record_audit(session, ctx, site, audited, ctx.now()))


async def links(ctx: Context, key: str) -> None:
    """Check the links of one site's home page, and look again at those that failed."""
    site = ctx.site(key)
    if site is not None:
        checked = await check_home(ctx, site)
        if checked.cut == STOPPED:
            raise asyncio.CancelledError
        await store_links(ctx, site, checked)


async def crawl(ctx: Context, key: str) -> None:
    """Go through all links of one site, once the window is open; what it saw until it is stopped is kept."""
    site, now = ctx.site(key), ctx.now()
    if site is None:
        return
    if (opens := opens_at(ctx, now)) > now:
        await ctx.store.write(lambda session: watches.put_off(session, CRAWL, key, opens))
        return
    checked = await check_whole(ctx, site)
    await store_links(ctx, site, checked)
    if checked.cut == STOPPED:
        raise asyncio.CancelledError


async def judge(ctx: Context, key: str) -> None:
    """Judge one obligation on which time has something to say; the key is its id."""
    await ctx.store.write(lambda session: judge_again(session, ctx, int(key), ctx.now()))


async def follow(ctx: Context, _key: str) -> None:
    """Tell again, or pass up, what is still open, and see whether evidence is kept."""
    await ctx.evidence.go_on()
    await ctx.store.write(lambda session: follow_up(session, ctx, ctx.now()))
    await ctx.store.write(lambda session: tell_of_evidence(session, ctx, ctx.now()))


async def source(ctx: Context, key: str) -> None:
    """Ask whether a policy still stands at its source; the key is its id."""
    policy_id = int(key)
    policy = await ctx.store.read(lambda session: session.get(Policy, policy_id))
    if policy is not None:
        asked = await ask_source(ctx, policy)
        await keep_source(ctx, policy, asked)
        await ctx.store.write(lambda session: record_source(session, ctx, policy_id, asked, ctx.now()))


async def repost(ctx: Context, key: str) -> None:
    """Look again at a repost that was found; the key is the id of its obligation."""
    id_ = int(key)
    obligation = await ctx.store.read(lambda session: session.get(Obligation, id_))
    policy = await ctx.store.read(
        lambda session: session.get(Policy, obligation.policy_id) if obligation is not None else None
    )
    site = ctx.site(obligation.site) if obligation is not None else None
    seen = None
    if obligation is not None and obligation.sighting and policy is not None and site and site.binds_repost:
        seen = await revisit(ctx, site, obligation, policy)
        if seen is not None:
            await keep_revisit(ctx, obligation, seen)
    await ctx.store.write(lambda session: record_revisit(session, ctx, id_, seen, ctx.now()))


async def seal(ctx: Context, _key: str) -> None:
    """Write down in the evidence what was judged."""
    await seal_verdicts(ctx, ctx.now())


async def tidy(ctx: Context, _key: str) -> None:
    """Forget what is old and what nothing rests on."""
    await tidy_store(ctx, ctx.now())


ROUNDS: Mapping[str, Round] = {
    "judge": judge,
    "column": poll,
    "look": look,
    "audit": audit,
    LINKS: links,
    CRAWL: crawl,
    "follow": follow,
    "source": source,
    "repost": repost,
    "seal": seal,
    "tidy": tidy,
}

AT_ONCE: Mapping[str, int] = {LINKS: 8, CRAWL: 2}
"""Kinds that last, and how many of each run at once: they take no place from rounds with a deadline."""
