"""One sheet of the workbook: its columns, its lines, and how they are written so that they stay numbers and texts."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from math import ceil, isnan

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from models.inert import cell, printable
from reports.language import Language
from reports.sheets.words import CUT, PAGE

Value = str | int | float | datetime | None
WHOLE, ONE, TWO, THREE, SIGNED = "0", "0.0", "0.00", "0.000", '+0.0;"−"0.0;0.0'
MOMENT = "dd.mm.yyyy hh:mm"
MOST_ROWS = (
    1_048_576  # of a sheet, its header among them; MOST_LETTERS in a cell, as UTF-16 counts them (Excel's limits)
)
MOST_LETTERS = 32_767
_LONGEST_HEADER = 200  # letters of the line on top of a printed page; Excel takes 255, with its signs
_A4 = 9
_INDENT = 2  # letters that words stand off the edge of their column
_LINE, _MOST_LINES = 15, 20  # points: the height of a line of text; a row is no higher than so many
# Words stand a little off the number on their left, and heads of numbers above the numbers.
_WORDS, _NUMBERS = Alignment("left", "top", wrap_text=True, indent=1), Alignment(vertical="top")
_HEAD_OF_NUMBERS = Alignment("right", "top", wrap_text=True)


@dataclass(frozen=True)
class Column:
    """A column: its head in Russian, its width in letters, its number format.

    `as_is`: the head is a name that somebody gave, or holds one; it is in the report's language already.
    """

    head: str
    width: int
    style: str = ""
    as_is: bool = False


@dataclass(frozen=True)
class Sheet:
    """A table on a sheet of its own: title and heads in Russian, lines in the report's language.

    Attributes
    ----------
    frozen : int
        Columns that stay in view when the others scroll.
    printed : int, optional
        How many columns go on paper, where all would be too small to read.
    draw : callable, optional
        Adds drawings to the written sheet, given the number of lines below the header.
    """

    title: str
    columns: Sequence[Column]
    lines: Iterable[Sequence[Value]]
    frozen: int = 0
    printed: int | None = None
    draw: Callable[[Worksheet, int], None] | None = None


def add_sheet(book: Workbook, sheet: Sheet, printed_title: str, t: Language) -> None:
    """Write a table; one that is longer than a sheet goes on on further ones, «Фразы (2)» and so on."""
    for part, lines in enumerate(_parts(sheet.lines), start=1):
        written = book.create_sheet(t(sheet.title) if part == 1 else f"{t(sheet.title)} ({part})")
        count = _fill(written, sheet.columns, lines, t)
        _arrange(written, sheet, printed_title, t)
        if sheet.draw and part == 1:
            sheet.draw(written, count)


def _parts(lines: Iterable[Sequence[Value]]) -> Iterator[Iterable[Sequence[Value]]]:
    """Deal lines out to sheets; each part is to be read before the next."""
    rest = iter(lines)
    yield islice(rest, MOST_ROWS - 1)
    for first in rest:
        yield chain([first], islice(rest, MOST_ROWS - 2))


def _fill(sheet: Worksheet, columns: Sequence[Column], lines: Iterable[Sequence[Value]], t: Language) -> int:
    heads = [column.head if column.as_is else t(column.head) for column in columns]
    sheet.row_dimensions[1].height = _LINE * _height(heads, columns)
    for at, (head, column) in enumerate(zip(heads, columns, strict=True), start=1):
        place = _put(sheet, 1, at, head, t)
        place.alignment = _HEAD_OF_NUMBERS if column.style else _WORDS
        place.font, place.border = Font(name="Calibri", size=11, bold=True), Border(bottom=Side(style="thin"))
        sheet.column_dimensions[get_column_letter(at)].width = column.width
    number = 1
    for number, line in enumerate(lines, start=2):
        for at, (value, column) in enumerate(zip(line, columns, strict=True), start=1):
            if value is not None and not (isinstance(value, float) and isnan(value)):
                _put(sheet, number, at, value, t, column.style)
        if (height := _height(line, columns)) > 1:
            sheet.row_dimensions[number].height = _LINE * height
    return number - 1


def _height(line: Sequence[Value], columns: Sequence[Column]) -> int:
    """Lines of text a row takes, about: Excel would find out by itself, LibreOffice lets texts run into each other."""
    texts = (
        (value, column.width - _INDENT) for value, column in zip(line, columns, strict=True) if isinstance(value, str)
    )
    tallest = max((sum(ceil(len(part) / width) or 1 for part in text.split("\n")) for text, width in texts), default=1)
    return min(tallest, _MOST_LINES)


def _put(sheet: Worksheet, row: int, at: int, value: Value, t: Language, style: str = "") -> Cell:
    place = sheet.cell(row, at)
    if isinstance(value, str):
        place.value = fitting(cell(value), t(CUT))
        place.data_type = "s"  # openpyxl would take «#N/A» for an error and a leading = for a formula
        place.alignment = _WORDS
    else:
        place.value = value
        place.number_format = t(style) if style else "General"
        place.alignment = _NUMBERS
    return place


def fitting(text: str, cut: str) -> str:
    """Cut a text to what a cell holds, and say so at its end with `cut`; no letter is cut in two."""
    if len(text.encode("utf-16-le")) // 2 <= MOST_LETTERS:
        return text
    kept = text.encode("utf-16-le")[: 2 * (MOST_LETTERS - len(cut))].decode("utf-16-le", "ignore")
    return kept + cut


def _arrange(sheet: Worksheet, of: Sheet, printed_title: str, t: Language) -> None:
    """Freeze and filter the header, and set up the page: A4 across, as wide as the table, the header on every page."""
    sheet.freeze_panes = f"{get_column_letter(of.frozen + 1)}2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.page_setup.paperSize, sheet.page_setup.orientation, sheet.page_setup.fitToHeight = _A4, "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"
    if of.printed:
        sheet.print_area = f"A1:{get_column_letter(of.printed)}{sheet.max_row}"
    sheet.oddHeader.left.text = " ".join(printable(printed_title).split())[:_LONGEST_HEADER].replace("&", "&&")
    sheet.oddHeader.right.text = "&A"
    sheet.oddFooter.center.text = t(PAGE)
