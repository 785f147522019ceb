"""Making a study folder: study.yaml with the columns its first file proposes, and a place for cards."""

import re
import shutil
import uuid
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from flows.study import CARDS, REPORTS
from models.config import STUDY_FILE, Columns, Study, default_study, load_study, save_study
from models.errors import RechkiError
from models.reading import card_files, open_file, preset_of
from models.store.address import only_study
from models.tables.table import Table

_ID = re.compile(r"^study_id:\s*[\"']?([0-9a-fA-F-]{36})\b", re.MULTILINE)
_IGNORED = "study.db*\nprivate.db*\n.*.lock\nruns.json\n.runs.json.*\nreports/\nshared/\ncards/\nrefused/\n"


@dataclass(frozen=True)
class Made:
    """What was written: the form of the file of cards, its columns (none without a file), and where the old file is."""

    preset: str
    columns: Columns
    before: Path | None


def init_study(folder: Path, cards: Path | None, title: str | None, force: bool) -> Made:
    """Make a study.

    Parameters
    ----------
    cards : Path, optional
        The first file; it is copied into the study's cards folder and its header proposes the columns.
    force : bool
        Write study.yaml anew; the study keeps its id and its data, and the file of before is put aside. Without `cards`
        the columns are those of a file that the study has.

    Raises
    ------
    RechkiError
        When the folder is a study already, the file is no table of cards, or nobody knows the study's id any more;
        nothing is made then.
    """
    there = folder / STUDY_FILE
    if there.exists() and not force:
        raise RechkiError("this is a study already", str(folder), "Edit its study.yaml, or write it anew with --force.")
    known = _known_id(folder) if there.exists() else str(uuid.uuid4())
    preset, columns = "", Columns()
    if found := open_file(cards, default_study(cards.stem)) if cards else _first_readable(folder / CARDS):
        table, fitted = found
        columns = fitted.cards.columns
        preset = preset_of(table, columns)
    (folder / CARDS).mkdir(parents=True, exist_ok=True)
    (folder / REPORTS).mkdir(exist_ok=True)
    settings: dict[str, object] = {"study_id": known, "title": title or folder.resolve().name}
    if columns.rows:
        settings["cards"] = {"columns": columns.model_dump(exclude_defaults=True, mode="json")}
    before = _put_aside(there)
    save_study(folder, settings)
    (folder / ".gitignore").write_text(_IGNORED, "utf-8")
    if cards and not (folder / CARDS / cards.name).exists():
        shutil.copy2(cards, folder / CARDS / cards.name)  # with its time: a file of yesterday is there as a whole
    return Made(preset, columns, before)


def _first_readable(folder: Path) -> tuple[Table, Study] | None:
    for path in card_files(folder):
        with suppress(RechkiError):
            return open_file(path, default_study(path.stem))
    return None


def _known_id(folder: Path) -> str:
    """Return the id of a study whose study.yaml may be broken: what belongs to the study is kept under it."""
    try:
        return str(load_study(folder).study_id)
    except RechkiError:
        said = _ID.search((folder / STUDY_FILE).read_bytes().decode("utf-8", "replace"))
        found = said[1] if said else only_study(folder)
    if found is None:
        raise RechkiError(
            "the study's id is lost",
            str(folder / STUDY_FILE),
            "Write the line 'study_id: …' into it, as it stands in the table 'study' of the database; for a new study "
            "remove the file.",
        )
    return found


def _put_aside(path: Path) -> Path | None:
    if not path.exists():
        return None
    kept = next(to for at in count(1) if not (to := path.with_name(f"{path.name}.{at}.old")).exists())
    shutil.copy2(path, kept)
    return kept
