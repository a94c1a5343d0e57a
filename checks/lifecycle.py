"""What a site's footer, filings, security grading and certificate must show through its life (clause 15)."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from checks.filings import Filing, IcpNumber, PoliceNumber, SiteCode, squeeze
from checks.rules import RULES, Finding, Severity
from checks.titles import clean

WARN_DAYS = (60, 30, 7)

FILING_TERM = timedelta(days=30)
"""公通字〔2007〕43号第十五条: from the grading, or from going on line, to the filing with the police."""

SHOWN = {
    "lifecycle.icp": "ICP备案编号",
    "lifecycle.police": "公安备案编号",
    "lifecycle.site_id": "网站标识码",
    "lifecycle.sponsor": "主办单位",
}
"""What a home page has to show, by the rule that asks for it."""

MONTHS_BETWEEN_ASSESSMENTS: Mapping[int, int] = {2: 24, 3: 12, 4: 6}
"""By level. Two years for level 2 is practice; no text that says so could be confirmed."""

_USUAL_FILING = re.compile(r"\d{11}-\d{5}")
_LABEL = r"(?:网站)?主办(?:单位|方)?"

_CERTIFICATE_FAULTS = (
    ("expired", "证书已过期"),
    ("not yet valid", "证书尚未生效"),
    ("match", "证书与域名不符"),
    ("self-signed", "证书是自签名的"),
    ("self signed", "证书是自签名的"),
    ("issuer", "证书链不完整，或颁发机构不受信任"),
    ("revoked", "证书已被吊销"),
    ("legacy tls", "服务器只支持已淘汰的加密协议或过弱的密钥"),
)

F = TypeVar("F", bound=Filing)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a home page shows: numbers as they stand there, and the text around them to look again in."""

    icp: str | None = None
    police: str | None = None
    site_id: str | None = None
    sponsor: str | None = None
    text: str = ""
    meta_site_id: str | None = None


@dataclass(frozen=True, slots=True)
class Registered:
    """What the register says of a site; None where it is silent. `region` is a GB/T 2260 code or empty."""

    site_id: str | None = None
    icp: str | None = None
    police: str | None = None
    sponsor: str | None = None
    region: str = ""


@dataclass(frozen=True, slots=True)
class Grading:
    """A site's security grading (等级保护), as the register has it."""

    level: int | None = None
    filing: str | None = None
    graded: date | None = None
    filed: date | None = None
    assessed: date | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    """A TLS certificate as a handshake found it; `valid` is None where that could not be told."""

    not_after: datetime | None
    valid: bool | None
    reason: str | None = None


# --- what a home page shows --------------------------------------------------------------------------


def check_shown(shown: Shown | None, registered: Registered) -> tuple[Finding, ...]:
    """Judge ICP number, police number, site code and sponsor; `shown` None: the page could not be read.

    Where the register is silent, an item must be there and fit the region; where it speaks, it decides,
    and what does not fit the region is only said.
    """
    due = {
        "lifecycle.icp": registered.icp,
        "lifecycle.police": registered.police,
        "lifecycle.site_id": registered.site_id,
        "lifecycle.sponsor": registered.sponsor,
    }
    if shown is None:
        return tuple(_about_page(rule, due[rule], None, "首页未能读取，无法核实") for rule in due)
    verdicts = (
        _judge_number(IcpNumber, shown.icp, registered.icp, shown.text, registered.region),
        _judge_number(PoliceNumber, shown.police, registered.police, shown.text, registered.region),
        _judge_site_code(shown, registered),
        _judge_sponsor(shown, registered.sponsor),
    )
    evidence = _excerpt(shown.text)
    return tuple(
        _about_page(rule, due[rule], ok, found, evidence)
        for rule, (ok, found) in zip(due, verdicts, strict=True)
    )


def _about_page(
    rule: str, due: str | None, ok: bool | None, found: str, evidence: str | None = None
) -> Finding:
    name = SHOWN[rule]
    expected = f"首页标明的{name}与登记一致：{due}" if due else f"首页标明{name}"
    return Finding(rule, ok, RULES[rule].severity, expected, found, evidence)


def _judge_number(
    kind: type[F], stated: str | None, due: str | None, text: str, region: str
) -> tuple[bool, str]:
    """Whether the page shows what is due, and what it shows.

    Pages carry other people's numbers too, so any place that shows the registered one will do.
    """
    in_place = kind.find_all(stated or "")
    for number in (*in_place, *kind.find_all(text)):
        if any(number.agrees_with(wanted) for wanted in kind.find_all(due or "")):
            return True, _with_doubts(number, region)
    if not stated:
        return False, "首页未标明"
    if not in_place:
        return False, f"{stated.strip()}（格式不符）"
    return due is None and in_place[0].fits(region), _with_doubts(in_place[0], region)


def _with_doubts(number: Filing, region: str) -> str:
    doubts = "；".join(number.doubts(region))
    return f"{number}（{doubts}）" if doubts else str(number)


def _judge_site_code(shown: Shown, registered: Registered) -> tuple[bool, str]:
    """The code at the foot of the page, and that of its tag SiteIDCode, which must not say another."""
    ok, found = _judge_number(SiteCode, shown.site_id, registered.site_id, shown.text, registered.region)
    tag = (shown.meta_site_id or "").strip()
    reference = SiteCode.find_all(registered.site_id or shown.site_id or "")
    if not tag or SiteCode.find_all(tag)[:1] == reference[:1]:
        return ok, found
    return False, f"{found}；页面标签SiteIDCode为{tag}"


def _judge_sponsor(shown: Shown, due: str | None) -> tuple[bool, str]:
    stated = shown.sponsor or _sponsor_in(shown.text, due)
    if not stated or not _plain_name(stated):
        return False, "首页未标明"
    return due is None or _plain_name(stated) == _plain_name(due), stated.strip()


def _sponsor_in(text: str, due: str | None) -> str | None:
    """The registered sponsor, where the text names it as such though no sponsor was read off the page."""
    joined = re.sub(rf"({_LABEL})(?:\s*[:：]\s*|(?<=[位方])\s+)", r"\1:", clean(text))
    labelled = (part for part in re.split(r"[\s|,;，；。]+", joined) if "主办" in part)
    return next((part for part in labelled if due and _plain_name(part) == _plain_name(due)), None)


def _plain_name(text: str) -> str:
    """A name without its label, spaces and signs, in simplified characters."""
    unlabelled = re.sub(rf"^{_LABEL}:?|:?{_LABEL}$", "", squeeze(clean(text)))
    return re.sub(r"[\W_]", "", unlabelled).casefold()


def _excerpt(text: str) -> str | None:
    words = " ".join(text.split())
    return f"首页底部文字：{words[:200]}{'…' if len(words) > 200 else ''}" if words else None


# --- security grading and assessment -----------------------------------------------------------------


def check_grading(
    grading: Grading | None,
    opened: date | None,
    today: date,
    warn_days: Sequence[int] = WARN_DAYS,
    *,
    is_portal: bool = True,
) -> tuple[Finding, ...]:
    """Judge that a site is graded and filed, and when it must be assessed next.

    A portal without a grading is not in order; of another site without one nothing is said.
    """
    if grading is None or grading.level is None:
        return (
            _about_grading(False if is_portal else None, "登记册未载明定级情况"),
            _about_assessment(None, "尚无定级，无法判断", Severity.NOTICE),
        )
    return _judge_filing(grading, grading.level, opened, today), _judge_assessment(grading, today, warn_days)


def _about_grading(ok: bool | None, found: str, early: bool = False) -> Finding:
    rule = RULES["lifecycle.grading"]
    return Finding(rule.id, ok, rule.severity, "已定级，二级及以上已向公安机关备案", found, early=early)


def _judge_filing(grading: Grading, level: int, opened: date | None, today: date) -> Finding:
    if level < 2:
        return _about_grading(True, f"{level}级，不需备案")
    if grading.filing or grading.filed:
        return _about_grading(True, f"{level}级，{_describe_filing(grading)}")
    begun = [day for day in (grading.graded, opened) if day is not None]
    due = max(begun) + FILING_TERM if begun else None
    if due is None:
        return _about_grading(False, f"{level}级，登记册未载明备案")
    is_in_time = today <= due
    return _about_grading(is_in_time, f"{level}级，尚未备案，最迟应于{_day(due)}备案", early=is_in_time)


def _describe_filing(grading: Grading) -> str:
    filed = f"已于{_day(grading.filed)}备案" if grading.filed else "已备案"
    if not grading.filing:
        return f"{filed}，登记册未载明备案编号"
    unusual = (
        "" if _USUAL_FILING.fullmatch(squeeze(grading.filing)) else "（编号不是常见的11位加5位，请核对）"
    )
    return f"{filed}，编号{grading.filing}{unusual}"


def assessment_due(grading: Grading) -> date | None:
    """The last day for the next assessment: counted from the last one, or else from the filing or grading.

    None where no assessment is asked for (levels 1 and 5) or no day is known to count from.
    """
    since = grading.assessed or grading.filed or grading.graded
    months = MONTHS_BETWEEN_ASSESSMENTS.get(grading.level or 0)
    return add_months(since, months) if since and months else None


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last: half a year after 31 August ends in February."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _about_assessment(ok: bool | None, found: str, severity: Severity, early: bool = False) -> Finding:
    expected = "按期开展等级测评（二级每两年、三级每年、四级每半年一次）"
    return Finding("lifecycle.assessment", ok, severity, expected, found, early=early)


def _judge_assessment(grading: Grading, today: date, warn_days: Sequence[int]) -> Finding:
    if grading.level not in MONTHS_BETWEEN_ASSESSMENTS:
        ok = True if grading.level == 1 else None
        return _about_assessment(ok, f"{grading.level}级，没有规定测评期限", Severity.NOTICE)
    last = f"上次测评{_day(grading.assessed)}" if grading.assessed else "登记册未载明测评日期"
    due = assessment_due(grading)
    if due is None:
        return _about_assessment(False, last, Severity.WARNING)
    days_left = (due - today).days
    if days_left < 0:
        return _about_assessment(
            False, f"{last}，最迟应于{_day(due)}测评，已逾期{-days_left}天", Severity.WARNING
        )
    warning = early_warning(days_left, warn_days)
    found = f"{last}，最迟应于{_day(due)}测评，还有{days_left}天"
    return _about_assessment(True, found, warning or Severity.NOTICE, early=warning is not None)


# --- certificate and closing -------------------------------------------------------------------------


def check_certificate(
    certificate: Certificate | None, now: datetime, warn_days: Sequence[int] = WARN_DAYS
) -> Finding:
    """Judge a certificate at `now`, whose zone is the one that days are told in.

    None: there was no handshake to read one from, and nothing is said.
    """
    if certificate is None:
        return _about_certificate(None, "未读到证书")
    until = certificate.not_after.astimezone(now.tzinfo) if certificate.not_after else None
    reason = certificate.reason
    if until is not None and until <= now:
        return _about_certificate(False, f"证书已于{_day(until)}到期", reason)
    if certificate.valid is None:
        return _about_certificate(None, "未能核验证书", reason)
    if not certificate.valid:
        return _about_certificate(False, _describe_fault(reason), reason)
    if until is None:
        return _about_certificate(True, "证书有效", reason)
    days_left = (until - now).days
    warning = early_warning(days_left, warn_days)
    found = f"证书有效，{_day(until)}到期，还有{days_left}天"
    return _about_certificate(True, found, reason, warning)


def _about_certificate(
    ok: bool | None, found: str, reason: str | None = None, warning: Severity | None = None
) -> Finding:
    rule = RULES["security.tls"]
    expected = "HTTPS证书有效，与域名相符，未过期"
    severity = warning or rule.severity
    return Finding(rule.id, ok, severity, expected, found, reason, early=warning is not None)


def _describe_fault(reason: str | None) -> str:
    if not reason:
        return "证书无效"
    known = (fault for sign, fault in _CERTIFICATE_FAULTS if sign in reason.lower())
    return next(known, f"证书无效：{reason}")


def check_closed(reached: bool | None, url: str) -> Finding:
    """Judge a closed site's address, which must not answer any more; `reached` None: it could not be told."""
    rule = RULES["lifecycle.closed"]
    found = {True: "网站已关停，地址仍可打开", False: "地址已不能打开", None: "未能判断地址是否仍可打开"}
    ok = None if reached is None else not reached
    return Finding(rule.id, ok, rule.severity, "关停后注销域名，地址不能再打开", found[reached], url=url)


# --- shared ------------------------------------------------------------------------------------------


def early_warning(days_left: int, warn_days: Sequence[int]) -> Severity | None:
    """How loudly to say that something falls due: not yet, a notice, or from the second step on a warning."""
    reached = [step for step in warn_days if days_left <= step]
    if not reached:
        return None
    return Severity.NOTICE if reached == [max(warn_days)] and len(warn_days) > 1 else Severity.WARNING


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
