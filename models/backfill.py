"""Phrases of known cards for a code frame that was switched on after they were read."""

from collections import defaultdict

from models.cards import Card, PurposeRow
from models.config import Study
from models.intake import Progress, prepare_all
from models.phrases import PURPOSE_FRAME, WHY_FRAME
from models.store import cards
from models.store.database import Store
from models.store.private import Private


def backfill(settings: Study, store: Store, private: Private, progress: Progress | None = None) -> int:
    """Cut the stored reasons that have no phrase yet, where the study codes reasons, and return how many those were.

    A reason is cut exactly as it would have been when its card was read: from the verbatim and, where none was kept,
    from the masked text. Repeating it changes nothing.
    """
    if WHY_FRAME not in settings.frames:
        return 0
    with store.transaction() as tx:
        missing = cards.uncut_reasons(tx)
        rows = cards.purpose_rows(tx, {card for card, _ in missing})
    if not missing:
        return 0
    purposes, reasons = (private.verbatims(field) for field in (PURPOSE_FRAME, WHY_FRAME))
    by_card: dict[str, list[PurposeRow]] = defaultdict(list)
    for card_id, row in rows:
        place = card_id, row.row
        said = purposes.get(place) or row.purpose, reasons.get(place) or row.why
        by_card[card_id].append(PurposeRow(row.row, said[0], row.score, said[1]))
    known = [Card(card, "", "", None, "", {}, tuple(held), 0, "") for card, held in by_card.items()]
    done: set[tuple[object, object]] = set()
    for part in prepare_all(known, settings, progress):
        reasons_cut = [phrase for item in part for phrase in item.phrases if phrase["frame"] == WHY_FRAME]
        fresh = [phrase for phrase in reasons_cut if (phrase["card_id"], phrase["row"]) in missing]
        with store.transaction() as tx:
            cards.add_phrases(tx, fresh)
        done |= {(phrase["card_id"], phrase["row"]) for phrase in fresh}
    return len(done)
