"""Studies on PostgreSQL, the whole way through a real Label Studio and Prefect, alone and several at once."""

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx
import pandas as pd
import pytest
from mortal import killed_advance, rechki_forked
from postgres import PASSWORD, Cluster
from support import Work, rechki, rechki_here
from test_killed_runs import keys_in_label_studio, planned_keys

from flows.advance import advance
from flows.servers import PrefectServer
from flows.study import FRAME, open_study
from models.store import cards, review
from models.store.address import DATABASE_URL
from models.store.database import Store
from reports.data import Report, gather

WAITED = 240


@pytest.fixture
def database(postgres: Cluster, monkeypatch: pytest.MonkeyPatch) -> str:
    url = postgres.database()
    monkeypatch.setenv(DATABASE_URL, url)
    return url


def start(command: str, work: Work) -> "subprocess.Popen[str]":
    program = Path(sys.executable).parent / "rechki"
    return subprocess.Popen(
        [program, command, work.folder], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def reported(work: Work) -> Report:
    with open_study(work.folder) as opened:
        return gather(opened.store, opened.settings, work.folder)


@pytest.mark.timeout(900)
def test_the_whole_way_gives_the_numbers_of_sqlite(
    make_work: Callable[..., Work], tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, beside = make_work("there", 0, 30), Work(tmp_path / "beside")
    with open_study(there.folder) as opened:
        opened.private.key()
    # the same study with a file beside its cards: it takes the same people's work out of the same Label Studio
    shutil.copytree(there.folder, beside.folder)

    def both() -> None:
        advance(str(there.folder))
        monkeypatch.delenv(DATABASE_URL)
        advance(str(beside.folder))
        monkeypatch.setenv(DATABASE_URL, database)

    both()
    while there.review():
        both()
    on_postgres = reported(there)
    monkeypatch.delenv(DATABASE_URL)
    on_sqlite = reported(beside)
    assert not list(there.folder.glob("study.db*"))
    assert (there.folder / "private.db").exists(), "raw words stay with the owner"
    assert (beside.folder / "study.db").exists()
    for name in ("balance.csv", "nets.csv", "fixed_codes.csv", "spss.csv"):
        assert (beside.folder / "reports" / name).read_bytes() == (there.folder / "reports" / name).read_bytes(), name
    assert len(on_sqlite.balance) > 5
    assert on_sqlite.evidence == on_postgres.evidence
    assert on_sqlite.confirmed == on_postgres.confirmed > 30
    pd.testing.assert_frame_equal(on_sqlite.balance, on_postgres.balance, check_exact=True)


@pytest.mark.timeout(900)
def test_a_killed_run_frees_the_study_and_is_repeated(make_work: Callable[..., Work], database: str) -> None:
    work = make_work("killed")
    for target, when, nth in (
        ("models.store.cards:add_file", "after", 1),
        ("models.store.review:add_tasks", "after", 1),
        ("label_studio_sdk.projects.client:ProjectsClient.import_tasks", "after", 1),
    ):
        killed_advance(work.folder, target, when, nth)
    advance(str(work.folder))
    keys = keys_in_label_studio(work)
    assert set(keys) == planned_keys(work)
    assert set(keys.values()) == {1}, "a task stands twice in Label Studio"


@pytest.mark.timeout(900)
def test_two_machines_at_once_on_two_studies_and_on_one(
    make_work: Callable[..., Work], tmp_path: Path, database: str, postgres: Cluster
) -> None:
    works = make_work("first", 0, 20), make_work("second", 20, 45)
    # another machine has the study's folder, and no file lock in common
    copy = Work(tmp_path / "copy")
    shutil.copytree(works[0].folder, copy.folder)
    with open_study(works[0].folder) as opened:
        opened.private.key()
    shutil.copyfile(works[0].folder / "private.db", copy.folder / "private.db")

    runs = [start("advance", work) for work in (*works, copy)]
    told = [run.communicate(timeout=WAITED)[0] for run in runs]
    refused = [words for run, words in zip(runs, told, strict=True) if run.returncode]
    assert runs[1].returncode == 0, told[1]
    assert len(refused) <= 1, refused
    for words in refused:
        assert "another run works on this study" in " ".join(words.split())
        assert "process" in words
    assert PASSWORD not in "".join(told)
    for work in works:  # whoever was refused runs again
        advance(str(work.folder))
    advance(str(copy.folder))
    for work, count in ((works[0], 20), (works[1], 25), (copy, 20)):
        with open_study(work.folder) as opened, opened.store.transaction() as tx:
            assert cards.counts(tx).cards == count
        assert Counter(keys_in_label_studio(work).values()).keys() == {1}, "a task stands twice in Label Studio"
        assert set(keys_in_label_studio(work)) == planned_keys(work)
    with postgres.connect(database.rpartition("/")[2]) as owner:
        assert owner.execute("select count(*) from study").fetchall() == [(2,)]


def test_the_password_is_in_no_output_report_run_or_log(work: Work, database: str, postgres: Cluster) -> None:
    advance(str(work.folder))
    work.review()
    here = (rechki_here(command, work.folder) for command in ("status", "doctor"))
    done = [rechki_forked("advance", work.folder), *here]
    wrong = rechki_forked("advance", work.folder, **{DATABASE_URL: database.replace("tester:", "nobody:")})
    assert wrong.returncode == 1
    assert "authentication failed" in " ".join((wrong.stdout + wrong.stderr).split())
    said = "".join(run.stdout + run.stderr for run in (*done, wrong))
    assert f"PostgreSQL 127.0.0.1:{postgres.port}" in said
    kept = "".join(
        path.read_text("utf-8", "replace") for path in work.folder.rglob("*") if path.is_file() and path.suffix != ".db"
    )
    with open_study(work.folder) as opened:
        url = str(opened.store.engine.url)
    served = [
        httpx.post(f"{os.environ['PREFECT_API_URL']}/{kind}/filter", json={}, timeout=30).text
        for kind in ("flow_runs", "logs")
    ]
    password = database.split(":")[2].partition("@")[0]
    for words in (said, kept, url, *served):
        assert PASSWORD not in words
        assert password not in words


def test_a_prefect_server_on_postgresql_runs_the_flows(work: Work, postgres: Cluster, tmp_path: Path) -> None:
    url = postgres.database().replace("postgresql:", "postgresql+asyncpg:")
    prefect = PrefectServer(tmp_path / "prefect")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_API_DATABASE_CONNECTION_URL", url)
        api = prefect.start()
    try:
        done = rechki("advance", work.folder, PREFECT_API_URL=api)
        assert done.returncode == 0, done.stdout + done.stderr
        runs = httpx.post(f"{api}/flow_runs/filter", json={}, timeout=30).json()
        assert {run["state_type"] for run in runs} == {"COMPLETED"}
        assert {run["name"].split()[0] for run in runs} == {"advance", "propose", "collect", "report"}
        with postgres.connect(url.rpartition("/")[2]) as owner:
            assert owner.execute("select count(*) from flow_run").fetchall() == [(4,)]
    finally:
        prefect.stop()


def test_a_database_in_use_is_no_file_of_the_study(work: Work, database: str) -> None:
    with open_study(work.folder) as opened:
        assert isinstance(opened.store, Store)
        with opened.store.transaction() as tx:
            assert review.tasks(tx, FRAME) == []
    assert not list(work.folder.glob("study.db*"))
