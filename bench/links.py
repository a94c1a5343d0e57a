"""Check a site of seeded faults beside lychee: python -m bench.links FOLDER [--runs 5] [--tools duban lychee].

FOLDER holds web/ (the generated site, its truth.json and nginx.conf) and venv/lychee/bin/lychee. Both programs are
run in turn on the same server; CPU and peak memory are the kernel's figures for the process. What each found is held
against what was seeded: broken links, answers of 500, fragments, and whatever else it reports.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import monotonic, sleep
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import urlopen

ROOT = Path(__file__).parents[1]
LYCHEE = "--no-progress --format json --max-retries 0 --timeout 15 --host-concurrency 128 --max-concurrency 256 --host-request-interval 0ms"
DUBAN = "--json --retries 0 --timeout 15 --per-host 64 --concurrency 256 --rate 0 --allow-network 127.0.0.0/8"


@dataclass(frozen=True, slots=True)
class Run:
    """One run: seconds of wall and of CPU, peak memory in MiB, and what was reported as what."""

    wall: float
    cpu: float
    peak: float
    broken: frozenset[str]
    suspect: frozenset[str]


def main() -> int:
    arguments = _arguments()
    truth = json.loads((arguments.folder / "web/truth.json").read_text(encoding="utf-8"))
    commands = {
        "duban": [sys.executable, "-m", "monitor.cli", "links", truth["site"], *DUBAN.split()],
        "duban #": [
            sys.executable,
            "-m",
            "monitor.cli",
            "links",
            truth["site"],
            *DUBAN.split(),
            "--check-fragments",
        ],
        "duban 2": [
            sys.executable,
            "-m",
            "monitor.cli",
            "links",
            truth["site"],
            *DUBAN.split(),
            "--processes",
            "2",
        ],
        "lychee": [
            str(arguments.folder / "venv/lychee/bin/lychee"),
            *LYCHEE.split(),
            "--files-from",
            str(arguments.folder / "web/site_pages.txt"),
        ],
    }
    runs: dict[str, list[Run]] = {tool: [] for tool in arguments.tools}
    with _serving(arguments.folder / "web", truth["site"]):
        for _ in range(arguments.runs):
            for tool in arguments.tools:
                runs[tool].append(_run(commands[tool]))
    print(
        "| program | wall s | CPU s | peak MiB | broken | 500 | # | else |\n|---|---|---|---|---|---|---|---|"
    )
    for tool, made in runs.items():
        print(_row(tool, made, truth))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument(
        "--tools", nargs="+", default=["duban", "lychee"], choices=["duban", "duban #", "duban 2", "lychee"]
    )
    return parser.parse_args()


@contextmanager
def _serving(web: Path, site: str) -> Iterator[None]:
    """Run the site's server, unless it runs already; it is ended by its own number."""
    if _answers(site):
        yield
        return
    subprocess.run(["nginx", "-p", str(web), "-c", str(web / "nginx.conf")], check=True)
    try:
        while not _answers(site):
            sleep(0.05)
        yield
    finally:
        os.kill(int((web / "nginx.pid").read_text()), 15)


def _answers(site: str) -> bool:
    try:
        with urlopen(site, timeout=2):
            return True
    except OSError:
        return False


def _run(command: Sequence[str]) -> Run:
    started = monotonic()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL, cwd=ROOT)
        _, _, used = os.wait4(process.pid, 0)
        process.returncode = 0
        out.seek(0)
        said = json.loads(out.read())
    broken, suspect = _said_by_lychee(said) if "error_map" in said else _said_by_us(said)
    wall = monotonic() - started
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, broken, suspect)


def _said_by_us(said: dict[str, Any]) -> tuple[frozenset[str], frozenset[str]]:
    broken, suspect = (
        frozenset(_plain(entry["url"]) for entry in said[key]) for key in ("broken", "suspect")
    )
    others = ("soft_404", "insecure", "foreign", "refused", "skipped")
    return broken | {_plain(entry["url"]) for key in others for entry in said[key]}, suspect


def _said_by_lychee(said: dict[str, Any]) -> tuple[frozenset[str], frozenset[str]]:
    maps = (said.get("error_map", {}), said.get("timeout_map", {}))
    return frozenset(
        _plain(link["url"]) for each in maps for links in each.values() for link in links
    ), frozenset()


def _plain(url: str) -> str:
    parts = urlsplit(url)
    query = "" if parts.query == "id=1&c=2" else parts.query  # variants of one page
    return f"{parts.netloc}{unquote(parts.path)}?{query}#{unquote(parts.fragment)}"


def _row(tool: str, runs: Sequence[Run], truth: dict[str, Any]) -> str:
    seeded = {kind: {_plain(url) for url in urls} for kind, urls in truth["broken"].items()}
    failing = seeded.pop("err500")
    broken = set().union(*seeded.values())
    missing = {_plain(url) for url in truth["broken_fragments"]}
    last = runs[-1]
    told = last.broken | last.suspect
    figures = (
        f"{median(getattr(run, name) for run in runs):.{digits}f}"
        for name, digits in (("wall", 2), ("cpu", 2), ("peak", 0))
    )
    # A program that tells where a redirect ends instead of the link has told it as well.
    ends = {
        url.replace("/r/bad/", "/p/redirmissing-").replace("?#", ".html?#"): url for url in seeded["redir404"]
    }
    told = {ends.get(url, url) for url in told}
    rest = told - broken - failing - missing
    counts = (
        f"{len(broken & told)}/{len(broken)}",
        f"{len(failing & told)}/{len(failing)}",
        f"{len(missing & told)}/{len(missing)}",
    )
    return f"| {tool} | {' | '.join(figures)} | {' | '.join(counts)} | {len(rest)} |"


if __name__ == "__main__":
    sys.exit(main())
