"""What the strict channels share: a robot's answer is read, and only the words of its protocol are a yes.

Apprise takes any HTTP 200 for success. WeCom, DingTalk, Feishu, Lark and ServerChan answer 200 also when
they refuse, and say so in the body; and they count bytes where Apprise counts characters.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

import requests
from apprise import NotifyBase, NotifyFormat, NotifyType

from alerts.channels.answers import read
from alerts.messages.safe import clean
from alerts.outbox import DeliveryResult, Result

REASON_LENGTH = 160

_PART_MARK = 24
"""Bytes kept free for "（12/34）" and its line break before each part of a long message."""


class StrictRobot(NotifyBase):
    """A channel that believes its service only when the answer's body says that the message was taken.

    Children name the limit in bytes, build the request, and read the answer. After `send`, `answer` says
    how it went.
    """

    text_bytes: ClassVar[int]
    permanent_codes: ClassVar[frozenset[int]] = frozenset()
    """Refusals of this very message (its content, its form): the same message would be refused again."""

    notify_format = NotifyFormat.TEXT
    content_type: ClassVar[str] = "application/json; charset=utf-8"
    # Splitting by bytes happens in `send`; Apprise, which would split by characters, must not.
    body_maxlen = 1_000_000
    title_maxlen = 1_000
    # Between the parts of one message: so short that all of them fit into one attempt. The robots take 20
    # messages a minute; whoever comes to that is refused, and waits longer and longer.
    request_rate_per_sec = 0.3
    socket_read_timeout = 10.0

    answer: DeliveryResult | None = None

    def endpoint(self) -> str:
        """The address to post to; it holds the secret and is never logged."""
        raise NotImplementedError

    def content(self, title: str, text: str) -> dict[str, Any]:
        """What is posted for one part."""
        raise NotImplementedError

    def params(self) -> dict[str, str]:
        """What is added to the address's query, such as a signature."""
        return {}

    def encode(self, content: Mapping[str, Any]) -> bytes:
        """Write the content as JSON in UTF-8; escaped, a Chinese character would count twice."""
        return json.dumps(content, ensure_ascii=False).encode()

    def code_of(self, answer: Mapping[str, Any]) -> tuple[object, str]:
        """The code in an answer (0 is yes) and what the service says about it."""
        raise NotImplementedError

    def send(self, body: str, title: str = "", notify_type: NotifyType = NotifyType.INFO, **_: Any) -> bool:
        """Post the message, in parts where it is too long; the first part that is not taken ends it."""
        parts = split_bytes(f"{title}\n{body}" if title else body, self.text_bytes)
        for part in parts:
            self.throttle()  # type: ignore[no-untyped-call]
            self.answer = self._post(title, part)
            if self.answer.result is not Result.ACCEPTED:
                return False
        return True

    def _post(self, title: str, text: str) -> DeliveryResult:
        try:
            with requests.post(
                self.endpoint(),
                data=self.encode(self.content(title, text)),
                params=self.params(),
                headers={"User-Agent": self.app_id, "Content-Type": self.content_type},
                verify=self.verify_certificate,
                timeout=self.request_timeout,
                allow_redirects=False,
                stream=True,
            ) as response:
                return self._judge(response.status_code, read(response))
        except requests.Timeout:
            return DeliveryResult(Result.TIMED_OUT, "no answer in time")
        except requests.RequestException as error:
            # The text of these errors holds the address and with it the key.
            return DeliveryResult(Result.FAILED, type(error).__name__)

    def _judge(self, status: int, content: bytes) -> DeliveryResult:
        if status != requests.codes.ok:
            return DeliveryResult(Result.REFUSED if 400 <= status < 500 else Result.FAILED, f"HTTP {status}")
        try:
            answer = json.loads(content)
        except ValueError:
            return DeliveryResult(Result.FAILED, "HTTP 200, but the body is not JSON")
        if not isinstance(answer, dict):
            return DeliveryResult(Result.FAILED, "HTTP 200, but the body is no JSON object")
        code, said = self.code_of(answer)
        if type(code) is int and code == 0:
            return DeliveryResult(Result.ACCEPTED)
        if type(code) is not int:
            return DeliveryResult(Result.FAILED, "HTTP 200, but the body names no code")
        reason = f"code {code}: {clean(said, REASON_LENGTH)}"
        return DeliveryResult(Result.REFUSED, reason, permanent=code in self.permanent_codes)


def split_bytes(text: str, limit: int) -> tuple[str, ...]:
    """Cut a text into parts of at most `limit` bytes of UTF-8, at line ends where possible, numbered.

    A text that fits is left as it is.
    """
    if len(text.encode()) <= limit:
        return (text,)
    room = limit - _PART_MARK
    parts: list[str] = [""]
    for line in text.split("\n"):
        for piece in _pieces(line, room):
            joined = f"{parts[-1]}\n{piece}" if parts[-1] else piece
            if len(joined.encode()) <= room:
                parts[-1] = joined
            else:
                parts.append(piece)
    return tuple(f"（{index}/{len(parts)}）\n{part}" for index, part in enumerate(parts, 1))


def _pieces(line: str, room: int) -> list[str]:
    """Cut a line that is longer than a whole part; never inside a character."""
    pieces, rest = [], line
    while len(rest.encode()) > room:
        head = rest.encode()[:room].decode(errors="ignore")
        pieces.append(head)
        rest = rest[len(head) :]
    return [*pieces, rest]
