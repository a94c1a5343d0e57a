"""Estimates and answers as they are shown: JSON documents, and tables in the office's language."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from monitor.cli.pages import stated

if TYPE_CHECKING:
    from checks.obligations import Declared
    from monitor.rounds.carried import Found
    from monitor.rounds.comparing import Comparison, Share, Shares
    from monitor.rounds.lookback import Estimate, KeyItem
    from monitor.rounds.who import Asked, Carries, Census
    from monitor.starting.spreadsheet import Table
    from monitor.targets import Targets

NOTE = {
    "en": "An estimate by the times that pages declare: nobody watched then, and it accuses nobody.",
    "zh-CN": "本表依据页面自身标注的发布时间估算，当时未作监测，仅供参考，不作为认定任何单位违规的依据。",
}
RESULTS = {
    "en": {"found": "found", "not_found": "not found", "unknown": "could not tell"},
    "zh-CN": {"found": "已找到", "not_found": "未找到", "unknown": "无法判断"},
}
WORDS = {
    "en": {
        "results": "policies and sites (estimate)",
        "shares": "shares (estimate)",
        "unread": "not read",
        "header": (
            "policy", "number", "portal", "site", "published", "reposted", "delay", "within {target}",
            "within {limit}", "within 24h", "result", "proof", "address of the repost",
            "address of the policy",
        ),
        "shares_header": (
            "site", "found", "not found", "could not tell", "within {target}", "within {limit}", "within 24h",
        ),
        "unread_header": ("whose", "place", "address", "why"),
        "yes": "yes",
        "no": "no",
        "all": "all",
    },
    "zh-CN": {
        "results": "逐条对照（估算）",
        "shares": "比例（估算）",
        "unread": "未能读取",
        "header": (
            "政策标题", "文号", "来源门户", "网站", "来源标注时间", "转载标注时间", "相差", "{target}内",
            "{limit}内", "24小时内", "结果", "认定依据", "转载地址", "政策地址",
        ),
        "shares_header": ("网站", "已找到", "未找到", "无法判断", "{target}内", "{limit}内", "24小时内"),
        "unread_header": ("所属", "位置", "地址", "原因"),
        "yes": "是",
        "no": "否",
        "all": "合计",
    },
}  # fmt: skip


def estimate_json(made: Estimate, targets: Targets, days: int) -> dict[str, Any]:
    """The document of `lookback --json`; docs/schemas/lookback.schema.json describes it."""
    from monitor.rounds.comparing import shares

    zone, rules = targets.office.zone, targets.rules.repost
    return {
        "generated_at": made.at.astimezone(zone).isoformat(),
        "from": made.since.astimezone(zone).date().isoformat(),
        "days": days,
        "is_estimate": True,
        "note": NOTE[targets.office.language],
        "target": str(rules.target),
        "limit": str(rules.limit),
        "policies": [_policy_json(item, zone) for item in made.items],
        "results": [_comparison_json(comparison, zone) for comparison in made.comparisons],
        "shares": [_shares_json(share) for share in shares(made.comparisons)],
        "unread": [
            {"owner": place.owner, "name": place.name, "url": place.url, "why": place.why}
            for place in (*made.unread, *made.left_over)
        ],
    }


def _policy_json(item: KeyItem, zone: tzinfo) -> dict[str, Any]:
    from monitor.rounds.articles import parse_stated

    policy = item.policy
    return {
        "id": policy.id,
        "title": policy.title,
        "doc_number": policy.doc_number,
        "url": policy.url,
        "portal": policy.portal,
        "published_at": stated(parse_stated(policy.published_at), zone),
        "precision": policy.precision,
        "why": item.why,
        "proposed": item.is_proposal,
        "carriers": [{"portal": carrier["portal"], "url": carrier["url"]} for carrier in policy.carriers],
    }


def _comparison_json(comparison: Comparison, zone: tzinfo) -> dict[str, Any]:
    return {
        "policy": comparison.number,
        "site": comparison.site,
        "result": comparison.result,
        "published_at": _declared(comparison.published, zone),
        **_found_json(comparison.found, zone),
        "delay_seconds": comparison.delay.total_seconds() if comparison.delay is not None else None,
        "delay_days": comparison.delay_days,
        "within_target": comparison.within_target,
        "within_limit": comparison.within_limit,
        "within_24h": comparison.within_day,
    }


def _found_json(found: Found | None, zone: tzinfo) -> dict[str, Any]:
    return {
        "reposted_at": stated(found.stated, zone) if found else None,
        "precision": found.precision if found else "none",
        "url": found.url if found else None,
        "title": found.title if found else None,
        "place": found.place if found else None,
        "how": found.how if found else None,
        "score": found.score if found else None,
        "why": found.why if found else None,
    }


def _declared(declared: Declared, zone: tzinfo) -> str | None:
    return stated(declared.moment or declared.day, zone)


def _shares_json(found: Shares) -> dict[str, Any]:
    def share(part: Share) -> dict[str, Any]:
        known = round(part.share, 4) if part.share is not None else None
        return {"yes": part.yes, "no": part.no, "unknown": part.unknown, "share": known}

    return {
        "site": found.site,
        **{str(result): count for result, count in found.results.items()},
        "within_target": share(found.within_target),
        "within_limit": share(found.within_limit),
        "within_24h": share(found.within_day),
    }


def tables(made: Estimate, targets: Targets, language: str) -> Iterator[Table]:
    """The sheets of an estimate, in a language of the office."""
    from monitor.rounds.comparing import shares
    from monitor.starting.spreadsheet import Table

    words: dict[str, Any] = WORDS[language]
    zone, rules = targets.office.zone, targets.rules.repost
    terms = {"target": _term(str(rules.target), language), "limit": _term(str(rules.limit), language)}
    notes = (
        NOTE[language],
        f"{made.since.astimezone(zone).date()} — {made.at.astimezone(zone):%Y-%m-%d %H:%M}",
    )
    names = {site.id: site.name for site in targets.sites} | {p.id: p.name for p in targets.portals}
    items = {item.policy.id: item for item in made.items}
    header = tuple(name.format(**terms) for name in words["header"])
    rows = tuple(_row(c, items[c.number], names, words, language, zone) for c in made.comparisons)
    yield Table(words["results"], notes, header, rows)
    header = tuple(name.format(**terms) for name in words["shares_header"])
    yield Table(
        words["shares"],
        notes,
        header,
        tuple(_share_row(found, names, words) for found in shares(made.comparisons)),
    )
    if unread := (*made.unread, *made.left_over):
        lines = tuple((names.get(u.owner, u.owner), u.name, u.url, u.why) for u in unread)
        yield Table(words["unread"], notes, words["unread_header"], lines)


def _row(
    comparison: Comparison,
    item: KeyItem,
    names: dict[str, str],
    words: dict[str, Any],
    language: str,
    zone: tzinfo,
) -> tuple[object, ...]:
    found, policy = comparison.found, item.policy
    within = (comparison.within_target, comparison.within_limit, comparison.within_day)
    return (
        policy.title,
        policy.doc_number,
        names.get(policy.portal, policy.portal),
        names.get(comparison.site, comparison.site),
        short(_declared(comparison.published, zone)),
        short(stated(found.stated, zone)) if found else None,
        _delay(comparison),
        *("?" if answer is None else words["yes"] if answer else words["no"] for answer in within),
        RESULTS[language][comparison.result],
        found.how if found else None,
        found.url if found else None,
        policy.url,
    )


def _delay(comparison: Comparison) -> str | None:
    if comparison.delay is not None:
        return str(timedelta(seconds=round(comparison.delay.total_seconds())))
    return f"{comparison.delay_days} d" if comparison.delay_days is not None else None


def short(moment: str | None) -> str | None:
    """A stated time to the minute, or its day."""
    return moment[:16].replace("T", " ") if moment else None


def _share_row(found: Shares, names: dict[str, str], words: dict[str, Any]) -> tuple[object, ...]:
    name = names.get(found.site, found.site) if found.site is not None else words["all"]
    parts = (found.within_target, found.within_limit, found.within_day)
    return (name, *found.results.values(), *map(_percent, parts))


def _percent(part: Share) -> str:
    share = f"{part.share:.1%}" if part.share is not None else "-"
    return f"{share} ({part.yes}/{part.yes + part.no}" + (f", ? {part.unknown})" if part.unknown else ")")


def _term(term: str, language: str) -> str:
    if language == "en":
        return term
    return (
        term.replace(" working days", "个工作日")
        .replace(" working day", "个工作日")
        .replace("h", "小时")
        .replace("m", "分钟")
        .replace("s", "秒")
        .replace("d", "天")
    )


def census_json(found: Census, zone: tzinfo) -> dict[str, Any]:
    """The document of `who --json`; docs/schemas/who.schema.json describes it."""
    return {
        "generated_at": found.at.astimezone(zone).isoformat(),
        "items": [asked_json(n, asked, found, zone) for n, asked in enumerate(found.items)],
    }


def asked_json(number: int, asked: Asked, found: Census, zone: tzinfo) -> dict[str, Any]:
    """One item that was asked after, and the sites."""
    from monitor.rounds.articles import parse_stated

    policy = asked.policy
    return {
        "url": asked.url,
        "error": asked.trouble,
        "title": policy.title if policy else None,
        "doc_number": policy.doc_number if policy else None,
        "published_at": stated(parse_stated(policy.published_at), zone) if policy else None,
        "precision": policy.precision if policy else "none",
        "sites": [_carries_json(carries, zone) for carries in found.carried if carries.item == number],
    }


def _carries_json(carries: Carries, zone: tzinfo) -> dict[str, Any]:
    answer = carries.answer
    shown = _found_json(answer.found, zone)
    return {
        "site": carries.site.id,
        "name": carries.site.name,
        "carries": True if answer.found else False if answer.is_complete else None,
        "since": shown.pop("reposted_at"),
        **shown,
        "unread": [{"name": p.name, "url": p.url, "why": p.why} for p in carries.unread],
    }
