"""Sending tasks: projects are found or made, and every task is there exactly once, however often this runs."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotation.client import Studio, find_project, in_words, tasks_of
from annotation.labeling import HIDDEN, KEY, Json, instructions, labeling_config, task_json, title_of
from models.codebook import Codebook
from models.config import Study
from models.encoder.load import Progress
from models.errors import RechkiError
from models.opinions import disputes, still_asked
from models.review import Kind, ReviewTask
from models.store import cards, review
from models.store.database import Store

_CHUNK = 500
_MODEL = "rechki"  # the model version of predictions, before they are learned anew
_PAGE = 5000
_TITLE_LENGTH = 50
_MACHINE_COLUMNS = (
    *("inner_id", "completed_at", "cancelled_annotations", "total_predictions", "annotations_results"),
    *("annotations_ids", "predictions_model_versions", "predictions_results", "file_upload", "storage_filename"),
    *("created_at", "updated_at", "updated_by", "avg_lead_time", "draft_exists"),
)
_COLORS = {Kind.GROUP: "#2a7ab8", Kind.ADDITION: "#8a6bb0", Kind.SORT: "#c07c3a", Kind.PHRASE: "#5b9b4a"}
_COLORS |= {Kind.AUDIT: "#7a7f87", Kind.SECOND: "#4f8f9d", Kind.ADJUDICATION: "#b5484f"}


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
        withdrawn = review.withdrawn_tasks(tx, frame)
        disputed = disputes(store.study_id, frame, cards.phrases(tx, frame), states)
        made = len(review.live_decisions(tx, frame))
    projects: dict[Kind, int] = {}
    sent = 0
    for kind, tasks in planned.items():
        if not tasks:
            continue
        with in_words(studio.url):
            project, current = _project(store, settings, studio, frame, kind, codebook)
            projects[kind] = project
            asked = {task.key for task in still_asked(tasks, disputed, answered)} - withdrawn
            past = {task.key for task in tasks if gone >= set(task.phrase_ids) or task.key not in asked}
            present = _present(studio, project, past)
            waiting = {task.key: task for task in tasks if task.key not in answered | past}

            shown = {key: task_json(task, codebook, contexts, states, settings.scale) for key, task in waiting.items()}
            version = _refresh(studio, project, current, present, shown, made)
            missing = [task for key, task in waiting.items() if key not in present]
            for chunk in _chunks(missing):
                body: Any = [_of_version(shown[task.key], version) for task in chunk]
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
            if known and find_project(studio, known[0]) is None:
                review.forget_project(tx, studio.instance, frame, kind)


def _project(
    store: Store, settings: Study, studio: Studio, frame: str, kind: Kind, codebook: Codebook
) -> tuple[int, str]:
    """Find the project of a kind of task, or make it; its choices are brought up to date.

    Returns
    -------
    tuple
        Its number, and the version of predictions that it shows.
    """
    config = labeling_config(kind, codebook, frame)
    mark = f"rechki:{settings.study_id}:{frame}:{kind}"
    with store.transaction() as tx:
        known = review.project(tx, studio.instance, frame, kind)
    if known is not None:
        number, there = known[0], require_project(studio, known[0], frame, kind)
    else:
        projects: list[Any] = list(studio.api.projects.list())
        found = [item.id for item in projects if mark in (item.description or "")]
        number = min(found) if found else _make(studio, settings, frame, kind, config, mark)
        with store.transaction() as tx:
            review.set_project(tx, studio.instance, frame, kind, number)
        there = studio.api.projects.get(id=number)
    _make_views(studio, number, kind)
    if (there.label_config or "").strip() != config.strip():
        studio.api.projects.validate_label_config(id=number, label_config=config)
        studio.api.projects.update(id=number, label_config=config)
    return number, str(there.model_version or _MODEL)


def require_project(studio: Studio, number: int, frame: str, kind: Kind) -> Any:  # noqa: ANN401  (the SDK's project model)
    """Return a known project, which must still exist.

    Raises
    ------
    RechkiError
        When it was deleted.
    """
    there = find_project(studio, number)
    if there is None:
        raise RechkiError(
            f"project {number} («{title_of(frame, kind)}») of this study was deleted in Label Studio",
            studio.url,
            "Restore it from a backup; or run 'rechki propose STUDY --new-projects' to send its tasks into a new one. "
            "Decisions that were collected before are safe.",
        )
    return there


def _make(studio: Studio, settings: Study, frame: str, kind: Kind, config: str, mark: str) -> int:
    name = title_of(frame, kind)
    title = f"{settings.title[: _TITLE_LENGTH - len(name) - 3]} · {name}"
    made = studio.api.projects.create(
        title=title,
        description=f"Речки: разбор открытых ответов. [{mark}]",
        label_config=config,
        expert_instruction=instructions(frame, kind),
        show_instruction=True,
        show_collab_predictions=True,
        model_version=_MODEL,
        maximum_annotations=1,
        sampling="Sequential sampling",
        color=_COLORS[kind],
    )
    if made.id is None:
        raise RechkiError("Label Studio made a project without a number", studio.url, "See its log.")
    return int(made.id)


def _make_views(studio: Studio, project: int, kind: Kind) -> None:
    """Make the tabs of the task table, unless somebody has made some: without the columns that only machines read.

    «Все задания» keeps the order of planning, which decides most with the fewest actions. Where suggestions are shown a
    second tab holds what nobody has answered, the least sure suggestions first.
    """
    if list(studio.api.views.list(project=project)):
        return
    columns = [f"tasks:data.{name}" for name in HIDDEN] + [f"tasks:{name}" for name in _MACHINE_COLUMNS]
    hidden = {"explore": columns, "labeling": [*columns, "tasks:id", "tasks:annotators", "tasks:predictions_score"]}
    everything: Any = {"title": "Все задания", "hiddenColumns": hidden, "filters": {"conjunction": "and", "items": []}}
    studio.api.views.create(project=project, data=everything)
    if not kind.is_check:
        shown = {"explore": [c for c in columns if c != "tasks:predictions_score"], "labeling": hidden["labeling"]}
        unanswered = {"filter": "filter:tasks:total_annotations", "operator": "equal", "type": "Number", "value": 0}
        unsure: Any = {
            "title": "Сначала неуверенные",
            "hiddenColumns": shown,
            "ordering": ["tasks:predictions_score"],
            "filters": {"conjunction": "and", "items": [unanswered]},
        }
        studio.api.views.create(project=project, data=unsure)


@dataclass(frozen=True)
class _There:
    """A task as Label Studio has it. `untouched`: nobody has answered it or begun to."""

    number: int
    annotations: int
    untouched: bool
    data: Json


def _present(studio: Studio, project: int, past: Collection[str]) -> dict[str, _There]:
    """The tasks that are there by key, after removing open ones that nobody should work on any more.

    These are tasks about parts of answers that people have joined again, of splits undone since and about disputes that
    are settled (`past`), and tasks with a key that another one has: the one people worked on stays, else the oldest.
    """
    by_key: dict[str, list[_There]] = defaultdict(list)
    for there in _all_there(studio, project):
        by_key[str(there.data[KEY])].append(there)
    for key, same in by_key.items():
        same.sort(key=lambda there: (-there.annotations, there.number))
        for there in same[0 if key in past else 1 :]:
            if not there.annotations:
                studio.api.tasks.delete(id=str(there.number))
    return {key: same[0] for key, same in by_key.items() if key not in past}


def _all_there(studio: Studio, project: int) -> Iterator[_There]:
    """Every task of ours in a project."""
    fields = "id,data,total_annotations,cancelled_annotations,draft_exists"
    for task in tasks_of(studio, project, fields="task_only", page_size=_PAGE, include=fields):
        data = task.data if isinstance(task.data, dict) else json.loads(str(task.data))
        if KEY in data:
            count = int(task.total_annotations or 0)
            begun = bool(count or task.cancelled_annotations or task.draft_exists)
            yield _There(int(task.id), count, not begun, data)


def _refresh(
    studio: Studio,
    project: int,
    version: str,
    present: Mapping[str, _There],
    shown: Mapping[str, Json],
    learned_from: int,
) -> str:
    """Show what the store says by now on tasks that nobody has touched: new names of codes, better suggestions.

    New predictions of all of them make a new model version, named by the number of decisions it was learned from; what
    somebody has answered keeps what he was shown. Returns the version that is current afterwards. The tasks themselves
    are changed last, so that a killed run is seen to be unfinished.
    """
    untouched = {key: there.number for key, there in present.items() if key in shown and there.untouched}
    changed = [key for key in untouched if shown[key]["data"] != present[key].data]
    if any(shown[key]["predictions"] for key in changed):
        version = f"{_MODEL} {learned_from}"
        _predict(studio, project, version, [(number, shown[key]) for key, number in untouched.items()])
    for key in changed:
        studio.api.tasks.update(id=str(untouched[key]), data=shown[key]["data"])
    return version


def _predict(studio: Studio, project: int, version: str, open_tasks: Sequence[tuple[int, Json]]) -> None:
    fresh: Any = [
        {"task": number, **prediction}
        for number, body in open_tasks
        for prediction in _of_version(body, version)["predictions"]
    ]
    studio.api.projects.import_predictions(id=project, request=fresh)
    studio.api.projects.update(id=project, model_version=version)


def _of_version(body: Json, version: str) -> Json:
    predictions = [{**prediction, "model_version": version} for prediction in body["predictions"]]
    return {**body, "predictions": predictions}


def _chunks(tasks: Sequence[ReviewTask]) -> Iterator[Sequence[ReviewTask]]:
    for start in range(0, len(tasks), _CHUNK):
        yield tasks[start : start + _CHUNK]
