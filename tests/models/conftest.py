"""Fixtures for the tests of models/: the default settings, stores and card files."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from dated import of_yesterday

from models.cards import CardFile, read_cards
from models.config import Study, default_settings
from models.forms.layout import read_table
from models.store.database import DATABASE_URL, Store

STUDY_ID = "11111111-2222-3333-4444-555555555555"
COLUMNS = {
    "id": "id",
    "date": "дата",
    "rows": [{"purpose": "цель", "score": "оценка", "why": "почему"}],
}
MakeStudy = Callable[..., Study]
WriteCards = Callable[..., Path]
ReadCards = Callable[..., CardFile]


@pytest.fixture(scope="session")
def make_study() -> MakeStudy:
    """Settings as a study.yaml gives them, with some sections changed."""

    def make(columns: dict[str, Any] | None = None, study_id: str = STUDY_ID, **sections: Any) -> Study:
        defaults = default_settings()
        own = {"study_id": study_id, "title": "Проба", "cards": {**defaults["cards"], "columns": columns or COLUMNS}}
        changed = {name: {**defaults[name], **values} for name, values in sections.items()}
        return Study.model_validate({**defaults, **own, **changed})

    return make


@pytest.fixture(scope="session")
def study(make_study: MakeStudy) -> Study:
    return make_study()


@pytest.fixture
def write_cards(tmp_path: Path) -> WriteCards:
    """Write lines of cells as a CSV of the columns id, дата, цель, оценка, почему."""

    def write(*lines: tuple[str, str, str, str, str], name: str = "cards.csv") -> Path:
        path = tmp_path / name
        quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines]
        path.write_text("\n".join(["id,дата,цель,оценка,почему", *quoted, ""]), "utf-8")
        return of_yesterday(path)

    return write


@pytest.fixture
def read(study: Study) -> ReadCards:
    """Read a file of cards with the study's columns and a fixed key."""

    def reader(path: Path, settings: Study = study) -> CardFile:
        return read_cards(read_table(path), settings, b"key")

    return reader


@pytest.fixture(params=["sqlite", "postgresql"])
def store(
    tmp_path: Path, study: Study, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Store]:
    """An empty store, on either database."""
    if request.param == "sqlite":
        monkeypatch.delenv(DATABASE_URL, raising=False)
    else:
        monkeypatch.setenv(DATABASE_URL, request.getfixturevalue("postgres").database())
    opened = Store.open(tmp_path, study)
    yield opened
    opened.close()
