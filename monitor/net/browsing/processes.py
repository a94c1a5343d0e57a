"""Processes of this machine: which belong to a browser, and how much memory they hold."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

PROC = "/proc"

_GONE = (FileNotFoundError, ProcessLookupError, PermissionError)
_OWN_MEMORY = (b"RssAnon:", b"RssShmem:")


@dataclass(frozen=True, slots=True)
class Process:
    """One process. memory: bytes that are its own (the program's file, shared by all of them, excluded)."""

    pid: int
    parent: int
    group: int
    memory: int
    command: str

    @property
    def is_renderer(self) -> bool:
        return "--type=renderer" in self.command


def of_group(group: int) -> tuple[Process, ...]:
    """List the processes of a group; empty once the last is gone."""
    return tuple(process for process in _all(group) if process.group == group)


def leader_with(mark: str) -> Process | None:
    """Find the leader of a group whose command line bears this mark."""
    return next((process for process in _all() if _leads(process) and mark in process.command), None)


def same_again(pid: int, mark: str) -> tuple[Process, ...]:
    """Find the process of this number, if its command line still bears the mark: numbers are used again."""
    return tuple(process for process in _all() if process.pid == pid and mark in process.command)


def kill(processes: Iterable[Process]) -> None:
    """End these at once, by their numbers; those that are gone are no concern."""
    for process in processes:
        with contextlib.suppress(*_GONE):
            os.kill(process.pid, signal.SIGKILL)


def _leads(process: Process) -> bool:
    return process.pid == process.group


def _all(group: int | None = None) -> Iterator[Process]:
    """Give all processes; where the system tells so cheaply, those of a group alone."""
    if not Path(PROC, "self", "stat").exists():
        yield from _by_ps()
        return
    for name in os.listdir(PROC):  # noqa: PTH208 - asked for four times a second: no objects for hundreds of names
        if name.isdigit():
            with contextlib.suppress(*_GONE):
                if process := _by_proc(int(name), group):
                    yield process


def _by_proc(pid: int, group: int | None) -> Process | None:
    # The name of the program stands in brackets and may hold anything, brackets and blanks included.
    state, parent, leader = _read(pid, "stat").rpartition(b")")[2].split()[:3]
    if state in {b"Z", b"X"} or (group is not None and int(leader) != group):
        return None
    command = _read(pid, "cmdline").replace(b"\0", b" ").decode("utf-8", "replace")
    return Process(pid, int(parent), int(leader), _memory(pid), command)


def _memory(pid: int) -> int:
    lines = _read(pid, "status").splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(_OWN_MEMORY))


def _read(pid: int, name: str) -> bytes:
    with open(f"{PROC}/{pid}/{name}", "rb") as file:  # noqa: PTH123 - as above
        return file.read()


def _by_ps() -> Iterator[Process]:
    """Ask ps, as macOS has no /proc; what it calls resident counts shared memory as well."""
    asked = ["ps", "-A", "-o", "pid=,ppid=,pgid=,rss=,stat=,command="]
    told = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603 - no input
    for line in told.stdout.splitlines():
        pid, parent, group, memory, state, command = [*line.split(None, 5), ""][:6]
        if not state.startswith("Z"):
            yield Process(int(pid), int(parent), int(group), int(memory) * 1024, command)
