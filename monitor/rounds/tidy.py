"""Keeping the store from growing without end: once a day, what nothing rests on any more is forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from sqlmodel import SQLModel

from monitor.evidence.ageing import Limits
from monitor.rounds.context import Context
from monitor.rounds.crawling.memory import forget_others
from monitor.store import ageing, items, watches
from monitor.store.tables import AlertEvent, BadLink, Crawled, Item, Look

KIND, KEY = "tidy", "store"
EVERY = timedelta(days=1)

LOOKS_WHOLE = timedelta(days=2)
"""How long every look is kept; of older days the first one, and those that a verdict cites."""

LOOKS_THINNED = timedelta(days=9)
"""How far back looks are thinned: a daemon that was off for a week leaves nothing behind."""

ROWS = timedelta(days=365)
"""How long a row of a site is kept that stands on no list any more."""

LINKS = timedelta(days=365)
"""How long a link that was mended is kept, and a round through links."""

EVENTS = timedelta(days=30)
"""How long an event is kept that no route wanted."""

PIECE = 2000
"""Rows deleted in one transaction: what others have to store waits no longer than that."""


async def tidy_store(ctx: Context, now: datetime) -> None:
    """Forget what is old and what nothing rests on, a piece at a time."""
    portals = [portal.id for portal in ctx.targets.portals]
    for site in ctx.targets.sites:
        spare = partial(ageing.spare_looks, site=site.id, since=now - LOOKS_THINNED, until=now - LOOKS_WHOLE)
        looks = await ctx.store.read(spare)
        await _forget(ctx, Look, looks)
    rows = await ctx.store.read(lambda session: ageing.rows_long_gone(session, portals, now - ROWS))
    owners = await ctx.store.read(lambda session: ageing.owners_of(session, rows))
    await _forget(ctx, Item, rows)
    for owner in owners:
        await ctx.store.write(partial(items.note_titles_anew, owners=[owner]))
    events = await ctx.store.read(lambda session: ageing.events_told_to_nobody(session, now - EVENTS))
    await _forget(ctx, AlertEvent, events)
    links = await ctx.store.read(lambda session: ageing.links_long_mended(session, now - LINKS))
    await _forget(ctx, BadLink, links)
    rounds = await ctx.store.read(lambda session: ageing.rounds_long_ago(session, now - LINKS))
    await _forget(ctx, Crawled, rounds)
    sites = [site.id for site in ctx.targets.sites]
    await asyncio.to_thread(forget_others, Path(ctx.targets.store.pages), sites)
    await _remove_old_evidence(ctx)
    await ctx.store.write(lambda session: watches.put_off(session, KIND, KEY, now + EVERY, ran_at=now))


async def _remove_old_evidence(ctx: Context) -> None:
    """Remove evidence beyond its age and room; what an open verdict rests on, or may come to, stays."""
    needed = await ctx.store.read(ageing.subjects_needed)
    store = ctx.targets.store
    await ctx.evidence.forget(Limits(store.evidence_kept, store.evidence_most), needed)
    await ctx.evidence.hold_only([site.id for site in ctx.targets.sites])


async def _forget(ctx: Context, table: type[SQLModel], ids: Sequence[int | None]) -> None:
    for start in range(0, len(ids), PIECE):
        piece = partial(ageing.forget, table=table, ids=ids[start : start + PIECE])
        await ctx.store.write(piece)
