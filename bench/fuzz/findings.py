"""What a run found: each kind of finding once, with its smallest input, and what the runs cost."""

from __future__ import annotations

import hashlib
import json
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bench.fuzz.promises import BrokenError

ROOT = Path(__file__).parents[2]
OF_NOTE = 256  # bytes below which a cost per KiB says nothing


@dataclass(slots=True)
class Diary:
    """The diary of one run. `folder` gets an input and a traceback for each kind of finding."""

    name: str
    folder: Path
    runs: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    smallest: dict[str, int] = field(default_factory=dict)
    worst: float = 0.0
    worst_size: int = 0

    def watch(self, run: Callable[[bytes], None], data: bytes) -> None:
        """Run a target on an input; whatever goes wrong is a finding, and the fuzzing goes on."""
        self.runs += 1
        started = time.process_time()
        try:
            run(data)
        except Exception as fault:  # noqa: BLE001 - any exception is what is looked for
            self._keep(kind_of(fault), data, traceback.format_exc())
        self._time(time.process_time() - started, data)

    def _keep(self, kind: str, data: bytes, trace: str) -> None:
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        if len(data) >= self.smallest.get(kind, len(data) + 1):
            return
        self.smallest[kind] = len(data)
        stem = f"{self.name}-{hashlib.sha256(kind.encode()).hexdigest()[:10]}"
        (self.folder / f"{stem}.input").write_bytes(data)
        (self.folder / f"{stem}.txt").write_text(f"{kind}\n\n{trace}", encoding="utf-8")

    def _time(self, seconds: float, data: bytes) -> None:
        per_kib = seconds / max(len(data), OF_NOTE) * 1024
        if per_kib > self.worst:
            self.worst, self.worst_size = per_kib, len(data)
            (self.folder / f"{self.name}-costliest.input").write_bytes(data)

    def summary(self) -> str:
        """Return the run in one line of JSON."""
        return json.dumps(
            {
                "target": self.name,
                "executions": self.runs,
                "cpu_minutes": round(time.process_time() / 60, 2),
                "worst_ms_per_kib": round(self.worst * 1000, 1),
                "worst_size": self.worst_size,
                "findings": self.kinds,
            }
        )


def kind_of(fault: BaseException) -> str:
    """Name the kind of a finding: the promise broken, or the exception and where in the project it arose."""
    if isinstance(fault, BrokenError):
        return fault.promise
    frames = [
        frame
        for frame in traceback.extract_tb(fault.__traceback__)
        if Path(frame.filename).is_relative_to(ROOT)
    ]
    own = [frame for frame in frames if ".venv" not in frame.filename] or frames
    place = f"{Path(own[-1].filename).relative_to(ROOT)}:{own[-1].name}" if own else "?"
    return f"{type(fault).__name__} in {place}"


def shrink(run: Callable[[bytes], None], data: bytes, seconds: float = 120) -> bytes:
    """Return a smaller input with a finding of the same kind, by leaving out ever smaller parts."""
    kind = _kind(run, data)
    until = time.monotonic() + seconds
    size = max(1, len(data) // 2)
    while kind and size and time.monotonic() < until:
        at, shorter = 0, data
        while at < len(shorter) and time.monotonic() < until:
            tried = shorter[:at] + shorter[at + size :]
            if _kind(run, tried) == kind:
                shorter = tried
            else:
                at += size
        size = size if len(shorter) < len(data) and size <= len(shorter) else size // 2
        data = shorter
    return data


def _kind(run: Callable[[bytes], None], data: bytes) -> str | None:
    try:
        run(data)
    except Exception as fault:  # noqa: BLE001 - any exception is what is looked for
        return kind_of(fault)
    return None
