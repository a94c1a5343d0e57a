"""From a channel's address to the Apprise service behind it: ours where it must be strict, else Apprise's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from apprise import Apprise, AppriseAsset, NotifyBase
from apprise.common import OverflowMode
from apprise.exception import AppriseException

from alerts.channels.dingtalk import StrictDingTalk
from alerts.channels.feishu import StrictFeishu, StrictLark
from alerts.channels.robots import StrictRobot
from alerts.channels.serverchan import StrictServerChan
from alerts.channels.wecom import StrictWeComBot

STRICT: Mapping[str, type[StrictRobot]] = {
    "wecombot": StrictWeComBot,
    "dingtalk": StrictDingTalk,
    "feishu": StrictFeishu,
    "lark": StrictLark,
    "schan": StrictServerChan,
}


def build_service(
    url: str, timeout: float, strict: Mapping[str, type[StrictRobot]] = STRICT
) -> NotifyBase | None:
    """Make the service for an Apprise URL or a robot's own webhook address; None if there is none.

    Redirects are not followed (a POST that is redirected becomes a GET, and its 200 says nothing), emoji
    codes are not interpreted, and long texts are split unless the URL says otherwise.
    """
    asset = AppriseAsset(
        app_id="Duban",
        app_desc="督办",
        app_url="",
        http_redirects=False,
        interpret_emojis=False,
        allow_templates=False,
        service_timeout=timeout,
    )
    for plugin in strict.values():
        if (found := _parse(plugin, url, strict)) is not None:
            try:
                return plugin(**found, asset=asset)
            except AppriseException:
                return None
    service = Apprise.instantiate(url, asset=asset)
    if service is not None and "overflow" not in parse_qs(urlsplit(url).query):
        service.overflow_mode = OverflowMode.SPLIT
    return service


def _parse(
    plugin: type[StrictRobot], url: str, strict: Mapping[str, type[StrictRobot]]
) -> dict[str, Any] | None:
    scheme = url.partition("://")[0].lower()
    found: dict[str, Any] | None = None
    if strict.get(scheme) is plugin:
        found = plugin.parse_url(url)
    elif scheme == "https":
        found = plugin.parse_native_url(url)
    return found
