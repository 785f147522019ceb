"""OUT.csv of `rechki suggest`: what is suggested for every row, for other programs."""

from collections.abc import Sequence

import pandas as pd

from models.suggesting import Suggested
from reports.tables import plain_csv


def suggestions_csv(found: Suggested, ids: Sequence[str], texts: Sequence[str]) -> bytes:
    """One line a text, in the order given: id, text, code, confidence, runner_up, third, new_theme.

    The largest new theme is 1; the cell is empty for texts that likely have one of the codes. The confidence is empty
    where only one code is known.
    """
    offered = [(*codes, "", "", "")[:3] for codes in found.codes]
    return plain_csv(
        pd.DataFrame(
            {
                "id": ids,
                "text": texts,
                "code": [first for first, _, _ in offered],
                "confidence": found.confidence.round(3),
                "runner_up": [second for _, second, _ in offered],
                "third": [third for _, _, third in offered],
                "new_theme": ["" if theme < 0 else str(theme + 1) for theme in found.themes],
            }
        )
    )
