"""A table of answers: one header, and rows that know their number in the file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.errors import RechkiError, require_file
from models.tables.cells import Cells, refused
from models.tables.delimited import read_delimited
from models.tables.jsonlines import read_jsonlines
from models.tables.workbook import read_workbook

WORKBOOKS = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}
DELIMITED = {".csv", ".tsv", ".tab", ".txt"}
JSON_LINES = {".jsonl", ".ndjson", ".json"}
_NAMED = 20


@dataclass(frozen=True)
class Row:
    """The cells of a line, as many as the header has, and the line's number in the file."""

    number: int
    cells: tuple[str, ...]


def where(row: int, column: str) -> str:
    """Say where something stands; the column is left out where there is none."""
    return f"row {row}, column {column!r}" if column else f"row {row}"


def rows_named(rows: Sequence[int]) -> str:
    """Name several rows of a file, the first of them where they are many."""
    if len(rows) == 1:
        return f"row {rows[0]}"
    more = f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
    return f"rows {', '.join(map(str, rows[:_NAMED]))}{more}"


@dataclass(frozen=True)
class Broken:
    """A line that cannot be read as it stands, with what of it there is."""

    number: int
    cells: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Table:
    """A file as a table.

    `preset` names the form whose layout was recognised, `remarks` tell what of the file is not in the table, `short`
    has the number of every line of a text file that ends before the header does, and its cells.
    """

    path: Path
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    broken: tuple[Broken, ...] = ()
    encoding: str = ""
    separator: str = ""
    preset: str = ""
    month_first: bool = False
    remarks: tuple[str, ...] = ()
    short: tuple[tuple[int, int], ...] = ()

    def column(self, name: str, do: str = "Name a column that is there.") -> int:
        """Return the position of a column; `do` is what to do when it is not there.

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
                do,
            ) from None


def read_cells(path: Path) -> Cells:
    """Read the cells of a file by its kind.

    Raises
    ------
    RechkiError
        When the file is missing, empty, damaged, or of a kind that holds no table.
    """
    require_file(path)
    if path.stat().st_size == 0:
        raise refused("the file is empty", path, "Export the answers again.")
    kind = path.suffix.lower()
    if kind in WORKBOOKS:
        return read_workbook(path)
    if kind in JSON_LINES:
        return read_jsonlines(path)
    if kind in DELIMITED:
        return read_delimited(path)
    raise refused(
        f"files of the kind {kind or '(none)'} are not read",
        path,
        f"Save it as one of {', '.join(sorted(WORKBOOKS | DELIMITED | JSON_LINES))}.",
    )
