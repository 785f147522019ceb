"""The flows as Prefect runs them: states, artifacts, retries."""

import os
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from prefect_api import post, runs_of
from support import Work

from annotation import process
from flows.advance import advance
from flows.propose import propose
from flows.report import report
from flows.servers import PrefectServer
from flows.status import status_of
from models.errors import Unavailable
from reports.write import CHARTS, FILES, SHARED_FILES

ROOT = Path(__file__).resolve().parents[2]


def test_a_run_leaves_its_states_and_the_balance_with_a_link_to_the_report(work: Work) -> None:
    advance(str(work.folder))
    work.review()
    (work.folder / "cards" / "Анна Петрова.csv").write_bytes(b"\x00")
    advance(str(work.folder))
    found = runs_of(work.folder)
    assert {run["state_type"] for run in found} == {"COMPLETED"}
    assert {run["name"].split()[0] for run in found} == {"advance", "propose", "collect", "report"}
    assert all(set(run["parameters"]) <= {"study", "out", "new_projects", "share"} for run in found)
    own = {run["id"] for run in found}
    artifacts = post("/artifacts/filter", {"artifacts": {"flow_run_id": {"any_": sorted(own)}}})
    assert {"table", "markdown"} <= {item["type"] for item in artifacts}
    table = next(item for item in artifacts if item["type"] == "table" and "state" in item["data"])
    assert '"state"' in table["data"]
    link = next(item for item in artifacts if (item["key"] or "").startswith("report-"))  # progress has no key
    assert (work.folder / "reports" / "index.html").as_uri() in link["data"]
    kinds = {item["key"].split("-")[0] for item in artifacts if item["key"]}
    assert kinds == {"balance", "report", "review", "standing", "changes"}
    told = sorted((item["data"] for item in artifacts if (item["key"] or "").startswith("changes-")), key=len)
    assert all("What changed since" in data for data in told)
    assert "| cards | 0 | 45 (+45) |" in "".join(told)
    assert "| code |  | " in "".join(told)
    assert any("not read: " in str(item["data"]) for item in artifacts)
    assert "| file \\[ИМЯ\\_1\\].csv |  | not read |" in "".join(told)
    assert not [item["key"] for item in artifacts if "Петров" in str(item["data"]) + str(item["description"])]
    assert f"confirmed: {status_of(work.folder).review.confirmed} phrases" in str(
        [item["data"] for item in artifacts if (item["key"] or "").startswith("standing-")]
    )


def test_a_shared_report_is_a_run_with_a_folder_and_artifacts_of_its_own(tmp_path: Path) -> None:
    folder = shutil.copytree(ROOT / "tests" / "fixtures" / "study-0001", tmp_path / "study")
    report(str(folder))
    page = report(str(folder), share=True)
    assert page.parent == (folder / "shared").resolve()
    assert {path.name for path in page.parent.iterdir()} == {*SHARED_FILES, CHARTS}
    assert {path.name for path in (folder / "reports").iterdir()} == {*FILES, CHARTS}
    latest = post("/artifacts/filter", {"sort": "CREATED_DESC"})
    keys = {item["key"] for item in latest if page.as_uri() in str(item["data"])}
    assert {key.split("-")[:2] == ["report", "shared"] for key in keys} == {True}


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
    (run,) = runs_of(work.folder)
    assert run["state_type"] == "COMPLETED"


def test_a_server_that_took_the_port_meanwhile_is_not_mistaken_for_our_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, free = urlsplit(os.environ["PREFECT_API_URL"]).port, process.free_port()
    ports = iter((taken, free))
    monkeypatch.setattr(process, "free_port", lambda *_: next(ports))
    server = PrefectServer(tmp_path)
    try:
        assert server.start() == f"http://127.0.0.1:{free}/api"
    finally:
        assert server.stop()
