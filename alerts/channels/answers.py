"""Answers of services, read no longer and no further than they are needed.

Apprise reads every answer whole, and waits for it as long as single bytes keep coming. Its attempts run in a
few threads that all channels share: some that never end would hold up every other channel and the daemon's
own end, and one answer without end would fill the memory.
"""

from __future__ import annotations

import time
from typing import Any

import requests
from requests.adapters import HTTPAdapter

MOST = 1024 * 1024
LONGEST = 10.0

_PIECE = 64 * 1024


def read(response: requests.Response, most: int = MOST, longest: float = LONGEST) -> bytes:
    """What an answer says: its first bytes, as far as they arrive within so many seconds. Closes it."""
    ends = time.monotonic() + longest
    said = b""
    try:
        while len(said) < most and time.monotonic() < ends:
            piece = response.raw.read1(_PIECE, decode_content=True)
            if not piece:
                break
            said += piece
    finally:
        response.close()
    return said[:most]


class BoundedAdapter(HTTPAdapter):
    """Sends as any other, and gives an answer whose body is read already, within these bounds."""

    most = MOST
    longest = LONGEST

    def send(  # type: ignore[override]
        self, request: requests.PreparedRequest, stream: bool = False, **given: Any
    ) -> requests.Response:
        response = super().send(request, stream=True, **given)
        if not stream:
            response._content = read(response, self.most, self.longest)
            response._content_consumed = True
        return response


def bound_requests() -> None:
    """Let every session that is made from now on answer within the bounds; plugins make one per request."""
    requests.sessions.HTTPAdapter = BoundedAdapter  # type: ignore[attr-defined]
