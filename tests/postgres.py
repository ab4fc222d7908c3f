"""A real PostgreSQL for the tests: Debian's, in memory where there is a /dev/shm, gone when the tests are, however they end.

Run as a program it is the server's keeper: it starts one, says where it is, and takes it down when its stdin closes.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tests.ports import free_port

NONE = "no PostgreSQL can be had here: install postgresql (on Debian: apt-get install postgresql)"
ROOT = Path(__file__).parents[1]


class Missing(Exception):
    """There is no PostgreSQL on this machine, and none can be installed."""


def binaries() -> Path | None:
    """The newest server's programs, installed now if need be."""
    for chance in ("as it is", "installed"):
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
        on_path = shutil.which("initdb")
        if found or on_path:
            return found[-1].parent if found else Path(str(on_path)).resolve().parent
        if chance == "as it is" and shutil.which("apt-get") and os.geteuid() == 0:
            for what in (["update"], ["install", "-y", "--no-install-recommends", "postgresql"]):
                subprocess.run(["apt-get", *what], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, timeout=600)
    return None


def _user() -> str | None:
    """Who runs the server: it refuses root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


class Server:
    """One cluster, known by its folder."""

    def __init__(self, bin: Path, folder: Path, port: int) -> None:
        self.bin, self.folder, self.port = bin, folder, port
        self._names = count(1)

    def _run(self, program: str, *arguments: str) -> None:
        with (self.folder / "out").open("ab") as out:
            subprocess.run([self.bin / program, *arguments], user=_user(), cwd=self.folder, stdin=subprocess.DEVNULL,
                           stdout=out, stderr=out, check=True, timeout=60)  # fmt: skip

    def make(self) -> None:
        if user := _user():
            shutil.chown(self.folder, user)
        self._run("initdb", "-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        access = self.folder / "data" / "pg_hba.conf"
        access.write_text("host all nurse 127.0.0.1/32 scram-sha-256\n" + access.read_text())
        self.start()

    def start(self) -> None:
        options = f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories={self.folder} -c max_connections=200"
        self._run("pg_ctl", "-D", "data", "-l", "log", "-w", "-o", options, "start")

    def stop(self, how: str = "fast") -> None:
        self._run("pg_ctl", "-D", "data", "-m", how, "-w", "stop")

    def follow(self, first: Server) -> None:
        """Begin as a standby of another."""
        if user := _user():
            shutil.chown(self.folder, user)
        self._run("pg_basebackup", "-d", f"host=127.0.0.1 port={first.port} user=postgres", "-D", "data", "-R", "-c", "fast", "-X", "stream")
        self.start()

    def promote(self) -> None:
        self._run("pg_ctl", "-D", "data", "-w", "promote")

    def url(self, database: str, user: str = "postgres") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def sql(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """What somebody else, who may do everything, does to a database."""
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            done = connection.execute(statement.encode())
            return done.fetchall() if done.description else []

    @contextmanager
    def database(self, more: str = "") -> Iterator[str]:
        """The address of a new, empty database."""
        name = f"ward{next(self._names)}"
        self.sql(f"CREATE DATABASE {name} {more}")
        try:
            yield self.url(name)
        finally:
            self.sql(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def running(on_disk: bool = False) -> Iterator[Server]:
    """A server for a session of tests, in memory where there is room for it. Raises Missing."""
    bin = binaries()
    if bin is None:
        raise Missing(NONE)
    port = free_port()
    command = [sys.executable, "-m", "tests.postgres", bin, str(port), "disk" if on_disk else "memory"]
    keeper = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True, start_new_session=True)  # fmt: skip
    assert keeper.stdin is not None and keeper.stdout is not None
    try:
        folder = keeper.stdout.readline().strip()
        if not folder:
            raise RuntimeError("PostgreSQL did not start; its keeper says why on stderr")
        yield Server(bin, Path(folder), port)
    finally:
        keeper.stdin.close()
        keeper.stdout.close()
        keeper.wait(timeout=60)


@dataclass(frozen=True)
class Pair:
    """A server and its standby, which has whatever the first one confirms."""

    first: Server
    second: Server
    ward: str
    """Their database's name."""

    @property
    def both(self) -> str:
        """The address by which a station finds whichever of the two writes."""
        ports = f"{self.first.port},{self.second.port}"
        return f"postgresql://postgres@/{self.ward}?host=127.0.0.1,127.0.0.1&port={ports}&target_session_attrs=read-write"


@contextmanager
def paired() -> Iterator[Pair]:
    """Two servers of their own, on the disk: memory may be small. Raises Missing."""
    with running(on_disk=True) as first, tempfile.TemporaryDirectory(prefix="infusion-standby-") as folder:
        first.sql("CREATE DATABASE ward")
        second = Server(first.bin, Path(folder), free_port())
        second.follow(first)
        try:
            for setting in ("synchronous_standby_names = '*'", "synchronous_commit = remote_apply"):
                first.sql(f"ALTER SYSTEM SET {setting}")
            first.sql("SELECT pg_reload_conf()")
            yield Pair(first, second, "ward")
        finally:
            second.stop("immediate")


def keep(bin: Path, port: int, on_disk: bool) -> None:
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="infusion-pg-", dir=memory if os.access(memory, os.W_OK) and not on_disk else None))
    server = Server(bin, folder, port)
    try:
        server.make()
        print(folder, flush=True)
        sys.stdin.read()
    except subprocess.CalledProcessError:
        print((folder / "out").read_text(), file=sys.stderr)
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            server.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    keep(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "disk")
