"""What a table coded by hand gave: its purpose rows and codes, and what was not taken as it stands."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from models.balance import CodedRow
from models.codebook import Code
from models.config import Study
from models.evidence import settings_behind
from models.measures.facts import CardAttributes
from models.tables.table import Table, where


class Fault(StrEnum):
    """Why a line, or a cell of it, was not taken as it stands."""

    BROKEN = "the line does not fit the header"
    SHORT = "the line ends before the header does: what is not there counts as blank"
    NO_CARD = "no card is named"
    NO_CODE = "no code is named"
    LONG_CODE = "a code is longer than any name"
    NO_ROW = "the row is no whole number"
    TWO_SCORES = "the same card and row has another score elsewhere"
    TWO_RESPONDENTS = "the same card has another respondent elsewhere"
    TWO_WAVES = "the same card has another wave elsewhere"
    NO_SCORE = "no score of the scale"
    REPEATED = "the line repeats an earlier one"
    JOINED = "taken as one code, though its parts are codes: several codes are joined by |"
    SPELLING = "the code is spelled differently elsewhere"
    ALIKE = "the respondent is spelled differently elsewhere: they count as two people"
    NO_DATE = "this is no date"
    TWO_VALUES = "the same card has another value elsewhere: it counts as having none"
    NO_REASON = "a strategy that was chosen needs a reason beside it: the column is left unread"


@dataclass(frozen=True)
class Passed:
    """What was not taken as it stands: the line of the file, the column, why, and what stood there (masked).

    `detail` says more of why, in English; `value` is the cell itself, shortened, where a reader may want to see it.
    """

    row: int
    column: str
    fault: Fault
    detail: str = ""
    value: str = ""

    def __str__(self) -> str:
        return f"{where(self.row, self.column)}: {self.fault}" + (f" ({self.detail})" if self.detail else "")


@dataclass(frozen=True)
class Answer:
    """A purpose row with its words, the codes of its reason, and the lines of the file it stands on."""

    coded: CodedRow
    text: str
    why: str
    lines: tuple[int, ...]
    why_codes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class CodedTable:
    """What a table gave.

    Attributes
    ----------
    codes : tuple of Code
        In the order they first appear, with target and net; the fixed codes by their usual names.
    refused : tuple of Passed
        Lines of which nothing was taken.
    no_score : tuple of Passed
        Cells that should hold a score and do not; their rows are counted without one.
    notes : tuple of Passed
        What was taken, and a person may want to look at.
    attributes : tuple of CardAttributes
        What the other columns say of every card that was taken, masked.
    attribute_columns : tuple of str
        Those columns that can be measured, in the order of the file.
    month_first : bool
        Dates are written with the month first.
    why_codes : tuple of Code
        The codes of the reasons, with the fixed ones; empty when the table has no column of them.
    """

    table: Table
    columns: Mapping[str, str]
    answers: tuple[Answer, ...]
    codes: tuple[Code, ...]
    refused: tuple[Passed, ...]
    no_score: tuple[Passed, ...]
    notes: tuple[Passed, ...]
    attributes: tuple[CardAttributes, ...] = ()
    attribute_columns: tuple[str, ...] = ()
    month_first: bool = False
    why_codes: tuple[Code, ...] = ()

    @property
    def rows(self) -> list[CodedRow]:
        """The purpose rows alone."""
        return [answer.coded for answer in self.answers]

    @property
    def reasons(self) -> list[CodedRow]:
        """The purpose rows that have codes of their reasons, with these."""
        return [replace(answer.coded, codes=answer.why_codes) for answer in self.answers if answer.why_codes]

    def evidence(self, settings: Study) -> str:
        """Return the hash of rows, codes, attributes and settings: the same in any order of the lines."""
        rows = sorted(
            [r.card_id, r.respondent, r.wave, -1 if r.score is None else r.score, sorted(r.codes)] for r in self.rows
        )
        codes = sorted(
            [code.code_id, code.name, str(code.target), code.net]
            + ([code.strategy, code.strategy_reason] if code.strategy else [])
            for code in self.codes
        )
        about = sorted(card.evidence for card in self.attributes if card.date or card.values)
        told = [rows, codes, settings_behind(settings), about, self.attribute_columns, self.month_first]
        if self.why_codes:
            told.append(sorted([r.card_id, r.row, sorted(r.codes)] for r in self.reasons))
            told.append(sorted([code.code_id, code.name] for code in self.why_codes))
        body = json.dumps(told, ensure_ascii=False)
        return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()
