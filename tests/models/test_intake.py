"""Many cards are prepared by several processes: the same result, and nothing left running when a run is killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from models import intake
from models.cards import Card, PurposeRow
from models.config import default_study
from models.intake import prepare_all

STUDY = default_study("many")


def cards(count: int) -> list[Card]:
    return [
        Card(
            f"c{at}", str(at), f"c{at}", None, "", {}, (PurposeRow(1, f"хочу покоя и денег {at}", 4, ""),), at + 2, "x"
        )
        for at in range(count)
    ]


@pytest.mark.timeout(200)
def test_several_processes_prepare_the_same_in_the_same_order(monkeypatch: pytest.MonkeyPatch) -> None:
    some = cards(1_200)
    alone = [item for part in prepare_all(some, STUDY) for item in part]
    monkeypatch.setattr(intake, "_WORTH_PROCESSES", 1)
    told: list[tuple[int, int]] = []
    together = [item for part in prepare_all(some, STUDY, lambda done, of: told.append((done, of))) for item in part]
    assert together == alone
    assert told[-1] == (1_200, 1_200)


@pytest.mark.timeout(200)
def test_a_killed_run_leaves_no_workers(tmp_path: Path) -> None:
    script = tmp_path / "endless.py"
    lines = [
        "from test_intake import STUDY, cards",
        "from models.intake import prepare_all",
        "for part in prepare_all(cards(400_000), STUDY): print(len(part), flush=True)",
    ]
    script.write_text("\n".join(lines), "utf-8")
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), str(Path(__file__).parent)])}
    with subprocess.Popen([sys.executable, script], env=environment, stdout=subprocess.PIPE, cwd=root) as run:
        assert run.stdout is not None
        assert run.stdout.readline(), "the first part is there: the workers are at work"
        workers = psutil.Process(run.pid).children(recursive=True)
        assert len(workers) > 1
        run.send_signal(signal.SIGKILL)
        run.wait()
    deadline = time.monotonic() + 60
    while any(worker.is_running() and worker.status() != psutil.STATUS_ZOMBIE for worker in workers):
        assert time.monotonic() < deadline, [worker for worker in workers if worker.is_running()]
        time.sleep(0.5)
