"""A private PostgreSQL for tests: a cluster in a temporary folder, on a free port of loopback, ended with the tests."""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
from sqlalchemy import URL

from annotation.process import free_port

USER, PASSWORD = "tester", "тайна/1@:"
INSTALL = ["apt-get", "-o", "DPkg::Lock::Timeout=300", "install", "-y", "-qq", "--no-install-recommends", "postgresql"]
QUICK = "-c fsync=off -c full_page_writes=off"
ODD = "-c unix_socket_directories='' -c timezone=Asia/Tokyo"  # stored moments are UTC, whatever the server thinks


def programs() -> Path | None:
    """The folder of PostgreSQL's own programs, the newest version's; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).resolve().parent if on_path else None


def install() -> Path | None:
    """Install Debian's package where we may; its own cluster is neither needed nor started."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], INSTALL):
        subprocess.run(command, env=quiet, capture_output=True, check=False)
    return programs()


@dataclass
class Cluster:
    """A running server. PostgreSQL refuses to run as root: then it runs as `postgres`."""

    bin: Path
    folder: Path = field(init=False)
    port: int = field(init=False)

    def __post_init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="rechki-postgres-"))
        self.port = free_port()
        self._numbers = count(1)
        secret = self.folder / "password"
        secret.write_text(PASSWORD, "utf-8")
        if os.geteuid() == 0:
            for path in (self.folder, secret):
                shutil.chown(path, "postgres")
        # sorted as in a Russian dictionary, which is not how SQLite sorts: what depends on it must show
        sorting = ["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=ru-RU", "--encoding=UTF8"]
        self._run("initdb", "-U", USER, "--auth=scram-sha-256", f"--pwfile={secret}", "--no-sync", *sorting)
        self.start()

    def start(self) -> None:
        options = f"{QUICK} {ODD} -c listen_addresses=127.0.0.1 -p {self.port}"
        self._run("pg_ctl", "start", "-w", "-l", str(self.folder / "log"), "-o", options)

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "-w", "-m", "immediate")

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    def url(self, database: str) -> str:
        made = URL.create("postgresql", USER, PASSWORD, "127.0.0.1", self.port, database)
        return made.render_as_string(hide_password=False)

    def connect(self, database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(self.url(database), autocommit=True)

    def database(self, *options: str) -> str:
        """Make an empty database and return its address."""
        name = f"study{next(self._numbers)}"
        with self.connect() as connection:
            connection.execute(f"create database {name} {' '.join(options)}")  # type: ignore[arg-type]
        return self.url(name)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.bin / program), "-D", str(self.folder / "data"), *arguments]
        user = "postgres" if os.geteuid() == 0 else None
        # pg_ctl leaves the server behind, which would hold a pipe open: its words go to a file
        with (self.folder / "setup").open("a+", encoding="utf-8") as out:
            done = subprocess.run(command, stdout=out, stderr=out, cwd=self.folder, user=user, check=False)
            out.seek(0)
            assert done.returncode == 0, out.read()
