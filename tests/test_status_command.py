"""`rechki status` and `rechki codes` as a user runs them, on a stored study."""

import json
import shutil
from pathlib import Path

from support import rechki_here

STUDY = Path(__file__).parent / "fixtures" / "study-0001"


def test_status_says_the_same_in_words_and_as_json(tmp_path: Path) -> None:
    shutil.copytree(STUDY, tmp_path / "study")
    said, found = rechki_here("status", tmp_path / "study"), rechki_here("status", tmp_path / "study", "--json")
    assert said.returncode == found.returncode == 0, said.stderr + found.stderr
    told = json.loads(found.stdout)
    audit, review = told["quality"]["audit"], told["review"]
    assert f"audited: 0 of {audit['wanted']} drawn from {audit['confirmed']} lines" in said.stdout
    assert audit["confirmed"] > audit["wanted"] > 0
    assert audit["error"] is None
    parts = ("confirmed", "incomplete", "disputed", "waiting", "later")
    assert sum(review[part] for part in parts) == review["phrases"] > 0
    assert review["people"]


def test_a_code_is_renamed_and_the_change_undone(tmp_path: Path) -> None:
    study = tmp_path / "study"
    shutil.copytree(STUDY, study)
    codes = json.loads(rechki_here("codes", "list", study, "--json").stdout)
    done = rechki_here("codes", "rename", study, codes[0]["name"], "Совсем новое имя", "--yes")
    assert done.returncode == 0, done.stderr
    assert "Совсем новое имя" in rechki_here("codes", "list", study).stdout
    assert rechki_here("codes", "undo", study, "--yes").returncode == 0
    assert json.loads(rechki_here("codes", "list", study, "--json").stdout) == codes
    assert "[undone]" in rechki_here("codes", "history", study).stdout
    assert "there is no code" in rechki_here("codes", "rename", study, "Нигде", "x", "--yes").stderr
