"""What an officer decides by hand, kept with name and reason; nothing is ever erased."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, select

from checks.addresses import canonical
from checks.obligations import Declared, Sighting, State, is_proven_absent, judge
from checks.reposts import Match, match
from checks.workdays import deadline
from monitor.net.client import CookieRound
from monitor.reading.article import Article
from monitor.rounds.articles import Opened, document_of, document_of_policy, open_article
from monitor.rounds.context import Context
from monitor.rounds.hosts import hosts_of, is_own
from monitor.rounds.judge import clock_of, facts_of, note_proof, settle, sighting_of
from monitor.rounds.keeping import keep_item, keep_shown
from monitor.rounds.poll import adopt
from monitor.rounds.proposals import fellows_of, is_waiting
from monitor.rounds.readings import is_for_a_person
from monitor.rounds.recognise import Candidate, Proof
from monitor.store import duties
from monitor.store.items import BY_HAND
from monitor.store.tables import Decision, Item, Obligation, Place, Policy, Problem

NOT_KEY = "not key after all"


class DecisionError(Exception):
    """A decision that cannot be taken, with the reason."""


@dataclass(frozen=True, slots=True)
class Officer:
    """Who decides, and why."""

    by: str
    reason: str


def waive(session: Session, ctx: Context, obligation_id: int, officer: Officer, now: datetime) -> Obligation:
    """Let an obligation go."""
    obligation = find_obligation(session, obligation_id)
    if obligation.void is not None:
        raise DecisionError(f"obligation {obligation_id} is void: {obligation.void}")
    if obligation.state in (State.MET, State.MET_LATE):
        raise DecisionError(f"obligation {obligation_id} was done in time: there is nothing to let go")
    obligation.waived = f"{officer.by}: {officer.reason}"
    keep(session, "waive", f"obligation:{obligation_id}", officer, now)
    settle(session, ctx, obligation, now, by=officer.by)
    return obligation


def acknowledge(session: Session, problem_id: int, officer: Officer, now: datetime) -> Problem:
    """Note that somebody deals with a problem; for a relaunched list it confirms that the list is right."""
    problem = session.get(Problem, problem_id)
    if problem is None:
        raise DecisionError(f"no problem {problem_id}")
    problem.acknowledged_by, problem.acknowledged_at = officer.by, now
    if problem.rule == "watch.blind":
        place = session.exec(
            select(Place).where(Place.owner == problem.site, Place.url == problem.subject)
        ).first()
        if place is not None and is_for_a_person(place.last_error or ""):
            place.is_confirmed = True
            session.add(place)
    session.add(problem)
    keep(session, "acknowledge", f"problem:{problem_id}", officer, now)
    return problem


async def prove_by_hand(ctx: Context, policy: Policy, url: str) -> Proof:
    """Fetch the page that is said to be the repost and match it; DecisionError where it is none."""
    return proof_by_hand(ctx, policy, url, await open_shown(ctx, url))


async def open_shown(ctx: Context, url: str) -> Opened:
    """Fetch a page that a person shows; DecisionError where it cannot be read."""
    opened = await open_article(ctx, url, CookieRound(), robots="ignore", urgent=True)
    if opened.article is None:
        raise DecisionError(f"{url} cannot be read: {opened.trouble}")
    return opened


def proof_by_hand(ctx: Context, policy: Policy, url: str, opened: Opened) -> Proof:
    """Match a page that a person shows; DecisionError where it is no repost of the policy."""
    article = opened.article
    assert article is not None  # or it would not have been shown
    found = match(document_of_policy(policy), document_of(article))
    if not found.same:
        raise DecisionError(f"{url} is not a repost of “{policy.title}”: {found.why}")
    now = ctx.now()
    return Proof(
        candidate=Candidate(article.title or "", url, url, "by hand", None, now),
        match=Match(True, "hand", found.score, f"shown by hand; {found.why}"),
        sighting=Sighting(None, now, Declared.read(article.published_at, ctx.counting.zone)),
        url=article.url,
        title=article.title or "",
        stated=article.published_at.isoformat() if article.published_at else None,
        precision=article.precision,
        page=opened.page,
    )


def discharge(
    session: Session, ctx: Context, obligation_id: int, proof: Proof, officer: Officer, now: datetime
) -> Obligation:
    """Take a page shown by hand as the proof. Against an accusation it is an objection, and reviewed at once.

    The page was fetched and matched; what its time says decides, as with every repost. A proof that is held
    gives way only to one that says it was done earlier.
    """
    obligation = find_obligation(session, obligation_id)
    site = ctx.site(obligation.site)
    if site is not None and not is_own(hosts_of(site), proof.url):
        remedy = f"if it is one, add its host to hosts of [[site]] “{site.id}”"
        raise DecisionError(f"{proof.url} is no page of {site.name}: {remedy}")
    held = sighting_of(obligation, ctx)
    proof = replace(proof, sighting=_bounded(obligation, proof.sighting, ctx))
    if held is None or proof.sighting.done_at < held.done_at:
        note_proof(obligation, proof, keep_shown(ctx, obligation, proof, now), ctx)
    if State(obligation.state).accuses:
        verdict = judge(clock_of(obligation), facts_of(obligation, ctx), ctx.patience, now)
        obligation.review = "upheld" if verdict.state.accuses else "overturned"
    keep(session, "discharge", f"obligation:{obligation_id}", officer, now)
    settle(session, ctx, obligation, now, by=officer.by)
    return obligation


def _bounded(obligation: Obligation, sighting: Sighting, ctx: Context) -> Sighting:
    """A sighting by hand; where its own time lies after the limit, the readings lacked it rightly."""
    moment, day = sighting.declared.moment, sighting.declared.day
    last_day = (obligation.limit_at - timedelta.resolution).astimezone(ctx.counting.zone).date()
    is_late = moment > obligation.limit_at if moment else day is not None and day > last_day
    if not is_late or not State(obligation.state).accuses:
        return sighting
    absent = facts_of(obligation, ctx).absent
    before = [at for at in absent if moment is None or at < moment]
    if not is_proven_absent(clock_of(obligation), before, ctx.patience):
        before = list(absent)
    return replace(sighting, seen_after=max(before, default=None))


def find_policy(session: Session, obligation_id: int) -> Policy:
    """The policy of an obligation; DecisionError where there is none."""
    policy = session.get(Policy, find_obligation(session, obligation_id).policy_id)
    if policy is None:
        raise DecisionError(f"obligation {obligation_id} is about no policy")
    return policy


async def read_item(ctx: Context, item: Item) -> Article | None:
    """The page behind an item, for its time, number and text; None where it cannot be read now.

    It is kept as evidence: what is made key by it rests on it.
    """
    robots = ctx.targets.fetch.robots
    opened = await open_article(ctx, item.url, CookieRound(), robots=robots, urgent=True)
    await keep_item(ctx, item, opened)
    return opened.article


def add_key(
    session: Session,
    ctx: Context,
    item: Item,
    officer: Officer,
    now: datetime,
    article: Article | None = None,
) -> Policy:
    """Make an item key by hand; its clocks start at its publication, as if it had been decided then.

    Only what was first seen within the last limit: of older items nobody observed who was in time.
    """
    portal = ctx.targets.portal_of.get(item.owner)
    if portal is None:
        raise DecisionError(f"{item.url} stands on no portal of the configuration")
    if deadline(item.seen_by, ctx.targets.rules.repost.limit, ctx.counting).at < now:
        raise DecisionError(f"{item.url} was first seen on {item.seen_by:%Y-%m-%d}: its limit has passed")
    _decide_by_hand(session, item, officer, now, is_key=True)
    keep(session, "key add", f"item:{item.id}", officer, now)
    for obligation in duties.all_of_policy(session, item.policy_id or 0):
        if (obligation.void or "").startswith(NOT_KEY):
            obligation.void = None
            settle(session, ctx, obligation, now, by=officer.by)
    policy = adopt(session, ctx, portal, item, article, now)
    for fellow in _waiting_with(session, ctx, item, article):
        _decide_by_hand(session, fellow, officer, now, is_key=True)
        adopt(session, ctx, ctx.targets.portal_of[fellow.owner], fellow, None, now)
    return policy


def drop_key(session: Session, ctx: Context, item: Item, officer: Officer, now: datetime) -> int:
    """Decide by hand that an item is not key after all; gives the number of obligations that end void."""
    _decide_by_hand(session, item, officer, now, is_key=False)
    for fellow in _waiting_with(session, ctx, item, None):
        _decide_by_hand(session, fellow, officer, now, is_key=False)
    keep(session, "key drop", f"item:{item.id}", officer, now)
    if item.policy_id is None:
        return 0
    owed = duties.all_of_policy(session, item.policy_id)
    for obligation in owed:
        obligation.void = f"{NOT_KEY} ({officer.by}: {officer.reason})"
        settle(session, ctx, obligation, now, by=officer.by)
    return len(owed)


def _decide_by_hand(session: Session, item: Item, officer: Officer, now: datetime, *, is_key: bool) -> None:
    item.is_key, item.why, item.decided_at = is_key, f"{BY_HAND}{officer.by}: {officer.reason}", now
    session.add(item)


def _waiting_with(session: Session, ctx: Context, item: Item, article: Article | None) -> list[Item]:
    """What was proposed on other portals and is the same policy: it is decided on once."""
    return [fellow for fellow in fellows_of(session, ctx, item, article) if is_waiting(fellow)]


def find_item(session: Session, ctx: Context, url: str) -> Item:
    """The item of a portal at an address, or of a number; DecisionError where no portal's column held it."""
    portals = [portal.id for portal in ctx.targets.portals]
    if re.fullmatch(r"[1-9]\d{0,8}", url):
        item = session.get(Item, int(url))
        if item is not None and item.owner in portals:
            return item
        raise DecisionError(f"no item {url}: `duban status` lists what waits to be decided")
    for item in session.exec(select(Item).where(Item.address == canonical(url))):
        if item.owner in portals:
            return item
    raise DecisionError(f"no portal's column held {url} yet: `duban check` shows what is polled")


def find_obligation(session: Session, obligation_id: int) -> Obligation:
    """The obligation of this id; DecisionError where there is none."""
    obligation = session.get(Obligation, obligation_id)
    if obligation is None:
        raise DecisionError(f"no obligation {obligation_id}: `duban status --all` lists them")
    return obligation


def keep(session: Session, action: str, subject: str, officer: Officer, now: datetime) -> None:
    """Keep what was decided for good."""
    session.add(Decision(at=now, action=action, subject=subject, by=officer.by, reason=officer.reason))
