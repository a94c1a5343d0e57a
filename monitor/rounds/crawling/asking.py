"""How an address is asked for: by HEAD or GET, and how much of its answer is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checks.links import ATTACHMENTS, ending_of, is_government
from monitor.net.outcomes import Outcome
from monitor.net.quick import Answer
from monitor.net.wire import Room
from monitor.reading.links import Use
from monitor.rounds.crawling.ledger import Address

LARGEST = 4 * 1024 * 1024
"""Bytes of a page that are read; parsed, it takes some fifty times as much while it is read."""

GLANCE = 64 * 1024
"""Bytes of a page elsewhere that are looked at."""

STYLE = 1024 * 1024
START = 512
"""Bytes of an attachment that tell what it is."""

_FILES = """
jpg jpeg png gif bmp webp svg ico tif tiff css js json xml rss txt csv mp3 mp4 avi wmv flv mov m4v wav
swf exe msi apk dmg gz tar bz2 iso ttf woff woff2 eot otf ceb gd epub mobi psd"""
_NO_PAGES = ATTACHMENTS.union(_FILES.split())


@dataclass(frozen=True, slots=True)
class Way:
    """How to ask: whether HEAD will do at first, and the room for what a GET brings."""

    is_head: bool
    room: Room


def looks_like_page(address: Address) -> bool:
    """Whether an address may be one of a page, by its name and by what leads there."""
    return address.use in (Use.PAGE, Use.FRAME) and ending_of(address.url) not in _NO_PAGES


def way_to(address: Address, host: str, largest: int, *, is_own: bool, is_read: bool) -> Way:
    """Choose how to ask. HEAD is cheaper; where what stands there matters, only GET tells."""
    largest = min(largest, LARGEST)
    if is_own and address.use is Use.STYLE:
        return Way(is_head=False, room=lambda status, headers: STYLE if _is(b"css", status, headers) else 0)
    if not looks_like_page(address):
        attached = START if ending_of(address.url) in ATTACHMENTS else 0
        return Way(is_head=True, room=lambda status, headers: attached if status < 300 else 0)
    if is_own and is_read:
        return Way(
            is_head=False, room=lambda status, headers: largest if _is(b"html", status, headers) else 0
        )
    if not is_own and is_government(host):
        return Way(is_head=True, room=lambda status, headers: 0)
    return Way(is_head=False, room=lambda status, headers: GLANCE if _is(b"html", status, headers) else 0)


def is_enough(answer: Answer, address: Address) -> bool:
    """Whether an answer to HEAD can be trusted; where it cannot, a GET has the last word."""
    if answer.outcome is not Outcome.OK:
        return answer.status is None or answer.status in (429, 503)
    if answer.location or ending_of(address.url) not in ATTACHMENTS:
        return True
    return answer.length != 0 and "html" not in answer.content_type.lower()


def _is(kind: bytes, status: int, headers: Mapping[bytes, bytes]) -> bool:
    """Whether a body is of this kind; one that says nothing of itself may be."""
    said = headers.get(b"content-type", b"").lower()
    return status < 300 and (kind in said or not said.strip() or b"octet-stream" in said)
