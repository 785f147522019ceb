"""Programs that tests start, and who holds a study."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

BIN = Path(sys.executable).parent
ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def running(*command: str | Path, log: Path, folder: Path = ROOT) -> Iterator["subprocess.Popen[bytes]"]:
    """Start a program in a group of its own, and end it at the end."""
    with log.open("ab") as out:
        started = subprocess.Popen(command, stdout=out, stderr=out, cwd=folder, start_new_session=True)
    try:
        yield started
    finally:
        started.terminate()  # a background job may have been started with SIGINT ignored
        started.wait(180)


def lock_holder(study: Path) -> psutil.Process | None:
    """The process that works on a study, if one does."""
    lock = str(study / ".rechki.lock")
    for process in psutil.process_iter():
        try:
            if any(file.path == lock for file in process.open_files()):
                return process
        except psutil.Error:
            continue
    return None
