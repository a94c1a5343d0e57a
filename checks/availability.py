"""Whether a home page can be reached (国办秘函〔2019〕19号: 站点无法访问)."""

from __future__ import annotations

from collections.abc import Mapping

from checks.rules import RULES, Finding

_CAUSES: Mapping[str, str] = {
    "timeout": "在规定时间内未能打开",
    "no_host": "域名无法解析",
    "connection_refused": "服务器拒绝连接",
    "reset": "连接被中断",
    "tls_failed": "无法建立加密连接",
    "protocol_error": "服务器应答有误",
    "not_found": "页面不存在（404）",
    "gone": "页面已撤下（410）",
    "client_error": "服务器不接受访问请求",
    "server_error": "服务器出错",
    "blocked": "被防护系统拦截",
    "redirect_loop": "循环跳转",
    "too_many_redirects": "跳转次数过多",
    "bad_redirect": "跳转地址有误",
}


def check_home(reached: bool | None, why: str | None, url: str) -> Finding:
    """Judge one visit of a home page.

    reached: None where it could not be told whose fault it is. why: how a fetch that failed ended, as
    "outcome: reason" or the reason alone; known outcomes are put into Chinese.
    """
    rule = RULES["availability.home"]
    return Finding(
        rule=rule.id,
        ok=reached,
        severity=rule.severity,
        expected="首页可以打开",
        found="首页可以打开" if reached else _describe(reached, why),
        evidence=None if reached else why,
        url=url,
    )


def _describe(reached: bool | None, why: str | None) -> str:
    verdict = "首页打不开" if reached is False else "未能判断首页是否可以打开"
    if not why:
        return verdict
    outcome = why.partition(":")[0].strip().lower()
    return f"{verdict}：{_CAUSES.get(outcome, why)}"
