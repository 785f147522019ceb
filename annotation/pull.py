"""Pulling what people decided: every revision is kept, odd answers are named and never count."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from annotation.client import Studio, annotation_numbers, in_words, tasks_of
from annotation.labeling import KEY, answer_of
from annotation.push import require_project
from models.codebook import Codebook
from models.coding import Decision, Role
from models.review import SKIPPED, Kind, ReviewTask, Source, UnusableAnswer, interpret
from models.store import review
from models.store.database import Store, Transaction
from models.store.review import StoredAnnotation

Json = dict[str, Any]
_PAGE = 500
_OVERLAP = timedelta(seconds=5)
_BEGINNING = datetime(2000, 1, 1)
_TOUCHED = ("filter:tasks:total_annotations", "filter:tasks:cancelled_annotations")
_NUMBERS = "filter:tasks:annotations_ids"


@dataclass(frozen=True)
class Pulled:
    """New or changed annotations, deleted ones, and what cannot count: (task number in Label Studio, reason)."""

    changed: int
    removed: int
    odd: tuple[tuple[int, str], ...]


def pull(store: Store, studio: Studio, frame: str) -> Pulled:
    """Take what changed since the last pull into the store, one transaction a project.

    Repeating it changes nothing. An edited annotation is a new revision with new decisions; a deleted one takes its
    decisions back. An answer that Label Studio has kept and not counted, because it died in between, is taken too.
    Decisions, codebook events and the mark up to which was pulled are kept together or not at all.

    Raises
    ------
    RechkiError
        When a project was deleted or Label Studio does not answer.
    """
    changed, removed, odd = 0, 0, []
    for kind in Kind:
        with store.transaction() as tx:
            known = review.project(tx, studio.instance, frame, kind)
            standing = {
                one.annotation_id for one in review.newest_annotations(tx, studio.instance).values() if not one.removed
            }
        if known is None:
            continue
        project, since = known
        with in_words(studio.url):
            require_project(studio, project, frame, kind)
            until, found = _changed_tasks(studio, project, since or _BEGINNING)
            present = _annotation_ids(studio, project)
            taken = {int(annotation["id"]) for task in found for annotation in task["annotations"]}
            found += _tasks_with(studio, project, present - standing - taken)
        with store.transaction() as tx:
            taking = _Taking(tx, store.study_id, studio, frame, project)
            for task in found:
                taking.take(task)
            removed += taking.take_back(present | taking.seen)
            review.set_pulled(tx, studio.instance, frame, kind, until)
        changed += taking.changed
        odd += taking.odd
    return Pulled(changed, removed, tuple(odd))


class _Taking:
    """One project's annotations on their way into the store."""

    def __init__(self, tx: Transaction, study_id: str, studio: Studio, frame: str, project: int) -> None:
        self.tx, self.study_id, self.studio, self.project, self.frame = tx, study_id, studio, project, frame
        self.tasks = {task.key: task for task in review.tasks(tx, frame)}
        self.known = review.newest_annotations(tx, studio.instance)
        self.codebook: Codebook = review.coding(tx, frame)[0]
        self.seen: set[int] = set()
        self.changed = 0
        self.odd: list[tuple[int, str]] = []

    def take(self, task: Json) -> None:
        key = str(task["data"].get(KEY, ""))
        for annotation in sorted(task["annotations"], key=lambda item: (item["updated_at"], item["id"])):
            self.seen.add(int(annotation["id"]))
            self._annotation(int(task["id"]), key, annotation)

    def take_back(self, present: Iterable[int]) -> int:
        """Note every known annotation of the project that is no longer there."""
        there = set(present)
        gone = [
            found
            for (_, project, number), found in self.known.items()
            if project == self.project and not found.removed and number not in there
        ]
        for found in gone:
            self._append(found.annotation_id, found.revision + 1, found, removed=True, result=[], problem=None)
        return len(gone)

    def _annotation(self, task_number: int, key: str, annotation: Json) -> None:
        number = int(annotation["id"])
        content = _content(annotation)
        before = self.known.get((self.studio.instance, self.project, number))
        if before is not None and before.content == content and not before.removed:
            if before.problem:
                self.odd.append((task_number, before.problem))
            return
        revision = before.revision + 1 if before else 1
        task = self.tasks.get(key)
        source = Source(
            annotator=str(annotation.get("updated_by") or annotation.get("completed_by") or "?"),
            at=_moment(annotation["updated_at"]),
            origin=f"{self.studio.instance}/{self.project}/{number}/{revision}",
            lead_time=annotation.get("lead_time"),
            role=task.kind.role if task else Role.CODER,
            blind=task is not None and task.kind.is_blind,
        )
        earlier = review.decisions_of(self.tx, f"{source.origin.rpartition('/')[0]}/{revision - 1}")
        problem = self._decide(task, annotation, source, earlier)
        if problem:
            self.odd.append((task_number, problem))
        stored = StoredAnnotation(
            self.project, number, revision, key, source.annotator, source.at, content, False, problem
        )
        self._append(number, revision, stored, removed=False, result=annotation["result"], problem=problem)
        self.changed += 1

    def _decide(
        self, task: ReviewTask | None, annotation: Json, source: Source, earlier: Mapping[str, Decision]
    ) -> str | None:
        """Store what the annotation decides, or return why it decides nothing.

        What an edit left as it was keeps the time it was decided at, so that saving a page again does not outweigh what
        the same person said of a single phrase since.
        """
        if annotation.get("was_cancelled"):
            return SKIPPED
        if task is None:
            return "такого задания исследование не ставило"
        try:
            answer = answer_of(task, annotation["result"])
            decisions, events = interpret(self.study_id, task, answer, source, self.codebook)
        except UnusableAnswer as error:
            return str(error)
        review.add_decisions(self.tx, (_unless_changed(made, earlier.get(made.phrase_id)) for made in decisions))
        review.add_events(self.tx, events)
        return None

    def _append(
        self,
        number: int,
        revision: int,
        of: StoredAnnotation,
        *,
        removed: bool,
        result: list[Json],
        problem: str | None,
    ) -> None:
        review.add_annotation(
            self.tx,
            {
                "instance": self.studio.instance,
                "project": self.project,
                "annotation_id": number,
                "revision": revision,
                "task_key": of.task_key,
                "annotator": of.annotator,
                "changed_at": of.changed_at,
                "content": of.content,
                "result": result,
                "removed": removed,
                "problem": problem,
            },
        )


def _unless_changed(made: Decision, before: Decision | None) -> Decision:
    same = before is not None and (before.verdict, before.codes) == (made.verdict, made.codes)
    return replace(made, decided_at=before.decided_at) if before is not None and same else made


def _changed_tasks(studio: Studio, project: int, since: datetime) -> tuple[datetime, list[Json]]:
    """Tasks changed since a moment that somebody has answered or skipped, and the newest change seen.

    Bulk changes of predictions do not move ``updated_at``; everything people do does. Tasks that nobody has answered
    are left where they are: there may be thousands of them, all sent in the same moment.
    """
    start = (since - _OVERLAP).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    changed = {"filter": "filter:tasks:updated_at", "operator": "greater_or_equal", "type": "Datetime", "value": start}
    tasks: dict[int, Json] = {}
    until = since
    for column in _TOUCHED:  # a filter of Label Studio knows either "and" or "or"
        query = json.dumps({"filters": {"conjunction": "and", "items": [changed, _positive(column)]}})
        for task in tasks_of(studio, project, fields="all", query=query, page_size=_PAGE):
            tasks[int(task.id)] = _with_annotations(task)
            until = max(until, _moment(task.updated_at))
    return until, [tasks[number] for number in sorted(tasks)]


def _annotation_ids(studio: Studio, project: int) -> set[int]:
    """Numbers of all annotations of a project, to notice deleted and uncounted ones.

    Asked of the annotations themselves: a task's counts and its ``updated_at`` are written after its annotation, and a
    server that dies in between leaves an answer that nothing else tells of.
    """
    query = json.dumps({"filters": {"conjunction": "and", "items": [_positive(_NUMBERS)]}})
    found = tasks_of(studio, project, fields="all", query=query, page_size=_PAGE, include="id,annotations_ids")
    return {number for task in found for number in annotation_numbers(task)}


def _tasks_with(studio: Studio, project: int, annotations: Collection[int]) -> list[Json]:
    """Return the tasks that hold some annotations."""
    numbers, tasks = sorted(annotations), dict[int, Json]()
    for at in range(0, len(numbers), _PAGE):
        named = ",".join(map(str, numbers[at : at + _PAGE]))
        holding = {"filter": _NUMBERS, "operator": "contains", "type": "String", "value": named}
        query = json.dumps({"filters": {"conjunction": "and", "items": [holding]}})
        for task in tasks_of(studio, project, fields="all", query=query, page_size=_PAGE):
            tasks[int(task.id)] = _with_annotations(task)
    return [tasks[number] for number in sorted(tasks)]


def _with_annotations(task: Any) -> Json:  # noqa: ANN401  (the SDK's task model)
    return {"id": task.id, "data": task.data, "annotations": [_plain(one) for one in task.annotations or []]}


def _positive(column: str) -> Mapping[str, object]:
    return {"filter": column, "operator": "greater", "type": "Number", "value": 0}


def _content(annotation: Json) -> str:
    """Hash of what a person sent: who, when, what, skipped or not."""
    parts = [annotation.get(name) for name in ("updated_at", "completed_by", "updated_by", "was_cancelled", "result")]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:20]


def _plain(annotation: object) -> Json:
    if isinstance(annotation, dict):
        return annotation
    dumped: Json = annotation.model_dump(mode="json")  # type: ignore[attr-defined]  # an SDK model
    return dumped


def _moment(value: object) -> datetime:
    """A moment of the server as UTC without a zone."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
