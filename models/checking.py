"""What a file of cards holds, before anything is stored."""

from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from models.cards import Card, CellsRefused, Problem
from models.config import Columns, Study
from models.forms import propose_columns
from models.intake import prepare
from models.reading import read_mapped
from models.tables import read_table

_KEY = b"check"  # ids are thrown away again, so any key will do


@dataclass(frozen=True)
class Check:
    """The findings on one file; `usable` is False when `refused` names a cell."""

    file: str
    cards: int
    purpose_rows: int
    scored_rows: int
    non_answers: int
    duplicates: int
    masked: int
    refused: tuple[Problem, ...]
    notes: tuple[Problem, ...]
    encoding: str
    separator: str
    preset: str
    mapping: Columns

    @property
    def usable(self) -> bool:
        """Nothing was refused."""
        return not self.refused

    def as_json(self) -> dict[str, object]:
        """Return plain values for ``--json``."""
        return {**asdict(self), "mapping": self.mapping.model_dump(), "usable": self.usable}


def check_file(path: Path, settings: Study) -> Check:
    """Read a file as a study would, and count what is in it.

    Raises
    ------
    RechkiError
        When it is no table at all, or a mapped column is missing.
    """
    table = read_table(path)
    columns = settings.cards.columns
    preset = "study.yaml" if columns.rows else "plain_wide"
    columns = columns if columns.rows else propose_columns(table.header, str(path))
    cards: tuple[Card, ...] = ()
    refused: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    try:
        file = read_mapped(table, settings, _KEY)
        cards, notes = file.cards, file.notes
    except CellsRefused as error:
        refused = error.problems
    prepared = [prepare(card, settings) for card in cards]
    phrases = [phrase for item in prepared for phrase in item.phrases]
    keys = Counter(str(phrase["text_key"]) for phrase in phrases if not phrase["non_answer"])
    return Check(
        file=str(path),
        cards=len(cards),
        purpose_rows=sum(len(card.rows) for card in cards),
        scored_rows=sum(row.score is not None for card in cards for row in card.rows),
        non_answers=sum(bool(phrase["non_answer"]) for phrase in phrases),
        duplicates=sum(count - 1 for count in keys.values()),
        masked=sum(len(item.private.placeholders) for item in prepared),
        refused=refused,
        notes=notes,
        encoding=table.encoding,
        separator=table.separator,
        preset=preset,
        mapping=columns,
    )


def settings_for(path: Path, defaults: dict[str, object]) -> Study:
    """Return the default settings for a file that belongs to no study yet."""
    return Study.model_validate({**defaults, "study_id": "00000000-0000-0000-0000-000000000000", "title": path.stem})
