"""A study with an adapter of its own: the way back from it, a broken one, and what a killed training left."""

import shutil
from pathlib import Path

import pytest
from support import write_cards
from typer.testing import CliRunner, Result

from flows.cli import app
from flows.study import CARDS, REFUSED, open_study
from models.config import change_study, load_study
from models.encoder.adapter import PURPOSES, SETTINGS, WEIGHTS
from models.errors import RechkiError
from models.reading import read_new_files

NAME = "adapter-12345678"


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def fingerprint(folder: Path) -> str:
    with open_study(folder) as opened:
        return opened.encoder().fingerprint


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A study of four cards that is encoded with an adapter of its own: a second time the bundled one."""
    write_cards(tmp_path / "cards.csv", 0, 4)
    folder = tmp_path / "study"
    run("init", folder, "--cards", tmp_path / "cards.csv")
    with open_study(folder) as opened:
        read_new_files(folder / CARDS, folder / REFUSED, opened.settings, opened.store, opened.private)
    (folder / NAME).mkdir()
    for name in (SETTINGS, WEIGHTS):
        shutil.copy(PURPOSES / name, folder / NAME)
    change_study(folder, encoder_adapter=NAME)
    done = run("reencode", folder)
    assert done.exit_code == 0, done.exception
    return folder


def test_naming_the_encoder_is_the_way_back_from_an_adapter(study: Path) -> None:
    own = fingerprint(study)
    again = run("reencode", study)
    assert "0 texts" in again.output
    assert load_study(study).encoder_adapter == NAME, "without a name the adapter stays"
    (study / NAME / WEIGHTS).write_bytes(b"cut short")  # the way back needs nothing of it
    back = run("reencode", study, "--encoder", "bundled")
    assert back.exit_code == 0, back.exception
    assert "0 texts" not in back.output
    assert f"adapter is used no more; its folder stays: {NAME}" in back.output
    assert not load_study(study).encoder_adapter
    assert fingerprint(study) != own
    assert "used no more" not in run("reencode", study, "--encoder", "bundled").output


def test_a_broken_adapter_is_told_with_the_way_back(study: Path) -> None:
    broken = study / "adapter-broken"  # a name of its own: what is loaded already is not read again
    (study / NAME).rename(broken)
    (broken / WEIGHTS).write_bytes((PURPOSES / WEIGHTS).read_bytes()[:5000])
    change_study(study, encoder_adapter=broken.name)
    done = run("reencode", study)
    assert isinstance(done.exception, RechkiError)
    assert done.exception.where == str(study.resolve() / broken.name)
    assert "--encoder bundled" in done.exception.do


def test_what_a_killed_training_left_is_removed(study: Path) -> None:
    (study / ".adapter-killed" / "new").mkdir(parents=True)
    assert isinstance(run("adapt", study).exception, RechkiError), "nothing is confirmed"
    assert not (study / ".adapter-killed").exists()
    assert (study / NAME).is_dir()
