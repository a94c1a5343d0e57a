from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web

CONFIG = """
[office]
name = "示例县人民政府办公室"
region = "340899"
[fetch]
allow_networks = ["127.0.0.0/8"]
[[site]]
id = "here"
name = "示例县人民政府"
url = "{url}"
[site.registration]
icp = "皖ICP备12345678号-1"
"""

TITLE = "示例县召开第{n}次乡镇道路养护工作推进会议"
HOME = """<!doctype html><html><head><meta charset="utf-8"><title>示例县人民政府</title></head><body>
<ul>{rows}</ul>
<div class="footer">主办单位：示例县人民政府办公室 皖ICP备{icp}号-1 皖公网安备 34089902000001号
网站标识码：3408990001 联系电话：0556-0000000 {padding}</div></body></html>"""


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str


async def duban(*arguments: str | Path, stdin: str = "", cwd: Path | None = None) -> Ran:
    """Run the command as a shell would."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-W",
        "error",
        "-m",
        "monitor.cli",
        *map(str, arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=cwd,
    )
    out, err = await process.communicate(stdin.encode())
    return Ran(process.returncode or 0, out.decode(), err.decode())


@asynccontextmanager
async def serving(text: str) -> AsyncIterator[str]:
    """One page at every address of a loopback server."""

    async def answer(request: web.Request) -> web.Response:
        if request.path == "/robots.txt":
            return web.Response(status=404)
        return web.Response(text=text, content_type="text/html")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


def home(icp: str = "12345678") -> str:
    rows = "".join(
        f'<li><a href="/a/{n}.html">{TITLE.format(n=n)}</a><span>2026-11-{n:02}</span></li>'
        for n in range(10, 25)
    )
    return HOME.format(rows=rows, icp=icp, padding="版权所有" * 30)


# (arguments, exit status, what standard error says, reason)
MISUSED = [
    (["frobnicate"], 2, "No such command", "a command that does not exist"),
    (["check", "-c", "none.toml"], 2, "no configuration at none.toml", "a file that is not there"),
    (["deadline", "yesterday"], 2, "'yesterday' is not a time like", "a time that is none"),
    (["match", "none.jsonl"], 2, "cannot read none.jsonl", "pairs that are not there"),
    (["read", "http://127.0.0.1:1/"], 3, "address_refused", "an address that is not public"),
    (
        ["read", "http://127.0.0.1:1/", "--allow-network", "here"],
        2,
        "--allow-network",
        "a network that is none",
    ),
    (["read", "file:///etc/passwd"], 3, "scheme_refused", "a scheme that is never fetched"),
    (
        ["article", "http://127.0.0.1:1/", "--allow-network", "127.0.0.0/8"],
        3,
        "connection_refused",
        "nobody there",
    ),
]


@pytest.mark.parametrize(("arguments", "status", "says", "why"), MISUSED, ids=[row[3] for row in MISUSED])
async def test_what_goes_wrong_is_one_line_with_its_status(
    tmp_path: Path, arguments: list[str], status: int, says: str, why: str
) -> None:
    ran = await duban(*arguments, cwd=tmp_path)
    assert ran.status == status, why
    assert says in ran.err
    assert "Traceback" not in ran.err
    assert ran.out == ""


async def test_a_bad_configuration_exits_2_and_names_every_fault(tmp_path: Path) -> None:
    (tmp_path / "targets.toml").write_text(
        '[office]\nname = "x"\nregion = "1"\ncolour = "red"\n', encoding="utf-8"
    )
    ran = await duban("check", cwd=tmp_path)
    assert ran.status == 2
    assert ran.err.count("targets.toml:") == 2


async def test_a_store_that_nobody_made_is_not_made_by_looking(tmp_path: Path) -> None:
    (tmp_path / "targets.toml").write_text(CONFIG.format(url="http://127.0.0.1:1/"), encoding="utf-8")
    ran = await duban("status", cwd=tmp_path)
    assert ran.status == 3
    assert "there is no store" in ran.err
    assert not (tmp_path / "var").exists()


async def test_status_is_one_json_document_on_a_store_without_rows(tmp_path: Path) -> None:
    (tmp_path / "targets.toml").write_text(CONFIG.format(url="http://127.0.0.1:1/"), encoding="utf-8")
    assert (await duban("db", "upgrade", cwd=tmp_path)).status == 0
    ran = await duban("status", "--json", "--fail", cwd=tmp_path)
    assert ran.status == 0
    shown = json.loads(ran.out)
    assert shown.keys() == {
        "generated_at",
        "obligations",
        "problems",
        "sites",
        "columns",
        "proposals",
        "dismissals",
    }
    assert [site["id"] for site in shown["sites"]] == ["here"]


async def test_deadline_needs_no_configuration(tmp_path: Path) -> None:
    ran = await duban("deadline", "2026-11-20T16:00", "--json", cwd=tmp_path)
    assert ran.status == 0
    assert json.loads(ran.out) == {
        "started_at": "2026-11-20T16:00:00+08:00",
        "target_at": "2026-11-20T17:00:00+08:00",
        "limit_at": "2026-11-24T00:00:00+08:00",
        "calendar_known_until": "2026-12-31",
    }


async def test_read_shows_the_list_and_the_column_to_paste(tmp_path: Path) -> None:
    async with serving(home()) as url:
        ran = await duban("read", url, "--json", "--allow-network", "127.0.0.0/8", cwd=tmp_path)
        assert ran.status == 0
        found = json.loads(ran.out)
        assert found.keys() == {"url", "encoding", "rendered", "method", "items"}
        assert len(found["items"]) == 15
        assert found["items"][0] == {
            "title": TITLE.format(n=10),
            "url": f"{url}a/10.html",
            "date": "2026-11-10",
        }
        shown = await duban("read", url, "--allow-network", "127.0.0.0/8", cwd=tmp_path)
        assert f'url = "{url}"' in shown.out


@pytest.mark.parametrize(("icp", "status"), [("12345678", 1), ("87654321", 1)])
async def test_audit_judges_what_one_look_decides(tmp_path: Path, icp: str, status: int) -> None:
    """The site has no grading, so that it is not in order either way; its filing number differs once."""
    async with serving(home(icp)) as url:
        (tmp_path / "targets.toml").write_text(CONFIG.format(url=url), encoding="utf-8")
        ran = await duban("audit", "--json", cwd=tmp_path)
    assert ran.status == status
    found = {row["rule"]: row for row in json.loads(ran.out)}
    assert found["lifecycle.icp"]["ok"] is (icp == "12345678")
    assert found["availability.home"]["ok"] is True
    assert found["lifecycle.grading"]["ok"] is False
    assert set(found["lifecycle.icp"]) == {"site", "rule", "ok", "expected", "found", "evidence"}


async def test_a_refused_connection_fails_availability(tmp_path: Path) -> None:
    (tmp_path / "targets.toml").write_text(CONFIG.format(url="http://127.0.0.1:1/"), encoding="utf-8")
    ran = await duban("audit", "here", "--json", cwd=tmp_path)
    assert ran.status == 1
    found = {row["rule"]: row["ok"] for row in json.loads(ran.out)}
    assert found["availability.home"] is False
    assert found["lifecycle.icp"] is None, "a page that nobody saw says nothing of its footer"


async def test_match_takes_standard_input_and_says_why(tmp_path: Path) -> None:
    same = {"source": {"url": "https://www.gov.cn/a.htm"}, "candidate": {"url": "https://www.gov.cn/a.htm"}}
    other = {"source": {"title": "国务院关于甲事项的通知"}, "candidate": {"title": "某县天气预报"}}
    ran = await duban(
        "match", "-", "--json", stdin=f"{json.dumps(same)}\n\n{json.dumps(other)}\n", cwd=tmp_path
    )
    assert ran.status == 0
    found = json.loads(ran.out)
    assert [row["same"] for row in found] == [True, False]
    assert all(row.keys() == {"same", "how", "score", "why"} and row["why"] for row in found)
    broken = await duban("match", "-", stdin='{"source": {}}\n', cwd=tmp_path)
    assert (broken.status, "line 1" in broken.err) == (2, True)


async def test_decisions_need_a_name_a_reason_and_a_subject(tmp_path: Path) -> None:
    (tmp_path / "targets.toml").write_text(CONFIG.format(url="http://127.0.0.1:1/"), encoding="utf-8")
    await duban("db", "upgrade", cwd=tmp_path)
    assert (await duban("waive", "7", cwd=tmp_path)).status == 2
    ran = await duban("waive", "7", "--by", "王某", "--reason", "系统测试", cwd=tmp_path)
    assert (ran.status, "no obligation 7" in ran.err) == (2, True)
    ran = await duban("alert", "test", "office", cwd=tmp_path)
    assert (ran.status, "no channel 'office'" in ran.err) == (2, True)
