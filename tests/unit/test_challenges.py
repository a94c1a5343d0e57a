"""Pages that are not the page, told from pages that are."""

from __future__ import annotations

import pytest

from monitor.net.challenges import recognise

ROWS = "".join(
    f"<li><a href='/a/{n}.html'>关于印发第{n}号方案的通知</a><span>2026-11-{n:02}</span></li>"
    for n in range(1, 21)
)
URL = "http://www.county.gov.cn/sjwj/"


@pytest.mark.parametrize(
    ("status", "text", "sign"),
    [
        (200, "<script>document.cookie='a=1;path=/';location.reload();</script>", "loads the page again"),
        (
            200,
            "<script>document.cookie = x + '1'; window.location.href = '/sjwj/?t=1'</script>",
            "loads the page again",
        ),
        (
            200,
            "<body onload=f()><script>function f(){document['cookie']='k='+g();document.forms[0].submit()}"
            "</script><form method=post></form></body>",
            "loads the page again",
        ),
        (
            521,
            "<script>document.cookie=('_')+('_')+('jsl_clearance_s=')+'1';location.href='/'</script>",
            "again",
        ),
        (200, "<script>var x='__jsl_clearance_s';eval(y)</script>", "script of a shield"),
        (
            200,
            f"<meta id=x content='{'y' * 900}'><script>$_ts=window['$_ts'];$_ts.nsd=1</script>",
            "script of a shield",
        ),
        (
            200,
            f"<script>var arg1='A';function setCookie(){{}}/*{'z' * 90_000}*/ 'acw_sc__v2'</script>",
            "script of a shield",
        ),
        (200, "<title>安全验证</title><p>请稍候</p>", "words of a shield"),
        (200, "<h2>您的访问请求已被拦截</h2>请求编号：0123", "words of a shield"),
        (200, "<p>当前访问疑似黑客攻击，已被网站管理员设置为拦截</p>", "words of a shield"),
        (
            200,
            "<title>Just a moment...</title><noscript>Enable JavaScript and cookies to continue</noscript>",
            "shield",
        ),
        (200, "<p>访问过于频繁，请稍后再试</p>", "words of a shield"),
        (202, "", "status 202"),
        (202, "  \n", "status 202"),
        (
            404,
            "<p>您的请求已被拦截</p><script>location.replace('/')</script>",
            "words of a shield",
        ),  # a geo-fence
    ],
)
def test_a_challenge_is_recognised(status: int, text: str, sign: str) -> None:
    found = recognise(status, URL, text)
    assert found is not None
    assert sign in found


def test_a_challenge_by_its_address() -> None:
    assert recognise(200, "http://wenshu.example.cn/WZWSREL3dlYnNpdGU=", "<html></html>")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html><body>示例县人民政府</body></html>",
        f"<ul>{ROWS}</ul>",
        # Ordinary pages that do the same things among others.
        f"<script>document.cookie='skin=1';if(mobile)location.href='/m/'</script><ul>{ROWS}</ul>",
        f"<script src='/safedog.js'></script><title>网站防火墙采购公告</title><ul>{ROWS}</ul>",
        "<title>关于加强网站安全验证工作的通知</title><p>" + "各乡镇人民政府，请认真贯彻执行。" * 40,
        "<title>WAF设备采购公告</title><p>" + "本项目采购网站防火墙一台，预算三十万元。" * 30,
        # Poor pages, but of the site: stubs are for those who read them to recognise.
        "<script>location.href='/index.html'</script>",
        "<meta http-equiv=refresh content='0;url=/sjwj/col1053/'>",
        "<div id=app></div><script src=/js/app.js></script>",
        "<h1>404 Not Found</h1><hr>nginx",
        "<p>您访问的页面不存在或已删除</p><script>setTimeout('location.href=\"/\"', 3000)</script>",
        "<title>系统维护</title><p>网站升级维护中，请稍后访问。</p>",
        "User-agent: *\nDisallow: /safedog/\n",
    ],
)
def test_a_page_is_not_taken_for_one(text: str) -> None:
    assert recognise(200, URL, text) is None
