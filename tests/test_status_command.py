"""`rechki status` and `rechki codes` as a user runs them, on a stored study."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
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


def test_a_code_is_defined_put_in_a_net_and_seen_as_it_was_on_a_day(tmp_path: Path) -> None:
    study = tmp_path / "study"
    shutil.copytree(STUDY, study)
    before = json.loads(rechki_here("codes", "list", study, "--json").stdout)
    name = before[0]["name"]
    for words in (("define", name, "что сюда входит", "--note", "спорно"), ("net", name, "Достижения")):
        done = rechki_here("codes", words[0], study, *words[1:], "--yes", "--why", "уточнили")
        assert done.returncode == 0, done.stderr
    shown = rechki_here("codes", "show", study, name).stdout
    assert all(words in shown for words in ("что сюда входит", "спорно", "net: Достижения", "уточнили"))
    now = {code["name"]: code for code in json.loads(rechki_here("codes", "list", study, "--json").stdout)}[name]
    assert (now["definition"], now["net"], now["note"]) == ("что сюда входит", "Достижения", "спорно")
    assert json.loads(rechki_here("codes", "show", study, name, "--json").stdout)["texts"]

    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    assert json.loads(rechki_here("codes", "list", study, "--json", "--at", yesterday).stdout) == before
    assert rechki_here("codes", "list", study, "--at", "2020-01-01").stdout == "There was no code then.\n"
    assert "no date" in rechki_here("codes", "list", study, "--at", "вчера").stderr
    assert "уточнили" not in rechki_here("codes", "history", study, "--at", yesterday).stdout


@pytest.mark.parametrize("kind", [".qdc", ".xlsx", ".yaml"])
def test_a_code_frame_goes_out_and_into_another_study(tmp_path: Path, kind: str) -> None:
    study, file = tmp_path / "study", tmp_path / f"codes{kind}"
    shutil.copytree(STUDY, study)
    codes = json.loads(rechki_here("codes", "list", study, "--json").stdout)
    assert rechki_here("codes", "net", study, codes[0]["name"], "Достижения", "--yes").returncode == 0
    assert rechki_here("codes", "export", study, file).returncode == 0
    assert "Nothing to do" in rechki_here("codes", "import", study, file).stdout

    other = tmp_path / "other"
    assert rechki_here("init", other, "--cards", STUDY / "cards" / "cards.csv").returncode == 0
    taken = rechki_here("codes", "import", other, file, "--yes", "--why", "кодификатор прошлого года")
    assert taken.returncode == 0, taken.stderr
    found = json.loads(rechki_here("codes", "list", other, "--json").stdout)
    assert {(code["name"], code["target"]) for code in found} == {(code["name"], code["target"]) for code in codes}
    assert [code["name"] for code in found if code["net"]] == [codes[0]["name"]]
    assert f"created «{codes[0]['name']}»" in rechki_here("codes", "history", other).stdout


def test_a_file_with_one_bad_row_is_taken_not_at_all(tmp_path: Path) -> None:
    study, file = tmp_path / "study", tmp_path / "codes.csv"
    shutil.copytree(STUDY, study)
    before = rechki_here("codes", "history", study).stdout
    file.write_text("code,target\nНовый код,yes\nЕщё один,наверное\n", "utf-8")
    done = rechki_here("codes", "import", study, file, "--yes")
    assert (done.returncode, done.stdout) == (1, "")
    assert "row 3, column 'target': 'наверное' is no target" in done.stderr
    assert rechki_here("codes", "history", study).stdout == before


def test_a_code_is_split_and_the_split_undone(tmp_path: Path) -> None:
    study = tmp_path / "study"
    shutil.copytree(STUDY, study)
    codes = json.loads(rechki_here("codes", "list", study, "--json").stdout)
    most, least = codes[0], codes[-1]
    done = rechki_here("codes", "split", study, most["name"], "--yes", "--why", "слишком широко")
    assert f"split «{most['name']}» ({most['phrases']} phrases)" in done.stdout, done.stderr
    assert json.loads(rechki_here("codes", "list", study, "--json").stdout) == codes
    assert f"being split: {most['phrases']} wait" in rechki_here("codes", "list", study).stdout
    assert "is being split already" in rechki_here("codes", "split", study, most["name"], "--yes").stderr
    assert "too few to be proposed as groups" in rechki_here("codes", "split", study, least["name"], "--yes").stderr
    review = json.loads(rechki_here("status", study, "--json").stdout)["review"]
    assert review["incomplete"] >= most["phrases"]
    assert rechki_here("codes", "undo", study, "--yes").returncode == 0
    assert "being split" not in rechki_here("codes", "list", study).stdout
