"""From a card to what is stored of it: masked purpose rows, phrases, and what stays private."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from models.cards import Card
from models.config import Study
from models.nonanswers import is_non_answer
from models.phrases import PURPOSE_FRAME, WHY_FRAME, Span, phrase_id, split_statements, whole_statement
from models.privacy.masking import Masker, find_personal
from models.text import text_key

Row = dict[str, object]
Progress = Callable[[int, int], None]
_WORTH_PROCESSES, _CHUNK, _AT_ONCE = 4_000, 500, 16  # starting processes costs some seconds


@dataclass(frozen=True)
class PrivateCard:
    """What of a card stays with the owner. `verbatims` maps (row, field) to the raw text."""

    card_id: str
    original_id: str
    verbatims: dict[tuple[int, str], str]
    placeholders: dict[str, str]


@dataclass(frozen=True)
class Prepared:
    """Rows for the store, by table, and the private part."""

    card: Row
    purpose_rows: tuple[Row, ...]
    phrases: tuple[Row, ...]
    private: PrivateCard


def prepare_all(cards: Sequence[Card], settings: Study, progress: Progress | None = None) -> Iterator[list[Prepared]]:
    """Prepare cards part by part in their order; from some thousands on, on all cores.

    Parts are made as they are asked for, so that a large file never stands in memory a second time.
    """
    parts = [cards[start : start + _CHUNK] for start in range(0, len(cards), _CHUNK)]
    if len(cards) < _WORTH_PROCESSES:
        yield from (_prepare_some(part, settings) for part in parts)
        return
    from joblib import Parallel, delayed

    done = 0
    with Parallel(n_jobs=-1) as pool:
        for start in range(0, len(parts), _AT_ONCE):  # results that are not fetched yet stand in memory
            for made in pool(
                delayed(_prepare_apart)(part, settings, os.getpid()) for part in parts[start : start + _AT_ONCE]
            ):
                yield made
                done += len(made)
                if progress:
                    progress(done, len(cards))


def _prepare_apart(cards: Sequence[Card], settings: Study, parent: int) -> list[Prepared]:
    """Prepare cards in a worker process."""
    _end_with(parent)
    return _prepare_some(cards, settings)


@cache
def _end_with(parent: int) -> None:
    """End this worker when the run that started it is killed: joblib's workers would wait for it for good."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _prepare_some(cards: Sequence[Card], settings: Study) -> list[Prepared]:
    return [prepare(card, settings) for card in cards]


def prepare(card: Card, settings: Study) -> Prepared:
    """Mask a card and cut its purposes into phrases, and its reasons where the study codes them.

    The verbatims go into the private part only. What is cut is kept whole as well (``whole``), so that people can undo
    the cut in review.
    """
    masker = Masker()
    purpose_rows: list[Row] = []
    phrases: list[Row] = []
    for row in card.rows:
        phrases += _phrases(card, row.row, PURPOSE_FRAME, row.purpose, masker, settings)
        purpose_rows.append(
            {
                "card_id": card.card_id,
                "row": row.row,
                "score": row.score,
                "purpose": masker.mask(row.purpose, find_personal(row.purpose)),
                "why": masker.mask(row.why, find_personal(row.why)),
            }
        )
        reason = whole_statement(row.why)
        if WHY_FRAME in settings.frames and reason.end > reason.start:
            phrases += _phrases(card, row.row, WHY_FRAME, row.why, masker, settings)
    attributes = {name: masker.mask(value, find_personal(value)) for name, value in card.attributes.items()}
    return Prepared(_card_row(card, attributes), tuple(purpose_rows), tuple(phrases), _private(card, masker))


def _phrases(card: Card, row: int, frame: str, verbatim: str, masker: Masker, settings: Study) -> list[Row]:
    """The statements of one field, and the uncut one where there are several."""
    spans = split_statements(verbatim, find_personal(verbatim), settings.phrases)
    phrases = [_phrase(card, row, frame, verbatim, span, masker, settings) for span in spans]
    if len(spans) > 1:
        uncut = _phrase(card, row, frame, verbatim, whole_statement(verbatim), masker, settings)
        phrases.append({**uncut, "whole": True})
    return phrases


def _phrase(card: Card, row: int, frame: str, verbatim: str, span: Span, masker: Masker, settings: Study) -> Row:
    masked = masker.mask(verbatim, find_personal(verbatim), span.start, span.end)
    return {
        "phrase_id": phrase_id(str(settings.study_id), card.card_id, row, frame, span),
        "frame": frame,
        "card_id": card.card_id,
        "row": row,
        "field": frame,
        "start": span.start,
        "end": span.end,
        "text": masked,
        "text_key": text_key(masked),
        "non_answer": is_non_answer(masked, settings.phrases.non_answers),
        "whole": False,
    }


def _card_row(card: Card, attributes: dict[str, str]) -> Row:
    return {
        "card_id": card.card_id,
        "source_row": card.source_row,
        "respondent": card.respondent,
        "submitted_at": card.submitted_at,
        "wave": card.wave,
        "attributes": attributes,
        "content": card.content,
    }


def _private(card: Card, masker: Masker) -> PrivateCard:
    verbatims = {(row.row, PURPOSE_FRAME): row.purpose for row in card.rows}
    verbatims |= {(row.row, WHY_FRAME): row.why for row in card.rows}
    return PrivateCard(card.card_id, card.original_id, verbatims, masker.originals())
