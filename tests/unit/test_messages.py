"""What people read: who and what first, then when, proof, advice, where to look, and the number."""

from __future__ import annotations

import unicodedata
from dataclasses import fields, replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.events import Event, Facts, Kind, NoteFacts, SiteRef
from alerts.messages import LANGUAGES, Message, OfficeFacts, clean, clean_url, compose, compose_test, plain
from alerts.messages.draft import MOST_LINES, NAMES_A_LINE, Basis
from checks.obligations import State
from checks.rules import RULES, Severity
from tests.telling import FAR, HERE, OFFICE, PROBLEM, REPOST, THERE, ZONE, at, problem, repost

NUMBER = "DB-20261126-0007"
NOW = at(26, 0, 20)


def write(*events: Event, language: str = "zh-CN", office: OfficeFacts = OFFICE) -> Message:
    return compose(events, language, office, NOW, number=NUMBER)


def whole(message: Message) -> str:
    return f"{message.title}\n{message.body}"


DUTY = """\
【转载任务】示例县人民政府：请于11月25日（周三）24时前转载《国务院办公厅关于进一步优化政务服务的指导意见》
网站：示例县人民政府
文件：《国务院办公厅关于进一步优化政务服务的指导意见》（国办发〔2026〕12号）
发布：中国政府网，页面标注2026-11-24 10:05
计时起点：11月24日（周二）10时05分
力争时限：11月24日（周二）11时05分前
规定时限：11月25日（周三）24时前
请做：在规定时限前转载或链接原文，力争在力争时限前完成。转载后系统自行核实，不必回复。
原文：https://www.gov.cn/zhengce/content_12.htm
详情：http://127.0.0.1:8080/obligations/31
编号：DB-20261126-0007"""

VIOLATION = """\
【疑似超过规定转载时限】邻县人民政府、示例县人民政府：《国务院办公厅关于进一步优化政务服务的指导意见》
文件：《国务院办公厅关于进一步优化政务服务的指导意见》（国办发〔2026〕12号）
发布：中国政府网，页面标注2026-11-24 10:05
计时起点：11月24日（周二）10时05分
规定时限：11月25日（周三）24时前
依据：《关于全面推进政务公开工作的实施意见》（某政发〔2026〕1号）第十六条：不得滞后1个工作日
整改期限：12月9日（周三）24时前
网站（2个）：
· 邻县人民政府；最近一次读取未见转载：11月26日（周四）0时12分；查看过：首页；未能读取：网站地图；事项编号：32
· 示例县人民政府；最近一次读取未见转载：11月26日（周四）0时10分；查看过：首页、上级文件；事项编号：31
请做：立即转载或链接原文，最迟不超过整改期限。已经转载或认为有误的，请把页面地址或理由报本办，核实后更正。
原文：https://www.gov.cn/zhengce/content_12.htm
详情：http://127.0.0.1:8080/policies/12
编号：DB-20261126-0007"""

BLIND = """\
【无法核实】示例县人民政府：看不清是否转载《国务院办公厅关于进一步优化政务服务的指导意见》，不表示未转载
这不表示对方未转载，也不表示网站有问题：是我们没有读到，不作为认定依据。
网站：示例县人民政府
文件：《国务院办公厅关于进一步优化政务服务的指导意见》（国办发〔2026〕12号）
发布：中国政府网，页面标注2026-11-24 10:05
计时起点：11月24日（周二）10时05分
规定时限：11月25日（周三）24时前
最近一次读清：11月25日（周三）17时02分
未能读取：首页、上级文件
原因：连接超时
事项编号：31
请做：人工打开网站看一眼；已经转载的，请把页面地址报本办登记。
原文：https://www.gov.cn/zhengce/content_12.htm
详情：http://127.0.0.1:8080/obligations/31
编号：DB-20261126-0007"""

LINK = "http://127.0.0.1:8080/obligations/31"


@pytest.mark.parametrize(
    ("events", "text"),
    [
        ((repost(Kind.DUTY, link=LINK),), DUTY),
        (
            (
                repost(
                    state=State.VIOLATED,
                    seen_after=at(26, 0, 10),
                    looked_at=("首页", "上级文件"),
                    due_at=datetime(2026, 12, 10, tzinfo=ZONE),
                    link=LINK,
                ),
                repost(
                    site=THERE,
                    obligation_id=32,
                    state=State.VIOLATED,
                    seen_after=at(26, 0, 12),
                    looked_at=("首页",),
                    unread=("网站地图",),
                    due_at=datetime(2026, 12, 10, tzinfo=ZONE),
                    link="http://127.0.0.1:8080/obligations/32",
                ),
            ),
            VIOLATION,
        ),
        (
            (
                repost(
                    Kind.BLIND,
                    state=State.UNPROVEN,
                    seen_after=at(25, 17, 2),
                    unread=("首页", "上级文件"),
                    reason="连接超时",
                    link=LINK,
                ),
            ),
            BLIND,
        ),
    ],
    ids=["duty", "violation", "blind"],
)
def test_messages_word_for_word(events: tuple[Event, ...], text: str) -> None:
    assert whole(write(*events)) == text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", Kind)
def test_every_message_on_reposts_has_its_parts_in_order(kind: Kind, language: str) -> None:
    message = write(
        repost(kind, seen_after=at(25, 17), discharged_at=at(25, 16), link=LINK), language=language
    )
    words, lines = LANGUAGES[language], message.body.splitlines()
    assert HERE.name in message.title
    if kind is not Kind.CORRECTION:
        order = ["policy", "started" if kind is not Kind.RESOLVED else "done", "source"]
        labels = [words.labels[name] for name in order]
        places = [next(i for i, line in enumerate(lines) if line.startswith(label)) for label in labels]
        assert places == sorted(places)
    assert words.repost_advice[kind] in lines
    assert lines[-2].endswith(LINK)
    assert lines[-1].endswith(NUMBER)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", Kind)
def test_every_message_on_problems_has_its_parts(kind: Kind, language: str) -> None:
    event = problem(kind, url="https://here.example/", reason="why", link=LINK)
    message = write(event, language=language)
    words, lines = LANGUAGES[language], message.body.splitlines()
    assert HERE.name in message.title
    assert words.problem_advice[kind] in lines
    assert any(line.endswith("https://here.example/") for line in lines)
    assert lines[-2].endswith(LINK)
    assert lines[-1].endswith(NUMBER)


def test_a_problem_says_what_is_asked_for_what_is_there_on_what_ground_and_by_when() -> None:
    event = problem(
        Kind.VIOLATION,
        expected="皖ICP备12345678号-1",
        found="皖ICP备12345679号-1",
        since=at(24, 9),
        due_at=datetime(2026, 12, 9, tzinfo=ZONE),
    )
    message = write(event)
    assert message.title == f"【问题】示例县人民政府：{RULES['lifecycle.icp'].zh}"
    assert message.body.splitlines()[1:7] == [
        f"问题：{RULES['lifecycle.icp'].zh}",
        "发现时间：11月24日（周二）9时00分",
        "整改期限：12月8日（周二）24时前",
        "应为：皖ICP备12345678号-1",
        "实际：皖ICP备12345679号-1",
        f"依据：{RULES['lifecycle.icp'].basis}",
    ]


def test_problems_of_one_rule_and_one_site_are_listed_by_their_pages() -> None:
    pages = [f"https://here.example/{number}.html" for number in range(700)]
    few, many = (
        write(*(problem(rule="links.broken", found="死链", url=page) for page in pages[:number]))
        for number in (2, 700)
    )
    assert few.title == many.title == "【预警】示例县人民政府：链接失效"
    assert [line for line in few.body.splitlines() if "https" in line] == [f"· {page}" for page in pages[:2]]
    assert "实际：死链" in few.body.splitlines()
    assert f"· {'、'.join(pages[:8])}" in many.body.splitlines()
    assert "另有220个未在此列出，请到控制台查看" in many.body.splitlines()


def test_problems_of_one_site_are_one_list_under_its_name() -> None:
    message = write(problem(found="甲"), problem(rule="security.tls", found="乙", problem_id=8))
    assert message.title == "【预警】示例县人民政府：2项问题"
    assert "网站：示例县人民政府" in message.body
    assert f"· {RULES['lifecycle.icp'].zh}；实际：甲" in message.body
    assert f"· {RULES['security.tls'].zh}；实际：乙" in message.body


def test_a_rule_without_a_name_goes_by_its_id() -> None:
    assert write(problem(rule="future.rule")).title == "【预警】示例县人民政府：future.rule"


def test_policies_of_one_site_are_one_list_under_its_name() -> None:
    message = write(
        repost(policy_id=1, title="甲文件"), repost(policy_id=2, title="乙文件", obligation_id=32)
    )
    assert message.title == "【疑似超过规定转载时限】示例县人民政府：2份文件"
    assert "网站：示例县人民政府" in message.body
    assert "文件（2份）：" in message.body
    assert "《甲文件》" in message.body
    assert "《乙文件》" in message.body


# --- a group names every site it concerns, and no other ------------------------------------------------


def sites(number: int) -> tuple[SiteRef, ...]:
    return tuple(SiteRef(f"s{i}", f"第{i:03d}号县", f"34{i % 90 + 10:02d}01") for i in range(number))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", [1, 2, 3, MOST_LINES, MOST_LINES + 1, MOST_LINES * NAMES_A_LINE])
def test_a_group_names_every_site_and_no_other(number: int, language: str) -> None:
    concerned, others = sites(500)[:number], sites(500)[number:]
    body = write(
        *(repost(site=site, obligation_id=i) for i, site in enumerate(concerned)), language=language
    ).body
    assert [site.name for site in concerned if site.name not in body] == []
    assert [site.name for site in others if site.name in body] == []
    assert len(body.splitlines()) <= MOST_LINES + 15


def test_what_does_not_fit_is_counted_and_the_console_named() -> None:
    most = MOST_LINES * NAMES_A_LINE
    lines = write(*(repost(Kind.DUTY, site=site) for site in sites(most + 5))).body.splitlines()
    assert f"网站（{most + 5}个）：" in lines
    assert "另有5个未在此列出，请到控制台查看" in lines
    assert "详情：http://127.0.0.1:8080/policies/12" in lines


@pytest.mark.parametrize(
    ("events", "page"),
    [
        ((repost(link=LINK),), "obligations/31"),
        ((repost(link=LINK), repost(site=THERE, link="http://127.0.0.1:8080/obligations/32")), "policies/12"),
        ((repost(link=LINK), repost(policy_id=13, link="http://127.0.0.1:8080/o/32")), "sites/here"),
        ((repost(), repost(site=THERE, policy_id=13)), ""),  # nothing in common: the first page
        ((problem(link="http://127.0.0.1:8080/problems/7"),), "problems/7"),
        ((problem(link="http://127.0.0.1:8080/problems/7"), problem(link="http://x.test/8")), "sites/here"),
    ],
)
def test_a_message_leads_to_the_page_that_shows_all_it_is_about(events: tuple[Event, ...], page: str) -> None:
    assert f"详情：http://127.0.0.1:8080/{page}" in write(*events).body.splitlines()


def test_sites_are_listed_by_region_and_name() -> None:
    lines = write(repost(site=FAR), repost(site=HERE), repost(site=THERE)).body.splitlines()
    listed = [line.split("；")[0] for line in lines if line.startswith("· ")]
    assert listed == ["· 邻县人民政府", "· 示例县人民政府", "· 远县人民政府"]


def test_what_differs_stands_beside_its_site() -> None:
    body = write(repost(site=HERE), repost(site=THERE, limit_at=at(27))).body
    assert "· 示例县人民政府；规定时限：11月25日（周三）24时前" in body
    assert "· 邻县人民政府；规定时限：11月26日（周四）24时前" in body


# --- verdicts: suspicion, review, a basis out of force -------------------------------------------------


@pytest.mark.parametrize(
    ("event", "title"),
    [
        (repost(), "【疑似超过规定转载时限】"),  # until reviewed
        (repost(review="objected"), "【疑似超过规定转载时限】"),
        (repost(review="upheld"), "【超过规定转载时限】"),
        (repost(Kind.URGENT), "【紧急·疑似超过规定转载时限】"),
        (repost(Kind.WARNING, rule="repost.target"), "【已过力争时限】"),
    ],
)
def test_an_accusation_is_a_suspicion_until_it_was_reviewed(event: Event, title: str) -> None:
    assert write(event).title.startswith(title)


def test_one_that_was_not_reviewed_keeps_the_group_a_suspicion() -> None:
    assert write(repost(review="upheld"), repost(site=THERE)).title.startswith("【疑似")


@pytest.mark.parametrize(
    ("state", "review", "line"),
    [
        (State.VIOLATED, "none", "结论：疑似超过规定时限"),
        (State.VIOLATED, "upheld", "结论：超过规定时限"),
        (State.MET_LATE, "none", "结论：规定时限内转载"),
        (State.MET, "none", "结论：力争时限内转载"),
    ],
)
def test_done_after_all(state: State, review: str, line: str) -> None:
    event = repost(
        Kind.RESOLVED,
        state=state,
        review=review,
        discharged_at=at(26, 9, 12),
        found_how="doc_number",
        found_url="https://here.example/a.html",
    )
    lines = write(event).body.splitlines()
    assert line in lines
    assert "转载时间：11月26日（周四）9时12分" in lines
    assert "认定方式：文号相同" in lines
    assert "转载页面：https://here.example/a.html" in lines


def test_a_correction_says_what_it_takes_back_why_and_what_holds_now() -> None:
    event = repost(
        Kind.CORRECTION,
        state=State.MET_LATE,
        review="overturned",
        reason="25日已在另一栏目转载",
        discharged_at=at(25, 16, 40),
        found_how="hand",
    )
    message = write(event)
    assert message.title.startswith("【更正】示例县人民政府：此前关于《")
    assert message.title.endswith("》“（疑似）超过规定转载时限”的通知作废")
    for line in (
        "结论：规定时限内转载",
        "原因：25日已在另一栏目转载",
        "复核：经复核撤销",
        "认定方式：人工登记",
    ):
        assert line in message.body.splitlines()


@pytest.mark.parametrize(
    ("event", "line"),
    [
        # which notice is void, and who took it back
        (repost(Kind.CORRECTION, corrects=("DB-1", "DB-2")), "作废的通知：DB-1、DB-2"),
        (problem(Kind.CORRECTION, corrects=("DB-3",)), "作废的通知：DB-3"),
        (
            repost(Kind.CORRECTION, state=State.WAIVED, decided=("王芳", "网站迁移")),
            "经办意见：王芳：网站迁移",
        ),
        (repost(review="upheld", decided=("王芳", "已人工查看")), "经办意见：王芳：已人工查看"),
        # where to look by hand, where no page is named
        (repost(Kind.BLIND, site=replace(HERE, url="https://here.example/")), "网址：https://here.example/"),
        (problem(site=replace(HERE, url="https://here.example/")), "网址：https://here.example/"),
        # why nobody had seen it: the warning was not the site's fault
        (repost(Kind.CORRECTION, found_in="last look"), "出现在：平时不读取的页面（最后一次全面查找时看到）"),
        (repost(Kind.CORRECTION, found_in="政务要闻"), "出现在：政务要闻"),
        # which of many reposts
        (
            problem(rule="repost.altered", policy="某意见", doc_number="国发1号"),
            "文件：《某意见》（国发1号）",
        ),
        # pressed, though nothing could be read
        (repost(Kind.REMINDER, seen_after=None), "最近一次读取未见转载：计时以来还没有读清"),
        # done after the limit: the suspicion may still be contested
        (repost(Kind.RESOLVED, state=State.VIOLATED), LANGUAGES["zh-CN"].late_advice),
    ],
)
def test_what_a_reader_would_ask_next_is_there(event: Event, line: str) -> None:
    assert line in write(event).body.splitlines()


@pytest.mark.parametrize(
    ("kind", "asks"),
    [
        (Kind.DUTY, False),
        (Kind.DIGEST, False),
        (Kind.VIOLATION, True),
        (Kind.BLIND, True),
        (Kind.WARNING, True),
    ],
)
def test_who_is_asked_for_an_answer_is_told_how_to_give_it(kind: Kind, asks: bool) -> None:
    office = replace(OFFICE, contact="电话0000-0000000\n转8")
    for event in (repost(kind), problem(kind)):
        lines = write(event, office=office).body.splitlines()
        assert ("联系本办：电话0000-0000000 转8" in lines) == asks
        assert "联系本办" not in write(event).body, "an office that gives none"


@pytest.mark.parametrize(
    ("event", "word"),
    [
        # the ground fell away while an objection was open: nothing is under review any more
        (repost(Kind.CORRECTION, state=State.VOID, review="objected"), "正在核实"),
        # a page is named: the home page beside it only distracts
        (problem(site=replace(HERE, url="https://here.example/"), url="https://here.example/a"), "网址："),
        # in time, or upheld: nothing is left to contest
        (repost(Kind.RESOLVED, state=State.MET_LATE), "认为超期认定有误"),
        (repost(Kind.RESOLVED, state=State.VIOLATED, review="upheld"), "认为超期认定有误"),
        (repost(seen_after=None), "计时以来还没有读清"),
    ],
)
def test_what_is_not_so_is_not_said(event: Event, word: str) -> None:
    assert word not in write(event).body


def test_a_corrected_warning_is_named_as_the_warning_it_was() -> None:
    assert "“已过力争时限”" in write(repost(Kind.CORRECTION, rule="repost.target")).title


@pytest.mark.parametrize("language", LANGUAGES)
def test_past_the_basis_nobody_is_told_of_violations(language: str) -> None:
    expired = replace(OFFICE, basis=Basis("某意见", valid_to=date(2026, 11, 25)))
    message = write(repost(), language=language, office=expired)
    words = LANGUAGES[language]
    assert words.verdicts["observed"] in message.title
    assert words.observation_note in message.body
    assert words.verdicts["suspected"] not in whole(message)
    in_force = replace(OFFICE, basis=Basis("某意见", valid_to=date(2026, 11, 26)))
    assert words.verdicts["suspected"] in write(repost(), language=language, office=in_force).title


def test_a_finding_past_the_basis_is_no_violation_either() -> None:
    expired = replace(OFFICE, basis=Basis("某意见", valid_to=date(2026, 11, 1)))
    message = write(problem(Kind.VIOLATION), office=expired)
    assert message.title.startswith("【预警】")
    assert LANGUAGES["zh-CN"].observation_note in message.body


@pytest.mark.parametrize(
    ("basis", "cited"),
    [
        (OFFICE.basis, "《关于全面推进政务公开工作的实施意见》（某政发〔2026〕1号）第十六条：转载、链接"),
        (Basis("某县实施细则", "", "三"), "《某县实施细则》第三条"),  # what its clause says is not known
        (
            Basis("关于全面推进政务公开工作的实施意见", "", "三"),
            "《关于全面推进政务公开工作的实施意见》第三条",
        ),
        (None, "第十六条：转载、链接"),
    ],
)
def test_a_clause_stands_with_its_document_and_with_its_words_where_they_are_known(
    basis: Basis | None, cited: str
) -> None:
    event = problem(rule="repost.withdrawn")
    assert f"依据：{cited}" in write(event, office=replace(OFFICE, basis=basis)).body.splitlines()


def test_without_a_basis_of_the_office_the_rule_s_own_is_cited() -> None:
    message = write(repost(), office=replace(OFFICE, basis=None))
    assert f"依据：{RULES['repost.limit'].basis}" in message.body.splitlines()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("event", [repost(Kind.BLIND), problem(Kind.BLIND, rule="watch.blind")])
def test_blindness_is_ours_and_says_so_first(event: Event, language: str) -> None:
    body = write(event, language=language).body
    assert body.startswith(LANGUAGES[language].blind_note)
    if language == "zh-CN":
        assert "这不表示对方未转载" in body


@pytest.mark.parametrize(
    ("recorded", "said"),
    [
        ("timeout", "在规定时间内未能打开"),
        ("网站地图（timeout）", "网站地图（在规定时间内未能打开）"),
        ("首页：blocked", "首页：被防护系统拦截"),
        ("站内搜索（未配置）", "站内搜索（未配置）"),
        ("栏目“通知（公告）”（timeout）", "栏目“通知（公告）”（timeout）"),  # better as it is than mixed up
        ("something new", "something new"),
    ],
)
def test_reasons_of_the_record_are_told_in_the_office_s_language(recorded: str, said: str) -> None:
    event = repost(Kind.BLIND, unread=(recorded,), reason=recorded)
    assert f"未能读取：{said}" in write(event).body.splitlines()
    assert f"原因：{said}" in write(event).body.splitlines()
    assert f"Reason: {recorded}" in write(event, language="en").body.splitlines()


# --- times ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "zh", "en"),
    [
        (at(26), "11月25日（周三）24时前", "by the end of Wed 25 Nov (24:00)"),  # a working day's end
        (at(25, 17, 30), "11月25日（周三）17时30分前", "by Wed 25 Nov, 17:30"),  # close of business
        (at(25, 9), "11月25日（周三）9时前", "by Wed 25 Nov, 09:00"),
        (at(25, 9, 0, 30), "11月25日（周三）9时00分30秒前", "by Wed 25 Nov, 09:00:30"),  # clocks of seconds
        (datetime(2027, 1, 1, tzinfo=ZONE), "12月31日（周四）24时前", "by the end of Thu 31 Dec (24:00)"),
        (
            datetime(2027, 1, 5, tzinfo=ZONE),
            "2027年1月4日（周一）24时前",
            "by the end of Mon 4 Jan 2027 (24:00)",
        ),
    ],
)
def test_by_when(limit: datetime, zh: str, en: str) -> None:
    event = repost(Kind.DUTY, limit_at=limit)
    assert f"规定时限：{zh}" in write(event).body.splitlines()
    assert f"Limit: {en}" in write(event, language="en").body.splitlines()


def test_a_reminder_names_the_deadline_it_is_about() -> None:
    assert "力争11月24日（周二）11时05分前转载" in write(repost(Kind.REMINDER, rule="repost.target")).title
    assert "应于11月25日（周三）24时前转载" in write(repost(Kind.REMINDER, rule="repost.limit")).title


# --- what comes from pages is hostile ------------------------------------------------------------------

HOSTILE = {
    "a new line": ("甲\n编号：DB-1", "甲 编号：DB-1"),
    "carriage return and null": ("甲\r\x00乙", "甲 乙"),
    "terminal escape": ("甲\x1b[31m乙", "甲[31m乙"),
    "bidi override": ("甲\u202e乙\u2066丙", "甲乙丙"),
    "zero width and soft hyphen": ("甲\u200b\u00ad\ufeff乙", "甲乙"),
    "line separator": ("甲\u2028乙", "甲 乙"),
    "calling everybody in Feishu": ('<at user_id="all">所有人</at>', '＜at user_id="all"＞所有人＜/at＞'),
    "calling everybody in Discord": ("@everyone", "＠everyone"),
    "a link in WeCom": ('<a href="http://x.test">点</a>', '＜a href="http：//x.test"＞点＜/a＞'),
    "a bare link": ("请看 http://x.test/y", "请看 http：//x.test/y"),
    "closing the marks it stands in": ("甲》已转载《乙", "甲〉已转载〈乙"),
    "a heading of ours": ("【更正】甲", "[更正]甲"),
    "blanks": ("  甲 \u3000 乙  ", "甲 乙"),
    "lone surrogate": ("甲\ud800乙", "甲乙"),
    "private use": ("甲\ue000乙", "甲乙"),
}


@pytest.mark.parametrize(("raw", "shown"), HOSTILE.values(), ids=HOSTILE.keys())
def test_foreign_text_becomes_plain_text(raw: str, shown: str) -> None:
    assert clean(raw) == shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hostile_page_cannot_add_a_line_or_change_the_message(language: str) -> None:
    evil = "甲》\n编号：DB-0\u202e<b>@all http://evil.test 【更正】`rm`" + "长" * 500
    event = repost(
        title=evil,
        doc_number=evil,
        portal=evil,
        published_at=evil,
        looked_at=(evil,) * 50,
        unread=(evil,),
        found_url="javascript:alert(1)",
        policy_url="https://evil.test/\n编号：DB-0?<b>@x\u202e",
    )
    tame = repost(doc_number="1", looked_at=("a",), unread=("b",))
    text, ordinary = whole(write(event, language=language)), whole(write(tame, language=language))
    assert len(text.splitlines()) == len(ordinary.splitlines())
    assert not any(unicodedata.category(sign).startswith("C") for sign in text.replace("\n", ""))
    for trace in ("<", ">", "@", "http://evil", "javascript:", "`"):
        assert trace not in text
    assert len(text) < 2_000


def test_hostile_facts_of_a_problem_stay_on_their_lines() -> None:
    evil = "x\n编号：DB-0 <b>@all\u202e"
    lines = write(problem(Kind.VIOLATION, expected=evil, found=evil, reason=evil, url="file:///x")).body
    assert [line for line in lines.splitlines() if line.startswith("编号")] == [f"编号：{NUMBER}"]
    assert not set("<>@\u202e") & set(lines)
    assert "file:" not in lines


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://www.gov.cn/a?b=1&c=%20#d", "https://www.gov.cn/a?b=1&c=%20#d"),  # in full
        ("https://例.test/路", "https://%E4%BE%8B.test/%E8%B7%AF"),  # no lookalikes
        ("https://a.test/ b\n c", "https://a.test/%20b%0A%20c"),
        ("https://a.test@b.test/", "https://a.test%40b.test/"),
        ("https://a.test/\u202egpj.exe", "https://a.test/%E2%80%AEgpj.exe"),
        ("javascript:alert(1)", None),
        ("//a.test/", None),
        ("https://a.test/" + "x" * 600, None),  # never shortened: a cut address leads elsewhere
    ],
)
def test_addresses_are_shown_in_full_or_not_at_all(url: str, shown: str | None) -> None:
    assert clean_url(url) == shown


@given(st.text())
def test_whatever_a_page_says_is_one_short_line(text: str) -> None:
    shown = clean(text, 40)
    assert len(shown) <= 40
    assert not any(unicodedata.category(sign)[0] == "C" or sign in "<>@\n\r" for sign in shown)
    assert clean(shown, 40) == shown


def test_long_titles_are_cut_with_a_mark() -> None:
    assert clean("长" * 50, 10) == "长" * 9 + "…"


# --- notes and tests -----------------------------------------------------------------------------------


def test_a_digest_is_told_as_it_was_written() -> None:
    facts = NoteFacts(
        title="每日情况", lines=("甲：1", "见 http://127.0.0.1:8080/\x07"), link="http://127.0.0.1:8080/d"
    )
    event = Event(Kind.DIGEST, "digest", "digest", at(26), at(26), SiteRef("", "办公室", "340899"), facts)
    assert write(event) == Message(
        NUMBER,
        "每日情况",
        f"甲：1\n见 http://127.0.0.1:8080/\n详情：http://127.0.0.1:8080/d\n编号：{NUMBER}",
    )


def test_our_own_lines_keep_their_links() -> None:
    assert plain("见 http://a.test/\u202e\n<b>") == "见 http://a.test/ <b>"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_test_message_names_the_channel_and_no_site(language: str) -> None:
    message = compose_test("office", language, OFFICE, NOW)
    assert "office" in message.title
    assert message.number == "DB-TEST-20261126002000"
    assert message.body.endswith(message.number)


def test_the_languages_say_the_same_things() -> None:
    zh, en = LANGUAGES["zh-CN"], LANGUAGES["en"]
    for field in fields(zh):
        ours, theirs = getattr(zh, field.name), getattr(en, field.name)
        if isinstance(ours, dict):
            assert ours.keys() == theirs.keys()
    assert set(zh.states) == set(State)


# --- events are kept as JSON ---------------------------------------------------------------------------


@pytest.mark.parametrize("facts", [REPOST, PROBLEM, NoteFacts(title="t", lines=("a", "b"))])
def test_events_come_back_from_json_as_they_were(facts: Facts) -> None:
    event = replace(repost(), facts=facts)
    assert Event.from_json(event.to_json()) == event


def test_events_of_a_later_version_can_be_read() -> None:
    text = repost().to_json().replace('"policy_id":12', '"policy_id":12,"invented_later":[1]')
    assert Event.from_json(text) == repost()


def test_a_broken_event_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="started_at"):
        Event.from_json(
            repost().to_json().replace('"started_at":"2026-11-24T10:05:00+08:00"', '"started_at":"x"')
        )


def test_times_without_offset_are_refused() -> None:
    naive = at(24).replace(tzinfo=None)
    with pytest.raises(ValueError, match="occurred_at"):
        replace(repost(), occurred_at=naive)
    with pytest.raises(ValueError, match="limit_at"):
        repost(limit_at=naive)


def test_severities_travel_as_words() -> None:
    assert '"severity":"urgent"' in problem(severity=Severity.URGENT).to_json()


@pytest.mark.parametrize(
    ("language", "foot"),
    [
        ("zh-CN", "编号：DB-20261126-0007 · 证据链 1234-3f9a1c2b7d6e5a01"),
        ("en", "Number: DB-20261126-0007 · evidence 1234-3f9a1c2b7d6e5a01"),
    ],
)
@pytest.mark.parametrize("facts", [REPOST, PROBLEM, NoteFacts(title="标题", lines=("一行",))])
def test_the_foot_says_where_the_chain_of_evidence_ends(facts: Facts, language: str, foot: str) -> None:
    event = replace(repost(Kind.VIOLATION), facts=facts)
    chained = write(event, language=language, office=replace(OFFICE, chain="1234-3f9a1c2b7d6e5a01"))
    assert chained.body.splitlines()[-1] == foot
    assert "1234-" not in whole(write(event, language=language)), "without evidence there is nothing to say"
