"""A study on a schedule: served by one command, or deployed to a work pool; one run at a time, whatever is killed."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from prefect_api import Json, ask_for_run, deploy_all, deployment, ended, get, post, run_now, runs_of, until
from processes import BIN, lock_holder, running
from ruamel.yaml import YAML
from support import Work, rechki_here, write_cards

from flows.scheduling import deployment_name
from flows.setup import init_study
from flows.study import open_study
from models.config import change_study, load_study

ROOT = Path(__file__).resolve().parents[2]
FLOWS = {"advance", "propose", "collect", "report"}


def served_name(work: Work) -> str:
    return f"advance/{deployment_name(work.folder, load_study(work.folder))}"


def test_a_served_schedule_advances_and_skips_what_finds_the_study_busy(work: Work, tmp_path: Path) -> None:
    change_study(work.folder, schedule={"timezone": "Asia/Omsk"})
    with running(BIN / "rechki", "schedule", work.folder, "--cron", "5 * * * *", log=tmp_path / "log"):
        first = deployment(served_name(work))
    post(f"/deployments/{first['id']}/pause_deployment", {})  # as a runner does that ends by hand, in time or not
    with running(BIN / "rechki", "schedule", work.folder, log=tmp_path / "log"):
        until(lambda: not deployment(served_name(work))["paused"], "still paused", 60)
        served = deployment(served_name(work))
        (schedule,) = served["schedules"]
        assert (schedule["schedule"]["cron"], schedule["schedule"]["timezone"]) == ("0 * * * *", "Asia/Omsk")
        assert served["parameters"] == {"study": str(work.folder)}
        post("/work_pools/", {"name": "beside", "type": "process"})
        for again in ((), ("--pool", "beside")):
            refused = rechki_here("schedule", work.folder, *again)
            assert (refused.returncode, "served already" in refused.stderr) == (1, True), refused.stderr
        assert not deployment(served_name(work))["paused"], "the one that was refused ended the other"
        with open_study(work.folder):
            busy = run_now(served)
        assert (busy["state_type"], busy["state_name"]) == ("COMPLETED", "Skipped")
        assert not (work.folder / "reports" / "index.html").exists()
        done = run_now(served)
    assert (done["state_type"], done["state_name"]) == ("COMPLETED", "Completed")
    assert done["name"] == f"advance {load_study(work.folder).title}"
    assert (work.folder / "reports" / "index.html").exists()


def test_a_killed_run_frees_the_study_and_a_killed_schedule_is_tidied_up(work: Work, tmp_path: Path) -> None:
    with running(BIN / "rechki", "schedule", work.folder, log=tmp_path / "log") as schedule:
        served = deployment(served_name(work))
        first = post(f"/deployments/{served['id']}/create_flow_run", {})
        at_work = until(lambda: lock_holder(work.folder), "no run ever took the study", 120)
        at_work.send_signal(signal.SIGKILL)
        until(lambda: get(f"/flow_runs/{first['id']}")["state_type"] == "CRASHED", "never told as crashed", 60)
        second = post(f"/deployments/{served['id']}/create_flow_run", {})
        until(lambda: lock_holder(work.folder), "no run took the study after the kill", 120)
        os.killpg(schedule.pid, signal.SIGKILL)  # the runner itself
        until(lambda: lock_holder(work.folder) is None, "the run outlived its runner", 60)
        late = post(f"/deployments/{served['id']}/create_flow_run", {})
    with running(BIN / "rechki", "schedule", work.folder, log=tmp_path / "log"):
        until(lambda: get(f"/flow_runs/{second['id']}")["state_type"] == "CRASHED", "the dead run stands", 60)
        until(lambda: get(f"/flow_runs/{late['id']}")["state_name"] == "Skipped", "the late run stands", 60)
        assert run_now(served)["state_name"] == "Completed"


@pytest.mark.parametrize("wrong", ["now and then", "61 * * * *", ""])
def test_a_wrong_cron_line_is_told(work: Work, wrong: str) -> None:
    done = rechki_here("schedule", work.folder, "--cron", wrong)
    assert done.returncode == 1
    assert "no cron line" in done.stderr


def test_a_work_pool_that_is_not_there_is_told(work: Work) -> None:
    done = rechki_here("schedule", work.folder, "--pool", "nowhere")
    assert done.returncode == 1
    assert "prefect work-pool create --type process nowhere" in done.stderr


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory, servers: Path) -> Work:
    """A study for which prefect.yaml is deployed; one test works on it, others name studies of their own."""
    folder = tmp_path_factory.mktemp("deployed")
    init_study(folder / "study", write_cards(folder / "cards.csv", 0, 45), "Проба study", force=False)
    deploy_all(folder / "study")
    return Work(folder / "study")


@pytest.mark.timeout(600)
def test_what_prefect_yaml_deploys_runs_through_a_worker_and_a_second_study_by_a_schedule_of_its_own(
    deployed: Work, make_work: Callable[..., Work], tmp_path: Path
) -> None:
    work, second = deployed, make_work("second")
    change_study(second.folder, schedule={"timezone": "Asia/Omsk", "cron": "30 7 * * 1"})
    done = rechki_here("schedule", second.folder, "--pool", "rechki")
    assert done.returncode == 0, done.stderr
    assert (
        f"Проба second advances at 30 7 * * 1 (Asia/Omsk), run by the workers of rechki: {served_name(second)}"
        in done.stdout
    )
    own = deployment(served_name(second))
    (weekly,) = own["schedules"]
    assert (weekly["schedule"]["cron"], weekly["schedule"]["timezone"]) == ("30 7 * * 1", "Asia/Omsk")
    assert (own["work_pool_name"], own["parameters"]) == ("rechki", {"study": str(second.folder)})
    for more, told in (((), "prefect deployment delete"), (("--pool", "nowhere"), "no such work pool")):
        refused = rechki_here("schedule", second.folder, *more)
        assert refused.returncode == 1
        assert told in " ".join(refused.stderr.split())
    still = deployment(served_name(second))
    assert (still["work_pool_name"], still["schedules"], still["paused"]) == ("rechki", own["schedules"], False)
    by_name: dict[str, Json] = {name: deployment(f"{name}/{name}") for name in FLOWS}
    for found in by_name.values():
        assert found["parameters"] == {"study": str(work.folder)}
        assert found["global_concurrency_limit"] is None, "it would be of all studies together"
    (hourly,) = by_name["advance"]["schedules"]
    assert (hourly["schedule"]["cron"], hourly["active"]) == ("0 * * * *", True)
    with running(BIN / "prefect", "worker", "start", "--pool", "rechki", log=tmp_path / "log", folder=tmp_path):
        assert run_now(by_name["advance"])["state_name"] == "Completed", (tmp_path / "log").read_text()
        with open_study(work.folder):
            assert run_now(by_name["report"])["state_name"] == "Skipped"
        assert run_now(own)["state_name"] == "Completed", (tmp_path / "log").read_text()
    assert all((study.folder / "reports" / "index.html").exists() for study in (work, second))
    assert {"propose Проба study", "report Проба study, wave 1"} <= {run["name"] for run in runs_of(work.folder)}


@pytest.mark.timeout(600)
def test_a_study_that_is_busy_holds_up_no_other_of_the_same_deployment(
    deployed: Work, make_work: Callable[..., Work], tmp_path: Path
) -> None:
    one, other = make_work("one"), make_work("other")
    advancing = deployment("advance/advance")
    with running(BIN / "prefect", "worker", "start", "--pool", "rechki", log=tmp_path / "log", folder=tmp_path):
        with open_study(one.folder):
            runs = [ask_for_run(advancing, study=str(work.folder)) for work in (one, other)]
            assert [ended(run)["state_name"] for run in runs] == ["Skipped", "Completed"]
        assert run_now(advancing, study=str(one.folder))["state_name"] == "Completed"
    assert all((work.folder / "reports" / "index.html").exists() for work in (one, other))


def test_prefect_yaml_names_no_place_of_a_machine_and_the_flows_that_are_there() -> None:
    text = (ROOT / "prefect.yaml").read_text("utf-8")
    assert {item["name"] for item in YAML(typ="safe").load(text)["deployments"]} == FLOWS
    assert str(ROOT) not in text
    assert not [word for word in text.split() if word.startswith(("/", "~", "file:"))]
