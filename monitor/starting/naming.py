"""What columns are called: which name promises which kind of list, and which promise none."""

from __future__ import annotations

import re
from dataclasses import dataclass

SHORTEST, LONGEST = 2, 12


@dataclass(frozen=True, slots=True)
class Promise:
    """What a name promises: what the column is about, and how strongly (1 to 100)."""

    about: str
    weight: int


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


_ISSUER = r"(?:党中央|中央|国务院|国办|国家|省|市|自治区|州|上级)"
_PROMISES = (
    (_pattern(r"上级|转载|转发"), Promise("policy", 100)),
    (
        _pattern(rf"{_ISSUER}[^县区]{{0,8}}(?:文件|政策|信息)|国务院(?:要闻|重要)|国家政策"),
        Promise("policy", 100),
    ),
    (_pattern(r"政策文件|政府文件|文件库|政策库|规范性文件|公文|红头文件"), Promise("policy", 80)),
    (_pattern(r"政策法规|法规文件|法律法规|政府规章|政策|文件"), Promise("policy", 60)),
    (_pattern(r"要闻|时政"), Promise("news", 90)),
    (
        _pattern(r"(?:政务|工作|政府|本县|本区|县内|区内|县区)动态|政务(?:新闻|信息)|新闻动态"),
        Promise("news", 80),
    ),
    (_pattern(r"新闻|动态|资讯"), Promise("news", 60)),
    (_pattern(r"通知公告|公示公告|公告公示|通知公示"), Promise("notice", 90)),
    (_pattern(r"通知|公告|公示"), Promise("notice", 60)),
    (_pattern(r"信箱"), Promise("mailbox", 90)),
    (_pattern(r"来信|留言|咨询投诉|投诉建议|写信|信件|问政"), Promise("mailbox", 70)),
    (_pattern(r"征集"), Promise("consultation", 90)),
    (_pattern(r"(?:网上|在线|民意|问卷)调查|问卷"), Promise("consultation", 70)),
)
_PROMISES_NONE = _pattern(
    r"解读|回应|图解|指南|年报|年度报告|制度|招标|采购|中标|拍卖|人事|任免|考录|招聘|考试|预算|决算|三公|审计"
    r"|双随机|许可|处罚|检索|搜索|查询|视频|访谈|直播|统计|登录|注册|下载|须知|新媒体|版权|关于|联系|地图|导航"
    r"|无障碍|备案|标识码|发布会|结果反馈|库查询|我要写信|写信须知|人民政府$|人民政府网|中国政府网|政府网$"
)
_HUB = _pattern(
    r"^(?:政府)?信息公开(?:平台|目录|专栏)?$|^政务公开|^政府信息公开|^法定主动公开|^新闻中心|^资讯中心|^新闻资讯"
    r"|^(?:互动|政民|公众|公民|政务)(?:交流|互动|参与)|^互动$|^公开$|^要闻动态$|^政策(?:公开|中心|发布)?$|^政务$"
)
_DECORATION = re.compile(r"^[\s>»·•|\-【\[(（]+|[\s>»·•|\-】\])）:：]+$|更多|more", re.IGNORECASE)


def tidy(name: str) -> str:
    """A column's name without what stands around it on the page."""
    return _DECORATION.sub("", "".join(name.split())).strip()


def promise_of(name: str) -> Promise | None:
    """What a column of this (tidied) name is about; None where the name promises no list of ours."""
    if not SHORTEST <= len(name) <= LONGEST or _PROMISES_NONE.search(name):
        return None
    return next((promise for pattern, promise in _PROMISES if pattern.search(name)), None)


def is_hub(name: str) -> bool:
    """Whether a page of this name gathers columns rather than being one."""
    return _HUB.search(name) is not None
