"""The services of deploy/compose.yaml run as processes: their commands and environments, on loopback.

There are no containers here; what the images copy lies in a folder, and PostgreSQL is the tests' own.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from postgres import PASSWORD, USER, Cluster
from ruamel.yaml import YAML
from support import write_cards
from test_deploy import DOCKERFILE, ROOT, SERVICES, filled, named_in_example

from annotation import process
from annotation.server import _clean_environment, studio_program
from models.config import load_study
from models.store import cards
from models.store.database import Store

SECRETS = {name: f"{name.lower().replace('_', '')}1" for name, needed in named_in_example().items() if needed}
SECRETS |= {"STUDIO_USER": "team@rechki.local", "STUDIO_TOKEN": "0123456789abcdef0123456789abcdef01234567"}
WAITED = 150


def dockerfile_environment(target: str) -> dict[str, str]:
    stage = DOCKERFILE.split(f" AS {target}\n")[1].split("\nFROM ")[0].replace("\\\n", " ")
    words = [word for line in stage.splitlines() if line.startswith("ENV ") for word in line.split()[1:]]
    return dict(word.split("=", 1) for word in words)


def dockerfile_command(target: str) -> list[str]:
    stage = DOCKERFILE.split(f" AS {target}\n")[1].split("\nFROM ")[0]
    found: list[str] = json.loads(stage.rpartition("CMD ")[2])
    return found


class Services:
    """What Compose would start, on free ports of loopback."""

    def __init__(self, folder: Path, postgres: Cluster) -> None:
        self.app, self.folder = folder / "app", folder
        self.running: list[subprocess.Popen[bytes]] = []
        self.ports = {"postgres:5432": postgres.port}
        for name in ("label-studio:8080", "prefect:4200", "worker:8080"):
            self.ports[name] = process.free_port()
        self._copy_what_the_image_copies()

    def _copy_what_the_image_copies(self) -> None:
        ignored = [line.strip("/") for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines()]
        self.app.mkdir()
        for path in ROOT.iterdir():
            if path.is_dir() and path.name not in ignored and not path.name.startswith("."):
                shutil.copytree(path, self.app / path.name)
            elif path.is_file():
                shutil.copyfile(path, self.app / path.name)

    def local(self, text: str) -> str:
        for name, port in self.ports.items():
            text = text.replace(name, f"127.0.0.1:{port}")
        return text

    def environment(self, name: str) -> dict[str, str]:
        told = SERVICES[name].get("environment", {})
        found = {key: self.local(filled(str(value), SECRETS)) for key, value in told.items()}
        own = {"POSTGRE_HOST": "127.0.0.1", "POSTGRE_PORT": str(self.ports["postgres:5432"])}
        return found | {key: value for key, value in own.items() if key in found}

    def start(self, name: str, command: list[str], environment: dict[str, str]) -> "subprocess.Popen[bytes]":
        home = self.folder / name
        home.mkdir(exist_ok=True)
        program = shutil.which(command[0], path=environment["PATH"])
        assert program, command
        with (self.folder / f"{name}.log").open("wb") as log:
            started = subprocess.Popen(
                [program, *command[1:]], env=environment, cwd=self.app, stdout=log, stderr=log, start_new_session=True
            )
        self.running.append(started)
        return started

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text("utf-8", "replace")[-3000:]

    def wait(self, name: str, url: str) -> None:
        begun = time.monotonic()
        while not process.answers(url):
            assert self.running[-1].poll() is None, self.log(name)
            assert time.monotonic() - begun < WAITED, self.log(name)
            time.sleep(0.5)

    def ours(self, name: str) -> dict[str, str]:
        """The environment of a service of the image `rechki`."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("PREFECT_", "RECHKI_"))}
        home = self.folder / name
        own = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": str(self.app)}
        return kept | own | {"PREFECT_HOME": str(home), "HOME": str(home)} | self.environment(name)

    def stop(self) -> None:
        for started in reversed(self.running):
            if started.poll() is None:
                process.end(psutil.Process(started.pid))


@pytest.fixture
def services(tmp_path: Path, postgres: Cluster) -> Iterator[Services]:
    own = {
        "PATH": f"{postgres.bin}:{os.environ['PATH']}",
        "PGHOST": "127.0.0.1",
        "PGPORT": str(postgres.port),
        "PGPASSWORD": PASSWORD,
        "POSTGRES_USER": USER,
    }
    made = Services(tmp_path, postgres)
    told = {name: value for name, value in made.environment("postgres").items() if name.endswith("_DB_PASSWORD")}
    subprocess.run([ROOT / "deploy" / "databases.sh"], env=own | told, check=True, timeout=60)
    try:
        yield made
    finally:
        made.stop()
        with postgres.connect() as owner:
            for name in ("rechki", "prefect", "studio"):
                owner.execute(f"drop database if exists {name} with (force)")  # type: ignore[arg-type]
                owner.execute(f"drop role if exists {name}")  # type: ignore[arg-type]


def with_port(command: list[str], port: int) -> list[str]:
    at = command.index("--port") + 1
    return [*command[:at], str(port), *command[at + 1 :]]


@pytest.mark.timeout(600)
def test_a_deployment_carries_a_study_from_cards_to_tasks_and_a_report(services: Services, tmp_path: Path) -> None:
    studio, prefect = services.ports["label-studio:8080"], services.ports["prefect:4200"]
    data = tmp_path / "label-studio"
    data.mkdir()
    clean = _clean_environment(data) | dockerfile_environment("label-studio") | services.environment("label-studio")
    clean |= {"LABEL_STUDIO_BASE_DATA_DIR": str(data), "HOME": str(data)}
    clean["PATH"] = f"{studio_program().parent}:{os.environ['PATH']}"
    services.start("label-studio", with_port(dockerfile_command("label-studio"), studio), clean)
    services.wait("label-studio", f"http://127.0.0.1:{studio}/health")
    assert not list(data.glob("*.sqlite3")), "Label Studio did not take PostgreSQL"
    services.start("prefect", with_port(SERVICES["prefect"]["command"], prefect), services.ours("prefect"))
    services.wait("prefect", f"http://127.0.0.1:{prefect}/api/health")

    register = [str(services.app / SERVICES["deployments"]["command"][0])]
    for _ in range(2):  # a second time changes nothing
        done = services.start("deployments", register, services.ours("deployments"))
        assert done.wait(WAITED) == 0, services.log("deployments")
    expected = YAML(typ="safe").load((ROOT / "prefect.yaml").read_text("utf-8"))["deployments"]
    found = httpx.post(f"http://127.0.0.1:{prefect}/api/deployments/filter", json={}, timeout=30).json()
    assert sorted(item["name"] for item in found) == sorted(item["name"] for item in expected)

    worker = services.ours("worker") | {"PREFECT_WORKER_WEBSERVER_PORT": str(services.ports["worker:8080"])}
    services.start("worker", SERVICES["worker"]["command"], worker)
    services.wait("worker", f"http://127.0.0.1:{services.ports['worker:8080']}/health")

    study = services.app / "studies" / "first"
    for command in (
        ["rechki", "init", str(study), "--cards", str(write_cards(tmp_path / "cards.csv", 0, 25))],
        ["prefect", "deployment", "run", "advance/advance"],
    ):
        done = services.start("command", command, worker)
        assert done.wait(WAITED) == 0, services.log("command")
    begun, state = time.monotonic(), ""
    while state not in ("COMPLETED", "FAILED", "CRASHED"):
        assert time.monotonic() - begun < WAITED, f"still {state}\n{services.log('worker')}"
        time.sleep(1)
        state = top_run(prefect)["state_type"]
    assert state == "COMPLETED", services.log("worker")
    assert (study / "reports" / "index.html").exists()
    assert not (study / "study.db").exists()

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RECHKI_DATABASE_URL", worker["RECHKI_DATABASE_URL"])
        store = Store.open(study, load_study(study))
        with store.transaction() as tx:
            assert cards.counts(tx).cards == 25
        store.close()
    head = {"Authorization": f"Token {SECRETS['STUDIO_TOKEN']}"}
    projects = httpx.get(f"http://127.0.0.1:{studio}/api/projects", headers=head, timeout=30).json()["results"]
    assert sum(project["task_number"] for project in projects) > 5
    for name in ("label-studio", "prefect", "deployments", "worker", "command"):
        whole = (tmp_path / f"{name}.log").read_text("utf-8", "replace")
        assert not [secret for secret in SECRETS.values() if secret in whole and "@" not in secret], name


def top_run(port: int) -> dict[str, Any]:
    runs = httpx.post(f"http://127.0.0.1:{port}/api/flow_runs/filter", json={}, timeout=30).json()
    (found,) = [run for run in runs if run["deployment_id"] and not run["auto_scheduled"]]  # nor what the hour brings
    return dict(found)
