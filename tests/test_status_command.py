"""`rechki status` and `rechki codes` as a user runs them, on a stored study."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from dated import of_yesterday
from filelock import FileLock
from support import rechki_here

from flows.study import open_study
from models.config import change_study
from models.reading import read_new_files
from models.store.memory import remembering
from reports.data import gather
from reports.page import page

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


def test_a_strategy_is_chosen_shown_and_given_back(tmp_path: Path) -> None:
    study = tmp_path / "study"
    shutil.copytree(STUDY, study)
    code = json.loads(rechki_here("codes", "list", study, "--json").stdout)[0]["name"]
    choose = ("codes", "strategy", study, code)
    assert "needs a reason" in rechki_here(*choose, "--set", "выключить", "--yes").stderr
    assert "is no strategy" in rechki_here(*choose, "--set", "продать", "--reason", "x", "--yes").stderr
    assert "either --set or --clear" in rechki_here(*choose, "--reason", "x", "--yes").stderr
    done = rechki_here(*choose, "--set", "выключить", "--reason", "нет сил", "--yes")
    assert f"strategy of «{code}»: «switch_off»; нет сил" in done.stdout, done.stderr
    assert "strategy: switch_off" in rechki_here("codes", "list", study).stdout
    assert "strategy: switch_off" not in rechki_here("codes", "list", study, "--at", "2020-01-01").stdout
    assert "set to switch_off; нет сил" in rechki_here("codes", "history", study).stdout
    assert rechki_here("report", study, "--out", tmp_path / "out").returncode == 0
    table = pd.read_csv(tmp_path / "out" / "balance.csv", keep_default_na=False).set_index("code")
    assert list(table.loc[code, ["strategy_override", "strategy_reason"]]) == ["switch_off", "нет сил"]
    assert table.loc[code, "strategy"] != ""
    assert "аналитик выбрал: выключить — нет сил" in (tmp_path / "out" / "index.html").read_text("utf-8")
    assert rechki_here(*choose, "--clear", "--yes").returncode == 0
    assert "strategy:" not in rechki_here("codes", "list", study).stdout


def test_a_second_code_frame_has_codes_of_its_own(tmp_path: Path) -> None:
    study, file = tmp_path / "study", tmp_path / "codes.csv"
    shutil.copytree(STUDY, study)
    before = rechki_here("codes", "history", study).stdout
    refused = rechki_here("codes", "list", study, "--frame", "why")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "frames: [purpose, why]" in refused.stderr
    assert "no code frame 'wy'" in rechki_here("trace", study, "Сон", "--frame", "wy").stderr

    change_study(study, frames=["purpose", "why"])
    assert "code frame why: 0 phrases, 0 codes" in rechki_here("status", study).stdout
    file.write_text("code,definition,net\nСкорость,как быстро,Пожелания\nЦена,,\n", "utf-8")
    assert rechki_here("codes", "import", study, file, "--frame", "why", "--yes").returncode == 0
    assert rechki_here("codes", "rename", study, "Цена", "Дорого", "--frame", "why", "--yes").returncode == 0
    found = json.loads(rechki_here("codes", "list", study, "--frame", "why", "--json").stdout)
    assert {code["name"]: code["net"] for code in found} == {"Скорость": "Пожелания", "Дорого": ""}
    assert "only purposes are targets" in rechki_here("codes", "target", study, "Дорого", "no", "--frame", "why").stderr
    assert "created «Скорость»" in rechki_here("codes", "history", study, "--frame", "why").stdout
    assert rechki_here("codes", "history", study).stdout == before, "the purposes' codes are as they were"
    assert "there is no code 'Дорого'" in rechki_here("codes", "show", study, "Дорого").stderr
    assert rechki_here("codes", "undo", study, "--frame", "why", "--yes").returncode == 0
    assert "Цена" in rechki_here("codes", "list", study, "--frame", "why").stdout


def test_files_and_rows_that_were_not_taken_are_listed_in_status_and_report(tmp_path: Path) -> None:
    study = tmp_path / "study"
    shutil.copytree(STUDY, study)
    assert "not read" not in rechki_here("status", study).stdout
    lines = [f"z{at};расти;5;лишнее" if at % 10 == 0 else f"z{at};хочу денег {at};4" for at in range(1, 301)]
    (study / "cards" / "partly.csv").write_text("\n".join(["id;цель;оценка", *lines, ""]), "utf-8")
    of_yesterday(study / "cards" / "partly.csv")
    (study / "cards" / "broken.xlsx").write_bytes(b"PK\x03\x04")
    with open_study(study) as opened:
        brought = read_new_files(study / "cards", study / "refused", opened.settings, opened.store, opened.private)
        with remembering(study) as memory:
            memory.refusals = list(brought.refusals)
        page_of = page(gather(opened.store, opened.settings, study))
    said = rechki_here("status", study).stdout
    assert "broken.xlsx" in said.split("not read: ")[1].splitlines()[0]
    assert "not taken as they stand, of partly.csv: 30 rows and cells" in said
    assert said.count("the row has 4 cells, the header 3") == 20
    assert "and 10 more" in said
    found = json.loads(rechki_here("status", study, "--json").stdout)
    assert [file["name"] for file in found["not_read"]] == ["broken.xlsx"]
    assert [(file["name"], len(file["notes"])) for file in found["not_whole"]] == [("partly.csv", 30)]
    assert "Файлы карточек, взятые не целиком: 2" in page_of
    assert "<bdi>broken.xlsx</bdi>: не прочитан" in page_of
    assert "<bdi>partly.csv</bdi>: не взято или взято без оценки: 30" in page_of


def test_doctor_looks_at_a_study_while_a_run_works_on_it(tmp_path: Path) -> None:
    study = tmp_path / "study"
    shutil.copytree(STUDY, study)
    with FileLock(study / ".rechki.lock"):
        told = " ".join(rechki_here("doctor", study).stderr.split())
    assert f"✓ database: {study / 'study.db'}" in told
    assert "another run works" not in told


def test_an_adapter_of_reasons_is_refused_in_words() -> None:
    done = rechki_here("adapt", STUDY, "--frame", "why")
    assert done.returncode == 1
    assert "an adapter learns from purposes alone, not from the code frame 'why'" in done.stderr
