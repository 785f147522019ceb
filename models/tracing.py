"""What stands behind a code's numbers: the annotations that confirmed its phrases, and the codebook's events."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from models.codebook import Codebook, Event
from models.coding import Decision, PhraseState


@dataclass(frozen=True)
class Behind:
    """One annotation behind one phrase of a code.

    `origin` is ``instance/project/annotation/revision``; `start` and `end` are the phrase's place in the verbatim.
    `original_id` and `words` are the card's own id and the phrase as it was written: only the owner has them.
    """

    card_id: str
    row: int
    score: int | None
    phrase_id: str
    start: int
    end: int
    origin: str
    annotator: str
    decided_at: datetime
    original_id: str | None = None
    words: str | None = None


def annotations_behind(
    code_id: str,
    states: Mapping[str, PhraseState],
    decisions: Iterable[Decision],
    places: Mapping[str, tuple[str, int, int, int]],
    scores: Mapping[tuple[str, int], int | None],
) -> list[Behind]:
    """List the annotations behind a code, by card, row and place in the answer.

    Parameters
    ----------
    states : mapping of phrase id to PhraseState
        The coding that is counted, merges followed.
    places : mapping of phrase id to (card id, row, start, end)
    """
    made = {(decision.phrase_id, decision.origin): decision for decision in decisions}
    found = []
    for phrase_id, state in states.items():
        if code_id not in state.codes:
            continue
        card_id, row, start, end = places[phrase_id]
        for origin in state.origins:
            by = made[phrase_id, origin]
            score = scores[card_id, row]
            found.append(Behind(card_id, row, score, phrase_id, start, end, origin, by.annotator, by.decided_at))
    return sorted(found, key=lambda behind: (behind.card_id, behind.row, behind.start, behind.phrase_id, behind.origin))


def for_owner(
    found: Iterable[Behind], original_ids: Mapping[str, str], verbatims: Mapping[tuple[str, int], str]
) -> list[Behind]:
    """Name the cards by their own ids and the phrases by their words, as far as these are kept."""
    return [
        replace(
            behind,
            original_id=original_ids.get(behind.card_id),
            words=verbatims.get((behind.card_id, behind.row), "")[behind.start : behind.end] or None,
        )
        for behind in found
    ]


def events_behind(code_id: str, codebook: Codebook, events: Iterable[Event]) -> list[Event]:
    """List the codebook's events about a code and about those merged into it, in the log's order."""
    held = {known for known in codebook.codes if codebook.resolve(known) == code_id}
    return [event for event in events if event.code_id in held]
