"""Tasks that people are asked, and the Label Studio projects that hold them."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from models.review import Kind, Line, ReviewTask
from models.store import schema
from models.store.database import Transaction, now


def add_tasks(tx: Transaction, tasks: Iterable[ReviewTask]) -> int:
    """Store planned tasks and return how many are new; one that is there already stays as it is."""
    before = tx.count(schema.task)
    tx.insert(
        schema.task,
        (
            {
                "task_key": task.key,
                "frame": task.frame,
                "kind": str(task.kind),
                "proposal_id": task.proposal_id,
                "group_number": task.group,
                "page": task.page,
                "pages": task.pages,
                "lines": [asdict(line) for line in task.lines],
                "about": task.about,
                "suggested": list(task.suggested),
                "planned_at": now(),
                "place": before + at,
            }
            for at, task in enumerate(tasks)
        ),
    )
    return tx.count(schema.task) - before


def tasks(tx: Transaction, frame: str, kind: Kind | None = None) -> list[ReviewTask]:
    """Tasks in the order they were planned."""
    table = schema.task
    wanted = [table.c.frame == frame] + ([table.c.kind == str(kind)] if kind else [])
    return [
        ReviewTask(
            key=row.task_key,
            frame=row.frame,
            kind=Kind(row.kind),
            lines=tuple(_line(line) for line in row.lines),
            proposal_id=row.proposal_id,
            group=row.group_number,
            page=row.page,
            pages=row.pages,
            about=row.about,
            suggested=tuple(row.suggested),
        )
        for row in tx.rows(table, *wanted, order=[table.c.place])
    ]


def _line(stored: Mapping[str, Any]) -> Line:
    return Line(
        stored["text"], tuple(stored["phrase_ids"]), stored.get("checked", True), tuple(stored.get("codes", ()))
    )


def change_tasks(tx: Transaction, tasks: Iterable[ReviewTask]) -> None:
    """Keep new suggestions of tasks that are there already."""
    for task in tasks:
        tx.update(schema.task, {"task_key": task.key}, {"suggested": list(task.suggested), "about": task.about})


def asked_phrases(tx: Transaction, frame: str) -> set[str]:
    """Phrases that stand on any task of a frame."""
    return {phrase for task in tasks(tx, frame) for phrase in task.phrase_ids}


def project(tx: Transaction, instance: str, frame: str, kind: Kind) -> tuple[int, datetime | None] | None:
    """The project of a kind of task on a Label Studio, and up to when it was pulled."""
    table = schema.project
    found = tx.rows(table, table.c.instance == instance, table.c.frame == frame, table.c.kind == str(kind))
    return (found[0].project, found[0].pulled_to) if found else None


def projects(tx: Transaction, frame: str) -> set[tuple[str, int]]:
    """Every project (Label Studio, number) that holds tasks of a frame."""
    return {(row.instance, row.project) for row in tx.rows(schema.project, schema.project.c.frame == frame)}


def set_project(tx: Transaction, instance: str, frame: str, kind: Kind, number: int) -> None:
    """Note which project holds a kind of task."""
    key = {"instance": instance, "frame": frame, "kind": str(kind)}
    tx.insert(schema.project, [{**key, "project": number}])
    tx.update(schema.project, key, {"project": number, "pulled_to": None})


def forget_project(tx: Transaction, instance: str, frame: str, kind: Kind) -> None:
    """Let go of a project that was deleted in Label Studio."""
    table = schema.project
    where = [table.c.study_id == tx.study_id, table.c.instance == instance]
    tx.connection.execute(table.delete().where(*where, table.c.frame == frame, table.c.kind == str(kind)))


def set_pulled(tx: Transaction, instance: str, frame: str, kind: Kind, until: datetime) -> None:
    """Move the mark up to which a project was pulled."""
    tx.update(schema.project, {"instance": instance, "frame": frame, "kind": str(kind)}, {"pulled_to": until})
