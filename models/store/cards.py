"""Stored cards, purpose rows and phrases."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.balance import CodedRow
from models.cards import CardFile
from models.coding import OPEN, PhraseState
from models.errors import RechkiError
from models.intake import Prepared
from models.planning import Phrase
from models.privacy import keyed_id
from models.store import schema
from models.store.database import Transaction, now


@dataclass(frozen=True)
class RowContext:
    """A purpose row as a person sees it beside a phrase; texts are masked."""

    purpose: str
    score: int | None
    why: str


def require_key(tx: Transaction, key: bytes) -> None:
    """Make sure that the key is the one the stored cards were read with; the first one is kept in mind.

    Raises
    ------
    RechkiError
        When it is another key: every known card would be taken for a new one.
    """
    check = keyed_id(key, "check", tx.study_id)
    (row,) = tx.rows(schema.study)
    if row.key_check is None:
        tx.update(schema.study, {}, {"key_check": check})
    elif row.key_check != check:
        raise RechkiError(
            "private.db holds another key than the stored cards were read with",
            f"study {tx.study_id}",
            "Restore private.db from a backup: without its key known cards cannot be told from new ones.",
        )


def known_files(tx: Transaction) -> set[str]:
    """Hashes of the files that were read."""
    return {row.file_hash for row in tx.rows(schema.source_file)}


def known_contents(tx: Transaction) -> dict[str, str]:
    """What each stored card said, as a hash, by card id."""
    return {row.card_id: row.content for row in tx.rows(schema.card)}


def add_file(tx: Transaction, file: CardFile, file_hash: str, prepared: Sequence[Prepared]) -> None:
    """Store the new cards of a file, all of them or, when anything fails, none."""
    tx.insert(schema.card, ({**item.card, "file_hash": file_hash} for item in prepared))
    tx.insert(schema.purpose_row, (row for item in prepared for row in item.purpose_rows))
    tx.insert(schema.phrase, (row for item in prepared for row in item.phrases))
    read = {"name": file.table.path.name, "read_at": now(), "cards": len(prepared)}
    tx.insert(schema.source_file, [{"file_hash": file_hash, **read, "notes": [str(note) for note in file.notes]}])


def phrases(tx: Transaction, frame: str) -> dict[str, Phrase]:
    """Phrases of a frame by id, ordered by text and id, so that the order of the cards never matters."""
    table = schema.phrase
    rows = tx.rows(table, table.c.frame == frame, order=[table.c.text_key, table.c.text, table.c.phrase_id])
    return {row.phrase_id: Phrase(row.phrase_id, row.text, row.text_key, row.non_answer) for row in rows}


def contexts(tx: Transaction, frame: str) -> dict[str, RowContext]:
    """The purpose row behind every phrase."""
    rows = {(row.card_id, row.row): RowContext(row.purpose, row.score, row.why) for row in tx.rows(schema.purpose_row)}
    table = schema.phrase
    return {row.phrase_id: rows[row.card_id, row.row] for row in tx.rows(table, table.c.frame == frame)}


def coded_rows(tx: Transaction, frame: str, states: dict[str, PhraseState]) -> list[CodedRow]:
    """Purpose rows that carry confirmed codes; phrases without a confirmation add nothing."""
    cards = {row.card_id: row for row in tx.rows(schema.card)}
    codes: dict[tuple[str, int], set[str]] = {}
    table = schema.phrase
    for phrase in tx.rows(table, table.c.frame == frame):
        confirmed = states.get(phrase.phrase_id, OPEN).codes
        if confirmed:
            codes.setdefault((phrase.card_id, phrase.row), set()).update(confirmed)
    order = [schema.purpose_row.c.card_id, schema.purpose_row.c.row]
    return [
        CodedRow(
            row.card_id,
            row.row,
            cards[row.card_id].respondent,
            cards[row.card_id].wave,
            row.score,
            frozenset(codes[row.card_id, row.row]),
        )
        for row in tx.rows(schema.purpose_row, order=order)
        if (row.card_id, row.row) in codes
    ]


def scores(tx: Transaction) -> dict[tuple[str, int], int | None]:
    """Every stored score by (card id, row)."""
    return {(row.card_id, row.row): row.score for row in tx.rows(schema.purpose_row)}


def phrase_places(tx: Transaction, frame: str) -> dict[str, tuple[str, int, int, int]]:
    """Where each phrase stands: card id, row, start and end in the verbatim."""
    table = schema.phrase
    rows = tx.rows(table, table.c.frame == frame)
    return {row.phrase_id: (row.card_id, row.row, row.start, row.end) for row in rows}


@dataclass(frozen=True)
class Counts:
    """How much a study holds."""

    cards: int
    rows: int
    phrases: int


def counts(tx: Transaction) -> Counts:
    """Count cards, purpose rows and phrases."""
    return Counts(tx.count(schema.card), tx.count(schema.purpose_row), tx.count(schema.phrase))
