"""Events as tests of the alerts need them: one policy, some sites, and what happened to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from alerts.events import Event, Kind, ProblemFacts, RepostFacts, SiteRef
from alerts.messages import Basis, OfficeFacts
from checks.obligations import State
from checks.rules import Severity

ZONE = ZoneInfo("Asia/Shanghai")
WINDOW = timedelta(minutes=10)

OFFICE = OfficeFacts(
    name="示例县人民政府办公室",
    zone=ZONE,
    public_url="http://127.0.0.1:8080/",
    region="340899",
    basis=Basis("关于全面推进政务公开工作的实施意见", "某政发〔2026〕1号", "十六"),
)

HERE = SiteRef("here", "示例县人民政府", "340899")
THERE = SiteRef("there", "邻县人民政府", "340898")
FAR = SiteRef("far", "远县人民政府", "360101")


def at(day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """A moment of November 2026 on the office's clock; the 24th is a Tuesday."""
    return datetime(2026, 11, day, hour, minute, second, tzinfo=ZONE)


REPOST = RepostFacts(
    obligation_id=31,
    policy_id=12,
    title="国务院办公厅关于进一步优化政务服务的指导意见",
    doc_number="国办发〔2026〕12号",
    portal="中国政府网",
    policy_url="https://www.gov.cn/zhengce/content_12.htm",
    published_at="2026-11-24 10:05",
    started_at=at(24, 10, 5),
    target_at=at(24, 11, 5),
    limit_at=at(26),
    state=State.PENDING,
)

PROBLEM = ProblemFacts(problem_id=7, severity=Severity.WARNING, since=at(24, 9))


def repost(
    kind: Kind = Kind.VIOLATION,
    site: SiteRef = HERE,
    when: datetime | None = None,
    rule: str = "repost.limit",
    **facts: Any,
) -> Event:
    """An event on a duty to repost; its group is the policy's, its window ten minutes."""
    when = when or at(26, 0, 12)
    known = replace(REPOST, **facts)
    return Event(kind, rule, f"policy:{known.policy_id}", when, when + WINDOW, site, known)


def problem(
    kind: Kind = Kind.WARNING,
    site: SiteRef = HERE,
    when: datetime | None = None,
    rule: str = "lifecycle.icp",
    **facts: Any,
) -> Event:
    """An event on another problem; its group is the site's, its window ten minutes."""
    when = when or at(24, 9)
    return Event(kind, rule, f"site:{site.id}", when, when + WINDOW, site, replace(PROBLEM, **facts))
