"""Cards: one customer's answer each, read from a table; a problem names its row and column."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from models.config import Columns, RowColumns, Study
from models.errors import RechkiError
from models.privacy import Masker, find_personal, keyed_id
from models.scale import NoScore, parse_score
from models.tables import Table
from models.text import text_key

_DATES_DAY_FIRST = (
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y",
)
_DATES_MONTH_FIRST = ("%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y")
_SHOWN = 10


@dataclass(frozen=True)
class PurposeRow:
    """One purpose of a card with its score and the reason for it; `row` counts from 1."""

    row: int
    purpose: str
    score: int | None
    why: str


@dataclass(frozen=True)
class Card:
    """One customer's answer. `card_id` and `respondent` are keyed hashes; `original_id` never leaves private.db."""

    card_id: str
    original_id: str
    respondent: str
    submitted_at: datetime | None
    wave: str
    attributes: dict[str, str]
    rows: tuple[PurposeRow, ...]
    source_row: int
    content: str


@dataclass(frozen=True)
class Problem:
    """A cell that could not be used as it is."""

    row: int
    column: str
    found: str

    def __str__(self) -> str:
        return f"row {self.row}, column {self.column!r}: {self.found}"


class CellsRefused(RechkiError):
    """Cells that must be corrected before the file can be used."""

    def __init__(self, problems: Sequence[Problem], where: str) -> None:
        self.problems = tuple(problems)
        super().__init__(_listed(problems), where, "Correct the cells and run the same command again.")


@dataclass(frozen=True)
class CardFile:
    """The cards of one file, and the cells that were passed over with their reason."""

    table: Table
    cards: tuple[Card, ...]
    notes: tuple[Problem, ...]


def read_cards(table: Table, settings: Study, key: bytes) -> CardFile:
    """Turn a table into cards.

    Parameters
    ----------
    table : Table
        The file as text cells.
    settings : Study
        Gives the columns, the scale and the order of day and month.
    key : bytes
        The study's secret key for ids that leave the study.

    Raises
    ------
    CellsRefused
        When a number is outside the scale, or one id stands for two different answers; every such cell is named. A file
        is taken whole or not at all.
    RechkiError
        When a mapped column is missing, or no row holds a purpose.
    """
    reader = _Reader(table, settings, key)
    cards = list(reader.cards())
    refused = reader.refused + _clashes(cards, settings.cards.columns.id or "")
    if refused:
        raise CellsRefused(refused, str(table.path))
    if not cards:
        raise RechkiError("no row of the file holds a purpose", str(table.path), "Check cards.columns in study.yaml.")
    unique = {card.card_id: card for card in reversed(cards)}
    return CardFile(table, tuple(card for card in cards if unique[card.card_id] is card), tuple(reader.notes))


class _Reader:
    def __init__(self, table: Table, settings: Study, key: bytes) -> None:
        self.table, self.settings, self.key = table, settings, key
        self.columns = settings.cards.columns
        self.places = {name: table.column(name) for name in _mapped(self.columns)}
        self.refused: list[Problem] = []
        self.notes: list[Problem] = []
        self.occurrences: Counter[str] = Counter()

    def cards(self) -> Iterator[Card]:
        for number, cells in enumerate(self.table.rows, start=2):
            if any(cell.strip() for cell in cells):
                card = self._card(number, cells)
                if card.rows:
                    yield card

    def _card(self, number: int, cells: tuple[str, ...]) -> Card:
        def cell(name: str | None) -> str:
            return cells[self.places[name]].strip() if name else ""

        rows = tuple(
            row
            for place, columns in enumerate(self.columns.rows, start=1)
            if (row := self._purpose_row(number, place, columns, cells)) is not None
        )
        attributes = {name: cell(name) for name in self.columns.attributes if cell(name)}
        date = self._date(number, cell(self.columns.date))
        when = date.isoformat() if date else cell(self.columns.date)
        content = _content_hash(rows, when, cell(self.columns.respondent), cell(self.columns.wave))
        original = cell(self.columns.id)
        if not original:
            self.occurrences[content] += 1
            original = f"{content}#{self.occurrences[content]}"
        respondent = cell(self.columns.respondent)
        card_id = keyed_id(self.key, "card", original)
        return Card(
            card_id=card_id,
            original_id=original,
            respondent=keyed_id(self.key, "respondent", respondent) if respondent else card_id,
            submitted_at=date,
            wave=cell(self.columns.wave),
            attributes=attributes,
            rows=rows,
            source_row=number,
            content=content,
        )

    def _purpose_row(self, number: int, place: int, names: RowColumns, cells: tuple[str, ...]) -> PurposeRow | None:
        purpose = cells[self.places[names.purpose]]
        score = cells[self.places[names.score]] if names.score else ""
        why = cells[self.places[names.why]] if names.why else ""
        if not purpose.strip():
            if score.strip() or why.strip():
                self.notes.append(Problem(number, names.purpose, "a score or a reason without a purpose; passed over"))
            return None
        return PurposeRow(place, purpose, self._score(number, names.score or "", score), why)

    def _score(self, number: int, column: str, cell: str) -> int | None:
        try:
            return parse_score(cell, self.settings.scale)
        except NoScore as error:
            outside = any(letter.isdigit() for letter in cell) and not any(letter.isalpha() for letter in cell)
            (self.refused if outside else self.notes).append(Problem(number, column, _masked(str(error))))
            return None

    def _date(self, number: int, cell: str) -> datetime | None:
        if not cell:
            return None
        day_first = self.settings.cards.dayfirst
        for pattern in (*_DATES_DAY_FIRST, *_DATES_MONTH_FIRST) if day_first else _DATES_MONTH_FIRST + _DATES_DAY_FIRST:
            try:
                return datetime.strptime(cell, pattern)
            except ValueError:
                continue
        try:
            return datetime.fromisoformat(cell).replace(tzinfo=None)
        except ValueError:
            self.notes.append(Problem(number, self.columns.date or "", _masked(f"{cell!r} is no date")))
            return None


def _masked(text: str) -> str:
    return Masker().mask(text, find_personal(text))


def _mapped(columns: Columns) -> Iterator[str]:
    single = (columns.id, columns.respondent, columns.date, columns.wave)
    several = (name for row in columns.rows for name in (row.purpose, row.score, row.why))
    yield from (name for name in (*single, *several, *columns.attributes) if name)


def _content_hash(rows: tuple[PurposeRow, ...], *about: str) -> str:
    """Identify an answer by what was said, when and by whom, whatever its spacing, quotes and way of writing a date."""
    said = [[row.row, text_key(row.purpose), row.score, text_key(row.why)] for row in rows]
    return hashlib.sha256(json.dumps([about, said], ensure_ascii=False).encode()).hexdigest()[:20]


def _clashes(cards: list[Card], column: str) -> list[Problem]:
    first: dict[str, Card] = {}
    return [
        Problem(card.source_row, column, f"row {earlier.source_row} has the same id and another answer")
        for card in cards
        if (earlier := first.setdefault(card.card_id, card)).content != card.content
    ]


def _listed(problems: Sequence[Problem]) -> str:
    shown = "\n  ".join(str(problem) for problem in problems[:_SHOWN])
    more = f"\n  and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
    count = f"{len(problems)} cells" if len(problems) > 1 else "1 cell"
    return f"{count} cannot be read:\n  {shown}{more}"
