"""A PostgreSQL of its own, started once; whoever asks gets a database of its own."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

USER = "gridtide"


@dataclass
class Postgres:
    """A server on loopback. folder: its own, gone at the end. data: the folder in it of what is kept."""

    programs: Path
    folder: Path
    port: int
    numbers: Iterator[int]
    data: Path

    @property
    def log(self) -> Path:
        """What it says of itself."""
        return self.folder / "log"

    @property
    def lives(self) -> bool:
        """Whether its processes are there."""
        words = [str(self.programs / "pg_ctl"), "-D", str(self.data), "status"]
        return said_by_owner(words)[0] == 0

    @property
    def answers(self) -> bool:
        """Whether somebody may connect."""
        words = ["-h", "127.0.0.1", "-p", str(self.port), "-q"]
        return said_by_owner([str(self.programs / "pg_isready"), *words])[0] == 0

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        )
        self._control("-l", str(self.log), "-w", "-o", f"{settings} -c fsync=off", "start")

    def stop(self) -> None:
        """Stop it as if its machine had lost power, and wait until it has gone."""
        self._control("-m", "immediate", "-w", "stop")

    def fresh(self) -> str:
        """The URL of an empty database."""
        name = f"test_{next(self.numbers)}"
        self.tell(f"CREATE DATABASE {name}")
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{name}"

    def emptied(self, name: str) -> str:
        """The URL of a database of this name that holds nothing and that nobody is connected to any more: quicker than
        a fresh one, for tests that come one after the other."""
        if self.tell(f"SELECT 1 FROM pg_database WHERE datname = '{name}'") != "1":
            self.tell(f"CREATE DATABASE {name}")
        others = (
            f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'"
        )
        self.tell(others)
        self.tell("DROP SCHEMA public CASCADE", name)
        self.tell("CREATE SCHEMA public", name)
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{name}"

    def tell(self, statement: str, name: str = "postgres") -> str:
        """What a statement answers, as text."""
        words = ["-h", "127.0.0.1", "-p", str(self.port), "-U", USER, "-At", "-c", statement, name]
        done = subprocess.run(
            [str(self.programs / "psql"), *words], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def _control(self, *words: str) -> None:
        run_as_owner([str(self.programs / "pg_ctl"), "-D", str(self.data), *words])


class MissingServerError(Exception):
    """A server that a test needs is not installed: which, and what installs it."""


def programs() -> Path:
    """The folder of PostgreSQL's programs. Raises MissingServerError without them."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    if on_path:
        return Path(on_path).resolve().parent
    raise MissingServerError("no PostgreSQL on this machine; .ci/parts installs it")


def run_as_owner(words: list[str]) -> None:
    """Run a program of the server; it must succeed."""
    code, said = said_by_owner(words)
    assert code == 0, said


def said_by_owner(words: list[str]) -> tuple[int, str]:
    """Exit code and words of a program of the server; as its own user where we are root, which it refuses to be run
    by."""
    if os.geteuid() == 0:
        words = ["runuser", "-u", "postgres", "--", *words]
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.run(
            words, stdout=said, stderr=said, stdin=subprocess.DEVNULL, check=False, cwd="/"
        )
        said.seek(0)
        return done.returncode, said.read()


@contextmanager
def postgres_server(disk: Path | None = None) -> Iterator[Postgres]:
    """A server that runs until the end. Its folder lies where another user may look into it. disk: where it keeps its
    data instead."""
    found = programs()
    folder = Path(tempfile.mkdtemp(prefix="gridtide-pg-"))
    data = (folder if disk is None else disk) / "data"
    try:
        if os.geteuid() == 0:
            for place in (folder, data.parent):
                os.chown(place, pwd.getpwnam("postgres").pw_uid, -1)
        words = ["-D", str(data), "-A", "trust", "-U", USER, "-E", "UTF8", "--no-sync"]
        run_as_owner([str(found / "initdb"), *words])
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = Postgres(found, folder, port, count(), data)
        server.start()
        try:
            yield server
        finally:
            if (data / "postmaster.pid").exists():
                server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
