"""The flows as Prefect runs them: states, artifacts, deployments, a served schedule, retries."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from prefect.client.orchestration import get_client
from prefect.deployments.runner import RunnerDeployment
from ruamel.yaml import YAML
from support import Work

from flows.advance import advance
from flows.propose import propose
from models.errors import Unavailable

ROOT = Path(__file__).resolve().parents[2]


def api(path: str, body: dict[str, Any]) -> Any:
    answer = httpx.post(os.environ["PREFECT_API_URL"] + path, json=body, timeout=30)
    answer.raise_for_status()
    return answer.json()


def runs_of(work: Work) -> list[dict[str, Any]]:
    return [run for run in api("/flow_runs/filter", {}) if run["parameters"].get("study") == str(work.folder)]


def test_a_run_leaves_its_states_and_the_balance_with_a_link_to_the_report(work: Work) -> None:
    advance(str(work.folder))
    work.review()
    advance(str(work.folder))
    found = runs_of(work)
    assert {run["state_type"] for run in found} == {"COMPLETED"}
    assert {run["name"].split()[0] for run in found} == {"advance", "propose", "collect", "report"}
    assert all(set(run["parameters"]) <= {"study", "out", "new_projects"} for run in found)
    own = {run["id"] for run in found}
    artifacts = [item for item in api("/artifacts/filter", {}) if item["flow_run_id"] in own]
    assert {"table", "markdown"} <= {item["type"] for item in artifacts}
    table = next(item for item in artifacts if item["type"] == "table" and "state" in item["data"])
    assert '"state"' in table["data"]
    link = next(item for item in artifacts if (item["key"] or "").startswith("report-"))  # progress has no key
    assert (work.folder / "reports" / "index.html").as_uri() in link["data"]


def test_a_label_studio_that_fails_for_a_moment_is_asked_again(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    import flows.propose

    connect, failures = flows.propose.connect, [Unavailable("Label Studio does not answer", "there", "wait")]

    def at_first_away(*args: Any) -> Any:
        if failures:
            raise failures.pop()
        return connect(*args)

    monkeypatch.setattr(flows.propose, "connect", at_first_away)
    propose(str(work.folder))
    assert not failures
    (run,) = runs_of(work)
    assert run["state_type"] == "COMPLETED"


def test_every_deployment_of_prefect_yaml_names_a_real_flow_with_its_parameters() -> None:
    async def entrypoints() -> dict[str, set[str]]:
        async with get_client():
            deployments = YAML(typ="safe").load((ROOT / "prefect.yaml").read_text("utf-8"))["deployments"]
            made = {}
            for item in deployments:
                built = RunnerDeployment.from_entrypoint(
                    str(ROOT / item["entrypoint"]), name=item["name"], parameters=item["parameters"]
                )
                schema = built._parameter_openapi_schema
                made[item["name"]] = set(item["parameters"]) - set(schema.properties)
            return made

    assert asyncio.run(entrypoints()) == {name: set() for name in ("advance", "propose", "collect", "report")}


def test_a_served_schedule_runs_advance(work: Work) -> None:
    program = Path(sys.executable).parent / "rechki"
    served = subprocess.Popen([program, "schedule", work.folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        name = f"/deployments/name/advance/{work.folder.name}"
        deadline = time.monotonic() + 280
        while (found := httpx.get(os.environ["PREFECT_API_URL"] + name)).status_code != httpx.codes.OK:
            assert time.monotonic() < deadline, "the deployment never appeared"
            time.sleep(1)
        run = api(f"/deployments/{found.json()['id']}/create_flow_run", {})
        while (
            state := httpx.get(f"{os.environ['PREFECT_API_URL']}/flow_runs/{run['id']}").json()["state_type"]
        ) not in (
            "COMPLETED",
            "FAILED",
            "CRASHED",
        ):
            assert time.monotonic() < deadline, f"still {state}"
            time.sleep(1)
        assert state == "COMPLETED"
        assert (work.folder / "reports" / "index.html").exists()
    finally:
        served.terminate()  # a background job may have been started with SIGINT ignored
        served.wait(60)
