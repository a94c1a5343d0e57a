"""A private PostgreSQL for the tests: its own files, its own port, its own password, gone at the end."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

ROLE = "duban"
# Nothing here has to survive a power cut.
HASTE = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=50"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server; databases are made and dropped on it by name."""

    port: int
    password: str

    def url(self, database: str) -> str:
        return f"postgresql://{ROLE}:{self.password}@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def fresh_database(self, name: str) -> Iterator[str]:
        """Yield the address of an empty database; drop it afterwards, whoever is still connected."""
        self._administer(f'CREATE DATABASE "{name}" TEMPLATE template0')
        try:
            yield self.url(name)
        finally:
            self._administer(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _administer(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running_cluster(programs: Path) -> Iterator[Cluster]:
    """Start a server from the PostgreSQL `programs` in a temporary folder, and stop it at the end.

    The folder lies directly under the system's temporary folder: the server's own user must be able to
    reach it, and pytest's folders are closed to others.
    """
    folder = Path(tempfile.mkdtemp(prefix="duban-pg-"))
    password = secrets.token_hex(16)
    try:
        _prepare(programs, folder, password)
        cluster = Cluster(_start(programs, folder), password)
        try:
            yield cluster
        finally:
            # pg_ctl takes the process id from this folder's own postmaster.pid: no other server is touched
            _run(programs / "pg_ctl", "stop", "-D", folder / "data", "-m", "immediate", "-w")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _prepare(programs: Path, folder: Path, password: str) -> None:
    secret = folder / "password"
    secret.write_text(password, encoding="ascii")
    if user := _server_user():
        for path in (folder, secret):
            os.chown(path, user.pw_uid, user.pw_gid)
    _run(
        programs / "initdb",
        f"--pgdata={folder / 'data'}",
        f"--username={ROLE}",
        f"--pwfile={secret}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--no-locale",
        "--no-sync",
    )


def _start(programs: Path, folder: Path) -> int:
    port = _free_port()
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' {HASTE}"
    _run(programs / "pg_ctl", "start", "-D", folder / "data", "-l", folder / "log", "-w", "-o", options)
    return port


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _server_user() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: name the user to run it as, or None to stay who we are."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("running as root, and there is no user postgres or nobody to run PostgreSQL as")


def _run(*command: str | Path) -> None:
    user = _server_user()
    done = subprocess.run(
        command,
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(
            f"{Path(command[0]).name} failed ({done.returncode}): {done.stderr or done.stdout}"
        )
