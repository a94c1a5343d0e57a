"""Real saved pages on the whole path: `python -m bench.real_path FOLDER` (with INDEX.json).

First `duban read` and `duban article` are run on every page, served on loopback; each miss is listed with
what was expected and found. Then every list page is a portal's column: it gains one item, one county reposts
it, one never does, and the verdicts are compared with that. Exits 1 where a verdict is not as it should be.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import re
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from aiohttp import web

from monitor.rounds.context import Context
from monitor.service import Service
from monitor.store import views, watches

ZONE = ZoneInfo("Asia/Shanghai")
TITLE = "国务院办公厅关于推进乡镇便民服务点标准化建设的通知"
NUMBER = "国办发〔2026〕931号"
TEXT = (
    "各省、自治区、直辖市人民政府，国务院各部委、各直属机构："
    + "为方便群众就近办事，现就有关事项通知如下。" * 20
)
ROWS = ("li", "tr", "dd", "dl")
ALLOW = "127.0.0.0/8"


def article(site: str, at: datetime) -> str:
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{TITLE}</title>'
        f'<meta name="ArticleTitle" content="{TITLE}"><meta name="PubDate" content="{at:%Y-%m-%d %H:%M:%S}">'
        f'<meta name="ContentSource" content="{site}"></head><body><h1>{TITLE}</h1>'
        f"<p>发文字号：{NUMBER}</p><div id='UCAP-CONTENT'><p>{TEXT}</p></div></body></html>"
    )


def rows(count: int) -> str:
    return "".join(
        f'<li><a href="/old/{n}.html">关于做好第{n}批农村公路养护工程有关工作安排的通知</a><span>2026-10-{n + 1:02}</span></li>'
        for n in range(count)
    )


@dataclass
class Stage:
    """Serves the saved pages as they are, and made pages of portals' new items and of two counties each."""

    folder: Path
    lists: list[str]
    begun: datetime | None = None
    gained: dict[str, str] = field(default_factory=dict)

    async def answer(self, request: web.Request) -> web.Response:
        name, _, rest = request.path.lstrip("/").partition("/")
        if name == "new" and self.begun:
            return web.Response(text=article("中国政府网", self.begun), content_type="text/html")
        if name.startswith(("prompt", "never")):
            return self._county(name, rest)
        path = self.folder / Path(name).name
        if not path.is_file():
            return web.Response(status=404)
        body = path.read_bytes()
        if name in self.gained and self.begun:
            body = self.gained[name].encode("utf-8")
        return web.Response(body=body, headers={"Content-Type": "text/html"})

    def _county(self, name: str, rest: str) -> web.Response:
        if rest.endswith(".html"):
            made = self.begun or datetime.now(ZONE)
            return web.Response(text=article("本站", made), content_type="text/html")
        done = self.begun is not None and name.startswith("prompt")
        new = f'<li><a href="/{name}/zc.html">{TITLE}</a><span>{datetime.now(ZONE):%Y-%m-%d}</span></li>'
        body = f"<h1>{name}</h1><ul class='list'>{new if done else ''}{rows(15)}</ul><p>{'主办单位：某县人民政府 ' * 20}</p>"
        return web.Response(
            text=f"<html><meta charset=utf-8><title>{name}</title><body>{body}", content_type="text/html"
        )

    def add_item(self, name: str, first_title: str) -> None:
        """Put a new row above the list's first one: a copy of it with title, address and date changed."""
        text = (self.folder / name).read_text(encoding="utf-8", errors="replace")
        at = max(text.find(first_title), text.find(f">{first_title}"))
        tag, start = max(((tag, text.rfind(f"<{tag}", 0, at)) for tag in ROWS), key=lambda found: found[1])
        if tag == "li" and (record := text.rfind("<record>", 0, at)) > text.rfind("</record>", 0, at):
            tag, start = "record", record
        row = text[start : text.index(f"</{tag}>", at) + len(tag) + 3]
        today = datetime.now(ZONE)
        made = re.sub(r"""href=(["'])[^"']*["']""", rf"href=\1/new/{name}\1", row)
        made = re.sub(r"""title=(["'])[^"']*["']""", rf"title=\1{TITLE}\1", made)
        made = re.sub(r">[^<>]{8,}</a>", f">{TITLE}</a>", made)
        made = re.sub(r"20\d\d-\d\d?-\d\d?", f"{today:%Y-%m-%d}", made)
        self.gained[name] = text[:start] + made + text[start:]


async def run_cli(*arguments: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "monitor.cli",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, (out or err).decode()


def folded(text: str | None) -> str:
    return re.sub(r"\W+", "", text or "")


async def try_commands(base: str, index: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Run read and article on every page; print each miss. Gives the lists' items by file."""
    lists: dict[str, list[dict[str, Any]]] = {}
    articles = titles = times = 0
    for entry in index:
        what = "read" if entry["what"] == "list" else "article"
        status, out = await run_cli(what, f"{base}/{entry['file']}", "--json", "--allow-network", ALLOW)
        if status != 0:
            print(f"  {entry['file']} ({entry['what']}): duban {what} exits {status}: {out.strip()[:160]}")
            articles += what == "article" and entry["what"].startswith("article")
            continue
        found = json.loads(out)
        if what == "read":
            lists[entry["file"]] = found["items"]
            print(f"  {entry['file']}: {len(found['items'])} items by {found['method']}, {found['encoding']}")
        elif entry["what"].startswith("article"):
            articles += 1
            titles += _same_title(entry, found)
            times += _same_time(entry, found)
    print(f"articles: {articles}; title right {titles}, time right {times}")
    return lists


def _same_title(entry: dict[str, Any], found: dict[str, Any]) -> bool:
    wanted = entry["article_title"] or entry["title"]
    ok = (
        not wanted
        or folded(wanted) in folded(found["title"])
        or folded(found["title"]) in folded(wanted) != ""
    )
    if not ok or not found["title"]:
        print(f"  {entry['file']}: title {found['title']!r}, the page's own tags say {wanted!r}")
    return bool(ok and found["title"])


def _same_time(entry: dict[str, Any], found: dict[str, Any]) -> bool:
    wanted, got = entry["pub_date"], found["published_at"]
    if not wanted:
        return True
    digits = [int(n) for n in re.findall(r"\d+", wanted)]
    seen = [int(n) for n in re.findall(r"\d+", got or "")]
    ok = seen[: min(len(digits), 5)] == digits[: min(len(digits), 5)][: len(seen) or 1]
    if not ok:
        print(f"  {entry['file']}: time {got!r}, the page's own tags say {wanted!r}")
    return ok


def config(base: str, lists: list[str], folder: Path, ports: list[int]) -> str:
    parts = [
        f'[office]\nname = "评测"\nregion = "340800"\n[store]\nurl = "sqlite:///{folder}/d.db"\nevidence = "{folder}/e"\n'
        f'[server]\nlisten = "127.0.0.1:{ports[0]}"\nmetrics = "127.0.0.1:{ports[1]}"\n'
        f'[fetch]\nallow_networks = ["{ALLOW}"]\nper_host = 32\nrobots = "ignore"\nbrowser = "never"\n'
        '[rules.repost]\ntarget = "4s"\nlimit = "9s"\nremind_target = []\nremind_limit = []\n'
        'absent_apart = "1s"\ngrace = "5s"\ngroup = "1s"\n[rules.availability]\nevery = "1s"\n'
    ]
    for name in lists:
        parts.append(
            f'[[portal]]\nid = "p-{name}"\nname = "门户"\nlevel = "national"\nurl = "{base}/"\n'
            f'binds = ["prompt-{name}", "never-{name}"]\n[[portal.column]]\nname = "列表"\nurl = "{base}/{name}"\nevery = "1s"\n'
        )
        parts += [
            f'[[site]]\nid = "{who}-{name}"\nname = "{who}"\nregion = "340899"\nurl = "{base}/{who}-{name}/"\n'
            f'duties = ["repost"]\n[[site.column]]\nname = "上级文件"\nurl = "{base}/{who}-{name}/zc/"\nevery = "1s"\n'
            for who in ("prompt", "never")
        ]
    return "\n".join(parts)


async def play(stage: Stage, base: str) -> list[tuple[str, str, str]]:
    """Run the daemon on the lists; gives (site, wanted, got) for each county."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "targets.toml"
        path.write_text(config(base, stage.lists, Path(folder), [free_port(), free_port()]), encoding="utf-8")
        service, stop = Service(path), asyncio.Event()
        running = asyncio.create_task(service.run(stop))
        try:
            async with asyncio.timeout(60):
                while not service.ready.is_set() or not await service.context.store.read(
                    watches.have_all_run
                ):
                    await asyncio.sleep(0.1)
            stage.begun = datetime.now(ZONE).replace(microsecond=0)
            found = await settled(service.context)
        finally:
            stop.set()
            await running
    states = {o["site"]: o["state"] for o in found}
    wanted = {"prompt": "met", "never": "violated"}
    return [
        (f"{who}-{name}", state, states.get(f"{who}-{name}", "no clock"))
        for name in stage.lists
        for who, state in wanted.items()
    ]


async def settled(ctx: Context) -> list[dict[str, Any]]:
    """Wait until every clock has ended, a minute at most; gives the duties."""
    for _ in range(60):
        await asyncio.sleep(1)
        found = await ctx.store.read(lambda s: views.list_obligations(s, ctx.counting.zone))
        if found and all(duty["state"] in ("met", "met_late", "violated") for duty in found):
            break
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.asynccontextmanager
async def served(stage: Stage) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/{path:.*}", stage.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def evaluate(folder: Path, *, lists_only: bool) -> bool:
    index = json.loads((folder / "INDEX.json").read_text(encoding="utf-8"))
    index = [entry for entry in index if not lists_only or entry["what"] == "list"]
    stage = Stage(folder, [entry["file"] for entry in index if entry["what"] == "list"])
    async with served(stage) as base:
        print("duban read and duban article on every page:")
        lists = await try_commands(base, index)
        for name in stage.lists:
            stage.add_item(name, lists[name][0]["title"])
        print("each list as a portal's column, gaining one item:")
        results = await play(stage, base)
    for site, wanted, got in results:
        print(f"  {site}: {got}{'' if wanted == got else f', should be {wanted}'}")
    return all(wanted == got for _, wanted, got in results)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lists-only", action="store_true", help="skip the articles")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    asked = parser.parse_args()
    return 0 if asyncio.run(evaluate(asked.folder, lists_only=asked.lists_only)) else 1


if __name__ == "__main__":
    sys.exit(main())
