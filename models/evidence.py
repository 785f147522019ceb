"""The settings that numbers of a report depend on, for the hash it is printed with."""

import json

from models.config import Study


def settings_behind(settings: Study) -> str:
    """Return every setting that a number can depend on, as JSON: the same settings give the same text.

    What only decides how cards are read, phrases proposed or pages written is not among them: its effect stands in the
    data. tests/reports/test_report_evidence.py holds this against the numbers, setting by setting.
    """
    cards, review = settings.cards, settings.review
    behind = {
        "frames": settings.frames,
        "balance": settings.balance.model_dump(mode="json"),
        "measures": settings.measures.model_dump(mode="json"),
        "handed_out": cards.handed_out,
        "dayfirst": cards.dayfirst,
        "wave_by": cards.wave_by,
        "attributes": cards.columns.attributes,
        "audit": [review.audit, review.audit_least],
    }
    return json.dumps(behind, ensure_ascii=False, sort_keys=True)
