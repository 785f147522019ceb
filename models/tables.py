"""Tables as text: CSV in the encodings of Russian offices, and Excel or OpenDocument sheets."""

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from python_calamine import CalamineError, load_workbook

from models.errors import RechkiError

SHEETS = {".xlsx", ".xls", ".xlsb", ".ods"}
TEXTS = {".csv", ".tsv", ".txt"}
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SEPARATORS = ",;\t|"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
csv.field_size_limit(1 << 24)


@dataclass(frozen=True)
class Table:
    """A table of text cells.

    ``rows[i]`` stands in row ``i + 2`` of the sheet, and has as many cells as `header`.
    """

    path: Path
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    encoding: str
    separator: str

    def column(self, name: str) -> int:
        """Return the position of a column.

        Raises
        ------
        RechkiError
            When the table has no such column.
        """
        try:
            return self.header.index(name)
        except ValueError:
            raise RechkiError(
                f"there is no column {name!r}; the file has: {', '.join(self.header)}",
                str(self.path),
                "Correct cards.columns in study.yaml, or the header of the file.",
            ) from None


def read_table(path: Path) -> Table:
    """Read a CSV, TSV, xlsx, xls or ods file; the first row is the header.

    Raises
    ------
    RechkiError
        When the file is missing, empty, no table, or its letters cannot be told.
    """
    if not path.is_file():
        raise RechkiError("there is no such file", str(path), "Check the path.")
    if path.stat().st_size == 0:
        raise RechkiError("the file is empty", str(path), "Export the answers again.")
    kind = path.suffix.lower()
    if kind in SHEETS:
        cells, encoding, separator = _sheet(path), "", ""
    elif kind in TEXTS:
        cells, encoding, separator = _text(path)
    else:
        raise RechkiError(
            f"files of the kind {kind or '(none)'} are not read",
            str(path),
            f"Save it as one of {', '.join(sorted(SHEETS | TEXTS))}.",
        )
    return _table(path, cells, encoding, separator)


def _table(path: Path, cells: list[list[str]], encoding: str, separator: str) -> Table:
    while cells and not any(cell.strip() for cell in cells[-1]):
        cells.pop()
    if not cells:
        raise RechkiError("the file holds no cells", str(path), "Export the answers again.")
    header = [cell.strip() for cell in cells[0]]
    while header and not header[-1]:
        header.pop()
    if len(header) < 2:
        raise RechkiError(
            "this is not a table: its first line has fewer than two columns",
            str(path),
            "Save it as CSV with a header line, or as xlsx.",
        )
    repeated = sorted({name for name in header if name and header.count(name) > 1})
    if repeated:
        raise RechkiError(f"the header repeats {', '.join(repeated)}", f"{path}, row 1", "Give each column its name.")
    if len(cells) == 1:
        raise RechkiError("the file has a header and no rows", str(path), "Export the answers again.")
    rows = []
    for number, line in enumerate(cells[1:], start=2):
        if any(cell.strip() for cell in line[len(header) :]):
            raise RechkiError(
                f"the row has {len(line)} cells, the header {len(header)}",
                f"{path}, row {number}",
                "Put texts that hold the separator in quotes, or save the file as xlsx.",
            )
        rows.append(tuple((*line, *[""] * len(header))[: len(header)]))
    return Table(path, tuple(header), tuple(rows), encoding, separator)


def _sheet(path: Path) -> list[list[str]]:
    try:
        values = load_workbook(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise RechkiError(f"this is not a readable workbook: {error}", str(path), "Save it again as xlsx.") from error
    return [[_cell(value) for value in line] for line in values]


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _text(path: Path) -> tuple[list[list[str]], str, str]:
    text, encoding = _decoded(path)
    if _CONTROL.search(text):
        raise RechkiError("this is not a table: it holds binary data", str(path), "Export it again as CSV or xlsx.")
    declared = re.match(r"sep=(.)\r?\n", text)
    body = text[declared.end() :] if declared else text
    separator = declared.group(1) if declared else _separator(body)
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=separator, strict=True)
    try:
        cells = list(reader)
    except csv.Error as error:
        where = f"{path}, line {reader.line_num}"
        raise RechkiError(f"quotes that do not pair: {error}", where, "Save it again as CSV or xlsx.") from error
    return cells, encoding, separator


def _decoded(path: Path) -> tuple[str, str]:
    """By its mark, else strict UTF-8, else Windows-1251 when that reads as Russian; never a guess beyond that."""
    raw = path.read_bytes()
    encoding = next((name for mark, name in _BOMS if raw.startswith(mark)), "utf-8")
    try:
        return raw.decode(encoding), encoding
    except UnicodeDecodeError:
        pass
    try:
        text = raw.decode("cp1251")
    except UnicodeDecodeError:
        text = ""
    letters = [letter for letter in text if letter.isalpha()]
    russian = sum(bool(_CYRILLIC.match(letter)) for letter in letters)
    lower = sum(letter.islower() for letter in letters)
    strange = sum(not letter.isascii() for letter in letters) - russian
    if letters and strange <= 0.01 * len(letters) and russian > 0.3 * len(letters) and lower > 0.5 * len(letters):
        return text, "cp1251"
    raise RechkiError("its letters cannot be told: neither UTF-8 nor Windows-1251", str(path), "Save it as UTF-8.")


def _separator(body: str) -> str:
    """The separator that the first record uses most outside quotes."""
    first = re.sub(r'"[^"]*"', "", body).lstrip("\r\n ").split("\n", 1)[0]
    return max(_SEPARATORS, key=first.count)
