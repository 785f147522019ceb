"""Stored cards, purpose rows and phrases."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import starmap
from typing import Any, NamedTuple

from sqlalchemy import Row, select, tuple_

from models.balance import CodedRow
from models.cards import Card, CardFile, PurposeRow
from models.coding import OPEN, PhraseState
from models.config import WaveBy
from models.errors import RechkiError
from models.intake import Prepared
from models.measures.facts import CardAttributes
from models.phrases import PURPOSE_FRAME, WHY_FRAME
from models.planning import Phrase
from models.privacy.masking import keyed_id
from models.store import review, schema
from models.store.database import Transaction, now
from models.text import text_key
from models.waves import wave_of


@dataclass(frozen=True)
class RowContext:
    """A purpose row as a person sees it beside a phrase; texts are masked."""

    purpose: str
    score: int | None
    why: str
    cut: bool = False  # the phrase is only a part of this purpose


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


class Note(NamedTuple):
    """What of a row was not taken as it stands, and where."""

    row: int
    said: str


@dataclass(frozen=True)
class ReadFile:
    """A file that was read: its name then, how many cards it brought, and what of it was not taken as it stands."""

    name: str
    digest: str
    read_at: datetime
    cards: int
    notes: tuple[Note, ...]


def read_files(tx: Transaction) -> list[ReadFile]:
    """Files that were read, in that order."""
    rows = tx.rows(schema.source_file, order=[schema.source_file.c.read_at, schema.source_file.c.name])
    return [ReadFile(row.name, row.file_hash, row.read_at, row.cards, tuple(starmap(Note, row.notes))) for row in rows]


def known_contents(tx: Transaction) -> dict[str, str]:
    """What each stored card said, as a hash, by card id."""
    return {row.card_id: row.content for row in tx.rows(schema.card)}


def add_cards(tx: Transaction, file_hash: str, prepared: Sequence[Prepared]) -> None:
    """Store new cards of a file with their purpose rows and phrases."""
    tx.insert(schema.card, ({**item.card, "file_hash": file_hash} for item in prepared))
    tx.insert(schema.purpose_row, (row for item in prepared for row in item.purpose_rows))
    tx.insert(schema.phrase, (row for item in prepared for row in item.phrases))


def uncut_reasons(tx: Transaction) -> set[tuple[str, int]]:
    """Purpose rows (card id, row) with a reason that no phrase was made of."""
    rows, phrase = schema.purpose_row, schema.phrase
    of_reasons = (phrase.c.study_id == tx.study_id, phrase.c.frame == WHY_FRAME)
    cut = select(phrase.c.card_id, phrase.c.row).where(*of_reasons)
    missing = tx.rows(rows, rows.c.why != "", tuple_(rows.c.card_id, rows.c.row).not_in(cut))
    return {(row.card_id, row.row) for row in missing}


def purpose_rows(tx: Transaction, cards: Collection[str]) -> list[tuple[str, PurposeRow]]:
    """All purpose rows of some cards, with the card's id; texts are masked."""
    order = [schema.purpose_row.c.card_id, schema.purpose_row.c.row]
    return [
        (row.card_id, PurposeRow(row.row, row.purpose, row.score, row.why))
        for row in tx.rows(schema.purpose_row, order=order)
        if row.card_id in cards
    ]


def add_phrases(tx: Transaction, phrases: Iterable[Mapping[str, object]]) -> None:
    """Store further phrases of known cards."""
    tx.insert(schema.phrase, phrases)


def add_file(tx: Transaction, file: CardFile, file_hash: str, count: int) -> None:
    """Note that a file was read, and how many of its cards were new."""
    read = {"name": file.table.path.name, "read_at": now(), "cards": count}
    told = [Note(problem.row, str(problem)) for problem in (*file.refused, *file.no_score, *file.notes)]
    tx.insert(schema.source_file, [{"file_hash": file_hash, **read, "notes": told}])


def strike_notes(tx: Transaction, name: str, rows: Collection[int]) -> None:
    """Take back what was told of some rows of a file: a mended file has brought them again, and tells what is left."""
    named = [file for file in read_files(tx) if file.name == name]
    if named:
        kept = [note for note in named[-1].notes if note.row not in rows]
        tx.update(schema.source_file, {"file_hash": named[-1].digest}, {"notes": kept})


def complete(tx: Transaction, card: Card, prepared: Prepared) -> list[str]:
    """Fill what was missing of a known card: scores, reasons and purpose rows; return what was filled, in words.

    Nothing is written, and the list is empty, when anything that was there before reads differently now.
    """
    table = schema.purpose_row
    there = {row.row: row for row in tx.rows(table, table.c.card_id == card.card_id)}
    filled: list[str] = []
    changes: list[tuple[int, dict[str, object]]] = []
    for row in prepared.purpose_rows:
        number = int(str(row["row"]))
        known = there.get(number)
        if known is None:
            filled.append(f"purpose {number} of a known card")
            continue
        if text_key(known.purpose) != text_key(str(row["purpose"])):
            return []
        for field, blank, called in (("score", None, "score"), ("why", "", "reason")):
            before = getattr(known, field)
            if before == blank and row[field] != blank:
                filled.append(f"the {called} of purpose {number} of a known card")
                changes.append((number, {field: row[field]}))
            elif before != row[field] and not (field == "why" and text_key(before) == text_key(str(row[field]))):
                return []
    if filled:
        for number, values in changes:
            tx.update(table, {"card_id": card.card_id, "row": number}, values)
        tx.insert(table, (row for row in prepared.purpose_rows if row["row"] not in there))
        tx.insert(schema.phrase, (row for row in prepared.phrases if row["row"] not in there))
        tx.update(schema.card, {"card_id": card.card_id}, {"content": card.content})
    return filled


def phrases(tx: Transaction, frame: str) -> dict[str, Phrase]:
    """Phrases of a frame that stand, by id, in an order that does not depend on that of the cards."""
    return {row.phrase_id: _as_phrase(row) for row in review.standing_phrases(tx, frame)[0]}


def joined_phrases(tx: Transaction, frame: str) -> dict[str, Phrase]:
    """Parts that people have joined again: they stand on tasks and in proposals, and count no more."""
    gone = review.standing_phrases(tx, frame)[1]
    table = schema.phrase
    return {row.phrase_id: _as_phrase(row) for row in tx.rows(table, table.c.frame == frame) if row.phrase_id in gone}


def _as_phrase(row: Row[Any]) -> Phrase:
    return Phrase(row.phrase_id, row.text, row.text_key, row.non_answer, row.whole)


def contexts(tx: Transaction, frame: str) -> dict[str, RowContext]:
    """The purpose row behind every phrase."""
    table = schema.phrase
    stored = tx.rows(table, table.c.frame == frame)
    cut = {(row.card_id, row.row) for row in stored if row.whole}
    rows = {
        (row.card_id, row.row): RowContext(row.purpose, row.score, row.why, (row.card_id, row.row) in cut)
        for row in tx.rows(schema.purpose_row)
    }
    return {
        row.phrase_id: replace(rows[row.card_id, row.row], cut=False) if row.whole else rows[row.card_id, row.row]
        for row in stored
    }


def coded_rows(tx: Transaction, frame: str, states: dict[str, PhraseState], wave_by: WaveBy | None) -> list[CodedRow]:
    """Purpose rows that carry confirmed codes; phrases without a confirmation add nothing."""
    cards = {row.card_id: row for row in tx.rows(schema.card)}
    codes: dict[tuple[str, int], set[str]] = {}
    for phrase in review.standing_phrases(tx, frame)[0]:
        confirmed = states.get(phrase.phrase_id, OPEN).codes
        if confirmed:
            codes.setdefault((phrase.card_id, phrase.row), set()).update(confirmed)
    order = [schema.purpose_row.c.card_id, schema.purpose_row.c.row]
    return [
        CodedRow(
            row.card_id,
            row.row,
            cards[row.card_id].respondent,
            _wave(cards[row.card_id], wave_by),
            row.score,
            frozenset(codes[row.card_id, row.row]),
        )
        for row in tx.rows(schema.purpose_row, order=order)
        if (row.card_id, row.row) in codes
    ]


def attributes(tx: Transaction) -> list[CardAttributes]:
    """What is stored of every card besides its purposes, masked, with its place in the files."""
    files = {row.file_hash: row.name for row in tx.rows(schema.source_file)}
    return [
        CardAttributes(
            row.card_id, row.respondent, row.submitted_at, files.get(row.file_hash, ""), row.source_row, row.attributes
        )
        for row in tx.rows(schema.card, order=[schema.card.c.card_id])
    ]


def scores(tx: Transaction) -> dict[tuple[str, int], int | None]:
    """Every stored score by (card id, row)."""
    return {(row.card_id, row.row): row.score for row in tx.rows(schema.purpose_row)}


def respondents(tx: Transaction, frame: str) -> dict[str, str]:
    """Who said each phrase."""
    of_card = {row.card_id: row.respondent for row in tx.rows(schema.card)}
    table = schema.phrase
    return {row.phrase_id: of_card[row.card_id] for row in tx.rows(table, table.c.frame == frame)}


def phrase_waves(tx: Transaction, frame: str, wave_by: WaveBy | None) -> dict[str, str]:
    """Return the wave of each phrase; empty where its card has none."""
    of_card = {row.card_id: _wave(row, wave_by) for row in tx.rows(schema.card)}
    table = schema.phrase
    return {row.phrase_id: of_card[row.card_id] for row in tx.rows(table, table.c.frame == frame)}


def phrase_places(tx: Transaction, frame: str) -> dict[str, tuple[str, int, int, int]]:
    """Where each phrase stands: card id, row, start and end in the verbatim."""
    table = schema.phrase
    rows = tx.rows(table, table.c.frame == frame)
    return {row.phrase_id: (row.card_id, row.row, row.start, row.end) for row in rows}


def waves(tx: Transaction, wave_by: WaveBy | None) -> set[str]:
    """Return the waves that cards have."""
    table = schema.card
    query = select(table.c.wave, table.c.submitted_at).where(table.c.study_id == tx.study_id).distinct()
    return {wave for row in tx.connection.execute(query) if (wave := _wave(row, wave_by))}


def _wave(card: Row[Any], wave_by: WaveBy | None) -> str:
    return wave_of(card.wave, card.submitted_at, wave_by)


@dataclass(frozen=True)
class Counts:
    """How much a study holds."""

    cards: int
    rows: int
    phrases: int


def counts(tx: Transaction) -> Counts:
    """Count cards, purpose rows and the phrases of purposes."""
    parts = tx.count(schema.phrase, ~schema.phrase.c.whole, schema.phrase.c.frame == PURPOSE_FRAME)
    return Counts(tx.count(schema.card), tx.count(schema.purpose_row), parts)
