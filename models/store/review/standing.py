"""The coding as it stands, or stood at a moment: decisions that count, replayed on the phrases that stand."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from models.codebook import Codebook
from models.coding import Decision, PhraseState, Verdict, replay_decisions
from models.opinions import FirstAnswer
from models.store import schema
from models.store.database import Transaction
from models.store.review.answers import codebook_events, counting, decision_of
from models.store.review.asked import tasks
from models.store.review.proposals import withdrawn_tasks


def live_decisions(tx: Transaction, frame: str, until: datetime | None = None) -> list[Decision]:
    """Decisions of the newest revision of annotations that still exist and can count, or did at a moment."""
    withdrawn = withdrawn_tasks(tx, frame, until)
    live = {origin for origin, found in counting(tx, until).items() if found.task_key not in withdrawn}
    table = schema.decision
    return [decision_of(row) for row in tx.rows(table, table.c.frame == frame) if row.origin in live]


def first_answers(tx: Transaction, frame: str) -> list[FirstAnswer]:
    """What every annotation that still exists decided first: of its earliest revision that could count."""
    decided: dict[str, list[Decision]] = defaultdict(list)
    for row in tx.rows(schema.decision, schema.decision.c.frame == frame):
        decided[row.origin].append(decision_of(row))
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
