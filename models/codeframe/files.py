"""Which kind of file a code frame is read from and written to."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from models.codeframe.lines import FrameFile, Line
from models.codeframe.qdc import read_qdc, write_qdc
from models.codeframe.sheet import read_sheet, write_csv, write_workbook
from models.codeframe.yamlfile import read_yaml, write_yaml
from models.errors import RechkiError
from models.tables.table import DELIMITED, WORKBOOKS

_T = TypeVar("_T")
_WRITERS: dict[str, Callable[[Sequence[Line]], bytes]] = {
    ".csv": write_csv,
    ".qdc": write_qdc,
    ".xlsx": write_workbook,
    ".yaml": write_yaml,
    ".yml": write_yaml,
}
_READERS: dict[str, Callable[[Path], FrameFile]] = {
    **dict.fromkeys(DELIMITED | WORKBOOKS, read_sheet),
    ".qdc": read_qdc,
    ".yaml": read_yaml,
    ".yml": read_yaml,
}


def read_frame(path: Path) -> FrameFile:
    """Read a code frame by the ending of its file's name.

    Raises
    ------
    RechkiError
        When the file is of another kind, damaged, or says something that is no code.
    """
    return _of_kind(path, _READERS)(path)


def frame_bytes(path: Path, lines: Sequence[Line]) -> bytes:
    """Return what a file of this name should hold.

    Raises
    ------
    RechkiError
        When code frames are not written in files of its kind, or there is no code.
    """
    writer = _of_kind(path, _WRITERS)
    if not lines:
        raise RechkiError("there is no code to write", "", "Codes are made in the review, or imported.")
    return writer(lines)


def _of_kind(path: Path, known: dict[str, _T]) -> _T:
    kind = path.suffix.lower()
    if kind not in known:
        raise RechkiError(
            f"code frames are not kept in files of the kind {kind or '(none)'}",
            str(path),
            f"Take one of {', '.join(sorted(known))}.",
        )
    return known[kind]
