"""The scripts behind make: a newcomer whose machine lacks something is told what, and what to do."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ("cat", "cksum", "cp", "dirname", "env", "grep", "ls", "mkdir", "rm")


class Machine:
    """A folder with a copy of the project's set-up, and a PATH that holds only what the test put there."""

    def __init__(self, folder: Path) -> None:
        self.programs = folder / "bin"
        self.project = folder / "project"
        self.programs.mkdir()
        self.project.mkdir()
        shutil.copytree(ROOT / "scripts", self.project / "scripts")
        for name in ("pyproject.toml", "requirements.lock"):
            shutil.copy(ROOT / name, self.project)
        for tool in TOOLS:
            (self.programs / tool).symlink_to(shutil.which(tool) or f"/bin/{tool}")

    def put(self, name: str, script: str = "exit 0") -> None:
        program = self.programs / name
        program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        program.chmod(0o755)

    def run(self, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", f"scripts/{script}"],
            cwd=self.project,
            env={"PATH": str(self.programs), "LC_ALL": "C", **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_an_old_python_is_named_with_the_remedy(machine: Machine) -> None:
    machine.put("python3", 'case "$1" in --version) echo "Python 3.9.6";; *) exit 1;; esac')
    done = machine.run("setup.sh")
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed" in done.stderr
    assert "Python 3.9.6" in done.stderr
    assert "make setup PYTHON=" in done.stderr


def test_no_python_at_all(machine: Machine) -> None:
    done = machine.run("setup.sh")
    assert done.returncode == 1
    assert "none was found" in done.stderr


def test_a_python_without_venv_names_the_package(machine: Machine) -> None:
    machine.put("python3", 'case "$2" in *ensurepip*) exit 1;; esac')
    done = machine.run("setup.sh")
    assert done.returncode == 1
    assert "apt-get install python3-venv" in done.stderr


def test_the_first_python_that_is_new_enough_is_taken(machine: Machine) -> None:
    machine.put("python3", "exit 1")  # too old
    machine.put("python3.12", 'case "$2" in *ensurepip*) exit 1;; esac')
    done = machine.run("setup.sh")
    assert f"{machine.programs}/python3.12 has no venv module" in done.stderr


def make_up_environment(machine: Machine) -> Path:
    """Put a Python there whose venv is a folder with a pip that writes down what it was asked."""
    asked = machine.project.with_name("asked")
    inside = f'case "$*" in *pip*) echo "$*" >>{asked}; env | grep ^PIP_ >>{asked}.env;; esac'
    machine.put("inner", inside)
    make_place = (
        "rm -rf .venv; mkdir -p .venv/bin; cp $(command -v inner) .venv/bin/python;"
        ' echo "#!$(pwd -P)/.venv/bin/python" >.venv/bin/pip'
    )
    machine.put("python3", f'case "$*" in *"-m venv"*) {make_place};; esac')
    return asked


def test_a_second_time_installs_nothing_until_the_lock_changes(machine: Machine) -> None:
    asked = make_up_environment(machine)
    assert machine.run("setup.sh").returncode == 0
    first = asked.read_text()
    assert "--require-hashes -r requirements.lock" in first
    assert machine.run("setup.sh").returncode == 0
    assert asked.read_text() == first
    with (machine.project / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    assert machine.run("setup.sh").returncode == 0
    assert asked.read_text() == first * 2


def test_a_project_that_moved_gets_a_new_environment(machine: Machine) -> None:
    make_up_environment(machine)
    assert machine.run("setup.sh").returncode == 0
    machine.project = machine.project.rename(machine.project.with_name("moved"))
    done = machine.run("setup.sh")
    assert "creating .venv" in done.stderr
    assert machine.run("setup.sh").stderr == ""


def test_pips_environment_chooses_the_mirror_but_not_the_place(machine: Machine) -> None:
    asked = make_up_environment(machine)
    done = machine.run(
        "setup.sh", PIP_INDEX_URL="http://127.0.0.1/simple", PIP_USER="1", PIP_TARGET="/elsewhere"
    )
    assert done.returncode == 0, done.stderr
    seen = asked.with_suffix(".env").read_text()
    assert "PIP_INDEX_URL=http://127.0.0.1/simple" in seen
    assert "PIP_USER" not in seen
    assert "PIP_TARGET" not in seen


def test_system_parts_are_left_alone_where_they_may_not_be_installed(machine: Machine) -> None:
    asked = machine.project / "asked"
    machine.put("apt-get", f'echo "$*" >>{asked}')
    machine.put("id", "echo 1000")  # not root, and no sudo on the PATH
    done = machine.run("system-parts.sh")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not asked.exists()


def test_system_parts_are_left_alone_when_told(machine: Machine) -> None:
    asked = machine.project / "asked"
    machine.put("apt-get", f'echo "$*" >>{asked}')
    machine.put("id", "echo 0")
    assert machine.run("system-parts.sh", SYSTEM_PARTS="skip").returncode == 0
    assert not asked.exists()


def test_only_the_missing_parts_are_installed_and_one_failure_stops_no_other(machine: Machine) -> None:
    asked = machine.project / "asked"
    machine.put("apt-get", f'echo "$*" >>{asked}; case "$*" in *fonts*) exit 100;; esac')
    machine.put("id", "echo 0")
    machine.put("chromium-headless-shell")
    machine.put("initdb")
    done = machine.run("system-parts.sh")
    assert done.returncode == 0
    packages = [line.split()[-1] for line in asked.read_text().splitlines()]
    assert packages == ["update", "fontconfig", "fonts-noto-cjk", "prometheus"]
    assert "fonts-noto-cjk could not be installed" in done.stderr
