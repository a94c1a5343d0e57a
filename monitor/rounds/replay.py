"""Judging again from the evidence alone: the records say what was seen and when, the rules do the rest.

What a statement says is not believed where its pages can be asked: moments follow from the times of their
requests, a declared time from the page that declares it, and a reading that is said to have lacked a repost
must not hold its address. A verdict that comes out otherwise than it was given does not stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from checks.addresses import canonical
from checks.obligations import Clock, Declared, Facts, Patience, Sighting, Verdict, judge, start_of
from monitor.evidence import Catalog, Entry, Evidence, Record, RecordError
from monitor.evidence.digests import short
from monitor.evidence.verifying import Removed
from monitor.reading.article import read_article
from monitor.reading.home import read_home
from monitor.reading.listing import read_listing
from monitor.rounds.articles import parse_stated
from monitor.rounds.keeping import about_obligation
from monitor.store import duties
from monitor.store.session import Store

BATCH = 200
STATEMENTS = ("absence", "last look", "sighting", "source", "withdrawn", "revisit")


class NotKeptError(Exception):
    """There is no record of this obligation's verdict."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """An obligation judged again. given: its verdict as it was written down; doubts: where records and what
    is said of them do not agree, or what they cannot show.
    """

    obligation: int
    given: str
    verdict: Verdict
    clock: Clock
    facts: Facts
    statement: Record
    doubts: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return self.verdict.state == self.given and not self.doubts


@dataclass(frozen=True, slots=True)
class Differing:
    """A verdict that the evidence does not bear out."""

    obligation: int
    given: str
    replayed: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of judging everything again. waiting: verdicts that are not written down yet; aged: those
    whose records were removed.
    """

    checked: int
    waiting: int
    aged: int
    differing: tuple[Differing, ...]


class Pages:
    """The records on one obligation, by id; what one refers to is looked up."""

    def __init__(self, catalog: Catalog, records: Iterable[Record], zone: ZoneInfo) -> None:
        self.catalog = catalog
        self.zone = zone
        self.records = tuple(records)
        self._by_id = {record.id: record for record in self.records}

    def of(self, kind: str, until: datetime | None = None) -> list[Record]:
        """The statements of a kind, up to a moment."""
        found = [record for record in self.records if record.kind == kind]
        return [record for record in found if until is None or moment(record.content["at"]) <= until]

    def get(self, id_: str) -> Record | None:
        return self._by_id.get(id_)

    def text(self, record: Record) -> str:
        """What a page says, as it was decoded then."""
        return self.catalog.payload(record).decode(record.head.get("Duban-Encoding", "utf-8"), "replace")


def records_of(catalog: Catalog, obligation_id: int) -> list[Record]:
    """All records on an obligation, and those of its policy's source; RecordError where one was changed."""
    own = catalog.about(about_obligation(obligation_id))
    url = next((entry.url for entry in reversed(own) if entry.kind == "verdict"), "")
    source = [entry for entry in catalog.about(url) if entry.kind in ("source", "withdrawn")] if url else []
    said = [*own, *source]
    # A page that was read for several obligations at once is about the first of them.
    pages = [page for entry in said for page in catalog.of(_named(catalog, entry))]
    found = {entry.sequence: entry for entry in (*said, *pages)}
    return [catalog.read(entry) for _, entry in sorted(found.items())]


def _named(catalog: Catalog, entry: Entry) -> list[str]:
    """The records to which a statement points."""
    if entry.kind not in STATEMENTS:
        return []
    content = catalog.read(entry).content
    lists = [content.get("pages", ()), content.get("list", ()), content.get("row", {}).get("pages", ())]
    lists += [place["pages"] for place in content.get("places", ()) if "pages" in place]
    return [id_ for ids in lists for id_ in ids]


def replay(catalog: Catalog, obligation_id: int, zone: ZoneInfo) -> Replayed:
    """Judge an obligation again by its records; NotKeptError where its verdict is not among them."""
    pages = Pages(catalog, records_of(catalog, obligation_id), zone)
    verdicts = [record for record in pages.records if record.kind == "verdict"]
    if not verdicts:
        raise NotKeptError(f"no verdict on obligation {obligation_id} is kept")
    statement = verdicts[-1]
    said = statement.content
    until = moment(said["judged_at"])
    doubts: list[str] = []
    sighting = _sighting(pages, said["facts"]["sighting"], doubts)
    facts = Facts(
        absent=tuple(_absences(pages, until, said, doubts)),
        sighting=sighting,
        looked_everywhere=bool(pages.of("last look", until)),
        void=said["facts"]["void"],
        waived=said["facts"]["waived"] is not None,
        overturned=said["facts"]["review"] == "overturned",
    )
    clock = _clock(pages, said, doubts)
    verdict = judge(clock, facts, _patience(said["rules"]), until)
    return Replayed(obligation_id, said["state"], verdict, clock, facts, statement, tuple(doubts))


def _clock(pages: Pages, said: Mapping[str, Any], doubts: list[str]) -> Clock:
    told = said["clock"]
    started_at = moment(told["started_at"])
    declared = _declared_at_source(pages, said["policy"])
    if declared is not None and said["portal"] == said["policy"]["portal"]:
        after = said["policy"]["seen_after"]
        first = moment(said["policy"]["first_seen_at"])
        start = start_of(declared, moment(after) if after else None, first)
        if start != started_at:
            doubts.append(f"by its source the clock starts at {start.isoformat()}")
    target = told["target_at"]
    return Clock(
        started_at, moment(target) if target else None, moment(told["limit_at"]), told["limit_certain"]
    )


def _declared_at_source(pages: Pages, policy: Mapping[str, Any] | None) -> Declared | None:
    """What the policy's own page declares, by the record of it; None where none was kept."""
    for source in pages.of("source"):
        page = pages.get(next(iter(source.content["pages"]), ""))
        if policy is None or source.content["url"] != policy["url"] or page is None:
            continue
        article = read_article(pages.text(page), page.url, zone=pages.zone)
        return Declared.read(article.published_at or parse_stated(policy["published_at"]), pages.zone)
    return None


def _absences(
    pages: Pages, until: datetime, said: Mapping[str, Any], doubts: list[str]
) -> Iterator[datetime]:
    sighting = said["facts"]["sighting"]
    found = canonical(_addresses(sighting)[0]) if sighting and sighting["how"] != "hand" else None
    for statement in pages.of("absence", until):
        at = moment(statement.content["at"])
        read = [pages.get(id_) for place in statement.content["places"] for id_ in place["pages"]]
        kept = [page for page in read if page is not None]
        if len(kept) < len(read) or not kept:
            doubts.append(f"pages of the reading of {at.isoformat()} are missing")
            continue
        counts_as_of = min(_seen_at(page) for page in kept)
        if counts_as_of != at:
            doubts.append(f"the reading of {at.isoformat()} counts as of {counts_as_of.isoformat()}")
        if found is not None and any(found in addresses_on(pages, page) for page in kept):
            doubts.append(f"the reading of {at.isoformat()} holds {found}")
        yield counts_as_of


def _seen_at(page: Record) -> datetime:
    """The moment a page shows: a cache's copy is as old as it says."""
    return page.at - timedelta(seconds=float(page.head.get("Duban-Age", "0")))


def addresses_on(pages: Pages, page: Record) -> set[str]:
    """The canonical addresses of all rows of a page, read as a home page and as a list."""
    text = pages.text(page)
    rows = [*read_home(text, page.url, pages.zone).rows]
    rows += read_listing(text, page.url, zone=pages.zone).rows
    return {canonical(row.url) for row in rows}


def _sighting(pages: Pages, told: Mapping[str, Any] | None, doubts: list[str]) -> Sighting | None:
    """The repost as the records show it: the declared time is what its page declares."""
    if told is None:
        return None
    same = ("seen_by", "seen_after")
    kept = [
        record
        for record in pages.of("sighting")
        if record.content["url"] in _addresses(told) and all(record.content[k] == told[k] for k in same)
    ]
    declared = parse_stated(told["declared_at"])
    if not kept:
        doubts.append("no record shows how the repost was seen")
    elif kept[-1].content["pages"]:
        page = pages.get(kept[-1].content["pages"][0])
        if page is None:
            doubts.append("the repost's page is missing")
        else:
            declared = read_article(pages.text(page), page.url, zone=pages.zone).published_at
            if (declared.isoformat() if declared else None) != told["declared_at"]:
                doubts.append(f"the repost's page declares {declared}, not {told['declared_at']}")
    after = told["seen_after"]
    return Sighting(
        moment(after) if after else None, moment(told["seen_by"]), Declared.read(declared, pages.zone)
    )


def _addresses(sighting: Mapping[str, Any]) -> list[str]:
    """Where the repost stood, and where it has stood since: sites move their pages."""
    return [*sighting.get("moved_from", ()), sighting["url"]]


def _patience(rules: Mapping[str, Any]) -> Patience:
    return Patience(
        rules["absent_polls"],
        timedelta(seconds=rules["absent_apart"]),
        timedelta(seconds=rules["grace"]),
        timedelta(seconds=rules["skew"]),
    )


def moment(text: str) -> datetime:
    """A moment as statements write it."""
    return datetime.fromisoformat(text)


def judge_all_again(
    store: Store, evidence: Evidence, zone: ZoneInfo, removed: Sequence[Removed] = ()
) -> Judged:
    """Judge again every obligation with a verdict, and compare with what the store says now."""
    catalog = Catalog(evidence)
    gone = {name for piece in removed for name in piece.about}
    checked = waiting = aged = last = 0
    differing: list[Differing] = []
    while found := store.read_now(lambda session, after=last: _judged(session, after)):  # type: ignore[misc]
        last = found[-1][0]
        for id_, state, sealed in found:
            if not sealed:
                waiting += 1
            elif about_obligation(id_) in gone or _is_removed(sealed, removed):
                aged += 1
            else:
                checked += 1
                differing += _compare(catalog, zone, id_, state, sealed)
    return Judged(checked, waiting, aged, tuple(differing))


def _judged(session: Session, after: int) -> list[tuple[int, str, str | None]]:
    return [(o.id or 0, str(o.state), o.sealed) for o in duties.judged(session, after, BATCH)]


def _is_removed(sealed: str, removed: Sequence[Removed]) -> bool:
    sequence = int(sealed.partition("-")[0])
    return any(piece.first <= sequence <= piece.last for piece in removed)


def _compare(catalog: Catalog, zone: ZoneInfo, id_: int, state: str, sealed: str) -> Iterator[Differing]:
    sequence = int(sealed.partition("-")[0])
    if short(sequence, catalog.link(sequence) or "") != sealed:
        yield Differing(id_, state, None, f"the chain holds no record {sealed}, in which it was written down")
        return
    try:
        again = replay(catalog, id_, zone)
    except (RecordError, NotKeptError, FileNotFoundError, ValueError) as error:
        yield Differing(id_, state, None, str(error))
        return
    replayed = str(again.verdict.state)
    if replayed != state:
        why = "; ".join((f"the evidence says: {again.verdict.why}", *again.doubts))
        yield Differing(id_, state, replayed, why)
    elif again.doubts:
        yield Differing(id_, state, replayed, "; ".join(again.doubts))
