"""What every reader of files returns: lines of text cells, before anybody asks which line is the header."""

from dataclasses import dataclass
from pathlib import Path

from models.errors import RechkiError

LONGEST_CELL = 32_767  # as in Excel; an answer is never longer, a broken quote makes cells that are
MOST_COLUMNS = 5_000
MOST_CELLS = 1 << 27  # rows times columns: short lines under a wide header are filled up to it
_SHOWN_TEXT = 300


@dataclass(frozen=True)
class Sheet:
    """Lines of cells with the number each has in its file; `broken` holds lines that cannot be read.

    Only a workbook's sheets have a name; `uncomputed` holds those of its cells that have a formula and no value yet.
    """

    numbers: tuple[int, ...]
    lines: tuple[tuple[str, ...], ...]
    broken: tuple[tuple[int, str], ...] = ()
    name: str = ""
    uncomputed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cells:
    """A file as cells. `encoding` and `separator` are empty where a format has none; a workbook has more sheets."""

    path: Path
    sheets: tuple[Sheet, ...]
    encoding: str = ""
    separator: str = ""


def refuse_endless(path: Path, columns: int, rows: int) -> None:
    """Refuse a table with more columns than a form asks questions, or more cells than memory can hold.

    Raises
    ------
    RechkiError
        When it is as large.
    """
    if columns > MOST_COLUMNS:
        raise refused(f"{columns} columns: no form asks so much", path, "Export the answers of one form.")
    if columns * rows > MOST_CELLS:
        raise refused(f"{columns} columns in {rows} rows: too much for one table", path, "Export it in parts.")


def refused(what: str, where: Path | str, do: str) -> RechkiError:
    """Return the refusal of a whole file; long findings are cut short."""
    return RechkiError(what if len(what) <= _SHOWN_TEXT else what[:_SHOWN_TEXT] + "…", str(where), do)
