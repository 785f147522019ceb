"""Rows that could not be used, or not wholly, as a file that people mend and drop in again."""

import csv
from collections import defaultdict
from collections.abc import Collection, Iterable
from pathlib import Path

from models.cards import KNOWN_ID, CardFile, Problem
from models.forms.layout import MENDED
from models.inert import cell

_FILE, _ROW, _COLUMN, _REST = "rechki_file", "rechki_row", "rechki_column", "rechki_rest"


def write_refused(path: Path, file: CardFile) -> Path | None:
    """Write the rows of a file that need a person's hand; return where, or nothing when there are none.

    Each row stands as it stood in the file, its contact columns left out. After it stand the card it belongs to (when
    the card was taken without the cell in question), its file, number, column and reason, and what was beyond the
    header.
    The file holds customers' words: only its owner can read it. A row is mended in place; the added columns stay.
    """
    by_row: dict[int, list[Problem]] = defaultdict(list)
    for problem in (*file.refused, *file.no_score, *file.notes):
        by_row[problem.row].append(problem)
    if not by_row:
        return None
    for card in file.cards:  # of a card of several lines all, so that their order still numbers the purposes
        faulty = [number for number in card.lines if number in by_row]
        if faulty:
            beside = f"stands with row {faulty[0]} of the same card; nothing to mend"
            for number in card.lines:
                by_row.setdefault(number, [Problem(number, "", beside, card.original_id)])
    table = file.table
    cells = {row.number: row.cells for row in table.rows} | {line.number: line.cells for line in table.broken}
    header = [name for name in table.header if name and name not in file.unread and not name.startswith("rechki_")]
    places = [table.header.index(name) for name in header]
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.part")
    partial.touch(mode=0o600)
    partial.chmod(0o600)
    with partial.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([*map(cell, header), KNOWN_ID, _FILE, _ROW, _COLUMN, MENDED, _REST])
        for number, problems in sorted(by_row.items()):
            line = cells.get(number, ())
            kept = (line[place] if place < len(line) else "" for place in places)
            rest = " | ".join(text for text in line[len(table.header) :] if text.strip())
            known, *about = _about(problems)
            writer.writerow([*map(cell, (*kept, known, table.path.name, *about, rest))])
    partial.replace(path)
    return path


def brought_again(file: CardFile, without: Collection[int]) -> dict[str, set[int]]:
    """Rows of earlier files that a file of refused rows brings again, by file; `without` are lines not to count."""
    rows: dict[str, set[int]] = defaultdict(set)
    header = file.table.header
    if file.mended and {_FILE, _ROW} <= set(header):
        name, number = header.index(_FILE), header.index(_ROW)
        for row in file.table.rows:
            if row.cells[number].isdecimal() and row.number not in without:
                rows[row.cells[name]].add(int(row.cells[number]))
    return rows


def _about(problems: Iterable[Problem]) -> tuple[str, str, str, str]:
    found = list(problems)
    columns = dict.fromkeys(problem.column for problem in found if problem.column)
    return (
        next((problem.original_id for problem in found if problem.original_id), ""),
        str(found[0].row),
        ", ".join(columns),
        "; ".join(dict.fromkeys(problem.reason for problem in found)),
    )
