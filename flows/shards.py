"""Encoding past one process: shards of a study's phrases, each a Prefect task in a process of a Dask cluster.

The chunks are those that one process would encode, so the vectors are the same. Tasks are told hashes of texts; the
texts they read from the store.
"""

from collections.abc import Sequence
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.futures import as_completed

from flows.stages import stage
from flows.study import OpenStudy, read_study
from models.config import Encoding
from models.encoder.load import Progress
from models.errors import RechkiError, Unavailable
from models.proposing import open_texts
from models.store.vectors import encode_chunk, pending, remember, text_hash

_SHARDS_A_WORKER = 4  # so that one that is slow does not keep the others waiting

Chunks = list[list[str]]


def encode_texts(opened: OpenStudy, frame: str, texts: dict[str, str], progress: Progress) -> int:
    """Encode the texts of a frame that are not cached yet, where the study's settings say, and return how many.

    What fits into one chunk is encoded here: starting processes would take longer.

    Raises
    ------
    RechkiError
        When Dask is not installed.
    Unavailable
        When the cluster does not answer.
    """
    where = opened.settings.encoding
    chunks = pending(opened.store, opened.encoder(), texts)
    if not where.dask or len(chunks) < 2:
        return remember(opened.store, opened.encoder(), texts, progress)
    in_shards = encode_in_shards.with_options(task_runner=_runner(where))
    in_shards(str(opened.folder), frame)
    return sum(len(chunk) for chunk in chunks)


@flow(name="encode in shards", flow_run_name="encode in shards {study}", validate_parameters=False)
def encode_in_shards(study: str, frame: str) -> None:
    """Encode what is not cached yet of a frame's texts; a run that is killed goes on where it was."""
    with stage("Encoding in shards") as at, read_study(study) as opened:
        chunks = pending(opened.store, opened.encoder(), open_texts(opened.store, frame))
        shards = _shards([[text_hash(key) for key in chunk] for chunk in chunks], opened.settings.encoding.workers)
        of, done = sum(len(chunk) for chunk in chunks), 0
        for future in as_completed([encode_shard.submit(study, frame, shard) for shard in shards]):
            done += future.result()
            at.progress(done, of)
        at.words = f"{done} texts in {len(shards)} shards"


@task(cache_policy=NO_CACHE)
def encode_shard(study: str, frame: str, shard: Chunks) -> int:
    """Encode and store some chunks, named by the hashes of their texts; the run that asks for it holds the study."""
    with read_study(study) as opened:
        texts = open_texts(opened.store, frame)
        keys = {text_hash(key): key for key in texts}
        for chunk in shard:
            encode_chunk(opened.store, opened.encoder(), texts, [keys[name] for name in chunk])
    return sum(len(chunk) for chunk in shard)


def _shards(chunks: Sequence[list[str]], workers: int) -> list[Chunks]:
    count = min(len(chunks), workers * _SHARDS_A_WORKER)
    return [list(chunks[at::count]) for at in range(count)]


def _runner(where: Encoding) -> Any:  # noqa: ANN401  (a type of the optional package)
    try:
        from prefect_dask.task_runners import DaskTaskRunner
    except ImportError as error:
        raise RechkiError(
            "encoding is to run on Dask, which is not installed",
            "study.yaml, encoding.dask",
            "Run: pip install '.[dask]'; or leave encoding.dask empty.",
        ) from error
    if where.dask != "local":
        _require_answer(where.dask)
        return DaskTaskRunner(address=where.dask)
    local = {"n_workers": where.workers, "threads_per_worker": 1, "dashboard_address": None}
    return DaskTaskRunner(cluster_kwargs=local)


def _require_answer(cluster: str) -> None:
    """Connect once before anything is sent there: an error of the work itself is no error of the cluster."""
    from distributed import Client

    try:
        Client(cluster, set_as_default=False).close()
    except OSError as error:
        raise Unavailable(
            f"the Dask cluster does not answer: {error}",
            f"study.yaml, encoding.dask: {cluster}",
            "Start it (dask scheduler, dask worker), or leave encoding.dask empty.",
        ) from error
