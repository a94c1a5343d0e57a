"""Storing what a look gave: places, rows, verdicts and what to tell, all in one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from checks.availability import check_home
from checks.obligations import State
from checks.rules import Duty, Finding, Severity
from checks.titles import doc_numbers, normalise
from monitor.net.headers import retry_after
from monitor.net.outcomes import Outcome
from monitor.reading.listing import Listing
from monitor.rounds.context import Context
from monitor.rounds.findings import apply_blindness, apply_finding
from monitor.rounds.judge import clock_of, note_absence, note_proof, settle
from monitor.rounds.lastlook import Searched
from monitor.rounds.look import Brief, Looked
from monitor.rounds.readings import BROWSER_FIRST, Placed, Reading, is_for_a_person
from monitor.rounds.recognise import Candidate
from monitor.store import duties, items, places, watches
from monitor.store.places import HOME, MAX_KNOWN
from monitor.store.tables import Item, Look, Obligation, Place, SiteState
from monitor.targets import Site

log = structlog.get_logger("duban.record")

BLIND_AFTER = 2
"""Readings in a row that are not good before people hear that a place cannot be seen."""

DOWN_AFTER = 3
"""Failures in a row, the site's own, before its home page is called unreachable: as far apart as its own
interval sets them. Around a deadline readings follow each other within a minute, and prove little."""

REFUSALS = frozenset({Outcome.NOT_FOUND, Outcome.GONE, Outcome.CLIENT_ERROR})
"""Answers of a server that is up."""

SLACK = 0.9
"""Rounds do not start to the second."""

LIVE = ("open", "closing")
"""Of these statuses a site has to be up."""

LEAD = timedelta(seconds=20)
"""How far before a deadline a reading is asked for, so that what was done in time is also seen in time."""


def record_look(
    session: Session, ctx: Context, site: Site, brief: Brief, looked: Looked, now: datetime
) -> None:
    """Store a look and judge what the site owes."""
    for reading in looked.readings:
        record_reading(session, ctx, site.region, reading, now)
    state = places.state_of(session, site.id)
    _record_site(session, ctx, site, state, looked, now)
    if site.binds_repost:
        _record_rows(session, site.id, looked)
        judged = _judge_all(session, ctx, site.id, brief, looked, now)
    else:
        judged = []
    if brief.duties:
        session.add(_look_of(site, looked))
    _observe_deadlines(ctx, judged, looked)
    _schedule(session, ctx, site, brief, now)


def record_reading(
    session: Session, ctx: Context, region: str, reading: Reading, now: datetime
) -> Place | None:
    """Store what a reading says of its place, and open or close `watch.blind`."""
    place = session.get(Place, reading.place.id)
    if place is None:  # it left the configuration while it was read
        return None
    place.last_tried_at = now
    if reading.is_good:
        _remember(place, reading)
    else:
        place.failures += 1
        place.last_error = reading.trouble
        place.left_alone_until = _wanted_peace(ctx, reading, now)
    session.add(place)
    _tell_blindness(session, ctx, region, place, now)
    return place


def _wanted_peace(ctx: Context, reading: Reading, now: datetime) -> datetime | None:
    """Until when the server asked not to be asked again; more than an hour is believed nobody."""
    wait = retry_after(reading.page.headers, now)
    return now + min(wait, ctx.client.settings.retry_after_most) if wait else None


def _remember(place: Place, reading: Reading) -> None:
    place.failures, place.last_error, place.is_confirmed = 0, None, False
    place.left_alone_until = None
    place.last_ok_at = reading.at
    place.first_ok_at = place.first_ok_at or reading.at
    place.browser_since = _browser_since(place, reading)
    if reading.is_unchanged:
        return
    first_page = [found.address for found in reading.rows if found.page == 0]
    place.known, place.items, place.pages_read = first_page[:MAX_KNOWN], len(first_page), reading.pages
    place.etag, place.last_modified = reading.page.etag, reading.page.last_modified
    if reading.listing is not None:
        _notice_change(place, reading.listing, reading.at)
        place.method, place.structure = reading.listing.method, reading.listing.structure
    else:
        place.method = "found"


def _browser_since(place: Place, reading: Reading) -> datetime | None:
    """Since when a place is shown in the browser right away, None while plain HTTP reads it."""
    if not reading.by_browser:
        return None
    since = place.browser_since
    return since if since is not None and reading.at - since < BROWSER_FIRST else reading.at


def _notice_change(place: Place, listing: Listing, at: datetime) -> None:
    """Tell ops of a list that is built otherwise than before: what it is read by may be wrong from now on."""
    if place.structure is None or (listing.method, listing.structure) == (place.method, place.structure):
        return
    place.changed_at = at
    log.warning(
        "a list is built otherwise than before: see with `duban read` whether it is read rightly",
        action="read",
        owner=place.owner,
        column=place.name,
        url=place.url,
        was=place.structure,
        structure=listing.structure,
    )


def _tell_blindness(session: Session, ctx: Context, region: str, place: Place, now: datetime) -> None:
    if 0 < place.failures < BLIND_AFTER:
        return
    finding = Finding(
        rule="watch.blind",
        ok=place.failures == 0,
        severity=Severity.NOTICE,
        expected="页面可正常读取",
        found=f"{place.name}：{place.last_error}" if place.last_error else None,
        url=place.url,
        subject=place.url,
    )
    waits = is_for_a_person(place.last_error or "")
    apply_blindness(session, ctx, place.owner, region, finding, now, is_for_a_person=waits)


def _record_site(
    session: Session, ctx: Context, site: Site, state: SiteState, looked: Looked, now: datetime
) -> None:
    home = next((reading for reading in looked.readings if reading.place.kind == HOME), None)
    if looked.is_whole and (state.last_complete_at is None or looked.at > state.last_complete_at):
        state.last_complete_at = looked.at
    if any(reading.is_good for reading in looked.readings):
        state.last_read_at = looked.at
    if home is not None:
        _record_home(session, ctx, site, state, home, now)
    session.add(state)


def _record_home(
    session: Session, ctx: Context, site: Site, state: SiteState, home: Reading, now: datetime
) -> None:
    reached = reach_of(home) if not _is_fence(session, home) else None
    state.failures = state.failures + 1 if reached is False else 0
    state.down_since = (state.down_since or home.at) if reached is False else None
    if reached is False and not _is_down(ctx, state, home):
        return
    state.up = reached
    if Duty.AVAILABILITY in site.duties and site.status in LIVE:
        finding = check_home(reached, home.trouble, home.place.url)
        apply_finding(session, ctx, site.id, site.region, finding, now)


def _is_down(ctx: Context, state: SiteState, home: Reading) -> bool:
    apart = (DOWN_AFTER - 1) * ctx.targets.rules.availability.every
    return state.failures >= DOWN_AFTER and home.at - (state.down_since or home.at) >= apart * SLACK


def reach_of(home: Reading) -> bool | None:
    """Whether the home page could be opened; None where we cannot tell whose fault it is."""
    if home.page.ok or home.is_unchanged:
        return True
    return False if home.page.outcome.blame == "site" and not home.is_cut_off else None


def _is_fence(session: Session, home: Reading) -> bool:
    """Whether a home page that is refused, as 404 or the like, may be a fence before the whole site.

    Some answer so to everybody from outside. Where a column of the site was read the last time it was tried,
    we are let in, and the home page is what is missing.
    """
    if home.page.outcome not in REFUSALS:
        return False
    columns = [place for place in places.of_owner(session, home.place.owner) if place.kind != HOME]
    return not any(place.failures == 0 and place.last_ok_at is not None for place in columns)


def _record_rows(session: Session, site_id: str, looked: Looked) -> None:
    rows = {found.address: found for reading in looked.readings for found in reading.rows}
    items.touch(session, site_id, rows.keys() - looked.origins.keys(), looked.at)
    new = [item_of(site_id, candidate, rows[address]) for address, candidate in looked.origins.items()]
    items.add(session, site_id, new)
    session.flush()


def item_of(owner: str, candidate: Candidate, found: Placed) -> Item:
    """A row as it is kept."""
    return Item(
        owner=owner,
        address=candidate.address,
        url=candidate.url,
        title=candidate.title,
        title_key=normalise(candidate.title),
        doc_number=next(iter(doc_numbers(candidate.title)), None),
        place=candidate.place,
        row_date=found.row.date.isoformat() if found.row.date else None,
        seen_after=candidate.seen_after,
        seen_by=candidate.seen_by,
        last_seen_at=candidate.seen_by,
        is_baseline=candidate.seen_after is None,
    )


def _judge_all(
    session: Session, ctx: Context, site_id: str, brief: Brief, looked: Looked, now: datetime
) -> list[Obligation]:
    newest = items.last_id(session, site_id)
    judged = []
    for duty in brief.duties:
        left = looked.left.get(duty.id)
        checked = newest if left is None else _before(session, site_id, left, newest)
        judged.append(_judge_one(session, ctx, duty.id, looked, checked, now))
    return judged


def _judge_one(
    session: Session, ctx: Context, obligation_id: int, looked: Looked, checked: int, now: datetime
) -> Obligation:
    """Judge a duty by a look. `checked`: up to which item the site's rows were compared with it."""
    obligation = session.get(Obligation, obligation_id)
    assert obligation is not None  # obligations are never deleted
    proof = looked.proofs.get(obligation_id)
    if proof is not None and obligation.sighting is None:
        note_proof(obligation, proof, proof.digest, ctx)
    elif looked.proves_absence(obligation_id):
        note_absence(obligation, looked.at)
    if obligation_id in looked.sought:
        _note_last_look(obligation, looked)
    obligation.items_checked = checked
    was = obligation.state
    settle(session, ctx, obligation, now)
    if obligation.state != was:
        ctx.observer.verdict_lag(now - looked.at)
    return obligation


def _before(session: Session, site_id: str, address: str, newest: int) -> int:
    """The id before that of the row at an address: it was the first that was not opened any more."""
    return next(((item.id or 1) - 1 for item in items.held(session, site_id, [address])), newest)


def _note_last_look(obligation: Obligation, looked: Looked) -> None:
    """Keep where a last look was taken, and what of it could not be read, whatever it found."""
    assert looked.last is not None  # what was sought was sought in one
    read = [Searched(reading.place.name, reading.place.url) for reading in looked.readings if reading.is_good]
    obligation.looked = {
        "at": looked.at.isoformat(),
        "places": [asdict(place) for place in (*read, *looked.last.places)],
        "unread": [asdict(place) for place in looked.last.unread],
    }


def _look_of(site: Site, looked: Looked) -> Look:
    return Look(
        site=site.id,
        at=looked.at,
        is_complete=looked.is_complete,
        is_fresh=looked.is_fresh,
        places=[
            {
                "name": reading.place.name,
                "url": reading.place.url,
                "rows": len(reading.rows),
                "trouble": reading.trouble,
                "certificate": reading.page.certificate_error,
            }
            for reading in looked.readings
        ],
    )


def _observe_deadlines(ctx: Context, judged: Iterable[Obligation], looked: Looked) -> None:
    """Report how long after each deadline its first reading came."""
    for obligation in judged:
        for deadline in (obligation.target_at, obligation.limit_at):
            lag = looked.at - deadline if deadline else None
            if lag is not None and timedelta() <= lag < timedelta(seconds=obligation_every(ctx, obligation)):
                ctx.observer.deadline_lag(lag)


def obligation_every(ctx: Context, obligation: Obligation) -> float:
    """How often the obligation's site is looked at, in seconds."""
    site = ctx.site(obligation.site)
    return look_every(ctx, site).total_seconds() if site else 0.0


def look_every(ctx: Context, site: Site) -> timedelta:
    """How often a site is looked at: as often as the busiest of its places."""
    return min([ctx.targets.rules.availability.every, *(column.every for column in site.columns)])


def _schedule(session: Session, ctx: Context, site: Site, brief: Brief, now: datetime) -> None:
    """Set the next look: when a place is due by itself, or a duty needs a reading.

    A clock that started while this look was under way is looked at right away.
    """
    watched = duties.watched(session, site.id) if site.binds_repost else []
    known = {duty.id for duty in brief.duties}
    moments = [places.next_due(place) or now for place in places.of_owner(session, site.id)]
    moments += [m for obligation in watched for m in wanted_readings(ctx, obligation, now)]
    moments += [now for obligation in watched if obligation.id not in known]
    every = look_every(ctx, site)
    watches.put_off(session, "look", site.id, min(moments, default=now + every), ran_at=now)


def wanted_readings(ctx: Context, obligation: Obligation, now: datetime) -> list[datetime]:
    """When an obligation needs a reading: just before each deadline, at it, and again after the limit."""
    if not obligation.is_watched:
        return []
    clock = clock_of(obligation)
    lead = min(LEAD, (clock.limit_at - clock.started_at) / 20)
    moments = [m for end in (clock.target_at, clock.limit_at) if end for m in (end - lead, end)]
    if now >= clock.limit_at and obligation.state in (State.OVERDUE, State.UNPROVEN, State.PENDING):
        moments.append(_next_absence(ctx, obligation, now))
    return [moment for moment in moments if moment > now]


def _next_absence(ctx: Context, obligation: Obligation, now: datetime) -> datetime:
    """When a further reading would lie far enough from the last that counted at or after the limit."""
    apart = ctx.patience.absent_apart
    counted = None
    for moment in sorted(datetime.fromisoformat(text) for text in obligation.absent):
        if moment >= obligation.limit_at and (counted is None or moment - counted >= apart):
            counted = moment
    return counted + apart if counted is not None and counted + apart > now else now + apart
