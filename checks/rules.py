"""The rules by their stable ids: what each rests on, how grave it is, and what it is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How grave a finding is, mildest first."""

    NOTICE = "notice"
    WARNING = "warning"
    VIOLATION = "violation"
    URGENT = "urgent"


class Duty(StrEnum):
    """What a site answers for; a site's `duties` choose among the first seven."""

    REPOST = "repost"
    AVAILABILITY = "availability"
    FRESHNESS = "freshness"
    LINKS = "links"
    LIFECYCLE = "lifecycle"
    INTERACTION = "interaction"
    INTEGRITY = "integrity"
    WATCH = "watch"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its stable id, the duty it belongs to, its usual severity, its basis and its names."""

    id: str
    duty: Duty
    severity: Severity
    basis: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says of one subject.

    `ok` is None where it could not be told. `early`: still in order, but not for long, so people hear of it
    with `severity` though `ok` is True. `subject` tells findings of one rule on one site apart
    (a column's address, a policy's id); `expected`, `found` and `evidence` are for people to read.
    """

    rule: str
    ok: bool | None
    severity: Severity
    expected: str | None = None
    found: str | None = None
    evidence: str | None = None
    url: str | None = None
    subject: str = ""
    early: bool = False


_TABLE = (
    (
        "repost.target",
        Duty.REPOST,
        Severity.WARNING,
        "第十六条：力争在1小时内转载、链接",
        "已过力争转载时限",
        "repost past its target",
    ),
    (
        "repost.limit",
        Duty.REPOST,
        Severity.VIOLATION,
        "第十六条：不得滞后1个工作日",
        "超过规定转载时限",
        "repost past its limit",
    ),
    (
        "repost.withdrawn",
        Duty.REPOST,
        Severity.WARNING,
        "第十六条：转载、链接",
        "转载后又撤下",
        "repost taken down",
    ),
    (
        "repost.altered",
        Duty.REPOST,
        Severity.WARNING,
        "第十六条：转载、链接",
        "转载内容与原文不一致（待核对）",
        "repost differs from its source (to be checked)",
    ),
    (
        "repost.backdated",
        Duty.REPOST,
        Severity.WARNING,
        "第十六条：不得滞后1个工作日",
        "转载时间疑似倒签（待核对）",
        "repost perhaps backdated (to be checked)",
    ),
    (
        "availability.home",
        Duty.AVAILABILITY,
        Severity.VIOLATION,
        "国办秘函〔2019〕19号：站点无法访问",
        "首页无法访问",
        "home page cannot be reached",
    ),
    (
        "links.broken",
        Duty.LINKS,
        Severity.WARNING,
        "国办秘函〔2019〕19号：链接可用性",
        "链接失效",
        "broken links",
    ),
    (
        "links.foreign",
        Duty.LINKS,
        Severity.WARNING,
        "国办秘函〔2019〕19号：链接可用性",
        "疑似链接到博彩、色情或待售域名（待核对）",
        "links perhaps to gambling, pornography or a domain for sale (to be checked)",
    ),
    (
        "lifecycle.icp",
        Duty.LIFECYCLE,
        Severity.WARNING,
        "信息产业部令第33号第十三条；国办发〔2017〕47号",
        "ICP备案编号缺失或不符",
        "ICP filing number missing or wrong",
    ),
    (
        "lifecycle.police",
        Duty.LIFECYCLE,
        Severity.WARNING,
        "国办发〔2017〕47号：公安机关备案标识",
        "公安备案编号缺失或不符",
        "police filing number missing or wrong",
    ),
    (
        "lifecycle.site_id",
        Duty.LIFECYCLE,
        Severity.WARNING,
        "国办发〔2017〕47号：网站标识码",
        "网站标识码缺失或不符",
        "site code missing or wrong",
    ),
    (
        "lifecycle.sponsor",
        Duty.LIFECYCLE,
        Severity.WARNING,
        "国办发〔2017〕47号：主办单位",
        "主办单位缺失或不符",
        "sponsor missing or wrong",
    ),
    (
        "lifecycle.grading",
        Duty.LIFECYCLE,
        Severity.WARNING,
        "公通字〔2007〕43号第十五条",
        "等级保护未定级备案",
        "security grading not filed",
    ),
    (
        "lifecycle.assessment",
        Duty.LIFECYCLE,
        Severity.WARNING,
        "公通字〔2007〕43号第十四条",
        "等级保护测评逾期或将到期",
        "security assessment overdue or soon due",
    ),
    (
        "lifecycle.closed",
        Duty.LIFECYCLE,
        Severity.VIOLATION,
        "国办函〔2018〕55号：关停后注销域名",
        "关停网站仍可访问",
        "closed site still answers",
    ),
    (
        "security.tls",
        Duty.LIFECYCLE,
        Severity.WARNING,
        "GB/T 22239-2019",
        "HTTPS证书有误或将到期",
        "TLS certificate faulty or ending",
    ),
    ("watch.blind", Duty.WATCH, Severity.NOTICE, "", "无法监测", "could not be observed"),
)

OPINIONS = "关于全面推进政务公开工作的实施意见"
"""The document whose clauses the rules on reposts quote."""

RULES: Mapping[str, Rule] = {row[0]: Rule(*row) for row in _TABLE}
