"""Cards: one customer's answer each, read from a table; whatever is not taken is named with its row and column."""

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from models.config import RowColumns, Study
from models.dates import NoDate, month_comes_first, parse_date
from models.errors import RechkiError
from models.forms.layout import MENDED
from models.privacy.masking import keyed_id, masked
from models.scale import NoScore, parse_score
from models.tables.table import Row, Table, rows_named, where
from models.text import text_key

KNOWN_ID = "rechki_id"  # in mended files: the card a line belongs to
_MOST_REFUSED = 0.5
_FEW = 4
_LONGEST_SCORE = 500
_ELSE = "Name a column that is there, in study.yaml under cards.columns."
_NUMBER = re.compile("[0-9]{1,6}")  # of a purpose row


@dataclass(frozen=True)
class PurposeRow:
    """One purpose of a card with its score and the reason for it; `row` counts from 1."""

    row: int
    purpose: str
    score: int | None
    why: str


@dataclass(frozen=True)
class Card:
    """One customer's answer.

    `card_id` and `respondent` are keyed hashes; `original_id` never leaves private.db; `lines` are those of the file
    where a card has several.
    """

    card_id: str
    original_id: str
    respondent: str
    submitted_at: datetime | None
    wave: str
    attributes: dict[str, str]
    rows: tuple[PurposeRow, ...]
    source_row: int
    content: str
    lines: tuple[int, ...] = ()


@dataclass(frozen=True)
class Problem:
    """A cell that could not be used as it is; `original_id` names the card that was taken without it."""

    row: int
    column: str
    reason: str
    original_id: str = ""

    def __str__(self) -> str:
        return f"{where(self.row, self.column)}: {self.reason}"


@dataclass(frozen=True)
class CardFile:
    """What a file gave.

    Attributes
    ----------
    refused : tuple of Problem
        Rows of which nothing was taken.
    no_score : tuple of Problem
        Cells that should hold a score and do not; their purpose rows are taken without one.
    notes : tuple of Problem
        Other cells that were passed over.
    remarks : tuple of str
        What of the file is left out, and how lines were taken where they can be meant otherwise; there is nothing to
        mend in what was meant so.
    unread : tuple of str
        Contact columns and those of the form tool: nothing of them is kept anywhere.
    """

    table: Table
    cards: tuple[Card, ...]
    refused: tuple[Problem, ...] = ()
    no_score: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    remarks: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def mended(self) -> bool:
        """Tell whether this is a file of refused rows that a person has mended."""
        return MENDED in self.table.header


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
    RechkiError
        When a mapped column is missing, no row holds a purpose, most rows are refused, or most score cells hold no
        score of the scale: then the columns are probably not what they are taken for. A file of refused rows is taken
        row by row, however few of them are mended.
    """
    reader = _Reader(table, settings, key)
    cards = reader.distinct(list(reader.cards()))
    refused = tuple(sorted(reader.refused, key=lambda problem: problem.row))
    if not cards and not refused:
        raise RechkiError("no row of the file holds a purpose", str(table.path), "Check cards.columns in study.yaml.")
    mended = MENDED in table.header
    if not mended and len({problem.row for problem in refused}) > _MOST_REFUSED * (len(table.rows) + len(table.broken)):
        raise RechkiError(
            f"most rows cannot be used, the first because of {refused[0]}",
            str(table.path),
            "Correct the file, or cards.columns in study.yaml if the columns are taken for others.",
        )
    if not mended and reader.score_cells >= _FEW and len(reader.no_score) > _MOST_REFUSED * reader.score_cells:
        raise RechkiError(
            f"{len(reader.no_score)} of {reader.score_cells} score cells hold no score, such as {reader.no_score[0]}",
            str(table.path),
            "Check which columns are the scores in study.yaml, and `scale` if they are words; Rechki's scale is 0-5.",
        )
    unread = settings.cards.columns.ignore
    notes, remarks = tuple(reader.notes), tuple(reader.remarks())
    return CardFile(table, tuple(cards), refused, tuple(reader.no_score), notes, remarks, unread)


class _Reader:
    def __init__(self, table: Table, settings: Study, key: bytes) -> None:
        self.table, self.settings, self.key = table, settings, key
        self.columns = settings.cards.columns
        self.places = {name: table.column(name, _ELSE) for name in self.columns.named()}
        self.known = table.header.index(KNOWN_ID) if KNOWN_ID in table.header else None
        self.refused = [Problem(line.number, "", line.reason) for line in table.broken]
        self.no_score: list[Problem] = []
        self.notes: list[Problem] = []
        self.nameless: list[int] = []  # lines of a long layout that name no card of their own
        self.unnumbered: list[int] = []  # lines of a long layout with no number in their column for it
        self.repeated: list[int] = []
        self.score_cells = 0
        self.occurrences: Counter[str] = Counter()
        dates = (self._cell(row, self.columns.date) for row in table.rows)
        self.month_first = month_comes_first(dates, table.month_first or not settings.cards.dayfirst)

    def cards(self) -> Iterator[Card]:
        """Yield every card with a purpose."""
        if self.columns.layout == "long":
            yield from (card for lines in self._by_card() if (card := self._long_card(lines)))
        else:
            yield from (card for row in self.table.rows if (card := self._wide_card(row)))

    def distinct(self, cards: list[Card]) -> list[Card]:
        """Drop repeated cards, which is told; of two answers with one id the later is refused."""
        first: dict[str, Card] = {}
        for card in cards:
            earlier = first.setdefault(card.card_id, card)
            if earlier is card:
                continue
            if earlier.content == card.content:
                self.repeated.append(card.source_row)
            else:
                reason = f"row {earlier.source_row} has the same id and another answer"
                self.refused.append(Problem(card.source_row, self.columns.id or KNOWN_ID, reason))
        return list(first.values())

    def remarks(self) -> Iterator[str]:
        """Say what of the file is left out, and how lines were taken where they can be meant otherwise."""
        yield from self.table.remarks
        if self.nameless:
            naming = self.columns.id or " or ".join(filter(None, (self.columns.respondent, self.columns.date))) or "id"
            yield f"{rows_named(self.nameless)}: no {naming}; taken as further rows of the card above"
        if self.unnumbered:
            order = "no number of a purpose; the rows of their cards are numbered in the order of the lines"
            yield f"{rows_named(self.unnumbered)}, column {self.columns.row!r}: {order}"
        if self.repeated:
            yield f"{rows_named(self.repeated)}: stands above already, with the same id and answer; taken once"

    def _wide_card(self, row: Row) -> Card | None:
        before = len(self.no_score), len(self.notes)
        said = [
            found
            for place, names in enumerate(self.columns.rows, start=1)
            if (found := self._purpose_row(row, place, names)) is not None
        ]
        if not said:
            if len(self.notes) > before[1]:  # a score or a reason, and no purpose at all
                self.refused.append(self.notes.pop())
                del self.notes[before[1] :]
            return None
        return self._named(self._card(row, said), *before)

    def _long_card(self, lines: list[Row]) -> Card | None:
        """A card of several lines; one line that cannot be used holds up the whole card."""
        names, before = self.columns.rows[0], (len(self.no_score), len(self.notes))
        once, twofold = self._once(lines)
        found = [self._purpose_row(row, number, names) for row, number in zip(once, self._numbers(once), strict=True)]
        dates = {date for row in lines if (date := self._cell(row, self.columns.date))}
        faults = [*self.notes[before[1] :], *twofold]
        if len(dates) > 1:
            other = f"row {lines[0].number} has the same id and another date"
            faults.append(Problem(lines[-1].number, self.columns.date or "", other))
        if faults:
            del self.notes[before[1] :], self.no_score[before[0] :]
            told = {fault.row for fault in faults}
            others = [
                Problem(row.number, names.purpose, f"waits with row {faults[0].row} of the same card") for row in lines
            ]
            self.refused += [*faults, *(problem for problem in others if problem.row not in told)]
            return None
        card = self._card(lines[0], [row for row in found if row])
        return self._named(replace(card, lines=tuple(row.number for row in lines)), *before)

    def _once(self, lines: Sequence[Row]) -> tuple[list[Row], list[Problem]]:
        """Leave out lines of a card that repeat one of the same number; name those that contradict each other."""
        names = self.columns.rows[0]
        answer = (names.purpose, names.score, names.why)
        first: dict[int, Row] = {}
        kept: list[Row] = []
        repeated: list[int] = []
        faults: dict[int, Problem] = {}
        for row in lines:
            number = self._number(row)
            earlier = first.setdefault(number, row) if number is not None else row
            if earlier is row:
                kept.append(row)
            elif all(self._cell(row, name) == self._cell(earlier, name) for name in answer):
                repeated.append(row.number)
            else:
                for one, other in ((earlier, row), (row, earlier)):
                    reason = f"row {other.number} has the same id and number and another answer"
                    faults.setdefault(one.number, Problem(one.number, self.columns.row or "", reason))
        self.repeated += repeated if not faults else []
        return kept, list(faults.values())

    def _numbers(self, lines: Sequence[Row]) -> list[int]:
        """The numbers of a card's purposes: as given, or their order where one is missing, which is told."""
        numbers = [self._number(row) for row in lines]
        missing = [row.number for row, number in zip(lines, numbers, strict=True) if number is None and self._says(row)]
        if any(self._cell(row, self.columns.row) for row in lines):
            self.unnumbered += missing
        return [at if missing else number or 0 for at, number in enumerate(numbers, start=1)]

    def _number(self, row: Row) -> int | None:
        """The number that a line gives its purpose; nothing when it gives none, or has no purpose."""
        cell = self._cell(row, self.columns.row).removesuffix(".0")
        return int(cell) if _NUMBER.fullmatch(cell) and self._says(row) else None

    def _says(self, row: Row) -> bool:
        return bool(self._cell(row, self.columns.rows[0].purpose))

    def _by_card(self) -> Iterator[list[Row]]:
        """Lines of a long layout, card by card, in the order of their first lines."""
        lines: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        key: tuple[str, ...] = ()
        for row in self.table.rows:
            own = tuple(self._cell(row, name) for name in (self.columns.id, self.columns.respondent, self.columns.date))
            if known := self._known(row):
                key = (known,)
            elif self.columns.id:
                self.nameless += [row.number] if key and not own[0] else []
                key = (own[0],) if own[0] else key or (str(row.number),)
            elif any(own):
                key = (*own, *(self._cell(row, name) for name in self.columns.attributes))
            elif key:
                self.nameless.append(row.number)
            else:
                key = (str(row.number),)
            lines[key].append(row)
        yield from lines.values()

    def _card(self, row: Row, said: Sequence[PurposeRow]) -> Card:
        attributes = {name: cell for name in self.columns.attributes if (cell := self._cell(row, name))}
        date = self._date(row)
        respondent, wave = self._cell(row, self.columns.respondent), self._cell(row, self.columns.wave)
        when = date.isoformat() if date else self._cell(row, self.columns.date)
        content = _content_hash(said, when, respondent, wave)
        original = self._known(row) or self._cell(row, self.columns.id)
        if not original:
            self.occurrences[content] += 1
            original = f"{content}#{self.occurrences[content]}"
        card_id = keyed_id(self.key, "card", original)
        return Card(
            card_id=card_id,
            original_id=original,
            respondent=keyed_id(self.key, "respondent", respondent) if respondent else card_id,
            submitted_at=date,
            wave=wave,
            attributes=attributes,
            rows=tuple(said),
            source_row=row.number,
            content=content,
        )

    def _named(self, card: Card, scores: int, notes: int) -> Card:
        """Write the card's id into what was found wrong with its cells."""
        for found, since in ((self.no_score, scores), (self.notes, notes)):
            found[since:] = [replace(problem, original_id=card.original_id) for problem in found[since:]]
        return card

    def _purpose_row(self, row: Row, place: int, names: RowColumns) -> PurposeRow | None:
        purpose = row.cells[self.places[names.purpose]]
        score, why = self._cell(row, names.score), row.cells[self.places[names.why]] if names.why else ""
        if not purpose.strip():
            if score or why.strip():
                self.notes.append(
                    Problem(row.number, names.purpose, "a score or a reason stands there without a purpose")
                )
            return None
        return PurposeRow(place, purpose, self._score(row.number, names.score or "", score), why)

    def _score(self, number: int, column: str, cell: str) -> int | None:
        self.score_cells += bool(cell)
        try:
            if len(cell) > _LONGEST_SCORE:
                raise NoScore(f"a text of {len(cell)} letters is no score")
            return parse_score(cell, self.settings.scale)
        except NoScore as error:
            self.no_score.append(Problem(number, column, masked(str(error))))
            return None

    def _date(self, row: Row) -> datetime | None:
        cell = self._cell(row, self.columns.date)
        if not cell:
            return None
        try:
            return parse_date(cell, self.month_first)
        except NoDate as error:
            self.notes.append(Problem(row.number, self.columns.date or "", masked(str(error))))
            return None

    def _known(self, row: Row) -> str:
        return row.cells[self.known].strip() if self.known is not None else ""

    def _cell(self, row: Row, name: str | None) -> str:
        return row.cells[self.places[name]].strip() if name else ""


def _content_hash(rows: Sequence[PurposeRow], *about: str) -> str:
    """Identify an answer by what was said, when and by whom, whatever its spacing, quotes and way of writing a date."""
    said = [[row.row, text_key(row.purpose), row.score, text_key(row.why)] for row in rows]
    return hashlib.sha256(json.dumps([about, said], ensure_ascii=False).encode()).hexdigest()[:20]
