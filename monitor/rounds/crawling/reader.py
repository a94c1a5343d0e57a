"""A process that reads pages for a crawl, on a core of its own: `python -m monitor.rounds.crawling.reader`.

Both ways a piece is its length, four bytes, and so many bytes. In comes a line of JSON that says what the
page is, and its body; out comes JSON that says what it shows. A link is told in full the first time, and by
its number from then on: most of a page's links stand on every page of the site.
"""

from __future__ import annotations

import gc
import json
import signal
import sys
from typing import IO, Any

from checks.links import State
from monitor.net.outcomes import Outcome
from monitor.net.quick import Answer
from monitor.reading.links import Harvest, KnownLink, Link, Use
from monitor.rounds.crawling.seeing import Sight, see_own

MODULE = "monitor.rounds.crawling.reader"
MOST_KNOWN = 20_000
"""Links that are known by number; then both ends begin anew."""

LENGTH = 4

Told = tuple[str, str, str, str, str]


def main() -> None:
    """Read what comes until no more does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the crawl's, which reports what it has
    gc.set_threshold(50_000, 20, 20)
    numbers: dict[Told, int] = {}
    while piece := _next(sys.stdin.buffer):
        sys.stdout.buffer.write(framed(packed(read(piece, numbers))))
        sys.stdout.buffer.flush()


def framed(piece: bytes) -> bytes:
    """Put its length before a piece."""
    return len(piece).to_bytes(LENGTH) + piece


def packed(said: dict[str, Any]) -> bytes:
    """Make a piece of what was said."""
    return json.dumps(said).encode()


def asked(url: str, use: Use, answer: Answer, *, with_anchors: bool) -> bytes:
    """Say which page is to be read, and how."""
    about = [url, use, answer.status, answer.content_type, answer.is_cut, with_anchors]
    return json.dumps(about).encode() + b"\n" + answer.body


def read(piece: bytes, numbers: dict[Told, int]) -> dict[str, Any]:
    """Read a page; links that are new get the next number."""
    about, _, body = piece.partition(b"\n")
    url, use, status, content_type, is_cut, with_anchors = json.loads(about)
    headers = {b"content-type": content_type.encode("latin-1")}
    answer = Answer(Outcome.OK, status, "", headers, body=body, is_cut=is_cut)
    return _pack(see_own(url, Use(use), answer, with_anchors=with_anchors), numbers)


def _pack(sight: Sight, numbers: dict[Told, int]) -> dict[str, Any]:
    said: dict[str, Any] = {"state": sight.state, "reason": sight.reason}
    harvest = sight.harvest
    if harvest is None:
        return said
    if len(numbers) > MOST_KNOWN:
        numbers.clear()
        said["anew"] = True
    told = [_told(link) for link in harvest.links]
    said["new"] = [link for link in dict.fromkeys(told) if link not in numbers]
    numbers.update((link, len(numbers)) for link in said["new"])
    said["links"] = [numbers[link] for link in told]
    said["rest"] = [harvest.title, harvest.cut, harvest.gone, sorted(harvest.anchors)]
    return said


def _told(link: Link) -> Told:
    return (link.use, link.url, link.fragment, link.fault, link.text)


def unpack(told: bytes, links: list[Link]) -> Sight:
    """Make of what was told what `see_own` would have given; `links`: those told so far, by number."""
    said = json.loads(told)
    state = State(said["state"]) if said["state"] is not None else None
    if "rest" not in said:
        return Sight(state, said["reason"])
    if "anew" in said:
        links.clear()
    links += [KnownLink(*link) for link in said["new"]]
    title, cut, gone, anchors = said["rest"]
    found = tuple(links[number] for number in said["links"])
    return Sight(state, said["reason"], Harvest(found, title, cut, gone, frozenset(anchors)))


def _next(source: IO[bytes]) -> bytes:
    return source.read(int.from_bytes(source.read(LENGTH)))


if __name__ == "__main__":
    main()
