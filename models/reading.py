"""Reading the files of a study: what can be used is stored, each file in one transaction; the others are named."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from models.cards import CardFile, Problem, read_cards
from models.config import Columns, Study
from models.errors import RechkiError, Unavailable
from models.forms.columns import propose_columns
from models.forms.layout import read_table
from models.forms.presets import PLAIN_LONG, PLAIN_WIDE, presets
from models.intake import Progress, prepare, prepare_all
from models.mending import brought_again, write_refused
from models.settled import Moment, is_settled
from models.store import cards
from models.store.database import Store
from models.store.private import Private
from models.tables.table import Table, rows_named

_OTHER = "another form than study.yaml describes; read by its own header (rechki check shows how)"
_FRESH = 60.0  # seconds


@dataclass(frozen=True)
class Refusal:
    """A file of which nothing could be used. It is read again by every run, until it can be used or is gone.

    `digest` is the hash of what was read, empty when it could not be opened; a file that was changed in the last minute
    is `fresh`: it may be on its way still.
    """

    name: str
    digest: str
    why: str
    fresh: bool = False


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
        Every row and cell that was not taken as it stands, answers that read differently now, and how lines were taken
        where they can be meant otherwise.
    refusals : tuple of Refusal
        Files of which nothing could be used.
    growing : tuple of str
        Names of files that changed while they were read; the next run reads them.
    """

    files: int = 0
    new: int = 0
    known: int = 0
    completed: int = 0
    refused: int = 0
    notes: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    growing: tuple[str, ...] = ()


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
        When the study has no card yet and none of its files can be used. Or when cards are stored and the private file
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
    looks = [_look(path, known_files, settings, private) for path in paths]
    usable = [found for found in looks if isinstance(found, _Usable)]
    refusals = tuple(found for found in looks if isinstance(found, Refusal))
    growing = tuple(path.name for path, found in zip(paths, looks, strict=True) if found is _Look.GROWING)
    if not usable and not known_files:
        _nothing_to_begin_with(folder, refusals, growing)
    if usable:
        with store.transaction() as tx:
            cards.require_key(tx, private.key())
    others = [found.path.name for found in usable if found.other_form and settings.cards.columns.rows]
    brought = Brought(notes=tuple(f"{name}: {_OTHER}" for name in others), refusals=refusals, growing=growing)
    for found in usable:
        mendable = refused / f"{found.path.stem}.refused.csv"
        brought = _sum(brought, _store(found.file, found.digest, mendable, settings, store, private, progress))
    return brought


class _Look(Enum):
    """Why a file is passed over."""

    NOTHING_NEW = auto()
    GROWING = auto()


@dataclass(frozen=True)
class _Usable:
    """A new file with cards."""

    path: Path
    digest: str
    file: CardFile
    other_form: bool


def _look(path: Path, known: Collection[str], settings: Study, private: Private) -> "_Usable | Refusal | _Look":
    """Read a file, unless it was read before."""
    digest, seen = "", None
    try:
        seen = Moment.of(path)
        digest = _hash(path)
        if digest in known:
            return _Look.NOTHING_NEW
        table, fitted = open_file(path, settings)
        file = read_cards(table, fitted, private.key())
        return _Usable(path, digest, file, fitted is not settings) if is_settled(path, seen) else _Look.GROWING
    except FileNotFoundError:  # taken away just now
        return _Look.NOTHING_NEW
    except OSError as error:
        why = f"{path}: it cannot be opened ({error.strerror})\nCheck its rights, or take it away."
    except RechkiError as error:
        why = str(error)
    return Refusal(path.name, digest, why, fresh=seen is not None and seen.age < _FRESH)


def _nothing_to_begin_with(folder: Path, refusals: Sequence[Refusal], growing: Sequence[str]) -> None:
    if growing:
        raise Unavailable(f"{growing[0]} is still being written", str(folder), "Run again when it is there as a whole.")
    reasons = "\n".join(refusal.why for refusal in refusals)
    raise RechkiError("none of the card files can be used", str(folder), reasons)


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
        differing = [card for card in changed if card.card_id not in completed]
        not_taken = {row for card in differing for row in card.lines or (card.source_row,)}
        for earlier, again in brought_again(file, not_taken).items():
            cards.strike_notes(tx, earlier, again)
        cards.add_file(tx, file, digest, len(unknown))
    write_refused(refused, file)
    notes = [*file.refused, *file.no_score, *file.notes]
    notes += [
        Problem(card.source_row, "", "the answer of a known card reads differently; not taken") for card in differing
    ]
    name = file.table.path.name
    told = [f"{name}, {note}" for note in (*file.remarks, *notes)]
    told += [f"{name}, {rows_named(rows)}: {what} filled in" for what, rows in _filled(file, completed).items()]
    rows = len({problem.row for problem in file.refused})
    return Brought(1, len(unknown), len(file.cards) - len(unknown), len(completed), rows, tuple(told))


def _filled(file: CardFile, completed: Mapping[str, Sequence[str]]) -> dict[str, list[int]]:
    """Rows of a mended file by what they filled in."""
    rows: dict[str, list[int]] = defaultdict(list)
    for card in file.cards:
        for what in completed.get(card.card_id, ()):
            rows[what].append(card.source_row)
    return rows


def _sum(one: Brought, other: Brought) -> Brought:
    return Brought(
        one.files + other.files,
        one.new + other.new,
        one.known + other.known,
        one.completed + other.completed,
        one.refused + other.refused,
        one.notes + other.notes,
        one.refusals + other.refusals,
        one.growing + other.growing,
    )


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
