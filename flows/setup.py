"""Making a study folder: study.yaml with the columns its first file proposes, and a place for cards."""

import shutil
import uuid
from pathlib import Path

from flows.study import CARDS, REPORTS
from models.config import STUDY_FILE, Columns, default_study, load_study, save_study
from models.errors import RechkiError
from models.reading import open_file, preset_of

_IGNORED = "study.db*\nprivate.db*\n.rechki.lock\nruns.json\n.runs.json.*\nreports/\nshared/\ncards/\nrefused/\n"


def init_study(folder: Path, cards: Path | None, title: str | None, force: bool) -> tuple[str, Columns]:
    """Make a study, and return the form its file is of and the columns written into study.yaml (none without a file).

    Parameters
    ----------
    cards : Path, optional
        The first file; it is copied into the study's cards folder and its header proposes the columns.
    force : bool
        Write study.yaml anew; the study keeps its id and its data.

    Raises
    ------
    RechkiError
        When the folder is a study already, or the file is no table of cards; nothing is made then.
    """
    if (folder / STUDY_FILE).exists() and not force:
        raise RechkiError("this is a study already", str(folder), "Edit its study.yaml, or write it anew with --force.")
    known = str(load_study(folder).study_id) if (folder / STUDY_FILE).exists() else str(uuid.uuid4())
    preset, columns = "", Columns()
    if cards:
        table, fitted = open_file(cards, default_study(cards.stem))
        columns = fitted.cards.columns
        preset = preset_of(table, columns)
    (folder / CARDS).mkdir(parents=True, exist_ok=True)
    (folder / REPORTS).mkdir(exist_ok=True)
    settings: dict[str, object] = {"study_id": known, "title": title or folder.resolve().name}
    if columns.rows:
        settings["cards"] = {"columns": columns.model_dump(exclude_defaults=True, mode="json")}
    save_study(folder, settings)
    (folder / ".gitignore").write_text(_IGNORED, "utf-8")
    if cards and not (folder / CARDS / cards.name).exists():
        shutil.copy2(cards, folder / CARDS / cards.name)  # with its time: a file of yesterday is there as a whole
    return preset, columns
