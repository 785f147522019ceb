"""A table that people have coded by hand, outside Rechki: purpose rows with their codes and scores, from any file."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from models.balance import CodedRow
from models.codebook import FIXED, Code, Target, new_code_id
from models.config import Study
from models.errors import RechkiError
from models.forms.columns import coded_columns
from models.inert import printable
from models.phrases import PURPOSE_FRAME
from models.privacy.masking import masked
from models.scale import NoScore, parse_score
from models.tables.table import Row, Table
from models.text import text_key

JOINED = "|"
_MOST_REFUSED = 0.5
_FEW_SCORES = 4
_LONGEST_SCORE, _LONGEST_NAME = 500, 200
_LONGEST_NUMBER = 6
_TOLD, _SHOWN = 5, 80
_TARGETS: Mapping[str, Target] = {
    **dict.fromkeys(("yes", "y", "true", "1", "да", "целевой", "целевая", "целевое", "target"), Target.YES),
    **dict.fromkeys(("no", "n", "false", "0", "нет", "нецелевой", "нецелевая", "нецелевое", "не целевой"), Target.NO),
    **dict.fromkeys(("undecided", "?", "не решено", "еще не решено", "не решили", "пока не решено"), Target.UNDECIDED),
}


class Fault(StrEnum):
    """Why a line, or a cell of it, was not taken as it stands."""

    BROKEN = "the line does not fit the header"
    NO_CARD = "no card is named"
    NO_CODE = "no code is named"
    LONG_CODE = "a code is longer than any name"
    NO_ROW = "the row is no whole number"
    TWO_SCORES = "the same card and row has another score elsewhere"
    TWO_RESPONDENTS = "the same card has another respondent elsewhere"
    TWO_WAVES = "the same card has another wave elsewhere"
    NO_SCORE = "no score of the scale"
    REPEATED = "the line repeats an earlier one"
    SPELLING = "the code is spelled differently elsewhere"


@dataclass(frozen=True)
class Passed:
    """What was not taken as it stands: the line of the file, the column, why, and what stood there (masked)."""

    row: int
    column: str
    fault: Fault
    detail: str = ""

    def __str__(self) -> str:
        return f"row {self.row}, column {self.column!r}: {self.fault}" + (f" ({self.detail})" if self.detail else "")


@dataclass(frozen=True)
class Answer:
    """A purpose row with its words and the lines of the file it stands on."""

    coded: CodedRow
    text: str
    why: str
    lines: tuple[int, ...]


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
    """

    table: Table
    columns: Mapping[str, str]
    answers: tuple[Answer, ...]
    codes: tuple[Code, ...]
    refused: tuple[Passed, ...]
    no_score: tuple[Passed, ...]
    notes: tuple[Passed, ...]

    @property
    def rows(self) -> list[CodedRow]:
        """The purpose rows alone."""
        return [answer.coded for answer in self.answers]

    def evidence(self, settings: Study) -> str:
        """Return the hash of rows, codes and the balance's settings: the same in any order of the lines."""
        rows = sorted(
            [r.card_id, r.respondent, r.wave, -1 if r.score is None else r.score, sorted(r.codes)] for r in self.rows
        )
        codes = sorted([code.code_id, code.name, str(code.target), code.net] for code in self.codes)
        body = json.dumps([rows, codes, settings.balance.model_dump_json()], ensure_ascii=False)
        return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()


def read_coded(table: Table, settings: Study) -> CodedTable:
    """Turn a table coded by hand into purpose rows.

    Without a column `row` each line is a row of its own; with one, the lines of a card and row are one row with all
    their codes. A line may hold several codes joined by ``|``. What is not taken is named, as it is for cards: a cell
    that holds no score leaves its row without one; a line without card or code, and rows that contradict each other,
    are refused.

    Raises
    ------
    RechkiError
        When a needed column is missing; when a target is no word for one; when a code has two targets or two nets; when
        nothing, or less than half, can be used.
    """
    reader = _Reader(table, coded_columns(table), settings)
    answers = tuple(reader.answers())
    gone = {passed.row for passed in reader.refused}
    found = CodedTable(
        table,
        reader.columns,
        answers,
        reader.codes({code for answer in answers for code in answer.coded.codes}),
        tuple(sorted(reader.refused, key=lambda passed: passed.row)),
        tuple(passed for passed in reader.no_score if passed.row not in gone),
        tuple(sorted((passed for passed in reader.notes if passed.row not in gone), key=lambda passed: passed.row)),
    )
    _require_usable(found, reader.score_cells)
    return found


def _require_usable(found: CodedTable, score_cells: int) -> None:
    read = ", ".join(f"{kind} = {name}" for kind, name in found.columns.items())
    do = f"Correct the file. Its columns were read as: {read}."
    lines = len(found.table.rows) + len(found.table.broken)
    if not found.answers or len({passed.row for passed in found.refused}) > _MOST_REFUSED * lines:
        raise RechkiError(f"most lines cannot be used, the first: {found.refused[0]}", str(found.table.path), do)
    if score_cells >= _FEW_SCORES and len(found.no_score) > _MOST_REFUSED * score_cells:
        what = f"{len(found.no_score)} of {score_cells} score cells hold no score, such as {found.no_score[0]}"
        raise RechkiError(what, str(found.table.path), f"{do} The scale is 0-5; its words are in the settings.")


@dataclass(frozen=True)
class _Line:
    number: int
    card: str
    row: int
    score: int | None
    codes: frozenset[str]
    respondent: str
    wave: str
    text: str
    why: str


class _Reader:
    def __init__(self, table: Table, columns: Mapping[str, str], settings: Study) -> None:
        self.table, self.columns, self.settings = table, columns, settings
        self.places = {kind: table.column(name) for kind, name in columns.items()}
        self.refused = [Passed(line.number, "", Fault.BROKEN, line.reason) for line in table.broken]
        self.no_score: list[Passed] = []
        self.notes: list[Passed] = []
        self.score_cells = 0
        self.known = {_name_key(code.name): code for code in FIXED}
        self.said: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)  # code: (target or net, word) to its line
        self.occurrences: Counter[str] = Counter()

    def answers(self) -> Iterator[Answer]:
        """Yield every purpose row that can be used, in the order of the file."""
        by_card: dict[str, list[_Line]] = defaultdict(list)
        for row in self.table.rows:
            if line := self._line(row):
                by_card[line.card].append(line)
        kept = [group for lines in by_card.values() if self._one(lines) for group in self._rows(lines)]
        self._require_agreement()
        yield from sorted(kept, key=lambda answer: answer.lines)

    def codes(self, used: set[str]) -> tuple[Code, ...]:
        """Return the codes that rows carry, and the fixed ones, with what the table says of them."""
        return tuple(self._described(code) for code in self.known.values() if code.fixed or code.code_id in used)

    def _line(self, row: Row) -> _Line | None:
        card, names, number = self._cell(row, "id"), self._names(row), self._number(row)
        longest = max(map(len, names), default=0)
        if not card:
            self._refuse(row.number, "id", Fault.NO_CARD)
        elif not names:
            self._refuse(row.number, "code", Fault.NO_CODE)
        elif longest > _LONGEST_NAME:
            self._refuse(row.number, "code", Fault.LONG_CODE, f"{longest} letters")
        elif number is None:
            self._refuse(row.number, "row", Fault.NO_ROW, masked(self._cell(row, "row")[:_SHOWN]))
        else:
            codes = [self._code(row, name) for name in names]
            self._note_about(row, codes)
            return _Line(
                number=row.number,
                card=card,
                row=number,
                score=self._score(row),
                codes=frozenset(code.code_id for code in codes),
                respondent=self._cell(row, "respondent"),
                wave=self._cell(row, "wave"),
                text=self._cell(row, "text"),
                why=self._cell(row, "why"),
            )
        return None

    def _one(self, lines: Sequence[_Line]) -> bool:
        """Tell whether a card's lines name one respondent and one wave at most; refuse them all when not."""
        for kind, fault in (("respondent", Fault.TWO_RESPONDENTS), ("wave", Fault.TWO_WAVES)):
            given = sorted({value for line in lines if (value := getattr(line, kind))})
            if len(given) > 1:
                for line in lines:
                    self._refuse(line.number, kind, fault, masked(", ".join(given)[:_SHOWN]))
                return False
        return True

    def _rows(self, lines: Sequence[_Line]) -> Iterator[Answer]:
        """Put the lines of a card together to its purpose rows."""
        respondent = next((line.respondent for line in lines if line.respondent), "")
        wave = next((line.wave for line in lines if line.wave), "")
        by_row: dict[int, list[_Line]] = defaultdict(list)
        for line in lines:
            by_row[line.row].append(line)
        for number, same in by_row.items():
            scores = sorted({line.score for line in same if line.score is not None})
            if len(scores) > 1:
                for line in same:
                    self._refuse(line.number, "score", Fault.TWO_SCORES, " and ".join(map(str, scores)))
                continue
            codes = frozenset[str]().union(*(line.codes for line in same))
            coded = CodedRow(
                same[0].card,
                number,
                # A card without a respondent is a respondent, and not the one who is called like the card.
                f"respondent {respondent}" if respondent else f"card {same[0].card}",
                wave,
                scores[0] if scores else None,
                codes,
            )
            texts, whys = ("\n".join(dict.fromkeys(filter(None, said))) for said in _words(same))
            yield Answer(coded, texts, whys, tuple(line.number for line in same))
        self._note_repeated(lines)

    def _note_repeated(self, lines: Sequence[_Line]) -> None:
        """Name lines that say what an earlier line of the card says; without row numbers both count."""
        first: dict[object, int] = {}
        for line in lines:
            same = replace(line, number=0, row=line.row if "row" in self.columns else 0)
            if (earlier := first.setdefault(same, line.number)) != line.number:
                how = "counted once" if "row" in self.columns else "each line is a row of its own: both are counted"
                self.notes.append(Passed(line.number, "", Fault.REPEATED, f"row {earlier}; {how}"))

    def _names(self, row: Row) -> list[str]:
        parts = (" ".join(printable(part).split()) for part in self._cell(row, "code").split(JOINED))
        return [name for name in parts if _name_key(name) != _name_key("")]

    def _code(self, row: Row, name: str) -> Code:
        key = _name_key(name)
        code = self.known.setdefault(key, Code(new_code_id("", PURPOSE_FRAME, "outside", key), name))
        if code.name != name and not code.fixed:
            self.notes.append(
                Passed(row.number, self.columns["code"], Fault.SPELLING, f"«{name}», read as «{code.name}»")
            )
        return code

    def _note_about(self, row: Row, codes: Sequence[Code]) -> None:
        """Keep what the line says of its codes: one word for all of them, or one for each, joined like the codes."""
        for kind in ("target", "net"):
            words = [" ".join(printable(word).split()) for word in self._cell(row, kind).split(JOINED)]
            if len(words) not in (1, len(codes)):
                raise self._wrong(
                    row, kind, f"{len(words)} words for {len(codes)} codes", "Write one word, or one a code."
                )
            for code, word in zip(codes, words * len(codes) if len(words) == 1 else words, strict=False):
                if word:
                    value = self._target(row, word) if kind == "target" else word
                    self.said[code.code_id].setdefault((kind, value), row.number)

    def _target(self, row: Row, word: str) -> str:
        target = _TARGETS.get(text_key(word))
        if target is None:
            raise self._wrong(
                row, "target", f"{masked(word)!r} is no target", "Write yes, no or undecided (да, нет, не решено)."
            )
        return str(target)

    def _require_agreement(self) -> None:
        """Refuse the file when it says two things of one code: nobody but its owner can tell which is meant."""
        names = {code.code_id: code.name for code in self.known.values()}
        wrong = []
        for code_id, said in self.said.items():
            for kind in ("target", "net"):
                told = [f"{word} in row {line}" for (about, word), line in said.items() if about == kind]
                if len(told) > 1:
                    wrong.append(f"«{names[code_id]}» has {len(told)} {kind}s: {', '.join(told)}")
        if wrong:
            what = "; ".join(wrong[:_TOLD]) + (f"; and {len(wrong) - _TOLD} more" if len(wrong) > _TOLD else "")
            raise RechkiError(what, str(self.table.path), "Write the same in every line of a code, or only in one.")

    def _described(self, code: Code) -> Code:
        if code.fixed:
            return code
        said = dict(self.said[code.code_id].keys())
        return replace(code, target=Target(said.get("target", Target.UNDECIDED)), net=said.get("net", ""))

    def _number(self, row: Row) -> int | None:
        """The purpose row a line belongs to; a row of its own where the table does not number them."""
        if "row" not in self.columns:
            card = self._cell(row, "id")
            self.occurrences[card] += 1
            return self.occurrences[card]
        given = self._cell(row, "row").removesuffix(".0")
        return int(given) if given.isdecimal() and len(given) <= _LONGEST_NUMBER else None

    def _score(self, row: Row) -> int | None:
        cell = self._cell(row, "score")
        self.score_cells += bool(cell)
        try:
            if len(cell) > _LONGEST_SCORE:
                raise NoScore(f"a text of {len(cell)} letters")
            return parse_score(cell, self.settings.scale)
        except NoScore as error:
            self.no_score.append(Passed(row.number, self.columns["score"], Fault.NO_SCORE, masked(str(error))))
            return None

    def _cell(self, row: Row, kind: str) -> str:
        return row.cells[self.places[kind]].strip() if kind in self.places else ""

    def _refuse(self, number: int, kind: str, fault: Fault, detail: str = "") -> None:
        self.refused.append(Passed(number, self.columns.get(kind, ""), fault, detail))

    def _wrong(self, row: Row, kind: str, what: str, do: str) -> RechkiError:
        return RechkiError(what, f"{self.table.path}, row {row.number}, column {self.columns[kind]!r}", do)


def _words(lines: Sequence[_Line]) -> tuple[list[str], list[str]]:
    return [line.text for line in lines], [line.why for line in lines]


def _name_key(name: str) -> str:
    """Return what names of one code share: they read the same, and unlike in answers «A+» and «A» are two."""
    return text_key(f"0{name}0")  # between two digits nothing is taken off its ends
