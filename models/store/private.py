"""private.db: the study's secret key, raw verbatims, original ids and what placeholders stand for.

One file that only its owner can read. It never goes to PostgreSQL, Label Studio, a log or a shared report.
"""

import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from models.errors import RechkiError
from models.intake import PrivateCard

PRIVATE_FILE = "private.db"
_SCHEMA = """
create table if not exists secret (name text primary key, value blob not null);
create table if not exists card (card_id text primary key, original_id text not null);
create table if not exists verbatim (
    card_id text, row integer, field text, text text not null, primary key (card_id, row, field));
create table if not exists placeholder (
    card_id text, placeholder text, words text not null, primary key (card_id, placeholder));
"""


class Private:
    """The private file of a study folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / PRIVATE_FILE

    def exists(self) -> bool:
        """Tell whether the file is there; without it reports show masked texts."""
        return self.path.is_file()

    def key(self) -> bytes:
        """Return the study's secret key, made at first use."""
        with self._open() as connection:
            connection.execute("insert or ignore into secret values ('ids', ?)", (secrets.token_bytes(32),))
            (key,) = connection.execute("select value from secret where name = 'ids'").fetchone()
        return bytes(key)

    def add(self, cards: Iterable[PrivateCard]) -> None:
        """Keep cards; keeping one twice changes nothing, but that words come in where there were none."""
        cards = list(cards)
        with self._open() as connection:
            connection.executemany(
                "insert or ignore into card values (?, ?)", ((card.card_id, card.original_id) for card in cards)
            )
            connection.executemany(
                "insert into verbatim values (?, ?, ?, ?) "
                "on conflict do update set text = excluded.text where verbatim.text = ''",
                ((card.card_id, row, field, text) for card in cards for (row, field), text in card.verbatims.items()),
            )
            connection.executemany(
                "insert or ignore into placeholder values (?, ?, ?)",
                ((card.card_id, sign, words) for card in cards for sign, words in card.placeholders.items()),
            )

    def verbatims(self, field: str) -> dict[tuple[str, int], str]:
        """Return the raw texts of a field by (card id, row)."""
        with self._open() as connection:
            found = connection.execute("select card_id, row, text from verbatim where field = ?", (field,))
            return {(card, row): text for card, row, text in found}

    def original_ids(self) -> dict[str, str]:
        """Return the ids as they stood in the files, by card id."""
        with self._open() as connection:
            return dict(connection.execute("select card_id, original_id from card").fetchall())

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        if not self.path.exists():
            self.path.touch(mode=0o600)
        self.path.chmod(0o600)
        try:
            connection = sqlite3.connect(self.path, timeout=10)
            connection.executescript(_SCHEMA)
        except sqlite3.DatabaseError as error:
            raise RechkiError(f"not readable: {error}", str(self.path), "Restore it from a backup.") from error
        try:
            with connection:
                yield connection
        finally:
            connection.close()
