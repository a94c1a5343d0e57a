"""Finding the repost: which of a site's rows discharges which duty, and on what proof."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from checks.addresses import canonical
from checks.obligations import Declared, Sighting
from checks.reposts import Document, Match, could_repost, match
from checks.titles import normalise, shares_signs
from monitor.net.client import CookieRound, Page
from monitor.rounds.articles import Opened, document_of, document_of_policy, open_article, sources_of
from monitor.rounds.context import Context
from monitor.store.tables import Obligation, Policy

MOST_OPENED = 60
"""Pages opened for one site in one round; what is left over is opened in the next."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row that may be the repost, with the interval in which it appeared.

    also: what it is called elsewhere on the site, where that is something else.
    """

    title: str
    url: str
    address: str
    place: str
    seen_after: datetime | None
    seen_by: datetime
    also: tuple[str, ...] = ()

    @property
    def titles(self) -> tuple[str, ...]:
        return (self.title, *self.also)


@dataclass(frozen=True, slots=True)
class Duty:
    """An obligation whose repost is looked for, with its policy and the rows not yet compared with it."""

    obligation: Obligation
    policy: Policy
    candidates: tuple[Candidate, ...]

    @property
    def id(self) -> int:
        return self.obligation.id or 0

    @property
    def sources(self) -> tuple[str, ...]:
        """The addresses under which portals carry the policy."""
        return sources_of(self.policy)


@dataclass(frozen=True, slots=True)
class Proof:
    """What discharges a duty: the row, how it was recognised, and the page behind it.

    digest: under which that page was kept as evidence.
    """

    candidate: Candidate
    match: Match
    sighting: Sighting
    url: str
    title: str
    stated: str | None = None
    precision: str = "none"
    page: Page | None = None
    digest: str | None = None


@dataclass(slots=True)
class Opener:
    """Opens pages for one site in one round, each once, and not without end.

    left: by obligation, the address of the first row whose page was not opened any more: this round proves
    nothing of what comes after it.
    """

    ctx: Context
    cookies: CookieRound
    robots: str
    most: int = MOST_OPENED
    opened: dict[str, Opened] = field(default_factory=dict)
    left: dict[int, str] = field(default_factory=dict)

    async def open(self, candidate: Candidate) -> Opened | None:
        """The page behind a row; None once the bound is reached."""
        if candidate.address not in self.opened:
            if len(self.opened) >= self.most:
                return None
            self.opened[candidate.address] = await open_article(
                self.ctx, candidate.url, self.cookies, robots=self.robots
            )
        return self.opened[candidate.address]


async def recognise(ctx: Context, duties: Sequence[Duty], opener: Opener) -> dict[int, Proof]:
    """The best proof for each duty that has one, by obligation id: the one that says it was done earliest."""
    proofs: dict[int, Proof] = {}
    for duty in duties:
        found = [proof async for proof in _proofs(ctx, duty, opener)]
        if found:
            proofs[duty.id] = min(found, key=lambda proof: proof.sighting.done_at)
    return proofs


async def _proofs(ctx: Context, duty: Duty, opener: Opener) -> AsyncIterator[Proof]:
    policy = document_of_policy(duty.policy)
    sources = frozenset(canonical(url) for url in duty.sources)
    for candidate in duty.candidates:
        if candidate.address in sources:
            yield _by_row(candidate, Match(True, "link", 1.0, "the row links to the source itself"))
        elif any(not title or could_repost(policy, title) for title in candidate.titles):
            proof = await _prove(ctx, duty, policy, candidate, opener)
            if proof is not None:
                yield proof


async def _prove(
    ctx: Context, duty: Duty, policy: Document, candidate: Candidate, opener: Opener
) -> Proof | None:
    opened = await opener.open(candidate)
    if opened is None:
        opener.left.setdefault(duty.id, candidate.address)
        return None
    if opened.article is None:
        # The row counts where the page behind it cannot be read: a doubt is decided for the accused.
        for title in candidate.titles:
            found = match(policy, Document(url=candidate.url, title=title))
            if found.same:
                why = f"{found.why}; the page behind the row could not be read ({opened.trouble})"
                return _by_row(candidate, replace(found, why=why))
        return None
    article = opened.article
    document = document_of(article)
    declared = Declared.read(article.published_at, ctx.counting.zone)
    found = _match_any(policy, duty.sources, _with_row_title(document, candidate.title))
    by_row = None if found.same else _match_by_row(policy, duty.sources, document, candidate)
    if not (found.same or by_row):
        return None
    proof = Proof(
        candidate=candidate,
        match=by_row or found,
        sighting=Sighting(candidate.seen_after, candidate.seen_by, declared),
        url=article.url,
        title=article.title or candidate.title,
        stated=article.published_at.isoformat() if article.published_at else None,
        precision=article.precision,
        page=opened.page,
    )
    return proof if by_row is None else replace(proof, title=candidate.title, page=None)


def _with_row_title(document: Document, title: str) -> Document:
    return document if document.title else replace(document, title=title)


def _match_by_row(
    policy: Document, sources: Iterable[str], document: Document, candidate: Candidate
) -> Match | None:
    """Match by an equal title of the row, where the page's own says nothing of what stands there.

    Pages that are titled as their column or site, and notices in the place of a page, are no word against
    the row. A page whose title is anything like the policy's is; so are its number and its issuer.
    """
    wanted = normalise(policy.title or "")
    equal = [title for title in candidate.titles if normalise(title) == wanted]
    if not equal or shares_signs(policy.title or "", document.title or ""):
        return None
    found = _match_any(policy, sources, replace(document, title=equal[0]))
    return found if found.same else None


def _match_any(policy: Document, sources: Iterable[str], candidate: Document) -> Match:
    """Match against the policy under each address it is carried at; the first that holds decides."""
    first: Match | None = None
    for url in sources:
        found = match(replace(policy, url=url), candidate)
        if found.same:
            return found
        first = first or found
    return first or match(policy, candidate)


def _by_row(candidate: Candidate, found: Match) -> Proof:
    return Proof(
        candidate=candidate,
        match=found,
        sighting=Sighting(candidate.seen_after, candidate.seen_by),
        url=candidate.url,
        title=candidate.title,
    )
