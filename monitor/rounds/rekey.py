"""A change of what is key: it reaches items first seen within the last limit, and none before."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from checks.keys import decide
from checks.workdays import deadline
from monitor.rounds.context import Context
from monitor.rounds.judge import settle
from monitor.rounds.poll import is_open_to_decision, key_of, key_rules
from monitor.store import duties, items, watches
from monitor.store.tables import Item, Policy
from monitor.targets import Portal, PortalColumn

REASON = "not key after all (the rules of [key] were changed)"


def decide_again(session: Session, ctx: Context, now: datetime) -> None:
    """Apply the rules in force to what was decided within the last limit; what is by hand stays.

    What they make key is opened again by the next poll, and counts from its publication; what they make
    not key ends void.
    """
    for portal in ctx.targets.portals:
        columns = {column.name: column for column in portal.columns}
        for item in items.decided(session, portal.id):
            if deadline(item.seen_by, ctx.targets.rules.repost.limit, ctx.counting).at < now:
                break  # they come newest first
            column = columns.get(item.place)
            if column is not None and is_open_to_decision(session, ctx, item):
                _decide_again(session, ctx, portal, column, item, now)


def _decide_again(
    session: Session, ctx: Context, portal: Portal, column: PortalColumn, item: Item, now: datetime
) -> None:
    policy = session.get(Policy, item.policy_id) if item.policy_id is not None else None
    title = policy.title if policy is not None else item.title
    number = policy.doc_number if policy is not None else item.doc_number
    decision = decide(column.key, title, number, key_rules(ctx.targets))
    if item.is_key and not decision.key:
        item.is_key, item.why, item.decided_at = False, decision.why, now
        session.add(item)
        session.flush()
        if not items.is_key_elsewhere(session, item):
            _let_go(session, ctx, item, now)
    elif item.is_key is False and decision.key:
        item.is_key, item.tries, item.decided_at = None, 0, None
        session.add(item)
        watches.hasten(session, "column", [key_of(portal, column)], now)


def _let_go(session: Session, ctx: Context, item: Item, now: datetime) -> None:
    for obligation in duties.all_of_policy(session, item.policy_id or 0):
        obligation.void = REASON
        settle(session, ctx, obligation, now)
