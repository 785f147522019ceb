"""The schema's versions: a store is made, brought up to date, or refused in words."""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, inspect, text

from models.errors import RechkiError
from models.store import schema
from models.store.address import place

BEGIN = "rechki_begin"  # an execution option: how SQLite begins a transaction
_OWN = "Give Rechki a database of its own; nothing was changed in this one."


@dataclass(frozen=True)
class Upgraded:
    """A store that was brought up to date: from which version to which, and the copy made before (SQLite only)."""

    before: str
    after: str
    backup: Path | None


def upgrade(engine: Engine) -> Upgraded | None:
    """Bring the schema to the newest version in one transaction; a store that is there already costs one look.

    Of several first starts one does the work and the others wait for it. A SQLite file that holds something is copied
    before.

    Returns
    -------
    Upgraded or None
        None when nothing had to be done, or the store is new.

    Raises
    ------
    RechkiError
        When the database was made by a newer Rechki or by another application, or no copy could be made.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    script = ScriptDirectory.from_config(config)
    newest = str(script.get_current_head())
    with engine.begin() as connection:
        if _version(connection, script) == newest:
            return None
    with _alone(engine) as connection:
        found = _version(connection, script)
        if found == newest:
            return None
        if found is None:
            _require_empty(connection)
            _require_utf8(connection)
        backup = _copied(Path(str(engine.url.database)), found) if found and engine.dialect.name == "sqlite" else None
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return Upgraded(found, newest, backup) if found else None


def _version(connection: Connection, script: ScriptDirectory) -> str | None:
    """The version of the schema, None for a database that has none."""
    where = place(connection.engine.url)
    try:
        found = MigrationContext.configure(connection).get_current_revision()
    except CommandError as error:
        raise RechkiError("the database belongs to another application", where, _OWN) from error
    if found is not None and found not in {version.revision for version in script.walk_revisions()}:
        if re.fullmatch(r"\d{4}", found):
            raise RechkiError("the database was made by a newer Rechki", where, "Upgrade Rechki.")
        raise RechkiError("the database belongs to another application", where, _OWN)
    return found


def _require_empty(connection: Connection) -> None:
    """Refuse tables of our names without a version; only alone, as another start's tables appear between two looks."""
    foreign = sorted(set(inspect(connection).get_table_names()) & set(schema.metadata.tables))
    if foreign:
        raise RechkiError(
            f"the database holds tables that Rechki has not made: {', '.join(foreign)}",
            place(connection.engine.url),
            _OWN,
        )


def _require_utf8(connection: Connection) -> None:
    if connection.dialect.name != "postgresql":
        return
    encoding = connection.scalar(text("show server_encoding"))
    if encoding != "UTF8":
        raise RechkiError(
            f"the database keeps its texts as {encoding}, which cannot hold every answer",
            place(connection.engine.url),
            "Make one that can: create database rechki encoding 'UTF8' template template0",
        )


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """Open a transaction in which no other start can change the schema."""
    with engine.connect().execution_options(**{BEGIN: "BEGIN IMMEDIATE"}) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("select pg_advisory_xact_lock(hashtextextended('rechki schema', 0))"))
        yield connection


def _copied(file: Path, version: str) -> Path:
    """Copy a database file beside itself, whole or not at all."""
    made = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    backup = file.with_name(f"{file.name}.{version}-{made}.backup")
    half = backup.with_suffix(".half")
    try:
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(half)) as target:
            source.backup(target)
        shutil.copymode(file, half)
        half.replace(backup)
    except (sqlite3.Error, OSError) as error:
        half.unlink(missing_ok=True)
        raise RechkiError(
            f"no copy of the database could be made, so its schema was not brought up to date: {error}",
            str(file),
            "Check the disk and the folder's rights, then run again.",
        ) from error
    return backup
