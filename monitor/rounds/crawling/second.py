"""The second look: what the client makes of what quick ways could not settle, or what may have passed."""

from __future__ import annotations

from checks.links import State, state_of
from monitor.net.outcomes import Outcome
from monitor.net.page import Page
from monitor.net.quick import Answer
from monitor.rounds.crawling.ledger import Trouble

GIVEN_UP = "was not asked again"

# Where the client's ways may lead further: cookies, leniency, a fresh connection.
_ODD = frozenset(
    {Outcome.REDIRECT_LOOP, Outcome.TOO_MANY_REDIRECTS, Outcome.PROTOCOL_ERROR, Outcome.BAD_ENCODING}
)


def is_doubtful(trouble: Trouble, retries: int) -> bool:
    """Whether an address deserves another look; one that is odd gets one even where none is asked for."""
    outcome = trouble.outcome
    if outcome is None or trouble.state is None or trouble.reason.endswith(GIVEN_UP):
        return False
    return trouble.looks < (max(1, retries) if outcome in _ODD else retries if outcome.retryable else 0)


def revise(trouble: Trouble, page: Page) -> None:
    """Let the second look overrule the first."""
    trouble.state = state_of(page.outcome)
    trouble.status, trouble.outcome, trouble.reason = page.status, page.outcome, page.reason
    if trouble.state is None and page.final_url != trouble.url:
        trouble.state, trouble.reason = State.REDIRECTED, f"to {page.final_url}"


def answer_of(page: Page) -> Answer:
    """Take a page that the client read for an answer; where it was led elsewhere, for a redirect there."""
    if page.final_url != page.url and page.hops:
        return Answer(Outcome.OK, 302, "", {}, page.final_url)
    headers = {name.encode("latin-1", "replace"): text.encode("utf-8") for name, text in page.headers.items()}
    return Answer(page.outcome, page.status, page.reason, headers, "", page.body)
