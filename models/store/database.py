"""Opening the store, its schema version, and transactions bound to one study."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Column, Connection, Engine, Row, Select, Table, create_engine, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError

from models.config import Study
from models.errors import RechkiError, Unavailable
from models.store import schema

DATABASE_URL = "RECHKI_DATABASE_URL"
DATABASE_FILE = "study.db"


def now() -> datetime:
    """Return the present moment as it is stored: UTC without a zone, to the second."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


@dataclass(frozen=True)
class Transaction:
    """A transaction of one study: reads and writes see only its rows."""

    connection: Connection
    study_id: str

    def rows(self, table: Table, *conditions: Any, order: Sequence[Column[Any]] = ()) -> list[Row[Any]]:  # noqa: ANN401
        """Read rows of a table."""
        query: Select[Any] = select(table).where(table.c.study_id == self.study_id, *conditions).order_by(*order)
        return list(self.connection.execute(query))

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
    """The database of a study: SQLite beside the cards, or what RECHKI_DATABASE_URL names."""

    def __init__(self, engine: Engine, study_id: str) -> None:
        self.engine, self.study_id = engine, study_id

    @classmethod
    def open(cls, folder: Path, settings: Study) -> "Store":
        """Open the store of a study, make it or bring its schema up to date.

        Raises
        ------
        RechkiError
            When the database does not answer or was made by a newer Rechki.
        """
        url = os.environ.get(DATABASE_URL) or f"sqlite:///{(folder / DATABASE_FILE).resolve()}"
        try:
            engine = create_engine(url)
        except (ArgumentError, ImportError) as error:
            raise RechkiError(
                f"this database address cannot be used: {error}".splitlines()[0],
                DATABASE_URL,
                "Write it as postgresql+psycopg://user:password@host/name, and pip install '.[postgres]'.",
            ) from error
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _sqlite_settings)
            event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
        where = engine.url.render_as_string(hide_password=True)
        try:
            _upgrade(engine)
        except CommandError as error:
            raise RechkiError("the database was made by a newer Rechki", where, "Upgrade Rechki.") from error
        except DBAPIError as error:
            raise Unavailable(
                f"the database cannot be used: {error.orig}",
                where,
                f"Check the server ({DATABASE_URL}), the disk and the rights; restore a damaged file from a backup.",
            ) from error
        store = cls(engine, str(settings.study_id))
        with store.transaction() as tx:
            tx.insert(schema.study, [{"title": settings.title, "created_at": now()}])
        return store

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Open a transaction: all of it is kept, or nothing."""
        with self.engine.begin() as connection:
            yield Transaction(connection, self.study_id)

    def close(self) -> None:
        """Let go of the database file."""
        self.engine.dispose()


def _sqlite_settings(connection: Any, _: object) -> None:  # noqa: ANN401  (a DBAPI connection)
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA busy_timeout=10000")
    cursor.close()


def _upgrade(engine: Engine) -> None:
    """Bring the schema to the newest version; a store that is there already costs one look."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    newest = ScriptDirectory.from_config(config).get_current_head()
    with engine.begin() as connection:
        if MigrationContext.configure(connection).get_current_revision() == newest:
            return
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
