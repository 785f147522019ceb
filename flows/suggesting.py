"""`rechki suggest`: codes for a new wave from a coded table, without a study and without a server."""

from collections import Counter
from pathlib import Path

from rich.table import Table as Grid

from flows.stages import Stage, console, stage
from models.coded.joined import seem_joined
from models.config import default_study
from models.encoder.load import load_encoder
from models.errors import RechkiError
from models.forms.layout import read_table
from models.outsiders import FEWEST
from models.plural import counted
from models.suggesting import Suggested, suggest_texts
from models.tables.table import Table
from reports.files import replace_files, require_csv, require_writable
from reports.suggestions import suggestions_csv

_ON_SCREEN, _NOTED = 40, 10


def suggest_file(coded_file: Path, new_file: Path, text: str, code: str, out: Path, identity: str | None) -> Suggested:
    """Suggest codes for every row of a table, and write them; nothing is written when anything fails.

    Raises
    ------
    RechkiError
        When a file cannot be read, has no such column, or has a row that cannot be read; when no row is coded; when
        `out` is no name of a CSV file, or cannot be written.
    """
    if out.resolve() in (coded_file.resolve(), new_file.resolve()):
        raise RechkiError("a table would be written over", str(out), "Give --out a name of its own.")
    require_csv(out)
    require_writable([out])
    with stage("Reading") as at:
        coded_table = _read(coded_file, [text, code])
        new_table = _read(new_file, [text, identity] if identity else [text])
        coded = [(said, _codes(cell)) for said, cell in zip(*_columns(coded_table, text, code), strict=True)]
        (texts,) = _columns(new_table, text)
        ids = _columns(new_table, identity)[0] if identity else [str(row.number) for row in new_table.rows]
        bare = sum(not codes for _, codes in coded)
        if bare == len(coded):
            raise RechkiError("no row has a code", f"{coded_file}, column {code!r}", "Name another one with --code.")
        if not any(cell.strip() for cell in texts):
            raise RechkiError("the column has no text", f"{new_file}, column {text!r}", "Name another one with --text.")
        at.words = f"{counted(len(coded), 'coded row')}, {counted(len(texts), 'new one')}"
        for table in (coded_table, new_table):
            for remark in table.remarks:
                at.note(f"{table.path.name}: {remark}")
        if bare:
            rows = f"{counted(bare, 'row')} of {coded_file.name} {'has' if bare == 1 else 'have'} no code"
            at.note(f"{rows}: nothing is learned from {'it' if bare == 1 else 'them'}")
        _note_joined(at, Counter(code for _, codes in coded for code in codes))
    settings = default_study(new_file.stem)
    with stage("Loading the encoder"):
        encoder = load_encoder(settings.encoder)
        encoder.model()
    with stage("Encoding and suggesting") as at:
        try:
            found = suggest_texts(coded, texts, encoder, settings, at.progress)
        except RechkiError as error:
            raise RechkiError(error.what, f"{coded_file}, column {text!r}", error.do) from error
        at.words = _summary(found)
    replace_files({out: suggestions_csv(found, ids, texts)})
    _show(found)
    console.print(f"wrote {out}", markup=False, soft_wrap=True)
    return found


def _read(path: Path, wanted: list[str]) -> Table:
    table = read_table(path, wanted)
    if table.broken:
        broken = table.broken[0]
        raise RechkiError(broken.reason, f"{path}, row {broken.number}", "Mend the row, or take it out of the file.")
    return table


def _columns(table: Table, *names: str) -> list[list[str]]:
    places = [table.column(name) for name in names]
    return [[row.cells[place] for row in table.rows] for place in places]


def _codes(cell: str) -> frozenset[str]:
    return frozenset(filter(None, (code.strip() for code in cell.split("|"))))


def _note_joined(at: Stage, rows: Counter[str]) -> None:
    """Tell of codes that look like several; `rows` counts those of each code."""
    joined = seem_joined(rows)
    for name in sorted(joined, key=lambda name: (-rows[name], name))[:_NOTED]:
        parts = " and ".join(map(repr, joined[name]))
        where = f"{name!r} in {counted(rows[name], 'row')}"
        at.note(f"{where} is taken as one code, though {parts} are codes: several codes are joined by |")
    if len(joined) > _NOTED:
        at.note(f"and {len(joined) - _NOTED} more such codes")


def _summary(found: Suggested) -> str:
    learned = f"{counted(found.known, 'code')} learned from {counted(found.examples, 'different answer')}"
    words = f"{learned}; {counted(found.distinct, 'different new one')}"
    words += f", {found.non_answers} {'says' if found.non_answers == 1 else 'say'} nothing" if found.non_answers else ""
    return words + (f", {found.empty} empty" if found.empty else "")


def _show(found: Suggested) -> None:
    inside = [codes[0] for codes, theme in zip(found.codes, found.themes, strict=True) if codes and theme < 0]
    themes = Counter(int(theme) for theme in found.themes if theme >= 0)
    lines = [(code, times) for code, times in sorted(Counter(inside).items(), key=lambda item: (-item[1], item[0]))]
    lines += [(f"new theme {theme + 1}: {found.portraits[theme].name}", themes[theme]) for theme in sorted(themes)]
    grid = Grid(box=None, pad_edge=False)
    grid.add_column("suggested first", overflow="fold")
    grid.add_column("answers", justify="right")
    for name, times in lines[:_ON_SCREEN]:
        grid.add_row(name, str(times))
    console.print(grid, markup=False)
    if len(lines) > _ON_SCREEN:
        console.print(f"and {len(lines) - _ON_SCREEN} smaller ones")
    if found.known == 1:
        words = "Only one code is known: nothing tells what has another. The column confidence is left empty."
        console.print(words, style="yellow")
    if found.distinct < FEWEST:
        console.print(f"Fewer than {FEWEST} different new answers: new themes cannot be told.", style="yellow")
