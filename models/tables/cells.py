"""What every reader of files returns: lines of text cells, before anybody asks which line is the header."""

from dataclasses import dataclass
from pathlib import Path

from models.errors import RechkiError

LONGEST_CELL = 32_767  # as in Excel; an answer is never longer, a broken quote makes cells that are
MOST_COLUMNS = 5_000
_SHOWN_TEXT = 300


@dataclass(frozen=True)
class Sheet:
    """Lines of cells with the number each has in its file; `broken` holds lines that cannot be read."""

    numbers: tuple[int, ...]
    lines: tuple[tuple[str, ...], ...]
    broken: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Cells:
    """A file as cells. `encoding` and `separator` are empty where a format has none; a workbook has more sheets."""

    path: Path
    sheets: tuple[Sheet, ...]
    encoding: str = ""
    separator: str = ""


def refused(what: str, where: Path | str, do: str) -> RechkiError:
    """Return the refusal of a whole file; long findings are cut short."""
    return RechkiError(what if len(what) <= _SHOWN_TEXT else what[:_SHOWN_TEXT] + "…", str(where), do)
