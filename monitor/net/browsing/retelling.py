"""Documents told to Chromium in the encoding their bytes are in.

Chromium believes declarations, and reads what declares nothing as Western European. We read both by their
bytes; and a page must have the same titles whether it is fetched or shown. So a document that Chromium might
read otherwise is handed to it in UTF-8.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from monitor.net.browsing import chromium
from monitor.net.decode import decode

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, CDPSession, Page

_WITHOUT_BODY = frozenset({204, 205, 304})
_NO_LONGER_TRUE = frozenset({"content-type", "content-encoding", "content-length", "transfer-encoding"})


async def retell(context: BrowserContext, tab: Page, encoding: str | None) -> None:
    """See to it that this page's documents are read as `decode` reads them.

    encoding: what the configuration says the page is in.
    """
    session = await context.new_cdp_session(tab)

    async def on_paused(event: dict[str, Any]) -> None:
        await _answer(session, event, encoding)

    session.on("Fetch.requestPaused", on_paused)
    patterns = [{"resourceType": "Document", "requestStage": "Response"}]
    await session.send("Fetch.enable", {"patterns": patterns})


async def _answer(session: CDPSession, event: Mapping[str, Any], encoding: str | None) -> None:
    named = {"requestId": event["requestId"]}
    try:
        retold = await _retold(session, event, encoding)
        if retold is None:
            await session.send("Fetch.continueRequest", named)
        else:
            await session.send("Fetch.fulfillRequest", named | retold)
    except chromium.errors():
        return  # the page has gone elsewhere meanwhile


async def _retold(
    session: CDPSession, event: Mapping[str, Any], encoding: str | None
) -> dict[str, Any] | None:
    """Give the answer in UTF-8; None where Chromium will read it rightly as it is."""
    fields = [(field["name"].lower(), field["value"]) for field in event.get("responseHeaders", ())]
    kind = next((value for name, value in fields if name == "content-type"), "")
    status = event.get("responseStatusCode", 0)
    if not _has_html(status, kind):
        return None
    given = await session.send("Fetch.getResponseBody", {"requestId": event["requestId"]})
    body = base64.b64decode(given["body"]) if given["base64Encoded"] else given["body"].encode("utf-8")
    if body.isascii():
        return None
    read = decode(body, kind, encoding)
    if read.encoding == "utf-8" and read.how in {"header", "bom"}:
        return None
    kept = [{"name": name, "value": value} for name, value in fields if name not in _NO_LONGER_TRUE]
    return {
        "responseCode": status,
        "responseHeaders": [*kept, {"name": "content-type", "value": "text/html; charset=utf-8"}],
        "body": base64.b64encode(read.text.encode("utf-8", "replace")).decode("ascii"),
    }


def _has_html(status: int, kind: str) -> bool:
    if not 200 <= status < 600 or 300 <= status < 400 or status in _WITHOUT_BODY:
        return False
    return kind.partition(";")[0].strip().lower() == "text/html"
