"""Keeping what a verdict rests on: which readings become evidence, and what is said of them.

Kept are the first reading that lacked a repost at or after its target, those around and after its limit, the
places of the last look, the page by which it was recognised with the last reading that lacked it, the
policy's own page, and what shows that a repost is gone or was altered. Every other reading is held until
a newer one takes its place.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

import structlog

from checks.obligations import State
from monitor.evidence import Draft, Exchange, File, Statement, digest_of
from monitor.net.browser import NoBrowserError, Rendered
from monitor.net.outcomes import Fault
from monitor.net.page import Page
from monitor.rounds.articles import Opened
from monitor.rounds.context import Context
from monitor.rounds.judge import MOST_ABSENCES
from monitor.rounds.look import NEAR, Brief, Looked
from monitor.rounds.poll import Polled, decide_item
from monitor.rounds.readings import Placed, Reading
from monitor.rounds.recognise import Proof
from monitor.rounds.revisit import Revisited
from monitor.rounds.source import Asked
from monitor.store.tables import Item, Obligation, Policy
from monitor.targets import Portal, PortalColumn, Site

log = structlog.get_logger("duban.keeping")


class PictureLike(Protocol):
    """A picture with its name."""

    @property
    def name(self) -> str: ...
    @property
    def body(self) -> bytes: ...


@dataclass(slots=True)
class _Gathered:
    """Pages and statements on their way into the evidence; a page that is named twice is kept once."""

    ctx: Context
    drafts: list[Draft] = field(default_factory=list)
    _ids: dict[int, list[str]] = field(default_factory=dict)

    def pages(self, pages: Sequence[Page], about: tuple[str, ...]) -> list[str]:
        """Take pages in; gives the ids of their records."""
        return [id_ for page in pages for id_ in self._page(page, about)]

    def say(self, kind: str, at: datetime, about: tuple[str, ...], page: str = "", **content: Any) -> None:
        """Take a statement in. Our clock's offset stands in each: every moment is by our clock."""
        offset = self.ctx.client.offset.seconds(self.ctx.now())
        said = {**content, "at": at.isoformat(), "clock_offset": offset}
        self.drafts.append(Draft(Statement(kind, at, said, page), about))

    def add(self, what: Exchange | File, about: tuple[str, ...]) -> str:
        self.drafts.append(Draft(what, about))
        return what.id

    def _page(self, page: Page, about: tuple[str, ...]) -> list[str]:
        if id(page) not in self._ids:
            self._ids[id(page)] = [self.add(exchange, about) for exchange in exchanges_of(page)]
        return self._ids[id(page)]


def exchanges_of(page: Page) -> Iterator[Exchange]:
    """A page as evidence; of one that a browser showed, its frames and the data that it fetched as well.

    A frame that did not come is one that nothing answered, and why.
    """
    is_shown = isinstance(page, Rendered)
    yield Exchange(
        asked=page.url,
        url=page.final_url,
        at=page.requested_at,
        status=page.status,
        body=page.body,
        encoding=page.encoding,
        request=page.request,
        headers=page.headers,
        age=page.age,
        reason=page.reason,
        is_shown=is_shown,
    )
    if isinstance(page, Rendered):
        for frame in page.frames:
            yield _inner(page, frame.url, frame.text.encode("utf-8", "replace"), frame.fault)
        for answer in page.answers:
            yield _inner(page, answer.url, answer.body)


def _inner(page: Page, url: str, body: bytes, fault: Fault | None = None) -> Exchange:
    """What a browser got for a page, as evidence."""
    return Exchange(
        asked=page.url,
        url=url,
        at=page.requested_at,
        status=page.status if fault is None else None,
        body=body,
        encoding="utf-8",
        request={},
        headers={},
        age=page.age,
        reason=fault.reason if fault is not None else "",
        is_shown=fault is None,
    )


def about_obligation(id_: int | None) -> str:
    """How records name an obligation."""
    return f"obligation:{id_}"


async def keep_look(ctx: Context, site: Site, brief: Brief, looked: Looked) -> Looked:
    """Keep what of a look a verdict will rest on; gives the look with the digests of its proofs."""
    gathered = _Gathered(ctx)
    proofs = {id_: proof for id_, proof in looked.proofs.items() if _is_first(brief, id_)}
    proved = {id_: await _gather_proof(gathered, site, looked, id_, proof) for id_, proof in proofs.items()}
    lacking = [duty.obligation for duty in brief.duties if looked.proves_absence(duty.id)]
    is_kept = any(is_needed(obligation, looked.at) for obligation in lacking)
    if is_kept:
        _gather_absence(gathered, site, looked, lacking)
    if is_kept or not brief.duties:
        await ctx.evidence.let_go(site.id)
    elif lacking:
        await _hold(ctx, site, looked, lacking)
    if looked.last is not None and looked.sought:
        await _gather_last_look(gathered, site, looked)
    kept = await ctx.evidence.keep(gathered.drafts)
    digests = {id_: kept.digest(record) for id_, record in proved.items() if record is not None}
    return replace(
        looked,
        proofs={
            id_: replace(proof, digest=digests.get(id_) or _digest_of(proof))
            for id_, proof in looked.proofs.items()
        },
    )


def _digest_of(proof: Proof) -> str | None:
    """The digest of a page that the disk did not take: it tells still which page was seen."""
    return digest_of(proof.page.body) if proof.page is not None and proof.page.body else None


def _is_first(brief: Brief, id_: int) -> bool:
    return any(duty.id == id_ and duty.obligation.sighting is None for duty in brief.duties)


def is_needed(obligation: Obligation, at: datetime) -> bool:
    """Whether a verdict will rest on a reading that lacks the repost.

    It does on those from the limit on until it is reached, on those around the limit, and on the first one at
    or after the target.
    """
    if at >= obligation.limit_at:
        after = [moment for moment in _absences(obligation) if moment >= obligation.limit_at]
        return obligation.state != State.VIOLATED and len(after) < MOST_ABSENCES - 1
    if obligation.limit_at - at <= NEAR:
        return True
    target = obligation.target_at
    return target is not None and at >= target and all(moment < target for moment in _absences(obligation))


def _absences(obligation: Obligation) -> list[datetime]:
    return [datetime.fromisoformat(text) for text in obligation.absent]


def _gather_absence(gathered: _Gathered, site: Site, looked: Looked, lacking: Sequence[Obligation]) -> None:
    about = (f"site:{site.id}", *(about_obligation(obligation.id) for obligation in lacking))
    places = [
        {
            "name": reading.place.name,
            "url": reading.place.url,
            "kind": reading.place.kind,
            "rows": len(reading.rows),
            "trouble": reading.trouble,
            "certificate": reading.page.certificate_error,
            "by_browser": reading.by_browser,
            "pages": gathered.pages([reading.page, *reading.more], about),
        }
        for reading in looked.readings
        if reading.is_good
    ]
    gathered.say("absence", looked.at, about, site.url, site=site.id, places=places)


async def _hold(ctx: Context, site: Site, looked: Looked, lacking: Sequence[Obligation]) -> None:
    """Hold a whole look: it is the one that bounds the next repost from below."""
    held = _Gathered(ctx)
    _gather_absence(held, site, looked, lacking)
    await ctx.evidence.hold(site.id, looked.at, held.drafts)


async def _gather_proof(
    gathered: _Gathered, site: Site, looked: Looked, id_: int, proof: Proof
) -> str | None:
    """Take in the page of a repost, where its row stood, and the last reading that lacked it."""
    about = (f"site:{site.id}", about_obligation(id_))
    after = proof.sighting.seen_after
    if after is not None:
        gathered.drafts += await gathered.ctx.evidence.take(site.id, after)
    standing = [reading for reading in looked.readings if _holds(reading, proof.candidate.address)]
    rows = [id_ for reading in standing for id_ in gathered.pages([reading.page, *reading.more], about)]
    return _say_sighting(gathered, looked.at, about, proof, rows)


def _holds(reading: Reading, address: str) -> bool:
    return any(found.address == address for found in reading.rows)


def _say_sighting(
    gathered: _Gathered, at: datetime, about: tuple[str, ...], proof: Proof, rows: Sequence[str]
) -> str | None:
    pages = gathered.pages([proof.page], about) if proof.page is not None else []
    row = proof.candidate
    gathered.say(
        "sighting",
        at,
        about,
        proof.url,
        how=proof.match.how,
        score=round(proof.match.score, 3),
        why=proof.match.why,
        url=proof.url,
        title=proof.title,
        row={"title": row.title, "url": row.url, "place": row.place, "pages": list(rows)},
        declared_at=proof.stated,
        precision=proof.precision,
        pages=pages,
        **_interval(proof.sighting.seen_after, proof.sighting.seen_by),
    )
    return pages[0] if pages else None


def _interval(seen_after: datetime | None, seen_by: datetime) -> dict[str, str | None]:
    return {
        "seen_after": seen_after.isoformat() if seen_after else None,
        "seen_by": seen_by.isoformat(),
    }


async def _gather_last_look(gathered: _Gathered, site: Site, looked: Looked) -> None:
    assert looked.last is not None  # what was sought was sought in one
    about = (f"site:{site.id}", *(about_obligation(id_) for id_ in sorted(looked.sought)))
    read = [{"name": r.place.name, "url": r.place.url, "why": ""} for r in looked.readings if r.is_good]
    pages = gathered.pages(looked.last.pages, about)
    picture, why = None, "found in the last look"
    if looked.sought - looked.proofs.keys():
        picture, why = await _take_picture(gathered, site, about)
    gathered.say(
        "last look",
        looked.at,
        about,
        site.url,
        site=site.id,
        places=[*read, *(asdict(place) for place in looked.last.places)],
        unread=[asdict(place) for place in looked.last.unread],
        pages=pages,
        picture=picture,
        no_picture=None if picture else why,
    )


async def _take_picture(gathered: _Gathered, site: Site, about: tuple[str, ...]) -> tuple[str | None, str]:
    """Take a picture of the home page before somebody is accused; without one, why there is none."""
    ctx = gathered.ctx
    if ctx.browser is None:
        return None, "the configuration wants no browser"
    at = ctx.now()
    try:
        body = await ctx.browser.screenshot(site.url, robots=site.robots or ctx.targets.fetch.robots)
    except (Fault, NoBrowserError) as error:
        log.warning("no picture could be taken", action="picture", site=site.id, error=str(error))
        return None, str(error)
    return gathered.add(File(site.url, at, body, "image/png"), about), ""


async def keep_poll(ctx: Context, portal: Portal, column: PortalColumn, polled: Polled) -> None:
    """Keep the pages of new items that are key, or may be, with the list on which they were first seen."""
    gathered = _Gathered(ctx)
    new = {found.address: found for found in polled.new}
    for address, opened in polled.opened.items():
        if _may_be_key(ctx, portal, column, polled, new.get(address), opened):
            _gather_source(gathered, portal, column, polled, address, opened)
    await ctx.evidence.keep(gathered.drafts)


def _may_be_key(
    ctx: Context, portal: Portal, column: PortalColumn, polled: Polled, row: Placed | None, opened: Opened
) -> bool:
    if opened.article is None:
        return False
    item = Item(
        owner=portal.id,
        address=opened.page.url,
        url=opened.page.url,
        title=row.row.title if row else "",
        title_key="",
        place=column.name,
        seen_after=polled.reading.place.last_ok_at if row else None,
        seen_by=polled.reading.at,
        last_seen_at=polled.reading.at,
    )
    return decide_item(ctx, column, item, opened.article).key


def _gather_source(
    gathered: _Gathered,
    portal: Portal,
    column: PortalColumn,
    polled: Polled,
    address: str,
    opened: Opened,
) -> None:
    reading = polled.reading
    shown = [reading.page, *reading.more] if _holds(reading, address) and not reading.is_unchanged else []
    _say_source(gathered, portal.id, column.name, opened, reading.at, shown)


def _say_source(
    gathered: _Gathered, portal: str, column: str, opened: Opened, at: datetime, shown: Sequence[Page]
) -> None:
    about = (f"portal:{portal}",)
    article = opened.article
    assert article is not None  # only pages that were read are kept
    gathered.say(
        "source",
        at,
        about,
        opened.page.url,
        portal=portal,
        column=column,
        url=opened.page.url,
        title=article.title,
        doc_number=article.doc_number,
        declared_at=article.published_at.isoformat() if article.published_at else None,
        precision=article.precision,
        pages=gathered.pages([opened.page], about),
        list=gathered.pages(shown, about),
    )


async def keep_item(ctx: Context, item: Item, opened: Opened) -> None:
    """Keep the page of an item that an officer makes key; nothing where it could not be read."""
    if opened.article is None:
        return
    gathered = _Gathered(ctx)
    _say_source(gathered, item.owner, item.place, opened, opened.page.seen_at, ())
    await ctx.evidence.keep(gathered.drafts)


async def keep_source(ctx: Context, policy: Policy, asked: Asked) -> None:
    """Keep the answers by which a source withdrew its policy."""
    if not asked.is_gone:
        return
    gathered = _Gathered(ctx)
    about = (f"policy:{policy.id}", f"portal:{policy.portal}")
    pages = gathered.pages(asked.pages, about)
    gathered.say("withdrawn", ctx.now(), about, policy.url, policy=policy.id, pages=pages)
    await ctx.evidence.keep(gathered.drafts)


async def keep_revisit(ctx: Context, obligation: Obligation, seen: Revisited) -> None:
    """Keep the pages by which a repost is gone, or says something else than its source."""
    if not seen.is_suspect:
        return
    gathered = _Gathered(ctx)
    about = (f"site:{obligation.site}", about_obligation(obligation.id))
    gathered.say(
        "revisit",
        ctx.now(),
        about,
        seen.pages[0].url,
        is_gone=seen.is_gone,
        is_proven=seen.is_proven,
        is_listed=seen.is_listed,
        moved_to=seen.moved_to,
        differences=[asdict(difference) for difference in seen.differences or ()],
        leads=seen.leads,
        pages=gathered.pages(seen.pages, about),
    )
    await ctx.evidence.keep(gathered.drafts)


def keep_shown(ctx: Context, obligation: Obligation, proof: Proof, now: datetime) -> str | None:
    """Keep a page that was shown by hand; gives its digest."""
    gathered = _Gathered(ctx)
    about = (f"site:{obligation.site}", about_obligation(obligation.id))
    record = _say_sighting(gathered, now, about, proof, [])
    kept = ctx.evidence.keep_now(gathered.drafts)
    return kept.digest(record) or _digest_of(proof) if record else None


def keep_picture(ctx: Context, subject: str, picture: PictureLike) -> str:
    """Keep a picture that a person took; gives its digest."""
    kind = mimetypes.guess_type(picture.name)[0] or "application/octet-stream"
    file = File(f"file:///{picture.name}", ctx.now(), picture.body, kind)
    ctx.evidence.keep_now([Draft(file, (subject,))])
    return digest_of(picture.body)
