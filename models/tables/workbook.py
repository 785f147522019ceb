"""Workbooks (xlsx, xls, xlsb, ods), opened in a process of their own with bounds on memory and time.

A workbook is a program for its reader: a few kilobytes can unpack to gigabytes (a zip bomb), and one cell in the last
corner makes a dense table of seventeen milliards. Whatever happens there ends that process, not the study.
Run as ``python -m models.tables.workbook FILE`` this module is that process: it prints one JSON
value a line.
"""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

from models.tables.cells import Cells, Sheet, refused

MOST_UNPACKED = 1 << 30  # bytes
MOST_MEMORY = 4 << 30  # bytes of address space
MOST_SECONDS = 300
_ROOT = Path(__file__).resolve().parents[2]
_AGAIN = "Open it in Excel or LibreOffice and save it again as xlsx, the answers on the first sheet."
_UNREADABLE = 3


def read_workbook(path: Path) -> Cells:
    """Read every sheet that holds something.

    Raises
    ------
    RechkiError
        When the file is damaged, locked with a password, or unpacks to more than a table of answers can hold.
    """
    _refuse_bomb(path)
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__, str(path.resolve())],
            cwd=_ROOT,
            capture_output=True,
            timeout=MOST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise refused(f"it was not read within {MOST_SECONDS} seconds", path, _AGAIN) from error
    if done.returncode == _UNREADABLE:
        raise refused(f"this is not a readable workbook: {done.stderr.decode().strip()}", path, _AGAIN)
    if done.returncode:
        raise refused("this workbook unpacks to more than a table of answers can hold", path, _AGAIN)
    sheets: list[tuple[str, list[str], list[tuple[str, ...]]]] = []
    for line in done.stdout.splitlines():
        found = json.loads(line)
        if isinstance(found, dict):
            sheets.append((found["name"], found["uncomputed"], []))
        else:
            sheets[-1][2].append(tuple(found))
    return Cells(
        path,
        tuple(
            Sheet(tuple(range(1, len(lines) + 1)), tuple(lines), name=name, uncomputed=tuple(uncomputed))
            for name, uncomputed, lines in sheets
            if any(any(cells) for cells in lines)
        ),
    )


def _refuse_bomb(path: Path) -> None:
    """Refuse a zip that would unpack to too much; the sizes its directory claims are checked again on unpacking."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
        raise refused(f"this is not a readable workbook: {error}", path, _AGAIN) from error
    if unpacked > MOST_UNPACKED:
        raise refused(f"it unpacks to {unpacked >> 20} MB: no table of answers is so large", path, _AGAIN)


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).replace("\0", "\ufffd")  # a .xls can hold it, PostgreSQL cannot


def _print_sheets(path: str) -> None:
    """Print the name of every visible sheet and its cells without a value, and its lines after it as lists."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum, load_workbook

    from models.tables.formulas import uncomputed

    book = load_workbook(path)
    shown = [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
    ]
    blank = uncomputed(path)
    for name in shown or book.sheet_names[:1]:
        told = {"name": name, "uncomputed": blank.get(name, [])}
        print(json.dumps(told))  # noqa: T201  (the answer of this process)
        for line in book.get_sheet_by_name(name).to_python(skip_empty_area=False):
            cells = [_text(value) for value in line]
            while cells and not cells[-1]:  # a stray cell in a far corner makes every line as long
                cells.pop()
            print(json.dumps(cells, ensure_ascii=False))  # noqa: T201


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stderr.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    _limit()
    try:
        _print_sheets(sys.argv[1])
    except MemoryError:
        sys.exit(1)
    except Exception as error:
        print(error, file=sys.stderr)  # noqa: T201
        sys.exit(_UNREADABLE)
