"""A code frame as a table: read from anything that holds one, written as a workbook or as CSV."""

import csv
import re
from collections.abc import Sequence
from io import BytesIO, StringIO
from pathlib import Path

from models.codeframe.lines import COLUMNS, FrameFile, Line, small_enough
from models.errors import RechkiError
from models.inert import cell
from models.tables.cells import Sheet
from models.tables.table import read_cells
from models.text import text_key, tidy

_NAMES = {
    "code_id": ("code_id", "id", "guid"),
    "code": ("code", "name", "код", "название"),
    "definition": ("definition", "description", "определение", "описание"),
    "target": ("target", "целевая", "целевой"),
    "net": ("net", "группа"),
    "note": ("note", "memo", "примечание", "заметка"),
    "strategy": ("strategy", "стратегия"),
    "strategy_reason": ("strategy_reason", "strategy reason", "почему такая стратегия", "причина стратегии"),
}
_WIDTHS = {
    "code_id": 24,
    "code": 40,
    "definition": 70,
    "target": 12,
    "net": 30,
    "note": 50,
    "strategy": 18,
    "strategy_reason": 50,
}
_LOOKED_AT = 15  # lines among which the header is looked for
_GUARDED = re.compile(r"^'(?='*[=+\-@\t\r\n＝＋－＠])")


def read_sheet(path: Path) -> FrameFile:
    """Read a table with a column of codes; the others of `COLUMNS` may stand beside it.

    Raises
    ------
    RechkiError
        When the file is no table, has no column of codes, or a row does not fit its header.
    """
    small_enough(path)
    for sheet in read_cells(path).sheets:
        for at, cells in enumerate(sheet.lines[:_LOOKED_AT]):
            columns = _columns(cells)
            if "code" in columns.values():
                return _file(path, sheet, at, columns)
    raise RechkiError("there is no column 'code' (or 'код')", str(path), f"Name the columns: {', '.join(COLUMNS)}.")


def _columns(header: Sequence[str]) -> dict[int, str]:
    """Which column means what; of two that mean the same, the first."""
    found: dict[str, int] = {}
    for at, title in enumerate(header):
        for column, names in _NAMES.items():
            if text_key(title) in {text_key(name) for name in names}:
                found.setdefault(column, at)
    return {at: column for column, at in found.items()}


def _file(path: Path, sheet: Sheet, at: int, columns: dict[int, str]) -> FrameFile:
    header = sheet.lines[at]
    if sheet.broken:
        number, reason = sheet.broken[0]
        raise RechkiError(reason, f"{path}, row {number}", "Correct that row.")
    lines = []
    for number, cells in zip(sheet.numbers[at + 1 :], sheet.lines[at + 1 :], strict=True):
        if any(text.strip() for text in cells[len(header) :]):
            raise RechkiError(
                f"the row has {len(cells)} cells, the header {len(header)}",
                f"{path}, row {number}",
                "Put texts that hold the separator in quotes, or save the file as xlsx.",
            )
        texts = {column: cells[place] if place < len(cells) else "" for place, column in columns.items()}
        said = {column: tidy(_GUARDED.sub("", text)) for column, text in texts.items()}
        if any(said.values()):
            lines.append(Line(number, said))
    unread = [title for place, title in enumerate(header) if title.strip() and place not in columns]
    notes = (f"columns left unread: {', '.join(unread)}",) if unread else ()
    return FrameFile(path, tuple(lines), "row", notes)


def write_workbook(lines: Sequence[Line]) -> bytes:
    """Write a code frame as a workbook of one sheet; no text can become a formula."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    sheet.title, sheet.freeze_panes = "Codes", "A2"
    book.properties.creator = "Rechki"
    for number, texts in enumerate([COLUMNS, *([line.said[column] for column in COLUMNS] for line in lines)], start=1):
        for at, text in enumerate(texts, start=1):
            place = sheet.cell(number, at, _guarded(text))
            place.data_type = "s"  # openpyxl would take «#N/A» for an error
            place.alignment = Alignment(vertical="top", wrap_text=True)
            place.font = Font(bold=number == 1)
    for at, column in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(at)].width = _WIDTHS[column]
    sheet.auto_filter.ref = sheet.dimensions
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def write_csv(lines: Sequence[Line]) -> bytes:
    """Write a code frame as CSV: UTF-8, commas, every cell in quotes; no text can become a formula."""
    out = StringIO()
    table = [COLUMNS, *([_guarded(line.said[column]) for column in COLUMNS] for line in lines)]
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(table)
    return out.getvalue().encode()


def _guarded(text: str) -> str:
    """Guard a cell; a text that has a guard's apostrophe of its own gets another, so that reading takes one away."""
    return f"'{text}" if _GUARDED.match(text) else cell(text)
