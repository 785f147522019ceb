"""`rechki schedule`: a study that advances again and again, whatever ends in between."""

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from filelock import FileLock, Timeout
from prefect import serve
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.deployments.runner import DeploymentApplyError, RunnerDeployment
from prefect.exceptions import ObjectNotFound
from prefect.schedules import Schedule
from prefect.states import Completed, Crashed
from prefect.types.entrypoint import EntrypointType

from annotation import process
from flows.advance import advance
from flows.running import SKIPPED
from flows.stages import console
from flows.study import open_study
from models.config import Study, load_study
from models.errors import Busy, RechkiError

_AT_ONCE = 2  # one that works, one that finds the study busy and ends; more would only wait
_AGAIN = 5.0
_LOCK = ".schedule.lock"


def keep_advancing(study: Path, cron: str | None) -> None:
    """Stay, and run `advance` on a schedule until the process is told to end.

    Prefect's runner gives up after some failed polls; it is started again once the server answers. When it ends, the
    schedule is paused in Prefect: a study has one, so no other may be served meanwhile.

    Parameters
    ----------
    study : Path
        The study folder.
    cron : str, optional
        When, in the study's time zone; else what study.yaml says.

    Raises
    ------
    RechkiError
        When the folder is no study or the cron line is none, when the study's schedule is served already, or a work
        pool has it.
    """
    folder = study.resolve()
    settings = load_study(folder)
    deployment = deployment_of(folder, settings, cron)
    with _only_schedule(folder):
        _require_no_pool(deployment, folder)
        console.print(
            f"{settings.title} advances at {_when(settings, cron)}. End with Ctrl+C.", markup=False, soft_wrap=True
        )
        _serve(deployment, folder)


def _serve(deployment: RunnerDeployment, folder: Path) -> None:
    while True:
        try:
            _tidy(deployment, folder)
            serve(deployment, limit=_AT_ONCE, print_starting_message=False)
        except (Exception, asyncio.CancelledError) as error:
            console.print(f"Prefect's runner ended: {_first_of(error)}; it is started again.", markup=False)
            _wait_for_prefect()
        except BaseExceptionGroup as ended:  # of Prefect's tasks, when Ctrl+C finds them waiting for a server
            if not ended.subgroup(KeyboardInterrupt):
                raise
            return
        else:
            return


def deploy(study: Path, cron: str | None, pool: str) -> None:
    """Make or renew the study's own deployment in a work pool, whose workers run `advance` on its schedule.

    Parameters
    ----------
    study, cron : Path, and str, optional
        As for `keep_advancing`; the same deployment, so that a study has one schedule.
    pool : str
        A work pool whose workers have Rechki installed and find the study at its path.

    Raises
    ------
    RechkiError
        When the folder is no study, the cron line is none, Prefect knows no such pool, or the study's schedule is
        served by `rechki schedule`.
    """
    folder = study.resolve()
    settings = load_study(folder)
    deployment = deployment_of(folder, settings, cron)
    with get_client(sync_client=True) as client:
        try:
            client.read_work_pool(pool)
        except ObjectNotFound as error:
            raise RechkiError(
                "Prefect knows no such work pool",
                f"--pool {pool}",
                f"Make it: PREFECT_API_URL={client.api_url} prefect work-pool create --type process {pool}",
            ) from error
    with _only_schedule(folder):
        try:
            deployment.apply(work_pool_name=pool)
        except DeploymentApplyError as error:
            raise RechkiError(f"Prefect does not take the deployment: {error}", f"--pool {pool}", "") from error
    console.print(
        f"{settings.title} advances at {_when(settings, cron)}, run by the workers of {pool}: {deployment.full_name}",
        markup=False,
        soft_wrap=True,
    )


@contextmanager
def _only_schedule(folder: Path) -> Iterator[None]:
    lock = FileLock(folder / _LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise Busy(
            "the schedule of this study is served already",
            str(folder),
            "End that 'rechki schedule' first: a study has one schedule.",
        ) from error
    try:
        yield
    finally:
        lock.release()


def deployment_of(folder: Path, settings: Study, cron: str | None) -> RunnerDeployment:
    """Return the deployment of a study's schedule.

    Raises
    ------
    RechkiError
        When the cron line is none.
    """
    line = settings.schedule.cron if cron is None else cron
    try:
        schedule = Schedule(cron=line, timezone=settings.schedule.timezone)
    except ValueError as error:
        example = 'Write it like "0 * * * *": minute, hour, day, month, day of the week.'
        raise RechkiError(f"{line!r} is no cron line", "--cron or schedule.cron", example) from error
    return RunnerDeployment.from_flow(
        advance,
        name=deployment_name(folder, settings),
        schedule=schedule,
        paused=False,  # one that was ended by hand is paused
        parameters={"study": str(folder)},
        description=settings.title,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


def deployment_name(folder: Path, settings: Study) -> str:
    """Name a study's deployment: its folder, and enough of its id to tell it from others of that name."""
    return f"{folder.name}-{str(settings.study_id)[:8]}"


def _when(settings: Study, cron: str | None) -> str:
    return f"{cron or settings.schedule.cron} ({settings.schedule.timezone})"


def _require_no_pool(deployment: RunnerDeployment, folder: Path) -> None:
    """Refuse a schedule that was given to a work pool; while it is served here, none can take it (`deploy`)."""
    with get_client(sync_client=True) as client:
        try:
            pool = client.read_deployment_by_name(deployment.full_name).work_pool_name
        except ObjectNotFound:
            return
    if pool:
        raise RechkiError(
            f"the schedule of this study is the workers' of the pool {pool!r}",
            str(folder),
            f"Leave it to them, or take it back first: prefect deployment delete {deployment.full_name}",
        )


def _tidy(deployment: RunnerDeployment, folder: Path) -> None:
    """End what an earlier schedule left behind: runs that nobody started, and runs whose process is gone."""
    with get_client(sync_client=True) as client:
        try:
            known = client.read_deployment_by_name(deployment.full_name)
        except ObjectNotFound:
            return
        skipped: State = Completed(name=SKIPPED, message="no schedule was served then")
        for run in _runs(client, known.id, StateType.SCHEDULED):
            if run.expected_start_time and run.expected_start_time < datetime.now(UTC):
                client.set_flow_run_state(run.id, skipped, force=True)
        try:
            with open_study(folder):
                gone = _runs(client, known.id, StateType.RUNNING, StateType.PENDING)
        except Busy:
            return  # one of them is at work
        for run in gone:
            client.set_flow_run_state(run.id, Crashed(message="its process was gone"), force=True)


def _runs(client: SyncPrefectClient, deployment: UUID, *states: StateType) -> list[FlowRun]:
    return client.read_flow_runs(
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment])),
        flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(states)))),
    )


def _wait_for_prefect() -> None:
    url = os.environ.get("PREFECT_API_URL")
    time.sleep(_AGAIN)
    while url and not process.answers(f"{url}/health"):
        time.sleep(_AGAIN)


def _first_of(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}".splitlines()[0]
