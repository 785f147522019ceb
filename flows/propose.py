"""propose: new files to cards, phrases, vectors, a proposal and tasks in Label Studio."""

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task

from annotation.client import connect
from annotation.push import forget_projects, push
from flows.running import alone, run_name
from flows.shards import encode_texts
from flows.stages import stage
from flows.study import CARDS, REFUSED, open_study
from models.backfill import backfill
from models.errors import Unavailable
from models.plural import counted
from models.proposing import make_proposal, open_texts, plan_tasks
from models.reading import read_new_files
from models.splitting import propose_splits
from models.store.memory import remembering


def may_pass(_: Task[..., object], __: TaskRun, state: State[object]) -> bool:
    """Retry what may pass by itself: a service that does not answer, never a wrong file or token."""
    return isinstance(state.result(raise_on_failure=False), Unavailable)


RETRIES, DELAYS = 2, [2.0, 5.0]
_SHOWN = 20


@task(retries=RETRIES, retry_delay_seconds=DELAYS, retry_condition_fn=may_pass, cache_policy=NO_CACHE)
def sign_in(study: str) -> None:
    """Make sure that Label Studio will take what is prepared, before anything is written."""
    with stage("Label Studio") as at, open_study(study) as opened:
        studio = connect(opened.settings)
        at.words = f"signed in at {studio.url}"


@task(cache_policy=NO_CACHE)
def read_files(study: str) -> None:
    """Read the card files that were not read yet, and remember those that could not be used."""
    with stage("Reading cards") as at, open_study(study) as opened:
        refused = opened.folder / REFUSED
        folder, settings = opened.folder / CARDS, opened.settings
        brought = read_new_files(folder, refused, settings, opened.store, opened.private, at.progress)
        at.words = f"{counted(brought.new, 'new card')} from {counted(brought.files, 'new file')}"
        at.words += f", {brought.known} known before"
        at.words += f", {brought.completed} completed" if brought.completed else ""
        if late := backfill(settings, opened.store, opened.private, at.progress):
            at.words += f", {counted(late, 'reason')} of known cards"
        for note in brought.notes[:_SHOWN]:
            at.note(note)
        if len(brought.notes) > _SHOWN:
            at.note(f"and {len(brought.notes) - _SHOWN} more")
        if brought.refused:
            were, them = ("was", "it") if brought.refused == 1 else ("were", "them")
            rows = f"{counted(brought.refused, 'row')} {were} not taken"
            at.note(f"{rows}: mend {them} in {refused} and drop the file into {CARDS}")
        for refusal in brought.refusals:
            at.note(f"not read: {refusal.why}")
        for name in brought.growing:
            at.note(f"{name} is still being written: the next run reads it")
        with remembering(opened.folder) as memory:
            memory.refusals = list(brought.refusals)


@task(cache_policy=NO_CACHE)
def encode(study: str, frame: str) -> None:
    """Encode new phrases and the names of new codes."""
    with stage("Encoding phrases", frame) as at, open_study(study) as opened:
        texts = open_texts(opened.store, frame)
        fresh = encode_texts(opened, frame, texts, at.progress)
        at.words = f"{fresh} new, {len(texts) - fresh} from the cache"


@task(cache_policy=NO_CACHE)
def cluster(study: str, frame: str) -> None:
    """Propose groups of the phrases that no proposal has held yet."""
    with stage("Clustering", frame) as at, open_study(study) as opened:
        groups = make_proposal(opened.store, opened.settings, opened.encoder(), frame, at.progress)
        at.words = f"{counted(groups, 'group')} proposed" if groups else "no new groups"


@task(cache_policy=NO_CACHE)
def plan(study: str, frame: str) -> None:
    """Propose what is to be split in finer groups, and decide which tasks are due."""
    with stage("Planning the review", frame) as at, open_study(study) as opened:
        finer = propose_splits(opened.store, opened.settings, opened.encoder(), frame)
        at.words = f"{plan_tasks(opened.store, opened.settings, opened.encoder(), frame)} new tasks"
        at.words += f", {finer} finer groups" if finer else ""


@task(retries=RETRIES, retry_delay_seconds=DELAYS, retry_condition_fn=may_pass, cache_policy=NO_CACHE)
def send(study: str, frame: str) -> None:
    """Bring Label Studio's projects, choices and tasks up to date."""
    with stage("Sending tasks", frame) as at, open_study(study) as opened:
        studio = connect(opened.settings)
        sent = push(opened.store, opened.settings, studio, frame, at.progress)
        places = ", ".join(studio.project_url(number) for number in sent.projects.values())
        at.words = f"{sent.tasks} sent" + (f"; people work at {places}" if places else "")


@flow(name="propose", flow_run_name=run_name, validate_parameters=False)
@alone
def propose(study: str, new_projects: bool = False) -> None:
    """Read new files and send what people should look at next.

    Parameters
    ----------
    study : str
        The study folder.
    new_projects : bool
        Let go of projects that were deleted in Label Studio, and send their open tasks into new ones.
    """
    sign_in(study)
    with open_study(study) as opened:
        frames = opened.frames
        if new_projects:
            for frame in frames:
                forget_projects(opened.store, connect(opened.settings), frame)
    read_files(study)
    for frame in frames:
        encode(study, frame)
        cluster(study, frame)
        plan(study, frame)
        send(study, frame)
