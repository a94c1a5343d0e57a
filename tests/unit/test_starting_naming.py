"""What a column's name promises, and which pages gather columns rather than being one."""

from __future__ import annotations

import pytest

from monitor.starting.naming import is_hub, promise_of, tidy


@pytest.mark.parametrize(
    ("name", "about", "reason"),
    [
        ("上级文件", "policy", "where reposts stand"),
        ("国务院信息", "policy", "the national column that inspections ask for"),
        ("国务院文件", "policy", "one issuer"),
        ("省政府文件", "policy", "one issuer"),
        ("转载", "policy", "says itself what it is"),
        ("政策文件", "policy", "the county's own, and often the upper ones'"),
        ("规范性文件", "policy", "a kind of document"),
        ("政策法规", "policy", "laws and policies"),
        ("政务要闻", "news", "the main news"),
        ("工作动态", "news", "news of work"),
        ("通知公告", "notice", "its usual name"),
        ("公示公告", "notice", "its other usual name"),
        ("县长信箱", "mailbox", "letters to the head"),
        ("来信选登", "mailbox", "letters with answers"),
        ("意见征集", "consultation", "a draft put to the public"),
        ("网上调查", "consultation", "a questionnaire"),
    ],
)
def test_names_promise(name: str, about: str, reason: str) -> None:
    promise = promise_of(name)
    assert promise is not None and promise.about == about, reason


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("政策解读", "interpretations are not reposts"),
        ("政策图解", "nor are they in pictures"),
        ("信息公开指南", "a guide"),
        ("人事任免", "appointments"),
        ("招标公告", "tenders"),
        ("行政许可公示", "single decisions"),
        ("我要写信", "a form"),
        ("视频新闻", "films"),
        ("走进青石", "nothing of ours"),
        ("青石县保障性住房配租结果公示", "too long for a column: an article"),
        ("公", "too short for a name"),
        ("安庆市人民政府", "another site"),
        ("国务院政策文件库查询", "a search"),
    ],
)
def test_names_promise_nothing(name: str, reason: str) -> None:
    assert promise_of(name) is None, reason


def test_an_upper_column_is_worth_more_than_a_general_one() -> None:
    upper, general = promise_of("上级文件"), promise_of("政策法规")
    assert upper and general and upper.weight > general.weight


@pytest.mark.parametrize("name", ["政务公开", "政府信息公开", "互动交流", "新闻中心", "政策"])
def test_hubs_gather_columns(name: str) -> None:
    assert is_hub(name)


@pytest.mark.parametrize("name", ["政策文件", "通知公告", "信息公开指南", "政务要闻"])
def test_columns_are_no_hubs(name: str) -> None:
    assert not is_hub(name)


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        ("· 政务要闻 >>", "政务要闻"),
        ("【通知公告】", "通知公告"),
        ("首 页", "首页"),
        ("政策文件 更多", "政策文件"),
        ("更多>>", ""),
        ("县长信箱：", "县长信箱"),
    ],
)
def test_tidy(shown: str, name: str) -> None:
    assert tidy(shown) == name
