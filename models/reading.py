"""Reading the files of a study: all new ones are checked first, then each is stored in one transaction."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from models.cards import CardFile, Problem, read_cards
from models.config import Columns, Study
from models.errors import RechkiError
from models.forms.columns import propose_columns
from models.forms.layout import read_table
from models.forms.presets import PLAIN_LONG, PLAIN_WIDE, presets
from models.intake import Progress, prepare, prepare_all
from models.mending import write_refused
from models.store import cards
from models.store.database import Store
from models.store.private import Private
from models.tables.table import Table

_OTHER = "another form than study.yaml describes; read by its own header (rechki check shows how)"


@dataclass(frozen=True)
class Brought:
    """What new files brought.

    Attributes
    ----------
    new, known, completed : int
        Cards stored now, cards that were there already, and known ones of which a mended file filled what was missing.
    refused : int
        Rows of which nothing was taken.
    notes : tuple of str
        Every row and cell that was not taken as it stands, and answers that read differently now.
    """

    files: int = 0
    new: int = 0
    known: int = 0
    completed: int = 0
    refused: int = 0
    notes: tuple[str, ...] = ()


def read_new_files(
    folder: Path, refused: Path, settings: Study, store: Store, private: Private, progress: Progress | None = None
) -> Brought:
    """Store the new cards of the files in a folder.

    Parameters
    ----------
    refused : Path
        The folder that rows which cannot be used are written to, for people to mend.

    Raises
    ------
    RechkiError
        When a file cannot be used; then none of the new files is stored. Or when cards are stored and the private file
        with the study's key is gone.
    """
    paths = card_files(folder)
    with store.transaction() as tx:
        known_files = cards.known_files(tx)
    if not paths and not known_files:
        raise RechkiError("there are no card files", str(folder), "Put the exported file there (csv, tsv, xlsx, ods).")
    if known_files and not private.exists():
        raise RechkiError(
            "the private file with the study's secret key is missing",
            str(private.path),
            "Restore it from a backup: without it known cards cannot be told from new ones.",
        )
    fresh = [(path, digest) for path in paths if (digest := _hash(path)) not in known_files]
    if not fresh:
        return Brought()
    files = [open_file(path, settings) for path, _ in fresh]
    key = private.key()
    read = [read_cards(table, fitted, key) for table, fitted in files]
    with store.transaction() as tx:
        cards.require_key(tx, key)
    others = [table for table, fitted in files if fitted is not settings and settings.cards.columns.rows]
    brought = Brought(notes=tuple(f"{table.path.name}: {_OTHER}" for table in others))
    for file, (path, digest) in zip(read, fresh, strict=True):
        mendable = refused / f"{path.stem}.refused.csv"
        brought = _sum(brought, _store(file, digest, mendable, settings, store, private, progress))
    return brought


def open_file(path: Path, settings: Study) -> tuple[Table, Study]:
    """Read a table, and return it with the settings of its columns.

    The columns of study.yaml are taken as they stand. While it names none, and for a file of another form, which has
    none of its purposes, the header proposes them.
    """
    table = read_table(path, settings.cards.columns.named())
    if any(row.purpose in table.header for row in settings.cards.columns.rows):
        return table, settings
    columns = propose_columns(table, presets().get(table.preset))
    return table, settings.model_copy(update={"cards": settings.cards.model_copy(update={"columns": columns})})


def preset_of(table: Table, columns: Columns) -> str:
    """Name the form a file was recognised as; a table of one's own is plain, wide or long."""
    return table.preset or (PLAIN_LONG if columns.layout == "long" else PLAIN_WIDE)


def card_files(folder: Path) -> list[Path]:
    """Every file of the folder in the order of their names, hidden and temporary ones left alone."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith((".", "~")))


def _store(
    file: CardFile,
    digest: str,
    refused: Path,
    settings: Study,
    store: Store,
    private: Private,
    progress: Progress | None,
) -> Brought:
    """Store what is new of one file, and write down what could not be used."""
    with store.transaction() as tx:
        contents = cards.known_contents(tx)
    unknown = [card for card in file.cards if card.card_id not in contents]
    changed = [card for card in file.cards if contents.get(card.card_id, card.content) != card.content]
    completed: dict[str, list[str]] = {}
    with store.transaction() as tx:  # the private part first: a killed run leaves more there, never less
        for part in prepare_all(unknown, settings, progress):
            if settings.privacy.keep_verbatims:
                private.add(item.private for item in part)
            cards.add_cards(tx, digest, part)
        for card in changed if file.mended else ():
            prepared = prepare(card, settings)
            if settings.privacy.keep_verbatims:
                private.add([prepared.private])
            if filled := cards.complete(tx, card, prepared):
                completed[card.card_id] = filled
        cards.add_file(tx, file, digest, len(unknown))
    write_refused(refused, file)
    notes = [*file.refused, *file.no_score, *file.notes]
    notes += [
        Problem(card.source_row, "", "the answer of a known card reads differently; not taken")
        for card in changed
        if card.card_id not in completed
    ]
    name = file.table.path.name
    told = [f"{name}, {note}" for note in notes]
    told += [f"{name}: {', '.join(filled)} filled in a known card" for filled in completed.values()]
    rows = len({problem.row for problem in file.refused})
    return Brought(1, len(unknown), len(file.cards) - len(unknown), len(completed), rows, tuple(told))


def _sum(one: Brought, other: Brought) -> Brought:
    return Brought(
        one.files + other.files,
        one.new + other.new,
        one.known + other.known,
        one.completed + other.completed,
        one.refused + other.refused,
        one.notes + other.notes,
    )


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
