"""WeCom (企业微信) group robots: wecombot://KEY or the robot's own webhook address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from apprise.plugins.wecombot import NotifyWeComBot

from alerts.channels.robots import StrictRobot


class StrictWeComBot(StrictRobot, NotifyWeComBot):
    """A WeCom robot that is believed only with "errcode": 0."""

    text_bytes: ClassVar[int] = 2048
    permanent_codes: ClassVar[frozenset[int]] = frozenset({40008, 40058, 44004})

    def endpoint(self) -> str:
        return str(self.api_url)

    def content(self, title: str, text: str) -> dict[str, Any]:
        return {"msgtype": "text", "text": {"content": text}}

    def code_of(self, answer: Mapping[str, Any]) -> tuple[object, str]:
        return answer.get("errcode"), str(answer.get("errmsg", ""))
