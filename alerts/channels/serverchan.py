"""ServerChan (Server酱): schan://KEY. It renders Markdown, so that a plain text must be made to stay one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlencode

from apprise.plugins.serverchan import NotifyServerChan

from alerts.channels.robots import StrictRobot

TITLE_LENGTH = 32

_MARKUP = re.compile(r"([\\`*_{}\[\]()#+!|~>-])")


class StrictServerChan(StrictRobot, NotifyServerChan):
    """A ServerChan key that is believed only with "code": 0, and "errno": 0 where one is given."""

    text_bytes: ClassVar[int] = 14_000  # 32 KiB are allowed; escaping at most doubles the text

    content_type: ClassVar[str] = "application/x-www-form-urlencoded"

    def endpoint(self) -> str:
        return str(self.notify_url.format(token=self.token))

    def content(self, title: str, text: str) -> dict[str, Any]:
        return {"title": title[:TITLE_LENGTH], "desp": as_markdown(text)}

    def encode(self, content: Mapping[str, Any]) -> bytes:
        return urlencode(content).encode()

    def code_of(self, answer: Mapping[str, Any]) -> tuple[object, str]:
        said = str(answer.get("message", ""))
        data = answer.get("data")
        if answer.get("code") == 0 and isinstance(data, Mapping) and data.get("errno", 0) != 0:
            return data["errno"], str(data.get("error", said))
        return answer.get("code"), said


def as_markdown(text: str) -> str:
    """Escape a plain text so that Markdown shows it as it is, line by line; addresses stay whole."""
    lines = (
        " ".join(word if "://" in word else _MARKUP.sub(r"\\\1", word) for word in line.split(" "))
        for line in text.split("\n")
    )
    return "\n\n".join(lines)
