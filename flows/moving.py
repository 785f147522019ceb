"""`rechki move`: a study moves from study.db into PostgreSQL, by an explicit act."""

from pathlib import Path

from flows.stages import stage
from flows.study import locked, tell_upgrade
from models.config import load_study
from models.errors import RechkiError
from models.plural import counted
from models.store.address import DATABASE_FILE, DATABASE_URL, address, holds_cards, moved_name, sqlite_address
from models.store.database import Store
from models.store.moving import copy_study


def move(folder: Path) -> None:
    """Copy a study's rows into the database that RECHKI_DATABASE_URL names, and put study.db aside.

    A run that is killed can be run again: study.db is put aside when all of it is there.

    Raises
    ------
    RechkiError
        When no database is named, nothing is there to move, or the database holds something else of this study.
    """
    folder = folder.resolve()
    settings, url = load_study(folder), address(folder)
    if url == sqlite_address(folder):
        raise RechkiError("no database to move to is named", DATABASE_URL, "Set it, for one in .env.")
    with locked(folder):
        if not holds_cards(folder):
            raise RechkiError("there is nothing to move", str(folder / DATABASE_FILE), "The study is where it was.")
        with stage("Moving the study") as at:
            source, target = Store.open_at(sqlite_address(folder), settings), Store.open_at(url, settings)
            try:
                tell_upgrade(source)
                with target.claimed():
                    rows = copy_study(source, target)
            finally:
                source.close()
                target.close()
            at.words = f"{counted(rows, 'row')}, now in {target.place}"
        _put_aside(folder / DATABASE_FILE)


def _put_aside(file: Path) -> None:
    if file.with_name(f"{file.name}-wal").exists():  # the last to close the file would have taken it in
        raise RechkiError(
            "the study is copied, and somebody still reads the file", str(file), "Run again when they are done."
        )
    file.rename(moved_name(file.parent))
