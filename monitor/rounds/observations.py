"""What an officer saw with their own eyes: kept beside the readings, and never counted as one of them.

A repost that is shown discharges, as with `duban discharge`. That something was not there, or that a site did
not answer, is told in the timeline and changes no verdict: only the daemon's own readings prove absence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from checks.obligations import State
from monitor.rounds.articles import Opened
from monitor.rounds.context import Context
from monitor.rounds.decisions import DecisionError, Officer, discharge, proof_by_hand
from monitor.rounds.keeping import keep_picture
from monitor.rounds.recognise import Proof
from monitor.store import duties
from monitor.store.tables import Decision, Obligation, Policy
from monitor.targets import Site


class Seen(StrEnum):
    """What was seen; the value names it in the timeline."""

    REPOST = "observed repost"
    NOT_THERE = "observed not there"
    UNREACHABLE = "observed unreachable"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was taken: what it is called, and its bytes."""

    name: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Observation:
    """Who saw something on which site and when, for which policy (None: whatever it owes), with a picture."""

    site: Site
    officer: Officer
    at: datetime
    policy_id: int | None = None
    picture: Picture | None = None


def note(session: Session, ctx: Context, seen: Seen, made: Observation) -> str:
    """Keep that a repost was not there, or that the site could not be reached; gives what it is kept under.

    With a policy it is kept with the site's duty for it, else with the site: the timelines of all duties
    that run then show it.
    """
    subject = f"site:{made.site.id}"
    if made.policy_id is not None:
        subject = f"obligation:{_owed(session, made.site, made.policy_id).id}"
    _keep(session, ctx, seen, subject, made)
    return subject


def show_repost(
    session: Session, ctx: Context, url: str, opened: Opened, made: Observation
) -> list[Obligation]:
    """Discharge by a page that an officer saw: the duty for a policy, or each open one that it matches.

    DecisionError where it matches none.
    """
    done = []
    for obligation_id, proof in _proofs(session, ctx, url, opened, made):
        done.append(discharge(session, ctx, obligation_id, proof, made.officer, made.at))
        if made.picture is not None:
            _keep(session, ctx, Seen.REPOST, f"obligation:{obligation_id}", made)
    return done


def _proofs(
    session: Session, ctx: Context, url: str, opened: Opened, made: Observation
) -> Sequence[tuple[int, Proof]]:
    if made.policy_id is not None:
        obligation = _owed(session, made.site, made.policy_id)
        return [(obligation.id or 0, proof_by_hand(ctx, _policy(session, obligation), url, opened))]
    found, whys = [], []
    for obligation in _outstanding(session, made.site):
        try:
            proof = proof_by_hand(ctx, _policy(session, obligation), url, opened)
        except DecisionError as error:
            whys.append(str(error))
        else:
            found.append((obligation.id or 0, proof))
    if not found:
        raise DecisionError(whys[0] if len(whys) == 1 else f"{url} is none of what {made.site.id} still owes")
    return found


def _outstanding(session: Session, site: Site) -> Sequence[Obligation]:
    """What a site has not been seen to repost, the newest first."""
    query = select(Obligation).where(Obligation.site == site.id, Obligation.duty == "repost")
    owed = session.exec(query.order_by(col(Obligation.id).desc())).all()
    return [o for o in owed if o.sighting is None and o.state not in (State.VOID, State.WAIVED)]


def _owed(session: Session, site: Site, policy_id: int) -> Obligation:
    found = duties.of_policy(session, policy_id, site.id)
    if found is None:
        raise DecisionError(
            f"{site.id} owes nothing for policy {policy_id}: `duban status --all --json` lists them"
        )
    return found


def _policy(session: Session, obligation: Obligation) -> Policy:
    policy = session.get(Policy, obligation.policy_id)
    assert policy is not None  # an obligation to repost is never without its policy
    return policy


def _keep(session: Session, ctx: Context, seen: Seen, subject: str, made: Observation) -> None:
    detail = {}
    if made.picture is not None:
        detail = {"picture": keep_picture(ctx, subject, made.picture), "name": made.picture.name}
    officer = made.officer
    session.add(
        Decision(
            at=made.at, action=seen, subject=subject, by=officer.by, reason=officer.reason, detail=detail
        )
    )
