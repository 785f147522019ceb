"""`rechki init` as a user runs it."""

import shutil
from pathlib import Path

import pytest
from support import EXAMPLE, rechki_here, write_cards

from models.config import STUDY_FILE, load_study, save_study

STUDY = Path(__file__).parent / "fixtures" / "study-0001"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "study"
    assert rechki_here("init", folder, "--cards", EXAMPLE / "gsr_cards.csv").returncode == 0
    return folder


def test_a_study_is_not_written_over_unless_asked_for(study: Path) -> None:
    before = (study / STUDY_FILE).read_bytes()
    done = rechki_here("init", study)
    assert done.returncode == 1
    assert "--force" in done.stderr
    assert (study / STUDY_FILE).read_bytes() == before


def test_written_anew_it_keeps_its_id_its_columns_and_the_old_file(study: Path) -> None:
    old = load_study(study)
    (study / "cards" / ".DS_Store").write_bytes(b"\0")
    (study / "cards" / "a.xlsx").write_bytes(b"PK\x03\x04 half of a workbook")  # another file than the first will do
    for at in (1, 2):
        before = (study / STUDY_FILE).read_bytes()
        done = rechki_here("init", study, "--force", "--title", f"Заново {at}")
        assert done.returncode == 0, done.stderr
        assert f"study.yaml.{at}.old" in done.stdout
        assert (study / f"study.yaml.{at}.old").read_bytes() == before
        new = load_study(study)
        assert (new.study_id, new.title) == (old.study_id, f"Заново {at}")
        assert new.cards.columns == old.cards.columns


@pytest.mark.parametrize("broken", ["", "title: [", "study_id: {id}\ntitel: Проба\n"])
def test_a_broken_study_yaml_can_be_written_anew_as_it_says(tmp_path: Path, broken: str) -> None:
    folder = shutil.copytree(STUDY, tmp_path / "study")
    known = load_study(folder).study_id
    (folder / STUDY_FILE).write_text(broken.format(id=known), "utf-8")
    assert rechki_here("status", folder).returncode == 1
    done = rechki_here("init", folder, "--force")
    assert done.returncode == 0, done.stderr
    assert load_study(folder).study_id == known
    assert rechki_here("status", folder).returncode == 0


def test_without_a_trace_of_its_id_nothing_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    write_cards(tmp_path / "cards.csv", 0, 3)
    assert rechki_here("init", folder, "--cards", tmp_path / "cards.csv").returncode == 0
    (folder / STUDY_FILE).write_text("title: Проба\n", "utf-8")
    done = rechki_here("init", folder, "--force")
    assert done.returncode == 1
    assert "the study's id is lost" in done.stderr
    assert (folder / STUDY_FILE).read_text("utf-8") == "title: Проба\n"
    save_study(folder, {"study_id": "11111111-2222-3333-4444-555555555555", "title": "Проба"})
    assert rechki_here("init", folder, "--force").returncode == 0
