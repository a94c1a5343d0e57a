"""What an answer shows: the links of a page, and what is wrong with it though it was found."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from checks.links import State, ending_of, foreign, is_government, misnamed
from monitor.net.challenges import recognise
from monitor.net.decode import decode
from monitor.net.quick import Answer
from monitor.reading.links import Harvest, Use, read_links, read_style
from monitor.reading.markup import squeeze
from monitor.reading.quality import says_gone

BARE = 10
"""Links on a page from which on it is no shield's."""

_TITLE = re.compile(r"<title[^>]*>([^<]{0,300})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sight:
    """state, reason: what is wrong with the address, None where nothing is. harvest: what its page holds."""

    state: State | None = None
    reason: str = ""
    harvest: Harvest | None = None


class See(Protocol):
    """Reads a page or a stylesheet of the site itself."""

    def __call__(self, url: str, use: Use, answer: Answer, *, with_anchors: bool) -> Sight: ...


def see_own(url: str, use: Use, answer: Answer, *, with_anchors: bool) -> Sight:
    """Read a page or a stylesheet of the site itself."""
    decoded = decode(_whole(answer), answer.content_type)
    if use is Use.STYLE:
        return Sight(harvest=read_style(decoded.text, url))
    harvest = read_links(decoded.text, url, decoded.encoding, with_anchors=with_anchors)
    if len(harvest.links) <= BARE and (sign := recognise(answer.status or 0, url, decoded.text)):
        return Sight(State.SUSPECT, f"status {answer.status}, but {sign}")
    return Sight(State.SOFT_404 if harvest.gone else None, harvest.gone or "", harvest)


def see_elsewhere(url: str, host: str, answer: Answer) -> Sight:
    """Glance at what stands at an address of somebody else, or at an attachment."""
    if why := misnamed(ending_of(url), answer.body):
        return Sight(State.SOFT_404, why)
    if not answer.body or ending_of(url) in ("pdf", "zip"):
        return Sight()
    text = decode(_whole(answer), answer.content_type).text
    found = _TITLE.search(text)
    title = squeeze(found[1]) if found else ""
    if not is_government(host) and (why := foreign(title, text)):
        return Sight(State.FOREIGN, why)
    gone = says_gone(title)
    return Sight(State.SOFT_404 if gone else None, gone or "")


def _whole(answer: Answer) -> bytes:
    """Leave off the end of what was cut, so that no character is cut in two."""
    return answer.body[: answer.body.rfind(b"<") + 1] or answer.body if answer.is_cut else answer.body
