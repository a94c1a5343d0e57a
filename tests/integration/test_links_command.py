"""`duban links` as people run it: exit status, forms of the report, Ctrl-C."""

from __future__ import annotations

import asyncio
import csv
import signal
import sys
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import typer

from monitor.cli.common import CliError
from monitor.cli.links import links
from tests import schemas
from tests.integration.screens import browsing
from tests.integration.sites import Heard, always, never, pages, reply, serving
from tests.shell import duban

HERE = ("--allow-network", "127.0.0.0/8", "--rate", "0")
ROBOTS = {"/robots.txt": reply("", 404), "/sitemap.xml": reply("", 404)}
FAULTY = ROBOTS | {
    "/": reply(
        '<a href="/gone">=cmd|calc</a><a href="/moved">搬了</a><a href="/a.html"><b>&lt;script&gt;</b></a>'
    ),
    "/a.html": reply('<a href="/gone">再次</a><a href="/err">坏</a>'),
    "/moved": reply("", 301, location="/a.html"),
    "/err": reply("", 500),
}
SOUND = ROBOTS | {"/": reply("<p>页面<a href='/'>x</a>")}


async def test_the_report_in_every_form(tmp_path: Path) -> None:
    table, page = tmp_path / "report.csv", tmp_path / "report.html"
    async with serving(pages(FAULTY)) as site:
        ran = await duban(
            "links", site.url(), *HERE, "--json", "--csv", table, "--html", page, "--retries", "0"
        )
        shown = await duban("links", site.url(), *HERE, "--retries", "0", "--all")
    assert (ran.status, shown.status, ran.err) == (1, 1, "")
    assert schemas.faults("links", ran.json) == []
    assert not schemas.unpromised("links", ran.json)
    (broken,) = ran.json["broken"]
    assert (broken["url"], broken["status"], broken["reason"], broken["places"]) == (
        site.url("/gone"),
        404,
        "not found",
        2,
    )
    assert broken["found_on"][0] == {"page": site.url(), "text": "=cmd|calc"}
    assert [entry["reason"] for entry in ran.json["redirected"]] == [f"to {site.url('/a.html')}"]

    rows = list(csv.DictReader(table.read_text(encoding="utf-8-sig").splitlines()))
    assert [(row["state"], row["text"]) for row in rows] == [
        ("broken", "'=cmd|calc"),  # no formula in a spreadsheet
        ("broken", "再次"),
        ("suspect", "坏"),
        ("redirected", "搬了"),
    ]
    html = page.read_text(encoding="utf-8")
    assert site.url("/gone") in html and "=cmd|calc" in unescape(html)
    assert "src=" not in html and "@import" not in html  # one file, which needs nothing else

    for words in (
        "broken: 1",
        "404 not found · =cmd|calc · and 1 more place",
        "redirected: 1",
        "2 pages, 5 links",
    ):
        assert words in shown.out, shown.out


@pytest.mark.parametrize(
    ("asked", "status", "says"),
    [
        ({}, 2, "where to start"),
        ({"url": "nonsense"}, 2, "no address of a page"),
        ({"url": "http://127.0.0.1:1/"}, 1, "broken: 1"),
        ({"url": "http://10.0.0.1/"}, 3, "no public address"),
        ({"listed": Path("none.txt")}, 2, "cannot read"),
        ({"url": "http://127.0.0.1:1/", "exclude": ["("]}, 2, "no regular expression"),
        ({"url": "http://127.0.0.1:1/", "header": ["no colon"]}, 2, "'Name: value'"),
        ({"url": "http://127.0.0.1:1/", "header": ["X: a\r\nY: b"]}, 2, "'Name: value'"),
        ({"url": "http://127.0.0.1:1/", "robots": "maybe"}, 2, "obey or ignore"),
        ({"url": "http://127.0.0.1:1/", "allow_network": ["x"]}, 2, "--allow-network"),
        ({"url": "http://127.0.0.1:1/", "csv": Path("/nowhere/x")}, 3, "cannot write"),
    ],
)
def test_exit_status(
    asked: dict[str, Any], status: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises((CliError, typer.Exit)) as ended:
        links(**{"allow_network": ["127.0.0.0/8"], **asked})
    assert getattr(ended.value, "exit_code", None) or getattr(ended.value, "status", None) == status
    assert says in capsys.readouterr().out + str(ended.value)


async def test_a_sound_site_is_in_order_and_is_asked_as_told(tmp_path: Path) -> None:
    listed = tmp_path / "list.txt"
    async with serving(pages(SOUND)) as site, serving(always(reply("<p>other")), "127.0.0.3") as other:
        listed.write_text(f"# others\n{other.url()}\n", encoding="utf-8")
        ran = await duban("links", site.url(), *HERE, "--list", listed, "--header", "X-Key: 1")
    assert (ran.status, "all in order" in ran.out) == (0, True)
    assert {heard.headers.get("x-key") for heard in site.heard if heard.target == "/"} == {"1"}
    assert {heard.headers.get("x-key") for heard in other.heard} == {None}  # a key is for its own site


async def test_ctrl_c_gives_the_report_so_far() -> None:
    async def answer(heard: Heard, writer: asyncio.StreamWriter) -> None:
        routes = ROBOTS | {"/": reply("<a href=/gone>x</a><a href=/hangs>y</a>")}
        await (never if heard.target == "/hangs" else pages(routes))(heard, writer)

    async with serving(answer) as site:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-W", "error", "-m", "monitor.cli", "links", site.url(), *HERE),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        await site.until(lambda: {"/gone", "/hangs"} <= set(site.targets()))
        process.send_signal(signal.SIGINT)
        out, err = await process.communicate()
    assert (process.returncode, err) == (130, b"")
    assert "interrupted: this is the report so far" in out.decode()


async def test_a_link_checker_needs_neither_a_store_nor_a_browser() -> None:
    """It is installed and run alone: what the daemon needs must not be waited for."""
    script = (
        "import sys; from monitor.cli import app\n"
        "try: app(['links', 'http://127.0.0.1:1/', '--allow-network', '127.0.0.0/8'])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('sqlalchemy', 'playwright', 'bs4', 'apprise', 'fastapi') if name in sys.modules])"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert out.decode().strip().endswith("[]")


CLICKS = """<script>
const heads = document.querySelectorAll("th button"), told = [];
const tell = column => told.push([...body.rows].filter(row => !row.hidden).map(row => row.cells[column].textContent).join());
for (const column of [5, 5, 1]) { heads[column].click(); tell(column); }
form.querySelector("[type=search]").value = "ERR"; filter(); tell(1);
document.title = told.join(" ");
</script>"""


@pytest.mark.needs_chromium
async def test_the_page_of_the_report_sorts_and_filters_in_a_browser(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    async with serving(pages(FAULTY)) as site:
        await duban("links", site.url(), *HERE, "--html", page, "--retries", "0")
    shown = always(reply(page.read_text(encoding="utf-8") + CLICKS))
    async with serving(shown) as site, browsing() as browser:
        seen = await browser.render(site.url(), robots="ignore")
    assert "<title>1,1,2 2,1,1 301,404,500 500</title>" in seen.text
