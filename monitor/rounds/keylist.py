"""A higher office's own list of what is to be reposted, matched against what portals were seen to carry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from checks.addresses import canonical
from checks.numbers import contradict, normalise_doc_number
from checks.obligations import is_stale
from checks.titles import normalise
from checks.workdays import deadline
from monitor.reading.article import Article
from monitor.rounds.articles import declared_by
from monitor.rounds.context import Context
from monitor.rounds.decisions import Officer, add_key, read_item
from monitor.rounds.poll import stated_of
from monitor.store import items
from monitor.store.tables import Item


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list: where it stands in the file, and what it names; at least one of the three."""

    number: int
    title: str | None = None
    doc_number: str | None = None
    url: str | None = None

    @property
    def shown(self) -> str:
        """What names it for a person."""
        return self.title or self.doc_number or self.url or ""


class Outcome(StrEnum):
    """What becomes of a line; the values are for the table."""

    KEY = "key"
    WAS_KEY = "key already"
    TOO_LATE = "its limit has passed"
    OLD = "an old paper, or there at the first reading"
    NOT_HELD = "on no portal's column"


@dataclass(frozen=True, slots=True)
class Matched:
    """A line, what it was found as (none: nothing), and what becomes of it."""

    line: Line
    items: tuple[Item, ...]
    outcome: Outcome


def match_lines(session: Session, ctx: Context, lines: Sequence[Line], now: datetime) -> list[Matched]:
    """Find each line's items, by address, else by number, else by title. Changes nothing."""
    portals = [portal.id for portal in ctx.targets.portals]
    matched = []
    for line in lines:
        found = _find(session, portals, line)
        outcomes = [(_outcome(session, ctx, item, now), item) for item in found]
        best = min((outcome for outcome, _ in outcomes), key=list(Outcome).index, default=Outcome.NOT_HELD)
        chosen = tuple(item for outcome, item in outcomes if outcome is best)
        matched.append(Matched(line, chosen, best))
    return matched


async def read_items(ctx: Context, matched: Iterable[Matched]) -> dict[int, Article | None]:
    """The pages behind the items that are made key, by item id."""
    wanted = {item.id or 0: item for each in matched if each.outcome is Outcome.KEY for item in each.items}
    return {id_: await read_item(ctx, item) for id_, item in wanted.items()}


def take(
    session: Session,
    ctx: Context,
    lines: Sequence[Line],
    articles: dict[int, Article | None],
    officer: Officer,
    now: datetime,
) -> list[Matched]:
    """Make the items of a list key, as if each had been added by hand; gives what became of each line."""
    matched = match_lines(session, ctx, lines, now)
    return [_take(session, ctx, each, articles, officer, now) for each in matched]


def _take(
    session: Session,
    ctx: Context,
    matched: Matched,
    articles: dict[int, Article | None],
    officer: Officer,
    now: datetime,
) -> Matched:
    """Make the items of one line key, but for those whose own page says that they are old papers."""
    if matched.outcome is not Outcome.KEY:
        return matched
    chosen = [item for item in matched.items if not _is_old(session, ctx, item, articles.get(item.id or 0))]
    for item in chosen:
        if not item.is_key:  # another line may have named it too
            add_key(session, ctx, item, officer, now, articles.get(item.id or 0))
    return replace(matched, items=tuple(chosen)) if chosen else replace(matched, outcome=Outcome.OLD)


def _find(session: Session, portals: Sequence[str], line: Line) -> list[Item]:
    for found in _candidates(session, portals, line):
        if fitting := [item for item in found if not _contradicts(item, line)]:
            return fitting
    return []


def _candidates(session: Session, portals: Sequence[str], line: Line) -> Iterator[Sequence[Item]]:
    if line.url:
        yield items.of_portals(session, portals, address=canonical(line.url))
    if line.doc_number:
        yield items.of_portals(session, portals, doc_number=normalise_doc_number(line.doc_number))
    if line.title:
        yield items.of_portals(session, portals, title_key=normalise(line.title))


def _contradicts(item: Item, line: Line) -> bool:
    ours, theirs = item.doc_number, line.doc_number
    return bool(ours and theirs) and contradict(
        frozenset({normalise_doc_number(ours or "")}), frozenset({normalise_doc_number(theirs or "")})
    )


def _outcome(session: Session, ctx: Context, item: Item, now: datetime) -> Outcome:
    if item.is_key:
        return Outcome.WAS_KEY
    if _is_old(session, ctx, item, None):
        return Outcome.OLD
    limit = deadline(item.seen_by, ctx.targets.rules.repost.limit, ctx.counting).at
    return Outcome.TOO_LATE if limit < now else Outcome.KEY


def _is_old(session: Session, ctx: Context, item: Item, article: Article | None) -> bool:
    """Whether an item is an old paper, by what its list shows and, where it was read, by its own page."""
    declared = declared_by(stated_of(item, article), ctx)
    is_stale_paper = is_stale(declared, item.seen_after, ctx.counting.zone)
    return item.is_baseline or is_stale_paper or items.was_carried_before(session, item)
