"""A line of a table coded by hand: its card and row, its codes, its score, what was said."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from models.coded.codes import Codes
from models.coded.found import Fault, Passed
from models.coded.joined import name_key
from models.coded.source import Source
from models.privacy.masking import masked
from models.scale import NoScore, parse_score
from models.tables.table import Row

LONGEST_SCORE = 500
_LONGEST_NAME = 200
_LONGEST_NUMBER = 6
_SHOWN = 40  # letters of a cell that is no score


@dataclass(frozen=True)
class Line:
    """What one line of the file says."""

    number: int
    card: str
    row: int
    score: int | None
    codes: frozenset[str]
    respondent: str
    wave: str
    text: str
    why: str
    why_codes: frozenset[str]


def _shown(cell: str) -> str:
    """Mask a cell and shorten it: first the one, so that half of a number is not left unmasked."""
    words = masked(" ".join(cell[:LONGEST_SCORE].split()))
    return words if len(words) <= _SHOWN else f"{words[: _SHOWN - 1].rstrip()}…"


class Lines:
    """Reads lines one by one; `score_cells` counts the cells that should hold a score."""

    def __init__(self, source: Source, codes: Codes, scale: Mapping[int, str]) -> None:
        self._source, self._codes, self._scale = source, codes, scale
        self._occurrences: Counter[str] = Counter()
        self.score_cells = 0

    def __iter__(self) -> Iterator[Line]:
        """Yield every line that can be used, in the order of the file; the others are refused."""
        for row in self._source.table.rows:
            if line := self._line(row):
                yield line

    def _line(self, row: Row) -> Line | None:
        source = self._source
        card, names, number = source.cell(row, "id"), self._names(row, "code"), self._number(row)
        longest = max(map(len, names), default=0)
        if not card:
            source.refuse(row.number, "id", Fault.NO_CARD)
        elif not names:
            source.refuse(row.number, "code", Fault.NO_CODE)
        elif longest > _LONGEST_NAME:
            source.refuse(row.number, "code", Fault.LONG_CODE, f"{longest} letters")
        elif number is None:
            source.refuse(row.number, "row", Fault.NO_ROW, source.cell(row, "row"))
        else:
            codes = [self._codes.code(row, name, "code") for name in names]
            self._codes.note_about(row, codes)
            return Line(
                number=row.number,
                card=card,
                row=number,
                score=self._score(row),
                codes=frozenset(code.code_id for code in codes),
                respondent=source.cell(row, "respondent"),
                wave=source.cell(row, "wave"),
                text=source.cell(row, "text"),
                why=source.cell(row, "why"),
                why_codes=frozenset(self._why_codes(row)),
            )
        return None

    def _why_codes(self, row: Row) -> Iterator[str]:
        for name in self._names(row, "why_code"):
            if len(name) <= _LONGEST_NAME:
                yield self._codes.code(row, name, "why_code").code_id
            else:
                detail = f"{len(name)} letters; the row is counted without it"
                self._source.note(row.number, self._source.columns["why_code"], Fault.LONG_CODE, detail)

    def _names(self, row: Row, kind: str) -> list[str]:
        return [name for name in self._source.words(row, kind) if name_key(name) != name_key("")]

    def _number(self, row: Row) -> int | None:
        """The purpose row a line belongs to; a row of its own where the table does not number them."""
        if "row" not in self._source.columns:
            card = self._source.cell(row, "id")
            self._occurrences[card] += 1
            return self._occurrences[card]
        given = self._source.cell(row, "row").removesuffix(".0")
        return int(given) if given.isdecimal() and len(given) <= _LONGEST_NUMBER else None

    def _score(self, row: Row) -> int | None:
        cell = self._source.cell(row, "score")
        self.score_cells += bool(cell)
        try:
            if len(cell) > LONGEST_SCORE:
                raise NoScore(f"a text of {len(cell)} letters")
            return parse_score(cell, self._scale)
        except NoScore as error:
            column = self._source.columns["score"]
            self._source.no_score.append(Passed(row.number, column, Fault.NO_SCORE, masked(str(error)), _shown(cell)))
            return None
