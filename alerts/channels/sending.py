"""One attempt to send one message through one channel, and what became of it."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from apprise import Apprise, NotifyFormat
from apprise.result import AppriseResult, AppriseResultStatus

from alerts.channels.answers import bound_requests
from alerts.channels.robots import REASON_LENGTH, StrictRobot
from alerts.channels.services import STRICT, build_service
from alerts.messages.draft import Message
from alerts.messages.safe import clean
from alerts.outbox import DeliveryResult, Result

_STATUS = re.compile(r"error=(\d{3})\b")
_LEAST_SECRET = 4


def _silence_the_libraries() -> None:
    """Keep Apprise's and urllib3's own log lines to themselves: they quote addresses, and with them keys.

    Apprise still collects its lines per attempt, from where they are told with every part of the address
    struck out; for that its logger must be on, which other libraries that set up logging may undo.
    """
    for name, level in (("apprise", logging.WARNING), ("urllib3", logging.ERROR)):
        logger = logging.getLogger(name)
        logger.setLevel(level)
        logger.propagate = False
        logger.disabled = False
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())


async def send(
    url: str, message: Message, within: float, strict: Mapping[str, type[StrictRobot]] = STRICT
) -> DeliveryResult:
    """Send a message as plain text; what a service or the net does wrong is a result, never raised.

    within: seconds for the whole attempt. After it nobody knows whether the message arrived.
    """
    _silence_the_libraries()
    bound_requests()
    # In a thread: the first address makes Apprise import all its plugins.
    service = await asyncio.to_thread(build_service, url, within, strict)
    if service is None:
        return DeliveryResult(Result.MISCONFIGURED, "not an address that Apprise can send to")
    sender = Apprise(asset=service.asset)
    sender.add(service)
    outcome = await sender.async_notify(
        body=message.body, title=message.title, body_format=NotifyFormat.TEXT, timeout=within
    )
    with outcome:
        if outcome.status is AppriseResultStatus.TIMEOUT:
            return DeliveryResult(Result.TIMED_OUT, f"no end after {within:g} s")
        if isinstance(service, StrictRobot) and service.answer is not None:
            return service.answer
        return _translate(outcome, url)


def _translate(outcome: AppriseResult, url: str) -> DeliveryResult:
    """Say in our own terms what Apprise reports of a service that is not one of ours."""
    if outcome.status is AppriseResultStatus.SUCCESS:
        return DeliveryResult(Result.ACCEPTED)
    if outcome.status is AppriseResultStatus.NOMATCH:
        return DeliveryResult(Result.MISCONFIGURED, "Apprise knows no service for this address")
    said = " ".join(entry.message for entry in outcome.logs())
    status = _STATUS.search(said)
    refused = status is not None and status[1].startswith("4")
    reason = clean(redact(said, url), REASON_LENGTH) or "the service did not take it"
    return DeliveryResult(Result.REFUSED if refused else Result.FAILED, reason)


def redact(text: str, url: str) -> str:
    """Strike every part of a channel's address out of a text: any of them may be the secret."""
    for part in sorted(_parts(url), key=len, reverse=True):
        text = re.sub(re.escape(part), "***", text, flags=re.IGNORECASE)
    return text


def _parts(url: str) -> Iterable[str]:
    for part in re.split(r"[/?&=:@,;#+ ]", url.partition("://")[2]):
        yield from (form for form in (part, unquote(part)) if len(form) >= _LEAST_SECRET)
