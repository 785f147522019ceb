"""The quality of a stored coding."""

from models.config import Review
from models.quality import Quality, quality
from models.store import cards, review
from models.store.database import Transaction


def read_quality(tx: Transaction, frame: str, settings: Review) -> Quality:
    """Measure agreement and the audit of a frame from what is stored."""
    return quality(
        tx.study_id,
        settings,
        cards.phrases(tx, frame),
        cards.respondents(tx, frame),
        review.tasks(tx, frame),
        review.first_answers(tx, frame),
        review.coding(tx, frame)[0],
    )
