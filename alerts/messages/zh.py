"""Messages in Chinese, as an office's duty clerk reads them on a telephone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, tzinfo

from alerts.events import Kind
from alerts.messages.draft import Basis, Signs, end_of_day
from alerts.messages.reasons import in_chinese
from alerts.messages.words import Words
from checks.obligations import State
from checks.rules import Rule

_WEEKDAYS = "一二三四五六日"
# What the record says of a place: "网站地图（timeout）", "首页：timeout".
_PLACE_AND_WHY = re.compile(r"([^：（]+)(（|：)(.+?)(）?)", re.DOTALL)
_UNITS = {"sites": ("网站", "个"), "policies": ("文件", "份"), "problems": ("问题", "项")}


def _day(day: date, now: date) -> str:
    year = "" if day.year == now.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日（周{_WEEKDAYS[day.weekday()]}）"


class _Phrases:
    def moment(self, moment: datetime, zone: tzinfo, now: datetime) -> str:
        local = moment.astimezone(zone)
        seconds = f"{local.second:02d}秒" if local.second else ""
        return f"{_day(local.date(), now.astimezone(zone).date())}{local.hour}时{local.minute:02d}分{seconds}"

    def deadline(self, moment: datetime, zone: tzinfo, now: datetime) -> str:
        if day := end_of_day(moment, zone):
            return f"{_day(day, now.astimezone(zone).date())}24时前"
        return self.moment(moment, zone, now).removesuffix("00分") + "前"

    def who(self, names: Sequence[str]) -> str:
        return "、".join(names) if len(names) <= 2 else f"{names[0]}等{len(names)}个网站"

    def files(self, titles: Sequence[str]) -> str:
        return f"《{titles[0]}》" if len(titles) == 1 else f"{len(titles)}份文件"

    def problems(self, names: Sequence[str]) -> str:
        return names[0] if len(names) == 1 else f"{len(names)}项问题"

    def policy(self, title: str, doc_number: str | None) -> str:
        return f"《{title}》" + (f"（{doc_number}）" if doc_number else "")

    def published(self, portal: str, shown: str | None) -> str:
        return portal + (f"，页面标注{shown}" if shown else "，页面未标注时间")

    def cite(self, basis: Basis, rule: str = "") -> str:
        number = f"（{basis.number}）" if basis.number else ""
        clause = f"第{basis.clause}条" if basis.clause else ""
        said = basis.says(rule)
        return f"《{basis.title}》{number}{clause}" + (f"：{said}" if said else "")

    def rule_name(self, rule: Rule) -> str:
        return rule.zh

    def reason(self, reason: str) -> str:
        if found := _PLACE_AND_WHY.fullmatch(reason):
            place, opening, why, closing = found.groups()
            return f"{place}{opening}{in_chinese(why)}{closing}"
        return in_chinese(reason)

    def listed(self, what: str, number: int) -> str:
        name, unit = _UNITS[what]
        return name if number == 1 else f"{name}（{number}{unit}）"

    def test(self, office: str, channel: str) -> tuple[str, str]:
        return (
            f"【测试】{office}：消息通道“{channel}”试发",
            "收到本条即表示通道可用，无需处理。本条不涉及任何网站。",
        )


ZH = Words(
    signs=Signs(
        colon="：",
        comma="、",
        semicolon="；",
        rest=lambda number: f"另有{number}个未在此列出，请到控制台查看",
        number="编号",
        details="详情",
        chain="证据链",
    ),
    phrases=_Phrases(),
    labels={
        "site": "网站",
        "policy": "文件",
        "published": "发布",
        "started": "计时起点",
        "target": "力争时限",
        "limit": "规定时限",
        "missing": "最近一次读取未见转载",
        "last": "最近一次读清",
        "looked": "查看过",
        "unread": "未能读取",
        "basis": "依据",
        "review": "复核",
        "done": "转载时间",
        "state": "结论",
        "how": "认定方式",
        "found_url": "转载页面",
        "reason": "原因",
        "obligation": "事项编号",
        "source": "原文",
        "rule": "问题",
        "expected": "应为",
        "found": "实际",
        "since": "发现时间",
        "due": "整改期限",
        "page": "页面",
        "problem": "问题编号",
        "decided": "经办意见",
        "corrects": "作废的通知",
        "address": "网址",
        "found_in": "出现在",
        "contact": "联系本办",
    },
    suspected="疑似",
    states={
        State.PENDING: "待转载",
        State.OVERDUE: "已过力争时限",
        State.MET: "力争时限内转载",
        State.MET_LATE: "规定时限内转载",
        State.VIOLATED: "超过规定时限",
        State.UNPROVEN: "无法核实",
        State.WAIVED: "免于转载",
        State.VOID: "不适用",
    },
    reviews={
        "none": "",
        "objected": "已提出异议，正在核实",
        "upheld": "经复核维持",
        "overturned": "经复核撤销",
    },
    how={
        "link": "链接到原文",
        "doc_number": "文号相同",
        "title": "标题相同",
        "near_title": "标题相近，文号、年份、单位不相矛盾",
        "body": "正文相同",
        "hand": "人工登记",
    },
    verdicts={
        "target": "已过力争时限",
        "suspected": "疑似超过规定转载时限",
        "upheld": "超过规定转载时限",
        "either": "（疑似）超过规定转载时限",
        "observed": "观察：规定时限内未见转载",
    },
    repost_titles={
        Kind.DUTY: "【转载任务】{who}：请于{by}转载{what}",
        Kind.REMINDER: "【转载提醒】{who}：尚未看到{what}，{due}{by}转载",
        Kind.WARNING: "【已过力争时限】{who}：尚未看到转载{what}",
        Kind.VIOLATION: "【{verdict}】{who}：{what}",
        Kind.URGENT: "【紧急·{verdict}】{who}：{what}",
        Kind.RESOLVED: "【已转载】{who}：{what}",
        Kind.CORRECTION: "【更正】{who}：此前关于{what}“{verdict}”的通知作废",
        Kind.DIGEST: "【情况】{who}：{what}",
        Kind.BLIND: "【无法核实】{who}：看不清是否转载{what}，不表示未转载",
    },
    problem_titles={
        Kind.DUTY: "【整改任务】{who}：{what}",
        Kind.REMINDER: "【整改提醒】{who}：{what}",
        Kind.WARNING: "【预警】{who}：{what}",
        Kind.VIOLATION: "【问题】{who}：{what}",
        Kind.URGENT: "【紧急】{who}：{what}",
        Kind.RESOLVED: "【已解决】{who}：{what}",
        Kind.CORRECTION: "【更正】{who}：此前关于{what}的通知作废",
        Kind.DIGEST: "【情况】{who}：{what}",
        Kind.BLIND: "【无法监测】{who}：读不到页面，不表示对方有问题",
    },
    repost_advice={
        Kind.DUTY: "请做：在规定时限前转载或链接原文，力争在力争时限前完成。转载后系统自行核实，不必回复。",
        Kind.REMINDER: "请做：尽快转载或链接原文，下班前完成最稳妥。已经转载的，请把页面地址报本办登记。",
        Kind.WARNING: "请做：尽快转载或链接原文，在规定时限前完成仍算按时。已经转载的，请把地址报本办登记。",
        Kind.VIOLATION: "请做：立即转载或链接原文，最迟不超过整改期限。已经转载或认为有误的，"
        "请把页面地址或理由报本办，核实后更正。",
        Kind.URGENT: "请做：立即转载或链接原文。已经转载或认为有误的，请把页面地址报本办，核实后更正。",
        Kind.RESOLVED: "请做：无需再办。",
        Kind.CORRECTION: "请做：以本更正为准；已据此前通知作出处理的，请一并撤回。",
        Kind.DIGEST: "请做：知悉即可。",
        Kind.BLIND: "请做：人工打开网站看一眼；已经转载的，请把页面地址报本办登记。",
    },
    problem_advice={
        Kind.DUTY: "请做：在整改期限前整改，整改后系统自行复查。",
        Kind.REMINDER: "请做：在整改期限前完成整改；整改后系统自行复查，不必回复。",
        Kind.WARNING: "请做：核对并及早处理，以免成为问题。认为有误的，请报本办核实。",
        Kind.VIOLATION: "请做：在整改期限前整改，整改后系统自行复查。认为有误的，请报本办核实。",
        Kind.URGENT: "请做：立即处理，并电话报告本办。",
        Kind.RESOLVED: "请做：无需再办。",
        Kind.CORRECTION: "请做：以本更正为准；已据此前通知作出处理的，请一并撤回。",
        Kind.DIGEST: "请做：知悉即可。",
        Kind.BLIND: "请做：人工打开页面看一眼；页面正常的，请检查本机网络和栏目配置。",
    },
    late_advice="请做：无需再转载。认为超期认定有误的，请把依据报本办，复核后更正。",
    found_in={"last look": "平时不读取的页面（最后一次全面查找时看到）", "by hand": "人工登记的页面"},
    dues={"target": "力争", "limit": "应于"},
    never_read="计时以来还没有读清",
    blind_note="这不表示对方未转载，也不表示网站有问题：是我们没有读到，不作为认定依据。",
    observation_note="所依据的文件已过有效期，本条只是观察记录，不作为认定。",
)
