"""A server of our own on loopback: start it, know it again, stop it."""

import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import psutil

from models.errors import RechkiError, Unavailable


def launch(command: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path) -> tuple[int, float]:
    """Start a server that outlives us and return its process number and start time; its output goes to `log`."""
    with log.open("ab") as out:
        log.chmod(0o600)
        process = subprocess.Popen(
            list(command),
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    return process.pid, psutil.Process(process.pid).create_time()


def running(pid: int, started: float) -> psutil.Process | None:
    """Return the process, None when it ended or its number has gone to another program."""
    try:
        process = psutil.Process(pid)
        same = abs(process.create_time() - started) < 1
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def end(process: psutil.Process) -> None:
    """Stop a process and its children, politely first."""
    family = [process, *process.children(recursive=True)]
    for member in family:
        if member.is_running():
            member.send_signal(signal.SIGTERM)
    _, alive = psutil.wait_procs(family, timeout=10)
    for member in alive:
        member.kill()
    psutil.wait_procs(alive, timeout=5)


@cache
def trusted() -> ssl.SSLContext:
    """The certificates we trust; reading them takes 20 ms, which httpx spends on every request without this."""
    return httpx.create_ssl_context()


def answers(url: str) -> bool:
    """Tell whether a health page answers 200."""
    try:
        return httpx.get(url, timeout=2, trust_env=False, verify=trusted()).status_code == httpx.codes.OK
    except (httpx.HTTPError, httpx.InvalidURL):
        return False


def reachable(url: str) -> bool:
    """Tell whether anything answers there, whatever it says."""
    try:
        httpx.get(url, timeout=5, trust_env=False, verify=trusted())
    except (httpx.HTTPError, httpx.InvalidURL):
        return False
    return True


def listens(pid: int, port: int) -> bool:
    """Tell whether a process, or a child of it, listens on a port: what answers there may be another program."""
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
        sockets = [found for member in family for found in member.net_connections("tcp")]
    except psutil.Error:
        return False
    return any(found.status == psutil.CONN_LISTEN and found.laddr.port == port for found in sockets)


def free_port(wanted: int | None = None) -> int:
    """Return the wanted port when it is free, so that bookmarks stay right, else any free one of 127.0.0.1."""
    for port in (wanted, 0) if wanted else (0,):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise Unavailable("no free port on 127.0.0.1", "", "End programs that hold ports.")


def end_of(log: Path, letters: int = 1500) -> str:
    """Return the last letters of a log."""
    return log.read_text("utf-8", errors="replace")[-letters:] if log.exists() else ""


def read_state(path: Path) -> dict[str, Any] | None:
    """Read what was noted about a server; None when nothing was.

    Raises
    ------
    RechkiError
        When the file is damaged.
    """
    if not path.is_file():
        return None
    try:
        state: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise RechkiError("the file is damaged", str(path), "Stop the server by hand and delete the file.") from error
    return state


def own_file(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    partial = path.with_name(f".{path.name}.part")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(text)
    shutil.move(partial, path)
