"""What the end of a request says of the link that led there.

Broken is only what a citizen would run into as well, whatever the hour: everything that may pass, or that our
own ways may be to blame for, is suspect. Foreign is a suspicion for a person to look at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """How a link stands; the values are the keys of the report, worst first."""

    BROKEN = "broken"
    FOREIGN = "foreign"
    SUSPECT = "suspect"
    SOFT_404 = "soft_404"
    INSECURE = "insecure"
    REDIRECTED = "redirected"
    REFUSED = "refused"
    SKIPPED = "skipped"


_BY_OUTCOME: Mapping[str, State | None] = {
    "ok": None,
    "too_large": None,  # it is there, and larger than we read
    **dict.fromkeys(("not_found", "gone", "no_host", "connection_refused"), State.BROKEN),
    **dict.fromkeys(("redirect_loop", "too_many_redirects"), State.BROKEN),
    **dict.fromkeys(("address_refused", "scheme_refused"), State.REFUSED),
    "robots_refused": State.SKIPPED,
}


def state_of(outcome: str) -> State | None:
    """Judge a link by how the request for it ended; None where nothing is wrong. Unknown ends are suspect."""
    return _BY_OUTCOME.get(outcome, State.SUSPECT)


def is_government(host: str) -> bool:
    """Whether a host belongs to the government of China by its name."""
    plain = host.lower().rstrip(".")
    return plain == "gov.cn" or plain.endswith((".gov.cn", ".政务", ".xn--zfr164b"))


# Words with which such places advertise themselves; each alone also stands in reports about them. They are
# searched for one by one: that is quicker than a pattern, and pages are many.
_GAMBLING = """
博彩 赌场 赌博 娱乐城 百家乐 时时彩 六合彩 北京赛车 幸运飞艇 老虎机 真人视讯 真人荷官 真人娱乐
体育投注 彩票投注 在线投注 棋牌平台 棋牌娱乐 新葡京 威尼斯人 注册送 首存 返水 彩金 捕鱼"""
_PORNOGRAPHY = """
色情 情色 黄色网站 黄色小说 黄色视频 成人视频 成人小说 成人影片 成人电影 成人网站 成人直播
无码 裸聊 约炮 一夜情 激情视频 激情小说 三级片"""
_WORDS = {"gambling": _GAMBLING.split(), "pornography": _PORNOGRAPHY.split()}
_ENGLISH = {
    "gambling": re.compile(r"\b(?:casino|slots|baccarat|sportsbook|betting)\b", re.IGNORECASE),
    "pornography": re.compile(r"\b(?:porn|porno|xxx|hentai|jav)\b", re.IGNORECASE),
}
_FOR_SALE = re.compile(
    r"(?:此|本|该)?域名(?:正在|可以|可|已)?(?:出售|转让|停放|过期|到期)|(?:出售|转让)(?:此|本|该)域名|域名停靠"
    r"|domain\s+(?:name\s+)?(?:is\s+)?(?:may\s+be\s+)?(?:for\s+sale|parked|parking|has\s+expired)"
    r"|buy\s+this\s+domain|parked\s+(?:free|domain)|this\s+domain\s+is\s+available",
    re.IGNORECASE,
)
# Whoever writes about them, and does not offer them.
_HOSTILE = """
打击 查处 整治 警方 公安 民警 法院 检察 判决 举报 严禁 防范 禁止 反诈 诈骗 案件 通报 扫黄"""
_AGAINST = _HOSTILE.split()

_ENOUGH = 3
"""Different words of one kind in a page, where its title says nothing."""


def foreign(title: str, text: str) -> str | None:
    """Say why a page outside government looks like none that it should link to; None where it does not.

    Its title has to say it, or its text in several ways; a page that writes against such things has to say
    more than it says against them.
    """
    for kind, words in _WORDS.items():
        in_title = [word for word in words if word in title] + _ENGLISH[kind].findall(title)
        in_text = [word for word in words if word in text]
        if not in_title and len(in_text) < _ENOUGH:
            continue
        against = sum(word in title or word in text for word in _AGAINST)
        if (in_title and not against) or len({*in_title, *in_text}) >= _ENOUGH + against:
            return f"it looks like {kind}: {', '.join((in_title or in_text)[:_ENOUGH])}"
    if sale := _FOR_SALE.search(title) or _FOR_SALE.search(text[:2000]):
        return f"its domain looks parked or for sale: {sale[0].strip()}"
    return None


_SIGNATURES: Mapping[str, tuple[bytes, ...]] = {
    "pdf": (b"%PDF",),
    **dict.fromkeys(("doc", "xls", "ppt", "wps", "et"), (b"\xd0\xcf\x11\xe0", b"PK", b"{\\rtf")),
    **dict.fromkeys(("docx", "xlsx", "pptx", "zip", "ofd"), (b"PK",)),
    "rar": (b"Rar!",),
    "7z": (b"7z\xbc\xaf",),
}
ATTACHMENTS = frozenset(_SIGNATURES)
"""Endings of files whose content can be told from its first bytes."""

_MARKUP = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|script|\?xml)", re.IGNORECASE)


def ending_of(url: str) -> str:
    """Give the ending of an address's file, in lower case; "" for none."""
    name = url.partition("?")[0].rpartition("/")[2]
    return name.rpartition(".")[2].lower() if "." in name else ""


def misnamed(ending: str, start: bytes) -> str | None:
    """Say what an attachment is instead of what it is named; None where it is that, or cannot be told."""
    if ending not in ATTACHMENTS or start.startswith(_SIGNATURES[ending]):
        return None
    if not start:
        return "the file is empty"
    if _MARKUP.match(start):
        return f"it is named .{ending}, and is a web page"
    return None
