"""Proposals: what was proposed when, and what of it stands."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from models.clusters.groups import Groups
from models.codebook import EventKind, undone_events
from models.coding import Verdict
from models.planning import ProposedGroup
from models.review import Kind, ReviewTask
from models.store import schema
from models.store.database import Transaction, now
from models.store.review.answers import codebook_events, counting
from models.store.review.asked import tasks

THEMES = "themes"  # in a proposal's settings: how many phrases were confirmed that its new themes are none of
SPLIT = "split"  # in a proposal's settings: what it proposes again, the id of a split in the log or the key of a group


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
    mapped = bool(groups.places.any())
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
                "x": float(groups.places[at, 0]) if mapped else None,
                "y": float(groups.places[at, 1]) if mapped else None,
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
    keys = {found.task_key for origin, found in counting(tx, until).items() if origin in origins}
    return [task for task in tasks(tx, frame, Kind.GROUP) if task.key in keys]


def _proposal_order(tx: Transaction, frame: str) -> dict[str, int]:
    return {row.proposal_id: row.number for row in tx.rows(schema.proposal, schema.proposal.c.frame == frame)}
