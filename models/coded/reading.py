"""Tables coded by hand turned into purpose rows."""

from models.coded.attributes import Attributes
from models.coded.codes import Codes
from models.coded.found import CodedTable, Fault, Passed
from models.coded.lines import Lines
from models.coded.rows import rows_of
from models.coded.source import Source
from models.config import Study
from models.errors import RechkiError
from models.forms.columns import coded_columns
from models.tables.table import Table

_MOST_REFUSED = 0.5
_FEW_SCORES = 4


def read_coded(table: Table, settings: Study) -> CodedTable:
    """Turn a table coded by hand into purpose rows.

    Without a column `row` each line is a row of its own; with one, the lines of a card and row are one row with all
    their codes. A line may hold several codes joined by ``|``. What is not taken is named, as it is for cards: a cell
    that holds no score leaves its row without one, and so does what is no code of a reason; a line without card or
    code, and rows that contradict each other, are refused.

    Raises
    ------
    RechkiError
        When a needed column is missing; when a target or a strategy is no word for one; when a code has two targets,
        nets or strategies, or a strategy without a reason; when nothing, or less than half, can be used.
    """
    columns = coded_columns(table)
    source = Source(table, columns)
    codes, others = Codes(source), Attributes(source, columns, settings)
    lines = Lines(source, codes, settings.scale)
    answers = tuple(rows_of(source, lines))
    codes.require_agreement()
    codes.note_joined()
    attributes = others.of(answers)
    gone = {passed.row for passed in source.refused}
    found = CodedTable(
        table,
        source.columns,
        answers,
        codes.of_purposes({code for answer in answers for code in answer.coded.codes}),
        tuple(sorted(source.refused, key=lambda passed: passed.row)),
        tuple(passed for passed in source.no_score if passed.row not in gone),
        tuple(sorted((passed for passed in source.notes if passed.row not in gone), key=_weighty_first)),
        attributes,
        others.names,
        others.month_first,
        codes.of_reasons({code for answer in answers for code in answer.why_codes}),
    )
    _require_usable(found, lines.score_cells)
    return found


def _weighty_first(passed: Passed) -> tuple[bool, int]:
    """What may make many codes wrong is not lost among what is in single rows."""
    return passed.fault is not Fault.JOINED, passed.row


def _require_usable(found: CodedTable, score_cells: int) -> None:
    read = ", ".join(f"{kind} = {name}" for kind, name in found.columns.items())
    do = f"Correct the file. Its columns were read as: {read}."
    lines = len(found.table.rows) + len(found.table.broken)
    if not found.answers or len({passed.row for passed in found.refused}) > _MOST_REFUSED * lines:
        raise RechkiError(f"most lines cannot be used, the first: {found.refused[0]}", str(found.table.path), do)
    if score_cells >= _FEW_SCORES and len(found.no_score) > _MOST_REFUSED * score_cells:
        what = f"{len(found.no_score)} of {score_cells} score cells hold no score, such as {found.no_score[0]}"
        raise RechkiError(what, str(found.table.path), f"{do} The scale is 0-5; its words are in the settings.")
