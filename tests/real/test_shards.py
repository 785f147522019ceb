"""Encoding in shards on a real Dask cluster of two processes: the vectors of one process, on either database."""

import csv
import sys
from collections.abc import Callable
from pathlib import Path

import dask
import numpy as np
import pytest
from dated import of_yesterday
from distributed import LocalCluster
from postgres import Cluster
from prefect import flow
from support import Work

import flows.shards
from flows.propose import encode, read_files
from flows.setup import init_study
from flows.shards import encode_texts
from flows.study import FRAME, open_study, read_study
from models.config import change_study
from models.errors import RechkiError, Unavailable
from models.proposing import open_texts
from models.store import schema, vectors
from models.store.address import DATABASE_URL

ANSWERS = Path(__file__).resolve().parents[2] / "benchmarks" / "data" / "short_course.csv"
CHUNK = 32


@pytest.fixture
def studies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Work]:
    """Studies whose phrases make several chunks."""
    monkeypatch.setattr(vectors, "_CHUNK", CHUNK)
    return lambda dask: study_of(tmp_path, dask)


def study_of(folder: Path, dask: str) -> Work:
    """A study of 200 short answers that are read and not encoded."""
    rows = [row["text"] for row in csv.DictReader(ANSWERS.open(encoding="utf-8-sig"))][:200]
    with (folder / "cards.csv").open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([("id", "цель", "оценка"), *((at, text, 4) for at, text in enumerate(rows))])
    work = Work(folder / "study")
    init_study(work.folder, of_yesterday(folder / "cards.csv"), "Осколки", force=False)
    change_study(work.folder, encoder="bundled-plain", encoding={"dask": dask, "workers": 2})
    read_files(str(work.folder))
    return work


def kept(work: Work) -> dict[str, bytes]:
    with open_study(work.folder) as opened, opened.store.transaction() as tx:
        return {row.text_hash: row.raw for row in tx.rows(schema.vector)}


@flow
def as_propose_does(study: str) -> None:
    with open_study(study):
        encode(study, FRAME)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory, servers: Path) -> dict[str, bytes]:
    """The vectors that one process gives, chunk by chunk."""
    work = study_of(tmp_path_factory.mktemp("alone"), "")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vectors, "_CHUNK", CHUNK)
        encode(str(work.folder), FRAME)
    found = kept(work)
    assert len(found) > 4 * CHUNK
    return found


def test_two_processes_of_this_machine_give_the_vectors_of_one(
    studies: Callable[[str], Work], alone: dict[str, bytes], capfd: pytest.CaptureFixture[str]
) -> None:
    work = studies("local")
    as_propose_does(str(work.folder))
    assert kept(work) == alone
    shown = capfd.readouterr().out
    assert "Encoding in shards" in shown
    assert f"{len(alone)} new, 0 from the cache" in shown
    encode(str(work.folder), FRAME)
    assert f"0 new, {len(alone)} from the cache" in capfd.readouterr().out


def test_a_cluster_that_runs_already_gives_them_on_postgresql_and_goes_on_where_a_run_was_killed(
    studies: Callable[[str], Work], alone: dict[str, bytes], postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DATABASE_URL, postgres.database())
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        work = studies(cluster.scheduler_address)
        with open_study(work.folder) as opened:
            texts = open_texts(opened.store, FRAME)
            chunks = vectors.pending(opened.store, opened.encoder(), texts)
            vectors.encode_chunk(opened.store, opened.encoder(), texts, chunks[1])  # what the killed run had stored
        begun = kept(work)
        assert len(begun) == CHUNK
        encode(str(work.folder), FRAME)
    found = kept(work)
    assert {name: found[name] for name in begun} == begun
    assert found.keys() == alone.keys()
    # other chunks are other batches: the last bits of a vector may differ, nothing that anyone could see
    for name, raw in found.items():
        np.testing.assert_allclose(np.frombuffer(raw, "<f4"), np.frombuffer(alone[name], "<f4"), atol=1e-5)


def test_without_dask_the_setting_is_refused_in_words(
    studies: Callable[[str], Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    work = studies("local")
    monkeypatch.setitem(sys.modules, "prefect_dask.task_runners", None)
    with pytest.raises(RechkiError, match="not installed"):
        encode(str(work.folder), FRAME)
    assert kept(work) == {}


def test_a_cluster_that_does_not_answer_is_told(studies: Callable[[str], Work]) -> None:
    work = studies("tcp://127.0.0.1:1")
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "2s"}),
        read_study(work.folder) as opened,
        pytest.raises(Unavailable, match="the Dask cluster does not answer"),
    ):
        encode_texts(opened, FRAME, open_texts(opened.store, FRAME), lambda *_: None)
    assert kept(work) == {}


def test_what_goes_wrong_in_the_work_is_not_blamed_on_the_cluster(
    studies: Callable[[str], Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    work = studies("local")
    monkeypatch.setattr(flows.shards.encode_in_shards, "with_options", lambda **_: full)
    with read_study(work.folder) as opened, pytest.raises(OSError, match="No space left"):
        encode_texts(opened, FRAME, open_texts(opened.store, FRAME), lambda *_: None)


def test_what_fits_into_one_chunk_starts_no_processes(
    studies: Callable[[str], Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    work = studies("local")
    monkeypatch.setattr(flows.shards, "_runner", lambda _: pytest.fail("a cluster was started"))
    with read_study(work.folder) as opened:
        few = dict(sorted(open_texts(opened.store, FRAME).items())[:CHUNK])
        assert encode_texts(opened, FRAME, few, lambda *_: None) == CHUNK
