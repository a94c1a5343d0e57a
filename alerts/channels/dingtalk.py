"""DingTalk (钉钉) group robots: dingtalk://[SECRET@]TOKEN or the robot's own webhook address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import unquote

from apprise.plugins.dingtalk import NotifyDingTalk

from alerts.channels.robots import StrictRobot

_NATIVE = re.compile(r"https://oapi\.dingtalk\.com/robot/send/?\?access_token=([a-z0-9]+)", re.IGNORECASE)


class StrictDingTalk(StrictRobot, NotifyDingTalk):  # type: ignore[misc]
    """A DingTalk robot that is believed only with "errcode": 0."""

    text_bytes: ClassVar[int] = 18_000  # of the whole request 20000 are allowed
    permanent_codes: ClassVar[frozenset[int]] = frozenset({40035, 400105, 430101, 430102, 430103, 430104})

    def endpoint(self) -> str:
        return str(self.notify_url.format(token=self.token))

    def content(self, title: str, text: str) -> dict[str, Any]:
        at = {"atMobiles": self.targets, "isAtAll": False}
        return {"msgtype": "text", "text": {"content": text}, "at": at}

    def params(self) -> dict[str, str]:
        if not self.secret:
            return {}
        timestamp, signature = self.get_signature()  # type: ignore[no-untyped-call]
        return {"timestamp": timestamp, "sign": unquote(signature)}

    def code_of(self, answer: Mapping[str, Any]) -> tuple[object, str]:
        return answer.get("errcode"), str(answer.get("errmsg", ""))

    @staticmethod
    def parse_native_url(url: str) -> dict[str, Any] | None:
        """Take the address as DingTalk shows it to whoever adds a robot."""
        found = _NATIVE.fullmatch(url)
        return NotifyDingTalk.parse_url(f"dingtalk://{found[1]}") if found else None
