"""Fuzz one target: `python -m bench.fuzz TARGET --minutes N --corpus DIR [--pages FOLDER]`.

N are minutes of CPU. DIR keeps what was reached between runs; findings and the costliest input are written
beside it, into DIR-found, and each run adds a line to DIR-found/runs.jsonl. --pages names a folder of saved
pages to start from as well. --replay runs the kept inputs without the fuzzer and tells which lines of the
readers they reach; --shrink FILE makes a finding smaller. Without a target, the targets are listed.

Needs atheris (pip install atheris), but for --replay and --shrink.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import time
from pathlib import Path

LOOKED_AT = ("monitor.reading", "monitor.net.decode", "checks", "bench.fuzz.targets")


def main() -> int:
    arguments = _arguments()
    corpus = arguments.corpus or Path(f"var/fuzz/{arguments.target}")
    if arguments.replay:
        return _replay(arguments.target, corpus)
    if arguments.shrink:
        return _shrink(arguments.target, arguments.shrink)
    if arguments.target is None:
        return _list()
    return _fuzz(arguments, corpus)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.fuzz", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("target", nargs="?")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--pages", type=Path)
    parser.add_argument("--replay", action="store_true")
    parser.add_argument("--shrink", type=Path)
    return parser.parse_args()


def _list() -> int:
    from bench.fuzz.targets import TARGETS  # noqa: PLC0415 - instrumented first where fuzzing runs

    for target in TARGETS.values():
        print(f"{target.name:14}{target.what}")
    return 0


def _fuzz(arguments: argparse.Namespace, corpus: Path) -> int:
    import atheris  # noqa: PLC0415 - no dependency of the project

    with atheris.instrument_imports(include=list(LOOKED_AT), enable_loader_override=False):
        from bench.fuzz.targets import TARGETS  # noqa: PLC0415
    from bench.fuzz.findings import Diary  # noqa: PLC0415
    from bench.fuzz.mutation import cross, mutate  # noqa: PLC0415
    from bench.fuzz.promises import forbid_the_web  # noqa: PLC0415
    from bench.fuzz.seeds import LARGEST, seeds  # noqa: PLC0415

    target = TARGETS[arguments.target]
    started, found = _folders(corpus, seeds(target.made_of, arguments.pages))
    diary = Diary(target.name, found)
    end = arguments.minutes * 60
    spelled = "latin-1" if target.made_of == "bytes" else "utf-8"
    forbid_the_web()

    def test(data: bytes) -> None:
        diary.watch(target.run, data)
        if time.process_time() > end:
            _close(found, diary.summary())

    def custom_mutator(data: bytes, most: int, seed: int) -> bytes:
        if seed % 4 == 0:
            return bytes(atheris.Mutate(data, len(data) + 64))[:most]
        return mutate(data.decode(spelled, "replace"), seed, most).encode(spelled, "replace")[:most]

    def custom_crossover(ours: bytes, theirs: bytes, most: int, seed: int) -> bytes:
        mixed = cross(ours.decode(spelled, "replace"), theirs.decode(spelled, "replace"), seed, most)
        return mixed.encode(spelled, "replace")[:most]

    limits = [
        f"-max_len={LARGEST}",
        "-timeout=120",
        "-rss_limit_mb=3000",
        f"-artifact_prefix={found}/{target.name}-",
    ]
    atheris.Setup(
        [sys.argv[0], str(corpus), str(started), *limits],
        test,
        custom_mutator=custom_mutator,
        custom_crossover=custom_crossover,
    )
    atheris.Fuzz()
    return 0


def _folders(corpus: Path, starting: object) -> tuple[Path, Path]:
    """Lay out the folders beside the corpus, and write the seeds into theirs."""
    begun, found = corpus.with_name(f"{corpus.name}-seeds"), corpus.with_name(f"{corpus.name}-found")
    for folder in (corpus, begun, found):
        folder.mkdir(parents=True, exist_ok=True)
    for seed in starting:  # type: ignore[attr-defined]
        (begun / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    return begun, found


def _close(found: Path, summary: str) -> None:
    """Write the run down and end it: libFuzzer knows no limit of CPU time."""
    with (found / "runs.jsonl").open("a", encoding="utf-8") as runs:
        runs.write(summary + "\n")
    print(summary, flush=True)
    os._exit(0)


def _replay(name: str | None, corpus: Path) -> int:
    """Run kept inputs, of all targets where none is named, and print which lines they reach."""
    import coverage  # noqa: PLC0415

    watched = coverage.Coverage(
        branch=True, source=["monitor.reading", "checks"], include=None, data_file=None
    )
    watched.start()
    from bench.fuzz.targets import TARGETS  # noqa: PLC0415

    for target in TARGETS.values() if name is None else (TARGETS[name],):
        folder = corpus if name else corpus.with_name(target.name)
        for kept in (*folder.glob("*"), *folder.with_name(f"{folder.name}-seeds").glob("*")):
            try:
                target.run(kept.read_bytes())
            except Exception as fault:  # noqa: BLE001 - told, and the rest is run all the same
                print(f"{target.name} {kept.name}: {fault!r}"[:300])
    watched.stop()
    watched.report(show_missing=True)
    return 0


def _shrink(name: str, path: Path) -> int:
    from bench.fuzz.findings import shrink  # noqa: PLC0415
    from bench.fuzz.targets import TARGETS  # noqa: PLC0415

    small = shrink(TARGETS[name].run, path.read_bytes())
    path.with_suffix(".small").write_bytes(small)
    print(small.decode("utf-8", "backslashreplace"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
