"""`duban evidence`, and the file that it hands out: it opens offline, and says so when a sign of it changed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright

from monitor.evidence.digests import BEGINNING
from monitor.evidence.verifying import verify
from monitor.net.browsing.chromium import found
from monitor.rounds import kinds
from monitor.store.tables import AlertMessage
from monitor.web.exporting.page import is_whole, make_file, style
from tests import schemas
from tests.integration.county import START, World, made
from tests.integration.screens import QUICK
from tests.integration.test_replay import violated
from tests.shell import duban


async def settled(world: World) -> list[str | Path]:
    """An accusation, written down; gives the options of commands on it."""
    await world.publish()
    await violated(world)
    await kinds.seal(world.context, "")
    return ["-c", world.folder / "targets.toml"]


def told_of(head: str) -> AlertMessage:
    """A message as it went out, with an end of the chain at its foot."""
    body = f"请做：立即转载。\n编号：DB-20261126-0007 · 证据链 {head}"
    return AlertMessage(number="DB-20261126-0007", kind="violation", title="…", body=body, created_at=START)


async def test_all_is_as_it_was_written_until_a_byte_is_changed(world: World) -> None:
    config = await settled(world)
    head = world.context.evidence.head()
    ran = await duban("evidence", "verify", *config, "--json", "--head", str(head))
    assert (ran.status, ran.json["ok"], ran.json["verdicts"]["checked"]) == (0, True, 1)
    assert schemas.faults("evidence", ran.json) == []
    await world.store.write(lambda session: session.add(told_of("1-" + "0" * 16)))
    ran = await duban("evidence", "verify", *config, "--json", "--head", "2-" + "0" * 16)
    contradicted = [(told["message"], told["head"][:2]) for told in ran.json["messages"]["contradicted"]]
    assert (ran.status, contradicted) == (1, [("--head", "2-"), ("DB-20261126-0007", "1-")])
    path = world.context.evidence.folder / "000001.warc.gz"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    ran = await duban("evidence", "verify", *config)
    assert (ran.status, "NOT as it was written" in ran.out) == (1, True)
    (line,) = [line for line in ran.out.splitlines() if "bytes were changed" in line]
    assert "000001.warc.gz" in line


async def test_the_records_on_a_duty_are_shown_and_handed_out(world: World, tmp_path: Path) -> None:
    config = await settled(world)
    rows = (await duban("evidence", "show", "1", *config, "--json")).json
    assert schemas.faults("records", rows) == []
    page = next(row for row in rows if row["kind"] == "page" and row["url"].endswith("/sjwj/"))
    shown = await duban("evidence", "show", "1", "--record", str(page["record"]), *config)
    assert "省政府" in shown.out
    file = tmp_path / "out.html"
    assert (await duban("evidence", "export", "1", "-o", file, *config)).status == 0
    assert is_whole(file.read_bytes())
    file.write_bytes(file.read_bytes().replace(b"<script", b"<Script", 1))
    ran = await duban("evidence", "verify", file, "--json")
    assert (ran.status, ran.json["ok"]) == (1, False), "even what a browser takes for the same"


# --- the file in a browser -------------------------------------------------------------------------------


@asynccontextmanager
async def offline() -> AsyncIterator[Page]:
    """A browser that opens files."""
    async with async_playwright() as playwright:
        executable = found(playwright.chromium.executable_path)
        browser = await playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        try:
            yield await browser.new_page()
        finally:
            await browser.close()


async def verdict(page: Page, file: Path, body: bytes) -> str:
    """What the file says of itself, by its colour too."""
    await page.goto(_written(file, body))
    said: str = await page.evaluate(
        "(() => {const seal = document.querySelector('#seal');"
        "return seal ? [seal.dataset.verdict, getComputedStyle(seal).backgroundColor].join(' ') : 'no seal'})()"
    )
    return said


def _written(file: Path, body: bytes) -> str:
    file.write_bytes(body)
    return file.as_uri()


SMALL: dict[str, Any] = {
    "language": "zh-CN",
    "title": "证据",
    "name": "evidence-1",
    "style": style(),
    "words": {
        **dict.fromkeys(("whole", "chain", "record", "picture", "good", "bad", "records", "save"), "…"),
        "columns": [],
    },
    "sections": [{"title": "事项", "lines": ["示例县"], "rows": [["责任单位", "示例县"]]}],
    "pictures": [],
    "records": [],
    "chain": {"first": 1, "previous": BEGINNING, "digests": "", "last": BEGINNING},
}
"""The same code around little content: what it takes to open it a hundred times."""

GREEN = "good rgb(27, 110, 60)"


@pytest.mark.needs_chromium
async def test_the_file_verifies_itself_and_every_change_shows(tmp_path: Path) -> None:
    file = tmp_path / "out.html"
    async with made(tmp_path, browser=QUICK) as world:
        config = await settled(world)
        await duban("evidence", "export", "1", "-o", file, *config)
    whole = file.read_bytes()
    assert is_whole(whole)
    async with offline() as page:
        assert await verdict(page, file, whole) == GREEN
        text = await page.inner_text("main")
        for words in (
            "示例县",
            "疑似超过规定时限",
            "第1个工作日",
            "结论相同",
            "上级文件",
            "首页截图",
            "浏览器渲染后的首页",
        ):
            assert words in text
        assert await page.evaluate("document.querySelector('img').naturalWidth") > 500, "as it looked then"
        small = make_file(SMALL, "未通过校验")
        assert await verdict(page, file, small) == GREEN
        for body, place in [*((small, place) for place in _places(small)), (whole, len(whole) // 2)]:
            changed = bytes([body[place] ^ 1])
            said = await verdict(page, file, body[:place] + changed + body[place + 1 :])
            assert said != GREEN, f"byte {place}: {body[max(0, place - 20) : place + 20]!r} as {changed!r}"


def _places(whole: bytes) -> Iterator[int]:
    """All that lies around content and code, what compares, and a sample of the rest."""
    content, code = whole.index(b"{", whole.index(b"application/json")), whole.index(b'"use strict"')
    yield from range(0, content, 5)
    yield from range(whole.index(b"</script>"), code, 4)
    yield from range(len(whole) - 9, len(whole))
    compares = whole.index(b"const isSame")
    yield from range(compares, compares + 60, 4)
    decides = whole.index(b"if (verdict.isSame")
    yield from range(decides, decides + 60, 4)
    yield from range(content, len(whole), len(whole) // 20)


# --- a process that dies, a disk that is full -----------------------------------------------------------

WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from monitor.evidence import Draft, Evidence, Exchange
evidence = Evidence(Path(sys.argv[1]))
now = datetime.now(UTC)
n = 0
while True:
    n += 1
    body = (str(n) * 30000).encode()
    evidence.keep_now([Draft(Exchange("http://a/", "http://a/", now, 200, body, "utf-8", {}, {}), ("obligation:1",))])
    print(n, flush=True)
"""


@pytest.mark.parametrize("after", [1, 4, 9])
def test_a_writer_that_is_killed_leaves_a_chain_that_verifies(tmp_path: Path, after: int) -> None:
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    with writer.stdout as told:
        while int(next(told)) < after:
            pass
        writer.send_signal(signal.SIGKILL)
    writer.wait()
    found = verify(tmp_path)
    assert found.mismatches == []
    assert found.records >= 2 * after, "what was said to be kept is kept"


FULL = """
import json, resource, sys
from datetime import UTC, datetime
from pathlib import Path
from monitor.evidence import Draft, Evidence, Statement
from monitor.evidence.verifying import verify
evidence = Evidence(Path(sys.argv[1]))
def keep(n):
    return bool(evidence.keep_now([Draft(Statement("absence", datetime.now(UTC), {"n": n}))]).entries)
kept = [keep(1)]
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
size = (Path(sys.argv[1]) / "000001.warc.gz").stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 200, hard))
kept += [keep(2), keep(3)]
lost, whole = evidence.trouble.lost, verify(Path(sys.argv[1])).ok
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
kept.append(keep(4))
found = verify(Path(sys.argv[1]))
print(json.dumps({"kept": kept, "lost": lost, "whole": [whole, found.ok], "gaps": [g["lost"] for g in found.gaps],
                  "unfinished": len(found.unfinished)}))
"""


def test_a_full_disk_stops_evidence_only_and_the_chain_says_so(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert json.loads(ran.stdout.splitlines()[-1]) == {
        "kept": [True, False, False, True],
        "lost": 2,
        "whole": [True, True],
        "gaps": [2],
        "unfinished": 0,
    }
    assert "evidence cannot be kept: make room" in ran.stdout + ran.stderr
