"""Sending tasks: projects are found or made, and every task is there exactly once, however often this runs."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from label_studio_sdk.core.api_error import ApiError

from annotation.client import Studio, in_words, tasks_of
from annotation.labeling import HIDDEN, INSTRUCTIONS, KEY, MODEL_VERSION, TITLES, labeling_config, task_json
from models.codebook import Codebook
from models.config import Study
from models.encoder.load import Progress
from models.errors import RechkiError
from models.review import Kind, ReviewTask
from models.store import cards, review
from models.store.database import Store

_CHUNK = 500
_PAGE = 5000
_TITLE_LENGTH = 50
_MACHINE_COLUMNS = (
    *("inner_id", "completed_at", "cancelled_annotations", "total_predictions", "annotations_results"),
    *("annotations_ids", "predictions_model_versions", "predictions_results", "file_upload", "storage_filename"),
    *("created_at", "updated_at", "updated_by", "avg_lead_time", "draft_exists"),
)
_COLORS = {Kind.GROUP: "#2a7ab8", Kind.ADDITION: "#8a6bb0", Kind.PHRASE: "#5b9b4a"}


@dataclass(frozen=True)
class Sent:
    """How many tasks were sent now, and where people find them."""

    tasks: int
    projects: dict[Kind, int]


def push(store: Store, settings: Study, studio: Studio, frame: str, progress: Progress | None = None) -> Sent:
    """Bring Label Studio to the state of the store: projects, choices, and all planned tasks.

    What is there already is told by ``data.rechki_key``, so a killed run is simply repeated; twins that a killed
    import left behind are removed before anybody works on them.

    Raises
    ------
    RechkiError
        When a project that the study knows was deleted, or Label Studio refuses.
    """
    with store.transaction() as tx:
        codebook, states = review.coding(tx, frame)
        contexts = cards.contexts(tx, frame)
        planned = {kind: review.tasks(tx, frame, kind) for kind in Kind}
        answered = review.answered(tx)
        gone = cards.joined_phrases(tx, frame).keys()
    projects: dict[Kind, int] = {}
    sent = 0
    for kind, tasks in planned.items():
        if not tasks:
            continue
        with in_words(studio.url):
            project = _project(store, settings, studio, frame, kind, codebook)
            projects[kind] = project
            past = {task.key for task in tasks if gone >= set(task.phrase_ids)}
            present = _present(studio, project, past)
            missing = [task for task in tasks if task.key not in answered | past and task.key not in present]
            for chunk in _chunks(missing):
                body: Any = [task_json(task, codebook, contexts, states, settings.scale) for task in chunk]
                studio.api.projects.import_tasks(id=project, request=body, commit_to_project=True)
                sent += len(chunk)
                if progress:
                    progress(sent, len(missing))
            if missing:
                _present(studio, project, past)
    return Sent(sent, projects)


def forget_projects(store: Store, studio: Studio, frame: str) -> None:
    """Let go of deleted projects, so that the open tasks are sent again into new ones."""
    with store.transaction() as tx, in_words(studio.url):
        for kind in Kind:
            known = review.project(tx, studio.instance, frame, kind)
            if known and not _exists(studio, known[0]):
                review.forget_project(tx, studio.instance, frame, kind)


def _project(store: Store, settings: Study, studio: Studio, frame: str, kind: Kind, codebook: Codebook) -> int:
    """Find the project of a kind of task, or make it; its choices are brought up to date."""
    config = labeling_config(kind, codebook)
    mark = f"rechki:{settings.study_id}:{frame}:{kind}"
    with store.transaction() as tx:
        known = review.project(tx, studio.instance, frame, kind)
    if known is not None:
        require_project(studio, known[0], kind)
        number = known[0]
    else:
        projects: list[Any] = list(studio.api.projects.list())
        found = [item.id for item in projects if mark in (item.description or "")]
        number = min(found) if found else _make(studio, settings, kind, config, mark)
        with store.transaction() as tx:
            review.set_project(tx, studio.instance, frame, kind, number)
    _make_table_readable(studio, number)
    current = studio.api.projects.get(id=number)
    if (current.label_config or "").strip() != config.strip():
        studio.api.projects.validate_label_config(id=number, label_config=config)
        studio.api.projects.update(id=number, label_config=config)
    return number


def require_project(studio: Studio, number: int, kind: Kind) -> None:
    """Make sure that a known project still exists.

    Raises
    ------
    RechkiError
        When it was deleted.
    """
    if not _exists(studio, number):
        raise RechkiError(
            f"project {number} («{TITLES[kind]}») of this study was deleted in Label Studio",
            studio.url,
            "Restore it from a backup; or run 'rechki propose STUDY --new-projects' to send its tasks into a new one. "
            "Decisions that were collected before are safe.",
        )


def _exists(studio: Studio, number: int) -> bool:
    try:
        studio.api.projects.get(id=number)
    except ApiError as error:
        if error.status_code == 404:
            return False
        raise
    return True


def _make(studio: Studio, settings: Study, kind: Kind, config: str, mark: str) -> int:
    title = f"{settings.title[: _TITLE_LENGTH - len(TITLES[kind]) - 3]} · {TITLES[kind]}"
    made = studio.api.projects.create(
        title=title,
        description=f"Речки: разбор открытых ответов. [{mark}]",
        label_config=config,
        expert_instruction=INSTRUCTIONS[kind],
        show_instruction=True,
        show_collab_predictions=True,
        model_version=MODEL_VERSION,
        maximum_annotations=1,
        sampling="Sequential sampling",
        color=_COLORS[kind],
    )
    if made.id is None:
        raise RechkiError("Label Studio made a project without a number", studio.url, "See its log.")
    return int(made.id)


def _make_table_readable(studio: Studio, project: int) -> None:
    """Hide the columns of the task table that only machines read, unless somebody has made views already."""
    if list(studio.api.views.list(project=project)):
        return
    columns = [f"tasks:data.{name}" for name in HIDDEN] + [f"tasks:{name}" for name in _MACHINE_COLUMNS]
    hidden = {"explore": columns, "labeling": [*columns, "tasks:id", "tasks:annotators", "tasks:predictions_score"]}
    view: Any = {"title": "Все задания", "hiddenColumns": hidden, "filters": {"conjunction": "and", "items": []}}
    studio.api.views.create(project=project, data=view)


def _present(studio: Studio, project: int, past: Collection[str]) -> set[str]:
    """Keys of the tasks that are there, after removing open ones that nobody should work on any more.

    These are tasks about parts of answers that people have joined again (`past`), and tasks with a key that another one
    has: the one people worked on stays, else the oldest.
    """
    by_key: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for key, number, annotations in _keys(studio, project):
        by_key[key].append((-annotations, number))
    for key, same in by_key.items():
        for count, number in sorted(same)[0 if key in past else 1 :]:
            if count == 0:
                studio.api.tasks.delete(id=str(number))
    return set(by_key) - set(past)


def _keys(studio: Studio, project: int) -> Iterator[tuple[str, int, int]]:
    """Key, number and count of annotations of every task of ours in a project."""
    fields = "id,data,total_annotations"
    for task in tasks_of(studio, project, fields="task_only", page_size=_PAGE, include=fields):
        data = task.data if isinstance(task.data, dict) else json.loads(str(task.data))
        if KEY in data:
            yield str(data[KEY]), int(task.id), int(task.total_annotations or 0)


def _chunks(tasks: Sequence[ReviewTask]) -> Iterator[Sequence[ReviewTask]]:
    for start in range(0, len(tasks), _CHUNK):
        yield tasks[start : start + _CHUNK]
