"""`duban evidence`, and the file that it hands out: it opens offline, and says so when a sign of it changed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright

from monitor.evidence import Draft, File
from monitor.evidence.verifying import verify
from monitor.net.browsing.chromium import found
from monitor.rounds import kinds
from monitor.web.exporting.page import is_whole
from tests import schemas
from tests.integration.county import World
from tests.integration.test_replay import violated
from tests.shell import duban

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cfc0"
    "000003010100c9fe92ef0000000049454e44ae426082"
)


async def settled(world: World) -> list[str | Path]:
    """An accusation, written down; gives the options of commands on it."""
    await world.publish()
    await violated(world)
    await kinds.seal(world.context, "")
    return ["-c", world.folder / "targets.toml"]


async def test_all_is_as_it_was_written_until_a_byte_is_changed(world: World) -> None:
    config = await settled(world)
    head = world.context.evidence.head()
    ran = await duban("evidence", "verify", *config, "--json", "--head", str(head))
    assert (ran.status, ran.json["ok"], ran.json["verdicts"]["checked"]) == (0, True, 1)
    assert schemas.faults("evidence", ran.json) == []
    assert (await duban("evidence", "verify", *config)).status == 0
    ran = await duban(
        "evidence", "verify", *config, "--json", "--head", f"{head.sequence if head else 0}-{'0' * 16}"
    )
    assert (ran.status, ran.json["messages"]["contradicted"][0]["message"]) == (1, "--head")
    path = world.context.evidence.folder / "000001.warc.gz"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    ran = await duban("evidence", "verify", *config, "--json")
    (mismatch,) = ran.json["mismatches"]
    assert (ran.status, mismatch["file"]) == (1, "000001.warc.gz")
    assert mismatch["offset"] <= len(data) // 2
    ran = await duban("evidence", "verify", *config)
    assert (ran.status, "NOT as it was written" in ran.out) == (1, True)


async def test_the_records_on_a_duty_are_shown_and_handed_out(world: World, tmp_path: Path) -> None:
    config = await settled(world)
    rows = (await duban("evidence", "show", "1", *config, "--json")).json
    assert schemas.faults("records", rows) == []
    page = next(row for row in rows if row["kind"] == "page" and row["url"].endswith("/sjwj/"))
    shown = await duban("evidence", "show", "1", "--record", str(page["record"]), *config)
    assert "省政府" in shown.out
    assert (await duban("evidence", "show", "99", *config)).status == 2
    file = tmp_path / "out.html"
    assert (await duban("evidence", "export", "1", "-o", file, *config)).status == 0
    assert (await duban("evidence", "verify", file)).status == 0
    file.write_bytes(file.read_bytes().replace(b"<script", b"<Script", 1))
    ran = await duban("evidence", "verify", file, "--json")
    assert (ran.status, ran.json["ok"]) == (1, False), "even what a browser takes for the same"
    assert (await duban("evidence", "export", "99", "-o", file, *config)).status == 2


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


GREEN = "good rgb(27, 110, 60)"


@pytest.mark.needs_chromium
async def test_the_file_verifies_itself_and_every_change_shows(world: World, tmp_path: Path) -> None:
    config = await settled(world)
    world.context.evidence.keep_now(
        [Draft(File(world.county.url("/"), world.context.now(), PICTURE, "image/png"), ("obligation:1",))]
    )
    file = tmp_path / "out.html"
    await duban("evidence", "export", "1", "-o", file, *config)
    whole = file.read_bytes()
    assert is_whole(whole)
    async with offline() as page:
        assert await verdict(page, file, whole) == GREEN
        text = await page.inner_text("main")
        for words in ("示例县", "疑似超过规定时限", "第1个工作日", "结论相同", "上级文件", "首页截图"):
            assert words in text
        assert await page.evaluate("document.querySelector('img').naturalWidth") == 1
        for place in _places(whole):
            changed = bytes([whole[place] ^ 1])
            said = await verdict(page, file, whole[:place] + changed + whole[place + 1 :])
            assert said != GREEN, f"byte {place}: {whole[max(0, place - 20) : place + 20]!r} as {changed!r}"


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
