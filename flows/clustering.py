"""`rechki cluster`: the groups of one column of any table, without a study and without a server."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.table import Table as Grid

from flows.stages import console, stage
from models.clustering import Clustered, cluster_texts
from models.config import default_study
from models.encoder.load import load_encoder
from models.errors import RechkiError
from models.forms.layout import read_table
from models.plural import counted
from models.tables.table import Table
from models.text import text_key
from reports.files import replace_files, require_csv, require_writable
from reports.groups import groups_csv, net_names, rows_csv
from reports.map import Dot, map_page

_ON_SCREEN = 40


def cluster_file(path: Path, text: str, identity: str | None, out: Path | None, map_file: Path | None) -> Clustered:
    """Group the texts of a column, and write what was asked for; nothing is written when anything fails.

    Raises
    ------
    RechkiError
        When the file cannot be read or has no such column; the columns it has are named. When `out` is no name of a CSV
        file, or a file cannot be written.
    """
    groups_file = out.with_suffix(".groups.csv") if out else None
    written = [file for file in (out, groups_file, map_file) if file]
    if len({file.resolve() for file in [path, *written]}) <= len(written):
        raise RechkiError("two files have one name", str(path), "Give --out and --map names of their own.")
    if out:
        require_csv(out)
    require_writable(written)
    wanted = [text, identity] if identity else [text]
    with stage("Reading") as at:
        table = read_table(path, wanted)
        texts = _column(table, text)
        ids = _column(table, identity) if identity else [str(row.number) for row in table.rows]
        at.words = f"{counted(len(texts), 'row')}"
        for remark in table.remarks:
            at.note(remark)
        for broken in table.broken[:3]:
            at.note(f"row {broken.number} is left out: {broken.reason}")
        if len(table.broken) > 3:
            at.note(f"and {len(table.broken) - 3} more rows are left out")
        if not any(cell.strip() for cell in texts):
            raise RechkiError("the column has no text", f"{path}, column {text!r}", "Name another one with --text.")
    settings = default_study(path.stem)
    with stage("Loading the encoder"):
        encoder = load_encoder(settings.encoder)
        encoder.model()
    with stage("Encoding and grouping") as at:
        found = cluster_texts(texts, encoder, settings, at.progress, at.progress)
        at.words = _summary(found)
    contents = {}
    if out and groups_file:
        contents = {out: rows_csv(found, ids, texts), groups_file: groups_csv(found)}
    if map_file:
        contents[map_file] = map_page(path.stem, _dots(found)).encode()
    replace_files(contents)
    _show(found, settings.proposal.min_phrases)
    for file in contents:
        console.print(f"wrote {file}", markup=False, soft_wrap=True)
    return found


def _column(table: Table, name: str) -> list[str]:
    at = table.column(name)
    return [row.cells[at] for row in table.rows]


def _summary(found: Clustered) -> str:
    unassigned = int((found.labels == -1).sum()) - found.empty - found.non_answers
    words = f"{counted(found.distinct, 'different answer')}, {counted(len(found.sizes), 'group')}"
    words += f", {counted(unassigned, 'answer')} in none"
    words += f", {found.non_answers} {'says' if found.non_answers == 1 else 'say'} nothing" if found.non_answers else ""
    return words + (f", {found.empty} empty" if found.empty else "")


def _show(found: Clustered, fewest: int) -> None:
    if found.distinct < fewest:
        console.print(
            f"Fewer than {fewest} different answers: they are quicker to read than to group. "
            "Answers with the same words stand together.",
            style="yellow",
        )
    grid = Grid(box=None, pad_edge=False)
    grid.add_column("group", overflow="fold")
    grid.add_column("answers", justify="right")
    grid.add_column("net", overflow="fold")
    nets = net_names(found)
    ranked = sorted(range(len(found.sizes)), key=lambda group: -found.sizes[group])
    for group in ranked[:_ON_SCREEN]:
        grid.add_row(found.portraits[group].name, str(found.sizes[group]), nets[found.nets[group]])
    console.print(grid, markup=False)
    if len(found.sizes) > _ON_SCREEN:
        console.print(f"and {len(found.sizes) - _ON_SCREEN} smaller groups")


def _dots(found: Clustered) -> Sequence[Dot]:
    """One dot a different text that was grouped or could be, with how often it was given."""
    dots: dict[str, Dot] = {}
    for text, label, nearest, (x, y) in zip(found.shown, found.labels, found.nearest, found.places, strict=True):
        if nearest == -1:
            continue
        name = found.portraits[label].name if label != -1 else ""
        dot = dots.setdefault(text_key(text), Dot(float(x), float(y), text, name, times=0))
        dots[text_key(text)] = replace(dot, times=dot.times + 1)
    return list(dots.values())
