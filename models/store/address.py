"""Where a study's store is: study.db in its folder, or the PostgreSQL that RECHKI_DATABASE_URL names.

An address may hold a password, so nobody prints one: `place` says where the store is in words that are safe in a log.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from models.errors import RechkiError

DATABASE_URL = "RECHKI_DATABASE_URL"
DATABASE_FILE = "study.db"
_WRITE = "Write it as postgresql://user:password@host:5432/name, with %40 for @, %3A for : and %2F for / in a password."


def address(folder: Path) -> URL:
    """Return the address of a study's store.

    Raises
    ------
    RechkiError
        When RECHKI_DATABASE_URL is no address of a PostgreSQL database (its text is never repeated), or is not set and
        the study was moved.
    """
    told = os.environ.get(DATABASE_URL, "").strip()
    if not told:
        if moved_name(folder).exists() and not (folder / DATABASE_FILE).exists():
            raise RechkiError(
                "the study was moved to PostgreSQL, and no database is named",
                str(moved_name(folder)),
                f"Set {DATABASE_URL}. To go back to what the file held then, rename it to {DATABASE_FILE}.",
            )
        return sqlite_address(folder)
    try:
        url = make_url(told)
    except (ArgumentError, ValueError):  # its words may hold a part of the password
        raise RechkiError("this is not the address of a database", DATABASE_URL, _WRITE) from None
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername != "postgresql+psycopg":
        raise RechkiError(f"{url.drivername!r} is no database that Rechki works with", DATABASE_URL, _WRITE)
    if "@" in (url.host or "") or not url.database:
        missing = "its password has an unwritten @" if url.database else "it names no database"
        raise RechkiError(f"this address cannot be right: {missing}", DATABASE_URL, _WRITE)
    return url


def sqlite_address(folder: Path) -> URL:
    """Return the address of the database file in a study's folder."""
    return URL.create("sqlite", database=str((folder / DATABASE_FILE).resolve()))


def moved_name(folder: Path) -> Path:
    """Return the name of study.db in a folder after it was moved to PostgreSQL."""
    return folder / f"{DATABASE_FILE}.moved"


def place(url: URL) -> str:
    """Say where a store is: the file, or server and database, without user, password and options."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    host = url.host or url.query.get("host") or "localhost"
    return f"PostgreSQL {host}:{url.port or url.query.get('port') or 5432}/{url.database}"


def holds_cards(folder: Path) -> bool:
    """Tell whether study.db in a folder holds cards, or cannot be read, so that nobody knows."""
    file = folder / DATABASE_FILE
    if not file.is_file():
        return False
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            tables = connection.execute("select 1 from sqlite_master where name = 'card'").fetchall()
            return bool(tables and connection.execute("select 1 from card limit 1").fetchall())
    except sqlite3.Error:
        return True


def only_study(folder: Path) -> str | None:
    """Return the id of the study that study.db in a folder holds; none when there is no file, no study, or several."""
    file = folder / DATABASE_FILE
    if not file.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            found = connection.execute("select study_id from study").fetchall()
    except sqlite3.Error:
        return None
    return str(found[0][0]) if len(found) == 1 else None
