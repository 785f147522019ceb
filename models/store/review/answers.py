"""Annotations as they were collected, the decisions made of them, and the codebook log; all are only added to."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from models.codebook import Event, EventKind
from models.coding import Decision, Role, Verdict
from models.review import SKIPPED
from models.store import schema
from models.store.database import Transaction, now


@dataclass(frozen=True)
class StoredAnnotation:
    """The newest revision of an annotation. `problem` says why it cannot count, None when it does."""

    project: int
    annotation_id: int
    revision: int
    task_key: str
    annotator: str
    changed_at: datetime
    content: str
    removed: bool
    problem: str | None


def newest_annotations(
    tx: Transaction, instance: str | None = None, until: datetime | None = None
) -> dict[tuple[str, int, int], StoredAnnotation]:
    """The newest revision of every annotation by (instance, project, annotation id).

    With `until`, the one that was the newest at that moment; of a deletion only the moment it was collected is known.
    """
    table = schema.annotation
    rows = tx.rows(table, *([table.c.instance == instance] if instance else []), order=[table.c.revision])
    if until is not None:
        rows = [row for row in rows if (row.pulled_at if row.removed else row.changed_at) <= until]
    return {
        (row.instance, row.project, row.annotation_id): StoredAnnotation(
            row.project,
            row.annotation_id,
            row.revision,
            row.task_key,
            row.annotator,
            row.changed_at,
            row.content,
            row.removed,
            row.problem,
        )
        for row in rows
    }


def add_annotation(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Append one revision of an annotation."""
    tx.insert(schema.annotation, [{"pulled_at": now(), **row}])


def counting(tx: Transaction, until: datetime | None) -> dict[str, StoredAnnotation]:
    """The newest revisions that can count, by the origin of their decisions."""
    return {
        f"{instance}/{number}/{annotation}/{found.revision}": found
        for (instance, number, annotation), found in newest_annotations(tx, until=until).items()
        if not found.removed and found.problem is None
    }


def answered(tx: Transaction) -> set[str]:
    """Keys of tasks that have an annotation which counts."""
    found = newest_annotations(tx).values()
    return {item.task_key for item in found if not item.removed and item.problem is None}


def skipped(tx: Transaction) -> set[str]:
    """Keys of tasks that somebody skipped."""
    return {item.task_key for item in newest_annotations(tx).values() if not item.removed and item.problem == SKIPPED}


def add_decisions(tx: Transaction, decisions: Iterable[Decision]) -> None:
    """Append decisions."""
    tx.insert(
        schema.decision,
        (
            {**asdict(made), "role": str(made.role), "verdict": str(made.verdict), "codes": list(made.codes)}
            | {"suggested": list(made.suggested)}
            for made in decisions
        ),
    )


def decisions_of(tx: Transaction, origin: str) -> dict[str, Decision]:
    """Decisions of one revision of an annotation, by phrase."""
    table = schema.decision
    return {row.phrase_id: decision_of(row) for row in tx.rows(table, table.c.origin == origin)}


def decision_of(row: Row[Any]) -> Decision:
    """Return a decision as it is stored."""
    return Decision(
        row.decision_id,
        row.frame,
        row.phrase_id,
        row.annotator,
        row.decided_at,
        Role(row.role),
        Verdict(row.verdict),
        tuple(row.codes),
        tuple(row.suggested),
        row.blind,
        row.lead_time,
        row.origin,
    )


def add_events(tx: Transaction, events: Iterable[Event]) -> None:
    """Append to the codebook log."""
    table = schema.codebook_event
    last = tx.connection.scalar(select(func.max(table.c.sequence)).where(table.c.study_id == tx.study_id)) or 0
    tx.insert(
        table,
        (
            {**asdict(event), "kind": str(event.kind), "payload": dict(event.payload), "sequence": last + at}
            for at, event in enumerate(events, start=1)
        ),
    )


def codebook_events(tx: Transaction, frame: str) -> list[Event]:
    """The codebook log of a frame, in order."""
    table = schema.codebook_event
    return [
        Event(row.event_id, row.frame, row.at, row.who, EventKind(row.kind), row.code_id, row.payload, row.origin)
        for row in tx.rows(table, table.c.frame == frame, order=[table.c.sequence])
    ]
