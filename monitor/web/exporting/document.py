"""What the file holds: who owes what, on which readings, how the limit was counted, and the records."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from checks.fidelity import Difference, Kind
from checks.obligations import State
from monitor.evidence import Catalog, Entry, Record, RecordError
from monitor.evidence.digests import digest_of, short
from monitor.rounds.context import Context
from monitor.rounds.replay import NotKeptError, Pages, records_of, replay
from monitor.rounds.suspicions import told
from monitor.web.duty import DutyPage
from monitor.web.exporting.page import make_file, style
from monitor.web.exporting.wording import TEXTS
from monitor.web.words import Words

LONGEST_PATH = 20_000
"""Records between the first one enclosed and the end of the chain whose digests are enclosed too."""

Row = list[Any]
Section = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Material:
    """What a file is made of."""

    ctx: Context
    words: Words
    page: DutyPage
    pages: Pages

    def t(self, key: str, **values: object) -> str:
        """A text in the office's language."""
        chinese, english = TEXTS[key]
        return (chinese if self.words.is_chinese else english).format(**values)

    @property
    def site_name(self) -> str:
        site = self.ctx.site(self.page.duty.site)
        return site.name if site else self.page.duty.site

    @property
    def title(self) -> str:
        policy = self.page.policy
        return self.t("title", site=self.site_name, policy=policy.title if policy else "")

    def rows(self, *pairs: tuple[str, str | None]) -> list[Row]:
        """Labelled values; those that are not known are left out."""
        return [[self.t(key), value] for key, value in pairs if value]


def export(ctx: Context, words: Words, page: DutyPage) -> bytes:
    """Make the file on one duty; RecordError where a record that it needs was changed."""
    catalog = Catalog(ctx.evidence)
    pages = Pages(catalog, records_of(catalog, page.duty.id or 0), ctx.counting.zone)
    made = Material(ctx, words, page, pages)
    enclosed = _with_referred(pages.records)
    entries = [entry for entry in catalog.entries if entry.id in enclosed]
    chain, head = _chain(catalog, entries)
    content = {
        "language": words.language,
        "title": made.title,
        "name": f"evidence-{page.duty.id}",
        "style": style(),
        "words": _words(made, head),
        "sections": [section for section in _sections(made, head) if section],
        "pictures": list(_pictures(made)),
        "records": [_record(made, entry) for entry in entries],
        "chain": chain,
    }
    return make_file(content, made.t("unverified"))


def _with_referred(records: Sequence[Record]) -> set[str]:
    """The records, and those that some of them refer to for their bodies."""
    wanted = {record.id for record in records}
    wanted |= {record.refers_to for record in records if record.refers_to is not None}
    return wanted


def _chain(catalog: Catalog, entries: Sequence[Entry]) -> tuple[dict[str, Any], str]:
    """The digests from the first record enclosed to the end of the chain, by which its links follow."""
    if not entries:
        raise NotKeptError("no record of it is kept")
    after = [entry for entry in catalog.entries if entry.sequence >= entries[0].sequence]
    if len(after) > LONGEST_PATH:
        after = [entry for entry in after if entry.sequence <= entries[-1].sequence]
    first, last = after[0], after[-1]
    is_unbroken = [entry.sequence for entry in after] == list(range(first.sequence, last.sequence + 1))
    chain = {
        "first": first.sequence,
        "previous": catalog.read(first).previous,
        "digests": "".join(entry.sha256 for entry in after) if is_unbroken else "",
        "last": last.link,
    }
    return chain, short(last.sequence, last.link)


def _words(made: Material, head: str) -> dict[str, Any]:
    columns = ("sequence", "ok", "at", "kind", "url", "sha256", "link")
    bad = {name: made.t(f"bad.{name}") for name in ("whole", "chain", "record", "picture")}
    return bad | {
        "good": made.t("good", head=head),
        "bad": made.t("bad"),
        "records": made.t("records"),
        "save": made.t("save"),
        "columns": [made.t(f"column.{name}") for name in columns],
    }


def _sections(made: Material, head: str) -> Iterator[Section | None]:
    yield _matter(made)
    yield _times(made)
    yield _reckoning(made)
    yield _repost(made)
    yield _readings(made)
    yield _looked(made)
    yield _after(made)
    yield _again(made)
    yield {
        "title": made.t("verify"),
        "lines": [made.t(f"verify.{number}") for number in (1, 2, 3)],
        "rows": [[made.t("head"), head]],
    }


def _matter(made: Material) -> Section:
    words, page, policy = made.words, made.page, made.page.policy
    duty = page.duty
    name = f"《{policy.title}》" if policy and words.is_chinese else policy.title if policy else None
    number = f"（{policy.doc_number}）" if policy and policy.doc_number else ""
    rows = made.rows(
        ("who", f"{made.site_name}（{duty.site}，{duty.region}）"),
        ("policy", f"{name}{number}" if name else None),
        ("source", policy.url if policy else None),
        ("clause", words.cite()),
        ("verdict", words.verdict(State(duty.state), duty.review, duty.limit_at)),
        ("why", words.reason(duty.void or duty.waived or duty.reason)),
        ("judged", _judged_at(made)),
        ("number", str(duty.id)),
        ("made", words.long(words.now)),
    )
    return {"title": made.t("what"), "rows": rows}


def _judged_at(made: Material) -> str | None:
    verdicts = made.pages.of("verdict")
    return made.words.long(datetime.fromisoformat(verdicts[-1].content["judged_at"])) if verdicts else None


def _times(made: Material) -> Section:
    words, duty, policy = made.words, made.page.duty, made.page.policy
    offset = next((s.content.get("clock_offset") for s in reversed(made.pages.of("absence"))), None)
    rows = made.rows(
        ("published", words.stated(policy.published_at) if policy and policy.published_at else None),
        ("first-seen", words.long(policy.first_seen_at) if policy else None),
        ("start", words.long(duty.started_at)),
        ("target", words.by(duty.target_at) if duty.target_at else None),
        ("limit", words.by(duty.limit_at)),
        ("seen-after", words.long(duty.seen_after) if duty.seen_after else None),
        ("done", words.long(duty.discharged_at) if duty.discharged_at else None),
        ("offset", None if offset is None else made.t("offset.value", seconds=offset)),
    )
    return {"title": made.t("times"), "rows": rows}


def _reckoning(made: Material) -> Section | None:
    words, found = made.words, made.page.reckoning
    if found is None or found.term.clock is not None:
        return None
    lines = [words.t("count.days", count=found.term.working_days)]
    for day in found.days:
        if day.kind == "off" and day.first != day.last:
            lines.append(words.t("count.off-span", first=words.day(day.first), last=words.day(day.last)))
        else:
            lines.append(words.t(f"count.{day.kind}", day=words.day(day.first), number=day.number))
    lines.append(words.t("count.end", end=words.by(found.end.at)))
    rows = [
        ["✓" if name == found.chosen else "", words.t(f"reading.{name}"), words.by(end.at)]
        for name, end in found.readings.items()
    ]
    head = ["", words.t("reading"), words.t("reading.end")]
    return {"title": made.t("count"), "lines": lines, "head": head, "rows": rows}


def _repost(made: Material) -> Section | None:
    words, seen = made.words, made.page.seen
    if seen is None:
        return None
    until = words.exact(seen.seen_by)
    appeared = made.t("until", by=until)
    if seen.seen_after is not None:
        appeared = made.t("between", after=words.exact(seen.seen_after), by=until)
    rows = made.rows(
        ("repost.url", seen.url),
        ("repost.title", seen.title),
        ("repost.how", f"{words.how(seen.how)} · {words.reason(seen.why)}"),
        ("repost.declared", words.stated(seen.declared) if seen.declared else None),
        ("repost.between", appeared),
    )
    return {"title": made.t("repost"), "rows": rows}


def _readings(made: Material) -> Section | None:
    numbers = {record.id: record.sequence for record in made.pages.records}
    rows = [
        [
            made.words.exact(datetime.fromisoformat(said.content["at"])),
            place["name"],
            place["url"],
            place["rows"],
            " ".join(str(numbers[id_]) for id_ in place["pages"] if id_ in numbers),
        ]
        for said in made.pages.of("absence")
        for place in said.content["places"]
    ]
    head = [made.t(f"reading.{name}") for name in ("at", "place", "url", "rows", "pages")]
    return {"title": made.t("readings"), "head": head, "rows": rows} if rows else None


def _looked(made: Material) -> Section | None:
    looks = made.pages.of("last look")
    if not looks:
        return None
    said = looks[-1].content
    rows = [[p["name"], p["url"], made.t("looked.ok")] for p in said["places"]]
    rows += [[p["name"], p["url"], made.words.reason(p["why"])] for p in said["unread"]]
    return {"title": made.t("looked"), "rows": rows}


def _after(made: Material) -> Section | None:
    """What further looks at the repost saw amiss."""
    numbers = {record.id: record.sequence for record in made.pages.records}
    rows = [
        [
            made.words.exact(datetime.fromisoformat(said.content["at"])),
            _seen_amiss(made, said.content),
            " ".join(str(numbers[id_]) for id_ in said.content["pages"] if id_ in numbers),
        ]
        for said in made.pages.of("revisit")
    ]
    head = [made.t("reading.at"), made.t("after.seen"), made.t("reading.pages")]
    return {"title": made.t("after"), "head": head, "rows": rows} if rows else None


def _seen_amiss(made: Material, said: Mapping[str, Any]) -> str:
    if said["moved_to"]:
        return made.t("after.moved", url=said["moved_to"])
    if said["is_gone"]:
        return made.t("after.listed" if said["is_listed"] else "after.gone")
    if said["leads"] is False:
        return made.t("after.leads")
    differences = [Difference(Kind(d["kind"]), d["source"], d["repost"]) for d in said["differences"]]
    return made.t("after.differs", what=told(differences))


def _again(made: Material) -> Section:
    duty = made.page.duty
    try:
        found = replay(made.pages.catalog, duty.id or 0, made.ctx.counting.zone)
    except (NotKeptError, RecordError, FileNotFoundError) as error:
        return {"title": made.t("replay"), "lines": [made.t("replay.none", why=error)]}
    state = made.words.state(State(found.verdict.state), "upheld")
    key = "replay.same" if found.holds and found.verdict.state == duty.state else "replay.other"
    return {"title": made.t("replay"), "lines": [made.t(key, state=state, why="; ".join(found.doubts))]}


def _pictures(made: Material) -> Iterator[Mapping[str, str]]:
    for record in made.pages.of("picture"):
        yield {
            "title": made.t("picture", at=made.words.exact(record.at)),
            "type": record.head.get("Content-Type", "image/png"),
            "digest": digest_of(record.payload),
            "body": base64.b64encode(record.payload).decode("ascii"),
        }


def _record(made: Material, entry: Entry) -> dict[str, Any]:
    key = f"kind.{entry.kind}"
    return {
        "sequence": entry.sequence,
        "kind": made.t(key) if key in TEXTS else entry.kind,
        "at": made.words.exact(datetime.fromisoformat(entry.at)),
        "url": entry.url,
        "sha256": entry.sha256,
        "link": entry.link,
        "raw": base64.b64encode(made.ctx.evidence.raw(entry)).decode("ascii"),
    }
