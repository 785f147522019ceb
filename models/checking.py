"""What a file of cards holds, before anything is stored."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from models.cards import CardFile, Problem, read_cards
from models.config import Columns, Study
from models.errors import RechkiError
from models.intake import prepare_all
from models.measures.facts import CardAttributes, read_facts
from models.phrases import PURPOSE_FRAME
from models.privacy.masking import find_personal, masked
from models.reading import open_file, preset_of

_KEY = b"check"  # ids are thrown away again, so any key will do


@dataclass(frozen=True)
class Masked:
    """A piece of personal data as it was found, for a human's look."""

    row: int
    column: str
    kind: str
    words: str


@dataclass(frozen=True)
class Check:
    """The findings on one file.

    Attributes
    ----------
    refused : tuple of Problem
        Rows of which nothing would be taken.
    no_score : tuple of Problem
        Cells that hold no score though they should; their rows would be taken without one.
    notes : tuple of Problem
        Other cells that would be passed over.
    error : str
        Why nothing of the file can be used; empty when it can.
    measures : dict of str to str
        What attribute columns are taken for, by name.
    remarks : tuple of str
        What of the file is left out, how lines were taken where they can be meant otherwise, and what to look at in
        attribute columns as a whole.
    personal : tuple of Masked
        What would be masked.
    read : CardFile or None
        What was read, for the file of refused rows.
    """

    file: str
    cards: int = 0
    purpose_rows: int = 0
    scored_rows: int = 0
    phrases: int = 0
    non_answers: int = 0
    duplicates: int = 0
    masked: int = 0
    refused: tuple[Problem, ...] = ()
    no_score: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    encoding: str = ""
    separator: str = ""
    preset: str = ""
    mapping: Columns = field(default_factory=Columns)
    error: str = ""
    measures: dict[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    personal: tuple[Masked, ...] = field(default=(), repr=False)
    read: CardFile | None = field(default=None, repr=False)

    @property
    def usable(self) -> bool:
        """Something of the file can be used."""
        return not self.error and self.cards > 0

    def as_json(self, personal: bool = False) -> dict[str, object]:
        """Return plain values for ``--json``; what was masked only when asked for."""
        told = {name: [self._told(problem) for problem in getattr(self, name)] for name in _LISTS}
        plain = {name: getattr(self, name) for name in _PLAIN}
        shown = {"personal": [asdict(item) for item in self.personal]} if personal else {}
        return {
            "file": self.file,
            "usable": self.usable,
            **plain,
            **told,
            "mapping": self.mapping.model_dump(),
            "measures": self.measures,
            "remarks": list(self.remarks),
            **shown,
        }

    def _told(self, problem: Problem) -> dict[str, object]:
        return {"file": self.file, "row": problem.row, "column": problem.column, "reason": problem.reason}


_COUNTS = ("cards", "purpose_rows", "scored_rows", "phrases", "non_answers", "duplicates", "masked")
_LISTS = ("refused", "no_score", "notes")
_PLAIN = (*_COUNTS, "encoding", "separator", "preset", "error")


def check_file(path: Path, settings: Study) -> Check:
    """Read a file as a study would, and count what is in it. A file that cannot be used is a finding, not an error."""
    try:
        table, fitted = open_file(path, settings)
    except RechkiError as error:
        return Check(str(path), error=str(error))
    columns = fitted.cards.columns
    found = Check(
        str(path),
        encoding=table.encoding,
        separator=table.separator,
        preset=preset_of(table, columns),
        mapping=columns,
        remarks=table.remarks,
    )
    try:
        file = read_cards(table, fitted, _KEY)
    except RechkiError as error:
        return replace(found, error=str(error))
    keys, phrases, non_answers = Counter[str](), 0, 0
    for part in prepare_all(file.cards, fitted):
        for phrase in (p for item in part for p in item.phrases if not p["whole"] and p["frame"] == PURPOSE_FRAME):
            phrases += 1
            non_answers += bool(phrase["non_answer"])
            keys[str(phrase["text_key"])] += not phrase["non_answer"]
    personal = tuple(_personal(file, columns))
    try:
        facts = read_facts(_attributes(file), fitted.measures, columns.attributes, not fitted.cards.dayfirst)
    except RechkiError as error:
        return replace(found, error=str(error))
    unread = [Problem(item.row, item.column, masked(item.reason)) for item in facts.unread]
    return replace(
        found,
        cards=len(file.cards),
        purpose_rows=sum(len(card.rows) for card in file.cards),
        scored_rows=sum(row.score is not None for card in file.cards for row in card.rows),
        phrases=phrases,
        non_answers=non_answers,
        duplicates=sum(count - 1 for count in keys.values() if count),
        masked=len(personal),
        refused=file.refused,
        no_score=file.no_score,
        notes=(*file.notes, *unread),
        measures=facts.columns.meanings(),
        remarks=(*file.remarks, *(masked(note) for note in facts.notes)),
        personal=personal,
        read=file,
    )


def _attributes(file: CardFile) -> list[CardAttributes]:
    name = file.table.path.name
    return [
        CardAttributes(card.card_id, card.respondent, card.submitted_at, name, card.source_row, card.attributes)
        for card in file.cards
    ]


def _personal(file: CardFile, columns: Columns) -> Iterator[Masked]:
    for card in file.cards:
        texts = list(card.attributes.items())
        for row in card.rows:
            names = columns.rows[0 if columns.layout == "long" else row.row - 1]
            texts += [(names.purpose, row.purpose), (names.why or "", row.why)]
        for column, text in texts:
            for item in find_personal(text):
                yield Masked(card.source_row, column, item.kind, text[item.start : item.end])
