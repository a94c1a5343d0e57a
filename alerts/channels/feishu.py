"""Feishu (飞书) and Lark group robots: feishu://TOKEN, lark://TOKEN, or the robot's own webhook address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.lark import NotifyLark

from alerts.channels.robots import StrictRobot

_NATIVE = re.compile(r"https://open\.feishu\.cn/open-apis/bot/v2/hook/([\w-]+)/?", re.IGNORECASE)


class _OpenPlatform(StrictRobot):
    """The protocol both speak: "code": 0 is yes; older answers say "StatusCode" instead."""

    text_bytes: ClassVar[int] = 18_000  # of the whole request 20 KiB are allowed
    permanent_codes: ClassVar[frozenset[int]] = frozenset({9499})

    def content(self, title: str, text: str) -> dict[str, Any]:
        return {"msg_type": "text", "content": {"text": text}}

    def code_of(self, answer: Mapping[str, Any]) -> tuple[object, str]:
        code = answer.get("code", answer.get("StatusCode"))
        return code, str(answer.get("msg", answer.get("StatusMessage", "")))


class StrictFeishu(_OpenPlatform, NotifyFeishu):
    """A Feishu robot that is believed only with "code": 0."""

    def endpoint(self) -> str:
        return str(self.notify_url.format(token=self.token)).rstrip("/")

    @staticmethod
    def parse_native_url(url: str) -> dict[str, Any] | None:
        """Take the address as Feishu shows it to whoever adds a robot."""
        found = _NATIVE.fullmatch(url)
        return NotifyFeishu.parse_url(f"feishu://{found[1]}") if found else None


class StrictLark(_OpenPlatform, NotifyLark):
    """A Lark robot that is believed only with "code": 0."""

    def endpoint(self) -> str:
        return f"{self.notify_url}{self.token}"
