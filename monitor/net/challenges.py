"""Pages that are not the page: what shields answer with under status 200.

A list read out of one would be empty, and an empty list is how an office gets accused of what it has done.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

LONGEST = 512 * 1024
"""Longer pages are not looked at: challenges are small, also those that carry their script with them."""

MANY_LINKS = 10


@dataclass(frozen=True, slots=True)
class Face:
    """What a visitor without scripts would see of a page, beside its whole source."""

    source: str
    title: str
    words: str
    links: int

    @property
    def is_bare(self) -> bool:
        """Whether there is next to nothing on it: the sign that all shields' pages share."""
        return len(self.words) <= 400 and self.links <= 3


_SETS_COOKIE = re.compile(r"document\s*\.\s*cookie\s*=[^=]|document\[[\"']cookie[\"']\]\s*=[^=]")
_GOES_ON = re.compile(
    r"location\s*\.\s*(?:reload|replace|assign)\s*\(|location(?:\s*\.\s*href)?\s*=[^=]|\.submit\s*\(\s*\)"
)

# Names that the products leave in their pages.
_PRODUCTS = re.compile(
    r"""__jsl_clearance            # 加速乐
      | wzws[-_]|/WZWS             # 网宿
      | acw_sc__v\d|aliyun_waf     # 阿里云
      | \$_ts\s*(?:=|\.|\[)        # 瑞数
      | yunsuo_session|security_verify_data   # 云锁
      | safedog|waf\.tencent|TencentCaptcha|_cf_chl_opt|cf-browser-verification
      | HWWAFSESID|KnownsecWaf|yundun-captcha""",
    re.VERBOSE | re.IGNORECASE,
)

_WORDS = re.compile(
    r"""(?:安全|访问|人机|滑动|身份|浏览器)(?:验证|校验)|请完成.{0,6}验证|正在.{0,6}(?:安全)?(?:检测|检查)您?的?浏览器
      | (?:访问|请求).{0,12}(?:被|已)(?:拦截|阻断|拒绝|禁止)|疑似.{0,4}(?:攻击|黑客)|不合法的?(?:参数|请求)
      | 网站防火墙|云防护|创宇盾|安全狗|云锁|D盾|(?<![a-z])WAF(?![a-z])|(?:访问|请求).{0,6}过于频繁
      | Just\ a\ moment|Checking\ your\ browser|Access\ Denied|Request\ Rejected|Request\ blocked
      | enable\ JavaScript\ and\ cookies""",
    re.VERBOSE | re.IGNORECASE,
)


def _script_that_comes_back(face: Face) -> bool:
    return bool(_SETS_COOKIE.search(face.source) and _GOES_ON.search(face.source))


def _product_of_a_shield(face: Face) -> bool:
    return bool(_PRODUCTS.search(face.source))


def _words_of_a_shield(face: Face) -> bool:
    return bool(_WORDS.search(f"{face.title}\n{face.words}"))


SIGNS: tuple[tuple[str, Callable[[Face], bool]], ...] = (
    ("a script that sets a cookie and loads the page again", _script_that_comes_back),
    ("the script of a shield", _product_of_a_shield),
    ("the words of a shield", _words_of_a_shield),
)


def recognise(status: int, final_url: str, text: str) -> str | None:
    """Say by what a page gives itself away as a shield's, None when it does not.

    A sign counts only on a page that is otherwise bare: papers about firewalls and pages that set cookies
    are pages.
    """
    if re.search(r"/(?:WZWS|waf_|_waf)[\w-]*", final_url, re.IGNORECASE):
        return "the address of a challenge"
    if status == 202 and not text.strip():
        return "status 202 without a page"
    # The cheap questions first: nearly every page is full of links, and done with here.
    if len(text) > LONGEST or "<" not in text or text.count("<a ") + text.count("<A ") > MANY_LINKS:
        return None
    if not (_GOES_ON.search(text) or _PRODUCTS.search(text) or _WORDS.search(text)):
        return None
    face = face_of(text)
    return next((sign for sign, shows in SIGNS if face.is_bare and shows(face)), None)


def face_of(text: str) -> Face:
    """Take off everything a visitor does not see."""
    tree = LexborHTMLParser(text)
    title = tree.css_first("title")
    name = title.text(strip=True) if title is not None else ""
    tree.strip_tags(["script", "style", "noscript", "template", "title"])
    words = " ".join(tree.root.text(separator=" ").split()) if tree.root is not None else ""
    return Face(text, name, words, len(tree.css("a[href]")))
