"""Stored proposals, tasks, annotations, decisions and codebook events."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from models.clusters.groups import Groups
from models.codebook import Codebook, Event, EventKind, undone_events
from models.coding import Decision, PhraseState, Role, Verdict, replay_decisions
from models.opinions import FirstAnswer
from models.planning import ProposedGroup
from models.review import SKIPPED, Kind, Line, ReviewTask
from models.store import schema
from models.store.database import Transaction, now

SPLIT = "split"  # in a proposal's settings: what it proposes again, the id of a split in the log or the key of a group


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


def add_proposal(
    tx: Transaction,
    proposal_id: str,
    frame: str,
    fingerprint: str,
    settings: Mapping[str, Any],
    texts: Sequence[Sequence[str]],
    groups: Groups,
    about: Sequence[Mapping[str, Any]],
) -> None:
    """Store a proposal.

    Parameters
    ----------
    texts : sequence of sequences of phrase ids
        For every clustered text the phrases that share it, in the order of `groups`.
    about : sequence of mappings
        What is shown of every group.
    """
    number = 1 + len(tx.rows(schema.proposal, schema.proposal.c.frame == frame))
    values = {"frame": frame, "fingerprint": fingerprint, "settings": dict(settings), "made_at": now()}
    tx.insert(schema.proposal, [{"proposal_id": proposal_id, "number": number, **values}])
    tx.insert(
        schema.proposal_group,
        ({"proposal_id": proposal_id, "number": group, "about": dict(shown)} for group, shown in enumerate(about)),
    )
    places = {int(at): place for group in range(groups.count) for place, at in enumerate(groups.members(group))}
    tx.insert(
        schema.membership,
        (
            {
                "proposal_id": proposal_id,
                "phrase_id": phrase,
                "number": int(groups.labels[at]),
                "nearest": int(groups.nearest[at]),
                "confidence": float(groups.confidence[at]),
                "place": places.get(at, 0),
                "x": float(groups.places[at, 0]),
                "y": float(groups.places[at, 1]),
            }
            for at, same in enumerate(texts)
            for phrase in same
        ),
    )


def proposed_phrases(tx: Transaction, frame: str) -> set[str]:
    """Phrases that were part of any proposal of a frame."""
    proposals = _proposal_order(tx, frame)
    return {row.phrase_id for row in tx.rows(schema.membership) if row.proposal_id in proposals}


def map_places(tx: Transaction, frame: str) -> dict[str, tuple[float, float]]:
    """Where phrases stand on the map of the first proposal that has one: later ones have maps of their own."""
    order = _proposal_order(tx, frame)
    placed = [row for row in tx.rows(schema.membership) if row.proposal_id in order and row.x is not None]
    first = min((order[row.proposal_id] for row in placed), default=0)
    return {row.phrase_id: (row.x, row.y) for row in placed if order[row.proposal_id] == first}


def asked_phrases(tx: Transaction, frame: str) -> set[str]:
    """Phrases that stand on any task of a frame."""
    return {phrase for task in tasks(tx, frame) for phrase in task.phrase_ids}


def proposed_groups(tx: Transaction, frame: str) -> list[ProposedGroup]:
    """The groups of a frame's proposals that stand, earlier proposals and larger groups first."""
    withdrawn = _withdrawn_proposals(tx, frame)
    order = {key: number for key, number in _proposal_order(tx, frame).items() if key not in withdrawn}
    members: dict[tuple[str, int], list[tuple[int, str]]] = defaultdict(list)
    for row in tx.rows(schema.membership, schema.membership.c.number >= 0):
        members[row.proposal_id, row.number].append((row.place, row.phrase_id))
    groups = [row for row in tx.rows(schema.proposal_group) if row.proposal_id in order]
    groups.sort(key=lambda row: (order[row.proposal_id], row.number))
    return [
        ProposedGroup(
            row.proposal_id,
            row.number,
            tuple(phrase for _, phrase in sorted(members[row.proposal_id, row.number])),
            row.about,
        )
        for row in groups
    ]


def group_key(proposal_id: str, number: int) -> str:
    """Name a group of a proposal."""
    return f"{proposal_id}/{number}"


def split_proposals(tx: Transaction, frame: str) -> dict[str, str]:
    """Proposals that propose something again, by what they do; earlier ones first."""
    table = schema.proposal
    rows = tx.rows(table, table.c.frame == frame, order=[table.c.number])
    return {row.settings[SPLIT]: row.proposal_id for row in rows if SPLIT in row.settings}


def marked_groups(tx: Transaction, frame: str) -> set[str]:
    """Keys of the groups that people said are several, and still say so."""
    withdrawn = _withdrawn_proposals(tx, frame)
    return {
        group_key(task.proposal_id, task.group)
        for task in _marked_tasks(tx, frame)
        if task.proposal_id not in withdrawn
    }


def withdrawn_tasks(tx: Transaction, frame: str, until: datetime | None = None) -> set[str]:
    """Keys of tasks asked for a split that was undone since: nobody should work on them, and they do not count."""
    withdrawn = _withdrawn_proposals(tx, frame, until)
    return {task.key for task in tasks(tx, frame, Kind.GROUP) if task.proposal_id in withdrawn} if withdrawn else set()


def _withdrawn_proposals(tx: Transaction, frame: str, until: datetime | None = None) -> set[str]:
    """Proposals of splits that were undone, and of groups whose mark was taken back."""
    proposals = split_proposals(tx, frame)
    if not proposals:
        return set()
    events = [event for event in codebook_events(tx, frame) if until is None or event.at <= until]
    undone = undone_events(events)
    standing = {event.event_id for event in events if event.kind is EventKind.SPLIT} - undone
    marked = _marked_tasks(tx, frame, until)
    withdrawn: set[str] = set()
    for key, proposal in proposals.items():  # a group that is marked may itself be of such a proposal, an earlier one
        said = (task for task in marked if group_key(task.proposal_id, task.group) == key)
        if key not in standing and not any(task.proposal_id not in withdrawn for task in said):
            withdrawn.add(proposal)
    return withdrawn


def _marked_tasks(tx: Transaction, frame: str, until: datetime | None = None) -> list[ReviewTask]:
    """Pages of groups that somebody says are several."""
    table = schema.decision
    origins = {row.origin for row in tx.rows(table, table.c.frame == frame, table.c.verdict == str(Verdict.TWO))}
    if not origins:
        return []
    keys = {found.task_key for origin, found in _counting(tx, until).items() if origin in origins}
    return [task for task in tasks(tx, frame, Kind.GROUP) if task.key in keys]


def _proposal_order(tx: Transaction, frame: str) -> dict[str, int]:
    return {row.proposal_id: row.number for row in tx.rows(schema.proposal, schema.proposal.c.frame == frame)}


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


def project(tx: Transaction, instance: str, frame: str, kind: Kind) -> tuple[int, datetime | None] | None:
    """The project of a kind of task on a Label Studio, and up to when it was pulled."""
    table = schema.project
    found = tx.rows(table, table.c.instance == instance, table.c.frame == frame, table.c.kind == str(kind))
    return (found[0].project, found[0].pulled_to) if found else None


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


def _counting(tx: Transaction, until: datetime | None) -> dict[str, StoredAnnotation]:
    """The newest revisions that can count, by the origin of their decisions."""
    return {
        f"{instance}/{number}/{annotation}/{found.revision}": found
        for (instance, number, annotation), found in newest_annotations(tx, until=until).items()
        if not found.removed and found.problem is None
    }


def live_decisions(tx: Transaction, frame: str, until: datetime | None = None) -> list[Decision]:
    """Decisions of the newest revision of annotations that still exist and can count, or did at a moment."""
    withdrawn = withdrawn_tasks(tx, frame, until)
    live = {origin for origin, found in _counting(tx, until).items() if found.task_key not in withdrawn}
    table = schema.decision
    return [_decision(row) for row in tx.rows(table, table.c.frame == frame) if row.origin in live]


def first_answers(tx: Transaction, frame: str) -> list[FirstAnswer]:
    """What every annotation that still exists decided first: of its earliest revision that could count."""
    decided: dict[str, list[Decision]] = defaultdict(list)
    for row in tx.rows(schema.decision, schema.decision.c.frame == frame):
        decided[row.origin].append(_decision(row))
    kinds = {task.key: task.kind for task in tasks(tx, frame)}
    first: dict[tuple[str, int, int], list[FirstAnswer]] = {}
    gone: set[tuple[str, int, int]] = set()
    for row in tx.rows(schema.annotation, order=[schema.annotation.c.revision]):
        key = row.instance, row.project, row.annotation_id
        (gone.add if row.removed else gone.discard)(key)
        made = decided.get("/".join(str(part) for part in (*key, row.revision)))
        if made and key not in first:
            first[key] = [FirstAnswer(decision, row.task_key, kinds[row.task_key]) for decision in made]
    return [answer for key, answers in first.items() if key not in gone for answer in answers]


def decisions_of(tx: Transaction, origin: str) -> dict[str, Decision]:
    """Decisions of one revision of an annotation, by phrase."""
    table = schema.decision
    return {row.phrase_id: _decision(row) for row in tx.rows(table, table.c.origin == origin)}


def _decision(row: Row[Any]) -> Decision:
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


def standing_phrases(tx: Transaction, frame: str, until: datetime | None = None) -> tuple[list[Row[Any]], set[str]]:
    """Phrases that stand, ordered by text and id, and the ids of the parts that people have joined again.

    An answer stands in its parts or, where somebody undid the cut, whole.
    """
    joins = {made.phrase_id for made in live_decisions(tx, frame, until) if made.verdict is Verdict.JOIN}
    table = schema.phrase
    rows = tx.rows(table, table.c.frame == frame, order=[table.c.text_key, table.c.text, table.c.phrase_id])
    uncut = {(row.card_id, row.row) for row in rows if row.whole}
    joined = {(row.card_id, row.row) for row in rows if row.phrase_id in joins} & uncut
    standing = [row for row in rows if row.whole == ((row.card_id, row.row) in joined)]
    return standing, {row.phrase_id for row in rows if not row.whole and (row.card_id, row.row) in joined}


def coding(tx: Transaction, frame: str, until: datetime | None = None) -> tuple[Codebook, dict[str, PhraseState]]:
    """Replay the codebook log and the decisions of a frame, on the phrases that stand: all, or up to a moment."""
    codebook = Codebook.replay(frame, codebook_events(tx, frame), until)
    standing = {row.phrase_id for row in standing_phrases(tx, frame, until)[0]}
    states = replay_decisions(live_decisions(tx, frame, until), codebook)
    return codebook, {phrase: state for phrase, state in states.items() if phrase in standing}


def answered(tx: Transaction) -> set[str]:
    """Keys of tasks that have an annotation which counts."""
    found = newest_annotations(tx).values()
    return {item.task_key for item in found if not item.removed and item.problem is None}


def skipped(tx: Transaction) -> set[str]:
    """Keys of tasks that somebody skipped."""
    return {item.task_key for item in newest_annotations(tx).values() if not item.removed and item.problem == SKIPPED}


def settings_json(settings: object) -> str:
    """Write settings as canonical JSON, for hashes."""
    return json.dumps(settings, sort_keys=True, ensure_ascii=False, default=str)
