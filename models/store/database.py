"""Opening the store of a study, and transactions bound to it."""

import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Column, Connection, Engine, Row, Select, String, Table, create_engine, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError

from models.config import Study
from models.errors import RechkiError, Unavailable
from models.store import claims, schema
from models.store.address import DATABASE_FILE, DATABASE_URL, address, holds_cards, place
from models.store.upgrading import BEGIN, Upgraded, upgrade

__all__ = ["DATABASE_FILE", "DATABASE_URL", "Store", "Transaction", "now"]

PATIENCE = 10
"""Seconds a connection waits for another one that holds the file."""


def now() -> datetime:
    """Return the present moment as it is stored: UTC without a zone, to the second."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


@dataclass(frozen=True)
class Transaction:
    """A transaction of one study: reads and writes see only its rows."""

    connection: Connection
    study_id: str

    def rows(self, table: Table, *conditions: Any, order: Sequence[Column[Any]] = ()) -> list[Row[Any]]:  # noqa: ANN401
        """Read rows of a table, in the order of its key where `order` leaves it open: the same on every database."""
        query: Select[Any] = select(table).where(table.c.study_id == self.study_id, *conditions)
        query = query.order_by(*(self._by_letters(column) for column in (*order, *table.primary_key)))
        return list(self.connection.execute(query))

    def values(self, column: Column[Any], *conditions: Any) -> list[Any]:  # noqa: ANN401
        """Read one column of a table, in the order of the table's key."""
        table = column.table
        query = select(column).where(table.c.study_id == self.study_id, *conditions)
        return list(self.connection.scalars(query.order_by(*map(self._by_letters, table.primary_key))))

    def _by_letters(self, column: Column[Any]) -> Any:  # noqa: ANN401  (an expression to order by)
        """Order texts by their letters' numbers, as SQLite does, whatever language PostgreSQL was set up for."""
        texts = self.connection.dialect.name == "postgresql" and isinstance(column.type, String)
        return column.collate("C") if texts else column

    def insert(self, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
        """Insert the rows whose key is not there yet; the others stay as they are."""
        rows = [{"study_id": self.study_id, **row} for row in rows]
        if rows:
            dialect = postgresql if self.connection.dialect.name == "postgresql" else sqlite
            self.connection.execute(dialect.insert(table).on_conflict_do_nothing(), rows)

    def count(self, table: Table, *conditions: Any) -> int:  # noqa: ANN401
        """Count the study's rows of a table."""
        query = select(func.count()).select_from(table).where(table.c.study_id == self.study_id, *conditions)
        return self.connection.scalar(query) or 0

    def update(self, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Change one row."""
        where = [table.c[name] == value for name, value in {"study_id": self.study_id, **key}.items()]
        self.connection.execute(table.update().where(*where).values(**values))

    def delete(self, table: Table, *conditions: Any) -> None:  # noqa: ANN401
        """Delete rows that can be computed again; nothing that a person did is ever deleted."""
        self.connection.execute(table.delete().where(table.c.study_id == self.study_id, *conditions))


class Store:
    """The database of a study: SQLite beside the cards, or the PostgreSQL that RECHKI_DATABASE_URL names.

    `upgraded` tells what was done to its schema when it was opened, None when nothing was.
    """

    def __init__(self, engine: Engine, study_id: str, upgraded: Upgraded | None = None) -> None:
        self.engine, self.study_id, self.upgraded = engine, study_id, upgraded

    @classmethod
    def open(cls, folder: Path, settings: Study) -> "Store":
        """Open the store of a study, make it or bring its schema up to date.

        Raises
        ------
        RechkiError
            When its address is none, the database was made by a newer Rechki or another application, or the study lies
            in study.db while PostgreSQL is named.
        Unavailable
            When the database does not answer.
        """
        url = address(folder)
        if url.get_backend_name() != "sqlite" and holds_cards(folder):
            raise RechkiError(
                f"the study lies in {folder / DATABASE_FILE}, and {DATABASE_URL} names another database",
                place(url),
                f"Move it there: rechki move {folder}. Or unset {DATABASE_URL}.",
            )
        return cls.open_at(url, settings)

    @classmethod
    def open_at(cls, url: URL, settings: Study) -> "Store":
        """Open the store of a study at an address."""
        engine = _engine(url)
        study_id = str(settings.study_id)
        # reads see one moment (see _engine), but of two first starts the second must see what the first has made
        starting = engine if _is_sqlite(engine) else engine.execution_options(isolation_level="READ COMMITTED")
        try:
            with _in_words(url):
                upgraded = upgrade(starting)
                with starting.begin() as connection:
                    row = {"title": settings.title, "created_at": now()}
                    Transaction(connection, study_id).insert(schema.study, [row])
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, study_id, upgraded)

    @property
    def place(self) -> str:
        """Where the store is, in words that may be printed."""
        return place(self.engine.url)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Open a transaction: all of it is kept, or nothing.

        Raises
        ------
        RechkiError
            When the database fails.
        """
        claims.require_claim(self.engine.url, self.study_id)
        with _in_words(self.engine.url), self.engine.begin() as connection:
            yield Transaction(connection, self.study_id)

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Hold the study against runs on other machines; a file is held by the lock in the study's folder alone.

        Raises
        ------
        Busy
            When another run holds it.
        """
        if _is_sqlite(self.engine):
            yield
            return
        with _in_words(self.engine.url), claims.claimed(self.engine.url, self.study_id):
            yield

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def _is_sqlite(engine: Engine) -> bool:
    return engine.dialect.name == "sqlite"


def _engine(url: URL) -> Engine:
    """Make an engine whose transactions see one moment and whose errors hold no words of a card."""
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, hide_parameters=True)
        event.listen(engine, "connect", _sqlite_settings)
        event.listen(engine, "begin", _sqlite_begin)
        return engine
    try:
        return create_engine(
            url,
            hide_parameters=True,
            isolation_level="REPEATABLE READ",
            pool_pre_ping=True,  # encoding leaves a connection alone for minutes
            connect_args={"connect_timeout": 10, "client_encoding": "utf8", "application_name": "rechki"},
        )
    except ImportError as error:
        raise RechkiError("psycopg is not installed", DATABASE_URL, "Run: pip install '.[postgres]'.") from error


@contextmanager
def _in_words(url: URL) -> Iterator[None]:
    """Say in words that a database fails; a row that contradicts the schema stays what it is, a mistake of ours."""
    try:
        yield
    except IntegrityError:
        raise
    except DataError as error:  # its words repeat the value
        raise RechkiError(
            f"the database does not take a value ({type(error.orig).__name__})", place(url), "Tell Rechki's developers."
        ) from None
    except DBAPIError as error:
        passing = isinstance(error, OperationalError | InterfaceError)
        raise (Unavailable if passing else RechkiError)(
            f"the database cannot be used: {str(error.orig).strip().splitlines()[0]}",
            place(url),
            "Check the disk, and that you may write to the file and its folder; restore a damaged file from a backup."
            if url.get_backend_name() == "sqlite"
            else f"Check the server ({DATABASE_URL}), its disk and your rights there.",
        ) from error


def _sqlite_settings(connection: Any, _: object) -> None:  # noqa: ANN401  (a DBAPI connection)
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={1000 * PATIENCE}")
    _write_ahead(cursor)
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Switch to the write-ahead log; SQLite's busy timeout does not cover it: of two that switch at once one fails."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.05)


def _sqlite_begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(BEGIN, "BEGIN"))
