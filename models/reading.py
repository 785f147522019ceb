"""Reading the files of a study: all new ones are checked first, then each is stored whole."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from models.cards import CardFile, read_cards
from models.config import Study
from models.errors import RechkiError
from models.forms import propose_columns
from models.intake import prepare
from models.store import cards
from models.store.database import Store
from models.store.private import Private
from models.tables import Table, read_table


@dataclass(frozen=True)
class Brought:
    """What new files brought. `notes` name cells that were passed over and answers that were not taken."""

    files: int
    new: int
    known: int
    notes: tuple[str, ...]


def read_new_files(folder: Path, settings: Study, store: Store, private: Private) -> Brought:
    """Store the new cards of the files in a folder.

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
        return Brought(0, 0, 0, ())
    tables = [read_table(path) for path, _ in fresh]
    key = private.key()
    files = [read_mapped(table, settings, key) for table in tables]
    with store.transaction() as tx:
        cards.require_key(tx, key)
    new = known = 0
    notes: list[str] = []
    for file, (path, digest) in zip(files, fresh, strict=True):
        with store.transaction() as tx:
            contents = cards.known_contents(tx)
        prepared = [prepare(card, settings) for card in file.cards if card.card_id not in contents]
        changed = [card.source_row for card in file.cards if contents.get(card.card_id, card.content) != card.content]
        if settings.privacy.keep_verbatims:
            private.add(item.private for item in prepared)
        with store.transaction() as tx:
            cards.add_file(tx, file, digest, prepared)
        new, known = new + len(prepared), known + len(file.cards) - len(prepared)
        notes += [f"{path.name}, {note}" for note in file.notes]
        notes += [f"{path.name}, row {row}: the answer of a known card reads differently; not taken" for row in changed]
    return Brought(len(files), new, known, tuple(notes))


def read_mapped(table: Table, settings: Study, key: bytes) -> CardFile:
    """Read a table with the columns of study.yaml or, while it names none, with those its header proposes."""
    if not settings.cards.columns.rows:
        columns = propose_columns(table.header, str(table.path))
        settings = settings.model_copy(update={"cards": settings.cards.model_copy(update={"columns": columns})})
    return read_cards(table, settings, key)


def card_files(folder: Path) -> list[Path]:
    """Every file of the folder in the order of their names, hidden and temporary ones left alone."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith((".", "~")))


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
