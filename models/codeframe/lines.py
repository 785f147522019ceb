"""A code frame as a file has it: one line a code, every cell a text."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from models.codebook import Code
from models.errors import RechkiError, require_file
from models.text import tidy

COLUMNS = ("code_id", "code", "definition", "target", "net", "note", "strategy", "strategy_reason")
MOST_BYTES = 10 << 20  # of a file; a code frame of a thousand codes has less than one megabyte
MOST_CODES = 2000  # every one is a choice in Label Studio


@dataclass(frozen=True)
class Line:
    """What a file says of one code, in its row or line `number`; `said` has no key for what it says nothing of."""

    number: int
    said: Mapping[str, str]


@dataclass(frozen=True)
class FrameFile:
    """A file that was read; `unit` is what its lines are called, `notes` tell what of it has no place here."""

    path: Path
    lines: tuple[Line, ...]
    unit: str = "line"
    notes: tuple[str, ...] = ()


def lines_of(codes: Iterable[Code]) -> list[Line]:
    """Write the codes people made and still use as lines."""
    used = [code for code in codes if not (code.fixed or code.retired)]
    return [Line(number, _said(code)) for number, code in enumerate(used, start=1)]


def _said(code: Code) -> dict[str, str]:
    texts = (code.code_id, code.name, code.definition, str(code.target), code.net, code.note)
    cells = (*texts, str(code.strategy or ""), code.strategy_reason)
    return {column: tidy(text) for column, text in zip(COLUMNS, cells, strict=True)}


def small_enough(path: Path) -> bytes:
    """Read a file that a code frame fits in.

    Raises
    ------
    RechkiError
        When it is missing, empty or larger than any code frame.
    """
    require_file(path)
    size = path.stat().st_size
    if not size:
        raise RechkiError("the file is empty", str(path), "Export the code frame again.")
    if size > MOST_BYTES:
        raise RechkiError(f"{size >> 20} MB: no code frame is so large", str(path), "Export the code frame alone.")
    return path.read_bytes()
