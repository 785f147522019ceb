"""What tests ask a real Prefect server."""

import os
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
from processes import BIN, ROOT

from annotation.process import trusted

Json = dict[str, Any]
ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


def post(path: str, body: Json) -> Any:
    """Ask the server; one whose SQLite is locked for a moment says 503 and is asked again."""
    for _ in range(20):
        answer = httpx.post(os.environ["PREFECT_API_URL"] + path, json=body, timeout=30, verify=trusted())
        if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            break
        time.sleep(1)
    answer.raise_for_status()
    return answer.json() if answer.content else None


def get(path: str) -> Any:
    answer = httpx.get(os.environ["PREFECT_API_URL"] + path, timeout=30, verify=trusted())
    return answer.json() if answer.status_code == httpx.codes.OK else None


def runs_of(study: Path) -> list[Json]:
    """Runs of every flow of a study, the earliest first; the server gives 200 at a time, of all studies."""
    runs: list[Json] = []
    while page := post("/flow_runs/filter", {"sort": "EXPECTED_START_TIME_ASC", "offset": len(runs)}):
        runs += page
    return [run for run in runs if run["parameters"].get("study") == str(study)]


def deployment(name: str, within: float = 60) -> Json:
    """Wait until a deployment is there."""
    return until(lambda: get(f"/deployments/name/{name}"), f"no deployment {name}", within)


def deploy_all(study: str | Path) -> None:
    """Make the work pool and the deployments of prefect.yaml."""
    for command in (
        ("work-pool", "create", "--overwrite", "--type", "process", "rechki"),
        ("--no-prompt", "deploy", "--all"),
    ):
        done = subprocess.run(
            [BIN / "prefect", *command],
            cwd=ROOT,
            env={**os.environ, "RECHKI_STUDY": str(study)},
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def run_now(deployed: Json, within: float = 200, **parameters: str) -> Json:
    """Ask a deployment for a run, and wait until it has ended."""
    return ended(ask_for_run(deployed, **parameters), within)


def ask_for_run(deployed: Json, **parameters: str) -> Json:
    """Ask a deployment for a run."""
    return post(f"/deployments/{deployed['id']}/create_flow_run", {"parameters": parameters} if parameters else {})


def ended(run: Json, within: float = 200) -> Json:
    """Wait until a run has ended."""

    def look() -> Json | None:
        found = get(f"/flow_runs/{run['id']}")
        return found if found["state_type"] in ENDED else None

    return until(look, f"run {run['name']} did not end", within)


def until(look: Any, otherwise: str, within: float, log: Path | None = None, every: float = 0.5) -> Any:
    """Look again and again until there is something; what is wrong otherwise is shown with the end of a log."""
    deadline = time.monotonic() + within
    while not (found := look()):
        assert time.monotonic() < deadline, otherwise + (f"\n{log.read_text('utf-8')[-4000:]}" if log else "")
        time.sleep(every)
    return found
