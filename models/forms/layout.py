"""From cells to a table: which sheet, which line is the header, how many lines it takes, which lines are no answers."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from html import unescape
from pathlib import Path
from shlex import quote

from models.forms.columns import names_a_purpose
from models.forms.presets import Preset, header_key, recognise
from models.privacy.masking import masked
from models.tables.cells import LONGEST_CELL, Cells, Sheet, refuse_endless, refused
from models.tables.table import Broken, Row, Table, read_cells

MENDED = "rechki_reason"  # a column of the files with refused rows that people mend and drop in again
_LOOKED_AT = 15  # lines above which a header is looked for
_GUARDED = re.compile(r"^'(?=[=+\-@\t\r\n＝＋－＠])")
_MOST_BROKEN = 0.5
_MOST_NAMED, _SHOWN = 5, 31  # other sheets of a workbook, and letters of their names (Excel takes no more)


def read_table(path: Path, wanted: Collection[str] = (), *, keep_blank: bool = False) -> Table:
    """Read a file of answers as a table.

    Parameters
    ----------
    wanted : collection of str
        Columns that study.yaml names: the line that holds them all is the header.
    keep_blank : bool
        Keep rows without a letter, so that the rows are those that pandas counts: an empty line of text is none, nor
        are empty lines at the end of a workbook's sheet.

    Raises
    ------
    RechkiError
        When the file is no table, or most of its lines are broken.
    """
    cells = read_cells(path)
    if not any(_filled(line) for sheet in cells.sheets for line in sheet.lines):
        raise refused("the file holds no cells", path, "Export the answers again.")
    sheet, at, preset = _header(cells, set(wanted))
    table = _table(cells, sheet, at, preset or Preset(title="", marks=()), keep_blank)
    lines = len(table.rows) + len(table.broken)
    if not lines:
        raise refused("the file has a header and no rows", path, "Export the answers again.")
    if len(table.broken) > _MOST_BROKEN * lines:
        first = table.broken[0]
        raise refused(
            f"{len(table.broken)} of {lines} lines do not fit the header; line {first.number}: {first.reason}",
            f"{path}, row {first.number}",
            "Put texts that hold the separator in quotes, or save the file as xlsx.",
        )
    return table


def _header(cells: Cells, wanted: set[str]) -> tuple[Sheet, int, Preset | None]:
    """The sheet, the line of its header and the form it is of; a title above the header is passed over."""
    for sheet in cells.sheets:
        for at, line in enumerate(sheet.lines[:_LOOKED_AT]):
            below = sheet.lines[at + 1] if at + 1 < len(sheet.lines) else ()
            below_title = max(map(_filled, sheet.lines[:at]), default=0) <= min(2, _filled(line) - 1)
            preset = recognise(line, below) if below_title and _filled(line) > 1 else None
            if preset or (wanted and wanted <= {cell.strip() for cell in line}):
                return sheet, at, preset
            if below_title and names_a_purpose(line):
                return sheet, at, None
    for sheet in cells.sheets:
        for at, line in enumerate(sheet.lines[:_LOOKED_AT]):
            if _filled(line) > 1:
                return sheet, at, None
    if len(wanted) == 1:
        first = next(line for sheet in cells.sheets for line in sheet.lines if _filled(line))
        there = ", ".join(masked(cell.strip()[:_SHOWN]) for cell in first if cell.strip())
        name = f"there is no column {min(wanted)!r}; the file has one alone: {there}"
        raise refused(name, cells.path, "Name the column that is there.")
    raise refused(
        "this is not a table: its first line has fewer than two columns",
        cells.path,
        "Save it as CSV with a header line, or as xlsx. Answers alone, one a line below a header, are grouped by: "
        f"rechki cluster {quote(str(cells.path))} --text COLUMN",
    )


def _table(cells: Cells, sheet: Sheet, at: int, preset: Preset, keep_blank: bool) -> Table:
    header = _names(sheet.lines[at : at + preset.header_rows], preset)
    refuse_endless(cells.path, len(header), len(sheet.lines))
    if MENDED in header:
        header = tuple(_GUARDED.sub("", name) for name in header)
    rows: list[Row] = []
    short: list[tuple[int, int]] = []
    broken = [Broken(number, (), reason) for number, reason in sheet.broken]
    guarded = preset.apostrophe or MENDED in header
    first, is_row = at + preset.header_rows, _told_rows(cells, sheet, keep_blank)
    for number, line in zip(sheet.numbers[first:], sheet.lines[first:], strict=True):
        if not is_row(number, line) or (preset.skip_rows_with and any(preset.skip_rows_with in cell for cell in line)):
            continue
        reason = _fault(line, len(header))
        if reason:
            broken.append(Broken(number, line, reason))
            continue
        whole = (*line, *[""] * (len(header) - len(line)))[: len(header)]
        if cells.separator and len(line) < len(header):
            short.append((number, len(line)))
        rows.append(Row(number, tuple(_GUARDED.sub("", cell) for cell in whole) if guarded else whole))
    broken.sort(key=lambda line: line.number)
    return Table(
        cells.path,
        header,
        tuple(rows),
        tuple(broken),
        cells.encoding,
        cells.separator,
        preset.name,
        preset.month_first,
        (*_other_sheets(cells, sheet), *_uncomputed(sheet)),
        tuple(short),
    )


def _told_rows(cells: Cells, sheet: Sheet, keep_blank: bool) -> Callable[[int, Sequence[str]], bool]:
    """Return what tells a row from a line that holds nothing, by its number and cells."""
    if not keep_blank:
        return lambda _, line: _filled(line) > 0
    if cells.encoding:  # of text, where an empty line holds no cell
        return lambda _, line: bool(line)
    last = max(number for number, line in zip(sheet.numbers, sheet.lines, strict=True) if _filled(line))
    return lambda number, _: number <= last


def _other_sheets(cells: Cells, sheet: Sheet) -> Iterator[str]:
    """Say which sheet of a workbook is read, where others hold something, too."""
    others = [repr(masked(other.name[:_SHOWN])) for other in cells.sheets if other is not sheet]
    if others:
        more = f" and {len(others) - _MOST_NAMED} more" if len(others) > _MOST_NAMED else ""
        read = repr(masked(sheet.name[:_SHOWN]))
        yield f"only the sheet {read} is read; left unread: {', '.join(others[:_MOST_NAMED])}{more}"


def _uncomputed(sheet: Sheet) -> Iterator[str]:
    """Say that cells with formulas are blank, where a program wrote the workbook that does not compute."""
    if sheet.uncomputed:
        cells, first = len(sheet.uncomputed), sheet.uncomputed[0]
        of = f"{first} holds a formula" if cells == 1 else f"{cells} cells, the first {first}, hold formulas"
        yield f"{of} without a value, read as blank: open the file in Excel or LibreOffice and save it, then read it"


def _fault(line: Sequence[str], width: int) -> str:
    """Why a line cannot be read; nothing when it can."""
    if any(cell.strip() for cell in line[width:]):
        return f"the row has {len(line)} cells, the header {width}"
    longest = max(map(len, line), default=0)
    if longest > LONGEST_CELL:
        return f"a cell holds {longest} letters; the longest answer has {LONGEST_CELL}"
    return ""


def _names(lines: Sequence[Sequence[str]], preset: Preset) -> tuple[str, ...]:
    """One name a column from the header's lines, repeated ones numbered: «Оценка», «Оценка (2)»."""
    titles = [cell.strip() for cell in lines[0]]
    while titles and not titles[-1] and not any(len(line) >= len(titles) and line[len(titles) - 1] for line in lines):
        titles.pop()
    if preset.header_rows > 1:
        second = [*lines[1], *[""] * len(titles)] if len(lines) > 1 else [""] * len(titles)
        titles = list(_with_second(titles, second, preset))
    if preset.name:
        titles = [" ".join(unescape(title).split()) for title in titles]
    seen: Counter[str] = Counter()
    names, written = [], set(titles)
    for title in titles:
        seen[title] += 1
        while title and seen[title] > 1 and f"{title} ({seen[title]})" in written:
            seen[title] += 1
        names.append(f"{title} ({seen[title]})" if title and seen[title] > 1 else title)
    return tuple(names)


def _with_second(titles: Sequence[str], second: Sequence[str], preset: Preset) -> Iterator[str]:
    last = ""
    for title, more in zip(titles, second, strict=False):
        last = title or (last if preset.spread_titles else "")
        telling = header_key(more) not in {header_key(last), "", *preset.generic}
        yield f"{last}: {more.strip()}" if last and telling else last or more.strip()


def _filled(line: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in line)
